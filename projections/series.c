/* Reading and writing entries through chunks (chunk.c has their form).
 *
 * I1 Equal members are equal bytes: what the writer finds unchanged is not written.
 * I2 A change of a digested table has marked its day stale in the same transaction. */
#include "projections/series.h"

#include "core/mem.h"
#include "projections/chunk.h"
#include "projections/digest.h"
#include "projections/store_parts.h"

/* The chunk being written: the stored entries and the new ones by place in the chunk. */
struct en_series_writer {
    struct en_store *store;
    const struct en_series_table *table;
    struct en_kv_table kv_table;
    int32_t day;
    uint32_t group;
    uint32_t next_series;       /* the smallest that may be put */
    struct en_store_tail *tail; /* of the table */
    bool is_open;               /* a group is at hand */
    bool is_stored;             /* it has a stored chunk */
    bool is_changed;
    bool is_marked; /* the day is marked stale */
    bool is_taken;  /* is not the spare one */
    struct en_slice old[EN_SERIES_CHUNK];
    struct {
        bool is_put;
        size_t offset; /* in fresh */
        size_t size;
    } put[EN_SERIES_CHUNK];
    struct en_buf stored; /* a copy: the kv's own moves at the next change */
    struct en_buf fresh;
};

en_code en_series_get(struct en_store *store, const struct en_series_table *table, int32_t day,
                      uint32_t series, struct en_slice *entry, struct en_error *err)
{
    struct en_kv_table kv_table;
    struct en_slice value;
    struct en_chunk chunk;
    struct en_chunk_key key = en_chunk_key(day, series / EN_SERIES_CHUNK);
    uint32_t member = UINT32_C(1) << series % EN_SERIES_CHUNK;
    struct en_store_tail *tail = NULL;
    en_code code = en_store_table_tail(store, table->name, &kv_table, &tail, err);
    if (code == EN_OK && en_store_is_beyond(tail, en_chunk_key_slice(&key))) {
        code = en_error_set(err, EN_NOT_FOUND, "no such entry");
    }
    if (code == EN_OK) {
        code = en_kv_get(store->txn, kv_table, en_chunk_key_slice(&key), &value, err);
    }
    if (code == EN_OK) {
        code = en_chunk_open(table, key.bytes, value, &chunk, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if ((chunk.members & member) == 0) {
        return en_error_set(err, EN_NOT_FOUND, "no such entry");
    }
    for (uint32_t before = chunk.members & (member - 1); before != 0; before &= before - 1) {
        bool is_taken = en_chunk_take(&chunk, entry);
        EN_ASSERT(is_taken); /* split has seen the sizes */
    }
    bool is_taken = en_chunk_take(&chunk, entry);
    EN_ASSERT(is_taken);
    return EN_OK;
}

/* ---- scan ---- */

en_code en_series_scan_begin(struct en_store *store, const struct en_series_table *table,
                             int32_t from_day, int32_t to_day, uint32_t from_series,
                             uint32_t to_series, struct en_series_scan *scan, struct en_error *err)
{
    struct en_kv_table kv_table;
    *scan = (struct en_series_scan){.store = store,
                                    .table = table,
                                    .from_day = from_day,
                                    .to_day = to_day,
                                    .from_series = from_series,
                                    .to_series = to_series == 0 ? UINT32_MAX : to_series};
    en_buf_init(&scan->copy, EN_CHUNK_SIZE_MAX);
    en_code code = en_store_table(store, table->name, &kv_table, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK; /* never written: without a cursor the scan is at its end */
    }
    return code == EN_OK ? en_kv_cursor_open(store->txn, kv_table, &scan->cursor, err) : code;
}

void en_series_scan_end(struct en_series_scan *scan)
{
    en_kv_cursor_close(scan->cursor);
    scan->cursor = NULL;
    en_buf_fini(&scan->copy);
}

/* Moves to the next chunk that may hold an entry of the range. */
static en_code next_key(struct en_series_scan *scan, struct en_kv_pair *pair, struct en_error *err)
{
    const uint32_t from_group = scan->from_series / EN_SERIES_CHUNK;
    const uint32_t last_group = (scan->to_series - 1) / EN_SERIES_CHUNK;
    struct en_chunk_key key = en_chunk_key(scan->from_day, from_group);
    en_code code = EN_OK;
    bool must_seek = !scan->is_begun;
    if (scan->is_begun && scan->group == last_group) {
        key = en_chunk_key(scan->day + 1, from_group);
        must_seek = true;
    } else if (scan->is_begun && en_kv_mode_of(scan->store->txn) == EN_KV_WRITE) {
        key =
            en_chunk_key(scan->day, scan->group + 1); /* the chunk at hand may have been removed */
        must_seek = true;
    }
    scan->is_begun = true;
    for (;;) {
        code = must_seek ? en_kv_cursor_seek(scan->cursor, en_chunk_key_slice(&key), pair, err)
                         : en_kv_cursor_next(scan->cursor, pair, err);
        if (code != EN_OK) {
            return code;
        }
        if (pair->key.size != EN_CHUNK_KEY_SIZE) {
            return en_error_set(err, EN_CORRUPT, "%s: a key of %zu bytes", scan->table->name,
                                pair->key.size);
        }
        scan->day = en_chunk_key_day(pair->key.bytes);
        scan->group = en_chunk_key_group(pair->key.bytes);
        if (scan->day >= scan->to_day) {
            return en_error_set(err, EN_NOT_FOUND, "end of the scan");
        }
        if (scan->group >= from_group && scan->group <= last_group) {
            return EN_OK;
        }
        key = en_chunk_key(scan->group < from_group ? scan->day : scan->day + 1, from_group);
        must_seek = true;
    }
}

static en_code next_chunk(struct en_series_scan *scan, struct en_error *err)
{
    struct en_kv_pair pair;
    struct en_chunk chunk;
    if (scan->cursor == NULL || (scan->is_begun && scan->day >= scan->to_day) ||
        scan->from_day >= scan->to_day || scan->from_series >= scan->to_series) {
        return en_error_set(err, EN_NOT_FOUND, "end of the scan");
    }
    en_code code = next_key(scan, &pair, err);
    if (code != EN_OK) {
        scan->day = scan->to_day; /* stays at the end */
        return code;
    }
    if (en_kv_mode_of(scan->store->txn) == EN_KV_WRITE) {
        en_buf_reset(&scan->copy);
        en_buf_append(&scan->copy, pair.key.bytes, EN_CHUNK_KEY_SIZE);
        en_buf_append(&scan->copy, pair.value.bytes, pair.value.size);
        code = en_buf_code(&scan->copy, err);
        if (code != EN_OK) {
            return code;
        }
        pair.key = en_slice_of(scan->copy.bytes, EN_CHUNK_KEY_SIZE);
        pair.value =
            en_slice_of(scan->copy.bytes + EN_CHUNK_KEY_SIZE, scan->copy.size - EN_CHUNK_KEY_SIZE);
    }
    code = en_chunk_open(scan->table, pair.key.bytes, pair.value, &chunk, err);
    if (code == EN_OK) {
        scan->members = chunk.members;
        scan->sizes = chunk.sizes;
        scan->entries = chunk.entries;
    }
    return code;
}

en_code en_series_scan_next(struct en_series_scan *scan, int32_t *day, uint32_t *series,
                            struct en_slice *entry, struct en_error *err)
{
    for (;;) {
        while (scan->members == 0) {
            en_code code = next_chunk(scan, err);
            if (code != EN_OK) {
                return code;
            }
        }
        struct en_chunk chunk = {scan->members, scan->sizes, scan->entries};
        uint32_t at = scan->group * EN_SERIES_CHUNK + (uint32_t)__builtin_ctz(scan->members);
        bool is_taken = en_chunk_take(&chunk, entry);
        EN_ASSERT(is_taken); /* split has seen the sizes */
        scan->members = chunk.members;
        scan->sizes = chunk.sizes;
        scan->entries = chunk.entries;
        if (at >= scan->from_series && at < scan->to_series) {
            *day = scan->day;
            *series = at;
            return EN_OK;
        }
    }
}

en_code en_series_next_day(struct en_store *store, const struct en_series_table *table,
                           int32_t *day, struct en_error *err)
{
    struct en_kv_table kv_table;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    struct en_store_tail *tail = NULL;
    struct en_chunk_key key = en_chunk_key(*day, 0);
    en_code code = en_store_table_tail(store, table->name, &kv_table, &tail, err);
    if (code == EN_OK && en_store_is_beyond(tail, en_chunk_key_slice(&key))) {
        code = en_error_set(err, EN_NOT_FOUND, "no later day");
    }
    if (code == EN_OK) {
        code = en_kv_cursor_open(store->txn, kv_table, &cursor, err);
    }
    if (code == EN_OK) {
        code = en_kv_cursor_seek(cursor, en_chunk_key_slice(&key), &pair, err);
    }
    if (code == EN_OK && pair.key.size != EN_CHUNK_KEY_SIZE) {
        code = en_error_set(err, EN_CORRUPT, "%s: a key of %zu bytes", table->name, pair.key.size);
    }
    if (code == EN_OK) {
        *day = en_chunk_key_day(pair.key.bytes);
    }
    en_kv_cursor_close(cursor);
    return code;
}

/* ---- writer ---- */

static struct en_series_writer *take_writer(struct en_store *store)
{
    struct en_series_writer *writer = store->spare_writer;
    if (writer != NULL) {
        store->spare_writer = NULL;
        return writer;
    }
    writer = en_mem_alloc(1, sizeof *writer);
    if (writer != NULL) {
        en_buf_init(&writer->stored, EN_CHUNK_SIZE_MAX);
        en_buf_init(&writer->fresh, EN_CHUNK_SIZE_MAX);
    }
    return writer;
}

en_code en_series_writer_open(struct en_store *store, const struct en_series_table *table,
                              int32_t day, struct en_series_writer **writer, struct en_error *err)
{
    EN_ASSERT(en_kv_mode_of(store->txn) == EN_KV_WRITE);
    struct en_series_writer *made = take_writer(store);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "a writer of %s", table->name);
    }
    made->store = store;
    made->table = table;
    made->day = day;
    made->next_series = 0;
    made->is_open = false;
    made->is_marked = (table->flags & EN_TABLE_DIGESTED) == 0;
    en_code code = en_store_table_tail(store, table->name, &made->kv_table, &made->tail, err);
    if (code != EN_OK) {
        en_series_writer_close(made);
        return code;
    }
    *writer = made;
    return EN_OK;
}

