/* Deviation from a plan, a contract and another period: D-06 to D-08. Amounts in 1e-6 of the unit,
 * shares in 1e-4 %. Pure, any thread. */
#ifndef EN_CORE_METERING_TARIFF_DEVIATION_H
#define EN_CORE_METERING_TARIFF_DEVIATION_H

#include "core/error.h"
#include "core/fixed.h"

/* D-06: over and under are summed apart, for they have different prices. Zeroed: nothing yet. */
struct en_deviation {
    en_i128 plan;
    en_i128 fact;
    en_i128 over;  /* sum of fact above plan */
    en_i128 under; /* sum of plan above fact */
    uint32_t hours_count;
};

/* Adds one hour. */
void en_deviation_add(struct en_deviation *deviation, int64_t plan_micro, int64_t fact_micro);

/* D-07: fact so far and plan for the rest, against the plan of the whole. */
typedef enum en_trend_level {
    EN_TREND_NONE = 0,  /* no plan, or below the first limit */
    EN_TREND_NEAR = 1,  /* 95 % and up */
    EN_TREND_AT = 2,    /* 100 % and up */
    EN_TREND_ABOVE = 3, /* 105 % and up */
} en_trend_level;
struct en_trend {
    en_i128 expected;    /* of the whole period */
    int64_t percent_1e4; /* of the plan; 0 without one */
    en_trend_level level;
};
struct en_trend en_deviation_trend(en_i128 fact, en_i128 plan_rest, en_i128 plan_whole);
const char *en_trend_level_name(en_trend_level level);

/* D-08: a period against another one, per day and per working day. False where one of the periods
 * has no such day, the other used nothing, or it does not fit. */
struct en_period_usage {
    int64_t micro;
    uint32_t days;
    uint32_t working_days;
};
bool en_deviation_per_day(const struct en_period_usage *period, const struct en_period_usage *other,
                          int64_t *percent_1e4);
bool en_deviation_per_working_day(const struct en_period_usage *period,
                                  const struct en_period_usage *other, int64_t *percent_1e4);

#endif
