#include "projections/views/hours.h"

#include "core/fixed.h"
#include "core/metering/slots.h"
#include "projections/views/curve.h"

/* An hour in the making. */
struct filling {
    struct en_hours *hours;
    uint32_t *seconds; /* of each hour that were seen */
};

static en_code take_slot(void *self, const struct en_curve_slot *slot, struct en_error *err)
{
    struct filling *filling = self;
    struct en_hours *hours = filling->hours;
    int64_t since_us = slot->span.from.us - hours->from.us;
    int64_t length_us = slot->span.to.us - slot->span.from.us;
    int64_t place = since_us / EN_HOUR_US;
    bool is_within =
        since_us >= 0 && place < hours->count && since_us % EN_HOUR_US + length_us <= EN_HOUR_US;
    (void)err;
    if (!is_within) {
        return EN_OK;
    }
    struct en_amount *hour = &hours->hours[place];
    uint64_t quality = en_slot_clean(slot->quality);
    bool is_first = filling->seconds[place] == 0;
    filling->seconds[place] += (uint32_t)(length_us / EN_SECOND_US);
    if (!en_quality_is_usable(quality)) {
        quality = en_slot_missing(quality);
    }
    hour->quality =
        is_first || hour->quality == quality ? quality : en_slot_merge(hour->quality, quality);
    if (!en_i64_add(hour->micro, slot->micro, &hour->micro)) {
        hour->quality = en_slot_overflow(hour->quality);
    }
    return EN_OK;
}

en_code en_hours_gather(struct en_store *store, uint32_t channel, struct en_interval time,
                        en_lane lane, struct en_arena *arena, struct en_hours *hours,
                        struct en_error *err)
{
    int64_t length_us = time.to.us - time.from.us;
    if (length_us <= 0 || length_us % EN_HOUR_US != 0 || length_us / EN_HOUR_US > EN_HOURS_MAX) {
        return en_error_set(err, EN_RANGE, "hours are asked of whole hours, at most %u",
                            EN_HOURS_MAX);
    }
    struct filling filling = {.hours = hours};
    hours->from = time.from;
    hours->count = (uint32_t)(length_us / EN_HOUR_US);
    hours->hours = en_arena_alloc(arena, hours->count * sizeof *hours->hours);
    filling.seconds = en_arena_alloc(arena, hours->count * sizeof *filling.seconds);
    if (hours->hours == NULL || filling.seconds == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %u hours", hours->count);
    }
    struct en_curve_query query = {
        .series = channel, .is_instants = true, .interval = time, .lane = lane};
    en_code code = en_curve_walk(store, &query, take_slot, &filling, err);
    for (uint32_t i = 0; code == EN_OK && i < hours->count; i++) {
        struct en_amount *hour = &hours->hours[i];
        bool is_whole = filling.seconds[i] == 3600;
        hour->quality = is_whole ? hour->quality : en_slot_missing(hour->quality);
        hour->micro = en_quality_is_missing(hour->quality) ? 0 : hour->micro;
    }
    return code;
}

struct en_amount en_hours_at(const struct en_hours *hours, struct en_instant at)
{
    int64_t place = (at.us - hours->from.us) / EN_HOUR_US;
    if (at.us < hours->from.us || place >= hours->count) {
        return (struct en_amount){0, en_slot_missing(EN_QUALITY_MISSING)};
    }
    return hours->hours[place];
}
