#include "core/metering/tariff/deviation.h"

#define PERCENT_1E4 1000000 /* 100 % */
#define NEAR_1E4 950000
#define ABOVE_1E4 1050000

/* part / whole in 1e-4 %; false when it does not fit. whole is not 0. */
static bool share_1e4(en_i128 part, en_i128 whole, int64_t *percent_1e4)
{
    en_i128 scaled = 0;
    return en_i128_multiply(part, PERCENT_1E4, &scaled) &&
           en_i128_to_i64(en_i128_divide_half_up(scaled, whole), percent_1e4);
}

static bool compare_per(int64_t micro, uint32_t days, int64_t other_micro, uint32_t other_days,
                        int64_t *percent_1e4)
{
    if (days == 0 || other_days == 0 || other_micro == 0) {
        return false;
    }
    en_i128 mine = (en_i128)micro * other_days;
    en_i128 theirs = (en_i128)other_micro * days;
    en_i128 magnitude = theirs < 0 ? -theirs : theirs;
    return share_1e4(mine - theirs, magnitude, percent_1e4);
}

void en_deviation_add(struct en_deviation *deviation, int64_t plan_micro, int64_t fact_micro)
{
    en_i128 difference = (en_i128)fact_micro - plan_micro;
    deviation->plan += plan_micro;
    deviation->fact += fact_micro;
    deviation->over += difference > 0 ? difference : 0;
    deviation->under += difference < 0 ? -difference : 0;
    deviation->hours_count++;
}

struct en_trend en_deviation_trend(en_i128 fact, en_i128 plan_rest, en_i128 plan_whole)
{
    struct en_trend trend = {fact + plan_rest, 0, EN_TREND_NONE};
    if (plan_whole <= 0 || !share_1e4(trend.expected, plan_whole, &trend.percent_1e4)) {
        return trend;
    }
    /* by the exact share, not by the rounded one */
    en_i128 scaled = trend.expected * PERCENT_1E4;
    if (scaled >= plan_whole * ABOVE_1E4) {
        trend.level = EN_TREND_ABOVE;
    } else if (scaled >= plan_whole * PERCENT_1E4) {
        trend.level = EN_TREND_AT;
    } else if (scaled >= plan_whole * NEAR_1E4) {
        trend.level = EN_TREND_NEAR;
    }
    return trend;
}

const char *en_trend_level_name(en_trend_level level)
{
    static const char *const names[] = {"none", "near", "at", "above"};
    EN_ASSERT((unsigned)level < EN_COUNT_OF(names));
    return names[level];
}

bool en_deviation_per_day(const struct en_period_usage *period, const struct en_period_usage *other,
                          int64_t *percent_1e4)
{
    return compare_per(period->micro, period->days, other->micro, other->days, percent_1e4);
}

bool en_deviation_per_working_day(const struct en_period_usage *period,
                                  const struct en_period_usage *other, int64_t *percent_1e4)
{
    return compare_per(period->micro, period->working_days, other->micro, other->working_days,
                       percent_1e4);
}
