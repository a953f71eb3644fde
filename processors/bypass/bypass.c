/* Feeders on the bypass breaker (B-20 to B-24): while a bypass serves a feeder, what the bypass
 * meters is the feeder's. Stored only where it changes the energy.
 *
 * A slot's energy goes over only where both have a usable value in the same slot; so whatever is
 * added to feeders is taken off the bypass, and the sum over all of them is as before (B-23). Where
 * the bypass has no value the feeder has none either, for it is not known what flowed; where the
 * feeder has none, the energy stays with the bypass and nothing is lost.
 *
 * The points of a day that depend on each other (a bypass, its feeders, their other bypasses) are
 * computed anew together, each from the energy below (views/best.h). */
#include <stdlib.h>

#include "core/mem.h"
#include "core/metering/slots.h"
#include "processors/bypass/uses.h"
#include "processors/derived.h"
#include "processors/marks.h"
#include "processors/registry/registry.h"
#include "projections/tables.h"
#include "projections/views/best.h"

#define MICRO_EXPONENT (-6)
/* A day's block begins and ends within so many days of the day. */
#define DAYS_ABOUT 4

struct target {
    uint32_t channel;
    uint32_t point;
    struct en_slice code;
};

struct bypass_state {
    struct bypass_uses uses;
    struct en_marks marks; /* points to compute although no energy may have changed */
    uint32_t *points;      /* of the day in hand, those that depend on each other */
    size_t points_count;
    size_t points_capacity;
    struct target *targets; /* their channels */
    size_t targets_count;
    size_t targets_capacity;
    struct en_buf entry;
    struct en_block own;
    struct en_block before; /* own, as it was before the bypass */
    struct en_block other;
};

/* ---- folding ---- */

static bool is_point(struct en_fold *fold, uint32_t point, struct en_error *err, en_code *code)
{
    struct en_point_row row = {.point = point, .from = {INT64_MAX}};
    *code = point == 0 ? EN_NOT_FOUND
                       : en_table_last_before(fold->store, &en_table_point, &row, 1, NULL, err);
    bool is = *code == EN_OK;
    *code = *code == EN_NOT_FOUND ? EN_OK : *code;
    return is;
}

