/* Metering points with their channels. */
#include "core/metering/quantity.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"

#define POINTS_LIMIT 10000u

static en_code put_channels(struct en_store *store, uint32_t point, struct en_json *json,
                            struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row place = {.point = point};
    en_json_array(json, "channels");
    en_code code = en_table_scan_begin(store, &en_table_point_channel, &place, 1, &scan, err);
    while (code == EN_OK) {
        struct en_channel_row row;
        code = en_table_scan_next(&scan, &place, NULL, err);
        row.channel = place.channel;
        code = code == EN_OK ? en_table_get(store, &en_table_channel, &row, NULL, err) : code;
        if (code == EN_OK) {
            en_json_object(json, NULL);
            en_json_text(json, "channel", row.code);
            en_json_string(json, "unit", en_unit_name((en_unit)row.unit));
            en_json_u64(json, "slot_seconds", row.slot_seconds);
            en_json_end(json);
        }
    }
    en_table_scan_end(&scan);
    en_json_end(json);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_point(struct en_store *store, const struct en_point_row *row,
                         struct en_json *json, struct en_error *err)
{
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "point", store, EN_NAME_POINT, row->point, err);
    en_json_text(json, "name", row->name);
    en_json_text(json, "resource", row->resource);
    if (code == EN_OK) {
        code = en_api_key(json, "object", store, EN_NAME_OBJECT, row->object, err);
    }
    if (code == EN_OK) {
        code = put_channels(store, row->point, json, err);
    }
    en_json_end(json);
    return code;
}

/* The newest row of each point behind `after`. */
static en_code put_points(struct en_store *store, uint64_t after, uint64_t limit,
                          struct en_json *json, uint64_t *last, struct en_error *err)
{
    uint64_t count = 0;
    uint64_t point = after;
    en_code code = EN_OK;
    while (code == EN_OK && count < limit && point < UINT32_MAX) {
        struct en_table_scan scan;
        struct en_point_row row = {.point = (uint32_t)point + 1, .from = {INT64_MIN}};
        code = en_table_scan_begin(store, &en_table_point, &row, 0, &scan, err);
        code = code == EN_OK ? en_table_scan_next(&scan, &row, NULL, err) : code;
        en_table_scan_end(&scan);
        if (code == EN_OK) {
            point = row.point;
            row = (struct en_point_row){.point = (uint32_t)point, .from = {INT64_MAX}};
            code = en_table_last_before(store, &en_table_point, &row, 1, NULL, err);
        }
        code = code == EN_OK ? put_point(store, &row, json, err) : code;
        count++;
    }
    *last = code == EN_OK && count == limit ? point : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(points)
{
    struct en_service_view view;
    uint64_t after = 0;
    uint64_t limit = POINTS_LIMIT;
    uint64_t next = 0;
    struct en_json *json = &response->json;
    en_code code = en_api_number(request, "after", UINT32_MAX, &after, err);
    if (code == EN_OK) {
        code = en_api_number(request, "limit", POINTS_LIMIT, &limit, err);
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_api_begin(json, &view);
    en_json_array(json, "items");
    code = put_points(view.store, after, limit, json, &next, err);
    en_json_end(json);
    if (next != 0) {
        en_json_u64(json, "next", next);
    } else {
        en_json_null(json, "next");
    }
    en_json_end(json);
    service->view_close(service->self, &view);
    return code;
}
