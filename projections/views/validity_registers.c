/* The rules that look at registers: V-01 of the device that a read names, V-07 slots against the
 * advance, V-08 a register that goes back, V-21 tariff registers against the total. */
#include "core/decimal.h"
#include "projections/tables_contract.h"
#include "projections/views/advances.h"
#include "projections/views/validity_work.h"

#define SPAN_DAYS_MAX 62 /* how far apart two reads may be for V-07 and V-08 */
#define TARIFFS_MAX 16u

/* Sums the slots of the subject over [from, to), days before the one in hand read again. */
struct slots_sum {
    int64_t micro;
    bool is_whole; /* every slot has a value, and both ends lie on slot edges */
};

static bool is_on_edge(const struct en_validity_slots *slots, struct en_instant at)
{
    return (at.us - slots->from.us) % ((int64_t)slots->day.slot_seconds * EN_SECOND_US) == 0;
}

/* Adds the slots of one laid day that lie in the interval; false when one has no value. */
static bool add_day(const struct en_validity_slots *slots, struct en_interval interval,
                    en_i128 *sum)
{
    int64_t slot_us = (int64_t)slots->day.slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; i < slots->day.count; i++) {
        int64_t from = slots->from.us + i * slot_us;
        if (from < interval.from.us || from >= interval.to.us) {
            continue;
        }
        if (!en_validation_has(&slots->day, i)) {
            return false;
        }
        *sum += slots->day.micro[i];
    }
    return true;
}

static en_code sum_slots(struct en_validity_work *work, struct en_interval interval,
                         struct slots_sum *sum, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    en_i128 total = 0;
    en_code code = EN_OK;
    sum->is_whole = work->has_values && is_on_edge(&validity->own, interval.from) &&
                    is_on_edge(&validity->own, interval.to) &&
                    add_day(&validity->own, interval, &total);
    int32_t day = work->day;
    int64_t reached = work->span.from.us;
    while (sum->is_whole && reached > interval.from.us && code == EN_OK) {
        bool has = false;
        code = en_validity_read_other(work, work->subject->channel, --day, true, &has, err);
        sum->is_whole = code == EN_OK && has && add_day(&validity->other, interval, &total);
        reached -= EN_DAY_US;
    }
    sum->is_whole = sum->is_whole && en_i128_to_i64(total, &sum->micro);
    return code;
}

