/* Energy of a channel hour by hour: what power, plans and hourly prices are compared by. */
#ifndef EN_PROJECTIONS_VIEWS_HOURS_H
#define EN_PROJECTIONS_VIEWS_HOURS_H

#include "core/metering/reading/consumption.h"
#include "projections/views/fiscal.h"

#define EN_HOURS_MAX 17568u /* two years of 366 days */

/* hours[i] is [from + i h, from + (i + 1) h). An hour is missing where one of its slots is, and
 * everywhere where slots are longer than an hour or lie across its edges: they cannot tell. */
struct en_hours {
    struct en_instant from;
    uint32_t count;
    struct en_amount *hours; /* in the arena; energy, which is also the mean power */
};

/* Fills the hours of the time, whose ends lie whole hours apart. Codes: EN_RANGE (they do not, or
 * over EN_HOURS_MAX), EN_NOT_FOUND (no such channel), EN_NOMEM, those of the store. */
en_code en_hours_gather(struct en_store *store, uint32_t channel, struct en_interval time,
                        en_lane lane, struct en_arena *arena, struct en_hours *hours,
                        struct en_error *err) EN_MUST_CHECK;

/* The hour that begins at the instant; missing where the hours do not reach. */
struct en_amount en_hours_at(const struct en_hours *hours, struct en_instant at);

#endif
