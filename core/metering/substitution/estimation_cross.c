#include "core/metering/substitution/estimation_cross.h"

#include "core/fixed.h"

en_refusal en_check_fill(int64_t check, uint64_t check_quality, struct en_ratio ratio,
                         int64_t *value)
{
    EN_ASSERT(en_ratio_is_valid(ratio));
    if (!en_estimation_takes(check_quality)) {
        return EN_REFUSAL_CHECK_NOT_VALID;
    }
    return en_ratio_scale_half_up(ratio, check, value) ? EN_REFUSAL_NONE : EN_REFUSAL_OVERFLOW;
}

en_refusal en_balance_fill(const struct en_balance_member *members, size_t count,
                           int64_t losses_micro, int64_t cap_micro, int64_t *value)
{
    EN_ASSERT(cap_micro >= 0);
    if (count == 0) {
        return EN_REFUSAL_NO_BALANCE;
    }
    en_i128 sum = -(en_i128)losses_micro;
    for (size_t i = 0; i < count; i++) {
        if (!en_estimation_takes(members[i].quality)) {
            return EN_REFUSAL_MEMBER_NOT_VALID;
        }
        sum += members[i].is_across ? members[i].micro : -(en_i128)members[i].micro;
    }
    int64_t rest = 0;
    if (sum < 0) {
        return EN_REFUSAL_BELOW_ZERO;
    }
    if (!en_i128_to_i64(sum, &rest)) {
        return EN_REFUSAL_OVERFLOW;
    }
    if (cap_micro > 0 && rest > cap_micro) {
        return EN_REFUSAL_ABOVE_CAP;
    }
    *value = rest;
    return EN_REFUSAL_NONE;
}
