/* Energy of channels or formulas over a stretch of time. */
#include "projections/views/usage.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"
#include "projections/views/zone_usage.h"

static bool is_by_zone(const struct en_http_request *request)
{
    const char *by = en_http_query(request, "by");
    return by != NULL && strcmp(by, "zone") == 0;
}

static en_code parse_words(const struct en_http_request *request, struct en_usage_query *query,
                           struct en_error *err)
{
    const char *by = en_http_query(request, "by");
    const char *step = en_http_query(request, "step");
    const char *channel = en_http_query(request, "channel");
    query->is_formulas = by != NULL && strcmp(by, "formula") == 0;
    query->code = channel == NULL ? en_slice_of(NULL, 0) : en_slice_text(channel);
    if (by != NULL && !query->is_formulas && strcmp(by, "channel") != 0 && !is_by_zone(request)) {
        return en_error_set(err, EN_USAGE, "by is channel, formula or zone, not \"%.64s\"", by);
    }
    static const struct {
        const char *word;
        en_usage_step step;
    } steps[] = {{"all", EN_USAGE_WHOLE}, {"day", EN_USAGE_DAY}, {"month", EN_USAGE_MONTH}};
    bool is_known = step == NULL;
    for (size_t i = 0; step != NULL && i < EN_COUNT_OF(steps); i++) {
        if (strcmp(steps[i].word, step) == 0) {
            query->step = steps[i].step;
            is_known = true;
        }
    }
    return is_known ? EN_OK
                    : en_error_set(err, EN_USAGE, "step is day, month or all, not \"%.64s\"", step);
}

static en_code parse_query(const struct en_http_request *request, struct en_usage_query *query,
                           struct en_error *err)
{
    struct en_api_stretch stretch;
    *query = (struct en_usage_query){.step = EN_USAGE_WHOLE};
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK) {
        code = parse_words(request, query, err);
    }
    if (code == EN_OK) {
        code = en_api_lane(request, &query->lane, err);
    }
    if (code != EN_OK) {
        return code;
    }
    query->is_instants = stretch.is_instants;
    query->is_from_day = stretch.is_from_day;
    query->is_to_day = stretch.is_to_day;
    query->from_day = stretch.from_day;
    query->to_day = stretch.to_day;
    query->interval = stretch.interval;
    return query->is_instants && query->step != EN_USAGE_WHOLE
               ? en_error_set(err, EN_USAGE, "step needs whole days for from and to")
               : EN_OK;
}

static void put_cell(struct en_json *json, const struct en_usage *usage,
                     const struct en_usage_query *query, uint32_t step, uint32_t place)
{
    const struct en_usage_series *series = &usage->series[place];
    const struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
    en_json_object(json, NULL);
    en_json_text(json, query->is_formulas ? "formula" : "point", series->point_key);
    if (!query->is_formulas) {
        en_json_text(json, "channel", series->code);
    }
    if (query->is_instants) {
        en_api_instant(json, "from", series->interval.from, series->offset_minutes);
        en_api_instant(json, "to", series->interval.to, series->offset_minutes);
    } else {
        en_json_day(json, "from", usage->edges[step]);
        en_json_day(json, "to", usage->edges[step + 1]);
    }
    en_json_string(json, "unit", en_unit_name(series->unit));
    en_json_micro(json, "energy", cell->micro);
    en_json_u64(json, "intervals", cell->present_count);
    en_json_u64(json, "missing", cell->missing_count);
    en_json_micro(json, "pending", cell->pending_micro);
    en_json_micro(json, "correction", cell->correction_micro);
    en_json_end(json);
}

static en_code find_ids(struct en_store *store, const struct en_http_request *request,
                        struct en_usage_query *query, struct en_error *err)
{
    const char *object = en_http_query(request, "object");
    const char *point = en_http_query(request, "point");
    en_code code = EN_OK;
    if (object != NULL) {
        code = en_keys_find(store, EN_NAME_OBJECT, en_slice_text(object), &query->object, err);
    }
    if (code == EN_OK && point != NULL) {
        code = en_keys_find(store, EN_NAME_POINT, en_slice_text(point), &query->point, err);
    }
    return code;
}

static en_code put_zone(void *self, const struct en_zone_usage_row *row, struct en_error *err)
{
    struct en_json *json = self;
    (void)err;
    en_json_object(json, NULL);
    en_json_text(json, "point", row->series->point_key);
    en_json_text(json, "channel", row->series->code);
    en_json_day(json, "from", row->from);
    en_json_day(json, "to", row->to);
    if (row->is_without) {
        en_json_null(json, "zone");
    } else {
        en_json_text(json, "zone", row->zone);
    }
    en_json_string(json, "unit", en_unit_name(row->series->unit));
    en_json_micro(json, "energy", row->micro);
    en_json_u64(json, "intervals", row->present_count);
    en_json_u64(json, "missing", row->missing_count);
    en_json_u64(json, "split", row->split_count);
    en_json_end(json);
    return EN_OK;
}

EN_API(usage)
{
    struct en_service_view view;
    struct en_usage_query query;
    struct en_usage usage;
    en_code code = parse_query(request, &query, err);
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_usage_init(&usage);
    code = find_ids(view.store, request, &query, err);
    if (is_by_zone(request)) {
        en_api_begin_list(&response->json, &view);
        code = code == EN_OK
                   ? en_zone_usage_walk(view.store, &query, put_zone, &response->json, err)
                   : code;
        service->view_close(service->self, &view);
        en_api_end_list(&response->json);
        en_usage_fini(&usage);
        return code;
    }
    if (code == EN_OK) {
        code = en_usage_gather(&usage, view.store, &query, err);
    }
    en_api_begin_list(&response->json, &view);
    service->view_close(service->self, &view);
    for (uint32_t i = 0; i < usage.series_count && code == EN_OK; i++) {
        for (uint32_t step = 0; step < usage.steps_count; step++) {
            put_cell(&response->json, &usage, &query, step, i);
        }
    }
    en_api_end_list(&response->json);
    en_usage_fini(&usage);
    return code;
}
