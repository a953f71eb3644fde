/* Energy per slot of every channel and day.
 *
 * Stored only where it differs from what was read: a channel of primary values has no entry, its
 * profile is its energy (readers fall through, projections/views/interval.h). What can change a
 * day: its profile, a register read at or in it, and everything of the registry that the
 * calculation looks at (ratio, replacement, installation, device, offset); each marks the days that
 * it touches. */
#include "core/mem.h"
#include "processors/interval/energy.h"
#include "processors/marks.h"
#include "processors/registry/registry.h"
#include "processors/sort.h"
#include "projections/tables.h"

struct interval_state {
    struct en_marks
        marks; /* channels' days to compute although their profile may not have changed */
    struct en_energy_scratch scratch;
};

/* A read at an instant touches the slot that ends there and the one that begins there. */
static en_code mark_register(struct en_fold *fold, struct interval_state *state,
                             const struct en_channel_info *info, uint32_t channel,
                             struct en_instant at, struct en_error *err)
{
    int32_t offset = 0;
    en_code code = en_registry_offset(fold, info->point, at, &offset, err);
    if (code == EN_OK) {
        code =
            en_marks_add(&state->marks, fold,
                         en_day_of_instant((struct en_instant){at.us - 1}, offset).n, channel, err);
    }
    return code == EN_OK
               ? en_marks_add(&state->marks, fold, en_day_of_instant(at, offset).n, channel, err)
               : code;
}

