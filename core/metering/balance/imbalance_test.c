#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "core/metering/balance/imbalance.h"
#include "core/metering/rounding.h"

#define KWH INT64_C(1000000)

static const struct en_imbalance_member receipts[] = {
    {6000 * KWH, 10000, 1, 0},
    {4000 * KWH, 12000, 1, 0},
};

static const struct en_imbalance_member deliveries[] = {
    {3000 * KWH, 12000, 1, 0}, {2500 * KWH, 12000, 1, 0}, {2000 * KWH, 15000, 1, 0},
    {1430 * KWH, 15000, 1, 0}, {1000 * KWH, 20000, 1, 0},
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
    const struct en_imbalance_member in[] = {{1000 * KWH, 9000, 1, 0}};
    const struct en_imbalance_member out[] = {
        {600 * KWH, 15000, 1, 0}, {300 * KWH, 25000, 100, 0}, {100 * KWH, 30000, 400, 0}};
    struct en_imbalance_input input = {in, 1, out, 3, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.permissible == 12751);
    assert_true(result.actual == 0 && result.is_permitted);
}

static void test_b_01_empty_sides(void **state)
{
    (void)state;
    const struct en_imbalance_member some[] = {{5 * KWH, 10000, 1, 0}};
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
    struct en_imbalance_member in[] = {{1000 * KWH, 3000, 1, 0}};
    struct en_imbalance_member out[] = {{1000 * KWH, 4000, 1, 0}};
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
    struct en_imbalance_member in[] = {{INT64_MAX, 1000000, UINT32_MAX, 0}};
    struct en_imbalance_member out[] = {{INT64_MAX, 1000000, UINT32_MAX - 1, 0}};
    struct en_imbalance_input input = {in, 1, out, 1, 0, 0};
    struct en_imbalance result = {0};
    struct en_error err = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_OK);
    assert_true(result.is_permitted && result.permissible == 22);
    out[0].micro = INT64_MIN;
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_OVERFLOW);
    out[0] = (struct en_imbalance_member){1, 1000001, 1, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
    out[0] = (struct en_imbalance_member){1, -1, 1, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
    out[0] = (struct en_imbalance_member){1, 1, 0, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
    const struct en_imbalance_member odd[] = {
        {1, 1, 4294967291u, 0}, {1, 1, 4294967279u, 0}, {1, 1, 4294967231u, 0}};
    input = (struct en_imbalance_input){odd, 3, NULL, 0, 0, 0};
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_OVERFLOW);
    input.in_count = EN_IMBALANCE_MEMBERS_MAX + 1;
    assert_int_equal(en_imbalance_compute(&input, &result, &err), EN_RANGE);
}

/* A square stands for its error exactly, and B-03 is taken by its square. */
static void test_b_02_by_squares(void **state)
{
    (void)state;
    struct en_imbalance_member in[2];
    struct en_imbalance_member out[5];
    for (size_t i = 0; i < 5; i++) {
        out[i] = deliveries[i];
        out[i].square = (uint64_t)out[i].error * (uint64_t)out[i].error * 10000;
        out[i].error = 0;
    }
    memcpy(in, receipts, sizeof in);
    struct en_imbalance_input input = {in, 2, out, 5, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.permissible == 9958 && result.is_permitted);
    in[0].square = EN_IMBALANCE_SQUARE_MAX + 1;
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_RANGE);
}

/* One micro more than the limit is beyond it, exactly at the limit is within. */
static void test_b_02_decides_at_the_edge(void **state)
{
    (void)state;
    const struct en_imbalance_member in[] = {{1000 * KWH, 0, 1, UINT64_C(1210000000000)}};
    struct en_imbalance_member out[] = {{989 * KWH, 0, 1, 0}}; /* 1.1 % of 1000 are 11 */
    struct en_imbalance_input input = {in, 1, out, 1, 0, 0};
    struct en_imbalance result = {0};
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_true(result.is_permitted && result.permissible == 11000);
    out[0].micro--;
    assert_int_equal(en_imbalance_compute(&input, &result, NULL), EN_OK);
    assert_false(result.is_permitted);
}

