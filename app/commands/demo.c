/* `enerlog demo`: the whole story on one substation, told with the commands that a user would type.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/commands/commands.h"
#include "app/demo/substation.h"
#include "core/limits.h"
#include "core/mem.h"
#include "log/cursor.h"

#define DIR_DEFAULT "demo-data"
#define MARK "made-by-enerlog-demo" /* only a folder that holds it is ever removed */
#define WORDS_MAX 24
#define WORD_SIZE_MAX 4096u
#define CSV_SIZE_MAX (1u << 20)
#define OPEN_FOLDERS_MAX 16
#define PORT_TEXT "8080"
#define EN_DEMO_FREEZE "2026-02" /* as `freeze create` names a month */

struct demo {
    struct en_io *io;
    char dir[EN_PATH_SIZE];
    char data[EN_PATH_SIZE];     /* the data directory */
    char tampered[EN_PATH_SIZE]; /* the copy that somebody meddled with */
    char name[EN_PATH_SIZE];     /* the folder as it was given, for the commands shown */
    struct en_arguments *arguments;
    int step;
    double started;
};

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void chapter(struct demo *demo, const char *title)
{
    const char *bold = demo->io->has_color ? "\033[1m" : "";
    const char *plain = demo->io->has_color ? "\033[0m" : "";
    en_io_print(demo->io, "\n%s%d. %s%s\n", bold, ++demo->step, title, plain);
}

/* Joins a folder and a name. EN_RANGE. */
static en_code join(const char *dir, const char *name, char path[EN_PATH_SIZE],
                    struct en_error *err)
{
    int size = snprintf(path, EN_PATH_SIZE, "%s/%s", dir, name);
    return size > 0 && (size_t)size < EN_PATH_SIZE
               ? EN_OK
               : en_error_set(err, EN_RANGE, "the path %s/%s is too long", dir, name);
}

/* ---- folders and files ---- */

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    (void)stat;
    (void)type;
    (void)walk;
    return remove(path);
}

static en_code write_file(const char *path, struct en_slice bytes, struct en_error *err)
{
    FILE *file = fopen(path, "wb");
    bool is_written = file != NULL && fwrite(bytes.bytes, 1, bytes.size, file) == bytes.size;
    bool is_closed = file != NULL && fclose(file) == 0;
    return is_written && is_closed ? EN_OK : en_error_set(err, EN_IO, "%s cannot be written", path);
}

/* A fresh folder; one of an earlier demonstration goes, any other stays and is an error. */
static en_code make_folder(struct demo *demo, struct en_error *err)
{
    char mark[EN_PATH_SIZE];
    struct stat found;
    en_code code = join(demo->dir, MARK, mark, err);
    if (code == EN_OK && stat(demo->dir, &found) == 0) {
        if (stat(mark, &found) != 0) {
            return en_error_set(
                err, EN_CONFLICT,
                "%s is there and not of an earlier demonstration: give --dir another name",
                demo->dir);
        }
        if (nftw(demo->dir, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) != 0) {
            return en_error_set(err, EN_IO, "%s of the earlier demonstration cannot be removed",
                                demo->dir);
        }
    }
    if (code == EN_OK && mkdir(demo->dir, 0700) != 0) {
        code = en_error_set(err, EN_IO, "the folder %s cannot be made", demo->dir);
    }
    return code == EN_OK
               ? write_file(mark, en_slice_text("remove this folder whenever you like\n"), err)
               : code;
}

/* ---- commands ---- */

/* The command as a user types it, quoted where a shell would need it. */
static void show_command(struct demo *demo, int count, const char *const *words)
{
    const char *dim = demo->io->has_color ? "\033[36m" : "";
    const char *plain = demo->io->has_color ? "\033[0m" : "";
    en_io_print(demo->io, "%s$ %s", dim, program_invocation_name);
    for (int i = 0; i < count; i++) {
        /* folders of the demonstration as they were given, not as absolute paths */
        bool is_ours = strncmp(words[i], demo->dir, strlen(demo->dir)) == 0;
        const char *word = is_ours ? NULL : words[i];
        const char *quote = word != NULL && strpbrk(word, " ()@~*\"'") != NULL ? "'" : "";
        bool is_long = word != NULL && strlen(word) > 70;
        if (word == NULL) {
            en_io_print(demo->io, " %s%s", demo->name, words[i] + strlen(demo->dir));
        } else {
            en_io_print(demo->io, " %s%.*s%s%s", quote, is_long ? 60 : 70, word,
                        is_long ? " ..." : "", quote);
        }
    }
    en_io_print(demo->io, "%s\n", plain);
}

