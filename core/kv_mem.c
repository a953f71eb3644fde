/* kv.h in memory, for tests: simple before fast.
 *
 * An entry (key and value in one block) is counted by the versions that hold it. A version of a
 * table is a sorted array of entries; a state is an array of versions, one per table. A write
 * transaction works on its own state: a table is cloned at its first change, the whole becomes the
 * newest state at commit. States, versions and entries are immutable once committed and freed with
 * their last holder. */
#include "core/kv_ops.h"
#include "core/mem.h"

#define TABLES_MAX 64u

struct entry {
    uint32_t holders_count;
    size_t key_size;
    size_t value_size;
    uint8_t bytes[]; /* key, then value */
};

struct version {
    uint32_t holders_count;
    char name[EN_KV_TABLE_NAME_SIZE_MAX + 1];
    bool has_integer_keys;
    size_t entries_count;
    size_t entries_capacity;
    struct entry **entries;
};

struct state {
    uint32_t holders_count;
    uint32_t tables_count;
    uint64_t size;
    struct version *tables[TABLES_MAX];
};

struct memory_kv {
    struct en_kv base;
    uint64_t size_max;
    uint64_t commit;
    bool has_writer;
    struct state *newest;
};

struct memory_txn {
    struct en_kv_txn base;
    struct state *state;
};

struct memory_cursor {
    struct en_kv_cursor base;
    struct entry *place; /* held, so that its key outlives a deletion */
};

static struct memory_kv *memory_of(struct en_kv *kv)
{
    return (struct memory_kv *)(void *)kv;
}

static struct memory_txn *memory_txn_of(struct en_kv_txn *txn)
{
    return (struct memory_txn *)(void *)txn;
}

static struct memory_cursor *memory_cursor_of(struct en_kv_cursor *cursor)
{
    return (struct memory_cursor *)(void *)cursor;
}

static struct en_slice key_of(const struct entry *entry)
{
    return en_slice_of(entry->bytes, entry->key_size);
}

static struct en_slice value_of(const struct entry *entry)
{
    return en_slice_of(entry->bytes + entry->key_size, entry->value_size);
}

/* ---- holders ---- */

static void drop_entry(struct entry *entry)
{
    if (entry != NULL && --entry->holders_count == 0) {
        en_mem_free(entry);
    }
}

static void drop_version(struct version *version)
{
    if (--version->holders_count > 0) {
        return;
    }
    for (size_t i = 0; i < version->entries_count; i++) {
        drop_entry(version->entries[i]);
    }
    en_mem_free(version->entries);
    en_mem_free(version);
}

static void drop_state(struct state *state)
{
    if (--state->holders_count > 0) {
        return;
    }
    for (uint32_t i = 0; i < state->tables_count; i++) {
        drop_version(state->tables[i]);
    }
    en_mem_free(state);
}

static struct state *clone_state(const struct state *from)
{
    struct state *state = en_mem_alloc(1, sizeof *state);
    if (state != NULL) {
        *state = *from;
        state->holders_count = 1;
        for (uint32_t i = 0; i < state->tables_count; i++) {
            state->tables[i]->holders_count++;
        }
    }
    return state;
}

static struct version *clone_version(const struct version *from)
{
    struct version *version = en_mem_alloc(1, sizeof *version);
    struct entry **entries = en_mem_alloc(from->entries_count + 1, sizeof *entries);
    if (version == NULL || entries == NULL) {
        en_mem_free(version);
        en_mem_free(entries);
        return NULL;
    }
    *version = *from;
    version->holders_count = 1;
    version->entries = entries;
    version->entries_capacity = from->entries_count + 1;
    for (size_t i = 0; i < from->entries_count; i++) {
        entries[i] = from->entries[i];
        entries[i]->holders_count++;
    }
    return version;
}

/* The transaction's own version of the table, cloned at the first change. */
static struct version *own_version(struct memory_txn *txn, struct en_kv_table table)
{
    EN_ASSERT(table.id < txn->state->tables_count);
    struct version *version = txn->state->tables[table.id];
    if (version->holders_count == 1) {
        return version;
    }
    struct version *own = clone_version(version);
    if (own != NULL) {
        drop_version(version);
        txn->state->tables[table.id] = own;
    }
    return own;
}

