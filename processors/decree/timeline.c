#include "processors/decree/timeline.h"

#include "core/mem.h"
#include "core/metering/decree/decree_442.h"
#include "processors/decree/reads.h"
#include "projections/views/advances.h"
#include "projections/views/best.h"

#define MARK_FIRST UINT64_C(0xcbf29ce484222325) /* FNV-1a */
#define MARK_PRIME UINT64_C(0x100000001b3)

static en_code add(struct en_timeline *timeline, const struct en_piece *piece, struct en_error *err)
{
    EN_ASSERT(piece->span.from.us < piece->span.to.us);
    en_code code = en_fold_grow((void **)&timeline->items, &timeline->capacity, timeline->count,
                                sizeof *timeline->items, err);
    if (code == EN_OK) {
        timeline->items[timeline->count++] = *piece;
    }
    return code;
}

/* A device's own value, its registers' or a person's. */
static bool is_by_meter(uint64_t quality)
{
    en_source source = en_quality_source(quality);
    return source == EN_SOURCE_MEASURED || source == EN_SOURCE_MANUAL_READ ||
           source == EN_SOURCE_FROM_REGISTERS;
}

/* A stored value in 1e-6; false when it does not fit. */
static bool scale_value(int64_t value, int8_t exponent, int64_t *micro)
{
    struct en_decimal decimal = {value, exponent};
    return en_decimal_micro(decimal, micro, NULL) == EN_OK;
}

