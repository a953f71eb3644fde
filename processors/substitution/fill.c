#include "processors/substitution/fill.h"

#include "core/fixed.h"

static en_code no_room(const struct en_fill *fill, struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no room to fill a day of channel %u", fill->channel);
}

en_code en_fill_begin(struct en_fill *fill, uint32_t channel, int32_t day, struct en_error *err)
{
    struct en_fold *fold = fill->fold;
    fill->channel = channel;
    fill->days_count = 0;
    fill->first_day = day - EN_FILL_BACK_DAYS;
    memset(fill->own, 0, sizeof fill->own);
    fill->watches_count = 0;
    en_code code = en_registry_channel(fold, channel, &fill->info, err);
    if (code == EN_OK) {
        code = en_registry_offset(fold, fill->info.point,
                                  (struct en_instant){(int64_t)day * EN_DAY_US},
                                  &fill->offset_minutes, err);
    }
    return code == EN_OK ? en_registry_clock(fold, &fill->clock, err) : code;
}

bool en_fill_is_due(const struct en_fill *fill, int32_t day)
{
    return fill->clock.us >= en_judged_day(day, fill->offset_minutes).to.us;
}

/* Widens the days of a channel that stands in the list, or makes a place for it. */
en_code en_fill_watch(struct en_fill *fill, uint32_t channel, int32_t from_day, int32_t to_day,
                      struct en_error *err)
{
    EN_ASSERT(from_day <= to_day);
    uint32_t at = 0;
    while (at < fill->watches_count && fill->watches[at].channel < channel) {
        at++;
    }
    struct en_watch *watch = &fill->watches[at];
    if (at < fill->watches_count && watch->channel == channel) {
        watch->from_day = from_day < watch->from_day ? from_day : watch->from_day;
        watch->to_day = to_day > watch->to_day ? to_day : watch->to_day;
        return EN_OK;
    }
    if (fill->watches_count == EN_SUBSTITUTE_WATCHES_MAX) {
        return en_error_set(err, EN_LIMIT, "filling channel %u looks at more than %u channels",
                            fill->channel, EN_SUBSTITUTE_WATCHES_MAX);
    }
    memmove(watch + 1, watch, (fill->watches_count - at) * sizeof *watch);
    *watch = (struct en_watch){channel, from_day, to_day};
    fill->watches_count++;
    return EN_OK;
}

/* The place of a day of the channel's own; NULL where it is another's or too far. */
static const struct en_judged **own_place(struct en_fill *fill, uint32_t channel, int32_t day)
{
    int64_t index = (int64_t)day - fill->first_day;
    bool is_own = channel == fill->channel && index >= 0 && index < (int64_t)EN_FILL_OWN_DAYS;
    return is_own ? &fill->own[index] : NULL;
}

static const struct en_judged *find_day(struct en_fill *fill, uint32_t channel, int32_t day)
{
    const struct en_judged **own = own_place(fill, channel, day);
    for (uint32_t i = 0; own == NULL && i < fill->days_count; i++) {
        if (fill->days[i]->channel == channel && fill->days[i]->day == day) {
            return fill->days[i];
        }
    }
    return own == NULL ? NULL : *own;
}

