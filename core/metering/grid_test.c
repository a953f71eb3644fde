#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/grid.h"

static struct en_instant instant_of(const char *text)
{
    struct en_instant instant = {0};
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &instant, NULL), EN_OK);
    return instant;
}

static void test_grid_divides_the_day(void **state)
{
    (void)state;
    static const struct {
        uint32_t seconds;
        uint32_t count; /* 0: no grid */
    } rows[] = {
        {1800, 48}, {900, 96}, {3600, 24}, {60, 1440}, {86400, 1},  {600, 144}, {180, 480},
        {0, 0},     {59, 0},   {30, 0},    {3601, 0},  {172800, 0}, {7000, 0},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_grid grid = {rows[i].seconds, 180};
        assert_int_equal(en_grid_is_valid(grid), rows[i].count > 0);
        if (rows[i].count > 0) {
            assert_int_equal(en_grid_slots_per_day(grid), rows[i].count);
        }
    }
    assert_false(en_grid_is_valid((struct en_grid){1800, 2000}));
}

/* T-01: every fiscal day has 48 half-hours, also on days when civil clocks jump. */
static void test_t_01_fiscal_day(void **state)
{
    (void)state;
    struct en_grid grid = {1800, 180};
    static const char *const days[] = {"2010-03-28", "2010-10-31", "2014-10-26", "2026-03-29"};
    for (size_t i = 0; i < EN_COUNT_OF(days); i++) {
        struct en_day day = {0};
        assert_int_equal(en_day_parse(en_slice_text(days[i]), &day, NULL), EN_OK);
        assert_true(en_grid_slots_expected(grid, en_day_interval(day, 180)) == 48);
    }
}

static void test_slots_hold_their_instants(void **state)
{
    (void)state;
    struct en_grid grid = {1800, 180};
    uint32_t slot = 99;
    struct en_day day = en_grid_slot_of(grid, instant_of("2026-06-30T20:59:59.999999Z"), &slot);
    char text[EN_DAY_TEXT_SIZE];
    (void)en_day_print(day, text);
    assert_string_equal(text, "2026-06-30");
    assert_int_equal(slot, 47);
    day = en_grid_slot_of(grid, instant_of("2026-06-30T21:00:00Z"), &slot);
    (void)en_day_print(day, text);
    assert_string_equal(text, "2026-07-01");
    assert_int_equal(slot, 0);
    for (uint32_t i = 0; i < 48; i++) {
        struct en_interval interval = en_grid_slot_interval(grid, day, i);
        assert_true(interval.to.us - interval.from.us == 1800 * EN_SECOND_US);
        assert_true(en_grid_is_edge(grid, interval.from));
        interval.to.us -= 1;
        assert_false(en_grid_is_edge(grid, interval.to));
        assert_int_equal(en_grid_slot_of(grid, interval.to, &slot).n, day.n);
        assert_int_equal(slot, i);
    }
}

static void test_expected_counts_slot_starts(void **state)
{
    (void)state;
    struct en_grid grid = {3600, 330}; /* an hour grid that starts on half-hours of UTC */
    static const struct {
        const char *from;
        const char *to;
        uint64_t count;
    } rows[] = {
        {"2026-01-01T00:30:00Z", "2026-01-01T01:30:00Z", 1},
        {"2026-01-01T00:30:00Z", "2026-01-01T01:30:00.000001Z", 2},
        {"2026-01-01T00:31:00Z", "2026-01-01T01:30:00Z", 0},
        {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 744},
        {"2026-01-01T00:30:00Z", "2026-01-01T00:30:00Z", 0},
        {"2026-01-02T00:30:00Z", "2026-01-01T00:30:00Z", 0},
        {"1969-12-31T00:30:00Z", "1970-01-02T00:30:00Z", 48},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_interval interval = {instant_of(rows[i].from), instant_of(rows[i].to)};
        assert_true(en_grid_slots_expected(grid, interval) == rows[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid_divides_the_day),
        cmocka_unit_test(test_t_01_fiscal_day),
        cmocka_unit_test(test_slots_hold_their_instants),
        cmocka_unit_test(test_expected_counts_slot_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
