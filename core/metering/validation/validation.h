/* The judging of one channel's day: what the rules V-01 to V-35 have in common.
 *
 * A rule is a pure function of plain arguments: the day's values as whole numbers in 1e-6, and its
 * thresholds. Shares and factors are in 1e-6 of one (0.7 % is 7000, 1.8 is 1800000). Every bound is
 * the rule's own, decided in whole numbers: `>` is strict, roots are never taken, squares are
 * compared. Rules do not know where thresholds come from, and change no value.
 *
 *   validation_slots    V-04 V-09 V-13 V-14 V-15 V-16 V-19: the usual rules in one pass
 *   validation_outlier  V-28 V-29: against neighbours and like days
 *   validation_sum      V-07 V-08 V-21: registers
 *   validation_pair     V-10 V-22 V-23: two channels of one day
 *   validation_device   V-01 V-02 V-17 V-18 V-25 V-26 V-31 V-32 V-33: the device and its events
 *   validation_arrival  V-03 V-05 V-06 V-27 V-35: how values came
 *   validation_period   V-11 V-12 V-20 V-24 V-30, the grade: a period as a whole
 *
 * Values beyond EN_VALIDATION_VALUE_MAX (9e9 kWh in one slot) take no part in rules that multiply
 * values with values. Caller's memory, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_H

#include "core/fixed.h"
#include "core/metering/quality.h"
#include "core/metering/validation/finding.h"

#define EN_VALIDATION_VALUE_MAX (INT64_C(1) << 53)

/* The day in hand: its slots from the first of the fiscal day on. */
struct en_validation_day {
    const int64_t *micro;    /* 1e-6 of the unit; 0 where there is no value */
    const uint64_t *quality; /* NULL: every slot is EN_QUALITY_MEASURED */
    const uint8_t *rejected; /* not 0: a rule before has rejected the slot; NULL: none */
    uint32_t count;
    uint32_t slot_seconds;
};

/* Whether the slot has a value that no rule has rejected so far. */
static inline bool en_validation_has(const struct en_validation_day *day, uint32_t slot)
{
    return (day->quality == NULL || en_quality_is_usable(day->quality[slot])) &&
           (day->rejected == NULL || day->rejected[slot] == 0);
}

/* |a - b| as a number that always fits. */
static inline uint64_t en_validation_distance(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* share (1e-6) of the value, cut toward zero, at most INT64_MAX: limits for people to read. */
int64_t en_validation_share_of(int64_t share, int64_t value);

/* Narrows a limit for people to read. */
int64_t en_validation_shown(en_u128 value);

/* A finding of these slots, numbers and evidence still to fill. */
struct en_finding en_validation_finding(en_finding_rule rule, en_rule_severity severity,
                                        uint64_t flags, uint32_t first, uint32_t slots);

/* The slots that an interval touches, day_from being the instant of slot 0. *slots is 0 when it
 * touches none. */
void en_validation_span(const struct en_validation_day *day, struct en_instant day_from,
                        struct en_interval interval, uint32_t *first, uint32_t *slots);

#endif
