/* Energy of every channel and day after judging and filling: stored only where it differs from the
 * interval's energy. */
#include "processors/processor.h"
#include "projections/tables.h"

static en_code settle(struct en_fold *fold, void *state, int32_t day, struct en_error *err)
{
    (void)state;
    (void)day;
    return en_fold_pass(fold, EN_LANE_INTERVAL, EN_LANE_SUBSTITUTED, err);
}

static const struct en_table *const tables[] = {NULL};
static const struct en_series_table *const series[] = {&en_series_best, &en_series_substitute,
                                                       NULL};

const struct en_processor en_processor_substitution = {
    .name = "substitution",
    .about = "Judged and filled energy of channels, with the evidence of what was filled.",
    .tables = tables,
    .series = series,
    .settle = settle,
};
