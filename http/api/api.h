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

/* tables.c */
EN_API(tables);
EN_API(table);

/* points.c, series.c, usage.c */
EN_API(points);
EN_API(series);
EN_API(usage);

/* why.c */
EN_API(why);

/* balances.c, freezes.c */
EN_API(balances);
EN_API(balance);

/* losses.c */
EN_API(equipment);
EN_API(bypasses);
EN_API(losses);
EN_API(scheme);
EN_API(freezes);
EN_API(freeze_check);
EN_API(freeze);

/* alarms.c, device_events.c */
EN_API(alarms);
EN_API(alarm_definitions);
EN_API(alarm_history);
EN_API(alarm_quality);
EN_API(device_events);
/* tariffs.c */
EN_API(calendars);
EN_API(tariffs);
EN_API(prices);
EN_API(peak_hours);
EN_API(charges);
EN_API(deviation);
EN_API(reconciliation);

/* log.c */
EN_API(events);
EN_API(proof);
EN_API(checkpoint);

/* decree.c */
EN_API(decree);

/* substitutions.c */
EN_API(substitutions);
EN_API(edits);

/* validity.c */
EN_API(findings);
EN_API(completeness);

/* rules.c */
EN_API(rules);
EN_API(rule);
EN_API(rule_presets);
EN_API(rule_difference);

/* openapi.c */
EN_API(openapi);

#endif
