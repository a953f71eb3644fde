/* The energy of a channel's day that counts: the layers over what was read, each stored only where
 * it differs from the one below.
 *
 *   bypass    feeders on the bypass breaker, and the bypass (B-20)
 *   decree    what was still missing, by billing period (Decree 442)
 *   best      judged, and filled where it was missing or rejected
 *   interval  energy per slot (views/interval.h)
 *   profile   as read */
#ifndef EN_PROJECTIONS_VIEWS_BEST_H
#define EN_PROJECTIONS_VIEWS_BEST_H

#include "projections/tables.h"

/* The layers from the top down. */
#define EN_BEST_LAYERS 5u
extern const struct en_series_table *const en_best_layers[EN_BEST_LAYERS];

/* The block that counts, a view as the store says. EN_NOT_FOUND: the day has nothing. */
en_code en_best_get(struct en_store *store, int32_t day, uint32_t channel, struct en_slice *block,
                    struct en_error *err) EN_MUST_CHECK;

/* The block before the bypass: judged, filled, and by the decree. EN_NOT_FOUND: the day has
 * nothing.
 */
en_code en_substituted_get(struct en_store *store, int32_t day, uint32_t channel,
                           struct en_slice *block, struct en_error *err) EN_MUST_CHECK;

/* The block before the decree: judged, and filled slot by slot. EN_NOT_FOUND: the day has nothing.
 */
en_code en_repaired_get(struct en_store *store, int32_t day, uint32_t channel,
                        struct en_slice *block, struct en_error *err) EN_MUST_CHECK;

#endif
