#include "http/api/reply.h"

#include "projections/views/keys.h"

#define DATE_SIZE 10u

en_code en_api_number(const struct en_http_request *request, const char *name, uint64_t max,
                      uint64_t *value, struct en_error *err)
{
    const char *text = en_http_query(request, name);
    if (text == NULL) {
        return EN_OK;
    }
    uint64_t number = 0;
    bool is_number = text[0] != '\0';
    for (const char *digit = text; *digit != '\0' && is_number; digit++) {
        uint64_t next = (uint64_t)(*digit - '0');
        is_number = *digit >= '0' && *digit <= '9' && number <= (UINT64_MAX - next) / 10;
        number = is_number ? number * 10 + next : number;
    }
    if (!is_number || number > max) {
        return en_error_set(err, EN_USAGE, "%s is a whole number up to %llu, not \"%.64s\"", name,
                            (unsigned long long)max, text);
    }
    *value = number;
    return EN_OK;
}

static en_code parse_edge(const struct en_http_request *request, const char *name, bool *is_day,
                          struct en_day *day, struct en_instant *instant, struct en_error *err)
{
    const char *text = en_http_query(request, name);
    EN_ASSERT(text != NULL); /* the route requires it */
    *is_day = strlen(text) <= DATE_SIZE;
    en_code code = *is_day ? en_day_parse(en_slice_text(text), day, err)
                           : en_instant_parse(en_slice_text(text), 0, instant, err);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "%s", name);
        return err == NULL ? EN_USAGE : (err->code = EN_USAGE);
    }
    if (*is_day) {
        *instant = en_day_interval(*day, 0).from;
    }
    return EN_OK;
}

en_code en_api_stretch(const struct en_http_request *request, struct en_api_stretch *stretch,
                       struct en_error *err)
{
    *stretch = (struct en_api_stretch){.is_instants = false};
    en_code code = parse_edge(request, "from", &stretch->is_from_day, &stretch->from_day,
                              &stretch->interval.from, err);
    if (code == EN_OK) {
        code = parse_edge(request, "to", &stretch->is_to_day, &stretch->to_day,
                          &stretch->interval.to, err);
    }
    bool is_mixed = stretch->is_from_day != stretch->is_to_day;
    stretch->is_instants = !stretch->is_from_day || !stretch->is_to_day;
    if (code == EN_OK && !is_mixed && stretch->interval.from.us >= stretch->interval.to.us) {
        return en_error_set(err, EN_USAGE, "from must be before to");
    }
    return code;
}

en_code en_api_lane(const struct en_http_request *request, en_lane *lane, struct en_error *err)
{
    const char *text = en_http_query(request, "lane");
    *lane = text != NULL && strcmp(text, "live") == 0 ? EN_LANE_LIVE : EN_LANE_FISCAL;
    bool is_known = text == NULL || *lane == EN_LANE_LIVE || strcmp(text, "fiscal") == 0;
    return is_known ? EN_OK
                    : en_error_set(err, EN_USAGE, "lane is fiscal or live, not \"%.64s\"", text);
}

en_code en_api_view(const struct en_service *service, const struct en_http_request *request,
                    struct en_service_view *view, struct en_error *err)
{
    return service->view_open(service->self, en_http_query(request, "as_of"), view, err);
}

void en_api_begin(struct en_json *json, const struct en_service_view *view)
{
    en_json_object(json, NULL);
    if (view->position == 0) {
        en_json_null(json, "seq");
    } else {
        en_json_u64(json, "seq", view->position - 1);
    }
}

void en_api_begin_list(struct en_json *json, const struct en_service_view *view)
{
    en_api_begin(json, view);
    en_json_array(json, "items");
}

void en_api_end_list(struct en_json *json)
{
    en_json_end(json);
    en_json_end(json);
}

en_code en_api_key(struct en_json *json, const char *name, struct en_store *store,
                   en_name_type type, uint32_t id, struct en_error *err)
{
    struct en_slice key;
    en_code code = en_keys_key(store, type, id, &key, err);
    if (code == EN_OK && key.size > 0) {
        en_json_text(json, name, key);
    } else {
        en_json_null(json, name);
    }
    return code;
}

void en_api_instant(struct en_json *json, const char *name, struct en_instant instant,
                    int32_t offset_minutes)
{
    char text[EN_INSTANT_TEXT_SIZE];
    size_t size = en_instant_print(instant, offset_minutes, text);
    en_json_text(json, name, en_slice_of(text, size));
}
