#include "projections/views/zone_split.h"

#include "core/metering/quality.h"

void en_zone_split_begin(struct en_zone_split *split, struct en_store *store,
                         struct en_arena *arena)
{
    split->store = store;
    split->arena = arena;
    split->plans_count = 0;
}

/* The calendar's plan of the block's time; none is no failure: the day then has no zones. */
static en_code fill_plan(const struct en_zone_split *split, struct en_zone_plan *plan,
                         struct en_error *err)
{
    struct en_tariff_row tariff;
    struct en_schedule_calendar schedule;
    struct en_instant at = en_schedule_day(plan->day);
    en_code code = en_schedule_tariff(split->store, plan->tariff, at, split->arena, &tariff, err);
    if (code == EN_OK) {
        plan->calendar = tariff.calendar;
        code =
            en_schedule_calendar(split->store, tariff.calendar, at, split->arena, &schedule, err);
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
static en_code find_plan(struct en_zone_split *split, const struct en_zone_plan *like,
                         const struct en_zone_plan **found, struct en_error *err)
{
    for (uint32_t i = 0; i < split->plans_count; i++) {
        const struct en_zone_plan *plan = split->plans[i];
        if (plan->tariff == like->tariff && plan->day == like->day &&
            plan->offset_minutes == like->offset_minutes &&
            plan->time.from.us == like->time.from.us && plan->time.to.us == like->time.to.us) {
            *found = plan;
            return EN_OK;
        }
    }
    struct en_zone_plan *plan = en_arena_alloc(split->arena, sizeof *plan);
    if (plan == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the tariff zones of a day");
    }
    plan->tariff = like->tariff;
    plan->day = like->day;
    plan->offset_minutes = like->offset_minutes;
    plan->time = like->time;
    en_code code = fill_plan(split, plan, err);
    if (code == EN_OK && split->plans_count < EN_ZONE_PLANS_MAX) {
        split->plans[split->plans_count++] = plan;
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

en_code en_zone_split_plan(struct en_zone_split *split, uint32_t point, int32_t offset_minutes,
                           int32_t day, struct en_interval time, const struct en_zone_plan **plan,
                           struct en_error *err)
{
    struct en_zone_plan like = {.day = day, .offset_minutes = offset_minutes, .time = time};
    *plan = NULL;
    en_code code = en_schedule_point_tariff(split->store, point, time.from, day, &like.tariff, err);
    if (code == EN_OK && like.tariff != 0) {
        code = find_plan(split, &like, plan, err);
    }
    if (code == EN_OK && *plan != NULL && !(*plan)->is_split) {
        *plan = NULL;
    }
    return code;
}

en_code en_zone_split_block(struct en_zone_split *split, uint32_t point, int32_t offset_minutes,
                            int32_t day, struct en_slice block, struct en_zone_usage *usage,
                            struct en_error *err)
{
    struct en_block_head head;
    const struct en_zone_plan *plan = NULL;
    usage->count = 0;
    usage->split_count = 0;
    if (block.size == 0) {
        return EN_OK;
    }
    en_code code = en_block_peek(block, &head, err);
    if (code == EN_OK) {
        struct en_interval time = en_tariff_block_time((struct en_day){day}, &head);
        code = en_zone_split_plan(split, point, offset_minutes, day, time, &plan, err);
    }
    if (code != EN_OK || plan == NULL) {
        return code;
    }
    code = en_block_read(block, &split->block, err);
    if (code == EN_OK) {
        memset(&split->sums, 0, sizeof split->sums);
        en_tariff_plan_add_block(&plan->plan, (struct en_day){day}, &split->block, &split->sums);
        take_sums(&split->sums, plan->calendar, usage);
    }
    return code;
}
