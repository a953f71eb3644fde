/* The data directory: where everything of one Enerlog stands.
 *
 *     lock         held by the one process that appends (L7); says who in words
 *     log/         the log's LMDB environment
 *     gen/N/       generation N of the projections
 *     current      the number of the generation in use
 *     frozen/      rows of frozen periods, never rebuilt
 *     keys/        log.key (private, mode 0600) and log.pub: signers of checkpoints
 *     run/         the daemon's socket
 *
 * A handle owns no memory but its lock. One thread. */
#ifndef EN_APP_DATA_DIR_H
#define EN_APP_DATA_DIR_H

#include "app/io.h"
#include "core/buf.h"
#include "core/error.h"

struct en_data_dir {
    char path[EN_PATH_SIZE]; /* absolute */
    int lock_fd;             /* -1: not held */
};

/* Names the directory; touches nothing. EN_RANGE. */
en_code en_data_dir_init(struct en_data_dir *dir, const struct en_io *io, const char *path,
                         struct en_error *err) EN_MUST_CHECK;
/* Gives up the lock, if held. */
void en_data_dir_fini(struct en_data_dir *dir);

/* Makes the folders of a new directory (the directory itself may exist when it is empty) and takes
 * the lock. EN_CONFLICT when there is a data directory or anything else in it, EN_IO, EN_DENIED. */
en_code en_data_dir_create(struct en_data_dir *dir, struct en_error *err) EN_MUST_CHECK;

/* Takes the lock. EN_NOT_FOUND when this is no data directory, EN_BUSY with the holder's words when
 * another process has it, EN_DENIED, EN_IO. */
en_code en_data_dir_lock(struct en_data_dir *dir, const char *holder,
                         struct en_error *err) EN_MUST_CHECK;

/* EN_NOT_FOUND when this is no data directory. */
en_code en_data_dir_check(const struct en_data_dir *dir, struct en_error *err) EN_MUST_CHECK;

/* The path of something in it. EN_RANGE when it is too long. */
en_code en_data_dir_path(const struct en_data_dir *dir, const char *name, char path[EN_PATH_SIZE],
                         struct en_error *err) EN_MUST_CHECK;

/* A whole small file of it, appended to the buffer. EN_NOT_FOUND, EN_IO, EN_LIMIT. */
en_code en_data_dir_read(const struct en_data_dir *dir, const char *name, struct en_buf *bytes,
                         struct en_error *err) EN_MUST_CHECK;

/* Writes a small new file durably; mode as of open(2). EN_CONFLICT when it exists, EN_IO. */
en_code en_data_dir_write(const struct en_data_dir *dir, const char *name, uint32_t mode,
                          struct en_slice bytes, struct en_error *err) EN_MUST_CHECK;

/* The code and the words for an errno of this directory: EN_FULL, EN_DENIED, EN_NOT_FOUND or EN_IO.
 */
en_code en_errno_error(int number, const char *what, const char *path, struct en_error *err);

#endif
