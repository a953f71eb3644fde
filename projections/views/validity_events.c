/* What the devices themselves reported: V-02 the clock, V-16 test mode and overflow, V-17 outages,
 * V-18 lost phases, V-25 energy while the relay is off, V-32 interference. */
#include "core/decimal.h"
#include "projections/views/device_events.h"
#include "projections/views/validity_work.h"

#define EVENT_RULES                                                                                \
    (EN_VALIDATION_BIT(CLOCK) | EN_VALIDATION_BIT(STATUS) | EN_VALIDATION_BIT(PWR_OUT) |           \
     EN_VALIDATION_BIT(PHASE) | EN_VALIDATION_BIT(INACTIVE) | EN_VALIDATION_BIT(TAMPER))

static en_code spans_of(struct en_validity_work *work, en_event_class class,
                        struct en_device_spans *spans, struct en_error *err)
{
    return en_device_spans_of_channel(work->validity->store, work->subject->channel, class,
                                      work->span, &work->validity->arena, spans, err);
}

/* A point lasts no time: it touches the slot that holds it. */
static struct en_interval touched(const struct en_device_span *span)
{
    struct en_interval interval = span->interval;
    interval.to.us += span->is_point;
    return interval;
}

/* A finding for every slot that a span of the class touches. */
static en_code judge_class(struct en_validity_work *work, en_event_class class,
                           const struct en_finding *finding, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_device_spans spans;
    en_code code = spans_of(work, class, &spans, err);
    for (uint32_t i = 0; code == EN_OK && i < spans.count; i++) {
        struct en_finding found = *finding;
        found.evidence = EN_EVIDENCE_EVENT;
        found.reference = spans.items[i].seq;
        en_validation_touched(&validity->own.day, validity->own.from, touched(&spans.items[i]),
                              &found, &validity->findings);
    }
    return code;
}

/* V-32: whatever shakes the trust in the circuits or the case. */
static en_code judge_tamper(struct en_validity_work *work, struct en_error *err)
{
    static const en_event_class classes[] = {
        EN_EVENT_TAMPER_COVER, EN_EVENT_TAMPER_CASE, EN_EVENT_MAGNET,
        EN_EVENT_CT_FAULT,     EN_EVENT_REVERSE,     EN_EVENT_CURRENT_WITHOUT_VOLTAGE,
    };
    const struct en_finding finding =
        en_validation_finding(EN_V_TAMPER, EN_SEVERITY_WARNING, EN_QUALITY_TAMPER, 0, 0);
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(classes) && code == EN_OK; i++) {
        code = judge_class(work, classes[i], &finding, err);
    }
    return code;
}

/* V-16. */
static en_code judge_status(struct en_validity_work *work, struct en_error *err)
{
    const struct en_finding test =
        en_validation_finding(EN_V_STATUS, EN_SEVERITY_ERROR, EN_QUALITY_TEST, 0, 0);
    const struct en_finding overflow =
        en_validation_finding(EN_V_STATUS, EN_SEVERITY_ERROR, EN_QUALITY_OVERFLOW, 0, 0);
    en_code code = judge_class(work, EN_EVENT_TEST_MODE, &test, err);
    return code == EN_OK ? judge_class(work, EN_EVENT_REGISTER_OVERFLOW, &overflow, err) : code;
}

/* V-18: slots that counted something while a phase was lost: there was load on it. */
static en_code judge_phase(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validation_day *day = &validity->own.day;
    struct en_device_spans spans;
    en_code code = spans_of(work, EN_EVENT_PHASE_LOST, &spans, err);
    for (uint32_t i = 0; code == EN_OK && i < spans.count; i++) {
        uint32_t first = 0;
        uint32_t slots = 0;
        en_validation_span(day, validity->own.from, touched(&spans.items[i]), &first, &slots);
        for (uint32_t slot = first; slot < first + slots; slot++) {
            if (en_validation_has(day, slot) &&
                en_validation_phase_fails(true, day->micro[slot], 0, 0)) {
                struct en_finding finding =
                    en_validation_finding(EN_V_PHASE, EN_SEVERITY_ERROR, EN_QUALITY_PHASE, slot, 1);
                finding.evidence = EN_EVIDENCE_EVENT;
                finding.reference = spans.items[i].seq;
                en_findings_add(&validity->findings, &finding);
            }
        }
    }
    return code;
}

/* V-17. */
static en_code judge_outages(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_device_spans spans;
    en_code code = spans_of(work, EN_EVENT_POWER_OFF, &spans, err);
    if (code != EN_OK || spans.count == 0) {
        return code;
    }
    struct en_interval *outages = en_arena_alloc(&validity->arena, spans.count * sizeof *outages);
    if (outages == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the outages of a day");
    }
    for (uint32_t i = 0; i < spans.count; i++) {
        outages[i] = spans.items[i].interval;
    }
    en_validation_outages(&validity->own.day, validity->own.from, outages, spans.count,
                          work->plan->outage_minimum_us, &validity->findings);
    return EN_OK;
}

