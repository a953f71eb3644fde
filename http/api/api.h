/* The handlers of the API, by file of this folder; what each answers stands in routes.c. */
#ifndef EN_HTTP_API_API_H
#define EN_HTTP_API_API_H

#include "http/router.h"
#include "http/service.h"

#define EN_API(name)                                                                               \
    en_code en_api_##name(const struct en_service *service, const struct en_http_request *request, \
                          struct en_http_response *response, struct en_error *err)

/* health.c */
EN_API(healthz);
EN_API(readyz);
EN_API(metrics);
EN_API(version);

/* openapi.c */
EN_API(openapi);

#endif
