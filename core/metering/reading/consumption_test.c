#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/reading/consumption.h"

static struct en_decimal decimal_of(const char *text)
{
    struct en_decimal decimal = {0, 0};
    assert_int_equal(en_decimal_parse(en_slice_text(text), EN_DECIMAL_POINT, &decimal, NULL),
                     EN_OK);
    return decimal;
}

static struct en_advance advance_of(const char *from, const char *to, int64_t num, int64_t den)
{
    struct en_advance advance = {decimal_of(from), decimal_of(to), {0, 1}, {{0, 0}, 0, false}};
    assert_int_equal(en_ratio_make(num, den, &advance.ratio, NULL), EN_OK);
    return advance;
}

static struct en_instant instant_of(const char *text)
{
    struct en_instant instant = {0};
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &instant, NULL), EN_OK);
    return instant;
}

static void assert_amount(struct en_amount amount, int64_t micro, en_source source,
                          en_verdict verdict, uint64_t flags)
{
    assert_true(amount.micro == micro);
    assert_int_equal(en_quality_source(amount.quality), source);
    assert_int_equal(en_quality_verdict(amount.quality), verdict);
    assert_true(en_quality_flags(amount.quality) == flags);
}

static void test_r_01_advance(void **state)
{
    (void)state;
    struct en_advance advance = advance_of("12345.678", "12399.912", 200 * 10000, 5 * 100);
    assert_amount(en_consumption_advance(&advance), INT64_C(216936000000), EN_SOURCE_FROM_REGISTERS,
                  EN_VERDICT_NOT_VALIDATED, 0);
}

static void test_r_02_rollover_and_negative(void **state)
{
    (void)state;
    struct en_advance advance = advance_of("999950.0", "120.5", 1, 1);
    advance.rollover = (struct en_rollover){en_rollover_capacity(6), 400000000, true};
    assert_amount(en_consumption_advance(&advance), 170500000, EN_SOURCE_FROM_REGISTERS,
                  EN_VERDICT_NOT_VALIDATED, EN_QUALITY_ROLLOVER);
    advance.from = decimal_of("5000");
    advance.to = decimal_of("4990");
    assert_amount(en_consumption_advance(&advance), -10000000, EN_SOURCE_FROM_REGISTERS,
                  EN_VERDICT_REJECTED, EN_QUALITY_NEG);
}

static void test_advance_that_does_not_fit_is_rejected(void **state)
{
    (void)state;
    struct en_advance advance = advance_of("0", "9223372036854", 1000000, 1);
    assert_amount(en_consumption_advance(&advance), 0, EN_SOURCE_FROM_REGISTERS,
                  EN_VERDICT_REJECTED, EN_QUALITY_OVERFLOW);
    advance.from = (struct en_decimal){INT64_MIN, 0};
    assert_amount(en_consumption_advance(&advance), 0, EN_SOURCE_FROM_REGISTERS,
                  EN_VERDICT_REJECTED, EN_QUALITY_OVERFLOW);
}

static void test_r_03_pulses(void **state)
{
    (void)state;
    struct en_pulses pulses = {1250, 5000, 2, {4000, 1}};
    assert_amount(en_consumption_pulses(&pulses), 500000000, EN_SOURCE_MEASURED,
                  EN_VERDICT_NOT_VALIDATED, 0);
    pulses.ratio = EN_RATIO_ONE;
    assert_amount(en_consumption_pulses(&pulses), 125000, EN_SOURCE_MEASURED,
                  EN_VERDICT_NOT_VALIDATED, 0);
    assert_true(en_power_of_consumption(125000, 1800).micro == 250000);
    pulses = (struct en_pulses){INT64_MAX, 1, 1, {INT64_MAX, 1}};
    assert_amount(en_consumption_pulses(&pulses), 0, EN_SOURCE_MEASURED, EN_VERDICT_REJECTED,
                  EN_QUALITY_OVERFLOW);
}

static void test_r_04_power_to_energy(void **state)
{
    (void)state;
    assert_true(en_consumption_of_power(250000, 1800).micro == 125000);
    assert_true(en_consumption_of_power(1, 1800).micro == 1); /* half up */
    assert_amount(en_power_of_consumption(INT64_MAX, 60), 0, EN_SOURCE_MEASURED,
                  EN_VERDICT_REJECTED, EN_QUALITY_OVERFLOW);
}