static const struct version *version_of(struct en_kv_txn *txn, struct en_kv_table table)
{
    struct state *state = memory_txn_of(txn)->state;
    EN_ASSERT(table.id < state->tables_count);
    return state->tables[table.id];
}

/* ---- order ---- */

static int compare_keys(const struct version *version, struct en_slice a, struct en_slice b)
{
    if (!version->has_integer_keys) {
        return en_slice_compare(a, b);
    }
    uint64_t x;
    uint64_t y;
    memcpy(&x, a.bytes, sizeof x);
    memcpy(&y, b.bytes, sizeof y);
    return (x > y) - (x < y);
}

/* Index of the first entry with a key >= key. */
static size_t find(const struct version *version, struct en_slice key, bool *is_found)
{
    size_t low = 0;
    size_t high = version->entries_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(version, key_of(version->entries[middle]), key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *is_found = low < version->entries_count &&
                compare_keys(version, key_of(version->entries[low]), key) == 0;
    return low;
}

/* ---- transactions ---- */

static void memory_close(struct en_kv *kv)
{
    EN_ASSERT(!memory_of(kv)->has_writer);
    drop_state(memory_of(kv)->newest);
}

static en_code memory_begin(struct en_kv *kv, en_kv_mode mode, struct en_kv_txn **txn,
                            struct en_error *err)
{
    struct memory_kv *self = memory_of(kv);
    struct memory_txn *begun = en_mem_alloc(1, sizeof *begun);
    struct state *state = NULL;
    if (begun != NULL && mode == EN_KV_WRITE) {
        EN_ASSERT(!self->has_writer);
        state = clone_state(self->newest);
    } else if (begun != NULL) {
        state = self->newest;
        state->holders_count++;
    }
    if (state == NULL) {
        en_mem_free(begun);
        return en_error_set(err, EN_NOMEM, "no memory for a transaction");
    }
    self->has_writer = self->has_writer || mode == EN_KV_WRITE;
    begun->state = state;
    *txn = &begun->base;
    return EN_OK;
}

static void memory_abort(struct en_kv_txn *txn)
{
    struct memory_txn *self = memory_txn_of(txn);
    if (txn->mode == EN_KV_WRITE) {
        memory_of(txn->kv)->has_writer = false;
    }
    if (self->state != NULL) {
        drop_state(self->state);
    }
}

static en_code memory_commit(struct en_kv_txn *txn, struct en_error *err)
{
    (void)err;
    struct memory_kv *kv = memory_of(txn->kv);
    struct memory_txn *self = memory_txn_of(txn);
    if (txn->mode == EN_KV_WRITE) {
        struct state *before = kv->newest;
        kv->newest = self->state;
        kv->commit++;
        self->state = before;
    }
    memory_abort(txn);
    return EN_OK;
}

static void memory_reset(struct en_kv_txn *txn)
{
    drop_state(memory_txn_of(txn)->state);
    memory_txn_of(txn)->state = NULL;
}

static en_code memory_renew(struct en_kv_txn *txn, struct en_error *err)
{
    (void)err;
    struct state *newest = memory_of(txn->kv)->newest;
    newest->holders_count++;
    memory_txn_of(txn)->state = newest;
    return EN_OK;
}

/* ---- tables ---- */

static en_code memory_table(struct en_kv_txn *txn, const char *name, en_kv_keys keys,
                            struct en_kv_table *table, struct en_error *err)
{
    struct state *state = memory_txn_of(txn)->state;
    for (uint32_t i = 0; i < state->tables_count; i++) {
        if (strcmp(state->tables[i]->name, name) == 0) {
            *table = (struct en_kv_table){i, state->tables[i]->has_integer_keys};
            return EN_OK;
        }
    }
    if (txn->mode == EN_KV_READ) {
        return en_kv_absent(err);
    }
    if (state->tables_count == TABLES_MAX) {
        return en_error_set(err, EN_LIMIT, "table %s: there are %u tables already", name,
                            TABLES_MAX);
    }
    struct version *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for table %s", name);
    }
    made->holders_count = 1;
    made->has_integer_keys = keys == EN_KV_INTEGER_KEYS;
    memcpy(made->name, name, strlen(name) + 1);
    *table = (struct en_kv_table){state->tables_count, made->has_integer_keys};
    state->tables[state->tables_count++] = made;
    return EN_OK;
}

