/* What the rules of validity find on every channel and day (V-01 to V-35): a list of findings,
 * stored only where there are any. No value is changed here. */
#include "processors/processor.h"
#include "projections/tables.h"

static const struct en_table *const tables[] = {NULL};
static const struct en_series_table *const series[] = {&en_series_finding, NULL};

const struct en_processor en_processor_validity = {
    .name = "validity",
    .about = "Findings of the rules of validity.",
    .tables = tables,
    .series = series,
};
