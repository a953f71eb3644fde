#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff/calendar.h"

enum { NIGHT, HALF, PEAK, FEAST };

static struct en_day date(const char *text)
{
    struct en_day day = {0};
    assert_int_equal(en_day_parse(en_slice_text(text), &day, NULL), EN_OK);
    return day;
}

/* Winter from October, summer from April; 2026 of Russia in part. */
static const struct en_calendar_season seasons[] = {{{NULL, 0}, 4, 1}, {{NULL, 0}, 10, 1}};
enum { SUMMER, WINTER };

static struct en_calendar_date dates[8];

static const struct en_calendar_switch switches[] = {
    {SUMMER, EN_DAY_TYPE_WEEKDAY, 7 * 60, PEAK},  {SUMMER, EN_DAY_TYPE_WEEKDAY, 23 * 60, NIGHT},
    {SUMMER, EN_DAY_TYPE_SATURDAY, 0, HALF},      {SUMMER, EN_DAY_TYPE_SPECIAL, 0, FEAST},
    {WINTER, EN_DAY_TYPE_WEEKDAY, 6 * 60, PEAK},  {WINTER, EN_DAY_TYPE_WEEKDAY, 22 * 60, NIGHT},
    {WINTER, EN_DAY_TYPE_SUNDAY, 0, NIGHT},       {WINTER, EN_DAY_TYPE_HOLIDAY, 12 * 60, HALF},
    {WINTER, EN_DAY_TYPE_HOLIDAY, 18 * 60, PEAK},
};

static struct en_calendar calendar = {seasons,  EN_COUNT_OF(seasons),  dates, 0,
                                      switches, EN_COUNT_OF(switches), 4};

static void add_date(const char *text, en_day_type type, bool is_yearly)
{
    dates[calendar.dates_count++] = (struct en_calendar_date){date(text), (uint8_t)type, is_yearly};
}

static int set_up(void **state)
{
    (void)state;
    calendar.dates_count = 0;
    add_date("2020-01-01", EN_DAY_TYPE_HOLIDAY, true);
    add_date("2024-02-29", EN_DAY_TYPE_SPECIAL, true);
    add_date("2026-05-01", EN_DAY_TYPE_HOLIDAY, false);
    add_date("2026-05-09", EN_DAY_TYPE_HOLIDAY, false);
    add_date("2026-05-09", EN_DAY_TYPE_SPECIAL, false);
    add_date("2026-05-16", EN_DAY_TYPE_MOVED, false);
    return 0;
}

static void test_type_is_the_first_that_says_so(void **state)
{
    (void)state;
    assert_int_equal(en_calendar_check(&calendar, NULL), EN_OK);
    static const struct {
        const char *day;
        en_day_type type;
        bool is_working;
        en_like_day like;
    } cases[] = {
        {"2026-05-01", EN_DAY_TYPE_HOLIDAY, false, EN_LIKE_DAY_SUNDAY}, /* a Friday */
        {"2026-05-04", EN_DAY_TYPE_WEEKDAY, true, EN_LIKE_DAY_WORKING},
        {"2026-05-09", EN_DAY_TYPE_SPECIAL, false, EN_LIKE_DAY_SUNDAY}, /* special and holiday */
        {"2026-05-10", EN_DAY_TYPE_SUNDAY, false, EN_LIKE_DAY_SUNDAY},
        {"2026-05-16", EN_DAY_TYPE_MOVED, true, EN_LIKE_DAY_WORKING}, /* a Saturday, worked */
        {"2026-05-23", EN_DAY_TYPE_SATURDAY, false, EN_LIKE_DAY_SATURDAY},
        {"2027-01-01", EN_DAY_TYPE_HOLIDAY, false, EN_LIKE_DAY_SUNDAY},
        {"2019-01-01", EN_DAY_TYPE_HOLIDAY, false, EN_LIKE_DAY_SUNDAY},
        {"2028-02-29", EN_DAY_TYPE_SPECIAL, true, EN_LIKE_DAY_WORKING},
        {"2026-03-01", EN_DAY_TYPE_SUNDAY, false, EN_LIKE_DAY_SUNDAY},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_day day = date(cases[i].day);
        assert_int_equal(en_calendar_day_type(&calendar, day), cases[i].type);
        assert_int_equal(en_calendar_is_working(&calendar, day), cases[i].is_working);
        assert_int_equal(en_calendar_like_day(&calendar, day), cases[i].like);
    }
}

