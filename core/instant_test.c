#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <time.h>

#include "core/instant.h"

static void test_instant_reads_rfc_3339(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
        const char *printed; /* at UTC */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
        {"2013-04-14T00:30:00+04:00", INT64_C(1365885000000000), "2013-04-13T20:30:00Z"},
        {"2013-04-14 00:30+04:00", INT64_C(1365885000000000), "2013-04-13T20:30:00Z"},
        {"2000-02-29t23:59:59.25z", INT64_C(951868799250000), "2000-02-29T23:59:59.250Z"},
        {"1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800000000), "2017-01-01T00:00:00Z"},
        {"2020-01-01T00:00:00.000001000Z", INT64_C(1577836800000001),
         "2020-01-01T00:00:00.000001Z"},
        {"2026-07-01", INT64_C(1782853200000000), "2026-06-30T21:00:00Z"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_instant instant = {7};
        char text[EN_INSTANT_TEXT_SIZE];
        struct en_error err = {0};
        assert_int_equal(en_instant_parse(en_slice_text(rows[i].text), 180, &instant, &err), EN_OK);
        assert_true(instant.us == rows[i].us);
        assert_int_equal(en_instant_print(instant, 0, text), strlen(rows[i].printed));
        assert_string_equal(text, rows[i].printed);
    }
}

static void test_instant_refuses_with_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
    } rows[] = {
        {"", EN_MALFORMED},
        {"2013-04", EN_MALFORMED},
        {"2013-04-14T00:30:00", EN_MALFORMED},
        {"2013-04-14T00:30:00+0400", EN_MALFORMED},
        {"2013-04-14T00:30:00Zx", EN_MALFORMED},
        {"2013-04-14T00:30:00.Z", EN_MALFORMED},
        {"2013-04-14T00:30:00.0000001Z", EN_MALFORMED},
        {"2013-04-31T00:00:00Z", EN_RANGE},
        {"2013-13-01T00:00:00Z", EN_RANGE},
        {"2013-00-01", EN_RANGE},
        {"2013-02-29", EN_RANGE},
        {"2013-04-14T24:00:00Z", EN_RANGE},
        {"2013-04-14T23:60:00Z", EN_RANGE},
        {"2013-04-14T23:58:60Z", EN_RANGE},
        {"2013-04-14T00:00:00+19:00", EN_RANGE},
        {"0000-01-01T00:00:00Z", EN_RANGE},
        {"0001-01-01T00:00:00Z", EN_RANGE},
        {"9999-12-31T23:59:59Z", EN_RANGE},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_instant instant = {7};
        struct en_error err = {0};
        assert_int_equal(en_instant_parse(en_slice_text(rows[i].text), 0, &instant, &err),
                         rows[i].code);
        assert_true(instant.us == 7);
        assert_true(strlen(err.text) > 0);
    }
}

static void test_instant_agrees_with_the_system(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t seconds = (int64_t)(seed >> 16) % INT64_C(250000000000) - INT64_C(60000000000);
        time_t system_seconds = (time_t)seconds;
        struct tm tm;
        assert_non_null(gmtime_r(&system_seconds, &tm));
        struct en_instant instant = {seconds * EN_SECOND_US};
        struct en_civil civil = en_instant_civil(instant, 0);
        assert_int_equal(civil.year, tm.tm_year + 1900);
        assert_int_equal(civil.month, tm.tm_mon + 1);
        assert_int_equal(civil.day, tm.tm_mday);
        assert_int_equal(civil.hour, tm.tm_hour);
        assert_int_equal(civil.second, tm.tm_sec);
        struct en_day day = en_day_of_instant(instant, 0);
        assert_int_equal(en_day_weekday(day) % 7, tm.tm_wday);
        struct en_instant back = {0};
        assert_int_equal(en_instant_of_civil(&civil, 0, &back, NULL), EN_OK);
        assert_true(back.us == instant.us);
    }
}

