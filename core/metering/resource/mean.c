#include "core/metering/resource/mean.h"

bool en_mean_weighted(const struct en_mean_part *parts, size_t count, int64_t *micro)
{
    en_i128 sum = 0;
    en_i128 weights = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].weight < 0 ||
            !en_i128_add(sum, (en_i128)parts[i].weight * parts[i].micro, &sum)) {
            return false;
        }
        weights += parts[i].weight; /* 2^64 parts would fit */
    }
    return weights > 0 && en_i128_to_i64(en_i128_divide_half_up(sum, weights), micro);
}
