#include "core/metering/decree/decree_354.h"

#include "core/fixed.h"

const struct en_household_rules en_household_rules_default = {6, 3, 3};

en_household_method en_household_volume(const struct en_household_rules *rules,
                                        const struct en_household *household, int64_t *micro)
{
    EN_ASSERT(household->missing_count > 0);
    size_t wanted = household->is_young ? rules->months_min_young : rules->months_min;
    if (household->missing_count > rules->periods_max || household->months_count == 0 ||
        household->months_count < wanted) {
        *micro = household->norm_micro;
        return EN_HOUSEHOLD_NORM;
    }
    en_i128 sum = 0;
    for (size_t i = 0; i < household->months_count; i++) {
        sum += household->months[i];
    }
    /* A mean of 64-bit numbers is one. */
    *micro = (int64_t)en_i128_divide_half_up(sum, (en_i128)household->months_count);
    return EN_HOUSEHOLD_MEAN;
}
