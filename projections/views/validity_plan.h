/* What the rules V-01 to V-35 ask of a channel on a day: the plan of rules that holds (rules.h) as
 * the thresholds that evaluators take. Plans are few and shared: whoever judges many channels keeps
 * what was made of each. Plain values, any thread. */
#ifndef EN_PROJECTIONS_VIEWS_VALIDITY_PLAN_H
#define EN_PROJECTIONS_VIEWS_VALIDITY_PLAN_H

#include "core/metering/validation/validation_arrival.h"
#include "core/metering/validation/validation_device.h"
#include "core/metering/validation/validation_outlier.h"
#include "core/metering/validation/validation_pair.h"
#include "core/metering/validation/validation_slots.h"
#include "core/metering/validation/validation_sum.h"
#include "projections/views/rules.h"

struct en_validity_plan {
    const struct en_rule_plan *rules;             /* that it was made of */
    uint64_t in_force;                            /* bit n: V-n */
    uint8_t severity[EN_FINDING_RULES_COUNT + 1]; /* of rules whose severity is set; else NONE */
    struct en_slot_limits slots; /* V-04 V-09 V-13 V-14 V-15 V-16 V-19: but for what is the
                                    channel's own */
    int64_t spike_pulses;        /* V-09, 1e-6 */
    int64_t kvarh_pulses;        /* V-10 */
    int64_t inactive_pulses;     /* V-25 */
    struct en_sum_limits sum;    /* V-07: but for what one multiple is */
    int64_t sum_span;            /* V-07: EN_V_07_SPAN_READS ... */
    int64_t register_margin;     /* V-08 */
    int64_t cap_warning;         /* V-15: factors */
    int64_t cap_error;
    int64_t cap_micro_kv; /* 0: of the contract */
    int64_t cap_micro_a;
    int64_t cap_power;            /* in the channel's unit per hour; 0: none */
    uint32_t counter_bits;        /* V-16: 0 not judged */
    int64_t outage_minimum_us;    /* V-17 */
    int64_t tariff_step;          /* V-21 */
    uint32_t check_channel;       /* V-22: 0 none named */
    struct en_check_limits check; /* but for the errors of the channels */
    int64_t check_span;
    int64_t tangent;                /* V-23 */
    struct en_clock_limits clock;   /* V-02 */
    int64_t duplicate_difference;   /* V-05 */
    int64_t future_tolerance_us;    /* V-06 */
    int64_t late_deadline_us;       /* V-27 */
    struct en_hampel_limits hampel; /* V-28 */
    uint32_t like_days;             /* V-29 */
    struct en_like_limits like;
    struct en_edit_limits edit; /* V-35 */
};

static inline bool en_validity_asks(const struct en_validity_plan *plan, en_finding_rule rule)
{
    return (plan->in_force >> rule & 1u) != 0;
}

/* Makes the thresholds of a plan of rules; NULL (no rule holds) asks nothing. */
void en_validity_plan_make(const struct en_rule_plan *rules, struct en_validity_plan *plan);

#endif
