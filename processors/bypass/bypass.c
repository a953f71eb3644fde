/* Feeders on the bypass breaker (B-20): stored only where it changes the energy. */
#include "processors/processor.h"
#include "projections/tables.h"

static en_code settle(struct en_fold *fold, void *state, int32_t day, struct en_error *err)
{
    (void)state;
    (void)day;
    return en_fold_pass(fold, EN_LANE_SUBSTITUTED, EN_LANE_BEST, err);
}

static const struct en_table *const tables[] = {NULL};
static const struct en_series_table *const series[] = {&en_series_bypass, NULL};

const struct en_processor en_processor_bypass = {
    .name = "bypass",
    .about = "Energy of feeders and bypasses while the bypass breaker serves.",
    .tables = tables,
    .series = series,
    .settle = settle,
};
