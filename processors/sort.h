/* Sorting by (day, series): one number that orders like the pair, and a stable radix sort of items
 * that begin with it. */
#ifndef EN_PROCESSORS_SORT_H
#define EN_PROCESSORS_SORT_H

#include "core/error.h"
#include "core/slice.h"

static inline uint64_t en_day_series_key(int32_t day, uint32_t series)
{
    return ((uint64_t)((uint32_t)day ^ UINT32_C(0x80000000)) << 32) | series;
}

static inline int32_t en_day_of_key(uint64_t key)
{
    return (int32_t)((uint32_t)(key >> 32) ^ UINT32_C(0x80000000));
}

static inline uint32_t en_series_of_key(uint64_t key)
{
    return (uint32_t)key;
}

/* Sorts `count` items of `item_size` bytes, each beginning with its uint64_t key, rising; equal
 * keys keep their order. Bytes of the key that all items have in common cost nothing. Codes:
 * EN_NOMEM. */
en_code en_sort_by_key(void *items, size_t count, size_t item_size,
                       struct en_error *err) EN_MUST_CHECK;

#endif
