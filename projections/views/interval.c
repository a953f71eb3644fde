#include "projections/views/interval.h"

en_code en_interval_get(struct en_store *store, int32_t day, uint32_t channel,
                        struct en_slice *block, struct en_error *err)
{
    en_code code = en_series_get(store, &en_series_interval, day, channel, block, err);
    if (code != EN_NOT_FOUND) {
        return code;
    }
    return en_series_get(store, &en_series_profile, day, channel, block, err);
}

en_code en_node_entry_parse(struct en_slice entry, struct en_slice *block, struct en_slice *missing,
                            struct en_error *err)
{
    uint64_t size = 0;
    if (!en_take_varint(&entry, &size) || size == 0 ||
        !en_take_bytes(&entry, (size_t)size, block)) {
        return en_error_set(err, EN_CORRUPT, "the entry of a node is not readable");
    }
    *missing = entry;
    return EN_OK;
}

en_code en_node_get(struct en_store *store, int32_t day, uint32_t node, struct en_slice *block,
                    struct en_error *err)
{
    struct en_slice entry;
    struct en_slice missing;
    en_code code = en_series_get(store, &en_series_node, day, node, &entry, err);
    return code == EN_OK ? en_node_entry_parse(entry, block, &missing, err) : code;
}
