/* The metering workload of all measurements: half-hour energy in Wh with a quality mark each, a
 * pure function of (seed, point, day), so that every engine measured folds the same numbers and
 * totals can be compared. 85 % households (spiky, two peaks), 12 % small commerce, 3 % industry; 1
 * % of the points stand still; 3 % of the point-days carry one run of another quality. The points
 * of one group are spread over the id range. Pure functions, any thread. */
#ifndef EN_BENCH_WORKLOAD_H
#define EN_BENCH_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#define EN_WORKLOAD_SLOTS 48u
#define EN_WORKLOAD_GROUP_POINTS 200u
#define EN_WORKLOAD_FIRST_DAY 20089 /* 2025-01-01, days since 1970-01-01 */

enum en_workload_quality {
    EN_WORKLOAD_GOOD = 0,
    EN_WORKLOAD_ESTIMATED = 1,
    EN_WORKLOAD_MANUAL = 2,
    EN_WORKLOAD_MISSING = 3, /* the value is 0 */
};

struct en_workload {
    uint32_t points_count;
    uint32_t days_count;
    uint64_t seed;
};

struct en_workload_day {
    uint32_t values[EN_WORKLOAD_SLOTS];
    uint8_t quality[EN_WORKLOAD_SLOTS]; /* enum en_workload_quality */
};

/* The mixing step of the generator: a good hash of 64 bits. */
uint64_t en_workload_mix(uint64_t x);

uint32_t en_workload_groups(const struct en_workload *workload);
uint32_t en_workload_group_of(const struct en_workload *workload, uint32_t point);

void en_workload_day(const struct en_workload *workload, uint32_t point, uint32_t day,
                     struct en_workload_day *out);

/* The order in which the points of a day arrive: a seeded shuffle of 0 to points_count - 1. */
void en_workload_order(const struct en_workload *workload, uint32_t day, uint32_t *points);

#endif
