#include "projections/views/keys.h"

#define TREE_DEPTH_MAX 64u

en_code en_keys_find(struct en_store *store, en_name_type type, struct en_slice key, uint32_t *id,
                     struct en_error *err)
{
    struct en_name_row row = {.type = (uint8_t)type, .key = key};
    *id = 0;
    en_code code = key.size == 0 || key.size > EN_NAME_SIZE_MAX
                       ? EN_NOT_FOUND
                       : en_table_get(store, &en_table_name, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "there is no %s \"%.*s\"", en_name_type_text(type),
                            (int)(key.size < 128 ? key.size : 128), (const char *)key.bytes);
    }
    *id = row.id;
    return code;
}

en_code en_keys_key(struct en_store *store, en_name_type type, uint32_t id, struct en_slice *key,
                    struct en_error *err)
{
    struct en_name_of_row row = {.type = (uint8_t)type, .id = id};
    *key = en_slice_of(NULL, 0);
    if (id == 0) {
        return EN_OK;
    }
    en_code code = en_table_get(store, &en_table_name_of, &row, NULL, err);
    *key = code == EN_OK ? row.key : *key;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_keys_object_offset(struct en_store *store, uint32_t object, struct en_instant at,
                              int32_t *offset_minutes, struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = at};
    *offset_minutes = 0;
    if (object == 0) {
        return EN_OK;
    }
    en_code code = en_table_last_before(store, &en_table_object, &row, 1, NULL, err);
    *offset_minutes = code == EN_OK ? row.fiscal_offset_minutes : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_keys_object_offset_span(struct en_store *store, uint32_t object, struct en_instant at,
                                   int32_t *offset_minutes, struct en_interval *holds,
                                   struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = at};
    struct en_table_scan scan;
    *offset_minutes = 0;
    *holds = (struct en_interval){{INT64_MIN}, {INT64_MAX}};
    en_code code = en_table_last_before(store, &en_table_object, &row, 1, NULL, err);
    if (code != EN_OK || at.us == INT64_MAX) {
        return code;
    }
    *offset_minutes = row.fiscal_offset_minutes;
    holds->from = row.from;
    row = (struct en_object_row){.object = object, .from = {at.us + 1}};
    code = en_table_scan_begin(store, &en_table_object, &row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        holds->to = code == EN_OK ? row.from : holds->to;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_keys_point_offset(struct en_store *store, uint32_t point, struct en_instant at,
                             int32_t *offset_minutes, struct en_error *err)
{
    struct en_point_row row = {.point = point, .from = at};
    en_code code = en_table_last_before(store, &en_table_point, &row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        *offset_minutes = 0;
        return EN_OK;
    }
    return code == EN_OK ? en_keys_object_offset(store, row.object, at, offset_minutes, err) : code;
}

/* The offset decides when the day begins, and that instant decides the offset: the second look
 * settles it, as changes of the offset lie months apart. */
en_code en_keys_day_start(struct en_store *store, uint32_t point, int32_t day,
                          struct en_instant *start, int32_t *offset_minutes, struct en_error *err)
{
    *offset_minutes = 0;
    en_code code = EN_OK;
    for (uint32_t look = 0; look < 2 && code == EN_OK; look++) {
        *start = en_day_interval((struct en_day){day}, *offset_minutes).from;
        code = en_keys_point_offset(store, point, *start, offset_minutes, err);
    }
    *start = en_day_interval((struct en_day){day}, *offset_minutes).from;
    return code;
}

en_code en_keys_is_within(struct en_store *store, uint32_t object, uint32_t scope,
                          struct en_instant at, bool *is_within, struct en_error *err)
{
    *is_within = scope == 0 || object == scope;
    for (uint32_t depth = 0; !*is_within && object != 0 && depth < TREE_DEPTH_MAX; depth++) {
        struct en_object_row row = {.object = object, .from = at};
        en_code code = en_table_last_before(store, &en_table_object, &row, 1, NULL, err);
        if (code != EN_OK) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        object = row.parent;
        *is_within = object == scope;
    }
    return EN_OK;
}
