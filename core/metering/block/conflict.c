#include "core/metering/block/conflict.h"

#include "core/decimal.h"

void en_conflicts_init(struct en_conflicts *conflicts)
{
    memset(conflicts, 0, sizeof *conflicts);
}

static void take_value(struct en_conflict_slot *slot, int64_t low, int64_t high)
{
    slot->low = slot->has_value && slot->low < low ? slot->low : low;
    slot->high = slot->has_value && slot->high > high ? slot->high : high;
    slot->has_value = true;
}

/* Takes what came for a slot, where it lies within those that are kept. */
static void take_at(struct en_conflicts *conflicts, int64_t slot, int64_t low, int64_t high)
{
    if (slot >= 0 && slot < conflicts->head.count) {
        take_value(&conflicts->slots[slot], low, high);
    }
}

/* At which slot of `head` others begin; false where they are not cut alike. */
static bool find_lead(const struct en_block_head *head, int32_t start_minute, uint32_t slot_seconds,
                      int64_t *lead)
{
    int64_t past = ((int64_t)start_minute - head->start_minute) * 60;
    *lead = past / (int64_t)head->slot_seconds;
    return head->slot_seconds == slot_seconds && past % (int64_t)slot_seconds == 0;
}

en_code en_conflicts_add(struct en_conflicts *conflicts, struct en_slice block,
                         struct en_block *scratch, struct en_error *err)
{
    en_code code = en_block_read(block, scratch, err);
    if (code != EN_OK) {
        return code;
    }
    if (conflicts->head.count == 0) {
        conflicts->head = scratch->head;
    }
    int64_t lead = 0;
    if (!find_lead(&conflicts->head, scratch->head.start_minute, scratch->head.slot_seconds,
                   &lead)) {
        return EN_OK;
    }
    for (uint32_t i = 0; i < scratch->head.count; i++) {
        int64_t micro = 0;
        struct en_decimal value = {scratch->values[i], scratch->head.exponent};
        if (!en_quality_is_missing(scratch->quality[i]) &&
            en_decimal_micro(value, &micro, NULL) == EN_OK) {
            take_at(conflicts, lead + i, micro, micro);
        }
    }
    return EN_OK;
}

static en_code damaged(struct en_error *err)
{
    return en_error_set(err, EN_CORRUPT, "values in conflict cannot be read");
}

/* The head: whatever lies in a day. */
static bool take_head(struct en_slice *from, struct en_block_head *head, uint64_t *count)
{
    int64_t start = 0;
    uint64_t seconds = 0;
    if (!en_take_zigzag(from, &start) || !en_take_varint(from, &seconds) ||
        !en_take_varint(from, count)) {
        return false;
    }
    head->start_minute = (int32_t)start;
    head->slot_seconds = (uint32_t)seconds;
    return start >= -EN_BLOCK_START_MINUTES_MAX && start <= EN_BLOCK_START_MINUTES_MAX &&
           seconds >= 1 && seconds <= 86400 && *count >= 1 && *count <= EN_SLOTS_MAX;
}

en_code en_conflicts_decode(struct en_slice bytes, struct en_conflicts *conflicts,
                            struct en_error *err)
{
    struct en_block_head head = {.exponent = -6};
    uint64_t count = 0;
    uint64_t slot = 0;
    if (bytes.size == 0) {
        return EN_OK;
    }
    if (!take_head(&bytes, &head, &count)) {
        return damaged(err);
    }
    bool is_first = conflicts->head.count == 0;
    int64_t lead = 0;
    if (is_first) {
        head.count = EN_SLOTS_MAX;
        conflicts->head = head;
    }
    bool is_same = find_lead(&conflicts->head, head.start_minute, head.slot_seconds, &lead);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t distance = 0;
        int64_t low = 0;
        uint64_t span = 0;
        if (!en_take_varint(&bytes, &distance) || distance == 0 || distance > EN_SLOTS_MAX ||
            !en_take_zigzag(&bytes, &low) || !en_take_varint(&bytes, &span) ||
            span > (uint64_t)INT64_MAX - (uint64_t)low) {
            return damaged(err);
        }
        slot += distance;
        if (slot > EN_SLOTS_MAX) {
            return damaged(err);
        }
        if (is_same) {
            take_at(conflicts, lead + (int64_t)slot - 1, low, (int64_t)((uint64_t)low + span));
        }
    }
    if (bytes.size > 0) {
        return damaged(err);
    }
    if (is_first) {
        conflicts->head.count = (uint32_t)slot;
    }
    return EN_OK;
}

/* Whether the slot has what the block does not tell. */
static bool is_kept(const struct en_conflicts *conflicts, const struct en_block *merged,
                    uint32_t slot)
{
    const struct en_conflict_slot *kept = &conflicts->slots[slot];
    bool is_lost = merged == NULL ||
                   (slot < merged->head.count && en_quality_is_missing(merged->quality[slot]));
    return kept->has_value && (kept->high > kept->low || is_lost);
}

en_code en_conflicts_encode(const struct en_conflicts *conflicts, const struct en_block *merged,
                            struct en_buf *out, struct en_error *err)
{
    uint32_t count = 0;
    uint32_t before = 0;
    for (uint32_t i = 0; i < EN_SLOTS_MAX; i++) {
        count += is_kept(conflicts, merged, i);
    }
    if (count == 0) {
        return EN_OK;
    }
    en_buf_zigzag(out, conflicts->head.start_minute);
    en_buf_varint(out, conflicts->head.slot_seconds);
    en_buf_varint(out, count);
    for (uint32_t i = 0; i < EN_SLOTS_MAX; i++) {
        const struct en_conflict_slot *slot = &conflicts->slots[i];
        if (is_kept(conflicts, merged, i)) {
            en_buf_varint(out, i + 1 - before);
            en_buf_zigzag(out, slot->low);
            en_buf_varint(out, (uint64_t)slot->high - (uint64_t)slot->low);
            before = i + 1;
        }
    }
    return en_buf_code(out, err);
}
