#include "core/metering/rounding.h"

#include <inttypes.h>

static en_code weights_sum(const int64_t *weights, size_t count, int64_t *sum, struct en_error *err)
{
    *sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0) {
            return en_error_set(err, EN_RANGE, "weight %zu is below 0: %" PRId64, i, weights[i]);
        }
        if (!en_i64_add(*sum, weights[i], sum)) {
            return en_error_set(err, EN_OVERFLOW, "sum of %zu weights does not fit", count);
        }
    }
    if (*sum == 0) {
        return en_error_set(err, EN_RANGE, "nothing to split by: all %zu weights are 0", count);
    }
    return EN_OK;
}

static size_t count_at_least(const int64_t *values, size_t count, int64_t least)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += values[i] >= least ? 1u : 0u;
    }
    return found;
}

/* The wanted-th largest of the values, all in 0..highest, found by halving the range of values: no
 * order is stored, and the values stay where they are. */
static int64_t nth_largest(const int64_t *values, size_t count, size_t wanted, int64_t highest)
{
    EN_ASSERT(wanted >= 1);
    EN_ASSERT(wanted <= count);
    int64_t low = 0;
    int64_t high = highest;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (count_at_least(values, count, middle) >= wanted) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

void en_carry_start(struct en_carry *carry, int64_t unit)
{
    EN_ASSERT(unit > 0);
    *carry = (struct en_carry){0, 0, unit};
}

int64_t en_carry_next(struct en_carry *carry, int64_t micro)
{
    EN_ASSERT(carry->unit > 0);
    carry->sum += micro;
    en_i128 rounded = en_i128_divide_half_up(carry->sum, carry->unit);
    int64_t step = 0;
    bool fits = en_i128_to_i64(rounded - carry->rounded, &step);
    EN_ASSERT(fits); /* at most the value itself, or half of it and one */
    carry->rounded = rounded;
    return step;
}

int64_t en_round_half_up(int64_t micro, int64_t unit)
{
    EN_ASSERT(unit > 0);
    return (int64_t)en_i128_divide_half_up(micro, unit);
}

en_code en_split_largest_remainder(int64_t total, const int64_t *weights, size_t count,
                                   int64_t *parts, struct en_error *err)
{
    int64_t sum = 0;
    if (count == 0) {
        return en_error_set(err, EN_RANGE, "nothing to split by: no weights");
    }
    en_code code = weights_sum(weights, count, &sum, err);
    if (code != EN_OK) {
        return code;
    }
    /* First pass: parts hold the remainders. What the whole quotients leave over is the sum of the
     * remainders over the sum of weights, a whole number below count. */
    uint64_t magnitude = en_i64_magnitude(total);
    uint64_t divisor = (uint64_t)sum;
    en_u128 remainders = 0;
    for (size_t i = 0; i < count; i++) {
        parts[i] = (int64_t)((en_u128)magnitude * (uint64_t)weights[i] % divisor);
        remainders += (uint64_t)parts[i];
    }
    EN_ASSERT(remainders % divisor == 0);
    size_t left = (size_t)(remainders / divisor);
    EN_ASSERT(left < count);
    int64_t least = left == 0 ? INT64_MAX : nth_largest(parts, count, left, sum - 1);
    size_t equal_left = left == 0 ? 0 : left - count_at_least(parts, count, least + 1);
    /* Second pass: quotients, and one more for the largest remainders. */
    for (size_t i = 0; i < count; i++) {
        bool is_equal = parts[i] == least && equal_left > 0;
        bool gets_one = parts[i] > least || is_equal;
        equal_left -= is_equal ? 1u : 0u;
        uint64_t part = (uint64_t)((en_u128)magnitude * (uint64_t)weights[i] / divisor);
        part += gets_one ? 1u : 0u;
        parts[i] = (int64_t)(total < 0 ? 0 - part : part);
    }
    return EN_OK;
}

en_code en_split_even(int64_t total, size_t count, int64_t *parts, struct en_error *err)
{
    if (count == 0) {
        return en_error_set(err, EN_RANGE, "nothing to split into: no parts");
    }
    uint64_t magnitude = en_i64_magnitude(total);
    uint64_t quotient = magnitude / count;
    uint64_t left = magnitude % count;
    for (size_t i = 0; i < count; i++) {
        uint64_t part = quotient + (i < left ? 1u : 0u);
        parts[i] = (int64_t)(total < 0 ? 0 - part : part);
    }
    return EN_OK;
}
