/* The rules that look at days before: V-13's zeros that run on, V-28 the values around midnight,
 * V-29 like days. Like days are those of the same day of the week, newest first; their own rejected
 * values are left out. */
#include "core/decimal.h"
#include "projections/views/validity_work.h"

en_code en_validity_zeros_before(struct en_validity_work *work, int64_t *seconds,
                                 struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validation_day *own = &validity->own.day;
    *seconds = 0;
    bool begins_with_zero = own->count > 0 && en_validation_has(own, 0) && own->micro[0] == 0;
    if (!en_validity_asks(work->plan, EN_V_ZERO_RUN) || !begins_with_zero) {
        return EN_OK;
    }
    int64_t wanted = work->plan->slots.zero_seconds;
    en_code code = EN_OK;
    bool goes_on = true;
    for (int32_t day = work->day - 1; goes_on && *seconds < wanted && code == EN_OK; day--) {
        bool has = false;
        code = en_validity_read_other(work, work->subject->channel, day, false, &has, err);
        if (code != EN_OK || !has) {
            break;
        }
        const struct en_validation_day *other = &validity->other.day;
        int64_t zeros = en_validation_zeros_at_end(other, 0);
        *seconds += zeros;
        goes_on = zeros == (int64_t)other->count * other->slot_seconds;
    }
    return code;
}

static en_code judge_hampel(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    int64_t before[EN_HAMPEL_HALF_MAX];
    uint32_t count = 0;
    bool has = false;
    en_code code =
        en_validity_read_other(work, work->subject->channel, work->day - 1, true, &has, err);
    const struct en_validation_day *other = &validity->other.day;
    uint32_t half = work->plan->hampel.half;
    for (uint32_t i = has && other->count > half ? other->count - half : 0; has && i < other->count;
         i++) {
        if (en_validation_has(other, i) &&
            en_i64_magnitude(other->micro[i]) <= (uint64_t)EN_VALIDATION_VALUE_MAX) {
            before[count++] = other->micro[i];
        }
    }
    if (code == EN_OK) {
        en_validation_hampel(&validity->own.day, before, count, &work->plan->hampel,
                             &validity->findings);
    }
    return code;
}

/* A copy of the other day in the arena. */
static en_code keep_day(struct en_validity *validity, struct en_validation_day *kept,
                        struct en_error *err)
{
    const struct en_validation_day *other = &validity->other.day;
    size_t count = other->count;
    int64_t *micro = en_arena_alloc(&validity->arena, count * sizeof *micro);
    uint8_t *rejected = en_arena_alloc(&validity->arena, count);
    if (micro == NULL || rejected == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the like days of a day");
    }
    memcpy(micro, other->micro, count * sizeof *micro);
    for (uint32_t i = 0; i < count; i++) {
        /* estimates are no reference: measured and valid only */
        bool is_measured =
            other->quality == NULL || en_quality_source(other->quality[i]) == EN_SOURCE_MEASURED;
        rejected[i] = !en_validation_has(other, i) || !is_measured;
    }
    *kept = (struct en_validation_day){.micro = micro,
                                       .rejected = rejected,
                                       .count = other->count,
                                       .slot_seconds = other->slot_seconds};
    return EN_OK;
}

static en_code judge_likeday(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_validation_day like[EN_LIKE_DAYS_MAX];
    uint32_t count = 0;
    uint32_t wanted =
        work->plan->like_days < EN_LIKE_DAYS_MAX ? work->plan->like_days : EN_LIKE_DAYS_MAX;
    en_code code = EN_OK;
    for (uint32_t week = 1; week <= EN_VALIDITY_LIKE_WEEKS(wanted) && count < wanted; week++) {
        bool has = false;
        code = en_validity_read_other(work, work->subject->channel, work->day - 7 * (int32_t)week,
                                      true, &has, err);
        if (code == EN_OK && has) {
            code = keep_day(validity, &like[count], err);
            count += code == EN_OK;
        }
        if (code != EN_OK) {
            return code;
        }
    }
    if (count < 2) {
        en_validity_skip(work, EN_V_LIKEDAY, EN_SKIP_NO_LIKE_DAYS);
        return EN_OK;
    }
    (void)en_validation_likeday(&validity->own.day, like, count, 2, &work->plan->like,
                                &validity->findings);
    return EN_OK;
}

en_code en_validity_history(struct en_validity_work *work, struct en_error *err)
{
    en_code code = EN_OK;
    if (en_validity_asks(work->plan, EN_V_HAMPEL)) {
        code = judge_hampel(work, err);
    }
    if (code == EN_OK && en_validity_asks(work->plan, EN_V_LIKEDAY)) {
        code = judge_likeday(work, err);
    }
    return code;
}
