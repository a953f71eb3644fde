/* Settings of rules that a person is about to make: one rule with its parameters, or a preset; what
 * `rule set`, `rule adopt` append and `rule diff` only supposes. Checked against the tables, so
 * that what is wrong is told before anything is appended. Caller's memory, one thread. */
#ifndef EN_APP_COMMANDS_RULE_CHANGE_H
#define EN_APP_COMMANDS_RULE_CHANGE_H

#include "app/command.h"
#include "core/event/payload.h"
#include "projections/views/rules.h"

#define EN_RULE_CHANGES_MAX 128u

struct en_rule_change {
    const struct en_rule *rule;
    char key[EN_NAME_SIZE_MAX + 1]; /* external key of the setting */
    char parameters[EN_RULE_JSON_SIZE_MAX + 1];
    int32_t from_day;
    int32_t to_day; /* INT32_MAX: open */
};

struct en_rule_changes {
    struct en_rule_change *items;
    uint32_t count;
    const char *reason; /* the caller's; "" none */
    char edition[16];   /* "" the newest */
};

void en_rule_changes_init(struct en_rule_changes *changes);
void en_rule_changes_fini(struct en_rule_changes *changes);

/* The days of a change: options of the command that say from when and up to when (to NULL or
 * absent: open). EN_USAGE. */
en_code en_rule_change_days(const struct en_arguments *arguments, const char *from, const char *to,
                            int32_t *from_day, int32_t *to_day, struct en_error *err) EN_MUST_CHECK;

/* The one change that --target, --parameters, --param say of the rule. Codes: those of
 * en_rule_parse and en_rule_target_find, EN_NOT_FOUND (no such rule). */
en_code en_rule_changes_of_rule(struct en_rule_changes *changes, struct en_store *store,
                                const struct en_arguments *arguments, const char *name,
                                int32_t from_day, int32_t to_day,
                                struct en_error *err) EN_MUST_CHECK;

/* Those of a preset at --target. Entries of one resource only hold where the target measures it,
 * and go over those of all. Codes: as above. */
en_code en_rule_changes_of_preset(struct en_rule_changes *changes, struct en_store *store,
                                  const struct en_arguments *arguments, const char *name,
                                  int32_t from_day, int32_t to_day,
                                  struct en_error *err) EN_MUST_CHECK;

/* The change as the payload of rule.set, and its valid interval. Views into the changes. */
struct en_rule_set en_rule_change_payload(const struct en_rule_changes *changes, uint32_t index,
                                          struct en_interval *valid);

/* The definition by name. EN_NOT_FOUND, with the nearest. */
en_code en_rule_change_find(const char *name, const struct en_rule **rule,
                            struct en_error *err) EN_MUST_CHECK;

#endif
