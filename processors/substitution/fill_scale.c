/* Estimates against the registers: the scaling of estimates to the advance between two reads, and
 * the sum check on what came out (V-07). */
#include "core/metering/substitution/estimation_shape.h"
#include "core/metering/validation/validation_sum.h"
#include "processors/substitution/span.h"

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
                            const struct en_span_reads *reads, struct en_span *span, bool *has,
                            struct en_error *err)
{
    struct en_interval between = {{0}, {0}};
    *has = en_span_bounds(reads, en_judged_slot(day->judged, slot), &between) == EN_REFUSAL_NONE;
    if (!*has) {
        return EN_OK;
    }
    *span = (struct en_span){.between = between};
    en_code code = en_span_load_advance(fill, reads, span, err);
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        code = en_span_load_days(fill, day, fill->plan->chain.count, span, err);
    }
    *has = code == EN_OK && span->refusal == EN_REFUSAL_NONE;
    return code;
}

static uint32_t slots_of(const struct en_span *span)
{
    uint32_t count = 0;
    for (uint32_t d = 0; d < span->days_count; d++) {
        count += span->days[d].judged->head.count;
    }
    return count;
}

/* Measured values and acts on one side, estimates on the other; false: a slot stays open, nothing
 * can be said. */
static bool gather(const struct en_span *span, int64_t *known, int64_t *estimates, uint32_t *count)
{
    *known = 0;
    *count = 0;
    for (uint32_t d = 0; d < span->days_count; d++) {
        const struct en_fill_day *day = &span->days[d];
        for (uint32_t i = 0; i < day->judged->head.count; i++) {
            int64_t micro = 0;
            if (!en_span_holds(span, en_judged_slot(day->judged, i))) {
                continue;
            }
            if (!en_span_is_known(day, i, &micro)) {
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

static en_code scale_span(struct en_fill *fill, struct en_fill_day *day, const struct en_span *span,
                          const struct en_span_reads *reads, bool *is_done, struct en_error *err)
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
            bool is_in = en_span_holds(span, en_judged_slot(other->judged, i)) &&
                         is_estimate(&other->slots[i]);
            if (is_in && other->judged->day == day->judged->day) {
                code = en_fill_scale(fill, day, i, parts[at], reads->channel, span->between, err);
                en_refusal refusal = en_fill_range(fill->plan, &day->slots[i]);
                if (code == EN_OK && refusal != EN_REFUSAL_NONE) {
                    en_fill_take_back(day, i, refusal);
                    *is_done = false;
                }
            }
            at += is_in;
        }
    }
    return code;
}

en_code en_fill_anchor(struct en_fill *fill, struct en_fill_day *day, bool *is_done,
                       struct en_error *err)
{
    struct en_span_reads reads;
    bool has = false;
    struct en_span *span = en_span_make(fill, err);
    uint8_t is_seen[EN_SLOTS_MAX] = {0};
    if (span == NULL) {
        return EN_NOMEM;
    }
    en_code code = en_span_begin(fill, day, EN_SPAN_DAYS_DEFAULT, &reads, &has, err);
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK && has; i++) {
        const struct en_fill_slot *slot = &day->slots[i];
        if (is_seen[i] || !is_estimate(slot) || is_by_register(slot) || slot->is_scaled) {
            continue;
        }
        bool is_spanned = false;
        code = look_at_span(fill, day, i, &reads, span, &is_spanned, err);
        if (code == EN_OK && is_spanned) {
            for (uint32_t k = i; k < day->judged->head.count; k++) {
                is_seen[k] = is_seen[k] || en_span_holds(span, en_judged_slot(day->judged, k));
            }
            code = scale_span(fill, day, span, &reads, is_done, err);
        }
    }
    return code;
}

/* Whether slots and registers of the span disagree. */
static en_code sum_fails(struct en_fill *fill, const struct en_span *span, bool *fails,
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
    struct en_span_reads reads;
    bool has = false;
    struct en_span *span = en_span_make(fill, err);
    uint8_t is_seen[EN_SLOTS_MAX] = {0};
    if (span == NULL) {
        return EN_NOMEM;
    }
    en_code code = en_span_begin(fill, day, EN_SPAN_DAYS_DEFAULT, &reads, &has, err);
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
            is_seen[k] = is_seen[k] || en_span_holds(span, en_judged_slot(day->judged, k));
            bool is_ours = en_span_holds(span, en_judged_slot(day->judged, k)) &&
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
