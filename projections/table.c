#include "projections/table.h"

#include "core/hash.h"
#include "projections/digest.h"
#include "projections/store_parts.h"

#define CRC_SIZE 4u

_Static_assert(EN_TABLE_ROW_SIZE_MAX > CRC_SIZE, "a row holds its guard");

static uint32_t crc_of(struct en_slice key, struct en_slice value)
{
    return en_crc32c(en_crc32c(0, key), value);
}

/* ---- rows and bytes ---- */

/* The key of the row, in the store's memory until the next row. */
static en_code key_of(struct en_store *store, const struct en_table *table, const void *row,
                      struct en_slice *key, struct en_error *err)
{
    EN_ASSERT(table->row->keys_count > 0);
    en_buf_reset(&store->row_key);
    en_code code =
        en_record_key_encode(table->row, row, table->row->keys_count, &store->row_key, err);
    *key = en_buf_slice(&store->row_key);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "table %s", table->name);
    }
    return code;
}

/* The guarded value of the row, in the store's memory until the next row. */
static en_code value_of(struct en_store *store, const struct en_table *table, const void *row,
                        struct en_slice key, struct en_slice *value, struct en_error *err)
{
    struct en_buf *out = &store->row_value;
    en_buf_reset(out);
    en_code code = en_record_value_encode(table->row, row, out, err);
    if (code == EN_OK) {
        en_buf_u32(out, crc_of(key, en_buf_slice(out)));
        code = en_buf_code(out, err);
    }
    *value = en_buf_slice(out);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "table %s", table->name);
    }
    return code;
}

/* Takes the guard off. */
static en_code open_value(const struct en_table *table, struct en_slice key, struct en_slice *value,
                          struct en_error *err)
{
    if (value->size < CRC_SIZE) {
        return en_error_set(err, EN_CORRUPT, "table %s: a row of %zu bytes is cut off", table->name,
                            value->size);
    }
    struct en_slice guard = en_slice_of(value->bytes + value->size - CRC_SIZE, CRC_SIZE);
    uint32_t stored = 0;
    value->size -= CRC_SIZE;
    bool is_taken = en_take_u32(&guard, &stored);
    EN_ASSERT(is_taken);
    uint32_t computed = crc_of(key, *value);
    if (stored != computed) {
        return en_error_set(err, EN_CORRUPT,
                            "table %s: a row is damaged: its checksum is %08x, stored %08x",
                            table->name, computed, stored);
    }
    return EN_OK;
}

static en_code decode_value(const struct en_table *table, struct en_slice key,
                            struct en_slice value, void *row, struct en_arena *arena,
                            struct en_error *err)
{
    en_code code = open_value(table, key, &value, err);
    return code != EN_OK ? code : en_record_value_decode(table->row, value, row, arena, err);
}

en_code en_table_row_decode(const struct en_table *table, struct en_slice key,
                            struct en_slice value, void *row, struct en_arena *arena,
                            struct en_error *err)
{
    memset(row, 0, table->row->size);
    en_code code = en_record_key_decode(table->row, key, row, arena, err);
    return code != EN_OK ? code : decode_value(table, key, value, row, arena, err);
}

/* ---- one row ---- */

static en_code no_more(struct en_error *err)
{
    return en_error_set(err, EN_NOT_FOUND, "no more rows");
}

static en_code mark(struct en_store *store, const struct en_table *table, struct en_error *err)
{
    bool is_digested = (table->flags & EN_TABLE_DIGESTED) != 0;
    return is_digested ? en_digest_mark_rows(store, table->name, err) : EN_OK;
}

