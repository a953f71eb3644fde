#include "projections/views/totals.h"

#include "core/fixed.h"
#include "core/metering/quality.h"

#define MICRO_EXPONENT (-6)

static int64_t micro_of_sum(en_i128 sum, int exponent, uint64_t *quality)
{
    EN_ASSERT(exponent >= MICRO_EXPONENT);
    en_i128 micro = 0;
    int64_t narrow = 0;
    int power = exponent - MICRO_EXPONENT;
    bool fits = power <= EN_POW10_MAX && en_i128_multiply(sum, en_pow10(power), &micro) &&
                en_i128_to_i64(micro, &narrow);
    if (fits || sum == 0) {
        return narrow;
    }
    *quality |= EN_QUALITY_OVERFLOW;
    *quality = en_quality_with_verdict(*quality, EN_VERDICT_REJECTED);
    return sum < 0 ? INT64_MIN : INT64_MAX;
}

en_code en_totals_of_summed_block(struct en_slice block, const struct en_block_total *total,
                                  struct en_block *scratch, struct en_totals *totals,
                                  struct en_error *err)
{
    struct en_block_head head;
    *totals = (struct en_totals){0};
    en_code code = en_block_peek(block, &head, err);
    if (code != EN_OK) {
        return code;
    }
    totals->present_count = total->present;
    totals->missing_count = total->missing;
    totals->quality = total->present > 0 ? EN_QUALITY_MEASURED : EN_QUALITY_MISSING;
    if (!head.quality_is_common) {
        code = en_block_read(block, scratch, err);
        bool is_first = true;
        for (uint32_t i = 0; i < head.count && code == EN_OK; i++) {
            if (!en_quality_is_missing(scratch->quality[i])) {
                totals->quality = is_first ? scratch->quality[i]
                                           : en_quality_merge(totals->quality, scratch->quality[i]);
                is_first = false;
            }
        }
    }
    totals->micro = micro_of_sum(total->sum, head.exponent, &totals->quality);
    return code;
}

en_code en_totals_of_block(struct en_slice block, struct en_block *scratch,
                           struct en_totals *totals, struct en_error *err)
{
    *totals = (struct en_totals){0};
    if (block.size == 0) {
        return EN_OK;
    }
    struct en_block_total total;
    en_code code = en_block_sum(block, &total, err);
    return code == EN_OK ? en_totals_of_summed_block(block, &total, scratch, totals, err) : code;
}
