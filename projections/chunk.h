/* A chunk of a series table: the entries that EN_SERIES_CHUNK neighbouring series have on one day
 * (decision 0001), as they stand under one key. Pure functions on bytes, any thread. Others than
 * the files of this folder use series.h. */
#ifndef EN_PROJECTIONS_CHUNK_H
#define EN_PROJECTIONS_CHUNK_H

#include "core/kv.h"
#include "projections/series.h"

#define EN_CHUNK_KEY_SIZE 8u
#define EN_CHUNK_HEAD_SIZE 6u /* checksum and members */
#define EN_CHUNK_SIZE_MAX                                                                          \
    (EN_CHUNK_HEAD_SIZE + EN_SERIES_CHUNK * (3 + (size_t)EN_SERIES_ENTRY_SIZE_MAX))

struct en_chunk_key {
    uint8_t bytes[EN_CHUNK_KEY_SIZE];
};

/* A checked chunk: which members it has, and what is left to be read of it. */
struct en_chunk {
    uint32_t members;
    struct en_slice sizes;
    struct en_slice entries;
};

/* A chunk to be stored; a member of size 0 is not there. */
struct en_chunk_write {
    struct en_kv_table table;
    struct en_chunk_key key;
    struct en_slice members[EN_SERIES_CHUNK];
};

struct en_chunk_key en_chunk_key(int32_t day, uint32_t group);
static inline struct en_slice en_chunk_key_slice(const struct en_chunk_key *key)
{
    return en_slice_of(key->bytes, EN_CHUNK_KEY_SIZE);
}
int32_t en_chunk_key_day(const uint8_t *key);
uint32_t en_chunk_key_group(const uint8_t *key);

/* Checks the stored value under the key and finds its parts; EN_CORRUPT names table, day, series.
 */
en_code en_chunk_open(const struct en_series_table *table, const uint8_t *key,
                      struct en_slice value, struct en_chunk *chunk,
                      struct en_error *err) EN_MUST_CHECK;

/* Takes the size and the bytes of the lowest member left; false where the chunk is not whole. */
static inline bool en_chunk_take(struct en_chunk *chunk, struct en_slice *entry)
{
    uint64_t size = 0;
    if (chunk->sizes.bytes[0] < 0x80) { /* entries follow the sizes: there is a byte */
        size = chunk->sizes.bytes[0];
        chunk->sizes.bytes++;
        chunk->sizes.size--;
    } else if (!en_take_varint(&chunk->sizes, &size)) {
        return false;
    }
    chunk->members &= chunk->members - 1;
    return size > 0 && size <= EN_SERIES_ENTRY_SIZE_MAX &&
           en_take_bytes(&chunk->entries, size, entry);
}

/* Bytes of the stored value, 0 where no member is there; and the value itself. */
size_t en_chunk_size(const struct en_chunk_write *chunk);
void en_chunk_fill(const struct en_chunk_write *chunk, uint8_t *room, size_t size);

/* Puts the chunk, which has a member, at the end of its table. Codes as en_kv_append. */
en_code en_chunk_append(struct en_kv_txn *txn, const struct en_chunk_write *chunk,
                        struct en_error *err) EN_MUST_CHECK;

#endif
