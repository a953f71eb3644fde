#include "processors/decree/force.h"

#include "projections/views/rules.h"

/* The methods of the decree that a chain has. */
static en_decree_available methods_of_chain(const struct en_rule_values *values)
{
    en_rule_id methods[EN_RULE_LIST_MAX];
    uint32_t count = en_rule_chain(values, methods);
    en_decree_available available = 0;
    bool has_check = false;
    for (uint32_t i = 0; i < count; i++) {
        has_check = has_check || methods[i] == EN_RULE_E_03;
        if (methods[i] == EN_RULE_E_08) {
            available |= EN_DECREE_HAS(PRIOR) | EN_DECREE_HAS(NEAREST);
        } else if (methods[i] == EN_RULE_E_09) {
            available |= EN_DECREE_HAS(MAX_POWER);
        } else if (methods[i] == EN_RULE_E_10) {
            available |= EN_DECREE_HAS(CURRENT);
        }
    }
    return available == 0 ? 0 : available | (has_check ? EN_DECREE_HAS(CONTROL) : 0);
}

/* Takes away what a rule of its own switches off. */
static en_decree_available allowed(const struct en_rule_plan *plan, en_decree_available methods)
{
    static const struct {
        en_rule_id rule;
        en_decree_available method;
    } rows[] = {
        {EN_RULE_D442_A, EN_DECREE_HAS(CONTROL)},  {EN_RULE_D442_B, EN_DECREE_HAS(PRIOR)},
        {EN_RULE_D442_B2, EN_DECREE_HAS(NEAREST)}, {EN_RULE_D442_C, EN_DECREE_HAS(MAX_POWER)},
        {EN_RULE_D442_D, EN_DECREE_HAS(CURRENT)},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        if (plan->of[rows[i].rule] == NULL) {
            methods &= ~rows[i].method;
        }
    }
    return methods;
}

/* A parameter in 1e-6 as a ratio; it is above 0 and small: checked when it was set. */
static struct en_ratio ratio_of(int64_t micro)
{
    struct en_ratio ratio = EN_RATIO_ONE;
    en_code code = en_ratio_make(micro, EN_MICRO, &ratio, NULL);
    EN_ASSERT(code == EN_OK);
    return ratio;
}

static void read_parameters(const struct en_rule_plan *plan, struct en_force *force)
{
    const struct en_rule_values *b = en_rule_plan_values(plan, EN_RULE_D442_B);
    const struct en_rule_values *b2 = en_rule_plan_values(plan, EN_RULE_D442_B2);
    const struct en_rule_values *c = en_rule_plan_values(plan, EN_RULE_D442_C);
    const struct en_rule_values *d = en_rule_plan_values(plan, EN_RULE_D442_D);
    const struct en_rule_values *e = en_rule_plan_values(plan, EN_RULE_D442_E);
    const struct en_rule_values *household = en_rule_plan_values(plan, EN_RULE_D354_A);
    if (b != NULL) {
        bool is_by_class = b->at[EN_D442_B_MAPPING] == EN_D442_B_MAPPING_DAY_CLASS;
        force->rules.analogue_periods_max = (uint32_t)b->at[EN_D442_B_PERIODS];
        force->align = is_by_class ? EN_DECREE_BY_CLASS : EN_DECREE_BY_DAY;
    }
    force->nearest_months = b2 == NULL ? 0 : (uint32_t)b2->at[EN_D442_B2_MONTHS];
    if (c != NULL) {
        force->rules.unaccounted_hours_max = (uint32_t)c->at[EN_D442_C_HOURS];
        force->factor = ratio_of(c->at[EN_D442_C_FACTOR]);
    }
    if (d != NULL) {
        force->rules.cos_phi = ratio_of(d->at[EN_D442_D_COSPHI]);
        force->rules.demand_divisor = ratio_of(d->at[EN_D442_D_DIVISOR]);
        force->voltage_micro = d->at[EN_D442_D_VOLTAGE];
    }
    force->shapes_integral = e != NULL;
    if (e != NULL) {
        force->rules.hourly_threshold_micro_kw = e->at[EN_D442_E_THRESHOLD];
    }
    if (household != NULL) {
        force->household.months_min = (uint32_t)household->at[EN_D354_A_MONTHS];
        force->household.months_min_young = (uint32_t)household->at[EN_D354_A_LEAST];
        force->household.periods_max = (uint32_t)household->at[EN_D354_A_PERIODS];
    }
}

en_code en_force_on(struct en_fold *fold, uint32_t channel, int32_t day, struct en_force *force,
                    struct en_error *err)
{
    const struct en_rule_plan *plan = NULL;
    *force = (struct en_force){.rules = en_decree_rules_default,
                               .factor = EN_RATIO_ONE,
                               .household = en_household_rules_default};
    en_code code = en_registry_plan(fold, channel, day, &plan, err);
    const struct en_rule_values *chain = en_rule_plan_values(plan, EN_RULE_CHAIN);
    if (code != EN_OK || chain == NULL) {
        return code;
    }
    en_decree_available methods = methods_of_chain(chain);
    if (methods != 0) {
        force->methods = allowed(plan, methods);
        /* a household is one by a setting of its own, never by the chain alone */
        const struct en_rule_held *household = plan->of[EN_RULE_D354_A];
        force->is_household = household != NULL && household->setting != 0;
        read_parameters(plan, force);
    }
    return EN_OK;
}

bool en_force_equal(const struct en_force *a, const struct en_force *b)
{
    return a->methods == b->methods && a->is_household == b->is_household && a->align == b->align &&
           a->nearest_months == b->nearest_months && a->voltage_micro == b->voltage_micro &&
           a->shapes_integral == b->shapes_integral && en_ratio_equal(a->factor, b->factor) &&
           a->rules.analogue_periods_max == b->rules.analogue_periods_max &&
           a->rules.unaccounted_hours_max == b->rules.unaccounted_hours_max &&
           a->rules.hourly_threshold_micro_kw == b->rules.hourly_threshold_micro_kw &&
           en_ratio_equal(a->rules.cos_phi, b->rules.cos_phi) &&
           en_ratio_equal(a->rules.demand_divisor, b->rules.demand_divisor) &&
           a->household.months_min == b->household.months_min &&
           a->household.months_min_young == b->household.months_min_young &&
           a->household.periods_max == b->household.periods_max;
}

struct visit {
    struct en_fold *fold;
    en_rule_visit_channel visit;
    void *self;
};

static en_code visit_setting(void *self, const struct en_rule_setting *setting,
                             struct en_error *err)
{
    struct visit *visit = self;
    struct en_rule_values values;
    struct en_rule_target target;
    en_code code = en_rule_parse(en_rule_of(EN_RULE_CHAIN), EN_RESOURCE_ELECTRICITY,
                                 setting->parameters, &values, err);
    if (code != EN_OK || methods_of_chain(&values) == 0) {
        return EN_OK; /* none of the decree's */
    }
    code = en_rule_target_find(visit->fold->store, setting->target, &target, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK; /* what it names is not there */
    }
    return code == EN_OK ? en_rule_target_channels(visit->fold->store, &target, visit->visit,
                                                   visit->self, err)
                         : code;
}

en_code en_force_channels(struct en_fold *fold, en_rule_visit_channel visit, void *self,
                          struct en_error *err)
{
    struct visit chain = {fold, visit, self};
    return en_rules_settings(fold->store, EN_RULE_CHAIN, visit_setting, &chain, err);
}
