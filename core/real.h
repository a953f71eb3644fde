/* Numbers of 64 significant binary digits, made of integers: for the equations of state of water
 * and the like, where powers from 10^-42 to 10^27 meet and 1e-6 does not do. The same bits on every
 * machine: no processor's own arithmetic of fractions, no library, no mode of rounding. Each
 * operation is off by at most one unit of its last digit (2^-63 of the result); sums of unlike
 * signs lose what cancels. A result beyond the exponents is our bug (asserted): what is computed
 * here has checked ranges.
 *
 * Not for amounts: those are int64 in 1e-6 (core/fixed.h). A result leaves by one rounding, half up
 * away from zero. Plain values, pure functions, any thread. */
#ifndef EN_CORE_REAL_H
#define EN_CORE_REAL_H

#include "core/fixed.h"

#define EN_REAL_POW10_MAX 54 /* the widest power of ten that a number may be given with */

/* mantissa * 2^exponent; the top bit of the mantissa is set, or all is zero. */
struct en_real {
    uint64_t mantissa;
    int32_t exponent;
    bool is_negative;
};

#define EN_REAL_ZERO ((struct en_real){0, 0, false})

struct en_real en_real_of(int64_t value);

/* digits * 10^power, power -EN_REAL_POW10_MAX..EN_REAL_POW10_MAX. */
struct en_real en_real_of_decimal(int64_t digits, int power);

struct en_real en_real_add(struct en_real a, struct en_real b);
struct en_real en_real_subtract(struct en_real a, struct en_real b);
struct en_real en_real_multiply(struct en_real a, struct en_real b);
struct en_real en_real_divide(struct en_real a, struct en_real b); /* b is not 0 */

/* base^power by repeated squaring; power -1000..1000, below 0 only of a base that is not 0;
 * base^0 is 1. */
struct en_real en_real_power(struct en_real base, int power);

/* The value is not below 0. */
struct en_real en_real_root(struct en_real value);

/* Below 0, 0, above 0. */
int en_real_compare(struct en_real a, struct en_real b);

/* The nearest whole number of 10^-6, a half away from zero; false when it does not fit 64 bits. */
bool en_real_micro_half_up(struct en_real value, int64_t *micro);

#endif
