#include "processors/formula/node_day.h"

#include "core/metering/formula/formula_eval.h"
#include "core/metering/formula/formula_grid.h"
#include "core/metering/quality.h"
#include "processors/derived.h"

#define MICRO_EXPONENT (-6)

/* The slots that the node has on the day: those of its operands, the coarsest length, the widest
 * span. */
static en_code find_grid(struct en_node_day *work, struct en_block_head *grid, bool *is_empty,
                         struct en_error *err)
{
    int64_t end = 0;
    *is_empty = true;
    for (uint32_t i = 0; i < work->version->formula.refs_count; i++) {
        struct en_slice block;
        struct en_block_head head;
        en_code code =
            work->read(work->read_self, work->version->operands[i], work->day, &block, err);
        if (code == EN_OK && block.size > 0) {
            code = en_block_peek(block, &head, err);
        }
        if (code != EN_OK) {
            return code;
        }
        if (block.size == 0) {
            continue;
        }
        int64_t head_end =
            (int64_t)head.start_minute * 60 + (int64_t)head.slot_seconds * head.count;
        grid->slot_seconds = *is_empty || head.slot_seconds > grid->slot_seconds
                                 ? head.slot_seconds
                                 : grid->slot_seconds;
        grid->start_minute = *is_empty || head.start_minute < grid->start_minute
                                 ? head.start_minute
                                 : grid->start_minute;
        end = *is_empty || head_end > end ? head_end : end;
        *is_empty = false;
    }
    if (!*is_empty) {
        int64_t seconds = end - (int64_t)grid->start_minute * 60;
        grid->count = (uint32_t)((seconds + grid->slot_seconds - 1) / grid->slot_seconds);
        grid->exponent = MICRO_EXPONENT;
        grid->quality_is_common = false;
    }
    return EN_OK;
}

static en_code compile(struct en_node_day *work, uint32_t slot_seconds, struct en_error *err)
{
    struct en_graph_version *version = work->version;
    if (version->program_seconds == slot_seconds) {
        return EN_OK;
    }
    struct en_formula_binding binding = {.slot_seconds = slot_seconds};
    en_code code =
        en_formula_compile(&version->formula, &binding, &version->arena, &version->program, err);
    version->program_seconds = code == EN_OK ? slot_seconds : 0;
    return code;
}

/* Every operand's own day and the days before it that the formula looks back on. */
static en_code load_rows(struct en_node_day *work, const struct en_block_head *grid,
                         struct en_formula_day *rows, struct en_error *err)
{
    const struct en_formula_program *program = &work->version->program;
    for (uint32_t i = 0; i < program->operands_count; i++) {
        for (uint32_t back = 0; back < program->operands[i].days_count; back++) {
            struct en_slice bytes;
            en_code code = work->read(work->read_self, work->version->operands[i],
                                      work->day - (int32_t)back, &bytes, err);
            if (code == EN_OK && bytes.size > 0) {
                code = en_formula_day_align(bytes, work->version->formula.refs[i].unit, grid,
                                            work->scratch, work->arena,
                                            &rows[program->operands[i].days_first + back], err);
            }
            if (code != EN_OK) {
                return code;
            }
        }
    }
    return EN_OK;
}

/* How many operands of a sum are not usable in each slot. */
static void count_missing(const struct en_node_day *work, const struct en_formula_day *rows,
                          const struct en_block_head *grid, struct en_block *missing,
                          bool *has_missing)
{
    const struct en_formula_program *program = &work->version->program;
    missing->head = *grid;
    missing->head.exponent = 0;
    missing->head.quality_is_common = true;
    for (uint32_t slot = 0; slot < grid->count; slot++) {
        missing->values[slot] = 0;
        missing->quality[slot] = EN_QUALITY_MEASURED;
        for (uint32_t i = 0; i < program->operands_count; i++) {
            const struct en_formula_day *row = &rows[program->operands[i].days_first];
            missing->values[slot] += row->count == 0 || !en_quality_is_usable(row->qualities[slot]);
        }
        *has_missing = *has_missing || missing->values[slot] > 0;
    }
}

en_code en_node_day_compute(struct en_node_day *work, struct en_block *block,
                            struct en_block *missing, bool *has_missing, bool *is_empty,
                            struct en_error *err)
{
    *has_missing = false;
    en_code code = find_grid(work, &block->head, is_empty, err);
    if (code != EN_OK || *is_empty) {
        return code;
    }
    if (!en_derived_is_day(&block->head)) {
        en_derived_give_up(block); /* operands that lie on different days */
        return EN_OK;
    }
    struct en_error fault = {0};
    code = compile(work, block->head.slot_seconds, &fault);
    if (code == EN_OVERFLOW || code == EN_LIMIT) {
        en_derived_give_up(block); /* constants that fit only slots of another length */
        return EN_OK;
    }
    if (code != EN_OK) {
        *err = fault;
    }
    struct en_formula_day *rows = NULL;
    if (code == EN_OK) {
        rows = en_arena_alloc(work->arena, (work->version->program.days_count + 1) * sizeof *rows);
        code = rows != NULL ? load_rows(work, &block->head, rows, err)
                            : en_error_set(err, EN_NOMEM, "no room for the operands of a formula");
    }
    if (code == EN_OK) {
        struct en_formula_result result = {.values = block->values, .qualities = block->quality};
        code = en_formula_eval(&work->version->program, rows, block->head.count, work->arena,
                               &result, err);
    }
    if (code == EN_OK && work->version->is_linear) {
        count_missing(work, rows, &block->head, missing, has_missing);
    }
    return code;
}
