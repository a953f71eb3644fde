#include "core/metering/validation/validation_slots.h"

#include "core/decimal.h"
#include "core/wide.h"

#define STATUS_FLAGS (EN_QUALITY_TEST | EN_QUALITY_OVERFLOW | EN_QUALITY_CLOCK)

/* One value more for the summary; `before` is that of the slot before, or 0. */
static inline void take_value(struct en_slot_summary *summary, int64_t top[3], int64_t value,
                              int64_t before)
{
    summary->min = value < summary->min ? value : summary->min;
    summary->zeros += value == 0;
    summary->repetitions += (value == before) & (value != 0);
    if (value > top[2]) {
        bool is_first = value > top[0];
        bool is_second = value > top[1];
        top[2] = is_second ? top[1] : value;
        top[1] = is_first ? top[0] : (is_second ? value : top[1]);
        top[0] = is_first ? value : top[0];
    }
}

void en_validation_summary(const struct en_validation_day *day, struct en_slot_summary *summary)
{
    int64_t top[3] = {INT64_MIN, INT64_MIN, INT64_MIN};
    int64_t before = 0;
    *summary = (struct en_slot_summary){.min = INT64_MAX};
    if (day->quality == NULL && day->rejected == NULL) {
        for (uint32_t i = 0; i < day->count; i++) {
            take_value(summary, top, day->micro[i], before);
            before = day->micro[i];
        }
        summary->usable = day->count;
    } else {
        for (uint32_t i = 0; i < day->count; i++) {
            uint64_t quality = day->quality == NULL ? EN_QUALITY_MEASURED : day->quality[i];
            bool has_value = en_validation_has(day, i);
            summary->flags |= en_quality_flags(quality);
            summary->has_rejected = summary->has_rejected || (!en_quality_is_usable(quality) &&
                                                              !en_quality_is_missing(quality));
            summary->usable += has_value;
            if (has_value) {
                take_value(summary, top, day->micro[i], before);
            }
            before = has_value ? day->micro[i] : 0;
        }
    }
    summary->max = top[0];
    summary->third = top[2];
}

void en_validation_reject(struct en_validation_day *day, const struct en_findings *findings,
                          uint32_t from, uint8_t *mask)
{
    for (uint32_t i = from; i < findings->count; i++) {
        const struct en_finding *finding = &findings->items[i];
        if (finding->severity < EN_SEVERITY_ERROR || finding->slots == 0) {
            continue;
        }
        if (day->rejected == NULL) {
            memset(mask, 0, day->count);
        } else if (day->rejected != mask) {
            memcpy(mask, day->rejected, day->count);
        }
        day->rejected = mask;
        for (uint32_t k = 0; k < finding->slots && finding->first + k < day->count; k++) {
            mask[finding->first + k] = 1;
        }
    }
}

void en_validation_gap(const struct en_validation_day *day, uint32_t from, uint32_t to,
                       struct en_findings *findings)
{
    for (uint32_t i = from; i < to; i++) {
        bool is_missing =
            i >= day->count || (day->quality != NULL && en_quality_is_missing(day->quality[i]));
        if (is_missing) {
            struct en_finding finding =
                en_validation_finding(EN_V_GAP, EN_SEVERITY_ERROR, EN_QUALITY_GAP, i, 1);
            en_findings_add(findings, &finding);
        }
    }
}

void en_validation_status(const struct en_validation_day *day, uint64_t errors,
                          struct en_findings *findings)
{
    for (uint32_t i = 0; i < day->count && day->quality != NULL; i++) {
        uint64_t quality = day->quality[i];
        uint64_t flags = en_quality_flags(quality) & (STATUS_FLAGS | errors);
        bool is_rejected = !en_quality_is_usable(quality) || (flags & errors) != 0;
        if (!en_quality_is_missing(quality) && (is_rejected || flags != 0)) {
            struct en_finding finding = en_validation_finding(
                EN_V_STATUS, is_rejected ? EN_SEVERITY_ERROR : EN_SEVERITY_WARNING, flags, i, 1);
            en_findings_add(findings, &finding);
        }
    }
}

void en_validation_negative(const struct en_validation_day *day, int64_t min,
                            struct en_findings *findings)
{
    for (uint32_t i = 0; i < day->count; i++) {
        if (en_validation_has(day, i) && day->micro[i] < min) {
            struct en_finding finding =
                en_validation_finding(EN_V_NEG, EN_SEVERITY_ERROR, EN_QUALITY_NEG, i, 1);
            finding.measured = day->micro[i];
            finding.limit = min;
            en_findings_add(findings, &finding);
        }
    }
}

