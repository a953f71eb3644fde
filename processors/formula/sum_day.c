#include "processors/formula/sum_day.h"

#include "core/fixed.h"
#include "core/metering/block/block_shape.h"
#include "core/metering/quality.h"
#include "core/metering/slots.h"

#define MICRO_EXPONENT (-6)

/* What a sum of common words has: derived, the worst of its sources a measurement. */
static uint64_t common_word(void)
{
    return en_quality_derive(EN_QUALITY_MEASURED);
}

en_code en_sum_day_begin(struct en_sum_day *sum, const struct en_formula_linear *linear,
                         const struct en_block_head *head, struct en_arena *arena,
                         struct en_error *err)
{
    *sum = (struct en_sum_day){.linear = linear, .head = *head, .is_begun = true};
    sum->head.exponent = MICRO_EXPONENT;
    sum->head.quality_is_common = false;
    sum->sums = en_arena_alloc(arena, head->count * sizeof *sum->sums);
    sum->plain = en_arena_alloc(arena, head->count * sizeof *sum->plain);
    sum->usable = en_arena_alloc(arena, head->count * sizeof *sum->usable);
    sum->words = en_arena_alloc(arena, head->count * sizeof *sum->words);
    sum->missing = en_arena_alloc(arena, head->count * sizeof *sum->missing);
    if (sum->sums == NULL || sum->plain == NULL || sum->usable == NULL || sum->words == NULL ||
        sum->missing == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the sums of a day");
    }
    return EN_OK;
}

en_code en_sum_day_resume(struct en_sum_day *sum, const struct en_formula_linear *linear,
                          struct en_slice block, struct en_slice missing, struct en_block *scratch,
                          struct en_arena *arena, struct en_error *err)
{
    en_code code = en_block_read(block, scratch, err);
    if (code == EN_OK) {
        code = en_sum_day_begin(sum, linear, &scratch->head, arena, err);
    }
    if (code != EN_OK) {
        return code;
    }
    int64_t factor = en_pow10(scratch->head.exponent - MICRO_EXPONENT);
    for (uint32_t i = 0; i < sum->head.count; i++) {
        uint64_t word = scratch->quality[i];
        sum->is_lost = sum->is_lost || !en_i64_multiply(scratch->values[i], factor, &sum->sums[i]);
        sum->usable[i] = (int32_t)linear->terms_count;
        /* a strict sum that misses something holds no sum to go on from; an overflow neither */
        bool is_cut = en_quality_is_missing(word) &&
                      !(linear->is_lenient && word == (EN_QUALITY_GAP | EN_QUALITY_PARTIAL));
        sum->is_lost = sum->is_lost || is_cut;
        sum->words[i] = en_quality_is_missing(word) ? 0 : word;
    }
    sum->has_words = true;
    if (missing.size == 0 || sum->is_lost) {
        return EN_OK;
    }
    code = en_block_read(missing, scratch, err);
    if (code == EN_OK && !en_block_same_slots(&scratch->head, &sum->head)) {
        code = en_error_set(err, EN_CORRUPT,
                            "the counts of a node are for other slots than its values");
    }
    for (uint32_t i = 0; i < sum->head.count && code == EN_OK; i++) {
        sum->usable[i] -= (int32_t)scratch->values[i];
    }
    return code;
}

/* Adds sign * weight * value of one slot. */
static void add_value(struct en_sum_day *sum, uint32_t slot, int64_t value, int64_t factor)
{
    int64_t part = 0;
    bool fits = en_i64_multiply(value, factor, &part) &&
                en_i64_add(sum->sums[slot], part, &sum->sums[slot]);
    sum->is_lost = sum->is_lost || !fits;
}

/* Takes what was gathered in plain over into the sums. */
static void flush_plain(struct en_sum_day *sum)
{
    for (uint32_t i = 0; i < sum->head.count; i++) {
        add_value(sum, i, sum->plain[i], sum->plain_factor);
        sum->plain[i] = 0;
    }
    sum->plain_bound = 0;
}

/* Whether values up to `bound` can be gathered in plain without looking at each addition; makes
 * room for them where that helps. */
static bool is_plain_ready(struct en_sum_day *sum, int64_t factor, uint64_t bound)
{
    if (bound > INT64_MAX) {
        return false;
    }
    if (factor != sum->plain_factor || sum->plain_bound + bound > INT64_MAX) {
        flush_plain(sum);
        sum->plain_factor = factor;
    }
    sum->plain_bound += bound;
    return true;
}

/* A block that every slot has a common value in: only the numbers matter. Most operands share a
 * factor, so their values are gathered as they are and multiplied once. */
