#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/loss.h"

#define UNIT INT64_C(1000000)

static const struct en_transformer tm_630 = {1310000, 7600000, 630 * UNIT};

static void test_l_01_idle(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(en_loss_idle(&tm_630, 720 * 3600, EN_RATIO_ONE, &micro));
    assert_true(micro == 943200000);
    assert_true(en_loss_idle(&tm_630, 720 * 3600, (struct en_ratio){21, 20}, &micro));
    assert_true(micro == 1039878000);
}

static void test_l_02_load_by_slots(void **state)
{
    (void)state;
    static const struct en_load hours[] = {
        {300 * UNIT, 150 * UNIT}, {400 * UNIT, 200 * UNIT}, {200 * UNIT, 100 * UNIT}};
    static const int64_t expected[] = {3464195, 5139680, 2267420}; /* with L-01 */
    for (size_t i = 0; i < 3; i++) {
        int64_t load = 0;
        int64_t idle = 0;
        assert_true(en_loss_load(&tm_630, &hours[i], 1, 3600, &load));
        assert_true(en_loss_idle(&tm_630, 3600, EN_RATIO_ONE, &idle));
        assert_true(load + idle == expected[i]);
    }
    int64_t all = 0;
    assert_true(en_loss_load(&tm_630, hours, 3, 3600, &all));
    assert_true(all + 3 * 1310000 == 10871295);
}

static void test_l_03_load_by_month(void **state)
{
    (void)state;
    int64_t micro = 0;
    struct en_load month = {216000 * UNIT, 108000 * UNIT};
    struct en_ratio kk = {99, 100};
    assert_true(
        en_loss_load_month(&tm_630, month, 720 * 3600, kk, (struct en_ratio){1, 2}, &micro));
    assert_true((micro + 5000) / 10000 == 204735);
}

static void test_l_05_line(void **state)
{
    (void)state;
    int64_t micro = 0;
    struct en_line line = {2109000, 10500000};
    struct en_load hour = {1200 * UNIT, 500 * UNIT};
    assert_true(en_loss_line(&line, &hour, 1, 3600, &micro));
    assert_true(micro == 32328435);
    /* The same power over half an hour loses half as much. */
    struct en_load half = {600 * UNIT, 250 * UNIT};
    assert_true(en_loss_line(&line, &half, 1, 1800, &micro));
    assert_true(micro == 16164218);
}

static void test_loss_that_does_not_fit(void **state)
{
    (void)state;
    int64_t micro = 7;
    struct en_load huge[3] = {{INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX}, {1, 1}};
    struct en_transformer tiny = {INT64_MAX, INT64_MAX, 1};
    assert_false(en_loss_load(&tm_630, huge, 3, 3600, &micro));
    assert_false(en_loss_load(&tiny, huge, 1, 3600, &micro));
    assert_false(en_loss_idle(&tiny, UINT64_MAX, EN_RATIO_ONE, &micro));
    assert_true(micro == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_l_01_idle),
        cmocka_unit_test(test_l_02_load_by_slots),
        cmocka_unit_test(test_l_03_load_by_month),
        cmocka_unit_test(test_l_05_line),
        cmocka_unit_test(test_loss_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
