/* Water and steam by IAPWS-IF97 (regions 1, 2 and 4), for heat metering: 0 to 350 degC, up to
 * 10 MPa. Computed in integers (core/real.h), so that every machine gives the same number: the
 * result is the formulation's own value rounded once, half up, to 1e-6 of its unit (measured
 * against 60 digits: never off by more than that rounding). The formulation itself is uncertain by
 * more than that; contracts name it, not nature.
 *
 * Pressures are absolute, in 1e-6 kPa; temperatures in 1e-6 degC. The phase is said by who asks: a
 * water meter's state below its boiling pressure is a fault of the inputs and is refused, where a
 * guess would take steam's enthalpy, seven times as much. False when the state is outside the range
 * or not of the phase; *out is then untouched. Pure, any thread; a few microseconds each. */
#ifndef EN_CORE_METERING_RESOURCE_WATER_H
#define EN_CORE_METERING_RESOURCE_WATER_H

#include <stdbool.h>
#include <stdint.h>

#define EN_WATER_MICRO_DEGC_MAX INT64_C(350000000)
#define EN_WATER_MICRO_KPA_MAX INT64_C(10000000000)

typedef enum en_water_phase {
    EN_WATER_LIQUID = 1,
    EN_WATER_STEAM = 2,
} en_water_phase;

struct en_water_state {
    int64_t micro_kpa;
    int64_t micro_degc;
};

/* Specific enthalpy, 1e-6 kJ/kg. */
bool en_water_enthalpy(en_water_phase phase, struct en_water_state state, int64_t *micro_kj_kg);

/* Density, 1e-6 kg/m3: what makes the mass of a volume. */
bool en_water_density(en_water_phase phase, struct en_water_state state, int64_t *micro_kg_m3);

/* Enthalpy of boiling water (h') or dry saturated steam (h'') at a pressure. */
bool en_water_saturated_enthalpy(en_water_phase phase, int64_t micro_kpa, int64_t *micro_kj_kg);

/* The line between the phases: pressure of a temperature and back. Pressures from the triple
 * point's, 0.611213 kPa, up. */
bool en_water_boiling_pressure(int64_t micro_degc, int64_t *micro_kpa);
bool en_water_boiling_temperature(int64_t micro_kpa, int64_t *micro_degc);

#endif
