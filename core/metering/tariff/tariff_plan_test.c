#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/metering/quality.h"
#include "core/metering/tariff/tariff_plan.h"

enum { NIGHT, HALF, PEAK };

static const struct en_calendar_switch switches[] = {
    {0, EN_DAY_TYPE_WEEKDAY, 7 * 60, PEAK},   {0, EN_DAY_TYPE_WEEKDAY, 10 * 60, HALF},
    {0, EN_DAY_TYPE_WEEKDAY, 17 * 60, PEAK},  {0, EN_DAY_TYPE_WEEKDAY, 21 * 60, HALF},
    {0, EN_DAY_TYPE_WEEKDAY, 23 * 60, NIGHT},
};
static const struct en_calendar three_zones = {
    .switches = switches, .switches_count = EN_COUNT_OF(switches), .zones_count = 3};
static const struct en_tariff_clock moscow = {NULL, 180};

static struct en_instant instant(const char *text)
{
    struct en_instant at;
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &at, NULL), EN_OK);
    return at;
}

static struct en_interval span(const char *from, const char *to)
{
    return (struct en_interval){instant(from), instant(to)};
}

static struct en_tariff_plan make(const struct en_calendar *calendar,
                                  const struct en_tariff_clock *clock, struct en_interval time)
{
    struct en_tariff_plan plan;
    assert_int_equal(en_calendar_check(calendar, NULL), EN_OK);
    assert_int_equal(en_tariff_plan_make(calendar, clock, time, &plan, NULL), EN_OK);
    assert_true(plan.spans[plan.count - 1].to.us == time.to.us);
    return plan;
}

/* A flat load over the plan's time in equal slots. */
static struct en_zone_sums flat(const struct en_tariff_plan *plan, int64_t slot_us, int64_t micro)
{
    struct en_zone_sums sums = {0};
    for (struct en_instant at = plan->time.from; at.us < plan->time.to.us; at.us += slot_us) {
        struct en_interval slot = {at, {at.us + slot_us}};
        en_tariff_plan_add(plan, slot, micro, EN_QUALITY_MEASURED, &sums);
    }
    return sums;
}

static void test_tou_01_three_zones(void **state)
{
    (void)state;
    struct en_tariff_plan plan =
        make(&three_zones, &moscow, span("2026-06-01T00:00:00+03:00", "2026-06-02T00:00:00+03:00"));
    struct en_zone_sums sums = flat(&plan, 30 * EN_MINUTE_US, 5000000);
    assert_true(sums.zones[PEAK].micro == 70000000);
    assert_true(sums.zones[HALF].micro == 90000000);
    assert_true(sums.zones[NIGHT].micro == 80000000);
    assert_int_equal(sums.zones[PEAK].present_count, 14);
    assert_int_equal(sums.split_count, 0);
    assert_int_equal(sums.zones[NIGHT].quality, en_quality_derive(EN_QUALITY_MEASURED));
}

static void test_slot_over_a_switch_is_split_by_minutes(void **state)
{
    (void)state;
    struct en_tariff_plan plan =
        make(&three_zones, &moscow, span("2026-06-01T00:00:00+03:00", "2026-06-02T00:00:00+03:00"));
    struct en_zone_sums sums = {0};
    struct en_interval slot = span("2026-06-01T06:40:00+03:00", "2026-06-01T07:40:00+03:00");
    en_tariff_plan_add(&plan, slot, 1000000, EN_QUALITY_MEASURED, &sums);
    assert_true(sums.zones[NIGHT].micro == 333333 && sums.zones[PEAK].micro == 666667);
    assert_int_equal(sums.split_count, 1);
    assert_int_equal(sums.zones[NIGHT].present_count, 1);
    assert_int_equal(sums.zones[PEAK].present_count, 0);
    en_tariff_plan_add(&plan, slot, 7, 0, &sums);
    assert_int_equal(sums.zones[NIGHT].missing_count, 1);
    assert_true(sums.zones[NIGHT].micro == 333333);
}

/* The fiscal day of an object at +05:00 under a tariff of +03:00: zones follow the tariff's clock,
 * over two of its days (T-06). */
static void test_t_06_clock_is_not_the_fiscal_day(void **state)
{
    (void)state;
    struct en_tariff_plan plan =
        make(&three_zones, &moscow, span("2026-06-01T00:00:00+05:00", "2026-06-02T00:00:00+05:00"));
    struct en_zone_sums sums = flat(&plan, 30 * EN_MINUTE_US, 5000000);
    assert_int_equal(en_tariff_plan_zone_at(&plan, instant("2026-05-31T22:00:00+03:00")), HALF);
    assert_int_equal(en_tariff_plan_zone_at(&plan, instant("2026-05-31T23:00:00+03:00")), NIGHT);
    assert_true(sums.zones[PEAK].micro == 70000000 && sums.zones[HALF].micro == 90000000);
}

