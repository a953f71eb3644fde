#include "core/metering/validation/validation_device.h"

#include "core/decimal.h"

bool en_validation_ident_fails(const struct en_configured *list, size_t count, struct en_instant at,
                               uint64_t device, uint32_t channels, uint32_t channels_configured)
{
    uint64_t configured = 0;
    for (size_t i = 0; i < count && list[i].from.us <= at.us; i++) {
        configured = list[i].device;
    }
    bool has_channels = channels != 0 && channels_configured != 0;
    return device != configured || (has_channels && channels != channels_configured);
}

struct en_clock_verdict en_validation_clock(int64_t deviation_us, uint32_t errors_before,
                                            const struct en_clock_limits *limits)
{
    int64_t distance = en_validation_shown(en_i64_magnitude(deviation_us));
    struct en_clock_verdict verdict = {.severity = EN_SEVERITY_NONE};
    if (distance > limits->error_us) {
        verdict.severity = EN_SEVERITY_ERROR;
        verdict.run = errors_before + 1;
    } else if (distance > limits->warn_us) {
        verdict.severity = EN_SEVERITY_WARNING;
    }
    verdict.needs_estimate = distance > limits->estimate_us;
    verdict.needs_visit = limits->run > 0 && verdict.run >= limits->run;
    return verdict;
}

en_outage_verdict en_validation_outage(int64_t outage_us, int64_t slot_us, int64_t micro,
                                       int64_t minimum_us)
{
    if (outage_us <= 0 || outage_us < minimum_us) {
        return EN_OUTAGE_NONE;
    }
    return outage_us >= slot_us && micro == 0 ? EN_OUTAGE_WHOLE : EN_OUTAGE_PARTIAL;
}

void en_validation_outages(const struct en_validation_day *day, struct en_instant day_from,
                           const struct en_interval *outages, size_t count, int64_t minimum_us,
                           struct en_findings *findings)
{
    const int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; i < day->count; i++) {
        struct en_interval slot = {{day_from.us + i * slot_us}, {day_from.us + (i + 1) * slot_us}};
        int64_t out = 0;
        size_t last = 0;
        for (size_t k = 0; k < count; k++) {
            int64_t overlap = en_interval_overlap_us(slot, outages[k]);
            bool is_long = outages[k].to.us - outages[k].from.us >= minimum_us;
            last = overlap > 0 && is_long ? k : last;
            out += is_long ? overlap : 0;
        }
        en_outage_verdict verdict = en_validation_outage(out, slot_us, day->micro[i], 0);
        if (verdict != EN_OUTAGE_NONE) {
            uint64_t partial = verdict == EN_OUTAGE_PARTIAL ? EN_QUALITY_PARTIAL : 0;
            struct en_finding finding = en_validation_finding(EN_V_PWR_OUT, EN_SEVERITY_WARNING,
                                                              EN_QUALITY_PWR_OUT | partial, i, 1);
            finding.measured = out;
            finding.limit = minimum_us;
            finding.evidence = EN_EVIDENCE_INSTANT;
            finding.reference = (uint64_t)outages[last].from.us;
            en_findings_add(findings, &finding);
        }
    }
}

void en_validation_touched(const struct en_validation_day *day, struct en_instant day_from,
                           struct en_interval interval, const struct en_finding *finding,
                           struct en_findings *findings)
{
    uint32_t first = 0;
    uint32_t slots = 0;
    en_validation_span(day, day_from, interval, &first, &slots);
    if (slots > 0) {
        struct en_finding touched = *finding;
        touched.first = (uint16_t)first;
        touched.slots = (uint16_t)slots;
        en_findings_add(findings, &touched);
    }
}

bool en_validation_phase_fails(bool is_voltage_lost, int64_t current, int64_t nominal,
                               int64_t share)
{
    return is_voltage_lost && (en_i128)current * EN_MICRO > (en_i128)nominal * share;
}

void en_validation_inactive(const struct en_validation_day *day, struct en_instant day_from,
                            struct en_interval disconnected, int64_t limit,
                            struct en_findings *findings)
{
    const int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; i < day->count; i++) {
        /* a slot that was connected for a moment may have counted in that moment */
        int64_t from = day_from.us + i * slot_us;
        bool is_inside = from >= disconnected.from.us && from + slot_us <= disconnected.to.us;
        if (is_inside && en_validation_has(day, i) && day->micro[i] > limit) {
            struct en_finding finding =
                en_validation_finding(EN_V_INACTIVE, EN_SEVERITY_ERROR, EN_QUALITY_TAMPER, i, 1);
            finding.measured = day->micro[i];
            finding.limit = limit;
            finding.evidence = EN_EVIDENCE_INSTANT;
            finding.reference = (uint64_t)disconnected.from.us;
            en_findings_add(findings, &finding);
        }
    }
}

void en_validation_verification(const struct en_validation_day *day, struct en_instant day_from,
                                struct en_instant valid_to, struct en_findings *findings)
{
    const int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; i < day->count; i++) {
        if (day_from.us + (i + 1) * slot_us > valid_to.us) {
            struct en_finding finding = en_validation_finding(
                EN_V_METRO, EN_SEVERITY_ERROR, EN_QUALITY_METRO_EXPIRED, i, day->count - i);
            finding.evidence = EN_EVIDENCE_INSTANT;
            finding.reference = (uint64_t)valid_to.us;
            en_findings_add(findings, &finding);
            return;
        }
    }
}
