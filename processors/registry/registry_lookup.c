#include "core/mem.h"
#include "core/metering/register_code.h"
#include "processors/registry/registry_state.h"
#include "projections/tables.h"

#define CHANNELS_FIRST 1024u
#define TREE_DEPTH_MAX 64u
#define LOOKUP_ARENA_SIZE (1u << 20)

static struct en_registry_state *state_of(struct en_fold *fold)
{
    return fold->states[EN_PROCESSOR_registry];
}

/* Whether the table has a row with this point in front. */
static en_code has_point_row(struct en_fold *fold, const struct en_table *table, const void *from,
                             void *row, bool *has, struct en_error *err)
{
    struct en_arena arena;
    en_arena_init(&arena, LOOKUP_ARENA_SIZE);
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, table, from, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, row, &arena, err);
        en_table_scan_end(&scan);
    }
    en_arena_fini(&arena);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What the rows of the channel's point say of it. */
static en_code look_at_point(struct en_fold *fold, struct en_channel_info *info,
                             struct en_error *err)
{
    bool has_ratio = false;
    struct en_ratio_row ratio_row;
    struct en_replacement_row replacement_row;
    struct en_ratio_row ratio_from = {.point = info->point, .from = {INT64_MIN}};
    struct en_replacement_row replacement_from = {.point = info->point, .removed = {INT64_MIN}};
    en_code code = has_point_row(fold, &en_table_replacement, &replacement_from, &replacement_row,
                                 &info->has_replacement, err);
    if (code == EN_OK && !info->is_primary) {
        code = has_point_row(fold, &en_table_ratio, &ratio_from, &ratio_row, &has_ratio, err);
    }
    info->is_plain = info->basis == EN_BASIS_PROFILE && !has_ratio && !info->has_replacement;
    return code;
}

static en_code load_channel(struct en_fold *fold, uint32_t channel, struct en_channel_info *info,
                            struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    en_code code = en_table_get(fold->store, &en_table_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        *info = (struct en_channel_info){
            .basis = EN_BASIS_PROFILE, .is_primary = true, .is_plain = true};
        return EN_OK;
    }
    if (code != EN_OK) {
        return code;
    }
    *info = (struct en_channel_info){
        .point = row.point,
        .slot_seconds = row.slot_seconds,
        .unit = row.unit,
        .basis = row.basis,
        .is_known = true,
        .is_primary = row.is_primary,
        .bears_load = en_register_bears_load(row.code),
    };
    return look_at_point(fold, info, err);
}

static en_code reserve_channel(struct en_registry_state *state, uint32_t channel,
                               struct en_error *err)
{
    if (channel < state->channels_capacity) {
        return EN_OK;
    }
    size_t capacity = state->channels_capacity > 0 ? state->channels_capacity : CHANNELS_FIRST;
    while (capacity <= channel) {
        capacity *= 2;
    }
    struct en_channel_slot *grown = en_mem_resize(state->channels, capacity * sizeof *grown);
    if (grown == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %zu channels", capacity);
    }
    memset(grown + state->channels_capacity, 0,
           (capacity - state->channels_capacity) * sizeof *grown);
    state->channels = grown;
    state->channels_capacity = capacity;
    return EN_OK;
}

