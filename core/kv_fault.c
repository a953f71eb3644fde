/* kv.h over another kv, failing on demand: what the n-th-failure tests drive. */
#include "core/kv_ops.h"
#include "core/mem.h"

struct fault_kv {
    struct en_kv base;
    struct en_kv *inner;
    uint32_t faults;
    uint64_t left; /* requests until the fault; 0 = off */
    en_code code;
};

struct fault_txn {
    struct en_kv_txn base;
    struct en_kv_txn *inner;
};

struct fault_cursor {
    struct en_kv_cursor base;
    struct en_kv_cursor *inner;
};

static struct fault_kv *fault_of(struct en_kv *kv)
{
    return (struct fault_kv *)(void *)kv;
}

static struct en_kv_txn *inner_of(struct en_kv_txn *txn)
{
    return ((struct fault_txn *)(void *)txn)->inner;
}

static struct fault_cursor *fault_cursor_of(struct en_kv_cursor *cursor)
{
    return (struct fault_cursor *)(void *)cursor;
}

/* EN_OK, or the armed fault when its turn has come. */
static en_code strike(struct en_kv *kv, en_kv_fault what, struct en_error *err)
{
    struct fault_kv *self = fault_of(kv);
    if (self->left == 0 || (self->faults & what) == 0) {
        return EN_OK;
    }
    self->left--;
    return self->left > 0 ? EN_OK : en_error_set(err, self->code, "injected fault");
}

static void fault_close(struct en_kv *kv)
{
    (void)kv; /* the inner one is borrowed */
}

static en_code fault_begin(struct en_kv *kv, en_kv_mode mode, struct en_kv_txn **txn,
                           struct en_error *err)
{
    en_code code = strike(kv, EN_KV_FAULT_READ, err);
    if (code != EN_OK) {
        return code;
    }
    struct fault_txn *begun = en_mem_alloc(1, sizeof *begun);
    if (begun == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a transaction");
    }
    code = en_kv_begin(fault_of(kv)->inner, mode, &begun->inner, err);
    if (code != EN_OK) {
        en_mem_free(begun);
        return code;
    }
    *txn = &begun->base;
    return EN_OK;
}

static en_code fault_commit(struct en_kv_txn *txn, struct en_error *err)
{
    struct en_kv_txn *inner = inner_of(txn);
    en_code code = txn->mode == EN_KV_WRITE ? strike(txn->kv, EN_KV_FAULT_COMMIT, err) : EN_OK;
    if (code != EN_OK) {
        en_kv_abort(inner);
        return code;
    }
    return en_kv_commit(&inner, err);
}

static void fault_abort(struct en_kv_txn *txn)
{
    en_kv_abort(inner_of(txn));
}

static void fault_reset(struct en_kv_txn *txn)
{
    en_kv_reset(inner_of(txn));
}

static en_code fault_renew(struct en_kv_txn *txn, struct en_error *err)
{
    return en_kv_renew(inner_of(txn), err);
}

static en_code fault_table(struct en_kv_txn *txn, const char *name, en_kv_keys keys,
                           struct en_kv_table *table, struct en_error *err)
{
    en_code code = txn->mode == EN_KV_WRITE ? strike(txn->kv, EN_KV_FAULT_WRITE, err) : EN_OK;
    return code != EN_OK ? code : en_kv_table(inner_of(txn), name, keys, table, err);
}

static en_code fault_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                         struct en_slice *value, struct en_error *err)
{
    en_code code = strike(txn->kv, EN_KV_FAULT_READ, err);
    return code != EN_OK ? code : en_kv_get(inner_of(txn), table, key, value, err);
}

static en_code fault_put(struct en_kv_txn *txn, struct en_kv_table table, en_kv_how how,
                         struct en_slice key, struct en_slice value, uint8_t **room,
                         struct en_error *err)
{
    en_code code = strike(txn->kv, EN_KV_FAULT_WRITE, err);
    if (code != EN_OK) {
        return code;
    }
    if (room != NULL) {
        return how == EN_KV_APPEND
                   ? en_kv_append_reserve(inner_of(txn), table, key, value.size, room, err)
                   : en_kv_reserve(inner_of(txn), table, key, value.size, room, err);
    }
    return how == EN_KV_APPEND ? en_kv_append(inner_of(txn), table, key, value, err)
                               : en_kv_put(inner_of(txn), table, key, value, err);
}

