/* What the rules of validity find on every channel and day (V-01 to V-35): a list of findings,
 * stored only where there are any. No value is changed here.
 *
 * A day of a channel is judged anew when its energy changed; when energy changed that its rules
 * compare it with (another channel of the day, days before); and when something else that the rules
 * look at did (touch.h). A day without any value is a gap where the clock says that it is due and
 * the channel has values around it (collected.h). */
#include "projections/views/validity.h"
#include "core/mem.h"
#include "processors/sort.h"
#include "processors/validity/arrival.h"
#include "processors/validity/collected.h"
#include "processors/validity/subjects.h"
#include "processors/validity/touch.h"
#include "projections/tables.h"
#include "projections/views/interval.h"

/* A channel's day that has to be judged after the one in hand. */
struct later {
    int32_t day;
    uint32_t channel;
};

/* A channel to judge on the day in hand. */
struct todo {
    uint64_t key;                   /* its id: sorted by it */
    const struct en_change *change; /* NULL: its energy stands as it is stored */
};

/* A channel that is judged against another: V-22. */
struct checked {
    uint64_t key; /* the check channel's id */
    uint32_t channel;
};

struct validity_state {
    struct en_marks marks; /* while folding */
    struct en_marks next;  /* while settling */
    struct en_subjects subjects;
    struct en_collected collected;
    struct en_arrivals arrivals;
    struct en_validity *judge;
    struct later *later;
    size_t later_count;
    size_t later_capacity;
    struct todo *todo;
    size_t todo_count;
    size_t todo_capacity;
    struct checked *checked; /* sorted */
    size_t checked_count;
    size_t checked_capacity;
    bool is_checked_known;
    struct en_buf entry;
    struct en_instant clock;
    uint64_t rules;     /* that were ever set: bit n is V-n */
    int32_t like_weeks; /* V-29: how far any setting looks back; 0 none */
};

/* The day in hand. */
struct day_work {
    struct en_fold *fold;
    struct validity_state *state;
    struct en_series_writer *writer; /* NULL: nothing stands on the day, nothing was found */
    int32_t day;
    int32_t check_from; /* days on which channels may be missing now */
    int32_t check_to;
};

static en_code fold_clock(struct en_fold *fold, struct validity_state *state, struct en_error *err)
{
    struct en_instant before = state->clock;
    en_code code = en_registry_clock(fold, &state->clock, err);
    if (code != EN_OK || state->clock.us <= before.us || state->rules == 0) {
        return code;
    }
    return en_touch_mark_due(fold, &state->marks, before, state->clock, err);
}

/* Above the last day that may be due by the clock, at any offset. */
static int32_t due_day(const struct validity_state *state)
{
    return state->clock.us == INT64_MIN ? INT32_MIN : (int32_t)(state->clock.us / EN_DAY_US) + 2;
}

static bool is_about_subjects(en_kind kind)
{
    return kind != EN_KIND_READING_REGISTER && kind != EN_KIND_DEVICE_EVENT &&
           kind != EN_KIND_EVENT_MAP_SET;
}

static en_code fold(struct en_fold *fold, void *state_memory, const struct en_event *event,
                    struct en_error *err)
{
    struct validity_state *state = state_memory;
    en_kind kind = (en_kind)event->header.kind;
    if (kind == EN_KIND_CLOCK_TICK || kind == EN_KIND_DOCUMENT_IMPORTED) {
        return fold_clock(fold, state, err);
    }
    if (kind == EN_KIND_READING_PROFILE) {
        const uint64_t times = EN_VALIDATION_BIT(FUTURE) | EN_VALIDATION_BIT(LATE);
        return (state->rules & times) != 0
                   ? en_arrivals_note(&state->arrivals, fold, &state->marks, event, err)
                   : EN_OK;
    }
    if (is_about_subjects(kind)) {
        en_subjects_forget(&state->subjects);
        state->is_checked_known = false;
    }
    if (kind == EN_KIND_RULE_SET) {
        uint64_t rule = 0;
        en_code code = en_touch_rule_of(fold, event, &rule, err);
        if (code == EN_OK && state->rules == 0 && rule != 0) {
            code = en_collected_scan(&state->collected, fold->store, err);
        }
        state->rules |= rule;
        if (code != EN_OK) {
            return code;
        }
    }
    const struct en_touch touch = {.marks = &state->marks,
                                   .rules = state->rules,
                                   .collected = &state->collected,
                                   .due_day = due_day(state)};
    return state->rules != 0 ? en_touch_mark(fold, &touch, event, err) : EN_OK;
}

