#include "core/real.h"

#define MANTISSA_BITS 64
#define TOP_BIT (UINT64_C(1) << 63)
#define EXPONENT_MAX                                                                               \
    1000000 /* far beyond any use: the limit only keeps sums of exponents apart                    \
             */
#define POW5_MAX 27

/* 5^0 .. 5^27: what 64 bits hold exactly. */
static const uint64_t pow5[] = {
    UINT64_C(1),
    UINT64_C(5),
    UINT64_C(25),
    UINT64_C(125),
    UINT64_C(625),
    UINT64_C(3125),
    UINT64_C(15625),
    UINT64_C(78125),
    UINT64_C(390625),
    UINT64_C(1953125),
    UINT64_C(9765625),
    UINT64_C(48828125),
    UINT64_C(244140625),
    UINT64_C(1220703125),
    UINT64_C(6103515625),
    UINT64_C(30517578125),
    UINT64_C(152587890625),
    UINT64_C(762939453125),
    UINT64_C(3814697265625),
    UINT64_C(19073486328125),
    UINT64_C(95367431640625),
    UINT64_C(476837158203125),
    UINT64_C(2384185791015625),
    UINT64_C(11920928955078125),
    UINT64_C(59604644775390625),
    UINT64_C(298023223876953125),
    UINT64_C(1490116119384765625),
    UINT64_C(7450580596923828125),
};
_Static_assert(EN_COUNT_OF(pow5) == POW5_MAX + 1, "one power of five for each exponent");
_Static_assert(2 * POW5_MAX == EN_REAL_POW10_MAX, "two steps reach every power of ten");

/* The top 64 bits of a magnitude * 2^exponent, the bit below them rounded up. */
static struct en_real normal(en_u128 magnitude, int32_t exponent, bool is_negative)
{
    EN_ASSERT(exponent > -EXPONENT_MAX);
    EN_ASSERT(exponent < EXPONENT_MAX);
    uint64_t high = (uint64_t)(magnitude >> MANTISSA_BITS);
    uint64_t low = (uint64_t)magnitude;
    if (high == 0) {
        if (low == 0) {
            return EN_REAL_ZERO;
        }
        int shift = __builtin_clzll(low);
        return (struct en_real){low << shift, exponent - shift, is_negative};
    }
    int shift = MANTISSA_BITS - __builtin_clzll(high); /* 1..64: so many bits are too many */
    uint64_t mantissa = (uint64_t)(magnitude >> shift);
    exponent += shift;
    if ((magnitude >> (shift - 1) & 1) != 0 && ++mantissa == 0) {
        mantissa = TOP_BIT;
        exponent++;
    }
    return (struct en_real){mantissa, exponent, is_negative};
}

/* By magnitude alone; both are not 0. */
static int magnitude_compare(struct en_real a, struct en_real b)
{
    if (a.exponent != b.exponent) {
        return a.exponent > b.exponent ? 1 : -1;
    }
    return a.mantissa == b.mantissa ? 0 : a.mantissa > b.mantissa ? 1 : -1;
}

static struct en_real negated(struct en_real value)
{
    value.is_negative = value.mantissa != 0 && !value.is_negative;
    return value;
}

struct en_real en_real_of(int64_t value)
{
    return normal(en_i64_magnitude(value), 0, value < 0);
}

struct en_real en_real_of_decimal(int64_t digits, int power)
{
    EN_ASSERT(power >= -EN_REAL_POW10_MAX);
    EN_ASSERT(power <= EN_REAL_POW10_MAX);
    struct en_real value = en_real_of(digits);
    int left = power < 0 ? -power : power;
    while (left > 0) {
        int step = left < POW5_MAX ? left : POW5_MAX;
        struct en_real ten = normal(pow5[step], step, false); /* 10^step */
        value = power < 0 ? en_real_divide(value, ten) : en_real_multiply(value, ten);
        left -= step;
    }
    return value;
}

