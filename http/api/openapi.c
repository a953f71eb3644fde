/* openapi.json, made from the table of routes: the two cannot disagree. */
#include "http/api/api.h"

static void put_parameter(struct en_json *json, const char *name, size_t name_size,
                          const char *where, const char *about, bool is_required)
{
    en_json_object(json, NULL);
    en_json_text(json, "name", en_slice_of(name, name_size));
    en_json_string(json, "in", where);
    if (about != NULL) {
        en_json_string(json, "description", about);
    }
    en_json_bool(json, "required", is_required);
    en_json_object(json, "schema");
    en_json_string(json, "type", "string");
    en_json_end(json);
    en_json_end(json);
}

static void put_parameters(struct en_json *json, const struct en_route *route)
{
    en_json_array(json, "parameters");
    for (const char *at = strchr(route->pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        put_parameter(json, at + 1, strcspn(at + 1, "}"), "path", NULL, true);
    }
    for (uint32_t i = 0; i < EN_ROUTE_PARAMETERS_MAX && route->query[i].name != NULL; i++) {
        const struct en_route_parameter *parameter = &route->query[i];
        put_parameter(json, parameter->name, strlen(parameter->name), "query", parameter->about,
                      parameter->is_required);
    }
    en_json_end(json);
}

static void put_response(struct en_json *json, const char *status, const char *description)
{
    en_json_object(json, status);
    en_json_string(json, "description", description);
    en_json_end(json);
}

static void put_route(struct en_json *json, const struct en_route *route)
{
    en_json_object(json, route->pattern);
    en_json_object(json, "get");
    en_json_string(json, "summary", route->summary);
    put_parameters(json, route);
    en_json_object(json, "responses");
    put_response(json, "200", "The answer");
    put_response(json, "default", "A problem (RFC 9457)");
    en_json_end(json);
    en_json_end(json);
    en_json_end(json);
}

EN_API(openapi)
{
    (void)service;
    (void)request;
    (void)err;
    struct en_json *json = &response->json;
    uint32_t count = 0;
    const struct en_route *routes = en_routes(&count);
    en_json_object(json, NULL);
    en_json_string(json, "openapi", "3.0.3");
    en_json_object(json, "info");
    en_json_string(json, "title", "Enerlog, read-only");
    en_json_string(json, "version", EN_VERSION);
    en_json_end(json);
    en_json_object(json, "paths");
    for (uint32_t i = 0; i < count; i++) {
        put_route(json, &routes[i]);
    }
    en_json_end(json);
    en_json_end(json);
    return EN_OK;
}
