#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/decree/decree_chain.h"

#define IN_FORCE UINT32_MAX
#define ALL                                                                                        \
    (EN_DECREE_HAS(PRIOR) | EN_DECREE_HAS(NEAREST) | EN_DECREE_HAS(MAX_POWER) |                    \
     EN_DECREE_HAS(CURRENT))

static const struct en_decree_rules *const rules = &en_decree_rules_default;

static en_decree_method method_of(uint32_t missing_count, en_decree_cause cause,
                                  en_decree_available available)
{
    return en_decree_choose(rules, (struct en_decree_state){missing_count}, cause, IN_FORCE,
                            available)
        .method;
}

/* January OK; February, March missing: B, B; April: C, until a reading of the 20th comes: April is
 * then a period with a reading, and what is missing of it is a first one again. */
static void test_442_chain(void **state)
{
    (void)state;
    static const struct {
        en_decree_cover cover;
        uint32_t missing_count;
        en_decree_method method; /* of its missing time */
    } months[] = {
        {EN_DECREE_COVER_READ, 0, EN_DECREE_METHOD_READ},
        {EN_DECREE_COVER_MISSING, 1, EN_DECREE_METHOD_PRIOR},
        {EN_DECREE_COVER_MISSING, 2, EN_DECREE_METHOD_PRIOR},
        {EN_DECREE_COVER_MISSING, 3, EN_DECREE_METHOD_MAX_POWER},
    };
    struct en_decree_state now = {0};
    struct en_decree_state march = {0};
    for (size_t i = 0; i < EN_COUNT_OF(months); i++) {
        march = now;
        now = en_decree_next(now, months[i].cover);
        assert_int_equal(now.missing_count, months[i].missing_count);
        if (months[i].cover == EN_DECREE_COVER_MISSING) {
            assert_int_equal(method_of(now.missing_count, EN_DECREE_CAUSE_NOT_SUPPLIED, ALL),
                             months[i].method);
        }
    }
    now = en_decree_next(march, EN_DECREE_COVER_READ); /* the reading of 20 April */
    assert_int_equal(now.missing_count, 0);
    assert_int_equal(method_of(0, EN_DECREE_CAUSE_NOT_SUPPLIED, ALL), EN_DECREE_METHOD_PRIOR);
    now = en_decree_next(now, EN_DECREE_COVER_MISSING);
    assert_int_equal(now.missing_count, 1);
}

/* February missing, March by the control meter, April missing: the second period, not the third. */
static void test_month_of_the_control_meter_does_not_count(void **state)
{
    (void)state;
    struct en_decree_state now = {0};
    now = en_decree_next(now, EN_DECREE_COVER_MISSING);
    now = en_decree_next(now, EN_DECREE_COVER_CONTROL);
    assert_int_equal(now.missing_count, 1);
    now = en_decree_next(now, EN_DECREE_COVER_MISSING);
    assert_int_equal(now.missing_count, 2);
    assert_int_equal(method_of(2, EN_DECREE_CAUSE_NOT_SUPPLIED, ALL), EN_DECREE_METHOD_PRIOR);
    now = en_decree_next(now, EN_DECREE_COVER_MISSING);
    assert_int_equal(method_of(now.missing_count, EN_DECREE_CAUSE_NOT_SUPPLIED, ALL),
                     EN_DECREE_METHOD_MAX_POWER);
}

/* May 2025 absent, April 2026 is there. */
static void test_d442_b2_nearest_period_where_the_year_before_is_absent(void **state)
{
    (void)state;
    en_decree_available available = EN_DECREE_HAS(NEAREST) | EN_DECREE_HAS(MAX_POWER);
    struct en_decree_choice choice = en_decree_choose(
        rules, (struct en_decree_state){1}, EN_DECREE_CAUSE_NOT_SUPPLIED, IN_FORCE, available);
    assert_int_equal(choice.method, EN_DECREE_METHOD_NEAREST);
    assert_int_equal(choice.refusals[EN_DECREE_METHOD_CONTROL], EN_DECREE_REFUSED_NO_DATA);
    assert_int_equal(choice.refusals[EN_DECREE_METHOD_PRIOR], EN_DECREE_REFUSED_NO_DATA);
    assert_int_equal(choice.refusals[EN_DECREE_METHOD_MAX_POWER], EN_DECREE_REFUSED_NOT_TRIED);
}

static void test_each_cause_has_its_formulas(void **state)
{
    (void)state;
    static const struct {
        en_decree_cause cause;
        en_decree_method with_control;
        en_decree_method first;
        en_decree_method third;
        en_decree_purpose purpose;
        unsigned point;
    } rows[] = {
        {EN_DECREE_CAUSE_NOT_SUPPLIED, EN_DECREE_METHOD_CONTROL, EN_DECREE_METHOD_PRIOR,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_SUBSTITUTED, 166},
        {EN_DECREE_CAUSE_ACCESS_REFUSED, EN_DECREE_METHOD_CONTROL, EN_DECREE_METHOD_MAX_POWER,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_SUBSTITUTED, 178},
        {EN_DECREE_CAUSE_FAULT, EN_DECREE_METHOD_CONTROL, EN_DECREE_METHOD_PRIOR,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_SUBSTITUTED, 179},
        {EN_DECREE_CAUSE_LOST, EN_DECREE_METHOD_CONTROL, EN_DECREE_METHOD_PRIOR,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_SUBSTITUTED, 179},
        {EN_DECREE_CAUSE_EXPIRED, EN_DECREE_METHOD_CONTROL, EN_DECREE_METHOD_PRIOR,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_SUBSTITUTED, 179},
        {EN_DECREE_CAUSE_NO_METER, EN_DECREE_METHOD_CONTROL, EN_DECREE_METHOD_MAX_POWER,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_SUBSTITUTED, 181},
        {EN_DECREE_CAUSE_TAMPER, EN_DECREE_METHOD_MAX_POWER, EN_DECREE_METHOD_MAX_POWER,
         EN_DECREE_METHOD_MAX_POWER, EN_DECREE_UNACCOUNTED, 195},
    };
    assert_int_equal(EN_COUNT_OF(rows), EN_DECREE_CAUSES_COUNT - 1);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_int_equal(method_of(1, rows[i].cause, ALL | EN_DECREE_HAS(CONTROL)),
                         rows[i].with_control);
        assert_int_equal(method_of(1, rows[i].cause, ALL), rows[i].first);
        assert_int_equal(method_of(3, rows[i].cause, ALL), rows[i].third);
        assert_int_equal(
            en_decree_choose(rules, (struct en_decree_state){3}, rows[i].cause, IN_FORCE, ALL)
                .purpose,
            rows[i].purpose);
        assert_int_equal(en_decree_cause_point(rows[i].cause), rows[i].point);
    }
}

