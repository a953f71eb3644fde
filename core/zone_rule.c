#include "core/zone_rule.h"

#include "core/fixed.h"

#include "core/instant.h"

#define HOUR 3600
#define RULE_SIZE_MAX 256

struct reading {
    struct en_slice text;
    size_t at;
};

static en_code malformed(const struct reading *r, const char *what, struct en_error *err)
{
    int shown = r->text.size < 64 ? (int)r->text.size : 64;
    return en_error_set(err, EN_MALFORMED, "TZ rule \"%.*s\": %s at position %zu", shown,
                        (const char *)r->text.bytes, what, r->at + 1);
}

static uint8_t here(const struct reading *r)
{
    return r->at < r->text.size ? r->text.bytes[r->at] : 0;
}

static bool take(struct reading *r, uint8_t byte)
{
    bool is_there = r->at < r->text.size && here(r) == byte;
    r->at += is_there ? 1u : 0u;
    return is_there;
}

static bool is_letter(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* One to three digits, low..high. */
static bool take_number(struct reading *r, int32_t low, int32_t high, int32_t *value)
{
    int32_t number = 0;
    size_t start = r->at;
    while (is_digit(here(r)) && r->at - start < 3) {
        number = number * 10 + (here(r) - '0');
        r->at++;
    }
    *value = number;
    return r->at > start && !is_digit(here(r)) && number >= low && number <= high;
}

/* "MSK" or "<+03>". */
static en_code read_name(struct reading *r, char name[EN_ZONE_NAME_SIZE], struct en_error *err)
{
    bool is_quoted = take(r, '<');
    size_t size = 0;
    while (is_letter(here(r)) ||
           (is_quoted && (is_digit(here(r)) || here(r) == '+' || here(r) == '-'))) {
        if (size + 1 == EN_ZONE_NAME_SIZE) {
            return malformed(r, "the name is too long", err);
        }
        name[size++] = (char)here(r);
        r->at++;
    }
    name[size] = '\0';
    if (size < 3) {
        return malformed(r, "a name of three letters or more is wanted", err);
    }
    if (is_quoted && !take(r, '>')) {
        return malformed(r, "> is wanted", err);
    }
    return EN_OK;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static en_code read_seconds(struct reading *r, int32_t hours_max, int32_t *seconds,
                            struct en_error *err)
{
    bool is_negative = here(r) == '-';
    if (is_negative || here(r) == '+') {
        r->at++;
    }
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t rest = 0;
    if (!take_number(r, 0, hours_max, &hours)) {
        return malformed(r, "hours are wanted", err);
    }
    if (take(r, ':') && !take_number(r, 0, 59, &minutes)) {
        return malformed(r, "minutes are wanted", err);
    }
    if (take(r, ':') && !take_number(r, 0, 59, &rest)) {
        return malformed(r, "seconds are wanted", err);
    }
    int32_t total = hours * HOUR + minutes * 60 + rest;
    *seconds = is_negative ? -total : total;
    return EN_OK;
}

static en_code read_date(struct reading *r, struct en_zone_date *date, struct en_error *err)
{
    bool is_right = take(r, ',');
    if (is_right && take(r, 'M')) {
        date->kind = EN_ZONE_DATE_WEEKDAY;
        is_right = take_number(r, 1, 12, &date->month) && take(r, '.') &&
                   take_number(r, 1, 5, &date->week) && take(r, '.') &&
                   take_number(r, 0, 6, &date->day);
    } else if (is_right && take(r, 'J')) {
        date->kind = EN_ZONE_DATE_JULIAN;
        is_right = take_number(r, 1, 365, &date->day);
    } else if (is_right) {
        date->kind = EN_ZONE_DATE_ZERO;
        is_right = take_number(r, 0, 365, &date->day);
    }
    if (!is_right) {
        return malformed(r, "a date (,M3.5.0 or ,J60 or ,59) is wanted", err);
    }
    date->seconds = 2 * HOUR;
    return take(r, '/') ? read_seconds(r, 167, &date->seconds, err) : EN_OK;
}

static en_code read_dst(struct reading *r, struct en_zone_rule *rule, struct en_error *err)
{
    en_code code = read_name(r, rule->dst_name, err);
    rule->dst_seconds = rule->std_seconds + HOUR;
    if (code == EN_OK && here(r) != ',') {
        code = read_seconds(r, 24, &rule->dst_seconds, err);
        rule->dst_seconds = -rule->dst_seconds; /* POSIX counts west */
    }
    if (code == EN_OK) {
        code = read_date(r, &rule->dst_from, err);
    }
    if (code == EN_OK) {
        code = read_date(r, &rule->dst_to, err);
    }
    rule->has_dst = true;
    return code;
}

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01 of the date in the year. Works a little outside the years that can be
 * written, because a rule is asked for the neighbours of a year too: era arithmetic of 400 years.
 */
static int64_t date_day(const struct en_zone_date *date, int32_t year)
{
    int32_t era = year < 400 ? 1 : (year > 9000 ? -1 : 0);
    struct en_day new_year = {0};
    en_code code = en_day_of_date(year + era * 400, 1, 1, &new_year, NULL);
    EN_ASSERT(code == EN_OK);
    int64_t first = new_year.n - (int64_t)era * 146097;
    if (date->kind == EN_ZONE_DATE_ZERO) {
        return first + date->day;
    }
    if (date->kind == EN_ZONE_DATE_JULIAN) {
        return first + date->day - 1 + (is_leap(year) && date->day >= 60 ? 1 : 0);
    }
    struct en_month month = {en_month_of_day(new_year).n + date->month - 1};
    struct en_day month_first = en_month_first_day(month);
    int32_t to_weekday = (date->day - (int32_t)(en_day_weekday(month_first) % 7) + 7) % 7;
    int32_t day_index = to_weekday + (date->week - 1) * 7;
    day_index -= day_index >= (int32_t)en_month_days_count(month) ? 7 : 0;
    return month_first.n + day_index - (int64_t)era * 146097;
}

en_code en_zone_rule_parse(struct en_slice text, struct en_zone_rule *rule, struct en_error *err)
{
    struct reading r = {text, 0};
    struct en_zone_rule read = {0};
    if (text.size > RULE_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "TZ rule is longer than %d bytes", RULE_SIZE_MAX);
    }
    en_code code = read_name(&r, read.std_name, err);
    if (code == EN_OK) {
        code = read_seconds(&r, 24, &read.std_seconds, err);
        read.std_seconds = -read.std_seconds; /* POSIX counts west */
    }
    if (code == EN_OK && r.at < text.size) {
        code = read_dst(&r, &read, err);
    }
    if (code == EN_OK && r.at < text.size) {
        code = malformed(&r, "unexpected character", err);
    }
    if (code == EN_OK) {
        *rule = read;
    }
    return code;
}

void en_zone_rule_year(const struct en_zone_rule *rule, int32_t year, int64_t *dst_from,
                       int64_t *dst_to)
{
    EN_ASSERT(rule->has_dst);
    *dst_from =
        date_day(&rule->dst_from, year) * 86400 + rule->dst_from.seconds - rule->std_seconds;
    *dst_to = date_day(&rule->dst_to, year) * 86400 + rule->dst_to.seconds - rule->dst_seconds;
}
