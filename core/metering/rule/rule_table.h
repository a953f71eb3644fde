/* How the rows of the tables of rules are written; for rule_table*.c only. Rows stand in the order
 * of rules.def, so a rule is found by its number. */
#ifndef EN_CORE_METERING_RULE_RULE_TABLE_H
#define EN_CORE_METERING_RULE_RULE_TABLE_H

#include "core/assert.h"
#include "core/metering/quality.h"
#include "core/metering/rule/rule.h"

extern const struct en_rule en_rules_validity[];     /* V_01 .. V_35 */
extern const struct en_rule en_rules_substitution[]; /* CHAIN .. D354_A */
extern const struct en_rule en_rules_other[];        /* TOU_01 .. D_10 */

#define EN_RULE_COUNT_MAX 1000000
#define EN_RULE_SECONDS_MAX (366 * 86400)
#define EN_RULE_DECIMAL_MAX (INT64_C(1000000000) * 1000000)

/* Scaled as the types want them: 1.8 is MILLI(1800), 25 % is PERCENTS(25). */
#define EN_MILLI(n) (INT64_C(1000) * (n))
#define EN_PERCENTS(n) (INT64_C(10000) * (n))

/* The place of a parameter in the rule's own list. */
#define EN_OWN(index) [(index)-EN_RULE_OWN]

#define EN_PARAMETERS(list) .own = (list), .own_count = EN_COUNT_OF(list)
#define EN_INITIALS(list) .initials = (list), .initials_count = EN_COUNT_OF(list)

#endif