/* Runs a command as if it had been typed and expects its exit code. */
static en_code run(struct demo *demo, int wanted, struct en_error *err, const char *first, ...)
{
    const char *words[WORDS_MAX];
    int count = 0;
    va_list rest;
    va_start(rest, first);
    for (const char *word = first; word != NULL; word = va_arg(rest, const char *)) {
        EN_ASSERT(count < WORDS_MAX);
        words[count++] = word;
    }
    va_end(rest);
    show_command(demo, count, words);
    en_code code = en_arguments_parse(count, words, demo->arguments, err);
    if (code != EN_OK) {
        return code;
    }
    int exit_code = 0;
    bool was_quiet = demo->io->is_quiet;
    demo->arguments->is_quiet = true;
    en_session_run(demo->arguments, count, words, demo->io, &exit_code);
    demo->io->is_quiet = was_quiet;
    if (exit_code != wanted) {
        return en_error_set(err, EN_MISMATCH,
                            "the demonstration expected exit %d of `enerlog %s %s`, and it was %d",
                            wanted, words[2], count > 3 ? words[3] : "", exit_code);
    }
    return EN_OK;
}

/* ---- the story ---- */

static en_code fill(struct demo *demo, struct en_error *err)
{
    struct en_data_dir dir;
    struct en_engine *engine = NULL;
    uint64_t events = 0;
    uint64_t values = 0;
    double begun = seconds_now();
    en_code code = en_data_dir_init(&dir, demo->io, demo->data, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_engine_options options = {.dir = &dir};
    code = en_data_dir_lock(&dir, "the demonstration", err);
    code = code == EN_OK ? en_engine_open(&options, &engine, err) : code;
    code = code == EN_OK ? en_demo_fill(engine, &events, &values, err) : code;
    en_engine_close(engine);
    en_data_dir_fini(&dir);
    if (code == EN_OK) {
        en_io_print(demo->io,
                    "Substation %s: 2 transformers, %u feeders, own needs; January to March 2026 "
                    "in half-hours.\n"
                    "%llu events (%llu readings) appended and folded into tables in %.1f s.\n"
                    "In them: three hours of %s missing, the meter of %s replaced, the register of "
                    "%s passing 10,000 kWh,\n"
                    "and two days of %s that have not come yet.\n",
                    EN_DEMO_OBJECT, EN_DEMO_FEEDERS, (unsigned long long)events,
                    (unsigned long long)values, seconds_now() - begun, EN_DEMO_GAP_POINT,
                    EN_DEMO_REPLACED_POINT, EN_DEMO_REGISTER_POINT, EN_DEMO_LATE_POINT);
    }
    return code;
}

static en_code set_balance(struct demo *demo, struct en_error *err)
{
    char out[WORD_SIZE_MAX];
    size_t used = (size_t)snprintf(out, sizeof out, "sum~(@%s.A+", EN_DEMO_REGISTER_POINT);
    for (uint32_t i = 1; i <= EN_DEMO_FEEDERS; i++) {
        used += (size_t)snprintf(out + used, sizeof out - used, ", @F%02u.A+", i);
    }
    (void)snprintf(out + used, sizeof out - used, ")");
    return run(demo, 0, err, "-D", demo->data, "balance", "set", EN_DEMO_OBJECT, "--in",
               "@T1.A+ + @T2.A+", "--out", out, "--losses", "(@T1.A+ + @T2.A+) * 5/1000", "--from",
               "2026-01-01", NULL);
}

/* What a rule would change, then the rule, what it filled, and one value down to its origin. */
static en_code judge(struct demo *demo, struct en_error *err)
{
    static const char methods[] = "methods=E-01,E-02";
    chapter(demo, "Three hours of F07 are missing. What would a rule change? Then it fills them");
    en_code code =
        run(demo, 0, err, "-D", demo->data, "rule", "diff", "CHAIN", "--param", methods,
            "--valid-from", "2026-01-01", "--from", "2026-02-01", "--to", "2026-03-01", NULL);
    if (code == EN_OK) {
        code = run(demo, 0, err, "-D", demo->data, "rule", "set", "CHAIN", "--param", methods,
                   "--from", "2026-01-01", "--reason", "order 12 of 2025", NULL);
    }
    if (code == EN_OK) {
        code = run(demo, 0, err, "-D", demo->data, "report", "completeness", "--from", "2026-02-01",
                   "--to", "2026-03-01", "--point", "F07", NULL);
    }
    return code == EN_OK ? run(demo, 0, err, "-D", demo->data, "why", "F07", "A+",
                               "2026-02-10T12:00:00+03:00", NULL)
                         : code;
}

static en_code freeze_and_late(struct demo *demo, struct en_error *err)
{
    static const char mapping[] =
        "[time]\ncolumn = from\nto = to\npattern = rfc3339\nzone = " EN_DEMO_OFFSET "\n\n"
        "[point]\ncolumn = point\n\n"
        "[long]\nchannel = channel\nvalue = energy\nunit_column = unit\nkind = energy\nprimary = "
        "no\n\n"
        "[quality]\ncolumn = quality\n";
    char csv_path[EN_PATH_SIZE];
    char mapping_path[EN_PATH_SIZE];
    struct en_buf csv;
    en_buf_init(&csv, CSV_SIZE_MAX);
    en_demo_late_csv(&csv);
    en_code code = join(demo->dir, "late.csv", csv_path, err);
    code = code == EN_OK ? join(demo->dir, "late.ini", mapping_path, err) : code;
    code = code == EN_OK ? write_file(csv_path, en_buf_slice(&csv), err) : code;
    code = code == EN_OK ? write_file(mapping_path, en_slice_text(mapping), err) : code;
    en_buf_fini(&csv);
    if (code != EN_OK) {
        return code;
    }
    chapter(demo, "February is frozen");
    code = run(demo, 0, err, "-D", demo->data, "freeze", "create", "--from", "2026-02-01", "--to",
               "2026-03-01", NULL);
    if (code == EN_OK) {
        chapter(demo, "The two days of " EN_DEMO_LATE_POINT
                      " come late: taken into the log, shown as a pending difference");
        code = run(demo, 0, err, "-D", demo->data, "import", "--format", "csv", "--mapping",
                   mapping_path, csv_path, NULL);
    }
    if (code == EN_OK) {
        code = run(demo, 0, err, "-D", demo->data, "freeze", "differences", EN_DEMO_FREEZE, NULL);
    }
    if (code == EN_OK) {
        en_io_text(
            demo->io,
            "The frozen number stands; what it would be stands beside it, for a correction:\n");
        code = run(demo, 0, err, "-D", demo->data, "report", "usage", "--point", EN_DEMO_LATE_POINT,
                   "--from", "2026-02-01", "--to", "2026-03-01", NULL);
    }
    if (code == EN_OK) {
        code = run(demo, 0, err, "-D", demo->data, "report", "usage", "--point", EN_DEMO_LATE_POINT,
                   "--from", "2026-02-01", "--to", "2026-03-01", "--lane", "live", NULL);
    }
    return code;
}

static en_code prove(struct demo *demo, struct en_error *err)
{
    chapter(demo, "Is the freeze still what it was? Everything is recalculated from the log");
    en_code code = run(demo, 0, err, "-D", demo->data, "freeze", "verify", EN_DEMO_FREEZE, NULL);
    code = code == EN_OK
               ? run(demo, 0, err, "-D", demo->data, "projection", "rebuild", "--compare", NULL)
               : code;
    return code == EN_OK ? run(demo, 0, err, "-D", demo->data, "log", "verify", NULL) : code;
}

/* ---- the tampered copy ---- */

static struct demo *copying; /* nftw has no place for it */

static int copy_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    (void)walk;
    char target[EN_PATH_SIZE];
    struct en_error err;
    if (join(copying->tampered, path + strlen(copying->data), target, &err) != EN_OK) {
        return 1;
    }
    if (type == FTW_D) {
        return mkdir(target, 0700);
    }
    if (!S_ISREG(stat->st_mode)) {
        return 0; /* a socket */
    }
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, stat->st_mode & 0777);
    int result = from < 0 || to < 0;
    off_t done = 0;
    while (result == 0 && done < stat->st_size) {
        char bytes[65536];
        ssize_t got = read(from, bytes, sizeof bytes);
        result = got <= 0 || write(to, bytes, (size_t)got) != got;
        done += got;
    }
    if (from >= 0) {
        (void)close(from);
    }
    if (to >= 0) {
        (void)close(to);
    }
    return result;
}

