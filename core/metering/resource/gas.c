#include "core/metering/resource/gas.h"

#include "core/wide.h"

#define HOUR_SECONDS 3600

bool en_gas_standard_volume(int64_t micro_m3, const struct en_gas_state *state, int64_t *standard)
{
    if (state->micro_kpa <= 0 || state->micro_k <= 0 || state->compressibility <= 0) {
        return false;
    }
    /* Four factors of up to 63 bits: 256 are enough for each side. */
    struct en_wide above = en_wide_of(en_i64_magnitude(micro_m3));
    struct en_wide below = en_wide_of((en_u128)EN_GAS_STANDARD_MICRO_KPA);
    bool fits = en_wide_multiply(&above, (en_u128)state->micro_kpa) &&
                en_wide_multiply(&above, (en_u128)EN_GAS_STANDARD_MICRO_K) &&
                en_wide_multiply(&above, 1000000) &&
                en_wide_multiply(&below, (en_u128)state->micro_k) &&
                en_wide_multiply(&below, (en_u128)state->compressibility);
    en_u128 magnitude = 0;
    if (!fits || !en_wide_divide_half_up(&above, &below, &magnitude) || magnitude > INT64_MAX) {
        return false;
    }
    *standard = micro_m3 < 0 ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool en_gas_of_failure(int64_t contract_per_hour, int64_t design_per_hour, uint32_t seconds,
                       int64_t *micro_m3)
{
    if (contract_per_hour < 0 || design_per_hour < 0) {
        return false;
    }
    int64_t load = contract_per_hour < design_per_hour ? contract_per_hour : design_per_hour;
    return en_i128_to_i64(en_i128_divide_half_up((en_i128)load * seconds, HOUR_SECONDS), micro_m3);
}
