#include "projections/views/balance.h"

#include <stdio.h>

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/formula.h"
#include "core/metering/imbalance.h"
#include "projections/views/keys.h"
#include "projections/views/usage.h"

#define ARENA_SIZE_MAX (64u << 20)
#define MEMBERS_MAX 16384u
#define NESTING_MAX 8u /* formulas in formulas */

struct members {
    struct en_imbalance_member *items;
    size_t count;
    size_t capacity;
};

struct gather {
    struct en_store *store;
    struct en_day from;
    struct en_day to;
    en_lane lane;
    struct en_arena arena;
    struct members sides[2];
    const char *why; /* not assessed: the reason */
    struct en_slice about;
};

static void give_up(struct gather *gather, const char *why, struct en_slice about)
{
    if (gather->why == NULL) {
        gather->why = why;
        gather->about = about;
    }
}

/* ---- totals ---- */

static uint32_t add_count(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static en_code add_day(struct en_balance_totals *sum, const struct en_balance_totals *day,
                       struct en_error *err)
{
    bool fits = en_i64_add(sum->in_micro, day->in_micro, &sum->in_micro) &&
                en_i64_add(sum->out_micro, day->out_micro, &sum->out_micro) &&
                en_i64_add(sum->losses_micro, day->losses_micro, &sum->losses_micro);
    sum->slots_count = add_count(sum->slots_count, day->slots_count);
    sum->partial_count = add_count(sum->partial_count, day->partial_count);
    return fits ? EN_OK : en_error_set(err, EN_OVERFLOW, "the sums of the balance do not fit");
}

static en_code imbalance_of(const struct en_balance_totals *totals, int64_t *micro,
                            struct en_error *err)
{
    bool fits = en_i64_subtract(totals->in_micro, totals->out_micro, micro) &&
                en_i64_subtract(*micro, totals->losses_micro, micro);
    return fits ? EN_OK : en_error_set(err, EN_OVERFLOW, "the imbalance does not fit");
}

/* A day's entry of size 0 has zeros. */
static en_code decode(struct en_slice entry, struct en_balance_totals *totals, struct en_error *err)
{
    *totals = (struct en_balance_totals){0};
    return entry.size > 0 ? en_balance_totals_decode(entry, totals, err) : EN_OK;
}

/* Adds the day in the lane asked for, and what the lanes differ by. */
static en_code sum_day(struct gather *gather, const struct en_fiscal_lane *fiscal, uint32_t balance,
                       int32_t day, struct en_balance_answer *answer, struct en_error *err)
{
    struct en_frozen_item live = {.lane = EN_FROZEN_BALANCE, .day = day, .series = balance};
    struct en_slice frozen = {0};
    struct en_balance_totals totals[2];
    int64_t imbalances[2] = {0};
    int64_t difference = 0;
    en_code code =
        en_series_get(gather->store, &en_series_balance_day, day, balance, &live.entry, err);
    live.entry = code == EN_NOT_FOUND ? (struct en_slice){0} : live.entry;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK) {
        code = en_fiscal_entry(fiscal, &live, &frozen, err);
    }
    const struct en_slice entries[2] = {frozen, live.entry};
    for (size_t i = 0; i < 2 && code == EN_OK; i++) {
        code = decode(entries[i], &totals[i], err);
        code = code == EN_OK ? imbalance_of(&totals[i], &imbalances[i], err) : code;
    }
    if (code != EN_OK) {
        return code;
    }
    size_t lane = gather->lane == EN_LANE_LIVE ? 1 : 0;
    answer->missing_days += entries[lane].size == 0;
    bool fits = en_i64_subtract(imbalances[1], imbalances[0], &difference) &&
                en_i64_add(answer->pending_micro, difference, &answer->pending_micro);
    return fits ? add_day(&answer->totals, &totals[lane], err)
                : en_error_set(err, EN_OVERFLOW, "the pending differences do not fit");
}

static en_code sum_days(struct gather *gather, uint32_t balance, struct en_balance_answer *answer,
                        struct en_error *err)
{
    struct en_fiscal_lane fiscal;
    int32_t frozen_days = 0;
    en_code code =
        en_fiscal_load(gather->store, gather->from.n, gather->to.n, &gather->arena, &fiscal, err);
    for (int32_t day = gather->from.n; code == EN_OK && day < gather->to.n; day++) {
        code = sum_day(gather, &fiscal, balance, day, answer, err);
    }
    if (code == EN_OK) {
        code = en_fiscal_frozen_days(&fiscal, EN_FROZEN_BALANCE, balance, gather->from.n,
                                     gather->to.n, &frozen_days, err);
    }
    answer->frozen_days = (uint32_t)frozen_days;
    return code;
}

/* ---- members ---- */

