#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/balance/balance_level.h"

#define KWH INT64_C(1000000)

/* Feeder head 100 000, consumers 91 000, technical 5 400: commercial 3 600 = 3.60 %, above 2 %. */
static void test_b_11_commercial_loss(void **state)
{
    (void)state;
    struct en_level level = {100000 * KWH, 91000 * KWH, 5400 * KWH};
    struct en_level_loss loss = {0};
    assert_true(en_level_compute(&level, EN_LEVEL_COMMERCIAL_MAX, &loss));
    assert_true(loss.reported_micro == 9000 * KWH && loss.commercial_micro == 3600 * KWH);
    assert_true(loss.commercial_percent == 36000 && loss.is_above);
    level.technical_micro = 7000 * KWH; /* exactly 2 % is not above */
    assert_true(en_level_compute(&level, EN_LEVEL_COMMERCIAL_MAX, &loss));
    assert_true(loss.commercial_percent == 20000 && !loss.is_above);
    level.technical_micro--;
    assert_true(en_level_compute(&level, EN_LEVEL_COMMERCIAL_MAX, &loss));
    assert_true(loss.commercial_percent == 20000 && loss.is_above);
}

static void test_b_11_at_the_ends(void **state)
{
    (void)state;
    struct en_level level = {0, 0, 0};
    struct en_level_loss loss = {0};
    assert_true(en_level_compute(&level, 0, &loss));
    assert_true(loss.commercial_percent == 0 && !loss.is_above);
    level.technical_micro = -1; /* lost although nothing came in */
    assert_true(en_level_compute(&level, EN_LEVEL_COMMERCIAL_MAX, &loss) && loss.is_above);
    level = (struct en_level){INT64_MAX, -1, 0};
    assert_false(en_level_compute(&level, 0, &loss));
    level = (struct en_level){INT64_MIN, 0, 1};
    assert_false(en_level_compute(&level, 0, &loss));
}

static void test_b_12_reserve_input(void **state)
{
    (void)state;
    const int64_t main_input[] = {300 * KWH, 120 * KWH, 290 * KWH};
    const int64_t reserve[] = {0, 180 * KWH, 1};
    const int64_t *const inputs[] = {main_input, reserve};
    struct en_supply supply = {0};
    assert_true(en_supply_compute(inputs, 2, 3, 1, &supply));
    assert_true(supply.sum_micro == 890 * KWH + 1);
    assert_true(supply.reserve_active == 1);
    /* 300 on the switch day, too: not 300 + 180 of each input's own greatest */
    assert_true(supply.peak_micro == 300 * KWH && supply.peak_slot == 0);
    const int64_t huge[] = {INT64_MAX};
    const int64_t *const two[] = {huge, huge};
    assert_false(en_supply_compute(two, 2, 1, 0, &supply));
}

static void test_b_13_group(void **state)
{
    (void)state;
    const struct en_group_member members[] = {
        {10 * KWH, 1, 1000000}, {4 * KWH, -1, 979200}, {3 * KWH, 2, 1000000}};
    int64_t sum = 0;
    uint32_t complete = 0;
    assert_true(en_group_sum(members, 3, &sum, &complete));
    assert_true(sum == 12 * KWH && complete == 979200);
    assert_true(en_group_sum(NULL, 0, &sum, &complete) && sum == 0 && complete == 1000000);
    const struct en_group_member huge[] = {{INT64_MAX, 2, 0}};
    assert_false(en_group_sum(huge, 1, &sum, &complete));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_b_11_commercial_loss),
        cmocka_unit_test(test_b_11_at_the_ends),
        cmocka_unit_test(test_b_12_reserve_input),
        cmocka_unit_test(test_b_13_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
