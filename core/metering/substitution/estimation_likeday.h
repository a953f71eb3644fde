/* E-02: the mean of the same slot on comparable days: of the same load class (working days,
 * Saturdays, Sundays and holidays), and where wished the same day of the week. Values in 1e-6.
 * Pure, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_LIKEDAY_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_LIKEDAY_H

#include "core/metering/substitution/estimation.h"
#include "core/metering/tariff/calendar.h"

#include <stddef.h>

#define EN_LIKEDAY_REFERENCES_MAX 64u

/* Which days are like a day (calendar.h says which load class a day has). */
typedef enum en_likeday_class {
    EN_LIKEDAY_TYPE = 0,    /* working days, Saturdays, Sundays and holidays */
    EN_LIKEDAY_WEEKDAY = 1, /* the same day of the week; holidays like Sundays */
    EN_LIKEDAY_ANY = 2,     /* every day */
    EN_LIKEDAY_YEAR = 3,    /* the same day of the week a year (364 days) before, and around it */
} en_likeday_class;

/* Whether the other day is of the same class. Kinds are those of the two days; a holiday on a
 * working day is like every Sunday, and a working Saturday like the weekdays. */
bool en_likeday_is_like(en_likeday_class by, struct en_day day, en_like_day kind,
                        struct en_day other, en_like_day other_kind);

/* The mean of the references, half up away from zero, in one rounding. Fewer than count_min (at
 * least one): NO_COMPARABLE_HISTORY. */
en_refusal en_likeday_mean(const int64_t *references, size_t count, size_t count_min,
                           int64_t *value);

#endif