/* V-25. */
static en_code judge_inactive(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_device_spans spans;
    int64_t limit = 0;
    en_code code = spans_of(work, EN_EVENT_RELAY_OFF, &spans, err);
    if (code == EN_OK && spans.count > 0) {
        code = en_validity_pulses(work, work->plan->inactive_pulses, &limit, err);
    }
    for (uint32_t i = 0; code == EN_OK && i < spans.count; i++) {
        en_validation_inactive(&validity->own.day, validity->own.from, spans.items[i].interval,
                               limit, &validity->findings);
    }
    return code;
}

/* V-02: the worst deviation that reports of the day tell. Values are rejected only where it is so
 * large that they are to be estimated. */
static en_code judge_clock(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_table_scan scan;
    struct en_device_report_row worst = {.seq = 0};
    bool has = false;
    struct en_device_report_row row = {.device = work->subject->device,
                                       .reported = {work->span.from.us - EN_DAY_US}};
    en_code code =
        en_table_scan_begin(validity->store, &en_table_device_report, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &validity->arena, err);
        if (code != EN_OK || row.reported.us > work->span.to.us + EN_DAY_US) {
            break;
        }
        bool is_worse =
            row.has_clock && en_interval_holds(work->span, row.at) &&
            (!has || en_i64_magnitude(row.clock_ahead_us) > en_i64_magnitude(worst.clock_ahead_us));
        has = has || is_worse;
        if (is_worse) {
            worst = row;
        }
    }
    en_table_scan_end(&scan);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code != EN_OK || !has) {
        return code;
    }
    validity->skipped[EN_V_CLOCK] = EN_SKIP_NONE;
    struct en_clock_verdict verdict =
        en_validation_clock(worst.clock_ahead_us, 0, &work->plan->clock);
    if (verdict.severity != EN_SEVERITY_NONE) {
        struct en_finding finding =
            en_validation_finding(EN_V_CLOCK, verdict.severity, EN_QUALITY_CLOCK, 0,
                                  verdict.needs_estimate ? validity->own.day.count : 0);
        finding.measured = worst.clock_ahead_us;
        finding.limit = verdict.severity == EN_SEVERITY_ERROR ? work->plan->clock.error_us
                                                              : work->plan->clock.warn_us;
        finding.evidence = EN_EVIDENCE_EVENT;
        finding.reference = worst.seq;
        en_findings_add(&validity->findings, &finding);
    }
    return EN_OK;
}

static void skip_events(struct en_validity_work *work)
{
    en_validity_skip(work, EN_V_CLOCK, EN_SKIP_NO_CLOCK);
    en_validity_skip(work, EN_V_PWR_OUT, EN_SKIP_NO_EVENTS);
    en_validity_skip(work, EN_V_PHASE, EN_SKIP_NO_EVENTS);
    en_validity_skip(work, EN_V_INACTIVE, EN_SKIP_NO_EVENTS);
    en_validity_skip(work, EN_V_TAMPER, EN_SKIP_NO_EVENTS);
}

/* Whether any device ever reported anything; asked once a session of judging. */
static en_code has_reports(struct en_validity *validity, bool *has, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_device_report_row row;
    en_code code =
        en_table_scan_begin(validity->store, &en_table_device_report, NULL, 0, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &validity->arena, err);
    }
    en_table_scan_end(&scan);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Whether a device that measures the point in the day reported anything. */
static en_code is_heard(struct en_validity_work *work, bool *is, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_subject *subject = work->subject;
    *is = true;
    if (!subject->has_installation) {
        *is = false;
        return EN_OK;
    }
    bool is_one_device = work->span.from.us >= subject->installed.from.us &&
                         work->span.to.us <= subject->installed.to.us;
    if (!is_one_device) {
        return EN_OK;
    }
    struct en_table_scan scan;
    struct en_device_report_row row = {.device = subject->device, .reported = {INT64_MIN}};
    en_code code =
        en_table_scan_begin(validity->store, &en_table_device_report, &row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &validity->arena, err);
    }
    en_table_scan_end(&scan);
    *is = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_validity_events(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_plan *plan = work->plan;
    bool is = false;
    en_code code = EN_OK;
    if ((plan->in_force & EVENT_RULES) == 0) {
        return EN_OK;
    }
    if (!validity->is_events_known) {
        code = has_reports(validity, &validity->has_events, err);
        validity->is_events_known = code == EN_OK;
    }
    if (code == EN_OK && validity->has_events) {
        code = is_heard(work, &is, err);
    }
    if (code != EN_OK || !is) {
        skip_events(work);
        return code;
    }
    en_validity_skip(work, EN_V_CLOCK, EN_SKIP_NO_CLOCK);
    static const struct {
        en_finding_rule rule;
        en_code (*judge)(struct en_validity_work *work, struct en_error *err);
    } rows[] = {
        {EN_V_CLOCK, judge_clock}, {EN_V_STATUS, judge_status},     {EN_V_PWR_OUT, judge_outages},
        {EN_V_PHASE, judge_phase}, {EN_V_INACTIVE, judge_inactive}, {EN_V_TAMPER, judge_tamper},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows) && code == EN_OK; i++) {
        if (en_validity_asks(plan, rows[i].rule)) {
            code = rows[i].judge(work, err);
        }
    }
    return code;
}
