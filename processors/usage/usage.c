/* Usage of channels by day and month: sums of the energy of the slots, with how many there are and
 * are missing.
 *
 * Months are kept by exact difference: month += new day - old day. Their quality is read from their
 * days. */
#include "core/instant.h"
#include "core/mem.h"
#include "processors/processor.h"
#include "processors/sort.h"
#include "projections/tables.h"
#include "projections/views/totals.h"

#define CHANNELS_FIRST 1024u
#define ENTRY_SIZE_MAX 64u

/* What the days of a batch add to a channel's month. */
struct month_delta {
    int64_t micro;
    int32_t present;
    int32_t missing;
    bool is_used;
};

struct usage_state {
    struct month_delta *months; /* by channel, of the month in hand */
    size_t months_capacity;
    uint32_t first_channel; /* used ones lie within [first, last] */
    uint32_t last_channel;
    int32_t month_day; /* first day of the month in hand */
    bool has_month;
    struct en_buf entry;
    struct en_block scratch;
};

static en_code reserve_channel(struct usage_state *state, uint32_t channel, struct en_error *err)
{
    if (channel < state->months_capacity) {
        return EN_OK;
    }
    size_t capacity = state->months_capacity > 0 ? state->months_capacity : CHANNELS_FIRST;
    while (capacity <= channel) {
        capacity *= 2;
    }
    struct month_delta *months = en_mem_resize(state->months, capacity * sizeof *months);
    if (months == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the months of %zu channels", capacity);
    }
    memset(months + state->months_capacity, 0,
           (capacity - state->months_capacity) * sizeof *months);
    state->months = months;
    state->months_capacity = capacity;
    return EN_OK;
}

/* Adds what was gathered to one stored month. */
static en_code flush_channel(struct usage_state *state, struct en_series_writer *writer,
                             uint32_t channel, struct en_error *err)
{
    const struct month_delta *delta = &state->months[channel];
    struct en_slice old;
    struct en_totals totals = {0};
    en_code code = en_series_writer_peek(writer, channel, &old, err);
    if (code == EN_OK && old.size > 0) {
        code = en_totals_decode(old, &totals, err);
    }
    if (code != EN_OK) {
        return code;
    }
    totals.micro = (int64_t)((uint64_t)totals.micro + (uint64_t)delta->micro);
    totals.present_count = (uint32_t)((int64_t)totals.present_count + delta->present);
    totals.missing_count = (uint32_t)((int64_t)totals.missing_count + delta->missing);
    bool is_empty = totals.present_count == 0 && totals.missing_count == 0;
    en_buf_reset(&state->entry);
    if (!is_empty) {
        en_totals_encode(&totals, &state->entry);
    }
    code = en_buf_code(&state->entry, err);
    return code == EN_OK
               ? en_series_writer_put(writer, channel, en_buf_slice(&state->entry), NULL, NULL, err)
               : code;
}

static en_code flush_month(struct en_fold *fold, struct usage_state *state, struct en_error *err)
{
    if (!state->has_month) {
        return EN_OK;
    }
    struct en_series_writer *writer = NULL;
    en_code code =
        en_series_writer_open(fold->store, &en_series_usage_month, state->month_day, &writer, err);
    for (uint32_t channel = state->first_channel; code == EN_OK && channel <= state->last_channel;
         channel++) {
        if (state->months[channel].is_used) {
            code = flush_channel(state, writer, channel, err);
            state->months[channel] = (struct month_delta){0};
        }
    }
    if (code == EN_OK) {
        code = en_series_writer_end(writer, err);
    }
    en_series_writer_close(writer);
    state->has_month = false;
    return code;
}

static en_code add_to_month(struct usage_state *state, uint32_t channel,
                            const struct en_totals *before, const struct en_totals *after,
                            struct en_error *err)
{
    en_code code = reserve_channel(state, channel, err);
    if (code != EN_OK) {
        return code;
    }
    struct month_delta *delta = &state->months[channel];
    delta->micro =
        (int64_t)((uint64_t)delta->micro + (uint64_t)after->micro - (uint64_t)before->micro);
    delta->present += (int32_t)after->present_count - (int32_t)before->present_count;
    delta->missing += (int32_t)after->missing_count - (int32_t)before->missing_count;
    delta->is_used = true;
    state->first_channel = channel < state->first_channel ? channel : state->first_channel;
    state->last_channel = channel > state->last_channel ? channel : state->last_channel;
    return EN_OK;
}

static en_code settle_channel(struct usage_state *state, struct en_series_writer *writer,
                              const struct en_change *change, struct en_error *err)
{
    struct en_totals before = {0};
    struct en_totals after;
    struct en_slice old;
    en_code code =
        change->total != NULL
            ? en_totals_of_summed_block(change->after, change->total, &state->scratch, &after, err)
            : en_totals_of_block(change->after, &state->scratch, &after, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_reset(&state->entry);
    if (change->after.size > 0) {
        en_totals_encode(&after, &state->entry);
    }
    code = en_buf_code(&state->entry, err);
    if (code == EN_OK) {
        code = en_series_writer_put(writer, change->series, en_buf_slice(&state->entry), &old, NULL,
                                    err);
    }
    if (code == EN_OK && old.size > 0) {
        code = en_totals_decode(old, &before, err);
    }
    return code == EN_OK ? add_to_month(state, change->series, &before, &after, err) : code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct usage_state *state = state_memory;
    const struct en_changes *changes = &fold->changes[EN_LANE_BEST];
    if (changes->count == 0) {
        return EN_OK;
    }
    int32_t month_day = en_month_first_day(en_month_of_day((struct en_day){day})).n;
    en_code code = EN_OK;
    if (state->has_month && state->month_day != month_day) {
        code = flush_month(fold, state, err);
    }
    if (!state->has_month) {
        state->has_month = true;
        state->month_day = month_day;
        state->first_channel = UINT32_MAX;
        state->last_channel = 0;
    }
    struct en_series_writer *writer = NULL;
    if (code == EN_OK) {
        code = en_series_writer_open(fold->store, &en_series_usage_day, day, &writer, err);
    }
    for (size_t i = 0; i < changes->count && code == EN_OK; i++) {
        code = settle_channel(state, writer, &changes->items[i], err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(writer, err);
    }
    en_series_writer_close(writer);
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state, struct en_error *err)
{
    return flush_month(fold, state, err);
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct usage_state *state = state_memory;
    en_buf_init(&state->entry, ENTRY_SIZE_MAX);
    return EN_OK;
}

static void close_state(void *state_memory)
{
    struct usage_state *state = state_memory;
    en_mem_free(state->months);
    en_buf_fini(&state->entry);
}

static const struct en_table *const tables[] = {NULL};
static const struct en_series_table *const series[] = {&en_series_usage_day, &en_series_usage_month,
                                                       NULL};

const struct en_processor en_processor_usage = {
    .name = "usage",
    .about = "Energy of channels by day and month.",
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct usage_state),
    .open = open_state,
    .close = close_state,
    .settle = settle,
    .settle_end = settle_end,
};