struct en_real en_real_add(struct en_real a, struct en_real b)
{
    if (a.mantissa == 0 || b.mantissa == 0) {
        return a.mantissa == 0 ? b : a;
    }
    bool is_a_larger = magnitude_compare(a, b) >= 0;
    struct en_real larger = is_a_larger ? a : b;
    struct en_real smaller = is_a_larger ? b : a;
    int32_t apart = larger.exponent - smaller.exponent;
    if (apart > MANTISSA_BITS - 2) {
        return larger; /* the other is below its last digit */
    }
    /* One bit is left for the carry, the rest holds the smaller one's lowest bits. */
    en_u128 sum = (en_u128)larger.mantissa << (MANTISSA_BITS - 2);
    en_u128 part = (en_u128)smaller.mantissa << (MANTISSA_BITS - 2 - apart);
    sum = larger.is_negative == smaller.is_negative ? sum + part : sum - part;
    return normal(sum, larger.exponent - (MANTISSA_BITS - 2), larger.is_negative);
}

struct en_real en_real_subtract(struct en_real a, struct en_real b)
{
    return en_real_add(a, negated(b));
}

struct en_real en_real_multiply(struct en_real a, struct en_real b)
{
    return normal((en_u128)a.mantissa * b.mantissa, a.exponent + b.exponent,
                  a.is_negative != b.is_negative);
}

struct en_real en_real_divide(struct en_real a, struct en_real b)
{
    EN_ASSERT(b.mantissa != 0);
    int shift = a.mantissa >= b.mantissa ? MANTISSA_BITS - 1 : MANTISSA_BITS;
    en_u128 dividend = (en_u128)a.mantissa << shift;
    en_u128 quotient = dividend / b.mantissa;
    uint64_t remainder = (uint64_t)(dividend % b.mantissa);
    quotient += remainder >= b.mantissa - remainder ? 1u : 0u;
    return normal(quotient, a.exponent - b.exponent - shift, a.is_negative != b.is_negative);
}

struct en_real en_real_power(struct en_real base, int power)
{
    EN_ASSERT(power >= -1000);
    EN_ASSERT(power <= 1000);
    struct en_real product = en_real_of(1);
    struct en_real square = power < 0 ? en_real_divide(product, base) : base;
    for (unsigned left = (unsigned)(power < 0 ? -power : power); left > 0; left >>= 1) {
        product = (left & 1) != 0 ? en_real_multiply(product, square) : product;
        square = left > 1 ? en_real_multiply(square, square) : square;
    }
    return product;
}

struct en_real en_real_root(struct en_real value)
{
    EN_ASSERT(!value.is_negative);
    int shift = value.exponent % 2 == 0 ? MANTISSA_BITS : MANTISSA_BITS - 1;
    uint64_t root = en_u128_isqrt((en_u128)value.mantissa << shift);
    return normal(root, (value.exponent - shift) / 2, false);
}

int en_real_compare(struct en_real a, struct en_real b)
{
    struct en_real difference = en_real_subtract(a, b);
    return difference.mantissa == 0 ? 0 : difference.is_negative ? -1 : 1;
}

bool en_real_micro_half_up(struct en_real value, int64_t *micro)
{
    struct en_real scaled = en_real_multiply(value, en_real_of(1000000));
    if (scaled.mantissa != 0 && scaled.exponent >= 0) {
        return false; /* 2^63 and more */
    }
    if (scaled.mantissa == 0 || scaled.exponent < -MANTISSA_BITS) {
        *micro = 0;
        return true;
    }
    int shift = -scaled.exponent; /* 1..64 */
    en_u128 magnitude = ((en_u128)scaled.mantissa + ((en_u128)1 << (shift - 1))) >> shift;
    return en_i128_to_i64(scaled.is_negative ? -(en_i128)magnitude : (en_i128)magnitude, micro);
}