static void test_r_05_piecewise(void **state)
{
    (void)state;
    struct en_consumption_part parts[2] = {
        {advance_of("4200.00", "4512.30", 40, 1), {1}},
        {advance_of("0.05", "188.55", 60, 1), {2}},
    };
    assert_amount(en_consumption_piecewise(parts, 2), INT64_C(23802000000),
                  EN_SOURCE_FROM_REGISTERS, EN_VERDICT_NOT_VALIDATED,
                  EN_QUALITY_DEV_REPLACED | EN_QUALITY_RATIO_CHANGED);
    parts[1].advance.to = decimal_of("0.04");
    assert_amount(en_consumption_piecewise(parts, 2), INT64_C(12491400000),
                  EN_SOURCE_FROM_REGISTERS, EN_VERDICT_REJECTED,
                  EN_QUALITY_DEV_REPLACED | EN_QUALITY_RATIO_CHANGED | EN_QUALITY_NEG);
}

/* PT-6: cutting a span at any readings in between, under a ratio that is not whole, changes
 * nothing. */
static void test_piecewise_conserves_the_sum(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int run = 0; run < 300; run++) {
        struct en_consumption_part parts[20];
        int64_t reading = 0;
        int64_t first = 1000000;
        int64_t at = first;
        for (size_t i = 0; i < EN_COUNT_OF(parts); i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            reading = at + (int64_t)(seed >> 44);
            parts[i] = (struct en_consumption_part){
                {{at, -3}, {reading, -3}, {40, 7}, {{0, 0}, 0, false}}, {(uint32_t)i}};
            at = reading;
        }
        struct en_advance whole = {{first, -3}, {at, -3}, {40, 7}, {{0, 0}, 0, false}};
        assert_true(en_consumption_piecewise(parts, EN_COUNT_OF(parts)).micro ==
                    en_consumption_advance(&whole).micro);
    }
}

static void test_r_06_split_slot(void **state)
{
    (void)state;
    struct en_split_slot split = {
        .counted = {12400000, EN_QUALITY_MEASURED},
        .slot = {instant_of("2026-03-05T14:00:00Z"), instant_of("2026-03-05T14:30:00Z")},
        .downtime = {instant_of("2026-03-05T14:17:00Z"), instant_of("2026-03-05T14:47:00Z")},
        .load_micro_per_hour = 44000000,
    };
    assert_amount(en_consumption_split_slot(&split), 21933333, EN_SOURCE_EDIT_BY_ACT,
                  EN_VERDICT_NOT_VALIDATED, EN_QUALITY_DEV_REPLACED);
    split.counted.micro = 9100000;
    split.slot = (struct en_interval){split.slot.to, instant_of("2026-03-05T15:00:00Z")};
    assert_amount(en_consumption_split_slot(&split), 21566667, EN_SOURCE_EDIT_BY_ACT,
                  EN_VERDICT_NOT_VALIDATED, EN_QUALITY_DEV_REPLACED);
    split.slot = (struct en_interval){split.slot.to, instant_of("2026-03-05T15:30:00Z")};
    assert_amount(en_consumption_split_slot(&split), 9100000, EN_SOURCE_MEASURED,
                  EN_VERDICT_NOT_VALIDATED, 0);
    split.slot = split.downtime;
    split.load_micro_per_hour = INT64_MAX;
    split.counted.micro = INT64_MAX;
    assert_amount(en_consumption_split_slot(&split), 0, EN_SOURCE_EDIT_BY_ACT, EN_VERDICT_REJECTED,
                  EN_QUALITY_OVERFLOW);
}

