/* The events themselves, and what proves them. */
#include <inttypes.h>

#include "core/event/payload_json.h"
#include "http/api/reply.h"
#include "log/cursor.h"

#define EVENTS_LIMIT 1000u
#define EVENTS_DEFAULT 100u
#define PAYLOAD_JSON_SIZE_MAX (1u << 20)

static void put_name(struct en_json *json, const char *member, struct en_log *log,
                     en_name_type type, uint32_t id)
{
    char name[EN_NAME_SIZE_MAX + 1];
    if (id != 0 && type != EN_NAME_NONE && en_log_name_of(log, type, id, name, NULL) == EN_OK) {
        en_json_string(json, member, name);
    } else {
        en_json_null(json, member);
    }
}

static en_code put_event(struct en_log *log, const struct en_event *event, struct en_json *json,
                         struct en_buf *payload, struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    const struct en_kind_info *info = en_kind_info(header->kind);
    en_buf_reset(payload);
    en_code code = en_payload_json(event, payload, err);
    if (code != EN_OK) {
        return en_error_wrap(err, "event %" PRIu64, header->seq.n);
    }
    en_json_object(json, NULL);
    en_json_u64(json, "seq", header->seq.n);
    en_json_instant(json, "recorded_at", header->recorded_at);
    en_json_string(json, "kind", info == NULL ? "unknown" : info->name);
    put_name(json, "subject", log, info == NULL ? EN_NAME_NONE : info->subject, header->subject);
    if (header->valid.from.us == 0 && header->valid.to.us == 0) {
        en_json_null(json, "valid_from");
        en_json_null(json, "valid_to");
    } else {
        en_json_instant(json, "valid_from", header->valid.from);
        en_json_instant(json, "valid_to", header->valid.to);
    }
    put_name(json, "source", log, EN_NAME_SOURCE, header->source);
    put_name(json, "actor", log, EN_NAME_ACTOR, header->actor);
    if (header->cause.n == EN_SEQ_NONE.n) {
        en_json_null(json, "cause");
    } else {
        en_json_u64(json, "cause", header->cause.n);
    }
    en_json_raw(json, "payload", en_buf_slice(payload));
    en_json_end(json);
    return EN_OK;
}

static en_code put_events(struct en_log *log, uint64_t from, uint64_t limit, struct en_json *json,
                          uint64_t *next, struct en_error *err)
{
    struct en_cursor_filter filter = {.from = from};
    struct en_cursor *cursor = NULL;
    struct en_buf payload;
    bool is_end = false;
    uint64_t count = 0;
    en_code code = en_cursor_open(log, &filter, &cursor, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_init(&payload, PAYLOAD_JSON_SIZE_MAX);
    *next = from;
    while (code == EN_OK && count < limit && !is_end) {
        struct en_event event;
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && !is_end) {
            code = put_event(log, &event, json, &payload, err);
            *next = event.header.seq.n + 1;
            count++;
        }
    }
    en_buf_fini(&payload);
    en_cursor_close(cursor);
    return code;
}

EN_API(events)
{
    uint64_t from = 0;
    uint64_t limit = EVENTS_DEFAULT;
    uint64_t next = 0;
    struct en_log *log = service->log(service->self);
    struct en_json *json = &response->json;
    en_code code = en_api_number(request, "from_seq", UINT64_MAX - 1, &from, err);
    if (code == EN_OK) {
        code = en_api_number(request, "limit", EVENTS_LIMIT, &limit, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_json_object(json, NULL);
    en_json_array(json, "items");
    code = put_events(log, from, limit, json, &next, err);
    en_json_end(json);
    en_json_u64(json, "next", next);
    en_json_end(json);
    return code;
}

EN_API(proof)
{
    uint64_t seq = 0;
    const char *text = request->segments[request->segments_count - 1];
    const struct en_http_request as_query = {.query = {{"seq", text}}, .query_count = 1};
    en_code code = en_api_number(&as_query, "seq", UINT64_MAX - 1, &seq, err);
    response->content_type = "text/plain; charset=utf-8";
    return code == EN_OK ? service->prove(service->self, seq, &response->body, err) : code;
}

EN_API(checkpoint)
{
    (void)request;
    response->content_type = "text/plain; charset=utf-8";
    return service->checkpoint(service->self, &response->body, err);
}
