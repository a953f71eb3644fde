#include "core/metering/substitution/estimation_act.h"

#include "core/metering/rounding.h"

struct en_ratio en_lost_phase_ratio(uint32_t healthy)
{
    EN_ASSERT(healthy >= 1);
    EN_ASSERT(healthy < EN_ELEMENTS_COUNT);
    return healthy == 1 ? (struct en_ratio){3, 1} : (struct en_ratio){3, 2};
}

en_refusal en_lost_phase_fill(int64_t measured, struct en_ratio ratio, int64_t *value)
{
    EN_ASSERT(en_ratio_is_valid(ratio));
    if (en_ratio_compare(ratio, EN_RATIO_ONE) < 0) {
        return EN_REFUSAL_BAD_ACT;
    }
    return en_ratio_scale_half_up(ratio, measured, value) ? EN_REFUSAL_NONE : EN_REFUSAL_OVERFLOW;
}

/* The act's energy before it is multiplied. */
static en_refusal total_of(const struct en_undercount *act, size_t count, int64_t *total)
{
    *total = act->list == NULL ? act->total : 0;
    for (size_t i = 0; i < count && act->list != NULL; i++) {
        if (act->list[i] < 0) {
            return EN_REFUSAL_BAD_ACT;
        }
        if (!en_i64_add(*total, act->list[i], total)) {
            return EN_REFUSAL_OVERFLOW;
        }
    }
    return *total < 0 || count == 0 ? EN_REFUSAL_BAD_ACT : EN_REFUSAL_NONE;
}

en_refusal en_undercount_fill(const struct en_undercount *act, size_t count, int64_t *added)
{
    EN_ASSERT(en_ratio_is_valid(act->each));
    int64_t total = 0;
    en_refusal refusal = total_of(act, count, &total);
    if (refusal != EN_REFUSAL_NONE) {
        return refusal;
    }
    if (act->each.num < 0) {
        return EN_REFUSAL_BAD_ACT;
    }
    if (!en_ratio_scale_half_up(act->each, total, &total)) {
        return EN_REFUSAL_OVERFLOW;
    }
    struct en_error fault;
    bool is_even = act->list == NULL || total == 0;
    en_code code = is_even ? en_split_even(total, count, added, &fault)
                           : en_split_largest_remainder(total, act->list, count, added, &fault);
    EN_ASSERT(code == EN_OK); /* there are slots, weights not below zero, their sum was checked */
    return EN_REFUSAL_NONE;
}
