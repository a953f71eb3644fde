/* Hashes: SHA-256 as evidence (fraud), CRC32C as a guard (rot). The only door to OpenSSL's digests.
 * A tree over events is RFC 9162: a leaf is SHA-256(0x00, event), a node SHA-256(0x01, left,
 * right), so no node can pass for a leaf. Pure functions of their input; any thread; nothing here
 * fails or allocates. */
#ifndef EN_CORE_HASH_H
#define EN_CORE_HASH_H

#include "core/slice.h"

#define EN_HASH_SIZE 32u
#define EN_HASH_HEX_SIZE 65u /* 64 hex digits and the end mark */

struct en_hash {
    uint8_t bytes[EN_HASH_SIZE];
};

/* A hash in the making. Caller's memory, may be copied at any moment to fork the computation. Owns
 * nothing: may be dropped without an end. */
struct en_hash_stream {
    uint64_t opaque[16];
};

void en_hash_begin(struct en_hash_stream *stream);
/* Begins the hash of a tree leaf: the 0x00 is already counted. */
void en_hash_leaf_begin(struct en_hash_stream *stream);
void en_hash_add(struct en_hash_stream *stream, struct en_slice bytes);
/* The stream must be begun anew before its next use. */
struct en_hash en_hash_end(struct en_hash_stream *stream);

/* SHA-256 of the bytes as they are. */
struct en_hash en_hash_of(struct en_slice bytes);
/* RFC 9162 2.1.1: the leaf of one entry, and the node over two. */
struct en_hash en_hash_leaf(struct en_slice entry);
struct en_hash en_hash_node(const struct en_hash *left, const struct en_hash *right);

static inline bool en_hash_equal(const struct en_hash *a, const struct en_hash *b)
{
    return memcmp(a->bytes, b->bytes, EN_HASH_SIZE) == 0;
}

static inline struct en_slice en_hash_slice(const struct en_hash *hash)
{
    return en_slice_of(hash->bytes, EN_HASH_SIZE);
}

/* Lower-case hex with an end mark. */
void en_hash_print(const struct en_hash *hash, char hex[EN_HASH_HEX_SIZE]);
/* Exactly 64 hex digits, either case; false otherwise and *hash is untouched. */
bool en_hash_parse(struct en_slice hex, struct en_hash *hash);

/* CRC32C (Castagnoli, reflected) of the bytes, continued from crc; 0 begins. Uses the processor's
 * instruction where there is one. */
uint32_t en_crc32c(uint32_t crc, struct en_slice bytes);
/* The same by table; for machines without the instruction and as its twin in tests. */
uint32_t en_crc32c_portable(uint32_t crc, struct en_slice bytes);

#endif
