#include "projections/views/why_tree.h"

#include "core/metering/quality.h"

#include <stdarg.h>
#include <stdio.h>

#define ARENA_SIZE_MAX ((size_t)64 << 20)
#define LINE_SIZE_MAX 1024u

_Static_assert(2 * EN_WHY_DEPTH_MAX + 5 <= EN_JSON_DEPTH_MAX,
               "a derivation and what surrounds it can be written as JSON");

typedef enum fact_type {
    FACT_TEXT,
    FACT_COUNT,
    FACT_BOOL,
    FACT_NULL,
    FACT_MICRO,
    FACT_DECIMAL,
    FACT_QUALITY,
    FACT_JSON,
} fact_type;

struct en_why_fact {
    struct en_why_fact *next;
    const char *name;
    fact_type type;
    struct en_slice text;
    uint64_t number;
    struct en_decimal decimal;
};

void en_why_tree_init(struct en_why_tree *tree)
{
    *tree = (struct en_why_tree){.code = EN_OK};
    en_arena_init(&tree->arena, ARENA_SIZE_MAX);
}

void en_why_tree_fini(struct en_why_tree *tree)
{
    en_arena_fini(&tree->arena);
}

en_code en_why_tree_code(const struct en_why_tree *tree, struct en_error *err)
{
    return tree->code == EN_OK ? EN_OK
                               : en_error_set(err, tree->code, "no memory for a derivation");
}

static void *take(struct en_why_tree *tree, size_t size)
{
    void *piece = tree->code == EN_OK ? en_arena_alloc(&tree->arena, size) : NULL;
    tree->code = piece == NULL ? EN_NOMEM : tree->code;
    return piece;
}

