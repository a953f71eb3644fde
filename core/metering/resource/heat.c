#include "core/metering/resource/heat.h"

/* 1e-6 t times 1e-6 kJ/kg is 1e-6 kg * kJ/kg * 1e-3 = 1e-6 J: a ton is 1000 kg, a kJ 1000 J. */
#define MICRO_J_PER_MICRO_GJ INT64_C(1000000000)
#define MICRO_J_PER_MICRO_GCAL INT64_C(4186800000)

/* mass * (from - to); false when the difference leaves 64 bits (the product then always fits). */
static bool heat_between(int64_t micro_t, int64_t from, int64_t to, en_i128 *micro_j)
{
    int64_t difference = 0;
    if (!en_i64_subtract(from, to, &difference)) {
        return false;
    }
    *micro_j = (en_i128)micro_t * difference;
    return true;
}

bool en_heat_closed(int64_t micro_t, int64_t supply, int64_t back, struct en_heat_exact *heat)
{
    return heat_between(micro_t, supply, back, &heat->micro_j);
}

bool en_heat_open(struct en_heat_pipe supply, struct en_heat_pipe back, int64_t cold_micro_kj_kg,
                  struct en_heat_exact *heat)
{
    en_i128 brought = 0;
    en_i128 taken = 0;
    if (!heat_between(supply.micro_t, supply.micro_kj_kg, cold_micro_kj_kg, &brought) ||
        !heat_between(back.micro_t, back.micro_kj_kg, cold_micro_kj_kg, &taken)) {
        return false;
    }
    heat->micro_j = brought - taken; /* each is below 2^126 */
    return true;
}

bool en_heat_steam(int64_t micro_t, int64_t steam, int64_t condensate, struct en_heat_exact *heat)
{
    return heat_between(micro_t, steam, condensate, &heat->micro_j);
}

bool en_heat_in(struct en_heat_exact heat, en_unit unit, int64_t *micro)
{
    EN_ASSERT(unit == EN_UNIT_GJ || unit == EN_UNIT_GCAL);
    en_i128 part = unit == EN_UNIT_GJ ? MICRO_J_PER_MICRO_GJ : MICRO_J_PER_MICRO_GCAL;
    return en_i128_to_i64(en_i128_divide_half_up(heat.micro_j, part), micro);
}

bool en_heat_of_failure(const struct en_heat_failure *failure, int64_t *micro)
{
    int64_t now = 0;
    int64_t then = 0;
    if (!en_i64_subtract(failure->inside, failure->outside, &now) ||
        !en_i64_subtract(failure->inside, failure->outside_mean, &then) || then <= 0) {
        return false;
    }
    now = now < 0 ? 0 : now;
    return en_i128_to_i64(en_i128_divide_half_up((en_i128)failure->mean_micro * now, then), micro);
}

bool en_heat_failure_is_scaled(uint32_t days_used, uint32_t days_max)
{
    return days_used < days_max;
}

bool en_heat_is_too_close(int64_t supply_micro_degc, int64_t return_micro_degc, int64_t limit)
{
    EN_ASSERT(limit >= 0);
    return (en_i128)supply_micro_degc - return_micro_degc < limit;
}
