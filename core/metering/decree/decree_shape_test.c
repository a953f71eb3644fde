#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/decree/decree_shape.h"
#include "core/metering/tariff/calendar.h"
#include "core/slice.h"

#define HOURS 720u
#define PEAK 168u

/* Working days are 1 .. 21, their peak hours 8 .. 15. */
static void mark_peak_hours(uint8_t *is_peak)
{
    for (size_t i = 0; i < HOURS; i++) {
        is_peak[i] = i / 24 < 21 && i % 24 >= 8 && i % 24 < 16 ? 1 : 0;
    }
}

static int64_t sum_of(const int64_t *values, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

/* 120 MWh, 168 peak hours, 0.5 MW: 84 in the peak, 36 in 552 hours; in kWh 65, 65, 66 ... */
static void test_d442_e_peak_hours_are_capped_by_power(void **state)
{
    (void)state;
    uint8_t is_peak[HOURS];
    int64_t hours[HOURS];
    mark_peak_hours(is_peak);
    struct en_decree_integral integral = {120000, 500, is_peak, HOURS}; /* kWh */
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_OK);
    assert_true(sum_of(hours, HOURS) == 120000);
    const int64_t first[] = {65, 65, 66, 65, 65, 65, 66};
    assert_memory_equal(hours, first, sizeof first);
    for (size_t i = 0; i < HOURS; i++) {
        assert_true(is_peak[i] == 0 || hours[i] == 500);
    }
}

/* 60 MWh fit into the peak hours: 0.357142857 each, and exactly 60 together. */
static void test_d442_e_small_energy_is_all_in_the_peak(void **state)
{
    (void)state;
    uint8_t is_peak[HOURS];
    int64_t hours[HOURS];
    mark_peak_hours(is_peak);
    struct en_decree_integral integral = {60000000, 500000, is_peak, HOURS}; /* 1e-6 MWh */
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_OK);
    assert_true(hours[8] == 357143 && hours[9] == 357143 && hours[10] == 357143);
    assert_true(hours[0] == 0 && hours[700] == 0);
    assert_true(sum_of(hours, HOURS) == 60000000);
}

static void test_d442_e_without_peak_or_without_rest(void **state)
{
    (void)state;
    uint8_t is_peak[3] = {0, 0, 0};
    int64_t hours[3];
    struct en_decree_integral integral = {10, 1, is_peak, 3};
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_OK);
    assert_true(hours[0] == 3 && hours[1] == 4 && hours[2] == 3);
    memset(is_peak, 1, sizeof is_peak);
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_OK);
    assert_true(sum_of(hours, 3) == 10);
    integral.micro = -1;
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_RANGE);
    integral = (struct en_decree_integral){10, INT64_MAX, is_peak, 3};
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_OVERFLOW);
    integral.count = 0;
    assert_int_equal(en_decree_integral_hours(&integral, hours, NULL), EN_RANGE);
}

static void fill_classes(uint8_t *classes, size_t count, unsigned first_weekday)
{
    for (size_t i = 0; i < count; i++) {
        unsigned weekday = (first_weekday - 1 + (unsigned)i) % 7 + 1;
        classes[i] = weekday == 6   ? EN_LIKE_DAY_SATURDAY
                     : weekday == 7 ? EN_LIKE_DAY_SUNDAY
                                    : EN_LIKE_DAY_WORKING;
    }
}

/* May 2026 by May 2025: day by day. */
static void test_d442_b_equal_lengths_align_by_day(void **state)
{
    (void)state;
    uint8_t classes[31];
    uint8_t reference[31];
    uint8_t map[31];
    fill_classes(classes, 31, 5);
    fill_classes(reference, 31, 4);
    en_decree_map_days(EN_DECREE_BY_DAY, classes, 31, reference, 31, map);
    for (uint8_t i = 0; i < 31; i++) {
        assert_int_equal(map[i], i);
    }
    en_decree_map_days(EN_DECREE_BY_CLASS, classes, 31, reference, 31, map);
    for (size_t i = 0; i < 31; i++) {
        assert_int_equal(reference[map[i]], classes[i]);
    }
}