struct en_why_node *en_why_add(struct en_why_tree *tree, struct en_why_node *parent,
                               const char *kind)
{
    EN_ASSERT(parent != NULL || tree->root == NULL || tree->code != EN_OK);
    struct en_why_node *node = take(tree, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    node->kind = kind;
    node->text = "";
    tree->nodes_count++;
    if (parent == NULL) {
        tree->root = node;
        return node;
    }
    node->depth = parent->depth + 1;
    if (parent->inputs_last == NULL) {
        parent->inputs = node;
    } else {
        parent->inputs_last->next = node;
    }
    parent->inputs_last = node;
    return node;
}

bool en_why_has_room(struct en_why_tree *tree, const struct en_why_node *node)
{
    bool has_room = node != NULL && node->depth + EN_WHY_SERIES_LEVELS < EN_WHY_DEPTH_MAX &&
                    tree->nodes_count < EN_WHY_NODES_MAX;
    tree->is_cut = tree->is_cut || !has_room;
    return has_room;
}

static void say(struct en_why_tree *tree, struct en_why_node *node, const char *before,
                const char *format, va_list args)
{
    char line[LINE_SIZE_MAX];
    (void)vsnprintf(line, sizeof line, format, args);
    char *text = node == NULL ? NULL : en_arena_print(&tree->arena, "%s%s", before, line);
    if (text != NULL) {
        node->text = text;
    } else if (node != NULL) {
        tree->code = EN_NOMEM;
    }
}

void en_why_say(struct en_why_tree *tree, struct en_why_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(tree, node, "", format, args);
    va_end(args);
}

void en_why_say_more(struct en_why_tree *tree, struct en_why_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(tree, node, node == NULL ? "" : node->text, format, args);
    va_end(args);
}

static struct en_why_fact *add_fact(struct en_why_tree *tree, struct en_why_node *node,
                                    const char *name, fact_type type)
{
    struct en_why_fact *fact = node == NULL ? NULL : take(tree, sizeof *fact);
    if (fact == NULL) {
        return NULL;
    }
    fact->name = name;
    fact->type = type;
    if (node->facts_last == NULL) {
        node->facts = fact;
    } else {
        node->facts_last->next = fact;
    }
    node->facts_last = fact;
    return fact;
}

static void add_text(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                     fact_type type, struct en_slice text)
{
    struct en_why_fact *fact = add_fact(tree, node, name, type);
    if (fact != NULL) {
        fact->text = en_arena_copy(&tree->arena, text);
        tree->code = fact->text.bytes == NULL ? EN_NOMEM : tree->code;
    }
}

void en_why_text(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                 struct en_slice text)
{
    add_text(tree, node, name, FACT_TEXT, text);
}

void en_why_string(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                   const char *text)
{
    en_why_text(tree, node, name, en_slice_text(text));
}

void en_why_json(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                 struct en_slice json)
{
    add_text(tree, node, name, FACT_JSON, json);
}

static void add_number(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                       fact_type type, uint64_t number)
{
    struct en_why_fact *fact = add_fact(tree, node, name, type);
    if (fact != NULL) {
        fact->number = number;
    }
}

void en_why_count(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                  uint64_t count)
{
    add_number(tree, node, name, FACT_COUNT, count);
}

void en_why_bool(struct en_why_tree *tree, struct en_why_node *node, const char *name, bool value)
{
    add_number(tree, node, name, FACT_BOOL, value);
}

void en_why_null(struct en_why_tree *tree, struct en_why_node *node, const char *name)
{
    add_number(tree, node, name, FACT_NULL, 0);
}

void en_why_micro(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                  int64_t micro)
{
    add_number(tree, node, name, FACT_MICRO, (uint64_t)micro);
}

void en_why_quality(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                    uint64_t quality)
{
    add_number(tree, node, name, FACT_QUALITY, quality);
}

void en_why_decimal(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                    struct en_decimal decimal)
{
    struct en_why_fact *fact = add_fact(tree, node, name, FACT_DECIMAL);
    if (fact != NULL) {
        fact->decimal = decimal;
    }
}

void en_why_instant(struct en_why_tree *tree, struct en_why_node *node, const char *name,
                    struct en_instant instant, int32_t offset_minutes)
{
    en_why_string(tree, node, name, en_why_instant_words(tree, instant, offset_minutes));
}

void en_why_day(struct en_why_tree *tree, struct en_why_node *node, const char *name, int32_t day)
{
    char text[EN_DAY_TEXT_SIZE];
    (void)en_day_print((struct en_day){day}, text);
    en_why_string(tree, node, name, text);
}

void en_why_value(struct en_why_tree *tree, struct en_why_node *node, int64_t micro, en_unit unit,
                  uint64_t quality)
{
    if (en_quality_is_missing(quality)) {
        en_why_null(tree, node, "value");
    } else {
        en_why_micro(tree, node, "value", micro);
    }
    en_why_string(tree, node, "unit", en_unit_name(unit));
    en_why_quality(tree, node, "quality", quality);
}

/* ---- words ---- */

static const char *kept(struct en_why_tree *tree, const char *text)
{
    const char *copy = en_arena_print(&tree->arena, "%s", text);
    tree->code = copy == NULL ? EN_NOMEM : tree->code;
    return copy == NULL ? "" : copy;
}

const char *en_why_micro_words(struct en_why_tree *tree, int64_t micro)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    (void)en_micro_print(micro, text);
    return kept(tree, text);
}

