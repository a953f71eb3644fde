/* means of temperatures and other intensive values over time. What flowed at 90 degrees and
 * what flowed at 70 do not mean 80: each counts by its mass. One rounding to 1e-6, half up away
 * from zero. Pure, any thread. */
#ifndef EN_CORE_METERING_RESOURCE_MEAN_H
#define EN_CORE_METERING_RESOURCE_MEAN_H

#include "core/fixed.h"

#include <stddef.h>

struct en_mean_part {
    int64_t weight; /* what flowed, or seconds for a mean over time; not below 0 */
    int64_t micro;
};

/* sum(weight * value) / sum(weight). False when nothing flowed, a weight is below 0 or a number
 * does not fit; *micro is then untouched. */
bool en_mean_weighted(const struct en_mean_part *parts, size_t count, int64_t *micro);

#endif
