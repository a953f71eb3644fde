/* One contract, every implementation: each test runs over LMDB, memory, and the fault wrapper with
 * no fault armed. What only LMDB has (files, processes, readers) follows below. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/kv.h"
#include "core/mem.h"

#define SIZE_MAX_OF_TEST (64u << 20)
#define RANDOM_STEPS 4000u
#define RANDOM_KEYS 97u

typedef enum kv_kind { KIND_LMDB, KIND_MEMORY, KIND_FAULT } kv_kind;

struct fixture {
    kv_kind kind;
    char path[64];
    struct en_kv *inner;
    struct en_kv *kv;
    struct en_error err;
};

static void must(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static struct en_kv *open_lmdb(const char *path, uint32_t flags)
{
    struct en_error err = {0};
    struct en_kv *kv = NULL;
    struct en_kv_options options = {
        .path = path, .size_max = SIZE_MAX_OF_TEST, .tables_max = 12, .flags = flags};
    must(en_kv_open(&options, &kv, &err), &err);
    return kv;
}

static void make_path(char *path, size_t size)
{
    (void)snprintf(path, size, "/tmp/enerlog-kv-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static void remove_path(const char *path)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
}

static int open_kind(void **state, kv_kind kind)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->kind = kind;
    make_path(fixture->path, sizeof fixture->path);
    if (kind == KIND_LMDB) {
        fixture->kv = open_lmdb(fixture->path, 0);
    } else {
        must(en_kv_open_memory(SIZE_MAX_OF_TEST, &fixture->kv, &fixture->err), &fixture->err);
    }
    if (kind == KIND_FAULT) {
        fixture->inner = fixture->kv;
        must(en_kv_open_fault(fixture->inner, &fixture->kv, &fixture->err), &fixture->err);
    }
    *state = fixture;
    return 0;
}

static int open_kind_lmdb(void **state)
{
    return open_kind(state, KIND_LMDB);
}

static int open_kind_memory(void **state)
{
    return open_kind(state, KIND_MEMORY);
}

static int open_kind_fault(void **state)
{
    return open_kind(state, KIND_FAULT);
}

static int close_kind(void **state)
{
    struct fixture *fixture = *state;
    en_kv_close(fixture->kv);
    en_kv_close(fixture->inner);
    remove_path(fixture->path);
    free(fixture);
    return 0;
}

static struct en_kv_txn *begin(struct fixture *fixture, en_kv_mode mode)
{
    struct en_kv_txn *txn = NULL;
    must(en_kv_begin(fixture->kv, mode, &txn, &fixture->err), &fixture->err);
    return txn;
}

static struct en_kv_table table_of(struct fixture *fixture, struct en_kv_txn *txn, const char *name)
{
    struct en_kv_table table;
    must(en_kv_table(txn, name, EN_KV_BYTE_KEYS, &table, &fixture->err), &fixture->err);
    return table;
}

static void put(struct fixture *fixture, struct en_kv_txn *txn, struct en_kv_table table,
                const char *key, const char *value)
{
    must(en_kv_put(txn, table, en_slice_text(key), en_slice_text(value), &fixture->err),
         &fixture->err);
}

static void assert_value(struct fixture *fixture, struct en_kv_txn *txn, struct en_kv_table table,
                         const char *key, const char *expected)
{
    struct en_slice value = {0};
    en_code code = en_kv_get(txn, table, en_slice_text(key), &value, &fixture->err);
    if (expected == NULL) {
        assert_int_equal(code, EN_NOT_FOUND);
        return;
    }
    must(code, &fixture->err);
    assert_true(en_slice_equal(value, en_slice_text(expected)));
}

static void commit(struct fixture *fixture, struct en_kv_txn *txn)
{
    must(en_kv_commit(&txn, &fixture->err), &fixture->err);
    assert_null(txn);
}

static void test_kv_shows_what_was_committed(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "k", "1");
    assert_value(fixture, txn, table, "k", "1");
    put(fixture, txn, table, "k", "22");
    assert_value(fixture, txn, table, "k", "22");
    put(fixture, txn, table, "empty", "");
    commit(fixture, txn);
    txn = begin(fixture, EN_KV_READ);
    assert_value(fixture, txn, table, "k", "22");
    assert_value(fixture, txn, table, "empty", "");
    assert_value(fixture, txn, table, "kk", NULL);
    struct en_kv_table again = table_of(fixture, txn, "a");
    assert_int_equal(again.id, table.id);
    en_kv_abort(txn);
}

static void test_kv_forgets_what_was_aborted(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "k", "1");
    commit(fixture, txn);
    txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table gone = table_of(fixture, txn, "gone");
    put(fixture, txn, gone, "x", "y");
    put(fixture, txn, table, "k", "2");
    en_kv_abort(txn);
    en_kv_abort(NULL);
    txn = begin(fixture, EN_KV_READ);
    assert_value(fixture, txn, table, "k", "1");
    assert_int_equal(en_kv_table(txn, "gone", EN_KV_BYTE_KEYS, &gone, &fixture->err), EN_NOT_FOUND);
    en_kv_abort(txn);
}

static void test_kv_reader_keeps_its_state(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "k", "1");
    commit(fixture, txn);
    struct en_kv_txn *reader = begin(fixture, EN_KV_READ);
    txn = begin(fixture, EN_KV_WRITE);
    put(fixture, txn, table, "k", "2");
    struct en_kv_table later = table_of(fixture, txn, "later");
    put(fixture, txn, later, "k", "3");
    assert_value(fixture, reader, table, "k", "1");
    commit(fixture, txn);
    assert_value(fixture, reader, table, "k", "1");
    assert_int_equal(en_kv_table(reader, "later", EN_KV_BYTE_KEYS, &later, &fixture->err),
                     EN_NOT_FOUND);
    en_kv_reset(reader);
    must(en_kv_renew(reader, &fixture->err), &fixture->err);
    assert_value(fixture, reader, table, "k", "2");
    later = table_of(fixture, reader, "later");
    assert_value(fixture, reader, later, "k", "3");
    en_kv_reset(reader);
    en_kv_abort(reader);
}

static void test_kv_keeps_tables_apart(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table a = table_of(fixture, txn, "a");
    struct en_kv_table b = table_of(fixture, txn, "b");
    assert_int_not_equal(a.id, b.id);
    put(fixture, txn, a, "k", "a");
    assert_value(fixture, txn, b, "k", NULL);
    put(fixture, txn, b, "k", "b");
    must(en_kv_clear(txn, a, &fixture->err), &fixture->err);
    assert_value(fixture, txn, a, "k", NULL);
    assert_value(fixture, txn, b, "k", "b");
    struct en_kv_stat stat;
    must(en_kv_stat(txn, a, &stat, &fixture->err), &fixture->err);
    assert_int_equal(stat.entries_count, 0);
    must(en_kv_stat(txn, b, &stat, &fixture->err), &fixture->err);
    assert_int_equal(stat.entries_count, 1);
    assert_true(stat.size > 0);
    struct en_kv_table other;
    assert_int_equal(en_kv_table(txn, "a", EN_KV_INTEGER_KEYS, &other, &fixture->err), EN_CONFLICT);
    commit(fixture, txn);
}

static void assert_pair(struct en_kv_pair pair, const char *key, const char *value)
{
    assert_true(en_slice_equal(pair.key, en_slice_text(key)));
    assert_true(en_slice_equal(pair.value, en_slice_text(value)));
}

static void test_kv_cursor_goes_in_byte_order(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    static const char *const keys[] = {"b", "ab", "a", "abc", "\xff", "b\x01"};
    for (size_t i = 0; i < EN_COUNT_OF(keys); i++) {
        put(fixture, txn, table, keys[i], keys[i]);
    }
    commit(fixture, txn);
    static const char *const sorted[] = {"a", "ab", "abc", "b", "b\x01", "\xff"};
    txn = begin(fixture, EN_KV_READ);
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    must(en_kv_cursor_open(txn, table, &cursor, err), err);
    for (size_t i = 0; i < EN_COUNT_OF(sorted); i++) {
        must(en_kv_cursor_next(cursor, &pair, err), err);
        assert_pair(pair, sorted[i], sorted[i]);
    }
    assert_int_equal(en_kv_cursor_next(cursor, &pair, err), EN_NOT_FOUND);
    must(en_kv_cursor_seek(cursor, en_slice_text("abb"), &pair, err), err);
    assert_pair(pair, "abc", "abc");
    must(en_kv_cursor_prev(cursor, &pair, err), err);
    assert_pair(pair, "ab", "ab");
    must(en_kv_cursor_seek(cursor, en_slice_text("b"), &pair, err), err);
    assert_pair(pair, "b", "b");
    assert_int_equal(en_kv_cursor_seek(cursor, en_slice_text("\xff\xff"), &pair, err),
                     EN_NOT_FOUND);
    must(en_kv_cursor_first(cursor, &pair, err), err);
    assert_int_equal(en_kv_cursor_prev(cursor, &pair, err), EN_NOT_FOUND);
    must(en_kv_cursor_seek(cursor, en_slice_of(NULL, 0), &pair, err), err);
    assert_pair(pair, "a", "a");
    must(en_kv_cursor_last(cursor, &pair, err), err);
    assert_pair(pair, "\xff", "\xff");
    en_kv_abort(txn);
    en_kv_cursor_close(cursor); /* after its transaction: allowed */
    en_kv_cursor_close(NULL);
}

