/* One day of one node computed from all its operands: the pure function that settling must always
 * agree with. */
#ifndef EN_PROCESSORS_FORMULA_NODE_DAY_H
#define EN_PROCESSORS_FORMULA_NODE_DAY_H

#include "core/metering/block/block.h"
#include "processors/formula/graph.h"

/* Where operands are read: the entry as it is now, also of nodes settled today and not stored yet.
 * size 0: nothing that day. */
typedef en_code (*node_day_read)(void *self, graph_key operand, int32_t day, struct en_slice *block,
                                 struct en_error *err);

struct en_node_day {
    struct en_graph_version *version;
    int32_t day;
    node_day_read read;
    void *read_self;
    struct en_block *scratch;
    struct en_arena *arena; /* working memory; the caller resets it */
};

/* Computes the day into *block (exponent -6) and, for sums, the counts of missing operands into
 * *missing (*has_missing: any). *is_empty: no operand has anything on the day itself, so the node
 * has no entry. Codes of reading; EN_CORRUPT, EN_NOMEM. */
en_code en_node_day_compute(struct en_node_day *work, struct en_block *block,
                            struct en_block *missing, bool *has_missing, bool *is_empty,
                            struct en_error *err) EN_MUST_CHECK;

#endif
