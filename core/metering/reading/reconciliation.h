/* the advance of the register against the sum of the profile over one period. What is billed
 * is one of the two, by the point's basis; their difference is a row of its own, never smeared over
 * the slots. Pure, any thread. */
#ifndef EN_CORE_METERING_READING_RECONCILIATION_H
#define EN_CORE_METERING_READING_RECONCILIATION_H

#include "core/metering/reading/consumption.h"

/* Stored values. */
typedef enum en_billing_basis {
    EN_BILLING_PROFILE = 0,
    EN_BILLING_REGISTER = 1,
} en_billing_basis;

struct en_reconciliation {
    struct en_amount billed;     /* of the period, by the basis */
    struct en_amount profile;    /* sum of the slots */
    struct en_amount difference; /* advance - profile: the row "reconciliation" */
};

/* An advance or a profile that is missing or rejected leaves the difference missing. Marked SUM
 * where the two differ. */
struct en_reconciliation en_reconcile(struct en_amount advance, struct en_amount profile,
                                      en_billing_basis basis);

#endif
