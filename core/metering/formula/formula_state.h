/* Functions of the state of gas, water and steam, as formulas call them: each takes a fixed row of
 * arguments of fixed units and gives an amount of one unit. So a corrector's volume or heat can be
 * computed beside it, slot by slot, from what it read.
 *
 *   gas_standard(V, P, t, K)                        m3   X-01 (kPa absolute, degC, compressibility)
 *   heat(M, t1, p1, t2, p2)                         GJ   X-02, closed
 *   heat_open(M1, t1, p1, M2, t2, p2, tc, pc)       GJ   X-02, open: cold water of tc, pc
 *   water_mass(V, t, p)                             t    what a volume of water weighs
 *   steam(D, t, p, tc, pc)                          GJ   X-03: condensate of tc, pc
 *   steam_saturated(D, p, tc, pc)                   GJ   X-03: dry saturated steam
 *
 * Arguments are rounded to 1e-6 before, the result once after. Pure, any thread. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_STATE_H
#define EN_CORE_METERING_FORMULA_FORMULA_STATE_H

#include "core/metering/formula/formula.h"

#define EN_FORMULA_STATE_ARGS_MAX 8u

typedef enum en_formula_state_verdict {
    EN_FORMULA_STATE_GOOD,
    EN_FORMULA_STATE_DOUBTFUL,   /* supply and return are too close to be told apart */
    EN_FORMULA_STATE_IMPOSSIBLE, /* no gas or water has this state, or a number does not fit */
} en_formula_state_verdict;

struct en_formula_state {
    en_formula_op op;
    uint32_t args_count;
    en_unit units[EN_FORMULA_STATE_ARGS_MAX];
    en_unit result;
    /* *micro is untouched where it is impossible. */
    en_formula_state_verdict (*compute)(const int64_t *args, int64_t *micro);
};

/* NULL: the op is no such function. */
const struct en_formula_state *en_formula_state_of(en_formula_op op);

#endif
