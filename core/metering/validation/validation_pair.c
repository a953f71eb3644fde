#include "core/metering/validation/validation_pair.h"

#include "core/decimal.h"
#include "core/wide.h"

bool en_validation_kvarh_fails(int64_t active, int64_t reactive, int64_t limit)
{
    return active == 0 && reactive > limit;
}

void en_validation_kvarh(const struct en_validation_day *active,
                         const struct en_validation_day *reactive, int64_t limit,
                         struct en_findings *findings)
{
    EN_ASSERT(active->count == reactive->count);
    for (uint32_t i = 0; i < reactive->count; i++) {
        if (en_validation_has(active, i) && en_validation_has(reactive, i) &&
            en_validation_kvarh_fails(active->micro[i], reactive->micro[i], limit)) {
            struct en_finding finding =
                en_validation_finding(EN_V_KVARH, EN_SEVERITY_WARNING, EN_QUALITY_KVARH, i, 1);
            finding.measured = reactive->micro[i];
            finding.limit = limit;
            en_findings_add(findings, &finding);
        }
    }
}

/* The square of the limit as a share, in 1e-24; the root of it is only shown. */
static en_u128 limit_square(const struct en_check_limits *limits)
{
    en_u128 factor = (en_u128)limits->factor;
    en_u128 m = (en_u128)limits->main_error;
    en_u128 c = (en_u128)limits->check_error;
    return factor * factor * (m * m + c * c);
}

bool en_validation_check_fails(int64_t main_micro, int64_t check_micro,
                               const struct en_check_limits *limits, int64_t *limit)
{
    EN_ASSERT(limits->main_error >= 0 && limits->main_error <= EN_MICRO);
    EN_ASSERT(limits->check_error >= 0 && limits->check_error <= EN_MICRO);
    EN_ASSERT(limits->factor >= 0 && limits->factor <= INT64_C(1000) * EN_MICRO);
    uint64_t distance = en_validation_distance(main_micro, check_micro);
    uint64_t energy = en_i64_magnitude(main_micro);
    if (limits->form != EN_CHECK_CLASSES) {
        int64_t share =
            limits->form == EN_CHECK_SUM ? limits->main_error + limits->check_error : limits->share;
        *limit = en_validation_share_of(share, main_micro);
        return (en_u128)distance * EN_MICRO > (en_u128)energy * (en_u128)share;
    }
    en_u128 square = limit_square(limits);
    *limit = en_validation_share_of((int64_t)(en_u128_isqrt(square) / EN_MICRO), main_micro);
    struct en_wide left = en_wide_of((en_u128)distance * distance);
    struct en_wide right = en_wide_of((en_u128)energy * energy);
    const en_u128 scale = (en_u128)EN_MICRO * EN_MICRO * EN_MICRO * EN_MICRO;
    bool fits = en_wide_multiply(&left, scale) && en_wide_multiply(&right, square);
    EN_ASSERT(fits);
    return en_wide_compare(&left, &right) > 0;
}

void en_validation_check(const struct en_validation_day *main_day,
                         const struct en_validation_day *check_day,
                         const struct en_check_limits *limits, struct en_findings *findings)
{
    EN_ASSERT(main_day->count == check_day->count);
    for (uint32_t i = 0; i < main_day->count; i++) {
        int64_t limit = 0;
        if (en_validation_has(main_day, i) && en_validation_has(check_day, i) &&
            en_validation_check_fails(main_day->micro[i], check_day->micro[i], limits, &limit)) {
            struct en_finding finding =
                en_validation_finding(EN_V_CHECK, EN_SEVERITY_WARNING, EN_QUALITY_CHECKDIFF, i, 1);
            finding.measured = en_validation_shown(
                en_validation_distance(main_day->micro[i], check_day->micro[i]));
            finding.limit = limit;
            en_findings_add(findings, &finding);
        }
    }
}

bool en_validation_both(const struct en_validation_day *a, const struct en_validation_day *b,
                        int64_t *sum_a, int64_t *sum_b, uint32_t *slots)
{
    EN_ASSERT(a->count == b->count);
    en_i128 sums[2] = {0, 0};
    *slots = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        if (en_validation_has(a, i) && en_validation_has(b, i)) {
            sums[0] += a->micro[i];
            sums[1] += b->micro[i];
            *slots += 1;
        }
    }
    return *slots > 0 && en_i128_to_i64(sums[0], sum_a) && en_i128_to_i64(sums[1], sum_b);
}

bool en_validation_tangent_fails(int64_t active, int64_t reactive, int64_t ratio)
{
    EN_ASSERT(ratio >= 0);
    return active != 0 && (en_u128)en_i64_magnitude(reactive) * EN_MICRO >
                              (en_u128)ratio * en_i64_magnitude(active);
}

int64_t en_validation_tangent(int64_t active, int64_t reactive)
{
    return active == 0 ? 0
                       : en_validation_shown((en_u128)en_i64_magnitude(reactive) * EN_MICRO /
                                             en_i64_magnitude(active));
}
