/* Calculated losses: transformers (L-01 to L-04), lines (L-05, L-06), what loses by the hour
 * (L-08), and what follows from them: a load of which only one part is known (L-07), the correction
 * to another boundary (L-09), unbalanced phases (L-10). From the energies of slots or of a month.
 * Only squares are needed, never a root: products are 128 bits wide, one rounding to 1e-6 kWh, half
 * up away from zero, at the end of each function. False when a product or the result does not fit:
 * then *micro is untouched and the caller flags OVERFLOW. Parameters are above 0 (asserted: they
 * come from checked configuration). Pure, any thread. */
#ifndef EN_CORE_METERING_BALANCE_LOSS_H
#define EN_CORE_METERING_BALANCE_LOSS_H

#include "core/metering/quality.h"
#include "core/metering/quantity.h"
#include "core/metering/ratio.h"

/* Energy through an element in one slot. */
struct en_load {
    int64_t micro_kwh;
    int64_t micro_kvarh;
};

struct en_transformer {
    int64_t idle_micro_kw;   /* dP0 */
    int64_t load_micro_kw;   /* dPk, at rated power */
    int64_t rated_micro_kva; /* Sn */
};

/* L-01: dP0 * time * (U/Un)^2. voltage is U/Un: one where it is not measured. */
bool en_loss_idle(const struct en_transformer *transformer, uint64_t seconds,
                  struct en_ratio voltage, int64_t *micro);

/* L-02: sum over slots of dPk * (W^2 + V^2) / (Sn^2 * T^2) * T. */
bool en_loss_load(const struct en_transformer *transformer, const struct en_load *slots,
                  size_t count, uint32_t slot_seconds, int64_t *micro);

/* L-03, a whole month by its mean load: kk * dPk * (W^2 + V^2) / (Sn^2 * T^2) * T * kf2, where
 * kf2 = (1 + 2 kz) / (3 kz) for the fill factor kz of the load curve. kz is above 0 (asserted). */
bool en_loss_load_month(const struct en_transformer *transformer, struct en_load month,
                        uint64_t seconds, struct en_ratio kk, struct en_ratio fill, int64_t *micro);

/* L-04: several windings, each with its own dPk (at the transformer's rated power) and its own
 * load. The sum over all windings and slots is rounded once. */
#define EN_WINDINGS_MAX 3
struct en_winding {
    int64_t load_micro_kw;
    const struct en_load *slots;
};
bool en_loss_windings(const struct en_winding *windings, size_t windings_count,
                      int64_t rated_micro_kva, size_t slots_count, uint32_t slot_seconds,
                      int64_t *micro);

/* L-05: sum over slots of (W^2 + V^2) / (U^2 * T) * R / 1000 (kWh, kvarh, kV, h, ohm). */
struct en_line {
    int64_t micro_ohm;
    int64_t micro_kv;
};
bool en_loss_line(const struct en_line *line, const struct en_load *slots, size_t count,
                  uint32_t slot_seconds, int64_t *micro);

/* L-06, by the hours of greatest loss: dPmax * (0.124 + Tm / 10^4)^2 * T. Tm = W / Pmax is what the
 * period's energy comes to in a year of 8760 hours at that rate: over T = 8760 it is W / Pmax. */
struct en_peak_loss {
    int64_t loss_micro_kw; /* dPmax, at the greatest load */
    int64_t peak_micro_kw; /* Pmax */
};
bool en_loss_peak_hours(const struct en_peak_loss *peak, int64_t micro_kwh, uint64_t seconds,
                        int64_t *micro);

/* L-06, by the fill factor kz of the load curve: dPmax * T * (kz + 2 kz^2) / 3. */
bool en_loss_fill_hours(int64_t loss_micro_kw, uint64_t seconds, struct en_ratio fill,
                        int64_t *micro);

/* L-07: reactive energy that nobody measures, by the contract's tg phi: V = W * tg, rounded half
 * up. What is made of it carries EN_LOSS_ASSUMED. */
bool en_loss_assumed_reactive(int64_t micro_kwh, struct en_ratio tangent, int64_t *micro_kvarh);

/* The flag of a loss for which U or Q was not measured: the configuration stood in for it. */
#define EN_LOSS_ASSUMED EN_QUALITY_NOCONFIG

/* L-08: reactor, capacitor bank, cable insulation, corona: dP * worked time. */
bool en_loss_worked(int64_t micro_kw, uint64_t seconds, int64_t *micro);

/* L-09: from the metering point to the delivery point. Which way the loss goes: */
typedef enum en_boundary_side {
    EN_BOUNDARY_AFTER_LOSS = 1,   /* metered behind the element: the loss is added */
    EN_BOUNDARY_BEFORE_LOSS = -1, /* metered before it: the loss is taken off */
} en_boundary_side;

/* W * (1 + k) or W * (1 - k): the contract states a share. */
bool en_boundary_by_share(int64_t micro, struct en_ratio share, en_boundary_side side,
                          int64_t *corrected);
/* W + loss or W - loss: the contract states a formula. Exact. */
bool en_boundary_by_loss(int64_t micro, int64_t loss_micro, en_boundary_side side,
                         int64_t *corrected);

/* L-10: what unbalanced phases lose more: loss * (1 + R0 / Rph * kn^2), where kn^2 = In^2 / (Ia^2 +
 * Ib^2 + Ic^2) and In is the current of the neutral: In^2 = Ia^2 + Ib^2 + Ic^2 - IaIb - IbIc - IcIa
 * (angles of 120 degrees). neutral is R0 / Rph. Currents are not below 0; all 0: nothing is lost
 * more. */
bool en_loss_unbalanced(int64_t loss_micro, const int64_t currents[3], struct en_ratio neutral,
                        int64_t *micro);

#endif
