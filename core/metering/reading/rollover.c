#include "core/metering/reading/rollover.h"

/* E' < C/2 and E' * K <= limit. Whatever does not fit is not plausible. */
static bool is_plausible(struct en_decimal advance, struct en_ratio ratio,
                         const struct en_rollover *rollover)
{
    struct en_decimal twice = {0, 0};
    if (en_decimal_add(advance, advance, &twice, NULL) != EN_OK ||
        en_decimal_compare(twice, rollover->capacity) >= 0) {
        return false;
    }
    int64_t micro = 0;
    if (!en_ratio_scale_decimal_half_up(ratio, advance, &micro)) {
        return false;
    }
    return !rollover->has_limit || micro <= rollover->limit_micro;
}

bool en_rollover_advance(struct en_decimal from, struct en_decimal to, struct en_ratio ratio,
                         const struct en_rollover *rollover, struct en_decimal *advance,
                         en_advance_kind *kind)
{
    struct en_decimal difference = {0, 0};
    if (en_decimal_subtract(to, from, &difference, NULL) != EN_OK) {
        return false;
    }
    *advance = difference;
    *kind = difference.digits < 0 ? EN_ADVANCE_NEGATIVE : EN_ADVANCE_PLAIN;
    if (*kind == EN_ADVANCE_PLAIN || rollover->capacity.digits <= 0) {
        return true;
    }
    /* A reading at or over the capacity says that the capacity is not this register's. */
    bool is_inside = to.digits >= 0 && en_decimal_compare(from, rollover->capacity) < 0;
    struct en_decimal turned = {0, 0};
    if (is_inside && en_decimal_add(difference, rollover->capacity, &turned, NULL) == EN_OK &&
        is_plausible(turned, ratio, rollover)) {
        *advance = turned;
        *kind = EN_ADVANCE_ROLLOVER;
    }
    return true;
}

struct en_decimal en_rollover_capacity(int digits)
{
    EN_ASSERT(digits >= 1);
    EN_ASSERT(digits <= EN_DECIMAL_EXPONENT_MAX);
    return (struct en_decimal){1, (int8_t)digits};
}
