#include "projections/views/best.h"

#include "projections/tables_decree.h"

const struct en_series_table *const en_best_layers[EN_BEST_LAYERS] = {
    &en_series_bypass, &en_series_decree, &en_series_best, &en_series_interval, &en_series_profile};

static en_code get_from(struct en_store *store, size_t layer, int32_t day, uint32_t channel,
                        struct en_slice *block, struct en_error *err)
{
    en_code code = EN_NOT_FOUND;
    for (; layer < EN_BEST_LAYERS && code == EN_NOT_FOUND; layer++) {
        code = en_series_get(store, en_best_layers[layer], day, channel, block, err);
    }
    return code;
}

en_code en_best_get(struct en_store *store, int32_t day, uint32_t channel, struct en_slice *block,
                    struct en_error *err)
{
    return get_from(store, 0, day, channel, block, err);
}

en_code en_substituted_get(struct en_store *store, int32_t day, uint32_t channel,
                           struct en_slice *block, struct en_error *err)
{
    return get_from(store, 1, day, channel, block, err);
}

en_code en_repaired_get(struct en_store *store, int32_t day, uint32_t channel,
                        struct en_slice *block, struct en_error *err)
{
    return get_from(store, 2, day, channel, block, err);
}
