#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_slots.h"
#include "core/metering/validation/validation_sum.h"

#define KWH(value) ((int64_t)(value)*1000000)

static const struct en_sum_limits ubp = {.multiple = KWH(40), .multipliers = 2000000};
static const struct en_sum_limits elexon_week = {.share = 7000};

static void test_v07_sum_against_register(void **state)
{
    (void)state;
    int64_t difference = 0;
    int64_t limit = 0;
    assert_false(en_validation_sum_fails(KWH(2215), KWH(2160), &ubp, &difference, &limit));
    assert_int_equal(difference, KWH(55));
    assert_int_equal(limit, KWH(80));
    assert_true(en_validation_sum_fails(KWH(2215), KWH(2160), &elexon_week, &difference, &limit));
    assert_int_equal(limit, 15120000); /* 0.7 % */
    assert_true(en_validation_sum_fails(KWH(2250), KWH(2160), &ubp, &difference, &limit));
    assert_false(en_validation_sum_fails(KWH(2240), KWH(2160), &ubp, &difference, &limit));
    assert_true(en_validation_sum_fails(KWH(2240) + 1, KWH(2160), &ubp, &difference, &limit));
    assert_true(en_validation_sum_fails(KWH(2080) - 1, KWH(2160), &ubp, &difference, &limit));
    assert_int_equal(difference, -KWH(80) - 1);
}

static void test_v07_the_larger_tolerance_counts(void **state)
{
    (void)state;
    struct en_sum_limits both = ubp;
    both.share = 100000; /* 10 % of 2160: 216 */
    int64_t difference = 0;
    int64_t limit = 0;
    assert_false(en_validation_sum_fails(KWH(2160 + 216), KWH(2160), &both, &difference, &limit));
    assert_int_equal(limit, KWH(216));
    /* small advances keep the absolute one */
    assert_false(en_validation_sum_fails(KWH(80), 0, &both, &difference, &limit));
    assert_int_equal(limit, KWH(80));
    assert_true(en_validation_sum_fails(INT64_MAX, INT64_MIN, &both, &difference, &limit));
}

static void test_v08_register_goes_back(void **state)
{
    (void)state;
    struct en_rollover rollover = {
        .capacity = en_rollover_capacity(6), .limit_micro = KWH(400), .has_limit = true};
    struct en_decimal high = {9999500, -1};
    struct en_decimal low = {1205, -1};
    assert_false(en_validation_register_fails(high, low, EN_RATIO_ONE, &rollover));
    struct en_decimal from = {5000, 0};
    struct en_decimal to = {4990, 0};
    assert_true(en_validation_register_fails(from, to, EN_RATIO_ONE, &rollover));
    assert_false(en_validation_register_fails(to, from, EN_RATIO_ONE, &rollover));
}

static void test_v21_tariff_registers(void **state)
{
    (void)state;
    static const int64_t parts[] = {100120000, 50340000, 25550000};
    int64_t difference = 0;
    int64_t limit = 0;
    assert_false(en_validation_tariffs_fail(176020000, parts, 3, 10000, &difference, &limit));
    assert_int_equal(difference, 10000);
    assert_int_equal(limit, 30000);
    assert_false(en_validation_tariffs_fail(176040000, parts, 3, 10000, &difference, &limit));
    assert_true(en_validation_tariffs_fail(176040001, parts, 3, 10000, &difference, &limit));
}

/* The worked day VEE-DAY-1: 48 half-hours of 10 kWh, slots 20 to 22 missing, slot 30 = 60; the
 * registers give 530. */
static void test_vee_day_1(void **state)
{
    (void)state;
    int64_t micro[48];
    uint64_t quality[48];
    uint8_t mask[48];
    struct en_finding items[8];
    struct en_findings findings;
    for (uint32_t i = 0; i < 48; i++) {
        bool is_missing = i >= 20 && i <= 22;
        micro[i] = is_missing ? 0 : KWH(i == 30 ? 60 : 10);
        quality[i] = is_missing ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    struct en_validation_day day = {micro, quality, NULL, 48, 1800};
    struct en_slot_limits limits = {
        .rules = EN_VALIDATION_BIT(GAP) | EN_VALIDATION_BIT(SPIKE) | EN_VALIDATION_BIT(NEG),
        .to_slot = 48,
        .spike_floor = KWH(10),
        .spike_ratio = 1800000,
    };
    en_findings_init(&findings, items, 8);
    en_validation_slots(&day, &limits, mask, &findings);
    assert_int_equal(findings.count, 2);
    assert_int_equal(items[0].rule, EN_V_GAP);
    assert_int_equal(items[0].first, 20);
    assert_int_equal(items[0].slots, 3);
    assert_int_equal(items[1].rule, EN_V_SPIKE); /* (60 - 10) / 10 = 5 > 1.8 */
    assert_int_equal(items[1].first, 30);
    assert_int_equal(items[1].severity, EN_SEVERITY_WARNING); /* kept */
    /* once the gap is filled with 10, 10, 10 the slots agree with the registers */
    int64_t difference = 0;
    int64_t limit = 0;
    int64_t sum = KWH(47 * 10 + 60);
    assert_false(en_validation_sum_fails(sum, KWH(530), &ubp, &difference, &limit));
    assert_int_equal(difference, 0);
    /* variant: the registers say 526 */
    assert_false(en_validation_sum_fails(sum, KWH(526), &ubp, &difference, &limit));
    assert_int_equal(difference, KWH(4));
    struct en_sum_limits site = {.share = 1000}; /* 0.1 % */
    assert_true(en_validation_sum_fails(sum, KWH(526), &site, &difference, &limit));
    assert_int_equal(limit, 526000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v07_sum_against_register),
        cmocka_unit_test(test_v07_the_larger_tolerance_counts),
        cmocka_unit_test(test_v08_register_goes_back),
        cmocka_unit_test(test_v21_tariff_registers),
        cmocka_unit_test(test_vee_day_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