/* However long the downtime and odd the load, its slots add up to load * time, rounded once. */
static void test_split_slots_add_up(void **state)
{
    (void)state;
    struct en_instant from = instant_of("2026-03-05T14:17:13Z");
    struct en_instant to = instant_of("2026-03-05T19:41:07Z");
    struct en_split_slot split = {.downtime = {from, to}, .load_micro_per_hour = 7777777};
    int64_t sum = 0;
    for (int i = 0; i < 12; i++) {
        struct en_instant start = instant_of("2026-03-05T14:00:00Z");
        split.slot.from.us = start.us + i * 30 * EN_MINUTE_US;
        split.slot.to.us = split.slot.from.us + 30 * EN_MINUTE_US;
        sum += en_consumption_split_slot(&split).micro;
    }
    uint32_t seconds = (uint32_t)((to.us - from.us) / EN_SECOND_US);
    assert_true(sum == en_consumption_of_power(7777777, seconds).micro);
}

static void test_r_07_snap(void **state)
{
    (void)state;
    uint64_t valid = en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_VALID);
    struct en_amount slots[2] = {{240000, valid}, {500000, valid}};
    struct en_snap snap = {
        .reading = decimal_of("1234.500"),
        .read_at = instant_of("2026-03-05T08:20:00Z"),
        .edge = instant_of("2026-03-05T08:00:00Z"),
        .ratio = EN_RATIO_ONE,
        .slot_seconds = 1800,
        .slots = slots,
        .slots_count = 2,
    };
    struct en_snapped snapped = en_consumption_snap(&snap);
    assert_true(snapped.is_snapped && snapped.register_micro == INT64_C(1234340000));
    snap.read_at = instant_of("2026-03-05T08:45:00Z");
    snapped = en_consumption_snap(&snap);
    assert_true(snapped.register_micro == INT64_C(1234500000) - 240000 - 250000);
    snap.ratio = (struct en_ratio){100, 1};
    snapped = en_consumption_snap(&snap);
    assert_true(snapped.register_micro == INT64_C(1234500000) - 4900);
    slots[1].quality = EN_QUALITY_MEASURED; /* nobody has judged it */
    assert_false(en_consumption_snap(&snap).is_snapped);
    slots[1].quality = valid;
    snap.slots_count = 1; /* the profile ends before the reading */
    assert_false(en_consumption_snap(&snap).is_snapped);
    snap.read_at = snap.edge;
    snapped = en_consumption_snap(&snap);
    assert_true(snapped.is_snapped && snapped.register_micro == INT64_C(1234500000));
}

static void test_r_10_clock_set(void **state)
{
    (void)state;
    struct en_clock_set set = {16000000, 1800, -120};
    assert_amount(en_power_of_clock_set(&set), 30000000, EN_SOURCE_MEASURED,
                  EN_VERDICT_NOT_VALIDATED, EN_QUALITY_CLOCK | EN_QUALITY_LONG);
    set.moved_seconds = 600;
    assert_amount(en_power_of_clock_set(&set), 48000000, EN_SOURCE_MEASURED,
                  EN_VERDICT_NOT_VALIDATED, EN_QUALITY_CLOCK | EN_QUALITY_SHORT);
    set.moved_seconds = 0;
    assert_amount(en_power_of_clock_set(&set), 32000000, EN_SOURCE_MEASURED,
                  EN_VERDICT_NOT_VALIDATED, 0);
    set.moved_seconds = 1800;
    assert_amount(en_power_of_clock_set(&set), 0, EN_SOURCE_NONE, EN_VERDICT_NOT_VALIDATED,
                  EN_QUALITY_CLOCK | EN_QUALITY_GAP);
    set.moved_seconds = -1800;
    assert_amount(en_power_of_clock_set(&set), 0, EN_SOURCE_NONE, EN_VERDICT_NOT_VALIDATED,
                  EN_QUALITY_CLOCK | EN_QUALITY_DUP_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_01_advance),
        cmocka_unit_test(test_r_02_rollover_and_negative),
        cmocka_unit_test(test_advance_that_does_not_fit_is_rejected),
        cmocka_unit_test(test_r_03_pulses),
        cmocka_unit_test(test_r_04_power_to_energy),
        cmocka_unit_test(test_r_05_piecewise),
        cmocka_unit_test(test_piecewise_conserves_the_sum),
        cmocka_unit_test(test_r_06_split_slot),
        cmocka_unit_test(test_split_slots_add_up),
        cmocka_unit_test(test_r_07_snap),
        cmocka_unit_test(test_r_10_clock_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
