#include "processors/decree/fill.h"

#include "processors/derived.h"

#define HOUR_SECONDS 3600u
#define DAY_SECONDS 86400u
#define ROW_ARENA_SIZE (1u << 20)
#define BLOCK_SIZE_MAX (1u << 16)

/* One slot in the making. */
struct slot {
    struct en_interval span;
    int64_t micro;
    int64_t covered_us; /* of it, by what has been added */
    en_source source;
    bool fits;
};

static void add_energy(struct slot *slot, int64_t micro, int64_t length_us, en_source source)
{
    bool is_worse =
        slot->source == EN_SOURCE_NONE || en_source_rank(source) > en_source_rank(slot->source);
    slot->fits = slot->fits && en_i64_add(slot->micro, micro, &slot->micro);
    slot->covered_us += length_us;
    slot->source = is_worse ? source : slot->source;
}

/* The whole fiscal day of the channel's grid, nothing in it. */
static void begin_block(struct en_block *block, uint32_t slot_seconds, int32_t offset_minutes)
{
    block->head = (struct en_block_head){.start_minute = -offset_minutes,
                                         .slot_seconds = slot_seconds,
                                         .count = DAY_SECONDS / slot_seconds,
                                         .exponent = -6};
    for (uint32_t i = 0; i < block->head.count; i++) {
        block->values[i] = 0;
        block->quality[i] = EN_QUALITY_MISSING;
    }
}

/* Values in 1e-6; false: one has digits below that, or is too large. */
static bool rescale(struct en_block *block)
{
    bool fits = true;
    for (uint32_t i = 0; i < block->head.count && fits; i++) {
        struct en_decimal decimal = {block->values[i], block->head.exponent};
        fits = en_quality_is_missing(block->quality[i]) ||
               en_decimal_micro(decimal, &block->values[i], NULL) == EN_OK;
    }
    block->head.exponent = -6;
    block->head.quality_is_common = false;
    return fits;
}

/* Puts what stands below on the whole day's grid, where it is a part of that grid. */
static void widen(struct en_block *block, uint32_t slot_seconds, int32_t offset_minutes)
{
    int64_t first = (int64_t)(block->head.start_minute + offset_minutes) * 60;
    uint32_t whole = DAY_SECONDS / slot_seconds;
    bool is_inside = block->head.slot_seconds == slot_seconds && first >= 0 &&
                     first % slot_seconds == 0 &&
                     (uint32_t)(first / slot_seconds) + block->head.count <= whole;
    if (!is_inside || block->head.count == whole) {
        return;
    }
    uint32_t shift = (uint32_t)(first / slot_seconds);
    uint32_t count = block->head.count;
    memmove(block->values + shift, block->values, count * sizeof *block->values);
    memmove(block->quality + shift, block->quality, count * sizeof *block->quality);
    for (uint32_t i = 0; i < whole; i++) {
        bool is_new = i < shift || i >= shift + count;
        block->values[i] = is_new ? 0 : block->values[i];
        block->quality[i] = is_new ? EN_QUALITY_MISSING : block->quality[i];
    }
    block->head.start_minute = -offset_minutes;
    block->head.count = whole;
}

static bool has_missing(const struct en_block *block)
{
    bool has = false;
    for (uint32_t i = 0; i < block->head.count && !has; i++) {
        has = en_quality_is_missing(block->quality[i]);
    }
    return has;
}

/* What the known pieces of a register say of the slot. */
static void add_known(const struct en_timeline *known, struct slot *slot)
{
    struct en_instant at = slot->span.from;
    while (at.us < slot->span.to.us) {
        struct en_instant next = en_timeline_next(known, at);
        struct en_instant from = {next.us > at.us ? next.us : at.us};
        if (from.us >= slot->span.to.us) {
            break;
        }
        struct en_interval piece = {from, en_timeline_covered_until(known, from)};
        piece.to.us = piece.to.us < slot->span.to.us ? piece.to.us : slot->span.to.us;
        int64_t micro = 0;
        slot->fits = slot->fits && en_timeline_energy(known, piece, &micro);
        add_energy(slot, micro, piece.to.us - piece.from.us, EN_SOURCE_FROM_REGISTERS);
        at = piece.to;
    }
}

/* What the parts of a period say of what is missing in the slot. known NULL: all of it is. */
static en_code add_parts(struct en_decree_fill *fill, const struct en_decree_period_row *row,
                         const struct en_timeline *known, struct slot *slot, struct en_error *err)
{
    const struct en_decree_part *parts = row->parts.items;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < row->parts.count && code == EN_OK; i++) {
        int64_t from =
            parts[i].from.us > slot->span.from.us ? parts[i].from.us : slot->span.from.us;
        int64_t end = parts[i].to.us < slot->span.to.us ? parts[i].to.us : slot->span.to.us;
        while (from < end && code == EN_OK) {
            struct en_interval missing = {{from}, {end}};
            if (known != NULL) {
                missing.from = en_timeline_covered_until(known, missing.from);
                struct en_instant next = en_timeline_next(known, missing.from);
                missing.to.us = next.us < end ? next.us : end;
            }
            int64_t micro = 0;
            bool is_given = false;
            if (missing.from.us < missing.to.us) {
                code = en_period_slot(&fill->work, row, &parts[i], missing, &micro, &is_given, err);
            }
            if (code == EN_OK && is_given) {
                add_energy(slot, micro, missing.to.us - missing.from.us,
                           en_decree_source((en_decree_method)parts[i].method));
            }
            from = missing.to.us;
        }
    }
    return code;
}

