/* Methods that lay out the advance of a register: E-04 by like days, E-05 evenly, E-06 by a class
 * profile; the scaling of other estimates to it; the sum check on what came out.
 *
 * The time of a channel is cut by the register reads that stand on edges of its slots. Between two
 * of them the advance is known: what was not measured there is the rest, whatever day it lies on,
 * so every day of the span computes the same layout and takes its part. */
#include "core/metering/estimation_shape.h"
#include "core/metering/register_code.h"
#include "core/metering/validation_sum.h"
#include "processors/substitution/act.h"
#include "processors/substitution/fill.h"
#include "projections/tables.h"
#include "projections/views/advances.h"

#define SPAN_DAYS_DEFAULT 31u
#define READS_MAX 4096u
#define SPAN_DAYS_MAX (EN_ESTIMATION_SPAN_DAYS_MAX + 2u)

/* The register behind the channel, and its reads around the day in hand. */
struct reads {
    uint32_t channel; /* 0: none */
    struct en_channel_row row;
    int64_t *at; /* on the grid, rising */
    uint32_t count;
    int64_t off_from; /* reads off the grid: the first and the last */
    int64_t off_to;
    bool has_off;
};

/* What lies between two reads. */
struct span {
    struct en_interval between;
    int64_t advance;
    int64_t step; /* what the last digit of the register means, 1e-6 */
    en_refusal refusal;
    struct en_fill_day days[SPAN_DAYS_MAX];
    uint32_t days_count;
    int64_t known;
    uint32_t open_count; /* slots to be laid out */
};

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
static en_code find_register(struct en_fill *fill, struct reads *reads, struct en_error *err)
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

static void take_read(struct reads *reads, int64_t at, int64_t grid_from, int64_t slot_us)
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
                          struct reads *reads, struct en_error *err)
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
static en_refusal bounds_of(const struct reads *reads, struct en_interval slot,
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

static en_code load_advance(struct en_fill *fill, const struct reads *reads, struct span *span,
                            struct en_error *err)
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

static bool is_between(const struct span *span, struct en_interval slot)
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

static en_code load_days(struct en_fill *fill, struct en_fill_day *day, uint32_t steps,
                         struct span *span, struct en_error *err)
{
    int32_t first = day_of(fill, span->between.from.us);
    int32_t last = day_of(fill, span->between.to.us - 1);
    en_code code = EN_OK;
    span->days_count = 0;
    if (last - first >= (int32_t)SPAN_DAYS_MAX) {
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
static bool is_known(const struct en_fill_day *day, uint32_t slot, int64_t *micro)
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
static void survey(struct span *span)
{
    span->known = 0;
    span->open_count = 0;
    for (uint32_t d = 0; d < span->days_count; d++) {
        const struct en_fill_day *day = &span->days[d];
        for (uint32_t i = 0; i < day->judged->head.count; i++) {
            int64_t micro = 0;
            if (!is_between(span, en_judged_slot(day->judged, i))) {
                continue;
            }
            if (!is_known(day, i, &micro)) {
                span->open_count++;
            } else if (!en_i64_add(span->known, micro, &span->known)) {
                span->refusal = EN_REFUSAL_OVERFLOW;
            }
        }
    }
}

/* ---- weights ---- */

/* E-04: what like days say of the open slots of one day. */
static en_code weigh_by_likedays(struct en_fill *fill, const struct span *span,
                                 const struct en_fill_day *day,
                                 const struct en_estimation_step *step, int64_t *weights,
                                 en_refusal *refusal, struct en_error *err)
{
    uint8_t wanted[EN_SLOTS_MAX];
    struct en_likeday_answer answer;
    int64_t micro = 0;
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        wanted[i] = is_between(span, en_judged_slot(day->judged, i)) && !is_known(day, i, &micro);
    }
    en_code code = en_fill_likedays(fill, day->judged, wanted, step, &answer, err);
    uint32_t count = 0;
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        if (wanted[i] && answer.counts[i] == 0) {
            *refusal = EN_REFUSAL_NO_COMPARABLE_HISTORY;
        }
        if (wanted[i]) {
            weights[count++] = answer.micro[i];
        }
    }
    return code;
}

/* E-06: what the profile's channel says of them. */
static en_code weigh_by_profile(struct en_fill *fill, const struct span *span,
                                const struct en_fill_day *day, int64_t *weights,
                                en_refusal *refusal, struct en_error *err)
{
    const struct en_judged *profile = NULL;
    if (fill->plan->profile_channel == 0) {
        *refusal = EN_REFUSAL_NO_PROFILE;
        return EN_OK;
    }
    en_code code = en_fill_look(fill, fill->plan->profile_channel, day->judged->day, &profile, err);
    bool is_same = code == EN_OK && profile->has_block &&
                   en_block_same_slots(&profile->head, &day->judged->head);
    uint32_t count = 0;
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        int64_t micro = 0;
        if (!is_between(span, en_judged_slot(day->judged, i)) || is_known(day, i, &micro)) {
            continue;
        }
        bool is_told = is_same && en_quality_is_usable(profile->quality[i]);
        *refusal = is_told ? *refusal : EN_REFUSAL_NO_PROFILE;
        weights[count++] = is_told ? profile->micro[i] : 0;
    }
    return code;
}

