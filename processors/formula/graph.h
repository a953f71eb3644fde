/* The graph of calculation: nodes (formulas, sides of balances), their versions in time, what they
 * read and who reads them.
 *
 * Held in memory, a function of the table `formula`: rebuilt at open, moved on by folding. A node's
 * rank is above the ranks of all nodes it reads in any version, so that settling by rank meets
 * every operand before its reader. */
#ifndef EN_PROCESSORS_FORMULA_GRAPH_H
#define EN_PROCESSORS_FORMULA_GRAPH_H

#include "core/metering/formula/formula.h"
#include "core/metering/formula/formula_linear.h"
#include "core/metering/formula/formula_program.h"
#include "processors/processor.h"

/* A series that a formula reads: a channel, or a node of the graph. 0 is none. */
typedef uint64_t graph_key;
#define GRAPH_NODE_BIT (UINT64_C(1) << 32)
static inline graph_key graph_key_of(bool is_node, uint32_t series)
{
    return (is_node ? GRAPH_NODE_BIT : 0) | series;
}
static inline bool graph_key_is_node(graph_key key)
{
    return (key & GRAPH_NODE_BIT) != 0;
}

/* One formula text in force from a day until the next version. */
struct en_graph_version {
    struct en_arena arena; /* holds the parsed formula and what follows from it */
    int32_t from_day;
    en_unit unit;
    struct en_formula formula;
    graph_key *operands;               /* one per formula.refs */
    struct en_formula_program program; /* for slots of program_seconds */
    uint32_t program_seconds;          /* 0: not compiled yet */
    struct en_formula_linear linear;   /* the same as a sum, when is_linear */
    int64_t *weights;                  /* of the sum, one per formula.refs */
    bool is_linear; /* whole-number sum of its own day's slots: settles by exact difference */
};

struct en_graph_node {
    uint32_t node;
    uint32_t rank;
    struct en_graph_version *versions; /* rising from_day */
    size_t versions_count;
    size_t versions_capacity;
};

/* Who reads a series. */
struct en_graph_link {
    graph_key operand;
    uint32_t node;
    uint32_t version;  /* index in its node */
    uint32_t lag_days; /* how many days back it reads */
    int64_t weight;    /* of the operand in the sum, where the version is_linear */
};

struct en_graph {
    struct en_graph_node **nodes; /* by node id; NULL where none is set */
    size_t nodes_capacity;
    uint32_t nodes_end; /* above the highest node id */
    uint32_t rank_max;
    struct en_graph_link *links; /* by operand, when is_linked */
    size_t links_count;
    size_t links_capacity;
    uint32_t *channel_starts; /* first link of each channel id; channels_end + 1 entries */
    uint32_t channels_end;
    bool is_linked;
};

/* A formula as it is to be set. */
struct en_graph_set {
    uint32_t node;
    int32_t from_day;
    struct en_slice expression;
};

/* Parses, resolves and checks the formula: whether it would be taken, and the version it would
 * become, which the caller gives to en_graph_adopt or en_graph_version_fini. A fault of the formula
 * is told by the code with place and mend in err: EN_MALFORMED, EN_LIMIT, EN_UNSUPPORTED,
 * EN_NOT_FOUND (a name), EN_UNIT, EN_CYCLE, EN_OVERFLOW; there is no version then. */
en_code en_graph_check(struct en_graph *graph, struct en_fold *fold, const struct en_graph_set *set,
                       struct en_graph_version *version, struct en_error *err) EN_MUST_CHECK;
void en_graph_version_fini(struct en_graph_version *version);
/* Puts the checked version into the graph, in place of one that begins on the same day. Gone from
 * the caller's hands also when it fails: EN_CYCLE (by what was put since the check), EN_NOMEM; the
 * graph is then as it was. */
en_code en_graph_adopt(struct en_graph *graph, uint32_t node, struct en_graph_version *version,
                       struct en_error *err) EN_MUST_CHECK;
bool en_graph_has_version(const struct en_graph *graph, uint32_t node, int32_t from_day);
void en_graph_fini(struct en_graph *graph);

/* The version in force on the day, or NULL. */
struct en_graph_version *en_graph_version_on(const struct en_graph *graph, uint32_t node,
                                             int32_t day);
/* The day on which the version in force from from_day ends (exclusive): INT32_MAX for the last. */
int32_t en_graph_version_end(const struct en_graph *graph, uint32_t node, int32_t from_day);

/* Brings links and ranks up to date; before the two below. */
en_code en_graph_link(struct en_graph *graph, struct en_error *err) EN_MUST_CHECK;
/* Links of the series: *count of them from the place returned. */
const struct en_graph_link *en_graph_links_of(const struct en_graph *graph, graph_key operand,
                                              size_t *count);

#endif
