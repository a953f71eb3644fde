#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/decimal.h"

static void test_decimal_reads_as_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_decimal_mark mark;
        int64_t digits;
        int exponent;
    } rows[] = {
        {"0", EN_DECIMAL_POINT, 0, 0},
        {"12.50", EN_DECIMAL_POINT, 1250, -2},
        {"-0.5", EN_DECIMAL_POINT, -5, -1},
        {"000123.4", EN_DECIMAL_POINT, 1234, -1},
        {"1,25", EN_DECIMAL_COMMA, 125, -2},
        {"1.25", EN_DECIMAL_POINT_OR_COMMA, 125, -2},
        {"1,25", EN_DECIMAL_POINT_OR_COMMA, 125, -2},
        {"9223372036854775807", EN_DECIMAL_POINT, INT64_MAX, 0},
        {"-9223372036854775808", EN_DECIMAL_POINT, INT64_MIN, 0},
        {"9223372036.854775807", EN_DECIMAL_POINT, INT64_MAX, -9},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_decimal decimal = {7, 7};
        struct en_error err = {0};
        assert_int_equal(
            en_decimal_parse(en_slice_text(rows[i].text), rows[i].mark, &decimal, &err), EN_OK);
        assert_true(decimal.digits == rows[i].digits);
        assert_int_equal(decimal.exponent, rows[i].exponent);
    }
}

static void test_decimal_refuses_with_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
        const char *said;
    } rows[] = {
        {"", EN_MALFORMED, "empty"},
        {"-", EN_MALFORMED, "position 2"},
        {"+1", EN_MALFORMED, "position 1"},
        {" 1", EN_MALFORMED, "position 1"},
        {"1 ", EN_MALFORMED, "position 2"},
        {"1.", EN_MALFORMED, "position 3"},
        {".5", EN_MALFORMED, "position 1"},
        {"1,5", EN_MALFORMED, "position 2"},
        {"1.2.3", EN_MALFORMED, "position 4"},
        {"1e5", EN_MALFORMED, "position 2"},
        {"0.1234567890", EN_MALFORMED, "more than 9 digits"},
        {"9223372036854775808", EN_OVERFLOW, "position 19"},
        {"-9223372036854775809", EN_OVERFLOW, "position 20"},
        {"99999999999.999999999", EN_OVERFLOW, "position"},
        {"00000000000000000000000000000000000000000000000000000000000000001", EN_MALFORMED,
         "longer"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_decimal decimal = {7, 7};
        struct en_error err = {0};
        assert_int_equal(
            en_decimal_parse(en_slice_text(rows[i].text), EN_DECIMAL_POINT, &decimal, &err),
            rows[i].code);
        assert_non_null(strstr(err.text, rows[i].said));
        assert_true(decimal.digits == 7);
    }
}

static void test_decimal_half_up_keeps_what_it_may(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int fraction_max;
        const char *expected;
        bool is_exact;
    } rows[] = {
        {"1.23456789012345", 6, "1.234568", false},
        {"-1.0000005", 6, "-1.000001", false},
        {"1.00000049999999999", 6, "1.000000", false},
        {"1.50", 6, "1.50", true},
        {"1.5000000000000", 6, "1.500000", true},
        {"2.5", 0, "3", false},
        {"-0.4", 0, "0", false},
        {"9.99", 1, "10.0", false},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_decimal decimal = {0, 0};
        bool is_exact = false;
        char text[EN_DECIMAL_TEXT_SIZE];
        assert_int_equal(en_decimal_parse_half_up(en_slice_text(rows[i].text), EN_DECIMAL_POINT,
                                                  rows[i].fraction_max, &decimal, &is_exact, NULL),
                         EN_OK);
        (void)en_decimal_print(decimal, text);
        assert_string_equal(text, rows[i].expected);
        assert_int_equal(is_exact, rows[i].is_exact);
    }
}