static en_code memory_clear(struct en_kv_txn *txn, struct en_kv_table table, struct en_error *err)
{
    struct version *version = own_version(memory_txn_of(txn), table);
    if (version == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to clear a table");
    }
    for (size_t i = 0; i < version->entries_count; i++) {
        struct entry *entry = version->entries[i];
        memory_txn_of(txn)->state->size -= entry->key_size + entry->value_size;
        drop_entry(entry);
    }
    version->entries_count = 0;
    return EN_OK;
}

static en_code memory_stat(struct en_kv_txn *txn, struct en_kv_table table, struct en_kv_stat *stat,
                           struct en_error *err)
{
    (void)err;
    const struct version *version = version_of(txn, table);
    *stat = (struct en_kv_stat){.entries_count = version->entries_count};
    for (size_t i = 0; i < version->entries_count; i++) {
        stat->size += version->entries[i]->key_size + version->entries[i]->value_size;
    }
    return EN_OK;
}

/* ---- entries ---- */

static en_code memory_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                          struct en_slice *value, struct en_error *err)
{
    const struct version *version = version_of(txn, table);
    bool is_found = false;
    size_t index = find(version, key, &is_found);
    if (!is_found) {
        return en_kv_absent(err);
    }
    *value = value_of(version->entries[index]);
    return EN_OK;
}

static struct entry *make_entry(struct en_slice key, struct en_slice value)
{
    struct entry *entry = en_mem_alloc(1, sizeof *entry + key.size + value.size);
    if (entry != NULL) {
        entry->holders_count = 1;
        entry->key_size = key.size;
        entry->value_size = value.size;
        memcpy(entry->bytes, key.bytes, key.size);
        if (value.bytes != NULL && value.size > 0) {
            memcpy(entry->bytes + key.size, value.bytes, value.size);
        }
    }
    return entry;
}

static bool make_space(struct version *version, size_t index)
{
    if (version->entries_count == version->entries_capacity) {
        size_t capacity = 2 * version->entries_capacity + 8;
        struct entry **entries =
            en_mem_resize(version->entries, capacity * sizeof *version->entries);
        if (entries == NULL) {
            return false;
        }
        version->entries = entries;
        version->entries_capacity = capacity;
    }
    memmove(version->entries + index + 1, version->entries + index,
            (version->entries_count - index) * sizeof *version->entries);
    version->entries_count++;
    return true;
}

static en_code memory_put(struct en_kv_txn *txn, struct en_kv_table table, en_kv_how how,
                          struct en_slice key, struct en_slice value, uint8_t **room,
                          struct en_error *err)
{
    struct state *state = memory_txn_of(txn)->state;
    struct version *version = own_version(memory_txn_of(txn), table);
    bool is_found = false;
    size_t index = version == NULL ? 0 : find(version, key, &is_found);
    if (version != NULL && how == EN_KV_APPEND && index < version->entries_count) {
        return en_error_set(err, EN_CONFLICT, "append: the key is not above the last one");
    }
    if (key.size + value.size > memory_of(txn->kv)->size_max - state->size) {
        return en_error_set(err, EN_FULL, "put: the reserved size is full");
    }
    if (room != NULL) {
        value.bytes = NULL;
    }
    struct entry *entry = version == NULL ? NULL : make_entry(key, value);
    if (entry == NULL || (!is_found && !make_space(version, index))) {
        en_mem_free(entry);
        return en_error_set(err, EN_NOMEM, "no memory to put");
    }
    if (is_found) {
        struct entry *before = version->entries[index];
        state->size -= before->key_size + before->value_size;
        drop_entry(before);
    }
    version->entries[index] = entry;
    state->size += key.size + value.size;
    if (room != NULL) {
        *room = entry->bytes + key.size;
    }
    return EN_OK;
}

static en_code memory_remove(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                             struct en_error *err)
{
    struct version *version = own_version(memory_txn_of(txn), table);
    if (version == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to delete");
    }
    bool is_found = false;
    size_t index = find(version, key, &is_found);
    if (!is_found) {
        return en_kv_absent(err);
    }
    struct entry *entry = version->entries[index];
    memory_txn_of(txn)->state->size -= entry->key_size + entry->value_size;
    drop_entry(entry);
    version->entries_count--;
    memmove(version->entries + index, version->entries + index + 1,
            (version->entries_count - index) * sizeof *version->entries);
    return EN_OK;
}

