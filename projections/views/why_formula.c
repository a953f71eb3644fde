/* Formulas and balances of a derivation: the expression in force, its parts, its operands. */
#include <inttypes.h>

#include "core/metering/formula/formula_explain.h"
#include "core/metering/formula/formula_grid.h"
#include "core/metering/formula/formula_unit.h"
#include "projections/views/best.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"
#include "projections/views/why_work.h"

#define ARENA_SIZE_MAX ((size_t)256 << 20)
#define MARGIN_US EN_DAY_US /* versions are told by day; their events by instant */

/* One formula at one slot. */
struct formula_work {
    struct en_why_work *work;
    struct en_why_node *node;
    struct en_arena arena;
    struct en_formula_row row;
    struct en_formula formula;
    struct en_formula_program program; /* only for the days that it reads */
    uint32_t *series;                  /* of each ref: a channel or a node */
    struct en_block_head grid;
    struct en_why_slot slot;
    uint32_t index; /* of the slot in the grid */
};

/* ---- names and units ---- */

static en_code find_series(struct en_store *store, const struct en_formula_ref *ref,
                           uint32_t *series, struct en_error *err)
{
    return ref->is_point ? en_why_find(store, EN_WHY_CHANNEL, ref->name, ref->channel, series, err)
                         : en_why_find(store, EN_WHY_FORMULA, ref->name, (struct en_slice){NULL, 0},
                                       series, err);
}

static en_code unit_of_ref(void *context, const struct en_formula_ref *ref, en_unit *unit,
                           struct en_error *err)
{
    struct formula_work *formula = context;
    struct en_store *store = formula->work->store;
    uint32_t *series = &formula->series[ref - formula->formula.refs];
    en_code code = find_series(store, ref, series, err);
    if (code == EN_OK && ref->is_point) {
        struct en_channel_row row = {.channel = *series};
        code = en_table_get(store, &en_table_channel, &row, NULL, err);
        *unit = (en_unit)row.unit;
    } else if (code == EN_OK) {
        struct en_formula_row row = {.node = *series, .from_day = INT32_MAX};
        code = en_table_last_before(store, &en_table_formula, &row, 1, NULL, err);
        *unit = (en_unit)row.unit;
    }
    return code;
}

static en_code unit_of_param(void *context, struct en_slice name, en_unit *unit,
                             struct en_error *err)
{
    (void)context;
    *unit = EN_UNIT_NONE;
    return en_error_set(err, EN_NOT_FOUND, "there is no parameter \"%.*s\"", (int)name.size,
                        (const char *)name.bytes);
}

/* ---- the formula and its operands on the day ---- */

/* A copy of the version in force: rows are views into the store. */
static en_code load_version(struct formula_work *formula, uint32_t node, int32_t day,
                            struct en_error *err)
{
    formula->row = (struct en_formula_row){.node = node, .from_day = day};
    en_code code =
        en_table_last_before(formula->work->store, &en_table_formula, &formula->row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "formula %s has no version in force that day",
                            en_why_key(formula->work, EN_NAME_FORMULA, node));
    }
    if (code != EN_OK) {
        return code;
    }
    formula->row.name = en_arena_copy(&formula->arena, formula->row.name);
    formula->row.expression = en_arena_copy(&formula->arena, formula->row.expression);
    code = en_formula_parse(formula->row.expression, &formula->arena, &formula->formula, NULL, err);
    if (code == EN_OK) {
        size_t count = formula->formula.refs_count + 1u;
        formula->series = en_arena_alloc(&formula->arena, count * sizeof *formula->series);
        code = formula->series == NULL ? en_error_set(err, EN_NOMEM, "no memory for a formula")
                                       : EN_OK;
    }
    return code;
}

static en_code check_version(struct formula_work *formula, struct en_error *err)
{
    struct en_formula_units units = {.context = formula,
                                     .slot_seconds = formula->grid.slot_seconds,
                                     .of_ref = unit_of_ref,
                                     .of_param = unit_of_param};
    struct en_formula_binding binding = {.slot_seconds = formula->grid.slot_seconds};
    en_unit unit = EN_UNIT_NONE;
    en_code code = en_formula_check(&formula->formula, &units, &unit, NULL, err);
    return code == EN_OK ? en_formula_compile(&formula->formula, &binding, &formula->arena,
                                              &formula->program, err)
                         : code;
}

