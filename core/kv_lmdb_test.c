/* labels: threads crash */
/* What only stands when there are processes, threads and a disk that fills: kv.h over LMDB. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/hash.h"
#include "core/kv.h"

#define READERS_COUNT 3u
#define COMMITS_COUNT 120u
#define ENTRIES_COUNT 50u
#define FLIPS_COUNT 300u

struct fixture {
    char path[64];
    struct en_error err;
};

static void must(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static struct en_kv *open_kv(struct fixture *fixture, uint32_t flags)
{
    struct en_kv *kv = NULL;
    struct en_kv_options options = {
        .path = fixture->path, .size_max = 64u << 20, .tables_max = 200, .flags = flags};
    must(en_kv_open(&options, &kv, &fixture->err), &fixture->err);
    return kv;
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    (void)snprintf(fixture.path, sizeof fixture.path, "/tmp/enerlog-kv-XXXXXX");
    assert_non_null(mkdtemp(fixture.path));
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -r '%s'", fixture->path);
    return system(command);
}

/* Puts ENTRIES_COUNT entries that all say `commit`, in one transaction. */
static en_code put_commit(struct en_kv *kv, uint64_t commit, size_t size, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_kv_table table;
    en_code code = en_kv_begin(kv, EN_KV_WRITE, &txn, err);
    if (code == EN_OK) {
        code = en_kv_table(txn, "a", EN_KV_INTEGER_KEYS, &table, err);
    }
    for (uint64_t i = 0; i < ENTRIES_COUNT && code == EN_OK; i++) {
        uint8_t *room = NULL;
        code = en_kv_reserve(txn, table, en_slice_of(&i, sizeof i), size, &room, err);
        if (code == EN_OK) {
            memset(room, 0, size);
            memcpy(room, &commit, sizeof commit);
        }
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
    }
    en_kv_abort(txn);
    return code;
}

/* The one number that all entries of the snapshot say; UINT64_MAX when they disagree. */
static en_code read_commit(struct en_kv_txn *txn, uint64_t *commit, struct en_error *err)
{
    struct en_kv_table table;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    *commit = 0;
    en_code code = en_kv_table(txn, "a", EN_KV_INTEGER_KEYS, &table, err);
    if (code == EN_OK) {
        code = en_kv_cursor_open(txn, table, &cursor, err);
    }
    for (uint32_t i = 0; i < ENTRIES_COUNT && code == EN_OK; i++) {
        code = en_kv_cursor_next(cursor, &pair, err);
        uint64_t said = 0;
        if (code == EN_OK) {
            memcpy(&said, pair.value.bytes, sizeof said);
            *commit = i == 0 || said == *commit ? said : UINT64_MAX;
        }
    }
    en_kv_cursor_close(cursor);
    return code;
}

static uint64_t commit_of(struct fixture *fixture, struct en_kv *kv)
{
    struct en_kv_txn *txn = NULL;
    uint64_t commit = 0;
    must(en_kv_begin(kv, EN_KV_READ, &txn, &fixture->err), &fixture->err);
    must(read_commit(txn, &commit, &fixture->err), &fixture->err);
    en_kv_abort(txn);
    return commit;
}

/* ---- threads ---- */

struct reading {
    struct en_kv *kv;
    atomic_bool *is_over;
    bool is_good;
};

/* Snapshots are whole and never go back, while tables appear beside. */
static void *read_on(void *context)
{
    struct reading *reading = context;
    struct en_kv_txn *txn = NULL;
    struct en_error err;
    uint64_t before = 0;
    reading->is_good = en_kv_begin(reading->kv, EN_KV_READ, &txn, &err) == EN_OK;
    while (reading->is_good && !atomic_load(reading->is_over)) {
        struct en_kv_table table;
        uint64_t commit = 0;
        reading->is_good =
            read_commit(txn, &commit, &err) == EN_OK && commit != UINT64_MAX && commit >= before;
        before = commit;
        char name[16];
        (void)snprintf(name, sizeof name, "t%llu", (unsigned long long)(commit % COMMITS_COUNT));
        en_code code = en_kv_table(txn, name, EN_KV_BYTE_KEYS, &table, &err);
        reading->is_good = reading->is_good && (code == EN_OK || code == EN_NOT_FOUND);
        en_kv_reset(txn);
        reading->is_good = reading->is_good && en_kv_renew(txn, &err) == EN_OK;
    }
    en_kv_abort(txn);
    return NULL;
}

