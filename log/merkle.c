#include "log/merkle.h"

#include <inttypes.h>

#include "core/limits.h"

_Static_assert(EN_STORED_SPAN_EVENTS == 1u << EN_SPAN_LEVEL_MIN, "the two say the same");

uint32_t en_merkle_edge_add(struct en_merkle_edge *edge, const struct en_hash *leaf,
                            struct en_span *spans)
{
    EN_ASSERT(edge->size < UINT64_MAX);
    struct en_hash node = *leaf;
    uint32_t count = 0;
    uint32_t level = 0;
    /* Each set low bit of the size is a left sibling that waited for this one. */
    for (uint64_t rest = edge->size; (rest & 1) != 0; rest >>= 1) {
        node = en_hash_node(&edge->nodes[level], &node);
        level++;
        if (level >= EN_SPAN_LEVEL_MIN) {
            spans[count++] = (struct en_span){edge->size + 1, level, node};
        }
    }
    edge->nodes[level] = node;
    edge->size++;
    return count;
}

struct en_hash en_merkle_edge_root(const struct en_merkle_edge *edge)
{
    if (edge->size == 0) {
        return en_hash_of(en_slice_of(NULL, 0));
    }
    uint32_t level = (uint32_t)__builtin_ctzll(edge->size);
    struct en_hash root = edge->nodes[level];
    for (level++; level < EN_MERKLE_LEVELS; level++) {
        if ((edge->size >> level & 1) != 0) {
            root = en_hash_node(&edge->nodes[level], &root);
        }
    }
    return root;
}

en_code en_merkle_edge_at(const struct en_merkle_source *source, uint64_t size,
                          struct en_merkle_edge *edge, struct en_error *err)
{
    edge->size = size;
    for (uint32_t level = 0; level < EN_MERKLE_LEVELS; level++) {
        if ((size >> level & 1) == 0) {
            continue;
        }
        uint64_t index = (size >> level) - 1;
        en_code code = source->span(source->self, level, index, &edge->nodes[level], err);
        if (code != EN_OK) {
            return code;
        }
    }
    return EN_OK;
}

/* The root of the leaves [start, end), start a multiple of a power of two not below end - start:
 * the form of every sub-tree that a proof names. */
static en_code range_root(const struct en_merkle_source *source, uint64_t start, uint64_t end,
                          struct en_hash *root, struct en_error *err)
{
    EN_ASSERT(start < end);
    uint64_t size = end - start;
    bool is_begun = false;
    /* Complete spans from right (small) to left (big), folded as they come. */
    for (uint32_t level = 0; level < EN_MERKLE_LEVELS; level++) {
        if ((size >> level & 1) == 0) {
            continue;
        }
        struct en_hash node;
        end -= UINT64_C(1) << level;
        en_code code = source->span(source->self, level, end >> level, &node, err);
        if (code != EN_OK) {
            return code;
        }
        *root = is_begun ? en_hash_node(&node, root) : node;
        is_begun = true;
    }
    return EN_OK;
}

/* The siblings of the way from the span that holds leaf `index` at `level` up to the root. */
static en_code add_path(const struct en_merkle_source *source, uint64_t index, uint32_t level,
                        uint64_t size, struct en_merkle_proof *proof, struct en_error *err)
{
    for (; level < EN_MERKLE_LEVELS && (size - 1) >> level != 0; level++) {
        uint64_t sibling = index >> level ^ 1;
        if (sibling > (size - 1) >> level) {
            continue; /* nothing stands to the right: the span goes up as it is */
        }
        uint64_t start = sibling << level;
        uint64_t room = UINT64_C(1) << level;
        uint64_t end = size - start < room ? size : start + room;
        en_code code = range_root(source, start, end, &proof->hashes[proof->count], err);
        if (code != EN_OK) {
            return code;
        }
        proof->count++;
    }
    return EN_OK;
}

en_code en_merkle_inclusion(const struct en_merkle_source *source, uint64_t index, uint64_t size,
                            struct en_merkle_proof *proof, struct en_error *err)
{
    EN_ASSERT(index < size);
    proof->count = 0;
    return add_path(source, index, 0, size, proof, err);
}

