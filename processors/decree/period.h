/* What a billing period of a channel is under Decree 442, and what its missing time gets: the pure
 * calculation that the processor stores in table decree_period, and from the stored parts the value
 * of each slot. Nothing but tables has a say: no clock, no order of arrival (PT-10). */
#ifndef EN_PROCESSORS_DECREE_PERIOD_H
#define EN_PROCESSORS_DECREE_PERIOD_H

#include "processors/contract/contract.h"
#include "processors/decree/force.h"
#include "processors/decree/reads.h"
#include "processors/decree/timeline.h"
#include "projections/tables_decree.h"

#define EN_PERIOD_PARTS_MAX 64u
#define EN_CONNECTION_POINTS_MAX 256u
#define EN_HOUSEHOLD_MONTHS_MAX 60u

/* Memory to compute in, kept between periods. */
struct en_period_work {
    struct en_fold *fold;
    uint32_t channel;
    struct en_channel_info info;
    struct en_timeline known;     /* of the period */
    struct en_timeline reference; /* of a past period, or of the control meter */
    struct en_decree_part parts[EN_PERIOD_PARTS_MAX];
    uint8_t map[EN_DECREE_DAYS_MAX];         /* which day of the reference a day takes */
    int64_t weights[EN_DECREE_DAYS_MAX + 1]; /* prefix sums of those days */
    int64_t total_micro;                     /* of the reference */
    bool is_direct;                          /* slot by slot, nothing scaled */
    struct en_contract_row contract;         /* with the control meter */
    /* the part whose reference is loaded */
    struct en_instant loaded_from;
    uint64_t loaded_mark;
    bool is_loaded;
};

/* For a channel; work keeps its memory from earlier ones. */
en_code en_period_begin(struct en_period_work *work, struct en_fold *fold, uint32_t channel,
                        struct en_error *err) EN_MUST_CHECK;
void en_period_work_fini(struct en_period_work *work);

/* Computes the row of the period: what it was by its readings, the state at its end from that
 * before, and a part for each stretch with missing time. `not_before` is when the channel began:
 * time before it is not missing. row->parts points into the work. */
en_code en_period_evaluate(struct en_period_work *work, struct en_interval span,
                           struct en_instant not_before, struct en_decree_state before,
                           struct en_decree_period_row *row, struct en_error *err) EN_MUST_CHECK;

/* The energy of the slot, which lies within the part of that row, by the part's method. The slots
 * of a part add up to part->micro. *is_given false: the method gives nothing. */
en_code en_period_slot(struct en_period_work *work, const struct en_decree_period_row *row,
                       const struct en_decree_part *part, struct en_interval slot, int64_t *micro,
                       bool *is_given, struct en_error *err) EN_MUST_CHECK;

#endif
