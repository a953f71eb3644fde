#include "log/names.h"

#include <inttypes.h>

#include "core/event/payload.h"
#include "core/hash.h"
#include "core/limits.h"
#include "core/mem.h"
#include "log/state.h"

#define NAME_KEY_SIZE_MAX (1u + EN_NAME_SIZE_MAX)
#define ID_KEY_SIZE 5u
#define NO_PLACE UINT32_MAX

void en_names_init(struct en_names *names)
{
    *names = (struct en_names){.last_ids = {0}};
    int failed = pthread_mutex_init(&names->mutex, NULL);
    EN_ASSERT(failed == 0);
}

void en_names_fini(struct en_names *names)
{
    (void)pthread_mutex_destroy(&names->mutex);
}

static struct en_slice name_key(en_name_type type, struct en_slice key,
                                uint8_t room[NAME_KEY_SIZE_MAX])
{
    EN_ASSERT(key.size > 0);
    EN_ASSERT(key.size <= EN_NAME_SIZE_MAX);
    room[0] = (uint8_t)type;
    memcpy(room + 1, key.bytes, key.size);
    return en_slice_of(room, 1 + key.size);
}

static struct en_slice id_key(uint32_t type, uint32_t id, uint8_t room[ID_KEY_SIZE])
{
    room[0] = (uint8_t)type;
    for (uint32_t i = 0; i < 4; i++) {
        room[1 + i] = (uint8_t)(id >> (24 - 8 * i));
    }
    return en_slice_of(room, ID_KEY_SIZE);
}

/* The last id of a type: the key in front of the next type's first. */
static en_code load_last_id(struct en_kv_cursor *cursor, uint32_t type, uint32_t *last,
                            struct en_error *err)
{
    uint8_t room[ID_KEY_SIZE];
    struct en_kv_pair pair;
    struct en_slice text;
    *last = 0;
    en_code code = en_kv_cursor_seek(cursor, id_key(type + 1, 0, room), &pair, err);
    if (code == EN_OK) {
        code = en_kv_cursor_prev(cursor, &pair, err);
    } else if (code == EN_NOT_FOUND) {
        code = en_kv_cursor_last(cursor, &pair, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (pair.key.size != ID_KEY_SIZE || pair.key.bytes[0] > type) {
        return en_error_set(err, EN_CORRUPT, "a key of %zu bytes", pair.key.size);
    }
    if (pair.key.bytes[0] < type) {
        return EN_OK;
    }
    code = en_guard_check(pair.key, pair.value, &text, err);
    if (code == EN_OK) {
        const uint8_t *id = pair.key.bytes + 1;
        *last = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    }
    return code;
}

en_code en_names_load(struct en_names *names, struct en_kv_txn *txn,
                      const struct en_log_tables *tables, struct en_error *err)
{
    struct en_kv_cursor *cursor = NULL;
    en_code code = en_kv_cursor_open(txn, tables->ids, &cursor, err);
    for (uint32_t type = 1; type < EN_NAME_TYPES_COUNT && code == EN_OK; type++) {
        uint32_t last = 0;
        code = load_last_id(cursor, type, &last, err);
        names->last_ids[type] = last;
    }
    en_kv_cursor_close(cursor);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "ids");
    }
    return code;
}

static en_code decode(const struct en_event *event, struct en_name_assigned *name,
                      struct en_error *err)
{
    struct en_error why;
    en_code code = en_record_decode(&en_payload_name_assigned, event->payload, name, NULL, &why);
    if (code != EN_OK || name->type == EN_NAME_NONE || name->id == 0 || name->key.size == 0 ||
        name->key.size > EN_NAME_SIZE_MAX) {
        return en_error_set(err, EN_CORRUPT, "event %" PRIu64 " does not assign a name",
                            event->header.seq.n);
    }
    return EN_OK;
}

