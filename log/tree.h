/* The tree of a log, read: roots of big spans from where they are stored, small ones by hashing
 * their events again (docs/log-format.md, sections 2 and 4). A source for merkle.h. Caller's memory
 * (33 KB), one thread. */
#ifndef EN_LOG_TREE_H
#define EN_LOG_TREE_H

#include "core/event/event.h"
#include "core/limits.h"
#include "log/log.h"
#include "log/merkle.h"

/* The leaf of an event: H(0x00, canonical event). */
struct en_hash en_tree_leaf(const struct en_event *event);

/* The key of a span in table spans. */
static inline uint64_t en_span_key(uint64_t end, uint32_t level)
{
    return end * 64 + level;
}

struct en_tree {
    struct en_log *log;
    uint64_t block; /* whose leaves are kept: events [block * 1,024, ...) */
    uint32_t leaves_count;
    struct en_hash leaves[EN_STORED_SPAN_EVENTS];
};

void en_tree_init(struct en_tree *tree, struct en_log *log);
/* Lives as long as the tree. Its codes: EN_CORRUPT (a stored root is missing or damaged, an event
 * is damaged), EN_NOMEM, EN_IO. */
struct en_merkle_source en_tree_source(struct en_tree *tree);

/* The root of the first `size` events; size is at most that of the log. */
en_code en_tree_root(struct en_tree *tree, uint64_t size, struct en_hash *root,
                     struct en_error *err) EN_MUST_CHECK;

/* Whether the stored root of a span of EN_SPAN_LEVEL_MIN or more is what its halves (its events at
 * the lowest level) give. EN_CORRUPT. */
en_code en_tree_check_span(struct en_tree *tree, uint32_t level, uint64_t index,
                           struct en_error *err) EN_MUST_CHECK;

/* At open: that the stored roots on the right edge of a log of that size are right and that none
 * lies beyond; *edge is then the edge. EN_CORRUPT. */
en_code en_tree_check_edge(struct en_tree *tree, uint64_t size, struct en_merkle_edge *edge,
                           struct en_error *err) EN_MUST_CHECK;

#endif