/* Without maximum power the permissible current; without that nothing, and every reason is there.
 */
static void test_what_cannot_be_had_is_refused_with_its_reason(void **state)
{
    (void)state;
    assert_int_equal(method_of(3, EN_DECREE_CAUSE_FAULT, EN_DECREE_HAS(CURRENT)),
                     EN_DECREE_METHOD_CURRENT);
    struct en_decree_choice choice = en_decree_choose(
        rules, (struct en_decree_state){3}, EN_DECREE_CAUSE_FAULT, IN_FORCE, EN_DECREE_HAS(PRIOR));
    static const en_decree_refusal expected[EN_DECREE_METHODS_COUNT] = {
        [EN_DECREE_METHOD_CONTROL] = EN_DECREE_REFUSED_NO_DATA,
        [EN_DECREE_METHOD_PRIOR] = EN_DECREE_REFUSED_PERIODS_OVER,
        [EN_DECREE_METHOD_NEAREST] = EN_DECREE_REFUSED_PERIODS_OVER,
        [EN_DECREE_METHOD_MAX_POWER] = EN_DECREE_REFUSED_NO_DATA,
        [EN_DECREE_METHOD_CURRENT] = EN_DECREE_REFUSED_NO_DATA,
    };
    assert_int_equal(choice.method, EN_DECREE_METHOD_NONE);
    for (size_t i = 0; i < EN_DECREE_METHODS_COUNT; i++) {
        assert_int_equal(choice.refusals[i], expected[i]);
    }
    choice =
        en_decree_choose(rules, (struct en_decree_state){1}, EN_DECREE_CAUSE_TAMPER, IN_FORCE, 0);

    assert_int_equal(choice.refusals[EN_DECREE_METHOD_CONTROL], EN_DECREE_REFUSED_BY_CAUSE);
    assert_int_equal(choice.refusals[EN_DECREE_METHOD_PRIOR], EN_DECREE_REFUSED_BY_CAUSE);
    choice = en_decree_choose(rules, (struct en_decree_state){1}, EN_DECREE_CAUSE_FAULT,
                              EN_DECREE_HAS(CURRENT), ALL);
    assert_int_equal(choice.method, EN_DECREE_METHOD_CURRENT);
    assert_int_equal(choice.refusals[EN_DECREE_METHOD_PRIOR], EN_DECREE_REFUSED_NOT_IN_FORCE);
}

static void test_names_and_sources(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < EN_DECREE_CAUSES_COUNT; i++) {
        en_decree_cause cause = 0;
        const char *name = en_decree_cause_name(i);
        assert_int_equal(en_decree_cause_parse(en_slice_text(name), &cause, NULL), EN_OK);
        assert_int_equal(cause, i);
        assert_true(strlen(en_decree_cause_about(i)) > 1);
    }
    en_decree_cause cause = 0;
    struct en_error err = {0};
    assert_int_equal(en_decree_cause_parse(en_slice_text("LAZY"), &cause, &err), EN_NOT_FOUND);
    assert_non_null(strstr(err.text, "NOT_SUPPLIED"));
    assert_string_equal(en_decree_cause_name(0), "?");
    assert_string_equal(en_decree_cause_about(EN_DECREE_CAUSES_COUNT), "?");
    assert_string_equal(en_decree_method_name(EN_DECREE_METHOD_NEAREST), "NEAREST");
    assert_string_equal(en_decree_method_name(99), "?");
    assert_string_equal(en_decree_method_about(99), "?");
    assert_string_equal(en_decree_method_rule(EN_DECREE_METHOD_PRIOR), "D442-B");
    assert_string_equal(en_decree_refusal_name(EN_DECREE_REFUSED_BY_CAUSE), "BY_CAUSE");
    assert_string_equal(en_decree_refusal_about(99), "?");
    assert_int_equal(en_decree_source(EN_DECREE_METHOD_CONTROL), EN_SOURCE_EST_CHECK);
    assert_int_equal(en_decree_source(EN_DECREE_METHOD_NEAREST), EN_SOURCE_EST_PRIOR);
    assert_int_equal(en_decree_source(EN_DECREE_METHOD_CURRENT), EN_SOURCE_EST_PERMCURRENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_442_chain),
        cmocka_unit_test(test_month_of_the_control_meter_does_not_count),
        cmocka_unit_test(test_d442_b2_nearest_period_where_the_year_before_is_absent),
        cmocka_unit_test(test_each_cause_has_its_formulas),
        cmocka_unit_test(test_what_cannot_be_had_is_refused_with_its_reason),
        cmocka_unit_test(test_names_and_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
