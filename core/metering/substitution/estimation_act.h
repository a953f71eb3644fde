/* What acts of people do to values: E-07 zero and E-12 edits put values in place, E-13 makes a lost
 * phase good, E-14 adds energy that was not counted. Values in 1e-6. Pure, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_ACT_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_ACT_H

#include "core/metering/ratio.h"
#include "core/metering/substitution/estimation.h"

#include <stddef.h>

#define EN_ELEMENTS_COUNT 3u /* measuring elements of a three-phase meter */

/* 3/m under the assumption of a symmetric load; healthy elements m: 1 or 2 (asserted). */
struct en_ratio en_lost_phase_ratio(uint32_t healthy);

/* E-13: measured * ratio, half up; the ratio is 3/m or the factor of an act (from the current
 * vector), at least 1 (else BAD_ACT). Refusals: also OVERFLOW. */
en_refusal en_lost_phase_fill(int64_t measured, struct en_ratio ratio, int64_t *value);

/* E-14: energy to be added to the slots of [t1, t2). */
struct en_undercount {
    const int64_t *list;  /* one value a slot, none below zero; NULL: flat */
    int64_t total;        /* where it is flat: of all slots together, not below zero */
    struct en_ratio each; /* what the values are multiplied by: the ratio and the loss factor where
                             the act's flags ask for them, else 1 */
};

/* What each of the slots gets: together they are the act's energy times the ratio, rounded once;
 * laid out evenly (flat) or as the list is. Refusals: BAD_ACT (a value below zero, no slot),
 * OVERFLOW. */
en_refusal en_undercount_fill(const struct en_undercount *act, size_t count, int64_t *added);

#endif
