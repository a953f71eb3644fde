/* Which channels' days an event makes to be judged anew. */
#ifndef EN_PROCESSORS_VALIDITY_TOUCH_H
#define EN_PROCESSORS_VALIDITY_TOUCH_H

#include "processors/marks.h"
#include "processors/registry/registry.h"
#include "processors/validity/collected.h"

/* The mark of a day as a whole: which channels should have values on it and have none. No channel
 * has this id. */
#define EN_VALIDITY_WHOLE_DAY UINT32_MAX

/* Which rules of validity were ever set: bit n is V-n. Without one nothing is marked at all. */
en_code en_touch_rules(struct en_fold *fold, uint64_t *rules, struct en_error *err) EN_MUST_CHECK;

/* The same bit of the rule that the event in hand, a setting, is about; 0 for another's. */
en_code en_touch_rule_of(struct en_fold *fold, const struct en_event *event, uint64_t *rule,
                         struct en_error *err) EN_MUST_CHECK;

/* What marking looks at. */
struct en_touch {
    struct en_marks *marks;
    uint64_t rules; /* that were ever set */
    const struct en_collected *collected;
    int32_t due_day; /* above the last day that may be due by the clock; INT32_MIN: not known */
};

/* Marks what the event, which the processors above have folded, makes to be judged anew: settings
 * of rules, channels, points, objects, devices, ratios, contracts, register reads, device events.
 * Days without values are marked where V-04 judges them. Codes: those of the store, EN_NOMEM. */
en_code en_touch_mark(struct en_fold *fold, const struct en_touch *touch,
                      const struct en_event *event, struct en_error *err) EN_MUST_CHECK;

/* Marks the days that ended since `before`, as whole days: the clock has moved. */
en_code en_touch_mark_due(struct en_fold *fold, struct en_marks *marks, struct en_instant before,
                          struct en_instant now, struct en_error *err) EN_MUST_CHECK;

#endif
