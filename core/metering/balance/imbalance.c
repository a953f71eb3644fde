#include "core/metering/balance/imbalance.h"

#include <inttypes.h>

/* Squares of energies times squares of energies need up to 390 bits: whole numbers of 512 bits,
 * lowest limb first. */
#define WIDE_LIMBS 8
struct wide {
    uint64_t limbs[WIDE_LIMBS];
};

static struct wide wide_of(en_u128 value)
{
    return (struct wide){{(uint64_t)value, (uint64_t)(value >> 64)}};
}

static struct wide wide_add(struct wide a, struct wide b)
{
    struct wide sum;
    en_u128 carry = 0;
    for (size_t i = 0; i < WIDE_LIMBS; i++) {
        carry += (en_u128)a.limbs[i] + b.limbs[i];
        sum.limbs[i] = (uint64_t)carry;
        carry >>= 64;
    }
    EN_ASSERT(carry == 0);
    return sum;
}

static struct wide wide_multiply(struct wide a, struct wide b)
{
    struct wide product = {{0}};
    for (size_t i = 0; i < WIDE_LIMBS; i++) {
        en_u128 carry = 0;
        for (size_t k = 0; k < WIDE_LIMBS - i; k++) {
            carry += (en_u128)a.limbs[i] * b.limbs[k] + product.limbs[i + k];
            product.limbs[i + k] = (uint64_t)carry;
            carry >>= 64;
        }
        EN_ASSERT(carry == 0);
    }
    return product;
}

static int wide_compare(struct wide a, struct wide b)
{
    for (size_t i = WIDE_LIMBS; i > 0; i--) {
        if (a.limbs[i - 1] != b.limbs[i - 1]) {
            return a.limbs[i - 1] > b.limbs[i - 1] ? 1 : -1;
        }
    }
    return 0;
}

static struct wide wide_square(en_i128 value)
{
    struct wide magnitude = wide_of(en_i128_magnitude(value));
    return wide_multiply(magnitude, magnitude);
}

/* Sum of one side; grows *multiple to a common multiple of the meter counts. */
static en_code side_sum(const struct en_imbalance_member *members, size_t count, int64_t *sum,
                        uint64_t *multiple, struct en_error *err)
{
    if (count > EN_IMBALANCE_MEMBERS_MAX) {
        return en_error_set(err, EN_RANGE, "%zu members of one side of a balance", count);
    }
    for (size_t i = 0; i < count; i++) {
        const struct en_imbalance_member *m = &members[i];
        if (m->error < 0 || m->error > EN_IMBALANCE_ERROR_MAX || m->count == 0 ||
            m->square > EN_IMBALANCE_SQUARE_MAX) {
            return en_error_set(err, EN_RANGE,
                                "member %zu: error %" PRId32 "e-4 %% of %" PRIu32 " meters", i,
                                m->error, m->count);
        }
        uint64_t step = m->count / en_u64_gcd(*multiple, m->count);
        if (__builtin_mul_overflow(*multiple, step, multiple)) {
            return en_error_set(err, EN_OVERFLOW,
                                "meter counts have no common multiple in 64 bits");
        }
        if (!en_i64_add(*sum, m->micro, sum)) {
            return en_error_set(err, EN_OVERFLOW, "sum of one side of a balance does not fit");
        }
    }
    return EN_OK;
}

static uint64_t error_square(const struct en_imbalance_member *member)
{
    return member->square > 0 ? member->square
                              : (uint64_t)((int64_t)member->error * member->error) * 10000u;
}

/* Sum of (W * e)^2 / n over one side, times the common multiple of all n: whole. */
static struct wide side_squares(const struct en_imbalance_member *members, size_t count,
                                uint64_t multiple)
{
    struct wide sum = {{0}};
    for (size_t i = 0; i < count; i++) {
        struct wide square =
            wide_multiply(wide_square(members[i].micro), wide_of(error_square(&members[i])));
        struct wide weight = wide_of(multiple / members[i].count);
        sum = wide_add(sum, wide_multiply(square, weight));
    }
    return sum;
}

/* B-02s times (100 % in 1e-6 %)^2 * out^2 * multiple, so that nothing is divided:
 * actual^2 * 1e16 * out^2 * m <= out^2 * in_squares + in^2 * out_squares. */
