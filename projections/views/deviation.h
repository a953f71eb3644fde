/* How a point's energy and power of a period lie against what was planned, declared, contracted and
 * used before (domain rules D-01 to D-08, D-10). */
#ifndef EN_PROJECTIONS_VIEWS_DEVIATION_H
#define EN_PROJECTIONS_VIEWS_DEVIATION_H

#include "core/metering/tariff/deviation.h"
#include "projections/views/power.h"

/* Another period beside this one: D-08. */
struct en_period_comparison {
    struct en_day from;
    struct en_day to;
    int64_t micro;
    uint32_t missing_count; /* slots without a value */
    uint32_t days;
    uint32_t working_days;
    bool has_per_day; /* false: nothing to compare with */
    int64_t per_day_1e4;
    bool has_per_working_day;
    int64_t per_working_day_1e4;
};

/* Reactive against active energy: D-10. */
struct en_reactive_share {
    en_i128 active;
    en_i128 reactive;
    bool has_factor;
    int64_t factor_micro; /* tg phi */
};

struct en_deviation_answer {
    uint32_t point;
    uint32_t channel;
    struct en_interval period;
    int32_t offset_minutes;
    int64_t micro; /* energy of the hours that have a value */
    uint32_t hours_count;
    uint32_t missing_count; /* hours without one */

    bool has_plan; /* the contract names a channel for it */
    uint32_t plan_channel;
    struct en_deviation deviation; /* hours that have both (D-06) */
    uint32_t plan_missing_count;   /* hours with a fact and no plan */
    en_i128 plan_whole;            /* of all hours that have one */
    struct en_trend trend;         /* D-07: hours without a fact count as planned */

    int64_t max_power_micro; /* of the contract; 0 not stated */
    int64_t declared_micro;
    int64_t contracted_micro;
    struct en_amount max_hour; /* missing: no hour has a value */
    struct en_instant max_at;
    struct en_excess over_max_power; /* D-03, of the largest hour; looked at where stated */
    struct en_excess over_declared;
    struct en_excess over_contracted;

    struct en_peak_powers purchased; /* D-01 */
    struct en_peak_powers network;   /* D-02 */
    bool has_reserve;
    int64_t reserve_micro; /* D-04: of the maximum power */

    struct en_reactive_share large; /* hours of large loads, 07 to 23 */
    struct en_reactive_share small;
    bool has_reactive;

    uint32_t days;
    uint32_t working_days;
    struct en_period_comparison previous;
    struct en_period_comparison year; /* the same a year before */
};

/* The answer for fiscal days [from, to); texts and lists live in the arena. The previous period is
 * as many months before where these are whole months, else as many days; a year before is 12
 * months, or 364 days (so that weekdays meet weekdays). Working days are those of the contract's
 * calendar, else of the tariff's.
 * Codes: EN_NOT_FOUND (the point has no energy by slots), EN_RANGE (an empty or too long stretch),
 * EN_OVERFLOW, EN_NOMEM, those of the store. */
en_code en_deviation_gather(struct en_store *store, uint32_t point, struct en_day from,
                            struct en_day to, en_lane lane, struct en_arena *arena,
                            struct en_deviation_answer *answer, struct en_error *err) EN_MUST_CHECK;

#endif
