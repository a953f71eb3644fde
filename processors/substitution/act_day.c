/* What acts do to a day. */
#include "core/metering/substitution/estimation_act.h"
#include "processors/substitution/fill.h"

/* The slots of the day that lie within the act: [first, first + count). */
static void slots_in(const struct en_judged *judged, struct en_interval span, uint32_t *first,
                     uint32_t *count)
{
    *first = 0;
    *count = 0;
    for (uint32_t i = 0; i < judged->head.count; i++) {
        struct en_interval slot = en_judged_slot(judged, i);
        if (slot.from.us >= span.from.us && slot.to.us <= span.to.us) {
            *first = *count == 0 ? i : *first;
            (*count)++;
        }
    }
}

static en_code make_room(struct en_arena *arena, struct en_judged *judged, struct en_error *err)
{
    size_t count = judged->head.count;
    if (judged->micro != NULL) {
        return EN_OK;
    }
    judged->micro = en_arena_alloc(arena, count * sizeof *judged->micro);
    judged->quality = en_arena_alloc(arena, count * sizeof *judged->quality);
    judged->severity = en_arena_alloc(arena, count);
    return judged->micro != NULL && judged->quality != NULL && judged->severity != NULL
               ? EN_OK
               : en_error_set(err, EN_NOMEM, "no room to judge a day");
}

en_code en_acts_judge(const struct en_acts *acts, struct en_arena *arena, struct en_judged *judged,
                      struct en_error *err)
{
    struct en_interval span = en_judged_span(judged);
    en_code code = EN_OK;
    for (size_t i = en_acts_first(acts, judged->channel);
         i < acts->count && acts->items[i].channel == judged->channel && code == EN_OK; i++) {
        const struct en_act *act = &acts->items[i];
        uint32_t first = 0;
        uint32_t count = 0;
        if (!en_acts_meet(act->span, span)) {
            continue;
        }
        slots_in(judged, act->span, &first, &count);
        code = make_room(arena, judged, err);
        for (uint32_t k = first; k < first + count && code == EN_OK; k++) {
            uint8_t severity =
                act->kind == EN_EDIT_ESTIMATE ? EN_SEVERITY_ERROR : EN_SEVERITY_WARNING;
            judged->severity[k] = judged->severity[k] < severity ? severity : judged->severity[k];
        }
    }
    return code;
}

/* An act in hand, on the day in hand. */
struct applying {
    struct en_fill *fill;
    struct en_fill_day *day;
    struct en_edit_row row;
    uint32_t first;
    uint32_t count;
    uint64_t skipped; /* slots of the act on days before */
    uint64_t slots;   /* of the whole act */
};

static en_code load_act(struct en_fill *fill, struct en_fill_day *day, const struct en_act *act,
                        struct applying *applying, struct en_error *err)
{
    *applying = (struct applying){.fill = fill, .day = day, .row = {.edit = act->edit}};
    slots_in(day->judged, act->span, &applying->first, &applying->count);
    if (applying->count == 0) {
        return EN_OK;
    }
    int64_t slot_us = (int64_t)day->judged->head.slot_seconds * EN_SECOND_US;
    int64_t before = en_judged_slot(day->judged, applying->first).from.us - act->span.from.us;
    applying->skipped = (uint64_t)(before / slot_us);
    applying->slots = (uint64_t)((act->span.to.us - act->span.from.us) / slot_us);
    return en_table_get(fill->fold->store, &en_table_edit, &applying->row, fill->arena, err);
}

