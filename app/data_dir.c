#include "app/data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOLDER_SIZE 256u
#define MODE_FOLDER 0700
#define MODE_SECRET 0600

static const char *const folders[] = {"log", "gen", "frozen", "keys", "run"};

en_code en_errno_error(int number, const char *what, const char *path, struct en_error *err)
{
    en_code code = number == ENOSPC || number == EDQUOT                     ? EN_FULL
                   : number == EACCES || number == EPERM || number == EROFS ? EN_DENIED
                   : number == ENOENT || number == ENOTDIR                  ? EN_NOT_FOUND
                                                                            : EN_IO;
    return en_error_set(err, code, "%s %.300s: %s", what, path, strerror(number));
}

en_code en_data_dir_init(struct en_data_dir *dir, const struct en_io *io, const char *path,
                         struct en_error *err)
{
    *dir = (struct en_data_dir){.lock_fd = -1};
    return en_io_path(io, path, dir->path, err);
}

void en_data_dir_fini(struct en_data_dir *dir)
{
    if (dir->lock_fd >= 0) {
        (void)ftruncate(dir->lock_fd, 0);
        (void)close(dir->lock_fd);
        dir->lock_fd = -1;
    }
}

en_code en_data_dir_path(const struct en_data_dir *dir, const char *name, char path[EN_PATH_SIZE],
                         struct en_error *err)
{
    int size = snprintf(path, EN_PATH_SIZE, "%s/%s", dir->path, name);
    if (size < 0 || (size_t)size >= EN_PATH_SIZE) {
        return en_error_set(err, EN_RANGE, "the path of the data directory is too long");
    }
    return EN_OK;
}

/* Makes the directory entry of a new file survive a power cut. */
static en_code sync_folder(const char *path, struct en_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return en_errno_error(errno, "cannot open", path, err);
    }
    int failed = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return failed == 0 ? EN_OK : en_errno_error(failed, "cannot sync", path, err);
}

static bool is_empty_folder(const char *path)
{
    DIR *listing = opendir(path);
    if (listing == NULL) {
        return false;
    }
    bool is_empty = true;
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        bool is_self = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        is_empty = is_empty && is_self;
    }
    (void)closedir(listing);
    return is_empty;
}

static en_code make_root(const struct en_data_dir *dir, struct en_error *err)
{
    if (mkdir(dir->path, MODE_FOLDER) == 0) {
        return EN_OK;
    }
    if (errno != EEXIST) {
        return en_errno_error(errno, "cannot make", dir->path, err);
    }
    if (en_data_dir_check(dir, NULL) == EN_OK) {
        return en_error_set(err, EN_CONFLICT, "%.300s is a data directory already", dir->path);
    }
    return is_empty_folder(dir->path)
               ? EN_OK
               : en_error_set(err, EN_CONFLICT, "%.300s exists and is not an empty folder",
                              dir->path);
}

en_code en_data_dir_create(struct en_data_dir *dir, struct en_error *err)
{
    en_code code = make_root(dir, err);
    for (size_t i = 0; i < EN_COUNT_OF(folders) && code == EN_OK; i++) {
        char path[EN_PATH_SIZE];
        code = en_data_dir_path(dir, folders[i], path, err);
        if (code == EN_OK && mkdir(path, MODE_FOLDER) != 0) {
            code = en_errno_error(errno, "cannot make", path, err);
        }
    }
    if (code == EN_OK) {
        code = sync_folder(dir->path, err);
    }
    return code == EN_OK ? en_data_dir_lock(dir, "enerlog init", err) : code;
}

en_code en_data_dir_check(const struct en_data_dir *dir, struct en_error *err)
{
    char path[EN_PATH_SIZE];
    struct stat status;
    en_code code = en_data_dir_path(dir, "log", path, err);
    if (code != EN_OK) {
        return code;
    }
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return EN_OK;
    }
    return en_error_set(err, EN_NOT_FOUND,
                        "%.300s is no data directory; `enerlog -D DIR init` makes one", dir->path);
}

