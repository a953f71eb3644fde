/* Kept digests: kv table "digest".
 *
 *   key     'd' name 0 day | 'm' name 0 first day of the month | 't' name 0
 *           (days i32 big-endian with the sign turned)
 *   value   32 bytes, or one byte 0 for stale
 *
 * I1 A kept digest is right: whoever changes an entry has marked its day, month and table stale in
 *    the same transaction.
 * I2 A month that is fresh has only fresh days, a table only fresh months. */
#include "projections/digest.h"

#include "core/instant.h"
#include "projections/store_parts.h"

#define DIGEST_TABLE "digest"
#define LEVEL_DAY 'd'
#define LEVEL_MONTH 'm'
#define LEVEL_TABLE 't'
#define LEVEL_KEY_SIZE_MAX (1 + EN_KV_TABLE_NAME_SIZE_MAX + 1 + 4)

struct level_key {
    size_t size;
    uint8_t bytes[LEVEL_KEY_SIZE_MAX];
};

static struct level_key level_key_of(char level, const char *table, int32_t day)
{
    struct level_key key;
    size_t name_size = strlen(table);
    EN_ASSERT(name_size <= EN_KV_TABLE_NAME_SIZE_MAX);
    key.bytes[0] = (uint8_t)level;
    memcpy(key.bytes + 1, table, name_size + 1);
    key.size = name_size + 2;
    uint32_t turned = (uint32_t)day ^ UINT32_C(0x80000000);
    for (unsigned i = 0; i < 4 && level != LEVEL_TABLE; i++) {
        key.bytes[key.size++] = (uint8_t)(turned >> (24 - 8 * i));
    }
    return key;
}

static int32_t month_start(int32_t day)
{
    return en_month_first_day(en_month_of_day((struct en_day){day})).n;
}

static int32_t next_month_start(int32_t month)
{
    return month + (int32_t)en_month_days_count(en_month_of_day((struct en_day){month}));
}

/* ---- marking and keeping ---- */

static en_code put_level(struct en_store *store, const struct level_key *key, struct en_slice value,
                         struct en_error *err)
{
    struct en_kv_table digests;
    en_code code = en_store_table(store, DIGEST_TABLE, &digests, err);
    if (code != EN_OK) {
        return code;
    }
    return en_kv_put(store->txn, digests, en_slice_of(key->bytes, key->size), value, err);
}

static en_code mark(struct en_store *store, char level, const char *table, int32_t day,
                    struct en_error *err)
{
    static const uint8_t stale = 0;
    struct level_key key = level_key_of(level, table, day);
    return put_level(store, &key, en_slice_of(&stale, 1), err);
}

/* The place in the cache of what this transaction has marked already. */
static struct en_store_mark *mark_place(struct en_store *store, const char *table, int32_t day)
{
    uint64_t hash = ((uint64_t)(uintptr_t)table ^ (uint32_t)day) * UINT64_C(0x9e3779b97f4a7c15);
    return &store->marks[hash >> 32 & (EN_STORE_MARKS_COUNT - 1)];
}

en_code en_digest_mark_day(struct en_store *store, const char *table, int32_t day,
                           struct en_error *err)
{
    _Static_assert((EN_STORE_MARKS_COUNT & (EN_STORE_MARKS_COUNT - 1)) == 0, "masked");
    struct en_store_mark *place = mark_place(store, table, day);
    if (place->name == table && place->day == day) {
        return EN_OK;
    }
    en_code code = mark(store, LEVEL_DAY, table, day, err);
    if (code == EN_OK) {
        code = mark(store, LEVEL_MONTH, table, month_start(day), err);
    }
    if (code == EN_OK) {
        code = mark(store, LEVEL_TABLE, table, 0, err);
    }
    if (code == EN_OK) {
        *place = (struct en_store_mark){table, day};
    }
    return code;
}

en_code en_digest_mark_rows(struct en_store *store, const char *table, struct en_error *err)
{
    struct en_store_mark *place = mark_place(store, table, INT32_MIN);
    if (place->name == table && place->day == INT32_MIN) {
        return EN_OK;
    }
    en_code code = mark(store, LEVEL_TABLE, table, 0, err);
    if (code == EN_OK) {
        *place = (struct en_store_mark){table, INT32_MIN};
    }
    return code;
}

