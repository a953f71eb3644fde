/* Alarms: those that stand, how they are defined, what happened, how good they are. */
#include "projections/views/alarms.h"
#include "http/api/reply.h"

#define LIST_SIZE_MAX (256u << 20)
#define HISTORY_DEFAULT 1000u
#define HISTORY_MAX 10000u

static en_code put_alarm(struct en_json *json, struct en_store *store,
                         const struct en_alarm_row *row, struct en_error *err)
{
    en_json_object(json, NULL);
    en_json_text(json, "alarm", row->alarm);
    en_json_text(json, "subject", row->subject);
    en_json_string(json, "priority", en_alarm_priority_text(row->priority));
    en_json_string(json, "state", en_alarm_state_text(row->state));
    en_json_instant(json, "at", row->at);
    en_json_bool(json, "met", row->is_met);
    en_json_text(json, "value", row->value);
    if (row->until.us != 0) {
        en_json_instant(json, "until", row->until);
    } else {
        en_json_null(json, "until");
    }
    en_code code = en_api_key(json, "object", store, EN_NAME_OBJECT, row->object, err);
    if (code == EN_OK) {
        code = en_api_key(json, "point", store, EN_NAME_POINT, row->point, err);
    }
    if (code == EN_OK) {
        code = en_api_key(json, "device", store, EN_NAME_DEVICE, row->device, err);
    }
    en_json_text(json, "suppressed_by", row->suppressed_by);
    en_json_text(json, "text", row->text);
    if (code == EN_OK) {
        code = en_api_key(json, "actor", store, EN_NAME_ACTOR, row->actor, err);
    }
    en_json_u64(json, "number", row->number);
    en_json_end(json);
    return code;
}

EN_API(alarms)
{
    struct en_service_view view;
    struct en_arena arena;
    struct en_alarm_list list;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, LIST_SIZE_MAX);
    code = en_alarms_gather(view.store, &arena, &list, err);
    en_api_begin_list(&response->json, &view);
    for (uint32_t i = 0; i < list.count && code == EN_OK; i++) {
        if (list.items[i].state != EN_ALARM_NORM) {
            code = put_alarm(&response->json, view.store, &list.items[i], err);
        }
    }
    en_api_end_list(&response->json);
    en_arena_fini(&arena);
    service->view_close(service->self, &view);
    return code;
}

static void put_definition(struct en_json *json, const struct en_alarm_definition_row *row)
{
    en_json_object(json, NULL);
    en_json_text(json, "alarm", row->name);
    en_json_string(json, "priority", en_alarm_priority_text(row->priority));
    en_json_bool(json, "enabled", row->is_enabled);
    en_json_text(json, "condition", row->condition);
    en_json_text(json, "target", row->target);
    en_json_text(json, "column", row->column);
    en_json_text(json, "comparison", row->comparison);
    en_json_text(json, "value", row->value);
    en_json_text(json, "filter", row->filter);
    en_json_text(json, "deadband", row->deadband);
    en_json_u64(json, "duration_s", row->duration_s);
    en_json_u64(json, "delay_on_s", row->delay_on_s);
    en_json_u64(json, "delay_off_s", row->delay_off_s);
    en_json_u64(json, "repeat_max", row->repeat_max);
    en_json_u64(json, "repeat_window_s", row->repeat_window_s);
    en_json_bool(json, "latched", row->is_latched);
    en_json_text(json, "cause", row->cause);
    en_json_text(json, "response", row->response);
    en_json_text(json, "consequence", row->consequence);
    en_json_u64(json, "respond_within_s", row->respond_within_s);
    en_json_text(json, "notify", row->notify);
    en_json_text(json, "reason", row->reason);
    en_json_u64(json, "event", row->seq);
    en_json_text(json, "fault", row->fault);
    en_json_end(json);
}

