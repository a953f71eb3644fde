#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "projections/digest.h"

static const struct en_series_table interval = {"interval", "", EN_TABLE_DIGESTED};
static const struct en_series_table origin = {"origin", "", 0};
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

static void commit(struct en_store *store)
{
    assert_int_equal(en_store_commit(&store, &err), EN_OK);
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

static struct en_hash root_of(struct en_store *store, en_digest_trust trust)
{
    struct en_hash hash;
    assert_int_equal(en_digest_root(store, tables, EN_COUNT_OF(tables), trust, &hash, &err), EN_OK);
    return hash;
}

static void assert_roots(struct en_store *a, struct en_store *b, bool is_equal)
{
    struct en_hash roots[4] = {root_of(a, EN_DIGEST_KEPT), root_of(b, EN_DIGEST_KEPT),
                               root_of(a, EN_DIGEST_ANEW), root_of(b, EN_DIGEST_ANEW)};
    assert_true(en_hash_equal(&roots[0], &roots[2]));
    assert_true(en_hash_equal(&roots[1], &roots[3]));
    assert_int_equal(en_hash_equal(&roots[0], &roots[1]), is_equal);
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

static void test_digest_is_of_the_entries_alone(void **state)
{
    (void)state;
    struct en_kv *kvs[2] = {new_kv(), new_kv()};
    struct en_store *left = begin(kvs[0], EN_KV_WRITE);
    fill(left, false);
    commit(left);
    struct en_store *right = begin(kvs[1], EN_KV_WRITE);
    fill(right, true);
    put_entry(right, &interval, -31, 5, "passing");
    (void)root_of(right, EN_DIGEST_KEPT);
    put_entry(right, &interval, -31, 5, "");
    put_entry(right, &origin, 3, 3, "not digested");
    commit(right);
    left = begin(kvs[0], EN_KV_READ);
    right = begin(kvs[1], EN_KV_READ);
    assert_roots(left, right, true);
    en_store_abort(left);
    en_store_abort(right);
    en_kv_close(kvs[0]);
    en_kv_close(kvs[1]);
}

static void test_digest_bytes_are_as_written_down(void **state)
{
    (void)state;
    static const uint8_t day_bytes[] = {7, 0, 0, 0, 1, 'a', 9, 0, 0, 0, 2, 'b', 'c'};
    uint8_t month_bytes[4 + EN_HASH_SIZE] = {3, 0, 0, 0};
    uint8_t table_bytes[4 + EN_HASH_SIZE] = {0, 0, 0, 0};
    uint8_t root_bytes[9 + EN_HASH_SIZE] = "\x08interval";
    struct en_kv *kv = new_kv();
    struct en_store *store = begin(kv, EN_KV_WRITE);
    struct en_hash hash;
    put_entry(store, &interval, 3, 7, "a");
    put_entry(store, &interval, 3, 9, "bc");
    struct en_hash day = en_hash_of(en_slice_of(day_bytes, sizeof day_bytes));
    memcpy(month_bytes + 4, day.bytes, EN_HASH_SIZE);
    struct en_hash month = en_hash_of(en_slice_of(month_bytes, sizeof month_bytes));
    memcpy(table_bytes + 4, month.bytes, EN_HASH_SIZE);
    struct en_hash table = en_hash_of(en_slice_of(table_bytes, sizeof table_bytes));
    memcpy(root_bytes + 9, table.bytes, EN_HASH_SIZE);
    struct en_hash root = en_hash_of(en_slice_of(root_bytes, sizeof root_bytes));
    assert_int_equal(en_digest_day(store, "interval", 3, EN_DIGEST_KEPT, &hash, &err), EN_OK);
    assert_true(en_hash_equal(&hash, &day));
    assert_int_equal(en_digest_month(store, "interval", 20, EN_DIGEST_KEPT, &hash, &err), EN_OK);
    assert_true(en_hash_equal(&hash, &month));
    assert_int_equal(en_digest_table(store, &tables[2], EN_DIGEST_KEPT, &hash, &err), EN_OK);
    assert_true(en_hash_equal(&hash, &table));
    hash = root_of(store, EN_DIGEST_KEPT);
    assert_true(en_hash_equal(&hash, &root));
    assert_int_equal(en_digest_day(store, "interval", 4, EN_DIGEST_KEPT, &hash, &err),
                     EN_NOT_FOUND);
    assert_int_equal(en_digest_month(store, "interval", 99, EN_DIGEST_KEPT, &hash, &err),
                     EN_NOT_FOUND);
    assert_int_equal(en_digest_table(store, &tables[3], EN_DIGEST_KEPT, &hash, &err), EN_NOT_FOUND);
    en_store_abort(store);
    en_kv_close(kv);
}

static void test_digest_rows_are_in_key_order(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    struct en_store *store = begin(kv, EN_KV_WRITE);
    struct en_hash hash;
    put_row(store, "k2", "");
    put_row(store, "k1", "v");
    static const uint8_t rows[] = {2, 'k', '1', 1, 'v', 2, 'k', '2', 0};
    struct en_hash expected = en_hash_of(en_slice_of(rows, sizeof rows));
    assert_int_equal(en_digest_table(store, &tables[0], EN_DIGEST_KEPT, &hash, &err), EN_OK);
    assert_true(en_hash_equal(&hash, &expected));
    en_store_abort(store);
    en_kv_close(kv);
}

static void test_digest_kept_follows_every_change(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    for (int32_t i = 0; i < 40; i++) {
        struct en_store *store = begin(kv, EN_KV_WRITE);
        for (int32_t j = 0; j < 3; j++) {
            put_entry(store, &interval, i * j % 50, (uint32_t)(i % 5), i % 7 == 0 ? "" : "x");
            if (i % 3 == 0) {
                (void)root_of(store, EN_DIGEST_KEPT); /* kept inside the transaction too */
            }
            put_row(store, i % 2 == 0 ? "a" : "b", j == 0 ? "1" : "2");
        }
        struct en_hash kept = root_of(store, EN_DIGEST_KEPT);
        struct en_hash anew = root_of(store, EN_DIGEST_ANEW);
        assert_true(en_hash_equal(&kept, &anew));
        commit(store);
    }
    en_kv_close(kv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_is_of_the_entries_alone),
        cmocka_unit_test(test_digest_bytes_are_as_written_down),
        cmocka_unit_test(test_digest_rows_are_in_key_order),
        cmocka_unit_test(test_digest_kept_follows_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
