#include "processors/formula/graph.h"

#include "core/mem.h"
#include "core/metering/formula/formula_unit.h"
#include "processors/registry/registry.h"
#include "processors/sort.h"
#include "projections/tables.h"

#define NODES_FIRST 256u
#define VERSION_ARENA_SIZE ((size_t)64 << 20)
#define SLOT_SECONDS_USUAL 1800u

void en_graph_version_fini(struct en_graph_version *version)
{
    en_arena_fini(&version->arena);
}

void en_graph_fini(struct en_graph *graph)
{
    for (size_t i = 0; i < graph->nodes_capacity; i++) {
        struct en_graph_node *node = graph->nodes[i];
        for (size_t k = 0; node != NULL && k < node->versions_count; k++) {
            en_graph_version_fini(&node->versions[k]);
        }
        if (node != NULL) {
            en_mem_free(node->versions);
        }
        en_mem_free(node);
    }
    en_mem_free(graph->nodes);
    en_mem_free(graph->links);
    en_mem_free(graph->channel_starts);
    *graph = (struct en_graph){0};
}

static struct en_graph_node *find_node(const struct en_graph *graph, uint32_t node)
{
    return node < graph->nodes_capacity ? graph->nodes[node] : NULL;
}

struct en_graph_version *en_graph_version_on(const struct en_graph *graph, uint32_t node,
                                             int32_t day)
{
    struct en_graph_node *found = find_node(graph, node);
    struct en_graph_version *version = NULL;
    for (size_t i = 0;
         found != NULL && i < found->versions_count && found->versions[i].from_day <= day; i++) {
        version = &found->versions[i];
    }
    return version;
}

int32_t en_graph_version_end(const struct en_graph *graph, uint32_t node, int32_t from_day)
{
    struct en_graph_node *found = find_node(graph, node);
    for (size_t i = 0; found != NULL && i < found->versions_count; i++) {
        if (found->versions[i].from_day > from_day) {
            return found->versions[i].from_day;
        }
    }
    return INT32_MAX;
}

/* What the resolver of names works with. What it finds becomes the version's operands. */
struct resolver {
    const struct en_graph *graph;
    struct en_fold *fold;
    struct en_graph_version *version;
};

static en_code resolve_channel(struct resolver *resolver, const struct en_formula_ref *ref,
                               uint32_t *channel, struct en_error *err)
{
    uint32_t point = 0;
    *channel = 0;
    en_code code = en_registry_find(resolver->fold, EN_NAME_POINT, ref->name, &point, err);
    if (code == EN_OK && point == 0) {
        return en_error_set(err, EN_NOT_FOUND,
                            "there is no point \"%.*s\": `point list` shows those that are",
                            (int)ref->name.size, (const char *)ref->name.bytes);
    }
    if (code == EN_OK) {
        code = en_registry_point_channel(resolver->fold, point, ref->channel, channel, err);
    }
    if (code == EN_OK && *channel == 0) {
        return en_error_set(
            err, EN_NOT_FOUND,
            "point \"%.*s\" has no channel \"%.*s\": `channel list` shows those it has",
            (int)ref->name.size, (const char *)ref->name.bytes, (int)ref->channel.size,
            (const char *)ref->channel.bytes);
    }
    return code;
}

static en_code resolve_node(struct resolver *resolver, const struct en_formula_ref *ref,
                            uint32_t *node, struct en_error *err)
{
    en_code code = en_registry_find(resolver->fold, EN_NAME_FORMULA, ref->name, node, err);
    struct en_slice equipment;
    bool is_missing = code == EN_OK && find_node(resolver->graph, *node) == NULL;
    if (is_missing && en_formula_ref_is_loss(ref, &equipment)) {
        return en_error_set(err, EN_NOT_FOUND,
                            "there is no equipment \"%.*s\" that loses energy: set it first, or "
                            "see `equipment list`",
                            (int)equipment.size, (const char *)equipment.bytes);
    }
    if (is_missing) {
        return en_error_set(err, EN_NOT_FOUND,
                            "there is no formula \"%.*s\": set it first, or see `formula list`",
                            (int)ref->name.size, (const char *)ref->name.bytes);
    }
    return code;
}

