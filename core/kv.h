/* Ordered tables of bytes in transactions: the only way to stored state.
 *
 * One kv is one environment (a directory with LMDB's files). In it stand named tables: keys in byte
 * order (or native 64-bit integers in number order), values of any size. A write transaction sees
 * its own changes; nobody else does until en_kv_commit returned EN_OK, which means durable (unless
 * EN_KV_NO_SYNC). A read transaction sees one committed state for as long as it lives, and keeps
 * its pages from being reused: none may live over a second (en_kv_reset, en_kv_renew).
 *
 * Ownership: transactions and cursors are handles; views (keys, values) belong to the kv and die
 * with the transaction, in a write transaction already at its next change. A key is 1 to
 * EN_KV_KEY_SIZE_MAX bytes.
 *
 * Threads: the kv may be shared; a transaction and its cursors are used by one thread at a time,
 * and a write transaction ends on the thread that began it. There is one write transaction at once,
 * en_kv_begin waits for the other. The kv must not be carried over fork.
 *
 * Faults: EN_FULL (disk or map), EN_IO, EN_NOMEM, EN_CORRUPT break the transaction: every later
 * change and the commit report the same code, only en_kv_abort is left. Over an EN_IO at commit the
 * kv refuses further write transactions (EN_READ_ONLY) until it is closed and opened again, because
 * what the system dropped cannot be known. EN_NOT_FOUND, EN_CONFLICT, EN_RANGE break nothing.
 *
 * The same contract is kept by three implementations: LMDB, memory (tests), and a wrapper that
 * injects faults (tests). */
#ifndef EN_CORE_KV_H
#define EN_CORE_KV_H

#include "core/error.h"
#include "core/slice.h"

#define EN_KV_KEY_SIZE_MAX 511u
#define EN_KV_TABLE_NAME_SIZE_MAX 63u
#define EN_KV_TABLES_MAX 512u

struct en_kv;
struct en_kv_txn;
struct en_kv_cursor;

typedef enum en_kv_flags {
    EN_KV_READ_ONLY = 1, /* the environment must exist; no write transactions */
    EN_KV_NO_SYNC = 2,   /* a commit is not durable and a power cut may destroy everything: only for
                            what can be rebuilt and is marked unclean while written */
    EN_KV_NO_LOCK = 4,   /* for copies nobody writes: no lock file; only with EN_KV_READ_ONLY */
} en_kv_flags;

struct en_kv_options {
    const char *path;     /* directory; made (0700) unless read-only; its parent must exist */
    uint64_t size_max;    /* address space to reserve: the most the file may grow to; > 0 */
    uint32_t tables_max;  /* 1 to EN_KV_TABLES_MAX */
    uint32_t readers_max; /* read transactions at once, all processes; 0 = 126 */
    uint32_t flags;       /* en_kv_flags */
};

/* A table in an open kv: a value, valid from the transaction that made it (or, once committed, from
 * any that begins later) until close. */
struct en_kv_table {
    uint32_t id;
    bool has_integer_keys;
};

typedef enum en_kv_mode { EN_KV_READ, EN_KV_WRITE } en_kv_mode;
typedef enum en_kv_keys {
    EN_KV_BYTE_KEYS,    /* order of memcmp, shorter first */
    EN_KV_INTEGER_KEYS, /* keys are uint64_t in native byte order, ordered as numbers */
} en_kv_keys;

struct en_kv_pair {
    struct en_slice key;
    struct en_slice value;
};

struct en_kv_stat {
    uint64_t entries_count;
    uint64_t size; /* bytes of the table's pages */
};

struct en_kv_info {
    uint64_t size_max;
    uint64_t size_used; /* bytes of the file in use, free pages included */
    uint64_t commit;    /* number of the last commit: rises by one each */
};

struct en_kv_readers {
    uint32_t readers_count; /* live read transactions of all processes */
    uint64_t lag_max;       /* how many commits the oldest of them is behind */
    uint32_t cleared_count; /* slots of dead processes that were freed */
};

/* Opens the environment in LMDB. A directory is opened once per process. After making files the
 * directory and its parent are made durable.
 * Codes: EN_NOT_FOUND (no directory, or read-only and nothing there), EN_BUSY (already open in this
 * process), EN_UNSUPPORTED (network or FUSE file system; other file version), EN_CORRUPT,
 * EN_DENIED, EN_IO, EN_NOMEM. */
en_code en_kv_open(const struct en_kv_options *options, struct en_kv **kv,
                   struct en_error *err) EN_MUST_CHECK;

/* All transactions must have ended. NULL is allowed. */
void en_kv_close(struct en_kv *kv);

/* Codes: EN_READ_ONLY (write on a read-only kv, or after a failed commit), EN_BUSY (no reader
 * slot), EN_NOMEM, EN_IO, EN_CORRUPT. */
en_code en_kv_begin(struct en_kv *kv, en_kv_mode mode, struct en_kv_txn **txn,
                    struct en_error *err) EN_MUST_CHECK;

/* Makes the changes durable and visible, all or none. The transaction is consumed, *txn becomes
 * NULL, also when it fails. Committing a read transaction just ends it. */
en_code en_kv_commit(struct en_kv_txn **txn, struct en_error *err) EN_MUST_CHECK;

/* Ends the transaction and forgets its changes. NULL is allowed. */
void en_kv_abort(struct en_kv_txn *txn);

/* Lets go of a read transaction's state but keeps its slot; until en_kv_renew, which takes up the
 * newest state, nothing else may be called on it but abort. Cursors opened before are dead. */
