#include "core/metering/formula/formula_state.h"

#include "core/metering/resource/gas.h"
#include "core/metering/resource/heat.h"
#include "core/metering/resource/water.h"

static bool enthalpy(en_water_phase phase, int64_t micro_degc, int64_t micro_kpa, int64_t *micro)
{
    return en_water_enthalpy(phase, (struct en_water_state){micro_kpa, micro_degc}, micro);
}

static en_formula_state_verdict verdict_of(bool is_computed, bool is_doubtful)
{
    return !is_computed  ? EN_FORMULA_STATE_IMPOSSIBLE
           : is_doubtful ? EN_FORMULA_STATE_DOUBTFUL
                         : EN_FORMULA_STATE_GOOD;
}

/* V, P, t, K */
static en_formula_state_verdict gas_standard(const int64_t *args, int64_t *micro)
{
    struct en_gas_state gas = {args[1], 0, args[3]};
    bool fits = en_i64_add(args[2], EN_GAS_ZERO_DEGC_MICRO_K, &gas.micro_k);
    return verdict_of(fits && en_gas_standard_volume(args[0], &gas, micro), false);
}

/* M, t1, p1, t2, p2 */
static en_formula_state_verdict heat(const int64_t *args, int64_t *micro)
{
    int64_t supply = 0;
    int64_t back = 0;
    struct en_heat_exact exact = {0};
    bool is_computed = enthalpy(EN_WATER_LIQUID, args[1], args[2], &supply) &&
                       enthalpy(EN_WATER_LIQUID, args[3], args[4], &back) &&
                       en_heat_closed(args[0], supply, back, &exact) &&
                       en_heat_in(exact, EN_UNIT_GJ, micro);
    return verdict_of(is_computed, en_heat_is_too_close(args[1], args[3], EN_HEAT_DIFFERENCE_MIN));
}

/* M1, t1, p1, M2, t2, p2, tc, pc */
static en_formula_state_verdict heat_open(const int64_t *args, int64_t *micro)
{
    struct en_heat_pipe supply = {args[0], 0};
    struct en_heat_pipe back = {args[3], 0};
    int64_t cold = 0;
    struct en_heat_exact exact = {0};
    bool is_computed = enthalpy(EN_WATER_LIQUID, args[1], args[2], &supply.micro_kj_kg) &&
                       enthalpy(EN_WATER_LIQUID, args[4], args[5], &back.micro_kj_kg) &&
                       enthalpy(EN_WATER_LIQUID, args[6], args[7], &cold) &&
                       en_heat_open(supply, back, cold, &exact) &&
                       en_heat_in(exact, EN_UNIT_GJ, micro);
    return verdict_of(is_computed, en_heat_is_too_close(args[1], args[4], EN_HEAT_DIFFERENCE_MIN));
}

/* V, t, p: m3 * kg/m3 is kg, 1e-3 t */
static en_formula_state_verdict water_mass(const int64_t *args, int64_t *micro)
{
    int64_t density = 0;
    struct en_water_state state = {args[2], args[1]};
    bool is_computed =
        en_water_density(EN_WATER_LIQUID, state, &density) &&
        en_i128_to_i64(en_i128_divide_half_up((en_i128)args[0] * density, 1000 * INT64_C(1000000)),
                       micro);
    return verdict_of(is_computed, false);
}

/* D, t, p, tc, pc */
static en_formula_state_verdict steam(const int64_t *args, int64_t *micro)
{
    int64_t hot = 0;
    int64_t condensate = 0;
    struct en_heat_exact exact = {0};
    return verdict_of(enthalpy(EN_WATER_STEAM, args[1], args[2], &hot) &&
                          enthalpy(EN_WATER_LIQUID, args[3], args[4], &condensate) &&
                          en_heat_steam(args[0], hot, condensate, &exact) &&
                          en_heat_in(exact, EN_UNIT_GJ, micro),
                      false);
}

/* D, p, tc, pc */
static en_formula_state_verdict steam_saturated(const int64_t *args, int64_t *micro)
{
    int64_t hot = 0;
    int64_t condensate = 0;
    struct en_heat_exact exact = {0};
    return verdict_of(en_water_saturated_enthalpy(EN_WATER_STEAM, args[1], &hot) &&
                          enthalpy(EN_WATER_LIQUID, args[2], args[3], &condensate) &&
                          en_heat_steam(args[0], hot, condensate, &exact) &&
                          en_heat_in(exact, EN_UNIT_GJ, micro),
                      false);
}

#define DEGC EN_UNIT_DEGC
#define KPA EN_UNIT_KPA
static const struct en_formula_state states[] = {
    {EN_FORMULA_GAS_STANDARD, 4, {EN_UNIT_M3, KPA, DEGC, EN_UNIT_NONE}, EN_UNIT_M3, gas_standard},
    {EN_FORMULA_HEAT, 5, {EN_UNIT_T, DEGC, KPA, DEGC, KPA}, EN_UNIT_GJ, heat},
    {EN_FORMULA_HEAT_OPEN,
     8,
     {EN_UNIT_T, DEGC, KPA, EN_UNIT_T, DEGC, KPA, DEGC, KPA},
     EN_UNIT_GJ,
     heat_open},
    {EN_FORMULA_WATER_MASS, 3, {EN_UNIT_M3, DEGC, KPA}, EN_UNIT_T, water_mass},
    {EN_FORMULA_STEAM, 5, {EN_UNIT_T, DEGC, KPA, DEGC, KPA}, EN_UNIT_GJ, steam},
    {EN_FORMULA_STEAM_SATURATED, 4, {EN_UNIT_T, KPA, DEGC, KPA}, EN_UNIT_GJ, steam_saturated},
};

const struct en_formula_state *en_formula_state_of(en_formula_op op)
{
    for (size_t i = 0; i < EN_COUNT_OF(states); i++) {
        if (states[i].op == op) {
            return &states[i];
        }
    }
    return NULL;
}
