#include "core/metering/tariff/calendar.h"

static const char *const type_names[EN_DAY_TYPES_COUNT] = {
    [EN_DAY_TYPE_WEEKDAY] = "weekday", [EN_DAY_TYPE_SATURDAY] = "saturday",
    [EN_DAY_TYPE_SUNDAY] = "sunday",   [EN_DAY_TYPE_HOLIDAY] = "holiday",
    [EN_DAY_TYPE_SPECIAL] = "special", [EN_DAY_TYPE_MOVED] = "moved",
};

/* What the lists say of one date. */
struct marks {
    bool is_holiday;
    bool is_special;
    bool is_moved;
};

/* Place of a day in its year, also for the 29th of February of a year that has none. */
static unsigned place_in_year(unsigned month, unsigned day)
{
    return month * 32u + day;
}

static unsigned place_of_day(struct en_day day)
{
    struct en_civil civil = en_day_civil(day);
    return place_in_year(civil.month, civil.day);
}

static struct marks marks_of(const struct en_calendar *calendar, struct en_day day)
{
    struct marks marks = {false, false, false};
    unsigned place = place_of_day(day);
    uint32_t count = calendar == NULL ? 0 : calendar->dates_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct en_calendar_date *date = &calendar->dates[i];
        if (date->day.n != day.n && !(date->is_yearly && place_of_day(date->day) == place)) {
            continue;
        }
        marks.is_holiday = marks.is_holiday || date->type == EN_DAY_TYPE_HOLIDAY;
        marks.is_special = marks.is_special || date->type == EN_DAY_TYPE_SPECIAL;
        marks.is_moved = marks.is_moved || date->type == EN_DAY_TYPE_MOVED;
    }
    return marks;
}

static en_day_type weekday_type(struct en_day day)
{
    unsigned weekday = en_day_weekday(day);
    EN_ASSERT(weekday >= 1 && weekday <= 7);
    if (weekday == 7) {
        return EN_DAY_TYPE_SUNDAY;
    }
    return weekday == 6 ? EN_DAY_TYPE_SATURDAY : EN_DAY_TYPE_WEEKDAY;
}

/* Copies the switch list of season and type; false when there is none. */
static bool copy_schedule(const struct en_calendar *calendar, uint32_t season, en_day_type type,
                          struct en_calendar_schedule *schedule)
{
    schedule->count = 0;
    for (uint32_t i = 0; i < calendar->switches_count; i++) {
        const struct en_calendar_switch *s = &calendar->switches[i];
        if (s->season == season && s->type == (uint8_t)type) {
            EN_ASSERT(schedule->count < EN_TARIFF_SWITCHES_MAX);
            schedule->switches[schedule->count++] = (struct en_tariff_switch){s->minute, s->zone};
        }
    }
    return schedule->count > 0;
}

static en_code check_seasons(const struct en_calendar *calendar, struct en_error *err)
{
    unsigned last = 0;
    for (uint32_t i = 0; i < calendar->seasons_count; i++) {
        const struct en_calendar_season *season = &calendar->seasons[i];
        struct en_day day;
        /* 2000 had a 29th of February */
        if (en_day_of_date(2000, season->month, season->day, &day, NULL) != EN_OK) {
            return en_error_set(err, EN_RANGE, "season %u: no day %u of month %u", i + 1,
                                season->day, season->month);
        }
        unsigned place = place_in_year(season->month, season->day);
        if (place <= last) {
            return en_error_set(err, EN_RANGE, "season %u does not begin after the one before",
                                i + 1);
        }
        last = place;
    }
    return EN_OK;
}

static en_code check_dates(const struct en_calendar *calendar, struct en_error *err)
{
    for (uint32_t i = 0; i < calendar->dates_count; i++) {
        const struct en_calendar_date *date = &calendar->dates[i];
        char text[EN_DAY_TEXT_SIZE];
        if (date->day.n < EN_DAY_MIN || date->day.n > EN_DAY_MAX) {
            return en_error_set(err, EN_RANGE, "date %u is no day of the calendar", i + 1);
        }
        (void)en_day_print(date->day, text);
        if (date->type != EN_DAY_TYPE_HOLIDAY && date->type != EN_DAY_TYPE_SPECIAL &&
            date->type != EN_DAY_TYPE_MOVED) {
            return en_error_set(err, EN_RANGE, "date %s: type %u, wanted holiday, special or moved",
                                text, date->type);
        }
        const struct en_calendar_date *before = i == 0 ? NULL : &calendar->dates[i - 1];
        if (before != NULL && (before->day.n > date->day.n ||
                               (before->day.n == date->day.n && before->type >= date->type))) {
            return en_error_set(err, EN_RANGE, "date %s stands twice, or not in order", text);
        }
    }
    return EN_OK;
}

