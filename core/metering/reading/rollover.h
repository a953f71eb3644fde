/* a register that reads less than before has passed its capacity (999 950.0 -> 120.5 at six
 * digits is +170.5), or something is wrong. It is a rollover only when the energy it would mean is
 * possible: not over the limit, and less than half a turn. Pure, any thread. */
#ifndef EN_CORE_METERING_READING_ROLLOVER_H
#define EN_CORE_METERING_READING_ROLLOVER_H

#include "core/metering/ratio.h"

struct en_rollover {
    struct en_decimal capacity; /* where the register starts again; 0: it never does */
    int64_t limit_micro;        /* the most that can have passed, after the ratio: Pmax * T * 1.2 */
    bool has_limit;
};

/* The verdict on two readings of one device. */
typedef enum en_advance_kind {
    EN_ADVANCE_PLAIN = 0,    /* to >= from */
    EN_ADVANCE_ROLLOVER = 1, /* passed the capacity, plausibly */
    EN_ADVANCE_NEGATIVE = 2, /* went back, and that is no rollover */
} en_advance_kind;

/* The advance in register units: to - from, plus the capacity for a rollover. A negative advance is
 * given as it is: the caller rejects it with NEG. False when it does not fit 64 bits. */
bool en_rollover_advance(struct en_decimal from, struct en_decimal to, struct en_ratio ratio,
                         const struct en_rollover *rollover, struct en_decimal *advance,
                         en_advance_kind *kind);

/* The capacity of a register with this many whole digits: 10^digits. digits 1..18 (asserted). */
struct en_decimal en_rollover_capacity(int digits);

#endif
