/* What balances of several levels and points fed twice say beyond one imbalance: reported,
 * technical and commercial loss of a level (B-10, B-11), a consumer with a reserve input (B-12),
 * sums of a group (B-13). Energies in 1e-6, shares in 1e-4 %. Pure, any thread. */
#ifndef EN_CORE_METERING_BALANCE_BALANCE_LEVEL_H
#define EN_CORE_METERING_BALANCE_BALANCE_LEVEL_H

#include "core/fixed.h"

#include <stddef.h>

/* B-11: what came in and went out of a level, and the losses that can be calculated. */
struct en_level {
    int64_t in_micro;
    int64_t out_micro;
    int64_t technical_micro;
};

struct en_level_loss {
    int64_t reported_micro;     /* in - out */
    int64_t commercial_micro;   /* reported - technical */
    int64_t commercial_percent; /* of what came in, 1e-4 %, half up; 0 when nothing did */
    bool is_above;              /* commercial > limit % of what came in, decided exactly: into the
                                   work list */
};
#define EN_LEVEL_COMMERCIAL_MAX 20000u /* 2 %, 1e-4 % */

/* False when a difference does not fit. */
bool en_level_compute(const struct en_level *level, uint32_t limit, struct en_level_loss *loss);

/* B-12: a consumer with several inputs consumes their sum; a reserve input that carries more than
 * epsilon is active. What is compared with the declared power is the greatest coincident sum, never
 * the sum of each input's greatest. Slots of all inputs lie side by side: inputs[i][slot]. */
struct en_supply {
    int64_t sum_micro;       /* of all inputs over all slots */
    int64_t peak_micro;      /* the greatest sum of all inputs in one slot */
    size_t peak_slot;        /* the first slot that has it */
    uint64_t reserve_active; /* slots in which a reserve input was active */
};
#define EN_SUPPLY_INPUTS_MAX 16u

/* Input 0 is the main one, the others are reserve. slots_count and inputs_count are above 0. False
 * when a sum does not fit. */
bool en_supply_compute(const int64_t *const *inputs, size_t inputs_count, size_t slots_count,
                       int64_t epsilon_micro, struct en_supply *supply);

/* B-13: a member of a group with its sign coefficient and how complete it is (1e-4 %). */
struct en_group_member {
    int64_t micro;
    int32_t coefficient;
    uint32_t complete;
};

/* Sum of coefficient * value; as complete as its least complete member (an empty group is whole).
 * False when the sum does not fit. */
bool en_group_sum(const struct en_group_member *members, size_t count, int64_t *sum_micro,
                  uint32_t *complete);

#endif
