/* Estimates from other channels: E-03 the check meter, E-11 the rest of a node's balance. Values in
 * 1e-6. Pure, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_CROSS_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_CROSS_H

#include "core/metering/ratio.h"
#include "core/metering/substitution/estimation.h"

#include <stddef.h>

/* E-03: check * ratio, half up; the ratio of the two channels with its sign. A check value that
 * cannot be taken (en_estimation_takes): CHECK_NOT_VALID. Refusals: also OVERFLOW. */
en_refusal en_check_fill(int64_t check, uint64_t check_quality, struct en_ratio ratio,
                         int64_t *value);

/* Another member of the node, on the same side as the missing one or across. */
struct en_balance_member {
    int64_t micro;
    uint64_t quality;
    bool is_across; /* receipts where a delivery is missing, deliveries where a receipt is */
};

/* E-11: e = sum across - sum of the same side - losses (losses leave the node: for a missing
 * receipt they count as deliveries, so give them with the opposite sign). Every member must be
 * measured and valid (MEMBER_NOT_VALID), the result within [0, cap] (BELOW_ZERO, ABOVE_CAP; cap 0:
 * none is known). Refusals: also NO_BALANCE (no member), OVERFLOW. */
en_refusal en_balance_fill(const struct en_balance_member *members, size_t count,
                           int64_t losses_micro, int64_t cap_micro, int64_t *value);

#endif
