/* Balances: imbalance, errors of channels, levels, groups, the bypass breaker. */
#include "core/metering/balance/balance_level.h"
#include "core/metering/balance/bypass.h"
#include "core/metering/balance/channel_error.h"
#include "core/metering/balance/imbalance.h"
#include "core/metering/rounding.h"
#include "tests/vectors/vector.h"

#define MEMBERS_MAX 256

/* The deliveries of the last vector that listed them: "same shares" of another total means these.
 */
static struct en_imbalance_member last_out[MEMBERS_MAX];
static size_t last_out_count;

/* [[kWh, error %, meters if more than one], ...] */
static en_code members_of(const json_t *in, const char *key, struct en_imbalance_member *members,
                          size_t *count, struct en_error *err)
{
    const json_t *list = json_object_get(in, key);
    *count = json_array_size(list);
    if (*count > MEMBERS_MAX) {
        return en_error_set(err, EN_MALFORMED, "input \"%s\": too many members", key);
    }
    en_code code = EN_OK;
    for (size_t i = 0; i < *count && code == EN_OK; i++) {
        const json_t *row = json_array_get(list, i);
        int64_t error_micro = 0;
        int64_t error = 0;
        code = en_vector_micro_of(json_array_get(row, 0), key, &members[i].micro, err);
        if (code == EN_OK) {
            code = en_vector_micro_of(json_array_get(row, 1), key, &error_micro, err);
        }
        error = error_micro / 100; /* % in 1e-6 to 1e-4 % */
        if (code == EN_OK && (error_micro % 100 != 0 || error < 0 || error > INT32_MAX)) {
            code = en_error_set(err, EN_RANGE, "input \"%s\": error out of range", key);
        }
        members[i].error = (int32_t)error;
        const json_t *meters = json_array_get(row, 2);
        members[i].count = json_is_integer(meters) ? (uint32_t)json_integer_value(meters) : 1;
    }
    return code;
}

/* The remembered deliveries scaled to another total. */
static en_code scale_last(int64_t total, struct en_imbalance_member *out, size_t *count,
                          struct en_error *err)
{
    int64_t weights[MEMBERS_MAX];
    int64_t parts[MEMBERS_MAX];
    for (size_t i = 0; i < last_out_count; i++) {
        weights[i] = last_out[i].micro;
    }
    en_code code = en_split_largest_remainder(total, weights, last_out_count, parts, err);
    for (size_t i = 0; code == EN_OK && i < last_out_count; i++) {
        out[i] = last_out[i];
        out[i].micro = parts[i];
    }
    *count = last_out_count;
    return code;
}

static en_code deliveries_of(const json_t *in, struct en_imbalance_member *out, size_t *count,
                             struct en_error *err)
{
    if (en_vector_has(in, "out_total")) {
        int64_t total = 0;
        en_code code = en_vector_micro(in, "out_total", &total, err);
        return code == EN_OK ? scale_last(total, out, count, err) : code;
    }
    en_code code = members_of(in, "out", out, count, err);
    if (code == EN_OK) {
        memcpy(last_out, out, *count * sizeof *out);
        last_out_count = *count;
    }
    return code;
}

/* 1e-4 % as text of %. */
static void put_percent(json_t *got, const char *key, int64_t value)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    (void)en_decimal_print((struct en_decimal){value, -4}, text);
    en_vector_put_text(got, key, text);
}

/* B-02: in, out (or out_total of the same shares) [own, loss]. */
static en_code run_imbalance(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_imbalance_member receipts[MEMBERS_MAX];
    struct en_imbalance_member deliveries[MEMBERS_MAX];
    struct en_imbalance_input input = {.in = receipts, .out = deliveries};
    struct en_imbalance result = {0};
    en_code code = members_of(in, "in", receipts, &input.in_count, err);
    code = code == EN_OK ? deliveries_of(in, deliveries, &input.out_count, err) : code;
    if (code == EN_OK && en_vector_has(in, "own")) {
        code = en_vector_micro(in, "own", &input.own_micro, err);
    }
    if (code == EN_OK && en_vector_has(in, "loss")) {
        code = en_vector_micro(in, "loss", &input.loss_micro, err);
    }
    code = code == EN_OK ? en_imbalance_compute(&input, &result, err) : code;
    if (code == EN_OK) {
        put_percent(got, "actual_pct", result.actual);
        put_percent(got, "perm_pct", result.permissible);
        en_vector_put_bool(got, "pass", result.is_permitted);
    }
    return code;
}

