/* What the registers of a point advanced against what its profile sums to: the total, and
 * each tariff register against the zone of the central schedule that it stands for (TOU-05: T1 is
 * the calendar's first zone, T2 its second ...). A device that switches by another schedule shows
 * as zones that differ while totals agree. */
#ifndef EN_PROJECTIONS_VIEWS_RECONCILE_H
#define EN_PROJECTIONS_VIEWS_RECONCILE_H

#include "core/metering/reading/reconciliation.h"
#include "projections/views/fiscal.h"
#include "projections/views/zone_split.h"

typedef enum en_reconcile_verdict {
    EN_RECONCILE_OPEN = 0,  /* something is missing, or a reading lies inside a slot */
    EN_RECONCILE_AGREE = 1, /* within the tolerance */
    EN_RECONCILE_DIFFER = 2,
} en_reconcile_verdict;

/* One register over the readings that lie in the stretch. */
struct en_reconcile_row {
    uint32_t channel;        /* the register */
    struct en_slice code;    /* of it */
    uint8_t tariff;          /* 0 the total, else the tariff register's number */
    struct en_slice zone;    /* its name; size 0: the total, or no calendar knows it */
    struct en_interval span; /* from the first reading to the last; from == to: none */
    struct en_reconciliation result;
    bool has_percent;
    int64_t percent_1e4; /* the difference of the profile, 1e-4 % */
    en_reconcile_verdict verdict;
};

/* Anything but EN_OK stops the walk and is returned. Texts live for the call. */
typedef en_code (*en_reconcile_visit)(void *self, const struct en_reconcile_row *row,
                                      struct en_error *err);

/* Visits the registers of received active energy of the point, by code, over fiscal days
 * [from, to). tolerance: of the profile, 1e-4 %. A point without registers or without a profile has
 * no rows. Codes: EN_NOMEM, EN_CORRUPT, those of the store, and what the visit returns. */
en_code en_reconcile_walk(struct en_store *store, uint32_t point, struct en_day from,
                          struct en_day to, en_lane lane, int64_t tolerance_1e4_percent,
                          en_reconcile_visit visit, void *self, struct en_error *err) EN_MUST_CHECK;

const char *en_reconcile_verdict_name(en_reconcile_verdict verdict);

#endif
