#include "projections/store.h"

#include "core/buf.h"
#include "core/limits.h"
#include "core/mem.h"
#include "projections/store_parts.h"

#define META_TABLE "meta"
#define POSITION_KEY "position"
#define POSITION_SIZE 8u

static en_code load_position(struct en_store *store, struct en_error *err)
{
    struct en_kv_table meta;
    struct en_slice value;
    store->position = 0;
    en_code code = en_store_table(store, META_TABLE, &meta, err);
    if (code == EN_OK) {
        code = en_kv_get(store->txn, meta, en_slice_text(POSITION_KEY), &value, err);
    }
    if (code == EN_NOT_FOUND) {
        return EN_OK; /* nothing was folded yet */
    }
    if (code != EN_OK) {
        return code;
    }
    if (!en_take_u64(&value, &store->position) || value.size != 0) {
        return en_error_set(err, EN_CORRUPT, "the position of the projections is damaged");
    }
    return EN_OK;
}

en_code en_store_begin(struct en_kv *kv, en_kv_mode mode, struct en_store **store,
                       struct en_error *err)
{
    struct en_store *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "begin of a store");
    }
    en_buf_init(&made->row_key, EN_KV_KEY_SIZE_MAX);
    en_buf_init(&made->row_value, EN_TABLE_ROW_SIZE_MAX);
    en_code code = en_kv_begin(kv, mode, &made->txn, err);
    if (code == EN_OK && mode == EN_KV_WRITE) {
        made->tails = en_mem_alloc(EN_STORE_TABLES_MAX, sizeof *made->tails);
        code = made->tails != NULL ? EN_OK : en_error_set(err, EN_NOMEM, "begin of a store");
    }
    if (code == EN_OK) {
        code = load_position(made, err);
    }
    if (code != EN_OK) {
        en_store_abort(made);
        return code;
    }
    *store = made;
    return EN_OK;
}

static void drop(struct en_store *store)
{
    en_series_writer_drop(store->spare_writer);
    en_buf_fini(&store->row_key);
    en_buf_fini(&store->row_value);
    en_mem_free(store->tails);
    en_mem_free(store);
}

en_code en_store_commit(struct en_store **store, struct en_error *err)
{
    en_code code = en_kv_commit(&(*store)->txn, err);
    drop(*store);
    *store = NULL;
    return code;
}

void en_store_abort(struct en_store *store)
{
    if (store == NULL) {
        return;
    }
    en_kv_abort(store->txn);
    drop(store);
}

struct en_kv_txn *en_store_txn(struct en_store *store)
{
    EN_ASSERT(store->txn != NULL);
    return store->txn;
}

/* The place of the table among those remembered; tables_count when it is not. Names are constant
 * texts, so nearly always the address tells. */
static uint32_t place_of(const struct en_store *store, const char *name)
{
    for (uint32_t i = 0; i < store->tables_count; i++) {
        if (store->tables[i].name == name) {
            return i;
        }
    }
    for (uint32_t i = 0; i < store->tables_count; i++) {
        if (strcmp(store->tables[i].name, name) == 0) {
            return i;
        }
    }
    return store->tables_count;
}

en_code en_store_table(struct en_store *store, const char *name, struct en_kv_table *table,
                       struct en_error *err)
{
    uint32_t place = place_of(store, name);
    if (place < store->tables_count) {
        *table = store->tables[place].table;
        return EN_OK;
    }
    en_code code = en_kv_table(store->txn, name, EN_KV_BYTE_KEYS, table, err);
    if (code == EN_OK && store->tables_count < EN_STORE_TABLES_MAX) {
        store->tables[store->tables_count].name = name;
        store->tables[store->tables_count].table = *table;
        store->tables_count++;
    }
    return code;
}

static en_code find_tail(struct en_store *store, struct en_kv_table table,
                         struct en_store_tail *tail, struct en_error *err)
{
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    en_code code = en_kv_cursor_open(store->txn, table, &cursor, err);
    if (code == EN_OK) {
        code = en_kv_cursor_last(cursor, &pair, err);
    }
    if (code == EN_OK) {
        en_store_grow(tail, pair.key);
    }
    en_kv_cursor_close(cursor);
    tail->is_empty = code == EN_NOT_FOUND;
    tail->is_known = code == EN_OK || code == EN_NOT_FOUND;
    return tail->is_known ? EN_OK : code;
}

en_code en_store_table_tail(struct en_store *store, const char *name, struct en_kv_table *table,
                            struct en_store_tail **tail, struct en_error *err)
{
    *tail = NULL;
    en_code code = en_store_table(store, name, table, err);
    if (code != EN_OK || store->tails == NULL) {
        return code;
    }
    uint32_t place = place_of(store, name);
    if (place == store->tables_count) {
        return EN_OK; /* too many tables to remember */
    }
    *tail = &store->tails[place];
    return (*tail)->is_known ? EN_OK : find_tail(store, *table, *tail, err);
}

bool en_store_is_beyond(const struct en_store_tail *tail, struct en_slice key)
{
    if (tail == NULL) {
        return false;
    }
    EN_ASSERT(tail->is_known);
    size_t common = key.size < tail->size ? key.size : tail->size;
    int order = tail->is_empty ? 1 : memcmp(key.bytes, tail->key, common);
    return order > 0 || (order == 0 && key.size > tail->size);
}

void en_store_grow(struct en_store_tail *tail, struct en_slice key)
{
    EN_ASSERT(key.size <= sizeof tail->key);
    memcpy(tail->key, key.bytes, key.size);
    tail->size = (uint16_t)key.size;
    tail->is_empty = false;
    tail->is_known = true;
}

uint64_t en_store_position(struct en_store *store)
{
    return store->position;
}

en_code en_store_set_position(struct en_store *store, uint64_t position, struct en_error *err)
{
    EN_ASSERT(position >= store->position);
    struct en_kv_table meta;
    uint8_t bytes[POSITION_SIZE];
    for (unsigned i = 0; i < POSITION_SIZE; i++) {
        bytes[i] = (uint8_t)(position >> (8 * i));
    }
    en_code code = en_store_table(store, META_TABLE, &meta, err);
    if (code == EN_OK) {
        code = en_kv_put(store->txn, meta, en_slice_text(POSITION_KEY),
                         en_slice_of(bytes, sizeof bytes), err);
    }
    if (code == EN_OK) {
        store->position = position;
    }
    return code;
}
