/* Methods that lay out the advance of a register: E-04 by like days, E-05 evenly, E-06 by a class
 * profile. */
#include "core/metering/substitution/estimation_shape.h"
#include "processors/substitution/span.h"

/* ---- weights ---- */

/* E-04: what like days say of the open slots of one day. */
static en_code weigh_by_likedays(struct en_fill *fill, const struct en_span *span,
                                 const struct en_fill_day *day,
                                 const struct en_estimation_step *step, int64_t *weights,
                                 en_refusal *refusal, struct en_error *err)
{
    uint8_t wanted[EN_SLOTS_MAX];
    struct en_likeday_answer answer;
    int64_t micro = 0;
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        wanted[i] = en_span_holds(span, en_judged_slot(day->judged, i)) &&
                    !en_span_is_known(day, i, &micro);
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
static en_code weigh_by_profile(struct en_fill *fill, const struct en_span *span,
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
        if (!en_span_holds(span, en_judged_slot(day->judged, i)) ||
            en_span_is_known(day, i, &micro)) {
            continue;
        }
        bool is_told = is_same && en_quality_is_usable(profile->quality[i]);
        *refusal = is_told ? *refusal : EN_REFUSAL_NO_PROFILE;
        weights[count++] = is_told ? profile->micro[i] : 0;
    }
    return code;
}

static uint32_t open_in(const struct en_span *span, const struct en_fill_day *day)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        int64_t micro = 0;
        count += en_span_holds(span, en_judged_slot(day->judged, i)) &&
                 !en_span_is_known(day, i, &micro);
    }
    return count;
}

static en_code weigh(struct en_fill *fill, const struct en_span *span,
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

static en_code put_parts(struct en_fill *fill, struct en_fill_day *day, const struct en_span *span,
                         const struct en_span_reads *reads, const struct en_estimation_step *step,
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
            if (!en_span_holds(span, en_judged_slot(other->judged, i)) ||
                en_span_is_known(other, i, &micro)) {
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

static void refuse_span(struct en_fill_day *day, const struct en_span *span,
                        en_estimation_method method)
{
    for (uint32_t i = 0; i < day->judged->head.count; i++) {
        if (en_fill_wants(day, i) && en_span_holds(span, en_judged_slot(day->judged, i))) {
            en_fill_refuse(day, i, method, span->refusal);
        }
    }
}

/* One span by E-04, E-05 or E-06. */
static en_code fill_span(struct en_fill *fill, struct en_fill_day *day, struct en_span *span,
                         const struct en_span_reads *reads, const struct en_estimation_step *step,
                         struct en_error *err)
{
    en_code code = en_span_load_advance(fill, reads, span, err);
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        code = en_span_load_days(fill, day, day->step, span, err);
    }
    if (code == EN_OK && span->refusal == EN_REFUSAL_NONE) {
        en_span_survey(span);
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

en_code en_fill_register(struct en_fill *fill, struct en_fill_day *day,
                         const struct en_estimation_step *step, struct en_error *err)
{
    struct en_span_reads reads;
    bool has = false;
    uint8_t is_done[EN_SLOTS_MAX] = {0};
    struct en_span *span = NULL;
    if (day->is_other) {
        return EN_OK; /* registers are asked by the day in hand, for all days of the span */
    }
    en_code code = en_span_begin(fill, day, step->span_days, &reads, &has, err);
    if (code == EN_OK) {
        span = en_span_make(fill, err);
        code = span == NULL ? EN_NOMEM : EN_OK;
    }
    for (uint32_t i = 0; i < day->judged->head.count && code == EN_OK; i++) {
        if (is_done[i] || !en_fill_wants(day, i)) {
            continue;
        }
        struct en_interval between = {{0}, {0}};
        en_refusal refusal = has ? en_span_bounds(&reads, en_judged_slot(day->judged, i), &between)
                                 : EN_REFUSAL_ANCHOR_INCOMPLETE;
        if (refusal != EN_REFUSAL_NONE) {
            en_fill_refuse(day, i, step->method, refusal);
            is_done[i] = 1;
            continue;
        }
        *span = (struct en_span){.between = between};
        for (uint32_t k = i; k < day->judged->head.count; k++) {
            is_done[k] = is_done[k] || en_span_holds(span, en_judged_slot(day->judged, k));
        }
        code = fill_span(fill, day, span, &reads, step, err);
    }
    return code;
}
