#include "projections/views/validity_plan.h"

#define US(seconds) ((seconds)*EN_SECOND_US)

static void take_slots(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    const struct en_rule_values *spike = en_rule_plan_values(rules, EN_RULE_V_09);
    const struct en_rule_values *zero = en_rule_plan_values(rules, EN_RULE_V_13);
    const struct en_rule_values *stale = en_rule_plan_values(rules, EN_RULE_V_19);
    const struct en_rule_values *status = en_rule_plan_values(rules, EN_RULE_V_16);
    plan->slots.stale_slots = stale != NULL ? (uint32_t)stale->at[EN_V_19_RUN] : 2;
    plan->slots.zero_seconds = zero != NULL ? zero->at[EN_V_13_RUN] : INT64_MAX;
    plan->slots.cap_warning = INT64_MAX;
    plan->slots.cap_error = INT64_MAX;
    if (spike != NULL) {
        plan->slots.spike_ratio = spike->at[EN_V_09_RATIO];
        plan->spike_pulses = spike->at[EN_V_09_PULSES];
    }
    if (status != NULL) {
        plan->counter_bits = (uint32_t)status->at[EN_V_16_BITS];
        plan->slots.status_errors = EN_QUALITY_TEST | EN_QUALITY_OVERFLOW;
    }
}

static void take_capacity(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    const struct en_rule_values *values = en_rule_plan_values(rules, EN_RULE_V_15);
    if (values != NULL) {
        plan->cap_warning = values->at[EN_V_15_WARN];
        plan->cap_error = values->at[EN_V_15_ERROR];
        plan->cap_micro_kv = values->at[EN_V_15_VOLTAGE];
        plan->cap_micro_a = values->at[EN_V_15_CURRENT];
        plan->cap_power = values->at[EN_V_15_POWER];
    }
}

static void take_registers(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    const struct en_rule_values *sum = en_rule_plan_values(rules, EN_RULE_V_07);
    const struct en_rule_values *falling = en_rule_plan_values(rules, EN_RULE_V_08);
    const struct en_rule_values *tariffs = en_rule_plan_values(rules, EN_RULE_V_21);
    if (sum != NULL) {
        plan->sum.multipliers = sum->at[EN_V_07_MULTIPLIERS];
        plan->sum.share = sum->at[EN_V_07_PERCENT];
        plan->sum_span = sum->at[EN_V_07_SPAN];
    }
    plan->register_margin = falling != NULL ? falling->at[EN_V_08_MARGIN] : 0;
    plan->tariff_step = tariffs != NULL ? tariffs->at[EN_V_21_STEP] : 0;
}

static void take_pairs(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    static const en_check_form forms[] = {
        [EN_V_22_LIMIT_CLASSES] = EN_CHECK_CLASSES,
        [EN_V_22_LIMIT_SUM] = EN_CHECK_SUM,
        [EN_V_22_LIMIT_PERCENT] = EN_CHECK_SHARE,
    };
    const struct en_rule_values *kvarh = en_rule_plan_values(rules, EN_RULE_V_10);
    const struct en_rule_values *check = en_rule_plan_values(rules, EN_RULE_V_22);
    const struct en_rule_values *tangent = en_rule_plan_values(rules, EN_RULE_V_23);
    const struct en_rule_values *inactive = en_rule_plan_values(rules, EN_RULE_V_25);
    plan->kvarh_pulses = kvarh != NULL ? kvarh->at[EN_V_10_PULSES] : 0;
    plan->tangent = tangent != NULL ? tangent->at[EN_V_23_RATIO] : 0;
    plan->inactive_pulses = inactive != NULL ? inactive->at[EN_V_25_PULSES] : 0;
    if (check != NULL) {
        plan->check_channel = rules->of[EN_RULE_V_22]->name;
        plan->check.form = forms[check->at[EN_V_22_LIMIT]];
        plan->check.factor = check->at[EN_V_22_FACTOR];
        plan->check.share = check->at[EN_V_22_PERCENT];
        plan->check_span = check->at[EN_V_22_SPAN];
    }
}

static void take_time(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    const struct en_rule_values *clock = en_rule_plan_values(rules, EN_RULE_V_02);
    const struct en_rule_values *duplicate = en_rule_plan_values(rules, EN_RULE_V_05);
    const struct en_rule_values *future = en_rule_plan_values(rules, EN_RULE_V_06);
    const struct en_rule_values *outage = en_rule_plan_values(rules, EN_RULE_V_17);
    const struct en_rule_values *late = en_rule_plan_values(rules, EN_RULE_V_27);
    if (clock != NULL) {
        plan->clock = (struct en_clock_limits){
            .warn_us = US(clock->at[EN_V_02_WARN]),
            .error_us = US(clock->at[EN_V_02_ERROR]),
            .estimate_us = US(clock->at[EN_V_02_ESTIMATE]),
            .run = (uint32_t)clock->at[EN_V_02_RUN],
        };
    }
    plan->duplicate_difference = duplicate != NULL ? duplicate->at[EN_V_05_DIFFERENCE] : 0;
    plan->future_tolerance_us = future != NULL ? US(future->at[EN_V_06_TOLERANCE]) : 0;
    plan->outage_minimum_us = outage != NULL ? US(outage->at[EN_V_17_MINIMUM]) : 0;
    plan->late_deadline_us = late != NULL ? US(late->at[EN_V_27_DEADLINE]) : 0;
}

static void take_history(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    const struct en_rule_values *hampel = en_rule_plan_values(rules, EN_RULE_V_28);
    const struct en_rule_values *like = en_rule_plan_values(rules, EN_RULE_V_29);
    const struct en_rule_values *edit = en_rule_plan_values(rules, EN_RULE_V_35);
    if (hampel != NULL) {
        plan->hampel = (struct en_hampel_limits){.half = (uint32_t)hampel->at[EN_V_28_HALF],
                                                 .times = hampel->at[EN_V_28_TIMES],
                                                 .floor = hampel->at[EN_V_28_FLOOR]};
    }
    if (like != NULL) {
        plan->like_days = (uint32_t)like->at[EN_V_29_DAYS];
        plan->like = (struct en_like_limits){.sigmas = like->at[EN_V_29_SIGMAS],
                                             .share = like->at[EN_V_29_PERCENT]};
    }
    if (edit != NULL) {
        plan->edit = (struct en_edit_limits){.absolute = edit->at[EN_V_35_ABSOLUTE],
                                             .share = edit->at[EN_V_35_PERCENT]};
    }
}

void en_validity_plan_make(const struct en_rule_plan *rules, struct en_validity_plan *plan)
{
    *plan = (struct en_validity_plan){.rules = rules};
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT && rules != NULL; rule++) {
        const struct en_rule_values *values = en_rule_plan_values(rules, (en_rule_id)rule);
        if (values != NULL) {
            plan->in_force |= UINT64_C(1) << rule;
            if (en_rule_of((en_rule_id)rule)->is_severity_set) {
                plan->severity[rule] = (uint8_t)values->at[EN_RULE_SEVERITY];
            }
        }
    }
    plan->slots.rules = plan->in_force;
    take_slots(rules, plan);
    take_capacity(rules, plan);
    take_registers(rules, plan);
    take_pairs(rules, plan);
    take_time(rules, plan);
    take_history(rules, plan);
}
