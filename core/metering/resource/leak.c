#include "core/metering/resource/leak.h"

#include "core/fixed.h"
#include "core/metering/quality.h"

/* 1e-4 % of a whole. */
#define ERRORS_PER_ONE 1000000

bool en_leak_balance(struct en_leak_mass supply, struct en_leak_mass back,
                     struct en_leak_balance *balance)
{
    if (supply.micro_t < 0 || back.micro_t < 0 || supply.error < 0 || back.error < 0) {
        return false;
    }
    struct en_leak_balance made = {supply.micro_t - back.micro_t, 0, false};
    en_i128 permissible =
        (en_i128)supply.micro_t * supply.error + (en_i128)back.micro_t * back.error;
    made.is_permitted =
        (en_i128)en_i64_magnitude(made.difference_micro) * ERRORS_PER_ONE <= permissible;
    if (!en_i128_to_i64(en_i128_divide_half_up(permissible, ERRORS_PER_ONE),
                        &made.permissible_micro)) {
        return false;
    }
    *balance = made;
    return true;
}

bool en_leak_is_persistent(const struct en_leak_balance *balances, size_t count, size_t wanted)
{
    EN_ASSERT(wanted > 0);
    size_t run = 0;
    while (run < count && run < wanted && !balances[count - 1 - run].is_permitted &&
           balances[count - 1 - run].difference_micro > 0) {
        run++;
    }
    return run == wanted;
}

bool en_leak_night_minimum(const int64_t *values, const uint64_t *qualities, size_t count,
                           int64_t *micro)
{
    bool is_found = false;
    for (size_t i = 0; i < count; i++) {
        if (en_quality_is_usable(qualities[i]) && (!is_found || values[i] < *micro)) {
            *micro = values[i];
            is_found = true;
        }
    }
    return is_found;
}

bool en_leak_is_nightly(const int64_t *minima, size_t count, size_t wanted, int64_t limit_micro)
{
    EN_ASSERT(wanted > 0);
    size_t run = 0;
    while (run < count && run < wanted && minima[count - 1 - run] > limit_micro) {
        run++;
    }
    return run == wanted;
}
