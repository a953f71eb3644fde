#include "core/metering/reading/reconciliation.h"

#include "core/fixed.h"
#include "core/metering/slots.h"

struct en_reconciliation en_reconcile(struct en_amount advance, struct en_amount profile,
                                      en_billing_basis basis)
{
    EN_ASSERT(basis == EN_BILLING_PROFILE || basis == EN_BILLING_REGISTER);
    struct en_reconciliation result = {.profile = profile};
    result.billed = basis == EN_BILLING_REGISTER ? advance : profile;
    if (!en_quality_is_usable(advance.quality) || !en_quality_is_usable(profile.quality)) {
        result.difference.quality = en_slot_missing(EN_QUALITY_MISSING);
        return result;
    }
    result.difference.quality =
        en_quality_merge(en_slot_clean(advance.quality), en_slot_clean(profile.quality));
    if (!en_i64_subtract(advance.micro, profile.micro, &result.difference.micro)) {
        result.difference = en_amount_overflow(EN_SOURCE_DERIVED);
        return result;
    }
    if (result.difference.micro != 0) {
        result.difference.quality |= EN_QUALITY_SUM;
    }
    return result;
}