static void test_b_02t_trend(void **state)
{
    (void)state;
    const int64_t same[] = {-1, 6, 7, 7};
    const int64_t mixed[] = {6, 0, 7, 0};
    const int64_t below[] = {-6, -7, -7};
    assert_true(en_imbalance_is_trend(same, 4, 3));
    assert_false(en_imbalance_is_trend(same, 4, 4));
    assert_false(en_imbalance_is_trend(mixed, 3, 3));
    assert_true(en_imbalance_is_trend(below, 3, 3));
    assert_false(en_imbalance_is_trend(below, 2, 3));
}

static void test_b_02q_gate(void **state)
{
    (void)state;
    assert_true(en_imbalance_is_assessable(148, 1488, EN_IMBALANCE_DOUBTFUL_MAX));
    assert_false(en_imbalance_is_assessable(149, 1488, EN_IMBALANCE_DOUBTFUL_MAX));
    assert_false(en_imbalance_is_assessable(0, 0, EN_IMBALANCE_DOUBTFUL_MAX));
    assert_true(en_imbalance_is_assessable(0, UINT64_MAX, 0));
}

/* B-05: a coupler counts as received by one section and as given away by the other: sections added
 * up balance exactly as the whole, whatever goes through it. */
static void test_b_05_coupler_cancels_in_the_union(void **state)
{
    (void)state;
    uint64_t seed = 505;
    for (int round = 0; round < 1000; round++) {
        int64_t values[7];
        for (size_t i = 0; i < 7; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            values[i] = (int64_t)(seed >> 24);
        }
        values[6] -= INT64_C(1) << 39; /* the coupler, either way */
        const struct en_imbalance_member in_1[] = {{values[0], 10000, 1, 0},
                                                   {values[6], 10000, 1, 0}};
        const struct en_imbalance_member out_1[] = {{values[1], 10000, 1, 0},
                                                    {values[2], 10000, 1, 0}};
        const struct en_imbalance_member in_2[] = {{values[3], 10000, 1, 0}};
        const struct en_imbalance_member out_2[] = {
            {values[4], 10000, 1, 0}, {values[5], 10000, 1, 0}, {values[6], 10000, 1, 0}};
        const struct en_imbalance_member in[] = {{values[0], 10000, 1, 0},
                                                 {values[3], 10000, 1, 0}};
        const struct en_imbalance_member out[] = {{values[1], 10000, 1, 0},
                                                  {values[2], 10000, 1, 0},
                                                  {values[4], 10000, 1, 0},
                                                  {values[5], 10000, 1, 0}};
        struct en_imbalance_input one = {in_1, 2, out_1, 2, 0, 0};
        struct en_imbalance_input other = {in_2, 1, out_2, 3, 0, 0};
        struct en_imbalance_input both = {in, 2, out, 4, 0, 0};
        struct en_imbalance first = {0};
        struct en_imbalance second = {0};
        struct en_imbalance whole = {0};
        assert_int_equal(en_imbalance_compute(&one, &first, NULL), EN_OK);
        assert_int_equal(en_imbalance_compute(&other, &second, NULL), EN_OK);
        assert_int_equal(en_imbalance_compute(&both, &whole, NULL), EN_OK);
        assert_true(first.actual_micro + second.actual_micro == whole.actual_micro);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_b_02_permitted),
        cmocka_unit_test(test_b_02_not_permitted),
        cmocka_unit_test(test_b_02g_groups),
        cmocka_unit_test(test_b_01_empty_sides),
        cmocka_unit_test(test_b_02s_decides_exactly),
        cmocka_unit_test(test_imbalance_at_the_ends),
        cmocka_unit_test(test_b_02_by_squares),
        cmocka_unit_test(test_b_02_decides_at_the_edge),
        cmocka_unit_test(test_b_02t_trend),
        cmocka_unit_test(test_b_02q_gate),
        cmocka_unit_test(test_b_05_coupler_cancels_in_the_union),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
