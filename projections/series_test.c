#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/mem.h"
#include "projections/series.h"
#include "tests/scratch.h"

#define DAYS 6
#define SERIES 200u
#define ENTRY_SIZE 40u

static const struct en_series_table table = {"entries", "Entries of the test.", EN_TABLE_DIGESTED};
static struct en_error err;

/* What the table must hold, as a plain array. */
struct model {
    uint8_t size[DAYS][SERIES];
    uint8_t bytes[DAYS][SERIES][ENTRY_SIZE];
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int32_t day_of(int at)
{
    return at * 20 - 40; /* before and after 1970, two months apart */
}

static struct en_kv *new_kv(void)
{
    struct en_kv *kv = NULL;
    assert_int_equal(en_kv_open_memory(UINT64_C(1) << 30, &kv, &err), EN_OK);
    return kv;
}

static struct en_store *begin(struct en_kv *kv, en_kv_mode mode)
{
    struct en_store *store = NULL;
    assert_int_equal(en_store_begin(kv, mode, &store, &err), EN_OK);
    return store;
}

static struct en_slice model_entry(const struct model *model, int day, uint32_t series)
{
    return en_slice_of(model->bytes[day][series], model->size[day][series]);
}

/* Writes some series of one day, some of them as they were, some removed. */
static void write_some(struct en_store *store, struct model *model, int day, uint64_t *seed)
{
    struct en_series_writer *writer = NULL;
    uint32_t step = (uint32_t)(next_random(seed) % 40) + 1;
    assert_int_equal(en_series_writer_open(store, &table, day_of(day), &writer, &err), EN_OK);
    for (uint32_t series = (uint32_t)(next_random(seed) % step); series < SERIES;
         series += (uint32_t)(next_random(seed) % step) + 1) {
        uint8_t bytes[ENTRY_SIZE];
        struct en_slice old = en_slice_of(bytes, 1);
        struct en_slice before = model_entry(model, day, series);
        uint64_t kind = next_random(seed) % 4;
        struct en_slice entry = en_slice_of(bytes, kind == 0 ? 0 : next_random(seed) % ENTRY_SIZE);
        memset(bytes, (int)(next_random(seed) % 256), sizeof bytes);
        if (kind == 1) {
            entry = before;
        }
        if (kind == 2) {
            assert_int_equal(en_series_writer_peek(writer, series, &old, &err), EN_OK);
            assert_true(en_slice_equal(old, before));
        }
        bool is_changed = false;
        assert_int_equal(en_series_writer_put(writer, series, entry, &old, &is_changed, &err),
                         EN_OK);
        assert_true(en_slice_equal(old, before));
        assert_int_equal(is_changed, !en_slice_equal(before, entry));
        model->size[day][series] = (uint8_t)entry.size;
        memmove(model->bytes[day][series], entry.bytes, entry.size);
    }
    assert_int_equal(en_series_writer_end(writer, &err), EN_OK);
    en_series_writer_close(writer);
}

static void check_gets(struct en_store *store, const struct model *model)
{
    for (int day = 0; day < DAYS; day++) {
        for (uint32_t series = 0; series < SERIES + 20; series++) {
            struct en_slice entry;
            en_code code = en_series_get(store, &table, day_of(day), series, &entry, &err);
            if (series >= SERIES || model->size[day][series] == 0) {
                assert_int_equal(code, EN_NOT_FOUND);
            } else {
                assert_int_equal(code, EN_OK);
                assert_true(en_slice_equal(entry, model_entry(model, day, series)));
            }
        }
    }
}

static void check_scan(struct en_store *store, const struct model *model, int from_day, int to_day,
                       uint32_t from_series, uint32_t to_series)
{
    struct en_series_scan scan;
    uint32_t end = to_series == 0 || to_series > SERIES ? SERIES : to_series;
    int32_t day = 0;
    uint32_t series = 0;
    struct en_slice entry;
    assert_int_equal(en_series_scan_begin(store, &table, day_of(from_day), day_of(to_day),
                                          from_series, to_series, &scan, &err),
                     EN_OK);
    for (int i = from_day; i < to_day; i++) {
        for (uint32_t j = from_series; j < end; j++) {
            if (model->size[i][j] == 0) {
                continue;
            }
            assert_int_equal(en_series_scan_next(&scan, &day, &series, &entry, &err), EN_OK);
            assert_int_equal(day, day_of(i));
            assert_int_equal(series, j);
            assert_true(en_slice_equal(entry, model_entry(model, i, j)));
        }
    }
    assert_int_equal(en_series_scan_next(&scan, &day, &series, &entry, &err), EN_NOT_FOUND);
    assert_int_equal(en_series_scan_next(&scan, &day, &series, &entry, &err), EN_NOT_FOUND);
    en_series_scan_end(&scan);
}

static void check_all(struct en_store *store, const struct model *model, uint64_t *seed)
{
    check_gets(store, model);
    check_scan(store, model, 0, DAYS, 0, 0);
    for (int i = 0; i < 20; i++) {
        int from = (int)(next_random(seed) % DAYS);
        int to = from + (int)(next_random(seed) % (uint64_t)(DAYS + 1 - from));
        uint32_t from_series = (uint32_t)(next_random(seed) % SERIES);
        uint32_t to_series = from_series + (uint32_t)(next_random(seed) % 60);
        check_scan(store, model, from, to, from_series, to_series == 0 ? 1 : to_series);
        check_scan(store, model, from, to, from_series, from_series + 1);
    }
}

static void check_next_day(struct en_store *store, const struct model *model)
{
    static const uint8_t nothing[SERIES] = {0};
    int32_t day = INT32_MIN;
    for (int i = 0; i < DAYS; i++) {
        if (memcmp(model->size[i], nothing, SERIES) == 0) {
            continue;
        }
        assert_int_equal(en_series_next_day(store, &table, &day, &err), EN_OK);
        assert_int_equal(day, day_of(i));
        day++;
    }
    assert_int_equal(en_series_next_day(store, &table, &day, &err), EN_NOT_FOUND);
}

static void check_against_model(struct en_kv *kv)
{
    uint64_t seed = 4711;
    struct model *model = en_mem_alloc(1, sizeof *model);
    assert_non_null(model);
    for (int i = 0; i < 60; i++) {
        struct en_store *store = begin(kv, EN_KV_WRITE);
        for (int j = 0; j < 3; j++) {
            int day = i < DAYS ? i : (int)(next_random(&seed) % DAYS);
            write_some(store, model, day, &seed);
        }
        if (i % 10 == 0) {
            check_all(store, model, &seed);
        }
        assert_int_equal(en_store_commit(&store, &err), EN_OK);
    }
    struct en_store *store = begin(kv, EN_KV_READ);
    check_all(store, model, &seed);
    check_next_day(store, model);
    en_store_abort(store);
    en_mem_free(model);
}

static void test_series_table_is_an_array_of_days(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    check_against_model(kv);
    en_kv_close(kv);
}

static void test_series_table_on_disk_is_an_array_of_days(void **state)
{
    (void)state;
    struct en_scratch scratch;
    char path[EN_SCRATCH_PATH_SIZE + 8];
    struct en_kv *kv = NULL;
    en_scratch_make(&scratch);
    const struct en_kv_options options = {.path =
                                              en_scratch_path(&scratch, "kv", path, sizeof path),
                                          .size_max = UINT64_C(1) << 28,
                                          .tables_max = 8,
                                          .flags = EN_KV_NO_SYNC};
    assert_int_equal(en_kv_open(&options, &kv, &err), EN_OK);
    check_against_model(kv);
    en_kv_close(kv);
    en_scratch_remove(&scratch);
}

static void put_one(struct en_store *store, int32_t day, uint32_t series, const char *text,
                    bool *is_changed)
{
    struct en_series_writer *writer = NULL;
    assert_int_equal(en_series_writer_open(store, &table, day, &writer, &err), EN_OK);
    assert_int_equal(
        en_series_writer_put(writer, series, en_slice_text(text), NULL, is_changed, &err), EN_OK);
    assert_int_equal(en_series_writer_end(writer, &err), EN_OK);
    en_series_writer_close(writer);
}

static void test_series_never_written_is_empty(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    struct en_store *store = begin(kv, EN_KV_READ);
    struct en_series_scan scan;
    struct en_slice entry;
    int32_t day = 0;
    uint32_t series = 0;
    assert_int_equal(en_series_get(store, &table, 0, 0, &entry, &err), EN_NOT_FOUND);
    assert_int_equal(en_series_next_day(store, &table, &day, &err), EN_NOT_FOUND);
    assert_int_equal(en_series_scan_begin(store, &table, 0, 9, 0, 0, &scan, &err), EN_OK);
    assert_int_equal(en_series_scan_next(&scan, &day, &series, &entry, &err), EN_NOT_FOUND);
    en_series_scan_end(&scan);
    en_store_abort(store);
    en_kv_close(kv);
}

static void test_series_equal_entry_is_no_write(void **state)
{
    (void)state;
    struct en_kv *inner = new_kv();
    struct en_kv *kv = NULL;
    bool is_changed = false;
    assert_int_equal(en_kv_open_fault(inner, &kv, &err), EN_OK);
    struct en_store *store = begin(kv, EN_KV_WRITE);
    put_one(store, 5, 17, "seventeen", &is_changed);
    assert_true(is_changed);
    assert_int_equal(en_store_commit(&store, &err), EN_OK);
    store = begin(kv, EN_KV_WRITE);
    en_kv_fault_after(kv, EN_KV_FAULT_WRITE, 3, EN_IO); /* the tables are opened before */
    put_one(store, 5, 17, "seventeen", &is_changed);
    put_one(store, 5, 17, "seventeen", &is_changed);
    put_one(store, 5, 17, "seventeen", &is_changed);
    put_one(store, 5, 17, "seventeen", &is_changed);
    assert_false(is_changed);
    en_store_abort(store);
    en_kv_close(kv);
    en_kv_close(inner);
}

static void test_series_damaged_chunk_is_told(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    struct en_store *store = begin(kv, EN_KV_WRITE);
    static const uint8_t key[] = {0x80, 0, 0, 5, 0, 0, 0, 1};
    struct en_slice key_bytes = en_slice_of(key, sizeof key);
    struct en_kv_table kv_table;
    struct en_slice value;
    uint8_t bytes[64];
    put_one(store, 5, 17, "seventeen", NULL);
    assert_int_equal(en_store_table(store, table.name, &kv_table, &err), EN_OK);
    assert_int_equal(en_kv_get(en_store_txn(store), kv_table, key_bytes, &value, &err), EN_OK);
    size_t size = value.size;
    assert_int_equal(size, 4 + 2 + 1 + 9);
    memcpy(bytes, value.bytes, size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0x10;
        assert_int_equal(en_kv_put(en_store_txn(store), kv_table, key_bytes,
                                   en_slice_of(bytes, i % 2 == 0 ? size : i), &err),
                         EN_OK);
        assert_int_equal(en_series_get(store, &table, 5, 17, &value, &err), EN_CORRUPT);
        assert_non_null(strstr(err.text, "entries, day 5, series from 16"));
        bytes[i] ^= 0x10;
    }
    /* a good chunk in the wrong place is damage too */
    static const uint8_t other[] = {0x80, 0, 0, 6, 0, 0, 0, 1};
    assert_int_equal(en_kv_put(en_store_txn(store), kv_table, en_slice_of(other, sizeof other),
                               en_slice_of(bytes, size), &err),
                     EN_OK);
    assert_int_equal(en_store_commit(&store, &err), EN_OK); /* it went past the store */
    store = begin(kv, EN_KV_WRITE);
    assert_int_equal(en_series_get(store, &table, 6, 17, &value, &err), EN_CORRUPT);
    en_store_abort(store);
    en_kv_close(kv);
}

static void test_series_scan_goes_on_beside_changes(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    struct en_store *store = begin(kv, EN_KV_WRITE);
    struct en_series_scan scan;
    struct en_slice entry;
    int32_t day = 0;
    uint32_t series = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < 100; i++) {
        put_one(store, 1, i, "value", NULL);
    }
    assert_int_equal(en_series_scan_begin(store, &table, 0, 5, 0, 0, &scan, &err), EN_OK);
    while (en_series_scan_next(&scan, &day, &series, &entry, &err) == EN_OK) {
        assert_int_equal(series, count++);
        put_one(store, 1, series, "", NULL);
        put_one(store, 7, series, "moved", NULL);
        assert_true(en_slice_equal(entry, en_slice_text("value")));
    }
    en_series_scan_end(&scan);
    assert_int_equal(count, 100);
    day = 0;
    assert_int_equal(en_series_next_day(store, &table, &day, &err), EN_OK);
    assert_int_equal(day, 7);
    en_store_abort(store);
    en_kv_close(kv);
}

