/* Which days an event may change: those with evidence, those that looked at what it speaks of,
 * those that should be filled now. */
#include "processors/device_event/device_event.h"
#include "processors/substitution/state.h"
#include "projections/tables.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"

/* ---- marks ---- */

/* Every day of the channel that has evidence. */
static en_code mark_held(struct en_fold *fold, struct en_substitution_state *state,
                         uint32_t channel, struct en_error *err)
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

bool en_substitution_is_held(const struct en_substitution_state *state, uint32_t channel,
                             int32_t day)
{
    const struct en_watch_list *list = en_watch_list_of(&state->watches, channel);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (list->items[i].channel == channel && list->items[i].day == day) {
            return true;
        }
    }
    return false;
}

static en_code mark_all_held(struct en_fold *fold, struct en_substitution_state *state,
                             struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < state->watches.capacity && code == EN_OK; i++) {
        code = mark_held(fold, state, (uint32_t)i, err);
    }
    return code;
}

/* Days from one on that may be absent and have to be filled. */
static en_code mark_days(struct en_fold *fold, struct en_substitution_state *state,
                         uint32_t channel, int32_t from_day, int32_t to_day, struct en_error *err)
{
    en_code code = EN_OK;
    for (int32_t day = from_day; day <= to_day && code == EN_OK; day++) {
        code = en_marks_add(&state->marks, fold, day, channel, err);
    }
    return code;
}

/* Visits the channels of a point. */
typedef en_code (*visit_channel)(struct en_fold *fold, struct en_substitution_state *state,
                                 uint32_t channel, struct en_interval span, struct en_error *err);

static en_code each_channel(struct en_fold *fold, struct en_substitution_state *state,
                            uint32_t point, struct en_interval span, visit_channel visit,
                            struct en_error *err)
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
static en_code mark_channel(struct en_fold *fold, struct en_substitution_state *state,
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
static en_code mark_outage(struct en_fold *fold, struct en_substitution_state *state,
                           uint32_t channel, struct en_interval span, struct en_error *err)
{
    int32_t first = day_before(span.from);
    int32_t last = span.to.us == INT64_MAX ? EN_FOLD_DAY_MAX : day_before(span.to) + 2;
    return en_watch_mark(&state->watches, &state->marks, fold, channel, first, last,
                         EN_FOLD_DAY_MIN - 1, err);
}

static en_code mark_device_changes(struct en_fold *fold, struct en_substitution_state *state,
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

static bool is_of_substitution(const struct en_rule *rule)
{
    return rule->stage == EN_STAGE_SUBSTITUTION || rule->id == EN_RULE_V_07 ||
           rule->id == EN_RULE_V_14 || rule->id == EN_RULE_V_15;
}

struct rule_marks {
    struct en_fold *fold;
    struct en_substitution_state *state;
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

static en_code fold_rule(struct en_fold *fold, struct en_substitution_state *state,
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
static en_code fold_clock(struct en_fold *fold, struct en_substitution_state *state,
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

static en_code mark_if_absent(struct en_fold *fold, struct en_substitution_state *state,
                              uint32_t channel, int32_t day, struct en_error *err)
{
    struct en_slice block;
    en_code code = en_interval_get(fold->store, day, channel, &block, err);
    return code == EN_NOT_FOUND ? en_marks_add(&state->marks, fold, day, channel, err) : code;
}

static en_code has_chain_on(struct en_fold *fold, struct en_substitution_state *state,
                            uint32_t channel, int32_t day, bool *has, struct en_error *err)
{
    const struct en_rule_plan *rules = NULL;
    en_code code = en_rules_plan(state->rules, fold->store, channel, day, &rules, err);
    *has = code == EN_OK && rules != NULL && rules->of[EN_RULE_CHAIN] != NULL;
    return code;
}

/* Behind a day that has values, or was filled, now: the first day without either that a chain holds
 * on is next. */
en_code en_substitution_mark_frontier(struct en_fold *fold, struct en_substitution_state *state,
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
        if (code == EN_NOT_FOUND && !en_substitution_is_held(state, channel, next)) {
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
en_code en_substitution_mark_absent(struct en_fold *fold, struct en_substitution_state *state,
                                    int32_t day, struct en_error *err)
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

static en_code fold_edit(struct en_fold *fold, struct en_substitution_state *state,
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

en_code en_substitution_touch(struct en_fold *fold, struct en_substitution_state *state,
                              const struct en_event *event, struct en_error *err)
{
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