/* A reading somebody would like to be smaller: of the first transformer, in the middle of the log.
 */
static en_code choose_victim(struct demo *demo, struct en_event *event, struct en_buf *payload,
                             struct en_error *err)
{
    char path[EN_PATH_SIZE];
    struct en_log *log = NULL;
    struct en_cursor *cursor = NULL;
    en_code code = join(demo->tampered, "log", path, err);
    struct en_log_options options = {.dir = path, .is_read_only = true};
    code = code == EN_OK ? en_log_open(&options, &log, err) : code;
    struct en_cursor_filter filter = {.from = code == EN_OK ? en_log_size(log) / 3 : 0};
    en_kind_set_add(&filter.kinds, EN_KIND_READING_PROFILE);
    code = code == EN_OK ? en_cursor_open(log, &filter, &cursor, err) : code;
    bool is_end = false;
    code = code == EN_OK ? en_cursor_next(cursor, event, &is_end, err) : code;
    if (code == EN_OK && is_end) {
        code = en_error_set(err, EN_NOT_FOUND, "the demonstration has no reading to tamper with");
    }
    if (code == EN_OK) {
        en_buf_append(payload, event->payload.bytes, event->payload.size);
        code = en_buf_code(payload, err);
    }
    en_cursor_close(cursor);
    en_log_close(log);
    return code;
}

