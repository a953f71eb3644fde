#include "core/metering/decree/decree_442.h"

#include "core/fixed.h"
#include "core/metering/rounding.h"

#define HOUR_SECONDS 3600
#define WATT_MICRO 1000 /* 1e-6 kW in one watt */

const struct en_decree_rules en_decree_rules_default = {
    .cos_phi = {9, 10},
    .demand_divisor = {3, 2},
    .analogue_periods_max = 2,
    .unaccounted_hours_max = 8760,
    .uncontracted_hours_max = 26280,
    .interim_factor = {4, 5},
    .interim_from = {15522},
    .interim_to = {15706},
    .hourly_threshold_micro_kw = 670 * INT64_C(1000000),
};

static uint64_t whole_seconds(int64_t us)
{
    return us <= 0 ? 0 : (uint64_t)(us / EN_SECOND_US);
}

static struct en_interval interim_of(const struct en_decree_rules *rules, int offset_minutes)
{
    return (struct en_interval){en_day_interval(rules->interim_from, offset_minutes).from,
                                en_day_interval(rules->interim_to, offset_minutes).from};
}

static uint64_t cut_to_hours(uint64_t seconds, uint32_t hours_max)
{
    uint64_t most = (uint64_t)hours_max * HOUR_SECONDS;
    return seconds < most ? seconds : most;
}

/* T in seconds as a ratio: full seconds and the reduced ones at their factor. The numerator and the
 * denominator stay below 2^127: seconds are below 2^60, the parts of a ratio below 2^63. */
static bool weighted_seconds(const struct en_decree_time *time, en_i128 *num, en_i128 *den)
{
    EN_ASSERT(time->factor.den > 0);
    en_i128 reduced = 0;
    *den = time->factor.den;
    return en_i128_multiply((en_i128)time->seconds, time->factor.den, num) &&
           en_i128_multiply((en_i128)time->reduced_seconds, time->factor.num, &reduced) &&
           en_i128_add(*num, reduced, num);
}

static bool is_positive(struct en_ratio ratio)
{
    return en_ratio_is_valid(ratio) && ratio.num > 0;
}

en_code en_decree_rules_check(const struct en_decree_rules *rules, struct en_error *err)
{
    if (!is_positive(rules->cos_phi) || en_ratio_compare(rules->cos_phi, EN_RATIO_ONE) > 0) {
        return en_error_set(err, EN_RANGE, "cos phi must lie in (0, 1]");
    }
    if (!is_positive(rules->demand_divisor)) {
        return en_error_set(err, EN_RANGE,
                            "the divisor of the permissible current must be above 0");
    }
    if (!is_positive(rules->interim_factor)) {
        return en_error_set(err, EN_RANGE, "the interim factor must be above 0");
    }
    if (rules->interim_from.n > rules->interim_to.n) {
        return en_error_set(err, EN_RANGE, "the interim ends before it begins");
    }
    if (rules->hourly_threshold_micro_kw < 0) {
        return en_error_set(err, EN_RANGE, "the threshold of hourly settling is below 0");
    }
    return EN_OK;
}

struct en_decree_time en_decree_time_of(const struct en_decree_rules *rules,
                                        struct en_interval interval, int offset_minutes,
                                        en_decree_purpose purpose)
{
    EN_ASSERT(rules->interim_from.n <= rules->interim_to.n);
    uint64_t seconds = whole_seconds(interval.to.us - interval.from.us);
    struct en_decree_time time = {seconds, 0, rules->interim_factor};
    if (purpose == EN_DECREE_UNACCOUNTED) {
        time.seconds = cut_to_hours(seconds, rules->unaccounted_hours_max);
    } else if (purpose == EN_DECREE_UNCONTRACTED) {
        time.seconds = cut_to_hours(seconds, rules->uncontracted_hours_max);
    } else {
        struct en_interval interim = interim_of(rules, offset_minutes);
        time.reduced_seconds = whole_seconds(en_interval_overlap_us(interval, interim));
        EN_ASSERT(time.reduced_seconds <= seconds);
        time.seconds = seconds - time.reduced_seconds;
    }
    return time;
}

