#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/fixed.h"

static const en_i128 i128_max = (en_i128)(~(en_u128)0 >> 1);

static void test_division_rounds_as_named(void **state)
{
    (void)state;
    static const struct {
        int dividend;
        int divisor;
        int half_up;
        int half_even;
        int floor;
    } rows[] = {
        {5, 2, 3, 2, 2}, {-5, 2, -3, -2, -3}, {7, 2, 4, 4, 3},    {-7, 2, -4, -4, -4},
        {1, 3, 0, 0, 0}, {2, 3, 1, 1, 0},     {-1, 3, 0, 0, -1},  {-2, 3, -1, -1, -1},
        {0, 9, 0, 0, 0}, {1, 2, 1, 0, 0},     {-1, 2, -1, 0, -1}, {6, 3, 2, 2, 2},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_i128 remainder = 0;
        assert_true(en_i128_divide_half_up(rows[i].dividend, rows[i].divisor) == rows[i].half_up);
        assert_true(en_i128_divide_half_up(-rows[i].dividend, -rows[i].divisor) == rows[i].half_up);
        assert_true(en_i128_divide_half_even(rows[i].dividend, rows[i].divisor) ==
                    rows[i].half_even);
        assert_true(en_i128_divide_floor(rows[i].dividend, rows[i].divisor, &remainder) ==
                    rows[i].floor);
        assert_true(remainder >= 0 && remainder < rows[i].divisor);
        assert_true((en_i128)rows[i].floor * rows[i].divisor + remainder == rows[i].dividend);
    }
}

static void test_division_is_safe_at_the_ends(void **state)
{
    (void)state;
    en_i128 min = -i128_max - 1;
    assert_true(en_i128_divide_half_up(i128_max, i128_max) == 1);
    assert_true(en_i128_divide_half_up(i128_max - 1, i128_max) == 1);
    assert_true(en_i128_divide_half_up(min, 2) == -(en_i128)((en_u128)1 << 126));
    assert_true(en_i128_divide_half_up(1, min) == 0);
    assert_true(en_i128_divide_half_up(min, min) == 1);
}

static void test_overflow_is_seen(void **state)
{
    (void)state;
    int64_t out = 7;
    en_i128 wide = 7;
    assert_false(en_i64_add(INT64_MAX, 1, &out));
    assert_false(en_i64_subtract(INT64_MIN, 1, &out));
    assert_false(en_i64_multiply(INT64_MIN, -1, &out));
    assert_false(en_i128_to_i64((en_i128)INT64_MAX + 1, &out));
    assert_false(en_i128_add(i128_max, 1, &wide));
    assert_false(en_i128_multiply(i128_max, 2, &wide));
    assert_true(out == 7 && wide == 7);
    assert_true(en_i64_add(INT64_MAX, -1, &out) && out == INT64_MAX - 1);
    assert_true(en_i128_to_i64(INT64_MIN, &out) && out == INT64_MIN);
    assert_true(en_i64_magnitude(INT64_MIN) == (uint64_t)INT64_MAX + 1);
}

static void test_isqrt_is_the_whole_root(void **state)
{
    (void)state;
    assert_true(en_u128_isqrt(0) == 0);
    assert_true(en_u128_isqrt(99) == 9);
    assert_true(en_u128_isqrt(100) == 10);
    assert_true(en_u128_isqrt(~(en_u128)0) == UINT64_MAX);
    uint64_t seed = 3;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        en_u128 value = ((en_u128)seed * (seed >> 7)) >> (seed % 100);
        en_u128 root = en_u128_isqrt(value);
        assert_true(root * root <= value);
        assert_true(value - root * root <= 2 * root);
    }
}

static void test_pow10_and_gcd(void **state)
{
    (void)state;
    int64_t power = 1;
    for (int i = 0; i <= EN_POW10_MAX; i++) {
        assert_true(en_pow10(i) == power);
        power = i < EN_POW10_MAX ? power * 10 : power;
    }
    assert_int_equal(en_u64_gcd(200, 5), 5);
    assert_int_equal(en_u64_gcd(0, 5), 5);
    assert_int_equal(en_u64_gcd(7, 0), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_division_rounds_as_named),
        cmocka_unit_test(test_division_is_safe_at_the_ends),
        cmocka_unit_test(test_overflow_is_seen),
        cmocka_unit_test(test_isqrt_is_the_whole_root),
        cmocka_unit_test(test_pow10_and_gcd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