/* ---- who is judged on the day ---- */

static en_code add_todo(struct validity_state *state, uint32_t channel,
                        const struct en_change *change, struct en_error *err)
{
    en_code code = en_fold_grow((void **)&state->todo, &state->todo_capacity, state->todo_count,
                                sizeof *state->todo, err);
    if (code == EN_OK) {
        state->todo[state->todo_count++] = (struct todo){channel, change};
    }
    return code;
}

static en_code add_later(struct validity_state *state, int32_t day, uint32_t channel,
                         struct en_error *err)
{
    en_code code = en_fold_grow((void **)&state->later, &state->later_capacity, state->later_count,
                                sizeof *state->later, err);
    if (code == EN_OK) {
        state->later[state->later_count++] = (struct later){day, channel};
    }
    return code;
}

/* V-22: every channel that names another as its check meter. */
struct find_checked {
    struct validity_state *state;
    struct en_fold *fold;
    uint32_t check;
};

static en_code visit_checked(void *self, const struct en_channel_row *channel, struct en_error *err)
{
    struct find_checked *find = self;
    struct validity_state *state = find->state;
    en_code code = en_fold_grow((void **)&state->checked, &state->checked_capacity,
                                state->checked_count, sizeof *state->checked, err);
    if (code == EN_OK) {
        state->checked[state->checked_count++] = (struct checked){find->check, channel->channel};
    }
    return code;
}

static en_code visit_setting(void *self, const struct en_rule_setting *setting,
                             struct en_error *err)
{
    struct find_checked *find = self;
    struct en_rule_values values;
    struct en_rule_target target;
    en_code code = en_rule_parse(en_rule_of(EN_RULE_V_22), EN_RESOURCE_ELECTRICITY,
                                 setting->parameters, &values, err);
    if (code != EN_OK || values.text[0] == 0) {
        return code;
    }
    struct en_slice text = setting->target;
    if (en_rule_target_find(find->fold->store, text, &target, NULL) != EN_OK ||
        en_rule_channel_find(find->fold->store, en_slice_text(values.text), &find->check, NULL) !=
            EN_OK) {
        return EN_OK; /* it names nothing that is there */
    }
    return en_rule_target_channels(find->fold->store, &target, visit_checked, find, err);
}

static en_code visit_like(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    int32_t *weeks = self;
    struct en_rule_values values;
    en_code code = en_rule_parse(en_rule_of(EN_RULE_V_29), EN_RESOURCE_ELECTRICITY,
                                 setting->parameters, &values, err);
    int32_t wanted =
        code == EN_OK ? (int32_t)EN_VALIDITY_LIKE_WEEKS((uint32_t)values.at[EN_V_29_DAYS]) : 0;
    *weeks = wanted > *weeks ? wanted : *weeks;
    return code;
}

static en_code know_checked(struct en_fold *fold, struct validity_state *state,
                            struct en_error *err)
{
    if (state->is_checked_known) {
        return EN_OK;
    }
    struct find_checked find = {state, fold, 0};
    state->checked_count = 0;
    state->like_weeks = 0;
    en_code code = en_rules_settings(fold->store, EN_RULE_V_22, visit_setting, &find, err);
    if (code == EN_OK) {
        code = en_sort_by_key(state->checked, state->checked_count, sizeof *state->checked, err);
    }
    if (code == EN_OK) {
        code = en_rules_settings(fold->store, EN_RULE_V_29, visit_like, &state->like_weeks, err);
    }
    state->is_checked_known = code == EN_OK;
    return code;
}

/* Channels judged against this one. */
static en_code add_checked(struct validity_state *state, uint32_t channel, struct en_error *err)
{
    size_t low = 0;
    size_t high = state->checked_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool is_below = state->checked[middle].key < channel;
        low = is_below ? middle + 1 : low;
        high = is_below ? high : middle;
    }
    en_code code = EN_OK;
    for (; low < state->checked_count && state->checked[low].key == channel && code == EN_OK;
         low++) {
        code = add_todo(state, state->checked[low].channel, NULL, err);
    }
    return code;
}

