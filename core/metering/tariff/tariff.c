#include "core/metering/tariff/tariff.h"

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

uint32_t en_tariff_zone_until(const struct en_tariff_day *day, uint32_t minute)
{
    EN_ASSERT(minute < DAY_MINUTES);
    for (size_t i = 0; i < day->count; i++) {
        if (day->switches[i].minute > minute) {
            return day->switches[i].minute;
        }
    }
    return DAY_MINUTES;
}
