#include "processors/reading/merge.h"

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/quality.h"

/* Who holds a slot while contributions are laid over each other. */
struct holder {
    uint32_t index; /* of the contribution, + 1; 0: nobody covers the slot */
    bool has_value;
};

struct merge {
    struct en_contribution *contributions;
    struct en_block_head *heads; /* one each */
    size_t count;
    struct en_block *block; /* of the contribution in hand */
    struct en_block *whole; /* the result in the making */
    struct holder *holders; /* by slot of the whole */
};

void en_origin_encode(uint64_t revision, uint64_t seq, struct en_buf *out)
{
    en_buf_varint(out, revision);
    en_buf_varint(out, seq);
}

bool en_origin_take(struct en_slice *origins, uint64_t *revision, uint64_t *seq)
{
    return en_take_varint(origins, revision) && en_take_varint(origins, seq);
}

static bool is_greater(const struct en_contribution *a, const struct en_contribution *b)
{
    return a->revision != b->revision ? a->revision > b->revision : a->seq > b->seq;
}

static size_t find_greatest(const struct en_contribution *contributions, size_t count)
{
    size_t greatest = 0;
    for (size_t i = 1; i < count; i++) {
        greatest = is_greater(&contributions[i], &contributions[greatest]) ? i : greatest;
    }
    return greatest;
}

/* Whether the slots of both lie on one grid: same length, starts a whole number of slots apart. */
static bool is_same_grid(const struct en_block_head *a, const struct en_block_head *b)
{
    int64_t apart_seconds = ((int64_t)a->start_minute - b->start_minute) * 60;
    return a->slot_seconds == b->slot_seconds && apart_seconds % (int64_t)a->slot_seconds == 0;
}

/* The slots that hold every contribution on the grid of the greatest. EN_RANGE when they span too
 * much. */
static en_code span(struct merge *merge, const struct en_block_head *grid, struct en_error *err)
{
    struct en_block_head *whole = &merge->whole->head;
    int64_t end = (int64_t)grid->start_minute * 60 + (int64_t)grid->slot_seconds * grid->count;
    *whole = *grid;
    for (size_t i = 0; i < merge->count; i++) {
        const struct en_block_head *head = &merge->heads[i];
        if (!is_same_grid(head, grid)) {
            continue;
        }
        int64_t head_end =
            (int64_t)head->start_minute * 60 + (int64_t)head->slot_seconds * head->count;
        bool is_first = head->start_minute < whole->start_minute;
        whole->start_minute = is_first ? head->start_minute : whole->start_minute;
        end = head_end > end ? head_end : end;
    }
    int64_t seconds = end - (int64_t)whole->start_minute * 60;
    int64_t slots = seconds / (int64_t)whole->slot_seconds;
    if (slots > EN_SLOTS_MAX || seconds > EN_BLOCK_SPAN_SECONDS_MAX) {
        return en_error_set(err, EN_RANGE, "readings of one day span %lld slots", (long long)slots);
    }
    whole->count = (uint32_t)slots;
    whole->quality_is_common = false;
    return EN_OK;
}

/* Whether the value in hand takes the slot from who holds it. */
static bool wins(const struct merge *merge, const struct holder *holder, size_t index,
                 bool has_value)
{
    if (holder->index == 0) {
        return true;
    }
    const struct en_contribution *own = &merge->contributions[index];
    const struct en_contribution *other = &merge->contributions[holder->index - 1];
    if (own->revision != other->revision) {
        return own->revision > other->revision;
    }
    return has_value != holder->has_value ? has_value : own->seq > other->seq;
}

/* The slot of the whole on which the contribution's first one lies. */
static size_t first_slot(const struct merge *merge, const struct en_block_head *head)
{
    int64_t past = ((int64_t)head->start_minute - merge->whole->head.start_minute) * 60;
    int64_t first = past / (int64_t)merge->whole->head.slot_seconds;
    EN_ASSERT(first >= 0);
    EN_ASSERT(first + head->count <= merge->whole->head.count);
    return (size_t)first;
}

/* Lets the contribution take the slots it wins. */
static en_code contend(struct merge *merge, size_t index, struct en_error *err)
{
    const struct en_block_head *head = &merge->heads[index];
    en_code code = en_block_read(merge->contributions[index].block, merge->block, err);
    size_t first = code == EN_OK ? first_slot(merge, head) : 0;
    for (uint32_t i = 0; i < head->count && code == EN_OK; i++) {
        struct holder *holder = &merge->holders[first + i];
        bool has_value = !en_quality_is_missing(merge->block->quality[i]);
        if (wins(merge, holder, index, has_value)) {
            *holder = (struct holder){(uint32_t)index + 1, has_value};
        }
    }
    return code;
}

/* Who holds a slot is needed; the exponent is the finest of those who give a value. EN_OVERFLOW
 * when no exponent holds all. */