/* ---- cursors ---- */

static en_code memory_cursor_open(struct en_kv_txn *txn, struct en_kv_table table,
                                  struct en_kv_cursor **cursor, struct en_error *err)
{
    (void)version_of(txn, table);
    struct memory_cursor *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a cursor");
    }
    *cursor = &opened->base;
    return EN_OK;
}

static void memory_cursor_end(struct en_kv_cursor *cursor)
{
    drop_entry(memory_cursor_of(cursor)->place);
    memory_cursor_of(cursor)->place = NULL;
}

/* Where the move leads; SIZE_MAX for before the first. */
static size_t index_after(const struct version *version, const struct entry *place, en_kv_move move,
                          struct en_slice key)
{
    bool is_found = false;
    switch (move) {
    case EN_KV_FIRST:
        return 0;
    case EN_KV_LAST:
        return version->entries_count - 1;
    case EN_KV_SEEK:
        return find(version, key, &is_found);
    case EN_KV_NEXT: {
        size_t index = find(version, key_of(place), &is_found);
        return is_found ? index + 1 : index;
    }
    case EN_KV_PREV:
        return find(version, key_of(place), &is_found) - 1;
    }
    return SIZE_MAX;
}

static en_code memory_cursor_move(struct en_kv_cursor *cursor, en_kv_move move, struct en_slice key,
                                  struct en_kv_pair *pair, struct en_error *err)
{
    const struct version *version = version_of(cursor->txn, cursor->table);
    struct memory_cursor *self = memory_cursor_of(cursor);
    size_t index = index_after(version, self->place, move, key);
    if (index >= version->entries_count) {
        return en_kv_absent(err);
    }
    struct entry *entry = version->entries[index];
    entry->holders_count++;
    drop_entry(self->place);
    self->place = entry;
    *pair = (struct en_kv_pair){key_of(entry), value_of(entry)};
    return EN_OK;
}

/* ---- the whole ---- */

static en_code memory_info(struct en_kv *kv, struct en_kv_info *info, struct en_error *err)
{
    (void)err;
    struct memory_kv *self = memory_of(kv);
    *info = (struct en_kv_info){self->size_max, self->newest->size, self->commit};
    return EN_OK;
}

static en_code memory_sync(struct en_kv *kv, struct en_error *err)
{
    (void)kv;
    (void)err;
    return EN_OK;
}

static en_code memory_copy(struct en_kv *kv, const char *path, struct en_error *err)
{
    (void)kv;
    return en_error_set(err, EN_UNSUPPORTED, "%s: a store in memory has no files", path);
}

static en_code memory_readers(struct en_kv *kv, struct en_kv_readers *readers, struct en_error *err)
{
    (void)kv;
    (void)err;
    *readers = (struct en_kv_readers){0};
    return EN_OK;
}

static const struct en_kv_ops memory_ops = {
    .close = memory_close,
    .begin = memory_begin,
    .commit = memory_commit,
    .abort = memory_abort,
    .reset = memory_reset,
    .renew = memory_renew,
    .table = memory_table,
    .get = memory_get,
    .put = memory_put,
    .remove = memory_remove,
    .clear = memory_clear,
    .stat = memory_stat,
    .cursor_open = memory_cursor_open,
    .cursor_end = memory_cursor_end,
    .cursor_move = memory_cursor_move,
    .info = memory_info,
    .sync = memory_sync,
    .copy = memory_copy,
    .readers = memory_readers,
};

en_code en_kv_open_memory(uint64_t size_max, struct en_kv **kv, struct en_error *err)
{
    struct memory_kv *opened = en_mem_alloc(1, sizeof *opened);
    struct state *state = en_mem_alloc(1, sizeof *state);
    if (opened == NULL || state == NULL) {
        en_mem_free(opened);
        en_mem_free(state);
        return en_error_set(err, EN_NOMEM, "no memory for a store");
    }
    state->holders_count = 1;
    opened->base.ops = &memory_ops;
    opened->size_max = size_max;
    opened->newest = state;
    *kv = &opened->base;
    return EN_OK;
}
