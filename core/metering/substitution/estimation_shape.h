/* A register's advance laid into the slots that nobody measured: E-04 by the shape of like days,
 * E-05 evenly, E-06 by a class profile.
 *
 *   D = advance - what is known;   e_i = D * w_i / sum of w;   the e add up to D exactly
 *
 * With D at or above zero no slot is below zero. Values in 1e-6. Pure, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_SHAPE_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_SHAPE_H

#include "core/metering/substitution/estimation.h"

#include <stddef.h>

/* What two register reads say of the slots between them. */
struct en_anchor {
    int64_t advance; /* between the reads, in the channel's unit */
    int64_t known;   /* sum of the measured slots between them */
    /* The finest step of the values, 1 or more: parts are whole multiples of it where the rest to
     * be laid out is one (8.667, 8.667, 8.666 of 26.000 at 1000). */
    int64_t unit;
};

/* What is left to be laid out. Refusals: ANCHOR_EXCEEDED (below zero), OVERFLOW. */
en_refusal en_anchor_rest(const struct en_anchor *anchor, int64_t *rest);

/* E-04, E-06. Refusals: those of en_anchor_rest, NO_SHAPE (no slot; a weight below zero; all are
 * zero while there is a rest), OVERFLOW (the sum of weights). */
en_refusal en_shape_fill(const struct en_anchor *anchor, const int64_t *weights, size_t count,
                         int64_t *values);

/* E-05. Refusals: those of en_anchor_rest, NO_SHAPE (no slot). */
en_refusal en_shape_flat(const struct en_anchor *anchor, size_t count, int64_t *values);

#endif