static void make_table(struct fixture *fixture, struct en_kv *kv, uint64_t number, bool is_kept)
{
    char name[16];
    struct en_kv_txn *txn = NULL;
    struct en_kv_table table;
    struct en_error *err = &fixture->err;
    (void)snprintf(name, sizeof name, "t%llu", (unsigned long long)number);
    must(en_kv_begin(kv, EN_KV_WRITE, &txn, err), err);
    must(en_kv_table(txn, name, EN_KV_BYTE_KEYS, &table, err), err);
    must(en_kv_put(txn, table, en_slice_text("k"), en_slice_text("v"), err), err);
    if (is_kept) {
        must(en_kv_commit(&txn, err), err);
    }
    en_kv_abort(txn);
}

static void test_kv_lmdb_readers_see_whole_commits_beside_a_writer(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv *kv = open_kv(fixture, EN_KV_NO_SYNC);
    must(put_commit(kv, 1, 100, &fixture->err), &fixture->err);
    atomic_bool is_over = false;
    struct reading readings[READERS_COUNT];
    pthread_t threads[READERS_COUNT];
    for (uint32_t i = 0; i < READERS_COUNT; i++) {
        readings[i] = (struct reading){kv, &is_over, false};
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readings[i]), 0);
    }
    for (uint64_t commit = 2; commit <= COMMITS_COUNT; commit++) {
        make_table(fixture, kv, commit, commit % 3 != 0);
        must(put_commit(kv, commit, 100 + commit, &fixture->err), &fixture->err);
    }
    atomic_store(&is_over, true);
    for (uint32_t i = 0; i < READERS_COUNT; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(readings[i].is_good);
    }
    assert_int_equal(commit_of(fixture, kv), COMMITS_COUNT);
    en_kv_close(kv);
}

/* ---- processes ---- */

/* The child opens the store (it must not inherit an open one), holds a reader and says so. */
static void hold_reader(struct fixture *fixture, int ready_fd)
{
    struct en_kv *kv = NULL;
    struct en_kv_txn *txn = NULL;
    struct en_kv_options options = {.path = fixture->path, .size_max = 64u << 20, .tables_max = 8};
    bool is_open = en_kv_open(&options, &kv, NULL) == EN_OK &&
                   en_kv_begin(kv, EN_KV_READ, &txn, NULL) == EN_OK;
    (void)!write(ready_fd, is_open ? "y" : "n", 1);
    for (;;) {
        (void)pause();
    }
}

