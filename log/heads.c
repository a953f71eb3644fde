#include "log/heads.h"

#include <inttypes.h>

#include "core/mem.h"
#include "log/head_file.h"
#include "log/state.h"
#include "log/tree.h"

#define TIME_SIZE 8u

_Static_assert(TIME_SIZE + EN_CHECKPOINT_SIZE_MAX <= EN_GUARD_BODY_SIZE_MAX, "a note fits a row");

static en_code take_row(const struct en_kv_pair *pair, uint64_t *size, struct en_instant *at,
                        struct en_slice *note, struct en_error *err)
{
    uint64_t time = 0;
    en_code code = en_guard_check(pair->key, pair->value, note, err);
    if (code == EN_OK && (!en_key_number(pair->key, size) || !en_take_u64(note, &time))) {
        code = en_error_set(err, EN_CORRUPT, "a row of %zu bytes", pair->value.size);
    }
    at->us = (int64_t)time;
    return code;
}

/* Forgets the newest note before the new one, if the one before that is near enough to stand for
 * both. */
static en_code thin(struct en_log *log, struct en_kv_txn *txn, struct en_error *err)
{
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    struct en_slice note;
    uint64_t newest_size = 0;
    uint64_t size = 0;
    struct en_instant newest_at = {0};
    struct en_instant at = {0};
    en_code code = en_kv_cursor_open(txn, log->tables.checkpoints, &cursor, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_kv_cursor_last(cursor, &pair, err);
    if (code == EN_OK) {
        code = take_row(&pair, &newest_size, &newest_at, &note, err);
    }
    if (code == EN_OK) {
        code = en_kv_cursor_prev(cursor, &pair, err);
    }
    if (code == EN_OK) {
        code = take_row(&pair, &size, &at, &note, err);
    }
    en_kv_cursor_close(cursor);
    if (code == EN_OK && newest_at.us - at.us < EN_MINUTE_US) {
        code = en_kv_delete(txn, log->tables.checkpoints, en_key_of(&newest_size), err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_heads_put(struct en_log *log, uint64_t size, struct en_instant at, struct en_slice note,
                     struct en_error *err)
{
    uint8_t body[TIME_SIZE + EN_CHECKPOINT_SIZE_MAX];
    struct en_kv_txn *txn = NULL;
    EN_ASSERT(note.size <= EN_CHECKPOINT_SIZE_MAX);
    for (uint32_t i = 0; i < TIME_SIZE; i++) {
        body[i] = (uint8_t)((uint64_t)at.us >> (8 * i));
    }
    memcpy(body + TIME_SIZE, note.bytes, note.size);
    en_code code = en_kv_begin(log->kv, EN_KV_WRITE, &txn, err);
    if (code == EN_OK) {
        code = thin(log, txn, err);
    }
    if (code == EN_OK) {
        code = en_guard_put(txn, log->tables.checkpoints, en_key_of(&size),
                            en_slice_of(body, TIME_SIZE + note.size), err);
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
    }
    en_kv_abort(txn);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "keeping the checkpoint of %" PRIu64, size);
    }
    return code;
}

typedef en_code place_function(struct en_kv_cursor *cursor, const uint64_t *size,
                               struct en_kv_pair *pair, struct en_error *err);

static en_code place_at(struct en_kv_cursor *cursor, const uint64_t *size, struct en_kv_pair *pair,
                        struct en_error *err)
{
    return en_kv_cursor_seek(cursor, en_key_of(size), pair, err);
}

static en_code place_last(struct en_kv_cursor *cursor, const uint64_t *size,
                          struct en_kv_pair *pair, struct en_error *err)
{
    (void)size;
    return en_kv_cursor_last(cursor, pair, err);
}

static en_code read_row(struct en_log *log, place_function *place, uint64_t *size,
                        struct en_instant *at, struct en_buf *note, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    struct en_slice text;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_kv_cursor_open(txn, log->tables.checkpoints, &cursor, err);
    }
    if (code == EN_OK) {
        code = place(cursor, size, &pair, err);
    }
    if (code == EN_OK) {
        code = take_row(&pair, size, at, &text, err);
        if (code == EN_OK) {
            en_buf_reset(note);
            en_buf_append(note, text.bytes, text.size);
            code = en_buf_code(note, err);
        } else {
            (void)en_error_wrap(err, "kept checkpoint");
        }
    }
    en_kv_cursor_close(cursor);
    en_kv_abort(txn);
    return code;
}

en_code en_heads_next(struct en_log *log, uint64_t *size, struct en_instant *at,
                      struct en_buf *note, struct en_error *err)
{
    return read_row(log, place_at, size, at, note, err);
}

en_code en_heads_newest(struct en_log *log, uint64_t *size, struct en_buf *note,
                        struct en_error *err)
{
    struct en_instant at;
    return read_row(log, place_last, size, &at, note, err);
}

static en_code check_root(struct en_log *log, const struct en_checkpoint *checkpoint,
                          struct en_error *err)
{
    struct en_hash root;
    struct en_tree *tree = en_mem_alloc(1, sizeof *tree);
    if (tree == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a tree");
    }
    en_tree_init(tree, log);
    en_code code = en_tree_root(tree, checkpoint->size, &root, err);
    if (code == EN_OK && !en_hash_equal(&root, &checkpoint->root)) {
        code = en_error_set(err, EN_CORRUPT, "the log has another root there");
    }
    en_mem_free(tree);
    return code;
}

en_code en_heads_check(struct en_log *log, struct en_slice note, struct en_error *err)
{
    struct en_checkpoint checkpoint;
    struct en_error why;
    if (en_checkpoint_parse(note, &checkpoint, &why) != EN_OK) {
        return en_error_set(err, EN_CORRUPT, "%s", why.text);
    }
    en_code code = EN_OK;
    if (strcmp(checkpoint.origin, log->origin) != 0) {
        code = en_error_set(err, EN_CORRUPT, "it is of \"%s\", the log is \"%s\"",
                            checkpoint.origin, log->origin);
    } else if (checkpoint.size > log->size) {
        code = en_error_set(err, EN_CORRUPT,
                            "the log ends before it, at %" PRIu64 ": its tail is missing",
                            (uint64_t)log->size);
    } else {
        code = check_root(log, &checkpoint, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "checkpoint signed at %" PRIu64, checkpoint.size);
    }
    return code;
}

en_code en_heads_check_newest(struct en_log *log, struct en_error *err)
{
    struct en_buf note;
    uint64_t size = 0;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_code code = en_heads_newest(log, &size, &note, err);
    if (code == EN_OK) {
        code = en_heads_check(log, en_buf_slice(&note), err);
    }
    if (code == EN_OK || code == EN_NOT_FOUND) {
        en_buf_reset(&note);
        code = en_head_file_read(log->dir, &note, err);
        if (code == EN_OK) {
            code = en_heads_check(log, en_buf_slice(&note), err);
        }
    }
    en_buf_fini(&note);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