/* What one last digit of the register means in the channel's unit. */
static en_code multiple_of(struct en_validity_work *work, const struct en_channel_row *channel,
                           const struct en_advance_row *advance, int64_t *multiple,
                           struct en_error *err)
{
    struct en_ratio ratio = EN_RATIO_ONE;
    struct en_ratio_row row = {.point = channel->point, .from = advance->span.from};
    en_code code = EN_OK;
    if (!channel->is_primary) {
        code = en_table_last_before(work->validity->store, &en_table_ratio, &row, 1, NULL, err);
        if (code == EN_OK) {
            code = en_ratio_multiply(row.current, row.voltage, &ratio, err);
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    int8_t exponent = advance->from.exponent > advance->to.exponent ? advance->from.exponent
                                                                    : advance->to.exponent;
    struct en_decimal step = {1, exponent};
    if (!en_ratio_scale_decimal_half_up(ratio, step, multiple) || *multiple < 0) {
        *multiple = 0;
    }
    return code;
}

/* V-07 of one span. */
static en_code judge_sum(struct en_validity_work *work, struct en_interval interval,
                         int64_t advance, int64_t multiple, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct slots_sum sum = {0, false};
    en_code code = sum_slots(work, interval, &sum, err);
    if (code != EN_OK || !sum.is_whole) {
        en_validity_skip(work, EN_V_SUM, EN_SKIP_INCOMPLETE);
        return code;
    }
    struct en_sum_limits limits = work->plan->sum;
    limits.multiple = multiple;
    struct en_finding finding =
        en_validation_finding(EN_V_SUM, EN_SEVERITY_BLOCKING, EN_QUALITY_SUM, 0, 0);
    validity->skipped[EN_V_SUM] = EN_SKIP_NONE;
    if (en_validation_sum_fails(sum.micro, advance, &limits, &finding.measured, &finding.limit)) {
        finding.evidence = EN_EVIDENCE_INSTANT;
        finding.reference = (uint64_t)interval.to.us;
        en_validation_touched(&validity->own.day, validity->own.from, interval, &finding,
                              &validity->findings);
    }
    return EN_OK;
}

/* The walk over the advances of a register up to the end of the day. */
struct walk {
    struct en_validity_work *work;
    struct en_channel_row channel;
    struct en_interval wanted; /* V-07 over a fixed span: its ends */
    bool is_fixed;
    struct en_instant reached; /* of a fixed span, advances without a hole */
    en_i128 sum;
    int64_t multiple;
    bool has_span;
};

static bool ends_here(const struct walk *walk, const struct en_advance_row *row)
{
    return row->span.to.us > walk->work->span.from.us && row->span.to.us <= walk->work->span.to.us;
}

/* V-07 between two reads. */
static en_code visit_sum(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct walk *walk = self;
    bool is_usable = en_quality_is_usable(row->amount.quality);
    if (walk->is_fixed) {
        bool goes_on = row->span.from.us == walk->reached.us && is_usable;
        walk->reached = goes_on ? row->span.to : walk->reached;
        walk->sum += goes_on ? row->amount.micro : 0;
        return walk->multiple == 0
                   ? multiple_of(walk->work, &walk->channel, row, &walk->multiple, err)
                   : EN_OK;
    }
    if (!ends_here(walk, row) || !is_usable || row->span.from.us == row->span.to.us) {
        return EN_OK;
    }
    walk->has_span = true;
    en_code code = multiple_of(walk->work, &walk->channel, row, &walk->multiple, err);
    return code == EN_OK ? judge_sum(walk->work, row->span, row->amount.micro, walk->multiple, err)
                         : code;
}

/* V-08. */
static en_code visit_falling(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct walk *walk = self;
    struct en_validity_work *work = walk->work;
    if (!ends_here(walk, row) || en_quality_source(row->amount.quality) == EN_SOURCE_EDIT_BY_ACT) {
        return EN_OK;
    }
    walk->has_span = true;
    bool fails = (row->amount.quality & EN_QUALITY_NEG) != 0;
    struct en_contract_row contract = {.point = walk->channel.point, .from = row->span.from};
    if (!fails && (row->amount.quality & EN_QUALITY_ROLLOVER) != 0) {
        en_code code = en_table_last_before(work->validity->store, &en_table_contract, &contract, 1,
                                            NULL, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        int64_t seconds = (row->span.to.us - row->span.from.us) / EN_SECOND_US;
        en_i128 most = (en_i128)contract.max_power_micro * seconds / 3600;
        most = most * work->plan->register_margin / EN_MICRO;
        fails = code == EN_OK && contract.max_power_micro > 0 && row->amount.micro > most;
    }
    struct en_decimal advance = {0, 0};
    if (fails && en_decimal_subtract(row->to, row->from, &advance, NULL) == EN_OK) {
        struct en_finding finding =
            en_validation_finding(EN_V_REG_MONO, EN_SEVERITY_ERROR, EN_QUALITY_NEG, 0, 0);
        if (en_decimal_micro(advance, &finding.measured, NULL) != EN_OK) {
            finding.measured = 0;
        }
        finding.evidence = EN_EVIDENCE_INSTANT;
        finding.reference = (uint64_t)row->span.to.us;
        en_findings_add(&work->validity->findings, &finding);
    }
    return EN_OK;
}

/* From which read on the walk goes: the last at or before the day, unless it is too old. */
static en_code first_read(struct en_validity_work *work, uint32_t channel, struct en_instant *from,
                          struct en_error *err)
{
    struct en_register_row row = {.channel = channel, .at = work->span.from};
    en_code code =
        en_table_last_before(work->validity->store, &en_table_register, &row, 1, NULL, err);
    bool is_near = code == EN_OK && row.at.us >= work->span.from.us - SPAN_DAYS_MAX * EN_DAY_US;
    *from = is_near ? row.at : work->span.from;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The fixed span of V-07 that ends with the day; false: none does. */
static bool fixed_span(const struct en_validity_work *work, struct en_interval *span)
{
    struct en_day next = {work->day + 1};
    int32_t days = 1;
    switch (work->plan->sum_span) {
    case EN_V_07_SPAN_WEEK:
        days = en_day_weekday(next) == 1 ? 7 : 0;
        break;
    case EN_V_07_SPAN_MONTH:
        days = en_day_civil(next).day == 1
                   ? next.n - en_month_first_day(en_month_of_day((struct en_day){work->day})).n
                   : 0;
        break;
    default:
        break;
    }
    *span = (struct en_interval){{work->span.to.us - days * EN_DAY_US}, work->span.to};
    return days > 0;
}

static en_code judge_sums(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct walk walk = {.work = work};
    walk.channel.channel = work->subject->total;
    if (work->subject->total == 0) {
        en_validity_skip(work, EN_V_SUM, EN_SKIP_NO_REGISTER);
        return EN_OK;
    }
    en_validity_skip(work, EN_V_SUM, EN_SKIP_NO_READS);
    en_code code = en_table_get(validity->store, &en_table_channel, &walk.channel, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_interval span = work->span;
    walk.is_fixed = work->plan->sum_span != EN_V_07_SPAN_READS;
    if (walk.is_fixed && !fixed_span(work, &span)) {
        return EN_OK;
    }
    if (walk.is_fixed) {
        walk.reached = span.from;
    } else {
        code = first_read(work, work->subject->total, &span.from, err);
    }
    if (code == EN_OK) {
        code = en_advances_walk(validity->store, &walk.channel, span, visit_sum, &walk, err);
    }
    code = code == EN_NOT_FOUND ? EN_OK : code;
    int64_t advance = 0;
    bool has_all =
        walk.is_fixed && walk.reached.us == span.to.us && en_i128_to_i64(walk.sum, &advance);
    return code == EN_OK && has_all ? judge_sum(work, span, advance, walk.multiple, err) : code;
}

/* V-01: a read that names a device which did not measure the point then. */
static en_code judge_read_device(struct en_validity_work *work, const struct en_register_row *read,
                                 struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_installation_row row = {.point = work->subject->point, .from = read->at};
    struct en_configured configured = {{INT64_MIN}, 0};
    if (read->device == 0) {
        return EN_OK;
    }
    en_code code = en_table_last_before(validity->store, &en_table_installation, &row, 1,
                                        &validity->arena, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    configured.device = code == EN_OK ? row.device : 0;
    bool fails = en_validation_ident_fails(&configured, 1, read->at, read->device, 0, 0);
    if (fails && code == EN_OK && row.from.us == read->at.us) {
        /* a final reading at the very moment of the change is the old device's */
        row =
            (struct en_installation_row){.point = work->subject->point, .from = {read->at.us - 1}};
        code = en_table_last_before(validity->store, &en_table_installation, &row, 1,
                                    &validity->arena, err);
        configured.device = code == EN_OK ? row.device : 0;
        fails = en_validation_ident_fails(&configured, 1, read->at, read->device, 0, 0);
    }
    if (fails) {
        struct en_finding finding =
            en_validation_finding(EN_V_IDENT, EN_SEVERITY_BLOCKING, EN_QUALITY_NOCONFIG, 0, 0);
        finding.evidence = EN_EVIDENCE_DEVICE;
        finding.reference = read->device;
        en_findings_add(&validity->findings, &finding);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The tariff registers beside a total. */
struct tariffs {
    uint32_t channels[TARIFFS_MAX];
    uint32_t count;
};

static en_code find_tariffs(struct en_validity_work *work, struct tariffs *tariffs,
                            struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row row = {.point = work->subject->point};
    en_code code =
        en_table_scan_begin(work->validity->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK && tariffs->count < TARIFFS_MAX) {
        struct en_register_meaning meaning;
        code = en_table_scan_next(&scan, &row, &work->validity->arena, err);
        if (code == EN_OK && en_register_meaning_of(row.code, &meaning, NULL) == EN_OK &&
            meaning.tariff > 0 && meaning.kind == EN_REGISTER_CUMULATIVE &&
            (uint8_t)meaning.unit == work->subject->unit &&
            (uint8_t)meaning.direction == work->subject->direction) {
            tariffs->channels[tariffs->count++] = row.channel;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* V-21: total and tariff registers read at the same instant. */
static en_code judge_tariffs(struct en_validity_work *work, const struct en_register_row *total,
                             const struct tariffs *tariffs, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    int64_t parts[TARIFFS_MAX];
    int64_t whole = 0;
    for (uint32_t i = 0; i < tariffs->count; i++) {
        struct en_register_row row = {.channel = tariffs->channels[i], .at = total->at};
        en_code code = en_table_get(validity->store, &en_table_register, &row, NULL, err);
        if (code != EN_OK) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        if (en_decimal_micro(row.value, &parts[i], NULL) != EN_OK) {
            return EN_OK;
        }
    }
    if (en_decimal_micro(total->value, &whole, NULL) != EN_OK) {
        return EN_OK;
    }
    struct en_finding finding =
        en_validation_finding(EN_V_TOU_SUM, EN_SEVERITY_WARNING, EN_QUALITY_TOUSUM, 0, 0);
    validity->skipped[EN_V_TOU_SUM] = EN_SKIP_NONE;
    if (en_validation_tariffs_fail(whole, parts, tariffs->count, work->plan->tariff_step,
                                   &finding.measured, &finding.limit)) {
        finding.evidence = EN_EVIDENCE_INSTANT;
        finding.reference = (uint64_t)total->at.us;
        en_findings_add(&validity->findings, &finding);
    }
    return EN_OK;
}

/* The reads of the register itself that end on the day. */
static en_code judge_reads(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const bool has_ident =
        en_validity_asks(work->plan, EN_V_IDENT) && work->subject->has_installation;
    const bool has_tariffs = en_validity_asks(work->plan, EN_V_TOU_SUM) &&
                             work->subject->is_total_register && work->subject->has_tariffs;
    struct tariffs tariffs = {.count = 0};
    struct en_table_scan scan;
    struct en_register_row row = {.channel = work->subject->channel,
                                  .at = {work->span.from.us + 1}};
    if (!has_ident && !has_tariffs) {
        return EN_OK;
    }
    en_code code = has_tariffs ? find_tariffs(work, &tariffs, err) : EN_OK;
    if (code == EN_OK) {
        code = en_table_scan_begin(validity->store, &en_table_register, &row, 1, &scan, err);
    }
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.at.us > work->span.to.us) {
            break;
        }
        code = has_ident ? judge_read_device(work, &row, err) : EN_OK;
        if (code == EN_OK && tariffs.count > 0) {
            code = judge_tariffs(work, &row, &tariffs, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code judge_falling(struct en_validity_work *work, struct en_error *err)
{
    struct walk walk = {.work = work};
    struct en_interval span = work->span;
    walk.channel.channel = work->subject->channel;
    en_validity_skip(work, EN_V_REG_MONO, EN_SKIP_NO_READS);
    en_code code = en_table_get(work->validity->store, &en_table_channel, &walk.channel, NULL, err);
    if (code == EN_OK) {
        code = first_read(work, work->subject->channel, &span.from, err);
    }
    if (code == EN_OK) {
        code =
            en_advances_walk(work->validity->store, &walk.channel, span, visit_falling, &walk, err);
    }
    if (walk.has_span) {
        work->validity->skipped[EN_V_REG_MONO] = EN_SKIP_NONE;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_validity_registers(struct en_validity_work *work, struct en_error *err)
{
    const struct en_validity_subject *subject = work->subject;
    en_code code = EN_OK;
    if (subject->basis != EN_BASIS_REGISTER) {
        en_validity_skip(work, EN_V_REG_MONO, EN_SKIP_NO_REGISTER);
        en_validity_skip(work, EN_V_TOU_SUM, EN_SKIP_NO_REGISTER);
        return en_validity_asks(work->plan, EN_V_SUM) ? judge_sums(work, err) : EN_OK;
    }
    en_validity_skip(work, EN_V_SUM, EN_SKIP_NO_REGISTER);
    en_validity_skip(work, EN_V_TOU_SUM,
                     subject->has_tariffs ? EN_SKIP_NO_READS : EN_SKIP_NO_TARIFFS);
    if (en_validity_asks(work->plan, EN_V_REG_MONO)) {
        code = judge_falling(work, err);
    }
    return code == EN_OK ? judge_reads(work, err) : code;
}
