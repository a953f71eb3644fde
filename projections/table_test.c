#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/hash.h"
#include "core/instant.h"
#include "core/mem.h"
#include "projections/digest.h"
#include "projections/table.h"

struct tap {
    uint32_t point;         /* key */
    struct en_slice code;   /* key */
    struct en_instant from; /* key */
    int64_t value;
    struct en_slice note;
};

#define FIELD(type, member)                                                                        \
    {                                                                                              \
#member, EN_FIELD_##type, offsetof(struct tap, member), "", NULL                           \
    }

static const struct en_field tap_fields[] = {
    FIELD(U32, point), FIELD(TEXT, code), FIELD(INSTANT, from),
    FIELD(I64, value), FIELD(TEXT, note),
};
static const struct en_record tap_record = {"tap",      sizeof(struct tap),      1,
                                            tap_fields, EN_COUNT_OF(tap_fields), 3};
static const struct en_table taps = {"taps", "Taps.", &tap_record, EN_TABLE_DIGESTED};

struct fixture {
    struct en_kv *kv;
    struct en_kv *fault;
    struct en_arena arena;
    struct en_error err;
};

static void must(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    must(en_kv_open_memory(64u << 20, &fixture.kv, &fixture.err), &fixture.err);
    must(en_kv_open_fault(fixture.kv, &fixture.fault, &fixture.err), &fixture.err);
    en_arena_init(&fixture.arena, 1u << 20);
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    en_kv_close(fixture->fault);
    en_kv_close(fixture->kv);
    en_arena_fini(&fixture->arena);
    return 0;
}

static struct en_store *begin(struct fixture *fixture, en_kv_mode mode)
{
    struct en_store *store = NULL;
    must(en_store_begin(fixture->kv, mode, &store, &fixture->err), &fixture->err);
    return store;
}

static struct tap tap_of(uint32_t point, const char *code, int64_t from, int64_t value)
{
    return (struct tap){point, en_slice_text(code), {from}, value, en_slice_text("n")};
}

static void put(struct fixture *fixture, struct en_store *store, struct tap tap)
{
    must(en_table_put(store, &taps, &tap, NULL, &fixture->err), &fixture->err);
}

static void fill(struct fixture *fixture)
{
    struct en_store *store = begin(fixture, EN_KV_WRITE);
    put(fixture, store, tap_of(1, "A+", 100, 1));
    put(fixture, store, tap_of(1, "A+", -50, 2));
    put(fixture, store, tap_of(1, "A+", 200, 3));
    put(fixture, store, tap_of(1, "A", 0, 4));
    put(fixture, store, tap_of(2, "A+", 150, 5));
    put(fixture, store, tap_of(300, "", 0, 6));
    must(en_store_commit(&store, &fixture->err), &fixture->err);
}

static void test_table_row_comes_back(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    struct en_store *store = begin(fixture, EN_KV_READ);
    struct tap tap = tap_of(1, "A+", -50, 77);
    must(en_table_get(store, &taps, &tap, NULL, &fixture->err), &fixture->err);
    assert_int_equal(tap.value, 2);
    assert_true(en_slice_equal(tap.note, en_slice_text("n")));
    tap = tap_of(1, "A+", -51, 77);
    assert_int_equal(en_table_get(store, &taps, &tap, NULL, &fixture->err), EN_NOT_FOUND);
    assert_int_equal(tap.value, 0);
    assert_int_equal(tap.note.size, 0);
    assert_int_equal(tap.from.us, -51);
    en_store_abort(store);
}

static void test_table_put_reports_change_and_marks_digest(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    fill(fixture);
    static const struct en_digest_table digested = {"taps", false, EN_TABLE_DIGESTED};
    struct en_hash before;
    struct en_hash after;
    struct en_store *store = begin(fixture, EN_KV_WRITE);
    must(en_digest_table(store, &digested, EN_DIGEST_KEPT, &before, err), err);
    bool is_changed = true;
    struct tap tap = tap_of(1, "A+", 100, 1);
    must(en_table_put(store, &taps, &tap, &is_changed, err), err);
    assert_false(is_changed);
    must(en_digest_table(store, &digested, EN_DIGEST_KEPT, &after, err), err);
    assert_true(en_hash_equal(&before, &after));
    tap.value = 9;
    must(en_table_put(store, &taps, &tap, &is_changed, err), err);
    assert_true(is_changed);
    must(en_digest_table(store, &digested, EN_DIGEST_KEPT, &after, err), err);
    assert_false(en_hash_equal(&before, &after));
    tap.value = 1;
    must(en_table_put(store, &taps, &tap, &is_changed, err), err);
    must(en_digest_table(store, &digested, EN_DIGEST_KEPT, &after, err), err);
    assert_true(en_hash_equal(&before, &after));
    must(en_table_delete(store, &taps, &tap, err), err);
    assert_int_equal(en_table_delete(store, &taps, &tap, err), EN_NOT_FOUND);
    must(en_digest_table(store, &digested, EN_DIGEST_KEPT, &after, err), err);
    assert_false(en_hash_equal(&before, &after));
    en_store_abort(store);
}

