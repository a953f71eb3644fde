#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "projections/difference.h"

static const struct en_series_table interval = {"interval", "", EN_TABLE_DIGESTED};
static const struct en_digest_table tables[] = {
    {"point", false, EN_TABLE_DIGESTED},
    {"origin", true, 0},
    {"interval", true, EN_TABLE_DIGESTED},
    {"never", true, EN_TABLE_DIGESTED},
};
static struct en_error err;

static struct en_kv *new_kv(void)
{
    struct en_kv *kv = NULL;
    assert_int_equal(en_kv_open_memory(UINT64_C(1) << 28, &kv, &err), EN_OK);
    return kv;
}

static struct en_store *begin(struct en_kv *kv, en_kv_mode mode)
{
    struct en_store *store = NULL;
    assert_int_equal(en_store_begin(kv, mode, &store, &err), EN_OK);
    return store;
}

static void put_entry(struct en_store *store, const struct en_series_table *table, int32_t day,
                      uint32_t series, const char *text)
{
    struct en_series_writer *writer = NULL;
    assert_int_equal(en_series_writer_open(store, table, day, &writer, &err), EN_OK);
    assert_int_equal(en_series_writer_put(writer, series, en_slice_text(text), NULL, NULL, &err),
                     EN_OK);
    assert_int_equal(en_series_writer_end(writer, &err), EN_OK);
    en_series_writer_close(writer);
}

static void put_row(struct en_store *store, const char *key, const char *value)
{
    struct en_kv_table point;
    assert_int_equal(en_store_table(store, "point", &point, &err), EN_OK);
    assert_int_equal(en_digest_mark_rows(store, "point", &err), EN_OK);
    assert_int_equal(
        en_kv_put(en_store_txn(store), point, en_slice_text(key), en_slice_text(value), &err),
        EN_OK);
}

/* Days in three months, around 1970; series far apart. */
static void fill(struct en_store *store, bool is_backwards)
{
    for (int32_t i = 0; i < 60; i++) {
        int32_t at = is_backwards ? 59 - i : i;
        put_entry(store, &interval, at % 10 * 9 - 40, (uint32_t)at * 7, at % 3 == 0 ? "a" : "bcd");
    }
    put_row(store, is_backwards ? "two" : "one", "row");
    put_row(store, is_backwards ? "one" : "two", "row");
}

static void check_difference(struct en_store *left, struct en_store *right, const char *table,
                             int32_t day, uint32_t series, const char *left_text,
                             const char *right_text)
{
    struct en_difference difference;
    assert_int_equal(en_difference_find(left, right, tables, EN_COUNT_OF(tables), EN_DIGEST_KEPT,
                                        &difference, &err),
                     EN_OK);
    assert_true(difference.is_found);
    assert_string_equal(difference.table->name, table);
    assert_int_equal(difference.day, day);
    assert_int_equal(difference.series, series);
    assert_true(en_slice_equal(difference.left, en_slice_text(left_text)));
    assert_true(en_slice_equal(difference.right, en_slice_text(right_text)));
}

static void test_difference_walks_to_the_entry(void **state)
{
    (void)state;
    struct en_kv *kvs[2] = {new_kv(), new_kv()};
    struct en_store *left = begin(kvs[0], EN_KV_WRITE);
    struct en_store *right = begin(kvs[1], EN_KV_WRITE);
    struct en_difference difference;
    fill(left, false);
    fill(right, true);
    assert_int_equal(en_difference_find(left, right, tables, EN_COUNT_OF(tables), EN_DIGEST_KEPT,
                                        &difference, &err),
                     EN_OK);
    assert_false(difference.is_found);
    put_row(left, "three", "row");
    check_difference(left, right, "point", 0, 0, "row", "");
    assert_int_equal(en_difference_find(right, left, tables, EN_COUNT_OF(tables), EN_DIGEST_ANEW,
                                        &difference, &err),
                     EN_OK);
    assert_true(en_slice_equal(difference.key, en_slice_text("three")));
    put_entry(right, &interval, 41, 8 * 7, "other");
    check_difference(left, right, "interval", 41, 56, "", "other");
    put_entry(left, &interval, 41, 8 * 7, "another");
    check_difference(left, right, "interval", 41, 56, "another", "other");
    put_entry(left, &interval, -22, 2 * 7, "");
    check_difference(left, right, "interval", -22, 14, "", "bcd");
    put_entry(left, &interval, -100, 3, "new");
    check_difference(left, right, "interval", -100, 3, "new", "");
    en_store_abort(left);
    en_store_abort(right);
    en_kv_close(kvs[0]);
    en_kv_close(kvs[1]);
}

static void test_difference_without_mark_is_found_anew(void **state)
{
    (void)state;
    struct en_kv *kvs[2] = {new_kv(), new_kv()};
    struct en_store *left = begin(kvs[0], EN_KV_WRITE);
    struct en_store *right = begin(kvs[1], EN_KV_WRITE);
    struct en_series_table unmarked = interval;
    struct en_difference difference;
    unmarked.flags = 0;
    fill(left, false);
    fill(right, true);
    struct en_hash root;
    assert_int_equal(en_digest_root(left, tables, EN_COUNT_OF(tables), EN_DIGEST_KEPT, &root, &err),
                     EN_OK);
    put_entry(left, &unmarked, -31, 7, "tampered");
    assert_int_equal(en_difference_find(left, right, tables, EN_COUNT_OF(tables), EN_DIGEST_KEPT,
                                        &difference, &err),
                     EN_OK);
    assert_false(difference.is_found);
    assert_int_equal(en_difference_find(left, right, tables, EN_COUNT_OF(tables), EN_DIGEST_ANEW,
                                        &difference, &err),
                     EN_OK);
    assert_true(difference.is_found);
    assert_int_equal(difference.series, 7);
    en_store_abort(left);
    en_store_abort(right);
    en_kv_close(kvs[0]);
    en_kv_close(kvs[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_difference_walks_to_the_entry),
        cmocka_unit_test(test_difference_without_mark_is_found_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
