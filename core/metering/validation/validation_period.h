/* A period as a whole: V-11 daily use and V-12 peak demand against a reference period, V-20 the
 * load factor, V-24 estimates, V-30 whom a balance that does not close makes suspect, and the
 * grade. Nothing here is stored: it is asked for. Pure, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_PERIOD_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_PERIOD_H

#include "core/metering/validation/validation.h"

/* V-11: |use / days / (reference / reference days) - 1| > share. *deviation is that number with its
 * sign, cut, for people to read. Days and reference are above 0 (asserted): without a reference the
 * rule is skipped. */
struct en_use {
    int64_t micro;
    uint32_t days;
};
bool en_validation_use_fails(struct en_use use, struct en_use reference, int64_t share,
                             int64_t *deviation);

/* V-12: the peak is outside [low, high] * reference; the bounds themselves pass. */
bool en_validation_demand_fails(int64_t peak, int64_t reference, int64_t low, int64_t high);

/* V-20: energy / (peak * time) outside [low, high]: above `high` is an error, below `low` a
 * warning. peak is power in 1e-6 kW, above 0 (asserted). *factor for people to read. */
en_rule_severity en_validation_load_factor(int64_t energy, int64_t peak, uint64_t seconds,
                                           int64_t low, int64_t high, int64_t *factor);

/* V-24: more than `share` of the slots estimated, or estimates in more than `periods` periods of
 * the months that the rule looks back. */
bool en_validation_estimates_fail(uint64_t estimated, uint64_t slots, int64_t share,
                                  uint32_t periods_estimated, uint32_t periods);

/* V-30: a member of a balance that does not close. */
struct en_suspect {
    uint32_t series;
    int64_t micro;    /* its energy, counted in with its sign: receipts +, deliveries - */
    int64_t estimate; /* what an estimate would put in its place, with the same sign */
    uint64_t gain;    /* by how much the imbalance would shrink */
};

/* Ranks members by how much nearer to 0 the imbalance comes when their estimate takes the place of
 * their energy, the greatest gain first, then the lower series; those that gain nothing fall out.
 * Returns how many are left. */
uint32_t en_validation_suspects(int64_t imbalance, struct en_suspect *members, uint32_t count);

/* Grade of a point's period: A nothing found, B warnings only, C errors that are or can be
 * repaired, F blocking. */
char en_validation_grade(en_rule_severity worst);

#endif