const char *en_why_instant_words(struct en_why_tree *tree, struct en_instant instant,
                                 int32_t offset_minutes)
{
    char text[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print(instant, offset_minutes, text);
    return kept(tree, text);
}

const char *en_why_amount_words(struct en_why_tree *tree, int64_t micro, en_unit unit,
                                uint64_t quality)
{
    char text[LINE_SIZE_MAX];
    char number[EN_DECIMAL_TEXT_SIZE];
    bool is_missing = en_quality_is_missing(quality);
    (void)en_micro_print(micro, number);
    int size =
        is_missing
            ? snprintf(text, sizeof text, tree->is_russian ? "нет значения (%s" : "no value (%s",
                       en_verdict_name(en_quality_verdict(quality)))
            : snprintf(text, sizeof text, "%s%s%s (%s, %s", number, unit == EN_UNIT_NONE ? "" : " ",
                       en_unit_name(unit), en_source_name(en_quality_source(quality)),
                       en_verdict_name(en_quality_verdict(quality)));
    for (unsigned flag = 0; flag < EN_QUALITY_FLAGS_COUNT; flag++) {
        if ((quality & EN_QUALITY_FLAG(flag)) != 0 && size < (int)sizeof text) {
            size += snprintf(text + size, sizeof text - (size_t)size, ", %s",
                             en_quality_flag_name(flag));
        }
    }
    if (en_quality_fiscal(quality) != EN_FISCAL_OPEN && size < (int)sizeof text) {
        size += snprintf(text + size, sizeof text - (size_t)size, ", %s",
                         en_fiscal_name(en_quality_fiscal(quality)));
    }
    const char *copy = en_arena_print(&tree->arena, "%s)", text);
    tree->code = copy == NULL ? EN_NOMEM : tree->code;
    return copy == NULL ? "" : copy;
}

/* ---- printing; the depth of a tree is bounded ---- */

static void print_line(const struct en_why_node *node, struct en_buf *out)
{
    en_buf_print(out, "%*s%s\n", (int)(node->depth + node->indent) * 2, "", node->text);
}

static void print_node(const struct en_why_node *node, struct en_buf *out)
{
    EN_ASSERT(node->depth <= EN_WHY_DEPTH_MAX);
    print_line(node, out);
    for (const struct en_why_node *input = node->inputs; input != NULL; input = input->next) {
        print_node(input, out);
    }
}

void en_why_print(const struct en_why_tree *tree, struct en_buf *out)
{
    if (tree->root != NULL) {
        print_node(tree->root, out);
    }
    if (tree->is_cut) {
        en_buf_text(out,
                    tree->is_russian
                        ? "Показано не все: спросите `why` об операнде, чтобы идти дальше.\n"
                        : "Some of it is left out: ask `why` of an input to go on from there.\n");
    }
}

static void print_fact(const struct en_why_fact *fact, struct en_json *json)
{
    switch (fact->type) {
    case FACT_TEXT:
        en_json_text(json, fact->name, fact->text);
        break;
    case FACT_COUNT:
        en_json_u64(json, fact->name, fact->number);
        break;
    case FACT_BOOL:
        en_json_bool(json, fact->name, fact->number != 0);
        break;
    case FACT_NULL:
        en_json_null(json, fact->name);
        break;
    case FACT_MICRO:
        en_json_micro(json, fact->name, (int64_t)fact->number);
        break;
    case FACT_DECIMAL:
        en_json_decimal(json, fact->name, fact->decimal);
        break;
    case FACT_QUALITY:
        en_json_quality(json, fact->name, fact->number);
        break;
    case FACT_JSON:
        en_json_raw(json, fact->name, fact->text);
        break;
    }
}

static void print_node_json(const struct en_why_node *node, struct en_json *json, const char *key)
{
    EN_ASSERT(node->depth <= EN_WHY_DEPTH_MAX);
    en_json_object(json, key);
    en_json_string(json, "kind", node->kind);
    en_json_string(json, "text", node->text);
    for (const struct en_why_fact *fact = node->facts; fact != NULL; fact = fact->next) {
        print_fact(fact, json);
    }
    if (node->inputs != NULL) {
        en_json_array(json, "inputs");
        for (const struct en_why_node *input = node->inputs; input != NULL; input = input->next) {
            print_node_json(input, json, NULL);
        }
        en_json_end(json);
    }
    en_json_end(json);
}

void en_why_print_json(const struct en_why_tree *tree, struct en_json *json, const char *key)
{
    if (tree->root == NULL) {
        en_json_null(json, key);
    } else {
        print_node_json(tree->root, json, key);
    }
}
