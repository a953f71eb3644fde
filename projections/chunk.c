/* Form of a stored chunk.
 *
 *   key     day i32 with its sign turned, group u32 = series / 16; both big-endian
 *   value   CRC32C u32 over key and rest | members u16, bit i = series 16 * group + i is there |
 *           size of each member as varint | their entries, end to end
 *
 * I1 A chunk has a member; the sizes are 1 to 65,535 and use the value up exactly. */
#include "projections/chunk.h"

#include "core/hash.h"

#define CRC_SIZE 4u

_Static_assert(EN_SERIES_CHUNK == 16, "members are 16 bits");

static void put_u32_big(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 24);
    to[1] = (uint8_t)(value >> 16);
    to[2] = (uint8_t)(value >> 8);
    to[3] = (uint8_t)value;
}

static uint32_t get_u32_big(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

struct en_chunk_key en_chunk_key(int32_t day, uint32_t group)
{
    struct en_chunk_key key;
    put_u32_big(key.bytes, (uint32_t)day ^ UINT32_C(0x80000000));
    put_u32_big(key.bytes + 4, group);
    return key;
}

int32_t en_chunk_key_day(const uint8_t *key)
{
    return (int32_t)(get_u32_big(key) ^ UINT32_C(0x80000000));
}

uint32_t en_chunk_key_group(const uint8_t *key)
{
    return get_u32_big(key + 4);
}

static en_code damaged(const struct en_series_table *table, int32_t day, uint32_t group,
                       const char *what, struct en_error *err)
{
    return en_error_set(err, EN_CORRUPT, "%s, day %d, series from %u: %s", table->name, day,
                        group * EN_SERIES_CHUNK, what);
}

/* Finds where the sizes end; the entries are then cut as they are asked for. */
static bool split(struct en_slice rest, struct en_chunk *chunk)
{
    size_t sum = 0;
    unsigned count = (unsigned)__builtin_popcount(chunk->members);
    chunk->sizes = rest;
    for (unsigned i = 0; i < count; i++) {
        uint64_t size = 0;
        if (!en_take_varint(&rest, &size) || size == 0 || size > EN_SERIES_ENTRY_SIZE_MAX) {
            return false;
        }
        sum += size;
    }
    chunk->entries = rest;
    return sum == rest.size && count > 0;
}

en_code en_chunk_open(const struct en_series_table *table, const uint8_t *key,
                      struct en_slice value, struct en_chunk *chunk, struct en_error *err)
{
    uint32_t stored = 0;
    uint16_t members = 0;
    struct en_slice rest = value;
    if (!en_take_u32(&rest, &stored)) {
        return damaged(table, en_chunk_key_day(key), en_chunk_key_group(key), "the chunk is cut",
                       err);
    }
    uint32_t crc = en_crc32c(en_crc32c(0, en_slice_of(key, EN_CHUNK_KEY_SIZE)), rest);
    if (crc != stored) {
        return damaged(table, en_chunk_key_day(key), en_chunk_key_group(key), "checksum differs",
                       err);
    }
    if (!en_take_u16(&rest, &members)) {
        return damaged(table, en_chunk_key_day(key), en_chunk_key_group(key), "the chunk is cut",
                       err);
    }
    chunk->members = members;
    if (!split(rest, chunk)) {
        return damaged(table, en_chunk_key_day(key), en_chunk_key_group(key),
                       "the sizes do not add up", err);
    }
    return EN_OK;
}

static size_t size_size(size_t size)
{
    return size < 0x80 ? 1 : size < 0x4000 ? 2 : 3;
}

static uint8_t *put_size(uint8_t *to, size_t size)
{
    for (; size >= 0x80; size >>= 7) {
        *to++ = (uint8_t)(size | 0x80);
    }
    *to++ = (uint8_t)size;
    return to;
}

size_t en_chunk_size(const struct en_chunk_write *chunk)
{
    size_t size = 0;
    for (uint32_t i = 0; i < EN_SERIES_CHUNK; i++) {
        size_t member_size = chunk->members[i].size;
        size += member_size > 0 ? member_size + size_size(member_size) : 0;
    }
    return size > 0 ? EN_CHUNK_HEAD_SIZE + size : 0;
}

void en_chunk_fill(const struct en_chunk_write *chunk, uint8_t *room, size_t size)
{
    uint32_t members = 0;
    uint8_t *to = room + EN_CHUNK_HEAD_SIZE;
    for (uint32_t i = 0; i < EN_SERIES_CHUNK; i++) {
        if (chunk->members[i].size > 0) {
            members |= UINT32_C(1) << i;
            to = put_size(to, chunk->members[i].size);
        }
    }
    for (uint32_t i = 0; i < EN_SERIES_CHUNK; i++) {
        if (chunk->members[i].size > 0) {
            memcpy(to, chunk->members[i].bytes, chunk->members[i].size);
            to += chunk->members[i].size;
        }
    }
    EN_ASSERT((size_t)(to - room) == size);
    room[CRC_SIZE] = (uint8_t)members;
    room[CRC_SIZE + 1] = (uint8_t)(members >> 8);
    uint32_t crc = en_crc32c(0, en_chunk_key_slice(&chunk->key));
    crc = en_crc32c(crc, en_slice_of(room + CRC_SIZE, size - CRC_SIZE));
    for (unsigned i = 0; i < CRC_SIZE; i++) {
        room[i] = (uint8_t)(crc >> (8 * i));
    }
}

en_code en_chunk_append(struct en_kv_txn *txn, const struct en_chunk_write *chunk,
                        struct en_error *err)
{
    uint8_t *room = NULL;
    size_t size = en_chunk_size(chunk);
    EN_ASSERT(size > 0);
    en_code code =
        en_kv_append_reserve(txn, chunk->table, en_chunk_key_slice(&chunk->key), size, &room, err);
    if (code == EN_OK) {
        en_chunk_fill(chunk, room, size);
    }
    return code;
}
