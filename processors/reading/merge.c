#include "processors/reading/merge.h"

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block.h"
#include "core/metering/quality.h"

/* What a slot holds while contributions are laid over each other in rising revision. */
struct winner {
    uint64_t revision;
    uint64_t seq;
    bool is_covered;
    bool has_value;
};

struct merge {
    struct en_block *block; /* of the contribution in hand */
    struct en_block *whole; /* the result in the making */
    struct winner *winners;
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

/* Whether the slots of both lie on one grid: same length, starts a whole number of slots apart. */
static bool is_same_grid(const struct en_block_head *a, const struct en_block_head *b)
{
    int64_t apart_seconds = ((int64_t)a->start_minute - b->start_minute) * 60;
    return a->slot_seconds == b->slot_seconds && apart_seconds % (int64_t)a->slot_seconds == 0;
}

/* Slots and exponent that hold every contribution on the grid. EN_RANGE when they span too much. */
static en_code span(const struct en_contribution *contributions, size_t count,
                    const struct en_block_head *grid, struct en_block_head *whole,
                    struct en_error *err)
{
    *whole = *grid;
    int64_t end = (int64_t)grid->start_minute * 60 + (int64_t)grid->slot_seconds * grid->count;
    for (size_t i = 0; i < count; i++) {
        struct en_block_head head;
        en_code code = en_block_peek(contributions[i].block, &head, err);
        if (code != EN_OK) {
            return code;
        }
        if (!is_same_grid(&head, grid)) {
            continue;
        }
        int64_t head_end =
            (int64_t)head.start_minute * 60 + (int64_t)head.slot_seconds * head.count;
        whole->start_minute =
            head.start_minute < whole->start_minute ? head.start_minute : whole->start_minute;
        whole->exponent = head.exponent < whole->exponent ? head.exponent : whole->exponent;
        end = head_end > end ? head_end : end;
    }
    int64_t slots = (end - (int64_t)whole->start_minute * 60) / (int64_t)whole->slot_seconds;
    if (slots > EN_SLOTS_MAX || slots * (int64_t)whole->slot_seconds > EN_BLOCK_SPAN_SECONDS_MAX) {
        return en_error_set(err, EN_RANGE, "readings of one day span %lld slots", (long long)slots);
    }
    whole->count = (uint32_t)slots;
    whole->quality_is_common = false;
    return EN_OK;
}

/* Whether the value in hand takes the slot from who holds it. */
static bool wins(const struct winner *holder, const struct en_contribution *contribution,
                 bool has_value)
{
    if (!holder->is_covered || contribution->revision != holder->revision) {
        return !holder->is_covered || contribution->revision > holder->revision;
    }
    return has_value != holder->has_value ? has_value : contribution->seq > holder->seq;
}

static en_code lay(struct merge *merge, const struct en_contribution *contribution,
                   struct en_error *err)
{
    en_code code = en_block_read(contribution->block, merge->block, err);
    if (code != EN_OK || !is_same_grid(&merge->block->head, &merge->whole->head)) {
        return code;
    }
    const struct en_block *block = merge->block;
    struct en_block *whole = merge->whole;
    int64_t factor = en_pow10(block->head.exponent - whole->head.exponent);
    int64_t first = ((int64_t)block->head.start_minute - whole->head.start_minute) * 60 /
                    (int64_t)whole->head.slot_seconds;
    EN_ASSERT(first >= 0 && first + block->head.count <= whole->head.count);
    for (uint32_t i = 0; i < block->head.count; i++) {
        size_t slot = (size_t)first + i;
        bool has_value = !en_quality_is_missing(block->quality[i]);
        if (!wins(&merge->winners[slot], contribution, has_value)) {
            continue;
        }
        if (!en_i64_multiply(block->values[i], factor, &whole->values[slot])) {
            return en_error_set(err, EN_OVERFLOW,
                                "a value of slot %u does not fit beside finer ones", i);
        }
        whole->quality[slot] = block->quality[i];
        merge->winners[slot] =
            (struct winner){contribution->revision, contribution->seq, true, has_value};
    }
    return EN_OK;
}

en_code en_contributions_merge(const struct en_contribution *contributions, size_t count,
                               struct en_arena *arena, struct en_buf *out, struct en_error *err)
{
    EN_ASSERT(count > 0);
    const struct en_contribution *greatest = &contributions[0];
    for (size_t i = 1; i < count; i++) {
        greatest = is_greater(&contributions[i], greatest) ? &contributions[i] : greatest;
    }
    struct en_block_head grid;
    en_code code = en_block_peek(greatest->block, &grid, err);
    if (code != EN_OK) {
        return code;
    }
    struct merge merge = {
        .block = en_arena_alloc(arena, sizeof *merge.block),
        .whole = en_arena_alloc(arena, sizeof *merge.whole),
        .winners = en_arena_alloc(arena, EN_SLOTS_MAX * sizeof *merge.winners),
    };
    if (merge.block == NULL || merge.whole == NULL || merge.winners == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to merge readings");
    }
    code = span(contributions, count, &grid, &merge.whole->head, err);
    bool is_far = code == EN_OK && grid.exponent - merge.whole->head.exponent > EN_POW10_MAX;
    if (is_far) {
        return en_error_set(err, EN_OVERFLOW,
                            "readings of one day differ by more than 18 decimal places");
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = lay(&merge, &contributions[i], err);
    }
    return code == EN_OK ? en_block_encode(merge.whole, out, err) : code;
}
