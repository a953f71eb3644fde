#include "core/metering/validation/validation_period.h"

#include <stdlib.h>

#include "core/decimal.h"

bool en_validation_use_fails(struct en_use use, struct en_use reference, int64_t share,
                             int64_t *deviation)
{
    EN_ASSERT(use.days > 0 && reference.days > 0);
    EN_ASSERT(reference.micro > 0);
    EN_ASSERT(share >= 0);
    en_i128 base = (en_i128)reference.micro * use.days;
    en_i128 rest = (en_i128)use.micro * reference.days - base;
    en_u128 shown = en_i128_magnitude(rest) * EN_MICRO / (en_u128)base;
    *deviation = rest < 0 ? -en_validation_shown(shown) : en_validation_shown(shown);
    return en_i128_magnitude(rest) * EN_MICRO > (en_u128)base * (en_u128)share;
}

bool en_validation_demand_fails(int64_t peak, int64_t reference, int64_t low, int64_t high)
{
    en_i128 scaled = (en_i128)peak * EN_MICRO;
    return scaled < (en_i128)reference * low || scaled > (en_i128)reference * high;
}

en_rule_severity en_validation_load_factor(int64_t energy, int64_t peak, uint64_t seconds,
                                           int64_t low, int64_t high, int64_t *factor)
{
    EN_ASSERT(peak > 0);
    EN_ASSERT(seconds > 0 && seconds <= UINT64_C(366) * 86400);
    EN_ASSERT(low >= 0 && high >= 0);
    /* energy [1e-6 kWh] * 3600 * 1e6 against bound [1e-6] * peak [1e-6 kW] * seconds */
    en_i128 scaled = (en_i128)energy * 3600 * EN_MICRO;
    en_i128 most = (en_i128)peak * (en_i128)seconds;
    *factor = (int64_t)(scaled / most);
    if (scaled > most * high) {
        return EN_SEVERITY_ERROR;
    }
    return scaled < most * low ? EN_SEVERITY_WARNING : EN_SEVERITY_NONE;
}

bool en_validation_estimates_fail(uint64_t estimated, uint64_t slots, int64_t share,
                                  uint32_t periods_estimated, uint32_t periods)
{
    EN_ASSERT(share >= 0);
    return (en_u128)estimated * EN_MICRO > (en_u128)slots * (en_u128)share ||
           periods_estimated > periods;
}

static int by_gain(const void *a, const void *b)
{
    const struct en_suspect *x = a;
    const struct en_suspect *y = b;
    if (x->gain != y->gain) {
        return x->gain > y->gain ? -1 : 1;
    }
    return (x->series > y->series) - (x->series < y->series);
}

uint32_t en_validation_suspects(int64_t imbalance, struct en_suspect *members, uint32_t count)
{
    uint32_t kept = 0;
    en_u128 now = en_i128_magnitude(imbalance);
    for (uint32_t i = 0; i < count; i++) {
        en_i128 after = (en_i128)imbalance - members[i].micro + members[i].estimate;
        en_u128 then = en_i128_magnitude(after);
        if (then < now) {
            members[kept] = members[i];
            members[kept].gain = (uint64_t)(now - then);
            kept++;
        }
    }
    qsort(members, kept, sizeof *members, by_gain);
    return kept;
}

char en_validation_grade(en_rule_severity worst)
{
    static const char grades[] = {'A', 'B', 'C', 'F'};
    EN_ASSERT(worst <= EN_SEVERITY_BLOCKING);
    return grades[worst];
}