static uint32_t open_in(const struct span *span, const struct en_fill_day *day)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        int64_t micro = 0;
        count += is_between(span, en_judged_slot(day->judged, i)) && !is_known(day, i, &micro);
    }
    return count;
}

static en_code weigh(struct en_fill *fill, const struct span *span,
                     const struct en_estimation_step *step, int64_t *weights, en_refusal *refusal,
                     struct en_error *err)
{
    uint32_t first = 0;
    en_code code = EN_OK;
    for (uint32_t d = 0; d < span->days_count && code == EN_OK; d++) {
        const struct en_fill_day *day = &span->days[d];
        uint32_t count = open_in(span, day);
        if (count > 0 && step->method == EN_METHOD_REG_SHAPE) {
            code = weigh_by_likedays(fill, span, day, step, weights + first, refusal, err);
        } else if (count > 0 && step->method == EN_METHOD_PROFILE) {
            code = weigh_by_profile(fill, span, day, weights + first, refusal, err);
        }
        first += count;
    }
    EN_ASSERT(code != EN_OK || first == span->open_count);
    return code;
}

/* ---- laying out ---- */

static en_code put_parts(struct en_fill *fill, struct en_fill_day *day, const struct span *span,
                         const struct reads *reads, const struct en_estimation_step *step,
                         const int64_t *parts, struct en_error *err)
{
    struct en_fill_inputs inputs = {.count = 0};
    uint32_t at = 0;
    en_code code = EN_OK;
    en_fill_input(&inputs, EN_INPUT_REGISTER, reads->channel, span->between.from.us,
                  span->between.to.us);
    if (step->method == EN_METHOD_PROFILE) {
        en_fill_input(&inputs, EN_INPUT_CHANNEL, fill->plan->profile_channel, 0, 0);
    }
    for (uint32_t d = 0; d < span->days_count && code == EN_OK; d++) {
        const struct en_fill_day *other = &span->days[d];
        bool is_own = other->judged->day == day->judged->day;
        for (uint32_t i = 0; i < other->judged->head.count && code == EN_OK; i++) {
            int64_t micro = 0;
            if (!is_between(span, en_judged_slot(other->judged, i)) || is_known(other, i, &micro)) {
                continue;
            }
            if (is_own && en_fill_wants(day, i)) {
                code = en_fill_put(fill, day, i, step->method, parts[at], 0, &inputs, err);
            }
            at++;
        }
    }
    return code;
}

static void refuse_span(struct en_fill_day *day, const struct span *span,
                        en_estimation_method method)
{
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        if (en_fill_wants(day, i) && is_between(span, en_judged_slot(day->judged, i))) {
            en_fill_refuse(day, i, method, span->refusal);
        }
    }
}

/* One span by E-04, E-05 or E-06. */
static en_code fill_span(struct en_fill *fill, struct en_fill_day *day, struct span *span,
                         const struct reads *reads, const struct en_estimation_step *step,
                         struct en_error *err)
{
    en_code code = load_advance(fill, reads, span, err);
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        code = load_days(fill, day, day->step, span, err);
    }
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        survey(span);
    }
    if (code != EN_OK || span->refusal != EN_REFUSAL_NONE) {
        refuse_span(day, span, step->method);
        return code;
    }
    EN_ASSERT(span->open_count > 0);
    int64_t *weights = en_arena_alloc(fill->arena, span->open_count * sizeof *weights);
    int64_t *parts = en_arena_alloc(fill->arena, span->open_count * sizeof *parts);
    if (weights == NULL || parts == NULL) {
        return en_error_set(err, EN_NOMEM, "no room to lay out an advance");
    }
    code = weigh(fill, span, step, weights, &span->refusal, err);
    struct en_anchor anchor = {span->advance, span->known, step->unit};
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        span->refusal = step->method == EN_METHOD_REG_FLAT
                            ? en_shape_flat(&anchor, span->open_count, parts)
                            : en_shape_fill(&anchor, weights, span->open_count, parts);
    }
    if (code != EN_OK || span->refusal != EN_REFUSAL_NONE) {
        refuse_span(day, span, step->method);
        return code;
    }
    return put_parts(fill, day, span, reads, step, parts, err);
}

