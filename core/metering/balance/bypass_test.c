#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/balance/bypass.h"

#define KWH INT64_C(1000000)
#define A 7u
#define B 9u

/* Minutes after some full hour. */
static struct en_interval minutes(int64_t from, int64_t to)
{
    return (struct en_interval){{from * EN_MINUTE_US}, {to * EN_MINUTE_US}};
}

/* On at 10:12: all that the bypass metered in the slot belongs to the feeder. */
static void test_b_20_one_feeder_takes_all(void **state)
{
    (void)state;
    const struct en_bypass_use uses[] = {{A, {{12 * EN_MINUTE_US}, {INT64_MAX}}}};
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    size_t count = 0;
    assert_int_equal(en_bypass_split(uses, 1, minutes(0, 30), 300 * KWH, shares, &count, NULL),
                     EN_OK);
    assert_int_equal(count, 1);
    assert_true(shares[0].feeder == A && 500 * KWH + shares[0].micro == 800 * KWH);
}

static void test_b_21_two_feeders_by_minutes(void **state)
{
    (void)state;
    const struct en_bypass_use uses[] = {{A, minutes(-40, 18)}, {B, minutes(18, 30)}};
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    size_t count = 0;
    assert_int_equal(en_bypass_split(uses, 2, minutes(0, 30), 300 * KWH, shares, &count, NULL),
                     EN_OK);
    assert_int_equal(count, 2);
    assert_true(shares[0].feeder == A && shares[0].micro == 180 * KWH);
    assert_true(shares[1].feeder == B && shares[1].micro == 120 * KWH);
}

static void test_b_21_a_feeder_twice(void **state)
{
    (void)state;
    const struct en_bypass_use uses[] = {
        {A, minutes(0, 5)}, {B, minutes(5, 10)}, {A, minutes(12, 30)}};
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    size_t count = 0;
    assert_int_equal(en_bypass_split(uses, 3, minutes(0, 30), 28, shares, &count, NULL), EN_OK);
    assert_int_equal(count, 2);
    assert_true(shares[0].micro == 23 && shares[1].micro == 5);
    /* it served nobody: the energy stays where it was metered */
    assert_int_equal(en_bypass_split(uses, 3, minutes(30, 60), 28, shares, &count, NULL), EN_OK);
    assert_int_equal(count, 0);
}

static void test_uses_are_merged(void **state)
{
    (void)state;
    struct en_bypass_use uses[] = {
        {A, minutes(30, 40)}, {A, minutes(10, 20)}, {B, minutes(40, 50)},
        {A, minutes(20, 30)}, {B, minutes(51, 60)}, {B, minutes(60, 60)},
    };
    size_t count = EN_COUNT_OF(uses);
    assert_int_equal(en_bypass_merge(uses, &count, NULL), EN_OK);
    assert_int_equal(count, 3);
    assert_true(uses[0].feeder == A && uses[0].served.from.us == 10 * EN_MINUTE_US &&
                uses[0].served.to.us == 40 * EN_MINUTE_US);
    assert_true(uses[1].feeder == B && uses[1].served.to.us == 50 * EN_MINUTE_US);
    assert_true(uses[2].feeder == B && uses[2].served.from.us == 51 * EN_MINUTE_US);
    count = 0;
    assert_int_equal(en_bypass_merge(uses, &count, NULL), EN_OK);
}

static void test_overlap_is_refused(void **state)
{
    (void)state;
    struct en_bypass_use two[] = {{A, minutes(10, 20)}, {B, minutes(19, 30)}};
    struct en_bypass_use open[] = {{A, {{0}, {INT64_MAX}}}, {A, minutes(19, 30)}};
    struct en_bypass_use back[] = {{A, minutes(10, 9)}};
    struct en_error err = {0};
    size_t count = 2;
    assert_int_equal(en_bypass_merge(two, &count, &err), EN_CONFLICT);
    assert_non_null(strstr(err.text, "1970-01-01T00:19:00Z"));
    assert_int_equal(en_bypass_merge(open, &count, &err), EN_CONFLICT);
    count = 1;
    assert_int_equal(en_bypass_merge(back, &count, &err), EN_RANGE);
}

static void test_too_many_feeders_in_one_slot(void **state)
{
    (void)state;
    struct en_bypass_use uses[EN_BYPASS_FEEDERS_MAX + 1];
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i <= EN_BYPASS_FEEDERS_MAX; i++) {
        uses[i] = (struct en_bypass_use){i + 1, minutes(i, i + 1)};
    }
    assert_int_equal(
        en_bypass_split(uses, EN_BYPASS_FEEDERS_MAX, minutes(0, 30), KWH, shares, &count, NULL),
        EN_OK);
    assert_int_equal(count, EN_BYPASS_FEEDERS_MAX);
    assert_int_equal(
        en_bypass_split(uses, EN_BYPASS_FEEDERS_MAX + 1, minutes(0, 30), KWH, shares, &count, NULL),
        EN_LIMIT);
    assert_int_equal(count, 0);
}

/* PT-8, B-22: whatever the uses, what feeders take is what the bypass gives: the sum over the
 * bypass and all feeders is as before, and the bypass keeps nothing while it serves. */
static void test_pt_8_union_is_unchanged(void **state)
{
    (void)state;
    uint64_t seed = 808;
    for (int round = 0; round < 2000; round++) {
        struct en_bypass_use uses[8];
        struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
        int64_t at = 0;
        int64_t served = 0;
        for (size_t i = 0; i < 8; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            int64_t from = at + (int64_t)((seed >> 60) & 3);
            at = from + (int64_t)((seed >> 50) & 7);
            uses[i] = (struct en_bypass_use){1 + (uint32_t)((seed >> 40) & 3), minutes(from, at)};
            served += en_interval_overlap_us(uses[i].served, minutes(0, 30));
        }
        int64_t energy = (int64_t)(seed >> 20) - (INT64_C(1) << 42);
        size_t uses_count = 8;
        size_t count = 0;
        assert_int_equal(en_bypass_merge(uses, &uses_count, NULL), EN_OK);
        assert_int_equal(
            en_bypass_split(uses, uses_count, minutes(0, 30), energy, shares, &count, NULL), EN_OK);
        int64_t rest = energy;
        for (size_t i = 0; i < count; i++) {
            rest -= shares[i].micro;
        }
        assert_true(rest == (served > 0 ? 0 : energy));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_b_20_one_feeder_takes_all),
        cmocka_unit_test(test_b_21_two_feeders_by_minutes),
        cmocka_unit_test(test_b_21_a_feeder_twice),
        cmocka_unit_test(test_uses_are_merged),
        cmocka_unit_test(test_overlap_is_refused),
        cmocka_unit_test(test_too_many_feeders_in_one_slot),
        cmocka_unit_test(test_pt_8_union_is_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
