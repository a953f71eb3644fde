/* Water that goes missing: the balance of two masses with the errors of their meters, and
 * the flow that never stops at night. Decisions are exact: nothing is rounded before it is
 * compared. Pure, any thread. */
#ifndef EN_CORE_METERING_RESOURCE_LEAK_H
#define EN_CORE_METERING_RESOURCE_LEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* what one meter counted and its permissible error. */
struct en_leak_mass {
    int64_t micro_t; /* not below 0 */
    int32_t error;   /* 1e-4 %, not below 0 */
};

struct en_leak_balance {
    int64_t difference_micro;  /* M1 - M2 */
    int64_t permissible_micro; /* e1 M1 + e2 M2, rounded half up: for display */
    bool is_permitted;         /* |difference| <= permissible, before that rounding */
};

/* False when a mass or error is below 0 or a number does not fit. */
bool en_leak_balance(struct en_leak_mass supply, struct en_leak_mass back,
                     struct en_leak_balance *balance);

/* X-04, persistent: a leak is said only when so many balances in a row (at the end of the list)
 * lost water beyond the permissible. */
bool en_leak_is_persistent(const struct en_leak_balance *balances, size_t count, size_t wanted);

/* the least usable flow of a night's slots; false when none is usable. */
bool en_leak_night_minimum(const int64_t *values, const uint64_t *qualities, size_t count,
                           int64_t *micro);

/* whether the least flow of each of the last `wanted` nights (3) was above the limit. */
bool en_leak_is_nightly(const int64_t *minima, size_t count, size_t wanted, int64_t limit_micro);

#endif
