/* What is in force for filling a channel's day: the chain of methods and what they need to know. */
#ifndef EN_PROCESSORS_SUBSTITUTION_PLAN_H
#define EN_PROCESSORS_SUBSTITUTION_PLAN_H

#include "core/metering/ratio.h"
#include "core/metering/substitution/estimation_chain.h"
#include "core/metering/tariff/calendar.h"
#include "processors/registry/registry.h"
#include "projections/views/rules.h"

/* How many days without any value are filled after the last that had some. */
#define EN_PLAN_HORIZON_DAYS 35

struct en_plan {
    bool is_in_force; /* a chain of methods is */
    bool
        is_anchored; /* estimates are scaled to the advance of the registers, where that is known */
    struct en_estimation_chain chain;
    uint32_t check_channel; /* E-03; 0 none */
    struct en_ratio check_ratio;
    uint32_t profile_channel; /* E-06; 0 none */
    uint32_t balance;         /* E-11; 0 none */
    uint32_t horizon_days;

    /* What estimates are checked by again. */
    bool checks_negative;    /* V-14 */
    int64_t cap_micro;       /* V-15 in a slot; 0: not checked */
    bool checks_sum;         /* V-07 */
    int64_t sum_multipliers; /* of the register's last digit, 1e-6 */
    int64_t sum_share;       /* 1e-6 of the advance that is allowed */

    const struct en_calendar *calendar; /* of like days; NULL: weekdays */
};

/* What holds for the channel on the day, from the rules in force there (NULL: none). The calendar
 * lives in the arena. */
en_code en_plan_get(struct en_fold *fold, struct en_arena *arena, const struct en_rule_plan *rules,
                    const struct en_channel_info *info, int32_t day, struct en_plan *plan,
                    struct en_error *err) EN_MUST_CHECK;

#endif
