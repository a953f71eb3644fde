/* Alarms that stand or are held: rows of table alarm moved by looks and by operators, and every
 * transition in alarm_history. */
#ifndef EN_PROCESSORS_ALARM_INSTANCES_H
#define EN_PROCESSORS_ALARM_INSTANCES_H

#include "core/event/payload_alarm.h"
#include "processors/alarm/conditions.h"

struct en_alarm_rows {
    struct en_alarm_row *items; /* by subject */
    size_t count;
    size_t capacity;
};

/* The rows of a definition; texts are copied into the arena, items given back by fini. */
en_code en_alarm_rows_load(struct en_fold *fold, struct en_slice name, struct en_alarm_rows *rows,
                           struct en_error *err) EN_MUST_CHECK;
void en_alarm_rows_fini(struct en_alarm_rows *rows);

struct en_alarm_rule en_alarm_rule_of(const struct en_alarm_definition_row *definition);

/* Takes a look in: what was seen moves its row, what was not seen is gone. causes: rows of the
 * definition that is their cause; what stands below one of them is suppressed. */
en_code en_alarm_rows_look(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                           const struct en_alarm_rows *rows, const struct en_alarm_rows *causes,
                           const struct en_alarm_sights *sights,
                           struct en_error *err) EN_MUST_CHECK;

/* An operator acts on one alarm. *fault says why not (EN_OK: done). */
en_code en_alarm_rows_act(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                          const struct en_alarm_asked *asked, en_alarm_action action,
                          struct en_instant at, uint32_t actor, struct en_error *fault,
                          struct en_error *err) EN_MUST_CHECK;

/* Takes all of a definition back: it was switched off. */
en_code en_alarm_rows_clear(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                            struct en_instant at, struct en_error *err) EN_MUST_CHECK;

#endif
