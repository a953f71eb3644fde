/* Decree 442: what stands for the missing time of billing periods.
 *
 * Table decree_period holds the state of each period that has ended, and for its missing time the
 * method and the energy; series decree the day blocks with that filled in. Two steps of a sweep:
 *
 *   settle_end   every channel about which something changed (its values, readings, contract,
 *                causes, rules, the clock) has its periods computed anew, from the first that may
 * be touched to the last that has ended; where a row changes, its days are marked settle       in
 * the next sweep: marked days, and those whose values below changed, are filled from the stored
 * rows
 *
 * Rows are made from what stands below the decree, never from what it filled: two sweeps suffice.
 *
 *   I1 rows of a channel follow each other without gap, from the period in which the channel began
 *   I2 a row is a function of the tables above alone   I3 without a chain of the decree there is
 *   none */
#include "core/mem.h"
#include "processors/decree/fill.h"
#include "processors/marks.h"
#include "projections/tables.h"
#include "projections/views/best.h"

#define CHANNELS_FIRST 1024u
#define NEVER INT64_MAX

struct channel_state {
    int64_t dirty_us;  /* periods from the one that holds it on are to be computed; NEVER none */
    int64_t due_us;    /* when its next period ends; NEVER none */
    int32_t first_day; /* on which it had a value when last looked; INT32_MAX unknown */
    bool is_listed;    /* a chain of the decree is set for it */
    bool was_listed;
    bool is_control; /* somebody's control meter */
};

struct stored_period {
    struct en_interval span;
    bool is_kept;
};

struct decree_state {
    struct channel_state *channels; /* by id */
    size_t channels_capacity;
    uint32_t *dirty; /* ids with a dirty_us */
    size_t dirty_count;
    size_t dirty_capacity;
    int64_t due_us;  /* the least of all */
    bool is_stale;   /* who is listed is to be found out */
    bool has_listed; /* anybody is */
    struct en_marks marks;
    struct en_changes out;
    struct stored_period *stored;
    size_t stored_count;
    size_t stored_capacity;
    struct en_decree_fill fill;
    bool is_known; /* who was listed when the tables were written is known */
    bool is_ready;
};

/* ---- who is touched ---- */

static en_code reserve(struct decree_state *state, uint32_t channel, struct en_error *err)
{
    if (channel < state->channels_capacity) {
        return EN_OK;
    }
    size_t capacity = state->channels_capacity > 0 ? state->channels_capacity : CHANNELS_FIRST;
    while (capacity <= channel) {
        capacity *= 2;
    }
    struct channel_state *channels = en_mem_resize(state->channels, capacity * sizeof *channels);
    if (channels == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the periods of %zu channels", capacity);
    }
    for (size_t i = state->channels_capacity; i < capacity; i++) {
        channels[i] = (struct channel_state){NEVER, NEVER, INT32_MAX, false, false, false};
    }
    state->channels = channels;
    state->channels_capacity = capacity;
    return EN_OK;
}

/* Periods of the channel from the one that holds the instant on are to be computed. */
static en_code touch(struct decree_state *state, uint32_t channel, int64_t from_us,
                     struct en_error *err)
{
    en_code code = reserve(state, channel, err);
    if (code != EN_OK || from_us >= state->channels[channel].dirty_us) {
        return code;
    }
    if (state->channels[channel].dirty_us == NEVER) {
        code = en_fold_grow((void **)&state->dirty, &state->dirty_capacity, state->dirty_count,
                            sizeof *state->dirty, err);
        if (code != EN_OK) {
            return code;
        }
        state->dirty[state->dirty_count++] = channel;
    }
    state->channels[channel].dirty_us = from_us;
    return EN_OK;
}

static en_code touch_point(struct en_fold *fold, struct decree_state *state, uint32_t point,
                           int64_t from_us, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_point_channel_row row = {.point = point};
    en_arena_init(&arena, EN_NAME_SIZE_MAX * 16u);
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &arena, err);
        code = code == EN_OK ? touch(state, row.channel, from_us, err) : code;
        en_arena_reset(&arena);
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

struct touching {
    struct decree_state *state;
    int64_t from_us;
};

static en_code touch_channel(void *self, const struct en_channel_row *channel, struct en_error *err)
{
    struct touching *touching = self;
    return touch(touching->state, channel->channel, touching->from_us, err);
}

