#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/substitution/estimation_likeday.h"

#define KWH INT64_C(1000000)
#define MONDAY 20458 /* 2026-01-05 */

static void test_e_02_mean_of_three(void **state)
{
    (void)state;
    static const int64_t references[] = {20 * KWH, 22 * KWH, 24 * KWH};
    int64_t value = 0;
    assert_int_equal(en_likeday_mean(references, 3, 1, &value), EN_REFUSAL_NONE);
    assert_true(value == 22 * KWH);
}

static void test_e_02_two_of_three(void **state)
{
    (void)state;
    static const int64_t references[] = {20 * KWH, 24 * KWH};
    int64_t value = 0;
    assert_int_equal(en_likeday_mean(references, 2, 1, &value), EN_REFUSAL_NONE);
    assert_true(value == 22 * KWH);
    assert_int_equal(en_likeday_mean(references, 2, 3, &value), EN_REFUSAL_NO_COMPARABLE_HISTORY);
    assert_int_equal(en_likeday_mean(references, 0, 0, &value), EN_REFUSAL_NO_COMPARABLE_HISTORY);
    assert_true(value == 22 * KWH); /* a refusal leaves no number */
}

static void test_e_02_rounds_half_up_once(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_int_equal(en_likeday_mean((const int64_t[]){1, 2}, 2, 1, &value), EN_REFUSAL_NONE);
    assert_true(value == 2);
    assert_int_equal(en_likeday_mean((const int64_t[]){-1, -2}, 2, 1, &value), EN_REFUSAL_NONE);
    assert_true(value == -2);
    assert_int_equal(
        en_likeday_mean((const int64_t[]){INT64_MAX, INT64_MAX, INT64_MAX}, 3, 1, &value),
        EN_REFUSAL_NONE);
    assert_true(value == INT64_MAX);
}

static bool is_like(en_likeday_class by, int32_t a, int32_t b)
{
    struct en_day first = {MONDAY + a};
    struct en_day second = {MONDAY + b};
    return en_likeday_is_like(by, first, en_calendar_like_day(NULL, first), second,
                              en_calendar_like_day(NULL, second));
}

static void test_likeday_classes_of_the_week(void **state)
{
    (void)state;
    for (int32_t day = 0; day < 7; day++) {
        for (int32_t other = -14; other < 14; other++) {
            bool same_weekday = (other - day) % 7 == 0;
            int32_t weekday = (other + 14) % 7;
            bool same_type = day < 5 ? weekday < 5 : weekday == day;
            assert_int_equal(is_like(EN_LIKEDAY_WEEKDAY, day, other), same_weekday);
            assert_int_equal(is_like(EN_LIKEDAY_YEAR, day, other), same_weekday);
            assert_int_equal(is_like(EN_LIKEDAY_TYPE, day, other), same_type);
            assert_true(is_like(EN_LIKEDAY_ANY, day, other));
        }
    }
}

/* A holiday on a Monday is like Sundays and like other holidays, not like Mondays. */
static void test_likeday_holiday_is_a_sunday(void **state)
{
    (void)state;
    struct en_day monday = {MONDAY};
    struct en_day next = {MONDAY + 7};
    struct en_day sunday = {MONDAY - 1};
    en_like_day holiday = EN_LIKE_DAY_SUNDAY;
    for (int by = EN_LIKEDAY_TYPE; by <= EN_LIKEDAY_WEEKDAY; by++) {
        en_likeday_class class = (en_likeday_class)by;
        assert_true(en_likeday_is_like(class, monday, holiday, sunday, EN_LIKE_DAY_SUNDAY));
        assert_true(en_likeday_is_like(class, sunday, EN_LIKE_DAY_SUNDAY, monday, holiday));
        assert_false(en_likeday_is_like(class, monday, holiday, next, EN_LIKE_DAY_WORKING));
        assert_false(en_likeday_is_like(class, next, EN_LIKE_DAY_WORKING, monday, holiday));
    }
}

/* A Saturday that is worked is like the weekdays. */
static void test_likeday_moved_day(void **state)
{
    (void)state;
    struct en_day saturday = {MONDAY + 5};
    struct en_day tuesday = {MONDAY + 1};
    struct en_day other = {MONDAY - 2};
    assert_true(en_likeday_is_like(EN_LIKEDAY_TYPE, saturday, EN_LIKE_DAY_WORKING, tuesday,
                                   EN_LIKE_DAY_WORKING));
    assert_false(en_likeday_is_like(EN_LIKEDAY_TYPE, saturday, EN_LIKE_DAY_WORKING, other,
                                    EN_LIKE_DAY_SATURDAY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_e_02_mean_of_three),
        cmocka_unit_test(test_e_02_two_of_three),
        cmocka_unit_test(test_e_02_rounds_half_up_once),
        cmocka_unit_test(test_likeday_classes_of_the_week),
        cmocka_unit_test(test_likeday_holiday_is_a_sunday),
        cmocka_unit_test(test_likeday_moved_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
