/* Advances of a register that is read now and then (a channel without a grid): from each reading to
 * the next, by the rules of consumption.
 *
 * Readings are register reads and what acts say: the final reading of a device that was taken out,
 * the initial one of a device put in. At the moment of an act its readings come before reads of the
 * same moment. Each advance is scaled by the ratio that held at its beginning and rounded once, so
 * advances of neighbouring ranges add up to those of the whole. */
#ifndef EN_PROJECTIONS_VIEWS_ADVANCES_H
#define EN_PROJECTIONS_VIEWS_ADVANCES_H

#include "core/metering/reading/consumption.h"
#include "projections/tables.h"

struct en_advance_row {
    struct en_interval span; /* from one reading to the next */
    uint32_t device;         /* 0: not known */
    struct en_decimal from;
    struct en_decimal to;
    /* In the channel's unit. Missing (and DEV_REPLACED): the device changed without readings that
     * say where the one ended and the other began. RATIO_CHANGED and SUSPECT: the ratio changed in
     * between. REJECTED: not to be counted. Source EDIT_BY_ACT: energy that an act states for the
     * time without a device; from and to are then 0. */
    struct en_amount amount;
};

/* Called in order of time; anything but EN_OK stops the walk and is returned. */
typedef en_code (*en_advance_visit)(void *self, const struct en_advance_row *row,
                                    struct en_error *err);

/* Visits the advances of the channel that lie wholly within the span (both ends may be readings).
 * Codes: EN_CORRUPT, EN_IO, EN_LIMIT (acts of one point in the span), EN_NOMEM. */
en_code en_advances_walk(struct en_store *store, const struct en_channel_row *channel,
                         struct en_interval span, en_advance_visit visit, void *self,
                         struct en_error *err) EN_MUST_CHECK;

#endif
