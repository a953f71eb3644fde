#include "projections/views/period_rules.h"

#include "core/mem.h"

#define MONTHS_MAX 60

struct en_period_rules {
    struct en_completeness_query query;
    struct en_completeness now;
    struct en_completeness year;   /* the same stretch a year before */
    struct en_completeness before; /* the stretch just before */
    uint64_t *months;              /* of each series: bit n: estimates n months before the last */
    int32_t days;
};

/* The same date a year before; the end of February for a leap day. */
static int32_t year_before(int32_t day)
{
    struct en_civil civil = en_day_civil((struct en_day){day});
    struct en_day found = {day - 365};
    uint32_t day_of_month = civil.month == 2 && civil.day == 29 ? 28 : civil.day;
    return en_day_of_date(civil.year - 1, civil.month, day_of_month, &found, NULL) == EN_OK
               ? found.n
               : day - 365;
}

static uint32_t place_of(const struct en_completeness *completeness, uint32_t channel)
{
    uint32_t low = 0;
    uint32_t high = completeness->series_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bool is_below = completeness->series[middle].channel < channel;
        low = is_below ? middle + 1 : low;
        high = is_below ? high : middle;
    }
    bool is_found =
        low < completeness->series_count && completeness->series[low].channel == channel;
    return is_found ? low : UINT32_MAX;
}

/* V-24: in which of the months before the end values were estimated. */
static en_code gather_months(struct en_period_rules *rules, struct en_store *store,
                             struct en_error *err)
{
    int32_t last = en_month_of_day((struct en_day){rules->query.to_day - 1}).n;
    int32_t from = en_month_first_day((struct en_month){last - MONTHS_MAX + 1}).n;
    struct en_series_scan scan;
    rules->months =
        en_mem_alloc(rules->now.series_count > 0 ? rules->now.series_count : 1, sizeof(uint64_t));
    if (rules->months == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the months of estimates");
    }
    en_code code = en_series_scan_begin(store, &en_series_substitute, from, rules->query.to_day, 0,
                                        0, &scan, err);
    while (code == EN_OK) {
        int32_t day = 0;
        uint32_t channel = 0;
        struct en_slice entry;
        code = en_series_scan_next(&scan, &day, &channel, &entry, err);
        uint32_t place = code == EN_OK ? place_of(&rules->now, channel) : UINT32_MAX;
        if (place != UINT32_MAX) {
            int32_t ago = last - en_month_of_day((struct en_day){day}).n;
            rules->months[place] |= UINT64_C(1) << ago;
        }
    }
    en_series_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_period_rules_open(struct en_store *store, const struct en_completeness_query *query,
                             struct en_period_rules **rules, struct en_error *err)
{
    struct en_period_rules *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the rules of a period");
    }
    made->query = *query;
    made->query.is_daily = false;
    made->days = query->to_day - query->from_day;
    en_completeness_init(&made->now);
    en_completeness_init(&made->year);
    en_completeness_init(&made->before);
    struct en_completeness_query year = made->query;
    struct en_completeness_query before = made->query;
    year.from_day = year_before(query->from_day);
    year.to_day = year_before(query->to_day);
    before.from_day = query->from_day - made->days;
    before.to_day = query->from_day;
    en_code code = en_completeness_gather(&made->now, store, &made->query, err);
    if (code == EN_OK) {
        code = en_completeness_gather(&made->year, store, &year, err);
    }
    if (code == EN_OK) {
        code = en_completeness_gather(&made->before, store, &before, err);
    }
    if (code == EN_OK) {
        code = gather_months(made, store, err);
    }
    if (code != EN_OK) {
        en_period_rules_close(made);
        return code;
    }
    *rules = made;
    return EN_OK;
}

void en_period_rules_close(struct en_period_rules *rules)
{
    if (rules == NULL) {
        return;
    }
    en_completeness_fini(&rules->now);
    en_completeness_fini(&rules->year);
    en_completeness_fini(&rules->before);
    en_mem_free(rules->months);
    en_mem_free(rules);
}

const struct en_completeness *en_period_rules_counts(const struct en_period_rules *rules)
{
    return &rules->now;
}

/* The counts of the channel in another stretch, if that has enough values to compare with. */
static const struct en_completeness_cell *reference_in(const struct en_completeness *completeness,
                                                       uint32_t channel)
{
    uint32_t place = place_of(completeness, channel);
    if (place == UINT32_MAX) {
        return NULL;
    }
    const struct en_completeness_cell *cell = &completeness->cells[place];
    bool is_enough = !cell->is_overflow && cell->held + cell->estimated > 0 &&
                     2 * (cell->held + cell->estimated) >= cell->expected;
    return is_enough ? cell : NULL;
}

static void add_finding(struct en_findings *findings, const struct en_rule_values *values,
                        const struct en_finding *finding)
{
    struct en_finding graded = *finding;
    const struct en_rule *rule = en_rule_of(values->rule);
    graded.severity = rule->is_severity_set && values->at[EN_RULE_SEVERITY] != EN_SEVERITY_NONE
                          ? (uint8_t)values->at[EN_RULE_SEVERITY]
                          : finding->severity;
    en_findings_add(findings, &graded);
}

