/* The tree over the log: RFC 9162, section 2.1. Pure arithmetic of roots and proofs; where hashes
 * of spans come from is the caller's (log/tree.h reads them from the log, a test from an array).
 *
 * A span (level l, index i) is the complete aligned sub-tree over the leaves [i << l, (i + 1) <<
 * l). Any thread; no memory of its own. */
#ifndef EN_LOG_MERKLE_H
#define EN_LOG_MERKLE_H

#include "core/error.h"
#include "core/hash.h"

#define EN_MERKLE_LEVELS 64u
/* A path has at most one hash a level; a consistency proof one more. */
#define EN_MERKLE_PROOF_HASHES_MAX (EN_MERKLE_LEVELS + 1u)
#define EN_SPAN_LEVEL_MIN 10u /* the smallest span whose root is stored: EN_STORED_SPAN_EVENTS */

/* The right edge of a growing tree: the roots of the complete spans that its size falls into,
 * nodes[l] where bit l of the size is set. Zeroed = the empty tree. */
struct en_merkle_edge {
    uint64_t size;
    struct en_hash nodes[EN_MERKLE_LEVELS];
};

/* A span that has become complete. */
struct en_span {
    uint64_t end; /* seq behind its last leaf */
    uint32_t level;
    struct en_hash root;
};

/* The most spans of EN_SPAN_LEVEL_MIN and up that adding `count` leaves can complete. */
#define EN_SPANS_MAX(count) ((count) / 512u + EN_MERKLE_LEVELS)

/* Adds the next leaf hash. Completed spans of EN_SPAN_LEVEL_MIN and up are written to `spans`, low
 * levels first (room for EN_MERKLE_LEVELS); returns how many. */
uint32_t en_merkle_edge_add(struct en_merkle_edge *edge, const struct en_hash *leaf,
                            struct en_span *spans);

/* The root of the tree as it is. */
struct en_hash en_merkle_edge_root(const struct en_merkle_edge *edge);

/* Where the roots of spans come from. Only complete spans inside the tree are asked for. */
struct en_merkle_source {
    void *self;
    en_code (*span)(void *self, uint32_t level, uint64_t index, struct en_hash *root,
                    struct en_error *err);
};

/* The edge of the tree at a size that it once had. Codes: those of the source. */
en_code en_merkle_edge_at(const struct en_merkle_source *source, uint64_t size,
                          struct en_merkle_edge *edge, struct en_error *err) EN_MUST_CHECK;

/* Hashes from a leaf (or from an old root) to the root. */
struct en_merkle_proof {
    uint32_t count;
    struct en_hash hashes[EN_MERKLE_PROOF_HASHES_MAX];
};

/* RFC 9162 2.1.3.1: that leaf `index` is in the tree of `size`; index < size (asserted). */
en_code en_merkle_inclusion(const struct en_merkle_source *source, uint64_t index, uint64_t size,
                            struct en_merkle_proof *proof, struct en_error *err) EN_MUST_CHECK;

/* RFC 9162 2.1.4.1: that the tree of `old_size` is the beginning of that of `size`;
 * 0 < old_size <= size (asserted). */
en_code en_merkle_consistency(const struct en_merkle_source *source, uint64_t old_size,
                              uint64_t size, struct en_merkle_proof *proof,
                              struct en_error *err) EN_MUST_CHECK;

/* RFC 9162 2.1.3.2. EN_MISMATCH when the proof does not show it. */
en_code en_merkle_inclusion_verify(const struct en_merkle_proof *proof, uint64_t index,
                                   uint64_t size, const struct en_hash *leaf,
                                   const struct en_hash *root, struct en_error *err) EN_MUST_CHECK;

/* RFC 9162 2.1.4.2; any tree extends the empty one (then the proof is empty). EN_MISMATCH. */
en_code en_merkle_consistency_verify(const struct en_merkle_proof *proof, uint64_t old_size,
                                     uint64_t size, const struct en_hash *old_root,
                                     const struct en_hash *root,
                                     struct en_error *err) EN_MUST_CHECK;

#endif
