#include "processors/substitution/span.h"

#include "core/fixed.h"
#include "core/metering/register_code.h"
#include "projections/views/advances.h"

#define READS_MAX 4096u

/* Whether the channel is a register that counts what the one in hand measures. */
static bool counts_same(const struct en_channel_row *row, const struct en_channel_info *info,
                        const struct en_register_meaning *meaning, bool has_meaning)
{
    struct en_register_meaning other;
    struct en_error fault;
    if (row->basis != EN_BASIS_REGISTER || row->unit != info->unit) {
        return false;
    }
    if (en_register_meaning_of(row->code, &other, &fault) != EN_OK) {
        return !has_meaning;
    }
    return has_meaning && other.direction == meaning->direction && other.unit == meaning->unit &&
           other.tariff == 0;
}

/* The first register of the point that does; the channel itself where its reads are told. */
static en_code find_register(struct en_fill *fill, struct en_span_reads *reads,
                             struct en_error *err)
{
    struct en_channel_row own = {.channel = fill->channel};
    struct en_register_meaning meaning;
    struct en_error fault;
    struct en_table_scan scan;
    reads->channel = 0;
    en_code code = en_table_get(fill->fold->store, &en_table_channel, &own, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    bool has_meaning = en_register_meaning_of(own.code, &meaning, &fault) == EN_OK;
    struct en_point_channel_row from = {.point = own.point};
    code = en_table_scan_begin(fill->fold->store, &en_table_point_channel, &from, 1, &scan, err);
    while (code == EN_OK) {
        struct en_point_channel_row row;
        code = en_table_scan_next(&scan, &row, fill->arena, err);
        if (code != EN_OK || row.channel == fill->channel) {
            continue;
        }
        struct en_channel_row channel = {.channel = row.channel};
        code = en_table_get(fill->fold->store, &en_table_channel, &channel, NULL, err);
        bool is_first = reads->channel == 0 || row.channel < reads->channel;
        if (code == EN_OK && is_first &&
            counts_same(&channel, &fill->info, &meaning, has_meaning)) {
            reads->channel = row.channel;
            reads->row = channel;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void take_read(struct en_span_reads *reads, int64_t at, int64_t grid_from, int64_t slot_us)
{
    int64_t past = 0;
    (void)en_i64_divide_floor(at - grid_from, slot_us, &past);
    if (past != 0) {
        reads->off_from = reads->has_off ? reads->off_from : at;
        reads->off_to = at;
        reads->has_off = true;
    } else if (reads->count < READS_MAX) {
        reads->at[reads->count++] = at;
    }
}

/* The usable reads from `span_days` before the day to as many behind it. */
static en_code load_reads(struct en_fill *fill, const struct en_judged *judged, uint32_t span_days,
                          struct en_span_reads *reads, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_interval day = en_judged_span(judged);
    int64_t reach = (int64_t)span_days * EN_DAY_US;
    struct en_register_row from = {.channel = reads->channel, .at = {day.from.us - reach}};
    reads->at = en_arena_alloc(fill->arena, READS_MAX * sizeof *reads->at);
    if (reads->at == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for register reads");
    }
    en_code code = en_fill_watch(fill, reads->channel, judged->day - (int32_t)span_days - 1,
                                 judged->day + (int32_t)span_days + 1, err);
    if (code == EN_OK) {
        code = en_table_scan_begin(fill->fold->store, &en_table_register, &from, 1, &scan, err);
    } else {
        return code;
    }
    while (code == EN_OK) {
        struct en_register_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.at.us > day.to.us + reach) {
            break;
        }
        bool is_sound = en_quality_verdict(row.quality) < EN_VERDICT_SUSPECT;
        if (is_sound) {
            take_read(reads, row.at.us, day.from.us,
                      (int64_t)judged->head.slot_seconds * EN_SECOND_US);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The two reads that bound the slot; why not, where there are none. */
en_refusal en_span_bounds(const struct en_span_reads *reads, struct en_interval slot,
                          struct en_interval *between)
{
    bool has_from = false;
    bool has_to = false;
    for (uint32_t i = 0; i < reads->count && !has_to; i++) {
        if (reads->at[i] <= slot.from.us) {
            between->from.us = reads->at[i];
            has_from = true;
        }
        if (reads->at[i] >= slot.to.us) {
            between->to.us = reads->at[i];
            has_to = true;
        }
    }
    if (has_from && has_to) {
        return EN_REFUSAL_NONE;
    }
    bool is_off = reads->has_off && ((!has_from && reads->off_from < slot.to.us) ||
                                     (!has_to && reads->off_to > slot.from.us));
    return is_off ? EN_REFUSAL_ANCHOR_OFF_GRID : EN_REFUSAL_ANCHOR_INCOMPLETE;
}

/* ---- the advance ---- */

struct advance {
    int64_t micro;
    int8_t exponent; /* of the last digit that the register showed */
    uint32_t device;
    uint32_t rows_count;
    en_refusal refusal;
};

static en_code add_advance(void *self, const struct en_advance_row *row, struct en_error *err)
{
    (void)err;
    struct advance *advance = self;
    uint64_t spoilt = EN_QUALITY_DEV_REPLACED | EN_QUALITY_RATIO_CHANGED | EN_QUALITY_NEG;
    bool is_other = advance->rows_count > 0 && row->device != advance->device;
    bool is_sound = en_quality_source(row->amount.quality) == EN_SOURCE_FROM_REGISTERS &&
                    en_quality_verdict(row->amount.quality) < EN_VERDICT_SUSPECT &&
                    (row->amount.quality & spoilt) == 0;
    if (!is_sound || is_other) {
        advance->refusal = EN_REFUSAL_ANCHOR_INCOMPLETE;
    } else if (!en_i64_add(advance->micro, row->amount.micro, &advance->micro)) {
        advance->refusal = EN_REFUSAL_OVERFLOW;
    }
    advance->device = row->device;
    advance->rows_count++;
    int8_t finest = row->from.exponent < row->to.exponent ? row->from.exponent : row->to.exponent;
    advance->exponent = finest < advance->exponent ? finest : advance->exponent;
    return EN_OK;
}

en_code en_span_load_advance(struct en_fill *fill, const struct en_span_reads *reads,
                             struct en_span *span, struct en_error *err)
{
    struct advance advance = {.exponent = EN_DECIMAL_EXPONENT_MAX, .refusal = EN_REFUSAL_NONE};
    struct en_ratio ratio = EN_RATIO_ONE;
    en_code code =
        en_advances_walk(fill->fold->store, &reads->row, span->between, add_advance, &advance, err);
    if (code == EN_OK && !reads->row.is_primary) {
        code =
            en_registry_channel_ratio(fill->fold, reads->channel, span->between.from, &ratio, err);
    }
    struct en_decimal digit = {1, advance.exponent};
    if (advance.rows_count == 0 && advance.refusal == EN_REFUSAL_NONE) {
        advance.refusal = EN_REFUSAL_ANCHOR_INCOMPLETE;
    }
    span->advance = advance.micro;
    span->step = 0;
    (void)en_ratio_scale_decimal_half_up(ratio, digit, &span->step);
    span->refusal = advance.refusal;
    return code;
}

/* ---- the days of a span ---- */

bool en_span_holds(const struct en_span *span, struct en_interval slot)
{
    return slot.from.us >= span->between.from.us && slot.to.us <= span->between.to.us;
}

/* Another day of the span as the steps before the one in hand leave it. */
static en_code open_other(struct en_fill *fill, int32_t number, uint32_t steps,
                          struct en_fill_day *day, bool *has_grid, struct en_error *err)
{
    const struct en_judged *judged = NULL;
    en_code code = en_fill_look(fill, fill->channel, number, &judged, err);
    *has_grid = code == EN_OK && judged->has_grid;
    if (code != EN_OK || !*has_grid) {
        return code;
    }
    *day = (struct en_fill_day){.is_other = true};
    code = en_fill_open(fill, judged, day, err);
    bool is_open = false;
    for (uint32_t i = 0; i < judged->head.count; i++) {
        is_open = is_open || day->slots[i].is_open;
    }
    if (code == EN_OK) {
        code = en_acts_apply(fill, day, err);
    }
    if (code != EN_OK || !is_open) {
        return code;
    }
    code = en_fill_leave_out(fill, day, err);
    return code == EN_OK ? en_fill_steps(fill, day, steps, err) : code;
}

static int32_t day_of(const struct en_fill *fill, int64_t us)
{
    return en_day_of_instant((struct en_instant){us}, fill->offset_minutes).n;
}

en_code en_span_load_days(struct en_fill *fill, struct en_fill_day *day, uint32_t steps,
                          struct en_span *span, struct en_error *err)
{
    int32_t first = day_of(fill, span->between.from.us);
    int32_t last = day_of(fill, span->between.to.us - 1);
    en_code code = EN_OK;
    span->days_count = 0;
    if (last - first >= (int32_t)EN_SPAN_DAYS_MAX) {
        span->refusal = EN_REFUSAL_ANCHOR_INCOMPLETE;
        return EN_OK;
    }
    for (int32_t number = first; number <= last && code == EN_OK; number++) {
        struct en_fill_day *place = &span->days[span->days_count];
        bool has_grid = true;
        if (number == day->judged->day) {
            *place = *day;
        } else {
            code = open_other(fill, number, steps, place, &has_grid, err);
        }
        span->days_count++;
        if (!has_grid && code == EN_OK) {
            span->refusal = EN_REFUSAL_ANCHOR_INCOMPLETE;
            span->days_count--;
        }
    }
    return code;
}

/* What the slot holds, by measurement, by act or by a step before: what the rest is left after. */
bool en_span_is_known(const struct en_fill_day *day, uint32_t slot, int64_t *micro)
{
    const struct en_fill_slot *at = &day->slots[slot];
    if (at->is_filled && at->method != EN_METHOD_UNDERCOUNT) {
        *micro = at->micro;
        return true;
    }
    *micro = at->is_open ? 0 : day->judged->micro[slot];
    return !at->is_open;
}

/* Sums what is known and counts what is open. */
void en_span_survey(struct en_span *span)
{
    span->known = 0;
    span->open_count = 0;
    for (uint32_t d = 0; d < span->days_count; d++) {
        const struct en_fill_day *day = &span->days[d];
        for (uint32_t i = 0; i < day->judged->head.count; i++) {
            int64_t micro = 0;
            if (!en_span_holds(span, en_judged_slot(day->judged, i))) {
                continue;
            }
            if (!en_span_is_known(day, i, &micro)) {
                span->open_count++;
            } else if (!en_i64_add(span->known, micro, &span->known)) {
                span->refusal = EN_REFUSAL_OVERFLOW;
            }
        }
    }
}

/* ---- what others ask for ---- */

/* Loads the register and its reads; *has says whether there is one. */
en_code en_span_begin(struct en_fill *fill, const struct en_fill_day *day, uint32_t span_days,
                      struct en_span_reads *reads, bool *has, struct en_error *err)
{
    *reads = (struct en_span_reads){.channel = 0};
    en_code code = find_register(fill, reads, err);
    *has = code == EN_OK && reads->channel != 0;
    return *has ? load_reads(fill, day->judged, span_days, reads, err) : code;
}

struct en_span *en_span_make(struct en_fill *fill, struct en_error *err)
{
    struct en_span *span = en_arena_alloc(fill->arena, sizeof *span);
    if (span == NULL) {
        (void)en_error_set(err, EN_NOMEM, "no room for a span of days");
    }
    return span;
}