/* Other channels of the point that rules compare with the one that changed. */
static en_code add_neighbours(struct en_fold *fold, struct validity_state *state, uint32_t channel,
                              struct en_error *err)
{
    struct en_channel_info info;
    struct en_table_scan scan;
    en_code code = en_registry_channel(fold, channel, &info, err);
    if (code != EN_OK || !info.is_known) {
        return code;
    }
    struct en_point_channel_row row = {.point = info.point};
    code = en_table_scan_begin(fold->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &fold->day, err);
        if (code == EN_OK && row.channel != channel) {
            code = add_todo(state, row.channel, NULL, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code gather_changes(struct day_work *work, struct en_error *err)
{
    struct validity_state *state = work->state;
    const struct en_changes *changes = &work->fold->changes[EN_LANE_INTERVAL];
    const uint64_t pairs =
        EN_VALIDATION_BIT(KVARH) | EN_VALIDATION_BIT(PF) | EN_VALIDATION_BIT(SIBLING);
    bool has_pairs = (state->rules & pairs) != 0;
    const uint64_t afar = EN_VALIDATION_BIT(CHECK) | EN_VALIDATION_BIT(LIKEDAY);
    bool has_afar = (state->rules & afar) != 0;
    en_code code = has_afar ? know_checked(work->fold, state, err) : EN_OK;
    for (size_t i = 0; i < changes->count && code == EN_OK; i++) {
        const struct en_change *change = &changes->items[i];
        code = add_todo(state, change->series, change, err);
        if (code == EN_OK && change->after.size > 0) {
            code = en_collected_add(&state->collected, change->series, work->day, &work->check_from,
                                    &work->check_to, err);
        }
        if (code == EN_OK && state->checked_count > 0) {
            code = add_checked(state, change->series, err);
        }
        if (code == EN_OK && has_pairs) {
            code = add_neighbours(work->fold, state, change->series, err);
        }
    }
    return code;
}

/* Takes the marks of the day; *is_whole: the day as a whole is among them. */
static en_code gather_marks(struct day_work *work, struct en_marks *marks, bool *is_whole,
                            struct en_error *err)
{
    uint32_t channel = 0;
    en_code code = EN_OK;
    while (code == EN_OK && en_marks_peek(marks, work->day, &channel)) {
        if (channel == EN_VALIDITY_WHOLE_DAY) {
            *is_whole = true;
        } else {
            code = add_todo(work->state, channel, NULL, err);
        }
        en_marks_take(marks);
    }
    return code;
}

/* Every slot has a value that nobody doubts. */
static bool is_whole_block(struct en_slice energy)
{
    struct en_block_head head;
    return en_block_peek(energy, &head, NULL) == EN_OK && head.quality_is_common &&
           (uint64_t)head.count * head.slot_seconds >= 86400;
}

/* The day as a whole: channels that should have values and have none, and days cut short. */
static en_code gather_missing(struct day_work *work, struct en_error *err)
{
    struct validity_state *state = work->state;
    struct en_series_scan scan;
    uint32_t next = 0;
    uint32_t channel = 0;
    bool has_more = true;
    en_code code = en_series_scan_begin(work->fold->store, &en_series_profile, work->day,
                                        work->day + 1, 0, 0, &scan, err);
    while (code == EN_OK && has_more) {
        int32_t day = 0;
        struct en_slice entry = {0};
        code = en_series_scan_next(&scan, &day, &channel, &entry, err);
        has_more = code == EN_OK;
        code = code == EN_NOT_FOUND ? EN_OK : code;
        uint32_t end = has_more ? channel : (uint32_t)state->collected.end;
        for (; next < end && code == EN_OK; next++) {
            if (en_collected_expects(&state->collected, next, work->day)) {
                code = add_todo(state, next, NULL, err);
            }
        }
        next = has_more ? channel + 1 : next;
        if (code == EN_OK && has_more && !is_whole_block(entry)) {
            code = add_todo(state, channel, NULL, err);
        }
    }
    en_series_scan_end(&scan);
    return code;
}

/* V-05: a value that contradicts may change nothing but that. */
static en_code gather_conflicts(struct day_work *work, struct en_error *err)
{
    struct en_series_scan scan;
    if ((work->state->rules & EN_VALIDATION_BIT(DUP)) == 0) {
        return EN_OK;
    }
    en_code code = en_series_scan_begin(work->fold->store, &en_series_conflict, work->day,
                                        work->day + 1, 0, 0, &scan, err);
    while (code == EN_OK) {
        int32_t day = 0;
        uint32_t channel = 0;
        struct en_slice entry;
        code = en_series_scan_next(&scan, &day, &channel, &entry, err);
        if (code == EN_OK) {
            code = add_todo(work->state, channel, NULL, err);
        }
    }
    en_series_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Each channel once, rising; a change stands for the others. */
static en_code sort_todo(struct validity_state *state, struct en_error *err)
{
    bool is_sorted = true;
    for (size_t i = 1; i < state->todo_count && is_sorted; i++) {
        is_sorted = state->todo[i - 1].key < state->todo[i].key;
    }
    if (is_sorted) {
        return EN_OK;
    }
    en_code code = en_sort_by_key(state->todo, state->todo_count, sizeof *state->todo, err);
    size_t kept = 0;
    for (size_t i = 0; i < state->todo_count && code == EN_OK; i++) {
        const struct todo *todo = &state->todo[i];
        if (kept > 0 && state->todo[kept - 1].key == todo->key) {
            struct todo *same = &state->todo[kept - 1];
            same->change = same->change != NULL ? same->change : todo->change;
        } else {
            state->todo[kept++] = *todo;
        }
    }
    state->todo_count = code == EN_OK ? kept : state->todo_count;
    return code;
}

/* ---- judging ---- */

/* Whether a device was there at all: where somebody said so, a day without one expects nothing. */
static en_code is_measured(struct day_work *work, const struct en_validity_subject *subject,
                           bool *is, struct en_error *err)
{
    int64_t from = (int64_t)work->day * EN_DAY_US - (int64_t)subject->offset_minutes * EN_MINUTE_US;
    uint32_t devices[2] = {0, 0};
    *is = true;
    if (!subject->has_installation) {
        return EN_OK;
    }
    en_code code = en_registry_device_at(work->fold, subject->point, (struct en_instant){from},
                                         &devices[0], err);
    if (code == EN_OK) {
        code = en_registry_device_at(work->fold, subject->point,
                                     (struct en_instant){from + EN_DAY_US - 1}, &devices[1], err);
    }
    *is = devices[0] != 0 || devices[1] != 0;
    return code;
}

/* Whether V-13 of the next day may see other zeros before it: this day changed, or it is all zeros
 * and passes on what it got itself. */
static bool passes_zeros(const struct validity_state *state, bool is_judged, bool is_changed)
{
    const struct en_validation_day *own = &state->judge->own.day;
    bool is_zero = is_judged && own->count > 0 &&
                   en_validation_zeros_at_end(own, 1) > (int64_t)own->count * own->slot_seconds;
    return (state->rules & EN_VALIDATION_BIT(ZERO_RUN)) != 0 && (is_changed || is_zero);
}

/* Days behind this one whose rules look at it, where they have values: by every rule that was ever
 * set, as one may hold there that does not hold here. */
static en_code follow(struct day_work *work, uint32_t channel, bool is_judged, bool is_changed,
                      struct en_error *err)
{
    struct validity_state *state = work->state;
    const bool has_next = passes_zeros(state, is_judged, is_changed) ||
                          ((state->rules & EN_VALIDATION_BIT(HAMPEL)) != 0 && is_changed);
    const int32_t weeks = is_changed ? state->like_weeks : 0;
    en_code code = EN_OK;
    for (int32_t week = has_next ? 0 : 1; week <= weeks && code == EN_OK; week++) {
        struct en_slice entry;
        int32_t day = week == 0 ? work->day + 1 : work->day + 7 * week;
        code = en_interval_get(work->fold->store, day, channel, &entry, err);
        if (code == EN_OK) {
            code = add_later(state, day, channel, err);
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* V-07: the day on which the register's next read ends a span that this day lies in. */
static en_code follow_register(struct day_work *work, const struct en_validity_subject *subject,
                               const struct en_validity_plan *plan, struct en_error *err)
{
    if (!en_validity_asks(plan, EN_V_SUM) || subject->total == 0) {
        return EN_OK;
    }
    struct en_table_scan scan;
    int64_t end =
        ((int64_t)work->day + 1) * EN_DAY_US - (int64_t)subject->offset_minutes * EN_MINUTE_US;
    struct en_register_row row = {.channel = subject->total, .at = {end + 1}};
    en_code code = en_table_scan_begin(work->fold->store, &en_table_register, &row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
    }
    en_table_scan_end(&scan);
    bool is_near = code == EN_OK && row.at.us <= end + 62 * EN_DAY_US;
    if (is_near) {
        struct en_instant last = {row.at.us - 1};
        code = add_later(work->state, en_day_of_instant(last, subject->offset_minutes).n,
                         subject->channel, err);
    }
    int32_t span = plan->sum_span == EN_V_07_SPAN_WEEK    ? 7
                   : plan->sum_span == EN_V_07_SPAN_MONTH ? 31
                                                          : 0;
    for (int32_t ahead = 1; ahead < span && (code == EN_OK || code == EN_NOT_FOUND); ahead++) {
        struct en_day next = {work->day + ahead + 1};
        bool is_end = span == 7 ? en_day_weekday(next) == 1 : en_day_civil(next).day == 1;
        if (is_end) {
            code = add_later(work->state, work->day + ahead, subject->channel, err);
            break;
        }
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code store_findings(struct day_work *work, uint32_t channel,
                              const struct en_findings *findings, bool *is_changed,
                              struct en_error *err)
{
    struct validity_state *state = work->state;
    struct en_change change = {.series = channel};
    struct en_slice stored = {0};
    en_code code = EN_OK;
    *is_changed = false;
    if (work->writer == NULL && findings->count == 0) {
        return EN_OK;
    }
    if (work->writer == NULL) {
        code = en_series_writer_open(work->fold->store, &en_series_finding, work->day,
                                     &work->writer, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_peek(work->writer, channel, &stored, err);
    }
    en_buf_reset(&state->entry);
    if (code == EN_OK && findings->count > 0) {
        code = en_findings_encode(findings, &state->entry, err);
    }
    struct en_slice entry = en_buf_slice(&state->entry);
    if (code != EN_OK || en_slice_equal(stored, entry)) {
        return code;
    }
    *is_changed = true;
    code = en_fold_copy(&work->fold->day, stored, &change.before, err);
    if (code == EN_OK) {
        code = en_fold_copy(&work->fold->day, entry, &change.after, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_put(work->writer, channel, entry, NULL, NULL, err);
    }
    return code == EN_OK ? en_fold_change(work->fold, EN_LANE_FINDING, &change, err) : code;
}

static en_code judge_channel(struct day_work *work, const struct todo *todo, struct en_error *err)
{
    struct validity_state *state = work->state;
    uint32_t channel = (uint32_t)todo->key;
    const struct en_validity_subject *subject = NULL;
    const struct en_validity_plan *plan = NULL;
    struct en_slice energy = {0};
    bool is_changed = false;
    struct en_findings none = {.count = 0};
    en_code code =
        en_subjects_get(&state->subjects, work->fold, channel, work->day, &subject, &plan, err);
    if (code == EN_OK && plan == NULL) {
        code = store_findings(work, channel, &none, &is_changed, err);
        is_changed = is_changed || todo->change != NULL;
        return code == EN_OK && is_changed ? follow(work, channel, false, true, err) : code;
    }
    if (code != EN_OK) {
        return code;
    }
    if (todo->change != NULL) {
        energy = todo->change->after;
    } else {
        code = en_interval_get(work->fold->store, work->day, channel, &energy, err);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_validity_time time = {.clock = state->clock};
    bool has_gaps = en_validity_asks(plan, EN_V_GAP);
    if (code == EN_OK && energy.size == 0 && has_gaps &&
        en_collected_expects(&state->collected, channel, work->day)) {
        code = is_measured(work, subject, &time.is_expected, err);
    }
    if (code == EN_OK) {
        code = en_validity_judge(state->judge, subject, plan, work->day, energy, &time, err);
    }
    if (code != EN_OK) {
        return en_error_wrap(err, "judge channel %u", channel);
    }
    code = store_findings(work, channel, &state->judge->findings, &is_changed, err);
    is_changed = is_changed || todo->change != NULL;
    if (code == EN_OK) {
        code = follow(work, channel, true, is_changed, err);
    }
    return code == EN_OK && is_changed ? follow_register(work, subject, plan, err) : code;
}

/* Marks what was gathered for later days. */
static en_code mark_later(struct day_work *work, struct en_error *err)
{
    struct validity_state *state = work->state;
    en_code code = EN_OK;
    for (size_t i = 0; i < state->later_count && code == EN_OK; i++) {
        if (state->later[i].day > work->day) {
            code = en_marks_add(&state->next, work->fold, state->later[i].day,
                                state->later[i].channel, err);
        }
    }
    state->later_count = 0;
    /* days on which channels may be missing, as far as the clock has come */
    const int32_t due = due_day(state);
    for (int32_t day = work->check_from; day < work->check_to && day < due && code == EN_OK;
         day++) {
        code = day == work->day
                   ? EN_OK
                   : en_marks_add(&state->next, work->fold, day, EN_VALIDITY_WHOLE_DAY, err);
    }
    return code;
}

static en_code judge_day(struct day_work *work, struct en_error *err)
{
    struct validity_state *state = work->state;
    int32_t stored = work->day;
    en_code code = en_series_next_day(work->fold->store, &en_series_finding, &stored, err);
    if (code == EN_OK && stored == work->day) {
        code = en_series_writer_open(work->fold->store, &en_series_finding, work->day,
                                     &work->writer, err);
    }
    code = code == EN_NOT_FOUND ? EN_OK : code;
    en_validity_begin(state->judge, work->fold->store);
    for (size_t i = 0; i < state->todo_count && code == EN_OK; i++) {
        code = judge_channel(work, &state->todo[i], err);
    }
    if (code == EN_OK && work->writer != NULL) {
        code = en_series_writer_end(work->writer, err);
    }
    en_series_writer_close(work->writer);
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct validity_state *state = state_memory;
    struct day_work work = {.fold = fold, .state = state, .day = day};
    bool is_whole = false;
    if (state->rules == 0) {
        return EN_OK;
    }
    state->todo_count = 0;
    en_code code = en_marks_sort(&state->marks, err);
    if (code == EN_OK) {
        code = en_marks_sort(&state->next, err);
    }
    if (code == EN_OK) {
        code = gather_changes(&work, err);
    }
    if (code == EN_OK) {
        code = gather_marks(&work, &state->marks, &is_whole, err);
    }
    if (code == EN_OK) {
        code = gather_marks(&work, &state->next, &is_whole, err);
    }
    if (code == EN_OK && is_whole) {
        code = gather_missing(&work, err);
    }
    if (code == EN_OK) {
        code = gather_conflicts(&work, err);
    }
    if (code == EN_OK) {
        code = sort_todo(state, err);
    }
    if (code == EN_OK && state->todo_count > 0) {
        code = judge_day(&work, err);
    }
    return code == EN_OK ? mark_later(&work, err) : code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct validity_state *state = state_memory;
    en_marks_end(&state->marks);
    en_marks_end(&state->next);
    return en_collected_flush(&state->collected, fold->store, err);
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct validity_state *state = state_memory;
    en_buf_init(&state->entry, EN_SERIES_ENTRY_SIZE_MAX);
    state->judge = en_mem_alloc(1, sizeof *state->judge);
    if (state->judge == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to judge values");
    }
    en_validity_init(state->judge, fold->store);
    en_code code = en_touch_rules(fold, &state->rules, err);
    if (code == EN_OK) {
        code = en_registry_clock(fold, &state->clock, err);
    }
    if (code == EN_OK) {
        code = en_arrivals_open(&state->arrivals, fold->store, err);
    }
    return code == EN_OK ? en_collected_open(&state->collected, fold->store, err) : code;
}

static void close_state(void *state_memory)
{
    struct validity_state *state = state_memory;
    en_marks_fini(&state->marks);
    en_marks_fini(&state->next);
    en_subjects_fini(&state->subjects);
    en_collected_fini(&state->collected);
    en_arrivals_fini(&state->arrivals);
    if (state->judge != NULL) {
        en_validity_fini(state->judge);
    }
    en_mem_free(state->judge);
    en_mem_free(state->later);
    en_mem_free(state->todo);
    en_mem_free(state->checked);
    en_buf_fini(&state->entry);
}

static const struct en_table *const tables[] = {&en_table_arrival, &en_table_collected, NULL};
static const struct en_series_table *const series[] = {&en_series_finding, NULL};

const struct en_processor en_processor_validity = {
    .name = "validity",
    .about = "Findings of the rules of validity.",
    .kinds = EN_REGISTRY_TOUCH_KINDS | EN_KIND_BIT(CLOCK_TICK) | EN_KIND_BIT(DOCUMENT_IMPORTED) |
             EN_KIND_BIT(READING_REGISTER) | EN_KIND_BIT(READING_PROFILE) |
             EN_KIND_BIT(DEVICE_EVENT) | EN_KIND_BIT(EVENT_MAP_SET) | EN_KIND_BIT(DEVICE_SET) |
             EN_KIND_BIT(DEVICE_INSTALLED) | EN_KIND_BIT(DEVICE_REMOVED) |
             EN_KIND_BIT(DEVICE_REPLACED) | EN_KIND_BIT(RATIO_SET) | EN_KIND_BIT(CONTRACT_SET) |
             EN_KIND_BIT(CHANNEL_ERROR_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct validity_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
