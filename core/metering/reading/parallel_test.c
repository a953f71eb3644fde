#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/reading/parallel.h"

#define SUSPECT (EN_SOURCE_MEASURED | (uint64_t)EN_VERDICT_SUSPECT << EN_QUALITY_VERDICT_SHIFT)
#define REJECTED (EN_SOURCE_MEASURED | (uint64_t)EN_VERDICT_REJECTED << EN_QUALITY_VERDICT_SHIFT)

static void test_r_14_choice_by_priority_and_validity(void **state)
{
    (void)state;
    static const struct {
        uint64_t qualities[3];
        size_t chosen;
    } cases[] = {
        {{EN_SOURCE_MEASURED, EN_SOURCE_MEASURED, EN_SOURCE_MEASURED}, 0},
        {{EN_QUALITY_MISSING, EN_SOURCE_MEASURED, EN_SOURCE_MEASURED}, 1},
        {{REJECTED, SUSPECT, EN_SOURCE_MEASURED}, 2},
        {{SUSPECT, EN_SOURCE_EST_LIKEDAY, REJECTED}, 1},
        {{EN_SOURCE_EST_LIKEDAY, EN_SOURCE_MEASURED, REJECTED}, 1},
        {{SUSPECT, SUSPECT, REJECTED}, 0},
        {{EN_QUALITY_MISSING, REJECTED, EN_QUALITY_MISSING}, 3},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_amount values[3];
        for (size_t k = 0; k < 3; k++) {
            values[k] = (struct en_amount){100 + (int64_t)k, cases[i].qualities[k]};
        }
        assert_int_equal(en_parallel_choose(values, 3), cases[i].chosen);
    }
    assert_int_equal(en_parallel_choose(NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_14_choice_by_priority_and_validity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
