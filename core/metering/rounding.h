/* Rounding that keeps sums: R-12 carries the remainder along a series, R-13 splits a total by
 * largest remainders. Caller's memory, pure, any thread. */
#ifndef EN_CORE_METERING_ROUNDING_H
#define EN_CORE_METERING_ROUNDING_H

#include "core/error.h"
#include "core/fixed.h"

#include <stddef.h>

/* r_i = round(S_i) - round(S_i-1), S the sum since the anchor. The rounded values add up to
 * the rounded sum, and no prefix is off by more than half a unit. Where the sum starts (the anchor:
 * a day, a month) is part of what an export promises, so a carry is started once per anchor period.
 */
struct en_carry {
    en_i128 sum;     /* of the values since the anchor */
    en_i128 rounded; /* round(sum), in units */
    int64_t unit;    /* how many 1e-6 make one rounded unit */
};

/* Starts at the anchor; unit is above 0 (1000000: whole kWh). */
void en_carry_start(struct en_carry *carry, int64_t unit);

/* The next value of the series, rounded to whole units. */
int64_t en_carry_next(struct en_carry *carry, int64_t micro);

/* Nearest whole number of units, half up away from zero. unit is above 0. */
int64_t en_round_half_up(int64_t micro, int64_t unit);

/* parts[i] = total * weights[i] / sum of weights, made whole so that the parts add up to the
 * total: each is cut toward zero, and what is left goes one by one to the largest fractions, the
 * earlier index first among equals. Weights are not below 0; a negative total is split as its
 * mirror image. parts may not overlap weights.
 * Codes: EN_RANGE (no part, a weight below 0, all weights 0), EN_OVERFLOW (sum of weights). */
en_code en_split_largest_remainder(int64_t total, const int64_t *weights, size_t count,
                                   int64_t *parts, struct en_error *err) EN_MUST_CHECK;

/* R-13 with equal weights: total / count, the first parts one unit larger. Codes: EN_RANGE. */
en_code en_split_even(int64_t total, size_t count, int64_t *parts,
                      struct en_error *err) EN_MUST_CHECK;

#endif