static void test_kv_lmdb_killed_reader_is_cleared(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv *kv = open_kv(fixture, 0);
    must(put_commit(kv, 1, 100, err), err);
    en_kv_close(kv);
    int ready[2];
    char answer = 'n';
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        hold_reader(fixture, ready[1]);
    }
    assert_int_equal(read(ready[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    kv = open_kv(fixture, 0);
    must(put_commit(kv, 2, 100, err), err);
    struct en_kv_readers readers;
    must(en_kv_readers(kv, &readers, err), err);
    assert_int_equal(readers.readers_count, 1);
    assert_int_equal(readers.lag_max, 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    must(en_kv_readers(kv, &readers, err), err);
    assert_int_equal(readers.cleared_count, 1);
    assert_int_equal(readers.readers_count, 0);
    (void)close(ready[0]);
    (void)close(ready[1]);
    en_kv_close(kv);
}

/* A table that another process makes is found by the transactions after the first asking. */
static void test_kv_lmdb_reader_finds_tables_made_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv *kv = open_kv(fixture, 0);
    must(put_commit(kv, 1, 100, err), err);
    en_kv_close(kv);
    int go[2];
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte = 0;
        (void)!read(go[0], &byte, 1);
        kv = open_kv(fixture, 0);
        make_table(fixture, kv, 7, true);
        en_kv_close(kv);
        _exit(0);
    }
    kv = open_kv(fixture, EN_KV_READ_ONLY);
    struct en_kv_txn *txn = NULL;
    struct en_kv_table table;
    int status = 1;
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    must(en_kv_begin(kv, EN_KV_READ, &txn, err), err);
    assert_int_equal(en_kv_table(txn, "t7", EN_KV_BYTE_KEYS, &table, err), EN_NOT_FOUND);
    en_kv_reset(txn);
    must(en_kv_renew(txn, err), err);
    must(en_kv_table(txn, "t7", EN_KV_BYTE_KEYS, &table, err), err);
    struct en_slice value;
    must(en_kv_get(txn, table, en_slice_text("k"), &value, err), err);
    assert_true(en_slice_equal(value, en_slice_text("v")));
    en_kv_abort(txn);
    (void)close(go[0]);
    (void)close(go[1]);
    en_kv_close(kv);
}

/* ---- disk ---- */

/* Writes until the file may not grow any more. */
static void test_kv_lmdb_full_disk_keeps_what_was_committed(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv *kv = open_kv(fixture, 0);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = 1u << 20, .rlim_max = before.rlim_max};
    must(put_commit(kv, 1, 100, err), err);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    en_code code = EN_OK;
    uint64_t acknowledged = 1;
    for (uint64_t commit = 2; commit < 200 && code == EN_OK; commit++) {
        code = put_commit(kv, commit, 1000 * commit, err);
        acknowledged = code == EN_OK ? commit : acknowledged;
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(code == EN_FULL || code == EN_IO);
    assert_true(acknowledged > 1);
    assert_int_equal(commit_of(fixture, kv), acknowledged);
    en_kv_close(kv);
    kv = open_kv(fixture, 0);
    assert_int_equal(commit_of(fixture, kv), acknowledged);
    must(put_commit(kv, 1000, 1000, err), err);
    assert_int_equal(commit_of(fixture, kv), 1000);
    en_kv_close(kv);
}

/* Reads everything of a store that may be damaged: any code is good, any end of the process too. */
static void read_damaged(struct fixture *fixture)
{
    struct en_kv *kv = NULL;
    struct en_kv_txn *txn = NULL;
    uint64_t commit = 0;
    struct en_kv_options options = {.path = fixture->path,
                                    .size_max = 64u << 20,
                                    .tables_max = 8,
                                    .flags = EN_KV_READ_ONLY | EN_KV_NO_LOCK};
    (void)alarm(10);
    en_code code = en_kv_open(&options, &kv, NULL);
    if (code == EN_OK) {
        code = en_kv_begin(kv, EN_KV_READ, &txn, NULL);
    }
    if (code == EN_OK) {
        code = read_commit(txn, &commit, NULL);
    }
    en_kv_abort(txn);
    en_kv_close(kv);
    _exit(0);
}

static void flip(const char *file, uint64_t place, uint8_t bit)
{
    uint8_t byte = 0;
    int fd = open(file, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)place), 1);
    byte = (uint8_t)(byte ^ 1u << bit);
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)place), 1);
    (void)close(fd);
}

/* LMDB knows no checksums: readers of damaged files live in a child. The child may die, it may not
 * hang. */
static void test_kv_lmdb_damaged_file_never_hangs(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv *kv = open_kv(fixture, 0);
    must(put_commit(kv, 1, 3000, &fixture->err), &fixture->err);
    en_kv_close(kv);
    char file[96];
    struct stat stat_of_file;
    (void)snprintf(file, sizeof file, "%s/data.mdb", fixture->path);
    assert_int_equal(stat(file, &stat_of_file), 0);
    uint64_t random = 99;
    for (uint32_t i = 0; i < FLIPS_COUNT; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t place = (random >> 20) % (i % 2 == 0 ? 16384 : (uint64_t)stat_of_file.st_size);
        uint8_t bit = (uint8_t)(random >> 61);
        flip(file, place, bit);
        pid_t child = fork();
        if (child == 0) {
            struct rlimit no_core = {0, 0};
            (void)setrlimit(RLIMIT_CORE, &no_core);
            (void)signal(SIGSEGV, SIG_DFL);
            (void)signal(SIGBUS, SIG_DFL);
            (void)signal(SIGABRT, SIG_DFL);
            (void)freopen("/dev/null", "w", stderr);
            read_damaged(fixture);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_false(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
        flip(file, place, bit);
    }
    kv = open_kv(fixture, 0);
    assert_int_equal(commit_of(fixture, kv), 1);
    en_kv_close(kv);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_kv_lmdb_readers_see_whole_commits_beside_a_writer),
        IN_DIR(test_kv_lmdb_killed_reader_is_cleared),
        IN_DIR(test_kv_lmdb_reader_finds_tables_made_elsewhere),
        IN_DIR(test_kv_lmdb_full_disk_keeps_what_was_committed),
        IN_DIR(test_kv_lmdb_damaged_file_never_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
