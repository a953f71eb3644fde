/* Tariff zones of one day (TOU-01): at which minute which zone begins. Which list a date has is the
 * calendar's business (calendar.h); how energy falls into zones, the plan's (tariff_plan.h).
 * Plain values, any thread. */
#ifndef EN_CORE_METERING_TARIFF_TARIFF_H
#define EN_CORE_METERING_TARIFF_TARIFF_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

#define EN_TARIFF_ZONES_MAX 16
#define EN_TARIFF_SWITCHES_MAX 48

struct en_tariff_switch {
    uint16_t minute; /* of the day, 0 .. 1439 */
    uint8_t zone;    /* 0 .. EN_TARIFF_ZONES_MAX - 1 */
};

/* Switches in rising order. Before the first the last one's zone holds (the night goes over
 * midnight). */
struct en_tariff_day {
    const struct en_tariff_switch *switches;
    size_t count; /* 1 .. EN_TARIFF_SWITCHES_MAX */
};

/* Codes: EN_RANGE (no switch, too many, a minute or zone out of range, not rising). */
en_code en_tariff_day_check(const struct en_tariff_day *day, struct en_error *err) EN_MUST_CHECK;

/* The zone in force at the minute 0 .. 1439. The day is a checked one. */
uint8_t en_tariff_zone_at(const struct en_tariff_day *day, uint32_t minute);

/* The minute at which the zone in force at this minute may end: the next switch, at the latest
 * 1440. The day is a checked one. */
uint32_t en_tariff_zone_until(const struct en_tariff_day *day, uint32_t minute);

#endif