static en_code unit_of_ref(void *context, const struct en_formula_ref *ref, en_unit *unit,
                           struct en_error *err)
{
    struct resolver *resolver = context;
    const struct en_formula *formula = &resolver->version->formula;
    uint32_t series = 0;
    EN_ASSERT(ref >= formula->refs && ref < formula->refs + formula->refs_count);
    graph_key *operand = &resolver->version->operands[ref - formula->refs];
    if (ref->is_point) {
        struct en_channel_info info = {0};
        en_code code = resolve_channel(resolver, ref, &series, err);
        if (code == EN_OK) {
            code = en_registry_channel(resolver->fold, series, &info, err);
        }
        *unit = (en_unit)info.unit;
        *operand = graph_key_of(false, series);
        return code;
    }
    en_code code = resolve_node(resolver, ref, &series, err);
    if (code == EN_OK) {
        const struct en_graph_node *node = find_node(resolver->graph, series);
        *unit = node->versions[node->versions_count - 1].unit;
        *operand = graph_key_of(true, series);
    }
    return code;
}

static en_code unit_of_param(void *context, struct en_slice name, en_unit *unit,
                             struct en_error *err)
{
    (void)context;
    *unit = EN_UNIT_NONE;
    return en_error_set(err, EN_NOT_FOUND,
                        "there is no parameter \"%.*s\": write the number itself", (int)name.size,
                        (const char *)name.bytes);
}

/* Whether `target` is read, over any number of steps and in any version, by what the version reads.
 * Depth first with a list of its own: marks keep it within one visit a node. */
static en_code reads_node(const struct en_graph *graph, const struct en_graph_version *version,
                          uint32_t target, bool *does, struct en_error *err)
{
    uint32_t *stack = en_mem_alloc(graph->nodes_end + 1, sizeof *stack);
    bool *is_seen = en_mem_alloc(graph->nodes_end + 1, sizeof *is_seen);
    size_t count = 0;
    *does = false;
    if (stack == NULL || is_seen == NULL) {
        en_mem_free(stack);
        en_mem_free(is_seen);
        return en_error_set(err, EN_NOMEM, "no memory to look for cycles");
    }
    const struct en_graph_version *versions = version;
    size_t versions_count = 1;
    for (;;) {
        for (size_t k = 0; k < versions_count; k++) {
            for (uint32_t i = 0; i < versions[k].formula.refs_count; i++) {
                graph_key key = versions[k].operands[i];
                uint32_t series = (uint32_t)key;
                if (!graph_key_is_node(key) || series > graph->nodes_end || is_seen[series]) {
                    continue;
                }
                is_seen[series] = true;
                *does = *does || series == target;
                stack[count++] = series;
            }
        }
        if (count == 0 || *does) {
            break;
        }
        const struct en_graph_node *node = find_node(graph, stack[--count]);
        versions = node != NULL ? node->versions : NULL;
        versions_count = node != NULL ? node->versions_count : 0;
    }
    en_mem_free(stack);
    en_mem_free(is_seen);
    return EN_OK;
}

/* The whole-number sum that the formula is, if it is one of its own day's usable values, each named
 * once. */
static en_code find_linear(struct en_graph_version *version, struct en_error *err)
{
    struct en_formula_binding binding = {.slot_seconds = SLOT_SECONDS_USUAL};
    struct en_error why;
    en_code code =
        en_formula_linearize(&version->formula, &binding, &version->arena, &version->linear, &why);
    if (code == EN_NOMEM) {
        *err = why;
        return code;
    }
    const struct en_formula_linear *linear = &version->linear;
    version->is_linear = code == EN_OK && linear->is_integer && linear->constant == 0 &&
                         linear->terms_count > 1 &&
                         linear->terms_count == version->formula.refs_count;
    if (!version->is_linear) {
        return EN_OK;
    }
    version->weights =
        en_arena_alloc(&version->arena, (linear->terms_count + 1) * sizeof *version->weights);
    if (version->weights == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for a formula of %u operands",
                            linear->terms_count);
    }
    for (uint32_t i = 0; i < linear->terms_count; i++) {
        const struct en_formula_linear_term *term = &linear->terms[i];
        bool is_plain =
            term->reach.lag_days == 0 && term->reach.lag_slots == 0 && !term->reach.is_raw;
        version->is_linear = version->is_linear && is_plain && version->weights[term->ref] == 0;
        version->weights[term->ref] = term->weight;
    }
    return EN_OK;
}

static en_code check_circles(const struct en_graph *graph, uint32_t node,
                             const struct en_graph_version *version, struct en_error *err)
{
    bool is_circle = false;
    en_code code = reads_node(graph, version, node, &is_circle, err);
    if (code == EN_OK && is_circle) {
        code = en_error_set(err, EN_CYCLE,
                            "it reads itself, by way of the formulas it names: break the circle");
    }
    return code;
}

/* Compiled once when it is set, for slots of the usual length: constants that do not fit are told
 * to whoever sets them. */
static en_code compile_version(struct en_graph_version *version, struct en_error *err)
{
    struct en_formula_binding binding = {.slot_seconds = SLOT_SECONDS_USUAL};
    en_code code =
        en_formula_compile(&version->formula, &binding, &version->arena, &version->program, err);
    version->program_seconds = code == EN_OK ? SLOT_SECONDS_USUAL : 0;
    return code;
}