en_code en_merkle_consistency(const struct en_merkle_source *source, uint64_t old_size,
                              uint64_t size, struct en_merkle_proof *proof, struct en_error *err)
{
    EN_ASSERT(old_size > 0);
    EN_ASSERT(old_size <= size);
    proof->count = 0;
    if (old_size == size) {
        return EN_OK;
    }
    /* The way starts at the biggest span that ends at the old size; when that is the whole old
     * tree, its root is known to the reader. */
    uint32_t level = (uint32_t)__builtin_ctzll(old_size);
    if (old_size >> level != 1) {
        en_code code =
            source->span(source->self, level, (old_size >> level) - 1, &proof->hashes[0], err);
        if (code != EN_OK) {
            return code;
        }
        proof->count = 1;
    }
    return add_path(source, old_size - 1, level, size, proof, err);
}

static en_code mismatch(const char *what, struct en_error *err)
{
    return en_error_set(err, EN_MISMATCH, "%s", what);
}

en_code en_merkle_inclusion_verify(const struct en_merkle_proof *proof, uint64_t index,
                                   uint64_t size, const struct en_hash *leaf,
                                   const struct en_hash *root, struct en_error *err)
{
    EN_ASSERT(proof->count <= EN_MERKLE_PROOF_HASHES_MAX);
    if (index >= size) {
        return mismatch("the index lies beyond the tree", err);
    }
    uint64_t fn = index;
    uint64_t sn = size - 1;
    struct en_hash node = *leaf;
    for (uint32_t i = 0; i < proof->count; i++) {
        if (sn == 0) {
            return mismatch("the inclusion proof is too long", err);
        }
        if ((fn & 1) != 0 || fn == sn) {
            node = en_hash_node(&proof->hashes[i], &node);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node = en_hash_node(&node, &proof->hashes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (sn != 0) {
        return mismatch("the inclusion proof is too short", err);
    }
    return en_hash_equal(&node, root) ? EN_OK
                                      : mismatch("the inclusion proof leads to another root", err);
}

/* RFC 9162 2.1.4.2, steps 3 to 7: walks both roots up at once. */
static en_code walk_consistency(const struct en_merkle_proof *proof, uint64_t old_size,
                                uint64_t size, const struct en_hash *old_root,
                                const struct en_hash *root, struct en_error *err)
{
    bool is_old_known = (old_size & (old_size - 1)) == 0;
    uint32_t at = is_old_known ? 0 : 1;
    uint64_t fn = old_size - 1;
    uint64_t sn = size - 1;
    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    struct en_hash old_node = is_old_known ? *old_root : proof->hashes[0];
    struct en_hash node = old_node;
    for (; at < proof->count; at++) {
        if (sn == 0) {
            return mismatch("the consistency proof is too long", err);
        }
        if ((fn & 1) != 0 || fn == sn) {
            old_node = en_hash_node(&proof->hashes[at], &old_node);
            node = en_hash_node(&proof->hashes[at], &node);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            node = en_hash_node(&node, &proof->hashes[at]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (sn != 0) {
        return mismatch("the consistency proof is too short", err);
    }
    if (!en_hash_equal(&old_node, old_root)) {
        return mismatch("the consistency proof does not lead to the old root", err);
    }
    return en_hash_equal(&node, root)
               ? EN_OK
               : mismatch("the consistency proof does not lead to the new root", err);
}

en_code en_merkle_consistency_verify(const struct en_merkle_proof *proof, uint64_t old_size,
                                     uint64_t size, const struct en_hash *old_root,
                                     const struct en_hash *root, struct en_error *err)
{
    EN_ASSERT(proof->count <= EN_MERKLE_PROOF_HASHES_MAX);
    if (old_size > size) {
        return mismatch("the old tree is bigger than the new", err);
    }
    if (old_size == 0 || old_size == size) {
        struct en_hash empty = en_hash_of(en_slice_of(NULL, 0));
        const struct en_hash *expected = old_size == 0 ? &empty : root;
        if (proof->count != 0) {
            return mismatch("the consistency proof is too long", err);
        }
        return en_hash_equal(old_root, expected) ? EN_OK
                                                 : mismatch("the roots of one size differ", err);
    }
    if (proof->count == 0) {
        return mismatch("the consistency proof is too short", err);
    }
    return walk_consistency(proof, old_size, size, old_root, root, err);
}