static void test_kv_cursor_keeps_its_place_beside_changes(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "b", "1");
    put(fixture, txn, table, "f", "2");
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_cursor *second = NULL;
    struct en_kv_pair pair;
    must(en_kv_cursor_open(txn, table, &cursor, err), err);
    must(en_kv_cursor_open(txn, table, &second, err), err);
    must(en_kv_cursor_next(cursor, &pair, err), err);
    put(fixture, txn, table, "a", "0");
    put(fixture, txn, table, "d", "1.5");
    must(en_kv_cursor_next(cursor, &pair, err), err);
    assert_pair(pair, "d", "1.5");
    en_kv_cursor_close(second);
    must(en_kv_delete(txn, table, en_slice_text("b"), err), err);
    put(fixture, txn, table, "d", "a longer value in place of the short one");
    must(en_kv_cursor_next(cursor, &pair, err), err);
    assert_pair(pair, "f", "2");
    en_kv_cursor_close(cursor);
    commit(fixture, txn);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Every entry is met once and in order while most of them go, over pages that merge. */
static void test_kv_cursor_survives_deletion_of_its_entries(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    static const uint8_t value[300];
    uint64_t random = 4711;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table;
    must(en_kv_table(txn, "n", EN_KV_INTEGER_KEYS, &table, err), err);
    for (uint64_t round = 0; round < 6; round++) {
        struct en_kv_cursor *cursor = NULL;
        struct en_kv_pair pair;
        must(en_kv_clear(txn, table, err), err);
        for (uint64_t i = 0; i < 1500; i++) {
            size_t size = next_random(&random) % sizeof value;
            must(en_kv_put(txn, table, en_slice_of(&i, sizeof i), en_slice_of(value, size), err),
                 err);
        }
        must(en_kv_cursor_open(txn, table, &cursor, err), err);
        bool is_forward = round % 2 == 0;
        for (uint64_t i = 0; i < 1500; i++) {
            uint64_t expected = is_forward ? i : 1499 - i;
            uint64_t key = 0;
            must(is_forward ? en_kv_cursor_next(cursor, &pair, err)
                            : en_kv_cursor_prev(cursor, &pair, err),
                 err);
            memcpy(&key, pair.key.bytes, sizeof key);
            assert_true(key == expected);
            if (next_random(&random) % 10 < 3 * (round / 2) + 3) {
                must(en_kv_delete(txn, table, en_slice_of(&key, sizeof key), err), err);
            }
        }
        assert_int_equal(is_forward ? en_kv_cursor_next(cursor, &pair, err)
                                    : en_kv_cursor_prev(cursor, &pair, err),
                         EN_NOT_FOUND);
        en_kv_cursor_close(cursor);
    }
    en_kv_abort(txn);
}

