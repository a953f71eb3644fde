/* Energy of channels by tariff zone (TOU-01), by day and month, of the channels of points that have
 * a tariff.
 *
 * A day is split by the tariff and the calendar that hold where its block begins. It is a pure
 * function of the block and of what governs it; each change of these marks the days that it may
 * touch and no others (TOU-04). Months are kept by exact difference: month += new day - old day. */
#include "core/mem.h"
#include "core/metering/quantity.h"
#include "processors/marks.h"
#include "processors/registry/registry.h"
#include "processors/sort.h"
#include "projections/tables.h"
#include "projections/views/best.h"
#include "projections/views/zone_split.h"

#define ALL_CHANNELS 0u /* a mark for every channel of the day: ids begin with 1 */
#define ENTRY_SIZE_MAX 65536u

struct usage_zone_state {
    bool has_tariffs;
    struct en_marks marks; /* channels to split although their energy may not have changed */
    uint64_t *channels;    /* of the day in hand: rising, each once */
    size_t channels_count;
    size_t channels_capacity;
    struct en_buf entry;
    struct en_zone_split split;
    struct en_zone_usage before;
    struct en_zone_usage after;
    struct en_zone_usage month;
};

/* ---- what may be touched ---- */

/* Marks the channel (or all) on every day that has energy and may lie in the interval, whatever its
 * offset. */
