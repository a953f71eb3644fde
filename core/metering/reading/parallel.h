/* two or more devices at one point. Of each slot one device's value is taken, by priority and
 * validity, never a mean of several. Pure, any thread. */
#ifndef EN_CORE_METERING_READING_PARALLEL_H
#define EN_CORE_METERING_READING_PARALLEL_H

#include "core/metering/reading/consumption.h"

/* Which of the values, in order of priority, counts: the first that is measured and not suspect,
 * else the first estimate that is not suspect, else the first that is usable at all; `count` when
 * none is. */
size_t en_parallel_choose(const struct en_amount *values, size_t count);

#endif
