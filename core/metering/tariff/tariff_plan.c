#include "core/metering/tariff/tariff_plan.h"

#include "core/metering/quality.h"
#include "core/metering/rounding.h"

#define MICRO_EXPONENT (-6)

/* What the clock shows at an instant. */
struct shown {
    struct en_day day;
    uint32_t minute;        /* of the day */
    int64_t in_minute_us;   /* since it began */
    struct en_instant hold; /* the clock runs evenly until then */
};

static struct shown read_clock(const struct en_tariff_clock *clock, struct en_instant at,
                               struct en_instant end)
{
    struct en_civil civil = clock->zone == NULL ? en_instant_civil(at, clock->offset_minutes)
                                                : en_zone_civil(clock->zone, at);
    struct shown shown = {{0}, civil.hour * 60u + civil.minute, 0, end};
    shown.in_minute_us = civil.second * EN_SECOND_US + civil.us;
    en_code code = en_day_of_date(civil.year, civil.month, civil.day, &shown.day, NULL);
    EN_ASSERT(code == EN_OK); /* a clock shows dates that are */
    struct en_instant change;
    if (clock->zone != NULL && en_zone_next_change(clock->zone, at, &change) &&
        change.us < end.us) {
        shown.hold = change;
    }
    return shown;
}

static en_code add_span(struct en_tariff_plan *plan, struct en_instant to, uint8_t zone,
                        struct en_error *err)
{
    if (plan->count > 0 && plan->spans[plan->count - 1].zone == zone) {
        plan->spans[plan->count - 1].to = to;
        return EN_OK;
    }
    if (plan->count == EN_TARIFF_PLAN_SPANS_MAX) {
        return en_error_set(err, EN_LIMIT, "over %u tariff zones follow each other in a day",
                            EN_TARIFF_PLAN_SPANS_MAX);
    }
    plan->spans[plan->count++] = (struct en_tariff_span){to, zone};
    return EN_OK;
}

static uint32_t span_at(const struct en_tariff_plan *plan, struct en_instant at)
{
    EN_ASSERT(en_interval_holds(plan->time, at));
    uint32_t i = 0;
    while (plan->spans[i].to.us <= at.us) {
        i++;
    }
    EN_ASSERT(i < plan->count);
    return i;
}

/* The word of the zone's energy with this slot's. */
static void add_quality(struct en_zone_sum *sum, uint64_t quality)
{
    sum->quality =
        en_quality_is_missing(sum->quality) ? quality : en_quality_merge(sum->quality, quality);
}

/* Splits a slot that begins in span `first` over the spans that it touches. */
static void add_split(const struct en_tariff_plan *plan, uint32_t first, struct en_interval slot,
                      int64_t micro, uint64_t quality, struct en_zone_sums *sums)
{
    int64_t weights[EN_TARIFF_PLAN_SPANS_MAX] = {0};
    int64_t parts[EN_TARIFF_PLAN_SPANS_MAX];
    size_t count = 0;
    for (int64_t at = slot.from.us; at < slot.to.us; count++) {
        int64_t ends = plan->spans[first + count].to.us;
        ends = ends < slot.to.us ? ends : slot.to.us;
        weights[count] = ends - at;
        at = ends;
    }
    en_code code = en_split_largest_remainder(micro, weights, count, parts, NULL);
    EN_ASSERT(code == EN_OK); /* weights are above 0 and few */
    for (size_t i = 0; i < count; i++) {
        struct en_zone_sum *sum = &sums->zones[plan->spans[first + i].zone];
        sum->micro += parts[i];
        add_quality(sum, quality);
    }
}

/* The value at 1e-6, or the largest number of its sign. */
static bool scale_value(int64_t value, int power, int64_t *micro)
{
    EN_ASSERT(power >= 0);
    *micro = value < 0 ? INT64_MIN : INT64_MAX;
    if (value == 0) {
        *micro = 0;
        return true;
    }
    return power <= EN_POW10_MAX && en_i64_multiply(value, en_pow10(power), micro);
}

