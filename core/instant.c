#include "core/instant.h"

#include "core/fixed.h"

#include <inttypes.h>
#include <stdio.h>

#define DAYS_OF_400_YEARS 146097
#define TEXT_SHOWN_MAX 40

/* A text that is read from the left. */
struct reading {
    struct en_slice text;
    size_t at;
};

static en_code malformed(const struct reading *r, const char *what, struct en_error *err)
{
    int shown = r->text.size < TEXT_SHOWN_MAX ? (int)r->text.size : TEXT_SHOWN_MAX;
    return en_error_set(err, EN_MALFORMED, "time \"%.*s\": %s at position %zu", shown,
                        (const char *)r->text.bytes, what, r->at + 1);
}

static bool at_end(const struct reading *r)
{
    return r->at == r->text.size;
}

static uint8_t here(const struct reading *r)
{
    return at_end(r) ? 0 : r->text.bytes[r->at];
}

static bool take(struct reading *r, uint8_t byte)
{
    if (at_end(r) || here(r) != byte) {
        return false;
    }
    r->at++;
    return true;
}

/* Exactly count digits. */
static bool take_number(struct reading *r, unsigned count, uint32_t *value)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < count; i++) {
        uint8_t byte = here(r);
        if (byte < '0' || byte > '9') {
            return false;
        }
        number = number * 10 + (uint32_t)(byte - '0');
        r->at++;
    }
    *value = number;
    return true;
}

static bool is_leap_year(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t month_length(int32_t year, uint32_t month)
{
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    EN_ASSERT(month >= 1);
    EN_ASSERT(month <= 12);
    return lengths[month - 1] + (month == 2 && is_leap_year(year) ? 1u : 0u);
}

/* Days before March 1st of the year are counted with the year before, so that the leap day is the
 * last day of a counted year and month lengths follow (153 m + 2) / 5. */
static int32_t days_of_date(int32_t year, uint32_t month, uint32_t day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t year_of_era = 0;
    int64_t era = en_i64_divide_floor(y, 400, &year_of_era);
    int64_t month_from_march = month > 2 ? (int64_t)month - 3 : (int64_t)month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + (int64_t)day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * DAYS_OF_400_YEARS + day_of_era - 719468);
}

