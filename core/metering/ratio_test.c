#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/ratio.h"

static struct en_ratio ratio_of(const char *text)
{
    struct en_ratio ratio = {0, 0};
    assert_int_equal(en_ratio_parse(en_slice_text(text), &ratio, NULL), EN_OK);
    assert_true(en_ratio_is_valid(ratio));
    return ratio;
}

static void test_ratio_reads_and_prints_reduced(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *printed;
    } rows[] = {
        {"200/5", "40"},  {"10000/100", "100"}, {"40", "40"},
        {"1.25", "5/4"},  {"1/5000", "1/5000"}, {"0.8/1.2", "2/3"},
        {"-6/4", "-3/2"}, {"6/-4", "-3/2"},     {"0/7", "0"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        char text[EN_RATIO_TEXT_SIZE];
        (void)en_ratio_print(ratio_of(rows[i].text), text);
        assert_string_equal(text, rows[i].printed);
    }
}

static void test_ratio_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
    } rows[] = {
        {"", EN_MALFORMED},
        {"/", EN_MALFORMED},
        {"200/", EN_MALFORMED},
        {"2/3/4", EN_MALFORMED},
        {"1/0", EN_RANGE},
        {"a", EN_MALFORMED},
        {"9223372036854775807/0.000000001", EN_OVERFLOW},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_ratio ratio = {7, 7};
        struct en_error err = {0};
        assert_int_equal(en_ratio_parse(en_slice_text(rows[i].text), &ratio, &err), rows[i].code);
        assert_true(strlen(err.text) > 0);
        assert_true(ratio.num == 7);
    }
    struct en_ratio ratio = {7, 7};
    assert_int_equal(en_ratio_make(INT64_MIN, -1, &ratio, NULL), EN_OVERFLOW);
    assert_int_equal(en_ratio_make(INT64_MIN, INT64_MIN, &ratio, NULL), EN_OK);
    assert_true(en_ratio_equal(ratio, EN_RATIO_ONE));
    assert_false(en_ratio_is_valid((struct en_ratio){2, 4}));
    assert_false(en_ratio_is_valid((struct en_ratio){1, 0}));
    assert_false(en_ratio_is_valid((struct en_ratio){1, -1}));
}

static void test_ratio_computes_exactly(void **state)
{
    (void)state;
    struct en_ratio product = EN_RATIO_ONE;
    assert_int_equal(en_ratio_multiply(ratio_of("200/5"), ratio_of("10000/100"), &product, NULL),
                     EN_OK);
    assert_true(en_ratio_equal(product, ratio_of("4000")));
    assert_int_equal(en_ratio_shift(product, -3, &product, NULL), EN_OK);
    assert_true(en_ratio_equal(product, ratio_of("4")));
    assert_int_equal(en_ratio_shift(product, 18, &product, NULL), EN_OK);
    assert_int_equal(en_ratio_shift(product, 18, &product, NULL), EN_OVERFLOW);
    assert_int_equal(
        en_ratio_multiply((struct en_ratio){INT64_MAX, 1}, ratio_of("2"), &product, NULL),
        EN_OVERFLOW);
    assert_int_equal(
        en_ratio_multiply((struct en_ratio){INT64_MAX, 2}, ratio_of("2"), &product, NULL), EN_OK);
    assert_int_equal(en_ratio_invert(ratio_of("0"), &product, NULL), EN_RANGE);
    assert_int_equal(en_ratio_invert(ratio_of("-2/3"), &product, NULL), EN_OK);
    assert_true(en_ratio_equal(product, ratio_of("-3/2")));
    assert_true(en_ratio_compare(ratio_of("1/3"), ratio_of("0.333333333")) > 0);
    assert_true(en_ratio_compare(ratio_of("-1/3"), ratio_of("1/3")) < 0);
    assert_true(en_ratio_compare(ratio_of("2/6"), ratio_of("1/3")) == 0);
}

static void test_scaling_rounds_once(void **state)
{
    (void)state;
    int64_t scaled = 7;
    assert_true(en_ratio_scale_half_up(ratio_of("1/2"), 5, &scaled) && scaled == 3);
    assert_true(en_ratio_scale_half_up(ratio_of("1/2"), -5, &scaled) && scaled == -3);
    assert_true(en_ratio_scale_half_up(ratio_of("1/3"), INT64_MIN, &scaled));
    assert_true(scaled == INT64_MIN / 3 - 1);
    assert_false(en_ratio_scale_half_up(ratio_of("2"), INT64_MAX, &scaled));
    assert_true(en_ratio_scale_is_exact(ratio_of("1/3"), 9));
    assert_false(en_ratio_scale_is_exact(ratio_of("1/3"), 10));
}

static void test_decimals_scale_to_micro(void **state)
{
    (void)state;
    static const struct {
        struct en_decimal decimal;
        const char *ratio;
        int64_t micro;
        bool fits;
    } rows[] = {
        {{54234, -3}, "4000", INT64_C(216936000000), true},
        {{1, -9}, "499.999999999", 0, true},
        {{1, -9}, "500", 1, true},
        {{-1, -9}, "500", -1, true},
        {{1, 13}, "0.000000001", INT64_C(10000000000), true},
        {{0, 18}, "4000", 0, true},
        {{1, 18}, "1", 0, false},
        {{INT64_MAX, -6}, "1", INT64_MAX, true},
        {{INT64_MAX, -6}, "2", 0, false},
        {{INT64_MAX, 18}, "9223372036854775807", 0, false},
        {{INT64_MIN, -18}, "9223372036854775807", INT64_MIN + 7, false},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        int64_t micro = 7;
        assert_int_equal(
            en_ratio_scale_decimal_half_up(ratio_of(rows[i].ratio), rows[i].decimal, &micro),
            rows[i].fits);
        assert_true(micro == (rows[i].fits ? rows[i].micro : 7));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ratio_reads_and_prints_reduced),
        cmocka_unit_test(test_ratio_refuses),
        cmocka_unit_test(test_ratio_computes_exactly),
        cmocka_unit_test(test_scaling_rounds_once),
        cmocka_unit_test(test_decimals_scale_to_micro),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
