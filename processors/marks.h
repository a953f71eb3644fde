/* What a processor has to compute although nothing that it reads may have changed: series by day,
 * gathered while folding and while settling, taken day by day in rising order, each once a sweep.
 * Part of a processor's state: zeroed is empty; one thread. */
#ifndef EN_PROCESSORS_MARKS_H
#define EN_PROCESSORS_MARKS_H

#include "processors/processor.h"

struct en_marks {
    uint64_t *items; /* en_day_series_key; sorted from `taken` on unless is_mixed */
    size_t count;
    size_t capacity;
    size_t taken; /* the first so many are done */
    bool is_mixed;
    uint64_t *again; /* marked behind the sweep: for the next */
    size_t again_count;
    size_t again_capacity;
};

void en_marks_fini(struct en_marks *marks);

/* Marks the series on the day, and the day as dirty. EN_NOMEM. */
en_code en_marks_add(struct en_marks *marks, struct en_fold *fold, int32_t day, uint32_t series,
                     struct en_error *err) EN_MUST_CHECK;

/* Brings what is left into order; before the three below. EN_NOMEM. */
en_code en_marks_sort(struct en_marks *marks, struct en_error *err) EN_MUST_CHECK;

/* Whether a series of the day is left, and which is the next; take goes on behind it. */
bool en_marks_peek(const struct en_marks *marks, int32_t day, uint32_t *series);
void en_marks_take(struct en_marks *marks);

/* After the last day of a sweep: all were taken (asserted); those marked behind it are next. */
void en_marks_end(struct en_marks *marks);

#endif