static en_code busy(int fd, const struct en_data_dir *dir, struct en_error *err)
{
    char holder[HOLDER_SIZE] = "";
    ssize_t size = pread(fd, holder, sizeof holder - 1, 0);
    if (size <= 0) {
        (void)snprintf(holder, sizeof holder, "another process");
    }
    return en_error_set(err, EN_BUSY, "%.200s is in use by %s", dir->path, holder);
}

/* flock, not fcntl: a lock of the open file cannot be lost by closing another descriptor of it, and
 * the kernel gives it up when the process dies. */
en_code en_data_dir_lock(struct en_data_dir *dir, const char *holder, struct en_error *err)
{
    EN_ASSERT(dir->lock_fd < 0);
    char path[EN_PATH_SIZE];
    en_code code = en_data_dir_check(dir, err);
    if (code == EN_OK) {
        code = en_data_dir_path(dir, "lock", path, err);
    }
    if (code != EN_OK) {
        return code;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE_SECRET);
    if (fd < 0) {
        return en_errno_error(errno, "cannot open", path, err);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        code = errno == EWOULDBLOCK ? busy(fd, dir, err)
                                    : en_errno_error(errno, "cannot lock", path, err);
        (void)close(fd);
        return code;
    }
    char text[HOLDER_SIZE];
    int size = snprintf(text, sizeof text, "%.200s (process %ld)", holder, (long)getpid());
    (void)ftruncate(fd, 0);
    (void)pwrite(fd, text, (size_t)size, 0);
    dir->lock_fd = fd;
    return EN_OK;
}

static en_code read_whole(int fd, const char *path, struct en_buf *bytes, struct en_error *err)
{
    uint8_t block[4096];
    for (;;) {
        ssize_t size = read(fd, block, sizeof block);
        if (size < 0 && errno != EINTR) {
            return en_errno_error(errno, "cannot read", path, err);
        }
        if (size == 0) {
            return en_buf_code(bytes, err);
        }
        if (size > 0) {
            en_buf_append(bytes, block, (size_t)size);
        }
    }
}

en_code en_data_dir_read(const struct en_data_dir *dir, const char *name, struct en_buf *bytes,
                         struct en_error *err)
{
    char path[EN_PATH_SIZE];
    en_code code = en_data_dir_path(dir, name, path, err);
    if (code != EN_OK) {
        return code;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return en_errno_error(errno, "cannot open", path, err);
    }
    code = read_whole(fd, path, bytes, err);
    (void)close(fd);
    return code;
}

static en_code write_whole(int fd, const char *path, struct en_slice bytes, struct en_error *err)
{
    while (bytes.size > 0) {
        ssize_t size = write(fd, bytes.bytes, bytes.size);
        if (size < 0 && errno != EINTR) {
            return en_errno_error(errno, "cannot write", path, err);
        }
        if (size > 0) {
            bytes.bytes += size;
            bytes.size -= (size_t)size;
        }
    }
    return fsync(fd) == 0 ? EN_OK : en_errno_error(errno, "cannot sync", path, err);
}

en_code en_data_dir_write(const struct en_data_dir *dir, const char *name, uint32_t mode,
                          struct en_slice bytes, struct en_error *err)
{
    char path[EN_PATH_SIZE];
    en_code code = en_data_dir_path(dir, name, path, err);
    if (code != EN_OK) {
        return code;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (fd < 0 && errno == EEXIST) {
        return en_error_set(err, EN_CONFLICT, "%.300s exists already", path);
    }
    if (fd < 0) {
        return en_errno_error(errno, "cannot make", path, err);
    }
    code = write_whole(fd, path, bytes, err);
    (void)close(fd);
    if (code != EN_OK) {
        (void)unlink(path);
        return code;
    }
    *strrchr(path, '/') = '\0';
    return sync_folder(path, err);
}
