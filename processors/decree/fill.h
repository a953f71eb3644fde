/* The day block of a channel under Decree 442: what substitution left, with its missing slots
 * filled from the stored parts of the billing periods; of a register without a grid all that is
 * known, by the hour. */
#ifndef EN_PROCESSORS_DECREE_FILL_H
#define EN_PROCESSORS_DECREE_FILL_H

#include "processors/decree/period.h"

struct en_decree_fill {
    struct en_period_work work;
    struct en_block block;
    struct en_buf bytes;
    struct en_arena arena; /* of the row in hand */
    struct en_decree_period_row row;
    bool has_row;
};

void en_decree_fill_init(struct en_decree_fill *fill);
void en_decree_fill_fini(struct en_decree_fill *fill);

/* The block of the day, a view that lives until the next day; `base` is what stands below (size 0:
 * nothing). Size 0: the same as below. Codes: those of the store, EN_NOMEM. */
en_code en_decree_fill_day(struct en_decree_fill *fill, struct en_fold *fold, uint32_t channel,
                           int32_t day, struct en_slice base, struct en_slice *after,
                           struct en_error *err) EN_MUST_CHECK;

#endif
