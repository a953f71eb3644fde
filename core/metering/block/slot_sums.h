/* Sums slot by slot over many day blocks: a balance, a group, a linear formula. Blocks are added
 * with a whole coefficient and can be taken out again, so a changed block costs two additions
 * instead of the whole sum anew (P3). Exact: a sum that does not fit is an error, never a wrong
 * number.
 *
 * The arrays are the caller's (one element per slot) and may stand anywhere, also side by side for
 * thousands of groups; the struct is small. One thread at a time. */
#ifndef EN_CORE_METERING_BLOCK_SLOT_SUMS_H
#define EN_CORE_METERING_BLOCK_SLOT_SUMS_H

#include "core/metering/block/block.h"

struct en_slot_sums {
    struct en_block_head head; /* the slots, and the exponent of the sums */
    uint64_t bound;            /* no sum is further from 0 */
    int64_t *slots;
    uint16_t *missing; /* blocks without a value in the slot; NULL: not counted */
};

/* Begins with zeros. Of the head the slots and the exponent count. */
void en_slot_sums_init(struct en_slot_sums *sums, const struct en_block_head *head, int64_t *slots,
                       uint16_t *missing);

/* Adds coefficient * value to every slot that has one, and counts the others as missing. Blocks of
 * a larger exponent are brought to that of the sums exactly. *total (NULL allowed) is the block's
 * own sum, without the coefficient.
 * On failure the sums are as before. Codes: EN_CORRUPT (not a block), EN_UNIT (other slots),
 * EN_INEXACT (the block's exponent is below that of the sums), EN_OVERFLOW. */
en_code en_slot_sums_add(struct en_slot_sums *sums, struct en_slice bytes, int64_t coefficient,
                         struct en_block_total *total, struct en_error *err) EN_MUST_CHECK;

/* Takes out what was added with the same bytes and coefficient. The caller knows that it was: a
 * missing slot that was not counted is asserted. */
en_code en_slot_sums_remove(struct en_slot_sums *sums, struct en_slice bytes, int64_t coefficient,
                            struct en_error *err) EN_MUST_CHECK;

#endif
