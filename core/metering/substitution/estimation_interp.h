/* E-01: a gap between two measured neighbours filled by a straight line; E-15: the last value held.
 * Values in 1e-6. Pure, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_INTERP_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_INTERP_H

#include "core/metering/substitution/estimation.h"

#include <stddef.h>

/* A gap of slots between two neighbours. It may reach over midnight: each day asks for its part. */
struct en_interp {
    int64_t before; /* the measured and valid neighbours */
    int64_t after;
    uint32_t slots; /* of the whole gap, 1 or more */
};

/* Whether a gap of so many slots is short enough for the method; GAP_TOO_LONG. */
en_refusal en_interp_allows(uint32_t slots, uint32_t slot_seconds, uint32_t seconds_max);

/* Slots [first, first + count) of the gap, 0 the one behind `before`:
 * e_i = before + (after - before) * i / (slots + 1), multiplied before it is divided and rounded
 * once, half up. first + count is at most slots (asserted). Every value lies between the
 * neighbours. */
void en_interp_fill(const struct en_interp *gap, uint32_t first, uint32_t count, int64_t *values);

/* E-15: the value of every slot of the gap is the one before it. */
void en_hold_fill(int64_t before, uint32_t count, int64_t *values);

#endif
