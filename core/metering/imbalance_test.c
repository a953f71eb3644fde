#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/imbalance.h"
#include "core/metering/rounding.h"

#define KWH INT64_C(1000000)

static const struct en_imbalance_member receipts[] = {
    {6000 * KWH, 10000, 1},
    {4000 * KWH, 12000, 1},
};

static const struct en_imbalance_member deliveries[] = {
    {3000 * KWH, 12000, 1}, {2500 * KWH, 12000, 1}, {2000 * KWH, 15000, 1},
    {1430 * KWH, 15000, 1}, {1000 * KWH, 20000, 1},
};

static void test_b_02_permitted(void **state)
{
    (void)state;
    struct en_imbalance_input input = {receipts, 2, deliveries, 5, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.in_micro == 10000 * KWH && result.out_micro == 9930 * KWH);
    assert_true(result.actual_micro == 70 * KWH);
    assert_true(result.actual == 7000);      /* B-01: +0.70 % */
    assert_true(result.permissible == 9958); /* 0.9958 % */
    assert_true(en_i128_divide_half_up(result.permissible_micro, KWH / 100) == 9958);
    assert_true(result.is_permitted);
}

/* The same shares of 9 880 kWh: 1.20 % are missing, 0.9958 % are permitted. */
static void test_b_02_not_permitted(void **state)
{
    (void)state;
    struct en_imbalance_member scaled[5];
    int64_t weights[5];
    int64_t parts[5];
    for (size_t i = 0; i < 5; i++) {
        weights[i] = deliveries[i].micro;
    }
    assert_int_equal(en_split_largest_remainder(9880 * KWH, weights, 5, parts, NULL), EN_OK);
    for (size_t i = 0; i < 5; i++) {
        scaled[i] = deliveries[i];
        scaled[i].micro = parts[i];
    }
    struct en_imbalance_input input = {receipts, 2, scaled, 5, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.actual == 12000 && result.permissible == 9958);
    assert_false(result.is_permitted);
    input.own_micro = 100 * KWH;
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.actual == 2000 && result.is_permitted);
}

static void test_b_02g_groups(void **state)
{
    (void)state;
    const struct en_imbalance_member in[] = {{1000 * KWH, 9000, 1}};
    const struct en_imbalance_member out[] = {
        {600 * KWH, 15000, 1}, {300 * KWH, 25000, 100}, {100 * KWH, 30000, 400}};
    struct en_imbalance_input input = {in, 1, out, 3, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.permissible == 12751);
    assert_true(result.actual == 0 && result.is_permitted);
}

static void test_b_01_empty_sides(void **state)
{
    (void)state;
    const struct en_imbalance_member some[] = {{5 * KWH, 10000, 1}};
    struct en_imbalance_input input = {NULL, 0, some, 1, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.actual == -1000000); /* -100 % */
    assert_false(result.is_permitted);
    input.out_count = 0;
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.actual == 0 && result.permissible == 0 && result.is_permitted);
    input = (struct en_imbalance_input){some, 1, NULL, 0, 0, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.actual == 1000000 && result.permissible == 10000);
    assert_false(result.is_permitted);
}

/* B-02s decides at the last unit: two channels of 0.3 % and 0.4 % permit exactly 0.5 %. */
static void test_b_02s_decides_exactly(void **state)
{
    (void)state;
    struct en_imbalance_member in[] = {{1000 * KWH, 3000, 1}};
    struct en_imbalance_member out[] = {{1000 * KWH, 4000, 1}};
    struct en_imbalance_input input = {in, 1, out, 1, 0, 5 * KWH};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.is_permitted && result.actual == -5000 && result.permissible == 5000);
    input.loss_micro += 1;
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_false(result.is_permitted);
    assert_true(result.permissible == 5000);
    input.loss_micro = -(5 * KWH);
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.is_permitted);
    input.loss_micro -= 1;
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_false(result.is_permitted);
}

static void test_imbalance_at_the_ends(void **state)
{
    (void)state;
    struct en_imbalance_member in[] = {{INT64_MAX, 1000000, UINT32_MAX}};
    struct en_imbalance_member out[] = {{INT64_MAX, 1000000, UINT32_MAX - 1}};
    struct en_imbalance_input input = {in, 1, out, 1, 0, 0};
    struct en_imbalance result = {0};
    struct en_error err = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_OK);
    assert_true(result.is_permitted && result.permissible == 22);
    out[0].micro = INT64_MIN;
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_OVERFLOW);
    out[0] = (struct en_imbalance_member){1, 1000001, 1};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
    out[0] = (struct en_imbalance_member){1, -1, 1};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
    out[0] = (struct en_imbalance_member){1, 1, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
    const struct en_imbalance_member odd[] = {
        {1, 1, 4294967291u}, {1, 1, 4294967279u}, {1, 1, 4294967231u}};
    input = (struct en_imbalance_input){odd, 3, NULL, 0, 0, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_OVERFLOW);
    input.in_count = EN_IMBALANCE_MEMBERS_MAX + 1;
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_b_02_permitted),        cmocka_unit_test(test_b_02_not_permitted),
        cmocka_unit_test(test_b_02g_groups),          cmocka_unit_test(test_b_01_empty_sides),
        cmocka_unit_test(test_b_02s_decides_exactly), cmocka_unit_test(test_imbalance_at_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
