/* V-01 to V-35, by the evaluators of core/metering/validation_*. Amounts and thresholds are decimal
 * text or whole numbers; percents are named so. */
#include "core/metering/validation/validation_arrival.h"
#include "core/metering/validation/validation_device.h"
#include "core/metering/validation/validation_outlier.h"
#include "core/metering/validation/validation_pair.h"
#include "core/metering/validation/validation_period.h"
#include "core/metering/validation/validation_slots.h"
#include "core/metering/validation/validation_sum.h"
#include "tests/vectors/vector.h"

#define SLOTS_MAX 1500
#define PERCENT 10000 /* 1 % in 1e-6 */

/* An input in 1e-6 that may be missing. */
static en_code micro_or(const json_t *in, const char *key, int64_t initial, int64_t *micro,
                        struct en_error *err)
{
    *micro = initial;
    return en_vector_has(in, key) ? en_vector_micro(in, key, micro, err) : EN_OK;
}

static en_code percent_or(const json_t *in, const char *key, int64_t initial, int64_t *share,
                          struct en_error *err)
{
    en_code code = micro_or(in, key, initial * 100, share, err);
    *share /= 100;
    return code;
}

/* Several inputs in 1e-6 with what stands for each that is missing. */
struct field {
    const char *key;
    int64_t *micro;
    int64_t initial;
};

#define NEEDED INT64_MIN

static en_code read_fields(const json_t *in, const struct field *fields, size_t count,
                           struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = fields[i].initial == NEEDED
                   ? en_vector_micro(in, fields[i].key, fields[i].micro, err)
                   : micro_or(in, fields[i].key, fields[i].initial, fields[i].micro, err);
    }
    return code;
}

static const char *letter_of(en_rule_severity severity)
{
    static const char *const letters[] = {"OK", "W", "E", "BLOCKING"};
    return letters[severity];
}

static en_code put_fail(json_t *got, en_code code, bool fails)
{
    if (code == EN_OK) {
        en_vector_put_bool(got, "fail", fails);
    }
    return code;
}

/* A list of values as a day of slots. */
struct vector_day {
    int64_t micro[SLOTS_MAX];
    uint8_t mask[SLOTS_MAX];
    struct en_validation_day day;
    struct en_finding items[EN_FINDINGS_MAX];
    struct en_findings findings;
};