void en_kv_reset(struct en_kv_txn *txn);
en_code en_kv_renew(struct en_kv_txn *txn, struct en_error *err) EN_MUST_CHECK;

struct en_kv *en_kv_of(const struct en_kv_txn *txn);
en_kv_mode en_kv_mode_of(const struct en_kv_txn *txn);

/* Finds the named table; a write transaction makes it when absent. A table that another process
 * made after this kv was opened is found by transactions begun after the first asking.
 * Codes: EN_NOT_FOUND (read transaction), EN_CONFLICT (stands with the other kind of keys),
 * EN_LIMIT (tables_max). */
en_code en_kv_table(struct en_kv_txn *txn, const char *name, en_kv_keys keys,
                    struct en_kv_table *table, struct en_error *err) EN_MUST_CHECK;

/* The value under the key. EN_NOT_FOUND is an answer, not a fault: err then holds only the code and
 * a constant text. */
en_code en_kv_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                  struct en_slice *value, struct en_error *err) EN_MUST_CHECK;

/* Puts the value under the key, in place of what was there. EN_RANGE: the key's size. */
en_code en_kv_put(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                  struct en_slice value, struct en_error *err) EN_MUST_CHECK;

/* Puts a key that is above all in the table, packing pages full; EN_CONFLICT when it is not. */
en_code en_kv_append(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_slice value, struct en_error *err) EN_MUST_CHECK;

/* Like put (or append), but gives the place of the value: the caller writes all size bytes there
 * before the next call on the transaction. Spares a copy. */
en_code en_kv_reserve(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                      size_t size, uint8_t **room, struct en_error *err) EN_MUST_CHECK;
en_code en_kv_append_reserve(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                             size_t size, uint8_t **room, struct en_error *err) EN_MUST_CHECK;

/* EN_NOT_FOUND when there is no such key. */
en_code en_kv_delete(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_error *err) EN_MUST_CHECK;

/* Removes every entry; the table stays. */
en_code en_kv_clear(struct en_kv_txn *txn, struct en_kv_table table,
                    struct en_error *err) EN_MUST_CHECK;

en_code en_kv_stat(struct en_kv_txn *txn, struct en_kv_table table, struct en_kv_stat *stat,
                   struct en_error *err) EN_MUST_CHECK;

/* A place in a table. Every move gives the pair it comes to, or EN_NOT_FOUND past the end (cheap,
 * as en_kv_get's). seek comes to the first key ≥ key. next on a new cursor is first, prev is last.
 * Changes of the same transaction may go on beside a cursor, which keeps its place; after its own
 * entry was deleted, next and prev give its neighbours. Close it before or after its
 * transaction ends; NULL is allowed. */
en_code en_kv_cursor_open(struct en_kv_txn *txn, struct en_kv_table table,
                          struct en_kv_cursor **cursor, struct en_error *err) EN_MUST_CHECK;
void en_kv_cursor_close(struct en_kv_cursor *cursor);
en_code en_kv_cursor_first(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                           struct en_error *err) EN_MUST_CHECK;
en_code en_kv_cursor_last(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                          struct en_error *err) EN_MUST_CHECK;
en_code en_kv_cursor_seek(struct en_kv_cursor *cursor, struct en_slice key, struct en_kv_pair *pair,
                          struct en_error *err) EN_MUST_CHECK;
en_code en_kv_cursor_next(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                          struct en_error *err) EN_MUST_CHECK;
en_code en_kv_cursor_prev(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                          struct en_error *err) EN_MUST_CHECK;

/* Sizes of the whole environment. */
en_code en_kv_info(struct en_kv *kv, struct en_kv_info *info, struct en_error *err) EN_MUST_CHECK;

/* Makes everything committed so far durable: what EN_KV_NO_SYNC left out. */
en_code en_kv_sync(struct en_kv *kv, struct en_error *err) EN_MUST_CHECK;

/* Writes a compacted, durable copy of the last committed state into a new directory, beside running
 * writers. EN_CONFLICT when the directory holds a kv already. */
en_code en_kv_copy(struct en_kv *kv, const char *path, struct en_error *err) EN_MUST_CHECK;

/* Frees the slots of dead processes and tells how far behind the oldest reader is. Call every ten
 * seconds and at start. */
en_code en_kv_readers(struct en_kv *kv, struct en_kv_readers *readers,
                      struct en_error *err) EN_MUST_CHECK;

/* Tests only: the same in memory, gone at close; size_max bounds the bytes of all values and keys
 * (EN_FULL). One thread; a second write transaction at once is asserted against. */
en_code en_kv_open_memory(uint64_t size_max, struct en_kv **kv, struct en_error *err) EN_MUST_CHECK;

/* Tests only: a kv that passes everything to inner (borrowed, must outlive it) but fails on demand
 * with the text "injected". */
typedef enum en_kv_fault {
    EN_KV_FAULT_WRITE = 1, /* put, append, reserve, delete, clear, making a table */
    EN_KV_FAULT_COMMIT = 2,
    EN_KV_FAULT_READ = 4, /* get, cursor moves, begin */
} en_kv_fault;
en_code en_kv_open_fault(struct en_kv *inner, struct en_kv **kv,
                         struct en_error *err) EN_MUST_CHECK;
/* The request number `count` from now (1 = the next) among those in `faults` (en_kv_fault) fails
 * with the code, once; 0 switches it off. Only for a kv of en_kv_open_fault. */
void en_kv_fault_after(struct en_kv *kv, uint32_t faults, uint64_t count, en_code code);

#endif
