/* Judged and filled energy of every channel and day.
 *
 * Stored only where it differs from the interval's energy: `best` the block, `substitute` the
 * evidence of what was filled, by which method, from what, and what refused. A day is computed anew
 * when its energy, its findings, or any day that filling it looked at changes (watch.h), when an
 * act of people or a rule changes, and when time passes: a day without any value is filled once it
 * has ended (due), within the horizon of the last day with values. */
#include "processors/derived.h"
#include "processors/sort.h"
#include "processors/substitution/state.h"
#include "projections/tables.h"
#include "projections/views/interval.h"

#define FILL_ARENA_SIZE ((size_t)256 << 20)
#define EVIDENCE_ARENA_SIZE ((size_t)64 << 20)

/* ---- settling ---- */

struct settling {
    struct en_fold *fold;
    struct en_substitution_state *state;
    int32_t day;
    struct en_series_writer *best;
    struct en_series_writer *substitute;
};

/* Keeps the evidence, and who looks at what by it. */
static en_code put_evidence(struct settling *work, uint32_t channel, struct en_slice entry,
                            struct en_error *err)
{
    struct en_substitution_state *state = work->state;
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
    struct en_substitution_state *state = work->state;
    uint32_t channel = interval->series;
    const struct en_rule_plan *rules = NULL;
    struct en_slice finding;
    struct en_substitution_outcome outcome = {.has_best = false};
    struct en_change change = *interval;
    bool was_held = en_substitution_is_held(state, channel, work->day);
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
        code = en_substitution_compute(work->fold, state, channel, work->day, rules, &outcome, err);
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
        code = en_substitution_mark_frontier(work->fold, state, channel, work->day, err);
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
static en_code look_at_day(struct en_fold *fold, struct en_substitution_state *state, int32_t day,
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
    struct en_substitution_state *state = state_memory;
    struct settling work = {.fold = fold, .state = state, .day = day};
    uint32_t marked = 0;
    en_code code = EN_OK;
    if (day >= state->due_from && day < state->due_to) {
        code = en_substitution_mark_absent(fold, state, day, err);
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
    struct en_substitution_state *state = state_memory;
    en_marks_end(&state->marks);
    state->due_from = 0;
    state->due_to = 0;
    return EN_OK;
}
/* ---- state ---- */

static en_code see_setting(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    (void)setting;
    (void)err;
    bool *has = self;
    *has = true;
    return EN_OK;
}

/* Who looks at what, from the stored evidence. */
static en_code load_watches(struct en_fold *fold, struct en_substitution_state *state,
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
    struct en_substitution_state *state = state_memory;
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
    struct en_substitution_state *state = state_memory;
    en_marks_fini(&state->marks);
    en_watch_fini(&state->watches);
    en_acts_fini(&state->acts);
    en_rules_close(state->rules);
    en_arena_fini(&state->arena);
    en_arena_fini(&state->evidence);
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    return en_substitution_touch(fold, state, event, err);
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
    .state_size = sizeof(struct en_substitution_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
