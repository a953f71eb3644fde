/* Energy of channels, or of formulas, over a stretch of time cut into steps: exact sums of stored
 * days and months.
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
#include "projections/tables.h"

#define EN_USAGE_CELLS_MAX (1u << 23)

typedef enum en_usage_step {
    EN_USAGE_WHOLE = 0, /* one step */
    EN_USAGE_DAY = 1,
    EN_USAGE_MONTH = 2, /* calendar months; the first and last may be parts */
} en_usage_step;

struct en_usage_query {
    bool is_formulas; /* else channels */
    /* The stretch: fiscal days [from_day, to_day), or instants where one of them is no start of a
     * day. Steps need days. */
    bool is_instants;
    struct en_day from_day;
    struct en_day to_day;
    struct en_interval interval;
    en_usage_step step;
    uint32_t object;      /* only points of this object and below it; 0 all */
    uint32_t point;       /* only this point; 0 all */
    uint32_t formula;     /* only this formula; 0 all */
    struct en_slice code; /* only channels of this code; size 0 all */
};

struct en_usage_series {
    uint32_t series; /* channel or node */
    uint32_t point;
    struct en_slice point_key; /* external key; the name of a formula */
    struct en_slice code;      /* of the channel; size 0 for a formula */
    en_unit unit;
    uint32_t slot_seconds;  /* 0: no grid */
    int32_t offset_minutes; /* of the fiscal day where the stretch begins */
};

struct en_usage_cell {
    int64_t micro;
    uint32_t present_count; /* slots with a value */
    uint32_t missing_count; /* slots of the grid without one */
};

struct en_usage {
    struct en_arena arena;
    struct en_usage_series *series; /* rising ids */
    uint32_t series_count;
    struct en_day *edges; /* steps_count + 1, unless the query has instants */
    uint32_t steps_count;
    struct en_usage_cell *cells;
};

void en_usage_init(struct en_usage *usage);
void en_usage_fini(struct en_usage *usage);

/* Codes: EN_RANGE (an empty or reversed stretch), EN_LIMIT (more than EN_USAGE_CELLS_MAX cells),
 * EN_OVERFLOW (a sum does not fit), EN_NOMEM, EN_CORRUPT, those of the store. */
en_code en_usage_gather(struct en_usage *usage, struct en_store *store,
                        const struct en_usage_query *query, struct en_error *err) EN_MUST_CHECK;

#endif
