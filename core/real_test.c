#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/real.h"

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int64_t micro_of(struct en_real value)
{
    int64_t micro = INT64_MIN;
    assert_true(en_real_micro_half_up(value, &micro));
    return micro;
}

/* How far two values are apart, in units of the last digit of the first. */
static uint64_t digits_apart(struct en_real a, struct en_real b)
{
    struct en_real difference = en_real_subtract(a, b);
    if (difference.mantissa == 0) {
        return 0;
    }
    int shift = a.exponent - difference.exponent;
    assert_true(shift >= 0);
    return shift > 63 ? 1 : difference.mantissa >> shift;
}

static void test_real_holds_whole_numbers_and_decimals(void **state)
{
    (void)state;
    assert_true(micro_of(en_real_of(0)) == 0);
    assert_true(micro_of(en_real_of(-7)) == -7000000);
    assert_true(micro_of(en_real_of_decimal(125, -2)) == 1250000);
    assert_true(micro_of(en_real_of_decimal(-5, 3)) == INT64_C(-5000000000));
    /* 1/128 is 7812.5 of 10^-6: a half goes away from zero. */
    assert_true(micro_of(en_real_power(en_real_of(2), -7)) == 7813);
    assert_true(micro_of(en_real_power(en_real_of(-2), -7)) == -7813);
    assert_true(micro_of(en_real_of_decimal(51, -8)) == 1);
    assert_true(micro_of(en_real_of_decimal(49, -8)) == 0);
    assert_true(micro_of(en_real_of_decimal(1, -54)) == 0);
    int64_t many = INT64_C(4000000000000000001);
    assert_true(micro_of(en_real_of_decimal(many, -6)) == many);
}

static void test_real_tells_what_does_not_fit(void **state)
{
    (void)state;
    int64_t micro = 7;
    assert_false(en_real_micro_half_up(en_real_of(INT64_MAX), &micro));
    assert_false(en_real_micro_half_up(en_real_of_decimal(1, 54), &micro));
    assert_true(micro == 7);
}

static void test_real_powers_of_ten_undo_each_other(void **state)
{
    (void)state;
    for (int power = 0; power <= EN_REAL_POW10_MAX; power++) {
        struct en_real up = en_real_of_decimal(14632971213167, power);
        struct en_real down = en_real_of_decimal(14632971213167, -power);
        struct en_real square = en_real_of_decimal(14632971213167, 0);
        square = en_real_multiply(square, square);
        assert_true(digits_apart(square, en_real_multiply(up, down)) <= 8);
    }
}

static void test_real_arithmetic_against_whole_numbers(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        int64_t a = (int64_t)(random_next(&seed) >> 33) - (INT64_C(1) << 30);
        int64_t b = (int64_t)(random_next(&seed) >> 33) - (INT64_C(1) << 30);
        b += b == 0;
        struct en_real x = en_real_of(a);
        struct en_real y = en_real_of(b);
        assert_true(en_real_compare(en_real_add(x, y), en_real_of(a + b)) == 0);
        assert_true(en_real_compare(en_real_subtract(x, y), en_real_of(a - b)) == 0);
        assert_true(en_real_compare(en_real_multiply(x, y), en_real_of(a * b)) == 0);
        assert_true(en_real_compare(x, y) == (a > b) - (a < b));
        assert_true(micro_of(en_real_divide(x, y)) ==
                    (int64_t)en_i128_divide_half_up((en_i128)a * 1000000, b));
        struct en_real square = en_real_multiply(x, x);
        assert_true(en_real_compare(en_real_root(square), en_real_of(a < 0 ? -a : a)) == 0);
    }
}

static void test_real_quotients_and_roots_are_good_to_the_last_digit(void **state)
{
    (void)state;
    uint64_t seed = 1181783497276652981u;
    for (int round = 0; round < 20000; round++) {
        int power = (int)(random_next(&seed) % 80) - 40;
        struct en_real a = en_real_of_decimal((int64_t)(random_next(&seed) >> 1) | 1, power);
        struct en_real b = en_real_of_decimal((int64_t)(random_next(&seed) >> 1) | 1, -power / 2);
        struct en_real root = en_real_root(a);
        assert_true(digits_apart(a, en_real_multiply(en_real_divide(a, b), b)) <= 2);
        assert_true(digits_apart(a, en_real_multiply(root, root)) <= 5);
    }
}

static void test_real_powers(void **state)
{
    (void)state;
    struct en_real two = en_real_of(2);
    assert_true(micro_of(en_real_power(two, 10)) == 1024000000);
    assert_true(micro_of(en_real_power(two, -3)) == 125000);
    assert_true(micro_of(en_real_power(EN_REAL_ZERO, 0)) == 1000000);
    assert_true(micro_of(en_real_power(EN_REAL_ZERO, 5)) == 0);
    struct en_real base = en_real_of_decimal(1477, -3);
    struct en_real up = en_real_power(base, 58);
    assert_true(digits_apart(en_real_of(1), en_real_multiply(up, en_real_power(base, -58))) <= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_holds_whole_numbers_and_decimals),
        cmocka_unit_test(test_real_tells_what_does_not_fit),
        cmocka_unit_test(test_real_powers_of_ten_undo_each_other),
        cmocka_unit_test(test_real_arithmetic_against_whole_numbers),
        cmocka_unit_test(test_real_quotients_and_roots_are_good_to_the_last_digit),
        cmocka_unit_test(test_real_powers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
