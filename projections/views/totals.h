/* The totals of one stored day block in 1e-6 of its unit: what usage and formula keep of a day. */
#ifndef EN_PROJECTIONS_VIEWS_TOTALS_H
#define EN_PROJECTIONS_VIEWS_TOTALS_H

#include "core/metering/block/block.h"
#include "projections/tables.h"

/* block of size 0: nothing. The exponent is at least -6 (asserted: interval and formula see to it).
 * A sum that does not fit 64 bits is cut to the largest and says OVERFLOW, rejected. scratch is the
 * caller's, used where the quality is not common. EN_CORRUPT. */
en_code en_totals_of_block(struct en_slice block, struct en_block *scratch,
                           struct en_totals *totals, struct en_error *err) EN_MUST_CHECK;

/* The same where the block was summed before. */
en_code en_totals_of_summed_block(struct en_slice block, const struct en_block_total *total,
                                  struct en_block *scratch, struct en_totals *totals,
                                  struct en_error *err) EN_MUST_CHECK;

#endif
