/* Time: instants in UTC microseconds, half-open intervals, days and months of a fixed offset.
 * The fiscal day is [00:00, 24:00) at the fixed offset of its object (minutes east of UTC: Moscow
 * +180); civil time with its jumps is zone.h's. Nothing here asks the machine for the time, the
 * locale or a time zone. Leap seconds do not exist (POSIX). Plain values, any thread. */
#ifndef EN_CORE_INSTANT_H
#define EN_CORE_INSTANT_H

#include "core/error.h"
#include "core/slice.h"

#include <stdint.h>

#define EN_SECOND_US INT64_C(1000000)
#define EN_MINUTE_US (60 * EN_SECOND_US)
#define EN_HOUR_US (3600 * EN_SECOND_US)
#define EN_DAY_US (86400 * EN_SECOND_US)

/* What can be written as a date: 0001-01-01 .. 9999-12-31. */
#define EN_DAY_MIN (-719162)
#define EN_DAY_MAX 2932896
#define EN_OFFSET_MINUTES_MAX (18 * 60) /* on either side of UTC */
#define EN_INSTANT_TEXT_SIZE 40
#define EN_DAY_TEXT_SIZE 24

struct en_instant {
    int64_t us; /* since 1970-01-01T00:00:00Z */
};

/* from <= t < to. */
struct en_interval {
    struct en_instant from;
    struct en_instant to;
};

/* A day of some fixed offset: days since 1970-01-01. */
struct en_day {
    int32_t n;
};

/* A month of some fixed offset: months since January 1970. */
struct en_month {
    int32_t n;
};

/* A date and a time of day, without saying where. */
struct en_civil {
    int32_t year;
    uint8_t month;  /* 1..12 */
    uint8_t day;    /* 1..31 */
    uint8_t hour;   /* 0..23 */
    uint8_t minute; /* 0..59 */
    uint8_t second; /* 0..59 */
    uint32_t us;    /* 0..999999 */
};

static inline int en_instant_compare(struct en_instant a, struct en_instant b)
{
    return (a.us > b.us) - (a.us < b.us);
}

static inline bool en_interval_holds(struct en_interval interval, struct en_instant instant)
{
    return instant.us >= interval.from.us && instant.us < interval.to.us;
}

/* Microseconds that lie in both; 0 when they only touch. */
int64_t en_interval_overlap_us(struct en_interval a, struct en_interval b);

/* Whether the instant can be written as a date at every offset; readers of outside data check it.
 */
bool en_instant_is_writable(struct en_instant instant);

/* Reads RFC 3339: "2013-04-14T00:30:00+04:00", "...Z", a space or t for T, seconds optional, up to
 * 6 digits of a second (more only if they are 0). A date alone is midnight at date_offset_minutes.
 * A time without an offset is refused: it would be a guess.
 * Codes: EN_MALFORMED (with the position), EN_RANGE (no such date or time). */
en_code en_instant_parse(struct en_slice text, int date_offset_minutes, struct en_instant *instant,
                         struct en_error *err) EN_MUST_CHECK;

/* Prints RFC 3339 at the offset ("Z" for 0), with 0, 3 or 6 digits of a second as needed. An
 * instant that is not writable prints as "@<us>us". Returns the length. */
size_t en_instant_print(struct en_instant instant, int offset_minutes,
                        char text[EN_INSTANT_TEXT_SIZE]);

/* What a clock at the offset shows. The instant is writable (asserted). */
struct en_civil en_instant_civil(struct en_instant instant, int offset_minutes);
/* The same for an offset in seconds, below a day and two hours: zones once had such. */
struct en_civil en_instant_civil_seconds(struct en_instant instant, int32_t offset_seconds);

/* The instant at which a clock at the offset shows it. Codes: EN_RANGE (no such date or time). */
en_code en_instant_of_civil(const struct en_civil *civil, int offset_minutes,
                            struct en_instant *instant, struct en_error *err) EN_MUST_CHECK;

/* The day at the offset that holds the instant, and the 24 hours of a day. */
struct en_day en_day_of_instant(struct en_instant instant, int offset_minutes);
struct en_interval en_day_interval(struct en_day day, int offset_minutes);

/* The day of a date. Codes: EN_RANGE (no such date). */
en_code en_day_of_date(int32_t year, uint32_t month, uint32_t day_of_month, struct en_day *day,
                       struct en_error *err) EN_MUST_CHECK;
/* Year, month and day of month; the time of day is 0. */
struct en_civil en_day_civil(struct en_day day);
/* 1 Monday .. 7 Sunday. */
unsigned en_day_weekday(struct en_day day);

/* "2013-04-14". Codes of the reader: EN_MALFORMED, EN_RANGE. The printer returns the length. */
en_code en_day_parse(struct en_slice text, struct en_day *day, struct en_error *err) EN_MUST_CHECK;
size_t en_day_print(struct en_day day, char text[EN_DAY_TEXT_SIZE]);

/* Months: of a day, first day, number of days, "2013-04". */
struct en_month en_month_of_day(struct en_day day);
struct en_day en_month_first_day(struct en_month month);
unsigned en_month_days_count(struct en_month month);
en_code en_month_parse(struct en_slice text, struct en_month *month,
                       struct en_error *err) EN_MUST_CHECK;
size_t en_month_print(struct en_month month, char text[EN_DAY_TEXT_SIZE]);

#endif
