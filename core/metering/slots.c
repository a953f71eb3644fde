#include "core/metering/slots.h"

#include "core/fixed.h"

#define VERDICT_MASK (UINT64_C(3) << EN_QUALITY_VERDICT_SHIFT)

static en_verdict graver(uint64_t a, uint64_t b)
{
    en_verdict left = en_quality_verdict(a);
    en_verdict right = en_quality_verdict(b);
    return left > right ? left : right;
}

uint64_t en_slot_clean(uint64_t quality)
{
    uint64_t clean = quality & EN_QUALITY_MASK & ~EN_QUALITY_FISCAL_MASK;
    bool is_derived = en_quality_source(clean) == EN_SOURCE_DERIVED;
    bool has_worst = is_derived && en_quality_worst_source(clean) != EN_SOURCE_DERIVED;
    return has_worst ? clean : clean & ~(UINT64_C(15) << EN_QUALITY_WORST_SHIFT);
}

uint64_t en_slot_missing(uint64_t quality)
{
    return (quality & (EN_QUALITY_FLAGS_MASK | VERDICT_MASK)) | EN_QUALITY_GAP;
}

uint64_t en_slot_merge(uint64_t a, uint64_t b)
{
    if (!en_quality_is_missing(a) && !en_quality_is_missing(b)) {
        return en_quality_merge(a, b);
    }
    return en_quality_with_verdict(en_quality_flags(a) | en_quality_flags(b), graver(a, b));
}

uint64_t en_slot_overflow(uint64_t quality)
{
    return en_quality_with_verdict(en_quality_flags(quality) | EN_QUALITY_OVERFLOW,
                                   EN_VERDICT_REJECTED);
}

uint64_t en_slot_zero_division(uint64_t quality)
{
    uint64_t doubt = en_quality_with_verdict(0, EN_VERDICT_SUSPECT);
    return en_quality_with_verdict(en_quality_flags(quality) | EN_QUALITY_ZERO,
                                   graver(quality, doubt));
}

/* Runs of `factor` slots into one each: their sum over `divisor`. */
static void join(const int64_t *values, const uint64_t *qualities, uint32_t count, uint32_t factor,
                 uint32_t divisor, int64_t *results, uint64_t *results_qualities)
{
    EN_ASSERT(factor > 0);
    EN_ASSERT(count % factor == 0);
    for (uint32_t slot = 0; slot < count / factor; slot++) {
        const int64_t *parts = values + (size_t)slot * factor;
        const uint64_t *words = qualities + (size_t)slot * factor;
        en_i128 sum = 0;
        uint64_t first = en_slot_clean(words[0]);
        uint64_t quality = first;
        bool is_usable = true;
        for (uint32_t i = 0; i < factor; i++) {
            uint64_t word = en_slot_clean(words[i]);
            is_usable = is_usable && en_quality_is_usable(word);
            quality = word == first && quality == first ? first : en_slot_merge(quality, word);
            sum += parts[i];
        }
        int64_t value = 0;
        if (!is_usable) {
            quality = en_slot_missing(quality);
        } else if (!en_i128_to_i64(en_i128_divide_half_up(sum, divisor), &value)) {
            quality = en_slot_overflow(quality);
        }
        results[slot] = value;
        results_qualities[slot] = quality;
    }
}

void en_slots_aggregate(const int64_t *values, const uint64_t *qualities, uint32_t count,
                        uint32_t factor, int64_t *sums, uint64_t *sums_qualities)
{
    join(values, qualities, count, factor, 1, sums, sums_qualities);
}

void en_slots_mean(const int64_t *values, const uint64_t *qualities, uint32_t count,
                   uint32_t factor, int64_t *means, uint64_t *means_qualities)
{
    join(values, qualities, count, factor, factor, means, means_qualities);
}
