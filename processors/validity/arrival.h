/* When readings came, noted where rules ask for it (V-06, V-27). */
#ifndef EN_PROCESSORS_VALIDITY_ARRIVAL_H
#define EN_PROCESSORS_VALIDITY_ARRIVAL_H

#include "processors/marks.h"
#include "projections/tables_validity.h"

/* Channels that have a noted reading, as bits. Zeroed is empty. */
struct en_arrivals {
    uint64_t *bits;
    size_t words;
};

en_code en_arrivals_open(struct en_arrivals *arrivals, struct en_store *store,
                         struct en_error *err) EN_MUST_CHECK;
void en_arrivals_fini(struct en_arrivals *arrivals);

/* Notes the reading in hand where a rule wants it, and marks its day. Codes: those of the store,
 * EN_NOMEM. */
en_code en_arrivals_note(struct en_arrivals *arrivals, struct en_fold *fold, struct en_marks *marks,
                         const struct en_event *event, struct en_error *err) EN_MUST_CHECK;

#endif