en_code en_fill_look(struct en_fill *fill, uint32_t channel, int32_t day,
                     const struct en_judged **judged, struct en_error *err)
{
    const struct en_judged **own = own_place(fill, channel, day);
    *judged = find_day(fill, channel, day);
    if (*judged != NULL) {
        return EN_OK;
    }
    if (own == NULL && fill->days_count == EN_FILL_DAYS_MAX) {
        return en_error_set(err, EN_LIMIT, "filling channel %u looks at more than %u days",
                            fill->channel, EN_FILL_DAYS_MAX);
    }
    struct en_judged *read = en_arena_alloc(fill->arena, sizeof *read);
    if (read == NULL) {
        return no_room(fill, err);
    }
    en_code code = en_fill_watch(fill, channel, day, day, err);
    if (code == EN_OK) {
        code = en_judged_read(fill->fold, fill->arena, fill->scratch, channel, day, read, err);
    }
    if (code == EN_OK && read->has_grid) {
        code = en_acts_judge(fill->acts, fill->arena, read, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (own != NULL) {
        *own = read;
    } else {
        fill->days[fill->days_count++] = read;
    }
    *judged = read;
    return EN_OK;
}

en_code en_fill_open(struct en_fill *fill, const struct en_judged *judged, struct en_fill_day *day,
                     struct en_error *err)
{
    EN_ASSERT(judged->has_grid);
    day->judged = judged;
    day->slots = en_arena_alloc(fill->arena, judged->head.count * sizeof *day->slots);
    if (day->slots == NULL) {
        return no_room(fill, err);
    }
    for (uint32_t i = 0; i < judged->head.count; i++) {
        struct en_fill_slot *slot = &day->slots[i];
        uint64_t quality = en_judged_quality(judged, i);
        slot->is_open = en_judged_is_open(judged, i);
        slot->why = en_quality_flags(quality);
        slot->why |= slot->is_open && en_quality_is_missing(quality) ? EN_QUALITY_GAP : 0;
    }
    return EN_OK;
}

static bool same_inputs(const struct en_fill_slot *slot, const struct en_fill_inputs *inputs)
{
    struct en_substitute a = {.inputs = slot->inputs, .inputs_count = slot->inputs_count};
    struct en_substitute b = {.inputs = inputs->items, .inputs_count = inputs->count};
    return en_substitute_same(&a, &b);
}

en_code en_fill_put(struct en_fill *fill, struct en_fill_day *day, uint32_t slot,
                    en_estimation_method method, int64_t micro, uint64_t flags,
                    const struct en_fill_inputs *inputs, struct en_error *err)
{
    struct en_fill_slot *put = &day->slots[slot];
    EN_ASSERT(!put->is_filled);
    struct en_substitute_input *kept = NULL;
    /* neighbours made from the same inputs share them */
    const struct en_fill_slot *before = slot > 0 ? &day->slots[slot - 1] : NULL;
    bool is_same = before != NULL && before->inputs != NULL && same_inputs(before, inputs);
    if (inputs->count > 0 && !is_same) {
        kept = en_arena_alloc(fill->arena, inputs->count * sizeof *kept);
        if (kept == NULL) {
            return no_room(fill, err);
        }
        memcpy(kept, inputs->items, inputs->count * sizeof *kept);
    }
    put->inputs = is_same ? before->inputs : kept;
    put->inputs_count = (uint8_t)inputs->count;
    put->is_filled = true;
    put->method = (uint8_t)method;
    put->micro = micro;
    put->quality = en_quality_with_verdict(put->why | flags, EN_VERDICT_VALID);
    put->quality = en_quality_with_source(put->quality, en_method_source(method));
    return EN_OK;
}

en_code en_fill_add_input(struct en_fill *fill, struct en_fill_day *day, uint32_t slot,
                          en_input_kind kind, int64_t at, struct en_error *err)
{
    struct en_fill_slot *filled = &day->slots[slot];
    EN_ASSERT(filled->is_filled);
    size_t count = filled->inputs_count;
    if (count == EN_SUBSTITUTE_INPUTS_MAX) {
        return EN_OK;
    }
    struct en_substitute_input *inputs = en_arena_alloc(fill->arena, (count + 1) * sizeof *inputs);
    if (inputs == NULL) {
        return no_room(fill, err);
    }
    memcpy(inputs, filled->inputs, count * sizeof *inputs);
    inputs[count] = (struct en_substitute_input){(uint8_t)kind, 0, at, at};
    filled->inputs = inputs;
    filled->inputs_count = (uint8_t)(count + 1);
    return EN_OK;
}

en_code en_fill_scale(struct en_fill *fill, struct en_fill_day *day, uint32_t slot, int64_t micro,
                      uint32_t register_channel, struct en_interval between, struct en_error *err)
{
    struct en_fill_slot *scaled = &day->slots[slot];
    struct en_fill_inputs inputs = {.count = scaled->inputs_count};
    EN_ASSERT(scaled->is_filled);
    memcpy(inputs.items, scaled->inputs, scaled->inputs_count * sizeof *inputs.items);
    en_fill_input(&inputs, EN_INPUT_REGISTER, register_channel, between.from.us, between.to.us);
    uint64_t quality = scaled->quality;
    scaled->is_filled = false;
    scaled->is_scaled = true;
    en_code code =
        en_fill_put(fill, day, slot, (en_estimation_method)scaled->method, micro, 0, &inputs, err);
    scaled->quality = quality;
    return code;
}

void en_fill_refuse(struct en_fill_day *day, uint32_t slot, en_estimation_method method,
                    en_refusal refusal)
{
    struct en_fill_slot *refused = &day->slots[slot];
    EN_ASSERT(refusal != EN_REFUSAL_NONE);
    if (refused->refusals_count < EN_SUBSTITUTE_REFUSALS_MAX) {
        refused->refusals[refused->refusals_count++] =
            (struct en_substitute_refusal){(uint8_t)method, (uint8_t)refusal};
    }
}

/* ---- the chain ---- */

static en_code not_in_force(struct en_fill *fill, struct en_fill_day *day,
                            const struct en_estimation_step *step, struct en_error *err)
{
    (void)fill;
    (void)err;
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        if (en_fill_wants(day, i)) {
            en_fill_refuse(day, i, step->method, EN_REFUSAL_NOT_IN_FORCE);
        }
    }
    return EN_OK;
}

static const en_fill_method methods[EN_METHODS_COUNT] = {
    [EN_METHOD_INTERP] = en_fill_interp,     [EN_METHOD_LIKEDAY] = en_fill_likeday,
    [EN_METHOD_CHECK] = en_fill_check,       [EN_METHOD_REG_SHAPE] = en_fill_register,
    [EN_METHOD_REG_FLAT] = en_fill_register, [EN_METHOD_PROFILE] = en_fill_register,
    [EN_METHOD_ZERO] = en_fill_zero,         [EN_METHOD_PRIOR] = not_in_force,
    [EN_METHOD_MAXPOWER] = not_in_force,     [EN_METHOD_PERMCURRENT] = not_in_force,
    [EN_METHOD_BALANCE] = en_fill_balance,   [EN_METHOD_HOLD] = en_fill_hold,
};

/* Range again on what came out: V-14 and V-15. */
en_refusal en_fill_range(const struct en_plan *plan, const struct en_fill_slot *slot)
{
    if (plan->checks_negative && slot->micro < 0) {
        return EN_REFUSAL_BELOW_ZERO;
    }
    bool is_above = plan->cap_micro > 0 && slot->micro > plan->cap_micro;
    return is_above ? EN_REFUSAL_ABOVE_CAP : EN_REFUSAL_NONE;
}

void en_fill_take_back(struct en_fill_day *day, uint32_t slot, en_refusal refusal)
{
    struct en_fill_slot *taken = &day->slots[slot];
    en_estimation_method method = (en_estimation_method)taken->method;
    taken->is_filled = false;
    taken->is_scaled = false;
    taken->method = EN_METHOD_NONE;
    taken->inputs = NULL;
    taken->inputs_count = 0;
    taken->micro = 0;
    taken->quality = 0;
    en_fill_refuse(day, slot, method, refusal);
}

static bool is_by_register(en_estimation_method method)
{
    return method == EN_METHOD_REG_SHAPE || method == EN_METHOD_REG_FLAT ||
           method == EN_METHOD_PROFILE;
}

en_code en_fill_step(struct en_fill *fill, struct en_fill_day *day, uint32_t index,
                     const struct en_estimation_step *step, struct en_error *err)
{
    EN_ASSERT(methods[step->method] != NULL);
    day->step = index;
    day->is_register_step = is_by_register(step->method);
    bool was_wanted[EN_SLOTS_MAX];
    bool is_wanted = false;
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        was_wanted[i] = en_fill_wants(day, i);
        is_wanted = is_wanted || was_wanted[i];
    }
    en_code code = is_wanted ? methods[step->method](fill, day, step, err) : EN_OK;
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        struct en_fill_slot *slot = &day->slots[i];
        slot->level = was_wanted[i] ? (uint8_t)(index + 1) : slot->level;
        en_refusal refusal =
            was_wanted[i] && slot->is_filled ? en_fill_range(fill->plan, slot) : EN_REFUSAL_NONE;
        if (refusal != EN_REFUSAL_NONE) {
            en_fill_take_back(day, i, refusal);
        }
    }
    return code;
}

