#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/substitution/estimation_cross.h"

#define KWH INT64_C(1000000)
#define READ EN_QUALITY_MEASURED

static void test_e_03_check_meter(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_int_equal(en_check_fill(101200000, READ, EN_RATIO_ONE, &value), EN_REFUSAL_NONE);
    assert_true(value == 101200000);
    assert_int_equal(en_check_fill(101200000, READ, (struct en_ratio){251, 250}, &value),
                     EN_REFUSAL_NONE);
    assert_true(value == 101604800);
    assert_int_equal(en_check_fill(5, READ, (struct en_ratio){-1, 2}, &value), EN_REFUSAL_NONE);
    assert_true(value == -3);
}

static void test_e_03_refusals(void **state)
{
    (void)state;
    int64_t value = 9;
    uint64_t suspect = en_quality_with_verdict(READ, EN_VERDICT_SUSPECT);
    assert_int_equal(en_check_fill(1, suspect, EN_RATIO_ONE, &value), EN_REFUSAL_CHECK_NOT_VALID);
    assert_int_equal(en_check_fill(1, EN_QUALITY_MISSING, EN_RATIO_ONE, &value),
                     EN_REFUSAL_CHECK_NOT_VALID);
    assert_int_equal(en_check_fill(1, EN_SOURCE_EST_LIKEDAY, EN_RATIO_ONE, &value),
                     EN_REFUSAL_CHECK_NOT_VALID);
    assert_int_equal(en_check_fill(INT64_MAX, READ, (struct en_ratio){2, 1}, &value),
                     EN_REFUSAL_OVERFLOW);
    assert_true(value == 9);
}

static void test_e_11_rest_of_the_balance(void **state)
{
    (void)state;
    static const struct en_balance_member members[] = {
        {1000 * KWH, READ, true}, {700 * KWH, READ, false}, {250 * KWH, READ, false}};
    int64_t value = 0;
    assert_int_equal(en_balance_fill(members, 3, 3 * KWH, 0, &value), EN_REFUSAL_NONE);
    assert_true(value == 47 * KWH);
    assert_int_equal(en_balance_fill(members, 3, 3 * KWH, 47 * KWH, &value), EN_REFUSAL_NONE);
}

static void test_e_11_refusals(void **state)
{
    (void)state;
    struct en_balance_member members[] = {{1000, READ, true}, {1001, READ, false}};
    int64_t value = 9;
    assert_int_equal(en_balance_fill(members, 2, 0, 0, &value), EN_REFUSAL_BELOW_ZERO);
    assert_int_equal(en_balance_fill(members, 1, 0, 999, &value), EN_REFUSAL_ABOVE_CAP);
    assert_int_equal(en_balance_fill(members, 0, 0, 0, &value), EN_REFUSAL_NO_BALANCE);
    members[0].micro = INT64_MAX;
    assert_int_equal(en_balance_fill(members, 1, -1, 0, &value), EN_REFUSAL_OVERFLOW);
    members[1].quality = EN_SOURCE_EST_INTERP;
    assert_int_equal(en_balance_fill(members, 2, 0, 0, &value), EN_REFUSAL_MEMBER_NOT_VALID);
    assert_true(value == 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_e_03_check_meter),
        cmocka_unit_test(test_e_03_refusals),
        cmocka_unit_test(test_e_11_rest_of_the_balance),
        cmocka_unit_test(test_e_11_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
