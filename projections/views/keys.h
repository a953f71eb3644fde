/* Ids and external keys, and the fiscal day of things: what every question needs first. */
#ifndef EN_PROJECTIONS_VIEWS_KEYS_H
#define EN_PROJECTIONS_VIEWS_KEYS_H

#include "core/event/event.h"
#include "projections/tables.h"

/* The id of an external key. EN_NOT_FOUND, with words for people. */
en_code en_keys_find(struct en_store *store, en_name_type type, struct en_slice key, uint32_t *id,
                     struct en_error *err) EN_MUST_CHECK;

/* The external key of an id, a view as the store says; size 0 for id 0 and for ids that have none.
 */
en_code en_keys_key(struct en_store *store, en_name_type type, uint32_t id, struct en_slice *key,
                    struct en_error *err) EN_MUST_CHECK;

/* Minutes that the fiscal time of an object, or of a point's object, is ahead of UTC at the
 * instant; 0 where nobody said. */
en_code en_keys_object_offset(struct en_store *store, uint32_t object, struct en_instant at,
                              int32_t *offset_minutes, struct en_error *err) EN_MUST_CHECK;
en_code en_keys_point_offset(struct en_store *store, uint32_t point, struct en_instant at,
                             int32_t *offset_minutes, struct en_error *err) EN_MUST_CHECK;

/* The same, and *holds: an interval around the instant in which it does not change. EN_NOT_FOUND
 * when nobody said anything of the object by then. */
en_code en_keys_object_offset_span(struct en_store *store, uint32_t object, struct en_instant at,
                                   int32_t *offset_minutes, struct en_interval *holds,
                                   struct en_error *err) EN_MUST_CHECK;

/* When the fiscal day of a point's object begins, and at which offset. */
en_code en_keys_day_start(struct en_store *store, uint32_t point, int32_t day,
                          struct en_instant *start, int32_t *offset_minutes,
                          struct en_error *err) EN_MUST_CHECK;

/* Whether the object is the scope or below it (scope 0: always), as the tree is at the instant. */
en_code en_keys_is_within(struct en_store *store, uint32_t object, uint32_t scope,
                          struct en_instant at, bool *is_within,
                          struct en_error *err) EN_MUST_CHECK;

#endif
