/* The grid of a channel: fiscal days cut into slots of equal length, [t0, t0 + seconds), from
 * midnight at a fixed offset. Slot lengths divide the day, so every fiscal day has the same number
 * of slots (T-01); civil days with 46 or 50 half-hours are zone.h's. Plain values, any thread. */
#ifndef EN_CORE_METERING_GRID_H
#define EN_CORE_METERING_GRID_H

#include "core/instant.h"

#define EN_GRID_SECONDS_MIN 60u
#define EN_GRID_SECONDS_MAX 86400u

struct en_grid {
    uint32_t seconds;       /* of one slot */
    int32_t offset_minutes; /* of the fiscal day */
};

/* Whether it is a grid: seconds divides the day and lies between a minute and a day, the offset is
 * one. What comes from outside is checked with it; the functions below assert it. */
bool en_grid_is_valid(struct en_grid grid);

/* Slots of one fiscal day: 48 for 1800 s. */
uint32_t en_grid_slots_per_day(struct en_grid grid);

/* The day and the slot in it (0 ..) that hold the instant. */
struct en_day en_grid_slot_of(struct en_grid grid, struct en_instant instant, uint32_t *slot);

/* Whether a slot starts at the instant. */
bool en_grid_is_edge(struct en_grid grid, struct en_instant instant);

/* The time of a slot of a day; slot is below slots per day (asserted). */
struct en_interval en_grid_slot_interval(struct en_grid grid, struct en_day day, uint32_t slot);

/* How many slots start in [from, to): what is expected of a series over the interval (V-03). 0 when
 * to is not after from. */
uint64_t en_grid_slots_expected(struct en_grid grid, struct en_interval interval);

#endif
