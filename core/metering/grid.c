#include "core/metering/grid.h"

#include "core/fixed.h"
#include "core/limits.h"

#define DAY_SECONDS 86400u

_Static_assert(DAY_SECONDS / EN_GRID_SECONDS_MIN <= EN_SLOTS_MAX, "a day's slots fit one block");

/* Slots that started before the instant, counted from midnight 1970-01-01 of the offset. */
static int64_t slots_started_before(struct en_grid grid, struct en_instant instant)
{
    int64_t rest = 0;
    int64_t slot_us = grid.seconds * EN_SECOND_US;
    int64_t local_us = instant.us + grid.offset_minutes * EN_MINUTE_US;
    int64_t started = en_i64_divide_floor(local_us, slot_us, &rest);
    return rest == 0 ? started : started + 1;
}

bool en_grid_is_valid(struct en_grid grid)
{
    return grid.seconds >= EN_GRID_SECONDS_MIN && grid.seconds <= EN_GRID_SECONDS_MAX &&
           DAY_SECONDS % grid.seconds == 0 && grid.offset_minutes >= -EN_OFFSET_MINUTES_MAX &&
           grid.offset_minutes <= EN_OFFSET_MINUTES_MAX;
}

uint32_t en_grid_slots_per_day(struct en_grid grid)
{
    EN_ASSERT(en_grid_is_valid(grid));
    return DAY_SECONDS / grid.seconds;
}

struct en_day en_grid_slot_of(struct en_grid grid, struct en_instant instant, uint32_t *slot)
{
    EN_ASSERT(en_grid_is_valid(grid));
    struct en_day day = en_day_of_instant(instant, grid.offset_minutes);
    int64_t into_us = instant.us - en_day_interval(day, grid.offset_minutes).from.us;
    *slot = (uint32_t)(into_us / (grid.seconds * EN_SECOND_US));
    EN_ASSERT(*slot < en_grid_slots_per_day(grid));
    return day;
}

bool en_grid_is_edge(struct en_grid grid, struct en_instant instant)
{
    uint32_t slot = 0;
    struct en_day day = en_grid_slot_of(grid, instant, &slot);
    return en_grid_slot_interval(grid, day, slot).from.us == instant.us;
}

struct en_interval en_grid_slot_interval(struct en_grid grid, struct en_day day, uint32_t slot)
{
    EN_ASSERT(slot < en_grid_slots_per_day(grid));
    int64_t slot_us = grid.seconds * EN_SECOND_US;
    int64_t from = en_day_interval(day, grid.offset_minutes).from.us + slot * slot_us;
    return (struct en_interval){{from}, {from + slot_us}};
}

uint64_t en_grid_slots_expected(struct en_grid grid, struct en_interval interval)
{
    EN_ASSERT(en_grid_is_valid(grid));
    EN_ASSERT(en_instant_is_writable(interval.from));
    EN_ASSERT(en_instant_is_writable(interval.to));
    if (interval.to.us <= interval.from.us) {
        return 0;
    }
    return (uint64_t)(slots_started_before(grid, interval.to) -
                      slots_started_before(grid, interval.from));
}
