/* Copies of a log: hot, while it is appended to; and back to any point of the past. */
#ifndef EN_LOG_BACKUP_H
#define EN_LOG_BACKUP_H

#include "log/log.h"

/* Writes a compacted, durable copy of the log as it is now into a new folder, beside running
 * producers. *size (NULL allowed) is how many events it has. The copy is a log. Codes: EN_CONFLICT
 * (the folder holds a log), EN_IO, EN_FULL. */
en_code en_log_backup(struct en_log *log, const char *dir, uint64_t *size,
                      struct en_error *err) EN_MUST_CHECK;

/* Makes a log in `dir` of the first `size` events of the log in `from_dir` (EN_SEQ_NONE.n: all),
 * with the checkpoints that were signed within them. The root of what was made is compared with
 * that of the original and, by the signed notes, with what was signed. *root (NULL allowed) is it.
 * Nothing is left in `dir` on failure. Codes: EN_NOT_FOUND, EN_CONFLICT (`dir` holds a log),
 * EN_RANGE (the log is shorter), EN_CORRUPT, EN_IO, EN_FULL. */
en_code en_log_restore(const char *from_dir, const char *dir, uint64_t size, struct en_hash *root,
                       struct en_error *err) EN_MUST_CHECK;

#endif