static en_code read_operand(struct formula_work *formula, uint32_t ref, int32_t day,
                            struct en_slice *block, struct en_error *err)
{
    struct en_store *store = formula->work->store;
    uint32_t series = formula->series[ref];
    en_code code = formula->formula.refs[ref].is_point
                       ? en_best_get(store, day, series, block, err)
                       : en_node_get(store, day, series, block, err);
    if (code == EN_NOT_FOUND) {
        *block = (struct en_slice){NULL, 0};
        return EN_OK;
    }
    return code;
}

static en_code load_days(struct formula_work *formula, struct en_formula_day *days,
                         struct en_error *err)
{
    const struct en_formula_program *program = &formula->program;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < program->operands_count && code == EN_OK; i++) {
        const struct en_formula_operand *operand = &program->operands[i];
        for (uint32_t back = 0; back < operand->days_count && code == EN_OK; back++) {
            struct en_slice block;
            code = read_operand(formula, i, formula->slot.day - (int32_t)back, &block, err);
            if (code == EN_OK && block.size > 0) {
                code = en_formula_day_align(block, formula->formula.refs[i].unit, &formula->grid,
                                            formula->work->block, &formula->arena,
                                            &days[operand->days_first + back], err);
            }
        }
    }
    return code;
}

/* ---- parts ---- */

static const char *name_of_ref(struct formula_work *formula, const struct en_formula_ref *ref)
{
    const char *name =
        en_arena_print(&formula->work->tree->arena, "%s%.*s%s%.*s", ref->is_point ? "@" : "#",
                       (int)ref->name.size, (const char *)ref->name.bytes, ref->is_point ? "." : "",
                       (int)ref->channel.size, (const char *)ref->channel.bytes);
    return name == NULL ? "" : name;
}

static en_code add_part(void *self, const struct en_formula_part *part, struct en_error *err)
{
    (void)err;
    struct formula_work *formula = self;
    struct en_why_tree *tree = formula->work->tree;
    char unit[EN_FORMULA_DIMENSION_TEXT_SIZE];
    if (tree->nodes_count >= EN_WHY_NODES_MAX) {
        tree->is_cut = true;
        return EN_OK;
    }
    struct en_why_node *node = en_why_add(tree, formula->node, "part");
    en_why_say(tree, node, "%.*s", (int)part->line.size, (const char *)part->line.bytes);
    if (node != NULL) {
        node->indent = part->level;
    }
    en_why_count(tree, node, "level", part->level);
    en_why_string(tree, node, "op", en_formula_op_text(part->node->op));
    if (part->node->op == EN_FORMULA_REF) {
        const struct en_formula_ref *ref = &formula->formula.refs[part->node->index];
        en_why_string(tree, node, "operand", name_of_ref(formula, ref));
    }
    if (en_quality_is_missing(part->quality)) {
        en_why_null(tree, node, "value");
    } else if (part->is_condition) {
        en_why_bool(tree, node, "value", part->micro != 0);
    } else {
        en_why_micro(tree, node, "value", part->micro);
    }
    if (!part->is_condition) {
        en_formula_dimension_print(&part->node->dimension, unit);
        en_why_string(tree, node, "unit", strcmp(unit, EN_FORMULA_NO_UNIT) == 0 ? "" : unit);
    }
    en_why_quality(tree, node, "quality", part->quality);
    return EN_OK;
}

/* ---- operands ---- */

/* The slots of an operand that the formula's slot is the sum of; the first is enough to ask on when
 * there is no room for all. */
