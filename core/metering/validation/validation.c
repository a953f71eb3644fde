#include "core/metering/validation/validation.h"

#include "core/decimal.h"

int64_t en_validation_shown(en_u128 value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

int64_t en_validation_share_of(int64_t share, int64_t value)
{
    en_u128 product = (en_u128)en_i64_magnitude(share) * en_i64_magnitude(value);
    return en_validation_shown(product / EN_MICRO);
}

struct en_finding en_validation_finding(en_finding_rule rule, en_rule_severity severity,
                                        uint64_t flags, uint32_t first, uint32_t slots)
{
    EN_ASSERT(first + slots <= UINT16_MAX);
    return (struct en_finding){
        .rule = (uint8_t)rule,
        .severity = (uint8_t)severity,
        .flags = flags,
        .first = (uint16_t)first,
        .slots = (uint16_t)slots,
    };
}

void en_validation_span(const struct en_validation_day *day, struct en_instant day_from,
                        struct en_interval interval, uint32_t *first, uint32_t *slots)
{
    EN_ASSERT(day->slot_seconds > 0);
    int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    struct en_interval whole = {day_from, {day_from.us + slot_us * day->count}};
    int64_t overlap = en_interval_overlap_us(whole, interval);
    *first = 0;
    *slots = 0;
    if (overlap <= 0) {
        return;
    }
    int64_t from = interval.from.us > day_from.us ? interval.from.us - day_from.us : 0;
    int64_t to = from + overlap;
    *first = (uint32_t)(from / slot_us);
    *slots = (uint32_t)((to + slot_us - 1) / slot_us) - *first;
}
