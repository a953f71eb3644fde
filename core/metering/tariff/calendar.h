/* Calendars: which season and which type a date has, whether it is a working day, and which tariff
 * zones its switch list gives. A calendar is data with a validity of its own (calendar.set); here
 * it is only read.
 *
 * The type of a date is the first that says so: its special day, its holiday, its move (a day off
 * that is worked), its weekday. A type without a switch list of its own takes that of the next one
 * in this order (a moved day that of WEEKDAY), at last that of WEEKDAY: a holiday changes zones
 * only where the calendar says so (TOU-03). A calendar without any switch list has one zone, 0.
 *
 * The caller owns all lists; pure, any thread. Where a calendar may be NULL, only weekdays count:
 * Monday to Friday are worked, nothing is a holiday. */
#ifndef EN_CORE_METERING_TARIFF_CALENDAR_H
#define EN_CORE_METERING_TARIFF_CALENDAR_H

#include "core/instant.h"
#include "core/metering/tariff/tariff.h"

#define EN_CALENDAR_SEASONS_MAX 12u
#define EN_CALENDAR_DATES_MAX 4096u
#define EN_CALENDAR_SWITCHES_MAX 1024u

/* Stored values. */
typedef enum en_day_type {
    EN_DAY_TYPE_WEEKDAY = 1, /* Monday to Friday */
    EN_DAY_TYPE_SATURDAY = 2,
    EN_DAY_TYPE_SUNDAY = 3,
    EN_DAY_TYPE_HOLIDAY = 4, /* also a working day that was given away for another */
    EN_DAY_TYPE_SPECIAL = 5, /* zones of its own; worked or not as the date would be without it */
    EN_DAY_TYPE_MOVED = 6,   /* a Saturday or Sunday that is worked */
} en_day_type;

#define EN_DAY_TYPES_COUNT 7 /* with 0, which is none */

/* Days of one load class: what like days are (E-02). */
typedef enum en_like_day {
    EN_LIKE_DAY_WORKING = 1, /* also a moved Saturday or Sunday */
    EN_LIKE_DAY_SATURDAY = 2,
    EN_LIKE_DAY_SUNDAY = 3, /* also every holiday */
} en_like_day;

/* From the day of the month in each year until the next season begins; the last goes over the end
 * of the year. */
struct en_calendar_season {
    struct en_slice name;
    uint8_t month; /* 1 .. 12 */
    uint8_t day;   /* 1 .. 31 */
};

struct en_calendar_date {
    struct en_day day;
    uint8_t type;   /* HOLIDAY, SPECIAL or MOVED */
    bool is_yearly; /* on this day of the month in every year, before it, too */
};

/* In this season, on days of this type, the zone holds from the minute on (tariff.h). */
struct en_calendar_switch {
    uint8_t season; /* index */
    uint8_t type;   /* en_day_type */
    uint16_t minute;
    uint8_t zone;
};

struct en_calendar_zone {
    struct en_slice name; /* "peak" */
};

struct en_calendar {
    const struct en_calendar_season *seasons; /* rising in the year; none: one season, 0 */
    uint32_t seasons_count;
    const struct en_calendar_date *dates; /* rising (day, type) */
    uint32_t dates_count;
    const struct en_calendar_switch *switches; /* rising (season, type, minute) */
    uint32_t switches_count;
    uint32_t zones_count; /* that have a name; 0: not said */
};

/* The switch list of one day, with its own memory. */
struct en_calendar_schedule {
    struct en_tariff_switch switches[EN_TARIFF_SWITCHES_MAX];
    size_t count;
};

/* Whether it is a calendar: lists in order, nothing twice, days that can be, a list for WEEKDAY in
 * every season where there is any, zones below zones_count. Codes: EN_RANGE (which row is wrong),
 * EN_LIMIT (too many rows). */
en_code en_calendar_check(const struct en_calendar *calendar, struct en_error *err) EN_MUST_CHECK;

/* Index of the date's season; 0 where there is none. */
uint32_t en_calendar_season_of(const struct en_calendar *calendar, struct en_day day);

/* The date's type. calendar may be NULL. */
en_day_type en_calendar_day_type(const struct en_calendar *calendar, struct en_day day);

/* Whether the date is worked: no holiday, and Monday to Friday or moved. calendar may be NULL. */
bool en_calendar_is_working(const struct en_calendar *calendar, struct en_day day);

/* How many days of [from, to) are worked. calendar may be NULL. */
uint32_t en_calendar_working_count(const struct en_calendar *calendar, struct en_day from,
                                   struct en_day to);

/* The class of days whose load is alike. calendar may be NULL. */
en_like_day en_calendar_like_day(const struct en_calendar *calendar, struct en_day day);

/* The switch list that holds on the date, at least one switch. The calendar is a checked one. */
void en_calendar_schedule_of(const struct en_calendar *calendar, struct en_day day,
                             struct en_calendar_schedule *schedule);

/* "weekday", "holiday" ... and back. EN_NOT_FOUND. */
const char *en_day_type_name(en_day_type type);
en_code en_day_type_parse(struct en_slice name, en_day_type *type,
                          struct en_error *err) EN_MUST_CHECK;

#endif