static void test_decimal_prints(void **state)
{
    (void)state;
    static const struct {
        struct en_decimal decimal;
        const char *text;
    } rows[] = {
        {{1250, -2}, "12.50"},
        {{-5, -1}, "-0.5"},
        {{0, -3}, "0.000"},
        {{3, 2}, "300"},
        {{0, 2}, "0"},
        {{-7, 0}, "-7"},
        {{1, -18}, "0.000000000000000001"},
        {{INT64_MIN, 18}, "-9223372036854775808000000000000000000"},
        {{INT64_MIN, -18}, "-9.223372036854775808"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        char text[EN_DECIMAL_TEXT_SIZE];
        assert_int_equal(en_decimal_print(rows[i].decimal, text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

static void test_decimal_micro_is_exact_or_refused(void **state)
{
    (void)state;
    struct en_error err = {0};
    int64_t micro = 7;
    assert_int_equal(en_decimal_micro((struct en_decimal){1250, -2}, &micro, &err), EN_OK);
    assert_true(micro == 12500000);
    assert_int_equal(en_decimal_micro((struct en_decimal){5000, -9}, &micro, &err), EN_OK);
    assert_true(micro == 5);
    assert_int_equal(en_decimal_micro((struct en_decimal){5001, -9}, &micro, &err), EN_INEXACT);
    assert_int_equal(en_decimal_micro((struct en_decimal){INT64_MAX, 0}, &micro, &err),
                     EN_OVERFLOW);
    assert_int_equal(en_decimal_micro((struct en_decimal){1, 18}, &micro, &err), EN_OVERFLOW);
    assert_int_equal(en_decimal_micro((struct en_decimal){0, 18}, &micro, &err), EN_OK);
    assert_true(micro == 0);
    assert_int_equal(en_micro_parse(en_slice_text("-9223372036854.775808"), &micro, &err), EN_OK);
    assert_true(micro == INT64_MIN);
    assert_int_equal(en_micro_parse(en_slice_text("0.0000001"), &micro, &err), EN_INEXACT);
}

static void test_micro_prints_without_trailing_zeros(void **state)
{
    (void)state;
    static const struct {
        int64_t micro;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-12500000, "-12.5"},
        {1, "0.000001"},
        {-1, "-0.000001"},
        {216936000000, "216936"},
        {100000000, "100"},
        {INT64_MIN, "-9223372036854.775808"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        char text[EN_DECIMAL_TEXT_SIZE];
        int64_t back = 7;
        (void)en_micro_print(rows[i].micro, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(en_micro_parse(en_slice_text(text), &back, NULL), EN_OK);
        assert_true(back == rows[i].micro);
    }
}

static void test_decimal_compares_by_value(void **state)
{
    (void)state;
    static const struct {
        struct en_decimal a;
        struct en_decimal b;
        int order;
    } rows[] = {
        {{1250, -2}, {125, -1}, 0},
        {{1, 0}, {999999, -6}, 1},
        {{-1, 0}, {1, -18}, -1},
        {{1, 18}, {INT64_MAX, -18}, 1},
        {{-1, 18}, {INT64_MIN, -18}, -1},
        {{0, 18}, {1, -18}, -1},
        {{0, 18}, {0, -18}, 0},
        {{0, 18}, {-1, -18}, 1},
        {{INT64_MAX, 18}, {INT64_MAX, 0}, 1},
        {{1, 18}, {0, -18}, 1},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_int_equal(en_decimal_compare(rows[i].a, rows[i].b), rows[i].order);
        assert_int_equal(en_decimal_compare(rows[i].b, rows[i].a), -rows[i].order);
    }
}

static void test_decimal_sums_and_canonical(void **state)
{
    (void)state;
    struct en_decimal out = {0, 0};
    assert_int_equal(en_decimal_subtract((struct en_decimal){12399912, -3},
                                         (struct en_decimal){12345678, -3}, &out, NULL),
                     EN_OK);
    assert_true(out.digits == 54234 && out.exponent == -3);
    assert_int_equal(
        en_decimal_add((struct en_decimal){1, 0}, (struct en_decimal){25, -2}, &out, NULL), EN_OK);
    assert_true(out.digits == 125 && out.exponent == -2);
    assert_int_equal(
        en_decimal_add((struct en_decimal){INT64_MAX, 0}, (struct en_decimal){1, 0}, &out, NULL),
        EN_OVERFLOW);
    assert_int_equal(
        en_decimal_add((struct en_decimal){1, 18}, (struct en_decimal){1, -18}, &out, NULL),
        EN_OVERFLOW);
    out = en_decimal_canonical((struct en_decimal){120000, -2});
    assert_true(out.digits == 12 && out.exponent == 2);
    out = en_decimal_canonical((struct en_decimal){0, -9});
    assert_true(out.digits == 0 && out.exponent == 0);
    assert_int_equal(en_decimal_shift((struct en_decimal){5, -3}, 3, &out, NULL), EN_OK);
    assert_true(out.digits == 5 && out.exponent == 0);
    assert_int_equal(en_decimal_shift((struct en_decimal){5, 18}, 1, &out, NULL), EN_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_reads_as_written),
        cmocka_unit_test(test_decimal_refuses_with_place),
        cmocka_unit_test(test_decimal_half_up_keeps_what_it_may),
        cmocka_unit_test(test_decimal_prints),
        cmocka_unit_test(test_decimal_micro_is_exact_or_refused),
        cmocka_unit_test(test_micro_prints_without_trailing_zeros),
        cmocka_unit_test(test_decimal_compares_by_value),
        cmocka_unit_test(test_decimal_sums_and_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
