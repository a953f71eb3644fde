#include "core/metering/decree/decree_shape.h"

#include "core/fixed.h"
#include "core/metering/decree/decree_442.h"

#include <inttypes.h>

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* The day of the class nearest to the number; reference_count when there is none. Rising order, and
 * only a nearer one replaces: of two as near the earlier stays. */
static size_t nearest_of_class(uint8_t class, size_t number, const uint8_t *reference,
                               size_t reference_count)
{
    size_t best = reference_count;
    for (size_t i = 0; i < reference_count; i++) {
        bool is_nearer = best == reference_count || distance(i, number) < distance(best, number);
        if (reference[i] == class && is_nearer) {
            best = i;
        }
    }
    return best;
}

void en_decree_map_days(en_decree_align align, const uint8_t *classes, size_t count,
                        const uint8_t *reference, size_t reference_count, uint8_t *map)
{
    EN_ASSERT(count >= 1 && count <= EN_DECREE_DAYS_MAX);
    EN_ASSERT(reference_count >= 1 && reference_count <= EN_DECREE_DAYS_MAX);
    bool is_by_class = align == EN_DECREE_BY_CLASS || count != reference_count;
    for (size_t i = 0; i < count; i++) {
        size_t day = i < reference_count ? i : reference_count - 1;
        if (is_by_class) {
            size_t alike = nearest_of_class(classes[i], i, reference, reference_count);
            day = alike < reference_count ? alike : day;
        }
        map[i] = (uint8_t)day;
    }
}

static en_code sum_weights(const int64_t *weights, size_t count, int64_t *sum, struct en_error *err)
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
    return EN_OK;
}

en_code en_decree_shape(int64_t total, const int64_t *weights, size_t count, int64_t *parts,
                        struct en_error *err)
{
    int64_t whole = 0;
    if (count == 0) {
        return en_error_set(err, EN_RANGE, "nothing to spread over: no slots");
    }
    en_code code = sum_weights(weights, count, &whole, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_even = whole == 0;
    int64_t before = 0;
    whole = is_even ? (int64_t)count : whole;
    for (size_t i = 0; i < count; i++) {
        int64_t through = before + (is_even ? 1 : weights[i]);
        parts[i] = en_decree_part(total, before, through, whole);
        before = through;
    }
    EN_ASSERT(before == whole);
    return EN_OK;
}

en_code en_decree_integral_hours(const struct en_decree_integral *integral, int64_t *hours,
                                 struct en_error *err)
{
    if (integral->count == 0 || integral->micro < 0 || integral->max_per_hour < 0) {
        return en_error_set(err, EN_RANGE, "hours, energy and power must not be below 0");
    }
    int64_t peak_count = 0;
    for (size_t i = 0; i < integral->count; i++) {
        peak_count += integral->is_peak[i] != 0 ? 1 : 0;
    }
    int64_t rest_count = (int64_t)integral->count - peak_count;
    int64_t peak = 0;
    if (!en_i64_multiply(integral->max_per_hour, peak_count, &peak)) {
        return en_error_set(err, EN_OVERFLOW, "power times %" PRId64 " hours does not fit",
                            peak_count);
    }
    peak = rest_count == 0 || peak > integral->micro ? integral->micro : peak;
    int64_t peak_before = 0;
    int64_t rest_before = 0;
    for (size_t i = 0; i < integral->count; i++) {
        if (integral->is_peak[i] != 0) {
            hours[i] = en_decree_part(peak, peak_before, peak_before + 1, peak_count);
            peak_before++;
        } else {
            hours[i] =
                en_decree_part(integral->micro - peak, rest_before, rest_before + 1, rest_count);
            rest_before++;
        }
    }
    return EN_OK;
}
