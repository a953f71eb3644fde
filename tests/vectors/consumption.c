/* readings to amounts, rounding. */
#include "core/metering/rounding.h"
#include "tests/vectors/vector.h"

#include <stdio.h>

/* CT * VT * k: each may be missing and is then 1. */
static en_code ratio_of(const json_t *in, struct en_ratio *ratio, struct en_error *err)
{
    static const char *const keys[] = {"ct", "vt", "k"};
    en_code code = EN_OK;
    *ratio = EN_RATIO_ONE;
    for (size_t i = 0; i < EN_COUNT_OF(keys) && code == EN_OK; i++) {
        struct en_ratio one = EN_RATIO_ONE;
        if (en_vector_has(in, keys[i])) {
            code = en_vector_ratio(in, keys[i], &one, err);
        }
        if (code == EN_OK) {
            code = en_ratio_multiply(*ratio, one, ratio, err);
        }
    }
    return code;
}

/* r1, r2 [ct, vt, k, cap, limit]. */
static en_code run_advance(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_advance advance = {{0, 0}, {0, 0}, EN_RATIO_ONE, {{0, 0}, 0, false}};
    en_code code = en_vector_decimal(in, "r1", &advance.from, err);
    if (code == EN_OK) {
        code = en_vector_decimal(in, "r2", &advance.to, err);
    }
    if (code == EN_OK) {
        code = ratio_of(in, &advance.ratio, err);
    }
    if (code == EN_OK && en_vector_has(in, "cap")) {
        code = en_vector_decimal(in, "cap", &advance.rollover.capacity, err);
    }
    if (code == EN_OK && en_vector_has(in, "limit")) {
        advance.rollover.has_limit = true;
        code = en_vector_micro(in, "limit", &advance.rollover.limit_micro, err);
    }
    if (code == EN_OK) {
        en_vector_put_amount(got, "uKWh", en_consumption_advance(&advance));
    }
    return code;
}

/* n pulses, A imp/kWh, divisor d, T_min [ct, vt, k]. */
static en_code run_pulses(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_pulses pulses = {0, 0, 1, EN_RATIO_ONE};
    int64_t minutes = 30;
    en_code code = en_vector_integer(in, "n", &pulses.count, err);
    if (code == EN_OK) {
        code = en_vector_integer(in, "A", &pulses.per_unit, err);
    }
    if (code == EN_OK && en_vector_has(in, "d")) {
        code = en_vector_integer(in, "d", &pulses.divisor, err);
    }
    if (code == EN_OK && en_vector_has(in, "T_min")) {
        code = en_vector_integer(in, "T_min", &minutes, err);
    }
    if (code == EN_OK) {
        code = ratio_of(in, &pulses.ratio, err);
    }
    if (code == EN_OK && (pulses.per_unit <= 0 || pulses.divisor <= 0 || minutes <= 0)) {
        code = en_error_set(err, EN_RANGE, "A, d and T_min must be above 0");
    }
    if (code == EN_OK) {
        struct en_amount energy = en_consumption_pulses(&pulses);
        en_vector_put_amount(got, "uKWh", energy);
        uint32_t seconds = (uint32_t)minutes * 60;
        en_vector_put_integer(got, "uKW", en_power_of_consumption(energy.micro, seconds).micro);
    }
    return code;
}

/* P_kw over T_min. */
static en_code run_power(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t micro_kw = 0;
    int64_t minutes = 0;
    en_code code = en_vector_micro(in, "P_kw", &micro_kw, err);
    if (code == EN_OK) {
        code = en_vector_integer(in, "T_min", &minutes, err);
    }
    if (code == EN_OK && minutes <= 0) {
        code = en_error_set(err, EN_RANGE, "T_min must be above 0");
    }
    if (code == EN_OK) {
        en_vector_put_amount(got, "uKWh",
                             en_consumption_of_power(micro_kw, (uint32_t)minutes * 60));
    }
    return code;
}

