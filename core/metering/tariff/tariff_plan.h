/* The zones of a stretch of time: a calendar read on a clock, and how the energy of slots falls
 * into zones (TOU-01). The clock is civil where the tariff is legally civil (a zone with its jumps:
 * a plan then follows them), else at a fixed offset.
 *
 * A slot over a switch is split by its time with R-13, so that zones always add up to the slots
 * (TOU-02); split_count tells how many were: switches off the grid are worth a warning.
 *
 * Caller's memory, pure, any thread. */
#ifndef EN_CORE_METERING_TARIFF_TARIFF_PLAN_H
#define EN_CORE_METERING_TARIFF_TARIFF_PLAN_H

#include "core/fixed.h"
#include "core/metering/block/block.h"
#include "core/metering/tariff/calendar.h"
#include "core/zone.h"

#define EN_TARIFF_PLAN_SPANS_MAX 192u
#define EN_TARIFF_PLAN_HOURS_MAX 30 /* a day block, and more */

struct en_tariff_clock {
    const struct en_zone *zone; /* NULL: a fixed offset */
    int32_t offset_minutes;
};

/* From the end of the span before (of the first: from the plan's from). */
struct en_tariff_span {
    struct en_instant to;
    uint8_t zone;
};

struct en_tariff_plan {
    struct en_interval time;
    uint32_t count;
    struct en_tariff_span spans[EN_TARIFF_PLAN_SPANS_MAX]; /* neighbours differ in zone */
};

/* A slot counts in the zone where it begins; its energy goes where it belongs. */
struct en_zone_sum {
    en_i128 micro;
    uint32_t present_count;
    uint32_t missing_count;
    uint64_t quality; /* merged over what is present (quality.h); 0: nothing is */
};

struct en_zone_sums {
    struct en_zone_sum zones[EN_TARIFF_ZONES_MAX];
    uint32_t split_count;
};

/* The plan of the time by the checked calendar. Codes: EN_RANGE (over EN_TARIFF_PLAN_HOURS_MAX, or
 * outside the calendar of days), EN_LIMIT (more spans than a plan holds). */
en_code en_tariff_plan_make(const struct en_calendar *calendar, const struct en_tariff_clock *clock,
                            struct en_interval time, struct en_tariff_plan *plan,
                            struct en_error *err) EN_MUST_CHECK;

/* The zone at an instant of the plan's time (asserted). */
uint8_t en_tariff_plan_zone_at(const struct en_tariff_plan *plan, struct en_instant at);

/* Adds one slot that lies in the plan's time (asserted). A missing one is only counted. */
void en_tariff_plan_add(const struct en_tariff_plan *plan, struct en_interval slot, int64_t micro,
                        uint64_t quality, struct en_zone_sums *sums);

/* Adds a day block, all of whose slots lie in the plan's time (asserted) and whose exponent is at
 * least -6 (asserted). A value that does not fit 64 bits at 1e-6 counts as the largest that does,
 * and says OVERFLOW, rejected. */
void en_tariff_plan_add_block(const struct en_tariff_plan *plan, struct en_day day,
                              const struct en_block *block, struct en_zone_sums *sums);

/* The time of the block's slots. */
struct en_interval en_tariff_block_time(struct en_day day, const struct en_block_head *head);

#endif
