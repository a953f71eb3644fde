/* Billing periods under Decree 442. */
#include "projections/views/decree.h"
#include "core/metering/quantity.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"

static void put_text(struct en_json *json, const char *name, const char *text)
{
    if (text[0] == '\0') {
        en_json_null(json, name);
    } else {
        en_json_string(json, name, text);
    }
}

static void put_instant(struct en_json *json, const char *name, struct en_instant instant,
                        int32_t offset)
{
    if (instant.us == 0) {
        en_json_null(json, name);
    } else {
        en_api_instant(json, name, instant, offset);
    }
}

static void put_part(struct en_json *json, const struct en_decree_part *part, int32_t offset)
{
    char why[EN_DECREE_WHY_SIZE];
    en_api_instant(json, "missing_from", part->from, offset);
    en_api_instant(json, "missing_to", part->to, offset);
    en_json_string(json, "cause", en_decree_cause_name(part->cause));
    en_json_string(json, "method", en_decree_method_name(part->method));
    put_text(json, "rule", en_decree_method_rule((en_decree_method)part->method));
    en_json_u64(json, "missing_periods", part->missing_count);
    if (part->method == EN_DECREE_METHOD_NONE) {
        en_json_null(json, "energy");
    } else {
        en_json_micro(json, "energy", part->micro);
    }
    if (part->power_micro == 0) {
        en_json_null(json, "power_kw");
    } else {
        en_json_micro(json, "power_kw", part->power_micro);
    }
    put_instant(json, "reference_from", part->reference_from, offset);
    put_instant(json, "reference_to", part->reference_to, offset);
    (void)en_decree_why_print(part, why);
    put_text(json, "why", why);
}

static en_code put_line(void *self, const struct en_decree_line *line, struct en_error *err)
{
    struct en_json *json = self;
    char state[24];
    (void)err;
    (void)en_decree_state_print(line->period, state);
    en_json_object(json, NULL);
    en_json_text(json, "point", line->point_key);
    en_json_text(json, "channel", line->channel->code);
    en_api_instant(json, "from", line->period->from, line->offset_minutes);
    en_api_instant(json, "to", line->period->to, line->offset_minutes);
    en_json_string(json, "state", state);
    en_json_string(json, "unit", en_unit_name((en_unit)line->channel->unit));
    if (line->part != NULL) {
        put_part(json, line->part, line->offset_minutes);
    } else {
        en_json_null(json, "method");
    }
    en_json_end(json);
    return EN_OK;
}

EN_API(decree)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    const char *key = en_http_query(request, "point");
    uint32_t point = 0;
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK && stretch.is_instants) {
        code = en_error_set(err, EN_USAGE, "billing periods are asked for by days: give dates");
    }
    code = code == EN_OK ? en_api_view(service, request, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    if (key != NULL) {
        code = en_keys_find(view.store, EN_NAME_POINT, en_slice_text(key), &point, err);
    }
    if (code == EN_OK) {
        en_api_begin_list(&response->json, &view);
        code = en_decree_walk(view.store, point, stretch.from_day, stretch.to_day, put_line,
                              &response->json, err);
        en_api_end_list(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