/* parts [[from, to, K], ...]. */
static en_code run_piecewise(const json_t *in, json_t *got, struct en_error *err)
{
    static struct en_consumption_part parts[64];
    const json_t *list = json_object_get(in, "parts");
    size_t count = json_array_size(list);
    if (count == 0 || count > EN_COUNT_OF(parts)) {
        return en_error_set(err, EN_MALFORMED, "input \"parts\": 1 to 64 parts are wanted");
    }
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        const json_t *row = json_array_get(list, i);
        struct en_consumption_part *part = &parts[i];
        *part = (struct en_consumption_part){.device = {(uint32_t)i}};
        struct en_decimal ratio = {0, 0};
        code = en_vector_decimal_of(json_array_get(row, 0), "parts", &part->advance.from, err);
        if (code == EN_OK) {
            code = en_vector_decimal_of(json_array_get(row, 1), "parts", &part->advance.to, err);
        }
        if (code == EN_OK) {
            code = en_vector_decimal_of(json_array_get(row, 2), "parts", &ratio, err);
        }
        if (code == EN_OK) {
            code = en_ratio_of_decimal(ratio, &part->advance.ratio, err);
        }
    }
    if (code == EN_OK) {
        en_vector_put_amount(got, "uKWh", en_consumption_piecewise(parts, count));
    }
    return code;
}

/* "14:17" of the day 1970-01-01. */
static en_code time_of(const json_t *value, struct en_instant *instant, struct en_error *err)
{
    char text[EN_INSTANT_TEXT_SIZE];
    const char *clock = json_string_value(value);
    if (clock == NULL || strlen(clock) > 8) {
        return en_error_set(err, EN_MALFORMED, "input \"down\": two times hh:mm are wanted");
    }
    (void)snprintf(text, sizeof text, "1970-01-01T%sZ", clock);
    return en_instant_parse(en_slice_text(text), 0, instant, err);
}

/* e_old counted before the downtime, e_new after it, P_kw by act, down [from, to], slot_min.
 * The slots from the one with the removal to the one with the installation. */
