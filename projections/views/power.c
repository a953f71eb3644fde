#include "projections/views/power.h"

#include "core/metering/slots.h"

#define HOURS_A_DAY 24

/* What is known of one day: its list and calendar. */
struct peak_day {
    struct en_peak_hours_row row;
    struct en_schedule_calendar calendar;
    bool is_published;
};

/* The list that holds on the day, and the calendar that it names. */
static en_code read_day(struct en_store *store, uint32_t region, en_peak_list list,
                        struct en_instant at, struct en_arena *arena, struct peak_day *day,
                        struct en_error *err)
{
    en_code code = en_schedule_peak_hours(store, region, list, at, arena, &day->row, err);
    day->is_published = code == EN_OK;
    uint32_t calendar = code == EN_OK ? day->row.calendar : 0;
    if (code == EN_OK || code == EN_NOT_FOUND) {
        code = en_schedule_calendar(store, calendar, at, arena, &day->calendar, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static struct en_amount hour_of(const struct en_hours *hours, struct en_day day, uint8_t hour,
                                int32_t offset_minutes)
{
    struct en_instant start = en_day_interval(day, offset_minutes).from;
    return en_hours_at(hours, (struct en_instant){start.us + hour * EN_HOUR_US});
}

/* The published hour of the day; none is NOCONFIG. */
static void take_fact(const struct peak_day *known, const struct en_hours *hours,
                      struct en_peak_power *power)
{
    const struct en_peak_day *days = known->row.days.items;
    power->power = (struct en_amount){0, en_slot_missing(EN_QUALITY_MISSING) | EN_QUALITY_NOCONFIG};
    for (uint32_t i = 0; known->is_published && i < known->row.days.count; i++) {
        if (days[i].day.n == power->day.n) {
            power->hour = days[i].hour;
            power->power = hour_of(hours, power->day, power->hour, known->row.offset_minutes);
        }
    }
}

/* The largest of the planned hours; with one missing, missing. */
static void take_planned(const struct peak_day *known, const struct en_hours *hours,
                         struct en_peak_power *power)
{
    struct en_amount powers[HOURS_A_DAY];
    const struct en_peak_hour *planned = known->row.hours.items;
    uint32_t count = known->is_published ? known->row.hours.count : 0;
    EN_ASSERT(count <= HOURS_A_DAY);
    for (uint32_t i = 0; i < count; i++) {
        powers[i] = hour_of(hours, power->day, planned[i].hour, known->row.offset_minutes);
    }
    power->power = en_demand_max(powers, count);
    power->power.quality |= count == 0 ? EN_QUALITY_NOCONFIG : 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_it =
            !en_quality_is_missing(power->power.quality) && powers[i].micro == power->power.micro;
        if (is_it) {
            power->hour = planned[i].hour;
            break;
        }
    }
}

static en_code mean_of(struct en_peak_powers *powers, struct en_arena *arena, struct en_error *err)
{
    struct en_amount *amounts = en_arena_alloc(arena, (powers->days_count + 1) * sizeof *amounts);
    if (amounts == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the peak hours of a period");
    }
    for (uint32_t i = 0; i < powers->days_count; i++) {
        amounts[i] = powers->days[i].power;
        powers->missing_count += en_quality_is_usable(amounts[i].quality) ? 0 : 1;
    }
    powers->mean = en_demand_mean(amounts, powers->days_count);
    return EN_OK;
}

en_code en_power_in_peaks(struct en_store *store, uint32_t region, en_peak_list list,
                          const struct en_hours *hours, struct en_interval period,
                          int32_t first_day, struct en_arena *arena, struct en_peak_powers *powers,
                          struct en_error *err)
{
    struct peak_day known;
    *powers = (struct en_peak_powers){.region = region};
    powers->mean.quality = en_slot_missing(EN_QUALITY_MISSING) | EN_QUALITY_NOCONFIG;
    if (region == 0) {
        return EN_OK;
    }
    en_code code = read_day(store, region, list, en_schedule_day(first_day), arena, &known, err);
    if (code != EN_OK) {
        return code;
    }
    int32_t offset = known.is_published ? known.row.offset_minutes : 0;
    struct en_day day = en_day_of_instant(period.from, offset);
    day.n += en_day_interval(day, offset).from.us < period.from.us ? 1 : 0;
    uint32_t most = (uint32_t)((period.to.us - period.from.us) / EN_DAY_US) + 2;
    powers->days = en_arena_alloc(arena, most * sizeof *powers->days);
    powers->document =
        en_arena_copy(arena, known.is_published ? known.row.document : en_slice_text(""));
    powers->is_published = known.is_published;
    if (powers->days == NULL || powers->document.bytes == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the peak hours of a period");
    }
    for (; code == EN_OK && en_day_interval(day, offset).from.us < period.to.us; day.n++) {
        code = read_day(store, region, list, en_schedule_day(day.n), arena, &known, err);
        if (code != EN_OK || !en_calendar_is_working(&known.calendar.days, day)) {
            continue;
        }
        EN_ASSERT(powers->days_count < most);
        struct en_peak_power *power = &powers->days[powers->days_count++];
        power->day = day;
        if (list == EN_PEAK_FACT) {
            take_fact(&known, hours, power);
        } else {
            take_planned(&known, hours, power);
        }
    }
    return code == EN_OK ? mean_of(powers, arena, err) : code;
}

struct en_amount en_power_max(const struct en_hours *hours, struct en_instant *at,
                              uint32_t *missing_count)
{
    struct en_amount max = {0, en_slot_missing(EN_QUALITY_MISSING)};
    *missing_count = 0;
    for (uint32_t i = 0; i < hours->count; i++) {
        struct en_amount hour = hours->hours[i];
        if (!en_quality_is_usable(hour.quality)) {
            (*missing_count)++;
        } else if (en_quality_is_missing(max.quality) || hour.micro > max.micro) {
            max = hour;
            at->us = hours->from.us + i * EN_HOUR_US;
        }
    }
    return max;
}
