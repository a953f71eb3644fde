#include "projections/views/validity.h"

#include "core/decimal.h"
#include "core/event/payload.h"
#include "projections/views/interval.h"
#include "projections/views/validity_work.h"

#define MICRO_EXPONENT (-6)
#define ARENA_SIZE (8u << 20)

const char *en_skip_reason_words(en_skip_reason reason, bool is_russian)
{
    static const char *const words[EN_SKIP_REASONS_COUNT][2] = {{"", ""},
#define EN_SKIP_WORDS(name, number, en, ru) [number] = {en, ru},
                                                                EN_SKIP_REASONS(EN_SKIP_WORDS)
#undef EN_SKIP_WORDS
    };
    EN_ASSERT((size_t)reason < EN_COUNT_OF(words));
    return words[reason][is_russian];
}

void en_validity_begin(struct en_validity *validity, struct en_store *store)
{
    validity->store = store;
    validity->is_events_known = false;
    validity->is_day_known = false;
}

void en_validity_init(struct en_validity *validity, struct en_store *store)
{
    en_validity_begin(validity, store);
    en_arena_init(&validity->arena, ARENA_SIZE);
    en_findings_init(&validity->findings, validity->items, EN_FINDINGS_MAX);
}

void en_validity_fini(struct en_validity *validity)
{
    en_arena_fini(&validity->arena);
}

/* Values in 1e-6 in place; those that do not fit have none. */
static void scale_values(const struct en_block *block, int64_t *micro, uint64_t *quality,
                         bool *is_common)
{
    int64_t factor = en_pow10(block->head.exponent - MICRO_EXPONENT);
    int64_t most = INT64_MAX / factor;
    bool fits = true;
    for (uint32_t i = 0; i < block->head.count; i++) {
        int64_t value = block->values[i];
        fits = fits & (value <= most) & (value >= -most);
        micro[i] = (int64_t)((uint64_t)value * (uint64_t)factor);
    }
    for (uint32_t i = 0; i < block->head.count && !fits && *is_common; i++) {
        quality[i] = EN_QUALITY_MEASURED;
    }
    for (uint32_t i = 0; i < block->head.count && !fits; i++) {
        if (block->values[i] > most || block->values[i] < -most) {
            micro[i] = 0;
            quality[i] |= EN_QUALITY_OVERFLOW;
            quality[i] = en_quality_with_verdict(quality[i], EN_VERDICT_REJECTED);
            *is_common = false;
        }
    }
}

/* Values with a finer exponent than 1e-6 are cut: rules compare amounts, they change none. */
static void cut_values(struct en_block *block)
{
    int power = MICRO_EXPONENT - block->head.exponent;
    int64_t divisor = power <= EN_POW10_MAX ? en_pow10(power) : INT64_MAX;
    for (uint32_t i = 0; i < block->head.count; i++) {
        block->values[i] /= divisor;
    }
    block->head.exponent = MICRO_EXPONENT;
}

/* Where the block lies on the grid of the channel's whole day; false where it does not. */
static bool find_lead(const struct en_validity_subject *subject, const struct en_block_head *head,
                      uint32_t *lead, uint32_t *slots)
{
    if (subject->slot_seconds != head->slot_seconds || 86400u % head->slot_seconds != 0) {
        return false;
    }
    int64_t past = ((int64_t)head->start_minute + subject->offset_minutes) * 60;
    *slots = 86400u / head->slot_seconds;
    if (past < 0 || past % head->slot_seconds != 0 || *slots > EN_SLOTS_MAX) {
        return false;
    }
    *lead = (uint32_t)(past / head->slot_seconds);
    return *lead + head->count <= *slots;
}

/* The smallest step of the values as they were read: the interval's energy keeps it where nothing
 * was rounded. */
static int64_t step_of(const struct en_block_head *head)
{
    int power = head->exponent - MICRO_EXPONENT;
    return power < 0 ? 1 : power > EN_POW10_MAX ? INT64_MAX : en_pow10(power);
}

