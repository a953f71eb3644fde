#include "core/fixed.h"

static const int64_t pow10_table[EN_POW10_MAX + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

/* -1, 0 or 1: twice the remainder against the divisor. Compares r with d - r, which cannot
 * overflow. */
static int half_compare(en_i128 remainder, en_i128 divisor)
{
    en_u128 r = en_i128_magnitude(remainder);
    en_u128 d = en_i128_magnitude(divisor);
    EN_ASSERT(r < d);
    return (r > d - r) - (r < d - r);
}

static en_i128 away_from_zero(en_i128 quotient, en_i128 dividend, en_i128 divisor)
{
    return (dividend < 0) == (divisor < 0) ? quotient + 1 : quotient - 1;
}

int64_t en_pow10(int power)
{
    EN_ASSERT(power >= 0);
    EN_ASSERT(power <= EN_POW10_MAX);
    return pow10_table[power];
}

en_i128 en_i128_divide_half_up(en_i128 dividend, en_i128 divisor)
{
    EN_ASSERT(divisor != 0);
    en_i128 quotient = dividend / divisor;
    if (half_compare(dividend % divisor, divisor) < 0) {
        return quotient;
    }
    return away_from_zero(quotient, dividend, divisor);
}

en_i128 en_i128_divide_half_even(en_i128 dividend, en_i128 divisor)
{
    EN_ASSERT(divisor != 0);
    en_i128 quotient = dividend / divisor;
    int order = half_compare(dividend % divisor, divisor);
    if (order < 0 || (order == 0 && quotient % 2 == 0)) {
        return quotient;
    }
    return away_from_zero(quotient, dividend, divisor);
}

en_i128 en_i128_divide_floor(en_i128 dividend, en_i128 divisor, en_i128 *remainder)
{
    EN_ASSERT(divisor > 0);
    en_i128 quotient = dividend / divisor;
    en_i128 rest = dividend % divisor;
    if (rest < 0) {
        quotient -= 1;
        rest += divisor;
    }
    *remainder = rest;
    return quotient;
}

int64_t en_i64_divide_floor(int64_t dividend, int64_t divisor, int64_t *remainder)
{
    EN_ASSERT(divisor > 0);
    int64_t quotient = dividend / divisor;
    int64_t rest = dividend % divisor;
    if (rest < 0) {
        quotient -= 1;
        rest += divisor;
    }
    *remainder = rest;
    return quotient;
}

/* One bit of the root per step, highest first: no division, no float, at most 64 steps. */
uint64_t en_u128_isqrt(en_u128 value)
{
    uint64_t root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t candidate = root | (UINT64_C(1) << bit);
        if ((en_u128)candidate * candidate <= value) {
            root = candidate;
        }
    }
    return root;
}

uint64_t en_u64_gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}
