/* The derivation of a number as a tree: what a value is, and under it what it was made of, down to
 * the events it came from. Every node says in one line of words what it is, and the same in named
 * facts; it is printed as indented text or as JSON:
 *
 *     5001 A+ = 50 kWh (MEASURED, NOT_VALIDATED)
 *       energy: 0.0125 * 4000 = 50 kWh
 *         ratio 200/5 * 10000/100 since 2013-01-01T00:00:00+04:00
 *           event 12 ratio.set ...
 *
 *     {"kind":"channel","text":"...","value":"50","unit":"kWh", ... ,"inputs":[{...}]}
 *
 * The words may change between versions; the facts are what programs read. Built by views/why; all
 * memory is the tree's. Failures (memory, size) are sticky: a node that could not be made is NULL,
 * every function here bears that, and en_why_tree_code tells at the end. One thread. */
#ifndef EN_PROJECTIONS_VIEWS_WHY_TREE_H
#define EN_PROJECTIONS_VIEWS_WHY_TREE_H

#include "core/arena.h"
#include "core/json.h"
#include "core/metering/quantity.h"

#define EN_WHY_DEPTH_MAX 13u    /* of any node */
#define EN_WHY_SERIES_LEVELS 6u /* what a channel, formula or balance may need below itself */
#define EN_WHY_NODES_MAX 4000u

struct en_why_fact;

struct en_why_node {
    const char *kind; /* constant text: "channel", "interval", "event" ... */
    const char *text; /* the line */
    struct en_why_fact *facts;
    struct en_why_fact *facts_last;
    struct en_why_node *inputs;
    struct en_why_node *inputs_last;
    struct en_why_node *next;
    uint32_t depth;  /* 0: the root */
    uint32_t indent; /* further levels that the line stands in */
};

struct en_why_tree {
    struct en_arena arena;
    struct en_why_node *root;
    uint32_t nodes_count;
    bool is_cut;     /* something was left out: too deep or too much */
    bool is_russian; /* words of amounts, and of what was cut */
    en_code code;
};

void en_why_tree_init(struct en_why_tree *tree);
void en_why_tree_fini(struct en_why_tree *tree);

/* EN_OK, or why something could not be kept: EN_NOMEM. */
en_code en_why_tree_code(const struct en_why_tree *tree, struct en_error *err) EN_MUST_CHECK;

/* A node under `parent` (NULL: the root), after those that are there. kind lives for ever. */
struct en_why_node *en_why_add(struct en_why_tree *tree, struct en_why_node *parent,
                               const char *kind);

/* Whether another series can be derived below the node; if not, the tree notes that it was cut. */
bool en_why_has_room(struct en_why_tree *tree, const struct en_why_node *node);

/* The node's line, in place of the one it had; more text behind it. */
void en_why_say(struct en_why_tree *tree, struct en_why_node *node, const char *format, ...)
    EN_PRINTF(3, 4);
void en_why_say_more(struct en_why_tree *tree, struct en_why_node *node, const char *format, ...)
    EN_PRINTF(3, 4);

/* Facts, in the order given. name lives for ever, texts are copied. */
void en_why_text(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                 struct en_slice text);
void en_why_string(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                   const char *text);
void en_why_count(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                  uint64_t count);
void en_why_bool(struct en_why_tree *tree, struct en_why_node *node, const char *name, bool value);
void en_why_null(struct en_why_tree *tree, struct en_why_node *node, const char *name);
void en_why_micro(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                  int64_t micro);
void en_why_decimal(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                    struct en_decimal decimal);
void en_why_instant(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                    struct en_instant instant, int32_t offset_minutes);
void en_why_day(struct en_why_tree *tree, struct en_why_node *node, const char *name, int32_t day);
void en_why_quality(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                    uint64_t quality);
/* JSON text that is ready. */
void en_why_json(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                 struct en_slice json);
/* "value" (null where the quality is missing), "unit" and "quality". */
void en_why_value(struct en_why_tree *tree, struct en_why_node *node, int64_t micro, en_unit unit,
                  uint64_t quality);

/* Words for lines: "12.5 kWh (MEASURED, SUSPECT, LATE)", "no value (REJECTED, GAP)". */
const char *en_why_amount_words(struct en_why_tree *tree, int64_t micro, en_unit unit,
                                uint64_t quality);
const char *en_why_micro_words(struct en_why_tree *tree, int64_t micro);
const char *en_why_instant_words(struct en_why_tree *tree, struct en_instant instant,
                                 int32_t offset_minutes);

/* Appends the tree as lines, two spaces deeper per level; as a JSON object under the key. */
void en_why_print(const struct en_why_tree *tree, struct en_buf *out);
void en_why_print_json(const struct en_why_tree *tree, struct en_json *json, const char *key);

#endif
