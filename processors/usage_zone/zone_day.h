/* One channel's day by tariff zone: finds what governs it, and splits its block. What neighbouring
 * channels have in common (tariff, calendar, plan) is looked up once a day. Part of usage_zone's
 * state: zeroed, then begun for each day; memory is the fold's day arena. */
#ifndef EN_PROCESSORS_USAGE_ZONE_ZONE_DAY_H
#define EN_PROCESSORS_USAGE_ZONE_ZONE_DAY_H

#include "processors/processor.h"
#include "projections/views/schedule.h"

#define EN_ZONE_DAY_PLANS_MAX 32u

/* What a tariff makes of blocks of one time. */
struct en_zone_plan {
    uint32_t tariff;
    int32_t offset_minutes; /* of the fiscal clock */
    struct en_interval time;
    bool is_split;     /* false: the tariff does not hold then, or its calendar does not */
    uint32_t calendar; /* 0: one zone */
    struct en_tariff_plan plan;
};

struct en_zone_day {
    struct en_zone_plan *plans[EN_ZONE_DAY_PLANS_MAX];
    uint32_t plans_count;
    struct en_block block;
    struct en_zone_sums sums;
};

void en_zone_day_begin(struct en_zone_day *zone_day);

/* Splits the block (size 0: none) of the channel's day; *usage has no item where the point has no
 * tariff then, the channel does not count active energy, or nobody can tell its zones.
 * Codes: EN_CORRUPT, EN_NOMEM, those of the store. */
en_code en_zone_day_split(struct en_zone_day *zone_day, struct en_fold *fold, int32_t day,
                          uint32_t channel, struct en_slice block, struct en_zone_usage *usage,
                          struct en_error *err) EN_MUST_CHECK;

#endif
