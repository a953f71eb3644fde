#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff/demand.h"

#define UNIT INT64_C(1000000)
#define KW(n)                                                                                      \
    {                                                                                              \
        (n) * UNIT, EN_QUALITY_MEASURED                                                            \
    }

/* The supplier's peak hour of each working day: 480, 510, 495 kW make 495. */
static void test_d_01_purchased_capacity(void **state)
{
    (void)state;
    static const struct en_amount powers[] = {KW(480), KW(510), KW(495)};
    struct en_amount mean = en_demand_mean(powers, 3);
    assert_true(mean.micro == 495 * UNIT);
    assert_true(mean.quality == en_quality_derive(EN_QUALITY_MEASURED));
}

/* Maxima of the planned peak hours: 560, 600, 575 kW make 578.333. */
static void test_d_02_network_capacity(void **state)
{
    (void)state;
    static const struct en_amount days[3][3] = {
        {KW(540), KW(560), KW(555)}, {KW(600), KW(120), KW(599)}, {KW(0), KW(0), KW(575)}};
    struct en_amount maxima[3];
    for (size_t i = 0; i < 3; i++) {
        maxima[i] = en_demand_max(days[i], 3);
    }
    assert_true(maxima[0].micro == 560 * UNIT && maxima[1].micro == 600 * UNIT);
    assert_true(en_demand_mean(maxima, 3).micro == 578333333);
}

static void test_a_missing_hour_leaves_the_mean_missing(void **state)
{
    (void)state;
    struct en_amount powers[] = {KW(480), {0, EN_QUALITY_MISSING | EN_QUALITY_GAP}, KW(495)};
    struct en_amount mean = en_demand_mean(powers, 3);
    assert_true(en_quality_is_missing(mean.quality) && (mean.quality & EN_QUALITY_GAP) != 0);
    assert_true(en_quality_is_missing(en_demand_max(powers, 3).quality));
    assert_true(en_quality_is_missing(en_demand_mean(powers, 0).quality));
    /* a rejected value is none; a substituted one counts, and its source is told */
    powers[1] = (struct en_amount){
        500 * UNIT, en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_REJECTED)};
    assert_true(en_quality_is_missing(en_demand_mean(powers, 3).quality));
    powers[1].quality = EN_SOURCE_EST_LIKEDAY;
    mean = en_demand_mean(powers, 3);
    assert_int_equal(en_quality_worst_source(mean.quality), EN_SOURCE_EST_LIKEDAY);
}

static void test_d_03_excess(void **state)
{
    (void)state;
    struct en_excess excess;
    assert_int_equal(en_demand_excess(520 * UNIT, 500 * UNIT, &excess, NULL), EN_OK);
    assert_true(excess.micro == 20 * UNIT && excess.percent_1e4 == 40000);
    assert_int_equal(en_demand_excess(480 * UNIT, 500 * UNIT, &excess, NULL), EN_OK);
    assert_true(excess.micro == -20 * UNIT && excess.percent_1e4 == -40000);
    assert_int_equal(en_demand_excess(520 * UNIT, 0, &excess, NULL), EN_OK);
    assert_false(excess.is_percent_present);
    struct en_error err = {0};
    assert_int_equal(en_demand_excess(INT64_MIN, 1, &excess, &err), EN_OVERFLOW);
}

static void test_d_04_reserve(void **state)
{
    (void)state;
    int64_t reserve = 0;
    assert_int_equal(en_demand_reserve(700 * UNIT, 578333333, &reserve, NULL), EN_OK);
    assert_true(reserve == 121666667);
    assert_int_equal(en_demand_reserve(500 * UNIT, 578333333, &reserve, NULL), EN_OK);
    assert_true(reserve == 0);
    struct en_error err = {0};
    assert_int_equal(en_demand_reserve(INT64_MAX, -1, &reserve, &err), EN_OVERFLOW);
}

