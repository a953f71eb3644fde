#include "log/tables.h"

#include <inttypes.h>

#include "core/hash.h"

#define CRC_SIZE 4u

en_code en_log_tables_open(struct en_kv_txn *txn, struct en_log_tables *tables,
                           struct en_error *err)
{
    const struct {
        const char *name;
        en_kv_keys keys;
        struct en_kv_table *table;
    } wanted[] = {
        {"frames", EN_KV_INTEGER_KEYS, &tables->frames},
        {"spans", EN_KV_INTEGER_KEYS, &tables->spans},
        {"checkpoints", EN_KV_INTEGER_KEYS, &tables->checkpoints},
        {"names", EN_KV_BYTE_KEYS, &tables->names},
        {"ids", EN_KV_BYTE_KEYS, &tables->ids},
        {"sources", EN_KV_BYTE_KEYS, &tables->sources},
        {"meta", EN_KV_BYTE_KEYS, &tables->meta},
    };
    for (size_t i = 0; i < EN_COUNT_OF(wanted); i++) {
        en_code code = en_kv_table(txn, wanted[i].name, wanted[i].keys, wanted[i].table, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "table %s of the log", wanted[i].name);
            return code;
        }
    }
    return EN_OK;
}

bool en_key_number(struct en_slice key, uint64_t *number)
{
    if (key.size != sizeof *number) {
        return false;
    }
    memcpy(number, key.bytes, sizeof *number);
    return true;
}

static uint32_t guard_of(struct en_slice key, struct en_slice body)
{
    return en_crc32c(en_crc32c(0, key), body);
}

/* Body and guard in one row of bytes. */
static struct en_slice guarded(struct en_slice key, struct en_slice body, uint8_t *room)
{
    EN_ASSERT(body.size <= EN_GUARD_BODY_SIZE_MAX);
    uint32_t crc = guard_of(key, body);
    memcpy(room, body.bytes, body.size);
    for (size_t i = 0; i < CRC_SIZE; i++) {
        room[body.size + i] = (uint8_t)(crc >> (8 * i));
    }
    return en_slice_of(room, body.size + CRC_SIZE);
}

en_code en_guard_put(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_slice body, struct en_error *err)
{
    uint8_t room[EN_GUARD_BODY_SIZE_MAX + CRC_SIZE];
    return en_kv_put(txn, table, key, guarded(key, body, room), err);
}

en_code en_guard_append(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                        struct en_slice body, struct en_error *err)
{
    uint8_t room[EN_GUARD_BODY_SIZE_MAX + CRC_SIZE];
    return en_kv_append(txn, table, key, guarded(key, body, room), err);
}

en_code en_guard_check(struct en_slice key, struct en_slice value, struct en_slice *body,
                       struct en_error *err)
{
    if (value.size < CRC_SIZE || value.size > EN_GUARD_BODY_SIZE_MAX + CRC_SIZE) {
        return en_error_set(err, EN_CORRUPT, "a value of %zu bytes", value.size);
    }
    struct en_slice found = en_slice_of(value.bytes, value.size - CRC_SIZE);
    struct en_slice guard = en_slice_of(value.bytes + found.size, CRC_SIZE);
    uint32_t stored = 0;
    bool is_taken = en_take_u32(&guard, &stored);
    EN_ASSERT(is_taken);
    uint32_t crc = guard_of(key, found);
    if (crc != stored) {
        return en_error_set(err, EN_CORRUPT, "checksum is %08" PRIx32 ", stored is %08" PRIx32, crc,
                            stored);
    }
    *body = found;
    return EN_OK;
}

en_code en_guard_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                     struct en_slice *body, struct en_error *err)
{
    struct en_slice value;
    en_code code = en_kv_get(txn, table, key, &value, err);
    return code == EN_OK ? en_guard_check(key, value, body, err) : code;
}

static en_code take_frame(const struct en_kv_pair *pair, uint64_t *first, struct en_slice *bytes,
                          struct en_error *err)
{
    if (!en_key_number(pair->key, first)) {
        return en_error_set(err, EN_CORRUPT, "frames: a key of %zu bytes", pair->key.size);
    }
    *bytes = pair->value;
    return EN_OK;
}

en_code en_frames_find(struct en_kv_txn *txn, const struct en_log_tables *tables, uint64_t seq,
                       uint64_t *first, struct en_slice *bytes, struct en_error *err)
{
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    en_code code = en_kv_cursor_open(txn, tables->frames, &cursor, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_kv_cursor_seek(cursor, en_key_of(&seq), &pair, err);
    if (code == EN_OK) {
        code = take_frame(&pair, first, bytes, err);
        if (code == EN_OK && *first != seq) {
            code = en_kv_cursor_prev(cursor, &pair, err);
        }
    } else if (code == EN_NOT_FOUND) {
        code = en_kv_cursor_last(cursor, &pair, err);
    }
    if (code == EN_OK) {
        code = take_frame(&pair, first, bytes, err);
    }
    en_kv_cursor_close(cursor);
    return code;
}
