/* `enerlog doctor`: is this machine, and this directory, fit to keep fiscal data? Each line is ok,
 * warn or fail, and says how to mend. */
#include "app/commands/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "app/rows.h"

#define TEXT_SIZE 256u
#define FREE_BYTES_WARN (2ull << 30)
#define FREE_BYTES_FAIL (64ull << 20)
#define SYNC_PROBES 9u
#define SYNC_US_WARN 20000
#define OPEN_FILES_WARN 1024u
#define NFS_MAGIC 0x6969
#define TMPFS_MAGIC 0x01021994

typedef enum grade {
    GRADE_OK,
    GRADE_WARN,
    GRADE_FAIL,
} grade;

struct finding {
    const char *check;
    grade grade;
    char found[TEXT_SIZE];
    const char *mend; /* "" when nothing is to be done */
};

static int compare_us(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The median time of a small durable write: what each lone event will wait for. -1 when it fails.
 */
static int64_t sync_us(const char *folder)
{
    char path[EN_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/.enerlog-doctor-XXXXXX", folder);
    int fd = mkstemp(path);
    if (fd < 0) {
        return -1;
    }
    (void)unlink(path);
    int64_t times[SYNC_PROBES];
    bool is_good = true;
    for (size_t i = 0; i < SYNC_PROBES && is_good; i++) {
        char page[4096] = {0};
        int64_t start = now_us();
        is_good = pwrite(fd, page, sizeof page, (off_t)(i * sizeof page)) == (ssize_t)sizeof page &&
                  fdatasync(fd) == 0;
        times[i] = now_us() - start;
    }
    (void)close(fd);
    if (!is_good) {
        return -1;
    }
    qsort(times, SYNC_PROBES, sizeof times[0], compare_us);
    return times[SYNC_PROBES / 2];
}

static void check_sync(const char *folder, struct finding *finding)
{
    int64_t us = sync_us(folder);
    *finding = (struct finding){.check = "durable write", .mend = ""};
    if (us < 0) {
        (void)snprintf(finding->found, TEXT_SIZE, "cannot write: %s", strerror(errno));
        finding->grade = GRADE_FAIL;
        finding->mend = "give the user of enerlog the right to write there";
        return;
    }
    (void)snprintf(finding->found, TEXT_SIZE, "%lld us (median of %u)", (long long)us, SYNC_PROBES);
    if (us > SYNC_US_WARN) {
        finding->grade = GRADE_WARN;
        finding->mend = "a faster disk, or one with a protected write cache";
    }
}

static void check_space(const char *folder, struct finding *finding)
{
    struct statvfs status;
    *finding = (struct finding){.check = "free space", .mend = ""};
    if (statvfs(folder, &status) != 0) {
        (void)snprintf(finding->found, TEXT_SIZE, "%s", strerror(errno));
        finding->grade = GRADE_FAIL;
        return;
    }
    uint64_t bytes = (uint64_t)status.f_bavail * status.f_frsize;
    (void)snprintf(finding->found, TEXT_SIZE, "%llu MiB", (unsigned long long)(bytes >> 20));
    finding->grade = bytes < FREE_BYTES_FAIL   ? GRADE_FAIL
                     : bytes < FREE_BYTES_WARN ? GRADE_WARN
                                               : GRADE_OK;
    finding->mend = finding->grade == GRADE_OK ? "" : "make room: a full disk stops the log";
}

static void check_file_system(const char *folder, struct finding *finding)
{
    struct statfs status;
    *finding = (struct finding){.check = "file system", .mend = ""};
    if (statfs(folder, &status) != 0) {
        (void)snprintf(finding->found, TEXT_SIZE, "%s", strerror(errno));
        finding->grade = GRADE_WARN;
        return;
    }
    bool is_network = status.f_type == NFS_MAGIC;
    bool is_memory = status.f_type == TMPFS_MAGIC;
    (void)snprintf(finding->found, TEXT_SIZE, "%s",
                   is_network  ? "network"
                   : is_memory ? "memory"
                               : "local");
    if (is_network) {
        finding->grade = GRADE_FAIL;
        finding->mend = "a local disk: locks and memory maps are not safe over the network";
    } else if (is_memory) {
        finding->grade = GRADE_WARN;
        finding->mend = "a disk: this is gone at the next start of the machine";
    }
}

static void check_clock(struct finding *finding)
{
    struct timex state = {0};
    int status = adjtimex(&state);
    *finding = (struct finding){.check = "clock", .mend = ""};
    bool is_synchronised = status >= 0 && status != TIME_ERROR;
    (void)snprintf(finding->found, TEXT_SIZE, "%s",
                   is_synchronised ? "synchronised" : "not known to be synchronised");
    if (!is_synchronised) {
        finding->grade = GRADE_WARN;
        finding->mend = "run chrony or systemd-timesyncd";
    }
}

static void check_files(struct finding *finding)
{
    struct rlimit limit = {0, 0};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    *finding = (struct finding){.check = "open files", .mend = ""};
    (void)snprintf(finding->found, TEXT_SIZE, "at most %llu", (unsigned long long)limit.rlim_cur);
    if (limit.rlim_cur < OPEN_FILES_WARN) {
        finding->grade = GRADE_WARN;
        finding->mend = "ulimit -n 4096";
    }
}

static void check_directory(const struct en_data_dir *dir, struct finding *finding)
{
    struct en_error err;
    *finding = (struct finding){.check = "data directory", .mend = ""};
    en_code code = en_data_dir_check(dir, &err);
    (void)snprintf(finding->found, TEXT_SIZE, "%.*s", (int)TEXT_SIZE - 1,
                   code == EN_OK ? dir->path : err.text);
    if (code != EN_OK) {
        finding->grade = GRADE_FAIL;
        finding->mend = "enerlog -D DIR init";
    }
}

static void check_key(const struct en_data_dir *dir, struct finding *finding)
{
    char path[EN_PATH_SIZE];
    struct stat status;
    *finding = (struct finding){.check = "signing key", .mend = ""};
    bool is_there =
        en_data_dir_path(dir, "keys/log.key", path, NULL) == EN_OK && stat(path, &status) == 0;
    if (!is_there) {
        (void)snprintf(finding->found, TEXT_SIZE, "absent");
        finding->grade = GRADE_FAIL;
        finding->mend = "restore keys/log.key from its safe copy: without it nothing can be signed";
        return;
    }
    bool is_private = (status.st_mode & 077) == 0;
    (void)snprintf(finding->found, TEXT_SIZE, "mode %04o", (unsigned)(status.st_mode & 07777));
    if (!is_private) {
        finding->grade = GRADE_FAIL;
        finding->mend = "chmod 600 keys/log.key, and think who may have read it";
    }
}

static void put_finding(struct en_rows *rows, const struct finding *finding)
{
    static const char *const grades[] = {
        [GRADE_OK] = "ok", [GRADE_WARN] = "warn", [GRADE_FAIL] = "fail"};
    en_rows_text(rows, finding->check);
    en_rows_text(rows, grades[finding->grade]);
    en_rows_text(rows, finding->found);
    en_rows_text(rows, finding->mend);
}

en_code en_run_doctor(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"check", "Check", false},
                                               {"grade", "", false},
                                               {"found", "Found", false},
                                               {"mend", "How to mend", false}};
    struct finding findings[8];
    uint32_t count = 0;
    (void)session;
    check_clock(&findings[count++]);
    check_files(&findings[count++]);
    struct en_data_dir dir;
    const char *path = arguments->data_dir == NULL ? "." : arguments->data_dir;
    en_code code = en_data_dir_init(&dir, io, path, err);
    if (code != EN_OK) {
        return code;
    }
    if (arguments->data_dir != NULL) {
        check_directory(&dir, &findings[count++]);
    }
    bool has_folder = arguments->data_dir == NULL || findings[count - 1].grade == GRADE_OK;
    if (has_folder) {
        check_file_system(dir.path, &findings[count++]);
        check_space(dir.path, &findings[count++]);
        check_sync(dir.path, &findings[count++]);
    }
    if (has_folder && arguments->data_dir != NULL) {
        check_key(&dir, &findings[count++]);
    }
    struct en_rows rows;
    uint32_t failed = 0;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    for (uint32_t i = 0; i < count; i++) {
        put_finding(&rows, &findings[i]);
        failed += findings[i].grade == GRADE_FAIL;
    }
    en_rows_end(&rows);
    return failed == 0 ? EN_OK
                       : en_error_set(err, EN_CONFIG, "%u of %u checks failed", failed, count);
}
