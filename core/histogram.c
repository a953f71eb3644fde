#include "core/histogram.h"

#include <time.h>

const uint64_t en_histogram_bounds_us[EN_HISTOGRAM_BOUNDS] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 500000, 2500000, 10000000};

void en_histogram_add(struct en_histogram *histogram, uint64_t us)
{
    size_t bucket = 0;
    while (bucket < EN_HISTOGRAM_BOUNDS && us > en_histogram_bounds_us[bucket]) {
        bucket++;
    }
    atomic_fetch_add(&histogram->buckets[bucket], 1);
    atomic_fetch_add(&histogram->sum_us, us);
}

uint64_t en_histogram_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
