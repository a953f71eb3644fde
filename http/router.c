#include "http/router.h"

/* The length of the pattern's part that begins at `at`. */
static size_t part_size(const char *at)
{
    return strcspn(at, "/");
}

static bool is_match(const char *pattern, const struct en_http_request *request)
{
    const char *at = pattern + 1;
    for (uint32_t i = 0; i < request->segments_count; i++) {
        size_t size = part_size(at);
        const char *segment = request->segments[i];
        bool is_variable = size > 0 && at[0] == '{';
        bool is_same = strlen(segment) == size && memcmp(segment, at, size) == 0;
        if (size == 0 || (!is_variable && !is_same)) {
            return false;
        }
        at += size + (at[size] == '/' ? 1 : 0);
    }
    return *at == '\0' && request->segments_count > 0;
}

static const struct en_route *find_route(const struct en_http_request *request)
{
    uint32_t count = 0;
    const struct en_route *routes = en_routes(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (is_match(routes[i].pattern, request)) {
            return &routes[i];
        }
    }
    return NULL;
}

static const struct en_route_parameter *find_parameter(const struct en_route *route,
                                                       const char *name)
{
    for (uint32_t i = 0; i < EN_ROUTE_PARAMETERS_MAX && route->query[i].name != NULL; i++) {
        if (strcmp(route->query[i].name, name) == 0) {
            return &route->query[i];
        }
    }
    return NULL;
}

/* An unknown parameter is refused: a misspelt as_of must not give today's answer. */
static en_code check_parameters(const struct en_route *route, const struct en_http_request *request,
                                struct en_error *err)
{
    for (uint32_t i = 0; i < request->query_count; i++) {
        const char *name = request->query[i].name;
        if (find_parameter(route, name) == NULL) {
            return en_error_set(err, EN_USAGE, "there is no parameter \"%.64s\" here", name);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(request->query[j].name, name) == 0) {
                return en_error_set(err, EN_USAGE, "parameter \"%.64s\" is given twice", name);
            }
        }
    }
    for (uint32_t i = 0; i < EN_ROUTE_PARAMETERS_MAX && route->query[i].name != NULL; i++) {
        bool is_missing =
            route->query[i].is_required && en_http_query(request, route->query[i].name) == NULL;
        if (is_missing) {
            return en_error_set(err, EN_USAGE, "parameter \"%s\" is missing: %s",
                                route->query[i].name, route->query[i].about);
        }
    }
    return EN_OK;
}

void en_router_answer(const struct en_service *service, const struct en_http_request *request,
                      struct en_http_response *response, const struct en_route **route)
{
    struct en_error err = {.code = EN_OK, .text = ""};
    *route = find_route(request);
    if (*route == NULL) {
        en_http_problem_status(response, 404, "not found",
                               "there is nothing here; see /api/v1/openapi.json");
        return;
    }
    bool is_read = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    if (!is_read) {
        en_http_problem_status(response, 405, "method not allowed", "this API only reads");
        response->allow = "GET, HEAD";
        return;
    }
    en_code code = check_parameters(*route, request, &err);
    if (code == EN_OK) {
        code = (*route)->run(service, request, response, &err);
    }
    if (code == EN_OK) {
        code = en_buf_code(&response->body, &err);
    }
    if (code != EN_OK) {
        en_http_problem(response, code, &err);
    }
}

const char *en_route_segment(const struct en_route *route, const struct en_http_request *request,
                             const char *name)
{
    const char *at = route->pattern + 1;
    size_t name_size = strlen(name);
    for (uint32_t i = 0; i < request->segments_count; i++) {
        size_t size = part_size(at);
        bool is_named =
            size == name_size + 2 && at[0] == '{' && memcmp(at + 1, name, name_size) == 0;
        if (is_named) {
            return request->segments[i];
        }
        at += size + 1;
    }
    EN_ASSERT(!"the pattern holds the name");
    return NULL;
}
