/* The tables of the log's environment (docs/log-format.md, section 4) and how their values are
 * guarded. Inside log/ only. A value of every table but `frames` is a body and the CRC32C of key
 * and body; reading checks it. */
#ifndef EN_LOG_TABLES_H
#define EN_LOG_TABLES_H

#include "core/buf.h"
#include "core/kv.h"

#define EN_LOG_FORM 1u
#define EN_GUARD_BODY_SIZE_MAX 4096u

struct en_log_tables {
    struct en_kv_table frames;
    struct en_kv_table spans;
    struct en_kv_table checkpoints;
    struct en_kv_table names;
    struct en_kv_table ids;
    struct en_kv_table sources;
    struct en_kv_table meta;
};

/* Inside, "not found" is an answer that leaves its text behind. Where the answer is used up, the
 * caller's error must stay untouched: it gets `why` only when the code is a fault. */
static inline en_code en_fault(struct en_error *err, en_code code, const struct en_error *why)
{
    if (code != EN_OK && err != NULL) {
        *err = *why;
    }
    return code;
}

/* Opens the tables; a write transaction makes those that are absent. Codes: EN_NOT_FOUND (a read
 * transaction over an environment that holds no log), those of en_kv_table. */
en_code en_log_tables_open(struct en_kv_txn *txn, struct en_log_tables *tables,
                           struct en_error *err) EN_MUST_CHECK;

/* A key of the integer tables; a view into *number. */
static inline struct en_slice en_key_of(const uint64_t *number)
{
    return en_slice_of(number, sizeof *number);
}

/* The number of an integer key; false when its size is wrong. */
bool en_key_number(struct en_slice key, uint64_t *number);

/* Puts (or appends behind the last key) the body under the key with its guard. */
en_code en_guard_put(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_slice body, struct en_error *err) EN_MUST_CHECK;
en_code en_guard_append(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                        struct en_slice body, struct en_error *err) EN_MUST_CHECK;

/* The body of a stored value, a view. EN_CORRUPT. */
en_code en_guard_check(struct en_slice key, struct en_slice value, struct en_slice *body,
                       struct en_error *err) EN_MUST_CHECK;

/* The body under the key. EN_NOT_FOUND is an answer; EN_CORRUPT. */
en_code en_guard_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_slice *body, struct en_error *err) EN_MUST_CHECK;

/* The frame that holds the seq, or the last one when the log ends before: *first is its key.
 * EN_NOT_FOUND: no frame begins at or before the seq. Nothing of the bytes is checked. */
en_code en_frames_find(struct en_kv_txn *txn, const struct en_log_tables *tables, uint64_t seq,
                       uint64_t *first, struct en_slice *bytes, struct en_error *err) EN_MUST_CHECK;

#endif
