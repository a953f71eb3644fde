/* The routes of the API. A new one: its handler in this folder, a line in api.h, a row here;
 * openapi.json follows. */
#include "http/api/api.h"

static const struct en_route routes[] = {
    {"/healthz", "The process answers", {{NULL}}, en_api_healthz},
    {"/readyz",
     "The log takes events and the tables keep up with it; 503 when not",
     {{NULL}},
     en_api_readyz},
    {"/metrics", "Counters in the text form of Prometheus", {{NULL}}, en_api_metrics},
    {"/api/v1/version", "Which Enerlog this is", {{NULL}}, en_api_version},
    {"/api/v1/openapi.json", "This description", {{NULL}}, en_api_openapi},
};

const struct en_route *en_routes(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(routes);
    return routes;
}