/* Flips one bit of a stored reading, in the file itself. */
static en_code flip_bit(struct demo *demo, struct en_slice payload, struct en_error *err)
{
    char path[EN_PATH_SIZE];
    struct stat stat;
    en_code code = join(demo->tampered, "log/data.mdb", path, err);
    int file = code == EN_OK ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0 || fstat(file, &stat) != 0) {
        return code != EN_OK ? code : en_error_set(err, EN_IO, "%s cannot be opened", path);
    }
    uint8_t *bytes = mmap(NULL, (size_t)stat.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    if (bytes == MAP_FAILED) {
        return en_error_set(err, EN_IO, "%s cannot be read", path);
    }
    bool is_found = false;
    for (uint8_t *at = bytes; (at = memmem(at, (size_t)(bytes + stat.st_size - at), payload.bytes,
                                           payload.size)) != NULL;
         at++) {
        at[payload.size / 2] ^= 0x10;
        is_found = true;
    }
    (void)munmap(bytes, (size_t)stat.st_size);
    return is_found ? EN_OK
                    : en_error_set(err, EN_NOT_FOUND, "the reading does not stand in %s", path);
}

static en_code tamper(struct demo *demo, struct en_error *err)
{
    struct en_buf payload;
    struct en_event event;
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    chapter(demo, "Somebody changes one bit of one reading in a copy of the files");
    copying = demo;
    en_code code =
        nftw(demo->data, copy_one, OPEN_FOLDERS_MAX, FTW_PHYS) == 0
            ? EN_OK
            : en_error_set(err, EN_IO, "%s cannot be copied to %s", demo->data, demo->tampered);
    code = code == EN_OK ? choose_victim(demo, &event, &payload, err) : code;
    code = code == EN_OK ? flip_bit(demo, en_buf_slice(&payload), err) : code;
    if (code == EN_OK) {
        en_io_print(demo->io,
                    "One bit of event %llu (a reading) was turned in %s/tampered/log/data.mdb.\n",
                    (unsigned long long)event.header.seq.n, demo->name);
        code =
            run(demo, en_code_exit(EN_CORRUPT), err, "-D", demo->tampered, "log", "verify", NULL);
    }
    if (code == EN_OK) {
        en_io_print(demo->io, "Caught: exit 3, at event %llu.\n",
                    (unsigned long long)event.header.seq.n);
    }
    en_buf_fini(&payload);
    return code;
}

