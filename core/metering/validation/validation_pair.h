/* Two channels of one day: V-10 reactive without active energy, V-22 main against check meter, V-23
 * the power factor. The days have the same slots. Pure, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_PAIR_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_PAIR_H

#include "core/metering/validation/validation.h"

/* V-10: kWh = 0 and kvarh > limit (4 pulses). */
bool en_validation_kvarh_fails(int64_t active, int64_t reactive, int64_t limit);

/* V-10 over a day: findings of the reactive channel. Slots without both values are not judged. */
void en_validation_kvarh(const struct en_validation_day *active,
                         const struct en_validation_day *reactive, int64_t limit,
                         struct en_findings *findings);

/* What V-22 allows of the main meter's energy. */
typedef enum en_check_form {
    EN_CHECK_CLASSES = 0, /* factor * sqrt(main^2 + check^2) of the errors of both */
    EN_CHECK_SUM = 1,     /* main + check */
    EN_CHECK_SHARE = 2,   /* a share of its own */
} en_check_form;

struct en_check_limits {
    en_check_form form;
    int64_t factor;      /* 1e-6: 1.5 is 1500000 */
    int64_t main_error;  /* 1e-6 of one: 1 % is 10000; up to 1000000 */
    int64_t check_error; /* the same */
    int64_t share;       /* 1e-6 of one */
};

/* |main - check| > limit * |main|; classes are compared by their squares. *limit is the distance
 * allowed, cut, for people to read. */
bool en_validation_check_fails(int64_t main_micro, int64_t check_micro,
                               const struct en_check_limits *limits, int64_t *limit);

/* V-22 slot by slot: findings of the main channel. */
void en_validation_check(const struct en_validation_day *main_day,
                         const struct en_validation_day *check_day,
                         const struct en_check_limits *limits, struct en_findings *findings);

/* Sums over the slots where both have a value; false when a sum does not fit or no slot has both.
 */
bool en_validation_both(const struct en_validation_day *a, const struct en_validation_day *b,
                        int64_t *sum_a, int64_t *sum_b, uint32_t *slots);

/* V-23: |kvarh| / |kwh| > ratio (1e-6). Nothing is found where kwh is 0: that is V-10's. */
bool en_validation_tangent_fails(int64_t active, int64_t reactive, int64_t ratio);

/* |kvarh| / |kwh| in 1e-6, cut, for people to read; 0 where kwh is 0. */
int64_t en_validation_tangent(int64_t active, int64_t reactive);

#endif
