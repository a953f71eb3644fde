#include "processors/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/mem.h"

#define ITEMS 3000u

struct item {
    uint64_t key;
    uint64_t place; /* where it stood */
};

static struct item items[ITEMS];

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void test_sort_key_orders_like_day_and_series(void **state)
{
    (void)state;
    static const struct {
        int32_t day;
        uint32_t series;
    } rising[] = {{INT32_MIN, 0}, {INT32_MIN, UINT32_MAX}, {-1, 7}, {0, 0}, {0, 1},
                  {1, 0},         {INT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < EN_COUNT_OF(rising); i++) {
        uint64_t key = en_day_series_key(rising[i].day, rising[i].series);
        assert_int_equal(en_day_of_key(key), rising[i].day);
        assert_int_equal(en_series_of_key(key), rising[i].series);
        assert_true(i == 0 || en_day_series_key(rising[i - 1].day, rising[i - 1].series) < key);
    }
}

/* Keys that differ in many bytes, in few, in none; as many items as each path of the sort wants. */
static void test_sort_is_stable(void **state)
{
    (void)state;
    static const uint64_t masks[] = {UINT64_MAX, 0xff, 0xff00ff, 0, UINT64_C(0xffff000000000000)};
    static const size_t counts[] = {0, 1, 2, 10, 100, ITEMS};
    struct en_error err;
    uint64_t seed = 11;
    for (size_t m = 0; m < EN_COUNT_OF(masks); m++) {
        for (size_t c = 0; c < EN_COUNT_OF(counts); c++) {
            for (size_t i = 0; i < counts[c]; i++) {
                items[i] = (struct item){random_next(&seed) & masks[m], i};
            }
            assert_int_equal(en_sort_by_key(items, counts[c], sizeof *items, &err), EN_OK);
            for (size_t i = 1; i < counts[c]; i++) {
                assert_true(
                    items[i - 1].key < items[i].key ||
                    (items[i - 1].key == items[i].key && items[i - 1].place < items[i].place));
            }
        }
    }
}

static void test_sort_bears_want_of_memory(void **state)
{
    (void)state;
    struct en_error err;
    uint64_t seed = 12;
    for (size_t i = 0; i < ITEMS; i++) {
        items[i] = (struct item){random_next(&seed), i};
    }
    en_mem_fail_after(1);
    assert_int_equal(en_sort_by_key(items, ITEMS, sizeof *items, &err), EN_NOMEM);
    en_mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_key_orders_like_day_and_series),
        cmocka_unit_test(test_sort_is_stable),
        cmocka_unit_test(test_sort_bears_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
