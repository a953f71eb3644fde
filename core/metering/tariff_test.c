#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff.h"

enum { NIGHT, HALF, PEAK };

static const struct en_tariff_switch switches[] = {
    {7 * 60, PEAK}, {10 * 60, HALF}, {17 * 60, PEAK}, {21 * 60, HALF}, {23 * 60, NIGHT},
};
static const struct en_tariff_day three_zones = {switches, EN_COUNT_OF(switches)};

static void test_tou_01_zones(void **state)
{
    (void)state;
    int64_t zones[EN_TARIFF_ZONES_MAX] = {0};
    bool is_split = false;
    assert_int_equal(en_tariff_day_check(&three_zones, NULL), EN_OK);
    for (uint32_t i = 0; i < 48; i++) {
        assert_int_equal(
            en_tariff_add_slot(&three_zones, i * 30, 30, 5000000, zones, &is_split, NULL), EN_OK);
        assert_false(is_split);
    }
    assert_true(zones[PEAK] == 70000000 && zones[HALF] == 90000000 && zones[NIGHT] == 80000000);
}

static void test_zone_goes_over_midnight(void **state)
{
    (void)state;
    assert_int_equal(en_tariff_zone_at(&three_zones, 0), NIGHT);
    assert_int_equal(en_tariff_zone_at(&three_zones, 419), NIGHT);
    assert_int_equal(en_tariff_zone_at(&three_zones, 420), PEAK);
    assert_int_equal(en_tariff_zone_at(&three_zones, 1379), HALF);
    assert_int_equal(en_tariff_zone_at(&three_zones, 1439), NIGHT);
}

/* TOU-02: whatever straddles what, zones add up to the slots. */
static void test_tou_02_zones_add_up(void **state)
{
    (void)state;
    static const struct en_tariff_switch odd[] = {{7, 3}, {8, 1}, {601, 2}, {602, 1}, {1439, 0}};
    const struct en_tariff_day day = {odd, EN_COUNT_OF(odd)};
    static const uint32_t lengths[] = {1, 30, 60, 720, 1440};
    for (size_t k = 0; k < EN_COUNT_OF(lengths); k++) {
        int64_t zones[EN_TARIFF_ZONES_MAX] = {0};
        int64_t total = 0;
        for (uint32_t from = 0; from < 1440; from += lengths[k]) {
            int64_t micro = 1000003 * (int64_t)(from + 1) - 7000000;
            bool is_split = false;
            total += micro;
            assert_int_equal(
                en_tariff_add_slot(&day, from, lengths[k], micro, zones, &is_split, NULL), EN_OK);
        }
        assert_true(zones[0] + zones[1] + zones[2] + zones[3] == total);
    }
}

static void test_slot_over_a_switch_is_split_by_minutes(void **state)
{
    (void)state;
    int64_t zones[EN_TARIFF_ZONES_MAX] = {0};
    bool is_split = false;
    assert_int_equal(en_tariff_add_slot(&three_zones, 400, 60, 1000000, zones, &is_split, NULL),
                     EN_OK);
    assert_true(is_split);
    assert_true(zones[NIGHT] == 333333 && zones[PEAK] == 666667);
    zones[PEAK] = INT64_MAX;
    assert_int_equal(en_tariff_add_slot(&three_zones, 400, 60, 1000000, zones, &is_split, NULL),
                     EN_OVERFLOW);
    assert_true(zones[NIGHT] == 333333);
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
        cmocka_unit_test(test_tou_01_zones),
        cmocka_unit_test(test_zone_goes_over_midnight),
        cmocka_unit_test(test_tou_02_zones_add_up),
        cmocka_unit_test(test_slot_over_a_switch_is_split_by_minutes),
        cmocka_unit_test(test_bad_days_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
