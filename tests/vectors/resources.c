/* gas, heat, steam, water. */
#include "core/metering/resource/gas.h"
#include "core/metering/resource/heat.h"
#include "core/metering/resource/leak.h"
#include "core/metering/resource/mean.h"
#include "core/metering/resource/water.h"
#include "tests/vectors/vector.h"

#define PARTS_MAX 256

/* Several inputs in 1e-6 by name; stops at the first that is missing. */
struct field {
    const char *key;
    int64_t *micro;
};

static en_code read_fields(const json_t *in, const struct field *fields, size_t count,
                           struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = en_vector_micro(in, fields[i].key, fields[i].micro, err);
    }
    return code;
}

static en_code refused(bool is_computed, const char *what, struct en_error *err)
{
    return is_computed ? EN_OK : en_error_set(err, EN_RANGE, "%s", what);
}

/* V, P_kpa, T_k, K. */
static en_code run_gas(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t volume = 0;
    int64_t standard = 0;
    struct en_gas_state gas = {0, 0, 0};
    const struct field fields[] = {{"V", &volume},
                                   {"P_kpa", &gas.micro_kpa},
                                   {"T_k", &gas.micro_k},
                                   {"K", &gas.compressibility}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK) {
        code = refused(en_gas_standard_volume(volume, &gas, &standard), "no such gas", err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "um3", standard);
    }
    return code;
}

/* Enthalpy given as `key` (kJ/kg), or of water at `t` and `p` (degC, kPa). */
static en_code enthalpy_of(const json_t *in, const char *key, const char *t, const char *p,
                           int64_t *micro, struct en_error *err)
{
    if (en_vector_has(in, key)) {
        return en_vector_micro(in, key, micro, err);
    }
    struct en_water_state state = {0, 0};
    const struct field fields[] = {{t, &state.micro_degc}, {p, &state.micro_kpa}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK) {
        code = refused(en_water_enthalpy(EN_WATER_LIQUID, state, micro), "no such water", err);
    }
    return code;
}

static en_code put_heat(struct en_heat_exact heat, json_t *got, struct en_error *err)
{
    int64_t gj = 0;
    int64_t gcal = 0;
    en_code code = refused(en_heat_in(heat, EN_UNIT_GJ, &gj), "heat does not fit", err);
    if (code == EN_OK && en_heat_in(heat, EN_UNIT_GCAL, &gcal)) {
        en_vector_put_integer(got, "uGJ", gj);
        en_vector_put_integer(got, "uGcal", gcal);
    }
    return code;
}

/* M1, h1 (or t1, p1), h2 (or t2, p2); open with M2 and hcw (or tcw, pcw). */
static en_code run_heat(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_heat_pipe supply = {0, 0};
    struct en_heat_pipe back = {0, 0};
    struct en_heat_exact heat = {0};
    int64_t cold = 0;
    en_code code = en_vector_micro(in, "M1", &supply.micro_t, err);
    code = code == EN_OK ? enthalpy_of(in, "h1", "t1", "p1", &supply.micro_kj_kg, err) : code;
    code = code == EN_OK ? enthalpy_of(in, "h2", "t2", "p2", &back.micro_kj_kg, err) : code;
    if (code == EN_OK && !en_vector_has(in, "M2")) {
        code = refused(en_heat_closed(supply.micro_t, supply.micro_kj_kg, back.micro_kj_kg, &heat),
                       "heat does not fit", err);
        return code == EN_OK ? put_heat(heat, got, err) : code;
    }
    code = code == EN_OK ? en_vector_micro(in, "M2", &back.micro_t, err) : code;
    code = code == EN_OK ? enthalpy_of(in, "hcw", "tcw", "pcw", &cold, err) : code;
    if (code == EN_OK) {
        code = refused(en_heat_open(supply, back, cold, &heat), "heat does not fit", err);
    }
    return code == EN_OK ? put_heat(heat, got, err) : code;
}

/* D, h (or p_kpa of saturated steam), hc. */
static en_code run_steam(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t mass = 0;
    int64_t steam = 0;
    int64_t condensate = 0;
    int64_t pressure = 0;
    struct en_heat_exact heat = {0};
    const struct field fields[] = {{"D", &mass}, {"hc", &condensate}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK && en_vector_has(in, "h")) {
        code = en_vector_micro(in, "h", &steam, err);
    } else if (code == EN_OK) {
        code = en_vector_micro(in, "p_kpa", &pressure, err);
        code = code == EN_OK
                   ? refused(en_water_saturated_enthalpy(EN_WATER_STEAM, pressure, &steam),
                             "no such steam", err)
                   : code;
    }
    if (code == EN_OK) {
        code = refused(en_heat_steam(mass, steam, condensate, &heat), "heat does not fit", err);
    }
    return code == EN_OK ? put_heat(heat, got, err) : code;
}

