#include "processors/substitution/plan.h"

#include "core/fixed.h"
#include "core/metering/validation/validation_slots.h"
#include "processors/contract/contract.h"
#include "projections/views/schedule.h"

#define SCALE 1000000

/* The number of a method by its rule; 0: none of a chain. */
static en_estimation_method method_of(en_rule_id rule)
{
    static const struct {
        en_rule_id rule;
        en_estimation_method method;
    } rows[] = {
        {EN_RULE_E_01, EN_METHOD_INTERP},   {EN_RULE_E_02, EN_METHOD_LIKEDAY},
        {EN_RULE_E_03, EN_METHOD_CHECK},    {EN_RULE_E_04, EN_METHOD_REG_SHAPE},
        {EN_RULE_E_05, EN_METHOD_REG_FLAT}, {EN_RULE_E_06, EN_METHOD_PROFILE},
        {EN_RULE_E_07, EN_METHOD_ZERO},     {EN_RULE_E_08, EN_METHOD_PRIOR},
        {EN_RULE_E_09, EN_METHOD_MAXPOWER}, {EN_RULE_E_10, EN_METHOD_PERMCURRENT},
        {EN_RULE_E_11, EN_METHOD_BALANCE},  {EN_RULE_E_15, EN_METHOD_HOLD},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        if (rows[i].rule == rule) {
            return rows[i].method;
        }
    }
    return EN_METHOD_NONE;
}

static en_rule_id rule_of(en_estimation_method method)
{
    return (en_rule_id)(EN_RULE_E_01 + (int)method - 1);
}

/* What somebody said, not a default of the chain. */
static bool is_given(const struct en_rule_held *held, uint32_t parameter)
{
    return held != NULL && held->setting != 0 && (held->values.given >> parameter & 1u) != 0;
}

/* The parameters of the rule over those that the chain's text gave the step. */
static void set_step(const struct en_rule_plan *rules, struct en_estimation_step *step)
{
    const struct en_rule_held *held = rules->of[rule_of(step->method)];
    bool by_days = step->method == EN_METHOD_LIKEDAY || step->method == EN_METHOD_REG_SHAPE;
    const struct en_rule_held *days = by_days ? rules->of[EN_RULE_E_02] : NULL;
    if (step->method == EN_METHOD_INTERP && is_given(held, EN_E_01_GAP)) {
        step->minutes_max = (uint32_t)(held->values.at[EN_E_01_GAP] / 60);
    }
    if (step->method == EN_METHOD_HOLD && is_given(held, EN_E_15_GAP)) {
        step->minutes_max = (uint32_t)(held->values.at[EN_E_15_GAP] / 60);
    }
    if (is_given(days, EN_E_02_DAYS)) {
        step->count = (uint32_t)days->values.at[EN_E_02_DAYS];
    }
    if (is_given(days, EN_E_02_LEAST)) {
        step->count_min = (uint32_t)days->values.at[EN_E_02_LEAST];
    }
    if (is_given(days, EN_E_02_BACK)) {
        step->back_days = (uint32_t)days->values.at[EN_E_02_BACK];
    }
    step->count_min = step->count_min > step->count ? step->count : step->count_min;
    step->minutes_max = step->minutes_max > EN_ESTIMATION_MINUTES_MAX ? EN_ESTIMATION_MINUTES_MAX
                                                                      : step->minutes_max;
    if (step->method == EN_METHOD_REG_SHAPE && is_given(held, EN_E_04_SHAPE) &&
        held->values.at[EN_E_04_SHAPE] == EN_E_04_SHAPE_FLAT) {
        step->method = EN_METHOD_REG_FLAT;
    }
}

/* What a NAME parameter of the rule names, 0 nothing. */
static uint32_t named_by(const struct en_rule_plan *rules, en_rule_id rule)
{
    return rules->of[rule] == NULL ? 0 : rules->of[rule]->name;
}

/* Methods that speak of periods: processors/decree applies them. */
static bool is_of_decree(en_estimation_method method)
{
    return method == EN_METHOD_PRIOR || method == EN_METHOD_MAXPOWER ||
           method == EN_METHOD_PERMCURRENT;
}

/* Whether the method was switched off by a setting of its own. */
static bool is_off(const struct en_rule_plan *rules, const struct en_rule_values *chain,
                   en_estimation_method method)
{
    en_rule_id listed[EN_RULE_LIST_MAX];
    uint32_t count = en_rule_chain(chain, listed);
    for (uint32_t i = 0; i < count; i++) {
        if (listed[i] == rule_of(method)) {
            return rules->of[listed[i]] == NULL;
        }
    }
    return false;
}

