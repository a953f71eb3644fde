/* The definition of a rule as JSON, for commands and the API alike. Pure, any thread. */
#ifndef EN_CORE_METERING_RULE_RULE_JSON_H
#define EN_CORE_METERING_RULE_RULE_JSON_H

#include "core/json.h"
#include "core/metering/rule/rule.h"

/* Adds the members of the rule to the object that is open: rule, stage, severity, edition, flags,
 * method, source, en and ru (title, does, cannot, example, expected), parameters (name, type, unit,
 * choices, min, max, default, defaults by resource, en, ru). Numbers are texts as people write
 * them. */
void en_rule_json(const struct en_rule *rule, struct en_json *json);

/* Adds every parameter of the values as a member of the object that is open: name and text. */
void en_rule_json_values(const struct en_rule_values *values, struct en_json *json);

/* Adds the object of a preset: name, en, ru, rules (rule, parameters, resource, from, to). */
void en_rule_json_preset(const struct en_rule_preset *preset, struct en_json *json,
                         const char *key);

#endif
