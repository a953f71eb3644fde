#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/fixed.h"
#include "core/metering/decree/decree_442.h"

#define MICRO INT64_C(1000000)

static const struct en_decree_rules *const rules = &en_decree_rules_default;

static struct en_decree_time hours(uint64_t count)
{
    return (struct en_decree_time){count * 3600, 0, rules->interim_factor};
}

static struct en_decree_time reduced_hours(uint64_t count)
{
    return (struct en_decree_time){0, count * 3600, rules->interim_factor};
}

static struct en_interval interval_of(const char *from, const char *to)
{
    struct en_interval interval = {{0}, {0}};
    assert_int_equal(en_instant_parse(en_slice_text(from), 180, &interval.from, NULL), EN_OK);
    assert_int_equal(en_instant_parse(en_slice_text(to), 180, &interval.to, NULL), EN_OK);
    return interval;
}

/* 101.2 MWh by the control meter, 0.4 % lost on the consumer's side. */
static void test_d442_a_control_meter_with_its_loss(void **state)
{
    (void)state;
    struct en_decree_control control = {101200 * MICRO, EN_RATIO_ONE, {4, 1000}, 0};
    int64_t micro = 0;
    assert_true(en_ratio_make(4, 1000, &control.loss_share, NULL) == EN_OK);
    assert_true(en_decree_control(&control, &micro));
    assert_true(micro == INT64_C(101604800000));
    control.loss_share = (struct en_ratio){0, 1};
    control.ratio = (struct en_ratio){1, 2};
    control.loss_micro = -600 * MICRO;
    assert_true(en_decree_control(&control, &micro));
    assert_true(micro == 50000 * MICRO);
    control.ratio = (struct en_ratio){INT64_MAX, 1};
    assert_false(en_decree_control(&control, &micro));
    assert_true(micro == 50000 * MICRO);
}

/* 0.150 MW: 720 h, July's 744 h, and at 0.8. */
static void test_d442_c_max_power_times_time(void **state)
{
    (void)state;
    struct en_decree_time time = hours(720);
    int64_t micro = 0;
    assert_true(en_decree_max_power(150 * MICRO, &time, &micro));
    assert_true(micro == 108000 * MICRO);
    time = hours(744);
    assert_true(en_decree_max_power(150 * MICRO, &time, &micro));
    assert_true(micro == 111600 * MICRO);
    time = reduced_hours(720);
    assert_true(en_decree_max_power(150 * MICRO, &time, &micro));
    assert_true(micro == 86400 * MICRO);
    time = hours(2);
    assert_false(en_decree_max_power(INT64_MAX, &time, &micro));
    assert_true(micro == 86400 * MICRO);
}

/* 300 kW over inlets of 100 A and 200 A. */
static void test_d442_c2_split_by_permissible_currents(void **state)
{
    (void)state;
    const int64_t currents[] = {100 * MICRO, 200 * MICRO};
    int64_t parts[3] = {0};
    assert_int_equal(en_decree_split_power(300 * MICRO, currents, 2, parts, NULL), EN_OK);
    assert_true(parts[0] == 100 * MICRO);
    assert_true(parts[1] == 200 * MICRO);
    const int64_t equal[] = {1, 1, 1};
    assert_int_equal(en_decree_split_power(100 * MICRO + 7, equal, 3, parts, NULL), EN_OK);
    assert_true(parts[0] == INT64_C(33334007));
    assert_true(parts[1] == INT64_C(33333000));
    assert_true(parts[2] == INT64_C(33333000));
    const int64_t none[] = {0, 0};
    assert_int_equal(en_decree_split_power(100, none, 2, parts, NULL), EN_RANGE);
}

/* 100 A at 0.22 kV and cos phi 0.9 over 720 h; 50 A of one phase. */
static void test_d442_d_permissible_current(void **state)
{
    (void)state;
    struct en_decree_current three = {100 * MICRO, 220000, rules->cos_phi, 3};
    struct en_decree_current one = {50 * MICRO, 220000, rules->cos_phi, 1};
    struct en_decree_time time = hours(720);
    int64_t micro = 0;
    assert_true(en_decree_current(&three, rules->demand_divisor, &time, &micro));
    assert_true(micro == 28512 * MICRO);
    assert_true(en_decree_current(&one, rules->demand_divisor, &time, &micro));
    assert_true(micro == 4752 * MICRO);
    time = reduced_hours(720);
    assert_true(en_decree_current(&one, rules->demand_divisor, &time, &micro));
    assert_true(micro == INT64_C(3801600000));
    one.micro_a = INT64_MAX;
    one.micro_kv = INT64_MAX;
    assert_false(en_decree_current(&one, rules->demand_divisor, &time, &micro));
}

