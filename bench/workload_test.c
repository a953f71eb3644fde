#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "bench/workload.h"
#include "core/assert.h"

/* Totals of the first days of 1000 points, as every engine measured has to find them. */
static void test_workload_totals_are_those_of_all_engines(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        uint32_t day;
        uint64_t total;
        uint32_t marked_count;
    } cases[] = {{42, 0, 1612257668, 239}, {42, 29, 1602963112, 428}, {7, 3, 1876403298, 375}};
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_workload workload = {.points_count = 1000, .days_count = 30};
        workload.seed = cases[i].seed;
        uint64_t total = 0;
        uint32_t marked_count = 0;
        for (uint32_t point = 0; point < workload.points_count; point++) {
            struct en_workload_day day;
            en_workload_day(&workload, point, cases[i].day, &day);
            for (uint32_t slot = 0; slot < EN_WORKLOAD_SLOTS; slot++) {
                total += day.values[slot];
                marked_count += day.quality[slot] != EN_WORKLOAD_GOOD;
            }
        }
        assert_int_equal(total, cases[i].total);
        assert_int_equal(marked_count, cases[i].marked_count);
    }
}

static void test_workload_order_holds_every_point_once(void **state)
{
    (void)state;
    struct en_workload workload = {.points_count = 999, .days_count = 30, .seed = 42};
    uint32_t points[999];
    uint8_t counts[999] = {0};
    en_workload_order(&workload, 17, points);
    for (uint32_t i = 0; i < 999; i++) {
        assert_true(points[i] < 999);
        counts[points[i]]++;
    }
    for (uint32_t i = 0; i < 999; i++) {
        assert_int_equal(counts[i], 1);
    }
    assert_int_equal(en_workload_groups(&workload), 4);
    assert_int_equal(en_workload_group_of(&workload, 7), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workload_totals_are_those_of_all_engines),
        cmocka_unit_test(test_workload_order_holds_every_point_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