static en_code fault_remove(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                            struct en_error *err)
{
    en_code code = strike(txn->kv, EN_KV_FAULT_WRITE, err);
    return code != EN_OK ? code : en_kv_delete(inner_of(txn), table, key, err);
}

static en_code fault_clear(struct en_kv_txn *txn, struct en_kv_table table, struct en_error *err)
{
    en_code code = strike(txn->kv, EN_KV_FAULT_WRITE, err);
    return code != EN_OK ? code : en_kv_clear(inner_of(txn), table, err);
}

static en_code fault_stat(struct en_kv_txn *txn, struct en_kv_table table, struct en_kv_stat *stat,
                          struct en_error *err)
{
    return en_kv_stat(inner_of(txn), table, stat, err);
}

static en_code fault_cursor_open(struct en_kv_txn *txn, struct en_kv_table table,
                                 struct en_kv_cursor **cursor, struct en_error *err)
{
    struct fault_cursor *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a cursor");
    }
    en_code code = en_kv_cursor_open(inner_of(txn), table, &opened->inner, err);
    if (code != EN_OK) {
        en_mem_free(opened);
        return code;
    }
    *cursor = &opened->base;
    return EN_OK;
}

static void fault_cursor_end(struct en_kv_cursor *cursor)
{
    en_kv_cursor_close(fault_cursor_of(cursor)->inner);
}

static en_code fault_cursor_move(struct en_kv_cursor *cursor, en_kv_move move, struct en_slice key,
                                 struct en_kv_pair *pair, struct en_error *err)
{
    struct en_kv_cursor *inner = fault_cursor_of(cursor)->inner;
    en_code code = strike(cursor->txn->kv, EN_KV_FAULT_READ, err);
    if (code != EN_OK) {
        return code;
    }
    switch (move) {
    case EN_KV_FIRST:
        return en_kv_cursor_first(inner, pair, err);
    case EN_KV_LAST:
        return en_kv_cursor_last(inner, pair, err);
    case EN_KV_SEEK:
        return en_kv_cursor_seek(inner, key, pair, err);
    case EN_KV_NEXT:
        return en_kv_cursor_next(inner, pair, err);
    case EN_KV_PREV:
        return en_kv_cursor_prev(inner, pair, err);
    }
    EN_ASSERT(!"a move that exists");
    return EN_IO;
}

static en_code fault_info(struct en_kv *kv, struct en_kv_info *info, struct en_error *err)
{
    return en_kv_info(fault_of(kv)->inner, info, err);
}

static en_code fault_sync(struct en_kv *kv, struct en_error *err)
{
    return en_kv_sync(fault_of(kv)->inner, err);
}

static en_code fault_copy(struct en_kv *kv, const char *path, struct en_error *err)
{
    return en_kv_copy(fault_of(kv)->inner, path, err);
}

static en_code fault_readers(struct en_kv *kv, struct en_kv_readers *readers, struct en_error *err)
{
    return en_kv_readers(fault_of(kv)->inner, readers, err);
}

static const struct en_kv_ops fault_ops = {
    .close = fault_close,
    .begin = fault_begin,
    .commit = fault_commit,
    .abort = fault_abort,
    .reset = fault_reset,
    .renew = fault_renew,
    .table = fault_table,
    .get = fault_get,
    .put = fault_put,
    .remove = fault_remove,
    .clear = fault_clear,
    .stat = fault_stat,
    .cursor_open = fault_cursor_open,
    .cursor_end = fault_cursor_end,
    .cursor_move = fault_cursor_move,
    .info = fault_info,
    .sync = fault_sync,
    .copy = fault_copy,
    .readers = fault_readers,
};

en_code en_kv_open_fault(struct en_kv *inner, struct en_kv **kv, struct en_error *err)
{
    struct fault_kv *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a store");
    }
    opened->base.ops = &fault_ops;
    opened->base.flags = inner->flags;
    opened->inner = inner;
    *kv = &opened->base;
    return EN_OK;
}

void en_kv_fault_after(struct en_kv *kv, uint32_t faults, uint64_t count, en_code code)
{
    EN_ASSERT(kv->ops == &fault_ops);
    EN_ASSERT(code != EN_OK);
    struct fault_kv *self = fault_of(kv);
    self->faults = faults;
    self->left = count;
    self->code = code;
}