static en_code change_common(struct en_sum_day *sum, int64_t factor, int sign,
                             const struct en_block_shape *shape, struct en_block *scratch,
                             struct en_error *err)
{
    uint32_t missing = 0;
    const int64_t *values = scratch->values;
    uint32_t count = sum->head.count;
    en_code code = en_block_shape_values(shape, scratch->values, &missing, err);
    if (code != EN_OK) {
        return code;
    }
    sum->common_count += sign;
    if (!is_plain_ready(sum, factor, en_block_shape_bound(shape))) {
        for (uint32_t i = 0; i < count; i++) {
            add_value(sum, i, values[i], sign * factor);
        }
    } else if (sign > 0) {
        for (uint32_t i = 0; i < count; i++) {
            sum->plain[i] += values[i];
        }
    } else {
        for (uint32_t i = 0; i < count; i++) {
            sum->plain[i] -= values[i];
        }
    }
    return EN_OK;
}

static void change_slot(struct en_sum_day *sum, uint32_t slot, int64_t value, uint64_t word,
                        int64_t factor, int sign)
{
    word &= ~EN_QUALITY_FISCAL_MASK;
    bool is_common = word == EN_QUALITY_MEASURED;
    if (!en_quality_is_usable(word)) {
        bool has_marks = word != EN_QUALITY_MISSING && !sum->linear->is_lenient;
        sum->is_lost = sum->is_lost || (sign < 0 && has_marks);
        sum->missing[slot] = en_slot_merge(sum->missing[slot], en_slot_missing(word));
        return;
    }
    sum->is_lost = sum->is_lost || (sign < 0 && !is_common);
    add_value(sum, slot, value, factor);
    sum->usable[slot] += sign;
    if (sign > 0) {
        sum->words[slot] =
            sum->words[slot] == 0 ? en_quality_derive(word) : en_slot_merge(sum->words[slot], word);
        sum->has_words = true;
    }
}

static en_code change_block(struct en_sum_day *sum, int64_t weight, int sign, struct en_slice block,
                            struct en_block *scratch, struct en_error *err)
{
    struct en_block_shape shape;
    if (block.size == 0 || sum->is_lost) {
        return EN_OK;
    }
    en_code code = en_block_shape_take(block, &shape, err);
    if (code != EN_OK) {
        return code;
    }
    int power = shape.head.exponent - MICRO_EXPONENT;
    int64_t factor = 0;
    bool is_fit = en_block_same_slots(&shape.head, &sum->head) && power >= 0 &&
                  power <= EN_POW10_MAX && en_i64_multiply(en_pow10(power), weight, &factor) &&
                  factor != INT64_MIN;
    if (!is_fit) {
        sum->is_lost = true;
        return EN_OK;
    }
    if (shape.head.quality_is_common) {
        return change_common(sum, factor, sign, &shape, scratch, err);
    }
    code = en_block_read(block, scratch, err);
    for (uint32_t i = 0; i < shape.head.count && code == EN_OK; i++) {
        change_slot(sum, i, scratch->values[i], scratch->quality[i], sign * factor, sign);
    }
    return code;
}

en_code en_sum_day_change(struct en_sum_day *sum, int64_t weight, struct en_slice before,
                          struct en_slice after, struct en_block *scratch, struct en_error *err)
{
    EN_ASSERT(sum->is_begun);
    en_code code = change_block(sum, weight, -1, before, scratch, err);
    return code == EN_OK ? change_block(sum, weight, 1, after, scratch, err) : code;
}

/* The word of a finished slot (as en_formula_linear_eval gives it). */
static uint64_t finish_word(struct en_sum_day *sum, uint32_t slot, int32_t usable)
{
    int32_t terms = (int32_t)sum->linear->terms_count;
    uint64_t word = sum->words[slot];
    bool has_common = sum->common_count > 0;
    if (has_common) {
        word = word == 0 ? common_word() : en_slot_merge(word, EN_QUALITY_MEASURED);
    }
    if (usable == terms) {
        return word;
    }
    if (!sum->linear->is_lenient) {
        return en_slot_missing(en_slot_merge(word, sum->missing[slot]));
    }
    return usable == 0 ? EN_QUALITY_GAP | EN_QUALITY_PARTIAL : word | EN_QUALITY_PARTIAL;
}

void en_sum_day_finish(struct en_sum_day *sum, struct en_block *block, struct en_block *missing,
                       bool *has_missing)
{
    int32_t terms = (int32_t)sum->linear->terms_count;
    block->head = sum->head;
    missing->head = sum->head;
    missing->head.exponent = 0;
    missing->head.quality_is_common = true;
    *has_missing = false;
    flush_plain(sum);
    for (uint32_t i = 0; i < sum->head.count; i++) {
        int32_t usable = sum->usable[i] + sum->common_count;
        EN_ASSERT(sum->is_lost || (usable >= 0 && usable <= terms));
        uint64_t word = finish_word(sum, i, usable);
        /* whether PARTIAL came from an operand or from a gap that is now closed cannot be told */
        bool was_partial = sum->linear->is_lenient && (sum->words[i] & EN_QUALITY_PARTIAL) != 0;
        sum->is_lost = sum->is_lost || (was_partial && usable == terms);
        block->quality[i] = word;
        block->values[i] = en_quality_is_missing(word) ? 0 : sum->sums[i];
        missing->values[i] = terms - usable;
        missing->quality[i] = EN_QUALITY_MEASURED;
        *has_missing = *has_missing || usable != terms;
    }
}
