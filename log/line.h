/* Lines of the log's texts: notes and proofs. Pure; views into what was given. Inside log/. */
#ifndef EN_LOG_LINE_H
#define EN_LOG_LINE_H

#include "core/slice.h"

/* The next line without its newline; false when no newline is left. */
bool en_line_take(struct en_slice *from, struct en_slice *line);

/* What stands behind the prefix; false when the line begins otherwise. */
bool en_line_after(struct en_slice line, const char *prefix, struct en_slice *rest);

/* A decimal number without sign or leading zeros that fits 64 bits. */
bool en_line_number(struct en_slice text, uint64_t *number);

/* Base64 of exactly size bytes; size is at most EN_LINE_BYTES_MAX. */
#define EN_LINE_BYTES_MAX 96u
bool en_line_bytes(struct en_slice text, uint8_t *bytes, size_t size);

#endif
