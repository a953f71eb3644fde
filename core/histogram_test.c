#include "core/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_a_bound_belongs_to_its_bucket(void **state)
{
    (void)state;
    struct en_histogram histogram = {0};
    en_histogram_add(&histogram, 0);
    en_histogram_add(&histogram, 100);
    en_histogram_add(&histogram, 101);
    en_histogram_add(&histogram, UINT64_C(10000001));
    assert_int_equal(histogram.buckets[0], 2);
    assert_int_equal(histogram.buckets[1], 1);
    assert_int_equal(histogram.buckets[EN_HISTOGRAM_BOUNDS], 1);
    assert_int_equal(histogram.sum_us, 10000202);
}

static void test_the_bounds_rise_and_time_goes_forward(void **state)
{
    (void)state;
    for (size_t i = 1; i < EN_HISTOGRAM_BOUNDS; i++) {
        assert_true(en_histogram_bounds_us[i - 1] < en_histogram_bounds_us[i]);
    }
    uint64_t before = en_histogram_now_us();
    assert_true(before <= en_histogram_now_us());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bound_belongs_to_its_bucket),
        cmocka_unit_test(test_the_bounds_rise_and_time_goes_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
