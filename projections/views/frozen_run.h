/* The rows of a run of a freeze as it froze them, whatever the live tables hold now: the live rows
 * (views/frozen.h) with what was kept where they moved on. What exports give and what is compared
 * with a replay. */
#ifndef EN_PROJECTIONS_VIEWS_FROZEN_RUN_H
#define EN_PROJECTIONS_VIEWS_FROZEN_RUN_H

#include "projections/views/frozen.h"

/* A run by number; 0: the newest. Text is a view. EN_NOT_FOUND, with words for people. */
en_code en_freeze_get(struct en_store *store, uint32_t freeze, uint32_t run,
                      struct en_freeze_row *row, struct en_error *err) EN_MUST_CHECK;

/* Visits the rows of the run in their order: day, lane, series. Codes: EN_NOMEM, those of the
 * store, and what the visit returns. */
en_code en_frozen_run_walk(struct en_store *store, const struct en_freeze_row *freeze,
                           en_frozen_visit visit, void *self, struct en_error *err) EN_MUST_CHECK;

/* Their digest: equal to freeze->digest unless something is wrong. */
en_code en_frozen_run_digest(struct en_store *store, const struct en_freeze_row *freeze,
                             struct en_hash *digest, uint64_t *rows_count,
                             struct en_error *err) EN_MUST_CHECK;

/* Below 0, 0, above 0: the order of rows. */
int en_frozen_item_compare(const struct en_frozen_item *a, const struct en_frozen_item *b);

#endif
