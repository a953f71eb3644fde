#include "core/wide.h"

#define LIMB_BITS 64u
#define WIDE_BITS (EN_WIDE_LIMBS * LIMB_BITS)

struct en_wide en_wide_of(en_u128 value)
{
    return (struct en_wide){{(uint64_t)value, (uint64_t)(value >> LIMB_BITS)}};
}

static bool fits_128(const struct en_wide *wide)
{
    return wide->limbs[2] == 0 && wide->limbs[3] == 0;
}

static en_u128 low_128(const struct en_wide *wide)
{
    return (en_u128)wide->limbs[1] << LIMB_BITS | wide->limbs[0];
}

int en_wide_compare(const struct en_wide *a, const struct en_wide *b)
{
    for (unsigned i = EN_WIDE_LIMBS; i > 0; i--) {
        if (a->limbs[i - 1] != b->limbs[i - 1]) {
            return a->limbs[i - 1] > b->limbs[i - 1] ? 1 : -1;
        }
    }
    return 0;
}

/* a -= b, where b <= a. */
static void wide_subtract(struct en_wide *a, const struct en_wide *b)
{
    uint64_t borrow = 0;
    for (unsigned i = 0; i < EN_WIDE_LIMBS; i++) {
        en_u128 difference = (en_u128)a->limbs[i] - b->limbs[i] - borrow;
        a->limbs[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> LIMB_BITS) & 1u;
    }
    EN_ASSERT(borrow == 0);
}

/* Shifts left by one and brings in a bit; the bit that falls out is returned. */
static uint64_t wide_shift_in(struct en_wide *wide, uint64_t bit)
{
    for (unsigned i = 0; i < EN_WIDE_LIMBS; i++) {
        uint64_t out = wide->limbs[i] >> (LIMB_BITS - 1);
        wide->limbs[i] = wide->limbs[i] << 1 | bit;
        bit = out;
    }
    return bit;
}

bool en_wide_multiply(struct en_wide *wide, en_u128 factor)
{
    uint64_t halves[2] = {(uint64_t)factor, (uint64_t)(factor >> LIMB_BITS)};
    uint64_t product[EN_WIDE_LIMBS + 2] = {0};
    for (unsigned i = 0; i < 2; i++) {
        uint64_t carry = 0;
        for (unsigned j = 0; j < EN_WIDE_LIMBS; j++) {
            en_u128 sum = (en_u128)wide->limbs[j] * halves[i] + product[i + j] + carry;
            product[i + j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> LIMB_BITS);
        }
        product[i + EN_WIDE_LIMBS] += carry;
    }
    for (unsigned i = 0; i < EN_WIDE_LIMBS; i++) {
        wide->limbs[i] = product[i];
    }
    return product[EN_WIDE_LIMBS] == 0 && product[EN_WIDE_LIMBS + 1] == 0;
}

static void divide_narrow(en_u128 dividend, en_u128 divisor, en_u128 *quotient, bool *is_half)
{
    en_u128 remainder = dividend % divisor;
    *quotient = dividend / divisor;
    *is_half = remainder >= divisor - remainder;
}

/* Long division bit by bit; false when the quotient has more than 128 bits. Rare: one of the two is
 * beyond 128 bits. */
static bool divide_long(const struct en_wide *dividend, const struct en_wide *divisor,
                        en_u128 *quotient, bool *is_half)
{
    struct en_wide remainder = {{0}};
    *quotient = 0;
    for (unsigned i = WIDE_BITS; i > 0; i--) {
        uint64_t bit = dividend->limbs[(i - 1) / LIMB_BITS] >> ((i - 1) % LIMB_BITS) & 1u;
        bool is_over = wide_shift_in(&remainder, bit) != 0;
        bool is_one = is_over || en_wide_compare(&remainder, divisor) >= 0;
        if (is_one) {
            EN_ASSERT(!is_over); /* the divisor is below 2^255: see the caller */
            wide_subtract(&remainder, divisor);
        }
        if (*quotient >> 127 != 0) {
            return false;
        }
        *quotient = *quotient << 1 | is_one;
    }
    struct en_wide twice = remainder;
    (void)wide_shift_in(&twice, 0);
    *is_half = en_wide_compare(&twice, divisor) >= 0;
    return true;
}

bool en_wide_divide_half_up(const struct en_wide *dividend, const struct en_wide *divisor,
                            en_u128 *quotient)
{
    bool is_half = false;
    EN_ASSERT(divisor->limbs[0] != 0 || divisor->limbs[1] != 0 || divisor->limbs[2] != 0 ||
              divisor->limbs[3] != 0);
    if (divisor->limbs[EN_WIDE_LIMBS - 1] >> (LIMB_BITS - 1) != 0) {
        return false; /* a remainder could not be doubled; as good as not fitting */
    }
    if (fits_128(dividend) && fits_128(divisor)) {
        divide_narrow(low_128(dividend), low_128(divisor), quotient, &is_half);
    } else if (!divide_long(dividend, divisor, quotient, &is_half)) {
        return false;
    }
    if (is_half && ++*quotient == 0) {
        return false;
    }
    return true;
}
