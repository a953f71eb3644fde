/* What is inside a store: for the files of this folder that keep memory with it. Others use
 * store.h. */
#ifndef EN_PROJECTIONS_STORE_PARTS_H
#define EN_PROJECTIONS_STORE_PARTS_H

#include "core/buf.h"
#include "projections/store.h"

#define EN_STORE_TABLES_MAX 128u /* kv tables remembered by one store */
#define EN_STORE_MARKS_COUNT 256u

struct en_series_writer;

/* A digest that is known to be marked stale already (digest.h); name NULL: free. */
struct en_store_mark {
    const char *name;
    int32_t day;
};

/* Where a kv table ends in a write store: none of its keys is greater. A deleted last key goes on
 * standing here: it is a bound all the same. Nobody may put a key past the store. */
struct en_store_tail {
    bool is_known;
    bool is_empty; /* there was no key yet */
    uint16_t size;
    uint8_t key[EN_KV_KEY_SIZE_MAX];
};

struct en_store {
    struct en_kv_txn *txn;
    uint64_t position;
    uint32_t tables_count;
    struct {
        const char *name; /* the caller's: constant text */
        struct en_kv_table table;
    } tables[EN_STORE_TABLES_MAX];
    struct en_store_tail *tails; /* of the tables above; NULL in a read store */
    struct en_store_mark marks[EN_STORE_MARKS_COUNT]; /* one place per hash of (name, day) */
    struct en_series_writer *spare_writer;            /* memory for the next writer, or NULL */
    struct en_buf row_key;                            /* of the row in hand (table.c) */
    struct en_buf row_value;
};

/* The kv table as en_store_table gives it, and where it ends: a key beyond is not there, need not
 * be looked for, and is put by appending. *tail is NULL in a read store. Codes: as en_store_table;
 * EN_IO, EN_CORRUPT. */
en_code en_store_table_tail(struct en_store *store, const char *name, struct en_kv_table *table,
                            struct en_store_tail **tail, struct en_error *err) EN_MUST_CHECK;
bool en_store_is_beyond(const struct en_store_tail *tail, struct en_slice key);
/* The key, which is beyond, was appended. */
void en_store_grow(struct en_store_tail *tail, struct en_slice key);

/* Frees the spare writer (series.c). */
void en_series_writer_drop(struct en_series_writer *writer);

#endif
