/* One channel's day, from what was judged to the block that counts and the evidence of it. */
#include "core/fixed.h"
#include "processors/substitution/state.h"
#include "projections/tables.h"
#include "projections/views/interval.h"

/* The day without values is to be filled: it has ended, a device is there to measure, and the last
 * day with values is not too far. */
static en_code is_expected(struct en_fill *fill, int32_t day, bool *is, struct en_error *err)
{
    struct en_installation_row row = {.point = fill->info.point,
                                      .from = en_judged_day(day, fill->offset_minutes).from};
    *is = false;
    if (!fill->plan->is_in_force || fill->info.slot_seconds == 0 || !en_fill_is_due(fill, day)) {
        return EN_OK;
    }
    en_code code =
        en_table_last_before(fill->fold->store, &en_table_installation, &row, 1, fill->arena, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    bool is_removed = code == EN_OK && row.device == 0;
    int32_t before = day;
    code = EN_OK;
    while (!is_removed && !*is && code == EN_OK &&
           day - before < (int32_t)fill->plan->horizon_days) {
        struct en_slice block;
        before--;
        code = en_interval_get(fill->fold->store, before, fill->channel, &block, err);
        *is = code == EN_OK;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code == EN_OK && *is ? en_fill_watch(fill, fill->channel, before, day, err) : code;
}

static void put_slot(struct en_substitution_state *state, const struct en_fill_day *day,
                     uint32_t slot, const struct en_addition *addition, bool *is_changed)
{
    const struct en_judged *judged = day->judged;
    const struct en_fill_slot *filled = &day->slots[slot];
    uint64_t quality = en_judged_quality(judged, slot);
    int64_t micro = judged->micro == NULL ? 0 : judged->micro[slot];
    if (filled->is_filled) {
        quality = filled->quality;
        micro = filled->micro;
        *is_changed = true;
    } else if (en_judged_severity(judged, slot) == EN_SEVERITY_ERROR) {
        quality = en_quality_with_source(quality, EN_SOURCE_NONE);
        quality = en_quality_with_verdict(quality, EN_VERDICT_REJECTED) |
                  (en_quality_is_missing(en_judged_quality(judged, slot)) ? EN_QUALITY_GAP : 0);
        micro = 0;
    }
    if (addition != NULL && addition->is_added && addition->refusal == EN_REFUSAL_NONE &&
        !en_quality_is_missing(quality)) {
        micro += addition->micro;
        quality = en_quality_with_source(quality, EN_SOURCE_EDIT_BY_ACT) |
                  EN_QUALITY_UNDERCOUNT_ACT | EN_QUALITY_MANUAL_VERIFIED;
        quality = en_quality_with_verdict(quality, EN_VERDICT_VALID);
        *is_changed = true;
    }
    quality &= EN_QUALITY_MASK & ~EN_QUALITY_FISCAL_MASK;
    state->block.values[slot] = en_quality_is_missing(quality) ? 0 : micro;
    state->block.quality[slot] = quality;
}

/* Where the sum does not fit or there is nothing to add to, the act is refused for the slot. */
static void check_addition(const struct en_fill_day *day, uint32_t slot,
                           struct en_addition *addition)
{
    const struct en_judged *judged = day->judged;
    const struct en_fill_slot *filled = &day->slots[slot];
    bool has_value = filled->is_filled || (!en_judged_is_open(judged, slot) && judged->has_block);
    int64_t micro = filled->is_filled ? filled->micro : has_value ? judged->micro[slot] : 0;
    int64_t sum = 0;
    if (!addition->is_added || addition->refusal != EN_REFUSAL_NONE) {
        return;
    }
    if (!has_value) {
        addition->refusal = EN_REFUSAL_BAD_ACT;
    } else if (!en_i64_add(micro, addition->micro, &sum)) {
        addition->refusal = EN_REFUSAL_OVERFLOW;
    }
}

/* Evidence of a slot; false: there is nothing to say. */
static bool say_slot(const struct en_fill_day *day, uint32_t slot, struct en_substitute *item)
{
    const struct en_fill_slot *said = &day->slots[slot];
    bool is_rejected = en_judged_severity(day->judged, slot) == EN_SEVERITY_ERROR;
    if (!said->is_filled && said->refusals_count == 0 && !is_rejected) {
        return false;
    }
    *item = (struct en_substitute){
        .first = (uint16_t)slot,
        .slots = 1,
        .method = said->is_filled ? said->method : EN_METHOD_NONE,
        .reason = said->reason != 0 ? said->reason : (uint8_t)en_reason_of_flags(said->why),
        .flags = said->why,
        .refusals = said->refusals,
        .refusals_count = said->refusals_count,
        .inputs = said->inputs,
        .inputs_count = said->inputs_count,
    };
    return true;
}

static en_code say_addition(struct en_substitution_state *state, const struct en_addition *addition,
                            uint32_t slot, struct en_substitute *item, struct en_error *err)
{
    struct en_substitute_refusal *refusal = en_arena_alloc(&state->arena, sizeof *refusal);
    struct en_substitute_input *inputs =
        en_arena_alloc(&state->arena, EN_COUNT_OF(addition->edits) * sizeof *inputs);
    if (refusal == NULL || inputs == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for evidence");
    }
    bool is_refused = addition->refusal != EN_REFUSAL_NONE;
    *refusal = (struct en_substitute_refusal){EN_METHOD_UNDERCOUNT, (uint8_t)addition->refusal};
    for (uint32_t i = 0; i < addition->edits_count; i++) {
        int64_t edit = (int64_t)addition->edits[i];
        inputs[i] = (struct en_substitute_input){EN_INPUT_EVENT, 0, edit, edit};
    }
    *item = (struct en_substitute){
        .first = (uint16_t)slot,
        .slots = 1,
        .method = EN_METHOD_UNDERCOUNT,
        .reason = addition->reason,
        .flags = EN_QUALITY_UNDERCOUNT_ACT,
        .refusals = is_refused ? refusal : NULL,
        .refusals_count = is_refused ? 1 : 0,
        .inputs = inputs,
        .inputs_count = addition->edits_count,
    };
    return EN_OK;
}

static en_code encode_evidence(struct en_fold *fold, struct en_substitution_state *state,
                               struct en_substitutes *evidence, struct en_slice *entry,
                               struct en_error *err)
{
    struct en_buf out;
    struct en_error fault;
    en_buf_init(&out, EN_SUBSTITUTES_SIZE_MAX);
    evidence->watches = state->fill.watches;
    evidence->watches_count = state->fill.watches_count;
    en_code code = en_substitutes_encode(evidence, &out, &fault);
    if (code == EN_LIMIT) { /* a day of minutes gone mad: keep what names the days looked at */
        struct en_substitute whole = {
            .slots = state->block.head.count > 0 ? (uint16_t)state->block.head.count : 1,
            .reason = EN_REASON_DATA_PROCESSING,
        };
        struct en_substitutes least = *evidence;
        least.items = &whole;
        least.count = 1;
        en_buf_reset(&out);
        en_buf_fini(&out);
        en_buf_init(&out, EN_SUBSTITUTES_SIZE_MAX);
        code = en_substitutes_encode(&least, &out, &fault);
    }
    if (code == EN_OK) {
        code = en_fold_copy(&fold->day, en_buf_slice(&out), entry, err);
    } else {
        *err = fault;
    }
    en_buf_fini(&out);
    return code;
}

static en_code conclude(struct en_fold *fold, struct en_substitution_state *state,
                        const struct en_fill_day *day, struct en_addition *additions,
                        struct en_substitution_outcome *outcome, struct en_error *err)
{
    uint32_t count = day->judged->head.count;
    struct en_substitute *items = en_arena_alloc(&state->arena, 2 * count * sizeof *items);
    struct en_substitutes evidence = {.items = items};
    bool is_changed = day->judged->is_changed;
    en_code code = EN_OK;
    if (items == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for evidence");
    }
    state->block.head = day->judged->head;
    for (uint32_t i = 0; i < count; i++) {
        if (additions != NULL) {
            check_addition(day, i, &additions[i]);
        }
        put_slot(state, day, i, additions == NULL ? NULL : &additions[i], &is_changed);
        evidence.count += say_slot(day, i, &items[evidence.count]);
    }
    for (uint32_t i = 0; i < count && additions != NULL && code == EN_OK; i++) {
        if (additions[i].is_added) {
            code = say_addition(state, &additions[i], i, &items[evidence.count++], err);
        }
    }
    outcome->has_best = is_changed && (day->judged->has_block || evidence.count > 0);
    if (!day->judged->has_block && outcome->has_best) { /* a day nobody could fill stays absent */
        outcome->has_best = false;
        for (uint32_t i = 0; i < count && !outcome->has_best; i++) {
            outcome->has_best = !en_quality_is_missing(state->block.quality[i]);
        }
    }
    if (code == EN_OK && evidence.count > 0) {
        code = encode_evidence(fold, state, &evidence, &outcome->evidence, err);
    }
    return code;
}

/* Computes the day from what stands in the tables now. */
en_code en_substitution_compute(struct en_fold *fold, struct en_substitution_state *state,
                                uint32_t channel, int32_t day_number,
                                const struct en_rule_plan *rules,
                                struct en_substitution_outcome *outcome, struct en_error *err)
{
    struct en_fill *fill = &state->fill;
    struct en_plan plan;
    struct en_fill_day day = {.judged = NULL};
    struct en_addition *additions = NULL;
    bool is_absent = false;
    *outcome = (struct en_substitution_outcome){.has_best = false};
    en_arena_reset(&state->arena);
    fill->fold = fold;
    fill->arena = &state->arena;
    fill->scratch = &state->scratch;
    fill->earliest_day = state->earliest_day;
    fill->plan = &plan;
    fill->acts = &state->acts;
    en_code code = en_fill_begin(fill, channel, day_number, err);
    if (code == EN_OK) {
        code = en_plan_get(fold, &state->arena, rules, &fill->info, day_number, &plan, err);
    }
    if (code == EN_OK) {
        code = en_fill_look(fill, channel, day_number, &day.judged, err);
    }
    if (code != EN_OK || !day.judged->has_grid) {
        return code;
    }
    struct en_interval span = en_judged_span(day.judged);
    if (!day.judged->has_block) {
        code = is_expected(fill, day_number, &is_absent, err);
        if (code != EN_OK || (!is_absent && !en_acts_touch(&state->acts, channel, span))) {
            return code;
        }
    }
    code = en_fill_open(fill, day.judged, &day, err);
    if (code == EN_OK) {
        code = en_acts_apply(fill, &day, err);
    }
    if (code == EN_OK && plan.is_in_force && (day.judged->has_block || is_absent)) {
        code = en_fill_chain(fill, &day, err);
    }
    if (code == EN_OK) {
        code = en_acts_add(fill, &day, &additions, err);
    }
    return code == EN_OK ? conclude(fold, state, &day, additions, outcome, err) : code;
}
