#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff/tariff.h"

enum { NIGHT, HALF, PEAK };

static const struct en_tariff_switch switches[] = {
    {7 * 60, PEAK}, {10 * 60, HALF}, {17 * 60, PEAK}, {21 * 60, HALF}, {23 * 60, NIGHT},
};
static const struct en_tariff_day three_zones = {switches, EN_COUNT_OF(switches)};

static void test_zone_goes_over_midnight(void **state)
{
    (void)state;
    assert_int_equal(en_tariff_zone_at(&three_zones, 0), NIGHT);
    assert_int_equal(en_tariff_zone_at(&three_zones, 419), NIGHT);
    assert_int_equal(en_tariff_zone_at(&three_zones, 420), PEAK);
    assert_int_equal(en_tariff_zone_at(&three_zones, 1379), HALF);
    assert_int_equal(en_tariff_zone_at(&three_zones, 1439), NIGHT);
}

static void test_zone_ends_with_the_next_switch_or_the_day(void **state)
{
    (void)state;
    assert_int_equal(en_tariff_day_check(&three_zones, NULL), EN_OK);
    assert_int_equal(en_tariff_zone_until(&three_zones, 0), 420);
    assert_int_equal(en_tariff_zone_until(&three_zones, 419), 420);
    assert_int_equal(en_tariff_zone_until(&three_zones, 420), 600);
    assert_int_equal(en_tariff_zone_until(&three_zones, 1439), 1440);
}

static void test_bad_days_are_refused(void **state)
{
    (void)state;
    static const struct en_tariff_switch late[] = {{1440, 0}};
    static const struct en_tariff_switch zone[] = {{0, EN_TARIFF_ZONES_MAX}};
    static const struct en_tariff_switch same[] = {{60, 0}, {60, 1}};
    struct en_error err = {0};
    assert_int_equal(en_tariff_day_check(&(struct en_tariff_day){late, 0}, &err), EN_RANGE);
    assert_int_equal(en_tariff_day_check(&(struct en_tariff_day){late, 1}, &err), EN_RANGE);
    assert_int_equal(en_tariff_day_check(&(struct en_tariff_day){zone, 1}, &err), EN_RANGE);
    assert_int_equal(en_tariff_day_check(&(struct en_tariff_day){same, 2}, &err), EN_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone_goes_over_midnight),
        cmocka_unit_test(test_zone_ends_with_the_next_switch_or_the_day),
        cmocka_unit_test(test_bad_days_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
