/* Gas volumes: to standard conditions, and what stands in for a meter that failed.
 * One rounding to 1e-6, half up away from zero; false when a number does not fit or an input is not
 * above 0 where it must be. Pure, any thread. */
#ifndef EN_CORE_METERING_RESOURCE_GAS_H
#define EN_CORE_METERING_RESOURCE_GAS_H

#include <stdbool.h>
#include <stdint.h>

/* Standard conditions: 101.325 kPa and 293.15 K (20 degC). */
#define EN_GAS_STANDARD_MICRO_KPA INT64_C(101325000)
#define EN_GAS_STANDARD_MICRO_K INT64_C(293150000)
#define EN_GAS_ZERO_DEGC_MICRO_K INT64_C(273150000)

/* V (P / 101.325) (293.15 / T) / K. */
struct en_gas_state {
    int64_t micro_kpa;       /* absolute */
    int64_t micro_k;         /* kelvin */
    int64_t compressibility; /* K, 1e-6: of the working state over the standard one */
};
bool en_gas_standard_volume(int64_t micro_m3, const struct en_gas_state *state, int64_t *standard);

/* the contract's load for so long, but never more than the meter was designed for. Both are
 * in 1e-6 m3/h and not below 0 (false otherwise). */
bool en_gas_of_failure(int64_t contract_per_hour, int64_t design_per_hour, uint32_t seconds,
                       int64_t *micro_m3);

#endif