void en_series_writer_drop(struct en_series_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    en_buf_fini(&writer->stored);
    en_buf_fini(&writer->fresh);
    en_mem_free(writer);
}

void en_series_writer_close(struct en_series_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    struct en_store *store = writer->store;
    if (store->spare_writer == NULL) {
        store->spare_writer = writer;
    } else {
        en_series_writer_drop(writer);
    }
}

static struct en_slice member_of(const struct en_series_writer *writer, uint32_t place)
{
    if (!writer->put[place].is_put) {
        return writer->old[place];
    }
    return en_slice_of(writer->fresh.bytes + writer->put[place].offset, writer->put[place].size);
}

static en_code store_chunk(struct en_series_writer *writer, struct en_error *err)
{
    struct en_store *store = writer->store;
    struct en_chunk_write chunk = {.table = writer->kv_table,
                                   .key = en_chunk_key(writer->day, writer->group)};
    struct en_slice key = en_chunk_key_slice(&chunk.key);
    uint8_t *room = NULL;
    for (uint32_t i = 0; i < EN_SERIES_CHUNK; i++) {
        chunk.members[i] = member_of(writer, i);
    }
    size_t size = en_chunk_size(&chunk);
    if (size == 0) { /* changed and empty: something was there */
        EN_ASSERT(writer->is_stored);
        return en_kv_delete(store->txn, chunk.table, key, err);
    }
    if (en_store_is_beyond(writer->tail, key)) {
        en_store_grow(writer->tail, key);
        return en_chunk_append(store->txn, &chunk, err);
    }
    en_code code = en_kv_reserve(store->txn, chunk.table, key, size, &room, err);
    if (code == EN_OK) {
        en_chunk_fill(&chunk, room, size);
    }
    return code;
}