static en_code put_act(struct applying *applying, uint32_t slot, en_estimation_method method,
                       int64_t micro, uint64_t flags, struct en_error *err)
{
    struct en_fill_inputs inputs = {.count = 0};
    struct en_fill_slot *put = &applying->day->slots[slot];
    int64_t edit = (int64_t)applying->row.edit;
    int64_t decided = (int64_t)applying->row.decided;
    en_fill_input(&inputs, EN_INPUT_EVENT, 0, edit, edit);
    en_fill_input(&inputs, EN_INPUT_EVENT, 0, decided, decided);
    put->is_filled = false; /* a later act stands over an earlier one */
    put->is_act = true;
    put->reason = applying->row.reason;
    put->refusals_count = 0;
    return en_fill_put(applying->fill, applying->day, slot, method, micro,
                       flags | EN_QUALITY_MANUAL_VERIFIED, &inputs, err);
}

/* E-12, E-07, E-13: slot by slot. */
static en_code apply_to_slot(struct applying *applying, uint32_t slot, struct en_error *err)
{
    const struct en_edit_row *row = &applying->row;
    const struct en_edit_value *values = row->values.items;
    uint64_t index = applying->skipped + (slot - applying->first);
    if (row->kind == EN_EDIT_VALUES) {
        return index < row->values.count
                   ? put_act(applying, slot, EN_METHOD_EDIT, values[index].micro, 0, err)
                   : EN_OK;
    }
    if (row->kind == EN_EDIT_ZERO) {
        return put_act(applying, slot, EN_METHOD_ZERO, 0, 0, err);
    }
    EN_ASSERT(row->kind == EN_EDIT_LOST_PHASE);
    const struct en_judged *judged = applying->day->judged;
    struct en_ratio ratio = row->healthy > 0 ? en_lost_phase_ratio(row->healthy) : row->factor;
    int64_t micro = 0;
    en_refusal refusal = en_quality_is_missing(en_judged_quality(judged, slot))
                             ? EN_REFUSAL_BAD_ACT
                             : en_lost_phase_fill(judged->micro[slot], ratio, &micro);
    if (refusal != EN_REFUSAL_NONE) {
        en_fill_refuse(applying->day, slot, EN_METHOD_LOST_PHASE, refusal);
        return EN_OK;
    }
    return put_act(applying, slot, EN_METHOD_LOST_PHASE, micro, EN_QUALITY_PHASE, err);
}

/* An estimate by the named method, on the act's slots alone. */
static en_code apply_estimate(struct applying *applying, struct en_error *err)
{
    struct en_estimation_chain chain;
    struct en_fill_day *day = applying->day;
    struct en_error fault;
    uint32_t end = applying->first + applying->count;
    if (en_estimation_chain_parse(applying->row.method, &chain, &fault) != EN_OK) {
        return EN_OK; /* judged when it was asked for */
    }
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        struct en_fill_slot *slot = &day->slots[i];
        bool is_ours = i >= applying->first && i < end;
        slot->is_set_aside = !is_ours;
        if (is_ours) {
            slot->is_open = true;
            slot->is_filled = false;
            slot->is_act = false;
            slot->refusals_count = 0;
        }
    }
    en_code code = en_fill_step(applying->fill, day, 0, &chain.steps[0], err);
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        struct en_fill_slot *slot = &day->slots[i];
        slot->is_set_aside = false;
        if (i >= applying->first && i < end) {
            slot->is_act = slot->is_filled;
            slot->reason = slot->is_filled ? applying->row.reason : 0;
            slot->quality |= slot->is_filled ? EN_QUALITY_MANUAL_VERIFIED : 0;
            slot->level = 0;
        }
    }
    for (uint32_t i = applying->first; i < end && code == EN_OK; i++) {
        if (day->slots[i].is_filled) {
            code = en_fill_add_input(applying->fill, day, i, EN_INPUT_EVENT,
                                     (int64_t)applying->row.edit, err);
        }
    }
    return code;
}

