#include "processors/decree/schedule.h"

#include "core/metering/decree/decree_shape.h"
#include "core/metering/quantity.h"
#include "processors/contract/contract.h"
#include "processors/decree/force.h"
#include "projections/views/schedule.h"

#define ARENA_SIZE (16u << 20)
#define HOURS_A_DAY 24u

en_code en_decree_calendar(struct en_fold *fold, uint32_t point, struct en_instant at,
                           struct en_arena *arena, const struct en_calendar **calendar,
                           struct en_error *err)
{
    struct en_contract_row contract = {.point = point};
    struct en_tariff_row tariff_row;
    struct en_instant until;
    uint32_t id = 0;
    uint32_t tariff = 0;
    int32_t offset = 0;
    *calendar = NULL;
    en_code code = en_contract_at(fold, point, at, &contract, &until, err);
    bool is_named = code == EN_OK && contract.calendar.size > 0;
    if (is_named) {
        code = en_registry_find(fold, EN_NAME_CALENDAR, contract.calendar, &id, err);
    } else if (code == EN_OK || code == EN_NOT_FOUND) {
        code = en_registry_offset(fold, point, at, &offset, err);
        code = code == EN_OK
                   ? en_schedule_point_tariff(fold->store, point, at,
                                              en_day_of_instant(at, offset).n, &tariff, err)
                   : code;
    }
    if (code == EN_OK && tariff != 0) {
        code = en_schedule_tariff(fold->store, tariff, at, arena, &tariff_row, err);
        id = code == EN_OK ? tariff_row.calendar : 0;
    }
    if ((code != EN_OK && code != EN_NOT_FOUND) || id == 0) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_schedule_calendar *schedule = en_arena_alloc(arena, sizeof *schedule);
    if (schedule == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for a calendar");
    }
    code = en_schedule_calendar(fold->store, id, at, arena, schedule, err);
    *calendar = code == EN_OK ? &schedule->days : NULL;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The region whose hours are published for the point; 0 none. */
static en_code region_of(struct en_fold *fold, uint32_t point, struct en_instant at, int32_t offset,
                         struct en_arena *arena, uint32_t *region, struct en_error *err)
{
    struct en_tariff_row row;
    uint32_t tariff = 0;
    int32_t day = en_day_of_instant(at, offset).n;
    *region = 0;
    en_code code = en_schedule_point_tariff(fold->store, point, at, day, &tariff, err);
    if (code == EN_OK && tariff != 0) {
        code = en_schedule_tariff(fold->store, tariff, at, arena, &row, err);
        *region = code == EN_OK ? row.region : 0;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Which hours of a day of the region's clock are planned peak hours: bit h. EN_NOT_FOUND: nothing
 * is published for the day. */
static en_code peaks_of_day(struct en_fold *fold, uint32_t region, struct en_day day,
                            struct en_arena *arena, uint32_t *bits, int32_t *offset,
                            struct en_error *err)
{
    struct en_peak_hours_row row;
    struct en_schedule_calendar calendar;
    struct en_instant at = en_schedule_day(day.n);
    *bits = 0;
    en_code code =
        en_schedule_peak_hours(fold->store, region, EN_PEAK_PLANNED, at, arena, &row, err);
    code = code == EN_OK
               ? en_schedule_calendar(fold->store, row.calendar, at, arena, &calendar, err)
               : code;
    if (code != EN_OK) {
        return code;
    }
    const struct en_peak_hour *hours = row.hours.items;
    bool is_working = en_calendar_is_working(&calendar.days, day);
    for (uint32_t i = 0; is_working && i < row.hours.count; i++) {
        EN_ASSERT(hours[i].hour < HOURS_A_DAY);
        *bits |= UINT32_C(1) << hours[i].hour;
    }
    *offset = row.offset_minutes;
    return EN_OK;
}

/* Marks the peak hours of the span, whose hours are whole. EN_NOT_FOUND: of a day nothing is
 * published. */
static en_code mark_peaks(struct en_fold *fold, uint32_t region, struct en_interval span,
                          int32_t offset, struct en_arena *arena, uint8_t *is_peak, uint32_t count,
                          struct en_error *err)
{
    struct en_day known =
        en_day_of_instant(span.from, offset); /* until the region's clock is known */
    uint32_t bits = 0;
    en_code code = peaks_of_day(fold, region, known, arena, &bits, &offset, err);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        struct en_instant at = {span.from.us + i * EN_HOUR_US};
        struct en_day day = en_day_of_instant(at, offset);
        if (day.n != known.n) {
            code = peaks_of_day(fold, region, day, arena, &bits, &offset, err);
            known = day;
        }
        int64_t into = at.us - en_day_interval(day, offset).from.us;
        is_peak[i] = (uint8_t)(code == EN_OK && (bits >> (into / EN_HOUR_US) & 1u) != 0 ? 1 : 0);
    }
    return code;
}

static en_code lay_out(struct en_fold *fold, uint32_t point, int64_t power_micro, int32_t offset,
                       struct en_interval span, int64_t micro, int64_t *hours, uint32_t count,
                       bool *is_done, struct en_error *err)
{
    uint8_t is_peak[EN_INTEGRAL_HOURS_MAX];
    struct en_decree_integral integral = {micro, power_micro, is_peak, count};
    struct en_arena arena;
    uint32_t region = 0;
    *is_done = false;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = region_of(fold, point, span.from, offset, &arena, &region, err);
    if (code == EN_OK && region != 0) {
        code = mark_peaks(fold, region, span, offset, &arena, is_peak, count, err);
        *is_done = code == EN_OK && en_decree_integral_hours(&integral, hours, NULL) == EN_OK;
    }
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_decree_integral_of(struct en_fold *fold, uint32_t channel,
                              const struct en_channel_info *info, struct en_interval span,
                              int64_t micro, int64_t *hours, uint32_t *count, struct en_error *err)
{
    struct en_contract_row contract;
    struct en_instant until;
    struct en_force force;
    int32_t offset = 0;
    int64_t length = span.to.us - span.from.us;
    *count = 0;
    bool is_fit = micro >= 0 && info->unit == EN_UNIT_KWH && info->bears_load &&
                  span.from.us % EN_HOUR_US == 0 && length % EN_HOUR_US == 0 &&
                  length <= EN_INTEGRAL_HOURS_MAX * EN_HOUR_US;
    if (!is_fit) {
        return EN_OK;
    }
    en_code code = en_contract_at(fold, info->point, span.from, &contract, &until, err);
    if (code != EN_OK || contract.max_power_micro == 0) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    int64_t power_micro = contract.max_power_micro;
    code = en_registry_offset(fold, info->point, span.from, &offset, err);
    code = code == EN_OK
               ? en_force_on(fold, channel, en_day_of_instant(span.from, offset).n, &force, err)
               : code;
    bool is_due = code == EN_OK && force.methods != 0 && force.shapes_integral &&
                  power_micro >= force.rules.hourly_threshold_micro_kw;
    bool is_done = false;
    if (is_due) {
        code = lay_out(fold, info->point, power_micro, offset, span, micro, hours,
                       (uint32_t)(length / EN_HOUR_US), &is_done, err);
    }
    *count = is_done ? (uint32_t)(length / EN_HOUR_US) : 0;
    return code;
}