static bool is_permitted(const struct en_imbalance_input *input, const struct en_imbalance *result,
                         uint64_t multiple)
{
    struct wide in_squares = side_squares(input->in, input->in_count, multiple);
    struct wide out_squares = side_squares(input->out, input->out_count, multiple);
    struct wide left = wide_multiply(wide_square(result->actual_micro), wide_of(multiple));
    left = wide_multiply(left, wide_of(EN_IMBALANCE_SQUARE_MAX));
    if (result->out_micro == 0) {
        return wide_compare(left, in_squares) <= 0; /* deliveries have no shares */
    }
    struct wide out_square = wide_square(result->out_micro);
    struct wide right = wide_add(wide_multiply(out_square, in_squares),
                                 wide_multiply(wide_square(result->in_micro), out_squares));
    return wide_compare(wide_multiply(left, out_square), right) <= 0;
}

/* Sum of (d * e)^2 / n of one side for display, in (1e-8 %)^2; shares of an empty side are 0. */
static en_u128 side_display(const struct en_imbalance_member *members, size_t count, int64_t total)
{
    en_u128 sum = 0;
    for (size_t i = 0; i < count && total != 0; i++) {
        en_i128 fine = (en_i128)en_u128_isqrt(error_square(&members[i])); /* 1e-6 % */
        en_i128 error = (en_i128)members[i].micro * fine * 100;
        en_i128 term = en_i128_divide_half_up(error, total);
        en_i128 bound =
            (en_i128)EN_IMBALANCE_ERROR_MAX * 100000000; /* shares over 10^4 are absurd */
        term = term > bound ? bound : (term < -bound ? -bound : term);
        sum += (en_u128)(term * term) / members[i].count;
    }
    return sum;
}

/* B-01 with no receipts: all of it is missing, or nothing is. */
static en_i128 nothing_came_in(int64_t actual_micro)
{
    return ((actual_micro > 0) - (actual_micro < 0)) * (en_i128)EN_IMBALANCE_ERROR_MAX;
}

static en_code display(const struct en_imbalance_input *input, struct en_imbalance *result,
                       struct en_error *err)
{
    uint64_t fine = en_u128_isqrt(side_display(input->in, input->in_count, result->in_micro) +
                                  side_display(input->out, input->out_count, result->out_micro));
    result->permissible = (int64_t)en_i128_divide_half_up((en_i128)fine, 10000);
    en_i128 energy = (en_i128)result->in_micro * (en_i128)fine;
    en_i128 actual =
        result->in_micro == 0
            ? nothing_came_in(result->actual_micro)
            : en_i128_divide_half_up((en_i128)result->actual_micro * EN_IMBALANCE_ERROR_MAX,
                                     result->in_micro);
    if (!en_i128_to_i64(actual, &result->actual) ||
        !en_i128_to_i64(en_i128_divide_half_up(energy, (en_i128)EN_IMBALANCE_ERROR_MAX * 10000),
                        &result->permissible_micro)) {
        return en_error_set(err, EN_OVERFLOW, "imbalance does not fit");
    }
    return EN_OK;
}

en_code en_imbalance_compute(const struct en_imbalance_input *input, struct en_imbalance *imbalance,
                             struct en_error *err)
{
    struct en_imbalance result = {0};
    uint64_t multiple = 1;
    en_code code = side_sum(input->in, input->in_count, &result.in_micro, &multiple, err);
    if (code == EN_OK) {
        code = side_sum(input->out, input->out_count, &result.out_micro, &multiple, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (!en_i64_subtract(result.in_micro, result.out_micro, &result.actual_micro) ||
        !en_i64_subtract(result.actual_micro, input->own_micro, &result.actual_micro) ||
        !en_i64_subtract(result.actual_micro, input->loss_micro, &result.actual_micro)) {
        return en_error_set(err, EN_OVERFLOW, "imbalance does not fit");
    }
    result.is_permitted = is_permitted(input, &result, multiple);
    code = display(input, &result, err);
    if (code == EN_OK) {
        *imbalance = result;
    }
    return code;
}

bool en_imbalance_is_trend(const int64_t *actual_micro, size_t count, size_t periods)
{
    EN_ASSERT(periods > 0);
    if (count < periods) {
        return false;
    }
    const int64_t *last = actual_micro + count - periods;
    bool is_above = true;
    bool is_below = true;
    for (size_t i = 0; i < periods; i++) {
        is_above = is_above && last[i] > 0;
        is_below = is_below && last[i] < 0;
    }
    return is_above || is_below;
}

bool en_imbalance_is_assessable(uint64_t doubtful_count, uint64_t slots_count, uint32_t most)
{
    return slots_count > 0 &&
           (en_u128)doubtful_count * EN_IMBALANCE_ERROR_MAX <= (en_u128)slots_count * most;
}
