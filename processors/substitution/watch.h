/* Who looks at what: for each channel the days of it that were looked at when some channel's day
 * was filled, so that a change marks exactly the days that may come out otherwise. Kept in memory,
 * brought up from the stored evidence. Part of the processor's state: zeroed is empty; one thread.
 */
#ifndef EN_PROCESSORS_SUBSTITUTION_WATCH_H
#define EN_PROCESSORS_SUBSTITUTION_WATCH_H

#include "core/metering/substitution/substitute.h"
#include "processors/marks.h"

struct en_watcher {
    int32_t from_day; /* inclusive both */
    int32_t to_day;
    uint32_t channel; /* whose day is to be computed anew */
    int32_t day;
};

struct en_watch_list {
    struct en_watcher *items;
    size_t count;
    size_t capacity;
};

struct en_watch_index {
    struct en_watch_list *lists; /* by the channel that is watched */
    size_t capacity;
};

void en_watch_fini(struct en_watch_index *index);

/* Adds what one day of a channel watches, or takes it out again. EN_NOMEM. */
en_code en_watch_add(struct en_watch_index *index, uint32_t channel, int32_t day,
                     const struct en_substitutes *evidence, struct en_error *err) EN_MUST_CHECK;
void en_watch_remove(struct en_watch_index *index, uint32_t channel, int32_t day,
                     const struct en_substitutes *evidence);

/* Marks every day that looks at the channel on days [from_day, to_day], but not the day
 * (`channel`, `but_day`) itself. */
en_code en_watch_mark(const struct en_watch_index *index, struct en_marks *marks,
                      struct en_fold *fold, uint32_t channel, int32_t from_day, int32_t to_day,
                      int32_t but_day, struct en_error *err) EN_MUST_CHECK;

/* The list of a channel; NULL when nobody looks at it. */
const struct en_watch_list *en_watch_list_of(const struct en_watch_index *index, uint32_t channel);

#endif