/* M1, M2, d1, d2 (%). */
static en_code run_mass_balance(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_leak_mass supply = {0, 0};
    struct en_leak_mass back = {0, 0};
    struct en_leak_balance balance = {0};
    int64_t errors[2] = {0, 0};
    const struct field fields[] = {
        {"M1", &supply.micro_t}, {"M2", &back.micro_t}, {"d1", &errors[0]}, {"d2", &errors[1]}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK && (errors[0] % 100 != 0 || errors[1] % 100 != 0 || errors[0] > INT32_MAX ||
                          errors[1] > INT32_MAX)) {
        code = en_error_set(err, EN_RANGE, "d1 or d2 is out of range");
    }
    supply.error = (int32_t)(errors[0] / 100);
    back.error = (int32_t)(errors[1] / 100);
    if (code == EN_OK) {
        code = refused(en_leak_balance(supply, back, &balance), "no such balance", err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "ut", balance.difference_micro);
        en_vector_put_integer(got, "perm_ut", balance.permissible_micro);
        en_vector_put_bool(got, "pass", balance.is_permitted);
    }
    return code;
}

/* Q_avg, t_in, t_out, t_out_avg [days_used]. */
static en_code run_heat_failure(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_heat_failure failure = {0, 0, 0, 0};
    int64_t days = 0;
    int64_t micro = 0;
    const struct field fields[] = {{"Q_avg", &failure.mean_micro},
                                   {"t_in", &failure.inside},
                                   {"t_out", &failure.outside},
                                   {"t_out_avg", &failure.outside_mean}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK && en_vector_has(in, "days_used")) {
        code = en_vector_integer(in, "days_used", &days, err);
    }
    if (code == EN_OK) {
        code = refused(en_heat_of_failure(&failure, &micro), "nothing to scale", err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uQ", micro);
        en_vector_put_bool(got, "scaled",
                           en_heat_failure_is_scaled((uint32_t)days, EN_HEAT_FAILURE_DAYS_MAX));
    }
    return code;
}

/* contract, design (per hour), h. */
static en_code run_gas_failure(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t contract = 0;
    int64_t design = 0;
    int64_t hours = 0;
    int64_t micro = 0;
    const struct field fields[] = {{"contract", &contract}, {"design", &design}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    code = code == EN_OK ? en_vector_integer(in, "h", &hours, err) : code;
    if (code == EN_OK && (hours < 0 || hours > 100000)) {
        code = en_error_set(err, EN_RANGE, "h is out of range");
    }
    if (code == EN_OK) {
        code = refused(en_gas_of_failure(contract, design, (uint32_t)hours * 3600, &micro),
                       "no such load", err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "um3", micro);
    }
    return code;
}

/* minima of nights, q0, n. */
static en_code run_night_flow(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t minima[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t limit = 0;
    int64_t wanted = 0;
    en_code code = en_vector_micros(in, "minima", minima, &count, err);
    code = code == EN_OK ? en_vector_micro(in, "q0", &limit, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "n", &wanted, err) : code;
    if (code == EN_OK && wanted <= 0) {
        code = en_error_set(err, EN_RANGE, "n must be above 0");
    }
    if (code == EN_OK) {
        en_vector_put_bool(got, "leak", en_leak_is_nightly(minima, count, (size_t)wanted, limit));
    }
    return code;
}

/* t1, t2. */
static en_code run_difference(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t supply = 0;
    int64_t back = 0;
    const struct field fields[] = {{"t1", &supply}, {"t2", &back}};
    en_code code = read_fields(in, fields, EN_COUNT_OF(fields), err);
    if (code == EN_OK) {
        bool is_close = en_heat_is_too_close(supply, back, EN_HEAT_DIFFERENCE_MIN);
        en_vector_put_text(got, "verdict",
                           en_verdict_name(is_close ? EN_VERDICT_SUSPECT : EN_VERDICT_VALID));
    }
    return code;
}

/* parts [[M, T], ...]. */
static en_code run_mean(const json_t *in, json_t *got, struct en_error *err)
{
    struct en_mean_part parts[PARTS_MAX];
    const json_t *list = json_object_get(in, "parts");
    size_t count = json_array_size(list);
    int64_t micro = 0;
    en_code code = EN_OK;
    if (count > PARTS_MAX) {
        return en_error_set(err, EN_MALFORMED, "input \"parts\": too many");
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        const json_t *row = json_array_get(list, i);
        code = en_vector_micro_of(json_array_get(row, 0), "parts", &parts[i].weight, err);
        if (code == EN_OK) {
            code = en_vector_micro_of(json_array_get(row, 1), "parts", &parts[i].micro, err);
        }
    }
    if (code == EN_OK) {
        code = refused(en_mean_weighted(parts, count, &micro), "nothing flowed", err);
    }
    if (code == EN_OK) {
        en_vector_put_integer(got, "uT", micro);
    }
    return code;
}

const struct en_vector_rule en_vector_resources_rules[] = {
    {"X-01", run_gas},          {"X-02", run_heat},
    {"X-03", run_steam},        {"X-04", run_mass_balance},
    {"X-05", run_heat_failure}, {"X-06", run_gas_failure},
    {"X-07", run_night_flow},   {"X-08", run_difference},
    {"X-09", run_mean},         {NULL, NULL},
};