static void test_without_a_calendar_weekdays_count(void **state)
{
    (void)state;
    assert_int_equal(en_calendar_day_type(NULL, date("2026-05-01")), EN_DAY_TYPE_WEEKDAY);
    assert_int_equal(en_calendar_day_type(NULL, date("2026-05-16")), EN_DAY_TYPE_SATURDAY);
    assert_int_equal(en_calendar_like_day(NULL, date("2026-05-16")), EN_LIKE_DAY_SATURDAY);
    assert_int_equal(en_calendar_like_day(NULL, date("2026-05-17")), EN_LIKE_DAY_SUNDAY);
    assert_int_equal(en_calendar_working_count(NULL, date("2026-05-01"), date("2026-06-01")), 21);
}

/* A moved Saturday that is worked adds a day to n of D-01 and D-02. */
static void test_a_moved_saturday_adds_a_working_day(void **state)
{
    (void)state;
    struct en_day from = date("2026-05-01");
    struct en_day to = date("2026-06-01");
    assert_int_equal(en_calendar_working_count(&calendar, from, to), 21 - 1 + 1);
    calendar.dates_count--; /* without the move */
    assert_int_equal(en_calendar_working_count(&calendar, from, to), 20);
    assert_int_equal(en_calendar_working_count(&calendar, to, from), 0);
}

static uint8_t zone_at(const char *day, uint32_t minute)
{
    struct en_calendar_schedule schedule;
    en_calendar_schedule_of(&calendar, date(day), &schedule);
    struct en_tariff_day tariff_day = {schedule.switches, schedule.count};
    assert_int_equal(en_tariff_day_check(&tariff_day, NULL), EN_OK);
    return en_tariff_zone_at(&tariff_day, minute);
}

static void test_seasons_go_over_the_year(void **state)
{
    (void)state;
    assert_int_equal(en_calendar_season_of(&calendar, date("2026-03-31")), WINTER);
    assert_int_equal(en_calendar_season_of(&calendar, date("2026-04-01")), SUMMER);
    assert_int_equal(en_calendar_season_of(&calendar, date("2026-09-30")), SUMMER);
    assert_int_equal(en_calendar_season_of(&calendar, date("2026-12-31")), WINTER);
    assert_int_equal(zone_at("2026-03-31", 6 * 60), PEAK);
    assert_int_equal(zone_at("2026-04-01", 6 * 60), NIGHT);
}

/* TOU-03: a holiday changes zones only where the calendar says so. */
static void test_tou_03_holiday(void **state)
{
    (void)state;
    assert_int_equal(zone_at("2026-05-01", 12 * 60), PEAK); /* Friday in summer: no list */
    assert_int_equal(zone_at("2027-01-01", 12 * 60), HALF); /* winter has one */
    assert_int_equal(zone_at("2027-01-01", 11 * 60), PEAK); /* its last zone, over midnight */
    assert_false(en_calendar_is_working(&calendar, date("2026-05-01")));
}

static void test_a_type_without_a_list_takes_the_next(void **state)
{
    (void)state;
    assert_int_equal(zone_at("2026-05-09", 12 * 60), FEAST); /* special */
    assert_int_equal(zone_at("2026-05-16", 12 * 60), PEAK);  /* moved: as a weekday */
    assert_int_equal(zone_at("2026-05-23", 12 * 60), HALF);  /* Saturday */
    assert_int_equal(zone_at("2026-05-24", 12 * 60), PEAK);  /* Sunday has none in summer */
    assert_int_equal(zone_at("2026-01-04", 12 * 60), NIGHT); /* in winter it has */
    struct en_calendar plain = {0};
    struct en_calendar_schedule schedule;
    assert_int_equal(en_calendar_check(&plain, NULL), EN_OK);
    en_calendar_schedule_of(&plain, date("2026-05-09"), &schedule);
    assert_int_equal(schedule.count, 1);
    assert_int_equal(schedule.switches[0].zone, 0);
}

static void refuse(const struct en_calendar *wrong, en_code expected, const char *words)
{
    struct en_error err = {0};
    assert_int_equal(en_calendar_check(wrong, &err), expected);
    assert_non_null(strstr(err.text, words));
}

