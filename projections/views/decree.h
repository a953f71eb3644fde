/* Billing periods under Decree 442: the state of a point in each, and by which formula its missing
 * time was filled. */
#ifndef EN_PROJECTIONS_VIEWS_DECREE_H
#define EN_PROJECTIONS_VIEWS_DECREE_H

#include "core/metering/decree/decree_chain.h"
#include "projections/tables.h"
#include "projections/tables_decree.h"

#define EN_DECREE_WHY_SIZE 512u

/* One line: a period without missing time, or one of its parts. Views live until the visit ends. */
struct en_decree_line {
    const struct en_channel_row *channel;
    struct en_slice point_key;
    int32_t offset_minutes;
    const struct en_decree_period_row *period;
    const struct en_decree_part *part; /* NULL: nothing is missing in the period */
};

/* Anything but EN_OK stops the walk and is returned. */
typedef en_code (*en_decree_visit)(void *self, const struct en_decree_line *line,
                                   struct en_error *err);

/* Visits the periods that touch the fiscal days [from_day, to_day), by channel and time; point 0:
 * of all points. Codes: those of the store and of visit, EN_NOMEM. */
en_code en_decree_walk(struct en_store *store, uint32_t point, struct en_day from_day,
                       struct en_day to_day, en_decree_visit visit, void *self,
                       struct en_error *err) EN_MUST_CHECK;

/* The part that filled the instant of a channel; *is_found false: none did. The row's list lives in
 * the arena. */
en_code en_decree_part_at(struct en_store *store, uint32_t channel, struct en_instant at,
                          struct en_arena *arena, struct en_decree_period_row *row,
                          struct en_decree_part *part, bool *is_found,
                          struct en_error *err) EN_MUST_CHECK;

/* Whether a register without a grid has an hourly curve by the decree. */
en_code en_decree_has_curve(struct en_store *store, uint32_t channel, bool *has,
                            struct en_error *err) EN_MUST_CHECK;

/* "OK", "MISSING(2)", "CONTROL": the state at the end of the period. */
size_t en_decree_state_print(const struct en_decree_period_row *period, char text[24]);

/* Why the methods before the chosen one were not taken: "D442-A no data; D442-B too many periods in
 * a row without readings"; empty when there were none. Returns the length. */
size_t en_decree_why_print(const struct en_decree_part *part, char text[EN_DECREE_WHY_SIZE]);

#endif
