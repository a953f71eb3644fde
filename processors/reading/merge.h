/* Merging what was read of one channel and day more than once.
 *
 * Each reading (contribution) covers a run of slots. A slot is won by the contribution that is
 * greatest in (revision, has a value, later event): a maximum, so neither the order of arrival of
 * different facts nor the cut of batches matters. Contributions on another grid than that of the
 * greatest (revision, later event) cover nothing.
 *
 * Readings that do not go together (slots over more than a day, values without a common exponent,
 * too many different qualities) are not mixed: the greatest alone stands. */
#ifndef EN_PROCESSORS_READING_MERGE_H
#define EN_PROCESSORS_READING_MERGE_H

#include "core/arena.h"
#include "core/buf.h"

struct en_contribution {
    uint64_t revision;
    uint64_t seq;
    struct en_slice block;
    bool is_needed; /* set by merging: false when no later reading can give it a slot again */
};

/* Merges contributions (any order, count >= 1) into one block, in place of what out held.
 * Codes: EN_CORRUPT (a block is not readable), EN_NOMEM. */
en_code en_contributions_merge(struct en_contribution *contributions, size_t count,
                               struct en_arena *arena, struct en_buf *out,
                               struct en_error *err) EN_MUST_CHECK;

/* Origins: which (revision, seq) a stored day came from; pairs of varints in the order they were
 * folded. */
#define EN_ORIGIN_SIZE_MAX 20u /* of one pair */
void en_origin_encode(uint64_t revision, uint64_t seq, struct en_buf *out);
/* Takes one pair off the front; false at the end or when damaged. */
bool en_origin_take(struct en_slice *origins, uint64_t *revision, uint64_t *seq);

#endif
