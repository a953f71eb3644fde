#include "log/lookup.h"

#include "core/mem.h"
#include "log/cursor.h"

#define SETTINGS_FIRST 256u

void en_log_lookup_init(struct en_log_lookup *lookup, struct en_log *log, uint64_t position)
{
    EN_ASSERT(log != NULL);
    *lookup = (struct en_log_lookup){.log = log, .position = position};
}

void en_log_lookup_fini(struct en_log_lookup *lookup)
{
    en_mem_free(lookup->settings);
}

/* What is read or said by machines comes in numbers; everything else is a setting. */
static bool is_setting(en_kind kind)
{
    const struct en_kind_info *info = en_kind_info((uint16_t)kind);
    return info != NULL && info->is_command;
}

static en_code keep(struct en_log_lookup *lookup, const struct en_event_header *header,
                    struct en_error *err)
{
    if (lookup->settings_count == lookup->settings_capacity) {
        size_t capacity =
            lookup->settings_capacity == 0 ? SETTINGS_FIRST : lookup->settings_capacity * 2;
        struct en_event_header *grown =
            en_mem_resize(lookup->settings, capacity * sizeof *lookup->settings);
        if (grown == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu settings", capacity);
        }
        lookup->settings = grown;
        lookup->settings_capacity = capacity;
    }
    lookup->settings[lookup->settings_count++] = *header;
    return EN_OK;
}

static en_code gather(struct en_log_lookup *lookup, struct en_error *err)
{
    struct en_cursor_filter filter = {.to = lookup->position};
    struct en_cursor *cursor = NULL;
    uint32_t count = 0;
    bool is_end = false;
    const struct en_kind_info *kinds = en_kinds(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (is_setting(kinds[i].kind)) {
            en_kind_set_add(&filter.kinds, (uint16_t)kinds[i].kind);
        }
    }
    lookup->settings_count = 0;
    en_code code =
        lookup->position == 0 ? EN_NOT_FOUND : en_cursor_open(lookup->log, &filter, &cursor, err);
    while (code == EN_OK && !is_end) {
        struct en_event event;
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && !is_end) {
            code = keep(lookup, &event.header, err);
        }
    }
    en_cursor_close(cursor);
    lookup->is_gathered = code == EN_OK;
    return code;
}

static bool fits(const struct en_event_header *header, const struct en_lookup_query *query)
{
    return header->kind == (uint16_t)query->kind && header->subject == query->subject &&
           header->valid.from.us >= query->from.from.us &&
           header->valid.from.us < query->from.to.us && header->seq.n < query->before;
}

/* Among many: one pass over the frames of the kind. */
static en_code find_fact(struct en_log_lookup *lookup, const struct en_lookup_query *query,
                         struct en_event_header *header, struct en_error *err)
{
    struct en_cursor_filter filter = {.to = lookup->position, .subject = query->subject};
    struct en_cursor *cursor = NULL;
    bool is_end = false;
    bool is_found = false;
    en_kind_set_add(&filter.kinds, (uint16_t)query->kind);
    en_code code =
        lookup->position == 0 ? EN_NOT_FOUND : en_cursor_open(lookup->log, &filter, &cursor, err);
    while (code == EN_OK && !is_end) {
        struct en_event event;
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && !is_end && fits(&event.header, query)) {
            *header = event.header;
            is_found = true;
        }
    }
    en_cursor_close(cursor);
    return code == EN_OK && !is_found ? EN_NOT_FOUND : code;
}

static en_code find(void *self, const struct en_lookup_query *query, struct en_event_header *header,
                    struct en_error *err)
{
    struct en_log_lookup *lookup = self;
    if (!is_setting(query->kind)) {
        return find_fact(lookup, query, header, err);
    }
    en_code code = lookup->is_gathered ? EN_OK : gather(lookup, err);
    for (size_t i = lookup->settings_count; code == EN_OK && i > 0; i--) {
        if (fits(&lookup->settings[i - 1], query)) {
            *header = lookup->settings[i - 1];
            return EN_OK;
        }
    }
    return code == EN_OK ? EN_NOT_FOUND : code;
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
