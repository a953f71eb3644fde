#include "core/metering/validation/validation_outlier.h"

#include "core/decimal.h"
#include "core/wide.h"

#define WINDOW_MAX (2 * EN_HAMPEL_HALF_MAX + 1)

static void sort_i64(int64_t *items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        int64_t item = items[i];
        uint32_t at = i;
        while (at > 0 && items[at - 1] > item) {
            items[at] = items[at - 1];
            at--;
        }
        items[at] = item;
    }
}

/* Twice the median of sorted values: whole also between two of them. */
static int64_t median_doubled(const int64_t *sorted, uint32_t count)
{
    return sorted[(count - 1) / 2] + sorted[count / 2];
}

/* The usable values around the slot. */
static uint32_t take_window(const struct en_validation_day *day, const int64_t *before,
                            uint32_t before_count, uint32_t slot, uint32_t half, int64_t *window)
{
    uint32_t count = 0;
    for (uint32_t back = half; back > slot; back--) {
        if (back - slot <= before_count) {
            window[count++] = before[before_count - (back - slot)];
        }
    }
    uint32_t from = slot > half ? slot - half : 0;
    uint32_t to = slot + half < day->count ? slot + half + 1 : day->count;
    for (uint32_t i = from; i < to; i++) {
        if (en_validation_has(day, i) &&
            en_i64_magnitude(day->micro[i]) <= (uint64_t)EN_VALIDATION_VALUE_MAX) {
            window[count++] = day->micro[i];
        }
    }
    return count;
}

/* The allowed distance, four times as large: twice for the median, twice for the MAD. */
static en_i128 hampel_limit_fourfold(int64_t *window, uint32_t count, int64_t doubled,
                                     const struct en_hampel_limits *limits)
{
    for (uint32_t i = 0; i < count; i++) {
        window[i] = (int64_t)en_validation_distance(2 * window[i], doubled);
    }
    sort_i64(window, count);
    en_i128 spread = (en_i128)median_doubled(window, count) * EN_HAMPEL_MAD;
    en_i128 floor = (en_i128)limits->floor * 4 * EN_HAMPEL_MAD_SCALE;
    return (spread > floor ? spread : floor) * limits->times; /* 1e-4 * 1e-6 */
}

void en_validation_hampel(const struct en_validation_day *day, const int64_t *before,
                          uint32_t before_count, const struct en_hampel_limits *limits,
                          struct en_findings *findings)
{
    EN_ASSERT(limits->half >= 1);
    EN_ASSERT(limits->half <= EN_HAMPEL_HALF_MAX);
    int64_t window[WINDOW_MAX];
    const en_i128 scale = (en_i128)EN_HAMPEL_MAD_SCALE * EN_MICRO;
    for (uint32_t i = 0; i < day->count; i++) {
        if (!en_validation_has(day, i) ||
            en_i64_magnitude(day->micro[i]) > (uint64_t)EN_VALIDATION_VALUE_MAX) {
            continue;
        }
        uint32_t count = take_window(day, before, before_count, i, limits->half, window);
        sort_i64(window, count);
        int64_t doubled = median_doubled(window, count);
        uint64_t distance = en_validation_distance(2 * day->micro[i], doubled);
        en_i128 limit = hampel_limit_fourfold(window, count, doubled, limits);
        if ((en_i128)distance * 2 * scale > limit) {
            struct en_finding finding =
                en_validation_finding(EN_V_HAMPEL, EN_SEVERITY_WARNING, EN_QUALITY_SPIKE, i, 1);
            finding.measured = (int64_t)(distance / 2);
            finding.limit = en_validation_shown((en_u128)(limit / (4 * scale)));
            en_findings_add(findings, &finding);
        }
    }
}

/* The root of the variance times sigmas, cut, for people to read. */
static int64_t sigma_limit(en_u128 spread, uint32_t count, int64_t sigmas)
{
    en_u128 sigma = en_u128_isqrt(spread) / count;
    return en_validation_shown(sigma * (uint64_t)sigmas / (uint64_t)EN_MICRO);
}

bool en_validation_like(int64_t x, const int64_t *like, uint32_t count,
                        const struct en_like_limits *limits, int64_t *mean, int64_t *limit)
{
    EN_ASSERT(count >= 2);
    EN_ASSERT(count <= EN_LIKE_DAYS_MAX);
    EN_ASSERT(en_i64_magnitude(x) <= (uint64_t)EN_VALIDATION_VALUE_MAX);
    en_i128 sum = 0;
    en_u128 squares = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t magnitude = en_i64_magnitude(like[i]);
        EN_ASSERT(magnitude <= (uint64_t)EN_VALIDATION_VALUE_MAX);
        sum += like[i];
        squares += (en_u128)magnitude * magnitude;
    }
    /* everything times count: distance = |n x - S|, n^2 sigma^2 = n Q - S^2 */
    en_u128 distance = en_i128_magnitude((en_i128)x * count - sum);
    en_u128 spread = squares * count - en_i128_magnitude(sum) * en_i128_magnitude(sum);
    *mean = (int64_t)en_i128_divide_half_up(sum, count);
    int64_t share = en_validation_share_of(limits->share, *mean);
    int64_t sigma = sigma_limit(spread, count, limits->sigmas);
    *limit = share > sigma ? share : sigma;
    if (distance * EN_MICRO <= (en_u128)limits->share * en_i128_magnitude(sum)) {
        return false;
    }
    struct en_wide left = en_wide_of(distance * EN_MICRO);
    struct en_wide right = en_wide_of(spread);
    bool fits = en_wide_multiply(&left, distance * EN_MICRO) &&
                en_wide_multiply(&right, (en_u128)limits->sigmas * (en_u128)limits->sigmas);
    EN_ASSERT(fits);
    return en_wide_compare(&left, &right) > 0;
}

uint32_t en_validation_likeday(const struct en_validation_day *day,
                               const struct en_validation_day *like, uint32_t count, uint32_t least,
                               const struct en_like_limits *limits, struct en_findings *findings)
{
    EN_ASSERT(count <= EN_LIKE_DAYS_MAX);
    int64_t values[EN_LIKE_DAYS_MAX];
    uint32_t unjudged = 0;
    for (uint32_t i = 0; i < day->count; i++) {
        if (!en_validation_has(day, i)) {
            continue;
        }
        uint32_t used = 0;
        for (uint32_t k = 0; k < count; k++) {
            EN_ASSERT(like[k].count == day->count);
            if (en_validation_has(&like[k], i) &&
                en_i64_magnitude(like[k].micro[i]) <= (uint64_t)EN_VALIDATION_VALUE_MAX) {
                values[used++] = like[k].micro[i];
            }
        }
        bool is_judged = used >= 2 && used >= least &&
                         en_i64_magnitude(day->micro[i]) <= (uint64_t)EN_VALIDATION_VALUE_MAX;
        int64_t mean = 0;
        int64_t limit = 0;
        unjudged += !is_judged;
        if (is_judged && en_validation_like(day->micro[i], values, used, limits, &mean, &limit)) {
            struct en_finding finding =
                en_validation_finding(EN_V_LIKEDAY, EN_SEVERITY_WARNING, EN_QUALITY_HILO, i, 1);
            finding.measured = (int64_t)en_validation_distance(day->micro[i], mean);
            finding.limit = limit;
            en_findings_add(findings, &finding);
        }
    }
    return unjudged;
}
