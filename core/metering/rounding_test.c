#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/rounding.h"

#define KWH 1000000
#define MANY 200

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 11;
}

static void check_carry(const int64_t *micro, const int64_t *expected, size_t count)
{
    struct en_carry carry;
    en_carry_start(&carry, KWH);
    for (size_t i = 0; i < count; i++) {
        assert_true(en_carry_next(&carry, micro[i]) == expected[i]);
    }
}

static void test_r_12_carry(void **state)
{
    (void)state;
    check_carry((int64_t[]){10400000, 10400000, 10400000, 10400000}, (int64_t[]){10, 11, 10, 11},
                4);
    check_carry((int64_t[]){400000, 400000, 400000, 400000, 400000}, (int64_t[]){0, 1, 0, 1, 0}, 5);
    check_carry((int64_t[]){-400000, -400000, -400000}, (int64_t[]){0, -1, 0}, 3);
}

/* PT-4: no prefix is off by more than half a unit, and the sum is the rounded sum. */
static void test_carry_keeps_every_prefix(void **state)
{
    (void)state;
    uint64_t seed = 12;
    for (int run = 0; run < 300; run++) {
        struct en_carry carry;
        int64_t unit = (int64_t)(next_random(&seed) % 2000000) + 1;
        int64_t sum = 0;
        int64_t rounded = 0;
        en_carry_start(&carry, unit);
        for (int i = 0; i < MANY; i++) {
            int64_t micro = (int64_t)(next_random(&seed) % 100000000) - 50000000;
            sum += micro;
            rounded += en_carry_next(&carry, micro);
            int64_t off = sum - rounded * unit;
            assert_true(2 * (off < 0 ? -off : off) <= unit);
        }
        assert_true(rounded == en_round_half_up(sum, unit));
    }
}

static void test_carry_takes_the_largest_values(void **state)
{
    (void)state;
    struct en_carry carry;
    en_carry_start(&carry, 1);
    assert_true(en_carry_next(&carry, INT64_MAX) == INT64_MAX);
    assert_true(en_carry_next(&carry, INT64_MAX) == INT64_MAX);
    assert_true(en_carry_next(&carry, INT64_MIN) == INT64_MIN);
}

static void check_split(int64_t total, const int64_t *weights, const int64_t *expected,
                        size_t count)
{
    int64_t parts[8];
    assert_int_equal(en_split_largest_remainder(total, weights, count, parts, NULL), EN_OK);
    for (size_t i = 0; i < count; i++) {
        assert_true(parts[i] == expected[i]);
    }
}

static void test_r_13_largest_remainder(void **state)
{
    (void)state;
    check_split(1000, (int64_t[]){1, 1, 1}, (int64_t[]){334, 333, 333}, 3);
    check_split(12000, (int64_t[]){12, 14, 10, 4}, (int64_t[]){3600, 4200, 3000, 1200}, 4);
    check_split(12001, (int64_t[]){12, 14, 10, 4}, (int64_t[]){3600, 4201, 3000, 1200}, 4);
    check_split(100, (int64_t[]){3, 3, 1}, (int64_t[]){43, 43, 14}, 3);
    check_split(26000, (int64_t[]){1, 1, 1}, (int64_t[]){8667, 8667, 8666}, 3);
    check_split(-1000, (int64_t[]){1, 1, 1}, (int64_t[]){-334, -333, -333}, 3);
    check_split(300, (int64_t[]){18, 12}, (int64_t[]){180, 120}, 2); /* B-21 */
    check_split(7, (int64_t[]){0, 5, 0}, (int64_t[]){0, 7, 0}, 3);
    check_split(0, (int64_t[]){1, 2}, (int64_t[]){0, 0}, 2);
    check_split(INT64_MIN, (int64_t[]){1}, (int64_t[]){INT64_MIN}, 1);
    check_split(INT64_MAX, (int64_t[]){INT64_MAX - 1, 1}, (int64_t[]){INT64_MAX - 1, 1}, 2);
}

