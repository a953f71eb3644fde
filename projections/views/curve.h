/* The values of a channel or formula slot by slot over a stretch of time, with their quality and
 * fiscal state: what charts, tables and exports show. */
#ifndef EN_PROJECTIONS_VIEWS_CURVE_H
#define EN_PROJECTIONS_VIEWS_CURVE_H

#include "core/instant.h"
#include "projections/views/fiscal.h"

struct en_curve_query {
    bool is_formula; /* series is a formula's node, else a channel */
    uint32_t series;
    /* Fiscal days [from_day, to_day), or the slots that lie wholly in the instants. */
    bool is_instants;
    struct en_day from_day;
    struct en_day to_day;
    struct en_interval interval;
    en_lane lane;
};

struct en_curve_slot {
    struct en_interval span;
    int64_t micro; /* 0 where the quality is missing */
    /* With the fiscal state laid over: FROZEN, CORRECTED after a restatement; PROVISIONAL in the
     * live lane where it differs from what is frozen. */
    uint64_t quality;
};

/* Anything but EN_OK stops the walk and is returned. */
typedef en_code (*en_curve_visit)(void *self, const struct en_curve_slot *slot,
                                  struct en_error *err);

/* Visits the slots in order of time. Of a channel with a grid every slot of the stretch comes, also
 * those that have no value; days of a formula without any operand do not come.
 * Codes: EN_NOT_FOUND (no such channel), EN_RANGE (an empty stretch), EN_NOMEM, those of the store,
 * and what the visit returns. */
en_code en_curve_walk(struct en_store *store, const struct en_curve_query *query,
                      en_curve_visit visit, void *self, struct en_error *err) EN_MUST_CHECK;

#endif