void en_validation_capacity(const struct en_validation_day *day, int64_t warning, int64_t error,
                            struct en_findings *findings)
{
    for (uint32_t i = 0; i < day->count; i++) {
        bool is_error = day->micro[i] > error;
        if (en_validation_has(day, i) && (is_error || day->micro[i] > warning)) {
            struct en_finding finding = en_validation_finding(
                EN_V_CAP, is_error ? EN_SEVERITY_ERROR : EN_SEVERITY_WARNING, EN_QUALITY_CAP, i, 1);
            finding.measured = day->micro[i];
            finding.limit = is_error ? error : warning;
            en_findings_add(findings, &finding);
        }
    }
}

int64_t en_validation_zeros_at_end(const struct en_validation_day *day, int64_t before)
{
    uint32_t zeros = 0;
    while (zeros < day->count && en_validation_has(day, day->count - 1 - zeros) &&
           day->micro[day->count - 1 - zeros] == 0) {
        zeros++;
    }
    return (int64_t)zeros * day->slot_seconds + (zeros == day->count ? before : 0);
}

void en_validation_zero_run(const struct en_validation_day *day, int64_t seconds, int64_t before,
                            struct en_findings *findings)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i <= day->count; i++) {
        if (i < day->count && en_validation_has(day, i) && day->micro[i] == 0) {
            continue;
        }
        int64_t run = (int64_t)(i - first) * day->slot_seconds + (first == 0 ? before : 0);
        if (i > first && run >= seconds) {
            struct en_finding finding = en_validation_finding(EN_V_ZERO_RUN, EN_SEVERITY_WARNING,
                                                              EN_QUALITY_ZERO, first, i - first);
            finding.measured = run * EN_MICRO;
            finding.limit = seconds * EN_MICRO;
            en_findings_add(findings, &finding);
        }
        first = i + 1;
    }
}

void en_validation_stale(const struct en_validation_day *day, uint32_t slots,
                         struct en_findings *findings)
{
    EN_ASSERT(slots >= 2);
    uint32_t first = 0;
    for (uint32_t i = 0; i <= day->count; i++) {
        bool has_value = i < day->count && en_validation_has(day, i) && day->micro[i] != 0;
        bool goes_on = has_value && i > first && day->micro[i] == day->micro[first];
        if (goes_on) {
            continue;
        }
        if (i >= first + slots) {
            struct en_finding finding = en_validation_finding(EN_V_STALE, EN_SEVERITY_WARNING,
                                                              EN_QUALITY_STALE, first, i - first);
            finding.measured = (int64_t)(i - first) * EN_MICRO;
            finding.limit = (int64_t)(slots - 1) * EN_MICRO;
            en_findings_add(findings, &finding);
        }
        first = has_value ? i : i + 1;
    }
}

bool en_validation_spike_limit(int64_t third, int64_t floor, int64_t ratio, int64_t *limit)
{
    /* third * (1 + ratio), cut: a whole value is above the exact limit where it is above this */
    if (third < 0) {
        return false;
    }
    int64_t share = en_validation_share_of(ratio, third);
    int64_t above = 0;
    *limit = en_i64_add(third, share, &above) ? above : INT64_MAX;
    *limit = *limit > floor ? *limit : floor;
    return true;
}

void en_validation_spike(const struct en_validation_day *day, int64_t third, int64_t floor,
                         int64_t ratio, struct en_findings *findings)
{
    int64_t limit = 0;
    if (!en_validation_spike_limit(third, floor, ratio, &limit)) {
        return;
    }
    for (uint32_t i = 0; i < day->count; i++) {
        if (en_validation_has(day, i) && day->micro[i] > limit) {
            struct en_finding finding =
                en_validation_finding(EN_V_SPIKE, EN_SEVERITY_WARNING, EN_QUALITY_SPIKE, i, 1);
            finding.measured = day->micro[i];
            finding.limit = limit;
            en_findings_add(findings, &finding);
        }
    }
}

static bool is_asked(const struct en_slot_limits *limits, en_finding_rule rule)
{
    return (limits->rules >> rule & 1u) != 0;
}

