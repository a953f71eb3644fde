/* Calculated losses. */
#include "core/metering/balance/loss.h"
#include "tests/vectors/vector.h"

#define LOADS_MAX 256

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
    if (*count == 0 || *count > LOADS_MAX) {
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
    struct en_load loads[LOADS_MAX];
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

/* The parameters that are positive decimals, by name; absent ones stay 0. */
static en_code micros_of(const json_t *in, const char *const *keys, int64_t *const *micros,
                         size_t count, struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = en_vector_micro(in, keys[i], micros[i], err);
        if (code == EN_OK && *micros[i] < 0) {
            code = en_error_set(err, EN_RANGE, "%s is below 0", keys[i]);
        }
    }
    return code;
}

/* T hours, above 0. */
static en_code seconds_of(const json_t *in, uint64_t *seconds, struct en_error *err)
{
    int64_t hours = 0;
    en_code code = en_vector_integer(in, "T", &hours, err);
    if (code == EN_OK && (hours <= 0 || hours > 10000000)) {
        code = en_error_set(err, EN_RANGE, "T is out of range");
    }
    *seconds = (uint64_t)hours * 3600;
    return code;
}

static en_code put_loss(json_t *got, bool fits, const int64_t *micro, struct en_error *err)
{
    if (!fits) {
        return does_not_fit(err);
    }
    en_vector_put_integer(got, "uKWh", *micro);
    return EN_OK;
}

/* L-01: dP0, T [u: U/Un]. */
static en_code run_idle(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_transformer transformer = {0, 0, 0};
    static const char *const keys[] = {"dP0"};
    int64_t *const micros[] = {&transformer.idle_micro_kw};
    struct en_ratio voltage = EN_RATIO_ONE;
    uint64_t seconds = 0;
    int64_t micro = 0;
    en_code code = micros_of(in, keys, micros, 1, err);
    code = code == EN_OK ? seconds_of(in, &seconds, err) : code;
    if (code == EN_OK && en_vector_has(in, "u")) {
        code = en_vector_ratio(in, "u", &voltage, err);
    }
    return code != EN_OK
               ? code
               : put_loss(got, en_loss_idle(&transformer, seconds, voltage, &micro), &micro, err);
}