static void test_split_refuses(void **state)
{
    (void)state;
    int64_t parts[2] = {7, 7};
    struct en_error err = {0};
    assert_int_equal(en_split_largest_remainder(1, (int64_t[]){0, 0}, 2, parts, &err), EN_RANGE);
    assert_int_equal(en_split_largest_remainder(1, (int64_t[]){2, -1}, 2, parts, &err), EN_RANGE);
    assert_int_equal(en_split_largest_remainder(1, (int64_t[]){1}, 0, parts, &err), EN_RANGE);
    assert_int_equal(en_split_largest_remainder(1, (int64_t[]){INT64_MAX, 1}, 2, parts, &err),
                     EN_OVERFLOW);
    assert_int_equal(en_split_even(1, 0, parts, &err), EN_RANGE);
}

/* PT-4: the sum is kept, each part is within one of its exact share, and the order of the weights
 * matters only among equals. */
static void test_split_keeps_sum_and_ignores_order(void **state)
{
    (void)state;
    uint64_t seed = 13;
    for (int run = 0; run < 500; run++) {
        int64_t weights[MANY];
        int64_t parts[MANY];
        int64_t reversed_weights[MANY];
        int64_t reversed[MANY];
        size_t count = (size_t)(next_random(&seed) % MANY) + 1;
        int64_t total = (int64_t)(next_random(&seed) % 2000000000) - 1000000000;
        int64_t weight_sum = 0;
        for (size_t i = 0; i < count; i++) {
            weights[i] = (int64_t)(next_random(&seed) % 1000000000) + (i == 0 ? 1 : 0);
            weight_sum += weights[i];
            reversed_weights[count - 1 - i] = weights[i];
        }
        assert_int_equal(en_split_largest_remainder(total, weights, count, parts, NULL), EN_OK);
        assert_int_equal(en_split_largest_remainder(total, reversed_weights, count, reversed, NULL),
                         EN_OK);
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            sum += parts[i];
            en_i128 off = (en_i128)parts[i] * weight_sum - (en_i128)total * weights[i];
            assert_true(off < weight_sum && off > -(en_i128)weight_sum);
            /* Weights this random have no equal remainders, so the order cannot show. */
            assert_true(parts[i] == reversed[count - 1 - i]);
        }
        assert_true(sum == total);
    }
}

static void test_split_even_is_the_same_rule(void **state)
{
    (void)state;
    uint64_t seed = 14;
    for (int run = 0; run < 200; run++) {
        int64_t weights[MANY];
        int64_t parts[MANY];
        int64_t even[MANY];
        size_t count = (size_t)(next_random(&seed) % MANY) + 1;
        int64_t total = (int64_t)next_random(&seed) - (INT64_C(1) << 52);
        for (size_t i = 0; i < count; i++) {
            weights[i] = 3;
        }
        assert_int_equal(en_split_largest_remainder(total, weights, count, parts, NULL), EN_OK);
        assert_int_equal(en_split_even(total, count, even, NULL), EN_OK);
        assert_memory_equal(parts, even, count * sizeof parts[0]);
    }
}

static void test_half_up_goes_away_from_zero(void **state)
{
    (void)state;
    assert_true(en_round_half_up(1500000, KWH) == 2);
    assert_true(en_round_half_up(-1500000, KWH) == -2);
    assert_true(en_round_half_up(1499999, KWH) == 1);
    assert_true(en_round_half_up(INT64_MIN, 1) == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_12_carry),
        cmocka_unit_test(test_carry_keeps_every_prefix),
        cmocka_unit_test(test_carry_takes_the_largest_values),
        cmocka_unit_test(test_r_13_largest_remainder),
        cmocka_unit_test(test_split_refuses),
        cmocka_unit_test(test_split_keeps_sum_and_ignores_order),
        cmocka_unit_test(test_split_even_is_the_same_rule),
        cmocka_unit_test(test_half_up_goes_away_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
