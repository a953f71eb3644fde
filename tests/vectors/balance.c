/* B-01, B-02 and calculated losses. */
#include "core/metering/imbalance.h"
#include "core/metering/loss.h"
#include "core/metering/rounding.h"
#include "tests/vectors/vector.h"

#define MEMBERS_MAX 256

/* The deliveries of the last vector that listed them: "same shares" of another total means these.
 */
static struct en_imbalance_member last_out[MEMBERS_MAX];
static size_t last_out_count;

/* [[kWh, error %], ...] */
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
        members[i].count = 1;
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

static en_code does_not_fit(struct en_error *err)
{
    return en_error_set(err, EN_OVERFLOW, "loss does not fit");
}

/* hours [[kWh, kvarh], ...] */
static en_code loads_of(const json_t *in, struct en_load *loads, size_t *count,
                        struct en_error *err)
{
    const json_t *list = json_object_get(in, "hours");
    *count = json_array_size(list);
    if (*count == 0 || *count > MEMBERS_MAX) {
        return en_error_set(err, EN_MALFORMED, "input \"hours\": a list of loads is wanted");
    }
    en_code code = EN_OK;
    for (size_t i = 0; i < *count && code == EN_OK; i++) {
        const json_t *row = json_array_get(list, i);
        code = en_vector_micro_of(json_array_get(row, 0), "hours", &loads[i].micro_kwh, err);
        if (code == EN_OK) {
            code = en_vector_micro_of(json_array_get(row, 1), "hours", &loads[i].micro_kvarh, err);
        }
    }
    return code;
}

/* L-02 with L-01: dPk, Sn, hours [dP0]. */
static en_code run_transformer(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_transformer transformer = {0, 0, 0};
    struct en_load loads[MEMBERS_MAX];
    size_t count = 0;
    int64_t load = 0;
    int64_t idle = 0;
    en_code code = en_vector_micro(in, "dPk", &transformer.load_micro_kw, err);
    code = code == EN_OK ? en_vector_micro(in, "Sn", &transformer.rated_micro_kva, err) : code;
    if (code == EN_OK && en_vector_has(in, "dP0")) {
        code = en_vector_micro(in, "dP0", &transformer.idle_micro_kw, err);
    }
    code = code == EN_OK ? loads_of(in, loads, &count, err) : code;
    if (code == EN_OK && (transformer.load_micro_kw < 0 || transformer.idle_micro_kw < 0 ||
                          transformer.rated_micro_kva <= 0)) {
        code = en_error_set(err, EN_RANGE, "dP0, dPk or Sn is out of range");
    }
    if (code == EN_OK && (!en_loss_load(&transformer, loads, count, 3600, &load) ||
                          !en_loss_idle(&transformer, count * 3600, EN_RATIO_ONE, &idle))) {
        code = does_not_fit(err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uKWh", load + idle);
    }
    return code;
}

/* L-05: R_ohm, P, Q (kW, kvar), U_kv, h hours. */
static en_code run_line(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_line line = {0, 0};
    struct en_load load = {0, 0};
    int64_t hours = 0;
    int64_t micro = 0;
    en_code code = en_vector_micro(in, "R_ohm", &line.micro_ohm, err);
    code = code == EN_OK ? en_vector_micro(in, "U_kv", &line.micro_kv, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "P", &load.micro_kwh, err) : code;
    code = code == EN_OK ? en_vector_micro(in, "Q", &load.micro_kvarh, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "h", &hours, err) : code;
    if (code == EN_OK &&
        (line.micro_ohm < 0 || line.micro_kv <= 0 || hours <= 0 || hours > 100000)) {
        code = en_error_set(err, EN_RANGE, "R_ohm, U_kv or h is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    /* The rule takes energies of one slot: power over h hours. */
    uint32_t seconds = (uint32_t)hours * 3600;
    struct en_amount active = en_consumption_of_power(load.micro_kwh, seconds);
    struct en_amount reactive = en_consumption_of_power(load.micro_kvarh, seconds);
    load = (struct en_load){active.micro, reactive.micro};
    if (!en_loss_line(&line, &load, 1, seconds, &micro)) {
        return does_not_fit(err);
    }
    en_vector_put_integer(got, "uKWh", micro);
    return EN_OK;
}

const struct en_vector_rule en_vector_balance_rules[] = {
    {"B-01", run_imbalance},
    {"B-02", run_imbalance},
    {"L-02", run_transformer},
    {"L-05", run_line},
    {NULL, NULL},
};
