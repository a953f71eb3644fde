/* A rule with its settings, and with what holds at a place, as JSON: for commands and the API
 * alike. */
#ifndef EN_PROJECTIONS_VIEWS_RULES_JSON_H
#define EN_PROJECTIONS_VIEWS_RULES_JSON_H

#include "core/json.h"
#include "projections/views/rules.h"

struct en_rules_place {
    uint32_t point;
    uint32_t channel; /* 0: the point as a whole */
    int32_t day;
};

/* Adds to the object that is open: the definition (rule_json.h), settings (target, from, to,
 * edition, parameters, reason, author, seq), and where a place is given here: day, acts, values,
 * set_by. plan: what holds at the place. Codes: those of the store. */
en_code en_rules_json(struct en_store *store, const struct en_rule *rule,
                      const struct en_rules_place *place, const struct en_rule_plan *plan,
                      struct en_json *json, struct en_error *err) EN_MUST_CHECK;

/* Adds one setting as an object. */
void en_rules_json_setting(const struct en_rule_setting *setting, struct en_json *json);

#endif
