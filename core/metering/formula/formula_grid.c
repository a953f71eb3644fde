#include "core/metering/formula/formula_grid.h"

#include "core/fixed.h"
#include "core/metering/slots.h"

#define MICRO_EXPONENT (-6)

en_code en_formula_day_align(struct en_slice bytes, en_unit unit, const struct en_block_head *grid,
                             struct en_block *block, struct en_arena *arena,
                             struct en_formula_day *row, struct en_error *err)
{
    en_code code = en_block_read(bytes, block, err);
    int64_t *values = en_arena_alloc(arena, grid->count * sizeof *values);
    uint64_t *qualities = en_arena_alloc(arena, grid->count * sizeof *qualities);
    if (code == EN_OK && (values == NULL || qualities == NULL)) {
        code = en_error_set(err, EN_NOMEM, "no room for the operands of a formula");
    }
    if (code != EN_OK) {
        return code;
    }
    *row = (struct en_formula_day){values, qualities, grid->count};
    uint32_t factor = grid->slot_seconds / block->head.slot_seconds;
    int64_t late = ((int64_t)block->head.start_minute - grid->start_minute) * 60;
    bool is_fit = factor > 0 && grid->slot_seconds % block->head.slot_seconds == 0 &&
                  late % (int64_t)block->head.slot_seconds == 0 && late >= 0 &&
                  block->head.exponent >= MICRO_EXPONENT;
    if (!is_fit) {
        return EN_OK;
    }
    uint32_t fine_count = grid->count * factor;
    int64_t *fine_values = en_arena_alloc(arena, fine_count * sizeof *fine_values);
    uint64_t *fine_qualities = en_arena_alloc(arena, fine_count * sizeof *fine_qualities);
    if (fine_values == NULL || fine_qualities == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the operands of a formula");
    }
    uint32_t first = (uint32_t)(late / (int64_t)block->head.slot_seconds);
    int power = block->head.exponent - MICRO_EXPONENT;
    for (uint32_t i = 0; i < block->head.count && first + i < fine_count; i++) {
        bool fits = power <= EN_POW10_MAX &&
                    en_i64_multiply(block->values[i], en_pow10(power), &fine_values[first + i]);
        fine_qualities[first + i] = fits ? block->quality[i] : en_slot_overflow(block->quality[i]);
    }
    if (factor == 1) {
        memcpy(values, fine_values, grid->count * sizeof *values);
        memcpy(qualities, fine_qualities, grid->count * sizeof *qualities);
    } else if (en_unit_adds_up(unit)) {
        en_slots_aggregate(fine_values, fine_qualities, fine_count, factor, values, qualities);
    } else {
        en_slots_mean(fine_values, fine_qualities, fine_count, factor, values, qualities);
    }
    return EN_OK;
}
