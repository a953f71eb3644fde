/* The energy of a channel's day that counts: the layers over what was read, each stored only where
 * it differs from the one below.
 *
 *   bypass    feeders on the bypass breaker, and the bypass (B-20)
 *   best      judged, and filled where it was missing or rejected
 *   interval  energy per slot (views/interval.h)
 *   profile   as read */
#ifndef EN_PROJECTIONS_VIEWS_BEST_H
#define EN_PROJECTIONS_VIEWS_BEST_H

#include "projections/tables.h"

/* The layers from the top down. */
#define EN_BEST_LAYERS 4u
extern const struct en_series_table *const en_best_layers[EN_BEST_LAYERS];

/* The block that counts, a view as the store says. EN_NOT_FOUND: the day has nothing. */
en_code en_best_get(struct en_store *store, int32_t day, uint32_t channel, struct en_slice *block,
                    struct en_error *err) EN_MUST_CHECK;

/* The block before the bypass: judged and filled. EN_NOT_FOUND: the day has nothing. */
en_code en_substituted_get(struct en_store *store, int32_t day, uint32_t channel,
                           struct en_slice *block, struct en_error *err) EN_MUST_CHECK;

#endif