static void test_kv_append_demands_the_highest_key(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table;
    must(en_kv_table(txn, "seq", EN_KV_INTEGER_KEYS, &table, err), err);
    for (uint64_t i = 250; i < 260; i++) {
        uint8_t *room = NULL;
        must(en_kv_append_reserve(txn, table, en_slice_of(&i, sizeof i), 5, &room, err), err);
        memcpy(room, "hello", 5);
    }
    uint64_t low = 255;
    struct en_slice low_key = en_slice_of(&low, sizeof low);
    assert_int_equal(en_kv_append(txn, table, low_key, en_slice_text("x"), err), EN_CONFLICT);
    low = 1;
    must(en_kv_put(txn, table, low_key, en_slice_text("one"), err), err);
    commit(fixture, txn); /* a conflict breaks nothing */
    txn = begin(fixture, EN_KV_READ);
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    must(en_kv_cursor_open(txn, table, &cursor, err), err);
    uint64_t previous = 0;
    size_t count = 0;
    while (en_kv_cursor_next(cursor, &pair, err) == EN_OK) {
        uint64_t key;
        memcpy(&key, pair.key.bytes, sizeof key);
        assert_true(key > previous);
        previous = key;
        count++;
    }
    assert_int_equal(previous, 259);
    assert_int_equal(count, 11);
    en_kv_cursor_close(cursor);
    en_kv_abort(txn);
}