/* Marks both points of a use on every day that holds energy while it lasts. */
static en_code mark_use(struct en_fold *fold, struct bypass_state *state,
                        const struct en_bypass_use_row *row, struct en_error *err)
{
    int32_t first = en_day_of_instant(row->from, 0).n - DAYS_ABOUT;
    int32_t last = en_day_of_instant(row->to, 0).n + DAYS_ABOUT;
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_BEST_LAYERS && code == EN_OK; i++) {
        int32_t day = first < EN_DAY_MIN ? EN_DAY_MIN : first;
        code = en_series_next_day(fold->store, en_best_layers[i], &day, err);
        while (code == EN_OK && day <= last) {
            code = en_marks_add(&state->marks, fold, day, row->bypass, err);
            code = code == EN_OK ? en_marks_add(&state->marks, fold, day, row->feeder, err) : code;
            day++;
            code = code == EN_OK ? en_series_next_day(fold->store, en_best_layers[i], &day, err)
                                 : code;
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

static en_code set_use(struct en_fold *fold, struct bypass_state *state,
                       const struct en_bypass_use_row *row, struct en_error *err)
{
    struct en_bypass_use_row kept = *row;
    en_code code = en_table_put(fold->store, &en_table_bypass_use, row, NULL, err);
    kept.document = (struct en_slice){0};
    return code == EN_OK ? en_bypass_uses_put(&state->uses, &kept, err) : code;
}

/* Why the bypass cannot serve the feeder at all, or NULL. */
static const char *pair_fault(const struct bypass_uses *uses, const struct en_bypass_use_row *row)
{
    if (row->bypass == row->feeder) {
        return "a bypass cannot serve itself";
    }
    for (size_t i = 0; i < uses->rows_count; i++) {
        bool is_taken_back = uses->rows[i].to.us == uses->rows[i].from.us;
        if (!is_taken_back &&
            (uses->rows[i].bypass == row->feeder || uses->rows[i].feeder == row->bypass)) {
            return "a bypass cannot be served by a bypass";
        }
    }
    return NULL;
}

/* *fault NULL: the use may begin; else why not. */
static en_code check_on(struct en_fold *fold, const struct bypass_uses *uses,
                        const struct en_bypass_use_row *row, const char **fault,
                        struct en_error *err)
{
    int32_t offsets[2] = {0};
    en_code code = EN_OK;
    *fault = NULL;
    if (!is_point(fold, row->bypass, err, &code) || code != EN_OK) {
        *fault = "there is no such bypass: set its point first";
        return code;
    }
    if (!is_point(fold, row->feeder, err, &code) || code != EN_OK) {
        *fault = "there is no such feeder: set its point first";
        return code;
    }
    code = en_registry_offset(fold, row->bypass, row->from, &offsets[0], err);
    if (code == EN_OK) {
        code = en_registry_offset(fold, row->feeder, row->from, &offsets[1], err);
    }
    *fault = offsets[0] != offsets[1]
                 ? "bypass and feeder have different fiscal days: put them into one object"
                 : pair_fault(uses, row);
    return code;
}

static en_code fold_on(struct en_fold *fold, struct bypass_state *state,
                       const struct en_bypass_use_row *row, struct en_error *err)
{
    const char *fault = NULL;
    en_code code = check_on(fold, &state->uses, row, &fault, err);
    if (code != EN_OK) {
        return code;
    }
    if (fault != NULL) {
        return en_fold_refuse(fold, EN_REFUSED, err, "bypass: %s", fault);
    }
    struct en_error why = {0};
    code = en_bypass_uses_check(&state->uses, row, &why);
    if (code == EN_NOMEM) {
        *err = why;
        return code;
    }
    if (code != EN_OK) {
        return en_fold_refuse(fold, code, err, "bypass: %s", why.text);
    }
    const struct en_bypass_use_row *old = en_bypass_uses_at(&state->uses, row->bypass, row->from);
    if (old != NULL) { /* begins at the same time: it is taken the place of */
        code = mark_use(fold, state, old, err);
    }
    code = code == EN_OK ? set_use(fold, state, row, err) : code;
    return code == EN_OK ? mark_use(fold, state, row, err) : code;
}

static en_code fold_off(struct en_fold *fold, struct bypass_state *state, uint32_t bypass,
                        struct en_instant at, struct en_slice document, struct en_error *err)
{
    const struct en_bypass_use_row *found = en_bypass_uses_at(&state->uses, bypass, at);
    if (found == NULL) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "bypass: it serves nobody then: `bypass list` shows its uses");
    }
    struct en_bypass_use_row row = *found;
    en_code code = mark_use(fold, state, &row, err);
    row.to = at;
    row.document = document;
    return code == EN_OK ? set_use(fold, state, &row, err) : code;
}

/* A channel that comes to a point changes what goes over: every use of the point is marked. */
static en_code fold_channel(struct en_fold *fold, struct bypass_state *state,
                            const struct en_event *event, struct en_error *err)
{
    struct en_channel_set payload;
    bool is_read = false;
    if (state->uses.rows_count == 0) {
        return EN_OK;
    }
    en_code code = en_fold_decode(fold, event, "channel", &payload, &is_read, err);
    for (size_t i = 0; i < state->uses.rows_count && code == EN_OK && is_read; i++) {
        const struct en_bypass_use_row *row = &state->uses.rows[i];
        if (row->bypass == payload.point || row->feeder == payload.point) {
            code = mark_use(fold, state, row, err);
        }
    }
    return code;
}

