/* Questions over alarms: those that stand, in the order in which an operator wants them, and how
 * good the alarms themselves are (EEMUA 191, ISA-18.2): a system that cries all day is not heard.
 */
#ifndef EN_PROJECTIONS_VIEWS_ALARMS_H
#define EN_PROJECTIONS_VIEWS_ALARMS_H

#include "core/metering/alarm.h"
#include "projections/tables.h"
#include "projections/tables_alarm.h"

/* Rows of table alarm, copied into the arena: standing ones first, by priority, unacknowledged
 * before acknowledged, newest first; then held ones; those that are only pending last. */
struct en_alarm_list {
    struct en_alarm_row *items;
    uint32_t count;
};

/* Codes: EN_NOMEM (the arena is full), EN_CORRUPT, those of the store. */
en_code en_alarms_gather(struct en_store *store, struct en_arena *arena, struct en_alarm_list *list,
                         struct en_error *err) EN_MUST_CHECK;

/* The name of a priority: "high", "medium", "low", "journal". */
const char *en_alarm_priority_text(uint32_t priority);

/* What the numbers should be: at most 1 alarm in ten minutes on average and 10 in any (more is a
 * flood), 150 a day to be worked off and 300 at the very most, under 1 % of the time in flood, the
 * ten worst under 5 % of all, under 5 standing for over a day, priorities 5 / 15 / 80 %. */
struct en_alarm_quality {
    uint32_t raised_count; /* raises of priorities 1 to 3 */
    uint32_t priority_counts[5];
    uint32_t windows_count; /* ten minutes each */
    uint32_t flood_count;   /* windows with more than 10 raises */
    uint32_t most_in_window;
    int64_t per_window_micro; /* mean raises in ten minutes, 1e-6 */
    int64_t per_day_micro;
    int64_t flood_1e4_percent; /* of the time */
    int64_t worst_1e4_percent; /* share of the ten (alarm, subject) that were raised most */
    uint32_t chattering_count; /* (alarm, subject) raised three times or more within ten minutes */
    uint32_t stale_count;      /* standing for over a day at the end, or by the last tick */
    uint32_t acknowledged_count;
    int64_t acknowledge_s; /* mean seconds from the raise */
};

/* Over [within.from, within.to). Codes: EN_RANGE (empty, or over 400 days), EN_LIMIT (more raises
 * than can be gathered), EN_NOMEM, EN_CORRUPT, those of the store. */
en_code en_alarm_quality_gather(struct en_store *store, struct en_interval within,
                                struct en_alarm_quality *quality,
                                struct en_error *err) EN_MUST_CHECK;

#endif