static uint32_t switch_order(const struct en_calendar_switch *s)
{
    return (uint32_t)s->season << 24 | (uint32_t)s->type << 16 | s->minute;
}

static en_code check_switch(const struct en_calendar *calendar, uint32_t i, struct en_error *err)
{
    const struct en_calendar_switch *s = &calendar->switches[i];
    uint32_t seasons = calendar->seasons_count == 0 ? 1 : calendar->seasons_count;
    uint32_t zones = calendar->zones_count == 0 ? EN_TARIFF_ZONES_MAX : calendar->zones_count;
    if (s->season >= seasons) {
        return en_error_set(err, EN_RANGE, "switch %u: season %u of %u", i + 1, s->season + 1,
                            seasons);
    }
    if (s->type == 0 || s->type >= EN_DAY_TYPES_COUNT) {
        return en_error_set(err, EN_RANGE, "switch %u: day type %u is not known", i + 1, s->type);
    }
    if (s->minute >= 1440 || s->zone >= zones) {
        return en_error_set(err, EN_RANGE, "switch %u: minute %u, zone %u of %u", i + 1, s->minute,
                            s->zone + 1, zones);
    }
    if (i > 0 && switch_order(&calendar->switches[i - 1]) >= switch_order(s)) {
        return en_error_set(err, EN_RANGE, "switch %u stands twice, or not in order", i + 1);
    }
    return EN_OK;
}

/* Every season has a list for weekdays: it is what all others fall back to. No list is too long. */
static en_code check_schedules(const struct en_calendar *calendar, struct en_error *err)
{
    uint32_t seasons = calendar->seasons_count == 0 ? 1 : calendar->seasons_count;
    uint32_t counts[EN_CALENDAR_SEASONS_MAX][EN_DAY_TYPES_COUNT] = {{0}};
    for (uint32_t i = 0; i < calendar->switches_count; i++) {
        const struct en_calendar_switch *s = &calendar->switches[i];
        if (++counts[s->season][s->type] > EN_TARIFF_SWITCHES_MAX) {
            return en_error_set(err, EN_LIMIT, "season %u, %s: over %d switches", s->season + 1,
                                type_names[s->type], EN_TARIFF_SWITCHES_MAX);
        }
    }
    for (uint32_t season = 0; calendar->switches_count > 0 && season < seasons; season++) {
        if (counts[season][EN_DAY_TYPE_WEEKDAY] == 0) {
            return en_error_set(err, EN_RANGE, "season %u has no switches for weekdays",
                                season + 1);
        }
    }
    return EN_OK;
}

en_code en_calendar_check(const struct en_calendar *calendar, struct en_error *err)
{
    if (calendar->seasons_count > EN_CALENDAR_SEASONS_MAX ||
        calendar->dates_count > EN_CALENDAR_DATES_MAX ||
        calendar->switches_count > EN_CALENDAR_SWITCHES_MAX ||
        calendar->zones_count > EN_TARIFF_ZONES_MAX) {
        return en_error_set(err, EN_LIMIT,
                            "calendar of %u seasons, %u dates, %u switches, %u zones: at most "
                            "%u, %u, %u, %d",
                            calendar->seasons_count, calendar->dates_count,
                            calendar->switches_count, calendar->zones_count,
                            EN_CALENDAR_SEASONS_MAX, EN_CALENDAR_DATES_MAX,
                            EN_CALENDAR_SWITCHES_MAX, EN_TARIFF_ZONES_MAX);
    }
    en_code code = check_seasons(calendar, err);
    code = code == EN_OK ? check_dates(calendar, err) : code;
    for (uint32_t i = 0; code == EN_OK && i < calendar->switches_count; i++) {
        code = check_switch(calendar, i, err);
    }
    return code == EN_OK ? check_schedules(calendar, err) : code;
}