/* Everybody who shares the connection of a contract. */
static en_code touch_connection(struct en_fold *fold, struct decree_state *state,
                                struct en_slice connection, int64_t from_us, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_connection_point_row row = {.connection = connection};
    en_arena_init(&arena, EN_NAME_SIZE_MAX * 16u);
    en_code code =
        en_table_scan_begin(fold->store, &en_table_connection_point, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &arena, err);
        code = code == EN_OK ? touch_point(fold, state, row.point, from_us, err) : code;
        en_arena_reset(&arena);
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The point, and those of the connection that it joins or leaves. */
static en_code fold_contract(struct en_fold *fold, struct decree_state *state,
                             const struct en_event_header *header, struct en_error *err)
{
    const int64_t moments[] = {header->valid.from.us, header->valid.from.us - 1};
    int64_t from_us = header->valid.from.us;
    en_code code = touch_point(fold, state, header->subject, from_us, err);
    for (size_t i = 0; i < EN_COUNT_OF(moments) && code == EN_OK; i++) {
        struct en_contract_row row = {.point = header->subject, .from = {moments[i]}};
        char name[EN_NAME_SIZE_MAX];
        code = en_table_last_before(fold->store, &en_table_contract, &row, 1, NULL, err);
        if (code == EN_OK && row.control_channel != 0) {
            code = reserve(state, row.control_channel, err);
            if (code == EN_OK) {
                state->channels[row.control_channel].is_control = true;
            }
        }
        if (code == EN_OK && row.connection.size > 0) {
            EN_ASSERT(row.connection.size <= sizeof name);
            memcpy(name, row.connection.bytes, row.connection.size);
            code =
                touch_connection(fold, state, en_slice_of(name, row.connection.size), from_us, err);
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

static en_code fold_device(struct en_fold *fold, struct decree_state *state, uint32_t device,
                           struct en_error *err)
{
    struct en_table_scan scan;
    struct en_device_point_row row = {.device = device};
    en_code code = en_table_scan_begin(fold->store, &en_table_device_point, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? touch_point(fold, state, row.point, INT64_MIN, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Channels whose period has ended since. */
static en_code fold_clock(struct en_fold *fold, struct decree_state *state, struct en_error *err)
{
    struct en_instant clock;
    en_code code = en_registry_clock(fold, &clock, err);
    bool is_due = code == EN_OK && clock.us >= state->due_us;
    for (size_t i = 0; is_due && i < state->channels_capacity && code == EN_OK; i++) {
        if (state->channels[i].due_us <= clock.us) {
            code = touch(state, (uint32_t)i, state->channels[i].due_us - 1, err);
        }
    }
    return code;
}

static en_code fold_touch(struct en_fold *fold, struct decree_state *state,
                          const struct en_event *event, struct en_error *err)
{
    struct en_rule_touch touched = {0};
    en_code code = en_registry_touch(fold, event, &touched, err);
    bool is_other = touched.stage != 0 && touched.stage != EN_STAGE_SUBSTITUTION;
    if (code != EN_OK || !touched.is_touched || is_other) {
        return code;
    }
    int64_t first = EN_FOLD_DAY_MIN;
    int64_t day = touched.from_day < first ? first : touched.from_day;
    struct touching touching = {state, (day - 1) * EN_DAY_US};
    state->is_stale = true;
    return en_rule_target_channels(fold->store, &touched.target, touch_channel, &touching, err);
}

/* Calendars and published hours: rare, and a change may reach any past period that is copied. */
static en_code touch_all(struct decree_state *state, struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < state->channels_capacity && code == EN_OK; i++) {
        if (state->channels[i].is_listed) {
            code = touch(state, (uint32_t)i, INT64_MIN, err);
        }
    }
    return code;
}

static en_code fold_kind(struct en_fold *fold, struct decree_state *state,
                         const struct en_event *event, struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    switch ((en_kind)header->kind) {
    case EN_KIND_READING_REGISTER:
        return touch(state, header->subject, header->valid.from.us, err);
    case EN_KIND_CLOCK_TICK:
    case EN_KIND_DOCUMENT_IMPORTED:
        return fold_clock(fold, state, err);
    case EN_KIND_CONTRACT_SET:
        return fold_contract(fold, state, header, err);
    case EN_KIND_CALENDAR_SET:
    case EN_KIND_TARIFF_SET:
    case EN_KIND_PEAK_HOURS_SET:
        return touch_all(state, err);
    case EN_KIND_DEVICE_SET:
        return fold_device(fold, state, header->subject, err);
    default: /* about a point, from a moment on */
        return touch_point(fold, state, header->subject, header->valid.from.us, err);
    }
}

/* ---- who is listed ---- */

static en_code list_channel(void *self, const struct en_channel_row *channel, struct en_error *err)
{
    struct decree_state *state = self;
    en_code code = reserve(state, channel->channel, err);
    if (code == EN_OK) {
        state->channels[channel->channel].is_listed = true;
        state->has_listed = true;
    }
    return code;
}

static en_code list_control_meters(struct en_fold *fold, struct decree_state *state,
                                   struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_control_point, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_control_point_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? reserve(state, row.channel, err) : code;
        if (code == EN_OK) {
            state->channels[row.channel].is_control = true;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Tables that were opened are as they were left: only when periods end is to be found out. */
static en_code find_due(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                        struct en_error *err)
{
    struct channel_state *own = &state->channels[channel];
    struct en_decree_period_row row = {.channel = channel, .from = {INT64_MAX}};
    struct en_channel_info info;
    struct en_interval next;
    own->was_listed = own->is_listed;
    en_arena_reset(&state->fill.arena);
    en_code code = en_registry_channel(fold, channel, &info, err);
    code = code == EN_OK ? en_table_last_before(fold->store, &en_table_decree_period, &row, 1,
                                                &state->fill.arena, err)
                         : code;
    if (code == EN_OK) {
        code = en_contract_period(fold, info.point, row.to, &next, err);
        own->due_us = next.to.us;
    } else if (code == EN_NOT_FOUND) {
        own->due_us = INT64_MIN + 1; /* its first has not ended, or it has not begun */
        code = EN_OK;
    }
    state->due_us = own->due_us < state->due_us ? own->due_us : state->due_us;
    return code;
}

/* Finds out who is listed; who was and is no more has its rows taken away. */
static en_code list_anew(struct en_fold *fold, struct decree_state *state, struct en_error *err)
{
    if (!state->is_stale) {
        return EN_OK;
    }
    state->is_stale = false;
    state->has_listed = false;
    for (size_t i = 0; i < state->channels_capacity; i++) {
        state->channels[i].was_listed = state->channels[i].is_listed;
        state->channels[i].is_listed = false;
    }
    en_code code = en_force_channels(fold, list_channel, state, err);
    code = code == EN_OK && state->has_listed ? list_control_meters(fold, state, err) : code;
    for (size_t i = 0; i < state->channels_capacity && code == EN_OK; i++) {
        bool is_listed = state->channels[i].is_listed;
        if (!state->is_known && is_listed) {
            code = find_due(fold, state, (uint32_t)i, err);
        } else if (state->channels[i].was_listed != is_listed) {
            code = touch(state, (uint32_t)i, INT64_MIN, err);
        }
    }
    state->is_known = true;
    return code;
}

static en_code fold(struct en_fold *fold, void *state_memory, const struct en_event *event,
                    struct en_error *err)
{
    struct decree_state *state = state_memory;
    bool can_touch = (EN_REGISTRY_TOUCH_KINDS >> event->header.kind & 1) != 0;
    en_code code = EN_OK;
    if (can_touch) {
        code = fold_touch(fold, state, event, err);
    } else if (state->has_listed) {
        code = fold_kind(fold, state, event, err);
    }
    /* the sweep that computes the periods needs a day to be about */
    return code == EN_OK && state->dirty_count > 0
               ? en_fold_mark(fold, en_day_of_instant(event->header.recorded_at, 0).n, err)
               : code;
}

/* ---- periods ---- */

/* Marks the days that a stretch of time touches. */
static en_code mark_days(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                         struct en_interval span, struct en_error *err)
{
    int32_t first_offset = 0;
    int32_t last_offset = 0;
    uint32_t point = state->fill.work.info.point;
    if (span.from.us >= span.to.us) {
        return EN_OK; /* also where nothing was ever stored */
    }
    struct en_instant last = {span.to.us - 1};
    en_code code = en_registry_offset(fold, point, span.from, &first_offset, err);
    code = code == EN_OK ? en_registry_offset(fold, point, last, &last_offset, err) : code;
    int32_t day = en_day_of_instant(span.from, first_offset).n;
    int32_t end = en_day_of_instant(last, last_offset).n;
    for (; day <= end && code == EN_OK; day++) {
        code = en_marks_add(&state->marks, fold, day, channel, err);
    }
    return code;
}

/* The first contract that begins on a day: one that holds for ever says nothing of a beginning. */
static en_code first_contract(struct en_fold *fold, uint32_t point, int64_t *from_us,
                              struct en_error *err)
{
    struct en_table_scan scan;
    struct en_contract_row row = {.point = point, .from = {1}};
    en_code code = en_table_scan_begin(fold->store, &en_table_contract, &row, 1, &scan, err);
    code = code == EN_OK ? en_table_scan_next(&scan, &row, NULL, err) : code;
    en_table_scan_end(&scan);
    *from_us = code == EN_OK ? row.from.us : NEVER;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* When the channel began: with its first reading or value, or its first dated contract. NEVER: it
 * has not. */
static en_code find_beginning(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                              int64_t dirty_us, struct en_instant *began, struct en_error *err)
{
    struct channel_state *own = &state->channels[channel];
    const struct en_channel_info *info = &state->fill.work.info;
    int64_t contract_us = NEVER;
    int32_t offset = 0;
    began->us = NEVER;
    en_code code = first_contract(fold, info->point, &contract_us, err);
    if (code == EN_OK && en_channel_is_sparse(info)) {
        struct en_interval reads;
        code = en_reads_span(fold, channel, &reads, err);
        *began = reads.from;
    } else if (code == EN_OK) {
        bool is_sure = own->first_day != INT32_MAX && dirty_us / EN_DAY_US > own->first_day + 2;
        if (!is_sure) {
            code = en_reads_first_day(fold, channel, EN_FOLD_DAY_MIN, &state->fill.block,
                                      &own->first_day, err);
        }
        if (code == EN_OK && own->first_day != INT32_MAX) {
            struct en_instant noon = {own->first_day * EN_DAY_US + 12 * EN_HOUR_US};
            code = en_registry_offset(fold, info->point, noon, &offset, err);
            *began = en_day_interval((struct en_day){own->first_day}, offset).from;
        }
    }
    began->us = contract_us < began->us ? contract_us : began->us;
    return code;
}

/* The stored rows from the instant on: those that are not made again go. */
static en_code load_stored(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                           struct en_instant from, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_decree_period_row row = {.channel = channel, .from = from};
    state->stored_count = 0;
    en_code code = en_table_scan_begin(fold->store, &en_table_decree_period, &row, 1, &scan, err);
    while (code == EN_OK) {
        en_arena_reset(&state->fill.arena);
        code = en_table_scan_next(&scan, &row, &state->fill.arena, err);
        if (code == EN_OK) {
            code = en_fold_grow((void **)&state->stored, &state->stored_capacity,
                                state->stored_count, sizeof *state->stored, err);
        }
        if (code == EN_OK) {
            state->stored[state->stored_count++] =
                (struct stored_period){{row.from, row.to}, false};
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code drop_stored(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                           struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < state->stored_count && code == EN_OK; i++) {
        struct en_decree_period_row row = {.channel = channel, .from = state->stored[i].span.from};
        if (!state->stored[i].is_kept) {
            code = en_table_delete(fold->store, &en_table_decree_period, &row, err);
            code =
                code == EN_OK ? mark_days(fold, state, channel, state->stored[i].span, err) : code;
        }
    }
    return code;
}

static en_code put_period(struct en_fold *fold, struct decree_state *state,
                          const struct en_decree_period_row *row, struct en_error *err)
{
    bool is_changed = false;
    for (size_t i = 0; i < state->stored_count; i++) {
        bool is_same = state->stored[i].span.from.us == row->from.us;
        state->stored[i].is_kept = state->stored[i].is_kept || is_same;
    }
    en_code code = en_table_put(fold->store, &en_table_decree_period, row, &is_changed, err);
    struct en_interval span = {row->from, row->to};
    return code == EN_OK && is_changed ? mark_days(fold, state, row->channel, span, err) : code;
}

/* The period to begin with, and the state before it: that which holds the instant, if the one
 * before it is stored; else that in which the channel began. */
static en_code find_first(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                          int64_t dirty_us, struct en_instant began, struct en_interval *span,
                          struct en_decree_state *before, struct en_error *err)
{
    uint32_t point = state->fill.work.info.point;
    struct en_instant at = {dirty_us > began.us ? dirty_us : began.us};
    *before = (struct en_decree_state){0};
    en_code code = en_contract_period(fold, point, at, span, err);
    if (code != EN_OK || span->from.us <= began.us) {
        return code;
    }
    struct en_decree_period_row row = {.channel = channel, .from = {span->from.us - 1}};
    en_arena_reset(&state->fill.arena);
    code = en_table_last_before(fold->store, &en_table_decree_period, &row, 1, &state->fill.arena,
                                err);
    if (code == EN_OK && row.to.us == span->from.us) {
        before->missing_count = row.missing_count;
        return EN_OK;
    }
    return code == EN_OK || code == EN_NOT_FOUND ? en_contract_period(fold, point, began, span, err)
                                                 : code;
}

/* A read touches all since the one before it. */
static en_code reach_back(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                          int64_t *dirty_us, struct en_error *err)
{
    struct en_interval reads;
    struct en_interval moment = {{*dirty_us}, {*dirty_us}};
    if (!en_channel_is_sparse(&state->fill.work.info) || *dirty_us == INT64_MIN) {
        return EN_OK;
    }
    moment.from.us--;
    en_code code = en_reads_around(fold, channel, moment, &reads, err);
    *dirty_us = code == EN_OK && reads.from.us < *dirty_us ? reads.from.us : *dirty_us;
    return code;
}

/* All periods from the first touched one to the last that has ended. */
static en_code compute_periods(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                               int64_t dirty_us, struct en_instant began, struct en_error *err)
{
    struct en_period_work *work = &state->fill.work;
    struct en_decree_state before;
    struct en_interval span;
    struct en_instant clock;
    en_code code = en_registry_clock(fold, &clock, err);
    code = code == EN_OK ? find_first(fold, state, channel, dirty_us, began, &span, &before, err)
                         : code;
    struct en_instant from = {code == EN_OK && span.from.us > began.us ? span.from.us : INT64_MIN};
    code = code == EN_OK ? load_stored(fold, state, channel, from, err) : code;
    struct en_interval touched = span;
    while (code == EN_OK && span.to.us <= clock.us) {
        struct en_decree_period_row row;
        code = en_period_evaluate(work, span, began, before, &row, err);
        code = code == EN_OK ? put_period(fold, state, &row, err) : code;
        before.missing_count = row.missing_count;
        touched.to = span.to;
        code =
            code == EN_OK ? en_contract_period(fold, work->info.point, span.to, &span, err) : code;
    }
    if (code != EN_OK) {
        return code;
    }
    state->channels[channel].due_us = span.to.us;
    code = drop_stored(fold, state, channel, err);
    if (code == EN_OK && en_channel_is_sparse(&work->info)) {
        struct en_interval reads;
        code = en_reads_span(fold, channel, &reads, err);
        touched.to.us = reads.to.us > touched.to.us ? reads.to.us : touched.to.us;
        code = code == EN_OK ? mark_days(fold, state, channel, touched, err) : code;
    }
    return code;
}

static en_code compute_channel(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                               struct en_error *err)
{
    struct channel_state *own = &state->channels[channel];
    int64_t dirty_us = own->dirty_us;
    struct en_instant began = {NEVER};
    own->dirty_us = NEVER;
    own->due_us = NEVER;
    if (!own->is_listed && !own->was_listed) {
        return EN_OK;
    }
    en_code code = en_period_begin(&state->fill.work, fold, channel, err);
    if (code == EN_OK && own->is_listed) {
        code = reach_back(fold, state, channel, &dirty_us, err);
        code = code == EN_OK ? find_beginning(fold, state, channel, dirty_us, &began, err) : code;
    }
    if (code == EN_OK && began.us != NEVER) {
        return compute_periods(fold, state, channel, dirty_us, began, err);
    }
    /* it has not begun, or is under the decree no more */
    code = code == EN_OK ? load_stored(fold, state, channel, (struct en_instant){INT64_MIN}, err)
                         : code;
    code = code == EN_OK ? drop_stored(fold, state, channel, err) : code;
    if (code == EN_OK && en_channel_is_sparse(&state->fill.work.info)) {
        struct en_interval reads;
        code = en_reads_span(fold, channel, &reads, err);
        code = code == EN_OK ? mark_days(fold, state, channel, reads, err) : code;
    }
    own->was_listed = own->is_listed;
    return code;
}

/* What changed of a control meter touches whom it stands in for. */
static en_code touch_controlled(struct en_fold *fold, struct decree_state *state, uint32_t channel,
                                int64_t from_us, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_control_point_row row = {.channel = channel};
    en_code code = en_table_scan_begin(fold->store, &en_table_control_point, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? touch_point(fold, state, row.point, from_us, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Registers without a grid change by their reads, not by days. */
static en_code touch_behind_registers(struct en_fold *fold, struct decree_state *state,
                                      struct en_error *err)
{
    size_t count = state->dirty_count; /* only values are copied: it goes no farther */
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        uint32_t channel = state->dirty[i];
        int64_t dirty_us = state->channels[channel].dirty_us;
        if (!state->channels[channel].is_control) {
            continue;
        }
        code = en_period_begin(&state->fill.work, fold, channel, err);
        code = code == EN_OK ? reach_back(fold, state, channel, &dirty_us, err) : code;
        code = code == EN_OK ? touch_controlled(fold, state, channel, dirty_us, err) : code;
    }
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct decree_state *state = state_memory;
    en_code code = list_anew(fold, state, err);
    code = code == EN_OK ? touch_behind_registers(fold, state, err) : code;
    for (size_t i = 0; i < state->dirty_count && code == EN_OK; i++) {
        code = compute_channel(fold, state, state->dirty[i], err);
    }
    state->dirty_count = 0;
    state->due_us = NEVER;
    for (size_t i = 0; i < state->channels_capacity && state->has_listed; i++) {
        int64_t due_us = state->channels[i].due_us;
        state->due_us = due_us < state->due_us ? due_us : state->due_us;
    }
    if (code == EN_OK) {
        en_marks_end(&state->marks);
    }
    return code;
}

/* ---- days ---- */

static en_code touch_changed(struct en_fold *fold, struct decree_state *state, int32_t day,
                             uint32_t channel, struct en_error *err)
{
    int64_t from_us = ((int64_t)day - 1) * EN_DAY_US;
    en_code code = reserve(state, channel, err);
    if (code == EN_OK && state->channels[channel].is_listed) {
        code = touch(state, channel, from_us, err);
    }
    return code == EN_OK && state->channels[channel].is_control
               ? touch_controlled(fold, state, channel, from_us, err)
               : code;
}

static en_code add_out(struct decree_state *state, const struct en_change *change,
                       struct en_error *err)
{
    struct en_changes *out = &state->out;
    en_code code =
        en_fold_grow((void **)&out->items, &out->capacity, out->count, sizeof *out->items, err);
    if (code == EN_OK) {
        out->items[out->count++] = *change;
    }
    return code;
}

/* One channel's day: fills what is missing, stores it where that differs from what is below, and
 * says what changed for those above. */
static en_code settle_channel(struct en_fold *fold, struct decree_state *state,
                              struct en_series_writer *writer, int32_t day,
                              const struct en_change *below, struct en_error *err)
{
    struct en_change change = *below;
    struct en_slice stored;
    struct en_slice filled = {0};
    en_code code = en_series_writer_peek(writer, below->series, &stored, err);
    code = code == EN_OK ? en_fold_copy(&fold->day, stored, &stored, err) : code;
    code = code == EN_OK ? reserve(state, below->series, err) : code;
    if (code == EN_OK && state->channels[below->series].is_listed &&
        !en_timeline_is_plain(below->after)) {
        code =
            en_decree_fill_day(&state->fill, fold, below->series, day, below->after, &filled, err);
    }
    code =
        code == EN_OK ? en_series_writer_put(writer, below->series, filled, NULL, NULL, err) : code;
    change.before = stored.size > 0 ? stored : below->before;
    change.after = filled.size > 0 ? filled : below->after;
    change.total = filled.size > 0 ? NULL : below->total;
    bool is_changed = !en_slice_equal(change.before, change.after);
    return code == EN_OK && is_changed ? add_out(state, &change, err) : code;
}

/* A marked channel below which nothing changed. */
static en_code standing(struct en_fold *fold, uint32_t channel, int32_t day,
                        struct en_change *change, struct en_error *err)
{
    struct en_slice block;
    *change = (struct en_change){.series = channel};
    en_code code = en_repaired_get(fold->store, day, channel, &block, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->day, block, &change->before, err);
        change->after = change->before;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code settle_day(struct en_fold *fold, struct decree_state *state, int32_t day,
                          struct en_error *err)
{
    struct en_series_writer *writer = NULL;
    const struct en_changes *below = &fold->changes[EN_LANE_SUBSTITUTED];
    size_t next = 0;
    en_code code = en_series_writer_open(fold->store, &en_series_decree, day, &writer, err);
    while (code == EN_OK) {
        uint32_t marked = UINT32_MAX;
        bool has_mark = en_marks_peek(&state->marks, day, &marked);
        bool has_change = next < below->count;
        struct en_change change = {.series = UINT32_MAX};
        if (!has_mark && !has_change) {
            break;
        }
        if (has_change && below->items[next].series <= marked) {
            change = below->items[next++];
            code = touch_changed(fold, state, day, change.series, err);
        } else {
            code = standing(fold, marked, day, &change, err);
        }
        if (has_mark && marked == change.series) {
            en_marks_take(&state->marks);
        }
        code = code == EN_OK ? settle_channel(fold, state, writer, day, &change, err) : code;
    }
    code = code == EN_OK ? en_series_writer_end(writer, err) : code;
    en_series_writer_close(writer);
    return code;
}

/* What substitution changed goes on to the processors below with what the decree made of it. */
static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct decree_state *state = state_memory;
    uint32_t marked = 0;
    en_code code = list_anew(fold, state, err);
    code = code == EN_OK ? en_marks_sort(&state->marks, err) : code;
    bool is_idle = !state->has_listed && !en_marks_peek(&state->marks, day, &marked);
    if (code != EN_OK || is_idle) {
        return code;
    }
    state->out.count = 0;
    code = settle_day(fold, state, day, err);
    struct en_changes done = fold->changes[EN_LANE_SUBSTITUTED];
    fold->changes[EN_LANE_SUBSTITUTED] = state->out;
    state->out = done;
    return code;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct decree_state *state = state_memory;
    en_decree_fill_init(&state->fill);
    state->is_ready = true;
    state->is_stale = true;
    state->due_us = NEVER;
    return list_anew(fold, state, err);
}

static void close_state(void *state_memory)
{
    struct decree_state *state = state_memory;
    if (state->is_ready) {
        en_decree_fill_fini(&state->fill);
    }
    en_marks_fini(&state->marks);
    en_mem_free(state->channels);
    en_mem_free(state->dirty);
    en_mem_free(state->out.items);
    en_mem_free(state->stored);
}

static const struct en_table *const tables[] = {&en_table_decree_period, NULL};
static const struct en_series_table *const series[] = {&en_series_decree, NULL};

const struct en_processor en_processor_decree = {
    .name = "decree",
    .about = "Missing time of billing periods by Decree 442.",
    .kinds = EN_REGISTRY_TOUCH_KINDS | EN_KIND_BIT(READING_REGISTER) | EN_KIND_BIT(CLOCK_TICK) |
             EN_KIND_BIT(DOCUMENT_IMPORTED) | EN_KIND_BIT(CONTRACT_SET) |
             EN_KIND_BIT(SUPPLY_CAUSE_SET) | EN_KIND_BIT(DEVICE_SET) | EN_KIND_BIT(RATIO_SET) |
             EN_KIND_BIT(DEVICE_INSTALLED) | EN_KIND_BIT(DEVICE_REMOVED) |
             EN_KIND_BIT(DEVICE_REPLACED) | EN_KIND_BIT(CALENDAR_SET) | EN_KIND_BIT(TARIFF_SET) |
             EN_KIND_BIT(PEAK_HOURS_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct decree_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