static en_code add_day(struct en_timeline *timeline, struct en_fold *fold, uint32_t channel,
                       int32_t day, struct en_interval span, struct en_error *err)
{
    struct en_block *block = &timeline->block;
    struct en_slice bytes;
    en_code code = en_repaired_get(fold->store, day, channel, &bytes, err);
    code = code == EN_OK ? en_block_read(bytes, block, err) : code;
    int64_t at = day * EN_DAY_US + block->head.start_minute * EN_MINUTE_US;
    int64_t length = block->head.slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; code == EN_OK && i < block->head.count; i++, at += length) {
        uint64_t quality = block->quality[i];
        struct en_piece piece = {.span = {{at}, {at + length}}};
        if (!en_interval_holds(span, piece.span.from) || !en_quality_is_usable(quality) ||
            !scale_value(block->values[i], block->head.exponent, &piece.micro)) {
            continue;
        }
        piece.is_reading = is_by_meter(quality);
        piece.is_control = en_quality_source(quality) == EN_SOURCE_EST_CHECK;
        piece.is_measured = piece.is_reading && en_quality_verdict(quality) != EN_VERDICT_SUSPECT;
        code = add(timeline, &piece, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code load_slots(struct en_timeline *timeline, struct en_fold *fold, uint32_t channel,
                          struct en_interval span, struct en_error *err)
{
    /* days of any offset that may hold a slot of the span */
    int32_t first = (int32_t)(span.from.us / EN_DAY_US) - 2;
    int32_t last = (int32_t)(span.to.us / EN_DAY_US) + 2;
    en_code code = EN_OK;
    for (int32_t day = first; day <= last && code == EN_OK; day++) {
        code = add_day(timeline, fold, channel, day, span, err);
    }
    return code;
}

struct visit {
    struct en_timeline *timeline;
    struct en_fold *fold;
    uint32_t channel;
    const struct en_channel_info *info;
    struct en_interval span;
};

/* An advance whose hours are laid out is as many pieces. */
static en_code add_hours(struct visit *visit, const struct en_piece *whole, uint32_t count,
                         struct en_error *err)
{
    struct en_piece piece = *whole;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        piece.span.from.us = whole->span.from.us + i * EN_HOUR_US;
        piece.span.to.us = piece.span.from.us + EN_HOUR_US;
        piece.micro = visit->timeline->hours[i];
        if (en_interval_overlap_us(piece.span, visit->span) > 0) {
            code = add(visit->timeline, &piece, err);
        }
    }
    return code;
}

static en_code visit_advance(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct visit *visit = self;
    uint64_t quality = row->amount.quality;
    struct en_piece piece = {.span = row->span, .micro = row->amount.micro, .is_reading = true};
    if (!en_quality_is_usable(quality) || en_interval_overlap_us(row->span, visit->span) == 0) {
        return EN_OK;
    }
    piece.is_measured = en_quality_verdict(quality) != EN_VERDICT_SUSPECT;
    uint32_t count = 0;
    en_code code = en_decree_integral_of(visit->fold, visit->channel, visit->info, piece.span,
                                         piece.micro, visit->timeline->hours, &count, err);
    if (code != EN_OK || count > 0) {
        return code == EN_OK ? add_hours(visit, &piece, count, err) : code;
    }
    return add(visit->timeline, &piece, err);
}

static en_code load_advances(struct en_timeline *timeline, struct en_fold *fold, uint32_t channel,
                             const struct en_channel_info *info, struct en_interval span,
                             struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_interval reads;
    struct visit visit = {timeline, fold, channel, info, span};
    en_code code = en_reads_around(fold, channel, span, &reads, err);
    code = code == EN_OK ? en_table_get(fold->store, &en_table_channel, &row, NULL, err) : code;
    return code == EN_OK ? en_advances_walk(fold->store, &row, reads, visit_advance, &visit, err)
                         : code;
}

/* The first piece that ends after the instant. */
static size_t first_after(const struct en_timeline *timeline, struct en_instant at)
{
    size_t low = 0;
    size_t high = timeline->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (timeline->items[middle].span.to.us <= at.us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* What of the piece lies in the span. */
static int64_t energy_inside(const struct en_piece *piece, struct en_interval span)
{
    int64_t from = piece->span.from.us;
    int64_t before = span.from.us > from ? span.from.us - from : 0;
    int64_t whole = piece->span.to.us - from;
    int64_t through = span.to.us < piece->span.to.us ? span.to.us - from : whole;
    return through <= before ? 0 : en_decree_part(piece->micro, before, through, whole);
}

void en_timeline_fini(struct en_timeline *timeline)
{
    en_mem_free(timeline->items);
    timeline->items = NULL;
    timeline->count = 0;
    timeline->capacity = 0;
}

en_code en_timeline_load(struct en_timeline *timeline, struct en_fold *fold, uint32_t channel,
                         const struct en_channel_info *info, struct en_interval span,
                         struct en_error *err)
{
    timeline->count = 0;
    if (span.from.us >= span.to.us) {
        return EN_OK;
    }
    return en_channel_is_sparse(info) ? load_advances(timeline, fold, channel, info, span, err)
                                      : load_slots(timeline, fold, channel, span, err);
}

bool en_timeline_is_plain(struct en_slice block)
{
    struct en_block_head head;
    return block.size > 0 && en_block_peek(block, &head, NULL) == EN_OK && head.quality_is_common &&
           (uint64_t)head.count * head.slot_seconds == (uint64_t)EN_DAY_US / EN_SECOND_US;
}

en_code en_timeline_is_plain_span(struct en_fold *fold, uint32_t channel,
                                  const struct en_channel_info *info, struct en_interval span,
                                  bool *is_plain, struct en_error *err)
{
    int32_t first_offset = 0;
    int32_t last_offset = 0;
    struct en_instant last = {span.to.us - 1};
    en_code code = en_registry_offset(fold, info->point, span.from, &first_offset, err);
    code = code == EN_OK ? en_registry_offset(fold, info->point, last, &last_offset, err) : code;
    int32_t day = en_day_of_instant(span.from, first_offset).n;
    int32_t end = en_day_of_instant(last, last_offset).n;
    *is_plain = !en_channel_is_sparse(info) && first_offset == last_offset;
    for (; code == EN_OK && *is_plain && day <= end; day++) {
        struct en_slice block;
        struct en_block_head head = {0};
        code = en_repaired_get(fold->store, day, channel, &block, err);
        *is_plain = code == EN_OK && en_timeline_is_plain(block) &&
                    en_block_peek(block, &head, NULL) == EN_OK &&
                    head.start_minute == -first_offset;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

bool en_timeline_energy(const struct en_timeline *timeline, struct en_interval span, int64_t *micro)
{
    int64_t sum = 0;
    bool fits = true;
    for (size_t i = first_after(timeline, span.from);
         fits && i < timeline->count && timeline->items[i].span.from.us < span.to.us; i++) {
        fits = en_i64_add(sum, energy_inside(&timeline->items[i], span), &sum);
    }
    *micro = fits ? sum : *micro;
    return fits;
}

bool en_timeline_covers(const struct en_timeline *timeline, struct en_interval span,
                        bool is_measured)
{
    int64_t at = span.from.us;
    for (size_t i = first_after(timeline, span.from); at < span.to.us; i++) {
        const struct en_piece *piece = &timeline->items[i];
        if (i == timeline->count || piece->span.from.us > at ||
            (is_measured && !piece->is_measured)) {
            return false;
        }
        at = piece->span.to.us;
    }
    return true;
}

struct en_instant en_timeline_covered_until(const struct en_timeline *timeline,
                                            struct en_instant from)
{
    struct en_instant at = from;
    for (size_t i = first_after(timeline, from);
         i < timeline->count && timeline->items[i].span.from.us <= at.us; i++) {
        at = timeline->items[i].span.to;
    }
    return at;
}

struct en_instant en_timeline_next(const struct en_timeline *timeline, struct en_instant from)
{
    size_t i = first_after(timeline, from);
    return i < timeline->count ? timeline->items[i].span.from : (struct en_instant){INT64_MAX};
}

struct en_instant en_timeline_first_reading(const struct en_timeline *timeline,
                                            struct en_interval span, bool *is_found)
{
    *is_found = false;
    for (size_t i = first_after(timeline, span.from); i < timeline->count && !*is_found; i++) {
        const struct en_piece *piece = &timeline->items[i];
        if (piece->span.from.us >= span.to.us) {
            break;
        }
        if (piece->is_reading) {
            *is_found = true;
            return piece->span.from.us > span.from.us ? piece->span.from : span.from;
        }
    }
    return span.to;
}

bool en_timeline_is_control(const struct en_timeline *timeline, struct en_interval span)
{
    bool is_control = true;
    for (size_t i = first_after(timeline, span.from);
         is_control && i < timeline->count && timeline->items[i].span.from.us < span.to.us; i++) {
        is_control = timeline->items[i].is_control;
    }
    return is_control;
}

uint64_t en_timeline_mark(const struct en_timeline *timeline, struct en_interval span)
{
    uint64_t mark = MARK_FIRST;
    for (size_t i = first_after(timeline, span.from);
         i < timeline->count && timeline->items[i].span.from.us < span.to.us; i++) {
        const struct en_piece *piece = &timeline->items[i];
        const int64_t words[] = {piece->span.from.us, piece->span.to.us, piece->micro};
        for (size_t w = 0; w < EN_COUNT_OF(words); w++) {
            mark = (mark ^ (uint64_t)words[w]) * MARK_PRIME;
            mark ^= mark >> 29;
        }
    }
    return mark;
}
