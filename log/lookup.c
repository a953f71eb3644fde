#include "log/lookup.h"

#include "log/cursor.h"

void en_log_lookup_init(struct en_log_lookup *lookup, struct en_log *log, uint64_t position)
{
    EN_ASSERT(log != NULL);
    *lookup = (struct en_log_lookup){log, position};
}

static bool is_it(const struct en_event *event, const struct en_lookup_query *query)
{
    return event->header.kind == (uint16_t)query->kind && event->header.subject == query->subject &&
           event->header.valid.from.us == query->from.us &&
           (query->fits == NULL || query->fits(query->fits_self, event));
}

static en_code find(void *self, const struct en_lookup_query *query, struct en_event_header *header,
                    struct en_error *err)
{
    struct en_log_lookup *lookup = self;
    struct en_cursor_filter filter = {.to = lookup->position,
                                      .subject = query->subject,
                                      .recorded = {query->recorded_from, {INT64_MAX}}};
    struct en_cursor *cursor = NULL;
    bool is_end = false;
    bool is_found = false;
    en_kind_set_add(&filter.kinds, (uint16_t)query->kind);
    if (lookup->position == 0) {
        return EN_NOT_FOUND;
    }
    en_code code = en_cursor_open(lookup->log, &filter, &cursor, err);
    while (code == EN_OK && !is_end && !is_found) {
        struct en_event event;
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && !is_end && is_it(&event, query)) {
            *header = event.header;
            is_found = true;
        }
    }
    en_cursor_close(cursor);
    return code == EN_OK && !is_found ? EN_NOT_FOUND : code;
}

static en_code get(void *self, struct en_seq seq, struct en_event *event, struct en_buf *payload,
                   struct en_error *err)
{
    struct en_log_lookup *lookup = self;
    return seq.n < lookup->position ? en_log_get(lookup->log, seq, event, payload, err)
                                    : EN_NOT_FOUND;
}

static en_code name_of(void *self, en_name_type type, uint32_t id, char *text, struct en_error *err)
{
    struct en_log_lookup *lookup = self;
    return en_log_name_of(lookup->log, type, id, text, err);
}

static en_code id_of(void *self, en_name_type type, struct en_slice key, uint32_t *id,
                     struct en_error *err)
{
    struct en_log_lookup *lookup = self;
    struct en_sink sink = en_log_sink(lookup->log);
    en_code code = sink.find(sink.self, type, &key, 1, id, err);
    return code == EN_OK && *id == 0 ? EN_NOT_FOUND : code;
}

struct en_lookup en_log_lookup_of(struct en_log_lookup *lookup)
{
    return (struct en_lookup){lookup, find, get, name_of, id_of};
}
