#include "core/metering/tariff/demand.h"

#include "core/fixed.h"
#include "core/metering/slots.h"

#define HOUR_SECONDS 3600
#define PERCENT_1E4 1000000 /* 100 % */

/* The word of all parts together; missing where one is, or where there is none. */
static uint64_t merged_quality(const struct en_amount *powers, size_t count)
{
    if (count == 0) {
        return en_slot_missing(EN_QUALITY_MISSING);
    }
    uint64_t quality = en_slot_clean(powers[0].quality);
    bool is_missing = !en_quality_is_usable(quality);
    quality = is_missing ? en_slot_missing(quality) : en_quality_derive(quality);
    for (size_t i = 1; i < count; i++) {
        uint64_t next = en_slot_clean(powers[i].quality);
        bool is_usable = en_quality_is_usable(next);
        quality = en_slot_merge(quality, is_usable ? next : en_slot_missing(next));
    }
    return quality;
}

struct en_amount en_demand_mean(const struct en_amount *powers, size_t count)
{
    struct en_amount mean = {0, merged_quality(powers, count)};
    if (en_quality_is_missing(mean.quality)) {
        return mean;
    }
    en_i128 sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += powers[i].micro;
    }
    mean.micro = (int64_t)en_i128_divide_half_up(sum, (en_i128)count);
    return mean;
}

struct en_amount en_demand_max(const struct en_amount *powers, size_t count)
{
    struct en_amount max = {0, merged_quality(powers, count)};
    if (en_quality_is_missing(max.quality)) {
        return max;
    }
    max.micro = powers[0].micro;
    for (size_t i = 1; i < count; i++) {
        max.micro = powers[i].micro > max.micro ? powers[i].micro : max.micro;
    }
    return max;
}

en_code en_demand_excess(int64_t fact_micro, int64_t declared_micro, struct en_excess *excess,
                         struct en_error *err)
{
    struct en_excess result = {0, 0, false};
    if (!en_i64_subtract(fact_micro, declared_micro, &result.micro)) {
        return en_error_set(err, EN_OVERFLOW, "excess over the declared power does not fit");
    }
    if (declared_micro > 0) {
        en_i128 share = en_i128_divide_half_up((en_i128)result.micro * PERCENT_1E4, declared_micro);
        result.is_percent_present = en_i128_to_i64(share, &result.percent_1e4);
    }
    *excess = result;
    return EN_OK;
}

en_code en_demand_reserve(int64_t contract_micro, int64_t network_micro, int64_t *reserve_micro,
                          struct en_error *err)
{
    int64_t difference = 0;
    if (!en_i64_subtract(contract_micro, network_micro, &difference)) {
        return en_error_set(err, EN_OVERFLOW, "reserve of the contracted power does not fit");
    }
    *reserve_micro = difference > 0 ? difference : 0;
    return EN_OK;
}

en_code en_demand_forecast(const struct en_demand_slot *slot, struct en_demand_forecast *forecast,
                           struct en_error *err)
{
    EN_ASSERT(slot->left_seconds > 0);
    EN_ASSERT(slot->left_seconds <= slot->slot_seconds);
    en_i128 so_far = (en_i128)slot->energy_micro * HOUR_SECONDS;
    en_i128 at_end = so_far + (en_i128)slot->power_micro * slot->left_seconds;
    en_i128 room = (en_i128)slot->limit_micro * slot->slot_seconds - so_far;
    struct en_demand_forecast result = {0, 0, false};
    if (!en_i128_to_i64(en_i128_divide_half_up(at_end, slot->slot_seconds),
                        &result.forecast_micro) ||
        !en_i128_to_i64(en_i128_divide_half_up(room, slot->left_seconds), &result.allowed_micro)) {
        return en_error_set(err, EN_OVERFLOW, "forecast of the slot's power does not fit");
    }
    /* before rounding: at the limit is not over it */
    result.is_over = at_end > (en_i128)slot->limit_micro * slot->slot_seconds;
    *forecast = result;
    return EN_OK;
}

en_limit_change en_limit_next(const struct en_limit_rule *rule, struct en_limit_state *state,
                              int64_t micro)
{
    if (micro > rule->limit_micro) {
        state->above_count += state->above_count < UINT32_MAX ? 1 : 0;
        if (!state->is_raised && state->above_count >= rule->delay_slots) {
            state->is_raised = true;
            return EN_LIMIT_RAISED;
        }
        return EN_LIMIT_KEEPS;
    }
    state->above_count = 0;
    en_i128 clear = (en_i128)rule->limit_micro * (PERCENT_1E4 - rule->hysteresis_1e4);
    if (state->is_raised && (en_i128)micro * PERCENT_1E4 < clear) {
        state->is_raised = false;
        return EN_LIMIT_CLEARED;
    }
    return EN_LIMIT_KEEPS;
}

bool en_demand_is_large_load(uint32_t hour)
{
    EN_ASSERT(hour < 24);
    return hour >= 7 && hour < 23;
}

bool en_demand_reactive_factor(int64_t active_micro, int64_t reactive_micro, int64_t *factor_micro)
{
    return active_micro > 0 &&
           en_i128_to_i64(en_i128_divide_half_up((en_i128)reactive_micro * EN_MICRO, active_micro),
                          factor_micro);
}