/* One step in a table whose even keys are appended: `at` rises; other changes go on below. Returns
 * how many entries there are more. */
static int append_step(struct fixture *fixture, struct en_kv_txn *txn, struct en_kv_table table,
                       uint64_t *at, uint64_t random)
{
    static const uint8_t bytes[900];
    struct en_error *err = &fixture->err;
    struct en_slice value = en_slice_of(bytes, 1 + random % sizeof bytes);
    uint64_t below = (random >> 20) % (*at + 1) | 1;
    struct en_slice found;
    *at += 2;
    must(en_kv_append(txn, table, en_slice_of(at, sizeof *at), value, err), err);
    if (random % 7 == 0) {
        bool is_there =
            en_kv_get(txn, table, en_slice_of(&below, sizeof below), &found, err) == EN_OK;
        must(en_kv_put(txn, table, en_slice_of(&below, sizeof below), value, err), err);
        return is_there ? 1 : 2;
    }
    if (random % 11 == 0) {
        must(en_kv_delete(txn, table, en_slice_of(at, sizeof *at), err), err);
        return 0;
    }
    return 1;
}

static void test_kv_append_goes_on_beside_other_changes(void **state)
{
    enum { TABLES = 12, STEPS = 600 };
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table tables[TABLES];
    uint64_t ends[TABLES] = {0};
    uint64_t counts[TABLES] = {0};
    uint64_t random = 77;
    for (int i = 0; i < TABLES; i++) {
        char name[] = {(char)('a' + i), 0};
        must(en_kv_table(txn, name, EN_KV_INTEGER_KEYS, &tables[i], &fixture->err), &fixture->err);
    }
    for (int step = 0; step < TABLES * STEPS; step++) {
        int i = step < TABLES * STEPS / 2 ? step % TABLES : (int)(next_random(&random) % TABLES);
        counts[i] +=
            (uint64_t)append_step(fixture, txn, tables[i], &ends[i], next_random(&random) >> 8);
    }
    commit(fixture, txn);
    txn = begin(fixture, EN_KV_READ);
    for (int i = 0; i < TABLES; i++) {
        struct en_kv_cursor *cursor = NULL;
        struct en_kv_pair pair;
        uint64_t previous = 0;
        must(en_kv_cursor_open(txn, tables[i], &cursor, &fixture->err), &fixture->err);
        for (; en_kv_cursor_next(cursor, &pair, &fixture->err) == EN_OK; counts[i]--) {
            uint64_t key;
            memcpy(&key, pair.key.bytes, sizeof key);
            assert_true(key > previous);
            previous = key;
        }
        assert_int_equal(counts[i], 0);
        en_kv_cursor_close(cursor);
    }
    en_kv_abort(txn);
}