/* Slots that no method is asked about, with why. */
static void leave_out(struct en_fill *fill, struct en_fill_day *day, uint32_t slot,
                      en_refusal refusal)
{
    EN_ASSERT(fill->plan->chain.count > 0);
    en_fill_refuse(day, slot, fill->plan->chain.steps[0].method, refusal);
    day->slots[slot].is_act = true;
}

/* Behind the last value of a day that has not ended: not missing yet. */
static en_code leave_out_not_due(struct en_fill *fill, struct en_fill_day *day,
                                 struct en_error *err)
{
    const struct en_judged *next = NULL;
    const struct en_judged *judged = day->judged;
    if (en_fill_is_due(fill, judged->day)) {
        return EN_OK;
    }
    en_code code = en_fill_look(fill, judged->channel, judged->day + 1, &next, err);
    if (code != EN_OK || next->has_block) {
        return code;
    }
    for (uint32_t i = judged->head.count; i > 0 && day->slots[i - 1].is_open; i--) {
        if (en_fill_wants(day, i - 1)) {
            leave_out(fill, day, i - 1, EN_REFUSAL_NOT_DUE);
        }
    }
    return EN_OK;
}

/* Under a blocking finding a person decides. */
static void leave_out_blocked(struct en_fill *fill, struct en_fill_day *day)
{
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        if (en_judged_severity(day->judged, i) == EN_SEVERITY_BLOCKING && en_fill_wants(day, i)) {
            leave_out(fill, day, i, EN_REFUSAL_BLOCKED);
        }
    }
}