EN_API(alarm_definitions)
{
    struct en_service_view view;
    struct en_table_scan scan;
    struct en_arena arena;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, LIST_SIZE_MAX);
    en_api_begin_list(&response->json, &view);
    code = en_table_scan_begin(view.store, &en_table_alarm_definition, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_alarm_definition_row row;
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code == EN_OK) {
            put_definition(&response->json, &row);
        }
    }
    en_table_scan_end(&scan);
    en_api_end_list(&response->json);
    en_arena_fini(&arena);
    service->view_close(service->self, &view);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_history(struct en_json *json, struct en_store *store,
                           const struct en_alarm_history_row *row, struct en_error *err)
{
    en_json_object(json, NULL);
    en_json_u64(json, "number", row->number);
    en_json_u64(json, "event", row->seq);
    en_json_instant(json, "at", row->at);
    en_json_text(json, "alarm", row->alarm);
    en_json_text(json, "subject", row->subject);
    en_json_string(json, "from", en_alarm_state_text(row->from));
    en_json_string(json, "to", en_alarm_state_text(row->to));
    en_json_string(json, "cause", en_alarm_cause_text(row->cause));
    en_json_text(json, "action", row->action);
    en_json_string(json, "priority", en_alarm_priority_text(row->priority));
    en_code code = en_api_key(json, "actor", store, EN_NAME_ACTOR, row->actor, err);
    en_json_text(json, "text", row->text);
    en_json_text(json, "value", row->value);
    en_json_bool(json, "told", row->is_told);
    en_json_end(json);
    return code;
}

/* Transitions after a number, in their order; `limit` many at most. */
static en_code put_transitions(struct en_json *json, struct en_store *store, const char *alarm,
                               uint64_t after, uint64_t limit, struct en_error *err)
{
    struct en_alarm_history_row row = {.number = after};
    struct en_table_scan scan;
    uint64_t count = 0;
    en_code code = en_table_scan_begin(store, &en_table_alarm_history, &row, 0, &scan, err);
    while (code == EN_OK && count < limit) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_wanted = code == EN_OK && row.number > after &&
                         (alarm == NULL || en_slice_equal(row.alarm, en_slice_text(alarm)));
        if (is_wanted) {
            count++;
            code = put_history(json, store, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(alarm_history)
{
    struct en_service_view view;
    uint64_t after = 0;
    uint64_t limit = HISTORY_DEFAULT;
    const char *alarm = en_http_query(request, "alarm");
    en_code code = en_api_number(request, "after", UINT64_MAX - 1, &after, err);
    if (code == EN_OK) {
        code = en_api_number(request, "limit", HISTORY_MAX, &limit, err);
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_transitions(&response->json, view.store, alarm, after, limit, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

static void put_percent(struct en_json *json, const char *name, int64_t percent)
{
    en_json_decimal(json, name, en_decimal_canonical((struct en_decimal){percent, -4}));
}

static void put_quality(struct en_json *json, const struct en_alarm_quality *quality)
{
    en_json_u64(json, "raised", quality->raised_count);
    en_json_u64(json, "high", quality->priority_counts[1]);
    en_json_u64(json, "medium", quality->priority_counts[2]);
    en_json_u64(json, "low", quality->priority_counts[3]);
    en_json_micro(json, "per_ten_minutes", quality->per_window_micro);
    en_json_micro(json, "per_day", quality->per_day_micro);
    en_json_u64(json, "most_in_ten_minutes", quality->most_in_window);
    put_percent(json, "flood_percent", quality->flood_1e4_percent);
    put_percent(json, "worst_ten_percent", quality->worst_1e4_percent);
    en_json_u64(json, "chattering", quality->chattering_count);
    en_json_u64(json, "stale", quality->stale_count);
    en_json_u64(json, "acknowledged", quality->acknowledged_count);
    en_json_i64(json, "acknowledge_s", quality->acknowledge_s);
}

EN_API(alarm_quality)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    struct en_alarm_quality quality;
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (!stretch.is_instants || stretch.is_from_day) {
        stretch.interval.from = en_day_interval(stretch.from_day, 0).from;
    }
    if (!stretch.is_instants || stretch.is_to_day) {
        stretch.interval.to = en_day_interval(stretch.to_day, 0).from;
    }
    code = en_alarm_quality_gather(view.store, stretch.interval, &quality, err);
    if (code == EN_OK) {
        en_api_begin(&response->json, &view);
        en_json_instant(&response->json, "from", stretch.interval.from);
        en_json_instant(&response->json, "to", stretch.interval.to);
        put_quality(&response->json, &quality);
        en_json_end(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
