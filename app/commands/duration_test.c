#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/commands/duration.h"

static void test_lengths_of_time(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t seconds;
    } rows[] = {{"1s", 1},     {"90s", 90},       {"15m", 900},
                {"6h", 21600}, {"3d", 259200},    {"31d", 2678400},
                {"0m", 0},     {"744h", 2678400}, {"2678400s", 2678400}};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        uint32_t seconds = 7;
        assert_int_equal(en_duration_parse(rows[i].text, &seconds, NULL), EN_OK);
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static void test_what_is_no_length_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",     "s",   "15",       "m15",
                                        "1.5h", "-1h", "32d",      "745h",
                                        "1w",   "1 h", "2678401s", "99999999999999999999s",
                                        "1hh"};
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        uint32_t seconds = 7;
        struct en_error err = {.text = ""};
        assert_int_equal(en_duration_parse(texts[i], &seconds, &err), EN_USAGE);
        assert_true(err.text[0] != '\0');
        assert_int_equal(seconds, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_of_time),
        cmocka_unit_test(test_what_is_no_length_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