static en_code fold(struct en_fold *fold, void *state_memory, const struct en_event *event,
                    struct en_error *err)
{
    struct bypass_state *state = state_memory;
    struct en_bypass_set payload;
    bool is_read = false;
    if (event->header.kind == EN_KIND_CHANNEL_SET) {
        return fold_channel(fold, state, event, err);
    }
    en_code code = en_fold_decode(fold, event, "bypass", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_interval valid = event->header.valid;
    if (!payload.is_on) {
        return fold_off(fold, state, event->header.subject, valid.from, payload.document, err);
    }
    bool is_open = valid.to.us == valid.from.us;
    struct en_bypass_use_row row = {.bypass = event->header.subject,
                                    .from = valid.from,
                                    .to = is_open ? EN_BYPASS_OPEN : valid.to,
                                    .feeder = payload.feeder,
                                    .is_inverted = payload.is_inverted,
                                    .document = payload.document};
    if (payload.feeder > EN_FOLD_ID_MAX || row.to.us <= row.from.us ||
        row.to.us > EN_BYPASS_OPEN.us) {
        return en_fold_refuse(fold, EN_RANGE, err, "bypass: its feeder or its times are no such");
    }
    return fold_on(fold, state, &row, err);
}

/* ---- which points of a day depend on each other ---- */

/* What a day's blocks may hold. */
static struct en_interval span_of(int32_t day)
{
    int64_t at = (int64_t)day * EN_DAY_US;
    return (struct en_interval){{at - DAYS_ABOUT * EN_DAY_US}, {at + DAYS_ABOUT * EN_DAY_US}};
}

static bool has_point(const struct bypass_state *state, uint32_t point)
{
    for (size_t i = 0; i < state->points_count; i++) {
        if (state->points[i] == point) {
            return true;
        }
    }
    return false;
}

static en_code add_point(struct bypass_state *state, uint32_t point, struct en_error *err)
{
    if (has_point(state, point)) {
        return EN_OK;
    }
    en_code code = en_fold_grow((void **)&state->points, &state->points_capacity,
                                state->points_count, sizeof point, err);
    if (code == EN_OK) {
        state->points[state->points_count++] = point;
    }
    return code;
}

static en_code add_changed(struct en_fold *fold, struct bypass_state *state, int32_t day,
                           struct en_error *err)
{
    const struct en_changes *changes = &fold->changes[EN_LANE_SUBSTITUTED];
    uint32_t point = 0;
    en_code code = EN_OK;
    while (en_marks_peek(&state->marks, day, &point) && code == EN_OK) {
        code = add_point(state, point, err);
        en_marks_take(&state->marks);
    }
    for (size_t i = 0; i < changes->count && code == EN_OK && state->uses.rows_count > 0; i++) {
        struct en_channel_info info;
        code = en_registry_channel(fold, changes->items[i].series, &info, err);
        if (code == EN_OK && info.is_known && en_bypass_uses_has_point(&state->uses, info.point)) {
            code = add_point(state, info.point, err);
        }
    }
    return code;
}

/* Who serves or is served by a point of the day, until nobody new comes. */
static en_code add_partners(struct bypass_state *state, int32_t day, struct en_error *err)
{
    struct en_interval span = span_of(day);
    size_t before = SIZE_MAX;
    en_code code = EN_OK;
    while (code == EN_OK && before != state->points_count) {
        before = state->points_count;
        for (size_t i = 0; i < state->uses.rows_count && code == EN_OK; i++) {
            const struct en_bypass_use_row *row = &state->uses.rows[i];
            bool is_then =
                en_interval_overlap_us((struct en_interval){row->from, row->to}, span) > 0;
            if (is_then && has_point(state, row->bypass)) {
                code = add_point(state, row->feeder, err);
            } else if (is_then && has_point(state, row->feeder)) {
                code = add_point(state, row->bypass, err);
            }
        }
    }
    return code;
}

static en_code add_target(struct bypass_state *state, const struct target *target,
                          struct en_error *err)
{
    en_code code = en_fold_grow((void **)&state->targets, &state->targets_capacity,
                                state->targets_count, sizeof *target, err);
    if (code == EN_OK) {
        state->targets[state->targets_count++] = *target;
    }
    return code;
}

static en_code add_channels(struct en_fold *fold, struct bypass_state *state, uint32_t point,
                            struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row key = {.point = point};
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &key, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_point_channel_row row;
        code = en_table_scan_next(&scan, &row, &fold->day, err);
        struct target target = {.channel = row.channel, .point = point};
        code = code == EN_OK ? en_fold_copy(&fold->day, row.code, &target.code, err) : code;
        code = code == EN_OK ? add_target(state, &target, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static int compare_targets(const void *left, const void *right)
{
    const struct target *a = left;
    const struct target *b = right;
    return (a->channel > b->channel) - (a->channel < b->channel);
}

/* ---- what goes over ---- */

/* The channel that meters the same energy at the other end. */
static struct en_slice other_code(struct en_slice code, bool is_inverted)
{
    static const char *const pairs[][2] = {{"A+", "A-"}, {"A-", "A+"}, {"R+", "R-"}, {"R-", "R+"}};
    for (size_t i = 0; i < EN_COUNT_OF(pairs) && is_inverted; i++) {
        if (en_slice_equal(code, en_slice_text(pairs[i][0]))) {
            return en_slice_text(pairs[i][1]);
        }
    }
    return code;
}

/* Brings the values to 1e-6; a slot that does not fit has none. */
static void to_micro(struct en_block *block)
{
    int power = block->head.exponent - MICRO_EXPONENT;
    for (uint32_t i = 0; i < block->head.count && power != 0; i++) {
        bool fits = power > 0 && power <= EN_POW10_MAX &&
                    en_i64_multiply(block->values[i], en_pow10(power), &block->values[i]);
        if (!fits) {
            block->values[i] = 0;
            block->quality[i] = en_slot_overflow(block->quality[i]);
        }
    }
    block->head.exponent = MICRO_EXPONENT;
    block->head.quality_is_common = false;
}

/* The energy below of the channel; *is_there false: the day has none. */
static en_code load(struct en_fold *fold, int32_t day, uint32_t channel, struct en_block *block,
                    bool *is_there, struct en_error *err)
{
    struct en_slice bytes;
    *is_there = false;
    if (channel == 0) {
        return EN_OK;
    }
    en_code code = en_substituted_get(fold->store, day, channel, &bytes, err);
    if (code == EN_OK) {
        code = en_block_read(bytes, block, err);
    }
    if (code == EN_OK) {
        to_micro(block);
        *is_there = true;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static struct en_interval slot_of(const struct en_block *block, int32_t day, uint32_t slot)
{
    int64_t start = (int64_t)day * EN_DAY_US + block->head.start_minute * EN_MINUTE_US +
                    (int64_t)slot * block->head.slot_seconds * EN_SECOND_US;
    return (struct en_interval){{start},
                                {start + (int64_t)block->head.slot_seconds * EN_SECOND_US}};
}

/* The same slot of the other block; false when it has none. */
static bool find_slot(const struct en_block *own, uint32_t slot, const struct en_block *other,
                      uint32_t *index)
{
    int64_t past = ((int64_t)own->head.start_minute - other->head.start_minute) * 60 +
                   (int64_t)slot * own->head.slot_seconds;
    int64_t seconds = other->head.slot_seconds;
    if (own->head.slot_seconds != other->head.slot_seconds || past < 0 || past % seconds != 0 ||
        past / seconds >= other->head.count) {
        return false;
    }
    *index = (uint32_t)(past / seconds);
    return true;
}

/* What of the bypass's energy in the slot belongs to the key; *is_served: it served it then. */
static en_code share_of(const struct bypass *bypass, uint32_t key, struct en_interval slot,
                        int64_t micro, int64_t *share, bool *is_served, struct en_error *err)
{
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    size_t count = 0;
    struct en_error fault = {0};
    *share = 0;
    *is_served = false;
    en_code code =
        en_bypass_split(bypass->uses, bypass->count, slot, micro, shares, &count, &fault);
    if (code != EN_OK && code != EN_LIMIT) {
        *err = fault;
        return code;
    }
    for (size_t i = 0; i < count; i++) { /* more feeders than fit: the energy stays */
        if (shares[i].feeder == key) {
            *share = shares[i].micro;
            *is_served = true;
        }
    }
    return EN_OK;
}

static void put_sum(struct en_block *block, uint32_t slot, int64_t micro, uint64_t word)
{
    bool fits = en_i64_add(block->values[slot], micro, &block->values[slot]);
    block->quality[slot] = fits ? word : en_slot_overflow(word);
    block->values[slot] = fits ? block->values[slot] : 0;
}

/* The bypass has no channel of this kind: that the feeder was on it is all that is known. */
static en_code mark_served(struct bypass_state *state, const struct bypass *bypass, uint32_t key,
                           int32_t day, bool *is_changed, struct en_error *err)
{
    struct en_block *own = &state->own;
    en_code code = EN_OK;
    for (uint32_t slot = 0; slot < own->head.count && code == EN_OK; slot++) {
        int64_t share = 0;
        bool is_served = false;
        code = share_of(bypass, key, slot_of(own, day, slot), 0, &share, &is_served, err);
        own->quality[slot] |= is_served ? EN_QUALITY_BYPASS : 0;
        *is_changed = *is_changed || is_served;
    }
    return code;
}

/* A slot of the feeder: state->other is the bypass. */
static en_code take_slot(struct bypass_state *state, const struct bypass *bypass, uint32_t key,
                         int32_t day, uint32_t slot, bool *is_changed, struct en_error *err)
{
    uint32_t index = 0;
    int64_t share = 0;
    bool is_served = false;
    struct en_block *own = &state->own;
    bool has_slot = find_slot(own, slot, &state->other, &index);
    bool is_usable = has_slot && en_quality_is_usable(state->other.quality[index]);
    en_code code = share_of(bypass, key, slot_of(own, day, slot),
                            is_usable ? state->other.values[index] : 0, &share, &is_served, err);
    if (code != EN_OK || !is_served) {
        return code;
    }
    *is_changed = true;
    uint64_t there = has_slot ? state->other.quality[index] : EN_QUALITY_GAP;
    uint64_t word = en_slot_merge(own->quality[slot], there) | EN_QUALITY_BYPASS;
    if (!en_quality_is_usable(state->before.quality[slot])) {
        own->quality[slot] |= EN_QUALITY_BYPASS;
    } else if (!is_usable || en_quality_is_missing(word)) {
        own->values[slot] = 0;
        own->quality[slot] = en_slot_missing(word);
    } else {
        put_sum(own, slot, share, word);
    }
    return EN_OK;
}

/* A slot of the bypass: state->other is the feeder. */
static en_code give_slot(struct bypass_state *state, const struct bypass *bypass, uint32_t key,
                         int32_t day, uint32_t slot, bool *is_changed, struct en_error *err)
{
    uint32_t index = 0;
    int64_t share = 0;
    bool is_served = false;
    struct en_block *own = &state->own;
    bool is_usable = find_slot(own, slot, &state->other, &index) &&
                     en_quality_is_usable(state->other.quality[index]) &&
                     en_quality_is_usable(state->before.quality[slot]);
    if (!is_usable) {
        return EN_OK;
    }
    en_code code = share_of(bypass, key, slot_of(own, day, slot), state->before.values[slot],
                            &share, &is_served, err);
    if (code == EN_OK && is_served) {
        *is_changed = true;
        put_sum(own, slot, -share, en_quality_derive(own->quality[slot]) | EN_QUALITY_BYPASS);
    }
    return code;
}

/* All that goes over between the target and one partner, for one key. */
static en_code exchange(struct en_fold *fold, struct bypass_state *state, int32_t day,
                        const struct target *target, const struct bypass *bypass, uint32_t key,
                        bool *is_changed, struct en_error *err)
{
    bool is_feeder = target->point != bypass->point;
    uint32_t partner = is_feeder ? bypass->point : key >> 1;
    uint32_t channel = 0;
    bool is_there = false;
    en_code code = en_registry_point_channel(
        fold, partner, other_code(target->code, (key & 1) != 0), &channel, err);
    if (code == EN_OK) {
        code = load(fold, day, channel, &state->other, &is_there, err);
    }
    if (code != EN_OK || (!is_there && !is_feeder)) {
        return code;
    }
    if (channel == 0) {
        return mark_served(state, bypass, key, day, is_changed, err);
    }
    state->other.head.count = is_there ? state->other.head.count : 0;
    state->other.head.slot_seconds =
        is_there ? state->other.head.slot_seconds : state->own.head.slot_seconds;
    for (uint32_t slot = 0; slot < state->own.head.count && code == EN_OK; slot++) {
        code = is_feeder ? take_slot(state, bypass, key, day, slot, is_changed, err)
                         : give_slot(state, bypass, key, day, slot, is_changed, err);
    }
    return code;
}

/* Whether the key stands first here among the uses of the bypass on the day. */
static bool is_first_use(const struct bypass *bypass, size_t at, struct en_interval span)
{
    if (en_interval_overlap_us(bypass->uses[at].served, span) == 0) {
        return false;
    }
    for (size_t i = 0; i < at; i++) {
        if (bypass->uses[i].feeder == bypass->uses[at].feeder &&
            en_interval_overlap_us(bypass->uses[i].served, span) > 0) {
            return false;
        }
    }
    return true;
}

static en_code exchange_all(struct en_fold *fold, struct bypass_state *state, int32_t day,
                            const struct target *target, bool *is_changed, struct en_error *err)
{
    struct en_interval span = span_of(day);
    en_code code = EN_OK;
    for (size_t i = 0; i < state->uses.bypasses_count && code == EN_OK; i++) {
        const struct bypass *bypass = &state->uses.bypasses[i];
        for (size_t k = 0; k < bypass->count && code == EN_OK; k++) {
            uint32_t key = bypass->uses[k].feeder;
            bool is_mine = bypass->point == target->point || key >> 1 == target->point;
            if (is_mine && is_first_use(bypass, k, span)) {
                code = exchange(fold, state, day, target, bypass, key, is_changed, err);
            }
        }
    }
    return code;
}

/* The entry of the channel's day: size 0 where the bypass changes nothing. */
static en_code compute(struct en_fold *fold, struct bypass_state *state, int32_t day,
                       const struct target *target, struct en_slice *entry, struct en_error *err)
{
    bool is_there = false;
    bool is_changed = false;
    *entry = (struct en_slice){0};
    en_code code = load(fold, day, target->channel, &state->before, &is_there, err);
    if (code != EN_OK || !is_there) {
        return code;
    }
    state->own.head = state->before.head;
    memcpy(state->own.values, state->before.values,
           state->before.head.count * sizeof *state->own.values);
    memcpy(state->own.quality, state->before.quality,
           state->before.head.count * sizeof *state->own.quality);
    code = exchange_all(fold, state, day, target, &is_changed, err);
    if (code != EN_OK || !is_changed) {
        return code;
    }
    en_buf_reset(&state->entry);
    code = en_derived_encode(&state->own, &state->entry, err);
    return code == EN_OK ? en_fold_copy(&fold->day, en_buf_slice(&state->entry), entry, err) : code;
}

/* ---- settling ---- */

static const struct en_change *find_change(const struct en_changes *changes, size_t *at,
                                           uint32_t channel)
{
    while (*at < changes->count && changes->items[*at].series < channel) {
        (*at)++;
    }
    bool is_here = *at < changes->count && changes->items[*at].series == channel;
    return is_here ? &changes->items[*at] : NULL;
}

/* Computes the target and hands on what counts before and after. */
static en_code settle_target(struct en_fold *fold, struct bypass_state *state,
                             struct en_series_writer *writer, int32_t day,
                             const struct target *target, const struct en_change *below,
                             struct en_error *err)
{
    struct en_slice after;
    struct en_slice old;
    struct en_slice under = {0};
    struct en_change change = {.series = target->channel};
    en_code code = compute(fold, state, day, target, &after, err);
    if (code == EN_OK) {
        code = en_series_writer_peek(writer, target->channel, &old, err);
    }
    if (code == EN_OK) {
        code = en_fold_copy(&fold->day, old, &change.before, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_put(writer, target->channel, after, NULL, NULL, err);
    }
    if (code == EN_OK && below == NULL) {
        struct en_slice bytes;
        code = en_substituted_get(fold->store, day, target->channel, &bytes, err);
        code = code == EN_OK ? en_fold_copy(&fold->day, bytes, &under, err) : code;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_slice under_before = below != NULL ? below->before : under;
    struct en_slice under_after = below != NULL ? below->after : under;
    change.before = change.before.size > 0 ? change.before : under_before;
    change.after = after.size > 0 ? after : under_after;
    change.total = after.size == 0 && below != NULL ? below->total : NULL;
    return en_slice_equal(change.before, change.after)
               ? EN_OK
               : en_fold_change(fold, EN_LANE_BEST, &change, err);
}

/* Changes of other channels go on as they are, in rising order among those computed. */
static en_code settle_targets(struct en_fold *fold, struct bypass_state *state, int32_t day,
                              struct en_error *err)
{
    const struct en_changes *changes = &fold->changes[EN_LANE_SUBSTITUTED];
    struct en_series_writer *writer = NULL;
    size_t at = 0;
    en_code code = en_series_writer_open(fold->store, &en_series_bypass, day, &writer, err);
    for (size_t i = 0; i < state->targets_count && code == EN_OK; i++) {
        const struct target *target = &state->targets[i];
        for (; at < changes->count && changes->items[at].series < target->channel && code == EN_OK;
             at++) {
            code = en_fold_change(fold, EN_LANE_BEST, &changes->items[at], err);
        }
        const struct en_change *below = find_change(changes, &at, target->channel);
        at += below != NULL;
        code = code == EN_OK ? settle_target(fold, state, writer, day, target, below, err) : code;
    }
    for (; at < changes->count && code == EN_OK; at++) {
        code = en_fold_change(fold, EN_LANE_BEST, &changes->items[at], err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(writer, err);
    }
    en_series_writer_close(writer);
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct bypass_state *state = state_memory;
    state->points_count = 0;
    state->targets_count = 0;
    en_code code = en_bypass_uses_make(&state->uses, err);
    code = code == EN_OK ? en_marks_sort(&state->marks, err) : code;
    code = code == EN_OK ? add_changed(fold, state, day, err) : code;
    code = code == EN_OK ? add_partners(state, day, err) : code;
    for (size_t i = 0; i < state->points_count && code == EN_OK; i++) {
        code = add_channels(fold, state, state->points[i], err);
    }
    if (code != EN_OK || state->targets_count == 0) {
        return code == EN_OK ? en_fold_pass(fold, EN_LANE_SUBSTITUTED, EN_LANE_BEST, err) : code;
    }
    qsort(state->targets, state->targets_count, sizeof *state->targets, compare_targets);
    return settle_targets(fold, state, day, err);
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct bypass_state *state = state_memory;
    en_marks_end(&state->marks);
    return EN_OK;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct bypass_state *state = state_memory;
    struct en_table_scan scan;
    en_buf_init(&state->entry, EN_BLOCK_SIZE_MAX);
    en_code code = en_table_scan_begin(fold->store, &en_table_bypass_use, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_bypass_use_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        row.document = (struct en_slice){0};
        code = code == EN_OK ? en_bypass_uses_put(&state->uses, &row, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void close_state(void *state_memory)
{
    struct bypass_state *state = state_memory;
    en_bypass_uses_fini(&state->uses);
    en_marks_fini(&state->marks);
    en_mem_free(state->points);
    en_mem_free(state->targets);
    en_buf_fini(&state->entry);
}

static const struct en_table *const tables[] = {&en_table_bypass_use, NULL};
static const struct en_series_table *const series[] = {&en_series_bypass, NULL};

const struct en_processor en_processor_bypass = {
    .name = "bypass",
    .about = "Energy of feeders and bypasses while the bypass breaker serves.",
    .kinds = EN_KIND_BIT(BYPASS_SET) | EN_KIND_BIT(CHANNEL_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct bypass_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
