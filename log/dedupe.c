#include "log/dedupe.h"

#include <inttypes.h>

#include "core/mem.h"
#include "log/cursor.h"
#include "log/state.h"

#define CAPACITY_FIRST 256u
#define ROW_SIZE 24u
#define SIZE_KEY "sources"

void en_dedupe_init(struct en_dedupe *dedupe)
{
    *dedupe = (struct en_dedupe){0};
}

void en_dedupe_fini(struct en_dedupe *dedupe)
{
    for (uint32_t i = 0; i < EN_SOURCE_INDEXES_MAX; i++) {
        en_mem_free(dedupe->indexes[i].runs);
    }
    en_mem_free(dedupe->sources);
    en_mem_free(dedupe->changed);
    en_dedupe_init(dedupe);
}

en_code en_dedupe_reserve(struct en_dedupe *dedupe, uint32_t source, struct en_error *err)
{
    if (source < dedupe->capacity) {
        return EN_OK;
    }
    uint64_t capacity = dedupe->capacity > 0 ? dedupe->capacity : CAPACITY_FIRST;
    while (capacity <= source) {
        capacity *= 2;
    }
    capacity = capacity > UINT32_MAX ? UINT32_MAX : capacity;
    uint32_t *changed = en_mem_resize(dedupe->changed, capacity * sizeof *changed);
    if (changed == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %" PRIu64 " sources", capacity);
    }
    dedupe->changed = changed;
    struct en_source_state *sources = en_mem_resize(dedupe->sources, capacity * sizeof *sources);
    if (sources == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %" PRIu64 " sources", capacity);
    }
    dedupe->sources = sources;
    memset(sources + dedupe->capacity, 0, (capacity - dedupe->capacity) * sizeof *sources);
    dedupe->capacity = (uint32_t)capacity;
    return EN_OK;
}

const struct en_source_state *en_dedupe_source(const struct en_dedupe *dedupe, uint32_t source)
{
    EN_ASSERT(source < dedupe->capacity);
    return &dedupe->sources[source];
}

void en_dedupe_add(struct en_dedupe *dedupe, uint32_t source, uint64_t source_seq, uint64_t seq)
{
    EN_ASSERT(source > 0 && source < dedupe->capacity);
    struct en_source_state *known = &dedupe->sources[source];
    EN_ASSERT(source_seq > known->last_source_seq);
    if (known->last_source_seq == 0) {
        known->first_event = seq;
    }
    known->last_source_seq = source_seq;
    known->last_event = seq;
    if (!known->is_changed) {
        known->is_changed = true;
        dedupe->changed[dedupe->changed_count++] = source;
    }
}

void en_dedupe_restore(struct en_dedupe *dedupe, uint32_t source, const struct en_source_state *old)
{
    EN_ASSERT(source < dedupe->capacity);
    bool is_changed = dedupe->sources[source].is_changed;
    dedupe->sources[source] = *old;
    dedupe->sources[source].is_changed = is_changed; /* it stands in the list */
}

static void source_key(uint32_t id, uint8_t key[4])
{
    for (uint32_t i = 0; i < 4; i++) {
        key[i] = (uint8_t)(id >> (24 - 8 * i));
    }
}

