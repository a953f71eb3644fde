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

struct en_store {
    struct en_kv_txn *txn;
    uint64_t position;
    uint32_t tables_count;
    struct {
        const char *name; /* the caller's: constant text */
        struct en_kv_table table;
    } tables[EN_STORE_TABLES_MAX];
    struct en_store_mark marks[EN_STORE_MARKS_COUNT]; /* one place per hash of (name, day) */
    struct en_series_writer *spare_writer;            /* memory for the next writer, or NULL */
    struct en_buf row_key;                            /* of the row in hand (table.c) */
    struct en_buf row_value;
};

/* Frees the spare writer (series.c). */
void en_series_writer_drop(struct en_series_writer *writer);

#endif
