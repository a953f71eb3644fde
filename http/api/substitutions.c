/* What was substituted, and the acts by which people change values. */
#include "projections/views/substitutions.h"
#include "core/event/payload.h"
#include "core/metering/decree/decree_chain.h"
#include "core/metering/quantity.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"

#include <string.h>

static en_code put_line(void *self, const struct en_substitution_line *line, struct en_error *err)
{
    struct en_json *json = self;
    (void)err;
    en_json_object(json, NULL);
    en_json_text(json, "point", line->point_key);
    en_json_text(json, "channel", line->channel->code);
    en_api_instant(json, "from", line->span.from, line->offset_minutes);
    en_api_instant(json, "to", line->span.to, line->offset_minutes);
    en_json_bool(json, "is_filled", line->is_filled);
    if (line->decree == EN_DECREE_METHOD_NONE) {
        en_json_null(json, "decree");
    } else {
        en_json_string(json, "decree", en_decree_method_rule((en_decree_method)line->decree));
    }
    if (line->values_count == line->substitute->slots) {
        en_json_micro(json, "energy", line->micro);
    } else {
        en_json_null(json, "energy");
    }
    en_json_string(json, "unit", en_unit_name((en_unit)line->channel->unit));
    en_substitute_json(line->substitute, line->place, json, "substitute");
    en_json_end(json);
    return EN_OK;
}

static en_code find(struct en_store *store, const struct en_http_request *request, const char *name,
                    en_name_type type, uint32_t *id, struct en_error *err)
{
    const char *key = en_http_query(request, name);
    *id = 0;
    return key == NULL ? EN_OK : en_keys_find(store, type, en_slice_text(key), id, err);
}

static bool is_word(const struct en_http_request *request, const char *name, const char *word)
{
    const char *value = en_http_query(request, name);
    return value != NULL && strcmp(value, word) == 0;
}

EN_API(substitutions)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    struct en_substitution_query query = {.is_work_list = is_word(request, "work", "true")};
    const char *channel = en_http_query(request, "channel");
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK && stretch.is_instants) {
        code = en_error_set(err, EN_USAGE, "substitution is asked for by days: give dates");
    }
    code = code == EN_OK ? en_api_view(service, request, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    query.from_day = stretch.from_day;
    query.to_day = stretch.to_day;
    query.language = is_word(request, "lang", "ru") ? EN_ESTIMATION_RUSSIAN : EN_ESTIMATION_ENGLISH;
    query.code = channel == NULL ? en_slice_of(NULL, 0) : en_slice_text(channel);
    code = find(view.store, request, "point", EN_NAME_POINT, &query.point, err);
    if (code == EN_OK) {
        code = find(view.store, request, "object", EN_NAME_OBJECT, &query.object, err);
    }
    if (code == EN_OK) {
        en_api_begin_list(&response->json, &view);
        code = en_substitutions_walk(view.store, &query, put_line, &response->json, err);
        en_api_end_list(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}

static void put_name(struct en_json *json, const char *name, struct en_slice key)
{
    if (key.size == 0) {
        en_json_null(json, name);
    } else {
        en_json_text(json, name, key);
    }
}

static void put_values(struct en_json *json, const struct en_edit_row *edit)
{
    const struct en_edit_value *values = edit->values.items;
    en_json_array(json, "values");
    for (uint32_t i = 0; i < edit->values.count; i++) {
        en_json_micro(json, NULL, values[i].micro);
    }
    en_json_end(json);
    en_json_micro(json, "amount", edit->amount_micro);
}

static en_code put_edit(void *self, const struct en_edit_line *line, struct en_error *err)
{
    struct en_json *json = self;
    const struct en_edit_row *edit = line->edit;
    (void)err;
    en_json_object(json, NULL);
    en_json_u64(json, "edit", edit->edit);
    en_json_text(json, "point", line->point_key);
    en_json_text(json, "channel", line->code);
    en_json_string(json, "kind", en_edit_kind_name(edit->kind));
    en_api_instant(json, "from", edit->from, line->offset_minutes);
    en_api_instant(json, "to", edit->to, line->offset_minutes);
    put_values(json, edit);
    en_json_bool(json, "applies_ratio", edit->applies_ratio);
    put_name(json, "method", edit->method);
    en_json_string(json, "reason", en_reason_code((en_reason)edit->reason));
    en_json_text(json, "evidence", edit->evidence);
    en_json_text(json, "comment", edit->comment);
    en_json_string(json, "state", en_edit_state_name(edit->state));
    put_name(json, "requester", line->requester);
    put_name(json, "decider", line->decider);
    if (edit->decided == 0) {
        en_json_null(json, "decided");
    } else {
        en_json_u64(json, "decided", edit->decided);
    }
    en_json_text(json, "decision_comment", edit->decision_comment);
    if (edit->retracts == 0) {
        en_json_null(json, "retracts");
    } else {
        en_json_u64(json, "retracts", edit->retracts);
    }
    en_json_end(json);
    return EN_OK;
}

EN_API(edits)
{
    struct en_service_view view;
    const char *word = en_http_query(request, "state");
    uint32_t point = 0;
    uint8_t state = 0;
    while (state < EN_EDIT_STATES_COUNT &&
           (word == NULL || strcmp(en_edit_state_name(state), word) != 0)) {
        state++;
    }
    if (word != NULL && state == EN_EDIT_STATES_COUNT) {
        return en_error_set(err, EN_USAGE,
                            "state is REQUESTED, APPROVED, REJECTED or RETRACTED, not \"%.32s\"",
                            word);
    }
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = find(view.store, request, "point", EN_NAME_POINT, &point, err);
    if (code == EN_OK) {
        en_api_begin_list(&response->json, &view);
        code = en_edits_walk(view.store, state, point, put_edit, &response->json, err);
        en_api_end_list(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