static void test_what_is_no_calendar_is_refused(void **state)
{
    (void)state;
    static const struct en_calendar_season no_day[] = {{{NULL, 0}, 2, 30}};
    static const struct en_calendar_season twice[] = {{{NULL, 0}, 4, 1}, {{NULL, 0}, 4, 1}};
    static const struct en_calendar_date weekday[] = {{{20000}, EN_DAY_TYPE_WEEKDAY, false}};
    static const struct en_calendar_date same[] = {{{20000}, EN_DAY_TYPE_MOVED, false},
                                                   {{20000}, EN_DAY_TYPE_MOVED, true}};
    static const struct en_calendar_date never[] = {{{INT32_MAX}, EN_DAY_TYPE_MOVED, false}};
    static const struct en_calendar_switch season[] = {{1, EN_DAY_TYPE_WEEKDAY, 0, 0}};
    static const struct en_calendar_switch type[] = {{0, 7, 0, 0}};
    static const struct en_calendar_switch minute[] = {{0, EN_DAY_TYPE_WEEKDAY, 1440, 0}};
    static const struct en_calendar_switch zone[] = {{0, EN_DAY_TYPE_WEEKDAY, 0, 2}};
    static const struct en_calendar_switch order[] = {{0, EN_DAY_TYPE_WEEKDAY, 60, 0},
                                                      {0, EN_DAY_TYPE_WEEKDAY, 60, 1}};
    static const struct en_calendar_switch no_weekday[] = {{0, EN_DAY_TYPE_SUNDAY, 60, 0}};
    refuse(&(struct en_calendar){.seasons = no_day, .seasons_count = 1}, EN_RANGE, "month 2");
    refuse(&(struct en_calendar){.seasons = twice, .seasons_count = 2}, EN_RANGE, "season 2");
    refuse(&(struct en_calendar){.dates = weekday, .dates_count = 1}, EN_RANGE, "wanted holiday");
    refuse(&(struct en_calendar){.dates = same, .dates_count = 2}, EN_RANGE, "twice");
    refuse(&(struct en_calendar){.dates = never, .dates_count = 1}, EN_RANGE, "no day");
    refuse(&(struct en_calendar){.switches = season, .switches_count = 1}, EN_RANGE, "season 2");
    refuse(&(struct en_calendar){.switches = type, .switches_count = 1}, EN_RANGE, "type 7");
    refuse(&(struct en_calendar){.switches = minute, .switches_count = 1}, EN_RANGE, "1440");
    refuse(&(struct en_calendar){.switches = zone, .switches_count = 1, .zones_count = 2}, EN_RANGE,
           "zone 3 of 2");
    refuse(&(struct en_calendar){.switches = order, .switches_count = 2}, EN_RANGE, "twice");
    refuse(&(struct en_calendar){.switches = no_weekday, .switches_count = 1}, EN_RANGE,
           "weekdays");
    refuse(&(struct en_calendar){.zones_count = 17}, EN_LIMIT, "at most");
    refuse(&(struct en_calendar){.seasons_count = EN_CALENDAR_SEASONS_MAX + 1}, EN_LIMIT, "most");
}

static void test_a_list_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct en_calendar_switch many[EN_TARIFF_SWITCHES_MAX + 1];
    for (uint16_t i = 0; i < EN_COUNT_OF(many); i++) {
        many[i] = (struct en_calendar_switch){0, EN_DAY_TYPE_WEEKDAY, i, 0};
    }
    refuse(&(struct en_calendar){.switches = many, .switches_count = EN_COUNT_OF(many)}, EN_LIMIT,
           "over 48");
}

static void test_names_of_types(void **state)
{
    (void)state;
    for (int i = EN_DAY_TYPE_WEEKDAY; i <= EN_DAY_TYPE_MOVED; i++) {
        en_day_type type = EN_DAY_TYPE_WEEKDAY;
        const char *name = en_day_type_name((en_day_type)i);
        assert_int_equal(en_day_type_parse(en_slice_text(name), &type, NULL), EN_OK);
        assert_int_equal(type, i);
    }
    en_day_type type;
    assert_int_equal(en_day_type_parse(en_slice_text("monday"), &type, NULL), EN_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_type_is_the_first_that_says_so, set_up),
        cmocka_unit_test(test_without_a_calendar_weekdays_count),
        cmocka_unit_test_setup(test_a_moved_saturday_adds_a_working_day, set_up),
        cmocka_unit_test_setup(test_seasons_go_over_the_year, set_up),
        cmocka_unit_test_setup(test_tou_03_holiday, set_up),
        cmocka_unit_test_setup(test_a_type_without_a_list_takes_the_next, set_up),
        cmocka_unit_test(test_what_is_no_calendar_is_refused),
        cmocka_unit_test(test_a_list_that_is_too_long_is_refused),
        cmocka_unit_test(test_names_of_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
