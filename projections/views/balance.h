/* A balance over fiscal days: what came in, went out and was lost; the actual imbalance (B-01) and
 * the one that the accuracy of its channels permits (B-02). */
#ifndef EN_PROJECTIONS_VIEWS_BALANCE_H
#define EN_PROJECTIONS_VIEWS_BALANCE_H

#include "core/metering/quantity.h"
#include "projections/views/fiscal.h"

struct en_balance_answer {
    en_unit unit;
    struct en_balance_totals totals; /* in the lane asked for; counts stop at UINT32_MAX */
    uint32_t missing_days;           /* days on which a side has nothing at all */
    uint32_t frozen_days;
    int64_t imbalance_micro;    /* in - out - losses */
    int64_t pending_micro;      /* the imbalance live less fiscal: what late facts would change */
    int64_t actual_1e4_percent; /* of what came in, half up */

    /* Only when is_assessed; else why says what is missing. */
    bool is_assessed;
    int64_t permissible_1e4_percent;
    int64_t permissible_micro;
    bool is_permitted; /* decided on squares, exactly (B-02s) */
    char why[160];
};

/* The balance over [from, to). Channels are the members of a side when it is a sum of them (also
 * through other formulas); the permissible imbalance is not assessed when a side is more than a
 * sum, when the error of a channel is not known, when slots were left out because a side had no
 * value, or when the balance was set anew in between. In the fiscal lane every frozen day of the
 * balance and of its channels counts as frozen.
 * Codes: EN_NOT_FOUND (no such balance then), EN_RANGE (an empty stretch), EN_OVERFLOW, EN_NOMEM,
 * EN_CORRUPT, those of the store. */
en_code en_balance_gather(struct en_store *store, uint32_t balance, struct en_day from,
                          struct en_day to, en_lane lane, struct en_balance_answer *answer,
                          struct en_error *err) EN_MUST_CHECK;

#endif
