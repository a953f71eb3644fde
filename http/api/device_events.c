/* Events of devices, starts with their ends, open ones first. */
#include "projections/views/device_events.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"

#define LIMIT_DEFAULT 1000u
#define LIMIT_MAX 10000u

struct wanted {
    uint32_t device; /* 0 all */
    const struct en_event_class_info *class;
    bool is_open_only;
    uint64_t limit;
};

static en_code put_interval(struct en_json *json, struct en_store *store,
                            const struct en_device_interval_row *row,
                            const struct en_event_class_info *info, struct en_error *err)
{
    const struct en_event_part_info *part = en_event_part_info(row->part);
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "device", store, EN_NAME_DEVICE, row->device, err);
    en_json_string(json, "class", info->text);
    en_json_string(json, "part", part != NULL ? part->text : "");
    en_json_string(json, "severity", en_event_severity_text(info->severity));
    en_json_string(json, "category", en_event_category_text(info->category));
    en_json_instant(json, "from", row->from);
    if (row->is_open) {
        en_json_null(json, "to");
    } else {
        en_json_instant(json, "to", row->to);
    }
    en_json_string(json, "state", row->is_open ? "open" : row->is_point ? "point" : "closed");
    en_json_u64(json, "ignored", row->ignored_count);
    en_json_string(json, "about", info->english);
    en_json_string(json, "about_ru", info->russian);
    en_json_u64(json, "event", row->seq);
    en_json_end(json);
    return code;
}

static en_code put_intervals(struct en_json *json, struct en_store *store,
                             const struct wanted *wanted, bool is_open, uint64_t *count,
                             struct en_error *err)
{
    struct en_device_interval_row row = {.device = wanted->device, .from = {INT64_MIN}};
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_device_interval, &row,
                                       wanted->device != 0 ? 1 : 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK && *count < wanted->limit) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        const struct en_event_class_info *info =
            code == EN_OK ? en_event_class_info(row.class) : NULL;
        if (info != NULL && row.is_open == is_open &&
            (wanted->class == NULL || wanted->class == info)) {
            (*count)++;
            code = put_interval(json, store, &row, info, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code read_wanted(const struct en_http_request *request, struct en_store *store,
                           struct wanted *wanted, struct en_error *err)
{
    const char *device = en_http_query(request, "device");
    const char *class = en_http_query(request, "class");
    const char *state = en_http_query(request, "state");
    if (class != NULL) {
        wanted->class = en_event_class_by_text(en_slice_text(class));
        if (wanted->class == NULL) {
            return en_error_set(err, EN_USAGE, "there is no class \"%.40s\" of device events",
                                class);
        }
    }
    wanted->is_open_only = state != NULL && strcmp(state, "open") == 0;
    if (state != NULL && !wanted->is_open_only && strcmp(state, "all") != 0) {
        return en_error_set(err, EN_USAGE, "state is open or all");
    }
    return device == NULL
               ? EN_OK
               : en_keys_find(store, EN_NAME_DEVICE, en_slice_text(device), &wanted->device, err);
}

EN_API(device_events)
{
    struct en_service_view view;
    struct wanted wanted = {.limit = LIMIT_DEFAULT};
    uint64_t count = 0;
    en_code code = en_api_number(request, "limit", LIMIT_MAX, &wanted.limit, err);
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    code = read_wanted(request, view.store, &wanted, err);
    if (code == EN_OK) {
        en_api_begin_list(&response->json, &view);
        code = put_intervals(&response->json, view.store, &wanted, true, &count, err);
        if (code == EN_OK && !wanted.is_open_only) {
            code = put_intervals(&response->json, view.store, &wanted, false, &count, err);
        }
        en_api_end_list(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
