#include "processors/usage_zone/zone_day.h"

#include "core/metering/quality.h"
#include "core/metering/quantity.h"
#include "processors/registry/registry.h"

void en_zone_day_begin(struct en_zone_day *zone_day)
{
    zone_day->plans_count = 0;
}

/* The calendar's plan of the block's time; none is no failure: the day then has no zones. */
static en_code fill_plan(struct en_fold *fold, struct en_zone_plan *plan, struct en_error *err)
{
    struct en_tariff_row tariff;
    struct en_schedule_calendar schedule;
    struct en_instant at = plan->time.from;
    en_code code = en_schedule_tariff(fold->store, plan->tariff, at, &fold->day, &tariff, err);
    if (code == EN_OK) {
        plan->calendar = tariff.calendar;
        code = en_schedule_calendar(fold->store, tariff.calendar, at, &fold->day, &schedule, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (schedule.is_fiscal) {
        schedule.clock.offset_minutes = plan->offset_minutes;
    }
    code = en_tariff_plan_make(&schedule.days, &schedule.clock, plan->time, &plan->plan, NULL);
    plan->is_split = code == EN_OK;
    return EN_OK;
}

/* The plan of tariff and time, made where it is the first of its kind. */
static en_code find_plan(struct en_zone_day *zone_day, struct en_fold *fold,
                         const struct en_zone_plan *like, const struct en_zone_plan **found,
                         struct en_error *err)
{
    for (uint32_t i = 0; i < zone_day->plans_count; i++) {
        const struct en_zone_plan *plan = zone_day->plans[i];
        if (plan->tariff == like->tariff && plan->offset_minutes == like->offset_minutes &&
            plan->time.from.us == like->time.from.us && plan->time.to.us == like->time.to.us) {
            *found = plan;
            return EN_OK;
        }
    }
    struct en_zone_plan *plan = en_arena_alloc(&fold->day, sizeof *plan);
    if (plan == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the tariff zones of a day");
    }
    plan->tariff = like->tariff;
    plan->offset_minutes = like->offset_minutes;
    plan->time = like->time;
    en_code code = fill_plan(fold, plan, err);
    if (code == EN_OK && zone_day->plans_count < EN_ZONE_DAY_PLANS_MAX) {
        zone_day->plans[zone_day->plans_count++] = plan;
    }
    *found = plan;
    return code;
}

/* The sum as it is stored: what does not fit is the largest that does, and says so. */
static int64_t narrow(const struct en_zone_sum *sum, uint64_t *quality)
{
    int64_t micro = sum->micro < 0 ? INT64_MIN : INT64_MAX;
    if (!en_i128_to_i64(sum->micro, &micro)) {
        *quality = en_quality_with_verdict(*quality, EN_VERDICT_REJECTED) | EN_QUALITY_OVERFLOW;
    }
    return micro;
}

static void take_sums(const struct en_zone_sums *sums, uint32_t calendar,
                      struct en_zone_usage *usage)
{
    usage->split_count = sums->split_count;
    for (uint8_t zone = 0; zone < EN_TARIFF_ZONES_MAX; zone++) {
        const struct en_zone_sum *sum = &sums->zones[zone];
        if (sum->micro == 0 && sum->present_count == 0 && sum->missing_count == 0) {
            continue;
        }
        struct en_zone_item *item = &usage->items[usage->count++];
        *item = (struct en_zone_item){.calendar = calendar,
                                      .zone = zone,
                                      .present_count = sum->present_count,
                                      .missing_count = sum->missing_count,
                                      .quality = sum->quality};
        item->micro = narrow(sum, &item->quality);
    }
}

en_code en_zone_day_split(struct en_zone_day *zone_day, struct en_fold *fold, int32_t day,
                          uint32_t channel, struct en_slice block, struct en_zone_usage *usage,
                          struct en_error *err)
{
    struct en_channel_info info;
    struct en_block_head head;
    struct en_zone_plan like = {.tariff = 0};
    const struct en_zone_plan *plan = NULL;
    usage->count = 0;
    usage->split_count = 0;
    if (block.size == 0) {
        return EN_OK;
    }
    en_code code = en_registry_channel(fold, channel, &info, err);
    if (code != EN_OK || !info.is_known || info.unit != EN_UNIT_KWH) {
        return code;
    }
    code = en_block_peek(block, &head, err);
    if (code == EN_OK) {
        like.time = en_tariff_block_time((struct en_day){day}, &head);
        code = en_schedule_point_tariff(fold->store, info.point, like.time.from, &like.tariff, err);
    }
    if (code != EN_OK || like.tariff == 0) {
        return code;
    }
    code = en_registry_offset(fold, info.point, like.time.from, &like.offset_minutes, err);
    code = code == EN_OK ? find_plan(zone_day, fold, &like, &plan, err) : code;
    if (code != EN_OK || !plan->is_split) {
        return code;
    }
    code = en_block_read(block, &zone_day->block, err);
    if (code == EN_OK) {
        memset(&zone_day->sums, 0, sizeof zone_day->sums);
        en_tariff_plan_add_block(&plan->plan, (struct en_day){day}, &zone_day->block,
                                 &zone_day->sums);
        take_sums(&zone_day->sums, plan->calendar, usage);
    }
    return code;
}