static void assert_scan(struct fixture *fixture, struct en_store *store, const struct tap *from,
                        uint16_t prefix_count, const int64_t *values, size_t count)
{
    struct en_table_scan scan;
    struct en_error *err = &fixture->err;
    struct tap tap;
    must(en_table_scan_begin(store, &taps, from, prefix_count, &scan, err), err);
    for (size_t i = 0; i < count; i++) {
        must(en_table_scan_next(&scan, &tap, &fixture->arena, err), err);
        assert_int_equal(tap.value, values[i]);
    }
    assert_int_equal(en_table_scan_next(&scan, &tap, &fixture->arena, err), EN_NOT_FOUND);
    en_table_scan_end(&scan);
}

static void test_table_scan_goes_in_key_order_within_its_prefix(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    struct en_store *store = begin(fixture, EN_KV_READ);
    static const int64_t all[] = {4, 2, 1, 3, 5, 6};
    assert_scan(fixture, store, NULL, 0, all, 6);
    struct tap from = tap_of(1, "", INT64_MIN, 0);
    assert_scan(fixture, store, &from, 1, all, 4);
    assert_scan(fixture, store, &from, 0, all, 6);
    from = tap_of(1, "A+", 100, 0);
    assert_scan(fixture, store, &from, 2, all + 2, 2);
    assert_scan(fixture, store, &from, 1, all + 2, 2);
    assert_scan(fixture, store, &from, 0, all + 2, 4);
    from = tap_of(5, "", 0, 0);
    assert_scan(fixture, store, &from, 1, NULL, 0);
    en_store_abort(store);
}

static void test_table_that_was_never_written_is_empty(void **state)
{
    struct fixture *fixture = *state;
    struct en_store *store = begin(fixture, EN_KV_READ);
    struct tap tap = tap_of(1, "A+", 0, 0);
    assert_scan(fixture, store, NULL, 0, NULL, 0);
    assert_int_equal(en_table_get(store, &taps, &tap, NULL, &fixture->err), EN_NOT_FOUND);
    assert_int_equal(en_table_last_before(store, &taps, &tap, 1, &fixture->arena, &fixture->err),
                     EN_NOT_FOUND);
    en_store_abort(store);
}

static void test_table_last_before_is_the_version_valid_then(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    fill(fixture);
    static const struct {
        uint32_t point;
        int64_t at;
        int64_t value; /* 0: none */
    } rows[] = {{1, -51, 0},       {1, -50, 2}, {1, 99, 2},  {1, 100, 1}, {1, 200, 3},
                {1, INT64_MAX, 3}, {2, 149, 0}, {2, 150, 5}, {3, 0, 0}};
    struct en_store *store = begin(fixture, EN_KV_READ);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct tap tap = tap_of(rows[i].point, "A+", rows[i].at, 0);
        en_code code = en_table_last_before(store, &taps, &tap, 2, &fixture->arena, err);
        assert_int_equal(code, rows[i].value == 0 ? EN_NOT_FOUND : EN_OK);
        assert_int_equal(tap.value, rows[i].value);
    }
    en_store_abort(store);
}

static void test_table_rows_may_go_while_scanned(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    fill(fixture);
    struct en_store *store = begin(fixture, EN_KV_WRITE);
    struct en_table_scan scan;
    struct tap tap;
    int64_t sum = 0;
    must(en_table_scan_begin(store, &taps, NULL, 0, &scan, err), err);
    while (en_table_scan_next(&scan, &tap, &fixture->arena, err) == EN_OK) {
        sum += tap.value;
        must(en_table_delete(store, &taps, &tap, err), err);
    }
    assert_int_equal(sum, 21);
    en_table_scan_end(&scan);
    assert_scan(fixture, store, NULL, 0, NULL, 0);
    en_store_abort(store);
}

