#include "core/metering/tariff/billing.h"

static struct en_instant start_in(const struct en_billing *billing, struct en_month month)
{
    unsigned last = en_month_days_count(month);
    unsigned day = billing->day == 0 ? 1 : billing->day;
    day = day > last ? last : day;
    struct en_day first = en_month_first_day(month);
    EN_ASSERT(first.n > EN_DAY_MIN + 62 && first.n < EN_DAY_MAX - 62);
    struct en_day start = {first.n + (int32_t)day - 1};
    struct en_instant at = en_day_interval(start, billing->offset_minutes).from;
    return (struct en_instant){at.us + billing->hour * EN_HOUR_US};
}

en_code en_billing_check(const struct en_billing *billing, struct en_error *err)
{
    if (billing->day > 31 || billing->hour > 23) {
        return en_error_set(err, EN_RANGE,
                            "a billing period begins on day %u at hour %u: wanted day 1 to 31, "
                            "hour 0 to 23",
                            billing->day, billing->hour);
    }
    if (billing->offset_minutes < -EN_OFFSET_MINUTES_MAX ||
        billing->offset_minutes > EN_OFFSET_MINUTES_MAX) {
        return en_error_set(err, EN_RANGE, "offset of %d minutes from UTC is out of range",
                            billing->offset_minutes);
    }
    return EN_OK;
}

struct en_interval en_billing_period(const struct en_billing *billing, struct en_month month)
{
    return (struct en_interval){start_in(billing, month),
                                start_in(billing, (struct en_month){month.n + 1})};
}

struct en_month en_billing_month_of(const struct en_billing *billing, struct en_instant instant)
{
    struct en_day day = en_day_of_instant(instant, billing->offset_minutes);
    struct en_month month = en_month_of_day(day);
    if (instant.us < start_in(billing, month).us) {
        month.n--;
    }
    return month;
}
