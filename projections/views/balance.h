/* A balance over fiscal days: what came in, went out and was lost; the actual imbalance (B-01), the
 * one that the accuracy of its channels permits (B-02 by the errors of B-03), and the verdict:
 * within it, beyond it, or not assessable (B-02q). */
#ifndef EN_PROJECTIONS_VIEWS_BALANCE_H
#define EN_PROJECTIONS_VIEWS_BALANCE_H

#include "core/metering/quantity.h"
#include "projections/views/fiscal.h"

typedef enum en_balance_verdict {
    EN_BALANCE_NOT_ASSESSABLE = 0,
    EN_BALANCE_WITHIN = 1,
    EN_BALANCE_BEYOND = 2,
} en_balance_verdict;

/* "within", "beyond", "not assessable". */
const char *en_balance_verdict_text(en_balance_verdict verdict);

struct en_balance_answer {
    en_unit unit;
    struct en_balance_totals totals; /* in the lane asked for; counts stop at UINT32_MAX */
    uint32_t missing_days;           /* days on which a side has nothing at all */
    uint32_t frozen_days;
    int64_t imbalance_micro;    /* in - out - losses */
    int64_t pending_micro;      /* the imbalance live less fiscal: what late facts would change */
    int64_t actual_1e4_percent; /* of what came in, half up */

    /* Only when is_assessed: every error is known; else why says what is missing. */
    bool is_assessed;
    int64_t permissible_1e4_percent;
    int64_t permissible_micro;
    bool is_permitted; /* decided on squares, exactly (B-02s) */
    char why[160];

    /* The verdict also stands where errors are assumed: by them. */
    en_balance_verdict verdict;
    int64_t limit_1e4_percent; /* what the verdict went by; 0 when it is not assessable */
    int64_t limit_micro;
    uint32_t members_count;       /* channels on both sides */
    uint32_t assumed_count;       /* of them with an assumed error */
    int64_t doubtful_1e4_percent; /* slots without a measured value of the worst member */
    bool is_trend; /* B-02t: one sign for so many periods of this length, this the last */
    uint32_t trend_periods;
    uint32_t commercial_most; /* 1e-4 %: commercial losses above it are listed (B-11) */
    char reason[320];         /* of the verdict, for people */
};

/* The balance over [from, to). Its channels: balance_member.h. Neither permissible imbalance nor
 * verdict when a side is more than a sum of channels, when the balance was set anew in between, or
 * when its channels have energy in slots that the balance leaves out and cannot be scaled to it.
 * The permissible imbalance wants all errors known and no slot left out; the verdict takes assumed
 * errors and shares instead, but is "not assessable" when a member's slots are missing, rejected
 * or estimated to more than 10 % (B-02q). In the fiscal lane every frozen day of the balance and of
 * its channels counts as frozen; doubtful slots are counted as the log says now.
 * Codes: EN_NOT_FOUND (no such balance then), EN_RANGE (an empty stretch), EN_OVERFLOW, EN_NOMEM,
 * EN_LIMIT, EN_CORRUPT, those of the store. */
en_code en_balance_gather(struct en_store *store, uint32_t balance, struct en_day from,
                          struct en_day to, en_lane lane, struct en_balance_answer *answer,
                          struct en_error *err) EN_MUST_CHECK;

#endif