en_code en_tariff_plan_make(const struct en_calendar *calendar, const struct en_tariff_clock *clock,
                            struct en_interval time, struct en_tariff_plan *plan,
                            struct en_error *err)
{
    EN_ASSERT(time.from.us < time.to.us);
    plan->time = time;
    plan->count = 0;
    if (!en_instant_is_writable(time.from) || !en_instant_is_writable(time.to) ||
        time.to.us - time.from.us > EN_TARIFF_PLAN_HOURS_MAX * EN_HOUR_US) {
        return en_error_set(err, EN_RANGE,
                            "tariff zones are asked of %d hours at a time, in years "
                            "that are",
                            EN_TARIFF_PLAN_HOURS_MAX);
    }
    struct en_calendar_schedule schedule;
    struct en_day day = {INT32_MAX};
    struct en_instant at = time.from;
    en_code code = EN_OK;
    while (at.us < time.to.us && code == EN_OK) {
        struct shown shown = read_clock(clock, at, time.to);
        if (shown.day.n != day.n) {
            day = shown.day;
            en_calendar_schedule_of(calendar, day, &schedule);
        }
        struct en_tariff_day switches = {schedule.switches, schedule.count};
        uint32_t until = en_tariff_zone_until(&switches, shown.minute);
        int64_t ends_us = at.us - shown.in_minute_us + (until - shown.minute) * EN_MINUTE_US;
        at.us = ends_us < shown.hold.us ? ends_us : shown.hold.us;
        code = add_span(plan, at, en_tariff_zone_at(&switches, shown.minute), err);
    }
    return code;
}

uint8_t en_tariff_plan_zone_at(const struct en_tariff_plan *plan, struct en_instant at)
{
    return plan->spans[span_at(plan, at)].zone;
}

void en_tariff_plan_add(const struct en_tariff_plan *plan, struct en_interval slot, int64_t micro,
                        uint64_t quality, struct en_zone_sums *sums)
{
    EN_ASSERT(slot.from.us < slot.to.us);
    EN_ASSERT(slot.to.us <= plan->time.to.us);
    uint32_t first = span_at(plan, slot.from);
    struct en_zone_sum *sum = &sums->zones[plan->spans[first].zone];
    if (en_quality_is_missing(quality)) {
        sum->missing_count++;
        return;
    }
    sum->present_count++;
    if (plan->spans[first].to.us >= slot.to.us) {
        sum->micro += micro;
        add_quality(sum, quality);
        return;
    }
    sums->split_count++;
    add_split(plan, first, slot, micro, quality, sums);
}

struct en_interval en_tariff_block_time(struct en_day day, const struct en_block_head *head)
{
    int64_t from = day.n * EN_DAY_US + head->start_minute * EN_MINUTE_US;
    int64_t length = (int64_t)head->count * head->slot_seconds * EN_SECOND_US;
    return (struct en_interval){{from}, {from + length}};
}

void en_tariff_plan_add_block(const struct en_tariff_plan *plan, struct en_day day,
                              const struct en_block *block, struct en_zone_sums *sums)
{
    int power = block->head.exponent - MICRO_EXPONENT;
    EN_ASSERT(power >= 0);
    int64_t step = block->head.slot_seconds * EN_SECOND_US;
    struct en_interval slot = en_tariff_block_time(day, &block->head);
    for (uint32_t i = 0; i < block->head.count; i++) {
        slot.to.us = slot.from.us + step;
        uint64_t quality = block->head.quality_is_common ? EN_QUALITY_MEASURED : block->quality[i];
        int64_t micro = 0;
        if (!scale_value(block->values[i], power, &micro)) {
            quality = en_quality_with_verdict(quality, EN_VERDICT_REJECTED) | EN_QUALITY_OVERFLOW;
        }
        en_tariff_plan_add(plan, slot, micro, quality, sums);
        slot.from = slot.to;
    }
}
