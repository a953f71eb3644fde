/* What the handlers have in common: parameters in the words of metering, the tables as of the asked
 * moment, and the frame of a list: {"seq": last event included, "items": [...]}. */
#ifndef EN_HTTP_API_REPLY_H
#define EN_HTTP_API_REPLY_H

#include "core/event/event.h"
#include "http/api/api.h"
#include "projections/views/fiscal.h"

/* A parameter as a whole number; absent: *value stays. EN_USAGE. */
en_code en_api_number(const struct en_http_request *request, const char *name, uint64_t max,
                      uint64_t *value, struct en_error *err) EN_MUST_CHECK;

/* A stretch of time from `from` to `to`: fiscal days, or instants where one is no plain date. A
 * date beside an instant is the start of that fiscal day of each object, which only its reader
 * knows. */
struct en_api_stretch {
    bool is_instants;
    bool is_from_day;
    bool is_to_day;
    struct en_day from_day;
    struct en_day to_day;
    struct en_interval interval;
};
/* EN_USAGE: one of them cannot be read, or the stretch is empty. */
en_code en_api_stretch(const struct en_http_request *request, struct en_api_stretch *stretch,
                       struct en_error *err) EN_MUST_CHECK;

/* lane=fiscal (the default) or live. EN_USAGE. */
en_code en_api_lane(const struct en_http_request *request, en_lane *lane,
                    struct en_error *err) EN_MUST_CHECK;

/* Opens the tables as the request's as_of says. */
en_code en_api_view(const struct en_service *service, const struct en_http_request *request,
                    struct en_service_view *view, struct en_error *err) EN_MUST_CHECK;

/* Opens {"seq":N, ...; the caller ends the object. */
void en_api_begin(struct en_json *json, const struct en_service_view *view);
/* The same with "items":[ ; closed by en_api_end_list. */
void en_api_begin_list(struct en_json *json, const struct en_service_view *view);
void en_api_end_list(struct en_json *json);

/* A member with the external key of an id, null where there is none. */
en_code en_api_key(struct en_json *json, const char *name, struct en_store *store,
                   en_name_type type, uint32_t id, struct en_error *err) EN_MUST_CHECK;

/* An instant at an offset. */
void en_api_instant(struct en_json *json, const char *name, struct en_instant instant,
                    int32_t offset_minutes);

#endif
