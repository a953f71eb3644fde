/* Judged and filled energy of every channel and day.
 *
 * Stored only where it differs from the interval's energy: `best` the block, `substitute` the
 * evidence of what was filled, by which method, from what, and what refused. A day is computed anew
 * when its energy, its findings, or any day that filling it looked at changes (watch.h), when an
 * act of people or a rule changes, and when time passes: a day without any value is filled once it
 * has ended (due), within the horizon of the last day with values. */
#include <inttypes.h>

#include "core/mem.h"
#include "processors/derived.h"
#include "processors/device_event/device_event.h"
#include "processors/sort.h"
#include "processors/substitution/fill.h"
#include "processors/substitution/watch.h"
#include "projections/tables.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"

#define FILL_ARENA_SIZE ((size_t)256 << 20)
#define EVIDENCE_ARENA_SIZE ((size_t)64 << 20)

struct substitution_state {
    struct en_marks marks;
    struct en_watch_index watches;
    struct en_acts acts;
    struct en_rules *rules;
    bool has_rules;       /* a setting of any rule stands */
    int64_t clock;        /* known at the last look */
    int32_t due_from;     /* days that became due and are to be looked through for what is absent */
    int32_t due_to;       /* exclusive */
    int32_t earliest_day; /* that holds energy, looked up before a day is settled */
    bool has_findings;    /* the day in hand has findings */
    struct en_fill fill;
    struct en_arena arena;    /* of the channel's day in hand */
    struct en_arena evidence; /* of stored evidence that is read */
    struct en_block block;
    struct en_judged_scratch scratch;
};

/* ---- marks ---- */

/* Every day of the channel that has evidence. */
static en_code mark_held(struct en_fold *fold, struct substitution_state *state, uint32_t channel,
                         struct en_error *err)
{
    const struct en_watch_list *list = en_watch_list_of(&state->watches, channel);
    en_code code = EN_OK;
    for (size_t i = 0; list != NULL && i < list->count && code == EN_OK; i++) {
        if (list->items[i].channel == channel) {
            code = en_marks_add(&state->marks, fold, list->items[i].day, channel, err);
        }
    }
    return code;
}

static bool is_held(const struct substitution_state *state, uint32_t channel, int32_t day)
{
    const struct en_watch_list *list = en_watch_list_of(&state->watches, channel);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (list->items[i].channel == channel && list->items[i].day == day) {
            return true;
        }
    }
    return false;
}

static en_code mark_all_held(struct en_fold *fold, struct substitution_state *state,
                             struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < state->watches.capacity && code == EN_OK; i++) {
        code = mark_held(fold, state, (uint32_t)i, err);
    }
    return code;
}

/* Days from one on that may be absent and have to be filled. */
static en_code mark_days(struct en_fold *fold, struct substitution_state *state, uint32_t channel,
                         int32_t from_day, int32_t to_day, struct en_error *err)
{
    en_code code = EN_OK;
    for (int32_t day = from_day; day <= to_day && code == EN_OK; day++) {
        code = en_marks_add(&state->marks, fold, day, channel, err);
    }
    return code;
}

/* Visits the channels of a point. */
typedef en_code (*visit_channel)(struct en_fold *fold, struct substitution_state *state,
                                 uint32_t channel, struct en_interval span, struct en_error *err);