static void test_table_tells_a_damaged_row(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    fill(fixture);
    struct en_store *store = begin(fixture, EN_KV_WRITE);
    struct en_kv_table kv_table;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    must(en_store_table(store, "taps", &kv_table, err), err);
    must(en_kv_cursor_open(en_store_txn(store), kv_table, &cursor, err), err);
    must(en_kv_cursor_first(cursor, &pair, err), err);
    uint8_t key[64];
    uint8_t value[64];
    struct en_slice key_copy = en_slice_of(key, pair.key.size);
    struct en_slice value_copy = en_slice_of(value, pair.value.size);
    memcpy(key, pair.key.bytes, pair.key.size);
    memcpy(value, pair.value.bytes, pair.value.size);
    en_kv_cursor_close(cursor);
    for (size_t bit = 0; bit < 8 * value_copy.size; bit++) {
        struct tap tap = tap_of(1, "A", 0, 0);
        value[bit / 8] ^= (uint8_t)(1u << bit % 8);
        must(en_kv_put(en_store_txn(store), kv_table, key_copy, value_copy, err), err);
        assert_int_equal(en_table_get(store, &taps, &tap, NULL, err), EN_CORRUPT);
        assert_non_null(strstr(err->text, "table taps"));
        value[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    must(en_kv_put(en_store_txn(store), kv_table, key_copy, en_slice_of(value, 3), err), err);
    struct tap tap = tap_of(1, "A", 0, 0);
    assert_int_equal(en_table_get(store, &taps, &tap, NULL, err), EN_CORRUPT);
    en_store_abort(store);
}

static void test_table_refuses_what_cannot_be_stored(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    static uint8_t big[EN_TABLE_ROW_SIZE_MAX];
    memset(big, 'x', sizeof big);
    struct en_store *store = begin(fixture, EN_KV_WRITE);
    struct tap tap = tap_of(1, "A", 0, 0);
    tap.code = en_slice_of(big, EN_KV_KEY_SIZE_MAX);
    assert_int_equal(en_table_put(store, &taps, &tap, NULL, err), EN_LIMIT);
    assert_non_null(strstr(err->text, "table taps"));
    tap = tap_of(1, "\xff", 0, 0);
    assert_int_equal(en_table_put(store, &taps, &tap, NULL, err), EN_MALFORMED);
    tap = tap_of(1, "A", 0, 0);
    tap.note = en_slice_text("\xff");
    assert_int_equal(en_table_put(store, &taps, &tap, NULL, err), EN_MALFORMED);
    tap = tap_of(1, "A", 0, 0);
    tap.note = en_slice_of(big, sizeof big);
    assert_int_equal(en_table_put(store, &taps, &tap, NULL, err), EN_LIMIT);
    assert_scan(fixture, store, NULL, 0, NULL, 0);
    en_store_abort(store);
}

/* Every n-th write fails once: the whole batch is absent or, in the end, whole. */
static void test_table_batch_is_all_or_none(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    en_code code = EN_FULL;
    for (uint64_t n = 1; code != EN_OK; n++) {
        struct en_store *store = NULL;
        assert_true(n < 100);
        must(en_store_begin(fixture->fault, EN_KV_WRITE, &store, err), err);
        en_kv_fault_after(fixture->fault, EN_KV_FAULT_WRITE | EN_KV_FAULT_COMMIT, n, EN_FULL);
        code = EN_OK;
        for (uint32_t i = 0; i < 5 && code == EN_OK; i++) {
            struct tap tap = tap_of(i, "A+", i, i);
            code = en_table_put(store, &taps, &tap, NULL, err);
        }
        if (code == EN_OK) {
            code = en_store_commit(&store, err);
        }
        en_store_abort(store);
        en_kv_fault_after(fixture->fault, 0, 0, EN_FULL);
        store = begin(fixture, EN_KV_READ);
        static const int64_t values[] = {0, 1, 2, 3, 4};
        assert_scan(fixture, store, NULL, 0, values, code == EN_OK ? 5 : 0);
        en_store_abort(store);
    }
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        IN_STORE(test_table_row_comes_back),
        IN_STORE(test_table_put_reports_change_and_marks_digest),
        IN_STORE(test_table_scan_goes_in_key_order_within_its_prefix),
        IN_STORE(test_table_that_was_never_written_is_empty),
        IN_STORE(test_table_last_before_is_the_version_valid_then),
        IN_STORE(test_table_rows_may_go_while_scanned),
        IN_STORE(test_table_tells_a_damaged_row),
        IN_STORE(test_table_refuses_what_cannot_be_stored),
        IN_STORE(test_table_batch_is_all_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
