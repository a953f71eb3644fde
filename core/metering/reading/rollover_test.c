#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/reading/rollover.h"

static struct en_decimal decimal_of(const char *text)
{
    struct en_decimal decimal = {0, 0};
    assert_int_equal(en_decimal_parse(en_slice_text(text), EN_DECIMAL_POINT, &decimal, NULL),
                     EN_OK);
    return decimal;
}

static void test_r_02_rollover(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        const char *capacity;
        int64_t ratio;
        int64_t limit; /* -1: none */
        en_advance_kind kind;
        const char *advance;
    } rows[] = {
        {"999950.0", "120.5", "1000000", 1, 400000000, EN_ADVANCE_ROLLOVER, "170.5"},
        {"5000", "4990", "1000000", 1, 400000000, EN_ADVANCE_NEGATIVE, "-10"},
        {"5000", "4990", "1000000", 1, -1, EN_ADVANCE_NEGATIVE, "-10"}, /* over half a turn */
        {"999950.0", "120.5", "0", 1, -1, EN_ADVANCE_NEGATIVE, "-999829.5"},
        {"999950.0", "120.5", "1000000", 1, -1, EN_ADVANCE_ROLLOVER, "170.5"},
        {"999950.0", "120.5", "1000000", 1, 170500000, EN_ADVANCE_ROLLOVER, "170.5"},
        {"999950.0", "120.5", "1000000", 1, 170499999, EN_ADVANCE_NEGATIVE, "-999829.5"},
        {"999950.0", "120.5", "1000000", 40, 400000000, EN_ADVANCE_NEGATIVE, "-999829.5"},
        {"500001", "1", "1000000", 1, -1, EN_ADVANCE_NEGATIVE, "-500000"}, /* exactly half */
        {"500002", "1", "1000000", 1, -1, EN_ADVANCE_ROLLOVER, "499999"},
        {"1000000", "5", "1000000", 1, -1, EN_ADVANCE_NEGATIVE, "-999995"},
        {"7", "7", "1000000", 1, 0, EN_ADVANCE_PLAIN, "0"},
        {"7", "8", "1000000", 1, 0, EN_ADVANCE_PLAIN, "1"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_rollover rollover = {decimal_of(rows[i].capacity), rows[i].limit,
                                       rows[i].limit >= 0};
        struct en_ratio ratio = {rows[i].ratio, 1};
        struct en_decimal advance = {0, 0};
        en_advance_kind kind = EN_ADVANCE_PLAIN;
        assert_true(en_rollover_advance(decimal_of(rows[i].from), decimal_of(rows[i].to), ratio,
                                        &rollover, &advance, &kind));
        assert_int_equal(kind, rows[i].kind);
        assert_int_equal(en_decimal_compare(advance, decimal_of(rows[i].advance)), 0);
    }
}

static void test_rollover_that_does_not_fit(void **state)
{
    (void)state;
    struct en_rollover rollover = {{0, 0}, 0, false};
    struct en_decimal advance = {7, 7};
    en_advance_kind kind = EN_ADVANCE_PLAIN;
    assert_false(en_rollover_advance((struct en_decimal){INT64_MIN, 0},
                                     (struct en_decimal){INT64_MAX, 0}, EN_RATIO_ONE, &rollover,
                                     &advance, &kind));
    assert_true(advance.digits == 7);
}

static void test_capacity_is_a_power_of_ten(void **state)
{
    (void)state;
    assert_int_equal(en_decimal_compare(en_rollover_capacity(6), decimal_of("1000000")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_02_rollover),
        cmocka_unit_test(test_rollover_that_does_not_fit),
        cmocka_unit_test(test_capacity_is_a_power_of_ten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
