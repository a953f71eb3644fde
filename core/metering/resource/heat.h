/* Heat from masses and enthalpies, what stands in for a heat meter that failed,
 * and whether its temperatures are far enough apart to be trusted.
 *
 * Masses are in 1e-6 t, enthalpies in 1e-6 kJ/kg (water.h), temperatures in 1e-6 degC. A heat is
 * kept exact, in 1e-6 J, until it is asked for in a unit: one rounding, half up away from zero.
 * False when a number does not fit, or inputs contradict the rule as each says; outputs are then
 * untouched. Pure, any thread. */
#ifndef EN_CORE_METERING_RESOURCE_HEAT_H
#define EN_CORE_METERING_RESOURCE_HEAT_H

#include "core/fixed.h"
#include "core/metering/quantity.h"

struct en_heat_exact {
    en_i128 micro_j;
};

/* X-02, closed: what two pipes bring and take back of one mass. Q = M (h1 - h2). */
bool en_heat_closed(int64_t micro_t, int64_t supply, int64_t back, struct en_heat_exact *heat);

/* X-02, open: water is drawn off; both masses count from the cold water that replaced it.
 * Q = M1 (h1 - hcw) - M2 (h2 - hcw). */
struct en_heat_pipe {
    int64_t micro_t;
    int64_t micro_kj_kg;
};
bool en_heat_open(struct en_heat_pipe supply, struct en_heat_pipe back, int64_t cold_micro_kj_kg,
                  struct en_heat_exact *heat);

/* steam that comes back as condensate. Q = D (h'' - hc). */
bool en_heat_steam(int64_t micro_t, int64_t steam, int64_t condensate, struct en_heat_exact *heat);

/* The heat in 1e-6 of GJ or Gcal (1 Gcal = 4.1868 GJ; asserted: one of the two). */
bool en_heat_in(struct en_heat_exact heat, en_unit unit, int64_t *micro);

/* the mean heat of days before the failure, scaled to the day's outside temperature:
 * Q = Q_mean (t_in - t_out) / (t_in - t_out_mean). False, too, when it was as warm outside as
 * inside in those days: nothing was heated that could be scaled. A day warmer than inside: 0. */
struct en_heat_failure {
    int64_t mean_micro; /* a day's heat, in any unit */
    int64_t inside;     /* t_in */
    int64_t outside;
    int64_t outside_mean; /* of the days of the mean */
};
bool en_heat_of_failure(const struct en_heat_failure *failure, int64_t *micro);

/* how long that may go on: after so many days in a year the contract's value stands. */
#define EN_HEAT_FAILURE_DAYS_MAX 15
bool en_heat_failure_is_scaled(uint32_t days_used, uint32_t days_max);

/* closer than the limit (3 K), the meter's error is beyond its class: the value is SUSPECT.
 */
#define EN_HEAT_DIFFERENCE_MIN INT64_C(3000000)
bool en_heat_is_too_close(int64_t supply_micro_degc, int64_t return_micro_degc, int64_t limit);

#endif