static struct en_civil date_of_days(int32_t days)
{
    int64_t day_of_era = 0;
    int64_t era = en_i64_divide_floor((int64_t)days + 719468, DAYS_OF_400_YEARS, &day_of_era);
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct en_civil){
        .year = (int32_t)(era * 400 + year_of_era + (month <= 2 ? 1 : 0)),
        .month = (uint8_t)month,
        .day = (uint8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

static void assert_offset(int offset_minutes)
{
    EN_ASSERT(offset_minutes >= -EN_OFFSET_MINUTES_MAX);
    EN_ASSERT(offset_minutes <= EN_OFFSET_MINUTES_MAX);
}

/* "2013-04-14" at the front of the text. */
static en_code read_date(struct reading *r, struct en_day *day, struct en_error *err)
{
    uint32_t year = 0;
    uint32_t month = 0;
    uint32_t day_of_month = 0;
    if (!take_number(r, 4, &year) || !take(r, '-') || !take_number(r, 2, &month) || !take(r, '-') ||
        !take_number(r, 2, &day_of_month)) {
        return malformed(r, "a date YYYY-MM-DD is wanted", err);
    }
    return en_day_of_date((int32_t)year, month, day_of_month, day, err);
}

/* ".25" behind the seconds, if there. */
static en_code read_fraction(struct reading *r, int64_t *us, struct en_error *err)
{
    *us = 0;
    if (!take(r, '.')) {
        return EN_OK;
    }
    int64_t weight = EN_SECOND_US / 10;
    uint32_t digit = 0;
    size_t start = r->at;
    while (take_number(r, 1, &digit)) {
        if (weight == 0 && digit != 0) {
            return malformed(r, "finer than a microsecond", err);
        }
        *us += digit * weight;
        weight /= 10;
    }
    return r->at > start ? EN_OK : malformed(r, "a digit is missing", err);
}

/* "hh:mm[:ss[.f]]". The 60th second of a leap second is the next second: POSIX has no other. */
static en_code read_time(struct reading *r, int64_t *us, struct en_error *err)
{
    uint32_t hour = 0;
    uint32_t minute = 0;
    uint32_t second = 0;
    int64_t fraction_us = 0;
    if (!take_number(r, 2, &hour) || !take(r, ':') || !take_number(r, 2, &minute)) {
        return malformed(r, "a time hh:mm:ss is wanted", err);
    }
    if (take(r, ':')) {
        if (!take_number(r, 2, &second)) {
            return malformed(r, "seconds are wanted", err);
        }
        en_code code = read_fraction(r, &fraction_us, err);
        if (code != EN_OK) {
            return code;
        }
    }
    if (hour > 23 || minute > 59 || second > (minute == 59 ? 60u : 59u)) {
        return en_error_set(err, EN_RANGE, "no time of day is %02u:%02u:%02u", hour, minute,
                            second);
    }
    *us = hour * EN_HOUR_US + minute * EN_MINUTE_US + second * EN_SECOND_US + fraction_us;
    return EN_OK;
}

static en_code read_offset(struct reading *r, int *offset_minutes, struct en_error *err)
{
    if (take(r, 'Z') || take(r, 'z')) {
        *offset_minutes = 0;
        return EN_OK;
    }
    bool is_west = here(r) == '-';
    uint32_t hours = 0;
    uint32_t minutes = 0;
    if (!(take(r, '+') || take(r, '-')) || !take_number(r, 2, &hours) || !take(r, ':') ||
        !take_number(r, 2, &minutes)) {
        return malformed(r, "an offset (Z or +03:00) is wanted", err);
    }
    int total = (int)(hours * 60 + minutes);
    if (minutes > 59 || total > EN_OFFSET_MINUTES_MAX) {
        return en_error_set(err, EN_RANGE, "no offset is %02u:%02u", hours, minutes);
    }
    *offset_minutes = is_west ? -total : total;
    return EN_OK;
}

int64_t en_interval_overlap_us(struct en_interval a, struct en_interval b)
{
    int64_t from = a.from.us > b.from.us ? a.from.us : b.from.us;
    int64_t to = a.to.us < b.to.us ? a.to.us : b.to.us;
    return to > from ? to - from : 0;
}

bool en_instant_is_writable(struct en_instant instant)
{
    /* A day of margin at both ends, so that every offset stays inside. */
    return instant.us >= (EN_DAY_MIN + 1) * EN_DAY_US && instant.us < EN_DAY_MAX * EN_DAY_US;
}

en_code en_instant_parse(struct en_slice text, int date_offset_minutes, struct en_instant *instant,
                         struct en_error *err)
{
    assert_offset(date_offset_minutes);
    struct reading r = {text, 0};
    struct en_day day = {0};
    int64_t time_us = 0;
    int offset_minutes = date_offset_minutes;
    en_code code = read_date(&r, &day, err);
    if (code == EN_OK && !at_end(&r)) {
        if (!take(&r, 'T') && !take(&r, 't') && !take(&r, ' ')) {
            return malformed(&r, "T is wanted", err);
        }
        code = read_time(&r, &time_us, err);
        if (code == EN_OK) {
            code = read_offset(&r, &offset_minutes, err);
        }
        if (code == EN_OK && !at_end(&r)) {
            code = malformed(&r, "unexpected character", err);
        }
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_instant read = {day.n * EN_DAY_US + time_us - offset_minutes * EN_MINUTE_US};
    if (!en_instant_is_writable(read)) {
        return en_error_set(err, EN_RANGE, "time is outside the years 1 to 9999");
    }
    *instant = read;
    return EN_OK;
}

size_t en_instant_print(struct en_instant instant, int offset_minutes,
                        char text[EN_INSTANT_TEXT_SIZE])
{
    assert_offset(offset_minutes);
    if (!en_instant_is_writable(instant)) {
        return (size_t)snprintf(text, EN_INSTANT_TEXT_SIZE, "@%" PRId64 "us", instant.us);
    }
    struct en_civil c = en_instant_civil(instant, offset_minutes);
    int size = snprintf(text, EN_INSTANT_TEXT_SIZE, "%04d-%02u-%02uT%02u:%02u:%02u", c.year,
                        c.month, c.day, c.hour, c.minute, c.second);
    size_t at = (size_t)size;
    if (c.us % 1000 != 0) {
        at += (size_t)snprintf(text + at, EN_INSTANT_TEXT_SIZE - at, ".%06u", c.us);
    } else if (c.us != 0) {
        at += (size_t)snprintf(text + at, EN_INSTANT_TEXT_SIZE - at, ".%03u", c.us / 1000);
    }
    if (offset_minutes == 0) {
        text[at++] = 'Z';
        text[at] = '\0';
    } else {
        int minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
        at += (size_t)snprintf(text + at, EN_INSTANT_TEXT_SIZE - at, "%c%02d:%02d",
                               offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
    }
    EN_ASSERT(at < EN_INSTANT_TEXT_SIZE);
    return at;
}

struct en_civil en_instant_civil(struct en_instant instant, int offset_minutes)
{
    assert_offset(offset_minutes);
    return en_instant_civil_seconds(instant, offset_minutes * 60);
}

struct en_civil en_instant_civil_seconds(struct en_instant instant, int32_t offset_seconds)
{
    EN_ASSERT(en_instant_is_writable(instant));
    EN_ASSERT(offset_seconds > -26 * 3600 && offset_seconds < 26 * 3600);
    int64_t rest = 0;
    int64_t days =
        en_i64_divide_floor(instant.us + offset_seconds * EN_SECOND_US, EN_DAY_US, &rest);
    struct en_civil civil = date_of_days((int32_t)days);
    civil.hour = (uint8_t)(rest / EN_HOUR_US);
    civil.minute = (uint8_t)(rest / EN_MINUTE_US % 60);
    civil.second = (uint8_t)(rest / EN_SECOND_US % 60);
    civil.us = (uint32_t)(rest % EN_SECOND_US);
    return civil;
}

en_code en_instant_of_civil(const struct en_civil *civil, int offset_minutes,
                            struct en_instant *instant, struct en_error *err)
{
    assert_offset(offset_minutes);
    struct en_day day = {0};
    en_code code = en_day_of_date(civil->year, civil->month, civil->day, &day, err);
    if (code != EN_OK) {
        return code;
    }
    if (civil->hour > 23 || civil->minute > 59 || civil->second > 59 || civil->us >= EN_SECOND_US) {
        return en_error_set(err, EN_RANGE, "no time of day is %02u:%02u:%02u", civil->hour,
                            civil->minute, civil->second);
    }
    struct en_instant at = {day.n * EN_DAY_US + civil->hour * EN_HOUR_US +
                            civil->minute * EN_MINUTE_US + civil->second * EN_SECOND_US +
                            civil->us - offset_minutes * EN_MINUTE_US};
    if (!en_instant_is_writable(at)) {
        return en_error_set(err, EN_RANGE, "time is outside the years 1 to 9999");
    }
    *instant = at;
    return EN_OK;
}

struct en_day en_day_of_instant(struct en_instant instant, int offset_minutes)
{
    assert_offset(offset_minutes);
    EN_ASSERT(en_instant_is_writable(instant));
    int64_t rest = 0;
    int64_t days =
        en_i64_divide_floor(instant.us + offset_minutes * EN_MINUTE_US, EN_DAY_US, &rest);
    return (struct en_day){(int32_t)days};
}

struct en_interval en_day_interval(struct en_day day, int offset_minutes)
{
    assert_offset(offset_minutes);
    EN_ASSERT(day.n >= EN_DAY_MIN);
    EN_ASSERT(day.n <= EN_DAY_MAX);
    int64_t from = day.n * EN_DAY_US - offset_minutes * EN_MINUTE_US;
    return (struct en_interval){{from}, {from + EN_DAY_US}};
}

en_code en_day_of_date(int32_t year, uint32_t month, uint32_t day_of_month, struct en_day *day,
                       struct en_error *err)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day_of_month < 1 ||
        day_of_month > month_length(year, month)) {
        return en_error_set(err, EN_RANGE, "no day is %04d-%02u-%02u", year, month, day_of_month);
    }
    day->n = days_of_date(year, month, day_of_month);
    return EN_OK;
}

struct en_civil en_day_civil(struct en_day day)
{
    EN_ASSERT(day.n >= EN_DAY_MIN);
    EN_ASSERT(day.n <= EN_DAY_MAX);
    return date_of_days(day.n);
}

unsigned en_day_weekday(struct en_day day)
{
    /* 1970-01-01 was a Thursday (4). */
    int64_t weekday = 0;
    (void)en_i64_divide_floor((int64_t)day.n + 3, 7, &weekday);
    return (unsigned)weekday + 1;
}

en_code en_day_parse(struct en_slice text, struct en_day *day, struct en_error *err)
{
    struct reading r = {text, 0};
    struct en_day read = {0};
    en_code code = read_date(&r, &read, err);
    if (code == EN_OK && !at_end(&r)) {
        code = malformed(&r, "unexpected character", err);
    }
    *day = code == EN_OK ? read : *day;
    return code;
}

size_t en_day_print(struct en_day day, char text[EN_DAY_TEXT_SIZE])
{
    if (day.n < EN_DAY_MIN || day.n > EN_DAY_MAX) {
        return (size_t)snprintf(text, EN_DAY_TEXT_SIZE, "@%" PRId32 "d", day.n);
    }
    struct en_civil civil = date_of_days(day.n);
    return (size_t)snprintf(text, EN_DAY_TEXT_SIZE, "%04d-%02u-%02u", civil.year, civil.month,
                            civil.day);
}

struct en_month en_month_of_day(struct en_day day)
{
    struct en_civil civil = en_day_civil(day);
    return (struct en_month){(civil.year - 1970) * 12 + civil.month - 1};
}

struct en_day en_month_first_day(struct en_month month)
{
    int64_t month_index = 0;
    int64_t years = en_i64_divide_floor(month.n, 12, &month_index);
    return (struct en_day){days_of_date((int32_t)(1970 + years), (uint32_t)month_index + 1, 1)};
}

unsigned en_month_days_count(struct en_month month)
{
    struct en_month next = {month.n + 1};
    return (unsigned)(en_month_first_day(next).n - en_month_first_day(month).n);
}

en_code en_month_parse(struct en_slice text, struct en_month *month, struct en_error *err)
{
    struct reading r = {text, 0};
    uint32_t year = 0;
    uint32_t number = 0;
    if (!take_number(&r, 4, &year) || !take(&r, '-') || !take_number(&r, 2, &number) ||
        !at_end(&r)) {
        return malformed(&r, "a month YYYY-MM is wanted", err);
    }
    struct en_day first = {0};
    en_code code = en_day_of_date((int32_t)year, number, 1, &first, err);
    if (code == EN_OK) {
        *month = en_month_of_day(first);
    }
    return code;
}

size_t en_month_print(struct en_month month, char text[EN_DAY_TEXT_SIZE])
{
    struct en_civil civil = en_day_civil(en_month_first_day(month));
    return (size_t)snprintf(text, EN_DAY_TEXT_SIZE, "%04d-%02u", civil.year, civil.month);
}
