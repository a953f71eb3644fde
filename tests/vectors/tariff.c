/* Tariff zones, demand, deviation, charges, billing periods. */
#include "core/metering/reading/parallel.h"
#include "core/metering/reading/reconciliation.h"
#include "core/metering/tariff/billing.h"
#include "core/metering/tariff/charge.h"
#include "core/metering/tariff/demand.h"
#include "core/metering/tariff/deviation.h"
#include "core/metering/tariff/tariff_plan.h"
#include "tests/vectors/vector.h"

enum { NIGHT, HALF, PEAK };

/* Marks the hours [[from, to], ...] of a key with the zone. */
static en_code mark_hours(const json_t *in, const char *key, uint8_t zone, uint8_t hours[24],
                          struct en_error *err)
{
    const json_t *list = json_object_get(in, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t from = json_integer_value(json_array_get(json_array_get(list, i), 0));
        json_int_t to = json_integer_value(json_array_get(json_array_get(list, i), 1));
        if (from < 0 || to > 24 || from >= to) {
            return en_error_set(err, EN_MALFORMED, "input \"%s\": hours [from, to] are wanted",
                                key);
        }
        memset(hours + from, zone, (size_t)(to - from));
    }
    return EN_OK;
}

/* TOU-01: a flat load over a day of half-hours, peak and half-peak hours; the rest is night. */
static en_code run_zones(const json_t *in, json_t *got, struct en_error *err)
{
    uint8_t hours[24] = {NIGHT};
    struct en_calendar_switch switches[24];
    struct en_calendar calendar = {.switches = switches, .zones_count = 3};
    struct en_tariff_clock clock = {NULL, 0};
    struct en_zone_sums sums = {0};
    struct en_tariff_plan plan;
    struct en_interval day = en_day_interval((struct en_day){20000}, 0);
    int64_t flat = 0;
    en_code code = en_vector_micro(in, "flat_kwh_per_h", &flat, err);
    code = code == EN_OK ? mark_hours(in, "peak", PEAK, hours, err) : code;
    code = code == EN_OK ? mark_hours(in, "half", HALF, hours, err) : code;
    for (size_t i = 0; i < 24; i++) {
        if (i == 0 || hours[i] != hours[i - 1]) {
            switches[calendar.switches_count++] =
                (struct en_calendar_switch){0, EN_DAY_TYPE_WEEKDAY, (uint16_t)(i * 60), hours[i]};
        }
    }
    code = code == EN_OK ? en_calendar_check(&calendar, err) : code;
    code = code == EN_OK ? en_tariff_plan_make(&calendar, &clock, day, &plan, err) : code;
    for (int64_t at = day.from.us; code == EN_OK && at < day.to.us; at += 30 * EN_MINUTE_US) {
        struct en_amount slot = en_consumption_of_power(flat, 1800);
        struct en_interval time = {{at}, {at + 30 * EN_MINUTE_US}};
        en_tariff_plan_add(&plan, time, slot.micro, slot.quality, &sums);
    }
    if (code == EN_OK) {
        en_i128 total = sums.zones[PEAK].micro + sums.zones[HALF].micro + sums.zones[NIGHT].micro;
        en_vector_put_micro(got, "peak", (int64_t)sums.zones[PEAK].micro);
        en_vector_put_micro(got, "half", (int64_t)sums.zones[HALF].micro);
        en_vector_put_micro(got, "night", (int64_t)sums.zones[NIGHT].micro);
        en_vector_put_micro(got, "total", (int64_t)total);
    }
    return code;
}

