/* Energy of channels by tariff zone over fiscal days cut into steps: sums of stored days. Frozen
 * days count as frozen in the fiscal lane. */
#ifndef EN_PROJECTIONS_VIEWS_ZONE_USAGE_H
#define EN_PROJECTIONS_VIEWS_ZONE_USAGE_H

#include "projections/tables_schedule.h"
#include "projections/views/usage.h"

/* One zone of a channel's step. */
struct en_zone_usage_row {
    const struct en_usage_series *series;
    struct en_day from;
    struct en_day to;
    struct en_slice zone; /* its name as the step ends; "" of energy that has no zone */
    uint32_t calendar;    /* 0: the tariff has one zone all the time */
    bool is_without;      /* energy of days on which nobody can tell the zones */
    int64_t micro;
    uint32_t present_count;
    uint32_t missing_count;
    uint32_t split_count; /* of the whole step: slots over a switch */
};

/* Called in order of channel, step, calendar and zone; what has no zone comes last. Anything but
 * EN_OK stops the walk and is returned. The row's texts live for the call. */
typedef en_code (*en_zone_visit)(void *self, const struct en_zone_usage_row *row,
                                 struct en_error *err);

/* Visits the zones of the channels that the query asks for, of those that have any: the rows of a
 * step add up to the channel's energy of it (TOU-02). Stretches are whole fiscal days.
 * Codes: EN_RANGE (instants, an empty stretch), EN_OVERFLOW, EN_LIMIT, EN_NOMEM, EN_CORRUPT. */
en_code en_zone_usage_walk(struct en_store *store, const struct en_usage_query *query,
                           en_zone_visit visit, void *self, struct en_error *err) EN_MUST_CHECK;

#endif