static void test_kv_refuses_wrong_keys(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    static const uint8_t long_key[EN_KV_KEY_SIZE_MAX + 1];
    struct en_slice value = en_slice_text("v");
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    struct en_slice longest = en_slice_of(long_key, EN_KV_KEY_SIZE_MAX);
    struct en_slice too_long = en_slice_of(long_key, sizeof long_key);
    assert_int_equal(en_kv_put(txn, table, too_long, value, err), EN_RANGE);
    assert_int_equal(en_kv_put(txn, table, en_slice_of(long_key, 0), value, err), EN_RANGE);
    assert_int_equal(en_kv_delete(txn, table, en_slice_text("none"), err), EN_NOT_FOUND);
    must(en_kv_put(txn, table, longest, value, err), err);
    must(en_kv_delete(txn, table, longest, err), err);
    commit(fixture, txn);
}

static void test_kv_reserve_is_put_in_place(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    static uint8_t expected[60000];
    for (size_t i = 0; i < sizeof expected; i++) {
        expected[i] = (uint8_t)(i * 31);
    }
    for (size_t size = 1; size <= sizeof expected; size *= 7) {
        uint8_t *room = NULL;
        must(en_kv_reserve(txn, table, en_slice_text("k"), size, &room, &fixture->err),
             &fixture->err);
        memcpy(room, expected, size);
        struct en_slice value;
        must(en_kv_get(txn, table, en_slice_text("k"), &value, &fixture->err), &fixture->err);
        assert_true(en_slice_equal(value, en_slice_of(expected, size)));
    }
    commit(fixture, txn);
}

/* The oracle of the random walk: value sizes by key, 0 = absent. */
static void check_model(struct fixture *fixture, struct en_kv_txn *txn, struct en_kv_table table,
                        const uint16_t *sizes)
{
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    must(en_kv_cursor_open(txn, table, &cursor, &fixture->err), &fixture->err);
    for (uint32_t i = 0; i < RANDOM_KEYS; i++) {
        if (sizes[i] == 0) {
            continue;
        }
        must(en_kv_cursor_next(cursor, &pair, &fixture->err), &fixture->err);
        assert_int_equal(pair.key.bytes[0], i);
        assert_int_equal(pair.value.size, sizes[i]);
        assert_int_equal(pair.value.bytes[sizes[i] - 1], (uint8_t)(sizes[i] ^ i));
    }
    assert_int_equal(en_kv_cursor_next(cursor, &pair, &fixture->err), EN_NOT_FOUND);
    en_kv_cursor_close(cursor);
}

static void test_kv_agrees_with_a_model(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    uint64_t random = 20240229;
    uint16_t committed[RANDOM_KEYS] = {0};
    uint16_t model[RANDOM_KEYS] = {0};
    static uint8_t bytes[5000];
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "model");
    for (uint32_t step = 0; step < RANDOM_STEPS; step++) {
        uint8_t key = (uint8_t)(next_random(&random) % RANDOM_KEYS);
        uint64_t what = next_random(&random) % 100;
        if (what < 60) {
            uint16_t size = (uint16_t)(1 + next_random(&random) % (what < 5 ? 5000 : 90));
            bytes[size - 1] = (uint8_t)(size ^ key);
            must(en_kv_put(txn, table, en_slice_of(&key, 1), en_slice_of(bytes, size), err), err);
            model[key] = size;
        } else if (what < 95) {
            en_code code = en_kv_delete(txn, table, en_slice_of(&key, 1), err);
            assert_int_equal(code, model[key] == 0 ? EN_NOT_FOUND : EN_OK);
            model[key] = 0;
        } else {
            check_model(fixture, txn, table, model);
            if (what < 98) {
                commit(fixture, txn);
                memcpy(committed, model, sizeof model);
            } else {
                en_kv_abort(txn);
                memcpy(model, committed, sizeof model);
            }
            txn = begin(fixture, EN_KV_WRITE);
            if (committed[0] == 0 && what >= 98) {
                table = table_of(fixture, txn, "model");
            }
        }
    }
    check_model(fixture, txn, table, model);
    en_kv_abort(txn);
}

