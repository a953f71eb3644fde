/* Canonical digests of what the tables hold (P4), so that two replays are compared by one hash and
 * a difference is walked down to the entry. They follow from the entries alone: not from chunks,
 * batches, or the order of writing.
 *
 *   day    SHA-256 over the entries of a series table's day in rising series order:
 *          series u32, size varint, bytes
 *   month  SHA-256 over its days that hold entries: day i32, digest of the day
 *   table  SHA-256 over its months: number of the first day i32, digest of the month
 *   rows   SHA-256 over the rows of a fold table in key order: key size varint, key, value size
 *          varint, value
 *   root   SHA-256 over the digested tables that hold anything, in byte order of their names:
 *          name size varint, name, digest of the table
 *
 * Numbers are little-endian. Digests of days, months and tables are kept in the kv table "digest".
 * A change marks the digests above it stale, once per transaction; stale ones are hashed when asked
 * for, and kept when the store is one that writes. As the store: one thread. */
#ifndef EN_PROJECTIONS_DIGEST_H
#define EN_PROJECTIONS_DIGEST_H

#include "core/hash.h"
#include "projections/series.h"
#include "projections/store.h"

#define EN_DIGEST_TABLES_MAX 256u

/* A table as the digest sees it. */
struct en_digest_table {
    const char *name;
    bool is_series; /* a series table; else rows */
    uint32_t flags; /* en_table_flags: without EN_TABLE_DIGESTED the root passes it by */
};

typedef enum en_digest_trust {
    EN_DIGEST_KEPT = 0, /* kept digests are taken as they are, stale ones are hashed */
    EN_DIGEST_ANEW = 1, /* everything is hashed from the entries, nothing kept is looked at */
} en_digest_trust;

/* Marks the digests over a day of a series table, or over a fold table, stale. Cheap when it was
 * done in this transaction. Whoever changes a digested table calls it before or after the change.
 */
en_code en_digest_mark_day(struct en_store *store, const char *table, int32_t day,
                           struct en_error *err) EN_MUST_CHECK;
en_code en_digest_mark_rows(struct en_store *store, const char *table,
                            struct en_error *err) EN_MUST_CHECK;

/* Each gives EN_NOT_FOUND where there is nothing to hash (no entry in the day, month or table), and
 * *hash is untouched. Codes besides: EN_CORRUPT, EN_IO, EN_FULL. */
en_code en_digest_day(struct en_store *store, const char *table, int32_t day, en_digest_trust trust,
                      struct en_hash *hash, struct en_error *err) EN_MUST_CHECK;
/* The month that holds the day. */
en_code en_digest_month(struct en_store *store, const char *table, int32_t day,
                        en_digest_trust trust, struct en_hash *hash,
                        struct en_error *err) EN_MUST_CHECK;
en_code en_digest_table(struct en_store *store, const struct en_digest_table *table,
                        en_digest_trust trust, struct en_hash *hash,
                        struct en_error *err) EN_MUST_CHECK;

/* The root over the digested ones of the tables, given in any order, each name once. Of no table
 * with contents: the hash of nothing. */
en_code en_digest_root(struct en_store *store, const struct en_digest_table *tables,
                       uint32_t tables_count, en_digest_trust trust, struct en_hash *hash,
                       struct en_error *err) EN_MUST_CHECK;

/* The digested ones of the tables in byte order of their names; returns how many. */
uint32_t en_digest_sort(const struct en_digest_table *tables, uint32_t tables_count,
                        const struct en_digest_table *sorted[EN_DIGEST_TABLES_MAX]);

#endif