static en_code judge(struct merge *merge, struct en_error *err)
{
    struct en_block_head *whole = &merge->whole->head;
    int finest = EN_BLOCK_EXPONENT_MAX + 1;
    int coarsest = -EN_BLOCK_EXPONENT_MAX - 1;
    for (uint32_t slot = 0; slot < whole->count; slot++) {
        const struct holder *holder = &merge->holders[slot];
        if (holder->index == 0) {
            continue;
        }
        merge->contributions[holder->index - 1].is_needed = true;
        int exponent = merge->heads[holder->index - 1].exponent;
        finest = holder->has_value && exponent < finest ? exponent : finest;
        coarsest = holder->has_value && exponent > coarsest ? exponent : coarsest;
    }
    if (coarsest - finest > EN_POW10_MAX) {
        return en_error_set(err, EN_OVERFLOW,
                            "readings of one day differ by more than 18 decimal places");
    }
    whole->exponent = finest <= EN_BLOCK_EXPONENT_MAX ? (int8_t)finest : whole->exponent;
    return EN_OK;
}

/* Puts down the values of the slots that the contribution holds. */
static en_code lay(struct merge *merge, size_t index, struct en_error *err)
{
    const struct en_block_head *head = &merge->heads[index];
    struct en_block *whole = merge->whole;
    en_code code = en_block_read(merge->contributions[index].block, merge->block, err);
    if (code != EN_OK) {
        return code;
    }
    size_t first = first_slot(merge, head);
    for (uint32_t i = 0; i < head->count; i++) {
        size_t slot = first + i;
        if (merge->holders[slot].index != index + 1) {
            continue;
        }
        whole->quality[slot] = merge->block->quality[i];
        bool fits =
            !merge->holders[slot].has_value ||
            en_i64_multiply(merge->block->values[i],
                            en_pow10(head->exponent - whole->head.exponent), &whole->values[slot]);
        if (!fits) {
            return en_error_set(err, EN_OVERFLOW,
                                "a value of slot %u does not fit beside finer ones", i);
        }
    }
    return EN_OK;
}

static en_code begin(struct merge *merge, struct en_contribution *contributions, size_t count,
                     struct en_arena *arena, struct en_error *err)
{
    *merge = (struct merge){
        .contributions = contributions,
        .count = count,
        .heads = en_arena_alloc(arena, count * sizeof *merge->heads),
        .block = en_arena_alloc(arena, sizeof *merge->block),
        .whole = en_arena_alloc(arena, sizeof *merge->whole),
        .holders = en_arena_alloc(arena, EN_SLOTS_MAX * sizeof *merge->holders),
    };
    if (merge->heads == NULL || merge->block == NULL || merge->whole == NULL ||
        merge->holders == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to merge readings");
    }
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = en_block_peek(contributions[i].block, &merge->heads[i], err);
    }
    return code;
}

static en_code merge_all(struct merge *merge, size_t greatest, struct en_buf *out,
                         struct en_error *err)
{
    const struct en_block_head *grid = &merge->heads[greatest];
    en_code code = span(merge, grid, err);
    for (size_t i = 0; i < merge->count && code == EN_OK; i++) {
        bool is_on_grid = is_same_grid(&merge->heads[i], grid);
        merge->contributions[i].is_needed =
            !is_on_grid; /* another grid may be the greatest's yet */
        code = is_on_grid ? contend(merge, i, err) : EN_OK;
    }
    if (code == EN_OK) {
        code = judge(merge, err);
    }
    for (size_t i = 0; i < merge->count && code == EN_OK; i++) {
        bool is_laid = merge->contributions[i].is_needed && is_same_grid(&merge->heads[i], grid);
        code = is_laid ? lay(merge, i, err) : EN_OK;
    }
    return code == EN_OK ? en_block_encode(merge->whole, out, err) : code;
}

en_code en_contributions_merge(struct en_contribution *contributions, size_t count,
                               struct en_arena *arena, struct en_buf *out, struct en_error *err)
{
    EN_ASSERT(count > 0);
    EN_ASSERT(count < UINT32_MAX);
    struct merge merge;
    struct en_error fault;
    size_t greatest = find_greatest(contributions, count);
    en_buf_reset(out);
    en_code code = begin(&merge, contributions, count, arena, &fault);
    if (code == EN_OK) {
        code = merge_all(&merge, greatest, out, &fault);
    }
    if (code == EN_RANGE || code == EN_OVERFLOW || code == EN_LIMIT) {
        for (size_t i = 0; i < count; i++) {
            contributions[i].is_needed = true;
        }
        en_buf_reset(out);
        en_buf_append(out, contributions[greatest].block.bytes, contributions[greatest].block.size);
        return en_buf_code(out, err);
    }
    if (code != EN_OK) {
        *err = fault;
    }
    return code;
}