/* Two days of two groups, the second over the first. */
static en_code write_through(struct en_kv *kv)
{
    struct en_store *store = NULL;
    struct en_series_writer *writer = NULL;
    en_code code = en_store_begin(kv, EN_KV_WRITE, &store, &err);
    for (uint32_t i = 0; i < 2 && code == EN_OK; i++) {
        code = en_series_writer_open(store, &table, 3, &writer, &err);
        for (uint32_t j = 0; j < 32 && code == EN_OK; j += 8) {
            code = en_series_writer_put(writer, j, en_slice_text(i == 0 ? "one" : "another"), NULL,
                                        NULL, &err);
        }
        if (code == EN_OK) {
            code = en_series_writer_end(writer, &err);
        }
        en_series_writer_close(writer);
        writer = NULL;
    }
    if (code == EN_OK) {
        code = en_store_commit(&store, &err);
    }
    en_store_abort(store);
    return code;
}

static void check_whole(struct en_kv *kv, bool is_written)
{
    struct en_store *store = begin(kv, EN_KV_READ);
    struct en_slice entry;
    for (uint32_t j = 0; j < 32; j += 8) {
        en_code code = en_series_get(store, &table, 3, j, &entry, &err);
        assert_int_equal(code, is_written ? EN_OK : EN_NOT_FOUND);
    }
    en_store_abort(store);
}

