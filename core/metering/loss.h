/* Calculated losses: transformers (L-01 to L-03) and lines (L-05), from the energies of slots or of
 * a month. Only squares are needed, never a root: products are 128 bits wide, one rounding to 1e-6
 * kWh, half up away from zero, at the end of each function. False when a product or the result does
 * not fit: then *micro is untouched and the caller flags OVERFLOW. Parameters are above 0
 * (asserted: they come from checked configuration). Pure, any thread. */
#ifndef EN_CORE_METERING_LOSS_H
#define EN_CORE_METERING_LOSS_H

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

/* L-05: sum over slots of (W^2 + V^2) / (U^2 * T) * R / 1000 (kWh, kvarh, kV, h, ohm). */
struct en_line {
    int64_t micro_ohm;
    int64_t micro_kv;
};
bool en_loss_line(const struct en_line *line, const struct en_load *slots, size_t count,
                  uint32_t slot_seconds, int64_t *micro);

#endif