/* Loads the register and its reads; *has says whether there is one. */
static en_code begin(struct en_fill *fill, const struct en_fill_day *day, uint32_t span_days,
                     struct reads *reads, bool *has, struct en_error *err)
{
    *reads = (struct reads){.channel = 0};
    en_code code = find_register(fill, reads, err);
    *has = code == EN_OK && reads->channel != 0;
    return *has ? load_reads(fill, day->judged, span_days, reads, err) : code;
}

static struct span *make_span(struct en_fill *fill, struct en_error *err)
{
    struct span *span = en_arena_alloc(fill->arena, sizeof *span);
    if (span == NULL) {
        (void)en_error_set(err, EN_NOMEM, "no room for a span of days");
    }
    return span;
}

en_code en_fill_register(struct en_fill *fill, struct en_fill_day *day,
                         const struct en_estimation_step *step, struct en_error *err)
{
    struct reads reads;
    bool has = false;
    uint8_t is_done[EN_SLOTS_MAX] = {0};
    struct span *span = NULL;
    if (day->is_other) {
        return EN_OK; /* registers are asked by the day in hand, for all days of the span */
    }
    en_code code = begin(fill, day, step->span_days, &reads, &has, err);
    if (code == EN_OK) {
        span = make_span(fill, err);
        code = span == NULL ? EN_NOMEM : EN_OK;
    }
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        if (is_done[i] || !en_fill_wants(day, i)) {
            continue;
        }
        struct en_interval between = {{0}, {0}};
        en_refusal refusal = has ? bounds_of(&reads, en_judged_slot(day->judged, i), &between)
                                 : EN_REFUSAL_ANCHOR_INCOMPLETE;
        if (refusal != EN_REFUSAL_NONE) {
            en_fill_refuse(day, i, step->method, refusal);
            is_done[i] = 1;
            continue;
        }
        *span = (struct span){.between = between};
        for (uint32_t k = i; k < day->judged->head.count; k++) {
            is_done[k] = is_done[k] || is_between(span, en_judged_slot(day->judged, k));
        }
        code = fill_span(fill, day, span, &reads, step, err);
    }
    return code;
}

/* ---- scaling, and the sum check ---- */

static bool is_estimate(const struct en_fill_slot *slot)
{
    return slot->is_open && slot->is_filled && !slot->is_act;
}

static bool is_by_register(const struct en_fill_slot *slot)
{
    return slot->method == EN_METHOD_REG_SHAPE || slot->method == EN_METHOD_REG_FLAT ||
           slot->method == EN_METHOD_PROFILE;
}

/* The span around the slot with all its days after the whole chain; false when there is none. */
static en_code look_at_span(struct en_fill *fill, struct en_fill_day *day, uint32_t slot,
                            const struct reads *reads, struct span *span, bool *has,
                            struct en_error *err)
{
    struct en_interval between = {{0}, {0}};
    *has = bounds_of(reads, en_judged_slot(day->judged, slot), &between) == EN_REFUSAL_NONE;
    if (!*has) {
        return EN_OK;
    }
    *span = (struct span){.between = between};
    en_code code = load_advance(fill, reads, span, err);
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        code = load_days(fill, day, fill->plan->chain.count, span, err);
    }
    *has = code == EN_OK && span->refusal == EN_REFUSAL_NONE;
    return code;
}

static uint32_t slots_of(const struct span *span)
{
    uint32_t count = 0;
    for (uint32_t d = 0; d < span->days_count; d++) {
        count += span->days[d].judged->head.count;
    }
    return count;
}

/* Measured values and acts on one side, estimates on the other; false: a slot stays open, nothing
 * can be said. */
static bool gather(const struct span *span, int64_t *known, int64_t *estimates, uint32_t *count)
{
    *known = 0;
    *count = 0;
    for (uint32_t d = 0; d < span->days_count; d++) {
        const struct en_fill_day *day = &span->days[d];
        for (uint32_t i = 0; i < day->judged->head.count; i++) {
            int64_t micro = 0;
            if (!is_between(span, en_judged_slot(day->judged, i))) {
                continue;
            }
            if (!is_known(day, i, &micro)) {
                return false;
            }
            if (is_estimate(&day->slots[i])) {
                estimates[(*count)++] = micro;
            } else if (!en_i64_add(*known, micro, known)) {
                return false;
            }
        }
    }
    return true;
}

