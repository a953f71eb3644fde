#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/error.h"

static void test_error_reads_from_the_outside_in(void **state)
{
    (void)state;
    struct en_error err = {0};
    assert_int_equal(en_error_set(&err, EN_CORRUPT, "frame %d: bad", 41), EN_CORRUPT);
    assert_int_equal(en_error_wrap(&err, "replay to %d", 9120), EN_CORRUPT);
    assert_string_equal(err.text, "replay to 9120: frame 41: bad");
}

static void test_error_too_long_is_cut(void **state)
{
    (void)state;
    struct en_error err = {0};
    (void)en_error_set(&err, EN_IO, "%0600d", 7);
    for (int i = 0; i < 3; i++) {
        (void)en_error_wrap(&err, "%0600d", i);
    }
    assert_int_equal(err.text[EN_ERROR_TEXT_SIZE - 1], '\0');
}

static void test_code_has_text_and_exit(void **state)
{
    (void)state;
    assert_string_equal(en_code_name(EN_MISMATCH), "MISMATCH");
    assert_int_equal(en_code_exit(EN_MISMATCH), 3);
    assert_int_equal(en_code_exit(EN_CONFLICT), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_reads_from_the_outside_in),
        cmocka_unit_test(test_error_too_long_is_cut),
        cmocka_unit_test(test_code_has_text_and_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
