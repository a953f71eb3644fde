#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/fixed.h"
#include "core/metering/substitution/estimation_act.h"

#define KWH INT64_C(1000000)

static void test_e_13_one_phase_of_three_lost(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_int_equal(en_lost_phase_fill(100 * KWH, en_lost_phase_ratio(2), &value),
                     EN_REFUSAL_NONE);
    assert_true(value == 150 * KWH);
    assert_int_equal(en_lost_phase_fill(100 * KWH, en_lost_phase_ratio(1), &value),
                     EN_REFUSAL_NONE);
    assert_true(value == 300 * KWH);
    assert_int_equal(en_lost_phase_fill(1, en_lost_phase_ratio(2), &value), EN_REFUSAL_NONE);
    assert_true(value == 2); /* half up */
}

static void test_e_13_refusals(void **state)
{
    (void)state;
    int64_t value = 9;
    assert_int_equal(en_lost_phase_fill(KWH, (struct en_ratio){1, 2}, &value), EN_REFUSAL_BAD_ACT);
    assert_int_equal(en_lost_phase_fill(INT64_MAX, en_lost_phase_ratio(2), &value),
                     EN_REFUSAL_OVERFLOW);
    assert_true(value == 9);
}

static void test_e_14_flat(void **state)
{
    (void)state;
    struct en_undercount act = {NULL, 48 * KWH, EN_RATIO_ONE};
    int64_t added[48];
    assert_int_equal(en_undercount_fill(&act, 48, added), EN_REFUSAL_NONE);
    for (size_t i = 0; i < 48; i++) {
        assert_true(added[i] == KWH);
    }
}

static void test_e_14_flat_is_exact(void **state)
{
    (void)state;
    struct en_undercount act = {NULL, 10, {1, 3}};
    int64_t added[2];
    assert_int_equal(en_undercount_fill(&act, 2, added), EN_REFUSAL_NONE);
    assert_true(added[0] == 2 && added[1] == 1); /* round(10/3) = 3 */
}

static void test_e_14_list(void **state)
{
    (void)state;
    static const int64_t list[] = {1 * KWH, 0, 2 * KWH};
    struct en_undercount act = {list, 0, EN_RATIO_ONE};
    int64_t added[3];
    assert_int_equal(en_undercount_fill(&act, 3, added), EN_REFUSAL_NONE);
    assert_memory_equal(added, list, sizeof list);
    act.each = (struct en_ratio){40, 1};
    assert_int_equal(en_undercount_fill(&act, 3, added), EN_REFUSAL_NONE);
    assert_true(added[0] == 40 * KWH && added[1] == 0 && added[2] == 80 * KWH);
}

/* A list times a ratio that rounds: the parts are still the whole, rounded once. */
static void test_e_14_list_is_exact(void **state)
{
    (void)state;
    static const int64_t list[] = {1, 1, 1};
    struct en_undercount act = {list, 0, {251, 750}};
    int64_t added[3];
    assert_int_equal(en_undercount_fill(&act, 3, added), EN_REFUSAL_NONE);
    assert_true(added[0] + added[1] + added[2] == 1);
}

static void test_e_14_refusals(void **state)
{
    (void)state;
    static const int64_t below[] = {1, -1};
    static const int64_t huge[] = {INT64_MAX, 1};
    int64_t added[2] = {9, 9};
    struct en_undercount act = {below, 0, EN_RATIO_ONE};
    assert_int_equal(en_undercount_fill(&act, 2, added), EN_REFUSAL_BAD_ACT);
    act.list = huge;
    assert_int_equal(en_undercount_fill(&act, 2, added), EN_REFUSAL_OVERFLOW);
    act = (struct en_undercount){NULL, -1, EN_RATIO_ONE};
    assert_int_equal(en_undercount_fill(&act, 2, added), EN_REFUSAL_BAD_ACT);
    act = (struct en_undercount){NULL, 1, {-1, 1}};
    assert_int_equal(en_undercount_fill(&act, 2, added), EN_REFUSAL_BAD_ACT);
    act = (struct en_undercount){NULL, 1, EN_RATIO_ONE};
    assert_int_equal(en_undercount_fill(&act, 0, added), EN_REFUSAL_BAD_ACT);
    act = (struct en_undercount){NULL, INT64_MAX, {2, 1}};
    assert_int_equal(en_undercount_fill(&act, 2, added), EN_REFUSAL_OVERFLOW);
    assert_true(added[0] == 9 && added[1] == 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_e_13_one_phase_of_three_lost),
        cmocka_unit_test(test_e_13_refusals),
        cmocka_unit_test(test_e_14_flat),
        cmocka_unit_test(test_e_14_flat_is_exact),
        cmocka_unit_test(test_e_14_list),
        cmocka_unit_test(test_e_14_list_is_exact),
        cmocka_unit_test(test_e_14_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