static en_code make_version(struct en_graph *graph, struct en_fold *fold,
                            const struct en_graph_set *set, struct en_graph_version *version,
                            struct en_error *err)
{
    struct resolver resolver = {graph, fold, version};
    struct en_formula_units units = {.context = &resolver,
                                     .slot_seconds = SLOT_SECONDS_USUAL,
                                     .of_ref = unit_of_ref,
                                     .of_param = unit_of_param};
    en_arena_init(&version->arena, VERSION_ARENA_SIZE);
    version->from_day = set->from_day;
    en_code code = en_formula_parse(set->expression, &version->arena, &version->formula, NULL, err);
    if (code == EN_OK) {
        uint32_t count = version->formula.refs_count;
        version->operands =
            en_arena_alloc(&version->arena, (count + 1) * sizeof *version->operands);
        code = version->operands != NULL
                   ? en_formula_check(&version->formula, &units, &version->unit, NULL, err)
                   : en_error_set(err, EN_NOMEM, "no room for a formula of %u operands", count);
    }
    if (code == EN_OK) {
        code = check_circles(graph, set->node, version, err);
    }
    code = code == EN_OK ? compile_version(version, err) : code;
    return code == EN_OK ? find_linear(version, err) : code;
}

static en_code reserve_node(struct en_graph *graph, uint32_t node, struct en_graph_node **found,
                            struct en_error *err)
{
    if (node >= graph->nodes_capacity) {
        size_t capacity = graph->nodes_capacity > 0 ? graph->nodes_capacity : NODES_FIRST;
        while (capacity <= node) {
            capacity *= 2;
        }
        struct en_graph_node **nodes = en_mem_resize(graph->nodes, capacity * sizeof *nodes);
        if (nodes == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu formulas", capacity);
        }
        memset(nodes + graph->nodes_capacity, 0,
               (capacity - graph->nodes_capacity) * sizeof *nodes);
        graph->nodes = nodes;
        graph->nodes_capacity = capacity;
    }
    if (graph->nodes[node] == NULL) {
        graph->nodes[node] = en_mem_alloc(1, sizeof **graph->nodes);
        if (graph->nodes[node] == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for a formula");
        }
        graph->nodes[node]->node = node;
    }
    *found = graph->nodes[node];
    graph->nodes_end = node >= graph->nodes_end ? node + 1 : graph->nodes_end;
    return EN_OK;
}

static en_code insert_version(struct en_graph_node *node, const struct en_graph_version *version,
                              struct en_error *err)
{
    size_t place = 0;
    while (place < node->versions_count && node->versions[place].from_day < version->from_day) {
        place++;
    }
    if (place < node->versions_count && node->versions[place].from_day == version->from_day) {
        en_graph_version_fini(&node->versions[place]);
        node->versions[place] = *version;
        return EN_OK;
    }
    en_code code = en_fold_grow((void **)&node->versions, &node->versions_capacity,
                                node->versions_count, sizeof *version, err);
    if (code == EN_OK) {
        memmove(node->versions + place + 1, node->versions + place,
                (node->versions_count - place) * sizeof *version);
        node->versions[place] = *version;
        node->versions_count++;
    }
    return code;
}

bool en_graph_has_version(const struct en_graph *graph, uint32_t node, int32_t from_day)
{
    const struct en_graph_version *version = en_graph_version_on(graph, node, from_day);
    return version != NULL && version->from_day == from_day;
}

en_code en_graph_check(struct en_graph *graph, struct en_fold *fold, const struct en_graph_set *set,
                       struct en_graph_version *version, struct en_error *err)
{
    EN_ASSERT(set->node != 0);
    *version = (struct en_graph_version){0};
    en_code code = make_version(graph, fold, set, version, err);
    const struct en_graph_node *known = find_node(graph, set->node);
    bool has_other_unit = code == EN_OK && known != NULL && known->versions_count > 0 &&
                          known->versions[0].unit != version->unit;
    if (has_other_unit) {
        code = en_error_set(
            err, EN_UNIT,
            "its values would change from %s to %s: others may read it, use another name",
            en_unit_name(known->versions[0].unit), en_unit_name(version->unit));
    }
    if (code != EN_OK) {
        en_graph_version_fini(version);
    }
    return code;
}

