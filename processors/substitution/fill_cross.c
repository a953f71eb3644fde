/* Methods that look at other channels and at the supply: E-03 the check meter, E-11 the balance of
 * the node, E-07 zero while the supply was out. */
#include "core/metering/formula/formula_linear.h"
#include "core/metering/substitution/estimation_cross.h"
#include "processors/substitution/fill.h"
#include "projections/tables.h"
#include "projections/views/device_events.h"

#define MEMBERS_MAX 200u /* of a balance: each is a channel that is watched */

/* ---- E-07 ---- */

/* Whether the supply was out over the whole slot, by events of the devices at the point. */
static bool is_out(const struct en_device_spans *outages, struct en_interval slot,
                   struct en_interval *outage)
{
    for (uint32_t i = 0; i < outages->count; i++) {
        const struct en_device_span *span = &outages->items[i];
        if (!span->is_point && span->interval.from.us <= slot.from.us &&
            span->interval.to.us >= slot.to.us) {
            *outage = span->interval;
            return true;
        }
    }
    return false;
}

en_code en_fill_zero(struct en_fill *fill, struct en_fill_day *day,
                     const struct en_estimation_step *step, struct en_error *err)
{
    EN_ASSERT(step->method == EN_METHOD_ZERO);
    struct en_device_spans outages = {NULL, 0};
    en_code code =
        en_device_spans_of_channel(fill->fold->store, fill->channel, EN_EVENT_POWER_OFF,
                                   en_judged_span(day->judged), fill->arena, &outages, err);
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        struct en_interval outage = {{0}, {0}};
        if (!en_fill_wants(day, i)) {
            continue;
        }
        if (!is_out(&outages, en_judged_slot(day->judged, i), &outage)) {
            en_fill_refuse(day, i, step->method, EN_REFUSAL_NO_OUTAGE);
            continue;
        }
        struct en_fill_inputs inputs = {.count = 0};
        en_fill_input(&inputs, EN_INPUT_OUTAGE, 0, outage.from.us, outage.to.us);
        code = en_fill_put(fill, day, i, step->method, 0, EN_QUALITY_PWR_OUT, &inputs, err);
    }
    return code;
}

static void refuse_all(struct en_fill_day *day, en_estimation_method method, en_refusal refusal)
{
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        if (en_fill_wants(day, i)) {
            en_fill_refuse(day, i, method, refusal);
        }
    }
}

en_code en_fill_check(struct en_fill *fill, struct en_fill_day *day,
                      const struct en_estimation_step *step, struct en_error *err)
{
    const struct en_judged *check = NULL;
    uint32_t channel = fill->plan->check_channel;
    if (channel == 0 || channel == fill->channel) {
        refuse_all(day, step->method, EN_REFUSAL_NO_CHECK_CHANNEL);
        return EN_OK;
    }
    en_code code = en_fill_look(fill, channel, day->judged->day, &check, err);
    if (code != EN_OK) {
        return code;
    }
    if (!check->has_block || !en_block_same_slots(&check->head, &day->judged->head)) {
        refuse_all(day, step->method, EN_REFUSAL_CHECK_NOT_VALID);
        return EN_OK;
    }
    struct en_fill_inputs inputs = {.count = 0};
    en_fill_input(&inputs, EN_INPUT_CHANNEL, channel, 0, 0);
    for (uint32_t i = 0; i < check->head.count && code == EN_OK; i++) {
        int64_t micro = 0;
        if (!en_fill_wants(day, i)) {
            continue;
        }
        uint64_t quality = en_judged_takes(check, i) ? check->quality[i] : EN_QUALITY_MISSING;
        en_refusal refusal =
            en_check_fill(check->micro[i], quality, fill->plan->check_ratio, &micro);
        if (refusal == EN_REFUSAL_NONE) {
            code = en_fill_put(fill, day, i, step->method, micro, 0, &inputs, err);
        } else {
            en_fill_refuse(day, i, step->method, refusal);
        }
    }
    return code;
}

/* ---- E-11 ---- */

/* The other members of the node, each a channel that counts as it is. */
struct node {
    uint32_t channels[MEMBERS_MAX];
    bool is_across[MEMBERS_MAX];
    uint32_t count;
    int64_t losses_micro; /* numbers of the balance: deliveries of a slot less receipts */
    bool is_plain;        /* nothing stands in it that cannot be turned round */
    bool is_found;        /* the channel in hand is a member */
    bool is_receipt;
};