/* Whether another value, or none, stands under the key. */
static en_code is_news(struct en_store *store, struct en_kv_table kv_table, struct en_slice key,
                       struct en_slice value, bool *is, struct en_error *err)
{
    struct en_slice stored;
    en_code code = en_kv_get(store->txn, kv_table, key, &stored, err);
    *is = code == EN_NOT_FOUND || (code == EN_OK && !en_slice_equal(stored, value));
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_table_put(struct en_store *store, const struct en_table *table, const void *row,
                     bool *is_changed, struct en_error *err)
{
    struct en_kv_table kv_table;
    struct en_store_tail *tail = NULL;
    struct en_slice key;
    struct en_slice value;
    en_code code = en_store_table_tail(store, table->name, &kv_table, &tail, err);
    if (code == EN_OK) {
        code = key_of(store, table, row, &key, err);
    }
    if (code == EN_OK) {
        code = value_of(store, table, row, key, &value, err);
    }
    if (code != EN_OK) {
        return code;
    }
    bool is_last = en_store_is_beyond(tail, key);
    bool is_different = is_last;
    if (!is_last) {
        code = is_news(store, kv_table, key, value, &is_different, err);
    }
    if (code == EN_OK && is_different) {
        code = mark(store, table, err);
    }
    if (code == EN_OK && is_last) {
        code = en_kv_append(store->txn, kv_table, key, value, err);
        en_store_grow(tail, key);
    } else if (code == EN_OK && is_different) {
        code = en_kv_put(store->txn, kv_table, key, value, err);
    }
    if (code == EN_OK && is_changed != NULL) {
        *is_changed = is_different;
    }
    return code;
}

en_code en_table_get(struct en_store *store, const struct en_table *table, void *row,
                     struct en_arena *arena, struct en_error *err)
{
    struct en_kv_table kv_table;
    struct en_store_tail *tail = NULL;
    struct en_slice key;
    struct en_slice value;
    en_code code = en_store_table_tail(store, table->name, &kv_table, &tail, err);
    if (code == EN_OK) {
        code = key_of(store, table, row, &key, err);
    }
    if (code == EN_OK && en_store_is_beyond(tail, key)) {
        code = no_more(err);
    } else if (code == EN_OK) {
        code = en_kv_get(store->txn, kv_table, key, &value, err);
    }
    if (code == EN_OK) {
        return decode_value(table, key, value, row, arena, err);
    }
    if (code == EN_NOT_FOUND) {
        en_record_value_clear(table->row, row);
    }
    return code;
}

en_code en_table_delete(struct en_store *store, const struct en_table *table, const void *row,
                        struct en_error *err)
{
    struct en_kv_table kv_table;
    struct en_slice key;
    en_code code = en_store_table(store, table->name, &kv_table, err);
    if (code == EN_OK) {
        code = key_of(store, table, row, &key, err);
    }
    if (code == EN_OK) {
        code = en_kv_delete(store->txn, kv_table, key, err);
    }
    return code != EN_OK ? code : mark(store, table, err);
}

/* ---- many rows ---- */

static void copy_key(const struct en_buf *key, uint8_t place[EN_KV_KEY_SIZE_MAX], size_t *size)
{
    EN_ASSERT(key->size <= EN_KV_KEY_SIZE_MAX);
    if (key->size > 0) {
        memcpy(place, key->bytes, key->size);
    }
    *size = key->size;
}

/* Prefix and first key of a scan. */
static en_code place_scan(struct en_store *store, const struct en_table *table, const void *from,
                          uint16_t prefix_count, struct en_table_scan *scan, struct en_error *err)
{
    struct en_slice key;
    en_code code = key_of(store, table, from, &key, err);
    if (code != EN_OK) {
        return code;
    }
    copy_key(&store->row_key, scan->start, &scan->start_size);
    en_buf_reset(&store->row_key);
    code = en_record_key_encode(table->row, from, prefix_count, &store->row_key, err);
    copy_key(&store->row_key, scan->prefix, &scan->prefix_size);
    return code;
}

/* A cursor over the table; NULL for a table that a read store does not have: it is empty. */
static en_code open_cursor(struct en_store *store, const struct en_table *table,
                           struct en_kv_cursor **cursor, struct en_error *err)
{
    struct en_kv_table kv_table;
    *cursor = NULL;
    en_code code = en_store_table(store, table->name, &kv_table, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    return code != EN_OK ? code : en_kv_cursor_open(store->txn, kv_table, cursor, err);
}

/* Whether the table ends before the first key of the scan. */
static en_code is_scan_empty(const struct en_table_scan *scan, bool *is, struct en_error *err)
{
    struct en_kv_table kv_table;
    struct en_store_tail *tail = NULL;
    en_code code = en_store_table_tail(scan->store, scan->table->name, &kv_table, &tail, err);
    *is = code == EN_OK && en_store_is_beyond(tail, en_slice_of(scan->start, scan->start_size));
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_table_scan_begin(struct en_store *store, const struct en_table *table, const void *from,
                            uint16_t prefix_count, struct en_table_scan *scan, struct en_error *err)
{
    EN_ASSERT(from != NULL || prefix_count == 0);
    scan->store = store;
    scan->table = table;
    scan->cursor = NULL;
    scan->prefix_size = 0;
    scan->start_size = 0;
    scan->is_begun = false;
    return from == NULL ? EN_OK : place_scan(store, table, from, prefix_count, scan, err);
}

/* The first move looks where the table ends before it opens a cursor: in tables that grow at their
 * end most scans find nothing. */
static en_code move_scan(struct en_table_scan *scan, struct en_kv_pair *pair, struct en_error *err)
{
    bool is_empty = false;
    en_code code = EN_OK;
    if (scan->is_begun) {
        return en_kv_cursor_next(scan->cursor, pair, err);
    }
    code = is_scan_empty(scan, &is_empty, err);
    if (code == EN_OK && !is_empty) {
        code = open_cursor(scan->store, scan->table, &scan->cursor, err);
    }
    if (code != EN_OK || scan->cursor == NULL) {
        return code == EN_OK ? no_more(err) : code;
    }
    scan->is_begun = true;
    return en_kv_cursor_seek(scan->cursor, en_slice_of(scan->start, scan->start_size), pair, err);
}

static bool has_prefix(struct en_slice key, const uint8_t *prefix, size_t prefix_size)
{
    return key.size >= prefix_size && memcmp(key.bytes, prefix, prefix_size) == 0;
}

en_code en_table_scan_next(struct en_table_scan *scan, void *row, struct en_arena *arena,
                           struct en_error *err)
{
    struct en_kv_pair pair;
    en_code code = move_scan(scan, &pair, err);
    if (code != EN_OK) {
        return code;
    }
    if (!has_prefix(pair.key, scan->prefix, scan->prefix_size)) {
        return no_more(err);
    }
    return en_table_row_decode(scan->table, pair.key, pair.value, row, arena, err);
}

void en_table_scan_end(struct en_table_scan *scan)
{
    en_kv_cursor_close(scan->cursor);
    scan->cursor = NULL;
}

/* The pair with the greatest key <= the key. */
static en_code seek_before(struct en_kv_cursor *cursor, struct en_slice key,
                           struct en_kv_pair *pair, struct en_error *err)
{
    en_code code = en_kv_cursor_seek(cursor, key, pair, err);
    if (code == EN_NOT_FOUND) {
        return en_kv_cursor_last(cursor, pair, err);
    }
    if (code == EN_OK && !en_slice_equal(pair->key, key)) {
        return en_kv_cursor_prev(cursor, pair, err);
    }
    return code;
}

en_code en_table_last_before(struct en_store *store, const struct en_table *table, void *row,
                             uint16_t prefix_count, struct en_arena *arena, struct en_error *err)
{
    struct en_table_scan scan = {0};
    struct en_kv_pair pair;
    en_code code = en_table_scan_begin(store, table, row, prefix_count, &scan, err);
    if (code == EN_OK) {
        code = open_cursor(store, table, &scan.cursor, err);
    }
    if (code != EN_OK) {
        goto done;
    }
    code = scan.cursor == NULL
               ? no_more(err)
               : seek_before(scan.cursor, en_slice_of(scan.start, scan.start_size), &pair, err);
    if (code == EN_OK && !has_prefix(pair.key, scan.prefix, scan.prefix_size)) {
        code = no_more(err);
    }
    if (code == EN_OK) {
        code = en_table_row_decode(table, pair.key, pair.value, row, arena, err);
    }
done:
    en_table_scan_end(&scan);
    return code;
}
