/* The energy of a channel's day: the block that interval stored, else (primary values) the profile
 * itself. */
#ifndef EN_PROJECTIONS_VIEWS_INTERVAL_H
#define EN_PROJECTIONS_VIEWS_INTERVAL_H

#include "projections/tables.h"

/* The block, a view as the store says. EN_NOT_FOUND: the day has nothing. */
en_code en_interval_get(struct en_store *store, int32_t day, uint32_t channel,
                        struct en_slice *block, struct en_error *err) EN_MUST_CHECK;

/* The block of a node's entry, which holds the counts of missing operands behind it
 * (processors/formula). */
en_code en_node_get(struct en_store *store, int32_t day, uint32_t node, struct en_slice *block,
                    struct en_error *err) EN_MUST_CHECK;

/* A node's entry: its block, and for sums how many operands are missing per slot (a block of
 * counts; size 0: none anywhere). Codes: EN_CORRUPT. */
en_code en_node_entry_parse(struct en_slice entry, struct en_slice *block, struct en_slice *missing,
                            struct en_error *err) EN_MUST_CHECK;

#endif
