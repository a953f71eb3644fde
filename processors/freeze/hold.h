/* Holds (F-06): the numbers of a scope stand still while facts go on coming, and are let go again.
 *
 * A hold works like a freeze without end: the entry of a day that moves is kept (table `frozen`,
 * under EN_HOLD_FREEZE(scope)) exactly as long as the live one differs, and the fiscal lane shows
 * what was kept. Letting go drops what was kept: the result is at once that of never having held.
 * So nothing depends on how batches were cut, and the pending rows are the list of what will move.
 */
#ifndef EN_PROCESSORS_FREEZE_HOLD_H
#define EN_PROCESSORS_FREEZE_HOLD_H

#include "processors/processor.h"
#include "projections/tables.h"

/* The scopes that are held. */
struct en_holds {
    uint32_t *scopes;
    size_t count;
    size_t capacity;
};

/* From the table, at open; what it holds is given back by en_holds_fini. */
en_code en_holds_load(struct en_fold *fold, struct en_holds *holds,
                      struct en_error *err) EN_MUST_CHECK;
void en_holds_fini(struct en_holds *holds);

/* hold.set. */
en_code en_holds_fold(struct en_fold *fold, struct en_holds *holds, const struct en_event *event,
                      struct en_error *err) EN_MUST_CHECK;

/* Whether a held scope has anything in common with this one (0 everything), as the tree is at the
 * instant. */
en_code en_holds_meet(struct en_fold *fold, const struct en_holds *holds, uint32_t scope,
                      struct en_instant at, bool *meet, struct en_error *err) EN_MUST_CHECK;

#endif
