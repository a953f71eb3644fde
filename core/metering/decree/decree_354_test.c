#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/decree/decree_354.h"

#define MICRO INT64_C(1000000)

static const struct en_household_rules *const rules = &en_household_rules_default;

static void test_d354_a_mean_of_six_months(void **state)
{
    (void)state;
    const int64_t months[] = {100 * MICRO, 120 * MICRO, 110 * MICRO,
                              90 * MICRO,  80 * MICRO,  101 * MICRO};
    struct en_household household = {months, 6, 250 * MICRO, 1, false};
    int64_t micro = 0;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_MEAN);
    assert_true(micro == 100166667); /* 601 / 6 */
    household.missing_count = 3;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_MEAN);
    household.missing_count = 4;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_NORM);
    assert_true(micro == 250 * MICRO);
}

static void test_d354_a_young_meter_needs_three(void **state)
{
    (void)state;
    const int64_t months[] = {1, 1, 3};
    struct en_household household = {months, 3, 7, 1, true};
    int64_t micro = 0;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_MEAN);
    assert_true(micro == 2);
    household.is_young = false;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_NORM);
    household.is_young = true;
    household.months_count = 2;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_NORM);
    assert_true(micro == 7);
}

static void test_mean_takes_the_largest_values(void **state)
{
    (void)state;
    const int64_t months[] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    struct en_household household = {months, 6, 0, 1, false};
    int64_t micro = 0;
    assert_int_equal(en_household_volume(rules, &household, &micro), EN_HOUSEHOLD_MEAN);
    assert_true(micro == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_d354_a_mean_of_six_months),
        cmocka_unit_test(test_d354_a_young_meter_needs_three),
        cmocka_unit_test(test_mean_takes_the_largest_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
