#include "projections/views/balance_member.h"

#include "core/fixed.h"
#include "core/metering/balance/balance_level.h"
#include "core/metering/balance/imbalance.h"
#include "core/metering/block/block.h"
#include "core/metering/formula/formula.h"
#include "core/metering/quantity.h"
#include "projections/tables_balance.h"
#include "projections/views/best.h"
#include "projections/views/keys.h"
#include "projections/views/rules.h"
#include "projections/views/usage.h"

#define MEMBERS_MAX 16384u
#define MEMBERS_FIRST 64u
#define NESTING_MAX 8u /* formulas in formulas */

struct gather {
    struct en_store *store;
    const struct en_balance_stretch *stretch;
    struct en_arena *arena;
    struct en_balance_members *members;
    struct en_block *block;
    struct en_rules *rules;
    struct en_equipment_row *circuits; /* metering circuits, the last version of each point */
    size_t circuits_count;
    bool is_out;
};

const char *en_error_origin_text(en_error_origin origin)
{
    return origin == EN_ERROR_SET ? "set" : origin == EN_ERROR_BY_CLASS ? "class" : "assumed";
}

static void give_up(struct gather *gather, const char *why, struct en_slice about)
{
    if (gather->members->why == NULL) {
        gather->members->why = why;
        gather->members->about = about;
    }
}

static en_code copy(struct gather *gather, struct en_slice text, struct en_slice *kept,
                    struct en_error *err)
{
    *kept = text.size > 0 ? en_arena_copy(gather->arena, text) : en_slice_of("", 0);
    return kept->bytes != NULL ? EN_OK
                               : en_error_set(err, EN_NOMEM, "no memory for a balance's channels");
}

/* ---- metering circuits ---- */

static struct en_equipment_row *find_circuit(struct gather *gather, uint32_t point)
{
    for (size_t i = 0; i < gather->circuits_count; i++) {
        if (gather->circuits[i].set.point == point) {
            return &gather->circuits[i];
        }
    }
    return NULL;
}

static en_code keep_circuit(struct gather *gather, const struct en_equipment_row *row,
                            size_t *capacity, struct en_error *err)
{
    struct en_equipment_row *place = find_circuit(gather, row->set.point);
    if (place == NULL && gather->circuits_count == *capacity) {
        size_t grown = *capacity == 0 ? MEMBERS_FIRST : *capacity * 2;
        struct en_equipment_row *rows = en_arena_alloc(gather->arena, grown * sizeof *rows);
        if (rows == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for metering circuits");
        }
        if (gather->circuits_count > 0) {
            memcpy(rows, gather->circuits, gather->circuits_count * sizeof *rows);
        }
        gather->circuits = rows;
        *capacity = grown;
    }
    place = place != NULL ? place : &gather->circuits[gather->circuits_count++];
    *place = *row;
    en_code code = copy(gather, row->set.current_class, &place->set.current_class, err);
    code =
        code == EN_OK ? copy(gather, row->set.voltage_class, &place->set.voltage_class, err) : code;
    return code == EN_OK ? copy(gather, row->set.meter_class, &place->set.meter_class, err) : code;
}

