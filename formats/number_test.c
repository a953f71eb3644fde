#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "formats/number.h"

static const struct {
    const char *text;
    int decimals;
    struct en_decimal factor;
    en_code code;
    struct en_decimal value;
    bool is_exact;
} rows[] = {
    {"12.5", -1, {1, 0}, EN_OK, {125, -1}, true},
    {" 12,5\t", -1, {1, 0}, EN_OK, {125, -1}, true},
    {"\xc2\xa0+7\xc2\xa0", -1, {1, 0}, EN_OK, {7, 0}, true},
    {".005", -1, {1, 0}, EN_OK, {5, -3}, true},
    {"-.5", -1, {1, 0}, EN_OK, {-5, -1}, true},
    {"1.50", -1, {1, 3}, EN_OK, {150, 1}, true},
    {"1.5", -1, {25, -2}, EN_OK, {375, -3}, true},
    {"0.45399999999999996", 6, {1, 0}, EN_OK, {454000, -6}, false},
    {"2.5", 0, {1, 0}, EN_OK, {3, 0}, false},
    {"-2.5", 0, {1, 0}, EN_OK, {-3, 0}, false},
    {"", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"-", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"+-1", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"1e3", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"=1+1", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"1 000", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"0.1234567890", -1, {1, 0}, EN_MALFORMED, {0, 0}, true},
    {"9223372036854775807", -1, {2, 0}, EN_OVERFLOW, {0, 0}, true},
    {"99999999999999999999", -1, {1, 0}, EN_OVERFLOW, {0, 0}, true},
};

static void test_number_is_read_as_files_write_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_number_rule rule = {EN_DECIMAL_POINT_OR_COMMA, rows[i].decimals, rows[i].factor};
        struct en_decimal value = {0, 0};
        struct en_error err = {0};
        bool is_exact = false;
        en_code code = en_number_parse(en_slice_text(rows[i].text), &rule, &value, &is_exact, &err);
        if (code != rows[i].code || value.digits != rows[i].value.digits ||
            value.exponent != rows[i].value.exponent) {
            print_error("\"%s\": %s\n", rows[i].text, err.text);
        }
        assert_int_equal(code, rows[i].code);
        assert_int_equal(value.digits, rows[i].value.digits);
        assert_int_equal(value.exponent, rows[i].value.exponent);
        assert_int_equal(is_exact || code != EN_OK, rows[i].is_exact);
    }
}

static void test_number_of_digits_only(void **state)
{
    (void)state;
    int64_t number = -1;
    assert_true(en_digits_parse(en_slice_text("007"), &number));
    assert_int_equal(number, 7);
    assert_true(en_digits_parse(en_slice_text("999999999999999999"), &number));
    assert_false(en_digits_parse(en_slice_text("1000000000000000000"), &number));
    assert_false(en_digits_parse(en_slice_text(""), &number));
    assert_false(en_digits_parse(en_slice_text("-1"), &number));
    assert_false(en_digits_parse(en_slice_text("1 "), &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_number_is_read_as_files_write_it),
                                       cmocka_unit_test(test_number_of_digits_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
