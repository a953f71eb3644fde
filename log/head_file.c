#include "log/head_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "log/checkpoint.h"

#define PATH_SIZE 4200u
#define NAME "checkpoint"
#define TEMPORARY_NAME "checkpoint.new"

static en_code failed(const char *what, const char *path, struct en_error *err)
{
    int number = errno;
    bool is_full = number == ENOSPC || number == EDQUOT;
    return en_error_set(err, is_full ? EN_FULL : EN_IO, "%s %s: %s", what, path, strerror(number));
}

static bool write_all(int fd, struct en_slice bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.bytes, bytes.size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes.bytes += written;
        bytes.size -= (size_t)written;
    }
    return true;
}

static en_code write_file(const char *path, struct en_slice note, struct en_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return failed("cannot make", path, err);
    }
    en_code code = EN_OK;
    if (!write_all(fd, note) || fsync(fd) != 0) {
        code = failed("cannot write", path, err);
    }
    if (close(fd) != 0 && code == EN_OK) {
        code = failed("cannot close", path, err);
    }
    return code;
}

/* Makes the rename durable. */
static en_code sync_dir(const char *dir, struct en_error *err)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return failed("cannot open", dir, err);
    }
    en_code code = fsync(fd) == 0 ? EN_OK : failed("cannot sync", dir, err);
    (void)close(fd);
    return code;
}

en_code en_head_file_write(const char *dir, struct en_slice note, struct en_error *err)
{
    char path[PATH_SIZE];
    char temporary[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/" NAME, dir);
    (void)snprintf(temporary, sizeof temporary, "%s/" TEMPORARY_NAME, dir);
    en_code code = write_file(temporary, note, err);
    if (code == EN_OK && rename(temporary, path) != 0) {
        code = failed("cannot replace", path, err);
    }
    return code == EN_OK ? sync_dir(dir, err) : code;
}

en_code en_head_file_read(const char *dir, struct en_buf *note, struct en_error *err)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/" NAME, dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? en_error_set(err, EN_NOT_FOUND, "no file %s", path)
                               : failed("cannot open", path, err);
    }
    uint8_t bytes[EN_CHECKPOINT_SIZE_MAX + 1];
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && size < sizeof bytes) {
        got = read(fd, bytes + size, sizeof bytes - size);
        size += got > 0 ? (size_t)got : 0;
    }
    en_code code = EN_OK;
    if (got < 0) {
        code = failed("cannot read", path, err);
    } else if (size > EN_CHECKPOINT_SIZE_MAX) {
        code = en_error_set(err, EN_CORRUPT, "%s is longer than a checkpoint", path);
    } else {
        en_buf_append(note, bytes, size);
        code = en_buf_code(note, err);
    }
    (void)close(fd);
    return code;
}
