#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/resource/mean.h"

#define UNIT INT64_C(1000000)

static void test_x_09_flow_weighted_mean(void **state)
{
    (void)state;
    static const struct en_mean_part parts[] = {{10 * UNIT, 90 * UNIT}, {30 * UNIT, 70 * UNIT}};
    int64_t micro = 0;
    assert_true(en_mean_weighted(parts, 2, &micro));
    assert_true(micro == 75 * UNIT);
    /* Over time alone it would be 80. */
    static const struct en_mean_part hours[] = {{3600, 90 * UNIT}, {3600, 70 * UNIT}};
    assert_true(en_mean_weighted(hours, 2, &micro));
    assert_true(micro == 80 * UNIT);
}

static void test_x_09_rounds_once(void **state)
{
    (void)state;
    static const struct en_mean_part thirds[] = {{1, 0}, {1, 0}, {1, 2}};
    static const struct en_mean_part below[] = {{1, -1}, {1, 0}};
    int64_t micro = 0;
    assert_true(en_mean_weighted(thirds, 3, &micro));
    assert_true(micro == 1);
    assert_true(en_mean_weighted(below, 2, &micro));
    assert_true(micro == -1);
}

static void test_x_09_nothing_flowed(void **state)
{
    (void)state;
    static const struct en_mean_part still[] = {{0, 90 * UNIT}, {0, 70 * UNIT}};
    static const struct en_mean_part back[] = {{-1, 90 * UNIT}, {2, 70 * UNIT}};
    static const struct en_mean_part huge[] = {
        {INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX}};
    int64_t micro = 7;
    assert_false(en_mean_weighted(still, 2, &micro));
    assert_false(en_mean_weighted(NULL, 0, &micro));
    assert_false(en_mean_weighted(back, 2, &micro));
    assert_false(en_mean_weighted(huge, 3, &micro));
    assert_true(micro == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x_09_flow_weighted_mean),
        cmocka_unit_test(test_x_09_rounds_once),
        cmocka_unit_test(test_x_09_nothing_flowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
