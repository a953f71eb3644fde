/* Exact integer arithmetic: 128-bit products, checked 64-bit sums, and division that names its
 * rounding. Everything fiscal is computed here or on top of here; nothing rounds unless the
 * function's name says how. Pure functions, any thread. */
#ifndef EN_CORE_FIXED_H
#define EN_CORE_FIXED_H

#include "core/assert.h"

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 en_i128;
__extension__ typedef unsigned __int128 en_u128;

/* The largest power of ten an int64 holds is 10^18. */
#define EN_POW10_MAX 18

/* Sums and products of 64 bits: false when the result does not fit, and *out is then untouched. */
static inline bool en_i64_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum = 0;
    bool fits = !__builtin_add_overflow(a, b, &sum);
    *out = fits ? sum : *out;
    return fits;
}

static inline bool en_i64_subtract(int64_t a, int64_t b, int64_t *out)
{
    int64_t difference = 0;
    bool fits = !__builtin_sub_overflow(a, b, &difference);
    *out = fits ? difference : *out;
    return fits;
}

static inline bool en_i64_multiply(int64_t a, int64_t b, int64_t *out)
{
    int64_t product = 0;
    bool fits = !__builtin_mul_overflow(a, b, &product);
    *out = fits ? product : *out;
    return fits;
}

/* The same for 128 bits: false when the result does not fit. */
static inline bool en_i128_add(en_i128 a, en_i128 b, en_i128 *out)
{
    en_i128 sum = 0;
    bool fits = !__builtin_add_overflow(a, b, &sum);
    *out = fits ? sum : *out;
    return fits;
}

static inline bool en_i128_multiply(en_i128 a, en_i128 b, en_i128 *out)
{
    en_i128 product = 0;
    bool fits = !__builtin_mul_overflow(a, b, &product);
    *out = fits ? product : *out;
    return fits;
}

/* Narrows to 64 bits; false (and *out untouched) when the value does not fit. */
static inline bool en_i128_to_i64(en_i128 value, int64_t *out)
{
    bool fits = value >= INT64_MIN && value <= INT64_MAX;
    *out = fits ? (int64_t)value : *out;
    return fits;
}

/* The distance from zero; exact also for the most negative value. */
static inline uint64_t en_i64_magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static inline en_u128 en_i128_magnitude(en_i128 value)
{
    return value < 0 ? 0 - (en_u128)value : (en_u128)value;
}

/* 10^power for power 0..EN_POW10_MAX. */
int64_t en_pow10(int power);

/* Nearest whole quotient; a half goes away from zero (2.5 -> 3, -2.5 -> -3). The only rounding of
 * fiscal values. The divisor is not 0. */
en_i128 en_i128_divide_half_up(en_i128 dividend, en_i128 divisor);

/* Nearest whole quotient; a half goes to the even neighbour (2.5 -> 2, 3.5 -> 4). */
en_i128 en_i128_divide_half_even(en_i128 dividend, en_i128 divisor);

/* The largest whole number not above the quotient (-1/2 -> -1), and the remainder that is left,
 * 0 <= remainder < divisor. The divisor is above 0. */
en_i128 en_i128_divide_floor(en_i128 dividend, en_i128 divisor, en_i128 *remainder);
int64_t en_i64_divide_floor(int64_t dividend, int64_t divisor, int64_t *remainder);

/* The largest whole number whose square is not above the value. For display only: decisions compare
 * squares. */
uint64_t en_u128_isqrt(en_u128 value);

/* Greatest common divisor; gcd(0, b) = b. */
uint64_t en_u64_gcd(uint64_t a, uint64_t b);

#endif
