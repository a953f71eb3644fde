#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/resource/heat.h"

#include "core/metering/resource/water.h"

#define UNIT INT64_C(1000000)

static int64_t in_unit(struct en_heat_exact heat, en_unit unit)
{
    int64_t micro = INT64_MIN;
    assert_true(en_heat_in(heat, unit, &micro));
    return micro;
}

static void test_x_02_closed(void **state)
{
    (void)state;
    struct en_heat_exact heat = {0};
    assert_true(en_heat_closed(100 * UNIT, 398500000, 293400000, &heat));
    assert_true(in_unit(heat, EN_UNIT_GJ) == 10510000);  /* 10 510 MJ */
    assert_true(in_unit(heat, EN_UNIT_GCAL) == 2510270); /* 2.5103 Gcal */
}

static void test_x_02_closed_from_temperatures(void **state)
{
    (void)state;
    int64_t supply = 0;
    int64_t back = 0;
    struct en_heat_exact heat = {0};
    assert_true(en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){600 * UNIT, 95 * UNIT},
                                  &supply));
    assert_true(
        en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){600 * UNIT, 70 * UNIT}, &back));
    assert_true(en_heat_closed(100 * UNIT, supply, back, &heat));
    /* 100 t * (398.411541 - 293.483061) kJ/kg */
    assert_true(in_unit(heat, EN_UNIT_GJ) == 10492848);
}

static void test_x_02_open(void **state)
{
    (void)state;
    struct en_heat_exact heat = {0};
    /* 100 (398.5 - 21) - 90 (293.4 - 21) = 37750 - 24516 = 13234 MJ */
    assert_true(en_heat_open((struct en_heat_pipe){100 * UNIT, 398500000},
                             (struct en_heat_pipe){90 * UNIT, 293400000}, 21000000, &heat));
    assert_true(in_unit(heat, EN_UNIT_GJ) == 13234000);
    /* Nothing drawn off: the cold water does not matter. */
    struct en_heat_exact closed = {0};
    assert_true(en_heat_open((struct en_heat_pipe){100 * UNIT, 398500000},
                             (struct en_heat_pipe){100 * UNIT, 293400000}, 21000000, &heat));
    assert_true(en_heat_closed(100 * UNIT, 398500000, 293400000, &closed));
    assert_true(heat.micro_j == closed.micro_j);
}

static void test_x_03_steam(void **state)
{
    (void)state;
    struct en_heat_exact heat = {0};
    assert_true(en_heat_steam(10 * UNIT, INT64_C(2778100000), 83900000, &heat));
    assert_true(in_unit(heat, EN_UNIT_GJ) == 26942000);
}

static void test_x_05_failure(void **state)
{
    (void)state;
    struct en_heat_failure failure = {12 * UNIT, 20 * UNIT, -10 * UNIT, -4 * UNIT};
    int64_t micro = 7;
    assert_true(en_heat_of_failure(&failure, &micro));
    assert_true(micro == 15 * UNIT);
    failure.outside = 25 * UNIT;
    assert_true(en_heat_of_failure(&failure, &micro));
    assert_true(micro == 0);
    failure.outside_mean = 20 * UNIT;
    assert_false(en_heat_of_failure(&failure, &micro));
    failure.outside = INT64_MIN;
    assert_false(en_heat_of_failure(&failure, &micro));
    assert_true(en_heat_failure_is_scaled(14, EN_HEAT_FAILURE_DAYS_MAX));
    assert_false(en_heat_failure_is_scaled(15, EN_HEAT_FAILURE_DAYS_MAX));
}

static void test_x_08_difference(void **state)
{
    (void)state;
    assert_true(en_heat_is_too_close(52999999, 50000000, EN_HEAT_DIFFERENCE_MIN));
    assert_false(en_heat_is_too_close(53000000, 50000000, EN_HEAT_DIFFERENCE_MIN));
    assert_true(en_heat_is_too_close(40000000, 50000000, EN_HEAT_DIFFERENCE_MIN));
    assert_true(en_heat_is_too_close(INT64_MIN, INT64_MAX, EN_HEAT_DIFFERENCE_MIN));
}

static void test_heat_that_does_not_fit(void **state)
{
    (void)state;
    struct en_heat_exact heat = {5};
    int64_t micro = 7;
    assert_false(en_heat_closed(UNIT, INT64_MAX, -1, &heat));
    assert_false(en_heat_open((struct en_heat_pipe){UNIT, 0}, (struct en_heat_pipe){UNIT, 0},
                              INT64_MIN, &heat));
    assert_true(heat.micro_j == 5);
    assert_true(en_heat_closed(INT64_MAX, INT64_MAX, 0, &heat));
    assert_false(en_heat_in(heat, EN_UNIT_GJ, &micro));
    assert_true(micro == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x_02_closed),
        cmocka_unit_test(test_x_02_closed_from_temperatures),
        cmocka_unit_test(test_x_02_open),
        cmocka_unit_test(test_x_03_steam),
        cmocka_unit_test(test_x_05_failure),
        cmocka_unit_test(test_x_08_difference),
        cmocka_unit_test(test_heat_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
