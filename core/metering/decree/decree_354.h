/* D354-A, households (Decree No. 354 of 06.05.2011): without readings the mean month of the past
 * stands for at most some periods, then the norm. Energies in 1e-6 kWh. Pure, any thread. */
#ifndef EN_CORE_METERING_DECREE_DECREE_354_H
#define EN_CORE_METERING_DECREE_DECREE_354_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers change with editions: parameters of the rule D354, defaults here. */
struct en_household_rules {
    uint32_t months_min;       /* of which a mean is taken: 6 */
    uint32_t months_min_young; /* while the meter has worked less: 3 */
    uint32_t periods_max;      /* periods in a row by the mean: 3 (once 6) */
};

extern const struct en_household_rules en_household_rules_default;

typedef enum en_household_method {
    EN_HOUSEHOLD_MEAN = 1, /* of the months */
    EN_HOUSEHOLD_NORM = 2, /* the months are too few, or the periods are over */
} en_household_method;

/* What stands for the missing_count-th period in a row without readings (1 ..): the mean of the
 * measured months, one rounding half up, or the norm of the period. is_young: the meter has worked
 * for less than months_min months, so all there are will do from months_min_young on. */
struct en_household {
    const int64_t *months; /* measured, never estimated; whole months */
    size_t months_count;
    int64_t norm_micro;
    uint32_t missing_count;
    bool is_young;
};
en_household_method en_household_volume(const struct en_household_rules *rules,
                                        const struct en_household *household, int64_t *micro);

#endif
