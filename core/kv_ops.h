/* What an implementation of kv.h fills in, and the parts that kv.c keeps for all of them. Only for
 * kv.c and kv_*.c.
 *
 * kv.c asserts arguments, refuses writes on read transactions, keeps the list of cursors and the
 * broken state, and frees the structs; an implementation allocates its own structs (with en_mem)
 * that begin with these. */
#ifndef EN_CORE_KV_OPS_H
#define EN_CORE_KV_OPS_H

#include <stdatomic.h>

#include "core/kv.h"

struct en_kv_ops;

struct en_kv {
    const struct en_kv_ops *ops;
    uint32_t flags;         /* en_kv_flags */
    _Atomic bool is_failed; /* a commit failed with EN_IO: no more writes */
};

struct en_kv_txn {
    struct en_kv *kv;
    en_kv_mode mode;
    bool is_reset;
    en_code broken; /* EN_OK, or the fault after which only abort is left */
    struct en_kv_cursor *cursors;
};

struct en_kv_cursor {
    struct en_kv_txn *txn; /* NULL once the transaction ended */
    struct en_kv_table table;
    bool has_place;
    struct en_kv_cursor *older;
    struct en_kv_cursor *newer;
};

typedef enum en_kv_how { EN_KV_PUT, EN_KV_APPEND } en_kv_how;
typedef enum en_kv_move {
    EN_KV_FIRST,
    EN_KV_LAST,
    EN_KV_SEEK,
    EN_KV_NEXT,
    EN_KV_PREV,
} en_kv_move;

struct en_kv_ops {
    /* Releases everything but the struct itself, as do abort, commit and cursor_end. */
    void (*close)(struct en_kv *kv);
    en_code (*begin)(struct en_kv *kv, en_kv_mode mode, struct en_kv_txn **txn,
                     struct en_error *err);
    en_code (*commit)(struct en_kv_txn *txn, struct en_error *err);
    void (*abort)(struct en_kv_txn *txn);
    void (*reset)(struct en_kv_txn *txn);
    en_code (*renew)(struct en_kv_txn *txn, struct en_error *err);
    en_code (*table)(struct en_kv_txn *txn, const char *name, en_kv_keys keys,
                     struct en_kv_table *table, struct en_error *err);
    en_code (*get)(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                   struct en_slice *value, struct en_error *err);
    /* room NULL: copies the value in; otherwise only value.size counts. */
    en_code (*put)(struct en_kv_txn *txn, struct en_kv_table table, en_kv_how how,
                   struct en_slice key, struct en_slice value, uint8_t **room,
                   struct en_error *err);
    en_code (*remove)(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                      struct en_error *err);
    en_code (*clear)(struct en_kv_txn *txn, struct en_kv_table table, struct en_error *err);
    en_code (*stat)(struct en_kv_txn *txn, struct en_kv_table table, struct en_kv_stat *stat,
                    struct en_error *err);
    en_code (*cursor_open)(struct en_kv_txn *txn, struct en_kv_table table,
                           struct en_kv_cursor **cursor, struct en_error *err);
    void (*cursor_end)(struct en_kv_cursor *cursor);
    /* next and prev only with a place; kv.c turns those of a new cursor into first and last. */
    en_code (*cursor_move)(struct en_kv_cursor *cursor, en_kv_move move, struct en_slice key,
                           struct en_kv_pair *pair, struct en_error *err);
    en_code (*info)(struct en_kv *kv, struct en_kv_info *info, struct en_error *err);
    en_code (*sync)(struct en_kv *kv, struct en_error *err);
    en_code (*copy)(struct en_kv *kv, const char *path, struct en_error *err);
    en_code (*readers)(struct en_kv *kv, struct en_kv_readers *readers, struct en_error *err);
};

/* EN_NOT_FOUND without the cost of formatting: absence is met on hot paths. */
static inline en_code en_kv_absent(struct en_error *err)
{
    static const char text[] = "not found";
    if (err != NULL) {
        err->code = EN_NOT_FOUND;
        memcpy(err->text, text, sizeof text);
    }
    return EN_NOT_FOUND;
}

#endif