static en_code run_split_slot(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_split_slot split = {0};
    int64_t e_old = 0;
    int64_t e_new = 0;
    int64_t minutes = 0;
    const json_t *down = json_object_get(in, "down");
    en_code code = en_vector_micro(in, "e_old", &e_old, err);
    code = code == EN_OK ? en_vector_micro(in, "e_new", &e_new, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "P_kw", &split.load_micro_per_hour, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "slot_min", &minutes, err) : code;
    code = code == EN_OK ? time_of(json_array_get(down, 0), &split.downtime.from, err) : code;
    code = code == EN_OK ? time_of(json_array_get(down, 1), &split.downtime.to, err) : code;
    if (code == EN_OK && (minutes <= 0 || split.downtime.to.us < split.downtime.from.us)) {
        code = en_error_set(err, EN_RANGE, "slot_min or down is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    int64_t slot_us = minutes * EN_MINUTE_US;
    int64_t first_us = split.downtime.from.us / slot_us * slot_us;
    int64_t values[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    for (int64_t at = first_us; at < split.downtime.to.us && count < EN_VECTOR_ITEMS_MAX;
         at += slot_us) {
        split.slot = (struct en_interval){{at}, {at + slot_us}};
        int64_t counted = at == first_us ? e_old : 0;
        counted += at + slot_us >= split.downtime.to.us ? e_new : 0;
        split.counted = (struct en_amount){counted, EN_QUALITY_MEASURED};
        values[count++] = en_consumption_split_slot(&split).micro;
    }
    en_vector_put_integers(got, "uKWh", values, count);
    return EN_OK;
}

/* register r read min_into minutes into a VALID slot of slot_min with the energy slot [k]. */
static en_code run_snap(const json_t *in, json_t *got, struct en_error *err)
{
    uint64_t valid = en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_VALID);
    struct en_amount slot = {0, valid};
    struct en_snap snap = {.slots = &slot, .slots_count = 1};
    int64_t into = 0;
    int64_t minutes = 0;
    en_code code = en_vector_decimal(in, "r", &snap.reading, err);
    code = code == EN_OK ? en_vector_micro(in, "slot", &slot.micro, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "min_into", &into, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "slot_min", &minutes, err) : code;
    code = code == EN_OK ? ratio_of(in, &snap.ratio, err) : code;
    if (code == EN_OK && (minutes <= 0 || into < 0 || into > minutes)) {
        code = en_error_set(err, EN_RANGE, "slot_min or min_into is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    snap.slot_seconds = (uint32_t)minutes * 60;
    snap.read_at.us = into * EN_MINUTE_US;
    struct en_snapped snapped = en_consumption_snap(&snap);
    char text[EN_DECIMAL_TEXT_SIZE];
    (void)en_micro_print(snapped.register_micro, text);
    en_vector_put_bool(got, "snapped", snapped.is_snapped);
    en_vector_put_text(got, "reg", text);
    return EN_OK;
}

/* energy e of a slot of T_min, clock set back by delta_min (below 0: forward). */
static en_code run_clock_set(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_clock_set set = {0, 0, 0};
    int64_t minutes = 0;
    int64_t back = 0;
    en_code code = en_vector_micro(in, "e", &set.micro, err);
    code = code == EN_OK ? en_vector_integer(in, "T_min", &minutes, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "delta_min", &back, err) : code;
    if (code == EN_OK && (minutes <= 0 || minutes > 1440 || back < -1440 || back > 1440)) {
        code = en_error_set(err, EN_RANGE, "T_min or delta_min is out of range");
    }
    if (code == EN_OK) {
        set.slot_seconds = (uint32_t)minutes * 60;
        set.moved_seconds = (int32_t)(-back * 60);
        en_vector_put_amount(got, "uKW", en_power_of_clock_set(&set));
    }
    return code;
}

/* series e, rounded to whole units with the carry. */
static en_code run_carry(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t values[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    struct en_carry carry;
    en_code code = en_vector_micros(in, "e", values, &count, err);
    en_carry_start(&carry, EN_MICRO);
    for (size_t i = 0; code == EN_OK && i < count; i++) {
        values[i] = en_carry_next(&carry, values[i]);
    }
    if (code == EN_OK) {
        en_vector_put_integers(got, "int", values, count);
    }
    return code;
}

static en_code split_named(const json_t *in, const char *total_key, const char *weights_key,
                           json_t *got, struct en_error *err)
{
    int64_t weights[EN_VECTOR_ITEMS_MAX];
    int64_t parts[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t total = 0;
    en_code code = en_vector_integer(in, total_key, &total, err);
    code = code == EN_OK ? en_vector_integers(in, weights_key, weights, &count, err) : code;
    code = code == EN_OK ? en_split_largest_remainder(total, weights, count, parts, err) : code;
    if (code == EN_OK) {
        en_vector_put_integers(got, "parts", parts, count);
    }
    return code;
}

/* total by weights w. */
static en_code run_split(const json_t *in, json_t *got, struct en_error *err)
{
    return split_named(in, "total", "w", got, err);
}

/* B-21: the bypass energy byp by minutes min of the feeders. */
static en_code run_bypass(const json_t *in, json_t *got, struct en_error *err)
{
    return split_named(in, "byp", "min", got, err);
}

const struct en_vector_rule en_vector_consumption_rules[] = {
    {"R-01", run_advance}, {"R-02", run_advance},   {"R-03", run_pulses},
    {"R-04", run_power},   {"R-05", run_piecewise}, {"R-06", run_split_slot},
    {"R-07", run_snap},    {"R-10", run_clock_set}, {"R-12", run_carry},
    {"R-13", run_split},   {"B-21", run_bypass},    {NULL, NULL},
};
