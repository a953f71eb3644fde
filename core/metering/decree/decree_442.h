/* Decree No. 442 of 04.05.2012 of the Government of the Russian Federation: what stands for energy
 * that no settlement meter measured. The formulas D442-A, C, C2, D, F, G and HOUR; which of them a
 * period gets is decree_chain.h's, how a month of the past becomes hours of this one
 * decree_shape.h's.
 *
 * Energy in 1e-6 kWh, power in 1e-6 kW, current in 1e-6 A, voltage in 1e-6 kV, time in whole
 * seconds; the numbers carry no unit of their own, so all energies and powers of a call may as well
 * be in 1e-6 MWh and MW. Products are 128 bits wide; each function rounds once, half up away from
 * zero. False: the result does not fit, and *micro is untouched. Pure, any thread. */
#ifndef EN_CORE_METERING_DECREE_DECREE_442_H
#define EN_CORE_METERING_DECREE_DECREE_442_H

#include "core/instant.h"
#include "core/metering/ratio.h"

#include <stddef.h>

/* The numbers of the decree. They change with its editions, so they are parameters of the rule
 * D442, dated as every rule; what stands here are the defaults (domain.md 2.3). */
struct en_decree_rules {
    struct en_ratio cos_phi;           /* where the contract states none: 9/10 */
    struct en_ratio demand_divisor;    /* of the permissible current: 3/2 */
    uint32_t analogue_periods_max;     /* periods in a row by a past one: 2 */
    uint32_t unaccounted_hours_max;    /* T of unaccounted consumption: 8760 */
    uint32_t uncontracted_hours_max;   /* T without a contract: 26280 */
    struct en_ratio interim_factor;    /* on calculated volumes in the interim: 4/5 */
    struct en_day interim_from;        /* 2012-07-01 */
    struct en_day interim_to;          /* 2013-01-01, no more in it */
    int64_t hourly_threshold_micro_kw; /* from here on hours are settled: 670 kW */
};

extern const struct en_decree_rules en_decree_rules_default;

/* Whether the numbers can be computed with: ratios above 0, the interim in order.
 * Codes: EN_RANGE (which one). */
en_code en_decree_rules_check(const struct en_decree_rules *rules,
                              struct en_error *err) EN_MUST_CHECK;

/* What the volume is calculated for. */
typedef enum en_decree_purpose {
    EN_DECREE_SUBSTITUTED =
        0, /* readings are missing: every hour counts, the interim factor holds */
    EN_DECREE_UNACCOUNTED = 1,  /* interference, unaccounted use: T is cut, no interim factor */
    EN_DECREE_UNCONTRACTED = 2, /* no contract (D442-F): T is cut, no interim factor */
} en_decree_purpose;

/* T: how long was calculated, and how much of that at a factor (the interim's 0.8). */
struct en_decree_time {
    uint64_t seconds;         /* at full */
    uint64_t reduced_seconds; /* at the factor */
    struct en_ratio factor;
};

/* T of an interval, whose ends are cut to whole seconds. A T over the most that the purpose allows
 * is cut at its end. offset_minutes is that of the fiscal days in which the interim's dates are
 * meant. */
struct en_decree_time en_decree_time_of(const struct en_decree_rules *rules,
                                        struct en_interval interval, int offset_minutes,
                                        en_decree_purpose purpose);

/* D442-A: the control meter's energy, carried to the place of the settlement meter: energy * ratio
 * * (1 + loss_share) + loss_micro. The loss between the two places is a share of the energy, an
 * amount, or both; below 0 where the control meter stands before the loss. */
struct en_decree_control {
    int64_t micro;
    struct en_ratio ratio;
    struct en_ratio loss_share;
    int64_t loss_micro;
};
bool en_decree_control(const struct en_decree_control *control, int64_t *micro);

/* D442-C: W = Pmax * T. micro_kw is not below 0 (asserted). */
bool en_decree_max_power(int64_t micro_kw, const struct en_decree_time *time, int64_t *micro);

/* D442-C2: the maximum power of a whole connection cut by the permissible currents of its inlets:
 * R-13 in whole watts; what the power has below one watt stays with the first of the largest
 * currents, so that the parts add up to it exactly. Codes: those of en_split_largest_remainder. */
en_code en_decree_split_power(int64_t micro_kw, const int64_t *micro_a, size_t count,
                              int64_t *parts, struct en_error *err) EN_MUST_CHECK;

/* D442-D3 and D1: W = phases * I * U * cos phi * T / divisor, in kWh for A, kV and h. phases is 1
 * or 3, nothing is below 0 (asserted). U is the phase voltage. */
struct en_decree_current {
    int64_t micro_a;
    int64_t micro_kv;
    struct en_ratio cos_phi;
    uint32_t phases;
};
bool en_decree_current(const struct en_decree_current *current, struct en_ratio demand_divisor,
                       const struct en_decree_time *time, int64_t *micro);

/* D442-HOUR and every spreading that must keep its sum (R-12, anchored where `before` is 0): what
 * of the total lies between two prefixes of a whole: round(total * through / whole) - round(total *
 * before / whole). Prefixes are seconds of a period, or sums of weights. Parts of neighbours add up
 * to the part of both. 0 <= before <= through <= whole, whole > 0 (asserted). */
int64_t en_decree_part(int64_t total, int64_t before, int64_t through, int64_t whole);

/* D442-G: what was consumed by the readings of the span less what was billed for it. */
bool en_decree_true_up(int64_t actual_micro, const int64_t *billed, size_t count, int64_t *micro);

#endif