/* B-02t: actual (a list of %, or kWh), n periods. */
static en_code run_trend(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t values[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t periods = 3;
    en_code code = en_vector_micros(in, "actual", values, &count, err);
    if (code == EN_OK && en_vector_has(in, "n")) {
        code = en_vector_integer(in, "n", &periods, err);
    }
    if (code == EN_OK && periods <= 0) {
        code = en_error_set(err, EN_RANGE, "n is out of range");
    }
    if (code == EN_OK) {
        en_vector_put_bool(got, "trend", en_imbalance_is_trend(values, count, (size_t)periods));
    }
    return code;
}

/* B-02q: doubtful of slots [x %]. */
static en_code run_gate(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t doubtful = 0;
    int64_t slots = 0;
    int64_t most = EN_IMBALANCE_DOUBTFUL_MAX * INT64_C(100);
    en_code code = en_vector_integer(in, "doubtful", &doubtful, err);
    code = code == EN_OK ? en_vector_integer(in, "slots", &slots, err) : code;
    if (code == EN_OK && en_vector_has(in, "x")) {
        code = en_vector_micro(in, "x", &most, err);
    }
    if (code == EN_OK && (doubtful < 0 || slots < 0 || most < 0 || most > 100 * EN_MICRO)) {
        code = en_error_set(err, EN_RANGE, "doubtful, slots or x is out of range");
    }
    if (code == EN_OK) {
        en_vector_put_bool(got, "assessable",
                           en_imbalance_is_assessable((uint64_t)doubtful, (uint64_t)slots,
                                                      (uint32_t)(most / 100)));
    }
    return code;
}

static en_code class_of(const json_t *in, const char *key, en_accuracy *accuracy,
                        struct en_error *err)
{
    const char *text = NULL;
    if (!en_vector_has(in, key)) {
        return EN_OK;
    }
    en_code code = en_vector_text(in, key, &text, err);
    return code == EN_OK ? en_accuracy_parse(en_slice_text(text), accuracy, err) : code;
}

/* B-03: ct, vt, meter (classes), wire (%) [In (A), U (kV), W, V, h]. */
static en_code run_channel_error(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_channel_accuracy accuracy = {.phases = 3};
    struct en_channel_load load = {{0, 0}, 0};
    int64_t wire = 0;
    int64_t hours = 0;
    en_code code = class_of(in, "ct", &accuracy.current, err);
    code = code == EN_OK ? class_of(in, "vt", &accuracy.voltage, err) : code;
    code = code == EN_OK ? class_of(in, "meter", &accuracy.meter, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "wire", &wire, err) : code;
    if (code == EN_OK && en_vector_has(in, "In")) {
        code = en_vector_micro(in, "In", &accuracy.rated_micro_a, err);
        code = code == EN_OK ? en_vector_micro(in, "U", &accuracy.rated_micro_kv, err) : code;
        code = code == EN_OK ? en_vector_micro(in, "W", &load.energy.micro_kwh, err) : code;
        code = code == EN_OK ? en_vector_integer(in, "h", &hours, err) : code;
    }
    if (code == EN_OK && en_vector_has(in, "V")) {
        code = en_vector_micro(in, "V", &load.energy.micro_kvarh, err);
    }
    if (code == EN_OK && (wire < 0 || wire > 100 * EN_MICRO || hours < 0)) {
        code = en_error_set(err, EN_RANGE, "wire or h is out of range");
    }
    if (code == EN_OK) {
        accuracy.wire = (int32_t)(wire / 100);
        load.seconds = (uint64_t)hours * 3600;
        struct en_channel_error error = en_channel_error_compute(&accuracy, &load);
        put_percent(got, "delta_pct", error.error);
        en_vector_put_integer(got, "zone_pct", error.zone_percent);
        en_vector_put_bool(got, "assumed", error.is_assumed);
    }
    return code;
}

/* B-11: in, out, technical [limit %]. */
static en_code run_level(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_level level = {0, 0, 0};
    struct en_level_loss loss = {0};
    int64_t limit = EN_LEVEL_COMMERCIAL_MAX * INT64_C(100);
    en_code code = en_vector_micro(in, "in", &level.in_micro, err);
    code = code == EN_OK ? en_vector_micro(in, "out", &level.out_micro, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "technical", &level.technical_micro, err) : code;
    if (code == EN_OK && en_vector_has(in, "limit")) {
        code = en_vector_micro(in, "limit", &limit, err);
    }
    if (code == EN_OK && (limit < 0 || limit > 100 * EN_MICRO ||
                          !en_level_compute(&level, (uint32_t)(limit / 100), &loss))) {
        code = en_error_set(err, EN_RANGE, "the level does not fit");
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "reported", loss.reported_micro);
        en_vector_put_micro(got, "technical", level.technical_micro);
        en_vector_put_micro(got, "commercial", loss.commercial_micro);
        put_percent(got, "commercial_pct", loss.commercial_percent);
        en_vector_put_bool(got, "work_list", loss.is_above);
    }
    return code;
}