static void test_series_nth_write_fails_and_nothing_is_kept(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t n = 1; !is_done; n++) {
        struct en_kv *inner = new_kv();
        struct en_kv *kv = NULL;
        assert_int_equal(en_kv_open_fault(inner, &kv, &err), EN_OK);
        en_kv_fault_after(kv, EN_KV_FAULT_WRITE | EN_KV_FAULT_COMMIT | EN_KV_FAULT_READ, n,
                          EN_FULL);
        en_code code = write_through(kv);
        assert_true(code == EN_OK || code == EN_FULL);
        is_done = code == EN_OK;
        assert_true(!is_done || n > 10);
        check_whole(inner, is_done);
        en_kv_close(kv);
        en_kv_close(inner);
    }
}

static void test_series_nth_allocation_fails_and_nothing_is_kept(void **state)
{
    (void)state;
    bool is_done = false;
    for (uint64_t n = 1; !is_done; n++) {
        struct en_kv *kv = new_kv();
        en_mem_fail_after(n);
        en_code code = write_through(kv);
        en_mem_fail_after(0);
        assert_true(code == EN_OK || code == EN_NOMEM);
        is_done = code == EN_OK;
        check_whole(kv, is_done);
        en_kv_close(kv);
    }
}

static void test_store_stands_at_its_position(void **state)
{
    (void)state;
    struct en_kv *kv = new_kv();
    struct en_store *store = begin(kv, EN_KV_WRITE);
    assert_int_equal(en_store_position(store), 0);
    assert_int_equal(en_store_set_position(store, UINT64_C(1) << 40, &err), EN_OK);
    assert_int_equal(en_store_commit(&store, &err), EN_OK);
    assert_null(store);
    store = begin(kv, EN_KV_READ);
    assert_int_equal(en_store_position(store), UINT64_C(1) << 40);
    en_store_abort(store);
    en_kv_close(kv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_table_is_an_array_of_days),
        cmocka_unit_test(test_series_table_on_disk_is_an_array_of_days),
        cmocka_unit_test(test_series_never_written_is_empty),
        cmocka_unit_test(test_series_equal_entry_is_no_write),
        cmocka_unit_test(test_series_damaged_chunk_is_told),
        cmocka_unit_test(test_series_scan_goes_on_beside_changes),
        cmocka_unit_test(test_series_nth_write_fails_and_nothing_is_kept),
        cmocka_unit_test(test_series_nth_allocation_fails_and_nothing_is_kept),
        cmocka_unit_test(test_store_stands_at_its_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
