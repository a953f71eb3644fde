/* Laying the day blocks of a formula's operands onto the formula's own slots. Pure but for the
 * arena; any thread. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_GRID_H
#define EN_CORE_METERING_FORMULA_FORMULA_GRID_H

#include "core/metering/block/block.h"
#include "core/metering/formula/formula_eval.h"

/* Puts a block of values of a unit onto the slots of the grid (start, length, count): coarser by
 * exact sums of what adds up over time (en_unit_adds_up), else by means; missing where it has
 * nothing. A block on slots that the grid's do not hold whole, or with digits below
 * 1e-6, is all missing. The row lives in the arena; scratch is the caller's to work in.
 * Codes: EN_CORRUPT, EN_NOMEM. */
en_code en_formula_day_align(struct en_slice block, en_unit unit, const struct en_block_head *grid,
                             struct en_block *scratch, struct en_arena *arena,
                             struct en_formula_day *row, struct en_error *err) EN_MUST_CHECK;

#endif