en_code en_fill_steps(struct en_fill *fill, struct en_fill_day *day, uint32_t count,
                      struct en_error *err)
{
    const struct en_estimation_chain *chain = &fill->plan->chain;
    EN_ASSERT(count <= chain->count);
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = en_fill_step(fill, day, i, &chain->steps[i], err);
    }
    return code;
}

en_code en_fill_leave_out(struct en_fill *fill, struct en_fill_day *day, struct en_error *err)
{
    day->step = 0;
    day->is_register_step = true;
    en_code code = leave_out_not_due(fill, day, err);
    leave_out_blocked(fill, day);
    return code;
}

en_code en_fill_chain(struct en_fill *fill, struct en_fill_day *day, struct en_error *err)
{
    bool is_done = fill->plan->chain.count == 0;
    en_code code = is_done ? EN_OK : en_fill_leave_out(fill, day, err);
    while (code == EN_OK && !is_done) { /* each round some slot goes on to a later method */
        code = en_fill_steps(fill, day, fill->plan->chain.count, err);
        is_done = true;
        if (code == EN_OK && fill->plan->is_anchored) {
            code = en_fill_anchor(fill, day, &is_done, err);
        }
        if (code == EN_OK && fill->plan->checks_sum) {
            code = en_fill_check_sum(fill, day, &is_done, err);
        }
    }
    return code;
}