static void test_kv_copy_holds_the_same(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    if (fixture->kind != KIND_LMDB) {
        assert_int_equal(en_kv_copy(fixture->kv, "/nowhere", err), EN_UNSUPPORTED);
        return;
    }
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "k", "kept");
    commit(fixture, txn);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/copy", fixture->path);
    must(en_kv_copy(fixture->kv, path, err), err);
    assert_int_equal(en_kv_copy(fixture->kv, path, err), EN_CONFLICT);
    struct en_kv *copy = open_lmdb(path, EN_KV_READ_ONLY | EN_KV_NO_LOCK);
    must(en_kv_begin(copy, EN_KV_READ, &txn, err), err);
    table = table_of(fixture, txn, "a");
    assert_value(fixture, txn, table, "k", "kept");
    en_kv_abort(txn);
    assert_int_equal(en_kv_begin(copy, EN_KV_WRITE, &txn, err), EN_READ_ONLY);
    en_kv_close(copy);
}

/* ---- only LMDB ---- */

static void test_kv_lmdb_is_durable_over_reopen(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    put(fixture, txn, table_of(fixture, txn, "a"), "k", "1");
    struct en_kv_table numbers;
    must(en_kv_table(txn, "n", EN_KV_INTEGER_KEYS, &numbers, &fixture->err), &fixture->err);
    commit(fixture, txn);
    en_kv_close(fixture->kv);
    fixture->kv = open_lmdb(fixture->path, EN_KV_READ_ONLY);
    txn = begin(fixture, EN_KV_READ);
    struct en_kv_table table = table_of(fixture, txn, "a");
    assert_value(fixture, txn, table, "k", "1");
    must(en_kv_table(txn, "n", EN_KV_INTEGER_KEYS, &numbers, &fixture->err), &fixture->err);
    assert_true(numbers.has_integer_keys);
    assert_int_equal(en_kv_table(txn, "x", EN_KV_BYTE_KEYS, &table, &fixture->err), EN_NOT_FOUND);
    en_kv_abort(txn);
}

static void test_kv_lmdb_opens_once_per_process(void **state)
{
    struct fixture *fixture = *state;
    struct en_kv *second = NULL;
    struct en_kv_options options = {
        .path = fixture->path, .size_max = SIZE_MAX_OF_TEST, .tables_max = 8};
    assert_int_equal(en_kv_open(&options, &second, &fixture->err), EN_BUSY);
    assert_null(second);
    assert_non_null(strstr(fixture->err.text, "already open"));
}

static void test_kv_lmdb_full_is_an_error_and_reads_go_on(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    char path[64];
    make_path(path, sizeof path);
    struct en_kv_options options = {.path = path, .size_max = 1u << 17, .tables_max = 2};
    struct en_kv *kv = NULL;
    must(en_kv_open(&options, &kv, err), err);
    struct en_kv_txn *txn = NULL;
    must(en_kv_begin(kv, EN_KV_WRITE, &txn, err), err);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "k", "kept");
    commit(fixture, txn);
    must(en_kv_begin(kv, EN_KV_WRITE, &txn, err), err);
    static const uint8_t value[3000];
    en_code code = EN_OK;
    for (uint64_t i = 0; i < 100 && code == EN_OK; i++) {
        code =
            en_kv_put(txn, table, en_slice_of(&i, sizeof i), en_slice_of(value, sizeof value), err);
    }
    assert_int_equal(code, EN_FULL);
    assert_int_equal(en_kv_put(txn, table, en_slice_text("z"), en_slice_text("z"), err), EN_FULL);
    assert_int_equal(en_kv_commit(&txn, err), EN_FULL);
    must(en_kv_begin(kv, EN_KV_WRITE, &txn, err), err);
    assert_value(fixture, txn, table, "k", "kept");
    put(fixture, txn, table, "k", "still writable");
    commit(fixture, txn);
    en_kv_close(kv);
    remove_path(path);
}

