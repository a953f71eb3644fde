/* What Decree 442 put into a slot: the state of the billing period, the formula and what it was
 * computed from. */
#include "core/mem.h"
#include "projections/tables_contract.h"
#include "projections/views/decree.h"
#include "projections/views/why_work.h"

#define ROW_ARENA_SIZE (1u << 20)

/* "D442-C maximum power times time (maximum power 150 kW)" */
static void say_method(struct en_why_work *work, struct en_why_node *node,
                       const struct en_decree_period_row *row, const struct en_decree_part *part)
{
    struct en_why_tree *tree = work->tree;
    char state[24];
    char why[EN_DECREE_WHY_SIZE];
    en_decree_method method = (en_decree_method)part->method;
    (void)en_decree_state_print(row, state);
    en_why_say(tree, node, "%s %s: %s of %s to %s", en_decree_method_rule(method),
               en_decree_method_about(method), state,
               en_why_instant_words(tree, row->from, work->offset),
               en_why_instant_words(tree, row->to, work->offset));
    en_why_string(tree, node, "rule", en_decree_method_rule(method));
    en_why_string(tree, node, "method", en_decree_method_name(method));
    en_why_string(tree, node, "state", state);
    en_why_count(tree, node, "missing_periods", part->missing_count);
    en_why_string(tree, node, "cause", en_decree_cause_name(part->cause));
    en_why_instant(tree, node, "missing_from", part->from, work->offset);
    en_why_instant(tree, node, "missing_to", part->to, work->offset);
    en_why_micro(tree, node, "energy", part->micro);
    if (part->power_micro > 0) {
        en_why_say_more(tree, node, "; %s kW", en_why_micro_words(tree, part->power_micro));
        en_why_micro(tree, node, "power_kw", part->power_micro);
    }
    if (part->reference_to.us != 0) {
        en_why_say_more(tree, node, "; the period from %s",
                        en_why_instant_words(tree, part->reference_from, work->offset));
        en_why_instant(tree, node, "reference_from", part->reference_from, work->offset);
        en_why_instant(tree, node, "reference_to", part->reference_to, work->offset);
    }
    if (en_decree_why_print(part, why) > 0) {
        en_why_say_more(tree, node, "; before: %s", why);
        en_why_string(tree, node, "before", why);
    }
}

/* The events that said by what to calculate: the contract, and the cause where one was set. */
static en_code add_sources(struct en_why_work *work, struct en_why_node *node, uint32_t point,
                           const struct en_decree_part *part, struct en_error *err)
{
    struct en_contract_row contract = {.point = point, .from = part->from};
    struct en_supply_cause_row cause = {.point = point, .from = part->from};
    en_code code = en_table_last_before(work->store, &en_table_contract, &contract, 1, NULL, err);
    if (code == EN_OK) {
        code = en_why_set_by(work, node, EN_KIND_CONTRACT_SET, point, en_why_moment(contract.from),
                             err);
    }
    if (code == EN_OK || code == EN_NOT_FOUND) {
        code = en_table_last_before(work->store, &en_table_supply_cause, &cause, 1, NULL, err);
    }
    if (code == EN_OK && cause.cause == part->cause) {
        code = en_why_set_by(work, node, EN_KIND_SUPPLY_CAUSE_SET, point, en_why_moment(cause.from),
                             err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_why_decree(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_channel_row *channel, const struct en_why_slot *slot,
                      struct en_error *err)
{
    struct en_decree_period_row row;
    struct en_decree_part part;
    struct en_slice block;
    struct en_arena arena;
    bool is_found = false;
    en_arena_init(&arena, ROW_ARENA_SIZE);
    en_code code =
        en_series_get(work->store, &en_series_decree, slot->day, channel->channel, &block, err);
    if (code == EN_OK) {
        code = en_decree_part_at(work->store, channel->channel, slot->span.from, &arena, &row,
                                 &part, &is_found, err);
    }
    if (code == EN_OK && is_found && part.method != EN_DECREE_METHOD_NONE) {
        struct en_why_node *node = en_why_add(work->tree, parent, "decree");
        say_method(work, node, &row, &part);
        code = add_sources(work, node, channel->point, &part, err);
    }
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