static void add_step(const struct en_rule_plan *rules, const struct en_rule_values *chain,
                     const struct en_estimation_step *step, struct en_estimation_chain *out)
{
    if (out->count < EN_ESTIMATION_STEPS_MAX && !is_off(rules, chain, step->method)) {
        out->steps[out->count] = *step;
        set_step(rules, &out->steps[out->count++]);
    }
}

/* The chain in force: a named one with its own settings, or the methods of a list. */
static void make_chain(const struct en_rule_plan *rules, const struct en_rule_values *chain,
                       struct en_estimation_chain *out)
{
    static const char *const chain_names[EN_CHAINS_COUNT] = {"",   "UBP",    "ELEXON", "AEMO",
                                                             "DE", "DE-GAS", "RU-442", "TECHNICAL"};
    struct en_estimation_chain named = {.count = 0};
    struct en_error fault;
    out->count = 0;
    if (chain->at[EN_CHAIN_NAME] != EN_CHAIN_CUSTOM) {
        struct en_slice text = en_slice_text(chain_names[chain->at[EN_CHAIN_NAME]]);
        en_code code = en_estimation_chain_parse(text, &named, &fault);
        EN_ASSERT(code == EN_OK); /* every name is that of a preset */
    }
    for (uint32_t i = 0; i < chain->list_count && chain->at[EN_CHAIN_NAME] == EN_CHAIN_CUSTOM;
         i++) {
        en_estimation_method method = method_of((en_rule_id)chain->list[i]);
        struct en_estimation_chain one = {.count = 0};
        if (method != EN_METHOD_NONE && named.count < EN_ESTIMATION_STEPS_MAX &&
            en_estimation_chain_parse(en_slice_text(en_method_id(method)), &one, &fault) == EN_OK) {
            named.steps[named.count++] = one.steps[0];
        }
    }
    bool is_decree = false;
    for (uint32_t i = 0; i < named.count; i++) {
        is_decree = is_decree || is_of_decree(named.steps[i].method);
    }
    for (uint32_t i = 0; i < named.count; i++) {
        /* the control meter of the contract is the decree's, too, where that is in the chain */
        bool is_left = is_of_decree(named.steps[i].method) ||
                       (is_decree && named.steps[i].method == EN_METHOD_CHECK &&
                        named_by(rules, EN_RULE_E_03) == 0);
        if (!is_left) {
            add_step(rules, chain, &named.steps[i], out);
        }
    }
}

static en_code set_check(const struct en_rule_plan *rules, const struct en_contract_row *contract,
                         struct en_plan *plan, struct en_error *err)
{
    struct en_ratio loss;
    struct en_error fault;
    plan->check_ratio = EN_RATIO_ONE;
    plan->check_channel = named_by(rules, EN_RULE_E_03);
    const struct en_rule_values *values = en_rule_plan_values(rules, EN_RULE_E_03);
    if (plan->check_channel != 0 && values != NULL) {
        return en_ratio_make(values->at[EN_E_03_RATIO], SCALE, &plan->check_ratio, err);
    }
    plan->check_channel = contract->control_channel;
    if (contract->control_ratio.den != 0) {
        plan->check_ratio = contract->control_ratio;
    }
    /* D442-A: W = W_ctrl * K * (1 + loss) */
    int64_t whole = 0;
    bool has_loss = contract->loss_share.den != 0;
    bool fits = !has_loss ||
                (en_i64_add(contract->loss_share.num, contract->loss_share.den, &whole) &&
                 en_ratio_make(whole, contract->loss_share.den, &loss, &fault) == EN_OK &&
                 en_ratio_multiply(plan->check_ratio, loss, &plan->check_ratio, &fault) == EN_OK);
    plan->check_channel = fits ? plan->check_channel : 0; /* no number holds both */
    return EN_OK;
}

/* micro * seconds / 3600 * factor, whole units of 1e-6, cut; 0: it does not fit. */
static int64_t ceiling_of_power(en_i128 micro, uint32_t seconds, int64_t factor)
{
    int64_t ceiling = 0;
    en_i128 energy = 0;
    bool fits = en_i128_multiply(micro, (en_i128)seconds * factor, &energy) &&
                en_i128_to_i64(energy / ((en_i128)3600 * SCALE), &ceiling);
    return fits ? ceiling : 0;
}

