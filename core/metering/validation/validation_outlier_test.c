#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_outlier.h"

#define KWH(value) ((int64_t)(value)*1000000)

static const struct en_hampel_limits hampel = {.half = 12, .times = 6000000, .floor = 10000};

static void test_v28_hampel_of_nine_values(void **state)
{
    (void)state;
    static const int64_t micro[] = {KWH(10), KWH(11), KWH(10), KWH(12), KWH(60),
                                    KWH(11), KWH(10), KWH(12), KWH(11)};
    struct en_validation_day day = {.micro = micro, .count = 9, .slot_seconds = 1800};
    struct en_finding items[9];
    struct en_findings findings;
    en_findings_init(&findings, items, 9);
    en_validation_hampel(&day, NULL, 0, &hampel, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(items[0].first, 4);
    assert_int_equal(items[0].slots, 1);
    assert_int_equal(items[0].measured, KWH(49)); /* from the median 11 */
    assert_int_equal(items[0].limit, 8895600);    /* 6 * 1.4826 * 1 */
    assert_int_equal(items[0].severity, EN_SEVERITY_WARNING);
}

static void test_v28_floor_and_limit_are_strict(void **state)
{
    (void)state;
    int64_t micro[5] = {0, 0, 0, 0, 60000}; /* MAD 0: the floor counts, 6 * 0.01 */
    struct en_validation_day day = {.micro = micro, .count = 5, .slot_seconds = 1800};
    struct en_finding items[5];
    struct en_findings findings;
    en_findings_init(&findings, items, 5);
    en_validation_hampel(&day, NULL, 0, &hampel, &findings);
    assert_int_equal(findings.count, 0);
    micro[4] = 60001;
    en_validation_hampel(&day, NULL, 0, &hampel, &findings);
    assert_int_equal(findings.count, 1);
}

static void test_v28_looks_into_the_day_before(void **state)
{
    (void)state;
    static const int64_t before[] = {KWH(9), KWH(10), KWH(11), KWH(10), KWH(9), KWH(10)};
    static const int64_t micro[] = {KWH(60), KWH(60)};
    struct en_validation_day day = {.micro = micro, .count = 2, .slot_seconds = 1800};
    struct en_finding items[2];
    struct en_findings findings;
    en_findings_init(&findings, items, 2);
    en_validation_hampel(&day, NULL, 0, &hampel, &findings);
    assert_int_equal(findings.count, 0); /* among themselves they are alike */
    en_validation_hampel(&day, before, 6, &hampel, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(items[0].slots, 2);
}

/* Mean 50, sigma 3: limits 4 sigma = 12 and 20 % = 10. */
static void test_v29_like_day(void **state)
{
    (void)state;
    static const int64_t like[] = {KWH(47), KWH(53), KWH(47), KWH(53),
                                   KWH(47), KWH(53), KWH(47), KWH(53)};
    static const struct en_like_limits limits = {.sigmas = 4000000, .share = 200000};
    int64_t mean = 0;
    int64_t limit = 0;
    assert_true(en_validation_like(KWH(65), like, 8, &limits, &mean, &limit));
    assert_int_equal(mean, KWH(50));
    assert_int_equal(limit, KWH(12));
    assert_false(
        en_validation_like(KWH(62), like, 8, &limits, &mean, &limit)); /* exactly 4 sigma */
    assert_true(en_validation_like(KWH(62) + 1, like, 8, &limits, &mean, &limit));
    assert_false(en_validation_like(KWH(38), like, 8, &limits, &mean, &limit));
    assert_true(en_validation_like(KWH(38) - 1, like, 8, &limits, &mean, &limit));
}

static void test_v29_both_limits_must_break(void **state)
{
    (void)state;
    static const int64_t like[] = {KWH(50), KWH(50), KWH(50)}; /* sigma 0 */
    static const struct en_like_limits limits = {.sigmas = 4000000, .share = 200000};
    int64_t mean = 0;
    int64_t limit = 0;
    assert_false(en_validation_like(KWH(60), like, 3, &limits, &mean, &limit)); /* exactly 20 % */
    assert_true(en_validation_like(KWH(60) + 1, like, 3, &limits, &mean, &limit));
    assert_int_equal(limit, KWH(10));
}

static void test_v29_unjudged_slots_are_counted(void **state)
{
    (void)state;
    static const int64_t micro[] = {KWH(50), KWH(90)};
    static const uint64_t missing[] = {EN_QUALITY_MISSING, EN_QUALITY_MEASURED};
    static const struct en_like_limits limits = {.sigmas = 4000000, .share = 200000};
    struct en_validation_day day = {.micro = micro, .count = 2, .slot_seconds = 1800};
    struct en_validation_day like[3] = {day, day, day};
    static const int64_t usual[] = {KWH(50), KWH(50)};
    struct en_finding items[2];
    struct en_findings findings;
    for (int i = 0; i < 3; i++) {
        like[i].micro = usual;
    }
    like[1].quality = missing;
    like[2].quality = missing;
    en_findings_init(&findings, items, 2);
    assert_int_equal(en_validation_likeday(&day, like, 3, 2, &limits, &findings), 1);
    assert_int_equal(findings.count, 1);
    assert_int_equal(items[0].first, 1);
    assert_true(items[0].flags == EN_QUALITY_HILO);
}

/* Extremes do not overflow. */
static void test_outliers_bear_the_largest_values(void **state)
{
    (void)state;
    const int64_t most = EN_VALIDATION_VALUE_MAX;
    int64_t like[EN_LIKE_DAYS_MAX];
    static const struct en_like_limits limits = {.sigmas = 1000000, .share = 0};
    for (uint32_t i = 0; i < EN_LIKE_DAYS_MAX; i++) {
        like[i] = i % 2 == 0 ? most : -most;
    }
    int64_t mean = 1;
    int64_t limit = 0;
    assert_false(en_validation_like(most, like, EN_LIKE_DAYS_MAX, &limits, &mean, &limit));
    assert_int_equal(mean, 0);
    assert_int_equal(limit, most);
    int64_t micro[] = {INT64_MAX, INT64_MIN, most, -most, 0, 1};
    struct en_validation_day day = {.micro = micro, .count = 6, .slot_seconds = 1800};
    struct en_finding items[6];
    struct en_findings findings;
    en_findings_init(&findings, items, 6);
    en_validation_hampel(&day, NULL, 0, &hampel, &findings);
    assert_true(findings.count <= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v28_hampel_of_nine_values),
        cmocka_unit_test(test_v28_floor_and_limit_are_strict),
        cmocka_unit_test(test_v28_looks_into_the_day_before),
        cmocka_unit_test(test_v29_like_day),
        cmocka_unit_test(test_v29_both_limits_must_break),
        cmocka_unit_test(test_v29_unjudged_slots_are_counted),
        cmocka_unit_test(test_outliers_bear_the_largest_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
