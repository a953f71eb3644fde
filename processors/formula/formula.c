/* Formulas and the sides of balances: nodes computed from channels and other nodes, day by day.
 *
 * An entry is: varint size of the block, the block (1e-6, DERIVED), then for sums with missing
 * operands a block of their counts.
 *
 * Settling a day: every changed operand makes its readers dirty; readers are settled by rising
 * rank, so that what they read is final; a node whose bytes come out as before makes nobody dirty
 * (early cut-off). Sums take over the difference (sum_day.h), all others are computed from their
 * operands (node_day.h), with the same result. A change also makes later days dirty where a reader
 * looks back. */
#include <stdlib.h>

#include "core/mem.h"
#include "processors/derived.h"
#include "processors/formula/graph.h"
#include "processors/formula/node_day.h"
#include "processors/formula/sum_day.h"
#include "processors/marks.h"
#include "processors/registry/registry.h"
#include "processors/sort.h"
#include "projections/tables.h"
#include "projections/views/best.h"
#include "projections/views/interval.h"
#include "projections/views/totals.h"

#define WORK_ARENA_SIZE ((size_t)256 << 20)
#define SIDES_MAX 3u /* of a balance */
#define ENTRY_SIZE_MAX (3 * EN_BLOCK_SIZE_MAX)

/* A node on the day in hand. */
struct today {
    uint32_t node;
    uint32_t version_index;
    struct en_graph_version *version; /* in force today; NULL: none */
    bool is_dirty;
    bool is_marked; /* compute from all operands */
    bool is_settled;
    struct en_sum_day sum;
    struct en_slice before; /* entry as stored */
    struct en_slice after;
    struct today *next; /* in its rank */
};

struct formula_state {
    struct en_graph graph;
    struct en_marks marks; /* nodes to compute although no operand may have changed */
    struct today **today;  /* by node, NULL unless touched today; in the day arena */
    size_t today_capacity;
    struct today **ranks; /* lists of today's nodes by rank */
    size_t ranks_capacity;
    uint32_t *touched; /* nodes touched today */
    size_t touched_count;
    size_t touched_capacity;
    int32_t day;
    struct en_arena work;
    struct en_buf entry;
    struct en_buf totals;
    struct en_block scratch;
    struct en_block block;
    struct en_block missing;
};