static void test_kv_lmdb_refuses_what_is_no_store(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv *kv = NULL;
    struct en_kv_options options = {
        .path = "/nowhere/at/all", .size_max = 1u << 20, .tables_max = 1};
    assert_int_equal(en_kv_open(&options, &kv, err), EN_NOT_FOUND);
    char path[64];
    char file[96];
    make_path(path, sizeof path);
    options.path = path;
    options.flags = EN_KV_READ_ONLY;
    assert_int_equal(en_kv_open(&options, &kv, err), EN_NOT_FOUND);
    (void)snprintf(file, sizeof file, "%s/data.mdb", path);
    FILE *out = fopen(file, "w");
    for (int i = 0; i < 20000; i++) {
        (void)fputc('x', out);
    }
    (void)fclose(out);
    assert_int_equal(en_kv_open(&options, &kv, err), EN_CORRUPT);
    remove_path(path);
    options.path = "/proc/self"; /* a directory where nothing can be made */
    options.flags = 0;
    assert_int_not_equal(en_kv_open(&options, &kv, err), EN_OK);
    assert_null(kv);
}

static void test_kv_lmdb_tells_how_far_readers_lag(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    commit(fixture, txn);
    struct en_kv_txn *reader = begin(fixture, EN_KV_READ);
    struct en_kv_readers readers;
    must(en_kv_readers(fixture->kv, &readers, err), err);
    assert_int_equal(readers.readers_count, 1);
    assert_int_equal(readers.lag_max, 0);
    for (int i = 0; i < 3; i++) {
        txn = begin(fixture, EN_KV_WRITE);
        put(fixture, txn, table, "k", i % 2 == 0 ? "even" : "odd");
        commit(fixture, txn);
    }
    must(en_kv_readers(fixture->kv, &readers, err), err);
    assert_int_equal(readers.lag_max, 3);
    en_kv_reset(reader);
    must(en_kv_readers(fixture->kv, &readers, err), err);
    assert_int_equal(readers.readers_count, 0);
    en_kv_abort(reader);
    struct en_kv_info info;
    must(en_kv_info(fixture->kv, &info, err), err);
    assert_int_equal(info.commit, 4);
    assert_true(info.size_used >= 4096);
    assert_int_equal(info.size_max, SIZE_MAX_OF_TEST);
}

static void test_kv_lmdb_unsynced_can_be_synced(void **state)
{
    struct fixture *fixture = *state;
    en_kv_close(fixture->kv);
    fixture->kv = open_lmdb(fixture->path, EN_KV_NO_SYNC);
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    put(fixture, txn, table_of(fixture, txn, "a"), "k", "1");
    commit(fixture, txn);
    must(en_kv_sync(fixture->kv, &fixture->err), &fixture->err);
}

/* ---- only the fault wrapper ---- */

static void test_kv_fault_breaks_the_transaction(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_kv_txn *txn = begin(fixture, EN_KV_WRITE);
    struct en_kv_table table = table_of(fixture, txn, "a");
    put(fixture, txn, table, "k", "1");
    commit(fixture, txn);
    for (uint64_t n = 1; n <= 3; n++) {
        txn = begin(fixture, EN_KV_WRITE);
        en_kv_fault_after(fixture->kv, EN_KV_FAULT_WRITE, n, EN_FULL);
        en_code code = EN_OK;
        uint64_t puts = 0;
        while (code == EN_OK) {
            code = en_kv_put(txn, table, en_slice_text("k"), en_slice_text("2"), err);
            puts++;
        }
        assert_int_equal(puts, n);
        assert_int_equal(code, EN_FULL);
        assert_non_null(strstr(err->text, "injected"));
        assert_int_equal(en_kv_commit(&txn, err), EN_FULL);
    }
    en_kv_fault_after(fixture->kv, EN_KV_FAULT_COMMIT, 1, EN_IO);
    txn = begin(fixture, EN_KV_WRITE);
    put(fixture, txn, table, "k", "3");
    assert_int_equal(en_kv_commit(&txn, err), EN_IO);
    assert_null(txn);
    assert_int_equal(en_kv_begin(fixture->kv, EN_KV_WRITE, &txn, err), EN_READ_ONLY);
    txn = begin(fixture, EN_KV_READ);
    assert_value(fixture, txn, table, "k", "1");
    en_kv_fault_after(fixture->kv, EN_KV_FAULT_READ, 1, EN_CORRUPT);
    struct en_slice value;
    assert_int_equal(en_kv_get(txn, table, en_slice_text("k"), &value, err), EN_CORRUPT);
    assert_value(fixture, txn, table, "k", "1");
    en_kv_abort(txn);
}

