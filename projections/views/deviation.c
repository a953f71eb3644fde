#include "projections/views/deviation.h"

#include "projections/tables.h"
#include "projections/views/bill.h"
#include "projections/views/keys.h"
#include "projections/views/usage.h"

#define YEAR_MONTHS 12
#define YEAR_DAYS 364

struct gather {
    struct en_store *store;
    struct en_arena *arena;
    en_lane lane;
    struct en_day from;
    struct en_day to;
    struct en_deviation_answer *answer;
    struct en_schedule_calendar calendar; /* of working days */
    uint32_t region;
    struct en_hours hours;
};

/* The id that a name in a contract stands for, 0 none. */
static en_code id_of(struct en_store *store, en_name_type type, struct en_slice key, uint32_t *id,
                     struct en_error *err)
{
    struct en_name_row name = {.type = (uint8_t)type, .key = key};
    *id = 0;
    if (key.size == 0) {
        return EN_OK;
    }
    en_code code = en_table_get(store, &en_table_name, &name, NULL, err);
    *id = code == EN_OK ? name.id : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What contract and tariff say where the period begins. */
static en_code read_terms(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    struct en_instant at = answer->period.from;
    struct en_contract_row contract;
    struct en_tariff_row tariff = {.tariff = 0};
    uint32_t calendar = 0;
    uint32_t id = 0;
    en_code code = en_schedule_contract(gather->store, answer->point, at, &contract, err);
    if (code == EN_OK) {
        answer->plan_channel = contract.plan_channel;
        answer->has_plan = contract.plan_channel != 0;
        answer->max_power_micro = contract.max_power_micro;
        answer->declared_micro = contract.declared_power_micro;
        answer->contracted_micro = contract.contracted_power_micro;
        code = id_of(gather->store, EN_NAME_CALENDAR, contract.calendar, &calendar, err);
    }
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK) {
        code = en_schedule_point_tariff(gather->store, answer->point, at, gather->from.n, &id, err);
    }
    if (code == EN_OK && id != 0) {
        code = en_schedule_tariff(gather->store, id, en_schedule_day(gather->from.n), gather->arena,
                                  &tariff, err);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    gather->region = tariff.region;
    calendar = calendar != 0 ? calendar : tariff.calendar;
    if (code == EN_OK) {
        code = en_schedule_calendar(gather->store, calendar, en_schedule_day(gather->from.n),
                                    gather->arena, &gather->calendar, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code sum_hours(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    en_i128 sum = 0;
    answer->hours_count = gather->hours.count;
    for (uint32_t i = 0; i < gather->hours.count; i++) {
        sum += gather->hours.hours[i].micro; /* 0 where it is missing */
    }
    answer->max_hour = en_power_max(&gather->hours, &answer->max_at, &answer->missing_count);
    return en_i128_to_i64(sum, &answer->micro)
               ? EN_OK
               : en_error_set(err, EN_OVERFLOW, "the energy of the period does not fit");
}

/* ---- plan ---- */

static en_code compare_plan(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    struct en_hours plan;
    en_i128 fact = 0;
    en_i128 rest = 0;
    if (!answer->has_plan) {
        return EN_OK;
    }
    en_code code = en_hours_gather(gather->store, answer->plan_channel, answer->period,
                                   EN_LANE_LIVE, gather->arena, &plan, err);
    for (uint32_t i = 0; code == EN_OK && i < plan.count; i++) {
        const struct en_amount *planned = &plan.hours[i];
        const struct en_amount *used = &gather->hours.hours[i];
        bool is_planned = en_quality_is_usable(planned->quality);
        bool is_used = en_quality_is_usable(used->quality);
        fact += is_used ? used->micro : 0;
        rest += is_planned && !is_used ? planned->micro : 0;
        answer->plan_whole += is_planned ? planned->micro : 0;
        answer->plan_missing_count += is_used && !is_planned ? 1 : 0;
        if (is_planned && is_used) {
            en_deviation_add(&answer->deviation, planned->micro, used->micro);
        }
    }
    answer->trend = en_deviation_trend(fact, rest, answer->plan_whole);
    return code;
}

/* ---- power ---- */

static en_code excess_over(const struct en_deviation_answer *answer, int64_t stated_micro,
                           struct en_excess *excess, struct en_error *err)
{
    bool is_known = stated_micro > 0 && en_quality_is_usable(answer->max_hour.quality);
    return is_known ? en_demand_excess(answer->max_hour.micro, stated_micro, excess, err) : EN_OK;
}

static en_code compare_power(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    en_code code = excess_over(answer, answer->max_power_micro, &answer->over_max_power, err);
    if (code == EN_OK) {
        code = excess_over(answer, answer->declared_micro, &answer->over_declared, err);
    }
    if (code == EN_OK) {
        code = excess_over(answer, answer->contracted_micro, &answer->over_contracted, err);
    }
    if (code == EN_OK) {
        code = en_power_in_peaks(gather->store, gather->region, EN_PEAK_FACT, &gather->hours,
                                 answer->period, gather->from.n, gather->arena, &answer->purchased,
                                 err);
    }
    if (code == EN_OK) {
        code =
            en_power_in_peaks(gather->store, gather->region, EN_PEAK_PLANNED, &gather->hours,
                              answer->period, gather->from.n, gather->arena, &answer->network, err);
    }
    answer->has_reserve = answer->max_power_micro > 0 && code == EN_OK &&
                          en_quality_is_usable(answer->network.mean.quality);
    return answer->has_reserve
               ? en_demand_reserve(answer->max_power_micro, answer->network.mean.micro,
                                   &answer->reserve_micro, err)
               : code;
}

/* ---- reactive energy ---- */

static void close_share(struct en_reactive_share *share)
{
    int64_t active = 0;
    int64_t reactive = 0;
    share->has_factor = en_i128_to_i64(share->active, &active) &&
                        en_i128_to_i64(share->reactive, &reactive) &&
                        en_demand_reactive_factor(active, reactive, &share->factor_micro);
}

/* Hours in which both are known, by the fiscal clock. */
static en_code compare_reactive(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    struct en_hours reactive;
    struct en_point_channel_row row = {.point = answer->point, .code = en_slice_text("R+")};
    en_code code = en_table_get(gather->store, &en_table_point_channel, &row, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    code = en_hours_gather(gather->store, row.channel, answer->period, gather->lane, gather->arena,
                           &reactive, err);
    for (uint32_t i = 0; code == EN_OK && i < reactive.count; i++) {
        struct en_instant at = {reactive.from.us + i * EN_HOUR_US};
        struct en_civil civil = en_instant_civil(at, answer->offset_minutes);
        struct en_reactive_share *share =
            en_demand_is_large_load(civil.hour) ? &answer->large : &answer->small;
        if (en_quality_is_usable(reactive.hours[i].quality) &&
            en_quality_is_usable(gather->hours.hours[i].quality)) {
            share->active += gather->hours.hours[i].micro;
            share->reactive += reactive.hours[i].micro;
            answer->has_reactive = true;
        }
    }
    close_share(&answer->large);
    close_share(&answer->small);
    return code;
}

/* ---- other periods ---- */

static en_code usage_of(struct gather *gather, struct en_day from, struct en_day to,
                        struct en_period_comparison *period, struct en_error *err)
{
    struct en_usage usage;
    struct en_usage_query query = {
        .from_day = from, .to_day = to, .lane = gather->lane, .channel = gather->answer->channel};
    en_usage_init(&usage);
    en_code code = en_usage_gather(&usage, gather->store, &query, err);
    if (code == EN_OK && usage.series_count == 1) {
        period->micro = usage.cells[0].micro;
        period->missing_count = usage.cells[0].missing_count;
    }
    en_usage_fini(&usage);
    return code;
}

static en_code compare_with(struct gather *gather, struct en_day from, struct en_day to,
                            struct en_period_comparison *period, struct en_error *err)
{
    const struct en_calendar *days = &gather->calendar.days;
    const struct en_deviation_answer *answer = gather->answer;
    period->from = from;
    period->to = to;
    period->days = (uint32_t)(to.n - from.n);
    period->working_days = en_calendar_working_count(days, from, to);
    en_code code = usage_of(gather, from, to, period, err);
    struct en_period_usage this = {answer->micro, answer->days, answer->working_days};
    struct en_period_usage other = {period->micro, period->days, period->working_days};
    period->has_per_day = en_deviation_per_day(&this, &other, &period->per_day_1e4);
    period->has_per_working_day =
        en_deviation_per_working_day(&this, &other, &period->per_working_day_1e4);
    return code;
}

/* The day so many months before the first of a month. */
static struct en_day months_before(struct en_day first, int32_t months)
{
    return en_month_first_day((struct en_month){en_month_of_day(first).n - months});
}

static en_code compare_periods(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    struct en_day from = gather->from;
    struct en_day to = gather->to;
    bool is_months = en_month_first_day(en_month_of_day(from)).n == from.n &&
                     en_month_first_day(en_month_of_day(to)).n == to.n;
    int32_t months = en_month_of_day(to).n - en_month_of_day(from).n;
    struct en_day previous = {from.n - (to.n - from.n)};
    struct en_day year_from = {from.n - YEAR_DAYS};
    struct en_day year_to = {to.n - YEAR_DAYS};
    if (is_months) {
        previous = months_before(from, months);
        year_from = months_before(from, YEAR_MONTHS);
        year_to = months_before(to, YEAR_MONTHS);
    }
    answer->days = (uint32_t)(to.n - from.n);
    answer->working_days = en_calendar_working_count(&gather->calendar.days, from, to);
    en_code code = compare_with(gather, previous, from, &answer->previous, err);
    return code == EN_OK ? compare_with(gather, year_from, year_to, &answer->year, err) : code;
}

/* The time of the fiscal days. */
static en_code place_in_time(struct gather *gather, struct en_error *err)
{
    struct en_deviation_answer *answer = gather->answer;
    int32_t end_offset = 0;
    if (gather->from.n >= gather->to.n) {
        return en_error_set(err, EN_RANGE, "the stretch of time is empty: from must be before to");
    }
    en_code code = en_keys_day_start(gather->store, answer->point, gather->from.n,
                                     &answer->period.from, &answer->offset_minutes, err);
    return code == EN_OK ? en_keys_day_start(gather->store, answer->point, gather->to.n,
                                             &answer->period.to, &end_offset, err)
                         : code;
}

en_code en_deviation_gather(struct en_store *store, uint32_t point, struct en_day from,
                            struct en_day to, en_lane lane, struct en_arena *arena,
                            struct en_deviation_answer *answer, struct en_error *err)
{
    struct gather gather = {
        .store = store, .arena = arena, .lane = lane, .from = from, .to = to, .answer = answer};
    *answer = (struct en_deviation_answer){.point = point};
    en_code code = place_in_time(&gather, err);
    if (code == EN_OK) {
        code = en_bill_channel(store, point, answer->period.from, &answer->channel, err);
    }
    if (code == EN_OK && answer->channel == 0) {
        return en_error_set(err, EN_NOT_FOUND,
                            "the point has no channel of received active "
                            "energy, as A+");
    }
    code = code == EN_OK ? read_terms(&gather, err) : code;
    if (code == EN_OK) {
        code = en_hours_gather(store, answer->channel, answer->period, lane, arena, &gather.hours,
                               err);
    }
    code = code == EN_OK ? sum_hours(&gather, err) : code;
    code = code == EN_OK ? compare_plan(&gather, err) : code;
    code = code == EN_OK ? compare_power(&gather, err) : code;
    code = code == EN_OK ? compare_reactive(&gather, err) : code;
    return code == EN_OK ? compare_periods(&gather, err) : code;
}