/* The period that holds the instant, kept while the day is filled. EN_NOT_FOUND: none is stored. */
static en_code load_row(struct en_decree_fill *fill, struct en_fold *fold, struct en_instant at,
                        struct en_error *err)
{
    if (fill->has_row && at.us >= fill->row.from.us && at.us < fill->row.to.us) {
        return EN_OK;
    }
    en_arena_reset(&fill->arena);
    fill->row = (struct en_decree_period_row){.channel = fill->work.channel, .from = at};
    en_code code = en_table_last_before(fold->store, &en_table_decree_period, &fill->row, 1,
                                        &fill->arena, err);
    fill->has_row = code == EN_OK && fill->row.to.us > at.us;
    return code == EN_OK && !fill->has_row ? EN_NOT_FOUND : code;
}

/* The periods that the slot lies in: usually one. */
static en_code add_periods(struct en_decree_fill *fill, struct en_fold *fold,
                           const struct en_timeline *known, struct slot *slot, struct en_error *err)
{
    struct en_instant at = slot->span.from;
    en_code code = EN_OK;
    while (code == EN_OK && at.us < slot->span.to.us) {
        code = load_row(fill, fold, at, err);
        if (code == EN_OK) {
            code = add_parts(fill, &fill->row, known, slot, err);
            at = fill->row.to;
        }
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fill_slots(struct en_decree_fill *fill, struct en_fold *fold, int32_t day,
                          bool *is_filled, struct en_error *err)
{
    struct en_block *block = &fill->block;
    bool is_sparse = en_channel_is_sparse(&fill->work.info);
    const struct en_timeline *known = is_sparse ? &fill->work.known : NULL;
    int64_t at = day * EN_DAY_US + block->head.start_minute * EN_MINUTE_US;
    int64_t length = block->head.slot_seconds * EN_SECOND_US;
    en_code code = EN_OK;
    *is_filled = false;
    for (uint32_t i = 0; i < block->head.count && code == EN_OK; i++, at += length) {
        struct slot slot = {.span = {{at}, {at + length}}, .fits = true};
        if (!en_quality_is_missing(block->quality[i])) {
            continue;
        }
        if (is_sparse) {
            add_known(known, &slot);
        }
        if (slot.covered_us < length) {
            code = add_periods(fill, fold, known, &slot, err);
        }
        if (code != EN_OK || slot.covered_us < length || !slot.fits) {
            continue;
        }
        EN_ASSERT(slot.covered_us == length);
        uint64_t flags = en_quality_flags(block->quality[i]);
        bool is_estimate = slot.source != EN_SOURCE_FROM_REGISTERS;
        block->values[i] = slot.micro;
        block->quality[i] =
            is_estimate ? en_quality_with_verdict((uint64_t)slot.source | flags, EN_VERDICT_VALID) |
                              EN_QUALITY_GAP
                        : (uint64_t)slot.source;
        *is_filled = true;
    }
    return code;
}

static en_code begin_sparse(struct en_decree_fill *fill, struct en_fold *fold, int32_t day,
                            int32_t offset, struct en_error *err)
{
    struct en_interval span = en_day_interval((struct en_day){day}, offset);
    begin_block(&fill->block, HOUR_SECONDS, offset);
    return en_timeline_load(&fill->work.known, fold, fill->work.channel, &fill->work.info, span,
                            err);
}

static en_code begin_slots(struct en_decree_fill *fill, int32_t offset, struct en_slice base,
                           bool *is_good, struct en_error *err)
{
    uint32_t slot_seconds = fill->work.info.slot_seconds;
    *is_good = true;
    if (base.size == 0) {
        *is_good = slot_seconds > 0;
        if (*is_good) {
            begin_block(&fill->block, slot_seconds, offset);
        }
        return EN_OK;
    }
    en_code code = en_block_read(base, &fill->block, err);
    if (code == EN_OK) {
        if (slot_seconds > 0) {
            widen(&fill->block, slot_seconds, offset);
        }
        *is_good = has_missing(&fill->block) && rescale(&fill->block);
    }
    return code;
}

void en_decree_fill_init(struct en_decree_fill *fill)
{
    en_buf_init(&fill->bytes, BLOCK_SIZE_MAX);
    en_arena_init(&fill->arena, ROW_ARENA_SIZE);
}

void en_decree_fill_fini(struct en_decree_fill *fill)
{
    en_period_work_fini(&fill->work);
    en_buf_fini(&fill->bytes);
    en_arena_fini(&fill->arena);
}

en_code en_decree_fill_day(struct en_decree_fill *fill, struct en_fold *fold, uint32_t channel,
                           int32_t day, struct en_slice base, struct en_slice *after,
                           struct en_error *err)
{
    bool is_good = true;
    bool is_filled = false;
    int32_t offset = 0;
    *after = (struct en_slice){0};
    fill->has_row = false;
    en_code code = en_period_begin(&fill->work, fold, channel, err);
    struct en_instant noon = {day * EN_DAY_US + 12 * EN_HOUR_US};
    code =
        code == EN_OK ? en_registry_offset(fold, fill->work.info.point, noon, &offset, err) : code;
    if (code == EN_OK) {
        code = en_channel_is_sparse(&fill->work.info)
                   ? begin_sparse(fill, fold, day, offset, err)
                   : begin_slots(fill, offset, base, &is_good, err);
    }
    if (code == EN_OK && is_good) {
        code = fill_slots(fill, fold, day, &is_filled, err);
    }
    if (code != EN_OK || !is_filled) {
        return code;
    }
    en_buf_reset(&fill->bytes);
    code = en_derived_encode(&fill->block, &fill->bytes, err);
    return code == EN_OK ? en_fold_copy(&fold->day, en_buf_slice(&fill->bytes), after, err) : code;
}
