#include "core/kv.h"

#include "core/kv_ops.h"
#include "core/mem.h"

static bool breaks_txn(en_code code)
{
    return code == EN_FULL || code == EN_IO || code == EN_NOMEM || code == EN_CORRUPT;
}

static void assert_usable(const struct en_kv_txn *txn)
{
    EN_ASSERT(txn != NULL);
    EN_ASSERT(!txn->is_reset);
}

static en_code check_write(const struct en_kv_txn *txn, struct en_error *err)
{
    assert_usable(txn);
    EN_ASSERT(txn->mode == EN_KV_WRITE);
    if (txn->broken != EN_OK) {
        return en_error_set(err, txn->broken, "the transaction is broken by an earlier fault");
    }
    return EN_OK;
}

static en_code note(struct en_kv_txn *txn, en_code code)
{
    if (breaks_txn(code)) {
        txn->broken = code;
    }
    return code;
}

static en_code check_key(struct en_kv_table table, struct en_slice key, struct en_error *err)
{
    if (table.has_integer_keys) {
        EN_ASSERT(key.size == sizeof(uint64_t));
    }
    if (key.size == 0 || key.size > EN_KV_KEY_SIZE_MAX) {
        return en_error_set(err, EN_RANGE, "a key has %zu bytes, allowed are 1 to %u", key.size,
                            EN_KV_KEY_SIZE_MAX);
    }
    return EN_OK;
}

static void end_cursors(struct en_kv_txn *txn)
{
    while (txn->cursors != NULL) {
        struct en_kv_cursor *cursor = txn->cursors;
        txn->cursors = cursor->older;
        txn->kv->ops->cursor_end(cursor);
        cursor->txn = NULL;
        cursor->older = NULL;
        cursor->newer = NULL;
    }
}

void en_kv_close(struct en_kv *kv)
{
    if (kv == NULL) {
        return;
    }
    kv->ops->close(kv);
    en_mem_free(kv);
}

en_code en_kv_begin(struct en_kv *kv, en_kv_mode mode, struct en_kv_txn **txn, struct en_error *err)
{
    EN_ASSERT(kv != NULL);
    if (mode == EN_KV_WRITE && (kv->flags & EN_KV_READ_ONLY) != 0) {
        return en_error_set(err, EN_READ_ONLY, "opened read-only");
    }
    if (mode == EN_KV_WRITE && atomic_load(&kv->is_failed)) {
        return en_error_set(err, EN_READ_ONLY,
                            "an earlier commit failed: no more writes are "
                            "taken until it is opened again");
    }
    struct en_kv_txn *begun = NULL;
    en_code code = kv->ops->begin(kv, mode, &begun, err);
    if (code == EN_OK) {
        begun->kv = kv;
        begun->mode = mode;
        *txn = begun;
    }
    return code;
}

en_code en_kv_commit(struct en_kv_txn **txn, struct en_error *err)
{
    struct en_kv_txn *ended = *txn;
    EN_ASSERT(ended != NULL);
    *txn = NULL;
    end_cursors(ended);
    en_code code = ended->broken;
    if (code != EN_OK) {
        code = en_error_set(err, code, "the transaction is broken by an earlier fault");
        ended->kv->ops->abort(ended);
    } else {
        code = ended->kv->ops->commit(ended, err);
        if (code == EN_IO) {
            atomic_store(&ended->kv->is_failed, true);
        }
    }
    en_mem_free(ended);
    return code;
}

void en_kv_abort(struct en_kv_txn *txn)
{
    if (txn == NULL) {
        return;
    }
    end_cursors(txn);
    txn->kv->ops->abort(txn);
    en_mem_free(txn);
}

void en_kv_reset(struct en_kv_txn *txn)
{
    assert_usable(txn);
    EN_ASSERT(txn->mode == EN_KV_READ);
    end_cursors(txn);
    txn->kv->ops->reset(txn);
    txn->is_reset = true;
}

en_code en_kv_renew(struct en_kv_txn *txn, struct en_error *err)
{
    EN_ASSERT(txn->is_reset);
    en_code code = txn->kv->ops->renew(txn, err);
    if (code == EN_OK) {
        txn->is_reset = false;
    }
    return code;
}

struct en_kv *en_kv_of(const struct en_kv_txn *txn)
{
    return txn->kv;
}

en_kv_mode en_kv_mode_of(const struct en_kv_txn *txn)
{
    return txn->mode;
}

en_code en_kv_table(struct en_kv_txn *txn, const char *name, en_kv_keys keys,
                    struct en_kv_table *table, struct en_error *err)
{
    assert_usable(txn);
    size_t size = strlen(name);
    EN_ASSERT(size > 0);
    EN_ASSERT(size <= EN_KV_TABLE_NAME_SIZE_MAX);
    struct en_kv_table found = {0};
    en_code code = txn->kv->ops->table(txn, name, keys, &found, err);
    if (code != EN_OK) {
        return txn->mode == EN_KV_WRITE ? note(txn, code) : code;
    }
    if (found.has_integer_keys != (keys == EN_KV_INTEGER_KEYS)) {
        return en_error_set(err, EN_CONFLICT, "table %s has %s keys", name,
                            found.has_integer_keys ? "integer" : "byte");
    }
    *table = found;
    return EN_OK;
}

en_code en_kv_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                  struct en_slice *value, struct en_error *err)
{
    assert_usable(txn);
    en_code code = check_key(table, key, err);
    return code != EN_OK ? code : txn->kv->ops->get(txn, table, key, value, err);
}