static en_code scale_span(struct en_fill *fill, struct en_fill_day *day, const struct span *span,
                          const struct reads *reads, struct en_error *err)
{
    int64_t *estimates = en_arena_alloc(fill->arena, slots_of(span) * sizeof *estimates);
    int64_t *parts = en_arena_alloc(fill->arena, slots_of(span) * sizeof *parts);
    int64_t known = 0;
    uint32_t count = 0;
    if (estimates == NULL || parts == NULL) {
        return en_error_set(err, EN_NOMEM, "no room to scale estimates");
    }
    if (!gather(span, &known, estimates, &count) || count == 0) {
        return EN_OK;
    }
    struct en_anchor anchor = {span->advance, known, 1};
    if (en_shape_fill(&anchor, estimates, count, parts) != EN_REFUSAL_NONE) {
        return EN_OK; /* the estimates stand as they are; the sum check has its say */
    }
    uint32_t at = 0;
    en_code code = EN_OK;
    for (uint32_t d = 0; d < span->days_count; d++) {
        const struct en_fill_day *other = &span->days[d];
        for (uint32_t i = 0; i < other->judged->head.count && code == EN_OK; i++) {
            bool is_in =
                is_between(span, en_judged_slot(other->judged, i)) && is_estimate(&other->slots[i]);
            if (is_in && other->judged->day == day->judged->day) {
                code = en_fill_scale(fill, day, i, parts[at], reads->channel, span->between, err);
            }
            at += is_in;
        }
    }
    return code;
}

en_code en_fill_anchor(struct en_fill *fill, struct en_fill_day *day, struct en_error *err)
{
    struct reads reads;
    bool has = false;
    struct span *span = make_span(fill, err);
    uint8_t is_done[EN_SLOTS_MAX] = {0};
    if (span == NULL) {
        return EN_NOMEM;
    }
    en_code code = begin(fill, day, SPAN_DAYS_DEFAULT, &reads, &has, err);
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK && has; i++) {
        const struct en_fill_slot *slot = &day->slots[i];
        if (is_done[i] || !is_estimate(slot) || is_by_register(slot) || slot->is_scaled) {
            continue;
        }
        bool is_spanned = false;
        code = look_at_span(fill, day, i, &reads, span, &is_spanned, err);
        if (code == EN_OK && is_spanned) {
            for (uint32_t k = i; k < day->judged->head.count; k++) {
                is_done[k] = is_done[k] || is_between(span, en_judged_slot(day->judged, k));
            }
            code = scale_span(fill, day, span, &reads, err);
        }
    }
    return code;
}

/* Whether slots and registers of the span disagree. */
static en_code sum_fails(struct en_fill *fill, const struct span *span, bool *fails,
                         struct en_error *err)
{
    int64_t *estimates = en_arena_alloc(fill->arena, slots_of(span) * sizeof *estimates);
    int64_t sum = 0;
    int64_t difference = 0;
    int64_t limit = 0;
    uint32_t count = 0;
    struct en_sum_limits limits = {span->step, fill->plan->sum_multipliers, fill->plan->sum_share};
    *fails = false;
    if (estimates == NULL) {
        return en_error_set(err, EN_NOMEM, "no room to check a sum");
    }
    if (!gather(span, &sum, estimates, &count) || count == 0) {
        return EN_OK;
    }
    bool fits = true;
    for (uint32_t i = 0; i < count && fits; i++) {
        fits = en_i64_add(sum, estimates[i], &sum);
    }
    *fails = !fits || en_validation_sum_fails(sum, span->advance, &limits, &difference, &limit);
    return EN_OK;
}

en_code en_fill_check_sum(struct en_fill *fill, struct en_fill_day *day, bool *is_done,
                          struct en_error *err)
{
    struct reads reads;
    bool has = false;
    *is_done = true;
    struct span *span = make_span(fill, err);
    uint8_t is_seen[EN_SLOTS_MAX] = {0};
    if (span == NULL) {
        return EN_NOMEM;
    }
    en_code code = begin(fill, day, SPAN_DAYS_DEFAULT, &reads, &has, err);
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK && has; i++) {
        const struct en_fill_slot *slot = &day->slots[i];
        if (is_seen[i] || !is_estimate(slot) || is_by_register(slot)) {
            continue;
        }
        bool is_spanned = false;
        code = look_at_span(fill, day, i, &reads, span, &is_spanned, err);
        bool fails = false;
        if (code == EN_OK && is_spanned) {
            code = sum_fails(fill, span, &fails, err);
        }
        for (uint32_t k = i; k < day->judged->head.count && is_spanned; k++) {
            is_seen[k] = is_seen[k] || is_between(span, en_judged_slot(day->judged, k));
            bool is_ours = is_between(span, en_judged_slot(day->judged, k)) &&
                           is_estimate(&day->slots[k]) && !is_by_register(&day->slots[k]);
            if (fails && is_ours) {
                en_fill_take_back(day, k, EN_REFUSAL_SUM_FAILED);
                day->slots[k].needs_register = span->days_count > 1;
                *is_done = false;
            }
        }
    }
    return code;
}
