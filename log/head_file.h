/* The newest checkpoint as a file beside the environment: what shows that the environment was put
 * back to an older state, since that takes its own checkpoints along. Inside log/. Replaced by
 * rename, durable on return. */
#ifndef EN_LOG_HEAD_FILE_H
#define EN_LOG_HEAD_FILE_H

#include "core/buf.h"

/* `<dir>/checkpoint`. Codes: EN_IO, EN_FULL. */
en_code en_head_file_write(const char *dir, struct en_slice note,
                           struct en_error *err) EN_MUST_CHECK;

/* EN_NOT_FOUND: none was written yet; EN_CORRUPT: longer than a note; EN_IO. */
en_code en_head_file_read(const char *dir, struct en_buf *note, struct en_error *err) EN_MUST_CHECK;

#endif
