/* How long something took, counted in fixed buckets: for /metrics. Zeroed is empty; any thread may
 * add and read at once. */
#ifndef EN_CORE_HISTOGRAM_H
#define EN_CORE_HISTOGRAM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define EN_HISTOGRAM_BOUNDS 12u

/* Upper bounds of the buckets in microseconds, rising: 100 us to 10 s. */
extern const uint64_t en_histogram_bounds_us[EN_HISTOGRAM_BOUNDS];

struct en_histogram {
    _Atomic uint64_t buckets[EN_HISTOGRAM_BOUNDS + 1]; /* the last: above every bound */
    _Atomic uint64_t sum_us;
};

void en_histogram_add(struct en_histogram *histogram, uint64_t us);

/* A clock that is never set, in microseconds: for differences. */
uint64_t en_histogram_now_us(void);

#endif
