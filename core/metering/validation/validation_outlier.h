/* Values far from what is usual: V-28 from the values around them, V-29 from the same slot of like
 * days. Pure, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_OUTLIER_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_OUTLIER_H

#include "core/metering/validation/validation.h"

#define EN_HAMPEL_HALF_MAX 96u /* slots on each side of the window */
#define EN_LIKE_DAYS_MAX 60u   /* reference days of V-29 */
#define EN_HAMPEL_MAD 14826    /* 1.4826 of a normal distribution's MAD, in 1e-4 */
#define EN_HAMPEL_MAD_SCALE 10000

/* V-28: |x - median| > times * max(1.4826 * MAD, floor) over the 2 * half + 1 slots around x. */
struct en_hampel_limits {
    uint32_t half; /* up to EN_HAMPEL_HALF_MAX */
    int64_t times; /* 1e-6: 6 is 6000000 */
    int64_t floor; /* 1e-6 of the unit */
};

/* The window reaches into `before`, the last slots of the day before (NULL, 0: not known), and ends
 * where the day does. Slots without a value are left out of it. */
void en_validation_hampel(const struct en_validation_day *day, const int64_t *before,
                          uint32_t before_count, const struct en_hampel_limits *limits,
                          struct en_findings *findings);

/* V-29: |x - mean| > sigmas * sigma and |x - mean| > share * |mean|, sigma^2 = the mean of the
 * squares of the distances from the mean. */
struct en_like_limits {
    int64_t sigmas; /* 1e-6: 4 is 4000000 */
    int64_t share;  /* 1e-6: 20 % is 200000 */
};

/* Whether x fails against the values of like days, 2 to EN_LIKE_DAYS_MAX of them; *limit is the
 * largest distance allowed, *mean the mean, for people to read. */
bool en_validation_like(int64_t x, const int64_t *like, uint32_t count,
                        const struct en_like_limits *limits, int64_t *mean, int64_t *limit);

/* V-29 over a day: like[k] are the days, all with as many slots as this one; only slots with a
 * value on `least` of them are judged (at least 2). Returns how many slots could not be judged. */
uint32_t en_validation_likeday(const struct en_validation_day *day,
                               const struct en_validation_day *like, uint32_t count, uint32_t least,
                               const struct en_like_limits *limits, struct en_findings *findings);

#endif
