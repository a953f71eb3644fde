#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/quality.h"
#include "core/metering/resource/leak.h"

#define UNIT INT64_C(1000000)

static void test_x_04_mass_balance(void **state)
{
    (void)state;
    struct en_leak_balance balance = {0};
    assert_true(en_leak_balance((struct en_leak_mass){100 * UNIT, 20000},
                                (struct en_leak_mass){97500000, 20000}, &balance));
    assert_true(balance.difference_micro == 2500000);
    assert_true(balance.permissible_micro == 3950000);
    assert_true(balance.is_permitted);
    assert_true(en_leak_balance((struct en_leak_mass){100 * UNIT, 20000},
                                (struct en_leak_mass){95 * UNIT, 20000}, &balance));
    assert_true(balance.permissible_micro == 3900000);
    assert_false(balance.is_permitted);
    /* More came back than was sent: beyond the permissible is beyond it, too. */
    assert_true(en_leak_balance((struct en_leak_mass){95 * UNIT, 20000},
                                (struct en_leak_mass){100 * UNIT, 20000}, &balance));
    assert_false(balance.is_permitted);
}

static void test_x_04_decides_before_rounding(void **state)
{
    (void)state;
    struct en_leak_balance balance = {0};
    /* 1 of 1e-6 t apart, permissible 0.999999 of it: shown as 1, and not permitted. */
    assert_true(en_leak_balance((struct en_leak_mass){999999, 1}, (struct en_leak_mass){999998, 0},
                                &balance));
    assert_true(balance.permissible_micro == 1);
    assert_false(balance.is_permitted);
    assert_true(en_leak_balance((struct en_leak_mass){UNIT, 1}, (struct en_leak_mass){999999, 0},
                                &balance));
    assert_true(balance.is_permitted);
}

static void test_x_04_persistent(void **state)
{
    (void)state;
    static const struct en_leak_balance days[] = {
        {5, 1, false}, {-5, 1, false}, {5, 1, false}, {5, 1, false}, {5, 1, false}};
    assert_true(en_leak_is_persistent(days, 5, 3));
    assert_false(en_leak_is_persistent(days, 5, 4)); /* once more came back than was sent */
    assert_false(en_leak_is_persistent(days, 2, 3));
    static const struct en_leak_balance mended[] = {{5, 1, false}, {5, 1, false}, {1, 1, true}};
    assert_false(en_leak_is_persistent(mended, 3, 2));
}

static void test_x_04_impossible(void **state)
{
    (void)state;
    struct en_leak_balance balance = {7, 7, true};
    assert_false(
        en_leak_balance((struct en_leak_mass){-1, 1}, (struct en_leak_mass){1, 1}, &balance));
    assert_false(
        en_leak_balance((struct en_leak_mass){1, -1}, (struct en_leak_mass){1, 1}, &balance));
    assert_false(en_leak_balance((struct en_leak_mass){INT64_MAX, INT32_MAX},
                                 (struct en_leak_mass){INT64_MAX, INT32_MAX}, &balance));
    assert_true(balance.difference_micro == 7);
}

static void test_x_07_night_flow(void **state)
{
    (void)state;
    static const int64_t flows[] = {400000, 0, 250000, 100000, 300000, 500000};
    uint64_t qualities[] = {1, EN_QUALITY_MISSING, 1, 1, 1, 1};
    qualities[3] = en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_REJECTED);
    int64_t least = 7;
    assert_true(en_leak_night_minimum(flows, qualities, 6, &least));
    assert_true(least == 250000);
    assert_false(en_leak_night_minimum(flows, qualities + 1, 1, &least));
    static const int64_t nights[] = {0, 250000, 260000, 240000};
    assert_true(en_leak_is_nightly(nights, 4, 3, 200000));
    assert_false(en_leak_is_nightly(nights, 4, 4, 200000));
    assert_false(en_leak_is_nightly(nights, 4, 3, 240000)); /* above, not at the limit */
    assert_false(en_leak_is_nightly(nights, 2, 3, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x_04_mass_balance),
        cmocka_unit_test(test_x_04_decides_before_rounding),
        cmocka_unit_test(test_x_04_persistent),
        cmocka_unit_test(test_x_04_impossible),
        cmocka_unit_test(test_x_07_night_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
