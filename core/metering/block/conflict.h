/* Slots of a channel's day for which different values came (V-05), with the lowest and the highest
 * of them; and their stored form. A minimum and a maximum: the order of arrival leaves no trace.
 *
 *   zigzag start minute, varint slot seconds, varint slots in conflict, then each, rising:
 *   varint distance to the slot before (the first: to -1), zigzag low, varint high - low (1 or
 * more)
 *
 * Values are as read, in 1e-6. Caller's memory, any thread. */
#ifndef EN_CORE_METERING_BLOCK_CONFLICT_H
#define EN_CORE_METERING_BLOCK_CONFLICT_H

#include "core/metering/block/block.h"

struct en_conflict_slot {
    int64_t low;
    int64_t high; /* above low: in conflict */
    bool has_value;
};

/* What came for each slot so far; about 36 KB. */
struct en_conflicts {
    struct en_block_head head; /* the slots; count 0: nothing yet */
    struct en_conflict_slot slots[EN_SLOTS_MAX];
};

void en_conflicts_init(struct en_conflicts *conflicts);

/* Adds the values of a block, those on slots of the head (of the first block where none was given).
 * One whose slots are cut in another way adds nothing. A value that does not fit 1e-6 is left out.
 * Codes: EN_CORRUPT. `scratch` is a block's memory. */
en_code en_conflicts_add(struct en_conflicts *conflicts, struct en_slice block,
                         struct en_block *scratch, struct en_error *err) EN_MUST_CHECK;

/* Adds what is stored; an empty slice is nothing. Codes: EN_CORRUPT. */
en_code en_conflicts_decode(struct en_slice bytes, struct en_conflicts *conflicts,
                            struct en_error *err) EN_MUST_CHECK;

/* Appends the stored form; nothing where no slot has anything to keep. A slot for which one value
 * came is kept where `merged` (NULL: everywhere), a block on the same slots, has none: what stands
 * in the block need not be kept. Codes: EN_LIMIT, EN_NOMEM. */
en_code en_conflicts_encode(const struct en_conflicts *conflicts, const struct en_block *merged,
                            struct en_buf *out, struct en_error *err) EN_MUST_CHECK;

#endif
