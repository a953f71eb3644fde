#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/slots.h"

#define MEASURED_VALID                                                                             \
    (EN_QUALITY_MEASURED | (uint64_t)EN_VERDICT_VALID << EN_QUALITY_VERDICT_SHIFT)
#define REJECTED ((uint64_t)EN_VERDICT_REJECTED << EN_QUALITY_VERDICT_SHIFT)
#define FROZEN ((uint64_t)EN_FISCAL_FROZEN << EN_QUALITY_FISCAL_SHIFT)

static void test_slots_aggregate_sums_exactly(void **state)
{
    (void)state;
    int64_t values[] = {1, 2, 3, 4, 5, 6, INT64_MAX, 1, -7, 7, 8, INT64_MIN};
    uint64_t qualities[] = {
        MEASURED_VALID,
        MEASURED_VALID | FROZEN,
        MEASURED_VALID,
        EN_SOURCE_EST_INTERP | EN_QUALITY_LATE,
        MEASURED_VALID,
        EN_QUALITY_PWR_OUT,
        MEASURED_VALID,
        MEASURED_VALID,
        MEASURED_VALID | REJECTED,
        MEASURED_VALID,
        MEASURED_VALID,
        MEASURED_VALID,
    };
    static const int64_t sums[] = {3, 7, 0, 0, 0, INT64_MIN + 8};
    static const uint64_t words[] = {
        MEASURED_VALID,
        EN_SOURCE_DERIVED | (uint64_t)EN_SOURCE_EST_INTERP << EN_QUALITY_WORST_SHIFT |
            (MEASURED_VALID & ~UINT64_C(15)) | EN_QUALITY_LATE,
        EN_QUALITY_GAP | EN_QUALITY_PWR_OUT | (MEASURED_VALID & ~UINT64_C(15)),
        EN_QUALITY_OVERFLOW | REJECTED,
        EN_QUALITY_GAP | REJECTED,
        MEASURED_VALID,
    };
    en_slots_aggregate(values, qualities, EN_COUNT_OF(values), 2, values, qualities);
    for (size_t i = 0; i < EN_COUNT_OF(sums); i++) {
        assert_true(values[i] == sums[i]);
        assert_true(qualities[i] == words[i]);
    }
}

static void test_slots_aggregate_by_one_changes_nothing(void **state)
{
    (void)state;
    int64_t values[] = {5, -3};
    uint64_t qualities[] = {MEASURED_VALID, EN_SOURCE_EST_PRIOR | EN_QUALITY_SPIKE};
    int64_t sums[2];
    uint64_t words[2];
    en_slots_aggregate(values, qualities, 2, 1, sums, words);
    assert_memory_equal(values, sums, sizeof sums);
    assert_memory_equal(qualities, words, sizeof words);
}

static void test_slot_words_of_doubt(void **state)
{
    (void)state;
    uint64_t suspect = (uint64_t)EN_VERDICT_SUSPECT << EN_QUALITY_VERDICT_SHIFT;
    assert_true(en_slot_missing(MEASURED_VALID | EN_QUALITY_LATE) ==
                (EN_QUALITY_GAP | EN_QUALITY_LATE | (MEASURED_VALID & ~UINT64_C(15))));
    assert_true(en_slot_overflow(MEASURED_VALID) == (EN_QUALITY_OVERFLOW | REJECTED));
    assert_true(en_slot_zero_division(MEASURED_VALID) == (EN_QUALITY_ZERO | suspect));
    assert_true(en_slot_zero_division(REJECTED) == (EN_QUALITY_ZERO | REJECTED));
    assert_true(en_slot_merge(MEASURED_VALID, EN_QUALITY_GAP) ==
                (EN_QUALITY_GAP | (MEASURED_VALID & ~UINT64_C(15))));
    assert_true(en_slot_merge(MEASURED_VALID, MEASURED_VALID) ==
                en_quality_merge(MEASURED_VALID, MEASURED_VALID));
}

static void test_slots_mean(void **state)
{
    (void)state;
    static const int64_t values[] = {10, 11, -10, -11, 5, 7};
    uint64_t qualities[] = {EN_QUALITY_MEASURED, EN_QUALITY_MEASURED, EN_QUALITY_MEASURED,
                            EN_QUALITY_MEASURED, EN_QUALITY_MEASURED, EN_QUALITY_MISSING};
    int64_t means[3];
    uint64_t words[3];
    en_slots_mean(values, qualities, 6, 2, means, words);
    assert_true(means[0] == 11); /* half up, away from zero */
    assert_true(means[1] == -11);
    assert_true(words[1] == EN_QUALITY_MEASURED);
    assert_true(en_quality_is_missing(words[2]));
    assert_true((words[2] & EN_QUALITY_GAP) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_aggregate_sums_exactly),
        cmocka_unit_test(test_slots_aggregate_by_one_changes_nothing),
        cmocka_unit_test(test_slot_words_of_doubt),
        cmocka_unit_test(test_slots_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
