/* What came since a freeze and differs from it: the pending differences of its newest run, row by
 * row, with names and both values. */
#ifndef EN_PROJECTIONS_VIEWS_PENDING_H
#define EN_PROJECTIONS_VIEWS_PENDING_H

#include "core/metering/quantity.h"
#include "projections/views/frozen.h"

/* Of a balance the values are its imbalances (in - out - losses). */
struct en_pending_row {
    en_frozen_lane lane;
    int32_t day;
    uint32_t series;
    struct en_slice key;  /* of the point, formula or balance; size 0: not named */
    struct en_slice code; /* of the channel, else size 0 */
    en_unit unit;
    bool has_frozen; /* false: there was nothing when it was frozen */
    bool has_live;   /* false: there is nothing any more */
    int64_t frozen_micro;
    int64_t live_micro;
    int64_t difference_micro; /* live less frozen, what is not there as 0 */
};

typedef en_code (*en_pending_visit)(void *self, const struct en_pending_row *row,
                                    struct en_error *err);

/* Visits the rows of a freeze, or of a hold (EN_HOLD_FREEZE), by lane, day, series. Texts live for
 * the call of visit. Codes: EN_NOT_FOUND (no such freeze), EN_OVERFLOW, EN_CORRUPT, EN_NOMEM, those
 * of the store, what the visit returns. */
en_code en_pending_walk(struct en_store *store, uint32_t freeze, en_pending_visit visit, void *self,
                        struct en_error *err) EN_MUST_CHECK;

#endif
