#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_period.h"

#define KWH(value) ((int64_t)(value)*1000000)

static void test_v11_daily_use(void **state)
{
    (void)state;
    int64_t deviation = 0;
    struct en_use reference = {KWH(3100), 31}; /* 100 a day */
    assert_true(
        en_validation_use_fails((struct en_use){KWH(3900), 30}, reference, 250000, &deviation));
    assert_int_equal(deviation, 300000); /* +30 % */
    assert_false(
        en_validation_use_fails((struct en_use){KWH(3720), 30}, reference, 250000, &deviation));
    assert_false(en_validation_use_fails((struct en_use){KWH(3750), 30}, reference, 250000,
                                         &deviation)); /* exactly 25 % */
    assert_true(
        en_validation_use_fails((struct en_use){KWH(3750) + 1, 30}, reference, 250000, &deviation));
    assert_true(
        en_validation_use_fails((struct en_use){KWH(2250) - 1, 30}, reference, 250000, &deviation));
    assert_true(deviation < 0);
}

static void test_v12_peak_demand(void **state)
{
    (void)state;
    assert_true(en_validation_demand_fails(KWH(210), KWH(100), 500000, 2000000));
    assert_false(en_validation_demand_fails(KWH(200), KWH(100), 500000, 2000000));
    assert_false(en_validation_demand_fails(KWH(50), KWH(100), 500000, 2000000));
    assert_true(en_validation_demand_fails(KWH(50) - 1, KWH(100), 500000, 2000000));
}

static void test_v20_load_factor(void **state)
{
    (void)state;
    int64_t factor = 0;
    uint64_t month = 720 * 3600;
    assert_int_equal(
        en_validation_load_factor(KWH(36000), KWH(200), month, 20000, 1000000, &factor),
        EN_SEVERITY_NONE);
    assert_int_equal(factor, 250000);
    assert_int_equal(
        en_validation_load_factor(KWH(144000), KWH(200), month, 20000, 1000000, &factor),
        EN_SEVERITY_NONE);
    assert_int_equal(
        en_validation_load_factor(KWH(144000) + 1, KWH(200), month, 20000, 1000000, &factor),
        EN_SEVERITY_ERROR);
    assert_int_equal(en_validation_load_factor(KWH(2880), KWH(200), month, 20000, 1000000, &factor),
                     EN_SEVERITY_NONE);
    assert_int_equal(
        en_validation_load_factor(KWH(2880) - 1, KWH(200), month, 20000, 1000000, &factor),
        EN_SEVERITY_WARNING);
}

static void test_v24_estimates(void **state)
{
    (void)state;
    assert_true(en_validation_estimates_fail(160, 1440, 100000, 0, 3)); /* 11.1 % */
    assert_false(en_validation_estimates_fail(144, 1440, 100000, 3, 3));
    assert_true(en_validation_estimates_fail(145, 1440, 100000, 0, 3));
    assert_true(en_validation_estimates_fail(0, 1440, 100000, 4, 3));
}

static void test_v30_suspects_are_ranked_by_gain(void **state)
{
    (void)state;
    /* in 1000, out 700 + 250: 50 too little leaves; with 295 in place of 250 nothing is left of it
     */
    struct en_suspect members[] = {
        {.series = 1, .micro = KWH(1000), .estimate = KWH(1000)},
        {.series = 2, .micro = -KWH(700), .estimate = -KWH(710)},
        {.series = 3, .micro = -KWH(250), .estimate = -KWH(295)},
        {.series = 4, .micro = 0, .estimate = KWH(5)},
    };
    assert_int_equal(en_validation_suspects(KWH(50), members, 4), 2);
    assert_int_equal(members[0].series, 3);
    assert_int_equal(members[0].gain, KWH(45));
    assert_int_equal(members[1].series, 2);
    assert_int_equal(members[1].gain, KWH(10));
}

static void test_grades(void **state)
{
    (void)state;
    assert_int_equal(en_validation_grade(EN_SEVERITY_NONE), 'A');
    assert_int_equal(en_validation_grade(EN_SEVERITY_WARNING), 'B');
    assert_int_equal(en_validation_grade(EN_SEVERITY_ERROR), 'C');
    assert_int_equal(en_validation_grade(EN_SEVERITY_BLOCKING), 'F');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v11_daily_use),
        cmocka_unit_test(test_v12_peak_demand),
        cmocka_unit_test(test_v20_load_factor),
        cmocka_unit_test(test_v24_estimates),
        cmocka_unit_test(test_v30_suspects_are_ranked_by_gain),
        cmocka_unit_test(test_grades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