static en_code mark_days(struct en_fold *fold, struct usage_zone_state *state, uint32_t channel,
                         struct en_interval time, struct en_error *err)
{
    struct en_instant last_of_all = {(int64_t)EN_FOLD_DAY_MAX * EN_DAY_US};
    struct en_instant end = time.to.us < last_of_all.us ? time.to : last_of_all;
    int32_t last = en_day_of_instant(end, 0).n + 1;
    int32_t day = en_day_of_instant(time.from, 0).n - 1;
    en_code code = EN_OK;
    for (; code == EN_OK; day++) {
        code = en_series_next_day(fold->store, &en_series_usage_day, &day, err);
        if (code != EN_OK || day > last) {
            break;
        }
        code = en_marks_add(&state->marks, fold, day, channel, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code mark_point(struct en_fold *fold, struct usage_zone_state *state, uint32_t point,
                          struct en_interval time, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row row = {.point = point, .code = en_slice_of("", 0)};
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        code = code == EN_OK ? mark_days(fold, state, row.channel, time, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* From the event's beginning to the next version of the calendar: later days have another. */
static en_code calendar_time(struct en_fold *fold, const struct en_event *event,
                             struct en_interval *time, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_calendar_row row = {.calendar = event->header.subject,
                                  .from = {event->header.valid.from.us + 1}};
    en_code code = en_table_scan_begin(fold->store, &en_table_calendar, &row, 1, &scan, err);
    code = code == EN_OK ? en_table_scan_next(&scan, &row, &fold->batch, err) : code;
    en_table_scan_end(&scan);
    time->to = code == EN_OK ? row.from : time->to;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold_event(struct en_fold *fold, void *state_memory, const struct en_event *event,
                          struct en_error *err)
{
    struct usage_zone_state *state = state_memory;
    const struct en_event_header *header = &event->header;
    struct en_interval time = {header->valid.from, {INT64_MAX}};
    struct en_interval ever = {{(int64_t)EN_FOLD_DAY_MIN * EN_DAY_US}, {INT64_MAX}};
    state->has_tariffs = state->has_tariffs || header->kind == EN_KIND_TARIFF_SET;
    if (!state->has_tariffs) {
        return EN_OK;
    }
    en_code code = EN_OK;
    switch (header->kind) {
    case EN_KIND_CALENDAR_SET:
        code = calendar_time(fold, event, &time, err);
        return code == EN_OK ? mark_days(fold, state, ALL_CHANNELS, time, err) : code;
    case EN_KIND_TARIFF_SET:
    case EN_KIND_OBJECT_SET:
        return mark_days(fold, state, ALL_CHANNELS, time, err);
    case EN_KIND_POINT_SET:
    case EN_KIND_CONTRACT_SET:
        return mark_point(fold, state, header->subject, time, err);
    case EN_KIND_CHANNEL_SET:
        return mark_days(fold, state, header->subject, ever, err);
    default:
        return EN_OK;
    }
}

/* ---- the day in hand ---- */

static en_code add_channel(struct usage_zone_state *state, uint32_t channel, struct en_error *err)
{
    en_code code = en_fold_grow((void **)&state->channels, &state->channels_capacity,
                                state->channels_count, sizeof *state->channels, err);
    if (code == EN_OK) {
        state->channels[state->channels_count++] = channel;
    }
    return code;
}

/* Every channel that has energy on the day. */
static en_code add_all(struct en_fold *fold, struct usage_zone_state *state, int32_t day,
                       struct en_error *err)
{
    struct en_series_scan scan;
    en_code code =
        en_series_scan_begin(fold->store, &en_series_usage_day, day, day + 1, 0, 0, &scan, err);
    while (code == EN_OK) {
        int32_t found = 0;
        uint32_t channel = 0;
        struct en_slice entry;
        code = en_series_scan_next(&scan, &found, &channel, &entry, err);
        code = code == EN_OK ? add_channel(state, channel, err) : code;
    }
    en_series_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What changed, and what is marked: rising, each once. */
static en_code gather_channels(struct en_fold *fold, struct usage_zone_state *state, int32_t day,
                               struct en_error *err)
{
    const struct en_changes *changes = &fold->changes[EN_LANE_BEST];
    uint32_t channel = 0;
    state->channels_count = 0;
    en_code code = en_marks_sort(&state->marks, err);
    while (code == EN_OK && en_marks_peek(&state->marks, day, &channel)) {
        code = channel == ALL_CHANNELS ? add_all(fold, state, day, err)
                                       : add_channel(state, channel, err);
        en_marks_take(&state->marks);
    }
    for (size_t i = 0; code == EN_OK && state->has_tariffs && i < changes->count; i++) {
        code = add_channel(state, changes->items[i].series, err);
    }
    if (code == EN_OK) {
        code = en_sort_by_key(state->channels, state->channels_count, sizeof *state->channels, err);
    }
    size_t kept = 0;
    for (size_t i = 0; code == EN_OK && i < state->channels_count; i++) {
        if (kept == 0 || state->channels[kept - 1] != state->channels[i]) {
            state->channels[kept++] = state->channels[i];
        }
    }
    state->channels_count = kept;
    return code;
}

static en_code put_usage(struct usage_zone_state *state, struct en_series_writer *writer,
                         uint32_t channel, const struct en_zone_usage *usage, struct en_slice *old,
                         bool *is_changed, struct en_error *err)
{
    en_buf_reset(&state->entry);
    if (usage->count > 0) {
        en_zone_usage_encode(usage, &state->entry);
    }
    en_code code = en_buf_code(&state->entry, err);
    return code == EN_OK ? en_series_writer_put(writer, channel, en_buf_slice(&state->entry), old,
                                                is_changed, err)
                         : code;
}

/* The month takes what the day became, and gives back what it was. */
static en_code add_to_month(struct usage_zone_state *state, struct en_series_writer *months,
                            uint32_t channel, struct en_error *err)
{
    struct en_slice old;
    state->month.count = 0;
    state->month.split_count = 0;
    en_code code = en_series_writer_peek(months, channel, &old, err);
    if (code == EN_OK && old.size > 0) {
        code = en_zone_usage_decode(old, &state->month, err);
    }
    if (code == EN_OK) {
        code = en_zone_usage_add(&state->month, &state->before, -1, err);
    }
    if (code == EN_OK) {
        code = en_zone_usage_add(&state->month, &state->after, 1, err);
    }
    return code == EN_OK ? put_usage(state, months, channel, &state->month, NULL, NULL, err) : code;
}

/* Active energy has tariff zones; what else a channel counts has none. */
static en_code split_day(struct en_fold *fold, struct usage_zone_state *state, int32_t day,
                         uint32_t channel, struct en_slice block, struct en_error *err)
{
    struct en_channel_info info;
    struct en_block_head head;
    int32_t offset = 0;
    state->after.count = 0;
    state->after.split_count = 0;
    en_code code = en_registry_channel(fold, channel, &info, err);
    if (code != EN_OK || block.size == 0 || !info.is_known || info.unit != EN_UNIT_KWH) {
        return code;
    }
    code = en_block_peek(block, &head, err);
    if (code == EN_OK) {
        struct en_interval time = en_tariff_block_time((struct en_day){day}, &head);
        code = en_registry_offset(fold, info.point, time.from, &offset, err);
    }
    return code == EN_OK ? en_zone_split_block(&state->split, info.point, offset, day, block,
                                               &state->after, err)
                         : code;
}

/* The energy of the channel that counts: what was just handed on, else what is stored. *next goes
 * along with the channels. */
static en_code find_block(struct en_fold *fold, size_t *next, int32_t day, uint32_t channel,
                          struct en_slice *block, struct en_error *err)
{
    const struct en_changes *changes = &fold->changes[EN_LANE_BEST];
    while (*next < changes->count && changes->items[*next].series < channel) {
        (*next)++;
    }
    if (*next < changes->count && changes->items[*next].series == channel) {
        *block = changes->items[*next].after;
        return EN_OK;
    }
    en_code code = en_best_get(fold->store, day, channel, block, err);
    *block = code == EN_OK ? *block : (struct en_slice){NULL, 0};
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code settle_channel(struct en_fold *fold, struct usage_zone_state *state,
                              struct en_series_writer *days, struct en_series_writer *months,
                              int32_t day, uint32_t channel, size_t *next, struct en_error *err)
{
    struct en_slice block = {NULL, 0};
    struct en_slice old = {NULL, 0};
    bool is_changed = false;
    state->before.count = 0;
    state->before.split_count = 0;
    en_code code = find_block(fold, next, day, channel, &block, err);
    if (code == EN_OK) {
        code = split_day(fold, state, day, channel, block, err);
    }
    if (code == EN_OK) {
        code = put_usage(state, days, channel, &state->after, &old, &is_changed, err);
    }
    if (code != EN_OK || !is_changed) {
        return code;
    }
    if (old.size > 0) {
        code = en_zone_usage_decode(old, &state->before, err);
    }
    return code == EN_OK ? add_to_month(state, months, channel, err) : code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct usage_zone_state *state = state_memory;
    en_code code = gather_channels(fold, state, day, err);
    if (code != EN_OK || state->channels_count == 0) {
        return code;
    }
    int32_t month_day = en_month_first_day(en_month_of_day((struct en_day){day})).n;
    struct en_series_writer *days = NULL;
    struct en_series_writer *months = NULL;
    en_zone_split_begin(&state->split, fold->store, &fold->day);
    code = en_series_writer_open(fold->store, &en_series_usage_zone, day, &days, err);
    if (code == EN_OK) {
        code = en_series_writer_open(fold->store, &en_series_usage_zone_month, month_day, &months,
                                     err);
    }
    size_t next = 0;
    for (size_t i = 0; i < state->channels_count && code == EN_OK; i++) {
        code = settle_channel(fold, state, days, months, day, (uint32_t)state->channels[i], &next,
                              err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(days, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(months, err);
    }
    en_series_writer_close(months);
    en_series_writer_close(days);
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct usage_zone_state *state = state_memory;
    (void)fold;
    (void)err;
    en_marks_end(&state->marks);
    return EN_OK;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct usage_zone_state *state = state_memory;
    struct en_tariff_row row;
    struct en_table_scan scan;
    en_buf_init(&state->entry, ENTRY_SIZE_MAX);
    en_code code = en_table_scan_begin(fold->store, &en_table_tariff, NULL, 0, &scan, err);
    code = code == EN_OK ? en_table_scan_next(&scan, &row, &fold->batch, err) : code;
    en_table_scan_end(&scan);
    en_arena_reset(&fold->batch);
    state->has_tariffs = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void close_state(void *state_memory)
{
    struct usage_zone_state *state = state_memory;
    en_marks_fini(&state->marks);
    en_mem_free(state->channels);
    en_buf_fini(&state->entry);
}

static const struct en_table *const tables[] = {NULL};
static const struct en_series_table *const series[] = {&en_series_usage_zone,
                                                       &en_series_usage_zone_month, NULL};

const struct en_processor en_processor_usage_zone = {
    .name = "usage_zone",
    .about = "Energy of channels by tariff zone, by day and month.",
    .kinds = EN_KIND_BIT(CALENDAR_SET) | EN_KIND_BIT(TARIFF_SET) | EN_KIND_BIT(OBJECT_SET) |
             EN_KIND_BIT(POINT_SET) | EN_KIND_BIT(CHANNEL_SET) | EN_KIND_BIT(CONTRACT_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct usage_zone_state),
    .open = open_state,
    .close = close_state,
    .fold = fold_event,
    .settle = settle,
    .settle_end = settle_end,
};
