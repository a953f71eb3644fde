#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_arrival.h"

static struct en_instant moment(const char *text)
{
    struct en_instant instant = {0};
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &instant, NULL), EN_OK);
    return instant;
}

static void test_v03_counts(void **state)
{
    (void)state;
    assert_true(en_validation_count_fails(47, 48));
    assert_false(en_validation_count_fails(48, 48));
    assert_true(en_validation_count_fails(96, 92)); /* Berlin in spring */
    assert_true(en_validation_count_fails(96, 100));
}

static void test_v05_duplicates(void **state)
{
    (void)state;
    struct en_arrived first = {12500000, EN_SOURCE_MEASURED, {100}};
    struct en_arrived again = {12500000, EN_SOURCE_MEASURED, {200}};
    struct en_arrived other = {13000000, EN_SOURCE_MEASURED, {200}};
    struct en_arrived estimate = {13000000, EN_SOURCE_EST_INTERP, {300}};
    struct en_duplicate verdict = en_validation_duplicate(&first, &again, 0, false);
    assert_int_equal(verdict.severity, EN_SEVERITY_NONE);
    assert_false(verdict.takes_second);
    verdict = en_validation_duplicate(&first, &other, 0, false);
    assert_int_equal(verdict.severity, EN_SEVERITY_WARNING);
    assert_true(verdict.takes_second);
    verdict = en_validation_duplicate(&other, &first, 0, true); /* the order does not matter */
    assert_int_equal(verdict.severity, EN_SEVERITY_ERROR);
    assert_false(verdict.takes_second);
    verdict = en_validation_duplicate(&first, &estimate, 0, false);
    assert_int_equal(verdict.severity, EN_SEVERITY_WARNING);
    assert_false(verdict.takes_second);
    verdict = en_validation_duplicate(&first, &other, 500000, false);
    assert_int_equal(verdict.severity, EN_SEVERITY_NONE);
}

static void test_v06_a_slot_that_has_not_ended(void **state)
{
    (void)state;
    int64_t ahead = 0;
    struct en_instant end = moment("2026-01-05T15:00:00Z");
    int64_t tolerance = 120 * EN_SECOND_US;
    assert_true(en_validation_future_fails(end, moment("2026-01-05T14:57:00Z"), tolerance, &ahead));
    assert_int_equal(ahead, 180 * EN_SECOND_US);
    assert_false(
        en_validation_future_fails(end, moment("2026-01-05T14:58:00Z"), tolerance, &ahead));
    assert_false(
        en_validation_future_fails(end, moment("2026-01-05T15:01:00Z"), tolerance, &ahead));
}

static void test_v27_late(void **state)
{
    (void)state;
    int64_t behind = 0;
    struct en_instant end = moment("2026-01-05T15:00:00Z");
    int64_t deadline = 24 * EN_HOUR_US;
    assert_false(en_validation_late_fails(end, moment("2026-01-06T15:00:00Z"), deadline, &behind));
    assert_true(en_validation_late_fails(end, moment("2026-01-06T15:00:01Z"), deadline, &behind));
    assert_int_equal(behind, deadline + EN_SECOND_US);
}

static void test_v35_edit_guard(void **state)
{
    (void)state;
    struct en_arrived stands = {12500000, EN_SOURCE_MEASURED, {100}};
    struct en_arrived estimate = {12600000, EN_SOURCE_EST_INTERP, {200}};
    struct en_arrived measured = {13125000, EN_SOURCE_MEASURED, {200}};
    struct en_edit_limits none = {0, 0};
    struct en_edit_limits five_percent = {0, 50000};
    struct en_edit_limits one_kwh = {1000000, 50000};
    assert_int_equal(en_validation_edit(&stands, &estimate, &one_kwh), EN_EDIT_IGNORED);
    assert_int_equal(en_validation_edit(&stands, &measured, &none), EN_EDIT_HELD);
    assert_int_equal(en_validation_edit(&stands, &measured, &five_percent), EN_EDIT_TAKEN);
    measured.micro += 1;
    assert_int_equal(en_validation_edit(&stands, &measured, &five_percent), EN_EDIT_HELD);
    assert_int_equal(en_validation_edit(&stands, &measured, &one_kwh), EN_EDIT_TAKEN);
    assert_int_equal(en_validation_edit(&stands, &stands, &none), EN_EDIT_TAKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v03_counts),
        cmocka_unit_test(test_v05_duplicates),
        cmocka_unit_test(test_v06_a_slot_that_has_not_ended),
        cmocka_unit_test(test_v27_late),
        cmocka_unit_test(test_v35_edit_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