/* 108 MWh over 720 h, in 1e-6 MWh: 0.150 each; and any sum to the last unit. */
static void test_d442_hour_spreads_from_the_start_of_the_period(void **state)
{
    (void)state;
    int64_t sum = 0;
    for (int64_t i = 0; i < 720; i++) {
        assert_true(en_decree_part(108 * MICRO, i * 3600, (i + 1) * 3600, 720 * 3600) == 150000);
        sum += en_decree_part(-1000001, i * 3600, (i + 1) * 3600, 720 * 3600);
    }
    assert_true(sum == -1000001);
    /* Half-hours add up to their hours. */
    for (int64_t i = 0; i < 720; i++) {
        int64_t first = en_decree_part(1000001, 2 * i, 2 * i + 1, 1440);
        int64_t second = en_decree_part(1000001, 2 * i + 1, 2 * i + 2, 1440);
        assert_true(first + second == en_decree_part(1000001, i, i + 1, 720));
    }
}

/* 0.05 MW: a year, and the most there is. */
static void test_d442_f_uncontracted_is_cut_to_three_years(void **state)
{
    (void)state;
    struct en_interval four = interval_of("2020-01-01", "2024-01-01");
    struct en_interval year = interval_of("2021-01-01", "2022-01-01");
    int64_t micro = 0;
    struct en_decree_time time = en_decree_time_of(rules, year, 180, EN_DECREE_UNCONTRACTED);
    assert_true(en_decree_max_power(50 * MICRO, &time, &micro));
    assert_true(micro == 438000 * MICRO);
    time = en_decree_time_of(rules, four, 180, EN_DECREE_UNCONTRACTED);
    assert_true(time.seconds == UINT64_C(26280) * 3600);
    assert_true(en_decree_max_power(50 * MICRO, &time, &micro));
    assert_true(micro == 1314000 * MICRO);
    time = en_decree_time_of(rules, four, 180, EN_DECREE_UNACCOUNTED);
    assert_true(time.seconds == UINT64_C(8760) * 3600);
}

/* Billed 96.4 and 90.1 by past periods, 180.0 by the readings. */
static void test_d442_g_true_up(void **state)
{
    (void)state;
    const int64_t billed[] = {96400 * MICRO, 90100 * MICRO};
    int64_t micro = 0;
    assert_true(en_decree_true_up(180000 * MICRO, billed, 2, &micro));
    assert_true(micro == -6500 * MICRO);
    const int64_t far = INT64_MIN;
    assert_false(en_decree_true_up(1, &far, 1, &micro));
    assert_true(micro == -6500 * MICRO);
}

/* The interim of 2012: inside, over its ends, and what never had it. */
static void test_interim_factor_holds_inside_its_dates(void **state)
{
    (void)state;
    struct en_interval interval = interval_of("2012-06-30", "2012-07-03");
    struct en_decree_time time = en_decree_time_of(rules, interval, 180, EN_DECREE_SUBSTITUTED);
    assert_true(time.seconds == 86400);
    assert_true(time.reduced_seconds == 2 * 86400);
    interval = interval_of("2012-12-31", "2013-01-02");
    time = en_decree_time_of(rules, interval, 180, EN_DECREE_SUBSTITUTED);
    assert_true(time.seconds == 86400 && time.reduced_seconds == 86400);
    time = en_decree_time_of(rules, interval, 180, EN_DECREE_UNACCOUNTED);
    assert_true(time.seconds == 2 * 86400 && time.reduced_seconds == 0);
    interval = interval_of("2013-01-01", "2013-01-02");
    time = en_decree_time_of(rules, interval, 180, EN_DECREE_SUBSTITUTED);
    assert_true(time.seconds == 86400 && time.reduced_seconds == 0);
    /* The dates are those of the fiscal day: an hour further east the interim begins earlier. */
    interval = interval_of("2012-06-30T23:00:00+03:00", "2012-07-01T00:00:00+03:00");
    time = en_decree_time_of(rules, interval, 240, EN_DECREE_SUBSTITUTED);
    assert_true(time.seconds == 0 && time.reduced_seconds == 3600);
    interval = interval_of("2013-01-02", "2013-01-01");
    time = en_decree_time_of(rules, interval, 180, EN_DECREE_SUBSTITUTED);
    assert_true(time.seconds == 0 && time.reduced_seconds == 0);
}

