/* The derivation of a value. */
#include "projections/views/why.h"
#include "http/api/reply.h"
#include "log/lookup.h"

/* What is asked about: exactly one of the parameters. */
static en_code parse_what(const struct en_http_request *request, struct en_why_query *query,
                          const char **key, struct en_error *err)
{
    static const struct {
        const char *name;
        en_why_what what;
    } parameters[] = {
        {"point", EN_WHY_CHANNEL}, {"formula", EN_WHY_FORMULA}, {"balance", EN_WHY_BALANCE}};
    uint32_t count = 0;
    for (size_t i = 0; i < EN_COUNT_OF(parameters); i++) {
        const char *value = en_http_query(request, parameters[i].name);
        if (value != NULL) {
            *key = value;
            query->what = parameters[i].what;
            count++;
        }
    }
    bool is_whole = query->what != EN_WHY_CHANNEL || en_http_query(request, "channel") != NULL;
    return count == 1 && is_whole
               ? EN_OK
               : en_error_set(err, EN_USAGE,
                              "ask for point and channel, or for a formula, or for a balance");
}

static en_code derive(const struct en_service *service, const struct en_http_request *request,
                      const struct en_service_view *view, const char *key,
                      struct en_why_query *query, struct en_why_tree *tree, struct en_error *err)
{
    const char *channel = en_http_query(request, "channel");
    const char *time = en_http_query(request, "time");
    struct en_log_lookup events;
    en_log_lookup_init(&events, service->log(service->self), view->position);
    struct en_lookup lookup = en_log_lookup_of(&events);
    en_code code = en_why_find(view->store, query->what, en_slice_text(key),
                               en_slice_text(channel == NULL ? "" : channel), &query->series, err);
    if (code == EN_OK) {
        code = en_why_time(view->store, en_slice_text(time == NULL ? "" : time), query, err);
    }
    if (code == EN_OK) {
        code = en_why(view->store, &lookup, query, tree, err);
    }
    return code;
}

EN_API(why)
{
    struct en_service_view view;
    struct en_why_tree tree;
    struct en_why_query query = {.series = 0};
    const char *key = "";
    const char *language = en_http_query(request, "lang");
    query.is_russian = language != NULL && strcmp(language, "ru") == 0;
    en_code code = parse_what(request, &query, &key, err);
    if (code == EN_OK) {
        code = en_api_lane(request, &query.lane, err);
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_why_tree_init(&tree);
    code = derive(service, request, &view, key, &query, &tree, err);
    if (code == EN_OK) {
        en_api_begin(&response->json, &view);
        en_json_bool(&response->json, "is_cut", tree.is_cut);
        en_why_print_json(&tree, &response->json, "why");
        en_json_end(&response->json);
    }
    en_why_tree_fini(&tree);
    service->view_close(service->self, &view);
    return code;
}