/* 180 kWh after 20 of 30 minutes at 600 kW: 560 kW is above 550; 570 kW may be drawn. */
static void test_d_05_forecast(void **state)
{
    (void)state;
    struct en_demand_slot slot = {180 * UNIT, 600 * UNIT, 550 * UNIT, 600, 1800};
    struct en_demand_forecast forecast;
    assert_int_equal(en_demand_forecast(&slot, &forecast, NULL), EN_OK);
    assert_true(forecast.forecast_micro == 560 * UNIT && forecast.allowed_micro == 570 * UNIT);
    assert_true(forecast.is_over);
    slot.power_micro = 570 * UNIT;
    assert_int_equal(en_demand_forecast(&slot, &forecast, NULL), EN_OK);
    assert_true(forecast.forecast_micro == 550 * UNIT && !forecast.is_over);
    slot.energy_micro = 300 * UNIT;
    assert_int_equal(en_demand_forecast(&slot, &forecast, NULL), EN_OK);
    assert_true(forecast.allowed_micro < 0);
    slot.energy_micro = INT64_MAX;
    struct en_error err = {0};
    assert_int_equal(en_demand_forecast(&slot, &forecast, &err), EN_OVERFLOW);
}

static void test_d_09_limit(void **state)
{
    (void)state;
    struct en_limit_rule rule = {550 * UNIT, 1, 20000};
    struct en_limit_state limit = {0, false};
    assert_int_equal(en_limit_next(&rule, &limit, 550 * UNIT), EN_LIMIT_KEEPS);
    assert_int_equal(en_limit_next(&rule, &limit, 551 * UNIT), EN_LIMIT_RAISED);
    assert_int_equal(en_limit_next(&rule, &limit, 545 * UNIT), EN_LIMIT_KEEPS);
    assert_true(limit.is_raised);
    assert_int_equal(en_limit_next(&rule, &limit, 539 * UNIT), EN_LIMIT_KEEPS);
    assert_int_equal(en_limit_next(&rule, &limit, 538 * UNIT), EN_LIMIT_CLEARED);
    assert_int_equal(en_limit_next(&rule, &limit, 538 * UNIT), EN_LIMIT_KEEPS);
}

static void test_d_09_delay_counts_slots_in_a_row(void **state)
{
    (void)state;
    struct en_limit_rule rule = {550 * UNIT, 3, 0};
    struct en_limit_state limit = {0, false};
    static const struct {
        int64_t kw;
        en_limit_change change;
    } slots[] = {{560, EN_LIMIT_KEEPS}, {560, EN_LIMIT_KEEPS},  {550, EN_LIMIT_KEEPS},
                 {560, EN_LIMIT_KEEPS}, {560, EN_LIMIT_KEEPS},  {560, EN_LIMIT_RAISED},
                 {560, EN_LIMIT_KEEPS}, {549, EN_LIMIT_CLEARED}};
    for (size_t i = 0; i < EN_COUNT_OF(slots); i++) {
        assert_int_equal(en_limit_next(&rule, &limit, slots[i].kw * UNIT), slots[i].change);
    }
}

static void test_d_10_reactive_factor(void **state)
{
    (void)state;
    int64_t factor = 0;
    assert_true(en_demand_reactive_factor(1000 * UNIT, 400 * UNIT, &factor));
    assert_true(factor == 400000);
    assert_false(en_demand_reactive_factor(0, 400 * UNIT, &factor));
    assert_false(en_demand_is_large_load(6));
    assert_true(en_demand_is_large_load(7));
    assert_true(en_demand_is_large_load(22));
    assert_false(en_demand_is_large_load(23));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_d_01_purchased_capacity),
        cmocka_unit_test(test_d_02_network_capacity),
        cmocka_unit_test(test_a_missing_hour_leaves_the_mean_missing),
        cmocka_unit_test(test_d_03_excess),
        cmocka_unit_test(test_d_04_reserve),
        cmocka_unit_test(test_d_05_forecast),
        cmocka_unit_test(test_d_09_limit),
        cmocka_unit_test(test_d_09_delay_counts_slots_in_a_row),
        cmocka_unit_test(test_d_10_reactive_factor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