en_code en_graph_adopt(struct en_graph *graph, uint32_t node, struct en_graph_version *version,
                       struct en_error *err)
{
    struct en_graph_node *found = NULL;
    /* what was put since the check may have closed a circle */
    en_code code = check_circles(graph, node, version, err);
    if (code == EN_OK) {
        code = reserve_node(graph, node, &found, err);
    }
    if (code == EN_OK) {
        code = insert_version(found, version, err);
    }
    if (code != EN_OK) {
        en_graph_version_fini(version);
    }
    *version = (struct en_graph_version){0};
    graph->is_linked = false;
    return code;
}

static en_code add_link(struct en_graph *graph, const struct en_graph_link *link,
                        struct en_error *err)
{
    en_code code = en_fold_grow((void **)&graph->links, &graph->links_capacity, graph->links_count,
                                sizeof *link, err);
    if (code == EN_OK) {
        graph->links[graph->links_count++] = *link;
    }
    return code;
}

static en_code gather_links(struct en_graph *graph, struct en_error *err)
{
    graph->links_count = 0;
    graph->channels_end = 0;
    en_code code = EN_OK;
    for (uint32_t id = 0; id < graph->nodes_end; id++) {
        const struct en_graph_node *node = graph->nodes[id];
        for (uint32_t k = 0; node != NULL && k < node->versions_count; k++) {
            const struct en_graph_version *version = &node->versions[k];
            for (uint32_t i = 0; i < version->formula.refs_count && code == EN_OK; i++) {
                struct en_graph_link link = {
                    .operand = version->operands[i],
                    .node = id,
                    .version = k,
                    .lag_days =
                        en_formula_ref_lag_days(&version->formula.refs[i], SLOT_SECONDS_USUAL),
                    .weight = version->is_linear ? version->weights[i] : 0,
                };
                bool is_channel = !graph_key_is_node(link.operand);
                if (is_channel && (uint32_t)link.operand >= graph->channels_end) {
                    graph->channels_end = (uint32_t)link.operand + 1;
                }
                code = add_link(graph, &link, err);
            }
        }
    }
    return code;
}

/* Where the links of each channel begin: a change finds its readers at once. */
static en_code index_channels(struct en_graph *graph, struct en_error *err)
{
    uint32_t *starts =
        en_mem_resize(graph->channel_starts, ((size_t)graph->channels_end + 1) * sizeof *starts);
    if (starts == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the readers of %u channels",
                            graph->channels_end);
    }
    graph->channel_starts = starts;
    size_t link = 0;
    for (uint32_t channel = 0; channel <= graph->channels_end; channel++) {
        while (link < graph->links_count && graph->links[link].operand < channel) {
            link++;
        }
        starts[channel] = (uint32_t)link;
    }
    return EN_OK;
}

/* Ranks rise until no node stands beside or below one that it reads; the graph has no circle, so
 * that ends. */
static void rank_nodes(struct en_graph *graph)
{
    graph->rank_max = 0;
    bool is_moving = true;
    for (uint32_t round = 0; is_moving; round++) {
        EN_ASSERT(round <= graph->nodes_end + 1);
        is_moving = false;
        for (size_t i = 0; i < graph->links_count; i++) {
            const struct en_graph_link *link = &graph->links[i];
            const struct en_graph_node *operand =
                graph_key_is_node(link->operand) ? find_node(graph, (uint32_t)link->operand) : NULL;
            struct en_graph_node *reader = graph->nodes[link->node];
            if (operand != NULL && reader->rank <= operand->rank) {
                reader->rank = operand->rank + 1;
                is_moving = true;
            }
            graph->rank_max = reader->rank > graph->rank_max ? reader->rank : graph->rank_max;
        }
    }
}

en_code en_graph_link(struct en_graph *graph, struct en_error *err)
{
    if (graph->is_linked) {
        return EN_OK;
    }
    en_code code = gather_links(graph, err);
    if (code == EN_OK) {
        code = en_sort_by_key(graph->links, graph->links_count, sizeof *graph->links, err);
    }
    if (code == EN_OK) {
        code = index_channels(graph, err);
    }
    if (code == EN_OK) {
        rank_nodes(graph);
        graph->is_linked = true;
    }
    return code;
}

const struct en_graph_link *en_graph_links_of(const struct en_graph *graph, graph_key operand,
                                              size_t *count)
{
    EN_ASSERT(graph->is_linked);
    *count = 0;
    size_t start = graph->links_count;
    if (!graph_key_is_node(operand)) {
        start = operand < graph->channels_end ? graph->channel_starts[operand] : graph->links_count;
    } else if (graph->channels_end > 0 || graph->links_count > 0) {
        size_t low = graph->channel_starts[graph->channels_end];
        size_t high = graph->links_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (graph->links[middle].operand < operand) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        start = low;
    }
    while (start + *count < graph->links_count && graph->links[start + *count].operand == operand) {
        (*count)++;
    }
    return start < graph->links_count ? &graph->links[start] : NULL;
}