/* Writes the group at hand if something changed, and leaves it. */
static en_code close_group(struct en_series_writer *writer, struct en_error *err)
{
    if (!writer->is_open) {
        return EN_OK;
    }
    writer->is_open = false;
    if (!writer->is_changed) {
        return EN_OK;
    }
    en_code code = EN_OK;
    if (!writer->is_marked) {
        code = en_digest_mark_day(writer->store, writer->table->name, writer->day, err);
        writer->is_marked = code == EN_OK;
    }
    return code == EN_OK ? store_chunk(writer, err) : code;
}

static en_code load_stored(struct en_series_writer *writer, const struct en_chunk_key *key,
                           struct en_error *err)
{
    struct en_slice value;
    struct en_chunk chunk;
    en_code code =
        en_kv_get(writer->store->txn, writer->kv_table, en_chunk_key_slice(key), &value, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    en_buf_append(&writer->stored, value.bytes, value.size);
    code = en_buf_code(&writer->stored, err);
    if (code == EN_OK) {
        code = en_chunk_open(writer->table, key->bytes, en_buf_slice(&writer->stored), &chunk, err);
    }
    if (code != EN_OK) {
        return code;
    }
    writer->is_stored = true;
    while (chunk.members != 0) {
        uint32_t place = (uint32_t)__builtin_ctz(chunk.members);
        bool is_taken = en_chunk_take(&chunk, &writer->old[place]);
        EN_ASSERT(is_taken); /* split has seen the sizes */
    }
    return EN_OK;
}

/* Comes to the group of the series: the one at hand, or the next after writing that. */
static en_code open_group(struct en_series_writer *writer, uint32_t group, struct en_error *err)
{
    if (writer->is_open && writer->group == group) {
        return EN_OK;
    }
    en_code code = close_group(writer, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_chunk_key key = en_chunk_key(writer->day, group);
    writer->group = group;
    writer->is_stored = false;
    writer->is_changed = false;
    en_buf_reset(&writer->stored);
    en_buf_reset(&writer->fresh);
    memset(writer->old, 0, sizeof writer->old);
    memset(writer->put, 0, sizeof writer->put);
    code = en_store_is_beyond(writer->tail, en_chunk_key_slice(&key))
               ? EN_OK
               : load_stored(writer, &key, err);
    writer->is_open = code == EN_OK;
    return code;
}

/* Says where; the code stays, also where the caller wants nothing but the code. */
static en_code wrap(const struct en_series_writer *writer, en_code code, struct en_error *err)
{
    (void)en_error_wrap(err, "%s, day %d", writer->table->name, writer->day);
    return code;
}

en_code en_series_writer_peek(struct en_series_writer *writer, uint32_t series,
                              struct en_slice *old, struct en_error *err)
{
    EN_ASSERT(series >= writer->next_series);
    en_code code = open_group(writer, series / EN_SERIES_CHUNK, err);
    if (code != EN_OK) {
        return wrap(writer, code, err);
    }
    *old = writer->old[series % EN_SERIES_CHUNK];
    writer->next_series = series;
    return EN_OK;
}

en_code en_series_writer_put(struct en_series_writer *writer, uint32_t series,
                             struct en_slice entry, struct en_slice *old, bool *is_changed,
                             struct en_error *err)
{
    EN_ASSERT(series >= writer->next_series);
    EN_ASSERT(series < UINT32_MAX);
    EN_ASSERT(entry.size <= EN_SERIES_ENTRY_SIZE_MAX);
    uint32_t place = series % EN_SERIES_CHUNK;
    en_code code = open_group(writer, series / EN_SERIES_CHUNK, err);
    if (code != EN_OK) {
        return wrap(writer, code, err);
    }
    bool is_new = !en_slice_equal(writer->old[place], entry);
    if (is_new) {
        writer->put[place].is_put = true;
        writer->put[place].offset = writer->fresh.size;
        writer->put[place].size = entry.size;
        writer->is_changed = true;
        en_buf_append(&writer->fresh, entry.bytes, entry.size);
        code = en_buf_code(&writer->fresh, err);
        if (code != EN_OK) {
            writer->is_open = false; /* the group is lost, and with it the transaction */
            return wrap(writer, code, err);
        }
    }
    writer->next_series = series + 1;
    if (old != NULL) {
        *old = writer->old[place];
    }
    if (is_changed != NULL) {
        *is_changed = is_new;
    }
    return EN_OK;
}

en_code en_series_writer_end(struct en_series_writer *writer, struct en_error *err)
{
    en_code code = close_group(writer, err);
    return code == EN_OK ? EN_OK : wrap(writer, code, err);
}
