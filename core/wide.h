/* Unsigned whole numbers of 256 bits, for the one place that needs them: products of several values
 * that are divided back before they are rounded. Plain values, pure functions, any thread. */
#ifndef EN_CORE_WIDE_H
#define EN_CORE_WIDE_H

#include "core/fixed.h"

#define EN_WIDE_LIMBS 4

struct en_wide {
    uint64_t limbs[EN_WIDE_LIMBS]; /* the lowest first */
};

struct en_wide en_wide_of(en_u128 value);

/* By value: -1, 0, 1. */
int en_wide_compare(const struct en_wide *a, const struct en_wide *b);

/* Multiplies in place; false (and the number spoilt) when the product does not fit. */
bool en_wide_multiply(struct en_wide *wide, en_u128 factor);

/* Nearest whole quotient, a half goes up; false when it does not fit 128 bits. The divisor is not
 * 0. */
bool en_wide_divide_half_up(const struct en_wide *dividend, const struct en_wide *divisor,
                            en_u128 *quotient);

#endif