static en_code energy_of(struct gather *gather, uint32_t channel, int64_t *micro,
                         struct en_error *err)
{
    struct en_usage usage;
    struct en_usage_query query = {
        .from_day = gather->from, .to_day = gather->to, .lane = gather->lane, .channel = channel};
    en_usage_init(&usage);
    en_code code = en_usage_gather(&usage, gather->store, &query, err);
    *micro = code == EN_OK && usage.series_count == 1 ? usage.cells[0].micro : 0;
    en_usage_fini(&usage);
    return code;
}

static en_code push_member(struct members *members, const struct en_imbalance_member *member,
                           struct en_error *err)
{
    if (members->count == members->capacity) {
        size_t capacity = members->capacity == 0 ? 64 : members->capacity * 2;
        void *grown = capacity > MEMBERS_MAX
                          ? NULL
                          : en_mem_resize(members->items, capacity * sizeof *members->items);
        if (grown == NULL) {
            return en_error_set(err, EN_NOMEM, "a side of a balance has at most %u channels",
                                MEMBERS_MAX);
        }
        members->items = grown;
        members->capacity = capacity;
    }
    members->items[members->count++] = *member;
    return EN_OK;
}

static en_code add_channel(struct gather *gather, struct members *members,
                           const struct en_formula_ref *ref, int sign, struct en_error *err)
{
    uint32_t point = 0;
    en_code code = en_keys_find(gather->store, EN_NAME_POINT, ref->name, &point, err);
    struct en_point_channel_row place = {.point = point, .code = ref->channel};
    if (code == EN_OK) {
        code = en_table_get(gather->store, &en_table_point_channel, &place, NULL, err);
    }
    struct en_instant at = en_day_interval(gather->from, 0).to;
    struct en_channel_error_row error = {.channel = place.channel, .from = at};
    if (code == EN_OK) {
        code = en_table_last_before(gather->store, &en_table_channel_error, &error, 1, NULL, err);
    }
    if (code == EN_NOT_FOUND || (code == EN_OK && error.error_1e4_percent == 0)) {
        give_up(gather, "the error of a channel is not known", ref->name);
        return EN_OK;
    }
    struct en_imbalance_member member = {.error = (int32_t)error.error_1e4_percent, .count = 1};
    if (code == EN_OK) {
        code = energy_of(gather, place.channel, &member.micro, err);
    }
    member.micro *= sign;
    return code == EN_OK ? push_member(members, &member, err) : code;
}

static en_code add_formula(struct gather *gather, struct members *members, struct en_slice text,
                           int sign, uint32_t nesting, struct en_error *err);

/* The formula of a name as it is when the stretch begins. */
static en_code add_named(struct gather *gather, struct members *members, struct en_slice name,
                         int sign, uint32_t nesting, struct en_error *err)
{
    uint32_t node = 0;
    struct en_formula_row row;
    en_code code = en_keys_find(gather->store, EN_NAME_FORMULA, name, &node, err);
    if (code == EN_OK) {
        row = (struct en_formula_row){.node = node, .from_day = gather->from.n};
        code = en_table_last_before(gather->store, &en_table_formula, &row, 1, NULL, err);
    }
    if (code == EN_NOT_FOUND || nesting == NESTING_MAX) {
        give_up(gather, "a formula of it is not known", name);
        return EN_OK;
    }
    struct en_slice text =
        code == EN_OK ? en_arena_copy(&gather->arena, row.expression) : en_slice_of(NULL, 0);
    return code == EN_OK ? add_formula(gather, members, text, sign, nesting + 1, err) : code;
}

/* The channels of a sum. The depth of the tree is bounded when it is parsed. */
static en_code add_node(struct gather *gather, struct members *members,
                        const struct en_formula *formula, const struct en_formula_node *node,
                        int sign, uint32_t nesting, struct en_error *err)
{
    const struct en_formula_ref *ref =
        node->op == EN_FORMULA_REF ? &formula->refs[node->index] : NULL;
    if (ref != NULL && ref->is_point) {
        return add_channel(gather, members, ref, sign, err);
    }
    if (ref != NULL) {
        return add_named(gather, members, ref->name, sign, nesting, err);
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
        code = add_node(gather, members, formula, arg, next_sign, nesting, err);
    }
    return code;
}

static en_code add_formula(struct gather *gather, struct members *members, struct en_slice text,
                           int sign, uint32_t nesting, struct en_error *err)
{
    struct en_formula formula;
    en_code code = en_formula_parse(text, &gather->arena, &formula, NULL, err);
    return code == EN_OK ? add_node(gather, members, &formula, formula.root, sign, nesting, err)
                         : code;
}

/* ---- the answer ---- */