static en_code load_row(struct en_dedupe *dedupe, const struct en_kv_pair *pair,
                        struct en_error *err)
{
    struct en_slice body;
    en_code code = en_guard_check(pair->key, pair->value, &body, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_source_state source = {0};
    if (pair->key.size != 4 || body.size != ROW_SIZE) {
        return en_error_set(err, EN_CORRUPT, "a row of %zu bytes", body.size);
    }
    uint32_t id = (uint32_t)pair->key.bytes[0] << 24 | (uint32_t)pair->key.bytes[1] << 16 |
                  (uint32_t)pair->key.bytes[2] << 8 | pair->key.bytes[3];
    bool is_taken = en_take_u64(&body, &source.last_source_seq) &&
                    en_take_u64(&body, &source.first_event) &&
                    en_take_u64(&body, &source.last_event);
    EN_ASSERT(is_taken);
    code = en_dedupe_reserve(dedupe, id, err);
    if (code == EN_OK) {
        dedupe->sources[id] = source;
    }
    return code;
}

en_code en_dedupe_load_rows(struct en_dedupe *dedupe, struct en_kv_txn *txn,
                            const struct en_log_tables *tables, struct en_error *err)
{
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    struct en_slice body;
    en_code code = en_guard_get(txn, tables->meta, en_slice_text(SIZE_KEY), &body, err);
    if (code == EN_NOT_FOUND) {
        dedupe->written_size = 0;
        return EN_OK;
    }
    if (code == EN_OK && !en_take_u64(&body, &dedupe->written_size)) {
        code = en_error_set(err, EN_CORRUPT, "a size of %zu bytes", body.size);
    }
    if (code != EN_OK) {
        return code;
    }
    code = en_kv_cursor_open(txn, tables->sources, &cursor, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_kv_cursor_first(cursor, &pair, err);
    while (code == EN_OK) {
        code = load_row(dedupe, &pair, err);
        if (code == EN_OK) {
            code = en_kv_cursor_next(cursor, &pair, err);
        }
    }
    en_kv_cursor_close(cursor);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What came after the rows were written. */
static en_code load_tail(struct en_log *log, struct en_error *err)
{
    struct en_dedupe *dedupe = &log->dedupe;
    struct en_cursor_filter filter = {.from = dedupe->written_size};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    en_code code = en_cursor_open(log, &filter, &cursor, err);
    while (code == EN_OK) {
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code != EN_OK || is_end) {
            break;
        }
        uint32_t source = event.header.source;
        if (source == 0) {
            continue;
        }
        code = en_dedupe_reserve(dedupe, source, err);
        if (code != EN_OK) {
            break;
        }
        if (event.header.source_seq <= dedupe->sources[source].last_source_seq) {
            code = en_error_set(err, EN_CORRUPT,
                                "event %" PRIu64 ": source %" PRIu32 " falls back to %" PRIu64,
                                event.header.seq.n, source, event.header.source_seq);
            break;
        }
        en_dedupe_add(dedupe, source, event.header.source_seq, event.header.seq.n);
    }
    en_cursor_close(cursor);
    return code;
}

en_code en_dedupe_load(struct en_log *log, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_dedupe_load_rows(&log->dedupe, txn, &log->tables, err);
    en_kv_abort(txn);
    if (code == EN_OK && log->dedupe.written_size > log->size) {
        code =
            en_error_set(err, EN_CORRUPT, "they speak of %" PRIu64 " events, the log has %" PRIu64,
                         log->dedupe.written_size, (uint64_t)log->size);
    }
    if (code == EN_OK) {
        code = load_tail(log, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "sources");
    }
    return code;
}

void en_dedupe_take_changed(struct en_dedupe *dedupe, struct en_source_row *rows)
{
    for (uint32_t i = 0; i < dedupe->changed_count; i++) {
        uint32_t id = dedupe->changed[i];
        dedupe->sources[id].is_changed = false;
        rows[i] = (struct en_source_row){id, dedupe->sources[id]};
    }
    dedupe->changed_count = 0;
}

en_code en_dedupe_write(struct en_kv_txn *txn, const struct en_log_tables *tables,
                        const struct en_source_row *rows, uint32_t count, uint64_t size,
                        struct en_error *err)
{
    uint8_t room[64];
    struct en_buf body = {.bytes = room, .capacity = sizeof room, .limit = sizeof room};
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        if (rows[i].source.last_source_seq == 0) {
            continue; /* its only events were taken back */
        }
        uint8_t key[4];
        source_key(rows[i].id, key);
        en_buf_reset(&body);
        en_buf_u64(&body, rows[i].source.last_source_seq);
        en_buf_u64(&body, rows[i].source.first_event);
        en_buf_u64(&body, rows[i].source.last_event);
        EN_ASSERT(body.size == ROW_SIZE);
        code = en_guard_put(txn, tables->sources, en_slice_of(key, sizeof key), en_buf_slice(&body),
                            err);
    }
    if (code == EN_OK) {
        en_buf_reset(&body);
        en_buf_u64(&body, size);
        code = en_guard_put(txn, tables->meta, en_slice_text(SIZE_KEY), en_buf_slice(&body), err);
    }
    return code;
}

/* The index of the source; the least recently used one gives way. */
static struct en_source_index *index_of(struct en_dedupe *dedupe, uint32_t source)
{
    struct en_source_index *oldest = &dedupe->indexes[0];
    for (uint32_t i = 0; i < EN_SOURCE_INDEXES_MAX; i++) {
        struct en_source_index *index = &dedupe->indexes[i];
        if (index->source == source) {
            index->used_at = ++dedupe->uses;
            return index;
        }
        oldest = index->used_at < oldest->used_at ? index : oldest;
    }
    en_mem_free(oldest->runs);
    *oldest = (struct en_source_index){.source = source, .used_at = ++dedupe->uses};
    return oldest;
}

static en_code add_to_index(struct en_source_index *index, uint64_t source_seq, uint64_t seq,
                            struct en_error *err)
{
    struct en_source_run *last = index->count > 0 ? &index->runs[index->count - 1] : NULL;
    if (last != NULL && source_seq == last->source_seq + last->count &&
        seq == last->seq + last->count) {
        last->count++;
        return EN_OK;
    }
    if (index->count == index->capacity) {
        uint32_t capacity = index->capacity > 0 ? index->capacity * 2 : CAPACITY_FIRST;
        struct en_source_run *runs = en_mem_resize(index->runs, capacity * sizeof *runs);
        if (runs == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the index of a source");
        }
        index->runs = runs;
        index->capacity = capacity;
    }
    index->runs[index->count++] = (struct en_source_run){source_seq, seq, 1};
    return EN_OK;
}

/* Reads the events of the source that the index does not know yet. */
static en_code extend_index(struct en_log *log, struct en_source_index *index,
                            const struct en_source_state *source, struct en_error *err)
{
    uint64_t size = log->size;
    struct en_cursor_filter filter = {
        .from = index->size > source->first_event ? index->size : source->first_event,
        .to = source->last_event < size ? source->last_event + 1 : size,
    };
    if (filter.from >= filter.to) {
        return EN_OK;
    }
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    en_code code = en_cursor_open(log, &filter, &cursor, err);
    while (code == EN_OK) {
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code != EN_OK || is_end) {
            break;
        }
        if (event.header.source == index->source) {
            code = add_to_index(index, event.header.source_seq, event.header.seq.n, err);
        }
        if (code == EN_OK) {
            index->size = event.header.seq.n + 1;
        }
    }
    en_cursor_close(cursor);
    return code;
}

/* The last run that begins at or below the source seq. */
static const struct en_source_run *run_of(const struct en_source_index *index, uint64_t source_seq)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->runs[middle].source_seq <= source_seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? NULL : &index->runs[low - 1];
}

en_code en_dedupe_find(struct en_log *log, uint32_t source, uint64_t source_seq, uint64_t *seq,
                       struct en_error *err)
{
    const struct en_source_state *known = en_dedupe_source(&log->dedupe, source);
    if (source_seq == known->last_source_seq) {
        *seq = known->last_event;
        return EN_OK;
    }
    struct en_source_index *index = index_of(&log->dedupe, source);
    en_code code = extend_index(log, index, known, err);
    if (code != EN_OK) {
        return code;
    }
    const struct en_source_run *run = run_of(index, source_seq);
    if (run == NULL || source_seq - run->source_seq >= run->count) {
        return en_error_set(err, EN_NOT_FOUND, "no such event");
    }
    *seq = run->seq + (source_seq - run->source_seq);
    return EN_OK;
}
