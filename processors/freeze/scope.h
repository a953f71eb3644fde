/* Whom a freeze is about: all channels, nodes and balances, or with a scope those of an object and
 * below it, as the tree stood when the period was frozen; written down then as rows of
 * freeze_member, because the tree may change. */
#ifndef EN_PROCESSORS_FREEZE_SCOPE_H
#define EN_PROCESSORS_FREEZE_SCOPE_H

#include "processors/processor.h"
#include "projections/tables.h"

/* Fills freeze->missing_count: slots due in the period less those that are there. Writes nothing.
 */
en_code en_freeze_scope_count_missing(struct en_fold *fold, struct en_freeze_row *freeze,
                                      struct en_error *err) EN_MUST_CHECK;

/* Writes down the members of a first run; nothing where everything is meant. */
en_code en_freeze_scope_write(struct en_fold *fold, struct en_freeze_row *freeze,
                              struct en_error *err) EN_MUST_CHECK;

/* The members of a run are those of the run before: a correction never changes whom a freeze is
 * about. */
en_code en_freeze_scope_copy(struct en_fold *fold, const struct en_freeze_row *from, uint32_t run,
                             struct en_error *err) EN_MUST_CHECK;

/* Whether the run is about the series of the lane. */
en_code en_freeze_scope_holds(struct en_fold *fold, const struct en_freeze_row *freeze,
                              en_frozen_lane lane, uint32_t series, bool *holds,
                              struct en_error *err) EN_MUST_CHECK;

#endif