static void test_every_day_goes_there_and_back(void **state)
{
    (void)state;
    for (int32_t n = EN_DAY_MIN; n <= EN_DAY_MAX; n += n % 3 == 0 ? 1 : 29) {
        struct en_day day = {n};
        struct en_day back = {0};
        char text[EN_DAY_TEXT_SIZE];
        assert_int_equal(en_day_print(day, text), 10);
        assert_int_equal(en_day_parse(en_slice_text(text), &back, NULL), EN_OK);
        assert_int_equal(back.n, n);
    }
    char text[EN_DAY_TEXT_SIZE];
    (void)en_day_print((struct en_day){EN_DAY_MIN}, text);
    assert_string_equal(text, "0001-01-01");
    (void)en_day_print((struct en_day){EN_DAY_MAX}, text);
    assert_string_equal(text, "9999-12-31");
    (void)en_day_print((struct en_day){INT32_MIN}, text);
    assert_string_equal(text, "@-2147483648d");
}

/* T-06: midnight of July 1st at +05 belongs to June in Moscow's books. */
static void test_day_is_of_its_offset(void **state)
{
    (void)state;
    struct en_instant instant = {0};
    assert_int_equal(
        en_instant_parse(en_slice_text("2026-07-01T00:00:00+05:00"), 0, &instant, NULL), EN_OK);
    char text[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print(instant, 180, text);
    assert_string_equal(text, "2026-06-30T22:00:00+03:00");
    struct en_day day = en_day_of_instant(instant, 180);
    char day_text[EN_DAY_TEXT_SIZE];
    (void)en_day_print(day, day_text);
    assert_string_equal(day_text, "2026-06-30");
    struct en_interval interval = en_day_interval(day, 180);
    assert_true(en_interval_holds(interval, instant));
    assert_true(interval.to.us - interval.from.us == EN_DAY_US);
    assert_false(en_interval_holds(interval, interval.to));
}

static void test_months_count(void **state)
{
    (void)state;
    struct en_month month = {0};
    char text[EN_DAY_TEXT_SIZE];
    assert_int_equal(en_month_parse(en_slice_text("2012-02"), &month, NULL), EN_OK);
    assert_int_equal(en_month_days_count(month), 29);
    assert_int_equal(en_month_print(month, text), 7);
    assert_string_equal(text, "2012-02");
    assert_int_equal(en_month_of_day(en_month_first_day(month)).n, month.n);
    assert_int_equal(en_month_parse(en_slice_text("1969-12"), &month, NULL), EN_OK);
    assert_int_equal(month.n, -1);
    assert_int_equal(en_month_days_count(month), 31);
    assert_int_equal(en_month_parse(en_slice_text("2012-13"), &month, NULL), EN_RANGE);
    assert_int_equal(en_month_parse(en_slice_text("2012-1"), &month, NULL), EN_MALFORMED);
}

static void test_intervals_overlap_half_open(void **state)
{
    (void)state;
    struct en_interval a = {{0}, {10}};
    assert_true(en_interval_overlap_us(a, (struct en_interval){{10}, {20}}) == 0);
    assert_true(en_interval_overlap_us(a, (struct en_interval){{5}, {20}}) == 5);
    assert_true(en_interval_overlap_us(a, (struct en_interval){{-5}, {20}}) == 10);
    assert_true(en_interval_overlap_us(a, (struct en_interval){{30}, {40}}) == 0);
}

static void test_instant_out_of_reach_prints_raw(void **state)
{
    (void)state;
    char text[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print((struct en_instant){INT64_MIN}, 0, text);
    assert_string_equal(text, "@-9223372036854775808us");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instant_reads_rfc_3339),
        cmocka_unit_test(test_instant_refuses_with_place),
        cmocka_unit_test(test_instant_agrees_with_the_system),
        cmocka_unit_test(test_every_day_goes_there_and_back),
        cmocka_unit_test(test_day_is_of_its_offset),
        cmocka_unit_test(test_months_count),
        cmocka_unit_test(test_intervals_overlap_half_open),
        cmocka_unit_test(test_instant_out_of_reach_prints_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