static en_code each_channel(struct en_fold *fold, struct substitution_state *state, uint32_t point,
                            struct en_interval span, visit_channel visit, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row key = {.point = point};
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &key, 1, &scan, err);
    while (code == EN_OK) {
        struct en_point_channel_row row;
        code = en_table_scan_next(&scan, &row, &state->evidence, err);
        if (code == EN_OK) {
            code = visit(fold, state, row.channel, span, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static int32_t day_before(struct en_instant at)
{
    int64_t rest = 0;
    return (int32_t)en_i64_divide_floor(at.us, EN_DAY_US, &rest) - 1;
}

/* What the registry says of the channel's point changed from a moment on: days that were filled,
 * and days that should now be. */
static en_code mark_channel(struct en_fold *fold, struct substitution_state *state,
                            uint32_t channel, struct en_interval span, struct en_error *err)
{
    en_code code = mark_held(fold, state, channel, err);
    int32_t first = day_before(span.from);
    bool is_dated = span.from.us != 0 && state->has_rules;
    return code == EN_OK && is_dated
               ? mark_days(fold, state, channel, first, first + EN_PLAN_HORIZON_DAYS + 2, err)
               : code;
}

/* The supply was out, or was not after all. */
static en_code mark_outage(struct en_fold *fold, struct substitution_state *state, uint32_t channel,
                           struct en_interval span, struct en_error *err)
{
    int32_t first = day_before(span.from);
    int32_t last = span.to.us == INT64_MAX ? EN_FOLD_DAY_MAX : day_before(span.to) + 2;
    return en_watch_mark(&state->watches, &state->marks, fold, channel, first, last,
                         EN_FOLD_DAY_MIN - 1, err);
}

static en_code mark_device_changes(struct en_fold *fold, struct substitution_state *state,
                                   struct en_error *err)
{
    size_t count = 0;
    const struct en_device_change *changes = en_device_event_changes(fold, &count);
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        struct en_table_scan scan;
        struct en_device_point_row row = {.device = changes[i].device};
        code = en_table_scan_begin(fold->store, &en_table_device_point, &row, 1, &scan, err);
        while (code == EN_OK) {
            code = en_table_scan_next(&scan, &row, NULL, err);
            if (code == EN_OK) {
                code = each_channel(fold, state, row.point, changes[i].span, mark_outage, err);
            }
        }
        en_table_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* ---- rules ---- */

static en_code see_setting(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    (void)setting;
    (void)err;
    bool *has = self;
    *has = true;
    return EN_OK;
}

static bool is_of_substitution(const struct en_rule *rule)
{
    return rule->stage == EN_STAGE_SUBSTITUTION || rule->id == EN_RULE_V_07 ||
           rule->id == EN_RULE_V_14 || rule->id == EN_RULE_V_15;
}

struct rule_marks {
    struct en_fold *fold;
    struct substitution_state *state;
    int32_t from_day;
    int32_t to_day;
};

/* Every day of the channel that holds anything, and those behind it that may be absent. */
static en_code mark_channel_days(void *self, const struct en_channel_row *channel,
                                 struct en_error *err)
{
    struct rule_marks *marks = self;
    static const struct en_series_table *const layers[] = {&en_series_profile, &en_series_interval};
    en_code code = mark_held(marks->fold, marks->state, channel->channel, err);
    for (size_t i = 0; i < EN_COUNT_OF(layers) && code == EN_OK; i++) {
        int32_t day = marks->from_day - EN_PLAN_HORIZON_DAYS;
        int32_t marked = marks->from_day - 1; /* days up to this are marked */
        code = en_series_next_day(marks->fold->store, layers[i], &day, err);
        while (code == EN_OK && day < marks->to_day) {
            struct en_slice block;
            code = en_series_get(marks->fold->store, layers[i], day, channel->channel, &block, err);
            if (code == EN_OK) {
                int32_t last = day + EN_PLAN_HORIZON_DAYS;
                last = last < marks->to_day ? last : marks->to_day - 1;
                int32_t first = day > marked ? day : marked + 1;
                code = mark_days(marks->fold, marks->state, channel->channel, first, last, err);
                marked = last > marked ? last : marked;
            }
            if (code == EN_OK || code == EN_NOT_FOUND) {
                day++;
                code = en_series_next_day(marks->fold->store, layers[i], &day, err);
            }
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

static en_code fold_rule(struct en_fold *fold, struct substitution_state *state,
                         const struct en_event *event, struct en_error *err)
{
    struct en_rule_set set;
    struct en_slice key;
    struct en_slice name;
    struct en_slice text;
    struct en_rule_target target;
    struct en_error fault;
    en_rules_forget(state->rules);
    state->has_rules = true;
    if (fold->is_refused || en_payload_decode(event, &set, &fold->batch, &fault) != EN_OK) {
        return EN_OK;
    }
    const struct en_rule *rule = en_rule_find(set.rule);
    if (rule == NULL || !is_of_substitution(rule)) {
        return EN_OK;
    }
    en_code code = en_keys_key(fold->store, EN_NAME_RULE, event->header.subject, &key, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    en_rule_key_parse(key, &name, &text);
    code = en_rule_target_find(fold->store, text, &target, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND || code == EN_MALFORMED ? EN_OK : code;
    }
    struct rule_marks marks = {.fold = fold, .state = state};
    marks.from_day = day_before(event->header.valid.from);
    /* what held before may hold again behind the end of the setting: all days from its beginning */
    marks.to_day = INT32_MAX;
    return en_rule_target_channels(fold->store, &target, mark_channel_days, &marks, err);
}

/* ---- time ---- */

/* Days that ended since the last look are to be looked through. */
static en_code fold_clock(struct en_fold *fold, struct substitution_state *state,
                          struct en_error *err)
{
    struct en_instant now;
    en_code code = en_registry_clock(fold, &now, err);
    if (code != EN_OK || now.us <= state->clock) {
        return code;
    }
    if (!state->has_rules) { /* the first setting looks through all days itself */
        state->clock = now.us;
        return EN_OK;
    }
    int32_t first = EN_DAY_MIN;
    int32_t end = day_before(now) + 2; /* offsets reach a day either way */
    code = en_series_next_day(fold->store, &en_series_profile, &first, err);
    if (code != EN_OK) {
        state->clock = now.us;
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (state->clock != INT64_MIN) {
        int32_t since = day_before((struct en_instant){state->clock}) - 1;
        first = since > first ? since : first;
    }
    bool is_open = state->due_from < state->due_to;
    state->due_from = is_open && state->due_from < first ? state->due_from : first;
    state->due_to = is_open && state->due_to > end ? state->due_to : end;
    state->clock = now.us;
    for (int32_t day = state->due_from; day < state->due_to && code == EN_OK; day++) {
        code = en_fold_mark(fold, day, err);
    }
    return code;
}

static en_code mark_if_absent(struct en_fold *fold, struct substitution_state *state,
                              uint32_t channel, int32_t day, struct en_error *err)
{
    struct en_slice block;
    en_code code = en_interval_get(fold->store, day, channel, &block, err);
    return code == EN_NOT_FOUND ? en_marks_add(&state->marks, fold, day, channel, err) : code;
}

static en_code has_chain_on(struct en_fold *fold, struct substitution_state *state,
                            uint32_t channel, int32_t day, bool *has, struct en_error *err)
{
    const struct en_rule_plan *rules = NULL;
    en_code code = en_rules_plan(state->rules, fold->store, channel, day, &rules, err);
    *has = code == EN_OK && rules != NULL && rules->of[EN_RULE_CHAIN] != NULL;
    return code;
}

/* Behind a day that has values, or was filled, now: the first day without either that a chain holds
 * on is next. */
static en_code mark_frontier(struct en_fold *fold, struct substitution_state *state,
                             uint32_t channel, int32_t day, struct en_error *err)
{
    en_code code = EN_OK;
    int32_t last = day + EN_PLAN_HORIZON_DAYS;
    for (int32_t next = day + 1; next <= last && code == EN_OK; next++) {
        struct en_slice block;
        bool has_chain = false;
        code = has_chain_on(fold, state, channel, next, &has_chain, err);
        if (code != EN_OK || !has_chain) {
            continue;
        }
        code = en_interval_get(fold->store, next, channel, &block, err);
        if (code == EN_NOT_FOUND && !is_held(state, channel, next)) {
            return en_marks_add(&state->marks, fold, next, channel, err);
        }
        if (code == EN_OK) {
            return EN_OK; /* from there on it goes by itself */
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* Channels with values or estimates the day before and nothing on this one. */
static en_code mark_absent(struct en_fold *fold, struct substitution_state *state, int32_t day,
                           struct en_error *err)
{
    static const struct en_series_table *const layers[] = {&en_series_profile, &en_series_interval};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(layers) && code == EN_OK; i++) {
        struct en_series_scan scan;
        code = en_series_scan_begin(fold->store, layers[i], day - 1, day, 0, 0, &scan, err);
        while (code == EN_OK) {
            int32_t at = 0;
            uint32_t channel = 0;
            struct en_slice entry;
            code = en_series_scan_next(&scan, &at, &channel, &entry, err);
            if (code == EN_OK) {
                code = mark_if_absent(fold, state, channel, day, err);
            }
        }
        en_series_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    for (size_t i = 0; i < state->watches.capacity && code == EN_OK; i++) {
        const struct en_watch_list *list = &state->watches.lists[i];
        for (size_t k = 0; k < list->count && code == EN_OK; k++) {
            bool is_own = list->items[k].channel == i;
            if (is_own && (list->items[k].day == day || list->items[k].day == day - 1)) {
                code = en_marks_add(&state->marks, fold, day, (uint32_t)i, err);
            }
        }
    }
    return code;
}

/* ---- folding ---- */

static en_code fold_edit(struct en_fold *fold, struct substitution_state *state,
                         const struct en_event *event, struct en_error *err)
{
    struct en_act changed;
    struct en_channel_info info;
    int32_t offset = 0;
    en_code code = en_acts_decide(&state->acts, fold, event, &changed, err);
    if (code != EN_OK || changed.edit == 0) {
        return code;
    }
    code = en_registry_channel(fold, changed.channel, &info, err);
    if (code == EN_OK) {
        code = en_registry_offset(fold, info.point, changed.span.from, &offset, err);
    }
    if (code != EN_OK) {
        return code;
    }
    int32_t first = en_day_of_instant(changed.span.from, offset).n;
    int32_t last = en_day_of_instant((struct en_instant){changed.span.to.us - 1}, offset).n;
    code = mark_days(fold, state, changed.channel, first, last, err);
    return code == EN_OK ? en_watch_mark(&state->watches, &state->marks, fold, changed.channel,
                                         first, last, EN_FOLD_DAY_MIN - 1, err)
                         : code;
}

static en_code fold(struct en_fold *fold, void *state_memory, const struct en_event *event,
                    struct en_error *err)
{
    struct substitution_state *state = state_memory;
    const struct en_event_header *header = &event->header;
    struct en_interval none = {{0}, {0}};
    int32_t day = 0;
    en_arena_reset(&state->evidence);
    switch ((en_kind)header->kind) {
    case EN_KIND_EDIT_REQUESTED:
        return en_acts_request(fold, event, err);
    case EN_KIND_EDIT_DECIDED:
        return fold_edit(fold, state, event, err);
    case EN_KIND_RULE_SET:
        return fold_rule(fold, state, event, err);
    case EN_KIND_CLOCK_TICK:
    case EN_KIND_DOCUMENT_IMPORTED:
        return fold_clock(fold, state, err);
    case EN_KIND_READING_REGISTER:
        day = day_before(header->valid.from);
        return en_watch_mark(&state->watches, &state->marks, fold, header->subject, day, day + 2,
                             EN_FOLD_DAY_MIN - 1, err);
    case EN_KIND_DEVICE_EVENT:
    case EN_KIND_EVENT_MAP_SET:
        return mark_device_changes(fold, state, err);
    case EN_KIND_CHANNEL_SET:
        en_rules_forget(state->rules);
        return mark_channel(fold, state, header->subject, none, err);
    case EN_KIND_POINT_SET:
        en_rules_forget(state->rules);
        return each_channel(fold, state, header->subject, none, mark_channel, err);
    case EN_KIND_RATIO_SET:
    case EN_KIND_CONTRACT_SET:
        return each_channel(fold, state, header->subject, none, mark_channel, err);
    case EN_KIND_DEVICE_INSTALLED:
    case EN_KIND_DEVICE_REMOVED:
    case EN_KIND_DEVICE_REPLACED:
        return each_channel(fold, state, header->subject, header->valid, mark_channel, err);
    case EN_KIND_OBJECT_SET:
        en_rules_forget(state->rules);
        return mark_all_held(fold, state, err);
    default: /* calendars, tariffs, balances: whatever was filled may come out otherwise */
        return mark_all_held(fold, state, err);
    }
}

/* ---- a channel's day ---- */

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

/* What the day came to. */
struct outcome {
    bool has_best; /* state->block holds it */
    struct en_slice evidence;
};

static void put_slot(struct substitution_state *state, const struct en_fill_day *day, uint32_t slot,
                     const struct en_addition *addition, bool *is_changed)
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

static en_code say_addition(struct substitution_state *state, const struct en_addition *addition,
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

static en_code encode_evidence(struct en_fold *fold, struct substitution_state *state,
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

static en_code conclude(struct en_fold *fold, struct substitution_state *state,
                        const struct en_fill_day *day, struct en_addition *additions,
                        struct outcome *outcome, struct en_error *err)
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
static en_code compute(struct en_fold *fold, struct substitution_state *state, uint32_t channel,
                       int32_t day_number, const struct en_rule_plan *rules,
                       struct outcome *outcome, struct en_error *err)
{
    struct en_fill *fill = &state->fill;
    struct en_plan plan;
    struct en_fill_day day = {.judged = NULL};
    struct en_addition *additions = NULL;
    bool is_absent = false;
    *outcome = (struct outcome){.has_best = false};
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

/* ---- settling ---- */

struct settling {
    struct en_fold *fold;
    struct substitution_state *state;
    int32_t day;
    struct en_series_writer *best;
    struct en_series_writer *substitute;
};

/* Keeps the evidence, and who looks at what by it. */
static en_code put_evidence(struct settling *work, uint32_t channel, struct en_slice entry,
                            struct en_error *err)
{
    struct substitution_state *state = work->state;
    struct en_substitutes seen;
    struct en_slice stored;
    struct en_slice old;
    en_code code = en_series_writer_peek(work->substitute, channel, &stored, err);
    if (code == EN_OK) {
        code = en_fold_copy(&work->fold->day, stored, &old, err);
    }
    if (code != EN_OK || en_slice_equal(old, entry)) {
        return code;
    }
    en_arena_reset(&state->evidence);
    if (old.size > 0) {
        code = en_substitutes_watches(old, &state->evidence, &seen, err);
        if (code == EN_OK) {
            en_watch_remove(&state->watches, channel, work->day, &seen);
        }
    }
    if (code == EN_OK && entry.size > 0) {
        code = en_substitutes_watches(entry, &state->evidence, &seen, err);
        if (code == EN_OK) {
            code = en_watch_add(&state->watches, channel, work->day, &seen, err);
        }
    }
    if (code == EN_OK) {
        code = en_series_writer_put(work->substitute, channel, entry, NULL, NULL, err);
    }
    return code;
}

static en_code put_best(struct settling *work, struct en_change *change, bool has_best,
                        const struct en_change *interval, struct en_error *err)
{
    struct en_slice stored;
    struct en_slice old = {0};
    struct en_slice entry = {0};
    en_code code = en_series_writer_peek(work->best, change->series, &stored, err);
    if (code == EN_OK) {
        code = en_fold_copy(&work->fold->day, stored, &old, err);
    }
    if (code == EN_OK && has_best) {
        struct en_buf out;
        en_buf_init(&out, EN_BLOCK_SIZE_MAX);
        code = en_derived_encode(&work->state->block, &out, err);
        if (code == EN_OK) {
            code = en_fold_copy(&work->fold->day, en_buf_slice(&out), &entry, err);
        }
        en_buf_fini(&out);
    }
    if (code != EN_OK) {
        return code;
    }
    if (en_slice_equal(entry, interval->after)) {
        entry = (struct en_slice){0};
    }
    change->before = old.size > 0 ? old : interval->before;
    change->after = entry.size > 0 ? entry : interval->after;
    change->total = entry.size > 0 ? NULL : interval->total;
    return en_series_writer_put(work->best, change->series, entry, NULL, NULL, err);
}

static bool is_usable_all_over(const struct en_block *block)
{
    uint32_t slot = 0;
    while (slot < block->head.count && en_quality_is_usable(block->quality[slot])) {
        slot++;
    }
    return slot == block->head.count;
}

/* Whether the block has a value that can be used in every slot of the day. */
static en_code is_complete(struct en_fold *fold, struct en_block *scratch,
                           const struct en_change *interval, bool *is, struct en_error *err)
{
    struct en_channel_info info;
    *is = false;
    if (interval->after.size == 0) {
        return EN_OK;
    }
    en_code code = en_block_peek(interval->after, &scratch->head, err);
    if (code == EN_OK) {
        code = en_registry_channel(fold, interval->series, &info, err);
    }
    if (code != EN_OK) {
        return code;
    }
    const struct en_block_head *head = &scratch->head;
    *is = info.slot_seconds == 0 || head->count * head->slot_seconds >= 86400u;
    if (*is && !head->quality_is_common) {
        code = en_block_read(interval->after, scratch, err);
        *is = code == EN_OK && is_usable_all_over(scratch);
    }
    return code;
}

/* One channel: interval says its energy and whether that changed. */
static en_code settle_channel(struct settling *work, const struct en_change *interval,
                              bool is_marked, bool has_finding_change, struct en_error *err)
{
    struct substitution_state *state = work->state;
    uint32_t channel = interval->series;
    const struct en_rule_plan *rules = NULL;
    struct en_slice finding;
    struct outcome outcome = {.has_best = false};
    struct en_change change = *interval;
    bool was_held = is_held(state, channel, work->day);
    bool is_whole = false;
    en_code code = en_rules_plan(state->rules, work->fold->store, channel, work->day, &rules, err);
    bool has_chain = code == EN_OK && rules != NULL && rules->of[EN_RULE_CHAIN] != NULL;
    struct en_interval around = {{((int64_t)work->day - 1) * EN_DAY_US},
                                 {((int64_t)work->day + 2) * EN_DAY_US}}; /* at any offset */
    bool needs =
        is_marked || has_finding_change || was_held || en_acts_touch(&state->acts, channel, around);
    if (code == EN_OK && !needs && rules != NULL && state->has_findings) {
        code =
            en_series_get(work->fold->store, &en_series_finding, work->day, channel, &finding, err);
        needs = code == EN_OK;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK && !needs && has_chain) {
        code = is_complete(work->fold, &state->scratch.block, interval, &is_whole, err);
        needs = !is_whole;
    }
    if (code == EN_OK && needs) {
        code = compute(work->fold, state, channel, work->day, rules, &outcome, err);
        if (code == EN_OK) {
            code = put_best(work, &change, outcome.has_best, interval, err);
        }
        if (code == EN_OK) {
            code = put_evidence(work, channel, outcome.evidence, err);
        }
    }
    bool is_new = (interval->before.size == 0 && interval->after.size > 0) ||
                  (interval->after.size == 0 && !was_held && outcome.evidence.size > 0);
    if (code == EN_OK && is_new && state->has_rules &&
        state->clock > (int64_t)work->day * EN_DAY_US) {
        code = mark_frontier(work->fold, state, channel, work->day, err);
    }
    bool is_changed = !en_slice_equal(change.before, change.after);
    return code == EN_OK && is_changed
               ? en_fold_change(work->fold, EN_LANE_SUBSTITUTED, &change, err)
               : code;
}

/* A channel whose energy did not change: it stands as it is stored. */
static en_code standing(struct en_fold *fold, uint32_t channel, int32_t day,
                        struct en_change *change, struct en_error *err)
{
    struct en_slice block;
    *change = (struct en_change){.series = channel};
    en_code code = en_interval_get(fold->store, day, channel, &block, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    code = code == EN_OK ? en_fold_copy(&fold->day, block, &change->before, err) : code;
    change->after = change->before;
    return code;
}

/* The day's marks, taken out of the list: settling a channel may mark later days. */
static en_code take_marks(struct settling *work, uint32_t **channels, size_t *count,
                          struct en_error *err)
{
    struct en_marks *marks = &work->state->marks;
    uint32_t channel = 0;
    *count = 0;
    *channels = NULL;
    if (!en_marks_peek(marks, work->day, &channel)) {
        return EN_OK;
    }
    size_t most = 0; /* of this day: the list is in order */
    while (marks->taken + most < marks->count &&
           en_day_of_key(marks->items[marks->taken + most]) == work->day) {
        most++;
    }
    *channels = en_arena_alloc(&work->fold->day, most * sizeof **channels);
    if (*channels == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for %zu marks", most);
    }
    while (en_marks_peek(marks, work->day, &channel)) {
        (*channels)[(*count)++] = channel;
        en_marks_take(marks);
    }
    return EN_OK;
}

static uint32_t series_at(const struct en_changes *changes, size_t index)
{
    return index < changes->count ? changes->items[index].series : UINT32_MAX;
}

/* Changed energies, changed findings and marks, each channel once, rising. */
static en_code settle_channels(struct settling *work, struct en_error *err)
{
    const struct en_changes *intervals = &work->fold->changes[EN_LANE_INTERVAL];
    const struct en_changes *findings = &work->fold->changes[EN_LANE_FINDING];
    uint32_t *marked = NULL;
    size_t marked_count = 0;
    size_t mark = 0;
    size_t interval = 0;
    size_t finding = 0;
    en_code code = take_marks(work, &marked, &marked_count, err);
    while (code == EN_OK &&
           (mark < marked_count || interval < intervals->count || finding < findings->count)) {
        struct en_change change;
        uint32_t next = mark < marked_count ? marked[mark] : UINT32_MAX;
        uint32_t changed = series_at(intervals, interval);
        uint32_t found = series_at(findings, finding);
        next = changed < next ? changed : next;
        next = found < next ? found : next;
        bool is_marked = mark < marked_count && marked[mark] == next;
        bool is_found = finding < findings->count && found == next;
        if (interval < intervals->count && changed == next) {
            change = intervals->items[interval++];
        } else {
            code = standing(work->fold, next, work->day, &change, err);
        }
        finding += is_found;
        mark += is_marked;
        if (code == EN_OK) {
            code = settle_channel(work, &change, is_marked, is_found, err);
        }
    }
    return code;
}

/* What is the same for all channels of the day. */
static en_code look_at_day(struct en_fold *fold, struct substitution_state *state, int32_t day,
                           struct en_error *err)
{
    static const struct en_series_table *const layers[] = {&en_series_profile, &en_series_interval};
    int32_t finding = day;
    state->earliest_day = EN_DAY_MAX;
    en_code code = en_series_next_day(fold->store, &en_series_finding, &finding, err);
    state->has_findings = code == EN_OK && finding == day;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    for (size_t i = 0; i < EN_COUNT_OF(layers) && code == EN_OK; i++) {
        int32_t first = EN_DAY_MIN;
        code = en_series_next_day(fold->store, layers[i], &first, err);
        state->earliest_day =
            code == EN_OK && first < state->earliest_day ? first : state->earliest_day;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* Days elsewhere that looked at what changed on this one. */
static en_code mark_watchers(struct settling *work, en_change_lane lane, struct en_error *err)
{
    const struct en_changes *changes = &work->fold->changes[lane];
    en_code code = EN_OK;
    for (size_t i = 0; i < changes->count && code == EN_OK; i++) {
        code = en_watch_mark(&work->state->watches, &work->state->marks, work->fold,
                             changes->items[i].series, work->day, work->day, work->day, err);
    }
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct substitution_state *state = state_memory;
    struct settling work = {.fold = fold, .state = state, .day = day};
    uint32_t marked = 0;
    en_code code = EN_OK;
    if (day >= state->due_from && day < state->due_to) {
        code = mark_absent(fold, state, day, err);
    }
    if (code == EN_OK) {
        code = en_marks_sort(&state->marks, err);
    }
    bool is_plain = code == EN_OK && !state->has_rules && state->acts.count == 0 &&
                    fold->changes[EN_LANE_FINDING].count == 0 &&
                    !en_marks_peek(&state->marks, day, &marked);
    if (code != EN_OK || is_plain) {
        return code == EN_OK ? en_fold_pass(fold, EN_LANE_INTERVAL, EN_LANE_SUBSTITUTED, err)
                             : code;
    }
    code = look_at_day(fold, state, day, err);
    if (code == EN_OK) {
        code = mark_watchers(&work, EN_LANE_INTERVAL, err);
    }
    if (code == EN_OK) {
        code = mark_watchers(&work, EN_LANE_FINDING, err);
    }
    if (code == EN_OK) {
        code = en_marks_sort(&state->marks, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_open(fold->store, &en_series_best, day, &work.best, err);
    }
    if (code == EN_OK) {
        code =
            en_series_writer_open(fold->store, &en_series_substitute, day, &work.substitute, err);
    }
    if (code == EN_OK) {
        code = settle_channels(&work, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(work.best, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(work.substitute, err);
    }
    en_series_writer_close(work.best);
    en_series_writer_close(work.substitute);
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct substitution_state *state = state_memory;
    en_marks_end(&state->marks);
    state->due_from = 0;
    state->due_to = 0;
    return EN_OK;
}

/* ---- state ---- */

/* Who looks at what, from the stored evidence. */
static en_code load_watches(struct en_fold *fold, struct substitution_state *state,
                            struct en_error *err)
{
    struct en_series_scan scan;
    en_code code = en_series_scan_begin(fold->store, &en_series_substitute, EN_DAY_MIN, EN_DAY_MAX,
                                        0, 0, &scan, err);
    while (code == EN_OK) {
        struct en_substitutes seen;
        struct en_slice entry;
        int32_t day = 0;
        uint32_t channel = 0;
        en_arena_reset(&state->evidence);
        code = en_series_scan_next(&scan, &day, &channel, &entry, err);
        if (code == EN_OK) {
            code = en_substitutes_watches(entry, &state->evidence, &seen, err);
        }
        if (code == EN_OK) {
            code = en_watch_add(&state->watches, channel, day, &seen, err);
        }
    }
    en_series_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct substitution_state *state = state_memory;
    struct en_instant now;
    en_arena_init(&state->arena, FILL_ARENA_SIZE);
    en_arena_init(&state->evidence, EVIDENCE_ARENA_SIZE);
    en_code code = en_rules_open(&state->rules, err);
    if (code == EN_OK) {
        code = en_rules_settings(fold->store, EN_RULE_NONE, see_setting, &state->has_rules, err);
    }
    if (code == EN_OK) {
        code = en_registry_clock(fold, &now, err);
        state->clock = now.us;
    }
    if (code == EN_OK) {
        code = en_acts_load(&state->acts, fold->store, err);
    }
    return code == EN_OK ? load_watches(fold, state, err) : code;
}

static void close_state(void *state_memory)
{
    struct substitution_state *state = state_memory;
    en_marks_fini(&state->marks);
    en_watch_fini(&state->watches);
    en_acts_fini(&state->acts);
    en_rules_close(state->rules);
    en_arena_fini(&state->arena);
    en_arena_fini(&state->evidence);
}

static const struct en_table *const tables[] = {&en_table_edit, NULL};
static const struct en_series_table *const series[] = {&en_series_best, &en_series_substitute,
                                                       NULL};

const struct en_processor en_processor_substitution = {
    .name = "substitution",
    .about = "Judged and filled energy of channels, with the evidence of what was filled.",
    .kinds = EN_KIND_BIT(EDIT_REQUESTED) | EN_KIND_BIT(EDIT_DECIDED) | EN_KIND_BIT(RULE_SET) |
             EN_KIND_BIT(CLOCK_TICK) | EN_KIND_BIT(DOCUMENT_IMPORTED) |
             EN_KIND_BIT(READING_REGISTER) | EN_KIND_BIT(DEVICE_EVENT) |
             EN_KIND_BIT(EVENT_MAP_SET) | EN_KIND_BIT(CHANNEL_SET) | EN_KIND_BIT(POINT_SET) |
             EN_KIND_BIT(RATIO_SET) | EN_KIND_BIT(CONTRACT_SET) | EN_KIND_BIT(DEVICE_INSTALLED) |
             EN_KIND_BIT(DEVICE_REMOVED) | EN_KIND_BIT(DEVICE_REPLACED) | EN_KIND_BIT(OBJECT_SET) |
             EN_KIND_BIT(CALENDAR_SET) | EN_KIND_BIT(TARIFF_SET) | EN_KIND_BIT(BALANCE_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct substitution_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
