#include "core/metering/balance/balance_level.h"

#define WHOLE 1000000 /* 100 % in 1e-4 % */

bool en_level_compute(const struct en_level *level, uint32_t limit, struct en_level_loss *loss)
{
    struct en_level_loss result = {0};
    if (!en_i64_subtract(level->in_micro, level->out_micro, &result.reported_micro) ||
        !en_i64_subtract(result.reported_micro, level->technical_micro, &result.commercial_micro)) {
        return false;
    }
    en_i128 share = (en_i128)result.commercial_micro * WHOLE;
    if (level->in_micro != 0 && !en_i128_to_i64(en_i128_divide_half_up(share, level->in_micro),
                                                &result.commercial_percent)) {
        return false;
    }
    result.is_above = share > (en_i128)level->in_micro * limit;
    *loss = result;
    return true;
}

bool en_supply_compute(const int64_t *const *inputs, size_t inputs_count, size_t slots_count,
                       int64_t epsilon_micro, struct en_supply *supply)
{
    EN_ASSERT(inputs_count > 0);
    EN_ASSERT(slots_count > 0);
    EN_ASSERT(epsilon_micro >= 0);
    struct en_supply result = {.peak_micro = INT64_MIN};
    for (size_t slot = 0; slot < slots_count; slot++) {
        int64_t sum = 0;
        bool is_active = false;
        for (size_t i = 0; i < inputs_count; i++) {
            if (!en_i64_add(sum, inputs[i][slot], &sum)) {
                return false;
            }
            is_active = is_active || (i > 0 && inputs[i][slot] > epsilon_micro);
        }
        if (!en_i64_add(result.sum_micro, sum, &result.sum_micro)) {
            return false;
        }
        result.reserve_active += is_active;
        result.peak_slot = sum > result.peak_micro ? slot : result.peak_slot;
        result.peak_micro = sum > result.peak_micro ? sum : result.peak_micro;
    }
    *supply = result;
    return true;
}

bool en_group_sum(const struct en_group_member *members, size_t count, int64_t *sum_micro,
                  uint32_t *complete)
{
    en_i128 sum = 0;
    uint32_t least = WHOLE;
    for (size_t i = 0; i < count; i++) {
        en_i128 part = (en_i128)members[i].micro * members[i].coefficient;
        if (!en_i128_add(sum, part, &sum)) {
            return false;
        }
        least = members[i].complete < least ? members[i].complete : least;
    }
    if (!en_i128_to_i64(sum, sum_micro)) {
        return false;
    }
    *complete = least;
    return true;
}
