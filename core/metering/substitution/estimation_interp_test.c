#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/substitution/estimation_interp.h"

#define KWH INT64_C(1000000)

static void test_e_01_two_slots(void **state)
{
    (void)state;
    struct en_interp gap = {10 * KWH, 16 * KWH, 2};
    int64_t values[2];
    en_interp_fill(&gap, 0, 2, values);
    assert_true(values[0] == 12 * KWH && values[1] == 14 * KWH);
}

static void test_e_01_three_slots(void **state)
{
    (void)state;
    struct en_interp gap = {10 * KWH, 11 * KWH, 3};
    int64_t values[3];
    en_interp_fill(&gap, 0, 3, values);
    assert_true(values[0] == 10250000 && values[1] == 10500000 && values[2] == 10750000);
}

/* One rounding, at the end: (1 - 0) * i / 3 is 0.333333 and 0.666667, not 0.666666. */
static void test_e_01_multiplies_before_it_divides(void **state)
{
    (void)state;
    struct en_interp gap = {0, KWH, 2};
    int64_t values[2];
    en_interp_fill(&gap, 0, 2, values);
    assert_true(values[0] == 333333 && values[1] == 666667);
}

/* A gap over midnight: each day asks for its part and gets what the whole would have been. */
static void test_e_01_parts_are_the_whole(void **state)
{
    (void)state;
    struct en_interp gap = {-7 * KWH - 1, 5 * KWH + 2, 17};
    int64_t whole[17];
    en_interp_fill(&gap, 0, 17, whole);
    for (uint32_t cut = 0; cut <= 17; cut++) {
        int64_t parts[17];
        en_interp_fill(&gap, 0, cut, parts);
        en_interp_fill(&gap, cut, 17 - cut, parts + cut);
        assert_memory_equal(parts, whole, sizeof whole);
    }
}

static void test_e_01_stays_between_its_neighbours(void **state)
{
    (void)state;
    static const int64_t ends[][2] = {
        {INT64_MIN, INT64_MAX}, {INT64_MAX, INT64_MIN}, {INT64_MAX, INT64_MAX}, {0, 0}, {5, 4}};
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        struct en_interp gap = {ends[k][0], ends[k][1], 100};
        int64_t values[100];
        int64_t low = gap.before < gap.after ? gap.before : gap.after;
        int64_t high = gap.before < gap.after ? gap.after : gap.before;
        en_interp_fill(&gap, 0, 100, values);
        for (size_t i = 0; i < 100; i++) {
            assert_true(values[i] >= low && values[i] <= high);
        }
    }
}

static void test_e_01_two_hours_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(en_interp_allows(4, 1800, 7200), EN_REFUSAL_NONE);
    assert_int_equal(en_interp_allows(5, 1800, 7200), EN_REFUSAL_GAP_TOO_LONG);
    assert_int_equal(en_interp_allows(UINT32_MAX, 86400, UINT32_MAX), EN_REFUSAL_GAP_TOO_LONG);
}

static void test_e_15_holds_the_last_value(void **state)
{
    (void)state;
    int64_t values[3] = {0, 0, 0};
    en_hold_fill(42, 3, values);
    assert_true(values[0] == 42 && values[1] == 42 && values[2] == 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_e_01_two_slots),
        cmocka_unit_test(test_e_01_three_slots),
        cmocka_unit_test(test_e_01_multiplies_before_it_divides),
        cmocka_unit_test(test_e_01_parts_are_the_whole),
        cmocka_unit_test(test_e_01_stays_between_its_neighbours),
        cmocka_unit_test(test_e_01_two_hours_and_no_more),
        cmocka_unit_test(test_e_15_holds_the_last_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