/* Rows rise by equipment and day: the last one of a point before the end of the stretch stays. */
static en_code load_circuits(struct gather *gather, struct en_error *err)
{
    struct en_table_scan scan;
    size_t capacity = 0;
    en_code code = en_table_scan_begin(gather->store, &en_table_equipment, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_equipment_row row;
        en_equipment_type type = EN_EQUIPMENT_TRANSFORMER;
        code = en_table_scan_next(&scan, &row, gather->arena, err);
        bool is_circuit = code == EN_OK && row.from_day < gather->stretch->to.n &&
                          en_equipment_type_parse(row.set.type, &type, NULL) == EN_OK &&
                          type == EN_EQUIPMENT_METERING;
        code = is_circuit ? keep_circuit(gather, &row, &capacity, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- energies ---- */

static en_code usage_of(struct gather *gather, uint32_t channel, struct en_usage_cell *cell,
                        struct en_error *err)
{
    struct en_usage usage;
    struct en_usage_query query = {.from_day = gather->stretch->from,
                                   .to_day = gather->stretch->to,
                                   .lane = gather->stretch->lane,
                                   .channel = channel};
    en_usage_init(&usage);
    en_code code = en_usage_gather(&usage, gather->store, &query, err);
    *cell = code == EN_OK && usage.series_count == 1 ? usage.cells[0] : (struct en_usage_cell){0};
    en_usage_fini(&usage);
    return code;
}

static bool is_doubtful(uint64_t quality)
{
    return !en_quality_is_missing(quality) &&
           (en_quality_verdict(quality) == EN_VERDICT_REJECTED ||
            en_source_is_estimate(en_quality_worst_source(quality)));
}

/* Slots that hold a rejected or estimated value. */
static en_code count_doubtful(struct gather *gather, uint32_t channel, uint64_t *count,
                              struct en_error *err)
{
    en_code code = EN_OK;
    for (int32_t day = gather->stretch->from.n; day < gather->stretch->to.n && code == EN_OK;
         day++) {
        struct en_slice bytes;
        struct en_block_head head;
        code = en_best_get(gather->store, day, channel, &bytes, err);
        if (code == EN_NOT_FOUND) {
            code = EN_OK;
            continue;
        }
        code = code == EN_OK ? en_block_peek(bytes, &head, err) : code;
        if (code != EN_OK || head.quality_is_common) {
            continue;
        }
        code = en_block_read(bytes, gather->block, err);
        for (uint32_t i = 0; i < gather->block->head.count && code == EN_OK; i++) {
            *count += is_doubtful(gather->block->quality[i]);
        }
    }
    return code;
}

/* ---- errors ---- */

static en_code set_error_of(struct gather *gather, uint32_t channel, uint32_t *error,
                            struct en_error *err)
{
    struct en_channel_error_row row = {.channel = channel,
                                       .from = en_day_interval(gather->stretch->from, 0).to};
    en_code code = en_table_last_before(gather->store, &en_table_channel_error, &row, 1, NULL, err);
    *error = code == EN_OK ? row.error_1e4_percent : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What passes through the point beside active energy: reactive energy of either direction. */
static en_code reactive_of(struct gather *gather, uint32_t point, int64_t *micro,
                           struct en_error *err)
{
    static const char *const codes[] = {"R+", "R-"};
    en_code code = EN_OK;
    *micro = 0;
    for (size_t i = 0; i < EN_COUNT_OF(codes) && code == EN_OK; i++) {
        struct en_point_channel_row place = {.point = point, .code = en_slice_text(codes[i])};
        struct en_usage_cell cell = {0};
        code = en_table_get(gather->store, &en_table_point_channel, &place, NULL, err);
        code = code == EN_OK ? usage_of(gather, place.channel, &cell, err) : code;
        code = code == EN_NOT_FOUND ? EN_OK : code;
        bool fits = en_i64_add(*micro, cell.micro, micro);
        *micro = fits ? *micro : INT64_MAX;
    }
    return code;
}

static en_code class_error_of(struct gather *gather, struct en_balance_member *member,
                              const struct en_equipment_row *circuit, struct en_error *err)
{
    struct en_channel_accuracy accuracy;
    struct en_channel_load load = {.energy = {member->micro, 0}};
    bool is_active = member->code.size > 0 && member->code.bytes[0] == 'A';
    en_code code =
        is_active ? reactive_of(gather, member->point, &load.energy.micro_kvarh, err) : EN_OK;
    load.seconds =
        (uint64_t)(gather->stretch->to.n - gather->stretch->from.n) * (EN_DAY_US / EN_SECOND_US);
    en_equipment_accuracy(&circuit->set, &accuracy);
    member->error = en_channel_error_compute(&accuracy, &load);
    member->origin = EN_ERROR_BY_CLASS;
    return code;
}

/* Rules hold for a channel; those of the balance as a whole are taken from its first. */
static en_code ask_rules(struct gather *gather, uint32_t channel, int32_t *assumed,
                         struct en_error *err)
{
    const struct en_rule_plan *plan = NULL;
    const struct en_rule_values *values = NULL;
    en_code code =
        en_rules_plan(gather->rules, gather->store, channel, gather->stretch->from.n, &plan, err);
    if (code != EN_OK) {
        return code;
    }
    values = en_rule_plan_values(plan, EN_RULE_B_02);
    *assumed = values != NULL ? (int32_t)values->at[EN_B_02_ERROR] : EN_IMBALANCE_ERROR_DEFAULT;
    if (gather->members->count > 0) {
        return EN_OK;
    }
    values = en_rule_plan_values(plan, EN_RULE_B_02Q);
    gather->members->doubtful_most =
        values != NULL ? (uint32_t)values->at[EN_B_02Q_PERCENT] : EN_IMBALANCE_DOUBTFUL_MAX;
    values = en_rule_plan_values(plan, EN_RULE_B_02T);
    gather->members->trend_periods =
        values != NULL ? (uint32_t)values->at[EN_B_02T_PERIODS] : EN_IMBALANCE_TREND_PERIODS;
    values = en_rule_plan_values(plan, EN_RULE_B_11);
    gather->members->commercial_most =
        values != NULL ? (uint32_t)values->at[EN_B_11_PERCENT] : EN_LEVEL_COMMERCIAL_MAX;
    return EN_OK;
}

static en_code find_error(struct gather *gather, struct en_balance_member *member,
                          struct en_error *err)
{
    uint32_t set = 0;
    int32_t assumed = 0;
    const struct en_equipment_row *circuit = find_circuit(gather, member->point);
    en_code code = set_error_of(gather, member->channel, &set, err);
    code = code == EN_OK ? ask_rules(gather, member->channel, &assumed, err) : code;
    if (code != EN_OK) {
        return code;
    }
    if (set == 0 && circuit != NULL) {
        return class_error_of(gather, member, circuit, err);
    }
    member->origin = set > 0 ? EN_ERROR_SET : EN_ERROR_ASSUMED;
    member->error.error = set > 0 ? (int32_t)set : assumed;
    member->error.square = en_channel_error_square(member->error.error);
    member->error.is_assumed = set == 0;
    gather->members->assumed_count += set == 0;
    return EN_OK;
}

/* ---- members ---- */

static en_code push(struct gather *gather, const struct en_balance_member *member,
                    struct en_error *err)
{
    struct en_balance_members *members = gather->members;
    if (members->count == members->capacity) {
        size_t capacity = members->capacity == 0 ? MEMBERS_FIRST : members->capacity * 2;
        struct en_balance_member *items =
            capacity > MEMBERS_MAX ? NULL : en_arena_alloc(gather->arena, capacity * sizeof *items);
        if (items == NULL) {
            return en_error_set(err, EN_LIMIT, "a balance has at most %u channels", MEMBERS_MAX);
        }
        if (members->count > 0) {
            memcpy(items, members->items, members->count * sizeof *items);
        }
        members->items = items;
        members->capacity = capacity;
    }
    members->items[members->count++] = *member;
    return EN_OK;
}

static en_code add_channel(struct gather *gather, const struct en_formula_ref *ref, int sign,
                           struct en_error *err)
{
    struct en_balance_member member = {.is_out = gather->is_out};
    struct en_usage_cell cell;
    en_code code = en_keys_find(gather->store, EN_NAME_POINT, ref->name, &member.point, err);
    struct en_point_channel_row place = {.point = member.point, .code = ref->channel};
    code = code == EN_OK ? en_table_get(gather->store, &en_table_point_channel, &place, NULL, err)
                         : code;
    if (code == EN_NOT_FOUND) {
        give_up(gather, "a channel of it is not known", ref->name);
        return EN_OK;
    }
    member.channel = place.channel;
    member.point_key = ref->name;
    member.code = ref->channel;
    code = code == EN_OK ? usage_of(gather, member.channel, &cell, err) : code;
    if (code != EN_OK) {
        return code;
    }
    member.micro = cell.micro * sign;
    member.slots_count = (uint64_t)cell.present_count + cell.missing_count;
    member.doubtful_count = cell.missing_count;
    code = count_doubtful(gather, member.channel, &member.doubtful_count, err);
    code = code == EN_OK ? find_error(gather, &member, err) : code;
    return code == EN_OK ? push(gather, &member, err) : code;
}

static en_code add_formula(struct gather *gather, struct en_slice text, int sign, uint32_t nesting,
                           struct en_error *err);

/* The formula of a name as it is when the stretch begins. */
static en_code add_named(struct gather *gather, struct en_slice name, int sign, uint32_t nesting,
                         struct en_error *err)
{
    uint32_t node = 0;
    struct en_slice text;
    struct en_formula_row row = {0};
    en_code code = en_keys_find(gather->store, EN_NAME_FORMULA, name, &node, err);
    if (code == EN_OK) {
        row = (struct en_formula_row){.node = node, .from_day = gather->stretch->from.n};
        code = en_table_last_before(gather->store, &en_table_formula, &row, 1, NULL, err);
    }
    if (code == EN_NOT_FOUND || nesting == NESTING_MAX) {
        give_up(gather, "a formula of it is not known", name);
        return EN_OK;
    }
    code = code == EN_OK ? copy(gather, row.expression, &text, err) : code;
    return code == EN_OK ? add_formula(gather, text, sign, nesting + 1, err) : code;
}

/* The channels of a sum. The depth of the tree is bounded when it is parsed. */
static en_code add_node(struct gather *gather, const struct en_formula *formula,
                        const struct en_formula_node *node, int sign, uint32_t nesting,
                        struct en_error *err)
{
    const struct en_formula_ref *ref =
        node->op == EN_FORMULA_REF ? &formula->refs[node->index] : NULL;
    if (ref != NULL && ref->is_point) {
        return add_channel(gather, ref, sign, err);
    }
    if (ref != NULL) {
        return add_named(gather, ref->name, sign, nesting, err);
    }
    bool is_sum = node->op == EN_FORMULA_ADD || node->op == EN_FORMULA_SUM ||
                  node->op == EN_FORMULA_SUM_LENIENT || node->op == EN_FORMULA_NEGATE;
    if (!is_sum) {
        give_up(gather, "a side is more than a sum of channels", en_slice_of("", 0));
        return EN_OK;
    }
    en_code code = EN_OK;
    int next_sign = node->op == EN_FORMULA_NEGATE ? -sign : sign;
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = add_node(gather, formula, arg, next_sign, nesting, err);
    }
    return code;
}

static en_code add_formula(struct gather *gather, struct en_slice text, int sign, uint32_t nesting,
                           struct en_error *err)
{
    struct en_formula formula;
    en_code code = en_formula_parse(text, gather->arena, &formula, NULL, err);
    return code == EN_OK ? add_node(gather, &formula, formula.root, sign, nesting, err) : code;
}

en_code en_balance_members_gather(struct en_store *store, struct en_slice in, struct en_slice out,
                                  const struct en_balance_stretch *stretch, struct en_arena *arena,
                                  struct en_balance_members *members, struct en_error *err)
{
    EN_ASSERT(stretch->from.n < stretch->to.n);
    *members = (struct en_balance_members){.doubtful_most = EN_IMBALANCE_DOUBTFUL_MAX,
                                           .trend_periods = EN_IMBALANCE_TREND_PERIODS,
                                           .commercial_most = EN_LEVEL_COMMERCIAL_MAX};
    struct gather gather = {.store = store,
                            .stretch = stretch,
                            .arena = arena,
                            .members = members,
                            .block = en_arena_alloc(arena, sizeof(struct en_block))};
    if (gather.block == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a balance's channels");
    }
    en_code code = en_rules_open(&gather.rules, err);
    code = code == EN_OK ? load_circuits(&gather, err) : code;
    code = code == EN_OK ? add_formula(&gather, in, 1, 0, err) : code;
    gather.is_out = true;
    code = code == EN_OK ? add_formula(&gather, out, 1, 0, err) : code;
    en_rules_close(gather.rules);
    return code;
}