/* Every day in [from, to) that holds energy or nodes: what a new version computes anew. */
static en_code mark_days(struct en_fold *fold, struct formula_state *state, uint32_t node,
                         int32_t from, int32_t to, struct en_error *err)
{
    const struct en_series_table *const lanes[] = {&en_series_profile, &en_series_interval,
                                                   &en_series_best, &en_series_bypass,
                                                   &en_series_node};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(lanes) && code == EN_OK; i++) {
        int32_t day = from;
        code = en_series_next_day(fold->store, lanes[i], &day, err);
        while (code == EN_OK && day < to) {
            code = en_marks_add(&state->marks, fold, day, node, err);
            day++;
            code = code == EN_OK ? en_series_next_day(fold->store, lanes[i], &day, err) : code;
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* Whether the code tells a fault of ours or of the machine, not of the formula. */
static bool is_failure(en_code code)
{
    return code == EN_NOMEM || code == EN_IO || code == EN_CORRUPT || code == EN_FULL;
}

/* One formula to be: *is_accepted false: refused, and said so. */
static en_code check_formula(struct en_fold *fold, struct formula_state *state,
                             const struct en_formula_row *wanted, struct en_graph_version *version,
                             bool *is_accepted, struct en_error *err)
{
    struct en_graph_set set = {
        .node = wanted->node, .from_day = wanted->from_day, .expression = wanted->expression};
    struct en_error fault;
    en_code code = en_graph_check(&state->graph, fold, &set, version, &fault);
    *is_accepted = code == EN_OK;
    if (is_failure(code)) {
        *err = fault;
    }
    return code == EN_OK || is_failure(code)
               ? code
               : en_fold_refuse(fold, code, err, "%.*s: %s", (int)wanted->name.size,
                                (const char *)wanted->name.bytes, fault.text);
}

/* Puts a checked formula into graph and table. *is_accepted false: refused, and said so. */
static en_code set_formula(struct en_fold *fold, struct formula_state *state,
                           const struct en_formula_row *wanted, struct en_graph_version *version,
                           bool *is_accepted, struct en_error *err)
{
    struct en_error fault;
    struct en_formula_row row = *wanted;
    row.unit = (uint8_t)version->unit;
    en_code code = en_graph_adopt(&state->graph, row.node, version, &fault);
    *is_accepted = code == EN_OK;
    if (is_failure(code)) {
        *err = fault;
        return code;
    }
    if (code != EN_OK) {
        return en_fold_refuse(fold, code, err, "%.*s: %s", (int)row.name.size,
                              (const char *)row.name.bytes, fault.text);
    }
    code = en_table_put(fold->store, &en_table_formula, &row, NULL, err);
    int32_t to = en_graph_version_end(&state->graph, row.node, row.from_day);
    return code == EN_OK ? mark_days(fold, state, row.node, row.from_day, to, err) : code;
}

/* Whether the id is the one that the log gave to the name: a formula set under the id of another
 * would take its place. */
static en_code is_named(struct en_fold *fold, uint32_t node, struct en_slice name, bool *is,
                        struct en_error *err)
{
    uint32_t id = 0;
    en_code code = en_registry_find(fold, EN_NAME_FORMULA, name, &id, err);
    *is = id != 0 && id == node;
    return code;
}

static en_code fold_formula(struct en_fold *fold, struct formula_state *state,
                            const struct en_event *event, struct en_error *err)
{
    struct en_formula_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "formula", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_formula_row row = {
        .node = event->header.subject,
        .from_day = en_day_of_instant(event->header.valid.from, 0).n,
        .name = payload.name,
        .expression = payload.expression,
    };
    struct en_graph_version version;
    bool is_accepted = false;
    bool is_its_name = false;
    code = is_named(fold, row.node, row.name, &is_its_name, err);
    if (code == EN_OK && !is_its_name) {
        return en_fold_refuse(fold, EN_MALFORMED, err, "formula: its id is not that of its name");
    }
    if (code == EN_OK) {
        code = check_formula(fold, state, &row, &version, &is_accepted, err);
    }
    return is_accepted ? set_formula(fold, state, &row, &version, &is_accepted, err) : code;
}

/* What stands before the name of a unit, which is empty for a plain number. */
static const char *in_words(en_unit unit)
{
    return unit == EN_UNIT_NONE ? en_unit_about(unit) : "in ";
}

/* Checks the sides, whose units must agree, before anything is set, so that nothing is
 * half-applied. Refused: *is_accepted false, and there are no versions. */
static en_code check_sides(struct en_fold *fold, struct formula_state *state,
                           const struct en_formula_row *sides, uint32_t count,
                           struct en_graph_version *versions, bool *is_accepted,
                           struct en_error *err)
{
    uint32_t made_count = 0;
    en_code code = EN_OK;
    *is_accepted = true;
    while (code == EN_OK && *is_accepted && made_count < count) {
        const struct en_formula_row *side = &sides[made_count];
        struct en_graph_version *version = &versions[made_count];
        code = check_formula(fold, state, side, version, is_accepted, err);
        made_count += *is_accepted;
        if (*is_accepted && version->unit != versions[0].unit) {
            *is_accepted = false;
            code =
                en_fold_refuse(fold, EN_UNIT, err,
                               "%.*s is %s%s, what comes in is %s%s: a balance compares one unit",
                               (int)side->name.size, (const char *)side->name.bytes,
                               in_words(version->unit), en_unit_name(version->unit),
                               in_words(versions[0].unit), en_unit_name(versions[0].unit));
        }
    }
    for (uint32_t i = 0; i < made_count && !*is_accepted; i++) {
        en_graph_version_fini(&versions[i]);
    }
    return code;
}

static en_code set_sides(struct en_fold *fold, struct formula_state *state,
                         const struct en_formula_row *sides, uint32_t count, struct en_error *err)
{
    struct en_graph_version versions[SIDES_MAX];
    bool is_accepted = false;
    uint32_t done_count = 0;
    EN_ASSERT(count <= SIDES_MAX);
    en_code code = check_sides(fold, state, sides, count, versions, &is_accepted, err);
    if (!is_accepted) {
        return code;
    }
    while (code == EN_OK && is_accepted && done_count < count) {
        code =
            set_formula(fold, state, &sides[done_count], &versions[done_count], &is_accepted, err);
        done_count++;
    }
    for (; done_count < count; done_count++) {
        en_graph_version_fini(&versions[done_count]);
    }
    return code;
}

/* A balance is three formulas, NAME.in, NAME.out and NAME.losses. */
static en_code fold_balance(struct en_fold *fold, struct formula_state *state,
                            const struct en_event *event, struct en_error *err)
{
    struct en_balance_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "balance", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    int32_t from_day = en_day_of_instant(event->header.valid.from, 0).n;
    int name_size = (int)payload.name.size;
    const char *name = (const char *)payload.name.bytes;
    struct en_formula_row sides[] = {
        {payload.in_node, from_day, en_slice_text(""), payload.in, 0, true},
        {payload.out_node, from_day, en_slice_text(""), payload.out, 0, true},
        {payload.losses_node, from_day, en_slice_text(""), payload.losses, 0, true},
    };
    static const char *const words[] = {"in", "out", "losses"};
    uint32_t count = payload.losses.size > 0 ? 3 : 2;
    for (uint32_t i = 0; i < count; i++) {
        char *text = en_arena_print(&fold->batch, "%.*s.%s", name_size, name, words[i]);
        if (text == NULL) {
            return en_error_set(err, EN_NOMEM, "no room for the names of a balance");
        }
        sides[i].name = en_slice_text(text);
        bool is_its_name = false;
        code = is_named(fold, sides[i].node, sides[i].name, &is_its_name, err);
        if (code != EN_OK) {
            return code;
        }
        if (!is_its_name) {
            return en_fold_refuse(fold, EN_MALFORMED, err, "balance: no series was named for %s",
                                  text);
        }
    }
    return set_sides(fold, state, sides, count, err);
}

/* Each expression of the equipment alone, so that together they cannot mean something else. */
static en_code check_parts(struct en_fold *fold, const struct en_equipment_set *set,
                           bool *is_accepted, struct en_error *err)
{
    const struct en_equipment_load *loads = set->loads.items;
    struct en_slice parts[2 + 2 * EN_EQUIPMENT_LOADS_MAX] = {set->voltage, set->worked};
    size_t count = 2;
    en_code code = EN_OK;
    *is_accepted = true;
    for (uint32_t i = 0; i < set->loads.count; i++) {
        parts[count++] = loads[i].active;
        parts[count++] = loads[i].reactive;
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        struct en_formula formula;
        code = parts[i].size > 0 ? en_formula_parse(parts[i], &fold->batch, &formula, NULL, err)
                                 : EN_OK;
    }
    if (code == EN_OK || is_failure(code)) {
        return code;
    }
    *is_accepted = false;
    struct en_error fault = *err;
    return en_fold_refuse(fold, code, err, "equipment %.*s: %s", (int)set->name.size,
                          (const char *)set->name.bytes, fault.text);
}

/* The losses of the equipment as a formula, NAME.loss. */
static en_code set_losses(struct en_fold *fold, struct formula_state *state,
                          const struct en_equipment_set *set, int32_t from_day,
                          struct en_error *err)
{
    struct en_buf text;
    struct en_formula_row row = {.node = set->node, .from_day = from_day};
    struct en_graph_version version;
    bool is_its_name = false;
    bool is_accepted = false;
    char *name = en_arena_print(&fold->batch, "%.*s" EN_FORMULA_LOSS_SUFFIX, (int)set->name.size,
                                (const char *)set->name.bytes);
    if (name == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the name of an equipment");
    }
    row.name = en_slice_text(name);
    en_code code = is_named(fold, row.node, row.name, &is_its_name, err);
    if (code != EN_OK || !is_its_name) {
        return code != EN_OK ? code
                             : en_fold_refuse(fold, EN_MALFORMED, err,
                                              "equipment: no series was named for %s", name);
    }
    en_buf_init(&text, 2 * EN_FORMULA_SIZE_MAX);
    en_equipment_print(set, &text);
    code = en_buf_code(&text, err);
    code = code == EN_OK ? en_fold_copy(&fold->batch, en_buf_slice(&text), &row.expression, err)
                         : code;
    en_buf_fini(&text);
    if (code == EN_OK) {
        code = check_formula(fold, state, &row, &version, &is_accepted, err);
    }
    return is_accepted ? set_formula(fold, state, &row, &version, &is_accepted, err) : code;
}

static en_code fold_equipment(struct en_fold *fold, struct formula_state *state,
                              const struct en_event *event, struct en_error *err)
{
    struct en_equipment_set payload;
    struct en_error fault = {0};
    bool is_read = false;
    bool is_accepted = false;
    uint32_t id = 0;
    en_code code = en_fold_decode(fold, event, "equipment", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    code = en_registry_find(fold, EN_NAME_EQUIPMENT, payload.name, &id, err);
    if (code != EN_OK) {
        return code;
    }
    if (id == 0 || id != event->header.subject) {
        return en_fold_refuse(fold, EN_MALFORMED, err, "equipment: its id is not that of its name");
    }
    en_code checked = en_equipment_check(&payload, &fault);
    if (checked != EN_OK) {
        return en_fold_refuse(fold, checked, err, "equipment %.*s: %s", (int)payload.name.size,
                              (const char *)payload.name.bytes, fault.text);
    }
    code = check_parts(fold, &payload, &is_accepted, err);
    return code == EN_OK && is_accepted && payload.node != 0
               ? set_losses(fold, state, &payload, en_day_of_instant(event->header.valid.from, 0).n,
                            err)
               : code;
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    switch (event->header.kind) {
    case EN_KIND_FORMULA_SET:
        return fold_formula(fold, state, event, err);
    case EN_KIND_EQUIPMENT_SET:
        return fold_equipment(fold, state, event, err);
    default:
        EN_ASSERT(event->header.kind == EN_KIND_BALANCE_SET);
        return fold_balance(fold, state, event, err);
    }
}

/* ---- settling ---- */

/* The node's place in the day in hand, made when it is touched first. */
static en_code touch(struct en_fold *fold, struct formula_state *state, uint32_t node,
                     struct today **found, struct en_error *err)
{
    if (state->today[node] == NULL) {
        struct today *today = en_arena_alloc(&fold->day, sizeof *today);
        if (today == NULL) {
            return en_error_set(err, EN_NOMEM, "no room for the formulas of a day");
        }
        struct en_slice stored;
        en_code code = en_series_get(fold->store, &en_series_node, state->day, node, &stored, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        today->node = node;
        today->version = en_graph_version_on(&state->graph, node, state->day);
        today->version_index = today->version != NULL
                                   ? (uint32_t)(today->version - state->graph.nodes[node]->versions)
                                   : UINT32_MAX;
        code = code == EN_OK ? en_fold_copy(&fold->day, stored, &today->before, err) : EN_OK;
        if (code == EN_OK) {
            code = en_fold_grow((void **)&state->touched, &state->touched_capacity,
                                state->touched_count, sizeof node, err);
        }
        if (code != EN_OK) {
            return code;
        }
        state->touched[state->touched_count++] = node;
        state->today[node] = today;
        uint32_t rank = state->graph.nodes[node]->rank;
        today->next = state->ranks[rank];
        state->ranks[rank] = today;
    }
    *found = state->today[node];
    return EN_OK;
}

/* The block of a node's entry, and the counts behind it; both size 0 where there is no entry. */
static en_code split_entry(struct en_slice entry, struct en_slice *block, struct en_slice *missing,
                           struct en_error *err)
{
    *block = *missing = (struct en_slice){0};
    return entry.size > 0 ? en_node_entry_parse(entry, block, missing, err) : EN_OK;
}

/* Days after today on which the link's version reads back to today. */
static en_code mark_later(struct en_fold *fold, struct formula_state *state,
                          const struct en_graph_link *link, struct en_error *err)
{
    const struct en_graph_version *version =
        &state->graph.nodes[link->node]->versions[link->version];
    en_code code = EN_OK;
    for (uint32_t back = 1; back <= link->lag_days && code == EN_OK; back++) {
        int32_t later = state->day + (int32_t)back;
        if (en_graph_version_on(&state->graph, link->node, later) == version) {
            code = en_marks_add(&state->marks, fold, later, link->node, err);
        }
    }
    return code;
}

/* Begins the sum of the node's day from what is stored, or on the grid of the first block. */
static en_code begin_sum(struct en_fold *fold, struct formula_state *state, struct today *today,
                         struct en_slice first, struct en_error *err)
{
    const struct en_formula_linear *linear = &today->version->linear;
    struct en_slice block;
    struct en_slice missing;
    struct en_block_head head;
    en_code code = split_entry(today->before, &block, &missing, err);
    if (code == EN_OK && block.size > 0) {
        return en_sum_day_resume(&today->sum, linear, block, missing, &state->scratch, &fold->day,
                                 err);
    }
    if (code == EN_OK) {
        code = en_block_peek(first, &head, err);
    }
    return code == EN_OK ? en_sum_day_begin(&today->sum, linear, &head, &fold->day, err) : code;
}

/* Tells one reader that its operand went from before to after on this day. */
static en_code tell(struct en_fold *fold, struct formula_state *state,
                    const struct en_graph_link *link, struct en_slice before, struct en_slice after,
                    struct en_error *err)
{
    struct today *today = state->today[link->node];
    en_code code = link->lag_days > 0 ? mark_later(fold, state, link, err) : EN_OK;
    if (code == EN_OK && today == NULL) {
        const struct en_graph_version *versions = state->graph.nodes[link->node]->versions;
        bool is_in_force =
            en_graph_version_on(&state->graph, link->node, state->day) == &versions[link->version];
        code = is_in_force ? touch(fold, state, link->node, &today, err) : EN_OK;
    }
    if (code != EN_OK || today == NULL || today->version_index != link->version) {
        return code;
    }
    today->is_dirty = true;
    if (!today->version->is_linear || today->is_marked || today->sum.is_lost) {
        today->is_marked = true;
        return EN_OK;
    }
    if (!today->sum.is_begun) {
        code = begin_sum(fold, state, today, after, err);
    }
    return code == EN_OK
               ? en_sum_day_change(&today->sum, link->weight, before, after, &state->scratch, err)
               : code;
}

static en_code tell_readers(struct en_fold *fold, struct formula_state *state, graph_key operand,
                            struct en_slice before, struct en_slice after, struct en_error *err)
{
    size_t count = 0;
    const struct en_graph_link *links = en_graph_links_of(&state->graph, operand, &count);
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = tell(fold, state, &links[i], before, after, err);
    }
    return code;
}

/* Reads an operand as it is now: nodes settled today from memory. */
static en_code read_operand(void *self, graph_key operand, int32_t day, struct en_slice *block,
                            struct en_error *err)
{
    struct en_fold *fold = self;
    struct formula_state *state = fold->states[EN_PROCESSOR_formula];
    uint32_t series = (uint32_t)operand;
    en_code code = EN_OK;
    *block = (struct en_slice){0};
    if (!graph_key_is_node(operand)) {
        code = en_best_get(fold->store, day, series, block, err);
    } else if (day == state->day && state->today[series] != NULL &&
               state->today[series]->is_settled) {
        struct en_slice missing;
        return split_entry(state->today[series]->after, block, &missing, err);
    } else {
        code = en_node_get(fold->store, day, series, block, err);
    }
    if (code == EN_NOT_FOUND) {
        *block = (struct en_slice){0};
        return EN_OK;
    }
    return code;
}

/* Builds the entry from state->block and state->missing. */
static en_code make_entry(struct en_fold *fold, struct formula_state *state, bool has_missing,
                          struct en_slice *entry, struct en_error *err)
{
    struct en_buf block;
    en_buf_init(&block, EN_BLOCK_SIZE_MAX);
    en_buf_reset(&state->entry);
    en_code code = en_derived_encode(&state->block, &block, err);
    if (code == EN_OK) {
        en_buf_varint(&state->entry, block.size);
        en_buf_append(&state->entry, block.bytes, block.size);
        code = has_missing ? en_block_encode(&state->missing, &state->entry, err) : EN_OK;
    }
    en_buf_fini(&block);
    if (code == EN_OK) {
        code = en_buf_code(&state->entry, err);
    }
    return code == EN_OK ? en_fold_copy(&fold->day, en_buf_slice(&state->entry), entry, err) : code;
}

static en_code compute(struct en_fold *fold, struct formula_state *state,
                       struct en_graph_version *version, struct en_slice *entry,
                       struct en_error *err)
{
    struct en_node_day work = {
        .version = version,
        .day = state->day,
        .read = read_operand,
        .read_self = fold,
        .scratch = &state->scratch,
        .arena = &state->work,
    };
    bool has_missing = false;
    bool is_empty = false;
    en_arena_reset(&state->work);
    en_code code =
        en_node_day_compute(&work, &state->block, &state->missing, &has_missing, &is_empty, err);
    return code == EN_OK && !is_empty ? make_entry(fold, state, has_missing, entry, err) : code;
}

static en_code settle_node(struct en_fold *fold, struct formula_state *state, struct today *today,
                           struct en_error *err)
{
    struct en_graph_version *version = today->version;
    en_code code = EN_OK;
    EN_ASSERT(!today->is_settled);
    today->is_settled = true;
    if (version == NULL) {
        return EN_OK; /* no formula in force: no entry */
    }
    bool is_by_difference = !today->is_marked && today->sum.is_begun && !today->sum.is_lost;
    bool has_missing = false;
    if (is_by_difference) {
        en_sum_day_finish(&today->sum, &state->block, &state->missing, &has_missing);
        is_by_difference = !today->sum.is_lost;
    }
    code = is_by_difference ? make_entry(fold, state, has_missing, &today->after, err)
                            : compute(fold, state, version, &today->after, err);
    if (code != EN_OK || en_slice_equal(today->before, today->after)) {
        return code;
    }
    struct en_slice before;
    struct en_slice after;
    struct en_slice missing;
    code = split_entry(today->before, &before, &missing, err);
    if (code == EN_OK) {
        code = split_entry(today->after, &after, &missing, err);
    }
    bool is_block_changed = code == EN_OK && !en_slice_equal(before, after);
    return is_block_changed
               ? tell_readers(fold, state, graph_key_of(true, today->node), before, after, err)
               : code;
}

static en_code reserve_today(struct formula_state *state, struct en_error *err)
{
    size_t nodes = (size_t)state->graph.nodes_end + 1;
    size_t ranks = (size_t)state->graph.rank_max + 1;
    if (state->today_capacity < nodes) {
        struct today **today = en_mem_resize(state->today, nodes * sizeof *today);
        if (today == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu formulas", nodes);
        }
        memset(today + state->today_capacity, 0, (nodes - state->today_capacity) * sizeof *today);
        state->today = today;
        state->today_capacity = nodes;
    }
    if (state->ranks_capacity < ranks) {
        struct today **lists = en_mem_resize(state->ranks, ranks * sizeof *lists);
        if (lists == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu ranks of formulas", ranks);
        }
        state->ranks = lists;
        state->ranks_capacity = ranks;
    }
    memset(state->ranks, 0, state->ranks_capacity * sizeof *state->ranks);
    return EN_OK;
}

/* Makes the nodes dirty that are marked for the day. */
static en_code touch_marked(struct en_fold *fold, struct formula_state *state, struct en_error *err)
{
    en_code code = en_marks_sort(&state->marks, err);
    uint32_t node = 0;
    while (code == EN_OK && en_marks_peek(&state->marks, state->day, &node)) {
        struct today *today = NULL;
        code = touch(fold, state, node, &today, err);
        if (code == EN_OK) {
            today->is_dirty = true;
            today->is_marked = true;
            en_marks_take(&state->marks);
        }
    }
    return code;
}

static en_code write_node(struct en_fold *fold, struct formula_state *state,
                          struct en_series_writer *entries, struct en_series_writer *days,
                          const struct today *today, struct en_error *err)
{
    struct en_slice block;
    struct en_slice missing;
    struct en_totals totals;
    en_code code = split_entry(today->after, &block, &missing, err);
    if (code == EN_OK) {
        code = en_totals_of_block(block, &state->scratch, &totals, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_buf_reset(&state->totals);
    if (block.size > 0) {
        en_totals_encode(&totals, &state->totals);
    }
    struct en_change change = {
        .series = today->node, .before = today->before, .after = today->after};
    code = en_buf_code(&state->totals, err);
    if (code == EN_OK) {
        code = en_series_writer_put(entries, today->node, today->after, NULL, NULL, err);
    }
    if (code == EN_OK) {
        code =
            en_series_writer_put(days, today->node, en_buf_slice(&state->totals), NULL, NULL, err);
    }
    return code == EN_OK ? en_fold_change(fold, EN_LANE_NODE, &change, err) : code;
}

static int compare_nodes(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Writes what changed, in rising order of nodes. */
static en_code write_changed(struct en_fold *fold, struct formula_state *state,
                             struct en_error *err)
{
    struct en_series_writer *entries = NULL;
    struct en_series_writer *days = NULL;
    qsort(state->touched, state->touched_count, sizeof *state->touched, compare_nodes);
    en_code code = en_series_writer_open(fold->store, &en_series_node, state->day, &entries, err);
    if (code == EN_OK) {
        code = en_series_writer_open(fold->store, &en_series_node_day, state->day, &days, err);
    }
    for (size_t i = 0; i < state->touched_count && code == EN_OK; i++) {
        const struct today *today = state->today[state->touched[i]];
        if (today->is_settled && !en_slice_equal(today->before, today->after)) {
            code = write_node(fold, state, entries, days, today, err);
        }
    }
    if (code == EN_OK) {
        code = en_series_writer_end(entries, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(days, err);
    }
    en_series_writer_close(entries);
    en_series_writer_close(days);
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct formula_state *state = state_memory;
    const struct en_changes *changes = &fold->changes[EN_LANE_BEST];
    state->day = day;
    en_code code = en_graph_link(&state->graph, err);
    if (code == EN_OK) {
        code = reserve_today(state, err);
    }
    if (code == EN_OK) {
        code = touch_marked(fold, state, err);
    }
    for (size_t i = 0; i < changes->count && code == EN_OK; i++) {
        const struct en_change *change = &changes->items[i];
        code = tell_readers(fold, state, graph_key_of(false, change->series), change->before,
                            change->after, err);
    }
    for (uint32_t rank = 0; rank <= state->graph.rank_max && code == EN_OK; rank++) {
        /* what a node of this rank makes dirty stands in a higher one */
        for (struct today *today = state->ranks[rank]; today != NULL && code == EN_OK;
             today = today->next) {
            code = today->is_dirty ? settle_node(fold, state, today, err) : EN_OK;
        }
    }
    if (code == EN_OK && state->touched_count > 0) {
        code = write_changed(fold, state, err);
    }
    for (size_t i = 0; i < state->touched_count; i++) {
        state->today[state->touched[i]] = NULL;
    }
    state->touched_count = 0;
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct formula_state *state = state_memory;
    en_marks_end(&state->marks);
    return EN_OK;
}

/* The graph is a function of the table: nodes that read nodes must come after them, so rows are
 * tried until all are in. */
static en_code load_graph(struct en_fold *fold, struct formula_state *state, struct en_error *err)
{
    uint32_t waiting = 1;
    uint32_t waited = UINT32_MAX;
    en_code code = EN_OK;
    while (code == EN_OK && waiting > 0 && waiting < waited) {
        struct en_table_scan scan;
        waited = waiting == 1 && waited == UINT32_MAX ? UINT32_MAX - 1 : waiting;
        waiting = 0;
        code = en_table_scan_begin(fold->store, &en_table_formula, NULL, 0, &scan, err);
        while (code == EN_OK) {
            struct en_formula_row row;
            struct en_error fault;
            struct en_graph_version version;
            code = en_table_scan_next(&scan, &row, NULL, err);
            if (code != EN_OK || en_graph_has_version(&state->graph, row.node, row.from_day)) {
                continue;
            }
            struct en_graph_set set = {row.node, row.from_day, row.expression};
            en_code put = en_graph_check(&state->graph, fold, &set, &version, &fault);
            if (put == EN_OK) {
                put = en_graph_adopt(&state->graph, row.node, &version, &fault);
            }
            waiting += put == EN_NOT_FOUND;
            if (put != EN_OK && put != EN_NOT_FOUND) {
                *err = fault;
                code = put;
            }
        }
        en_table_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK && waiting > 0) {
        code = en_error_set(err, EN_CORRUPT, "%u stored formulas name series that are not there",
                            waiting);
    }
    return code;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct formula_state *state = state_memory;
    en_arena_init(&state->work, WORK_ARENA_SIZE);
    en_buf_init(&state->entry, ENTRY_SIZE_MAX);
    en_buf_init(&state->totals, 64);
    return load_graph(fold, state, err);
}

static void close_state(void *state_memory)
{
    struct formula_state *state = state_memory;
    en_graph_fini(&state->graph);
    en_marks_fini(&state->marks);
    en_mem_free(state->today);
    en_mem_free(state->ranks);
    en_mem_free(state->touched);
    en_arena_fini(&state->work);
    en_buf_fini(&state->entry);
    en_buf_fini(&state->totals);
}

static const struct en_table *const tables[] = {&en_table_formula, NULL};
static const struct en_series_table *const series[] = {&en_series_node, &en_series_node_day, NULL};

const struct en_processor en_processor_formula = {
    .name = "formula",
    .about = "Formulas, losses of equipment and the sides of balances, computed day by day.",
    .kinds = EN_KIND_BIT(FORMULA_SET) | EN_KIND_BIT(BALANCE_SET) | EN_KIND_BIT(EQUIPMENT_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct formula_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