/* One side of the balance: channels taken once and whole, and a number. */
static en_code add_side(struct en_fill *fill, struct en_slice text, uint32_t slot_seconds,
                        bool is_receipt, struct node *node, struct en_error *err)
{
    struct en_formula formula;
    struct en_formula_place place;
    struct en_formula_linear linear;
    struct en_formula_binding binding = {.slot_seconds = slot_seconds};
    struct en_error fault;
    if (text.size == 0) {
        return EN_OK;
    }
    en_code code = en_formula_parse(text, fill->arena, &formula, &place, &fault);
    if (code == EN_OK && formula.params_count == 0) {
        code = en_formula_linearize(&formula, &binding, fill->arena, &linear, &fault);
    }
    if (code == EN_NOMEM) {
        *err = fault;
        return code;
    }
    node->is_plain =
        node->is_plain && code == EN_OK && formula.params_count == 0 && linear.is_integer;
    int64_t constant = 0;
    if (node->is_plain) {
        node->is_plain =
            en_i128_to_i64(is_receipt ? -linear.constant : linear.constant, &constant) &&
            en_i64_add(node->losses_micro, constant, &node->losses_micro);
    }
    for (uint32_t i = 0; node->is_plain && i < linear.terms_count; i++) {
        const struct en_formula_linear_term *term = &linear.terms[i];
        const struct en_formula_ref *ref = &formula.refs[term->ref];
        uint32_t point = 0;
        uint32_t channel = 0;
        bool is_now =
            term->reach.lag_days == 0 && term->reach.lag_slots == 0 && !term->reach.is_raw;
        if (ref->is_point) {
            code = en_registry_find(fill->fold, EN_NAME_POINT, ref->name, &point, err);
        }
        if (code == EN_OK && point != 0) {
            code = en_registry_point_channel(fill->fold, point, ref->channel, &channel, err);
        }
        if (code != EN_OK) {
            return code;
        }
        bool is_whole = term->weight == 1 || term->weight == -1;
        node->is_plain = is_now && is_whole && channel != 0 && node->count < MEMBERS_MAX;
        bool counts_in = is_receipt == (term->weight == 1);
        if (channel == fill->channel) {
            node->is_plain = node->is_plain && !node->is_found;
            node->is_found = true;
            node->is_receipt = counts_in;
        } else if (node->is_plain) {
            node->channels[node->count] = channel;
            node->is_across[node->count++] = counts_in;
        }
    }
    return EN_OK;
}

static en_code find_node(struct en_fill *fill, const struct en_judged *judged, struct node *node,
                         struct en_error *err)
{
    struct en_balance_row row = {.balance = fill->plan->balance, .from_day = judged->day};
    *node = (struct node){.is_plain = true};
    en_code code =
        fill->plan->balance == 0
            ? EN_NOT_FOUND
            : en_table_last_before(fill->fold->store, &en_table_balance, &row, 1, NULL, err);
    if (code != EN_OK) {
        node->is_plain = false;
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_slice sides[] = {row.in, row.out, row.losses};
    for (size_t i = 0; i < EN_COUNT_OF(sides) && code == EN_OK; i++) {
        struct en_slice text;
        code = en_fold_copy(fill->arena, sides[i], &text, err);
        if (code == EN_OK) {
            code = add_side(fill, text, judged->head.slot_seconds, i == 0, node, err);
        }
    }
    for (uint32_t i = 0; i < node->count; i++) { /* seen from the missing one */
        node->is_across[i] = node->is_across[i] != node->is_receipt;
    }
    return code;
}

static en_code fill_by_balance(struct en_fill *fill, struct en_fill_day *day,
                               const struct node *node, const struct en_judged *const *others,
                               struct en_error *err)
{
    struct en_fill_inputs inputs = {.count = 0};
    en_code code = EN_OK;
    en_fill_input(&inputs, EN_INPUT_BALANCE, fill->plan->balance, 0, 0);
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        struct en_balance_member members[MEMBERS_MAX];
        int64_t micro = 0;
        if (!en_fill_wants(day, i)) {
            continue;
        }
        for (uint32_t k = 0; k < node->count; k++) {
            bool is_there = others[k]->has_block &&
                            en_block_same_slots(&others[k]->head, &day->judged->head) &&
                            en_judged_takes(others[k], i);
            members[k] = (struct en_balance_member){is_there ? others[k]->micro[i] : 0,
                                                    is_there ? others[k]->quality[i] : 0,
                                                    node->is_across[k]};
        }
        int64_t losses = node->is_receipt ? -node->losses_micro : node->losses_micro;
        en_refusal refusal =
            en_balance_fill(members, node->count, losses, fill->plan->cap_micro, &micro);
        if (refusal == EN_REFUSAL_NONE) {
            code = en_fill_put(fill, day, i, EN_METHOD_BALANCE, micro, 0, &inputs, err);
        } else {
            en_fill_refuse(day, i, EN_METHOD_BALANCE, refusal);
        }
    }
    return code;
}

en_code en_fill_balance(struct en_fill *fill, struct en_fill_day *day,
                        const struct en_estimation_step *step, struct en_error *err)
{
    EN_ASSERT(step->method == EN_METHOD_BALANCE);
    const struct en_judged *others[MEMBERS_MAX];
    struct node *node = en_arena_alloc(fill->arena, sizeof *node);
    if (node == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the members of a balance");
    }
    en_code code = find_node(fill, day->judged, node, err);
    if (code != EN_OK) {
        return code;
    }
    bool fits = node->count <= EN_FILL_DAYS_MAX - fill->days_count;
    if (!node->is_plain || !node->is_found || node->count == 0 || !fits) {
        refuse_all(day, step->method, EN_REFUSAL_NO_BALANCE);
        return EN_OK;
    }
    for (uint32_t k = 0; k < node->count && code == EN_OK; k++) {
        code = en_fill_look(fill, node->channels[k], day->judged->day, &others[k], err);
    }
    return code == EN_OK ? fill_by_balance(fill, day, node, others, err) : code;
}