en_code en_names_put(struct en_kv_txn *txn, const struct en_log_tables *tables,
                     const struct en_event *event, struct en_error *err)
{
    struct en_name_assigned name;
    uint8_t room[NAME_KEY_SIZE_MAX];
    uint8_t id_room[ID_KEY_SIZE];
    uint8_t id[4];
    en_code code = decode(event, &name, err);
    if (code != EN_OK) {
        return code;
    }
    for (uint32_t i = 0; i < sizeof id; i++) {
        id[i] = (uint8_t)(name.id >> (8 * i));
    }
    code = en_guard_put(txn, tables->names, name_key((en_name_type)name.type, name.key, room),
                        en_slice_of(id, sizeof id), err);
    if (code == EN_OK) {
        code = en_guard_put(txn, tables->ids, id_key(name.type, name.id, id_room), name.key, err);
    }
    return code;
}

void en_names_assigned(struct en_names *names, const struct en_event *event)
{
    struct en_name_assigned name;
    en_code code = decode(event, &name, NULL);
    EN_ASSERT(code == EN_OK); /* it was put */
    if (name.type < EN_NAME_TYPES_COUNT) {
        names->last_ids[name.type] = name.id;
    }
}

static en_code find_one(struct en_log *log, struct en_kv_txn *txn, en_name_type type,
                        struct en_slice key, uint32_t *id, struct en_error *err)
{
    uint8_t room[NAME_KEY_SIZE_MAX];
    struct en_slice body;
    *id = 0;
    en_code code = en_guard_get(txn, log->tables.names, name_key(type, key, room), &body, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code == EN_OK && !en_take_u32(&body, id)) {
        code = en_error_set(err, EN_CORRUPT, "a row of %zu bytes", body.size);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "name of %s \"%.*s\"", en_name_type_text(type), (int)key.size,
                            (const char *)key.bytes);
    }
    return code;
}

static en_code check_key(en_name_type type, struct en_slice key, struct en_error *err)
{
    if (key.size == 0 || key.size > EN_NAME_SIZE_MAX) {
        return en_error_set(err, EN_RANGE, "the key of a %s has 1 to %u bytes, this has %zu",
                            en_name_type_text(type), EN_NAME_SIZE_MAX, key.size);
    }
    return EN_OK;
}

en_code en_names_find(struct en_log *log, en_name_type type, const struct en_slice *keys,
                      uint32_t count, uint32_t *ids, struct en_error *err)
{
    struct en_error why;
    EN_ASSERT(type > EN_NAME_NONE && type < EN_NAME_TYPES_COUNT);
    struct en_kv_txn *txn = NULL;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, &why);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = check_key(type, keys[i], &why);
        if (code == EN_OK) {
            code = find_one(log, txn, type, keys[i], &ids[i], &why);
        }
    }
    en_kv_abort(txn);
    return en_fault(err, code, &why);
}

en_code en_names_text(struct en_log *log, en_name_type type, uint32_t id, char *text,
                      struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    uint8_t room[ID_KEY_SIZE];
    struct en_slice key;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_guard_get(txn, log->tables.ids, id_key((uint32_t)type, id, room), &key, err);
    }
    if (code == EN_OK && key.size > EN_NAME_SIZE_MAX) {
        code = en_error_set(err, EN_CORRUPT, "a key of %zu bytes", key.size);
    }
    if (code == EN_OK) {
        memcpy(text, key.bytes, key.size);
        text[key.size] = '\0';
    } else {
        (void)en_error_wrap(err, "%s %" PRIu32, en_name_type_text(type), id);
    }
    en_kv_abort(txn);
    return code;
}

/* Keys that are new in one call: a key that comes twice gets one id. */
struct fresh {
    const struct en_slice *keys;
    uint32_t *places; /* open addressing: index of a key, or NO_PLACE */
    uint32_t mask;
};