/* V-11, V-12. */
static void judge_reference(const struct en_period_rules *rules, uint32_t channel,
                            const struct en_completeness_cell *now, const struct en_rule_plan *plan,
                            struct en_findings *findings, uint8_t *skipped)
{
    const struct en_rule_values *use = en_rule_plan_values(plan, EN_RULE_V_11);
    const struct en_rule_values *demand = en_rule_plan_values(plan, EN_RULE_V_12);
    const struct en_completeness_cell *reference = reference_in(&rules->year, channel);
    bool is_year = reference != NULL;
    uint32_t year_days =
        (uint32_t)(year_before(rules->query.to_day) - year_before(rules->query.from_day));
    reference = is_year ? reference : reference_in(&rules->before, channel);
    bool has_reference = reference != NULL && !now->is_overflow && now->held + now->estimated > 0;
    skipped[EN_V_HILO_USE] =
        has_reference && reference->micro > 0 ? EN_SKIP_NONE : EN_SKIP_NO_REFERENCE;
    skipped[EN_V_HILO_DEMAND] = has_reference ? EN_SKIP_NONE : EN_SKIP_NO_REFERENCE;
    if (use != NULL && skipped[EN_V_HILO_USE] == EN_SKIP_NONE) {
        struct en_finding finding =
            en_validation_finding(EN_V_HILO_USE, EN_SEVERITY_WARNING, EN_QUALITY_HILO, 0, 0);
        struct en_use own = {now->micro, (uint32_t)rules->days};
        struct en_use base = {reference->micro, is_year ? year_days : (uint32_t)rules->days};
        finding.limit = use->at[EN_V_11_PERCENT];
        if (en_validation_use_fails(own, base, finding.limit, &finding.measured)) {
            add_finding(findings, use, &finding);
        }
    }
    if (demand != NULL && skipped[EN_V_HILO_DEMAND] == EN_SKIP_NONE &&
        en_validation_demand_fails(now->peak_micro, reference->peak_micro, demand->at[EN_V_12_LOW],
                                   demand->at[EN_V_12_HIGH])) {
        struct en_finding finding =
            en_validation_finding(EN_V_HILO_DEMAND, EN_SEVERITY_WARNING, EN_QUALITY_HILO, 0, 0);
        bool is_high = now->peak_micro > reference->peak_micro;
        finding.measured = now->peak_micro;
        finding.limit = en_validation_share_of(demand->at[is_high ? EN_V_12_HIGH : EN_V_12_LOW],
                                               reference->peak_micro);
        add_finding(findings, demand, &finding);
    }
}

/* V-20. */
static void judge_load_factor(const struct en_completeness_series *series,
                              const struct en_completeness_cell *now,
                              const struct en_rule_values *values, struct en_findings *findings,
                              uint8_t *skipped)
{
    uint64_t seconds = (now->held + now->estimated) * series->slot_seconds;
    if (now->peak_micro <= 0 || now->is_overflow || seconds == 0 ||
        seconds > UINT64_C(366) * 86400) {
        skipped[EN_V_LOAD_FACTOR] = EN_SKIP_NO_PEAK;
        return;
    }
    skipped[EN_V_LOAD_FACTOR] = EN_SKIP_NONE;
    struct en_finding finding =
        en_validation_finding(EN_V_LOAD_FACTOR, EN_SEVERITY_WARNING, EN_QUALITY_HILO, 0, 0);
    en_rule_severity severity =
        en_validation_load_factor(now->micro, now->peak_micro, seconds, values->at[EN_V_20_LOW],
                                  values->at[EN_V_20_HIGH], &finding.measured);
    if (severity != EN_SEVERITY_NONE) {
        finding.severity = (uint8_t)severity;
        finding.limit = values->at[severity == EN_SEVERITY_ERROR ? EN_V_20_HIGH : EN_V_20_LOW];
        add_finding(findings, values, &finding);
    }
}

/* V-24. */
static void judge_estimates(const struct en_period_rules *rules, uint32_t place,
                            const struct en_rule_values *values, struct en_findings *findings)
{
    const struct en_completeness_cell *now = &rules->now.cells[place];
    int64_t months =
        values->at[EN_V_24_MONTHS] < MONTHS_MAX ? values->at[EN_V_24_MONTHS] : MONTHS_MAX;
    uint64_t mask = (UINT64_C(1) << months) - 1;
    uint32_t periods = (uint32_t)__builtin_popcountll(rules->months[place] & mask);
    uint64_t slots = now->expected > 0 ? now->expected : now->held + now->estimated;
    if (en_validation_estimates_fail(now->estimated, slots, values->at[EN_V_24_PERCENT], periods,
                                     (uint32_t)values->at[EN_V_24_PERIODS])) {
        struct en_finding finding =
            en_validation_finding(EN_V_LONG_EST, EN_SEVERITY_WARNING, 0, 0, 0);
        finding.measured = en_completeness_percent(now->estimated, slots);
        finding.limit = values->at[EN_V_24_PERCENT];
        add_finding(findings, values, &finding);
    }
}

void en_period_rules_judge(const struct en_period_rules *rules, uint32_t channel,
                           const struct en_rule_plan *plan, struct en_findings *findings,
                           uint8_t skipped[EN_FINDING_RULES_COUNT + 1])
{
    uint32_t place = place_of(&rules->now, channel);
    if (place == UINT32_MAX) {
        static const en_finding_rule all[] = {EN_V_HILO_USE, EN_V_HILO_DEMAND, EN_V_LOAD_FACTOR,
                                              EN_V_LONG_EST};
        for (size_t i = 0; i < EN_COUNT_OF(all); i++) {
            skipped[all[i]] = EN_SKIP_NO_GRID;
        }
        return;
    }
    const struct en_completeness_cell *now = &rules->now.cells[place];
    const struct en_rule_values *factor = en_rule_plan_values(plan, EN_RULE_V_20);
    const struct en_rule_values *estimates = en_rule_plan_values(plan, EN_RULE_V_24);
    judge_reference(rules, channel, now, plan, findings, skipped);
    if (factor != NULL) {
        judge_load_factor(&rules->now.series[place], now, factor, findings, skipped);
    }
    skipped[EN_V_LONG_EST] = EN_SKIP_NONE;
    if (estimates != NULL) {
        judge_estimates(rules, place, estimates, findings);
    }
}