static en_code put(struct en_kv_txn *txn, struct en_kv_table table, en_kv_how how,
                   struct en_slice key, struct en_slice value, uint8_t **room, struct en_error *err)
{
    en_code code = check_write(txn, err);
    if (code == EN_OK) {
        code = check_key(table, key, err);
    }
    if (code != EN_OK) {
        return code;
    }
    return note(txn, txn->kv->ops->put(txn, table, how, key, value, room, err));
}

en_code en_kv_put(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                  struct en_slice value, struct en_error *err)
{
    return put(txn, table, EN_KV_PUT, key, value, NULL, err);
}

en_code en_kv_append(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_slice value, struct en_error *err)
{
    return put(txn, table, EN_KV_APPEND, key, value, NULL, err);
}

en_code en_kv_reserve(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                      size_t size, uint8_t **room, struct en_error *err)
{
    EN_ASSERT(room != NULL);
    return put(txn, table, EN_KV_PUT, key, en_slice_of(NULL, size), room, err);
}

en_code en_kv_append_reserve(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                             size_t size, uint8_t **room, struct en_error *err)
{
    EN_ASSERT(room != NULL);
    return put(txn, table, EN_KV_APPEND, key, en_slice_of(NULL, size), room, err);
}

en_code en_kv_delete(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_error *err)
{
    en_code code = check_write(txn, err);
    if (code == EN_OK) {
        code = check_key(table, key, err);
    }
    return code != EN_OK ? code : note(txn, txn->kv->ops->remove(txn, table, key, err));
}

en_code en_kv_clear(struct en_kv_txn *txn, struct en_kv_table table, struct en_error *err)
{
    en_code code = check_write(txn, err);
    return code != EN_OK ? code : note(txn, txn->kv->ops->clear(txn, table, err));
}

en_code en_kv_stat(struct en_kv_txn *txn, struct en_kv_table table, struct en_kv_stat *stat,
                   struct en_error *err)
{
    assert_usable(txn);
    return txn->kv->ops->stat(txn, table, stat, err);
}

en_code en_kv_cursor_open(struct en_kv_txn *txn, struct en_kv_table table,
                          struct en_kv_cursor **cursor, struct en_error *err)
{
    assert_usable(txn);
    struct en_kv_cursor *opened = NULL;
    en_code code = txn->kv->ops->cursor_open(txn, table, &opened, err);
    if (code != EN_OK) {
        return code;
    }
    opened->txn = txn;
    opened->table = table;
    opened->older = txn->cursors;
    if (txn->cursors != NULL) {
        txn->cursors->newer = opened;
    }
    txn->cursors = opened;
    *cursor = opened;
    return EN_OK;
}

static void unlink_cursor(struct en_kv_cursor *cursor)
{
    if (cursor->older != NULL) {
        cursor->older->newer = cursor->newer;
    }
    if (cursor->newer != NULL) {
        cursor->newer->older = cursor->older;
    } else {
        EN_ASSERT(cursor->txn->cursors == cursor);
        cursor->txn->cursors = cursor->older;
    }
}

void en_kv_cursor_close(struct en_kv_cursor *cursor)
{
    if (cursor == NULL) {
        return;
    }
    if (cursor->txn != NULL) {
        unlink_cursor(cursor);
        cursor->txn->kv->ops->cursor_end(cursor);
    }
    en_mem_free(cursor);
}

static en_code move(struct en_kv_cursor *cursor, en_kv_move how, struct en_slice key,
                    struct en_kv_pair *pair, struct en_error *err)
{
    EN_ASSERT(cursor->txn != NULL);
    assert_usable(cursor->txn);
    if (!cursor->has_place) {
        how = how == EN_KV_NEXT ? EN_KV_FIRST : how == EN_KV_PREV ? EN_KV_LAST : how;
    }
    en_code code = cursor->txn->kv->ops->cursor_move(cursor, how, key, pair, err);
    if (code == EN_OK) {
        cursor->has_place = true;
    }
    return code;
}

en_code en_kv_cursor_first(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                           struct en_error *err)
{
    return move(cursor, EN_KV_FIRST, en_slice_of(NULL, 0), pair, err);
}

en_code en_kv_cursor_last(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                          struct en_error *err)
{
    return move(cursor, EN_KV_LAST, en_slice_of(NULL, 0), pair, err);
}

en_code en_kv_cursor_seek(struct en_kv_cursor *cursor, struct en_slice key, struct en_kv_pair *pair,
                          struct en_error *err)
{
    if (key.size == 0) {
        return move(cursor, EN_KV_FIRST, key, pair, err);
    }
    en_code code = check_key(cursor->table, key, err);
    return code != EN_OK ? code : move(cursor, EN_KV_SEEK, key, pair, err);
}

en_code en_kv_cursor_next(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                          struct en_error *err)
{
    return move(cursor, EN_KV_NEXT, en_slice_of(NULL, 0), pair, err);
}

en_code en_kv_cursor_prev(struct en_kv_cursor *cursor, struct en_kv_pair *pair,
                          struct en_error *err)
{
    return move(cursor, EN_KV_PREV, en_slice_of(NULL, 0), pair, err);
}

en_code en_kv_info(struct en_kv *kv, struct en_kv_info *info, struct en_error *err)
{
    return kv->ops->info(kv, info, err);
}

en_code en_kv_sync(struct en_kv *kv, struct en_error *err)
{
    return kv->ops->sync(kv, err);
}

en_code en_kv_copy(struct en_kv *kv, const char *path, struct en_error *err)
{
    EN_ASSERT(path != NULL);
    return kv->ops->copy(kv, path, err);
}

en_code en_kv_readers(struct en_kv *kv, struct en_kv_readers *readers, struct en_error *err)
{
    return kv->ops->readers(kv, readers, err);
}