/* The mean of the numbers of a key, as powers. */
static en_code run_mean(const json_t *in, const char *key, json_t *got, struct en_error *err)
{
    static int64_t values[EN_VECTOR_ITEMS_MAX];
    static struct en_amount powers[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    en_code code = en_vector_micros(in, key, values, &count, err);
    for (size_t i = 0; code == EN_OK && i < count; i++) {
        powers[i] = (struct en_amount){values[i], EN_QUALITY_MEASURED};
    }
    if (code == EN_OK) {
        struct en_amount mean = en_demand_mean(powers, count);
        en_vector_put_integer(got, "uKW", mean.micro);
        en_vector_put_micro(got, "kw", mean.micro);
    }
    return code;
}

/* D-01: w: power in the supplier's peak hour of each working day. */
static en_code run_purchased(const json_t *in, json_t *got, struct en_error *err)
{
    return run_mean(in, "w", got, err);
}

/* D-02: max: the largest planned peak hour of each working day. */
static en_code run_network(const json_t *in, json_t *got, struct en_error *err)
{
    return run_mean(in, "max", got, err);
}

/* D-03: fact, declared. */
static en_code run_excess(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t fact = 0;
    int64_t declared = 0;
    struct en_excess excess = {0, 0, false};
    en_code code = en_vector_micro(in, "fact", &fact, err);
    code = code == EN_OK ? en_vector_micro(in, "declared", &declared, err) : code;
    code = code == EN_OK ? en_demand_excess(fact, declared, &excess, err) : code;
    if (code == EN_OK) {
        en_vector_put_micro(got, "excess", excess.micro);
        en_vector_put_micro(got, "percent", excess.percent_1e4 * 100);
    }
    return code;
}

/* D-04: contract, network. */
static en_code run_reserve(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t contract = 0;
    int64_t network = 0;
    int64_t reserve = 0;
    en_code code = en_vector_micro(in, "contract", &contract, err);
    code = code == EN_OK ? en_vector_micro(in, "network", &network, err) : code;
    code = code == EN_OK ? en_demand_reserve(contract, network, &reserve, err) : code;
    if (code == EN_OK) {
        en_vector_put_micro(got, "reserve", reserve);
    }
    return code;
}

/* D-05: E so far, P now, minutes left of T, limit. */
static en_code run_forecast(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_demand_slot slot = {0};
    struct en_demand_forecast forecast = {0, 0, false};
    int64_t left = 0;
    int64_t length = 0;
    en_code code = en_vector_micro(in, "E", &slot.energy_micro, err);
    code = code == EN_OK ? en_vector_micro(in, "P", &slot.power_micro, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "lim", &slot.limit_micro, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "left_min", &left, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "T_min", &length, err) : code;
    if (code == EN_OK && (left <= 0 || length < left || length > 1440)) {
        code = en_error_set(err, EN_RANGE, "left_min is 1 to T_min, T_min at most 1440");
    }
    if (code == EN_OK) {
        slot.left_seconds = (uint32_t)left * 60;
        slot.slot_seconds = (uint32_t)length * 60;
        code = en_demand_forecast(&slot, &forecast, err);
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "forecast", forecast.forecast_micro);
        en_vector_put_micro(got, "allowed", forecast.allowed_micro);
        en_vector_put_bool(got, "alarm", forecast.is_over);
    }
    return code;
}

/* D-06: plan, fact: lists of hours. */
static en_code run_plan(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t plan[EN_VECTOR_ITEMS_MAX];
    static int64_t fact[EN_VECTOR_ITEMS_MAX];
    size_t plan_count = 0;
    size_t fact_count = 0;
    struct en_deviation deviation = {0};
    en_code code = en_vector_micros(in, "plan", plan, &plan_count, err);
    code = code == EN_OK ? en_vector_micros(in, "fact", fact, &fact_count, err) : code;
    if (code == EN_OK && plan_count != fact_count) {
        code = en_error_set(err, EN_MALFORMED, "plan and fact are as long");
    }
    for (size_t i = 0; code == EN_OK && i < plan_count; i++) {
        en_deviation_add(&deviation, plan[i], fact[i]);
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "over", (int64_t)deviation.over);
        en_vector_put_micro(got, "under", (int64_t)deviation.under);
    }
    return code;
}