/* February 2029 (28 days from a Thursday) by February 2028 (29 from a Tuesday): like days. */
static void test_d442_b_leap_february_goes_by_like_days(void **state)
{
    (void)state;
    uint8_t classes[28];
    uint8_t reference[29];
    uint8_t map[28];
    fill_classes(classes, 28, 4);
    fill_classes(reference, 29, 2);
    en_decree_map_days(EN_DECREE_BY_DAY, classes, 28, reference, 29, map);
    assert_int_equal(map[0], 0); /* a Thursday by a Tuesday: both work */
    assert_int_equal(map[2], 4); /* Saturday the 3rd by Saturday the 5th */
    assert_int_equal(map[3], 5);
    for (size_t i = 0; i < 28; i++) {
        assert_int_equal(reference[map[i]], classes[i]);
    }
}

static void test_day_without_a_like_day_goes_by_number(void **state)
{
    (void)state;
    const uint8_t classes[] = {EN_LIKE_DAY_SUNDAY, EN_LIKE_DAY_SUNDAY, EN_LIKE_DAY_WORKING};
    const uint8_t reference[] = {EN_LIKE_DAY_WORKING, EN_LIKE_DAY_WORKING};
    uint8_t map[3];
    en_decree_map_days(EN_DECREE_BY_DAY, classes, 3, reference, 2, map);
    assert_int_equal(map[0], 0);
    assert_int_equal(map[1], 1);
    assert_int_equal(map[2], 1);
}

/* W_m is kept whatever the shape; a shape of zeros is even. */
static void test_shape_keeps_the_month(void **state)
{
    (void)state;
    const int64_t weights[] = {20, 0, 10, 3};
    int64_t parts[4];
    assert_int_equal(en_decree_shape(100, weights, 4, parts, NULL), EN_OK);
    assert_true(parts[0] == 61 && parts[1] == 0 && parts[2] == 30 && parts[3] == 9);
    const int64_t zeros[] = {0, 0, 0, 0};
    assert_int_equal(en_decree_shape(10, zeros, 4, parts, NULL), EN_OK);
    assert_true(parts[0] == 3 && parts[1] == 2 && parts[2] == 3 && parts[3] == 2);
    const int64_t below[] = {1, -1};
    assert_int_equal(en_decree_shape(10, below, 2, parts, NULL), EN_RANGE);
    const int64_t beyond[] = {INT64_MAX, 1};
    assert_int_equal(en_decree_shape(10, beyond, 2, parts, NULL), EN_OVERFLOW);
    assert_int_equal(en_decree_shape(10, weights, 0, parts, NULL), EN_RANGE);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 11;
}

/* Random months: sums are exact, no peak hour is above the power by more than the rounding, and the
 * same weights give the same month in place. */
static void test_random_months_add_up(void **state)
{
    (void)state;
    uint64_t seed = 4422;
    for (int run = 0; run < 300; run++) {
        int64_t weights[HOURS];
        int64_t parts[HOURS];
        uint8_t is_peak[HOURS];
        int64_t total = (int64_t)(next_random(&seed) % 1000000000000);
        for (size_t i = 0; i < HOURS; i++) {
            weights[i] = (int64_t)(next_random(&seed) % 5000000);
            is_peak[i] = next_random(&seed) % 4 == 0 ? 1 : 0;
        }
        struct en_decree_integral integral = {total, (int64_t)(next_random(&seed) % 9000000000),
                                              is_peak, HOURS};
        assert_int_equal(en_decree_integral_hours(&integral, parts, NULL), EN_OK);
        assert_true(sum_of(parts, HOURS) == total);
        for (size_t i = 0; i < HOURS; i++) {
            assert_true(parts[i] >= 0);
            assert_true(is_peak[i] == 0 || parts[i] <= integral.max_per_hour);
        }
        assert_int_equal(en_decree_shape(total, weights, HOURS, parts, NULL), EN_OK);
        assert_true(sum_of(parts, HOURS) == total);
        assert_int_equal(en_decree_shape(total, weights, HOURS, weights, NULL), EN_OK);
        assert_memory_equal(weights, parts, sizeof parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_d442_e_peak_hours_are_capped_by_power),
        cmocka_unit_test(test_d442_e_small_energy_is_all_in_the_peak),
        cmocka_unit_test(test_d442_e_without_peak_or_without_rest),
        cmocka_unit_test(test_d442_b_equal_lengths_align_by_day),
        cmocka_unit_test(test_d442_b_leap_february_goes_by_like_days),
        cmocka_unit_test(test_day_without_a_like_day_goes_by_number),
        cmocka_unit_test(test_shape_keeps_the_month),
        cmocka_unit_test(test_random_months_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
