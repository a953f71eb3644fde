/* One day of a sum node in the making: settled by what changed instead of being computed from all
 * operands.
 *
 * A sum (formula_linear.h, whole weights, its own day's slots) is a group: taking a block's old
 * values off and adding its new ones gives exactly the sum of all. Qualities are kept as counts of
 * usable operands per slot and the merged word; where a word cannot be taken back (an operand that
 * carried more than the common word changes or goes), the day is computed from all operands
 * instead. The result equals en_formula_linear_eval over all operands, byte for byte: that is the
 * oracle of the tests. */
#ifndef EN_PROCESSORS_FORMULA_SUM_DAY_H
#define EN_PROCESSORS_FORMULA_SUM_DAY_H

#include "core/metering/block/block.h"
#include "core/metering/formula/formula_linear.h"

struct en_sum_day {
    const struct en_formula_linear *linear;
    struct en_block_head head;
    bool is_begun;
    bool is_lost; /* cannot be settled by difference: compute from all operands */
    int32_t
        common_count; /* operands usable in every slot with the common word, as changed so far */
    int64_t *sums;    /* per slot, in 1e-6; beside what is in plain */
    int64_t *plain;   /* per slot: common values as stored, to be taken plain_factor times */
    int64_t plain_factor;
    uint64_t plain_bound; /* none of plain is further from 0 */
    int32_t *usable;      /* per slot: usable operands beside common_count */
    uint64_t *words; /* per slot: merged words of usable operands, 0 none; beside the common word */
    uint64_t *missing; /* per slot: merged words of operands that are there but not usable */
    bool has_words;
};

/* Begins a day nobody computed yet, on the grid of the first block; arrays come from the arena.
 * EN_NOMEM. */
en_code en_sum_day_begin(struct en_sum_day *sum, const struct en_formula_linear *linear,
                         const struct en_block_head *head, struct en_arena *arena,
                         struct en_error *err) EN_MUST_CHECK;

/* Begins from a stored entry: its block and its counts of missing operands (size 0: none). Codes as
 * above and EN_CORRUPT. */
en_code en_sum_day_resume(struct en_sum_day *sum, const struct en_formula_linear *linear,
                          struct en_slice block, struct en_slice missing, struct en_block *scratch,
                          struct en_arena *arena, struct en_error *err) EN_MUST_CHECK;

/* One operand's block went from `before` to `after` (size 0: none). May turn is_lost on.
 * EN_CORRUPT. */
en_code en_sum_day_change(struct en_sum_day *sum, int64_t weight, struct en_slice before,
                          struct en_slice after, struct en_block *scratch,
                          struct en_error *err) EN_MUST_CHECK;

/* The finished block, and the counts of missing operands per slot as a block of its own kind (count
 * 0 everywhere: *has_missing false). May turn is_lost on instead. */
void en_sum_day_finish(struct en_sum_day *sum, struct en_block *block, struct en_block *missing,
                       bool *has_missing);

#endif
