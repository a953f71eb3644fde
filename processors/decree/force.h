/* What rules put in force of Decree 442 for a channel on a day: which methods, with which numbers.
 * A chain with the methods E-08 (past period), E-09 (maximum power) or E-10 (permissible current)
 * is one of the decree, E-03 in it allows the control meter; rules D442-* and D354-A bear the
 * parameters. */
#ifndef EN_PROCESSORS_DECREE_FORCE_H
#define EN_PROCESSORS_DECREE_FORCE_H

#include "core/metering/decree/decree_354.h"
#include "core/metering/decree/decree_chain.h"
#include "core/metering/decree/decree_shape.h"
#include "processors/registry/registry.h"

struct en_force {
    en_decree_available methods; /* 0: the decree does not act */
    bool is_household;           /* D354-A in place of past periods and calculation */
    struct en_decree_rules rules;
    struct en_ratio factor; /* on calculated volumes */
    en_decree_align align;
    uint32_t nearest_months;
    int64_t voltage_micro; /* kV, where the contract states none */
    bool shapes_integral;  /* D442-E */
    struct en_household_rules household;
};

/* What is in force on the fiscal day. */
en_code en_force_on(struct en_fold *fold, uint32_t channel, int32_t day, struct en_force *force,
                    struct en_error *err) EN_MUST_CHECK;

bool en_force_equal(const struct en_force *a, const struct en_force *b);

/* Calls visit with every channel for which a chain of the decree is set for any time. */
en_code en_force_channels(struct en_fold *fold, en_rule_visit_channel visit, void *self,
                          struct en_error *err) EN_MUST_CHECK;

#endif