en_code en_acts_apply(struct en_fill *fill, struct en_fill_day *day, struct en_error *err)
{
    const struct en_acts *acts = fill->acts;
    en_code code = EN_OK;
    for (size_t i = en_acts_first(acts, fill->channel);
         i < acts->count && acts->items[i].channel == fill->channel && code == EN_OK; i++) {
        struct applying applying;
        if (acts->items[i].kind == EN_EDIT_UNDERCOUNT) {
            continue;
        }
        code = load_act(fill, day, &acts->items[i], &applying, err);
        if (code != EN_OK || applying.count == 0) {
            continue;
        }
        if (applying.row.kind == EN_EDIT_ESTIMATE) {
            code = apply_estimate(&applying, err);
            continue;
        }
        for (uint32_t k = 0; k < applying.count && code == EN_OK; k++) {
            code = apply_to_slot(&applying, applying.first + k, err);
        }
    }
    return code;
}

/* ---- E-14 ---- */

/* What the values of the act are multiplied by: the ratio and the loss factor where it asks. */
static en_code each_ratio(struct applying *applying, struct en_ratio *each, struct en_error *err)
{
    const struct en_edit_row *row = &applying->row;
    struct en_error fault;
    *each = row->factor.den == 0 ? EN_RATIO_ONE : row->factor;
    if (!row->applies_ratio) {
        return EN_OK;
    }
    struct en_ratio ratio;
    en_code code =
        en_registry_channel_ratio(applying->fill->fold, row->channel, row->from, &ratio, err);
    if (code == EN_OK && en_ratio_multiply(*each, ratio, each, &fault) != EN_OK) {
        *each = (struct en_ratio){-1, 1}; /* no number holds both: the act is refused */
    }
    return code;
}

static en_code add_act(struct applying *applying, struct en_addition *additions,
                       struct en_error *err)
{
    const struct en_edit_row *row = &applying->row;
    struct en_undercount act = {.total = row->amount_micro, .each = EN_RATIO_ONE};
    size_t count = (size_t)applying->slots;
    int64_t *added = en_arena_alloc(applying->fill->arena, count * sizeof *added);
    int64_t *list = en_arena_alloc(applying->fill->arena, count * sizeof *list);
    if (added == NULL || list == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for an act of %zu slots", count);
    }
    for (uint32_t i = 0; i < row->values.count && i < count; i++) {
        list[i] = ((const struct en_edit_value *)row->values.items)[i].micro;
        act.list = list;
    }
    en_code code = each_ratio(applying, &act.each, err);
    if (code != EN_OK) {
        return code;
    }
    en_refusal refusal = en_undercount_fill(&act, count, added);
    for (uint32_t k = 0; k < applying->count; k++) {
        struct en_addition *addition = &additions[applying->first + k];
        int64_t micro = refusal == EN_REFUSAL_NONE ? added[applying->skipped + k] : 0;
        addition->is_added = true;
        addition->reason = row->reason;
        addition->refusal = refusal != EN_REFUSAL_NONE ? refusal : addition->refusal;
        if (!en_i64_add(addition->micro, micro, &addition->micro)) {
            addition->refusal = EN_REFUSAL_OVERFLOW;
        }
        if (addition->edits_count < EN_COUNT_OF(addition->edits)) {
            addition->edits[addition->edits_count++] = row->edit;
        }
    }
    return EN_OK;
}

en_code en_acts_add(struct en_fill *fill, struct en_fill_day *day, struct en_addition **additions,
                    struct en_error *err)
{
    const struct en_acts *acts = fill->acts;
    en_code code = EN_OK;
    *additions = NULL;
    for (size_t i = en_acts_first(acts, fill->channel);
         i < acts->count && acts->items[i].channel == fill->channel && code == EN_OK; i++) {
        struct applying applying;
        if (acts->items[i].kind != EN_EDIT_UNDERCOUNT) {
            continue;
        }
        code = load_act(fill, day, &acts->items[i], &applying, err);
        if (code != EN_OK || applying.count == 0) {
            continue;
        }
        if (*additions == NULL) {
            *additions = en_arena_alloc(fill->arena, day->judged->head.count * sizeof **additions);
        }
        code = *additions == NULL ? en_error_set(err, EN_NOMEM, "no room for acts")
                                  : add_act(&applying, *additions, err);
    }
    return code;
}
