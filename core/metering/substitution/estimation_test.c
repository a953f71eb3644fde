#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/substitution/estimation.h"

/* Never estimates from estimates: of the sixteen sources only what was read may be an input. */
static void test_estimation_takes_what_was_measured(void **state)
{
    (void)state;
    for (unsigned source = 0; source < 16; source++) {
        bool is_read = source == EN_SOURCE_MEASURED || source == EN_SOURCE_MANUAL_READ ||
                       source == EN_SOURCE_FROM_REGISTERS;
        assert_int_equal(en_estimation_takes(source), is_read);
    }
    for (unsigned method = 1; method < EN_METHODS_COUNT; method++) {
        assert_false(en_estimation_takes(en_method_source((en_estimation_method)method)));
    }
}

static void test_estimation_takes_what_is_not_doubted(void **state)
{
    (void)state;
    uint64_t word = EN_QUALITY_MEASURED;
    assert_true(en_estimation_takes(en_quality_with_verdict(word, EN_VERDICT_VALID)));
    assert_false(en_estimation_takes(en_quality_with_verdict(word, EN_VERDICT_SUSPECT)));
    assert_false(en_estimation_takes(en_quality_with_verdict(word, EN_VERDICT_REJECTED)));
    assert_false(en_estimation_takes(word | EN_QUALITY_PWR_OUT));
    assert_false(en_estimation_takes(word | EN_QUALITY_PARTIAL));
    assert_true(en_estimation_takes(word | EN_QUALITY_LATE));
    assert_true(en_estimation_takes(word | EN_QUALITY_ROLLOVER));
}

static void test_estimation_words_are_complete(void **state)
{
    (void)state;
    for (unsigned i = 1; i < EN_METHODS_COUNT; i++) {
        en_estimation_method method = EN_METHOD_NONE;
        assert_int_equal(
            en_method_parse(en_slice_text(en_method_id((en_estimation_method)i)), &method, NULL),
            EN_OK);
        assert_int_equal(method, i);
        assert_true(en_method_name(method)[0] != '\0');
        assert_true(en_method_about(method, EN_ESTIMATION_ENGLISH)[0] != '\0');
        assert_true(en_method_about(method, EN_ESTIMATION_RUSSIAN)[0] != '\0');
    }
    for (unsigned i = 1; i < EN_REFUSALS_COUNT; i++) {
        assert_true(en_refusal_name((en_refusal)i)[0] != '\0');
        assert_true(en_refusal_about((en_refusal)i, EN_ESTIMATION_ENGLISH)[0] != '\0');
        assert_true(en_refusal_about((en_refusal)i, EN_ESTIMATION_RUSSIAN)[0] != '\0');
    }
    struct en_error err;
    en_estimation_method method;
    assert_int_equal(en_method_parse(en_slice_text("E-16"), &method, &err), EN_NOT_FOUND);
    assert_int_equal(en_method_parse(en_slice_text(""), &method, &err), EN_NOT_FOUND);
}

static void test_reason_reads_code_and_name(void **state)
{
    (void)state;
    for (unsigned i = 1; i < EN_REASONS_COUNT; i++) {
        en_reason by_code = EN_REASON_NONE;
        en_reason by_name = EN_REASON_NONE;
        struct en_slice code = en_slice_text(en_reason_code((en_reason)i));
        struct en_slice name = en_slice_text(en_reason_name((en_reason)i));
        assert_int_equal(en_reason_parse(code, &by_code, NULL), EN_OK);
        assert_int_equal(en_reason_parse(name, &by_name, NULL), EN_OK);
        assert_int_equal(by_code, i);
        assert_int_equal(by_name, i);
    }
    en_reason reason;
    struct en_error err;
    assert_int_equal(en_reason_parse(en_slice_text("Z99"), &reason, &err), EN_NOT_FOUND);
}

static void test_reason_of_flags(void **state)
{
    (void)state;
    assert_int_equal(en_reason_of_flags(EN_QUALITY_GAP), EN_REASON_COMMS);
    assert_int_equal(en_reason_of_flags(0), EN_REASON_COMMS);
    assert_int_equal(en_reason_of_flags(EN_QUALITY_SPIKE), EN_REASON_IMPLAUSIBLE);
    assert_int_equal(en_reason_of_flags(EN_QUALITY_GAP | EN_QUALITY_PWR_OUT),
                     EN_REASON_GRID_OUTAGE);
    assert_int_equal(en_reason_of_flags(EN_QUALITY_PHASE), EN_REASON_VOLTAGE_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimation_takes_what_was_measured),
        cmocka_unit_test(test_estimation_takes_what_is_not_doubted),
        cmocka_unit_test(test_estimation_words_are_complete),
        cmocka_unit_test(test_reason_reads_code_and_name),
        cmocka_unit_test(test_reason_of_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
