/* Decree 442: D442-A to D442-G and HOUR; D354-A. Energies in MWh, powers in MW where the vector
 * says so: the rules carry no unit of their own. */
#include "core/metering/decree/decree_442.h"
#include "core/metering/decree/decree_354.h"
#include "core/metering/decree/decree_chain.h"
#include "core/metering/decree/decree_shape.h"
#include "core/metering/rounding.h"
#include "tests/vectors/vector.h"

#define KILO 1000 /* 1e-6 kWh in 1e-6 MWh */
#define HOURS_MAX 1000000

static en_code does_not_fit(struct en_error *err)
{
    return en_error_set(err, EN_OVERFLOW, "energy does not fit");
}

static en_code below(const char *what, struct en_error *err)
{
    return en_error_set(err, EN_RANGE, "input \"%s\" is out of range", what);
}

/* h hours [factor]. */
static en_code time_of(const json_t *in, struct en_decree_time *time, struct en_error *err)
{
    int64_t hours = 0;
    struct en_decimal factor = {1, 0};
    bool has_factor = en_vector_has(in, "factor");
    en_code code = en_vector_integer(in, "h", &hours, err);
    code = code == EN_OK && has_factor ? en_vector_decimal(in, "factor", &factor, err) : code;
    if (code == EN_OK && (hours < 0 || hours > HOURS_MAX)) {
        code = below("h", err);
    }
    uint64_t seconds = (uint64_t)hours * 3600;
    *time =
        (struct en_decree_time){has_factor ? 0 : seconds, has_factor ? seconds : 0, EN_RATIO_ONE};
    return code == EN_OK ? en_ratio_of_decimal(factor, &time->factor, err) : code;
}

/* The named input in 1e-6, not below 0. */
static en_code unsigned_of(const json_t *in, const char *key, int64_t *micro, struct en_error *err)
{
    en_code code = en_vector_micro(in, key, micro, err);
    return code == EN_OK && *micro < 0 ? below(key, err) : code;
}

