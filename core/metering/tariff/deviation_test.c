#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff/deviation.h"

#define UNIT INT64_C(1000000)

/* Plan 100 an hour, fact 90, 105, 100, 120: over 25, under 10. */
static void test_d_06_over_and_under(void **state)
{
    (void)state;
    static const int64_t fact[] = {90, 105, 100, 120};
    struct en_deviation deviation = {0};
    for (size_t i = 0; i < 4; i++) {
        en_deviation_add(&deviation, 100 * UNIT, fact[i] * UNIT);
    }
    assert_true(deviation.over == 25 * UNIT && deviation.under == 10 * UNIT);
    assert_true(deviation.fact - deviation.plan == deviation.over - deviation.under);
    assert_int_equal(deviation.hours_count, 4);
}

static void test_d_07_trend(void **state)
{
    (void)state;
    static const struct {
        int64_t fact, rest, percent_1e4;
        en_trend_level level;
    } cases[] = {
        {400, 500, 900000, EN_TREND_NONE},   {450, 500, 950000, EN_TREND_NEAR},
        {500, 500, 1000000, EN_TREND_AT},    {549, 500, 1049000, EN_TREND_AT},
        {550, 500, 1050000, EN_TREND_ABOVE},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_trend trend =
            en_deviation_trend(cases[i].fact * UNIT, cases[i].rest * UNIT, 1000 * UNIT);
        assert_true(trend.percent_1e4 == cases[i].percent_1e4);
        assert_int_equal(trend.level, cases[i].level);
    }
    struct en_trend trend = en_deviation_trend(9499999999, 0, 10000000000); /* 94.99999999 % */
    assert_int_equal(trend.level, EN_TREND_NONE);
    trend = en_deviation_trend(5, 5, 0);
    assert_true(trend.expected == 10 && trend.level == EN_TREND_NONE);
    assert_string_equal(en_trend_level_name(EN_TREND_ABOVE), "above");
}

/* 3100 in 31 days is what 2800 in 28 days was. */
static void test_d_08_comparable_period(void **state)
{
    (void)state;
    struct en_period_usage march = {3100 * UNIT, 31, 21};
    struct en_period_usage february = {2800 * UNIT, 28, 20};
    int64_t percent = -1;
    assert_true(en_deviation_per_day(&march, &february, &percent));
    assert_true(percent == 0);
    assert_true(en_deviation_per_working_day(&march, &february, &percent));
    assert_true(percent == 54422); /* 147.619 against 140 a working day */
    struct en_period_usage nothing = {0, 30, 20};
    assert_false(en_deviation_per_day(&march, &nothing, &percent));
    struct en_period_usage holidays = {5 * UNIT, 10, 0};
    assert_false(en_deviation_per_working_day(&holidays, &february, &percent));
    struct en_period_usage export = {-100 * UNIT, 10, 5};
    struct en_period_usage less = {-50 * UNIT, 10, 5};
    assert_true(en_deviation_per_day(&less, &export, &percent));
    assert_true(percent == 500000); /* up by half of it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_d_06_over_and_under),
        cmocka_unit_test(test_d_07_trend),
        cmocka_unit_test(test_d_08_comparable_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
