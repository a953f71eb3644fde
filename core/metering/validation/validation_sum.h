/* Registers: V-07 the slots against the advance of a register, V-08 a register that goes back, V-21
 * tariff registers against the total. Pure, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_SUM_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_SUM_H

#include "core/metering/reading/rollover.h"
#include "core/metering/validation/validation.h"

/* V-07: fails where |sum - advance| > max(multipliers * multiple, share * |advance|). */
struct en_sum_limits {
    int64_t multiple;    /* M * lsd: what one last digit of the register means, in 1e-6 */
    int64_t multipliers; /* 1e-6: 2 is 2000000; 0: only the share counts */
    int64_t share;       /* 1e-6: 0.7 % is 7000; 0: only the multiple counts */
};

/* *difference is sum - advance, *limit what it may be, cut, for people to read. */
bool en_validation_sum_fails(int64_t sum, int64_t advance, const struct en_sum_limits *limits,
                             int64_t *difference, int64_t *limit);

/* V-08: from `from` to `to` of one device: a step back that is no plausible rollover. */
bool en_validation_register_fails(struct en_decimal from, struct en_decimal to,
                                  struct en_ratio ratio, const struct en_rollover *rollover);

/* V-21: fails where |total - sum of parts| > count * step, all in 1e-6 of the register's unit. */
bool en_validation_tariffs_fail(int64_t total, const int64_t *parts, uint32_t count, int64_t step,
                                int64_t *difference, int64_t *limit);

#endif
