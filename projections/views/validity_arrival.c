/* How values came: V-05 different ones for one slot; V-06 before their slot had ended, V-27 later
 * than agreed. */
#include "core/decimal.h"
#include "core/metering/block/conflict.h"
#include "projections/tables_validity.h"
#include "projections/views/validity_work.h"

static en_code judge_conflicts(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validation_day *day = &validity->own.day;
    struct en_slice entry;
    en_code code = en_series_get(validity->store, &en_series_conflict, work->day,
                                 work->subject->channel, &entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_conflicts *conflicts = en_arena_alloc(&validity->arena, sizeof *conflicts);
    if (conflicts == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for values in conflict");
    }
    code = en_conflicts_decode(entry, conflicts, err);
    int64_t start = (int64_t)work->day * EN_DAY_US + conflicts->head.start_minute * EN_MINUTE_US;
    int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    int64_t lead = (start - validity->own.from.us) / slot_us;
    bool is_same = conflicts->head.slot_seconds == day->slot_seconds && lead >= 0;
    for (uint32_t i = 0; i < conflicts->head.count && code == EN_OK && is_same; i++) {
        const struct en_conflict_slot *slot = &conflicts->slots[i];
        struct en_arrived low = {slot->low, EN_SOURCE_MEASURED, {0}};
        struct en_arrived high = {slot->high, EN_SOURCE_MEASURED, {1}};
        struct en_duplicate verdict =
            en_validation_duplicate(&low, &high, work->plan->duplicate_difference, false);
        if (verdict.severity != EN_SEVERITY_NONE && lead + i < day->count) {
            struct en_finding finding = en_validation_finding(
                EN_V_DUP, verdict.severity, EN_QUALITY_DUP_CONFLICT, (uint32_t)lead + i, 1);
            finding.measured = en_validation_shown(en_validation_distance(slot->low, slot->high));
            finding.limit = work->plan->duplicate_difference;
            en_findings_add(&validity->findings, &finding);
        }
    }
    return code;
}

/* When the values of the slots came: first, and those that count. */
struct arrivals {
    struct en_instant first[EN_SLOTS_MAX];
    struct en_instant last[EN_SLOTS_MAX];
    uint64_t seq[EN_SLOTS_MAX]; /* of the last; 0 none noted */
};

static en_code read_arrivals(struct en_validity_work *work, struct arrivals *arrivals, bool *has,
                             struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_table_scan scan;
    struct en_arrival_row row = {.channel = work->subject->channel, .day = work->day};
    *has = false;
    en_code code = en_table_scan_begin(validity->store, &en_table_arrival, &row, 2, &scan, err);
    while (code == EN_OK) {
        uint32_t first = 0;
        uint32_t slots = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        *has = true;
        struct en_interval values = {row.from, row.to};
        en_validation_span(&validity->own.day, validity->own.from, values, &first, &slots);
        for (uint32_t i = first; i < first + slots; i++) {
            arrivals->first[i] = arrivals->seq[i] == 0 ? row.came : arrivals->first[i];
            arrivals->last[i] = row.came;
            arrivals->seq[i] = row.seq;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void judge_slot(struct en_validity_work *work, const struct arrivals *arrivals,
                       uint32_t slot)
{
    struct en_validity *validity = work->validity;
    int64_t slot_us = (int64_t)validity->own.day.slot_seconds * EN_SECOND_US;
    struct en_instant end = {validity->own.from.us + slot_us * (slot + 1)};
    struct en_finding finding = {.evidence = EN_EVIDENCE_EVENT};
    int64_t measured = 0;
    if (en_validity_asks(work->plan, EN_V_FUTURE) &&
        en_validation_future_fails(end, arrivals->last[slot], work->plan->future_tolerance_us,
                                   &measured)) {
        finding =
            en_validation_finding(EN_V_FUTURE, EN_SEVERITY_BLOCKING, EN_QUALITY_FUTURE, slot, 1);
        finding.limit = work->plan->future_tolerance_us;
    } else if (en_validity_asks(work->plan, EN_V_LATE) &&
               en_validation_late_fails(end, arrivals->first[slot], work->plan->late_deadline_us,
                                        &measured)) {
        finding = en_validation_finding(EN_V_LATE, EN_SEVERITY_WARNING, EN_QUALITY_LATE, slot, 1);
        finding.limit = work->plan->late_deadline_us;
    } else {
        return;
    }
    finding.measured = measured;
    finding.evidence = EN_EVIDENCE_EVENT;
    finding.reference = arrivals->seq[slot];
    en_findings_add(&validity->findings, &finding);
}

static en_code judge_arrivals(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    bool has = false;
    struct arrivals *arrivals = en_arena_alloc(&validity->arena, sizeof *arrivals);
    if (arrivals == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the arrivals of a day");
    }
    en_code code = read_arrivals(work, arrivals, &has, err);
    if (code == EN_OK && !has) {
        en_validity_skip(work, EN_V_LATE, EN_SKIP_NO_ARRIVAL);
    }
    for (uint32_t i = 0; i < validity->own.day.count && code == EN_OK && has; i++) {
        if (arrivals->seq[i] != 0 && en_validation_has(&validity->own.day, i)) {
            judge_slot(work, arrivals, i);
        }
    }
    return code;
}

en_code en_validity_arrivals(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const uint64_t times = EN_VALIDATION_BIT(FUTURE) | EN_VALIDATION_BIT(LATE);
    en_code code = EN_OK;
    if (en_validity_asks(work->plan, EN_V_DUP) && validity->has_conflicts) {
        code = judge_conflicts(work, err);
    }
    bool is_asked = (work->plan->in_force & times) != 0;
    if (is_asked && !validity->has_arrivals) {
        en_validity_skip(work, EN_V_LATE, EN_SKIP_NO_ARRIVAL);
    }
    return code == EN_OK && is_asked && validity->has_arrivals ? judge_arrivals(work, err) : code;
}

en_code en_validity_know_arrivals(struct en_validity *validity, int32_t day, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arrival_row row;
    int32_t first = day;
    en_code code = en_series_next_day(validity->store, &en_series_conflict, &first, err);
    validity->has_conflicts = code == EN_OK && first == day;
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    code = en_table_scan_begin(validity->store, &en_table_arrival, NULL, 0, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
    }
    en_table_scan_end(&scan);
    validity->has_arrivals = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}