static en_code load_kept(struct en_store *store, const struct level_key *key, struct en_hash *hash,
                         bool *is_fresh, struct en_error *err)
{
    struct en_kv_table digests;
    struct en_slice value;
    *is_fresh = false;
    en_code code = en_store_table(store, DIGEST_TABLE, &digests, err);
    if (code == EN_OK) {
        code = en_kv_get(store->txn, digests, en_slice_of(key->bytes, key->size), &value, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (value.size != EN_HASH_SIZE && value.size != 1) {
        return en_error_set(err, EN_CORRUPT, "a kept digest of %zu bytes", value.size);
    }
    if (value.size == EN_HASH_SIZE) {
        memcpy(hash->bytes, value.bytes, EN_HASH_SIZE);
        *is_fresh = true;
    }
    return EN_OK;
}

/* Keeps a digest where the store may write. From now on a change must mark again. */
static en_code keep(struct en_store *store, const struct level_key *key, const struct en_hash *hash,
                    struct en_error *err)
{
    if (en_kv_mode_of(store->txn) != EN_KV_WRITE) {
        return EN_OK;
    }
    memset(store->marks, 0, sizeof store->marks);
    return put_level(store, key, en_hash_slice(hash), err);
}

/* ---- hashing ---- */

static void add_u32(struct en_hash_stream *stream, uint32_t value)
{
    uint8_t bytes[4];
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    en_hash_add(stream, en_slice_of(bytes, sizeof bytes));
}

/* Size as varint, then the bytes. */
static void add_bytes(struct en_hash_stream *stream, struct en_slice bytes)
{
    uint8_t size[10];
    size_t used = 0;
    uint64_t left = bytes.size;
    for (; left >= 0x80; left >>= 7) {
        size[used++] = (uint8_t)(left | 0x80);
    }
    size[used++] = (uint8_t)left;
    en_hash_add(stream, en_slice_of(size, used));
    en_hash_add(stream, bytes);
}

static en_code hash_day(struct en_store *store, const char *table, int32_t day,
                        struct en_hash *hash, struct en_error *err)
{
    const struct en_series_table series_table = {.name = table};
    struct en_hash_stream stream;
    struct en_series_scan scan;
    struct en_slice entry;
    uint32_t series = 0;
    bool is_empty = true;
    en_hash_begin(&stream);
    en_code code = en_series_scan_begin(store, &series_table, day, day + 1, 0, 0, &scan, err);
    while (code == EN_OK) {
        int32_t found = 0;
        code = en_series_scan_next(&scan, &found, &series, &entry, err);
        if (code == EN_OK) {
            add_u32(&stream, series);
            add_bytes(&stream, entry);
            is_empty = false;
        }
    }
    en_series_scan_end(&scan);
    if (code == EN_NOT_FOUND && !is_empty) {
        *hash = en_hash_end(&stream);
        return EN_OK;
    }
    return code;
}

static en_code hash_rows(struct en_store *store, const char *table, struct en_hash *hash,
                         struct en_error *err)
{
    struct en_hash_stream stream;
    struct en_kv_table kv_table;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    bool is_empty = true;
    en_hash_begin(&stream);
    en_code code = en_store_table(store, table, &kv_table, err);
    if (code == EN_OK) {
        code = en_kv_cursor_open(store->txn, kv_table, &cursor, err);
    }
    while (code == EN_OK) {
        code = en_kv_cursor_next(cursor, &pair, err);
        if (code == EN_OK) {
            add_bytes(&stream, pair.key);
            add_bytes(&stream, pair.value);
            is_empty = false;
        }
    }
    en_kv_cursor_close(cursor);
    if (code == EN_NOT_FOUND && !is_empty) {
        *hash = en_hash_end(&stream);
        return EN_OK;
    }
    return code;
}

/* A hash over the days or months in [from, to) that hold entries, each hashed by its own rule. */
typedef en_code (*part_fn)(struct en_store *store, const char *table, int32_t day,
                           en_digest_trust trust, struct en_hash *hash, struct en_error *err);

static en_code hash_parts(struct en_store *store, const char *table, int32_t from, int32_t to,
                          bool is_by_month, en_digest_trust trust, struct en_hash *hash,
                          struct en_error *err)
{
    const struct en_series_table series_table = {.name = table};
    const part_fn part_of = is_by_month ? en_digest_month : en_digest_day;
    struct en_hash_stream stream;
    bool is_empty = true;
    int32_t day = from;
    en_code code = EN_OK;
    en_hash_begin(&stream);
    for (;;) {
        struct en_hash part;
        code = en_series_next_day(store, &series_table, &day, err);
        if (code != EN_OK || day >= to) {
            break;
        }
        day = is_by_month ? month_start(day) : day;
        code = part_of(store, table, day, trust, &part, err);
        if (code != EN_OK) {
            return code == EN_NOT_FOUND
                       ? en_error_set(err, EN_CORRUPT, "%s, day %d: no entries", table, day)
                       : code;
        }
        add_u32(&stream, (uint32_t)day);
        en_hash_add(&stream, en_hash_slice(&part));
        is_empty = false;
        day = is_by_month ? next_month_start(day) : day + 1;
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (is_empty) {
        return en_error_set(err, EN_NOT_FOUND, "nothing to hash");
    }
    *hash = en_hash_end(&stream);
    return EN_OK;
}

/* The kept digest, or what the level's rule gives, then kept. */
static en_code digest_level(struct en_store *store, char level, const char *table, int32_t day,
                            bool is_series, en_digest_trust trust, struct en_hash *hash,
                            struct en_error *err)
{
    struct level_key key = level_key_of(level, table, day);
    bool is_fresh = false;
    en_code code = EN_OK;
    if (trust == EN_DIGEST_KEPT) {
        code = load_kept(store, &key, hash, &is_fresh, err);
    }
    if (code != EN_OK || is_fresh) {
        return code;
    }
    if (level == LEVEL_DAY) {
        code = hash_day(store, table, day, hash, err);
    } else if (level == LEVEL_MONTH) {
        code = hash_parts(store, table, day, next_month_start(day), false, trust, hash, err);
    } else if (is_series) {
        code = hash_parts(store, table, INT32_MIN, INT32_MAX, true, trust, hash, err);
    } else {
        code = hash_rows(store, table, hash, err);
    }
    return code == EN_OK ? keep(store, &key, hash, err) : code;
}

en_code en_digest_day(struct en_store *store, const char *table, int32_t day, en_digest_trust trust,
                      struct en_hash *hash, struct en_error *err)
{
    return digest_level(store, LEVEL_DAY, table, day, true, trust, hash, err);
}

en_code en_digest_month(struct en_store *store, const char *table, int32_t day,
                        en_digest_trust trust, struct en_hash *hash, struct en_error *err)
{
    return digest_level(store, LEVEL_MONTH, table, month_start(day), true, trust, hash, err);
}

en_code en_digest_table(struct en_store *store, const struct en_digest_table *table,
                        en_digest_trust trust, struct en_hash *hash, struct en_error *err)
{
    return digest_level(store, LEVEL_TABLE, table->name, 0, table->is_series, trust, hash, err);
}

uint32_t en_digest_sort(const struct en_digest_table *tables, uint32_t tables_count,
                        const struct en_digest_table *sorted[EN_DIGEST_TABLES_MAX])
{
    uint32_t count = 0;
    EN_ASSERT(tables_count <= EN_DIGEST_TABLES_MAX);
    for (uint32_t i = 0; i < tables_count; i++) {
        if ((tables[i].flags & EN_TABLE_DIGESTED) == 0) {
            continue;
        }
        uint32_t at = count++;
        for (; at > 0 && strcmp(sorted[at - 1]->name, tables[i].name) > 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        EN_ASSERT(at == 0 || strcmp(sorted[at - 1]->name, tables[i].name) != 0);
        sorted[at] = &tables[i];
    }
    return count;
}

en_code en_digest_root(struct en_store *store, const struct en_digest_table *tables,
                       uint32_t tables_count, en_digest_trust trust, struct en_hash *hash,
                       struct en_error *err)
{
    const struct en_digest_table *sorted[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_sort(tables, tables_count, sorted);
    struct en_hash_stream stream;
    en_hash_begin(&stream);
    for (uint32_t i = 0; i < count; i++) {
        struct en_hash part;
        en_code code = en_digest_table(store, sorted[i], trust, &part, err);
        if (code == EN_OK) {
            add_bytes(&stream, en_slice_text(sorted[i]->name));
            en_hash_add(&stream, en_hash_slice(&part));
        } else if (code != EN_NOT_FOUND) {
            (void)en_error_wrap(err, "digest of table %s", sorted[i]->name);
            return code;
        }
    }
    *hash = en_hash_end(&stream);
    return EN_OK;
}
