/* What the decree needs of calendars and published hours: which days of a point are alike, and the
 * hours of a month that an integral meter measured whole (D442-E). */
#ifndef EN_PROCESSORS_DECREE_SCHEDULE_H
#define EN_PROCESSORS_DECREE_SCHEDULE_H

#include "core/metering/tariff/calendar.h"
#include "processors/registry/registry.h"

#define EN_INTEGRAL_HOURS_MAX 1488u /* 62 days: longer advances are spread evenly */

/* The calendar of the point at the instant: its contract's, else its tariff's; NULL: only weekdays
 * count. It lives in the arena. */
en_code en_decree_calendar(struct en_fold *fold, uint32_t point, struct en_instant at,
                           struct en_arena *arena, const struct en_calendar **calendar,
                           struct en_error *err) EN_MUST_CHECK;

/* The hours of an advance of an integral meter where hours are due: the point's maximum power is at
 * least the threshold of rule D442-E, which is in force, the advance begins and ends on the hour,
 * and peak hours are published for each of its days. *count 0: it is spread evenly. hours holds
 * EN_INTEGRAL_HOURS_MAX. */
en_code en_decree_integral_of(struct en_fold *fold, uint32_t channel,
                              const struct en_channel_info *info, struct en_interval span,
                              int64_t micro, int64_t *hours, uint32_t *count,
                              struct en_error *err) EN_MUST_CHECK;

#endif