/* Every request for memory fails once; nothing leaks (the sanitizer looks) and nothing half stands.
 */
static void test_kv_survives_lack_of_memory(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    en_code code = EN_NOMEM;
    for (uint64_t n = 1; code != EN_OK; n++) {
        struct en_kv_txn *txn = NULL;
        struct en_kv_cursor *cursor = NULL;
        struct en_kv_table table;
        struct en_kv_pair pair;
        assert_true(n < 100);
        en_mem_fail_after(n);
        code = en_kv_begin(fixture->kv, EN_KV_WRITE, &txn, err);
        if (code == EN_OK) {
            code = en_kv_table(txn, "a", EN_KV_BYTE_KEYS, &table, err);
        }
        if (code == EN_OK) {
            code = en_kv_put(txn, table, en_slice_text("k"), en_slice_text("1"), err);
        }
        if (code == EN_OK) {
            code = en_kv_cursor_open(txn, table, &cursor, err);
        }
        if (code == EN_OK) {
            code = en_kv_cursor_first(cursor, &pair, err);
        }
        en_kv_cursor_close(cursor);
        if (code == EN_OK) {
            code = en_kv_commit(&txn, err);
        }
        en_kv_abort(txn);
        en_mem_fail_after(0);
        assert_true(code == EN_OK || code == EN_NOMEM);
    }
    struct en_kv_txn *txn = begin(fixture, EN_KV_READ);
    assert_value(fixture, txn, table_of(fixture, txn, "a"), "k", "1");
    en_kv_abort(txn);
}

#define OVER(kind, test)                                                                           \
    {                                                                                              \
#test " over " #kind, test, open_kind_##kind, close_kind, NULL                             \
    }
#define OVER_ALL(test) OVER(lmdb, test), OVER(memory, test), OVER(fault, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_ALL(test_kv_shows_what_was_committed),
        OVER_ALL(test_kv_forgets_what_was_aborted),
        OVER_ALL(test_kv_reader_keeps_its_state),
        OVER_ALL(test_kv_keeps_tables_apart),
        OVER_ALL(test_kv_cursor_goes_in_byte_order),
        OVER_ALL(test_kv_cursor_keeps_its_place_beside_changes),
        OVER_ALL(test_kv_cursor_survives_deletion_of_its_entries),
        OVER_ALL(test_kv_append_demands_the_highest_key),
        OVER_ALL(test_kv_append_goes_on_beside_other_changes),
        OVER_ALL(test_kv_refuses_wrong_keys),
        OVER_ALL(test_kv_reserve_is_put_in_place),
        OVER_ALL(test_kv_agrees_with_a_model),
        OVER_ALL(test_kv_copy_holds_the_same),
        OVER_ALL(test_kv_survives_lack_of_memory),
        OVER(lmdb, test_kv_lmdb_is_durable_over_reopen),
        OVER(lmdb, test_kv_lmdb_opens_once_per_process),
        OVER(lmdb, test_kv_lmdb_full_is_an_error_and_reads_go_on),
        OVER(lmdb, test_kv_lmdb_refuses_what_is_no_store),
        OVER(lmdb, test_kv_lmdb_tells_how_far_readers_lag),
        OVER(lmdb, test_kv_lmdb_unsynced_can_be_synced),
        OVER(fault, test_kv_fault_breaks_the_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
