/* V-01 of values: slots in which no device was installed at the point. */
#include "projections/views/validity_work.h"

/* Adds a finding for the slots that lie wholly in a time without a device. Energy that an act
 * states for such a time is not the device's. */
static void judge_time(struct en_validity_work *work, struct en_interval without)
{
    struct en_validity *validity = work->validity;
    const struct en_validation_day *day = &validity->own.day;
    int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; i < day->count; i++) {
        int64_t from = validity->own.from.us + i * slot_us;
        bool is_inside = from >= without.from.us && from + slot_us <= without.to.us;
        bool is_by_act =
            day->quality != NULL && en_quality_source(day->quality[i]) == EN_SOURCE_EDIT_BY_ACT;
        if (is_inside && !is_by_act && en_validation_has(day, i)) {
            struct en_finding finding =
                en_validation_finding(EN_V_IDENT, EN_SEVERITY_BLOCKING, EN_QUALITY_NOCONFIG, i, 1);
            en_findings_add(&validity->findings, &finding);
        }
    }
}

en_code en_validity_identity(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    if (!en_validity_asks(work->plan, EN_V_IDENT)) {
        return EN_OK;
    }
    if (!work->subject->has_installation) {
        en_validity_skip(work, EN_V_IDENT, EN_SKIP_NO_DEVICE);
        return EN_OK;
    }
    const struct en_interval *installed = &work->subject->installed;
    if (work->span.from.us >= installed->from.us && work->span.to.us <= installed->to.us) {
        return EN_OK;
    }
    struct en_installation_row row = {.point = work->subject->point, .from = work->span.from};
    en_code code = en_table_last_before(validity->store, &en_table_installation, &row, 1,
                                        &validity->arena, err);
    uint32_t device = code == EN_OK ? row.device : 0;
    struct en_instant since = work->span.from;
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    struct en_table_scan scan;
    row = (struct en_installation_row){.point = work->subject->point,
                                       .from = {work->span.from.us + 1}};
    code = en_table_scan_begin(validity->store, &en_table_installation, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &validity->arena, err);
        if (code != EN_OK || row.from.us >= work->span.to.us) {
            break;
        }
        if (device == 0) {
            judge_time(work, (struct en_interval){since, row.from});
        }
        device = row.device;
        since = row.from;
    }
    en_table_scan_end(&scan);
    if (device == 0 && (code == EN_OK || code == EN_NOT_FOUND)) {
        judge_time(work, (struct en_interval){since, work->span.to});
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}
