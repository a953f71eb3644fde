/* Energy of channels, or of formulas, over a stretch of time cut into steps: exact sums of stored
 * days and months, and of the advances of registers that are read now and then.
 *
 *     struct en_usage usage;
 *     en_usage_init(&usage);
 *     code = en_usage_gather(&usage, store, &query, &err);   cells[step * series_count + series]
 *     en_usage_fini(&usage);
 *
 * Everything is copied: the store may end before the answer is printed. Caller's memory, one
 * thread. */
#ifndef EN_PROJECTIONS_VIEWS_USAGE_H
#define EN_PROJECTIONS_VIEWS_USAGE_H

#include "core/metering/quantity.h"
#include "projections/views/fiscal.h"

#define EN_USAGE_CELLS_MAX (1u << 23)

typedef enum en_usage_step {
    EN_USAGE_WHOLE = 0, /* one step */
    EN_USAGE_DAY = 1,
    EN_USAGE_MONTH = 2, /* calendar months; the first and last may be parts */
} en_usage_step;

struct en_usage_query {
    bool is_formulas; /* else channels */
    /* The stretch: fiscal days [from_day, to_day), or instants: then the ends of `interval` count,
     * but of an end with a flag the start of that fiscal day of each series' object. Steps need
     * days. */
    bool is_instants;
    bool is_from_day; /* looked at for instants only, as is_to_day */
    bool is_to_day;
    struct en_day from_day;
    struct en_day to_day;
    struct en_interval interval;
    en_usage_step step;
    en_lane lane;         /* 0: fiscal */
    bool wants_quality;   /* fills the cells' quality: reads days where months would do */
    uint32_t object;      /* only points of this object and below it; 0 all */
    uint32_t point;       /* only this point; 0 all */
    uint32_t channel;     /* only this channel: no other row is looked at; 0 all */
    uint32_t formula;     /* only this formula; 0 all */
    struct en_slice code; /* only channels of this code; size 0 all */
};

struct en_usage_series {
    uint32_t series; /* channel or node */
    uint32_t point;
    struct en_slice point_key; /* external key; the name of a formula */
    struct en_slice code;      /* of the channel; size 0 for a formula */
    en_unit unit;
    uint32_t slot_seconds;       /* 0: no grid: a register read now and then, or a formula */
    bool is_register;            /* no grid: what is summed are advances from reading to reading */
    int32_t offset_minutes;      /* of the fiscal day where the stretch begins */
    struct en_interval interval; /* of a query by instants: what it means for this series */
};

/* A register without a grid that has billing periods under the decree has an hourly curve
 * (views/decree.h) and is summed like any other channel. Of others the counts are advances
 * (views/advances.h) that lie wholly within the step, counted ones and those that cannot be told;
 * what is rejected is neither counted nor summed. Registers are not among what a freeze holds:
 * their cells are live in either lane. */
struct en_usage_cell {
    int64_t micro;            /* in the lane asked for */
    int64_t pending_micro;    /* live less fiscal: what late facts would change on frozen days */
    int64_t correction_micro; /* deltas that corrections booked on days of the step; not in micro */
    uint32_t present_count;   /* slots with a value */
    uint32_t missing_count;   /* slots of the grid without one */
    uint32_t frozen_days;     /* how many days of the step are frozen (steps of days only) */
    uint64_t quality;         /* merged over the present slots; 0 when it was not asked for */
};

struct en_usage {
    struct en_arena arena;
    struct en_usage_series *series; /* rising ids */
    uint32_t series_count;
    struct en_day *edges; /* steps_count + 1, unless the query has instants */
    uint32_t steps_count;
    struct en_usage_cell *cells;
    bool has_frozen; /* some freeze touches the stretch */
};

void en_usage_init(struct en_usage *usage);
void en_usage_fini(struct en_usage *usage);

/* Codes: EN_RANGE (an empty or reversed stretch), EN_LIMIT (more than EN_USAGE_CELLS_MAX cells),
 * EN_OVERFLOW (a sum does not fit), EN_NOMEM, EN_CORRUPT, those of the store. */
en_code en_usage_gather(struct en_usage *usage, struct en_store *store,
                        const struct en_usage_query *query, struct en_error *err) EN_MUST_CHECK;

#endif
