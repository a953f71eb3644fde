/* Which rules hold for a channel on a day, and with which values: the plan that validity,
 * substitution and the reports judge by.
 *
 * A rule holds where a setting (table rule) says so: for the fiscal days from the UTC date of its
 * `from` up to that of its `to`. Of the settings that hold on the day the most specific target wins
 * (rule_target.h), and of one target that which began last; "enabled": false takes the rule out.
 * Where CHAIN holds, its methods and the rules that they read (D442-…, acts) hold with their
 * defaults where nobody set them; a method that does not stand in the chain does not hold.
 *
 * The cache makes the question cost nothing: no setting at all is one branch, a day like the one
 * before is one look by channel; millions of channels share few plans. Whoever changes the
 * registry's tables says en_rules_forget. One thread. */
#ifndef EN_PROJECTIONS_VIEWS_RULES_H
#define EN_PROJECTIONS_VIEWS_RULES_H

#include "projections/views/rule_target.h"

/* A rule as it holds, and where that was said. */
struct en_rule_held {
    struct en_rule_values values;
    uint32_t setting;       /* id of the name of its setting; 0: a default of the chain */
    struct en_instant from; /* the setting's; with `setting` the key of table rule */
    uint32_t name;          /* id of what a NAME parameter names: a channel, a balance; 0 none */
};

struct en_rule_plan {
    en_resource resource;
    const struct en_rule_held *of[EN_RULES_COUNT]; /* by en_rule_id; NULL: it does not hold */
};

/* The values of the rule where it holds, or NULL; plan may be NULL. */
static inline const struct en_rule_values *en_rule_plan_values(const struct en_rule_plan *plan,
                                                               en_rule_id rule)
{
    return plan == NULL || plan->of[rule] == NULL ? NULL : &plan->of[rule]->values;
}

struct en_rules;

/* An empty cache. EN_NOMEM. */
en_code en_rules_open(struct en_rules **rules, struct en_error *err) EN_MUST_CHECK;
void en_rules_close(struct en_rules *rules); /* NULL is allowed */

/* What is cached is out of date: a setting, a channel, a point or an object changed. Cheap: nothing
 * is read before the next question. */
void en_rules_forget(struct en_rules *rules);

/* The plan of the channel's day; *plan is NULL when no rule holds. It lives until the question
 * after the next en_rules_forget. The store must be the same set of tables until then. Codes: those
 * of the store, EN_NOMEM, EN_CORRUPT (a stored setting cannot be read). */
en_code en_rules_plan(struct en_rules *rules, struct en_store *store, uint32_t channel, int32_t day,
                      const struct en_rule_plan **plan, struct en_error *err) EN_MUST_CHECK;

/* The same for a point as a whole: settings of its channels say nothing. Not remembered by point.
 */
en_code en_rules_plan_of_point(struct en_rules *rules, struct en_store *store, uint32_t point,
                               int32_t day, const struct en_rule_plan **plan,
                               struct en_error *err) EN_MUST_CHECK;

/* A setting as the table holds it. Views live until the visit ends. */
struct en_rule_setting {
    en_rule_id rule;
    struct en_slice target; /* "", "point:GPP-1" */
    uint32_t setting;       /* id of its name */
    struct en_instant from;
    struct en_instant to; /* INT64_MAX: open; where a later one took over for good, its from */
    struct en_slice edition;
    struct en_slice parameters; /* canonical JSON */
    struct en_slice reason;
    struct en_slice author; /* external key of the actor, "" none */
    uint64_t seq;           /* of the event */
};

/* Calls visit with every setting of the rule (EN_RULE_NONE: of all), by target and rising from. */
typedef en_code (*en_rule_visit_setting)(void *self, const struct en_rule_setting *setting,
                                         struct en_error *err);
en_code en_rules_settings(struct en_store *store, en_rule_id rule, en_rule_visit_setting visit,
                          void *self, struct en_error *err) EN_MUST_CHECK;

/* The first and the last day that a setting holds (fiscal days; to exclusive, INT32_MAX open). */
void en_rule_setting_days(struct en_instant from, struct en_instant to, int32_t *from_day,
                          int32_t *to_day);

#endif
