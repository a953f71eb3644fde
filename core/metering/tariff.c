#include "core/metering/tariff.h"

#include "core/metering/rounding.h"

#include <string.h>

#define DAY_MINUTES 1440u

/* The switch in force at the minute: the last at or before it, or the day's last. */
static size_t switch_at(const struct en_tariff_day *day, uint32_t minute)
{
    EN_ASSERT(day->count > 0);
    EN_ASSERT(minute < DAY_MINUTES);
    size_t in_force = day->count - 1;
    for (size_t i = 0; i < day->count && day->switches[i].minute <= minute; i++) {
        in_force = i;
    }
    return in_force;
}

/* The minute at which the zone in force at this minute ends, at the latest with the day. */
static uint32_t zone_end(const struct en_tariff_day *day, uint32_t minute)
{
    for (size_t i = 0; i < day->count; i++) {
        if (day->switches[i].minute > minute) {
            return day->switches[i].minute;
        }
    }
    return DAY_MINUTES;
}

en_code en_tariff_day_check(const struct en_tariff_day *day, struct en_error *err)
{
    if (day->count == 0 || day->count > EN_TARIFF_SWITCHES_MAX) {
        return en_error_set(err, EN_RANGE, "tariff day of %zu switches, wanted 1 to %d", day->count,
                            EN_TARIFF_SWITCHES_MAX);
    }
    for (size_t i = 0; i < day->count; i++) {
        const struct en_tariff_switch *s = &day->switches[i];
        if (s->minute >= DAY_MINUTES || s->zone >= EN_TARIFF_ZONES_MAX) {
            return en_error_set(err, EN_RANGE, "tariff switch %zu: minute %u, zone %u", i,
                                s->minute, s->zone);
        }
        if (i > 0 && s->minute <= day->switches[i - 1].minute) {
            return en_error_set(err, EN_RANGE,
                                "tariff switch %zu at minute %u is not after minute "
                                "%u",
                                i, s->minute, day->switches[i - 1].minute);
        }
    }
    return EN_OK;
}

uint8_t en_tariff_zone_at(const struct en_tariff_day *day, uint32_t minute)
{
    return day->switches[switch_at(day, minute)].zone;
}

en_code en_tariff_add_slot(const struct en_tariff_day *day, uint32_t from_minute, uint32_t minutes,
                           int64_t micro, int64_t zones[EN_TARIFF_ZONES_MAX], bool *is_split,
                           struct en_error *err)
{
    EN_ASSERT(minutes > 0);
    EN_ASSERT(from_minute + minutes <= DAY_MINUTES);
    int64_t weights[EN_TARIFF_SWITCHES_MAX + 1] = {0};
    int64_t parts[EN_TARIFF_SWITCHES_MAX + 1];
    uint8_t owners[EN_TARIFF_SWITCHES_MAX + 1];
    size_t count = 0;
    uint32_t end = from_minute + minutes;
    for (uint32_t at = from_minute; at < end; count++) {
        uint32_t piece_end = zone_end(day, at) < end ? zone_end(day, at) : end;
        owners[count] = en_tariff_zone_at(day, at);
        weights[count] = piece_end - at;
        at = piece_end;
    }
    en_code code = en_split_largest_remainder(micro, weights, count, parts, err);
    EN_ASSERT(code == EN_OK); /* minutes are above 0 and few */
    int64_t sums[EN_TARIFF_ZONES_MAX];
    memcpy(sums, zones, sizeof sums);
    for (size_t i = 0; i < count; i++) {
        if (!en_i64_add(sums[owners[i]], parts[i], &sums[owners[i]])) {
            return en_error_set(err, EN_OVERFLOW, "sum of tariff zone %u does not fit", owners[i]);
        }
    }
    memcpy(zones, sums, sizeof sums);
    *is_split = count > 1;
    return EN_OK;
}
