/* Day blocks by tariff zone: finds the tariff and the calendar that hold where a block begins, and
 * splits it. What neighbouring points have in common (tariff, calendar, plan) is looked up once, in
 * the caller's arena, until the split is begun anew. Caller's memory, one thread. */
#ifndef EN_PROJECTIONS_VIEWS_ZONE_SPLIT_H
#define EN_PROJECTIONS_VIEWS_ZONE_SPLIT_H

#include "projections/views/schedule.h"

#define EN_ZONE_PLANS_MAX 32u

/* What a tariff makes of blocks of one time. */
struct en_zone_plan {
    uint32_t tariff;
    int32_t day;
    int32_t offset_minutes; /* of the fiscal clock */
    struct en_interval time;
    bool is_split;     /* false: the tariff does not hold then, or its calendar does not */
    uint32_t calendar; /* 0: one zone */
    struct en_tariff_plan plan;
};

struct en_zone_split {
    struct en_store *store;
    struct en_arena *arena;
    struct en_zone_plan *plans[EN_ZONE_PLANS_MAX];
    uint32_t plans_count;
    struct en_block block;
    struct en_zone_sums sums;
};

/* Begins with nothing looked up; store and arena are borrowed until the next begin. */
void en_zone_split_begin(struct en_zone_split *split, struct en_store *store,
                         struct en_arena *arena);

/* The plan of the point's tariff over the time of a block of the fiscal day, NULL where nobody can
 * tell its zones: no tariff then, or no calendar. It lives in the arena. Codes: EN_CORRUPT,
 * EN_NOMEM, those of the store. */
en_code en_zone_split_plan(struct en_zone_split *split, uint32_t point, int32_t offset_minutes,
                           int32_t day, struct en_interval time, const struct en_zone_plan **plan,
                           struct en_error *err) EN_MUST_CHECK;

/* The block (size 0: none) of a day of the point by zone; *usage has no item where nobody can tell.
 * offset_minutes: of the fiscal day where the block begins. Codes as above. */
en_code en_zone_split_block(struct en_zone_split *split, uint32_t point, int32_t offset_minutes,
                            int32_t day, struct en_slice block, struct en_zone_usage *usage,
                            struct en_error *err) EN_MUST_CHECK;

#endif