/* D-07: fact so far, rest of the plan, plan of the whole. */
static en_code run_trend(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t fact = 0;
    int64_t rest = 0;
    int64_t plan = 0;
    en_code code = en_vector_micro(in, "fact", &fact, err);
    code = code == EN_OK ? en_vector_micro(in, "rest", &rest, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "plan", &plan, err) : code;
    if (code == EN_OK) {
        struct en_trend trend = en_deviation_trend(fact, rest, plan);
        en_vector_put_micro(got, "percent", trend.percent_1e4 * 100);
        en_vector_put_text(got, "level", en_trend_level_name(trend.level));
    }
    return code;
}

/* D-08: period and other: [amount, days, working days]. */
static en_code run_comparison(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t items[2][EN_VECTOR_ITEMS_MAX];
    static const char *const keys[2] = {"period", "other"};
    struct en_period_usage usage[2];
    for (size_t i = 0; i < 2; i++) {
        size_t count = 0;
        en_code code = en_vector_integers(in, keys[i], items[i], &count, err);
        if (code != EN_OK || count != 3) {
            return code != EN_OK ? code
                                 : en_error_set(err, EN_MALFORMED,
                                                "\"%s\" is [amount, days, working days]", keys[i]);
        }
        usage[i] = (struct en_period_usage){items[i][0] * EN_MICRO, (uint32_t)items[i][1],
                                            (uint32_t)items[i][2]};
    }
    int64_t percent = 0;
    if (en_deviation_per_day(&usage[0], &usage[1], &percent)) {
        en_vector_put_micro(got, "percent", percent * 100);
    }
    if (en_deviation_per_working_day(&usage[0], &usage[1], &percent)) {
        en_vector_put_micro(got, "percent_working", percent * 100);
    }
    return EN_OK;
}

/* D-09: limit, delay, hysteresis in percent, and the powers: what each does. */
static en_code run_limit(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t powers[EN_VECTOR_ITEMS_MAX];
    static int64_t changes[EN_VECTOR_ITEMS_MAX];
    struct en_limit_rule rule = {0, 0, 0};
    struct en_limit_state limit = {0, false};
    size_t count = 0;
    int64_t delay = 0;
    int64_t hysteresis = 0;
    en_code code = en_vector_micro(in, "limit", &rule.limit_micro, err);
    code = code == EN_OK ? en_vector_integer(in, "k", &delay, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "h_percent", &hysteresis, err) : code;
    code = code == EN_OK ? en_vector_micros(in, "p", powers, &count, err) : code;
    rule.delay_slots = (uint32_t)delay;
    rule.hysteresis_1e4 = hysteresis / 100;
    for (size_t i = 0; code == EN_OK && i < count; i++) {
        changes[i] = en_limit_next(&rule, &limit, powers[i]);
    }
    if (code == EN_OK) {
        en_vector_put_integers(got, "changes", changes, count);
    }
    return code;
}

/* D-10: active and reactive energy. */
static en_code run_reactive(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t active = 0;
    int64_t reactive = 0;
    int64_t factor = 0;
    en_code code = en_vector_micro(in, "active", &active, err);
    code = code == EN_OK ? en_vector_micro(in, "reactive", &reactive, err) : code;
    if (code == EN_OK && en_demand_reactive_factor(active, reactive, &factor)) {
        en_vector_put_micro(got, "tg", factor);
    }
    return code;
}