static en_code read_day(const json_t *in, const char *key, struct vector_day *day,
                        struct en_error *err)
{
    static int64_t values[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t minutes = 30;
    en_code code = en_vector_micros(in, key, values, &count, err);
    if (code == EN_OK && en_vector_has(in, "step_min")) {
        code = en_vector_integer(in, "step_min", &minutes, err);
    }
    if (code == EN_OK && (count > SLOTS_MAX || minutes < 1 || minutes > 1440)) {
        code = en_error_set(err, EN_RANGE, "\"%s\": too many values, or step_min is wrong", key);
    }
    if (code == EN_OK) {
        memcpy(day->micro, values, count * sizeof *values);
        day->day = (struct en_validation_day){
            .micro = day->micro, .count = (uint32_t)count, .slot_seconds = (uint32_t)minutes * 60};
        en_findings_init(&day->findings, day->items, EN_FINDINGS_MAX);
    }
    return code;
}

/* The first finding of a day: index (-1: none), count of its slots, severity. */
static void put_finding(json_t *got, const struct en_findings *findings)
{
    bool is_found = findings->count > 0;
    en_vector_put_bool(got, "fail", is_found);
    en_vector_put_integer(got, "index", is_found ? findings->items[0].first : -1);
    en_vector_put_integer(got, "slots", is_found ? findings->items[0].slots : 0);
    en_vector_put_text(got, "sev", letter_of(en_findings_worst(findings)));
}

/* V-01: device, at_min, configured [[from_min, device], ...]. */
static en_code run_ident(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_configured list[16];
    size_t count = 0;
    int64_t device = 0;
    int64_t at = 0;
    const json_t *configured = json_object_get(in, "configured");
    en_code code = en_vector_integer(in, "device", &device, err);
    code = code == EN_OK ? en_vector_integer(in, "at_min", &at, err) : code;
    if (code == EN_OK && json_array_size(configured) > EN_COUNT_OF(list)) {
        code = en_error_set(err, EN_LIMIT, "\"configured\" has too many rows");
    }
    for (; code == EN_OK && count < json_array_size(configured); count++) {
        const json_t *row = json_array_get(configured, count);
        list[count].from.us = json_integer_value(json_array_get(row, 0)) * EN_MINUTE_US;
        list[count].device = (uint64_t)json_integer_value(json_array_get(row, 1));
    }
    struct en_instant moment = {at * EN_MINUTE_US};
    return put_fail(got, code,
                    code == EN_OK &&
                        en_validation_ident_fails(list, count, moment, (uint64_t)device, 0, 0));
}

/* V-02: a_s [before, warn_s, error_s, estimate_s, run]. */
static en_code run_clock(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t deviation = 0;
    int64_t before = 0;
    int64_t run = 3;
    struct en_clock_limits limits = {0};
    const struct field fields[] = {{"a_s", &deviation, NEEDED},
                                   {"warn_s", &limits.warn_us, 5 * EN_SECOND_US},
                                   {"error_s", &limits.error_us, 180 * EN_SECOND_US},
                                   {"estimate_s", &limits.estimate_us, 55 * EN_MINUTE_US}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK && en_vector_has(in, "before")) {
        code = en_vector_integer(in, "before", &before, err);
    }
    if (code == EN_OK && en_vector_has(in, "run")) {
        code = en_vector_integer(in, "run", &run, err);
    }
    if (code == EN_OK) {
        limits.run = (uint32_t)run;
        struct en_clock_verdict verdict = en_validation_clock(deviation, (uint32_t)before, &limits);
        en_vector_put_text(got, "sev", letter_of(verdict.severity));
        en_vector_put_bool(got, "visit", verdict.needs_visit);
        en_vector_put_bool(got, "estimate", verdict.needs_estimate);
    }
    return code;
}

/* V-03: n, expected. */
static en_code run_count(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t count = 0;
    int64_t expected = 0;
    en_code code = en_vector_integer(in, "n", &count, err);
    code = code == EN_OK ? en_vector_integer(in, "expected", &expected, err) : code;
    if (code == EN_OK) {
        en_vector_put_integer(got, "gap", expected - count);
    }
    return put_fail(got, code, en_validation_count_fails((uint64_t)count, (uint64_t)expected));
}

/* V-04: n slots, missing [indexes]. */
static en_code run_gap(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    static uint64_t quality[SLOTS_MAX];
    static int64_t missing[EN_VECTOR_ITEMS_MAX];
    int64_t slots = 0;
    size_t count = 0;
    en_code code = en_vector_integer(in, "n", &slots, err);
    code = code == EN_OK ? en_vector_integers(in, "missing", missing, &count, err) : code;
    if (code == EN_OK && (slots < 1 || slots > SLOTS_MAX)) {
        code = en_error_set(err, EN_RANGE, "\"n\" is not a number of slots");
    }
    if (code != EN_OK) {
        return code;
    }
    for (int64_t i = 0; i < slots; i++) {
        quality[i] = EN_QUALITY_MEASURED;
    }
    for (size_t i = 0; i < count; i++) {
        quality[missing[i] < 0 || missing[i] >= slots ? 0 : missing[i]] = EN_QUALITY_MISSING;
    }
    day.day = (struct en_validation_day){
        .micro = day.micro, .quality = quality, .count = (uint32_t)slots, .slot_seconds = 900};
    en_findings_init(&day.findings, day.items, EN_FINDINGS_MAX);
    en_validation_gap(&day.day, 0, (uint32_t)slots, &day.findings);
    put_finding(got, &day.findings);
    en_vector_put_integer(got, "findings", day.findings.count);
    return EN_OK;
}

/* V-05: a, b [diff, frozen]: the value that stands, and how grave it is. */
static en_code run_duplicate(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_arrived first = {.source = EN_SOURCE_MEASURED, .read_at = {0}};
    struct en_arrived second = {.source = EN_SOURCE_MEASURED, .read_at = {1}};
    int64_t difference = 0;
    const struct field fields[] = {
        {"a", &first.micro, NEEDED}, {"b", &second.micro, NEEDED}, {"diff", &difference, 0}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK) {
        bool is_frozen = json_is_true(json_object_get(in, "frozen"));
        struct en_duplicate verdict =
            en_validation_duplicate(&first, &second, difference, is_frozen);
        en_vector_put_micro(got, "value", verdict.takes_second ? second.micro : first.micro);
        en_vector_put_text(got, "sev", letter_of(verdict.severity));
    }
    return code;
}

/* V-06: end_min, came_min [tol_s]. */
static en_code run_future(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t end = 0;
    int64_t came = 0;
    int64_t tolerance = 0;
    int64_t ahead = 0;
    const struct field fields[] = {{"end_min", &end, NEEDED},
                                   {"came_min", &came, NEEDED},
                                   {"tol_s", &tolerance, 120 * EN_SECOND_US}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    struct en_instant slot_end = {end * 60};
    struct en_instant arrival = {came * 60};
    bool fails = en_validation_future_fails(slot_end, arrival, tolerance, &ahead);
    return put_fail(got, code, fails);
}

/* V-07: sum, adv, [mult, n_mult] [pct]. */
static en_code run_sum(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t sum = 0;
    int64_t advance = 0;
    int64_t difference = 0;
    int64_t limit = 0;
    struct en_sum_limits limits = {0};
    const struct field fields[] = {{"sum", &sum, NEEDED},
                                   {"adv", &advance, NEEDED},
                                   {"mult", &limits.multiple, 0},
                                   {"n_mult", &limits.multipliers, 0}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? percent_or(in, "pct", 0, &limits.share, err) : code;
    if (code == EN_OK) {
        bool fails = en_validation_sum_fails(sum, advance, &limits, &difference, &limit);
        en_vector_put_bool(got, "fail", fails);
        en_vector_put_micro(got, "diff", difference);
        en_vector_put_micro(got, "limit", limit);
    }
    return code;
}

/* V-08: r1, r2, cap [limit, k]. */
static en_code run_register(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_decimal from = {0, 0};
    struct en_decimal to = {0, 0};
    struct en_rollover rollover = {.has_limit = en_vector_has(in, "limit")};
    struct en_ratio ratio = EN_RATIO_ONE;
    en_code code = en_vector_decimal(in, "r1", &from, err);
    code = code == EN_OK ? en_vector_decimal(in, "r2", &to, err) : code;
    code = code == EN_OK ? en_vector_decimal(in, "cap", &rollover.capacity, err) : code;
    code = code == EN_OK ? micro_or(in, "limit", 0, &rollover.limit_micro, err) : code;
    if (code == EN_OK && en_vector_has(in, "k")) {
        code = en_vector_ratio(in, "k", &ratio, err);
    }
    return put_fail(got, code,
                    code == EN_OK && en_validation_register_fails(from, to, ratio, &rollover));
}

/* V-09: max, third, ratio [pulse, pulses]: of three values, or x: of all. */
static en_code run_spike(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    int64_t max = 0;
    int64_t third = 0;
    int64_t ratio = 0;
    int64_t pulse = 0;
    int64_t pulses = 0;
    const struct field fields[] = {{"ratio", &ratio, 1800000},
                                   {"pulse", &pulse, EN_MICRO},
                                   {"pulses", &pulses, 10 * EN_MICRO}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK && en_vector_has(in, "x")) {
        code = read_day(in, "x", &day, err);
    } else if (code == EN_OK) {
        code = en_vector_micro(in, "max", &max, err);
        code = code == EN_OK ? en_vector_micro(in, "third", &third, err) : code;
        const int64_t values[] = {max, third, third};
        memcpy(day.micro, values, sizeof values);
        day.day = (struct en_validation_day){.micro = day.micro, .count = 3, .slot_seconds = 1800};
        en_findings_init(&day.findings, day.items, EN_FINDINGS_MAX);
    }
    if (code == EN_OK) {
        struct en_slot_limits limits = {.rules = EN_VALIDATION_BIT(SPIKE), .spike_ratio = ratio};
        (void)en_ratio_scale_half_up((struct en_ratio){pulses / EN_MICRO, 1}, pulse,
                                     &limits.spike_floor);
        en_validation_slots(&day.day, &limits, day.mask, &day.findings);
        put_finding(got, &day.findings);
    }
    return code;
}

/* V-10: kwh_kvarh_pulses "0,5" [limit]. */
static en_code run_kvarh(const json_t *in, json_t *got, struct en_error *err)
{
    const char *text = NULL;
    int64_t values[2] = {0, 0};
    int64_t limit = 0;
    en_code code = micro_or(in, "limit", 4 * EN_MICRO, &limit, err);
    code = code == EN_OK ? en_vector_text(in, "kwh_kvarh_pulses", &text, err) : code;
    const char *comma = code == EN_OK ? strchr(text, ',') : NULL;
    if (code == EN_OK && comma == NULL) {
        code = en_error_set(err, EN_MALFORMED, "kwh_kvarh_pulses: two numbers are wanted");
    }
    if (code == EN_OK) {
        code = en_micro_parse(en_slice_of(text, (size_t)(comma - text)), &values[0], err);
    }
    if (code == EN_OK) {
        code = en_micro_parse(en_slice_text(comma + 1), &values[1], err);
    }
    return put_fail(got, code, en_validation_kvarh_fails(values[0], values[1], limit));
}

/* V-11: adu, ref, pct. */
static en_code run_use(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_use use = {.days = 1};
    struct en_use reference = {.days = 1};
    int64_t share = 0;
    int64_t deviation = 0;
    const struct field fields[] = {{"adu", &use.micro, NEEDED}, {"ref", &reference.micro, NEEDED}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? percent_or(in, "pct", 25 * PERCENT, &share, err) : code;
    if (code == EN_OK && reference.micro <= 0) {
        code = en_error_set(err, EN_RANGE, "\"ref\" is no reference");
    }
    if (code == EN_OK) {
        en_vector_put_bool(got, "fail", en_validation_use_fails(use, reference, share, &deviation));
        en_vector_put_micro(got, "pct", deviation * 100);
    }
    return code;
}

/* V-12: pmax, ref [low, high]. */
static en_code run_demand(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t peak = 0;
    int64_t reference = 0;
    int64_t low = 0;
    int64_t high = 0;
    const struct field fields[] = {{"pmax", &peak, NEEDED},
                                   {"ref", &reference, NEEDED},
                                   {"low", &low, EN_MICRO / 2},
                                   {"high", &high, 2 * EN_MICRO}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    return put_fail(got, code, en_validation_demand_fails(peak, reference, low, high));
}

/* V-13: x [step_min], t0_min [before_min]. */
static en_code run_zero_run(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    int64_t run = 0;
    int64_t before = 0;
    en_code code = read_day(in, "x", &day, err);
    code = code == EN_OK ? en_vector_integer(in, "t0_min", &run, err) : code;
    if (code == EN_OK && en_vector_has(in, "before_min")) {
        code = en_vector_integer(in, "before_min", &before, err);
    }
    if (code == EN_OK) {
        en_validation_zero_run(&day.day, run * 60, before * 60, &day.findings);
        put_finding(got, &day.findings);
    }
    return code;
}

/* V-14: e. */
static en_code run_negative(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    en_code code = en_vector_micro(in, "e", &day.micro[0], err);
    if (code == EN_OK) {
        day.day = (struct en_validation_day){.micro = day.micro, .count = 1, .slot_seconds = 1800};
        en_findings_init(&day.findings, day.items, EN_FINDINGS_MAX);
        en_validation_negative(&day.day, 0, &day.findings);
        put_finding(got, &day.findings);
    }
    return code;
}

/* V-15: e_kwh, u_kv, i_a, dt_min [k_w, k_e, phases]. */
static en_code run_capacity(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    struct en_capacity capacity = {0};
    int64_t minutes = 0;
    int64_t phases = 3;
    int64_t factors[2] = {0, 0};
    const struct field fields[] = {{"e_kwh", &day.micro[0], NEEDED},
                                   {"u_kv", &capacity.micro_kv, NEEDED},
                                   {"i_a", &capacity.micro_a, NEEDED},
                                   {"k_w", &factors[0], EN_MICRO},
                                   {"k_e", &factors[1], 1200000}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? en_vector_integer(in, "dt_min", &minutes, err) : code;
    if (code == EN_OK && en_vector_has(in, "phases")) {
        code = en_vector_integer(in, "phases", &phases, err);
    }
    if (code == EN_OK && (minutes < 1 || minutes > 1440 || factors[0] < 0 || factors[1] < 0 ||
                          capacity.micro_kv < 0 || capacity.micro_a < 0)) {
        code = en_error_set(err, EN_RANGE, "no such connection");
    }
    if (code == EN_OK) {
        capacity.slot_seconds = (uint32_t)minutes * 60;
        capacity.is_single_phase = phases == 1;
        day.day = (struct en_validation_day){
            .micro = day.micro, .count = 1, .slot_seconds = capacity.slot_seconds};
        en_findings_init(&day.findings, day.items, EN_FINDINGS_MAX);
        int64_t warning = en_validation_cap(&capacity, factors[0]);
        int64_t error = en_validation_cap(&capacity, factors[1]);
        en_validation_capacity(&day.day, warning, error, &day.findings);
        en_vector_put_text(got, "sev", letter_of(en_findings_worst(&day.findings)));
        en_vector_put_micro(got, "warn_kwh", warning);
        en_vector_put_micro(got, "err_kwh", error);
    }
    return code;
}

/* V-17: out_min, slot_min, e [min_s]. */
static en_code run_outage(const json_t *in, json_t *got, struct en_error *err)
{
    static const char *const names[] = {"NONE", "PARTIAL", "EST_ZERO"};
    int64_t out = 0;
    int64_t slot = 0;
    int64_t micro = 0;
    int64_t minimum = 0;
    const struct field fields[] = {{"out_min", &out, NEEDED},
                                   {"slot_min", &slot, NEEDED},
                                   {"e", &micro, NEEDED},
                                   {"min_s", &minimum, 3 * EN_SECOND_US}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK) {
        en_vector_put_text(got, "state",
                           names[en_validation_outage(out * 60, slot * 60, micro, minimum)]);
    }
    return code;
}

/* V-19: x [n]. */
static en_code run_stale(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    int64_t slots = 6;
    en_code code = read_day(in, "x", &day, err);
    if (code == EN_OK && en_vector_has(in, "n")) {
        code = en_vector_integer(in, "n", &slots, err);
    }
    if (code == EN_OK && slots < 2) {
        code = en_error_set(err, EN_RANGE, "\"n\" is below 2");
    }
    if (code == EN_OK) {
        en_validation_stale(&day.day, (uint32_t)slots, &day.findings);
        put_finding(got, &day.findings);
    }
    return code;
}

/* V-20: w, pmax, hours [low, high]. */
static en_code run_load_factor(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t energy = 0;
    int64_t peak = 0;
    int64_t hours = 0;
    int64_t low = 0;
    int64_t high = 0;
    int64_t factor = 0;
    const struct field fields[] = {{"w", &energy, NEEDED},
                                   {"pmax", &peak, NEEDED},
                                   {"low", &low, 20000},
                                   {"high", &high, EN_MICRO}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? en_vector_integer(in, "hours", &hours, err) : code;
    if (code == EN_OK && (peak <= 0 || hours < 1 || hours > 8784)) {
        code = en_error_set(err, EN_RANGE, "\"pmax\" or \"hours\" is out of range");
    }
    if (code == EN_OK) {
        en_rule_severity severity =
            en_validation_load_factor(energy, peak, (uint64_t)hours * 3600, low, high, &factor);
        en_vector_put_text(got, "sev", letter_of(severity));
        en_vector_put_micro(got, "factor", factor);
    }
    return code;
}

/* V-21: t0, t [..], lsd. */
static en_code run_tariffs(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t parts[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t total = 0;
    int64_t step = 0;
    int64_t difference = 0;
    int64_t limit = 0;
    const struct field fields[] = {{"t0", &total, NEEDED}, {"lsd", &step, 10000}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? en_vector_micros(in, "t", parts, &count, err) : code;
    if (code == EN_OK) {
        en_vector_put_bool(
            got, "fail",
            en_validation_tariffs_fail(total, parts, (uint32_t)count, step, &difference, &limit));
        en_vector_put_micro(got, "diff", difference);
        en_vector_put_micro(got, "tol", limit);
    }
    return code;
}

/* V-22: main, check, dm, dc (percent) [k] or pct; form "sum" for dm + dc. */
static en_code run_check(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t main_micro = 0;
    int64_t check_micro = 0;
    int64_t limit = 0;
    struct en_check_limits limits = {.form = EN_CHECK_CLASSES};
    const struct field fields[] = {{"main", &main_micro, NEEDED},
                                   {"check", &check_micro, NEEDED},
                                   {"k", &limits.factor, 1500000}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? percent_or(in, "dm", 0, &limits.main_error, err) : code;
    code = code == EN_OK ? percent_or(in, "dc", 0, &limits.check_error, err) : code;
    code = code == EN_OK ? percent_or(in, "pct", 0, &limits.share, err) : code;
    if (en_vector_has(in, "pct")) {
        limits.form = EN_CHECK_SHARE;
    } else if (en_vector_has(in, "form")) {
        limits.form = EN_CHECK_SUM;
    }
    if (code == EN_OK) {
        en_vector_put_bool(got, "fail",
                           en_validation_check_fails(main_micro, check_micro, &limits, &limit));
        en_vector_put_micro(got, "limit", limit);
    }
    return code;
}

/* V-23: kwh, kvarh, tg. */
static en_code run_tangent(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t active = 0;
    int64_t reactive = 0;
    int64_t ratio = 0;
    const struct field fields[] = {
        {"kwh", &active, NEEDED}, {"kvarh", &reactive, NEEDED}, {"tg", &ratio, NEEDED}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    return put_fail(got, code,
                    code == EN_OK && en_validation_tangent_fails(active, reactive, ratio));
}

/* V-24: est, total [pct, periods, periods_max]. */
static en_code run_estimates(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t estimated = 0;
    int64_t total = 0;
    int64_t periods = 0;
    int64_t most = 3;
    int64_t share = 0;
    en_code code = en_vector_integer(in, "est", &estimated, err);
    code = code == EN_OK ? en_vector_integer(in, "total", &total, err) : code;
    code = code == EN_OK ? percent_or(in, "pct", 10 * PERCENT, &share, err) : code;
    if (code == EN_OK && en_vector_has(in, "periods")) {
        code = en_vector_integer(in, "periods", &periods, err);
    }
    if (code == EN_OK && en_vector_has(in, "periods_max")) {
        code = en_vector_integer(in, "periods_max", &most, err);
    }
    return put_fail(got, code,
                    code == EN_OK &&
                        en_validation_estimates_fail((uint64_t)estimated, (uint64_t)total, share,
                                                     (uint32_t)periods, (uint32_t)most));
}

/* V-26: k, cfg. */
static en_code run_ratio(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_ratio told = EN_RATIO_ONE;
    struct en_ratio configured = EN_RATIO_ONE;
    en_code code = en_vector_ratio(in, "k", &told, err);
    code = code == EN_OK ? en_vector_ratio(in, "cfg", &configured, err) : code;
    return put_fail(got, code, en_validation_ratio_fails(told, configured));
}

/* V-27: late_min [sla_h]. */
static en_code run_late(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t late = 0;
    int64_t hours = 24;
    int64_t behind = 0;
    en_code code = en_vector_integer(in, "late_min", &late, err);
    if (code == EN_OK && en_vector_has(in, "sla_h")) {
        code = en_vector_integer(in, "sla_h", &hours, err);
    }
    struct en_instant end = {0};
    struct en_instant came = {late * EN_MINUTE_US};
    return put_fail(got, code, en_validation_late_fails(end, came, hours * EN_HOUR_US, &behind));
}

/* V-28: x, t, floor [h]. */
static en_code run_hampel(const json_t *in, json_t *got, struct en_error *err)
{
    static struct vector_day day;
    struct en_hampel_limits limits = {0};
    int64_t half = 12;
    const struct field fields[] = {{"t", &limits.times, 6 * EN_MICRO},
                                   {"floor", &limits.floor, 10000}};
    en_code code = read_day(in, "x", &day, err);
    code = code == EN_OK ? read_fields(in, fields, EN_COUNT_OF(fields), err) : code;
    if (code == EN_OK && en_vector_has(in, "h")) {
        code = en_vector_integer(in, "h", &half, err);
    }
    if (code == EN_OK && (half < 1 || half > EN_HAMPEL_HALF_MAX)) {
        code = en_error_set(err, EN_RANGE, "\"h\" is out of range");
    }
    if (code == EN_OK) {
        limits.half = (uint32_t)half;
        en_validation_hampel(&day.day, NULL, 0, &limits, &day.findings);
        put_finding(got, &day.findings);
        if (day.findings.count > 0) {
            en_vector_put_micro(got, "dev", day.items[0].measured);
            en_vector_put_micro(got, "limit", day.items[0].limit);
        }
    }
    return code;
}

/* V-29: x, like [..] [sigmas, pct]. */
static en_code run_likeday(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t like[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t x = 0;
    int64_t mean = 0;
    int64_t limit = 0;
    struct en_like_limits limits = {0};
    const struct field fields[] = {{"x", &x, NEEDED}, {"sigmas", &limits.sigmas, 4 * EN_MICRO}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? percent_or(in, "pct", 20 * PERCENT, &limits.share, err) : code;
    code = code == EN_OK ? en_vector_micros(in, "like", like, &count, err) : code;
    if (code == EN_OK && (count < 2 || count > EN_LIKE_DAYS_MAX)) {
        code = en_error_set(err, EN_RANGE, "\"like\": two days or more are wanted");
    }
    if (code == EN_OK) {
        en_vector_put_bool(got, "fail",
                           en_validation_like(x, like, (uint32_t)count, &limits, &mean, &limit));
        en_vector_put_micro(got, "mean", mean);
        en_vector_put_micro(got, "limit", limit);
    }
    return code;
}

/* V-33: step_min, cfg_min. */
static en_code run_size(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t minutes = 0;
    int64_t configured = 0;
    en_code code = en_vector_integer(in, "step_min", &minutes, err);
    code = code == EN_OK ? en_vector_integer(in, "cfg_min", &configured, err) : code;
    return put_fail(got, code,
                    en_validation_size_fails((uint32_t)minutes * 60, (uint32_t)configured * 60));
}

/* V-35: a, b [abs, pct, is_estimate]. */
static en_code run_edit(const json_t *in, json_t *got, struct en_error *err)
{
    static const char *const names[] = {"", "taken", "ignored", "held"};
    struct en_arrived stands = {.source = EN_SOURCE_MEASURED};
    struct en_arrived comes = {.source = EN_SOURCE_MEASURED};
    struct en_edit_limits limits = {0};
    const struct field fields[] = {
        {"a", &stands.micro, NEEDED}, {"b", &comes.micro, NEEDED}, {"abs", &limits.absolute, 0}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? percent_or(in, "pct", 0, &limits.share, err) : code;
    if (json_is_true(json_object_get(in, "is_estimate"))) {
        comes.source = EN_SOURCE_EST_INTERP;
    }
    if (code == EN_OK) {
        en_vector_put_text(got, "verdict", names[en_validation_edit(&stands, &comes, &limits)]);
    }
    return code;
}

const struct en_vector_rule en_vector_validation_rules[] = {
    {"V-01", run_ident},
    {"V-02", run_clock},
    {"V-03", run_count},
    {"V-04", run_gap},
    {"V-05", run_duplicate},
    {"V-06", run_future},
    {"V-07", run_sum},
    {"V-08", run_register},
    {"V-09", run_spike},
    {"V-10", run_kvarh},
    {"V-11", run_use},
    {"V-12", run_demand},
    {"V-13", run_zero_run},
    {"V-14", run_negative},
    {"V-15", run_capacity},
    {"V-17", run_outage},
    {"V-19", run_stale},
    {"V-20", run_load_factor},
    {"V-21", run_tariffs},
    {"V-22", run_check},
    {"V-23", run_tangent},
    {"V-24", run_estimates},
    {"V-26", run_ratio},
    {"V-27", run_late},
    {"V-28", run_hampel},
    {"V-29", run_likeday},
    {"V-33", run_size},
    {"V-35", run_edit},
    {NULL, NULL},
};
