#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_pair.h"

#define KWH(value) ((int64_t)(value)*1000000)

static void test_v10_kvarh_without_kwh(void **state)
{
    (void)state;
    assert_true(en_validation_kvarh_fails(0, 5, 4));
    assert_false(en_validation_kvarh_fails(0, 4, 4));
    assert_false(en_validation_kvarh_fails(1, 5, 4));
    static const int64_t kwh[] = {0, 0, 7, 0};
    static const int64_t kvarh[] = {5, 4, 5, 6};
    struct en_validation_day active = {.micro = kwh, .count = 4, .slot_seconds = 1800};
    struct en_validation_day reactive = {.micro = kvarh, .count = 4, .slot_seconds = 1800};
    struct en_finding items[4];
    struct en_findings findings;
    en_findings_init(&findings, items, 4);
    en_validation_kvarh(&active, &reactive, 4, &findings);
    assert_int_equal(findings.count, 2);
    assert_int_equal(items[0].first, 0);
    assert_int_equal(items[1].first, 3);
    assert_true(items[0].flags == EN_QUALITY_KVARH);
}

static const struct en_check_limits classes = {
    .form = EN_CHECK_CLASSES, .factor = 1500000, .main_error = 10000, .check_error = 10000};

static void test_v22_main_and_check_of_class_1(void **state)
{
    (void)state;
    int64_t limit = 0;
    assert_true(en_validation_check_fails(KWH(1000), KWH(1025), &classes, &limit));
    assert_int_equal(limit, 21213000); /* 2.1213 % of 1000 */
    assert_false(en_validation_check_fails(KWH(1000), KWH(1021), &classes, &limit));
    /* the squares decide: 0.0212132034...^2 */
    assert_false(en_validation_check_fails(KWH(1000), 1021213203, &classes, &limit));
    assert_true(en_validation_check_fails(KWH(1000), 1021213204, &classes, &limit));
    assert_true(en_validation_check_fails(0, 1, &classes, &limit));
    assert_false(en_validation_check_fails(0, 0, &classes, &limit));
}

static void test_v22_other_limits(void **state)
{
    (void)state;
    int64_t limit = 0;
    struct en_check_limits month = classes;
    month.form = EN_CHECK_SUM;
    assert_false(en_validation_check_fails(KWH(1000), KWH(1020), &month, &limit));
    assert_true(en_validation_check_fails(KWH(1000), KWH(1020) + 1, &month, &limit));
    assert_int_equal(limit, KWH(20));
    struct en_check_limits aemo = {.form = EN_CHECK_SHARE, .share = 50000};
    assert_false(en_validation_check_fails(KWH(1000), KWH(950), &aemo, &limit));
    assert_true(en_validation_check_fails(KWH(1000), KWH(950) - 1, &aemo, &limit));
    assert_true(en_validation_check_fails(INT64_MAX, INT64_MIN, &classes, &limit));
}

static void test_v22_judges_slots_that_both_have(void **state)
{
    (void)state;
    static const int64_t main_micro[] = {KWH(1000), KWH(1000), KWH(1000)};
    static const int64_t check_micro[] = {KWH(1025), 0, KWH(1020)};
    static const uint64_t check_quality[] = {EN_QUALITY_MEASURED, EN_QUALITY_MISSING,
                                             EN_QUALITY_MEASURED};
    struct en_validation_day main_day = {.micro = main_micro, .count = 3, .slot_seconds = 1800};
    struct en_validation_day check_day = {
        .micro = check_micro, .quality = check_quality, .count = 3, .slot_seconds = 1800};
    struct en_finding items[4];
    struct en_findings findings;
    en_findings_init(&findings, items, 4);
    en_validation_check(&main_day, &check_day, &classes, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(items[0].first, 0);
    assert_int_equal(items[0].measured, KWH(25));
    int64_t sums[2] = {0, 0};
    uint32_t slots = 0;
    assert_true(en_validation_both(&main_day, &check_day, &sums[0], &sums[1], &slots));
    assert_int_equal(slots, 2);
    assert_int_equal(sums[0], KWH(2000));
    assert_int_equal(sums[1], KWH(2045));
}

static void test_v23_tangent(void **state)
{
    (void)state;
    assert_true(en_validation_tangent_fails(KWH(10000), KWH(5000), 400000)); /* 0.5 at 10 kV */
    assert_int_equal(en_validation_tangent(KWH(10000), KWH(5000)), 500000);
    assert_false(en_validation_tangent_fails(KWH(10000), KWH(4000), 400000));
    assert_true(en_validation_tangent_fails(KWH(10000), KWH(4000) + 1, 400000));
    assert_false(en_validation_tangent_fails(0, KWH(1), 400000));
    assert_int_equal(en_validation_tangent(0, KWH(1)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v10_kvarh_without_kwh),
        cmocka_unit_test(test_v22_main_and_check_of_class_1),
        cmocka_unit_test(test_v22_other_limits),
        cmocka_unit_test(test_v22_judges_slots_that_both_have),
        cmocka_unit_test(test_v23_tangent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
