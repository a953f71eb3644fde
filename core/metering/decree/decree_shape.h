/* Decree 442: hours. How a month of the past becomes the slots of this one (D442-B, B2), and how a
 * month that was only measured whole becomes hours (D442-E). Energies in 1e-6 of any unit, the same
 * in a call. Sums are exact: everything is spread by R-12. Pure, any thread. */
#ifndef EN_CORE_METERING_DECREE_DECREE_SHAPE_H
#define EN_CORE_METERING_DECREE_DECREE_SHAPE_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* The longest period: two billing months, where a contract moves their first day. */
#define EN_DECREE_DAYS_MAX 62u

/* How days of the past are taken. The decree says only "analogous period"; the mapping is a
 * parameter. */
typedef enum en_decree_align {
    EN_DECREE_BY_DAY = 0,   /* first by first, second by second, while both periods are as long */
    EN_DECREE_BY_CLASS = 1, /* the nearest day of the same class */
} en_decree_align;

/* For each of the `count` days of the period, the day of the reference period whose hours it takes
 * (0 ..). Classes are en_like_day (calendar.h). Periods of different lengths (28 and 29 days, the
 * nearest month) go by class, whatever is wished: the nearest number of the same class, the earlier
 * of two as near; where the reference has no such day, the nearest number. Counts are 1 ..
 * EN_DECREE_DAYS_MAX (asserted). */
void en_decree_map_days(en_decree_align align, const uint8_t *classes, size_t count,
                        const uint8_t *reference, size_t reference_count, uint8_t *map);

/* The total over slots in proportion to the weights (R-12 over the prefixes of the weights); evenly
 * where all weights are 0. Parts add up to the total exactly, each has the sign of the total.
 * parts may be the weights. Codes: EN_RANGE (no slot, a weight below 0), EN_OVERFLOW (sum of
 * weights). */
en_code en_decree_shape(int64_t total, const int64_t *weights, size_t count, int64_t *parts,
                        struct en_error *err) EN_MUST_CHECK;

/* D442-E: a month's energy W of an integral meter to hours: in the peak hours that the system
 * operator plans, min(W / n, Pmax * 1 h) each; the rest evenly over the other hours. Both are
 * spread by R-12, so that hours add up to W. Where every hour is a peak hour they take all of W.
 * Codes: EN_RANGE (no hour, W or Pmax below 0), EN_OVERFLOW (Pmax * n). */
struct en_decree_integral {
    int64_t micro;          /* W */
    int64_t max_per_hour;   /* Pmax * 1 h */
    const uint8_t *is_peak; /* 1: a planned peak hour of a working day; one per hour */
    size_t count;           /* hours */
};
en_code en_decree_integral_hours(const struct en_decree_integral *integral, int64_t *hours,
                                 struct en_error *err) EN_MUST_CHECK;

#endif