static en_code find_slot(struct en_fold *fold, uint32_t channel, struct en_channel_slot **found,
                         struct en_error *err)
{
    struct en_registry_state *state = state_of(fold);
    en_code code = reserve_channel(state, channel, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_channel_slot *slot = &state->channels[channel];
    if (!slot->is_loaded) {
        code = load_channel(fold, channel, &slot->info, err);
        slot->is_loaded = code == EN_OK;
        slot->has_period = false;
    }
    *found = slot;
    return code;
}

en_code en_registry_channel(struct en_fold *fold, uint32_t channel, struct en_channel_info *info,
                            struct en_error *err)
{
    struct en_channel_slot *slot = NULL;
    en_code code = find_slot(fold, channel, &slot, err);
    if (code == EN_OK) {
        *info = slot->info;
    }
    return code;
}

void en_registry_forget_channel(struct en_registry_state *state, uint32_t channel)
{
    if (channel < state->channels_capacity) {
        state->channels[channel].is_loaded = false;
    }
}

en_code en_registry_forget_point(struct en_fold *fold, uint32_t point, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row from = {.point = point};
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &from, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_point_channel_row row;
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            en_registry_forget_channel(state_of(fold), row.channel);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The period of the ratio that holds at the instant: from the last row before to the next. */
static en_code load_period(struct en_fold *fold, struct en_channel_slot *slot, struct en_instant at,
                           struct en_error *err)
{
    struct en_table_scan scan;
    uint32_t point = slot->info.point;
    struct en_ratio_row row = {.point = point, .from = at};
    struct en_ratio_row next = {.point = point, .from = {at.us < INT64_MAX ? at.us + 1 : at.us}};
    slot->ratio = EN_RATIO_ONE;
    slot->ratio_from.us = INT64_MIN;
    slot->ratio_to.us = INT64_MAX;
    en_code code = en_table_last_before(fold->store, &en_table_ratio, &row, 1, NULL, err);
    if (code == EN_OK) {
        slot->ratio_from = row.from;
        code = en_ratio_multiply(row.current, row.voltage, &slot->ratio, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    code = en_table_scan_begin(fold->store, &en_table_ratio, &next, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &next, NULL, err);
        en_table_scan_end(&scan);
    }
    if (code == EN_OK) {
        slot->ratio_to = next.from;
    }
    slot->has_period = code == EN_OK || code == EN_NOT_FOUND;
    return slot->has_period ? EN_OK : code;
}

en_code en_registry_channel_ratio(struct en_fold *fold, uint32_t channel, struct en_instant at,
                                  struct en_ratio *ratio, struct en_error *err)
{
    struct en_channel_slot *slot = NULL;
    en_code code = find_slot(fold, channel, &slot, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_in_hand = slot->has_period && at.us >= slot->ratio_from.us && at.us < slot->ratio_to.us;
    if (!is_in_hand) {
        slot->has_period = false;
        code = load_period(fold, slot, at, err);
    }
    if (code == EN_OK) {
        *ratio = slot->ratio;
    }
    return code;
}

en_code en_registry_device_at(struct en_fold *fold, uint32_t point, struct en_instant at,
                              uint32_t *device, struct en_error *err)
{
    struct en_arena arena;
    en_arena_init(&arena, LOOKUP_ARENA_SIZE);
    struct en_installation_row row = {.point = point, .from = at};
    en_code code = en_table_last_before(fold->store, &en_table_installation, &row, 1, &arena, err);
    *device = code == EN_OK ? row.device : 0;
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

void en_registry_forget_tree(struct en_registry_state *state)
{
    state->tree_epoch++;
}

/* The start of the row after the one that holds at the instant: `row` has the key of one that would
 * begin right behind it. */
static en_code next_start(struct en_fold *fold, const struct en_table *table, void *row,
                          const struct en_instant *from, struct en_instant *to,
                          struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, table, row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, row, NULL, err);
        en_table_scan_end(&scan);
    }
    if (code == EN_OK && from->us < to->us) {
        *to = *from;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The object that the point stands in at the instant; narrows the slot to how long. */
static en_code load_place(struct en_fold *fold, uint32_t point, struct en_instant at,
                          struct en_offset_slot *slot, uint32_t *object, struct en_error *err)
{
    struct en_point_row row = {.point = point, .from = at};
    struct en_point_row next = {.point = point, .from = {at.us < INT64_MAX ? at.us + 1 : at.us}};
    en_code code = en_table_last_before(fold->store, &en_table_point, &row, 1, NULL, err);
    *object = code == EN_OK ? row.object : 0;
    slot->from = code == EN_OK ? row.from : slot->from;
    return code == EN_OK || code == EN_NOT_FOUND
               ? next_start(fold, &en_table_point, &next, &next.from, &slot->to, err)
               : code;
}

static en_code load_offset(struct en_fold *fold, uint32_t point, struct en_instant at,
                           struct en_offset_slot *slot, struct en_error *err)
{
    uint32_t object = 0;
    *slot = (struct en_offset_slot){.from = {INT64_MIN}, .to = {INT64_MAX}};
    en_code code = load_place(fold, point, at, slot, &object, err);
    if (code != EN_OK || object == 0) {
        return code;
    }
    struct en_object_row row = {.object = object, .from = at};
    struct en_object_row next = {.object = object, .from = {at.us < INT64_MAX ? at.us + 1 : at.us}};
    code = en_table_last_before(fold->store, &en_table_object, &row, 1, NULL, err);
    if (code == EN_OK) {
        slot->minutes = row.fiscal_offset_minutes;
        slot->from = row.from.us > slot->from.us ? row.from : slot->from;
    }
    return code == EN_OK || code == EN_NOT_FOUND
               ? next_start(fold, &en_table_object, &next, &next.from, &slot->to, err)
               : code;
}

static en_code reserve_offset(struct en_registry_state *state, uint32_t point, struct en_error *err)
{
    if (point < state->offsets_capacity) {
        return EN_OK;
    }
    size_t capacity = state->offsets_capacity > 0 ? state->offsets_capacity : CHANNELS_FIRST;
    while (capacity <= point) {
        capacity *= 2;
    }
    struct en_offset_slot *grown = en_mem_resize(state->offsets, capacity * sizeof *grown);
    if (grown == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the offsets of %zu points", capacity);
    }
    memset(grown + state->offsets_capacity, 0,
           (capacity - state->offsets_capacity) * sizeof *grown);
    state->offsets = grown;
    state->offsets_capacity = capacity;
    return EN_OK;
}

en_code en_registry_offset(struct en_fold *fold, uint32_t point, struct en_instant at,
                           int32_t *offset_minutes, struct en_error *err)
{
    struct en_registry_state *state = state_of(fold);
    struct en_offset_slot once;
    *offset_minutes = 0;
    if (state == NULL) { /* a fold that only reads: nothing tells it of changes */
        en_code read = load_offset(fold, point, at, &once, err);
        *offset_minutes = read == EN_OK ? once.minutes : 0;
        return read;
    }
    en_code code = reserve_offset(state, point, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_offset_slot *slot = &state->offsets[point];
    bool is_in_hand =
        slot->epoch == state->tree_epoch + 1 && at.us >= slot->from.us && at.us < slot->to.us;
    if (!is_in_hand) {
        code = load_offset(fold, point, at, slot, err);
        slot->epoch = code == EN_OK ? state->tree_epoch + 1 : 0;
    }
    *offset_minutes = code == EN_OK ? slot->minutes : 0;
    return code;
}

en_code en_registry_clock(struct en_fold *fold, struct en_instant *at, struct en_error *err)
{
    struct en_clock_row row = {.clock = 0};
    en_code code = en_table_get(fold->store, &en_table_clock, &row, NULL, err);
    at->us = code == EN_OK ? row.at.us : INT64_MIN;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_registry_find(struct en_fold *fold, en_name_type type, struct en_slice key, uint32_t *id,
                         struct en_error *err)
{
    *id = 0;
    if (!en_fold_is_key(key)) {
        return EN_OK; /* nothing has such a name */
    }
    struct en_name_row row = {.type = (uint8_t)type, .key = key};
    en_code code = en_table_get(fold->store, &en_table_name, &row, NULL, err);
    *id = code == EN_OK ? row.id : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_registry_point_channel(struct en_fold *fold, uint32_t point,
                                  struct en_slice channel_code, uint32_t *channel,
                                  struct en_error *err)
{
    *channel = 0;
    if (!en_fold_is_key(channel_code)) {
        return EN_OK;
    }
    struct en_point_channel_row row = {.point = point, .code = channel_code};
    en_code code = en_table_get(fold->store, &en_table_point_channel, &row, NULL, err);
    *channel = code == EN_OK ? row.channel : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_registry_is_within(struct en_fold *fold, uint32_t object, uint32_t scope,
                              struct en_instant at, bool *is_within, struct en_error *err)
{
    *is_within = scope == 0 || object == scope;
    for (uint32_t depth = 0; !*is_within && object != 0 && depth < TREE_DEPTH_MAX; depth++) {
        struct en_object_row row = {.object = object, .from = at};
        en_code code = en_table_last_before(fold->store, &en_table_object, &row, 1, NULL, err);
        if (code != EN_OK) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        object = row.parent;
        *is_within = object == scope;
    }
    return EN_OK;
}
