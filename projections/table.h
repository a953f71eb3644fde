/* Fold tables: rows of a C struct under a key, described as data (core/record.h), so that codec,
 * digest, catalogue, JSON, CSV and docs/tables.md need no code per table. The first keys_count
 * fields of the record are the key, in byte order that equals their order; the rest is the value.
 *
 *     static const struct en_field point_fields[] = {...};
 *     const struct en_table en_table_point = {"point", "Metering points.", &record,
 *                                             EN_TABLE_DIGESTED};
 *
 * Stored value: the record's value (core/record.h), then the CRC32C over key and value, u32
 * little-endian; it is checked on every read, damage is EN_CORRUPT and names table and row.
 *
 * A change of a digested table marks its digest stale. Only the processor that owns a table writes
 * it (P2). */
#ifndef EN_PROJECTIONS_TABLE_H
#define EN_PROJECTIONS_TABLE_H

#include "core/arena.h"
#include "core/record.h"
#include "projections/store.h"

struct en_table {
    const char *name; /* kv table name */
    const char *about;
    const struct en_record *row;
    uint32_t flags;
};

/* Puts the row under its key. *is_changed (NULL allowed) tells whether stored bytes changed; equal
 * bytes cause no write. Codes: EN_MALFORMED (as en_record_encode), EN_LIMIT (key over
 * EN_KV_KEY_SIZE_MAX, value over EN_TABLE_ROW_SIZE_MAX) and those of the store. */
en_code en_table_put(struct en_store *store, const struct en_table *table, const void *row,
                     bool *is_changed, struct en_error *err) EN_MUST_CHECK;

/* Fills the row whose key fields are set. Text and bytes are views into the store; lists come from
 * the arena (NULL when the record has no list). EN_NOT_FOUND is an answer; the row's value fields
 * are then zero. */
en_code en_table_get(struct en_store *store, const struct en_table *table, void *row,
                     struct en_arena *arena, struct en_error *err) EN_MUST_CHECK;

/* EN_NOT_FOUND when there is no such row. */
en_code en_table_delete(struct en_store *store, const struct en_table *table, const void *row,
                        struct en_error *err) EN_MUST_CHECK;

/* Rows in key order whose first prefix_count key fields equal those of `from`, beginning at the
 * first row >= `from` (all its key fields). from NULL: the whole table. The scan is a small struct
 * in the caller's memory; en_table_scan_end always. */
struct en_table_scan {
    struct en_store *store;
    const struct en_table *table;
    struct en_kv_cursor *cursor;
    uint8_t prefix[EN_KV_KEY_SIZE_MAX];
    size_t prefix_size;
    bool is_begun;
    uint8_t start[EN_KV_KEY_SIZE_MAX];
    size_t start_size;
};
en_code en_table_scan_begin(struct en_store *store, const struct en_table *table, const void *from,
                            uint16_t prefix_count, struct en_table_scan *scan,
                            struct en_error *err) EN_MUST_CHECK;
/* EN_NOT_FOUND at the end. The arena (not NULL when the record has a list or a text or bytes key)
 * holds lists, and key texts with a 00 inside. Rows may be put and deleted meanwhile, also the one
 * in hand. */
en_code en_table_scan_next(struct en_table_scan *scan, void *row, struct en_arena *arena,
                           struct en_error *err) EN_MUST_CHECK;
void en_table_scan_end(struct en_table_scan *scan);

/* The last row whose key is <= that of `row` and whose first prefix_count key fields are equal:
 * "the version valid then" of an effective-dated table. Fills row. EN_NOT_FOUND. */
en_code en_table_last_before(struct en_store *store, const struct en_table *table, void *row,
                             uint16_t prefix_count, struct en_arena *arena,
                             struct en_error *err) EN_MUST_CHECK;

/* Reads a row from the bytes of its key and value, as a difference of digests names them. */
en_code en_table_row_decode(const struct en_table *table, struct en_slice key,
                            struct en_slice value, void *row, struct en_arena *arena,
                            struct en_error *err) EN_MUST_CHECK;

#endif