/* What comes before the shape: presence, the device's own word, range. */
static void judge_values(struct en_validation_day *day, const struct en_slot_limits *limits,
                         const struct en_slot_summary *summary, struct en_findings *findings)
{
    bool is_whole = day->quality == NULL && limits->to_slot <= day->count;
    if (is_asked(limits, EN_V_GAP) && !is_whole) {
        en_validation_gap(day, limits->from_slot, limits->to_slot, findings);
    }
    bool has_status =
        summary->has_rejected || (summary->flags & (STATUS_FLAGS | limits->status_errors)) != 0;
    if (is_asked(limits, EN_V_STATUS) && has_status) {
        en_validation_status(day, limits->status_errors, findings);
    }
    if (is_asked(limits, EN_V_NEG) && summary->usable > 0 && summary->min < limits->neg_min) {
        en_validation_negative(day, limits->neg_min, findings);
    }
    bool is_over = summary->max > limits->cap_warning || summary->max > limits->cap_error;
    if (is_asked(limits, EN_V_CAP) && summary->usable > 0 && is_over) {
        en_validation_capacity(day, limits->cap_warning, limits->cap_error, findings);
    }
}

/* The shape of what is left. */
static void judge_shape(const struct en_validation_day *day, const struct en_slot_limits *limits,
                        const struct en_slot_summary *summary, struct en_findings *findings)
{
    int64_t limit = 0;
    if (is_asked(limits, EN_V_SPIKE) &&
        en_validation_spike_limit(summary->third, limits->spike_floor, limits->spike_ratio,
                                  &limit) &&
        summary->max > limit) {
        en_validation_spike(day, summary->third, limits->spike_floor, limits->spike_ratio,
                            findings);
    }
    int64_t zeros = (int64_t)summary->zeros * day->slot_seconds + limits->zero_before;
    if (is_asked(limits, EN_V_ZERO_RUN) && summary->zeros > 0 && zeros >= limits->zero_seconds) {
        en_validation_zero_run(day, limits->zero_seconds, limits->zero_before, findings);
    }
    if (is_asked(limits, EN_V_STALE) && summary->repetitions + 1 >= limits->stale_slots) {
        en_validation_stale(day, limits->stale_slots, findings);
    }
}

void en_validation_slots(struct en_validation_day *day, const struct en_slot_limits *limits,
                         uint8_t *mask, struct en_findings *findings)
{
    struct en_slot_summary summary;
    uint32_t found = findings->count;
    en_validation_summary(day, &summary);
    judge_values(day, limits, &summary, findings);
    if (findings->count > found) {
        const uint8_t *rejected = day->rejected;
        en_validation_reject(day, findings, found, mask);
        if (day->rejected != rejected || rejected == mask) {
            en_validation_summary(day, &summary);
        }
    }
    judge_shape(day, limits, &summary, findings);
}

/* Whether energy is above factor * root * U * I * t: (energy * divisor)^2 > root^2 * product^2. */
static bool is_above(uint64_t energy, en_u128 product, uint64_t divisor, uint32_t root_square)
{
    struct en_wide left = en_wide_of((en_u128)energy * divisor);
    struct en_wide right = en_wide_of(product);
    bool fits = en_wide_multiply(&left, (en_u128)energy * divisor) &&
                en_wide_multiply(&right, product) && en_wide_multiply(&right, root_square);
    return fits && en_wide_compare(&left, &right) > 0;
}

int64_t en_validation_cap(const struct en_capacity *capacity, int64_t factor)
{
    EN_ASSERT(capacity->micro_kv >= 0);
    EN_ASSERT(capacity->micro_a >= 0);
    EN_ASSERT(factor >= 0);
    /* micro kWh = kV * A * s / 3600 * 1e6 / (1e6 * 1e6 * 1e6 of kV, A and factor) */
    const uint64_t divisor = UINT64_C(3600) * EN_MICRO * EN_MICRO;
    en_u128 product = (en_u128)capacity->micro_kv * (en_u128)capacity->micro_a;
    en_u128 times = (en_u128)factor * capacity->slot_seconds;
    uint32_t root_square = capacity->is_single_phase ? 1 : 3;
    if (times == 0 || product == 0) {
        return 0;
    }
    if (product > ((en_u128)1 << 125) / times) {
        return INT64_MAX; /* more than any device counts in a slot */
    }
    product *= times;
    uint64_t low = 0;
    uint64_t high = (uint64_t)INT64_MAX;
    while (low < high) { /* the largest that is not above */
        uint64_t middle = low + (high - low + 1) / 2;
        if (is_above(middle, product, divisor, root_square)) {
            high = middle - 1;
        } else {
            low = middle;
        }
    }
    return (int64_t)low;
}
