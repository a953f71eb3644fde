/* Blocks that processors compute. What a day block cannot hold (slots over more than a day, more
 * different qualities than it has room for) becomes a day without values, marked OVERFLOW: no
 * number instead of a wrong one, and the projection goes on. Pure, any thread. */
#ifndef EN_PROCESSORS_DERIVED_H
#define EN_PROCESSORS_DERIVED_H

#include "core/buf.h"
#include "core/metering/block/block.h"

/* Whether a block can have so many slots of the head's length. */
bool en_derived_is_day(const struct en_block_head *head);

/* Takes the values of all slots away; a head that is no day keeps the slots that fit. */
void en_derived_give_up(struct en_block *block);

/* Appends the stored form; of a block that has none, that of the block given up. Codes: EN_NOMEM.
 */
en_code en_derived_encode(struct en_block *block, struct en_buf *out,
                          struct en_error *err) EN_MUST_CHECK;

#endif
