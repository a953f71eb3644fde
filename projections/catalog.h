/* The catalogue: what each table of a generation is, stored beside it, so that readers bind columns
 * by name, tools read tables that they were not compiled with, and code that disagrees with what
 * stands is told so at start instead of misreading rows.
 *
 * It is a fold table itself ("catalog"), not digested. Written by whoever begins a generation, for
 * every table; read by edges. */
#ifndef EN_PROJECTIONS_CATALOG_H
#define EN_PROJECTIONS_CATALOG_H

#include "projections/table.h"

/* One row of the catalogue. */
struct en_catalog_row {
    struct en_slice name; /* key */
    struct en_slice about;
    uint16_t version; /* of the record; 0 for a series table */
    uint32_t flags;   /* en_table_flags */
    bool is_series;   /* entries of their own form by series and day; has no columns */
    uint16_t keys_count;
    struct en_list columns; /* en_catalog_column */
};

struct en_catalog_column {
    struct en_slice name;
    struct en_slice type; /* en_field_type_name */
    struct en_slice about;
    struct en_slice list; /* "" or the name of the list column that it is a member of */
};

extern const struct en_table en_table_catalog;

/* Notes a table, once per generation or again with the same description. Codes: EN_CONFLICT (it
 * stands otherwise described, other than by columns added at the end: these tables were built by
 * other code; build a new generation). */
en_code en_catalog_put(struct en_store *store, const struct en_table *table,
                       struct en_error *err) EN_MUST_CHECK;
/* The same for a series table: name, what it is, en_table_flags. */
en_code en_catalog_put_series(struct en_store *store, const char *name, const char *about,
                              uint32_t flags, struct en_error *err) EN_MUST_CHECK;

/* Notes every table there is (tables.h), in a transaction of its own; writes only what changed. The
 * runner does it before it folds. Codes as en_catalog_put, and those of the kv. */
en_code en_catalog_put_all(struct en_kv *kv, struct en_error *err) EN_MUST_CHECK;

/* The table of that name as the catalogue describes it, made in the arena: rows read with it live
 * in memory of *table->row->size bytes. Codes: EN_NOT_FOUND (no such table, or a series table),
 * EN_UNSUPPORTED (a column of a type this program does not know). */
en_code en_catalog_table(struct en_store *store, struct en_slice name, struct en_arena *arena,
                         const struct en_table **table, struct en_error *err) EN_MUST_CHECK;

/* Finds columns by name and type: fields[i] is the column names[i]. Codes: EN_MISMATCH (names the
 * table and the column that is missing or of another type). */
en_code en_catalog_bind(const struct en_table *table, const char *const *names,
                        const en_field_type *types, uint32_t count, const struct en_field **fields,
                        struct en_error *err) EN_MUST_CHECK;

#endif
