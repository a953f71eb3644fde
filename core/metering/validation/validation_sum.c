#include "core/metering/validation/validation_sum.h"

bool en_validation_sum_fails(int64_t sum, int64_t advance, const struct en_sum_limits *limits,
                             int64_t *difference, int64_t *limit)
{
    EN_ASSERT(limits->multiple >= 0);
    EN_ASSERT(limits->multipliers >= 0);
    EN_ASSERT(limits->share >= 0);
    en_u128 distance = en_validation_distance(sum, advance);
    en_u128 by_multiple = (en_u128)limits->multiple * (en_u128)limits->multipliers;
    en_u128 by_share = (en_u128)limits->share * en_i64_magnitude(advance);
    en_u128 allowed = by_multiple > by_share ? by_multiple : by_share;
    int64_t shown = en_validation_shown(distance);
    *difference = sum < advance ? -shown : shown;
    *limit = en_validation_shown(allowed / EN_MICRO);
    return distance * EN_MICRO > allowed;
}

bool en_validation_register_fails(struct en_decimal from, struct en_decimal to,
                                  struct en_ratio ratio, const struct en_rollover *rollover)
{
    struct en_decimal advance;
    en_advance_kind kind = EN_ADVANCE_PLAIN;
    return !en_rollover_advance(from, to, ratio, rollover, &advance, &kind) ||
           kind == EN_ADVANCE_NEGATIVE;
}

bool en_validation_tariffs_fail(int64_t total, const int64_t *parts, uint32_t count, int64_t step,
                                int64_t *difference, int64_t *limit)
{
    EN_ASSERT(step >= 0);
    en_i128 rest = total;
    for (uint32_t i = 0; i < count; i++) {
        rest -= parts[i];
    }
    en_u128 allowed = (en_u128)step * count;
    int64_t shown = en_validation_shown(en_i128_magnitude(rest));
    *difference = rest < 0 ? -shown : shown;
    *limit = en_validation_shown(allowed);
    return en_i128_magnitude(rest) > allowed;
}