/* L-03: dPk, Sn, W, V, T [kk, kz]. */
static en_code run_month(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_transformer transformer = {0, 0, 0};
    struct en_load month = {0, 0};
    static const char *const keys[] = {"dPk", "Sn", "W", "V"};
    int64_t *const micros[] = {&transformer.load_micro_kw, &transformer.rated_micro_kva,
                               &month.micro_kwh, &month.micro_kvarh};
    struct en_ratio kk = {99, 100};
    struct en_ratio fill = {1, 2};
    uint64_t seconds = 0;
    int64_t micro = 0;
    en_code code = micros_of(in, keys, micros, 4, err);
    code = code == EN_OK ? seconds_of(in, &seconds, err) : code;
    if (code == EN_OK && en_vector_has(in, "kk")) {
        code = en_vector_ratio(in, "kk", &kk, err);
    }
    if (code == EN_OK && en_vector_has(in, "kz")) {
        code = en_vector_ratio(in, "kz", &fill, err);
    }
    if (code == EN_OK && (transformer.rated_micro_kva == 0 || fill.num <= 0)) {
        code = en_error_set(err, EN_RANGE, "Sn or kz is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    bool fits = en_loss_load_month(&transformer, month, seconds, kk, fill, &micro);
    return put_loss(got, fits, &micro, err);
}

/* L-04: Sn, windings [{dPk, hours [[kWh, kvarh], ...]}, ...]. */
static en_code run_windings(const json_t *in, json_t *got, struct en_error *err)
{
    static struct en_load loads[EN_WINDINGS_MAX][LOADS_MAX];
    struct en_winding windings[EN_WINDINGS_MAX];
    const json_t *list = json_object_get(in, "windings");
    size_t count = json_array_size(list);
    size_t slots = 0;
    int64_t rated = 0;
    int64_t micro = 0;
    en_code code = en_vector_micro(in, "Sn", &rated, err);
    if (code == EN_OK && (count == 0 || count > EN_WINDINGS_MAX || rated <= 0)) {
        code = en_error_set(err, EN_RANGE, "Sn or windings is out of range");
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        const json_t *row = json_array_get(list, i);
        size_t before = slots;
        code = en_vector_micro(row, "dPk", &windings[i].load_micro_kw, err);
        code = code == EN_OK ? loads_of(row, loads[i], &slots, err) : code;
        if (code == EN_OK && ((i > 0 && slots != before) || windings[i].load_micro_kw < 0)) {
            code = en_error_set(err, EN_RANGE, "windings are not alike");
        }
        windings[i].slots = loads[i];
    }
    return code != EN_OK
               ? code
               : put_loss(got, en_loss_windings(windings, count, rated, slots, 3600, &micro),
                          &micro, err);
}

/* L-06: dPmax, T and kz, or Pmax and W. */
static en_code run_peak(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_peak_loss peak = {0, 0};
    static const char *const keys[] = {"dPmax", "Pmax", "W"};
    int64_t energy = 0;
    int64_t *const micros[] = {&peak.loss_micro_kw, &peak.peak_micro_kw, &energy};
    struct en_ratio fill = EN_RATIO_ONE;
    bool has_fill = en_vector_has(in, "kz");
    uint64_t seconds = 0;
    int64_t micro = 0;
    en_code code = micros_of(in, keys, micros, has_fill ? 1 : 3, err);
    code = code == EN_OK ? seconds_of(in, &seconds, err) : code;
    if (code == EN_OK && has_fill) {
        code = en_vector_ratio(in, "kz", &fill, err);
    }
    if (code == EN_OK && (fill.num <= 0 || (!has_fill && peak.peak_micro_kw == 0))) {
        code = en_error_set(err, EN_RANGE, "kz or Pmax is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    bool fits = has_fill ? en_loss_fill_hours(peak.loss_micro_kw, seconds, fill, &micro)
                         : en_loss_peak_hours(&peak, energy, seconds, &micro);
    return put_loss(got, fits, &micro, err);
}

/* L-07: P, tg. */
static en_code run_reactive(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t active = 0;
    int64_t reactive = 0;
    struct en_ratio tangent = EN_RATIO_ONE;
    en_code code = en_vector_micro(in, "P", &active, err);
    code = code == EN_OK ? en_vector_ratio(in, "tg", &tangent, err) : code;
    if (code == EN_OK && !en_loss_assumed_reactive(active, tangent, &reactive)) {
        code = does_not_fit(err);
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "Q", reactive);
        en_vector_put_amount(got, "uKvarh",
                             (struct en_amount){reactive, EN_QUALITY_MEASURED | EN_LOSS_ASSUMED});
    }
    return code;
}

/* L-08: dP, T. */
static en_code run_worked(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t power = 0;
    static const char *const keys[] = {"dP"};
    int64_t *const micros[] = {&power};
    uint64_t seconds = 0;
    int64_t micro = 0;
    en_code code = micros_of(in, keys, micros, 1, err);
    code = code == EN_OK ? seconds_of(in, &seconds, err) : code;
    return code == EN_OK ? put_loss(got, en_loss_worked(power, seconds, &micro), &micro, err)
                         : code;
}

/* L-09: W, side "after" or "before" the loss, k or loss [kWh, ...]. */
static en_code run_boundary(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t micro = 0;
    int64_t losses[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    const char *side_text = NULL;
    struct en_ratio share = EN_RATIO_ONE;
    bool fits = true;
    en_code code = en_vector_micro(in, "W", &micro, err);
    code = code == EN_OK ? en_vector_text(in, "side", &side_text, err) : code;
    if (code == EN_OK && en_vector_has(in, "k")) {
        code = en_vector_ratio(in, "k", &share, err);
    } else if (code == EN_OK) {
        code = en_vector_micros(in, "loss", losses, &count, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_boundary_side side =
        strcmp(side_text, "after") == 0 ? EN_BOUNDARY_AFTER_LOSS : EN_BOUNDARY_BEFORE_LOSS;
    if (en_vector_has(in, "k")) {
        fits = en_boundary_by_share(micro, share, side, &micro);
    }
    for (size_t i = 0; i < count && fits; i++) {
        fits = en_boundary_by_loss(micro, losses[i], side, &micro);
    }
    return put_loss(got, fits, &micro, err);
}

/* L-10: loss, I [Ia, Ib, Ic], r: R0/Rph. */
static en_code run_unbalanced(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t loss = 0;
    int64_t currents[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    struct en_ratio neutral = EN_RATIO_ONE;
    en_code code = en_vector_micro(in, "loss", &loss, err);
    code = code == EN_OK ? en_vector_micros(in, "I", currents, &count, err) : code;
    code = code == EN_OK ? en_vector_ratio(in, "r", &neutral, err) : code;
    if (code == EN_OK &&
        (count != 3 || currents[0] < 0 || currents[1] < 0 || currents[2] < 0 || neutral.num < 0)) {
        code = en_error_set(err, EN_RANGE, "I or r is out of range");
    }
    return code != EN_OK
               ? code
               : put_loss(got, en_loss_unbalanced(loss, currents, neutral, &loss), &loss, err);
}

const struct en_vector_rule en_vector_loss_rules[] = {
    {"L-01", run_idle},     {"L-02", run_transformer},
    {"L-03", run_month},    {"L-04", run_windings},
    {"L-05", run_line},     {"L-06", run_peak},
    {"L-07", run_reactive}, {"L-08", run_worked},
    {"L-09", run_boundary}, {"L-10", run_unbalanced},
    {NULL, NULL},
};
