/* From when to when each channel has values: what tells a missing day from a
 * channel that is not read yet, or no more. Kept in memory by channel, brought up from its table,
 * written when a sweep ends. Part of the processor's state: zeroed is empty; one thread. */
#ifndef EN_PROCESSORS_VALIDITY_COLLECTED_H
#define EN_PROCESSORS_VALIDITY_COLLECTED_H

#include "processors/processor.h"
#include "projections/tables_validity.h"

struct en_collected_days {
    int32_t first;
    int32_t last; /* below first: none */
    bool is_changed;
};

struct en_collected {
    struct en_collected_days *days; /* by channel */
    size_t capacity;
    size_t end; /* above the highest channel that has any */
    bool is_changed;
};

en_code en_collected_open(struct en_collected *collected, struct en_store *store,
                          struct en_error *err) EN_MUST_CHECK;
void en_collected_fini(struct en_collected *collected);

/* Takes all that the tables hold: when the first rule is set. */
en_code en_collected_scan(struct en_collected *collected, struct en_store *store,
                          struct en_error *err) EN_MUST_CHECK;

/* Values came on the day: [*from, *to) grows by the other days that may now be missing ones. */
en_code en_collected_add(struct en_collected *collected, uint32_t channel, int32_t day,
                         int32_t *from, int32_t *to, struct en_error *err) EN_MUST_CHECK;

/* The days of the channel; false: it has none. */
bool en_collected_days_of(const struct en_collected *collected, uint32_t channel,
                          struct en_collected_days *days);

/* Whether a day of the channel should have values. */
bool en_collected_expects(const struct en_collected *collected, uint32_t channel, int32_t day);

/* Writes what has changed. */
en_code en_collected_flush(struct en_collected *collected, struct en_store *store,
                           struct en_error *err) EN_MUST_CHECK;

#endif