/* D442-A: W by the control meter, k the share lost [K ratio, dW]. */
static en_code run_control(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_decree_control control = {0, EN_RATIO_ONE, {0, 1}, 0};
    int64_t micro = 0;
    struct en_decimal share = {0, 0};
    en_code code = en_vector_micro(in, "W", &control.micro, err);
    code = code == EN_OK && en_vector_has(in, "k") ? en_vector_decimal(in, "k", &share, err) : code;
    code = code == EN_OK ? en_ratio_of_decimal(share, &control.loss_share, err) : code;
    code = code == EN_OK && en_vector_has(in, "K") ? en_vector_ratio(in, "K", &control.ratio, err)
                                                   : code;
    code = code == EN_OK && en_vector_has(in, "dW")
               ? en_vector_micro(in, "dW", &control.loss_micro, err)
               : code;
    if (code == EN_OK && !en_decree_control(&control, &micro)) {
        code = does_not_fit(err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uMWh", micro);
    }
    return code;
}

/* D442-C: P_mw, h [factor]. */
static en_code run_max_power(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_decree_time time = {0};
    int64_t power = 0;
    int64_t micro = 0;
    en_code code = unsigned_of(in, "P_mw", &power, err);
    code = code == EN_OK ? time_of(in, &time, err) : code;
    if (code == EN_OK && !en_decree_max_power(power, &time, &micro)) {
        code = does_not_fit(err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uMWh", micro);
    }
    return code;
}

/* D442-C2: P_kw by permissible currents I. */
static en_code run_split_power(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t currents[EN_VECTOR_ITEMS_MAX];
    int64_t parts[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t power = 0;
    en_code code = unsigned_of(in, "P_kw", &power, err);
    code = code == EN_OK ? en_vector_micros(in, "I", currents, &count, err) : code;
    code = code == EN_OK ? en_decree_split_power(power, currents, count, parts, err) : code;
    for (size_t i = 0; code == EN_OK && i < count; i++) {
        parts[i] /= 1000; /* to W */
    }
    if (code == EN_OK) {
        en_vector_put_integers(got, "W", parts, count);
    }
    return code;
}

static en_code run_current(const json_t *in, uint32_t phases, json_t *got, struct en_error *err)
{
    struct en_decree_current current = {0, 0, EN_RATIO_ONE, phases};
    const struct en_decree_rules *rules = &en_decree_rules_default;
    struct en_decree_time time = {0};
    struct en_decimal cos_phi = {9, -1};
    int64_t micro = 0;
    en_code code = unsigned_of(in, "I", &current.micro_a, err);
    code = code == EN_OK ? unsigned_of(in, "U_kv", &current.micro_kv, err) : code;
    code = code == EN_OK && en_vector_has(in, "cos") ? en_vector_decimal(in, "cos", &cos_phi, err)
                                                     : code;
    code = code == EN_OK && cos_phi.digits < 0 ? below("cos", err) : code;
    code = code == EN_OK ? en_ratio_of_decimal(cos_phi, &current.cos_phi, err) : code;
    code = code == EN_OK ? time_of(in, &time, err) : code;
    if (code == EN_OK && !en_decree_current(&current, rules->demand_divisor, &time, &micro)) {
        code = does_not_fit(err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uMWh", en_round_half_up(micro, KILO));
    }
    return code;
}

/* D442-D3, D442-D1: I, U_kv, h [cos, factor]. */
static en_code run_three_phases(const json_t *in, json_t *got, struct en_error *err)
{
    return run_current(in, 3, got, err);
}

static en_code run_one_phase(const json_t *in, json_t *got, struct en_error *err)
{
    return run_current(in, 1, got, err);
}

/* D442-F: P_mw over h hours, or I, U_kv [cos, phases]; T is cut to three years. */
static en_code run_uncontracted(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_interval interval = {{0}, {0}};
    int64_t hours = 0;
    int64_t power = 0;
    int64_t micro = 0;
    en_code code = en_vector_integer(in, "h", &hours, err);
    code = code == EN_OK ? unsigned_of(in, "P_mw", &power, err) : code;
    if (code == EN_OK && (hours < 0 || hours > HOURS_MAX)) {
        code = below("h", err);
    }
    if (code != EN_OK) {
        return code;
    }
    interval.to.us = hours * EN_HOUR_US;
    struct en_decree_time time =
        en_decree_time_of(&en_decree_rules_default, interval, 0, EN_DECREE_UNCONTRACTED);
    if (!en_decree_max_power(power, &time, &micro)) {
        return does_not_fit(err);
    }
    en_vector_put_integer(got, "uMWh", micro);
    en_vector_put_integer(got, "h", (int64_t)(time.seconds / 3600));
    return EN_OK;
}

/* D442-HOUR: W over h hours. */
static en_code run_hour(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t hours[EN_VECTOR_ITEMS_MAX];
    int64_t total = 0;
    int64_t count = 0;
    en_code code = en_vector_micro(in, "W_mwh", &total, err);
    code = code == EN_OK ? en_vector_integer(in, "h", &count, err) : code;
    if (code == EN_OK && (count < 1 || count > EN_VECTOR_ITEMS_MAX)) {
        code = below("h", err);
    }
    int64_t sum = 0;
    for (int64_t i = 0; code == EN_OK && i < count; i++) {
        hours[i] = en_decree_part(total, i, i + 1, count);
        sum += hours[i];
    }
    if (code == EN_OK) {
        en_vector_put_integers(got, "uMWh", hours, (size_t)count);
        en_vector_put_integer(got, "first_uMWh", hours[0]);
        en_vector_put_integer(got, "total_uMWh", sum);
    }
    return code;
}

/* Hours of one kind, in order: the first ones, and their sum. */
static void put_hours(json_t *got, const int64_t *hours, const uint8_t *is_peak, size_t count,
                      uint8_t kind, const char *first_key, size_t first_count,
                      const char *total_key)
{
    int64_t first[7] = {0};
    size_t found = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_peak[i] == kind) {
            sum += hours[i];
            if (found < first_count) {
                first[found++] = hours[i];
            }
        }
    }
    if (first_key != NULL) {
        en_vector_put_integers(got, first_key, first, found);
    }
    if (total_key != NULL) {
        en_vector_put_integer(got, total_key, sum);
    }
}

/* D442-E: W_mwh over N hours, n_pk of them peak hours (the first ones), P_mw. In 1e-6 MWh, and once
 * more in kWh. */
static en_code run_integral(const json_t *in, json_t *got, struct en_error *err)
{
    uint8_t is_peak[EN_VECTOR_ITEMS_MAX] = {0};
    int64_t hours[EN_VECTOR_ITEMS_MAX];
    struct en_decree_integral integral = {0, 0, is_peak, 0};
    int64_t count = 0;
    int64_t peak_count = 0;
    en_code code = en_vector_micro(in, "W_mwh", &integral.micro, err);
    code = code == EN_OK ? en_vector_micro(in, "P_mw", &integral.max_per_hour, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "N", &count, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "n_pk", &peak_count, err) : code;
    if (code == EN_OK &&
        (count < 1 || count > EN_VECTOR_ITEMS_MAX || peak_count < 0 || peak_count > count)) {
        code = below("N, n_pk", err);
    }
    if (code != EN_OK) {
        return code;
    }
    integral.count = (size_t)count;
    memset(is_peak, 1, (size_t)peak_count);
    code = en_decree_integral_hours(&integral, hours, err);
    if (code == EN_OK) {
        en_vector_put_integer(got, "pk_uMWh", peak_count > 0 ? hours[0] : 0);
        put_hours(got, hours, is_peak, integral.count, 1, "pk_first3_uMWh", 3, "pk_total_uMWh");
        put_hours(got, hours, is_peak, integral.count, 0, NULL, 0, "rest_total_uMWh");
        integral.micro = en_round_half_up(integral.micro, KILO);
        integral.max_per_hour = en_round_half_up(integral.max_per_hour, KILO);
        code = en_decree_integral_hours(&integral, hours, err);
    }
    if (code == EN_OK) {
        put_hours(got, hours, is_peak, integral.count, 0, "rest_kwh_first7", 7, NULL);
    }
    return code;
}

/* D442-B, B2: W_m by the weights w of the reference's slots. */
static en_code run_shape(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t weights[EN_VECTOR_ITEMS_MAX];
    int64_t parts[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t total = 0;
    en_code code = en_vector_micro(in, "W_m", &total, err);
    code = code == EN_OK ? en_vector_micros(in, "w", weights, &count, err) : code;
    code = code == EN_OK ? en_decree_shape(total, weights, count, parts, err) : code;
    if (code == EN_OK) {
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            sum += parts[i];
        }
        en_vector_put_integers(got, "uMWh", parts, count);
        en_vector_put_integer(got, "total_uMWh", sum);
    }
    return code;
}

/* D442-G: real W of the span, billed. */
static en_code run_true_up(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t billed[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t actual = 0;
    int64_t micro = 0;
    en_code code = en_vector_micro(in, "W", &actual, err);
    code = code == EN_OK ? en_vector_micros(in, "billed", billed, &count, err) : code;
    if (code == EN_OK && !en_decree_true_up(actual, billed, count, &micro)) {
        code = does_not_fit(err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uMWh", micro);
    }
    return code;
}

/* One period of a chain: has, the methods that have data; cause; the state goes on. */
static en_code run_period(const json_t *period, struct en_decree_state *state, json_t *methods,
                          json_t *counts, struct en_error *err)
{
    static const char *const covers[] = {"read", "control", "missing"};
    const char *cover = NULL;
    const char *cause_name = "NOT_SUPPLIED";
    en_decree_cause cause = EN_DECREE_CAUSE_NOT_SUPPLIED;
    en_decree_available available = 0;
    en_code code = en_vector_text(period, "cover", &cover, err);
    if (code == EN_OK && en_vector_has(period, "cause")) {
        code = en_vector_text(period, "cause", &cause_name, err);
    }
    code = code == EN_OK ? en_decree_cause_parse(en_slice_text(cause_name), &cause, err) : code;
    if (code != EN_OK) {
        return code;
    }
    size_t kind = 0;
    while (kind < EN_COUNT_OF(covers) && strcmp(covers[kind], cover) != 0) {
        kind++;
    }
    if (kind == EN_COUNT_OF(covers)) {
        return en_error_set(err, EN_MALFORMED,
                            "input \"cover\": read, control or missing is wanted");
    }
    const json_t *has = json_object_get(period, "has");
    for (size_t i = 0; i < json_array_size(has); i++) {
        for (uint32_t m = 1; m < EN_DECREE_METHODS_COUNT; m++) {
            const char *name = json_string_value(json_array_get(has, i));
            if (name != NULL && strcmp(name, en_decree_method_name(m)) == 0) {
                available |= UINT32_C(1) << m;
            }
        }
    }
    *state = en_decree_next(*state, (en_decree_cover)kind);
    en_decree_method method = EN_DECREE_METHOD_READ;
    if (kind == EN_DECREE_COVER_CONTROL) {
        method = EN_DECREE_METHOD_CONTROL;
    } else if (kind == EN_DECREE_COVER_MISSING) {
        method =
            en_decree_choose(&en_decree_rules_default, *state, cause, UINT32_MAX, available).method;
    }
    (void)json_array_append_new(methods, json_string(en_decree_method_name(method)));
    (void)json_array_append_new(counts, json_integer(state->missing_count));
    return EN_OK;
}

/* D442: the state machine over a list of periods. */
static en_code run_chain(const json_t *in, json_t *got, struct en_error *err)
{
    const json_t *periods = json_object_get(in, "periods");
    json_t *methods = json_array();
    json_t *counts = json_array();
    struct en_decree_state state = {0};
    en_code code = json_array_size(periods) > 0
                       ? EN_OK
                       : en_error_set(err, EN_MALFORMED, "input \"periods\": a list is wanted");
    for (size_t i = 0; i < json_array_size(periods) && code == EN_OK; i++) {
        code = run_period(json_array_get(periods, i), &state, methods, counts, err);
    }
    (void)json_object_set_new(got, "methods", methods);
    (void)json_object_set_new(got, "n", counts);
    return code;
}

/* D354-A: months, norm, n [young]. */
static en_code run_household(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t months[EN_VECTOR_ITEMS_MAX];
    struct en_household household = {.months = months};
    int64_t missing = 0;
    int64_t micro = 0;
    en_code code = en_vector_micros(in, "months", months, &household.months_count, err);
    code = code == EN_OK ? en_vector_micro(in, "norm", &household.norm_micro, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "n", &missing, err) : code;
    if (code == EN_OK && (missing < 1 || missing > UINT32_MAX)) {
        code = below("n", err);
    }
    if (code != EN_OK) {
        return code;
    }
    household.missing_count = (uint32_t)missing;
    household.is_young = json_is_true(json_object_get(in, "young"));
    en_household_method method =
        en_household_volume(&en_household_rules_default, &household, &micro);
    en_vector_put_text(got, "method", method == EN_HOUSEHOLD_MEAN ? "MEAN" : "NORM");
    en_vector_put_integer(got, "uKWh", micro);
    return EN_OK;
}

const struct en_vector_rule en_vector_decree_rules[] = {
    {"D442", run_chain},           {"D442-A", run_control},
    {"D442-B", run_shape},         {"D442-B2", run_shape},
    {"D442-C", run_max_power},     {"D442-C2", run_split_power},
    {"D442-D3", run_three_phases}, {"D442-D1", run_one_phase},
    {"D442-HOUR", run_hour},       {"D442-E", run_integral},
    {"D442-F", run_uncontracted},  {"D442-G", run_true_up},
    {"D354-A", run_household},     {NULL, NULL},
};