/* D-11: w and c: energy and price of each hour. */
static en_code run_charge(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t energy[EN_VECTOR_ITEMS_MAX];
    static int64_t prices[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    size_t prices_count = 0;
    struct en_charge charge = {0, 0};
    struct en_money money = {0};
    en_code code = en_vector_micros(in, "w", energy, &count, err);
    code = code == EN_OK ? en_vector_micros(in, "c", prices, &prices_count, err) : code;
    if (code == EN_OK && count != prices_count) {
        code = en_error_set(err, EN_MALFORMED, "w and c are as long");
    }
    for (size_t i = 0; code == EN_OK && i < count; i++) {
        if (!en_charge_add(&charge, energy[i], prices[i])) {
            code = en_error_set(err, EN_OVERFLOW, "the charge does not fit");
        }
    }
    code = code == EN_OK ? en_charge_round(&charge, &money, err) : code;
    if (code == EN_OK) {
        char text[EN_MONEY_TEXT_SIZE];
        (void)en_money_print(money, text);
        en_vector_put_text(got, "rub", text);
    }
    return code;
}

/* advance, profile. */
static en_code run_reconciliation(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_amount advance = {0, EN_SOURCE_FROM_REGISTERS};
    struct en_amount profile = {0, EN_QUALITY_MEASURED};
    en_code code = en_vector_micro(in, "advance", &advance.micro, err);
    code = code == EN_OK ? en_vector_micro(in, "profile", &profile.micro, err) : code;
    if (code == EN_OK) {
        struct en_reconciliation row = en_reconcile(advance, profile, EN_BILLING_REGISTER);
        en_vector_put_micro(got, "difference", row.difference.micro);
        en_vector_put_micro(got, "billed", row.billed.micro);
    }
    return code;
}

/* values of a slot by priority, null where a device has none. */
static en_code run_parallel(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_amount values[16];
    const json_t *list = json_object_get(in, "values");
    size_t count = json_array_size(list);
    if (count == 0 || count > EN_COUNT_OF(values)) {
        return en_error_set(err, EN_MALFORMED, "input \"values\": 1 to 16 values are wanted");
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        values[i] = (struct en_amount){0, EN_QUALITY_MISSING};
        if (!json_is_null(value)) {
            values[i].quality = EN_QUALITY_MEASURED;
            en_code code = en_vector_micro_of(value, "values", &values[i].micro, err);
            if (code != EN_OK) {
                return code;
            }
        }
    }
    size_t chosen = en_parallel_choose(values, count);
    if (chosen < count) {
        en_vector_put_micro(got, "value", values[chosen].micro);
    }
    return EN_OK;
}

/* T-10: day [hour], month: the period that begins in it. */
static en_code run_billing(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t day = 0;
    int64_t hour = 0;
    const char *text = NULL;
    struct en_month month = {0};
    en_code code = en_vector_integer(in, "day", &day, err);
    code = code == EN_OK && en_vector_has(in, "hour") ? en_vector_integer(in, "hour", &hour, err)
                                                      : code;
    code = code == EN_OK ? en_vector_text(in, "month", &text, err) : code;
    code = code == EN_OK ? en_month_parse(en_slice_text(text), &month, err) : code;
    struct en_billing billing = {(uint8_t)day, (uint8_t)hour, 180};
    code = code == EN_OK ? en_billing_check(&billing, err) : code;
    if (code == EN_OK) {
        struct en_interval period = en_billing_period(&billing, month);
        char from[EN_INSTANT_TEXT_SIZE];
        char to[EN_INSTANT_TEXT_SIZE];
        (void)en_instant_print(period.from, 180, from);
        (void)en_instant_print(period.to, 180, to);
        en_vector_put_text(got, "from", from);
        en_vector_put_text(got, "to", to);
    }
    return code;
}

const struct en_vector_rule en_vector_tariff_rules[] = {
    {"TOU-01", run_zones},        {"D-01", run_purchased},
    {"D-02", run_network},        {"D-03", run_excess},
    {"D-04", run_reserve},        {"D-05", run_forecast},
    {"D-06", run_plan},           {"D-07", run_trend},
    {"D-08", run_comparison},     {"D-09", run_limit},
    {"D-10", run_reactive},       {"D-11", run_charge},
    {"R-08", run_reconciliation}, {"R-14", run_parallel},
    {"T-10", run_billing},        {NULL, NULL},
};
