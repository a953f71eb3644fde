#include "core/metering/reading/parallel.h"

/* 0 the best; a value that cannot be used has none. */
static unsigned rank_of(uint64_t quality)
{
    if (en_quality_verdict(quality) == EN_VERDICT_SUSPECT) {
        return 2;
    }
    return en_source_is_estimate(en_quality_worst_source(quality)) ? 1 : 0;
}

size_t en_parallel_choose(const struct en_amount *values, size_t count)
{
    size_t chosen = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t quality = values[i].quality;
        if (en_quality_is_usable(quality) &&
            (chosen == count || rank_of(quality) < rank_of(values[chosen].quality))) {
            chosen = i;
        }
    }
    return chosen;
}
