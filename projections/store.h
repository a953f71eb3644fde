/* The set of tables of one generation, seen through one transaction: what processors write and
 * views read.
 *
 * A store is either the one write store (the runner's) or a read store: a snapshot that stands at
 * one seq (P1). Read stores are short-lived (a second at most). One thread per store. Rows and
 * entries that are views die with the store, in a write store at its next change. */
#ifndef EN_PROJECTIONS_STORE_H
#define EN_PROJECTIONS_STORE_H

#include "core/kv.h"

struct en_store;

typedef enum en_table_flags {
    EN_TABLE_DIGESTED = 1, /* takes part in the root digest; off for provenance and caches that
                              depend on arrival order */
} en_table_flags;

/* Begins a transaction over the kv of a generation (projections/generation.h) or of a test. In
 * write mode the meta table is made when absent. Codes as en_kv_begin. */
en_code en_store_begin(struct en_kv *kv, en_kv_mode mode, struct en_store **store,
                       struct en_error *err) EN_MUST_CHECK;

/* Ends it; *store becomes NULL also on failure. Commit of a read store just ends it. abort accepts
 * NULL. */
en_code en_store_commit(struct en_store **store, struct en_error *err) EN_MUST_CHECK;
void en_store_abort(struct en_store *store);

/* For reading, and for tables that no table or series stands in: the store remembers where those
 * end. */
struct en_kv_txn *en_store_txn(struct en_store *store);

/* The kv table of that name, opened once and remembered by the kv's catalog cache. In a read store
 * a table that was never written is EN_NOT_FOUND (readers treat it as empty). */
en_code en_store_table(struct en_store *store, const char *name, struct en_kv_table *table,
                       struct en_error *err) EN_MUST_CHECK;

/* The seq of the next event to fold: every table stands at this place. Kept in the meta table, set
 * once per batch by the runner. */
uint64_t en_store_position(struct en_store *store);
en_code en_store_set_position(struct en_store *store, uint64_t position,
                              struct en_error *err) EN_MUST_CHECK;

#endif
