/* The rules that compare two channels of one day: V-10 reactive without active energy, V-22 main
 * and check meter, V-23 the power factor, V-34 other channels without values. */
#include "core/decimal.h"
#include "projections/views/interval.h"
#include "projections/views/validity_work.h"

#define ERROR_MAX EN_MICRO /* 100 % */

static en_code channel_error(struct en_validity_work *work, uint32_t channel, int64_t *error,
                             bool *has, struct en_error *err)
{
    struct en_channel_error_row row = {.channel = channel, .from = work->span.from};
    en_code code =
        en_table_last_before(work->validity->store, &en_table_channel_error, &row, 1, NULL, err);
    *has = *has && code == EN_OK && row.error_1e4_percent > 0;
    *error = row.error_1e4_percent < ERROR_MAX ? row.error_1e4_percent : ERROR_MAX;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Evidence of all findings from index `from` on: the other channel. */
static void name_other(struct en_validity_work *work, uint32_t from, uint32_t channel)
{
    struct en_findings *findings = &work->validity->findings;
    for (uint32_t i = from; i < findings->count; i++) {
        findings->items[i].evidence = EN_EVIDENCE_CHANNEL;
        findings->items[i].reference = channel;
    }
}

/* V-10, V-23: findings of the reactive channel. */
static en_code judge_reactive(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_subject *subject = work->subject;
    bool has = false;
    if (subject->channel != subject->reactive || subject->active == 0) {
        en_validity_skip(work, EN_V_KVARH, EN_SKIP_NO_OTHER_CHANNEL);
        en_validity_skip(work, EN_V_PF, EN_SKIP_NO_OTHER_CHANNEL);
        return EN_OK;
    }
    en_code code = en_validity_read_other(work, subject->active, work->day, false, &has, err);
    if (code != EN_OK || !has) {
        en_validity_skip(work, EN_V_KVARH, EN_SKIP_NO_OTHER_VALUES);
        en_validity_skip(work, EN_V_PF, EN_SKIP_NO_OTHER_VALUES);
        return code;
    }
    uint32_t found = validity->findings.count;
    const struct en_validation_day *reactive = &validity->own.day;
    const struct en_validation_day *active = &validity->other.day;
    if (en_validity_asks(work->plan, EN_V_KVARH)) {
        int64_t limit = 0;
        code = en_validity_pulses(work, work->plan->kvarh_pulses, &limit, err);
        if (code != EN_OK) {
            return code;
        }
        en_validation_kvarh(active, reactive, limit, &validity->findings);
    }
    int64_t sums[2] = {0, 0};
    uint32_t slots = 0;
    if (en_validity_asks(work->plan, EN_V_PF) &&
        en_validation_both(active, reactive, &sums[0], &sums[1], &slots) &&
        en_validation_tangent_fails(sums[0], sums[1], work->plan->tangent)) {
        struct en_finding finding = en_validation_finding(EN_V_PF, EN_SEVERITY_WARNING, 0, 0, 0);
        finding.measured = en_validation_tangent(sums[0], sums[1]);
        finding.limit = work->plan->tangent;
        en_findings_add(&validity->findings, &finding);
    }
    name_other(work, found, subject->active);
    return EN_OK;
}

/* V-22 over the day as a whole. */
static void judge_check_day(struct en_validity_work *work, const struct en_check_limits *limits)
{
    struct en_validity *validity = work->validity;
    int64_t sums[2] = {0, 0};
    uint32_t slots = 0;
    int64_t limit = 0;
    if (en_validation_both(&validity->own.day, &validity->other.day, &sums[0], &sums[1], &slots) &&
        en_validation_check_fails(sums[0], sums[1], limits, &limit)) {
        struct en_finding finding =
            en_validation_finding(EN_V_CHECK, EN_SEVERITY_WARNING, EN_QUALITY_CHECKDIFF, 0, 0);
        finding.measured = en_validation_shown(en_validation_distance(sums[0], sums[1]));
        finding.limit = limit;
        en_findings_add(&validity->findings, &finding);
    }
}

static en_code judge_check(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_plan *plan = work->plan;
    struct en_check_limits limits = plan->check;
    bool has = false;
    bool has_errors = true;
    if (plan->check_channel == 0 || plan->check_channel == work->subject->channel) {
        en_validity_skip(work, EN_V_CHECK, EN_SKIP_NO_CHECK);
        return EN_OK;
    }
    struct en_channel_row other = {.channel = plan->check_channel};
    en_code code = en_table_get(validity->store, &en_table_channel, &other, NULL, err);
    if (code != EN_OK || other.unit != work->subject->unit) {
        en_validity_skip(work, EN_V_CHECK, EN_SKIP_NO_CHECK);
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (limits.form != EN_CHECK_SHARE) {
        code = channel_error(work, work->subject->channel, &limits.main_error, &has_errors, err);
        if (code == EN_OK) {
            code = channel_error(work, plan->check_channel, &limits.check_error, &has_errors, err);
        }
    }
    if (code != EN_OK || !has_errors) {
        en_validity_skip(work, EN_V_CHECK, EN_SKIP_NO_ERRORS);
        return code;
    }
    code = en_validity_read_other(work, plan->check_channel, work->day, false, &has, err);
    if (code != EN_OK || !has) {
        en_validity_skip(work, EN_V_CHECK, EN_SKIP_NO_OTHER_VALUES);
        return code;
    }
    uint32_t found = validity->findings.count;
    if (plan->check_span != EN_V_22_SPAN_DAY) {
        en_validation_check(&validity->own.day, &validity->other.day, &limits, &validity->findings);
    }
    if (plan->check_span != EN_V_22_SPAN_SLOT) {
        judge_check_day(work, &limits);
    }
    name_other(work, found, plan->check_channel);
    return EN_OK;
}

/* V-34: the channel has values, another of its point has none. */
static en_code judge_siblings(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_subject *subject = work->subject;
    en_code code = EN_OK;
    if (subject->siblings[0] == 0) {
        en_validity_skip(work, EN_V_SIBLING, EN_SKIP_NO_OTHER_CHANNEL);
    }
    for (size_t i = 0; i < EN_COUNT_OF(subject->siblings) && code == EN_OK; i++) {
        struct en_slice energy;
        uint32_t sibling = subject->siblings[i];
        if (sibling == 0) {
            break;
        }
        code = en_interval_get(validity->store, work->day, sibling, &energy, err);
        if (code == EN_NOT_FOUND) {
            struct en_finding finding =
                en_validation_finding(EN_V_SIBLING, EN_SEVERITY_WARNING, 0, 0, 0);
            finding.evidence = EN_EVIDENCE_CHANNEL;
            finding.reference = sibling;
            en_findings_add(&validity->findings, &finding);
            code = EN_OK;
        }
    }
    return code;
}

en_code en_validity_neighbours(struct en_validity_work *work, struct en_error *err)
{
    const uint64_t reactive = EN_VALIDATION_BIT(KVARH) | EN_VALIDATION_BIT(PF);
    en_code code = EN_OK;
    if ((work->plan->in_force & reactive) != 0) {
        code = judge_reactive(work, err);
    }
    if (code == EN_OK && en_validity_asks(work->plan, EN_V_CHECK)) {
        code = judge_check(work, err);
    }
    if (code == EN_OK && en_validity_asks(work->plan, EN_V_SIBLING)) {
        code = judge_siblings(work, err);
    }
    return code;
}
