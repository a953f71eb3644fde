#include "core/metering/substitution/estimation_likeday.h"

#include "core/fixed.h"

#define WEEK 7
#define EPOCH_WEEKDAY 3 /* 1970-01-01 was a Thursday; Monday is 0 */

static int weekday_of(struct en_day day)
{
    int64_t weekday = 0;
    (void)en_i64_divide_floor((int64_t)day.n + EPOCH_WEEKDAY, WEEK, &weekday);
    return (int)weekday;
}

/* A day whose kind is not that of its day of the week: a holiday, a moved day. */
static bool is_special(struct en_day day, en_like_day kind)
{
    int weekday = weekday_of(day);
    en_like_day plain = weekday == 6   ? EN_LIKE_DAY_SUNDAY
                        : weekday == 5 ? EN_LIKE_DAY_SATURDAY
                                       : EN_LIKE_DAY_WORKING;
    return plain != kind;
}

bool en_likeday_is_like(en_likeday_class by, struct en_day day, en_like_day kind,
                        struct en_day other, en_like_day other_kind)
{
    EN_ASSERT(by >= EN_LIKEDAY_TYPE);
    EN_ASSERT(by <= EN_LIKEDAY_YEAR);
    switch (by) {
    case EN_LIKEDAY_ANY:
        return true;
    case EN_LIKEDAY_TYPE:
        return kind == other_kind;
    case EN_LIKEDAY_WEEKDAY:
    case EN_LIKEDAY_YEAR:
        /* the day of the week counts where both days are what it says */
        return kind == other_kind && (weekday_of(day) == weekday_of(other) ||
                                      is_special(day, kind) || is_special(other, other_kind));
    }
    return false;
}

en_refusal en_likeday_mean(const int64_t *references, size_t count, size_t count_min,
                           int64_t *value)
{
    EN_ASSERT(count <= EN_LIKEDAY_REFERENCES_MAX);
    if (count == 0 || count < count_min) {
        return EN_REFUSAL_NO_COMPARABLE_HISTORY;
    }
    en_i128 sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += references[i];
    }
    bool fits = en_i128_to_i64(en_i128_divide_half_up(sum, (en_i128)count), value);
    EN_ASSERT(fits); /* a mean lies among its references */
    return EN_REFUSAL_NONE;
}
