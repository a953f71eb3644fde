/* Loaded into a program that appends to a log: records every write, sync and truncation of
 * data.mdb, and every line written to the witness, in the order in which they happened, into the
 * file that EN_POWER_RECORD names. log_power_test makes of it every state that a power cut could
 * leave.
 *
 * A record: struct en_power_record, then `size` bytes. */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/crash/power_record.h"

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int record_fd = -1;

enum subject { SUBJECT_OTHER, SUBJECT_DATA, SUBJECT_WITNESS };

static enum subject subject_of(int fd)
{
    char link[64];
    char path[PATH_MAX];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) {
        return SUBJECT_OTHER;
    }
    path[size] = '\0';
    const char *name = strrchr(path, '/');
    if (name != NULL && strcmp(name, "/data.mdb") == 0) {
        return SUBJECT_DATA;
    }
    return name != NULL && strcmp(name, "/witness") == 0 ? SUBJECT_WITNESS : SUBJECT_OTHER;
}

static void put(const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = syscall(SYS_write, record_fd, at, size);
        if (written <= 0) {
            abort();
        }
        at += written;
        size -= (size_t)written;
    }
}

static void record(uint32_t op, off_t offset, const void *bytes, size_t size)
{
    struct en_power_record head = {op, (uint32_t)size, (uint64_t)offset};
    (void)pthread_mutex_lock(&mutex);
    if (record_fd < 0) {
        const char *path = getenv("EN_POWER_RECORD");
        record_fd = path == NULL ? -1
                                 : (int)syscall(SYS_openat, AT_FDCWD, path,
                                                O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    if (record_fd >= 0) {
        put(&head, sizeof head);
        put(bytes, size);
    }
    (void)pthread_mutex_unlock(&mutex);
}

/* A descriptor opened with O_DSYNC: its writes are stable when they return. */
static bool is_synchronous(int fd)
{
    return (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
}

static void record_write(int fd, off_t offset, const void *bytes, ssize_t written)
{
    if (written > 0 && subject_of(fd) == SUBJECT_DATA) {
        record(is_synchronous(fd) ? EN_POWER_STABLE_WRITE : EN_POWER_WRITE, offset, bytes,
               (size_t)written);
    }
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, size, offset);
    record_write(fd, offset, bytes, written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(fd, bytes, size, offset);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    enum subject subject = subject_of(fd);
    off_t offset = subject == SUBJECT_DATA ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t written = syscall(SYS_write, fd, bytes, size);
    if (subject == SUBJECT_DATA) {
        record_write(fd, offset, bytes, written);
    } else if (subject == SUBJECT_WITNESS && written > 0) {
        record(EN_POWER_ACK, 0, bytes, (size_t)written);
    }
    return written;
}

/* Piece by piece: the order within one call is as free as that of calls. */
ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    if (subject_of(fd) != SUBJECT_DATA) {
        return syscall(SYS_writev, fd, pieces, count);
    }
    ssize_t total = 0;
    for (int i = 0; i < count; i++) {
        ssize_t written = write(fd, pieces[i].iov_base, pieces[i].iov_len);
        if (written < 0) {
            return total > 0 ? total : written;
        }
        total += written;
    }
    return total;
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    ssize_t total = 0;
    for (int i = 0; i < count; i++) {
        ssize_t written = pwrite64(fd, pieces[i].iov_base, pieces[i].iov_len, offset + total);
        if (written < 0) {
            return total > 0 ? total : written;
        }
        total += written;
    }
    return total;
}

int fdatasync(int fd)
{
    if (subject_of(fd) == SUBJECT_DATA) {
        record(EN_POWER_SYNC, 0, "", 0);
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    if (subject_of(fd) == SUBJECT_DATA) {
        record(EN_POWER_SYNC, 0, "", 0);
    }
    return (int)syscall(SYS_fsync, fd);
}