en_code en_validity_lay(struct en_validity *validity, const struct en_validity_subject *subject,
                        int32_t day, struct en_slice energy, struct en_validity_slots *slots,
                        struct en_error *err)
{
    struct en_block *block = &validity->block;
    struct en_block_head head;
    uint32_t lead = 0;
    uint32_t count = 0;
    en_code code = en_block_peek(energy, &head, err);
    if (code == EN_OK) {
        code = head.quality_is_common ? en_block_values(energy, block->values, &block->head, err)
                                      : en_block_read(energy, block, err);
    }
    if (code != EN_OK) {
        return code;
    }
    bool is_common = block->head.quality_is_common;
    slots->pulse = step_of(&head);
    if (head.exponent < MICRO_EXPONENT) {
        cut_values(block);
    }
    if (!find_lead(subject, &head, &lead, &count)) {
        lead = 0;
        count = head.count;
    }
    bool is_whole = lead == 0 && head.count == count;
    if (!is_whole) {
        memset(slots->micro, 0, count * sizeof *slots->micro);
        memset(slots->quality, 0, count * sizeof *slots->quality);
    }
    if (!is_whole || !is_common) {
        for (uint32_t i = 0; i < head.count; i++) {
            slots->quality[lead + i] = is_common ? EN_QUALITY_MEASURED : block->quality[i];
        }
    }
    scale_values(block, slots->micro + lead, slots->quality + lead, &is_common);
    bool has_quality = !is_whole || !is_common;
    slots->day = (struct en_validation_day){.micro = slots->micro,
                                            .quality = has_quality ? slots->quality : NULL,
                                            .count = count,
                                            .slot_seconds = head.slot_seconds};
    int64_t start = (int64_t)head.start_minute * EN_MINUTE_US -
                    (int64_t)lead * head.slot_seconds * EN_SECOND_US;
    slots->from.us = (int64_t)day * EN_DAY_US + start;
    return EN_OK;
}