static void say_next(struct demo *demo)
{
    static const char *const lines[] = {
        "report usage --from 2026-02-01 --to 2026-03-01",
        "report balance " EN_DEMO_OBJECT " --from 2026-02-01 --to 2026-03-01 --json",
        "report usage --from 2026-02-20 --to 2026-02-22 --point " EN_DEMO_LATE_POINT
        " --as-of 1000",
        "log tail",
        "log prove 1000",
        "formula set total '@T1.A+ + @T2.A+' --from 2026-01-01",
        "serve",
    };
    chapter(demo, "What to try next");
    for (size_t i = 0; i < EN_COUNT_OF(lines); i++) {
        en_io_print(demo->io, "  %s -D %s/data %s\n", program_invocation_name, demo->name,
                    lines[i]);
    }
}

static en_code tell(struct demo *demo, struct en_error *err)
{
    chapter(demo, "A data directory, and three months of a substation");
    en_code code = run(demo, 0, err, "-D", demo->data, "init", "--origin", "enerlog/demo", NULL);
    code = code == EN_OK ? fill(demo, err) : code;
    if (code == EN_OK) {
        chapter(demo, "What came in against what went out");
        code = set_balance(demo, err);
    }
    if (code == EN_OK) {
        code = run(demo, 0, err, "-D", demo->data, "report", "balance", EN_DEMO_OBJECT, "--from",
                   "2026-01-01", "--to", "2026-04-01", "--step", "month", NULL);
    }
    code = code == EN_OK ? judge(demo, err) : code;
    code = code == EN_OK ? freeze_and_late(demo, err) : code;
    code = code == EN_OK ? prove(demo, err) : code;
    return code == EN_OK ? tamper(demo, err) : code;
}

en_code en_run_demo(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io, struct en_error *err)
{
    (void)session;
    const char *dir = en_arguments_value(arguments, "dir");
    const char *port = en_arguments_value(arguments, "port");
    struct demo *demo = en_mem_alloc(1, sizeof *demo);
    struct en_arguments *inner = en_mem_alloc(1, sizeof *inner);
    en_code code = demo != NULL && inner != NULL
                       ? EN_OK
                       : en_error_set(err, EN_NOMEM, "no memory for the demonstration");
    if (code == EN_OK) {
        demo->io = io;
        demo->arguments = inner;
        demo->started = seconds_now();
        (void)snprintf(demo->name, sizeof demo->name, "%s", dir != NULL ? dir : DIR_DEFAULT);
        code = en_io_path(io, demo->name, demo->dir, err);
    }
    code = code == EN_OK ? join(demo->dir, "data", demo->data, err) : code;
    code = code == EN_OK ? join(demo->dir, "tampered", demo->tampered, err) : code;
    code = code == EN_OK ? make_folder(demo, err) : code;
    code = code == EN_OK ? tell(demo, err) : code;
    if (code == EN_OK) {
        say_next(demo);
        en_io_print(io, "\nAll of this took %.1f s.\n", seconds_now() - demo->started);
        bool is_served = en_arguments_has(arguments, "serve") ||
                         (io->is_out_terminal && !en_arguments_has(arguments, "no-serve"));
        if (is_served) {
            chapter(demo, "The daemon and its API, until Ctrl-C");
            code = run(demo, 0, err, "-D", demo->data, "serve", "--port",
                       port != NULL ? port : PORT_TEXT, NULL);
        }
    }
    en_mem_free(inner);
    en_mem_free(demo);
    return code;
}