bool en_decree_control(const struct en_decree_control *control, int64_t *micro)
{
    EN_ASSERT(control->ratio.den > 0);
    EN_ASSERT(control->loss_share.den > 0);
    en_i128 num = (en_i128)control->micro * control->ratio.num;
    en_i128 den = (en_i128)control->ratio.den * control->loss_share.den;
    en_i128 carried = (en_i128)control->loss_share.den + control->loss_share.num;
    en_i128 energy = 0;
    return en_i128_multiply(num, carried, &num) &&
           en_i128_add(en_i128_divide_half_up(num, den), control->loss_micro, &energy) &&
           en_i128_to_i64(energy, micro);
}

bool en_decree_max_power(int64_t micro_kw, const struct en_decree_time *time, int64_t *micro)
{
    EN_ASSERT(micro_kw >= 0);
    en_i128 num = 0;
    en_i128 den = 0;
    return weighted_seconds(time, &num, &den) && en_i128_multiply(num, micro_kw, &num) &&
           en_i128_multiply(den, HOUR_SECONDS, &den) &&
           en_i128_to_i64(en_i128_divide_half_up(num, den), micro);
}

en_code en_decree_split_power(int64_t micro_kw, const int64_t *micro_a, size_t count,
                              int64_t *parts, struct en_error *err)
{
    int64_t below_watt = 0;
    int64_t watts = en_i64_divide_floor(micro_kw, WATT_MICRO, &below_watt);
    en_code code = en_split_largest_remainder(watts, micro_a, count, parts, err);
    size_t largest = 0;
    for (size_t i = 0; code == EN_OK && i < count; i++) {
        largest = micro_a[i] > micro_a[largest] ? i : largest;
        parts[i] *= WATT_MICRO; /* no part is beyond the whole */
    }
    if (code == EN_OK) {
        parts[largest] += below_watt;
    }
    return code;
}

bool en_decree_current(const struct en_decree_current *current, struct en_ratio demand_divisor,
                       const struct en_decree_time *time, int64_t *micro)
{
    EN_ASSERT(current->phases == 1 || current->phases == 3);
    EN_ASSERT(current->micro_a >= 0);
    EN_ASSERT(current->micro_kv >= 0);
    EN_ASSERT(current->cos_phi.num >= 0);
    EN_ASSERT(demand_divisor.num > 0);
    en_i128 num = 0;
    en_i128 den = 0;
    return weighted_seconds(time, &num, &den) &&
           en_i128_multiply(num, (en_i128)current->micro_a * current->micro_kv, &num) &&
           en_i128_multiply(num, (en_i128)current->cos_phi.num * current->phases, &num) &&
           en_i128_multiply(num, demand_divisor.den, &num) &&
           en_i128_multiply(den, (en_i128)current->cos_phi.den * demand_divisor.num, &den) &&
           en_i128_multiply(den, (en_i128)HOUR_SECONDS * EN_MICRO, &den) &&
           en_i128_to_i64(en_i128_divide_half_up(num, den), micro);
}

int64_t en_decree_part(int64_t total, int64_t before, int64_t through, int64_t whole)
{
    EN_ASSERT(before >= 0);
    EN_ASSERT(before <= through);
    EN_ASSERT(through <= whole);
    EN_ASSERT(whole > 0);
    en_i128 end = en_i128_divide_half_up((en_i128)total * through, whole);
    en_i128 start = en_i128_divide_half_up((en_i128)total * before, whole);
    int64_t part = 0;
    bool fits = en_i128_to_i64(end - start, &part);
    EN_ASSERT(fits); /* a prefix of the total is never beyond it */
    return part;
}

bool en_decree_true_up(int64_t actual_micro, const int64_t *billed, size_t count, int64_t *micro)
{
    en_i128 difference = actual_micro;
    for (size_t i = 0; i < count; i++) {
        difference -= billed[i]; /* fewer than 2^63 numbers of 63 bits */
    }
    return en_i128_to_i64(difference, micro);
}