/* Every day on which the channel's profile stands, from the instant on. */
static en_code mark_profiles_from(struct en_fold *fold, struct interval_state *state,
                                  uint32_t channel, struct en_instant from, struct en_error *err)
{
    int64_t first = from.us / EN_DAY_US - 2;
    int32_t day = first < EN_DAY_MIN ? EN_DAY_MIN : (int32_t)first;
    en_code code = en_series_next_day(fold->store, &en_series_profile, &day, err);
    while (code == EN_OK) {
        struct en_slice block;
        code = en_series_get(fold->store, &en_series_profile, day, channel, &block, err);
        if (code == EN_OK) {
            code = en_marks_add(&state->marks, fold, day, channel, err);
        }
        if (code == EN_OK || code == EN_NOT_FOUND) {
            day++;
            code = en_series_next_day(fold->store, &en_series_profile, &day, err);
        }
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Every day that a register read of the channel touches, from a day before the instant on. */
static en_code mark_registers_from(struct en_fold *fold, struct interval_state *state,
                                   const struct en_channel_info *info, uint32_t channel,
                                   struct en_instant from, struct en_error *err)
{
    struct en_table_scan scan;
    int64_t first = from.us < INT64_MIN + 2 * EN_DAY_US ? from.us : from.us - 2 * EN_DAY_US;
    struct en_register_row key = {.channel = channel, .at = {first}};
    en_code code = en_table_scan_begin(fold->store, &en_table_register, &key, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_register_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = mark_register(fold, state, info, channel, row.at, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code mark_channel_from(struct en_fold *fold, struct interval_state *state,
                                 uint32_t channel, struct en_instant from, struct en_error *err)
{
    struct en_channel_info info;
    en_code code = en_registry_channel(fold, channel, &info, err);
    if (code != EN_OK) {
        return code;
    }
    if (info.basis == EN_BASIS_REGISTER) {
        return mark_registers_from(fold, state, &info, channel, from, err);
    }
    return mark_profiles_from(fold, state, channel, from, err);
}

static en_code mark_point_from(struct en_fold *fold, struct interval_state *state, uint32_t point,
                               struct en_instant from, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row key = {.point = point};
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &key, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_point_channel_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = mark_channel_from(fold, state, row.channel, from, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* A change of something that many points share: a device was or is at them, an object holds them.
 */
static en_code mark_points_of_device(struct en_fold *fold, struct interval_state *state,
                                     uint32_t device, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_device_point_row row = {.device = device};
    en_code code = en_table_scan_begin(fold->store, &en_table_device_point, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = mark_point_from(fold, state, row.point, (struct en_instant){INT64_MIN / 2}, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code mark_points_of_object(struct en_fold *fold, struct interval_state *state,
                                     const struct en_event_header *header, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_object_point_row row = {.object = header->subject};
    en_code code = en_table_scan_begin(fold->store, &en_table_object_point, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = mark_point_from(fold, state, row.point, header->valid.from, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    struct en_channel_info info;
    en_code code = EN_OK;
    switch ((en_kind)header->kind) {
    case EN_KIND_READING_REGISTER:
        code = en_registry_channel(fold, header->subject, &info, err);
        return code == EN_OK
                   ? mark_register(fold, state, &info, header->subject, header->valid.from, err)
                   : code;
    case EN_KIND_CHANNEL_SET:
        return mark_channel_from(fold, state, header->subject, (struct en_instant){INT64_MIN / 2},
                                 err);
    case EN_KIND_DEVICE_SET:
        return mark_points_of_device(fold, state, header->subject, err);
    case EN_KIND_OBJECT_SET:
        return mark_points_of_object(fold, state, header, err);
    default: /* about a point, from a moment on */
        return mark_point_from(fold, state, header->subject, header->valid.from, err);
    }
}

/* The day of one channel: computes it, stores it where it differs from the profile, says what
 * changed. */
static en_code settle_channel(struct en_fold *fold, struct interval_state *state,
                              struct en_series_writer *writer, int32_t day,
                              const struct en_change *profile, struct en_error *err)
{
    struct en_change change = {.series = profile->series};
    struct en_slice stored;
    en_code code = en_energy_of_day(fold, profile->series, day, profile->after, &state->scratch,
                                    &change.after, err);
    if (code == EN_OK) {
        code = en_series_writer_peek(writer, profile->series, &stored, err);
    }
    if (code == EN_OK) {
        code = en_fold_copy(&fold->day, stored, &change.before, err);
    }
    if (code != EN_OK) {
        return code;
    }
    /* an entry of its own stands for the energy, else the profile does */
    change.before = change.before.size > 0 ? change.before : profile->before;
    bool is_profile = en_slice_equal(change.after, profile->after);
    change.total = is_profile ? profile->total : NULL;
    struct en_slice entry = is_profile ? (struct en_slice){0} : change.after;
    code = en_series_writer_put(writer, profile->series, entry, NULL, NULL, err);
    bool is_changed = !en_slice_equal(change.before, change.after);
    return code == EN_OK && is_changed ? en_fold_change(fold, EN_LANE_INTERVAL, &change, err)
                                       : code;
}

/* A marked channel whose profile did not change: it stands as it is stored. */
static en_code standing_profile(struct en_fold *fold, uint32_t channel, int32_t day,
                                struct en_change *change, struct en_error *err)
{
    struct en_slice block;
    en_code code = en_series_get(fold->store, &en_series_profile, day, channel, &block, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    *change = (struct en_change){.series = channel};
    code = code == EN_OK ? en_fold_copy(&fold->day, block, &change->before, err) : EN_OK;
    change->after = change->before;
    return code;
}

/* Whether the day is all plain channels so far: then nothing is stored and the profiles' changes
 * are the energies'. */
static en_code is_plain_day(struct en_fold *fold, const struct interval_state *state, int32_t day,
                            bool *is_plain, struct en_error *err)
{
    const struct en_changes *profiles = &fold->changes[EN_LANE_PROFILE];
    int32_t first = day;
    en_code code = en_series_next_day(fold->store, &en_series_interval, &first, err);
    bool has_entries = code == EN_OK && first == day;
    uint32_t marked = 0;
    *is_plain = !has_entries && !en_marks_peek(&state->marks, day, &marked);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    for (size_t i = 0; i < profiles->count && *is_plain && code == EN_OK; i++) {
        struct en_channel_info info;
        struct en_block_head head;
        code = en_registry_channel(fold, profiles->items[i].series, &info, err);
        if (code == EN_OK) {
            code = en_block_peek(profiles->items[i].after, &head, err);
        }
        *is_plain = code == EN_OK && info.is_plain && head.exponent >= -6;
    }
    return code;
}

static en_code settle_day(struct en_fold *fold, struct interval_state *state, int32_t day,
                          struct en_error *err)
{
    struct en_series_writer *writer = NULL;
    const struct en_changes *profiles = &fold->changes[EN_LANE_PROFILE];
    size_t next = 0;
    en_code code = en_series_writer_open(fold->store, &en_series_interval, day, &writer, err);
    while (code == EN_OK) {
        uint32_t marked = UINT32_MAX;
        bool has_mark = en_marks_peek(&state->marks, day, &marked);
        bool has_profile = next < profiles->count;
        if (!has_mark && !has_profile) {
            break;
        }
        struct en_change profile = {.series = UINT32_MAX};
        if (has_profile && profiles->items[next].series <= marked) {
            profile = profiles->items[next++];
        } else {
            code = standing_profile(fold, marked, day, &profile, err);
        }
        if (has_mark && marked == profile.series) {
            en_marks_take(&state->marks);
        }
        if (code == EN_OK) {
            code = settle_channel(fold, state, writer, day, &profile, err);
        }
    }
    if (code == EN_OK) {
        code = en_series_writer_end(writer, err);
    }
    en_series_writer_close(writer);
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct interval_state *state = state_memory;
    en_code code = en_marks_sort(&state->marks, err);
    bool is_plain = false;
    if (code == EN_OK) {
        code = is_plain_day(fold, state, day, &is_plain, err);
    }
    if (code != EN_OK || !is_plain) {
        return code == EN_OK ? settle_day(fold, state, day, err) : code;
    }
    const struct en_changes *profiles = &fold->changes[EN_LANE_PROFILE];
    for (size_t i = 0; i < profiles->count && code == EN_OK; i++) {
        code = en_fold_change(fold, EN_LANE_INTERVAL, &profiles->items[i], err);
    }
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct interval_state *state = state_memory;
    en_marks_end(&state->marks);
    return EN_OK;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct interval_state *state = state_memory;
    en_buf_init(&state->scratch.out, EN_BLOCK_SIZE_MAX);
    return EN_OK;
}

static void close_state(void *state_memory)
{
    struct interval_state *state = state_memory;
    en_marks_fini(&state->marks);
    en_buf_fini(&state->scratch.out);
}

static const struct en_table *const tables[] = {NULL};
static const struct en_series_table *const series[] = {&en_series_interval, NULL};

const struct en_processor en_processor_interval = {
    .name = "interval",
    .about = "Energy per slot of every channel: ratio, pulses, rollover, replacements.",
    .kinds = EN_KIND_BIT(READING_REGISTER) | EN_KIND_BIT(CHANNEL_SET) | EN_KIND_BIT(DEVICE_SET) |
             EN_KIND_BIT(OBJECT_SET) | EN_KIND_BIT(POINT_SET) | EN_KIND_BIT(RATIO_SET) |
             EN_KIND_BIT(DEVICE_INSTALLED) | EN_KIND_BIT(DEVICE_REMOVED) |
             EN_KIND_BIT(DEVICE_REPLACED),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct interval_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