/* A period cut in two where its cause changes: both parts together are the whole. */
static void test_cause_change_splits_by_hours(void **state)
{
    (void)state;
    struct en_interval first = interval_of("2026-04-01", "2026-04-11T07:00:00+03:00");
    struct en_interval second = interval_of("2026-04-11T07:00:00+03:00", "2026-05-01");
    struct en_decree_time times[] = {
        en_decree_time_of(rules, first, 180, EN_DECREE_SUBSTITUTED),
        en_decree_time_of(rules, second, 180, EN_DECREE_SUBSTITUTED),
    };
    int64_t sum = 0;
    for (size_t i = 0; i < 2; i++) {
        int64_t micro = 0;
        assert_true(en_decree_max_power(150 * MICRO, &times[i], &micro));
        sum += micro;
    }
    assert_true(times[0].seconds == 247 * 3600);
    assert_true(sum == 108000 * MICRO);
}

static void test_rules_are_checked(void **state)
{
    (void)state;
    struct en_decree_rules wrong = *rules;
    assert_int_equal(en_decree_rules_check(&wrong, NULL), EN_OK);
    wrong.cos_phi = (struct en_ratio){11, 10};
    assert_int_equal(en_decree_rules_check(&wrong, NULL), EN_RANGE);
    wrong = *rules;
    wrong.demand_divisor = (struct en_ratio){0, 1};
    assert_int_equal(en_decree_rules_check(&wrong, NULL), EN_RANGE);
    wrong = *rules;
    wrong.interim_factor = (struct en_ratio){2, 4};
    assert_int_equal(en_decree_rules_check(&wrong, NULL), EN_RANGE);
    wrong = *rules;
    wrong.interim_to.n = wrong.interim_from.n - 1;
    assert_int_equal(en_decree_rules_check(&wrong, NULL), EN_RANGE);
    wrong = *rules;
    wrong.hourly_threshold_micro_kw = -1;
    assert_int_equal(en_decree_rules_check(&wrong, NULL), EN_RANGE);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 11;
}

/* Any cut of a whole adds up to the total, and no prefix is off by more than half a unit. */
static void test_parts_keep_the_sum_and_every_prefix(void **state)
{
    (void)state;
    uint64_t seed = 442;
    for (int run = 0; run < 2000; run++) {
        int64_t whole = (int64_t)(next_random(&seed) % 100000000) + 1;
        int64_t total = (int64_t)next_random(&seed) - (INT64_C(1) << 52);
        int64_t at = 0;
        int64_t sum = 0;
        while (at < whole) {
            int64_t step = (int64_t)(next_random(&seed) % (uint64_t)(whole / 7 + 1)) + 1;
            int64_t to = at + step < whole ? at + step : whole;
            sum += en_decree_part(total, at, to, whole);
            en_i128 off = 2 * ((en_i128)sum * whole - (en_i128)total * to);
            assert_true(off <= whole && off >= -(en_i128)whole);
            at = to;
        }
        assert_true(sum == total);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_d442_a_control_meter_with_its_loss),
        cmocka_unit_test(test_d442_c_max_power_times_time),
        cmocka_unit_test(test_d442_c2_split_by_permissible_currents),
        cmocka_unit_test(test_d442_d_permissible_current),
        cmocka_unit_test(test_d442_hour_spreads_from_the_start_of_the_period),
        cmocka_unit_test(test_d442_f_uncontracted_is_cut_to_three_years),
        cmocka_unit_test(test_d442_g_true_up),
        cmocka_unit_test(test_interim_factor_holds_inside_its_dates),
        cmocka_unit_test(test_cause_change_splits_by_hours),
        cmocka_unit_test(test_rules_are_checked),
        cmocka_unit_test(test_parts_keep_the_sum_and_every_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
