#include "log/ledger.h"

#include <inttypes.h>

#include "core/event/payload.h"
#include "core/limits.h"
#include "log/cursor.h"
#include "log/state.h"

struct ledger {
    struct en_log *log;
    uint64_t size; /* what is checked; the log may grow */
    struct en_instant recorded_at;
    uint32_t last_ids[EN_NAME_TYPES_COUNT];
    uint64_t names_count;
    struct en_dedupe said;   /* by the events */
    struct en_dedupe stored; /* by the rows, as of stored.written_size */
};

static en_code check_name(struct ledger *ledger, const struct en_event *event, struct en_error *err)
{
    struct en_name_assigned name;
    struct en_slice key;
    char text[EN_NAME_SIZE_MAX + 1];
    uint32_t id = 0;
    uint64_t seq = event->header.seq.n;
    en_code code = en_record_decode(&en_payload_name_assigned, event->payload, &name, NULL, err);
    if (code != EN_OK || name.type == EN_NAME_NONE || name.type >= EN_NAME_TYPES_COUNT ||
        name.key.size > EN_NAME_SIZE_MAX || name.id != ledger->last_ids[name.type] + 1) {
        return en_error_set(err, EN_CORRUPT, "event %" PRIu64 " does not assign the next name",
                            seq);
    }
    ledger->last_ids[name.type] = name.id;
    ledger->names_count++;
    code = en_names_find(ledger->log, (en_name_type)name.type, &name.key, 1, &id, err);
    if (code == EN_OK) {
        code = en_names_text(ledger->log, (en_name_type)name.type, name.id, text, err);
    }
    key = code == EN_OK ? en_slice_text(text) : en_slice_of(NULL, 0);
    if (code == EN_NOT_FOUND ||
        (code == EN_OK && (id != name.id || !en_slice_equal(key, name.key)))) {
        code = en_error_set(err, EN_CORRUPT,
                            "the tables of names do not say what event %" PRIu64 " says", seq);
    }
    return code;
}

/* The rows of table sources are what the events up to their size say. */
static en_code check_sources(struct ledger *ledger, struct en_error *err)
{
    const struct en_dedupe *said = &ledger->said;
    const struct en_dedupe *stored = &ledger->stored;
    uint32_t capacity = said->capacity > stored->capacity ? said->capacity : stored->capacity;
    for (uint32_t id = 0; id < capacity; id++) {
        static const struct en_source_state none = {0};
        const struct en_source_state *a = id < said->capacity ? &said->sources[id] : &none;
        const struct en_source_state *b = id < stored->capacity ? &stored->sources[id] : &none;
        if (a->last_source_seq != b->last_source_seq || a->first_event != b->first_event ||
            a->last_event != b->last_event) {
            return en_error_set(
                err, EN_CORRUPT,
                "table sources does not say of source %" PRIu32 " what the events say", id);
        }
    }
    return EN_OK;
}

static en_code check_source(struct ledger *ledger, const struct en_event_header *header,
                            struct en_error *err)
{
    en_code code = en_dedupe_reserve(&ledger->said, header->source, err);
    if (code != EN_OK) {
        return code;
    }
    const struct en_source_state *known = en_dedupe_source(&ledger->said, header->source);
    if (header->source_seq <= known->last_source_seq) {
        return en_error_set(err, EN_CORRUPT,
                            "event %" PRIu64 ": source %" PRIu32 " falls back to %" PRIu64,
                            header->seq.n, header->source, header->source_seq);
    }
    en_dedupe_add(&ledger->said, header->source, header->source_seq, header->seq.n);
    return EN_OK;
}

static en_code check_event(struct ledger *ledger, const struct en_event *event,
                           struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    en_code code = EN_OK;
    if (header->recorded_at.us < ledger->recorded_at.us) {
        return en_error_set(err, EN_CORRUPT, "event %" PRIu64 " is recorded before the last",
                            header->seq.n);
    }
    ledger->recorded_at = header->recorded_at;
    if (header->seq.n == ledger->stored.written_size) {
        code = check_sources(ledger, err);
    }
    if (code == EN_OK && header->source != 0) {
        code = check_source(ledger, header, err);
    }
    if (code == EN_OK && header->kind == EN_KIND_NAME_ASSIGNED) {
        code = check_name(ledger, event, err);
    }
    return code;
}

static en_code read_events(struct ledger *ledger, struct en_error *err)
{
    struct en_cursor_filter all = {.to = ledger->size};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = ledger->size == 0;
    en_code code = en_cursor_open(ledger->log, &all, &cursor, err);
    while (code == EN_OK && !is_end) {
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && !is_end) {
            code = check_event(ledger, &event, err);
        }
    }
    en_cursor_close(cursor);
    if (code == EN_OK && ledger->stored.written_size == ledger->size) {
        code = check_sources(ledger, err);
    }
    if (code == EN_OK && ledger->stored.written_size > en_log_size(ledger->log)) {
        code = en_error_set(err, EN_CORRUPT, "table sources speaks of %" PRIu64 " events",
                            ledger->stored.written_size);
    }
    return code;
}

/* As many rows as names: none that no event made. A log that grows has more by now. */
static en_code count_names(struct ledger *ledger, struct en_kv_txn *txn, struct en_error *err)
{
    struct en_kv_stat names;
    struct en_kv_stat ids;
    en_code code = en_kv_stat(txn, ledger->log->tables.names, &names, err);
    if (code == EN_OK) {
        code = en_kv_stat(txn, ledger->log->tables.ids, &ids, err);
    }
    bool is_grown = en_log_size(ledger->log) > ledger->size;
    if (code == EN_OK &&
        (names.entries_count != ids.entries_count || names.entries_count < ledger->names_count ||
         (!is_grown && names.entries_count > ledger->names_count))) {
        code = en_error_set(err, EN_CORRUPT,
                            "%" PRIu64 " names and %" PRIu64 " ids for %" PRIu64 " assignments",
                            names.entries_count, ids.entries_count, ledger->names_count);
    }
    return code;
}

en_code en_ledger_check(struct en_log *log, uint64_t *names_count, struct en_error *err)
{
    struct ledger ledger = {.log = log, .size = log->size, .recorded_at = {INT64_MIN}};
    struct en_kv_txn *txn = NULL;
    en_dedupe_init(&ledger.said);
    en_dedupe_init(&ledger.stored);
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_dedupe_load_rows(&ledger.stored, txn, &log->tables, err);
    }
    en_kv_abort(txn);
    txn = NULL;
    if (code == EN_OK) {
        code = read_events(&ledger, err);
    }
    if (code == EN_OK) {
        code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    }
    if (code == EN_OK) {
        code = count_names(&ledger, txn, err);
    }
    en_kv_abort(txn);
    *names_count = ledger.names_count;
    en_dedupe_fini(&ledger.said);
    en_dedupe_fini(&ledger.stored);
    return code;
}
