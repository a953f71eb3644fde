#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>

#include <cmocka.h>

#include "core/limits.h"
#include "core/metering/device/device_clock.h"
#include "core/metering/quality.h"

static struct en_arena arena;
static struct en_device_clock berlin;

static int set_up(void **state)
{
    (void)state;
    static uint8_t bytes[EN_ZONE_SIZE_MAX];
    en_arena_init(&arena, 1u << 20);
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (file == NULL) {
        return 0;
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    berlin.basis = EN_CLOCK_CIVIL;
    return en_zone_parse(en_slice_of(bytes, size), &arena, &berlin.zone, NULL) == EN_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    en_arena_fini(&arena);
    return 0;
}

static struct en_instant instant(const char *text)
{
    struct en_instant at;
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &at, NULL), EN_OK);
    return at;
}

static const struct en_civil twice = {
    .year = 2026, .month = 10, .day = 25, .hour = 2, .minute = 30};
static const struct en_civil never = {.year = 2026, .month = 3, .day = 29, .hour = 2, .minute = 30};

static struct en_stamp resolve(struct en_local_stamp stamp, const struct en_register_at *known,
                               size_t count)
{
    struct en_stamp result;
    if (berlin.zone == NULL) {
        skip(); /* no zone tables here */
    }
    assert_int_equal(en_device_clock_read(&berlin, &stamp, known, count, &result, NULL), EN_OK);
    return result;
}

/* Berlin, 02:30 on 25 October 2026: flag 1 is 00:30Z, flag 0 is 01:30Z. */
static void test_t_04_flag(void **state)
{
    (void)state;
    struct en_stamp summer =
        resolve((struct en_local_stamp){twice, EN_DST_SUMMER, false, {0, 0}}, NULL, 0);
    struct en_stamp winter =
        resolve((struct en_local_stamp){twice, EN_DST_WINTER, false, {0, 0}}, NULL, 0);
    assert_int_equal(summer.kind, EN_STAMP_BY_FLAG);
    assert_true(summer.at.us == instant("2026-10-25T00:30:00Z").us && summer.quality == 0);
    assert_true(winter.at.us == instant("2026-10-25T01:30:00Z").us && winter.quality == 0);
}

static void test_t_04_register(void **state)
{
    (void)state;
    const struct en_register_at first = {instant("2026-10-25T00:30:00Z"), {1000, -1}};
    const struct en_register_at last = {instant("2026-10-25T01:30:00Z"), {1010, -1}};
    struct en_local_stamp stamp = {twice, EN_DST_UNKNOWN, true, {1010, -1}};
    struct en_stamp later = resolve(stamp, &first, 1);
    assert_int_equal(later.kind, EN_STAMP_BY_REGISTER);
    assert_true(later.at.us == last.at.us && (later.quality & EN_QUALITY_CLOCK) != 0);
    stamp.value = (struct en_decimal){1000, -1};
    assert_true(resolve(stamp, &last, 1).at.us == first.at.us);
}

static void test_t_04_nothing_tells_is_open(void **state)
{
    (void)state;
    struct en_local_stamp stamp = {twice, EN_DST_UNKNOWN, false, {0, 0}};
    assert_int_equal(resolve(stamp, NULL, 0).kind, EN_STAMP_OPEN);
    /* nor does a reading of the day before, or one that cannot be of this register */
    stamp.has_register = true;
    stamp.value = (struct en_decimal){1000, 0};
    const struct en_register_at before = {instant("2026-10-24T12:00:00Z"), {900, 0}};
    struct en_stamp open = resolve(stamp, &before, 1);
    assert_int_equal(open.kind, EN_STAMP_OPEN);
    assert_int_equal(en_quality_verdict(open.quality), EN_VERDICT_SUSPECT);
    const struct en_register_at wrong = {instant("2026-10-24T12:00:00Z"), {1100, 0}};
    assert_int_equal(resolve(stamp, &wrong, 1).kind, EN_STAMP_OPEN);
}

static void test_t_05_hour_that_never_was(void **state)
{
    (void)state;
    struct en_local_stamp stamp = {never, EN_DST_UNKNOWN, true, {500, 0}};
    /* the device did not go forward: 01:30Z, after 01:00Z */
    const struct en_register_at at_one = {instant("2026-03-29T01:00:00Z"), {499, 0}};
    struct en_stamp mapped = resolve(stamp, &at_one, 1);
    assert_int_equal(mapped.kind, EN_STAMP_BY_REGISTER);
    assert_true(mapped.at.us == instant("2026-03-29T01:30:00Z").us);
    assert_true((mapped.quality & EN_QUALITY_CLOCK) != 0);
    /* it went forward too early: 00:30Z */
    const struct en_register_at later = {instant("2026-03-29T01:00:00Z"), {501, 0}};
    assert_true(resolve(stamp, &later, 1).at.us == instant("2026-03-29T00:30:00Z").us);
    struct en_stamp rejected = resolve(stamp, NULL, 0);
    assert_int_equal(rejected.kind, EN_STAMP_NEVER);
    assert_int_equal(en_quality_verdict(rejected.quality), EN_VERDICT_REJECTED);
}

static void test_plain_clocks(void **state)
{
    (void)state;
    struct en_stamp stamp;
    struct en_error err = {0};
    struct en_device_clock utc = {EN_CLOCK_UTC, 180, NULL};
    struct en_device_clock moscow = {EN_CLOCK_OFFSET, 180, NULL};
    struct en_local_stamp local = {twice, EN_DST_UNKNOWN, false, {0, 0}};
    assert_int_equal(en_device_clock_read(&utc, &local, NULL, 0, &stamp, NULL), EN_OK);
    assert_true(stamp.at.us == instant("2026-10-25T02:30:00Z").us);
    assert_int_equal(en_device_clock_read(&moscow, &local, NULL, 0, &stamp, NULL), EN_OK);
    assert_true(stamp.at.us == instant("2026-10-25T02:30:00+03:00").us);
    assert_int_equal(stamp.kind, EN_STAMP_PLAIN);
    local.civil.month = 13;
    assert_int_equal(en_device_clock_read(&moscow, &local, NULL, 0, &stamp, &err), EN_RANGE);
    if (berlin.zone != NULL) {
        assert_int_equal(en_device_clock_read(&berlin, &local, NULL, 0, &stamp, &err), EN_RANGE);
        local.civil.month = 6;
        assert_int_equal(en_device_clock_read(&berlin, &local, NULL, 0, &stamp, NULL), EN_OK);
        assert_true(stamp.at.us == instant("2026-06-25T00:30:00Z").us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t_04_flag),
        cmocka_unit_test(test_t_04_register),
        cmocka_unit_test(test_t_04_nothing_tells_is_open),
        cmocka_unit_test(test_t_05_hour_that_never_was),
        cmocka_unit_test(test_plain_clocks),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
