#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/reading/reconciliation.h"

#define UNIT INT64_C(1000000)

static const struct en_amount advance = {216936 * UNIT, EN_SOURCE_FROM_REGISTERS};
static const struct en_amount profile = {216900 * UNIT, EN_SOURCE_MEASURED};

/* Advance 216 936, profile 216 900: a row of +36 kWh. */
static void test_r_08_row(void **state)
{
    (void)state;
    struct en_reconciliation row = en_reconcile(advance, profile, EN_BILLING_REGISTER);
    assert_true(row.difference.micro == 36 * UNIT);
    assert_true((row.difference.quality & EN_QUALITY_SUM) != 0);
    assert_true(row.billed.micro == advance.micro);
    assert_true(row.profile.micro + row.difference.micro == row.billed.micro);
    row = en_reconcile(advance, profile, EN_BILLING_PROFILE);
    assert_true(row.billed.micro == profile.micro && row.difference.micro == 36 * UNIT);
}

static void test_r_08_equal_is_no_finding(void **state)
{
    (void)state;
    struct en_reconciliation row = en_reconcile(advance, advance, EN_BILLING_REGISTER);
    assert_true(row.difference.micro == 0 && (row.difference.quality & EN_QUALITY_SUM) == 0);
}

static void test_r_08_without_one_side_there_is_no_difference(void **state)
{
    (void)state;
    struct en_amount missing = {0, EN_QUALITY_MISSING};
    struct en_reconciliation row = en_reconcile(missing, profile, EN_BILLING_REGISTER);
    assert_true(en_quality_is_missing(row.difference.quality));
    assert_true(en_quality_is_missing(row.billed.quality));
    row = en_reconcile(missing, profile, EN_BILLING_PROFILE);
    assert_true(row.billed.micro == profile.micro);
    struct en_amount large = {INT64_MAX, EN_SOURCE_MEASURED};
    struct en_amount small = {-1, EN_SOURCE_MEASURED};
    row = en_reconcile(large, small, EN_BILLING_PROFILE);
    assert_true((row.difference.quality & EN_QUALITY_OVERFLOW) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_08_row),
        cmocka_unit_test(test_r_08_equal_is_no_finding),
        cmocka_unit_test(test_r_08_without_one_side_there_is_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
