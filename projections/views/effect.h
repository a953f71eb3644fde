/* What differs between two states of the same tables over some fiscal days: findings that appear
 * and vanish, values that validity and substitution judge or fill otherwise, and what follows in
 * usage, formulas and balances. Before and after may be snapshots of one environment. One thread.
 */
#ifndef EN_PROJECTIONS_VIEWS_EFFECT_H
#define EN_PROJECTIONS_VIEWS_EFFECT_H

#include "core/metering/validation/finding.h"
#include "projections/tables.h"

typedef enum en_effect_kind {
    EN_EFFECT_FINDING = 1, /* one finding of a channel's day appears or vanishes */
    EN_EFFECT_VALUE = 2,   /* a channel's day counts otherwise */
    EN_EFFECT_USAGE = 3,   /* a channel's energy over all days */
    EN_EFFECT_FORMULA = 4, /* a formula's */
    EN_EFFECT_BALANCE = 5, /* a balance's imbalance over all days */
} en_effect_kind;

struct en_effect {
    en_effect_kind kind;
    uint32_t series; /* channel, formula, balance */
    int32_t day;     /* FINDING, VALUE */

    bool is_new;               /* FINDING: it appears, else it vanishes */
    struct en_finding finding; /* FINDING */

    uint32_t slots_count; /* VALUE: slots whose value or quality differs */
    int64_t before_micro; /* all but FINDING: the sum before and after */
    int64_t after_micro;
    uint32_t before_missing; /* all but FINDING, BALANCE: slots without a value */
    uint32_t after_missing;
};

/* Anything but EN_OK stops the walk and is returned; not EN_NOT_FOUND. */
typedef en_code (*en_effect_visit)(void *self, const struct en_effect *effect,
                                   struct en_error *err);

/* Visits every difference of the days [from_day, to_day): findings by day and channel, then values
 * by day and channel, then usage, formulas, balances by id. A finding whose numbers alone differ is
 * the same. Codes: EN_NOMEM, EN_OVERFLOW (a sum over the days), those of the stores and of visit.
 */
en_code en_effect_walk(struct en_store *before, struct en_store *after, int32_t from_day,
                       int32_t to_day, en_effect_visit visit, void *self,
                       struct en_error *err) EN_MUST_CHECK;

#endif
