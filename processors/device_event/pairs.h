/* Entries of device events put together into intervals (EV-02), kept right whatever order the
 * events come in: an interval row is a pure function of the entries of its (device, class, part).
 * Points are intervals of their own. */
#ifndef EN_PROCESSORS_DEVICE_EVENT_PAIRS_H
#define EN_PROCESSORS_DEVICE_EVENT_PAIRS_H

#include "processors/processor.h"
#include "projections/tables_event.h"

/* Puts the entry, and the intervals that follow from it. *span grows to hold what changed (to
 * INT64_MAX: open); from > to: nothing yet. */
en_code en_device_pairs_add(struct en_fold *fold, const struct en_device_entry_row *entry,
                            struct en_interval *span, struct en_error *err) EN_MUST_CHECK;

/* Takes the entry away again. */
en_code en_device_pairs_remove(struct en_fold *fold, const struct en_device_entry_row *entry,
                               struct en_interval *span, struct en_error *err) EN_MUST_CHECK;

#endif