static en_code fresh_init(struct fresh *fresh, const struct en_slice *keys, uint32_t count,
                          struct en_error *err)
{
    uint32_t size = 16;
    while (size < count * 2 && size < 1u << 31) {
        size *= 2;
    }
    fresh->keys = keys;
    fresh->mask = size - 1;
    fresh->places = en_mem_alloc(size, sizeof *fresh->places);
    if (fresh->places == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to name %" PRIu32 " keys", count);
    }
    memset(fresh->places, 0xff, size * sizeof *fresh->places);
    return EN_OK;
}

/* The index of the first key equal to keys[index]: itself when it is the first. */
static uint32_t fresh_put(struct fresh *fresh, uint32_t index)
{
    uint32_t at = en_crc32c(0, fresh->keys[index]) & fresh->mask;
    while (fresh->places[at] != NO_PLACE) {
        if (en_slice_equal(fresh->keys[fresh->places[at]], fresh->keys[index])) {
            return fresh->places[at];
        }
        at = (at + 1) & fresh->mask;
    }
    fresh->places[at] = index;
    return index;
}

static en_code add_assignment(struct en_batch *batch, en_name_type type, uint32_t id,
                              struct en_slice key, struct en_error *err)
{
    struct en_event_header header = {.kind = EN_KIND_NAME_ASSIGNED, .cause = EN_SEQ_NONE};
    struct en_name_assigned name = {(uint8_t)type, id, key};
    en_code code = en_batch_add_record(batch, &header, &name, err);
    return code == EN_MALFORMED ? en_error_set(err, EN_RANGE, "the key of a %s is not UTF-8",
                                               en_name_type_text(type))
                                : code;
}

/* Appends what is in the batch and empties it. */
static en_code flush(struct en_log *log, struct en_batch *batch, struct en_error *err)
{
    struct en_appended appended;
    if (batch->count == 0) {
        return EN_OK;
    }
    en_code code = en_group_append(log, batch, EN_GROUP_NAMES, &appended, NULL, err);
    en_batch_reset(batch);
    return code;
}

/* Gives ids to the keys whose id is 0. What was appended before a failure stays assigned. */
static en_code assign_fresh(struct en_log *log, en_name_type type, const struct en_slice *keys,
                            uint32_t count, uint32_t *ids, struct fresh *fresh,
                            struct en_batch *batch, struct en_error *err)
{
    uint32_t last = log->names.last_ids[type];
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        if (ids[i] != 0) {
            continue;
        }
        uint32_t first = fresh_put(fresh, i);
        if (first != i) {
            ids[i] = ids[first];
            continue;
        }
        if (last == UINT32_MAX - 1) {
            return en_error_set(err, EN_LIMIT, "no more ids of type %s", en_name_type_text(type));
        }
        code = add_assignment(batch, type, last + 1, keys[i], err);
        if (code == EN_LIMIT) {
            code = flush(log, batch, err);
            if (code == EN_OK) {
                code = add_assignment(batch, type, last + 1, keys[i], err);
            }
        }
        ids[i] = ++last;
    }
    return code == EN_OK ? flush(log, batch, err) : code;
}

en_code en_names_assign(struct en_log *log, en_name_type type, const struct en_slice *keys,
                        uint32_t count, uint32_t *ids, struct en_error *err)
{
    struct en_error why;
    struct fresh fresh = {0};
    struct en_batch batch;
    en_batch_init(&batch);
    (void)pthread_mutex_lock(&log->names.mutex);
    en_code code = en_names_find(log, type, keys, count, ids, &why);
    uint32_t missing_count = 0;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        missing_count += ids[i] == 0;
    }
    if (code == EN_OK && missing_count > 0) {
        code = fresh_init(&fresh, keys, missing_count, &why);
        if (code == EN_OK) {
            code = assign_fresh(log, type, keys, count, ids, &fresh, &batch, &why);
        }
    }
    (void)pthread_mutex_unlock(&log->names.mutex);
    en_mem_free(fresh.places);
    en_batch_fini(&batch);
    return en_fault(err, code, &why);
}