/* B-01 alone: needs no errors. */
static en_code compute_actual(struct en_balance_answer *answer, struct en_error *err)
{
    struct en_imbalance_member in = {answer->totals.in_micro, 0, 1, 0};
    struct en_imbalance_member out = {answer->totals.out_micro, 0, 1, 0};
    struct en_imbalance_input input = {&in, 1, &out, 1, 0, answer->totals.losses_micro};
    struct en_imbalance imbalance;
    en_code code = en_imbalance_compute(&input, &imbalance, err);
    if (code == EN_OK) {
        answer->imbalance_micro = imbalance.actual_micro;
        answer->actual_1e4_percent = imbalance.actual;
    }
    return code;
}

static en_code compute_permissible(struct gather *gather, struct en_balance_answer *answer,
                                   struct en_error *err)
{
    struct en_imbalance imbalance;
    struct en_imbalance_input input = {.in = gather->sides[0].items,
                                       .in_count = gather->sides[0].count,
                                       .out = gather->sides[1].items,
                                       .out_count = gather->sides[1].count,
                                       .loss_micro = answer->totals.losses_micro};
    en_code code = en_imbalance_compute(&input, &imbalance, err);
    bool is_same = code == EN_OK && imbalance.in_micro == answer->totals.in_micro &&
                   imbalance.out_micro == answer->totals.out_micro;
    if (code == EN_OK && !is_same) {
        give_up(gather, "its channels have energy in slots that the balance leaves out",
                en_slice_of("", 0));
    } else if (code == EN_OK) {
        answer->is_assessed = true;
        answer->permissible_1e4_percent = imbalance.permissible;
        answer->permissible_micro = imbalance.permissible_micro;
        answer->is_permitted = imbalance.is_permitted;
    }
    return code;
}

static en_code assess(struct gather *gather, const struct en_balance_row *row,
                      struct en_balance_answer *answer, struct en_error *err)
{
    struct en_slice sides[2] = {en_arena_copy(&gather->arena, row->in),
                                en_arena_copy(&gather->arena, row->out)};
    if (answer->totals.partial_count > 0) {
        give_up(gather, "slots were left out because a side has no value", en_slice_of("", 0));
    }
    en_code code = EN_OK;
    for (uint32_t i = 0; i < 2 && code == EN_OK && gather->why == NULL; i++) {
        code = add_formula(gather, &gather->sides[i], sides[i], 1, 0, err);
    }
    if (code == EN_OK && gather->why == NULL) {
        code = compute_permissible(gather, answer, err);
    }
    if (gather->why != NULL) {
        (void)snprintf(answer->why, sizeof answer->why, "%s%s%.*s", gather->why,
                       gather->about.size == 0 ? "" : ": ",
                       (int)(gather->about.size < 64 ? gather->about.size : 64),
                       (const char *)gather->about.bytes);
    }
    return code;
}

/* The definition when the stretch begins; one that begins within it when there was none before. */
static en_code find_row(struct gather *gather, uint32_t balance, struct en_balance_row *row,
                        struct en_error *err)
{
    *row = (struct en_balance_row){.balance = balance, .from_day = gather->to.n - 1};
    en_code code = en_table_last_before(gather->store, &en_table_balance, row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "the balance is not set for these days");
    }
    struct en_balance_row before = {.balance = balance, .from_day = gather->from.n};
    en_code earlier = code == EN_OK ? en_table_last_before(gather->store, &en_table_balance,
                                                           &before, 1, NULL, NULL)
                                    : code;
    if (earlier == EN_OK && before.from_day != row->from_day) {
        give_up(gather, "the balance was set anew in between", en_slice_of("", 0));
    }
    return code;
}

en_code en_balance_gather(struct en_store *store, uint32_t balance, struct en_day from,
                          struct en_day to, en_lane lane, struct en_balance_answer *answer,
                          struct en_error *err)
{
    struct gather gather = {.store = store, .from = from, .to = to, .lane = lane};
    struct en_balance_row row;
    *answer = (struct en_balance_answer){.unit = EN_UNIT_NONE};
    if (from.n >= to.n) {
        return en_error_set(err, EN_RANGE, "the stretch of time is empty: from must be before to");
    }
    en_arena_init(&gather.arena, ARENA_SIZE_MAX);
    en_code code = find_row(&gather, balance, &row, err);
    if (code == EN_OK) {
        struct en_formula_row side = {.node = row.in_node, .from_day = to.n - 1};
        code = en_table_last_before(store, &en_table_formula, &side, 1, NULL, err);
        answer->unit = code == EN_OK ? (en_unit)side.unit : EN_UNIT_NONE;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK) {
        code = sum_days(&gather, balance, answer, err);
    }
    if (code == EN_OK) {
        code = compute_actual(answer, err);
    }
    if (code == EN_OK) {
        code = assess(&gather, &row, answer, err);
    }
    en_mem_free(gather.sides[0].items);
    en_mem_free(gather.sides[1].items);
    en_arena_fini(&gather.arena);
    return code;
}
