/* The signed heads that the log keeps (table checkpoints, and the newest as a file). Inside log/.
 */
#ifndef EN_LOG_HEADS_H
#define EN_LOG_HEADS_H

#include "log/checkpoint.h"
#include "log/log.h"

/* Keeps the note of the log at `size`. Of the notes before it, those within a minute of a kept one
 * are forgotten. Codes: those of a commit. */
en_code en_heads_put(struct en_log *log, uint64_t size, struct en_instant at, struct en_slice note,
                     struct en_error *err) EN_MUST_CHECK;

/* The first kept note of a size of at least *size: sets *size and when it was signed, puts the note
 * into the buffer in place of what it held. EN_NOT_FOUND: none; EN_CORRUPT. */
en_code en_heads_next(struct en_log *log, uint64_t *size, struct en_instant *at,
                      struct en_buf *note, struct en_error *err) EN_MUST_CHECK;

/* The newest kept note, likewise. EN_NOT_FOUND, EN_CORRUPT. */
en_code en_heads_newest(struct en_log *log, uint64_t *size, struct en_buf *note,
                        struct en_error *err) EN_MUST_CHECK;

/* Whether the note is a head that the log had at that size (by origin, size and root, not by
 * signature). EN_CORRUPT with what differs. */
en_code en_heads_check(struct en_log *log, struct en_slice note,
                       struct en_error *err) EN_MUST_CHECK;

/* At open: the newest note of the table and of the file. EN_CORRUPT. */
en_code en_heads_check_newest(struct en_log *log, struct en_error *err) EN_MUST_CHECK;

#endif