static en_code add_operand_slots(struct formula_work *formula, struct en_why_node *node,
                                 uint32_t ref, struct en_interval span, struct en_error *err)
{
    struct en_why_work *work = formula->work;
    bool is_point = formula->formula.refs[ref].is_point;
    struct en_instant at = span.from;
    en_code code = EN_OK;
    while (code == EN_OK && at.us < span.to.us && en_why_has_room(work->tree, node)) {
        struct en_slice block;
        struct en_block_head head = {.slot_seconds = formula->grid.slot_seconds};
        int64_t seconds = formula->grid.slot_seconds;
        code = is_point ? en_why_channel(work, node, formula->series[ref], at, err)
                        : en_why_formula(work, node, formula->series[ref], at, err);
        if (code == EN_OK) {
            code = read_operand(formula, ref, formula->slot.day, &block, err);
        }
        if (code == EN_OK && block.size > 0) {
            code = en_block_peek(block, &head, err);
            seconds = head.slot_seconds;
        }
        at.us += seconds * EN_SECOND_US;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Each operand once, at the slot itself and at those that prev() looks back to. */
static en_code add_operand(struct formula_work *formula, const struct en_formula_load *load,
                           struct en_error *err)
{
    const struct en_formula_ref *ref = &formula->formula.refs[load->ref];
    struct en_why_tree *tree = formula->work->tree;
    int64_t back = (int64_t)load->reach.lag_days * EN_DAY_US +
                   (int64_t)load->reach.lag_slots * formula->grid.slot_seconds * EN_SECOND_US;
    struct en_interval span = {{formula->slot.span.from.us - back},
                               {formula->slot.span.to.us - back}};
    if (!en_why_has_room(tree, formula->node)) {
        return EN_OK;
    }
    struct en_why_node *node = en_why_add(tree, formula->node, "operand");
    en_why_say(tree, node, EN_WHY_IN(formula->work, "operand %s%s", "операнд %s%s"),
               name_of_ref(formula, ref),
               back > 0
                   ? EN_WHY_IN(formula->work, ", as prev() reads it", ", как его читает prev()")
                   : "");
    en_why_string(tree, node, "operand", name_of_ref(formula, ref));
    en_why_bool(tree, node, "is_raw", load->reach.is_raw);
    return add_operand_slots(formula, node, load->ref, span, err);
}

static en_code add_parts(struct formula_work *formula, struct en_error *err)
{
    const struct en_formula_program *program = &formula->program;
    struct en_formula_binding binding = {.slot_seconds = formula->grid.slot_seconds};
    struct en_formula_day *days =
        en_arena_alloc(&formula->arena, (program->days_count + 1u) * sizeof *days);
    if (days == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the operands of a formula");
    }
    struct en_formula_case one = {&binding, days, formula->grid.count, formula->index};
    en_code code = load_days(formula, days, err);
    if (code == EN_OK) {
        code = en_formula_explain_parts(&formula->formula, &one, add_part, formula, err);
    }
    for (uint32_t i = 0; i < program->loads_count && code == EN_OK; i++) {
        code = add_operand(formula, &program->loads[i], err);
    }
    return code;
}

/* ---- the node ---- */

/* The entry of the day that has the slots: the live one, else what a freeze still holds of it. */
static en_code entry_of_day(struct en_why_work *work, uint32_t node, int32_t day,
                            struct en_slice *live, struct en_slice *block, struct en_error *err)
{
    struct en_frozen_item item = {.lane = EN_FROZEN_NODE, .day = day, .series = node};
    struct en_slice missing;
    struct en_slice entry = {NULL, 0};
    *block = (struct en_slice){NULL, 0};
    en_code code = en_series_get(work->store, &en_series_node, day, node, live, err);
    if (code == EN_NOT_FOUND) {
        *live = (struct en_slice){NULL, 0};
        code = EN_OK;
    }
    entry = *live;
    if (code == EN_OK && entry.size == 0 && work->query->lane == EN_LANE_FISCAL) {
        code = en_why_fiscal_entry(work, &item, &entry, err);
    }
    return code == EN_OK && entry.size > 0 ? en_node_entry_parse(entry, block, &missing, err)
                                           : code;
}

/* The day that holds the instant, its slots, and its live entry (size 0: none). EN_NOT_FOUND. */
static en_code find_entry(struct formula_work *formula, uint32_t node, struct en_instant at,
                          struct en_slice *live, struct en_slice *block, struct en_error *err)
{
    static const int32_t around[] = {0, -1, 1};
    struct en_why_work *work = formula->work;
    int32_t near_day = en_day_of_instant(at, work->offset).n;
    for (size_t i = 0; i < EN_COUNT_OF(around); i++) {
        struct en_why_slot_value value;
        bool is_found = false;
        int32_t day = near_day + around[i];
        en_code code = entry_of_day(work, node, day, live, block, err);
        if (code == EN_OK && block->size > 0) {
            code =
                en_why_slot_at(work, *block, day, at, &formula->slot.span, &value, &is_found, err);
        }
        if (code == EN_OK && is_found) {
            formula->slot.day = day;
            formula->index = value.index;
            formula->grid = work->block->head;
            return EN_OK;
        }
        if (code != EN_OK) {
            return code;
        }
    }
    *live = (struct en_slice){NULL, 0};
    return en_error_set(err, EN_NOT_FOUND,
                        "formula %s has no value then: none of what it reads has",
                        en_why_key(work, EN_NAME_FORMULA, node));
}

/* The first line: the value in the lane asked for. */
static en_code say_formula(struct formula_work *formula, struct en_slice entry, en_fiscal fiscal,
                           struct en_error *err)
{
    struct en_why_work *work = formula->work;
    struct en_why_tree *tree = work->tree;
    struct en_slice block = {NULL, 0};
    struct en_slice missing;
    struct en_why_slot_value value = {.quality = EN_QUALITY_MISSING};
    bool is_found = false;
    en_code code = entry.size == 0 ? EN_OK : en_node_entry_parse(entry, &block, &missing, err);
    if (code == EN_OK && block.size > 0) {
        code = en_why_slot_at(work, block, formula->slot.day, formula->slot.span.from, NULL, &value,
                              &is_found, err);
    }
    if (code != EN_OK) {
        return code;
    }
    uint64_t quality = en_quality_with_fiscal(value.quality, fiscal);
    const char *name = en_why_key(work, EN_NAME_FORMULA, formula->row.node);
    en_unit unit = (en_unit)formula->row.unit;
    en_why_say(tree, formula->node,
               EN_WHY_IN(work, "formula %s from %s to %s: %s", "формула %s с %s по %s: %s"), name,
               en_why_instant_words(tree, formula->slot.span.from, work->offset),
               en_why_instant_words(tree, formula->slot.span.to, work->offset),
               en_why_amount_words(tree, value.micro, unit, quality));
    en_why_string(tree, formula->node, "formula", name);
    en_why_instant(tree, formula->node, "from", formula->slot.span.from, work->offset);
    en_why_instant(tree, formula->node, "to", formula->slot.span.to, work->offset);
    en_why_value(tree, formula->node, value.micro, unit, quality);
    en_why_string(tree, formula->node, "lane",
                  work->query->lane == EN_LANE_FISCAL ? "fiscal" : "live");
    en_why_text(tree, formula->node, "expression", formula->row.expression);
    return EN_OK;
}

/* The command that set the version: a formula's own, or that of the equipment or balance whose
 * series it is ("TR1.loss", "bus.in"). */
static en_code add_setter(struct formula_work *formula, struct en_why_node *node,
                          struct en_interval around, struct en_error *err)
{
    static const struct {
        const char *suffix;
        en_name_type type;
        en_kind kind;
    } owners[] = {
        {EN_FORMULA_LOSS_SUFFIX, EN_NAME_EQUIPMENT, EN_KIND_EQUIPMENT_SET},
        {".in", EN_NAME_BALANCE, EN_KIND_BALANCE_SET},
        {".out", EN_NAME_BALANCE, EN_KIND_BALANCE_SET},
        {".losses", EN_NAME_BALANCE, EN_KIND_BALANCE_SET},
    };
    struct en_why_work *work = formula->work;
    struct en_slice name = en_slice_text(en_why_key(work, EN_NAME_FORMULA, formula->row.node));
    for (size_t i = 0; i < EN_COUNT_OF(owners); i++) {
        struct en_slice suffix = en_slice_text(owners[i].suffix);
        uint32_t owner = 0;
        if (name.size <= suffix.size ||
            memcmp(name.bytes + name.size - suffix.size, suffix.bytes, suffix.size) != 0) {
            continue;
        }
        struct en_slice base = en_slice_of(name.bytes, name.size - suffix.size);
        if (en_keys_find(work->store, owners[i].type, base, &owner, NULL) == EN_OK) {
            return en_why_set_by(work, node, owners[i].kind, owner, around, err);
        }
    }
    return en_why_set_by(work, node, EN_KIND_FORMULA_SET, formula->row.node, around, err);
}

/* The version: its text, and the event that set it. */
static en_code add_version(struct formula_work *formula, struct en_error *err)
{
    struct en_why_tree *tree = formula->work->tree;
    char day[EN_DAY_TEXT_SIZE];
    (void)en_day_print((struct en_day){formula->row.from_day}, day);
    struct en_why_node *node = en_why_add(tree, formula->node, "version");
    en_why_say(tree, node, EN_WHY_IN(formula->work, "%.900s, since %s", "%.900s, действует с %s"),
               formula->row.expression.bytes, day);
    en_why_string(tree, node, "from", day);
    struct en_instant midnight = en_day_interval((struct en_day){formula->row.from_day}, 0).from;
    struct en_interval around = {{midnight.us - MARGIN_US}, {midnight.us + MARGIN_US}};
    return add_setter(formula, node, around, err);
}

static en_code derive_formula(struct formula_work *formula, struct en_why_node *parent,
                              uint32_t node, struct en_instant at, struct en_error *err)
{
    struct en_why_work *work = formula->work;
    struct en_frozen_item live = {.lane = EN_FROZEN_NODE, .series = node};
    struct en_slice block;
    struct en_slice entry;
    en_fiscal fiscal = EN_FISCAL_OPEN;
    en_code code = find_entry(formula, node, at, &live.entry, &block, err);
    live.day = formula->slot.day;
    if (code == EN_OK) {
        code = load_version(formula, node, live.day, err);
    }
    if (code == EN_OK) {
        code = check_version(formula, err);
    }
    if (code != EN_OK) {
        return code;
    }
    formula->node = en_why_add(work->tree, parent, "formula");
    code = en_why_frozen(work, formula->node, &live, &entry, &fiscal, err);
    if (code == EN_OK) {
        code = say_formula(formula, entry, fiscal, err);
    }
    if (code == EN_OK) {
        code = add_version(formula, err);
    }
    return code == EN_OK ? add_parts(formula, err) : code;
}

en_code en_why_formula(struct en_why_work *work, struct en_why_node *parent, uint32_t node,
                       struct en_instant at, struct en_error *err)
{
    struct formula_work formula = {.work = work};
    en_arena_init(&formula.arena, ARENA_SIZE_MAX);
    en_code code = derive_formula(&formula, parent, node, at, err);
    en_arena_fini(&formula.arena);
    return code;
}

/* ---- balances ---- */

/* A side's value in the slot, in the lane asked for; a side that is not there counts nothing. */
static en_code value_of_side(struct en_why_work *work, uint32_t node, struct en_instant at,
                             struct en_why_slot_value *value, struct en_interval *span,
                             bool *is_found, struct en_error *err)
{
    struct formula_work formula = {.work = work};
    struct en_frozen_item live = {.lane = EN_FROZEN_NODE, .series = node};
    struct en_slice entry;
    struct en_slice block = {NULL, 0};
    struct en_slice missing;
    *is_found = false;
    en_code code = find_entry(&formula, node, at, &live.entry, &block, err);
    live.day = formula.slot.day;
    *span = code == EN_OK ? formula.slot.span : *span;
    if (code == EN_OK && work->query->lane == EN_LANE_FISCAL) {
        code = en_why_fiscal_entry(work, &live, &entry, err);
        block = (struct en_slice){NULL, 0};
        code = code == EN_OK && entry.size > 0 ? en_node_entry_parse(entry, &block, &missing, err)
                                               : code;
    }
    if (code == EN_OK && block.size > 0) {
        code = en_why_slot_at(work, block, formula.slot.day, at, span, value, is_found, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code add_side(struct en_why_work *work, struct en_why_node *parent, const char *kind,
                        const char *words, uint32_t node, struct en_instant at,
                        struct en_error *err)
{
    if (node == 0 || !en_why_has_room(work->tree, parent)) {
        return EN_OK;
    }
    struct en_why_node *side = en_why_add(work->tree, parent, kind);
    en_why_say(work->tree, side, "%s", words);
    en_code code = en_why_formula(work, side, node, at, err);
    if (code == EN_NOT_FOUND) {
        en_why_say_more(
            work->tree, side,
            EN_WHY_IN(work, ": nothing of it has a value then", ": в это время значений нет"));
        code = EN_OK;
    }
    return code;
}

/* in - out - losses, where each side that is set has a usable value. */
static en_code say_balance(struct en_why_work *work, struct en_why_node *node,
                           const struct en_balance_row *row, struct en_instant at,
                           struct en_error *err)
{
    static const char *const names[] = {"in", "out", "losses"};
    uint32_t nodes[] = {row->in_node, row->out_node, row->losses_node};
    const char *name = en_why_key(work, EN_NAME_BALANCE, row->balance);
    struct en_interval span = {at, at};
    int64_t imbalance = 0;
    bool is_whole = true;
    en_code code = EN_OK;
    en_why_string(work->tree, node, "balance", name);
    for (size_t i = 0; i < EN_COUNT_OF(nodes) && code == EN_OK; i++) {
        struct en_why_slot_value value = {0};
        bool is_found = false;
        if (nodes[i] == 0) {
            continue;
        }
        code = value_of_side(work, nodes[i], at, &value, &span, &is_found, err);
        bool is_usable = is_found && en_quality_is_usable(value.quality);
        is_whole = is_whole && is_usable &&
                   (i == 0 ? en_i64_add(imbalance, value.micro, &imbalance)
                           : en_i64_subtract(imbalance, value.micro, &imbalance));
        if (is_usable) {
            en_why_micro(work->tree, node, names[i], value.micro);
        } else {
            en_why_null(work->tree, node, names[i]);
        }
    }
    en_why_say(work->tree, node,
               EN_WHY_IN(work, "balance %s from %s to %s: imbalance %s = in - out%s",
                         "баланс %s с %s по %s: небаланс %s = прием - отдача%s"),
               name, en_why_instant_words(work->tree, span.from, work->offset),
               en_why_instant_words(work->tree, span.to, work->offset),
               is_whole ? en_why_micro_words(work->tree, imbalance)
                        : EN_WHY_IN(work, "not known", "неизвестен"),
               row->losses_node != 0 ? EN_WHY_IN(work, " - losses", " - потери") : "");
    en_why_instant(work->tree, node, "from", span.from, work->offset);
    en_why_instant(work->tree, node, "to", span.to, work->offset);
    if (is_whole) {
        en_why_micro(work->tree, node, "imbalance", imbalance);
    } else {
        en_why_null(work->tree, node, "imbalance");
    }
    return code;
}

en_code en_why_balance(struct en_why_work *work, struct en_why_node *parent, uint32_t balance,
                       struct en_instant at, struct en_error *err)
{
    int32_t day = en_day_of_instant(at, work->offset).n;
    struct en_balance_row row = {.balance = balance, .from_day = day};
    en_code code = en_table_last_before(work->store, &en_table_balance, &row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "balance %s has no version in force that day",
                            en_why_key(work, EN_NAME_BALANCE, balance));
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "balance");
    struct en_instant midnight = en_day_interval((struct en_day){row.from_day}, 0).from;
    struct en_interval around = {{midnight.us - MARGIN_US}, {midnight.us + MARGIN_US}};
    code = say_balance(work, node, &row, at, err);
    if (code == EN_OK) {
        code = en_why_set_by(work, node, EN_KIND_BALANCE_SET, balance, around, err);
    }
    if (code == EN_OK) {
        code = add_side(work, node, "in", EN_WHY_IN(work, "in", "прием"), row.in_node, at, err);
    }
    if (code == EN_OK) {
        code = add_side(work, node, "out", EN_WHY_IN(work, "out", "отдача"), row.out_node, at, err);
    }
    return code == EN_OK ? add_side(work, node, "losses", EN_WHY_IN(work, "losses", "потери"),
                                    row.losses_node, at, err)
                         : code;
}