/* V-15: what the slot can hold at most before it is an error; 0: not known. */
static int64_t ceiling_of(const struct en_rule_values *cap, const struct en_contract_row *contract,
                          const struct en_channel_info *info)
{
    int64_t factor = cap->at[EN_V_15_ERROR];
    struct en_capacity capacity = {cap->at[EN_V_15_VOLTAGE], cap->at[EN_V_15_CURRENT],
                                   info->slot_seconds, false};
    if (cap->at[EN_V_15_POWER] > 0) {
        return ceiling_of_power(cap->at[EN_V_15_POWER], info->slot_seconds, factor);
    }
    if (info->unit != EN_UNIT_KWH && info->unit != EN_UNIT_KVARH) {
        return 0;
    }
    if (capacity.micro_kv > 0 && capacity.micro_a > 0) {
        int64_t ceiling = en_validation_cap(&capacity, factor);
        return ceiling == INT64_MAX ? 0 : ceiling;
    }
    uint32_t phases = contract->phases == 1 ? 1 : 3;
    en_i128 power = 0; /* 1e-6 kV * 1e-6 A is 1e-12 kVA */
    bool fits = en_i128_multiply(contract->phase_voltage_micro, contract->current_micro, &power);
    return fits ? ceiling_of_power(power / SCALE * phases, info->slot_seconds, factor) : 0;
}

/* V-14, V-15, V-07 on what comes out. */
static void set_checks(const struct en_rule_plan *rules, const struct en_contract_row *contract,
                       const struct en_channel_info *info, struct en_plan *plan)
{
    const struct en_rule_values *cap = en_rule_plan_values(rules, EN_RULE_V_15);
    const struct en_rule_values *sum = en_rule_plan_values(rules, EN_RULE_V_07);
    plan->checks_negative = rules->of[EN_RULE_V_14] != NULL;
    if (cap != NULL && info->slot_seconds > 0) {
        plan->cap_micro = ceiling_of(cap, contract, info);
    }
    plan->checks_sum = sum != NULL;
    if (sum != NULL) {
        plan->sum_multipliers = sum->at[EN_V_07_MULTIPLIERS];
        plan->sum_share = sum->at[EN_V_07_PERCENT];
    }
}

static en_code set_calendar(struct en_fold *fold, struct en_arena *arena, uint32_t point,
                            const struct en_contract_row *contract, struct en_instant at,
                            int32_t day, struct en_plan *plan, struct en_error *err)
{
    uint32_t calendar = 0;
    uint32_t tariff = 0;
    en_code code = EN_OK;
    if (contract->calendar.size > 0) {
        code = en_registry_find(fold, EN_NAME_CALENDAR, contract->calendar, &calendar, err);
    } else {
        code = en_schedule_point_tariff(fold->store, point, at, day, &tariff, err);
    }
    if (code == EN_OK && tariff != 0) {
        struct en_tariff_row row;
        code = en_schedule_tariff(fold->store, tariff, at, arena, &row, err);
        calendar = code == EN_OK ? row.calendar : 0;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code != EN_OK || calendar == 0) {
        return code;
    }
    struct en_schedule_calendar *schedule = en_arena_alloc(arena, sizeof *schedule);
    if (schedule == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for a calendar");
    }
    code = en_schedule_calendar(fold->store, calendar, at, arena, schedule, err);
    if (code == EN_OK) {
        plan->calendar = &schedule->days;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_plan_get(struct en_fold *fold, struct en_arena *arena, const struct en_rule_plan *rules,
                    const struct en_channel_info *info, int32_t day, struct en_plan *plan,
                    struct en_error *err)
{
    struct en_contract_row contract = {.point = info->point};
    struct en_instant at = {(int64_t)day * EN_DAY_US};
    const struct en_rule_values *chain = en_rule_plan_values(rules, EN_RULE_CHAIN);
    *plan = (struct en_plan){.check_ratio = EN_RATIO_ONE, .horizon_days = EN_PLAN_HORIZON_DAYS};
    if (rules == NULL) {
        return EN_OK;
    }
    plan->is_in_force = chain != NULL;
    if (chain != NULL) {
        make_chain(rules, chain, &plan->chain);
        plan->is_anchored = chain->at[EN_CHAIN_ANCHOR] != 0;
    }
    struct en_instant until;
    en_code code = en_contract_at(fold, info->point, at, &contract, &until, err);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK) {
        code = set_check(rules, &contract, plan, err);
    }
    if (code == EN_OK) {
        set_checks(rules, &contract, info, plan);
        plan->profile_channel = named_by(rules, EN_RULE_E_06);
        plan->balance = named_by(rules, EN_RULE_E_11);
        code = set_calendar(fold, arena, info->point, &contract, at, day, plan, err);
    }
    return code;
}