/* B-12: main, reserve (kWh by slot) [eps]. */
static en_code run_supply(const json_t *in, json_t *got, struct en_error *err)
{
    static int64_t values[2][EN_VECTOR_ITEMS_MAX];
    const int64_t *const inputs[] = {values[0], values[1]};
    struct en_supply supply = {0};
    size_t main_count = 0;
    size_t reserve_count = 0;
    int64_t epsilon = 0;
    en_code code = en_vector_micros(in, "main", values[0], &main_count, err);
    code = code == EN_OK ? en_vector_micros(in, "reserve", values[1], &reserve_count, err) : code;
    if (code == EN_OK && en_vector_has(in, "eps")) {
        code = en_vector_micro(in, "eps", &epsilon, err);
    }
    if (code == EN_OK && (main_count == 0 || main_count != reserve_count || epsilon < 0 ||
                          !en_supply_compute(inputs, 2, main_count, epsilon, &supply))) {
        code = en_error_set(err, EN_RANGE, "main and reserve are not alike, or do not fit");
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "sum", supply.sum_micro);
        en_vector_put_micro(got, "peak", supply.peak_micro);
        en_vector_put_integer(got, "reserve_active", (int64_t)supply.reserve_active);
    }
    return code;
}

/* B-13: members [[kWh, coefficient, complete %], ...]. */
static en_code run_group(const json_t *in, json_t *got, struct en_error *err)
{
    static struct en_group_member members[MEMBERS_MAX];
    const json_t *list = json_object_get(in, "members");
    size_t count = json_array_size(list);
    int64_t sum = 0;
    uint32_t least = 0;
    en_code code = count <= MEMBERS_MAX ? EN_OK : en_error_set(err, EN_LIMIT, "too many members");
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        const json_t *row = json_array_get(list, i);
        int64_t complete = 0;
        code = en_vector_micro_of(json_array_get(row, 0), "members", &members[i].micro, err);
        if (code == EN_OK) {
            code = en_vector_micro_of(json_array_get(row, 2), "members", &complete, err);
        }
        members[i].coefficient = (int32_t)json_integer_value(json_array_get(row, 1));
        members[i].complete = (uint32_t)(complete / 100);
    }
    if (code == EN_OK && !en_group_sum(members, count, &sum, &least)) {
        code = en_error_set(err, EN_OVERFLOW, "the sum does not fit");
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "sum", sum);
        put_percent(got, "complete_pct", least);
    }
    return code;
}

/* B-20: feeder, byp, on (minute of the slot), slot_min. */
static en_code run_bypass(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_amount feeder = {0, EN_QUALITY_MEASURED};
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    int64_t bypass = 0;
    int64_t on = 0;
    int64_t minutes = 0;
    size_t count = 0;
    en_code code = en_vector_micro(in, "feeder", &feeder.micro, err);
    code = code == EN_OK ? en_vector_micro(in, "byp", &bypass, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "on_min", &on, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "slot_min", &minutes, err) : code;
    if (code == EN_OK) {
        const struct en_bypass_use use = {1, {{on * EN_MINUTE_US}, {INT64_MAX}}};
        const struct en_interval slot = {{0}, {minutes * EN_MINUTE_US}};
        code = en_bypass_split(&use, 1, slot, bypass, shares, &count, err);
    }
    if (code == EN_OK) {
        feeder.micro += count > 0 ? shares[0].micro : 0;
        feeder.quality |= count > 0 ? EN_QUALITY_BYPASS : 0;
        en_vector_put_micro(got, "feeder", feeder.micro);
        en_vector_put_micro(got, "bypass", count > 0 ? bypass - shares[0].micro : bypass);
        en_vector_put_amount(got, "uKWh", feeder);
    }
    return code;
}

/* B-21: byp, min [minutes of each feeder]: whole units are split into whole units. */
static en_code run_bypass_split(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t minutes[EN_VECTOR_ITEMS_MAX];
    struct en_bypass_use uses[EN_BYPASS_FEEDERS_MAX];
    struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX];
    int64_t parts[EN_BYPASS_FEEDERS_MAX];
    int64_t bypass = 0;
    int64_t at = 0;
    size_t count = 0;
    en_code code = en_vector_integer(in, "byp", &bypass, err);
    code = code == EN_OK ? en_vector_integers(in, "min", minutes, &count, err) : code;
    if (code == EN_OK && count > EN_BYPASS_FEEDERS_MAX) {
        code = en_error_set(err, EN_LIMIT, "too many feeders");
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        uses[i].feeder = (uint32_t)i + 1;
        uses[i].served.from.us = at;
        at += minutes[i] * EN_MINUTE_US;
        uses[i].served.to.us = at;
    }
    if (code == EN_OK) {
        code = en_bypass_split(uses, count, (struct en_interval){{0}, {at}}, bypass, shares, &count,
                               err);
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        parts[i] = shares[i].micro;
    }
    if (code == EN_OK) {
        en_vector_put_integers(got, "parts", parts, count);
    }
    return code;
}

const struct en_vector_rule en_vector_balance_rules[] = {
    {"B-01", run_imbalance},
    {"B-02", run_imbalance},
    {"B-02g", run_imbalance},
    {"B-02s", run_imbalance},
    {"B-02t", run_trend},
    {"B-02q", run_gate},
    {"B-03", run_channel_error},
    {"B-11", run_level},
    {"B-12", run_supply},
    {"B-13", run_group},
    {"B-20", run_bypass},
    {"B-21", run_bypass_split},
    {NULL, NULL},
};
