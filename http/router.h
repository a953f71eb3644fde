/* Which handler answers a path. Routes are data: a pattern "/api/v1/series/{point}/{channel}", what
 * it answers and the parameters it knows; from them come matching, the refusal of unknown
 * parameters and openapi.json. Everything is GET (and HEAD): the API only reads. */
#ifndef EN_HTTP_ROUTER_H
#define EN_HTTP_ROUTER_H

#include "http/message.h"

#define EN_ROUTE_PARAMETERS_MAX 10u

struct en_service;

struct en_route_parameter {
    const char *name; /* NULL ends the list */
    const char *about;
    bool is_required;
};

/* Fills the response (200 application/json unless it says otherwise). On another code than EN_OK
 * the router answers with a problem. Any thread. */
typedef en_code (*en_route_run)(const struct en_service *service,
                                const struct en_http_request *request,
                                struct en_http_response *response, struct en_error *err);

struct en_route {
    const char *pattern;
    const char *summary;
    struct en_route_parameter query[EN_ROUTE_PARAMETERS_MAX];
    en_route_run run;
};

/* The routes of the API; in api/routes.c. */
const struct en_route *en_routes(uint32_t *count);

/* Answers a request: finds the route, checks method and parameters, runs it; each failure is a
 * problem in the response. *route (NULL: none matched) is for the metrics. */
void en_router_answer(const struct en_service *service, const struct en_http_request *request,
                      struct en_http_response *response, const struct en_route **route);

/* The part of the path where the pattern has {name}. The name must be in the pattern. */
const char *en_route_segment(const struct en_route *route, const struct en_http_request *request,
                             const char *name);

#endif