static const struct en_zone *berlin(struct en_arena *arena)
{
    static uint8_t bytes[EN_ZONE_SIZE_MAX];
    const struct en_zone *zone = NULL;
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (file == NULL) {
        return NULL;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_int_equal(en_zone_parse(en_slice_of(bytes, size), arena, &zone, NULL), EN_OK);
    return zone;
}

/* PT-9: days of a civil clock with 23 and 25 hours: the night is an hour shorter or longer, and the
 * zones still add up. */
static void test_pt_9_civil_clock_with_jumps(void **state)
{
    (void)state;
    struct en_arena arena;
    en_arena_init(&arena, 1u << 20);
    const struct en_zone *zone = berlin(&arena);
    if (zone == NULL) {
        en_arena_fini(&arena);
        skip(); /* no zone tables here */
    }
    const struct en_tariff_clock clock = {zone, 0};
    static const struct {
        const char *from, *to;
        int64_t night;
    } days[] = {
        {"2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 7},
        {"2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 9},
        {"2026-06-01T00:00:00+02:00", "2026-06-02T00:00:00+02:00", 8},
    };
    for (size_t i = 0; i < EN_COUNT_OF(days); i++) {
        struct en_tariff_plan plan = make(&three_zones, &clock, span(days[i].from, days[i].to));
        struct en_zone_sums sums = flat(&plan, 15 * EN_MINUTE_US, 2500000);
        assert_true(sums.zones[NIGHT].micro == days[i].night * 10000000);
        assert_true(sums.zones[PEAK].micro == 70000000 && sums.zones[HALF].micro == 90000000);
    }
    en_arena_fini(&arena);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* TOU-02, PT-3: whatever the calendar, the grid and the values, zones add up to the slots. */
static void test_tou_02_zones_add_up(void **state)
{
    (void)state;
    uint64_t seed = 20260601;
    static const uint32_t lengths[] = {60, 300, 900, 1800, 3600, 86400};
    for (int round = 0; round < 300; round++) {
        struct en_calendar_switch odd[24];
        uint32_t count = 1 + (uint32_t)(next_random(&seed) % EN_COUNT_OF(odd));
        for (uint32_t i = 0; i < count; i++) {
            uint16_t minute = (uint16_t)(i * 60 + next_random(&seed) % 60);
            odd[i] = (struct en_calendar_switch){0, EN_DAY_TYPE_WEEKDAY, minute,
                                                 (uint8_t)(next_random(&seed) % 16)};
        }
        struct en_calendar calendar = {.switches = odd, .switches_count = count};
        struct en_block block = {.head = {.slot_seconds = lengths[round % 6], .exponent = -6}};
        block.head.count = 86400 / block.head.slot_seconds;
        block.head.start_minute = -(int32_t)(next_random(&seed) % 720);
        struct en_day day = {20000 + round};
        struct en_tariff_plan plan =
            make(&calendar, &moscow, en_tariff_block_time(day, &block.head));
        int64_t total = 0;
        uint32_t present = 0;
        for (uint32_t i = 0; i < block.head.count; i++) {
            block.values[i] = (int64_t)(next_random(&seed) % 2000003) - 700000;
            block.quality[i] =
                next_random(&seed) % 7 == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
            bool is_present = !en_quality_is_missing(block.quality[i]);
            total += is_present ? block.values[i] : 0;
            present += is_present ? 1 : 0;
        }
        struct en_zone_sums sums = {0};
        en_tariff_plan_add_block(&plan, day, &block, &sums);
        en_i128 zones = 0;
        uint32_t counted = 0;
        for (size_t i = 0; i < EN_TARIFF_ZONES_MAX; i++) {
            zones += sums.zones[i].micro;
            counted += sums.zones[i].present_count;
        }
        assert_true(zones == total && counted == present);
    }
}

static void test_value_too_large_says_so(void **state)
{
    (void)state;
    struct en_block block = {.head = {.slot_seconds = 43200, .count = 2, .exponent = 18}};
    struct en_day day = {20000};
    struct en_tariff_plan plan =
        make(&three_zones, &moscow, en_tariff_block_time(day, &block.head));
    block.values[0] = -5;
    block.quality[0] = EN_QUALITY_MEASURED;
    block.quality[1] = EN_QUALITY_MEASURED;
    struct en_zone_sums sums = {0};
    en_tariff_plan_add_block(&plan, day, &block, &sums);
    assert_true((sums.zones[NIGHT].quality & EN_QUALITY_OVERFLOW) != 0);
    assert_int_equal(en_quality_verdict(sums.zones[NIGHT].quality), EN_VERDICT_REJECTED);
    assert_true(sums.zones[NIGHT].micro + sums.zones[HALF].micro + sums.zones[PEAK].micro ==
                INT64_MIN);
}

static void test_what_no_plan_can_be_is_refused(void **state)
{
    (void)state;
    struct en_tariff_plan plan;
    struct en_error err = {0};
    struct en_interval two_days = span("2026-06-01T00:00:00Z", "2026-06-03T00:00:00Z");
    assert_int_equal(en_tariff_plan_make(&three_zones, &moscow, two_days, &plan, &err), EN_RANGE);
    struct en_interval never = {{INT64_MAX - 1}, {INT64_MAX}};
    assert_int_equal(en_tariff_plan_make(&three_zones, &moscow, never, &plan, &err), EN_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tou_01_three_zones),
        cmocka_unit_test(test_slot_over_a_switch_is_split_by_minutes),
        cmocka_unit_test(test_t_06_clock_is_not_the_fiscal_day),
        cmocka_unit_test(test_pt_9_civil_clock_with_jumps),
        cmocka_unit_test(test_tou_02_zones_add_up),
        cmocka_unit_test(test_value_too_large_says_so),
        cmocka_unit_test(test_what_no_plan_can_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
