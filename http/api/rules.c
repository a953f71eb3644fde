/* The rules that money is settled by: what they are, where they are set, what holds at a point, and
 * what a setting would change. */
#include "core/metering/rule/rule_json.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"
#include "projections/views/rules_json.h"

static en_code put_rules(struct en_store *store, const char *stage, struct en_json *json,
                         struct en_error *err)
{
    en_code code = EN_OK;
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT && code == EN_OK; id++) {
        const struct en_rule *rule = en_rule_of((en_rule_id)id);
        if (stage == NULL || strcmp(stage, en_rule_stage_name(rule->stage)) == 0) {
            en_json_object(json, NULL);
            code = en_rules_json(store, rule, NULL, NULL, json, err);
            en_json_end(json);
        }
    }
    return code;
}

EN_API(rules)
{
    struct en_service_view view;
    const char *stage = en_http_query(request, "stage");
    en_rule_stage known = EN_STAGE_VALIDITY;
    if (stage != NULL && !en_rule_stage_parse(en_slice_text(stage), &known)) {
        return en_error_set(err, EN_USAGE,
                            "stage is validity, substitution, period, tariff, balance or "
                            "deviation, not \"%.64s\"",
                            stage);
    }
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_rules(view.store, stage, &response->json, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

static en_code find_rule(const char *name, const struct en_rule **rule, struct en_error *err)
{
    *rule = en_rule_find(en_slice_text(name));
    return *rule != NULL ? EN_OK
                         : en_error_set(err, EN_NOT_FOUND, "there is no rule \"%.64s\"", name);
}

/* ?point, channel, day: where the rule is asked for; point 0: nowhere. */
static en_code find_place(const struct en_http_request *request, struct en_store *store,
                          struct en_rules_place *place, struct en_error *err)
{
    const char *point = en_http_query(request, "point");
    const char *channel = en_http_query(request, "channel");
    const char *day = en_http_query(request, "day");
    struct en_day at = {0};
    if (point == NULL && channel == NULL && day == NULL) {
        return EN_OK;
    }
    if (point == NULL || day == NULL) {
        return en_error_set(err, EN_USAGE, "point and day go together");
    }
    en_code code = en_day_parse(en_slice_text(day), &at, err);
    if (code != EN_OK) {
        return en_error_set(err, EN_USAGE, "day is a date, not \"%.64s\"", day);
    }
    place->day = at.n;
    code = en_keys_find(store, EN_NAME_POINT, en_slice_text(point), &place->point, err);
    if (code == EN_OK && channel != NULL) {
        struct en_point_channel_row row = {.point = place->point, .code = en_slice_text(channel)};
        code = en_table_get(store, &en_table_point_channel, &row, NULL, err);
        place->channel = row.channel;
        code = code == EN_NOT_FOUND
                   ? en_error_set(err, EN_NOT_FOUND, "there is no channel \"%.64s\"", channel)
                   : code;
    }
    return code;
}

static en_code put_rule(const struct en_http_request *request, struct en_store *store,
                        const struct en_rule *rule, struct en_json *json, struct en_error *err)
{
    struct en_rules_place place = {0};
    struct en_rules *rules = NULL;
    const struct en_rule_plan *plan = NULL;
    en_code code = find_place(request, store, &place, err);
    if (code == EN_OK) {
        code = en_rules_open(&rules, err);
    }
    if (code == EN_OK && place.channel != 0) {
        code = en_rules_plan(rules, store, place.channel, place.day, &plan, err);
    } else if (code == EN_OK && place.point != 0) {
        code = en_rules_plan_of_point(rules, store, place.point, place.day, &plan, err);
    }
    if (code == EN_OK) {
        code = en_rules_json(store, rule, place.point != 0 ? &place : NULL, plan, json, err);
    }
    en_rules_close(rules);
    return code;
}

EN_API(rule)
{
    struct en_service_view view;
    const struct en_rule *rule = NULL;
    en_code code = find_rule(request->segments[request->segments_count - 1], &rule, err);
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_api_begin(&response->json, &view);
    code = put_rule(request, view.store, rule, &response->json, err);
    en_json_end(&response->json);
    service->view_close(service->self, &view);
    return code;
}

EN_API(rule_presets)
{
    uint32_t count = 0;
    const struct en_rule_preset *presets = en_rule_presets(&count);
    (void)service;
    (void)request;
    (void)err;
    en_json_object(&response->json, NULL);
    en_json_array(&response->json, "items");
    for (uint32_t i = 0; i < count; i++) {
        en_rule_json_preset(&presets[i], &response->json, NULL);
    }
    en_json_end(&response->json);
    en_json_end(&response->json);
    return EN_OK;
}

EN_API(rule_difference)
{
    struct en_service_setting setting = {
        .rule = request->segments[request->segments_count - 2],
        .from = en_http_query(request, "from"),
        .to = en_http_query(request, "to"),
        .target = en_http_query(request, "target"),
        .parameters = en_http_query(request, "parameters"),
        .valid_from = en_http_query(request, "valid_from"),
        .valid_to = en_http_query(request, "valid_to"),
        .limit = en_http_query(request, "limit"),
    };
    struct en_buf text;
    if (service->difference == NULL) {
        return en_error_set(err, EN_UNSUPPORTED, "this service computes no differences");
    }
    en_buf_init(&text, EN_HTTP_BODY_SIZE_MAX / 2);
    en_code code = service->difference(service->self, &setting, &text, err);
    if (code == EN_OK) {
        en_json_raw(&response->json, NULL, en_buf_slice(&text));
    }
    en_buf_fini(&text);
    return code;
}