en_code en_validity_read_other(struct en_validity_work *work, uint32_t channel, int32_t day,
                               bool is_judged, bool *has, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_validity_slots *other = &validity->other;
    struct en_slice energy;
    struct en_slice entry;
    *has = false;
    en_code code = en_interval_get(validity->store, day, channel, &energy, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    code = en_validity_lay(validity, work->subject, day, energy, other, err);
    int64_t apart = (int64_t)(day - work->day) * EN_DAY_US;
    bool is_same = code == EN_OK && other->day.count == validity->own.day.count &&
                   other->day.slot_seconds == validity->own.day.slot_seconds &&
                   other->from.us == validity->own.from.us + apart;
    if (code != EN_OK || !is_same) {
        return code;
    }
    *has = true;
    if (!is_judged) {
        return EN_OK;
    }
    code = en_series_get(validity->store, &en_series_finding, day, channel, &entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_findings findings;
    struct en_finding *items = en_arena_alloc(&validity->arena, EN_FINDINGS_MAX * sizeof *items);
    if (items == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the findings of a day");
    }
    en_findings_init(&findings, items, EN_FINDINGS_MAX);
    code = en_findings_decode(entry, &findings, err);
    if (code == EN_OK) {
        en_validation_reject(&other->day, &findings, 0, other->mask);
    }
    return code;
}

/* V-04: how far values are expected: what is due by the clock, and all before a value that came. */
static void set_due(struct en_validity_work *work, const struct en_validity_time *time)
{
    struct en_validity_slots *own = &work->validity->own;
    const struct en_validation_day *day = &own->day;
    int64_t slot_us = (int64_t)day->slot_seconds * EN_SECOND_US;
    int64_t past = time->clock.us == INT64_MIN ? 0 : (time->clock.us - own->from.us) / slot_us;
    uint32_t due = past <= 0 ? 0 : past > day->count ? day->count : (uint32_t)past;
    uint32_t last = day->count;
    while (day->quality != NULL && last > due && en_quality_is_missing(day->quality[last - 1])) {
        last--;
    }
    own->due_slots = last > due ? last : due;
}

/* No block: slots of the whole day without values, where the channel has a grid. */
static void lay_nothing(struct en_validity_work *work)
{
    const struct en_validity_subject *subject = work->subject;
    struct en_validity_slots *own = &work->validity->own;
    uint32_t count = subject->slot_seconds > 0 && 86400u % subject->slot_seconds == 0
                         ? 86400u / subject->slot_seconds
                         : 0;
    count = count <= EN_SLOTS_MAX ? count : 0;
    memset(own->micro, 0, count * sizeof *own->micro);
    memset(own->quality, 0, count * sizeof *own->quality);
    own->day = (struct en_validation_day){
        .micro = own->micro,
        .quality = own->quality,
        .count = count,
        .slot_seconds = subject->slot_seconds > 0 ? subject->slot_seconds : 86400u,
    };
    own->from.us = (int64_t)work->day * EN_DAY_US - (int64_t)subject->offset_minutes * EN_MINUTE_US;
    own->pulse = 1;
}

/* V-33, and V-03: the slots are not the channel's. True: the judging of the day ends. */
static bool judge_grid(struct en_validity_work *work)
{
    struct en_validity *validity = work->validity;
    const struct en_validation_day *day = &validity->own.day;
    uint32_t configured = work->subject->slot_seconds;
    if (en_validity_asks(work->plan, EN_V_INTERVAL_SIZE) && configured > 0 &&
        en_validation_size_fails(day->slot_seconds, configured)) {
        struct en_finding finding =
            en_validation_finding(EN_V_INTERVAL_SIZE, EN_SEVERITY_BLOCKING, 0, 0, day->count);
        finding.measured = (int64_t)day->slot_seconds * EN_MICRO;
        finding.limit = (int64_t)configured * EN_MICRO;
        en_findings_add(&validity->findings, &finding);
        return true;
    }
    uint32_t expected = 86400u % day->slot_seconds == 0 ? 86400u / day->slot_seconds : day->count;
    if (en_validity_asks(work->plan, EN_V_COUNT) && configured > 0 &&
        en_validation_count_fails(day->count, expected)) {
        struct en_finding finding =
            en_validation_finding(EN_V_COUNT, EN_SEVERITY_ERROR, EN_QUALITY_GAP, 0, 0);
        finding.measured = (int64_t)day->count * EN_MICRO;
        finding.limit = (int64_t)expected * EN_MICRO;
        en_findings_add(&validity->findings, &finding);
    }
    return false;
}

/* A pulse of the channel in its unit: the step of what was read times the ratio. */
static en_code find_pulse(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_subject *subject = work->subject;
    struct en_slice profile;
    struct en_block_head head;
    work->has_pulse = true;
    if (subject->is_primary || subject->basis != EN_BASIS_PROFILE) {
        return EN_OK;
    }
    en_code code = en_series_get(validity->store, &en_series_profile, work->day, subject->channel,
                                 &profile, err);
    if (code == EN_OK) {
        code = en_block_peek(profile, &head, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_ratio_row row = {.point = subject->point, .from = validity->own.from};
    struct en_ratio ratio = EN_RATIO_ONE;
    code = en_table_last_before(validity->store, &en_table_ratio, &row, 1, NULL, err);
    if (code == EN_OK) {
        code = en_ratio_multiply(row.current, row.voltage, &ratio, err);
    }
    struct en_decimal step = {1, head.exponent};
    int64_t pulse = 0;
    if ((code == EN_OK || code == EN_NOT_FOUND) &&
        en_ratio_scale_decimal_half_up(ratio, step, &pulse)) {
        validity->own.pulse = pulse > 1 ? pulse : 1;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_validity_pulses(struct en_validity_work *work, int64_t count, int64_t *micro,
                           struct en_error *err)
{
    en_code code = work->has_pulse ? EN_OK : find_pulse(work, err);
    *micro = en_validation_share_of(count, work->validity->own.pulse);
    return code;
}

/* V-16 of pulses: a counter that stands at its end has overflowed. */
static en_code judge_counter(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    const struct en_validity_subject *subject = work->subject;
    uint32_t bits = work->plan->counter_bits;
    if (!en_validity_asks(work->plan, EN_V_STATUS) || subject->basis != EN_BASIS_PULSES ||
        bits == 0) {
        return EN_OK;
    }
    struct en_slice profile;
    en_code code = en_series_get(validity->store, &en_series_profile, work->day, subject->channel,
                                 &profile, err);
    if (code == EN_OK) {
        code = en_block_read(profile, &validity->block, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    const struct en_block *block = &validity->block;
    int64_t end = (INT64_C(1) << bits) - 1;
    uint32_t lead = 0;
    uint32_t count = 0;
    if (!find_lead(subject, &block->head, &lead, &count)) {
        lead = 0;
    }
    for (uint32_t i = 0; i < block->head.count && block->head.exponent == 0; i++) {
        if (block->values[i] == end && !en_quality_is_missing(block->quality[i])) {
            struct en_finding finding = en_validation_finding(EN_V_STATUS, EN_SEVERITY_ERROR,
                                                              EN_QUALITY_OVERFLOW, lead + i, 1);
            en_findings_add(&validity->findings, &finding);
        }
    }
    return EN_OK;
}

/* V-09: a day whose spikes are not above so many pulses is not judged. */
static en_code drop_low_spikes(struct en_validity_work *work, struct en_error *err)
{
    struct en_findings *findings = &work->validity->findings;
    int64_t floor = -1;
    uint32_t kept = 0;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < findings->count && code == EN_OK; i++) {
        struct en_finding *finding = &findings->items[i];
        if (finding->rule == EN_V_SPIKE && floor < 0) {
            code = en_validity_pulses(work, work->plan->spike_pulses, &floor, err);
        }
        if (finding->rule == EN_V_SPIKE && finding->measured <= floor) {
            continue;
        }
        if (finding->rule == EN_V_SPIKE && finding->limit < floor) {
            finding->limit = floor;
        }
        findings->items[kept++] = *finding;
    }
    findings->count = kept;
    return code;
}

/* The usual rules, over what rules before have left. */
static en_code judge_slots(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    struct en_validity_slots *own = &validity->own;
    struct en_slot_limits limits = work->plan->slots;
    limits.from_slot = 0;
    limits.to_slot = own->due_slots;
    limits.cap_warning = work->subject->cap_warning;
    limits.cap_error = work->subject->cap_error;
    limits.spike_floor = 0; /* asked for only where something is a spike without it */
    if (work->subject->cap_error == INT64_MAX && work->subject->cap_warning == INT64_MAX) {
        en_validity_skip(work, EN_V_CAP, EN_SKIP_NO_CAPACITY);
    }
    en_code code = en_validity_zeros_before(work, &limits.zero_before, err);
    if (code == EN_OK) {
        en_validation_reject(&own->day, &validity->findings, 0, own->mask);
        en_validation_slots(&own->day, &limits, own->mask, &validity->findings);
    }
    return code == EN_OK ? drop_low_spikes(work, err) : code;
}

/* Severities that the plan says, instead of those of the rules' own. */
static void set_severities(struct en_validity_work *work, uint32_t from)
{
    struct en_findings *findings = &work->validity->findings;
    for (uint32_t i = from; i < findings->count; i++) {
        uint8_t severity = work->plan->severity[findings->items[i].rule];
        if (severity != EN_SEVERITY_NONE) {
            findings->items[i].severity = severity;
        }
    }
}

static en_code judge_values(struct en_validity_work *work, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    en_code code = en_validity_identity(work, err);
    if (code == EN_OK) {
        code = en_validity_arrivals(work, err);
    }
    if (code == EN_OK) {
        code = judge_counter(work, err);
    }
    if (code == EN_OK) {
        code = en_validity_events(work, err);
    }
    set_severities(work, 0);
    if (code == EN_OK) {
        code = judge_slots(work, err);
    }
    if (code == EN_OK) {
        set_severities(work, 0);
        en_validation_reject(&validity->own.day, &validity->findings, 0, validity->own.mask);
        code = en_validity_neighbours(work, err);
    }
    return code == EN_OK ? en_validity_history(work, err) : code;
}

/* What no input can tell yet, or tells of periods only. */
static void skip_others(struct en_validity_work *work)
{
    static const struct {
        en_finding_rule rule;
        en_skip_reason reason;
    } rows[] = {
        {EN_V_HILO_USE, EN_SKIP_PERIOD},       {EN_V_HILO_DEMAND, EN_SKIP_PERIOD},
        {EN_V_LOAD_FACTOR, EN_SKIP_PERIOD},    {EN_V_LONG_EST, EN_SKIP_PERIOD},
        {EN_V_BALANCE, EN_SKIP_NO_MEMBERS},    {EN_V_MULT, EN_SKIP_NOT_TOLD},
        {EN_V_METRO, EN_SKIP_NO_VERIFICATION}, {EN_V_EDIT_GUARD, EN_SKIP_BY_ACT},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_validity_skip(work, rows[i].rule, rows[i].reason);
    }
}

/* Rules that can run without values of the day, or that judge no day at all. */
static bool needs_values(uint32_t rule)
{
    const uint64_t others = EN_VALIDATION_BIT(GAP) | EN_VALIDATION_BIT(SUM) |
                            EN_VALIDATION_BIT(REG_MONO) | EN_VALIDATION_BIT(TOU_SUM) |
                            EN_VALIDATION_BIT(IDENT) | EN_VALIDATION_BIT(MULT) |
                            EN_VALIDATION_BIT(METRO) | EN_VALIDATION_BIT(BALANCE);
    return (others >> rule & 1u) == 0 && en_finding_rule_stage(rule) != EN_FINDING_STAGE_PERIOD;
}

/* Without values, or on a wrong grid, little can be judged. */
static void skip_values(struct en_validity_work *work, en_skip_reason reason)
{
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT; rule++) {
        if (needs_values(rule)) {
            en_validity_skip(work, (en_finding_rule)rule, reason);
        }
    }
}

static en_code judge_day(struct en_validity_work *work, struct en_slice energy,
                         const struct en_validity_time *time, struct en_error *err)
{
    struct en_validity *validity = work->validity;
    work->has_values = energy.size > 0;
    en_code code = EN_OK;
    if (work->has_values) {
        code = en_validity_lay(validity, work->subject, work->day, energy, &validity->own, err);
    } else {
        lay_nothing(work);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_validity_slots *own = &validity->own;
    int64_t length = (int64_t)own->day.slot_seconds * own->day.count * EN_SECOND_US;
    work->span = (struct en_interval){own->from, {own->from.us + length}};
    if (own->day.count == 0) {
        work->span.to.us = own->from.us + EN_DAY_US;
    }
    set_due(work, time);
    if (work->has_values) {
        if (judge_grid(work)) {
            skip_values(work, EN_SKIP_STOPPED);
            set_severities(work, 0);
            return EN_OK;
        }
        code = judge_values(work, err);
    } else {
        bool is_told = en_validity_asks(work->plan, EN_V_GAP) && time->is_expected;
        if (!is_told) {
            skip_values(work, EN_SKIP_NO_VALUES);
        }
        if (is_told) { /* that there is a gap says it all */
            en_validation_gap(&own->day, 0, own->due_slots, &validity->findings);
            set_severities(work, 0);
        }
    }
    return code;
}

en_code en_validity_judge(struct en_validity *validity, const struct en_validity_subject *subject,
                          const struct en_validity_plan *plan, int32_t day, struct en_slice energy,
                          const struct en_validity_time *time, struct en_error *err)
{
    struct en_validity_work work = {
        .validity = validity, .subject = subject, .plan = plan, .day = day};
    validity->findings.count = 0;
    validity->findings.is_full = false;
    memset(validity->skipped, EN_SKIP_NONE, sizeof validity->skipped);
    skip_others(&work);
    en_code code = EN_OK;
    if (!validity->is_day_known || validity->known_day != day) {
        code = en_validity_know_arrivals(validity, day, err);
        validity->is_day_known = code == EN_OK;
        validity->known_day = day;
    }
    if (code == EN_OK) {
        code = judge_day(&work, energy, time, err);
    }
    if (code == EN_OK) {
        uint32_t found = validity->findings.count;
        code = en_validity_registers(&work, err);
        set_severities(&work, found);
    }
    if (code == EN_OK && validity->findings.count > 0) {
        set_severities(&work, 0);
        en_findings_sort(&validity->findings);
    }
    if (validity->arena.used > 0) {
        en_arena_reset(&validity->arena);
    }
    return code;
}

en_code en_validity_place(struct en_store *store, const struct en_validity_subject *subject,
                          int32_t day, struct en_finding_place *place, struct en_error *err)
{
    struct en_slice energy;
    struct en_block_head head;
    uint32_t lead = 0;
    uint32_t count = 0;
    int64_t start = -(int64_t)subject->offset_minutes;
    place->unit = (en_unit)subject->unit;
    place->offset_minutes = subject->offset_minutes;
    place->slot_seconds = subject->slot_seconds > 0 ? subject->slot_seconds : 86400u;
    en_code code = en_interval_get(store, day, subject->channel, &energy, err);
    if (code == EN_OK) {
        code = en_block_peek(energy, &head, err);
    }
    if (code == EN_OK && !find_lead(subject, &head, &lead, &count)) {
        start = head.start_minute;
        place->slot_seconds = head.slot_seconds;
    }
    place->day_from.us = (int64_t)day * EN_DAY_US + start * EN_MINUTE_US;
    return code == EN_NOT_FOUND ? EN_OK : code;
}