uint32_t en_calendar_season_of(const struct en_calendar *calendar, struct en_day day)
{
    if (calendar->seasons_count == 0) {
        return 0;
    }
    unsigned place = place_of_day(day);
    uint32_t in_force = calendar->seasons_count - 1;
    for (uint32_t i = 0; i < calendar->seasons_count; i++) {
        if (place_in_year(calendar->seasons[i].month, calendar->seasons[i].day) <= place) {
            in_force = i;
        }
    }
    return in_force;
}

en_day_type en_calendar_day_type(const struct en_calendar *calendar, struct en_day day)
{
    struct marks marks = marks_of(calendar, day);
    if (marks.is_special) {
        return EN_DAY_TYPE_SPECIAL;
    }
    if (marks.is_holiday) {
        return EN_DAY_TYPE_HOLIDAY;
    }
    return marks.is_moved ? EN_DAY_TYPE_MOVED : weekday_type(day);
}

bool en_calendar_is_working(const struct en_calendar *calendar, struct en_day day)
{
    struct marks marks = marks_of(calendar, day);
    return !marks.is_holiday && (marks.is_moved || weekday_type(day) == EN_DAY_TYPE_WEEKDAY);
}

uint32_t en_calendar_working_count(const struct en_calendar *calendar, struct en_day from,
                                   struct en_day to)
{
    uint32_t count = 0;
    for (struct en_day day = from; day.n < to.n; day.n++) {
        count += en_calendar_is_working(calendar, day) ? 1 : 0;
    }
    return count;
}

en_like_day en_calendar_like_day(const struct en_calendar *calendar, struct en_day day)
{
    if (en_calendar_is_working(calendar, day)) {
        return EN_LIKE_DAY_WORKING;
    }
    bool is_saturday = weekday_type(day) == EN_DAY_TYPE_SATURDAY;
    return is_saturday && !marks_of(calendar, day).is_holiday ? EN_LIKE_DAY_SATURDAY
                                                              : EN_LIKE_DAY_SUNDAY;
}

void en_calendar_schedule_of(const struct en_calendar *calendar, struct en_day day,
                             struct en_calendar_schedule *schedule)
{
    if (calendar->switches_count == 0) {
        *schedule = (struct en_calendar_schedule){{{0, 0}}, 1};
        return;
    }
    struct marks marks = marks_of(calendar, day);
    uint32_t season = en_calendar_season_of(calendar, day);
    bool is_found =
        marks.is_special && copy_schedule(calendar, season, EN_DAY_TYPE_SPECIAL, schedule);
    is_found = is_found ||
               (marks.is_holiday && copy_schedule(calendar, season, EN_DAY_TYPE_HOLIDAY, schedule));
    is_found = is_found ||
               (marks.is_moved && copy_schedule(calendar, season, EN_DAY_TYPE_MOVED, schedule));
    is_found = is_found ||
               (!marks.is_moved && copy_schedule(calendar, season, weekday_type(day), schedule)) ||
               copy_schedule(calendar, season, EN_DAY_TYPE_WEEKDAY, schedule);
    EN_ASSERT(is_found); /* en_calendar_check saw to it */
}

const char *en_day_type_name(en_day_type type)
{
    EN_ASSERT(type >= EN_DAY_TYPE_WEEKDAY && type <= EN_DAY_TYPE_MOVED);
    return type_names[type];
}

en_code en_day_type_parse(struct en_slice name, en_day_type *type, struct en_error *err)
{
    for (int i = EN_DAY_TYPE_WEEKDAY; i < EN_DAY_TYPES_COUNT; i++) {
        if (en_slice_equal(name, en_slice_text(type_names[i]))) {
            *type = (en_day_type)i;
            return EN_OK;
        }
    }
    int shown = name.size < 32 ? (int)name.size : 32;
    return en_error_set(err, EN_NOT_FOUND,
                        "day type \"%.*s\" is none of weekday, saturday, sunday, holiday, "
                        "special, moved",
                        shown, (const char *)name.bytes);
}
