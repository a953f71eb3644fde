#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/wide.h"

#define MAX_128 (~(en_u128)0)

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void test_wide_divides_back_what_it_multiplied(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int round = 0; round < 2000; round++) {
        en_u128 a = (en_u128)random_next(&seed) << 64 | random_next(&seed);
        en_u128 b = ((en_u128)random_next(&seed) << 64 | random_next(&seed)) >> (round % 120);
        a >>= round % 97;
        b += b == 0;
        struct en_wide product = en_wide_of(a);
        struct en_wide divisor = en_wide_of(b);
        en_u128 quotient = 0;
        assert_true(en_wide_multiply(&product, b));
        assert_true(en_wide_divide_half_up(&product, &divisor, &quotient));
        assert_true(quotient == a);
    }
}

static void test_wide_rounds_a_half_up(void **state)
{
    (void)state;
    static const struct {
        uint64_t dividend;
        uint64_t divisor;
        uint64_t quotient;
    } rows[] = {{7, 2, 4}, {6, 4, 2}, {5, 4, 1}, {0, 3, 0}, {1, 3, 0}, {2, 3, 1}};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_wide big = en_wide_of(rows[i].dividend);
        struct en_wide divisor = en_wide_of(rows[i].divisor);
        en_u128 quotient = 0;
        assert_true(en_wide_divide_half_up(&big, &divisor, &quotient));
        assert_true(quotient == rows[i].quotient);
        /* The same beyond 128 bits. */
        assert_true(en_wide_multiply(&big, MAX_128));
        assert_true(en_wide_multiply(&divisor, MAX_128));
        assert_true(en_wide_divide_half_up(&big, &divisor, &quotient));
        assert_true(quotient == rows[i].quotient);
    }
}

static void test_wide_tells_what_does_not_fit(void **state)
{
    (void)state;
    struct en_wide full = en_wide_of(MAX_128);
    struct en_wide one = en_wide_of(1);
    en_u128 quotient = 0;
    assert_true(en_wide_multiply(&full, MAX_128));
    assert_false(en_wide_divide_half_up(&full, &one, &quotient));
    assert_false(en_wide_divide_half_up(&one, &full, &quotient)); /* divisor over 2^255 */
    assert_false(en_wide_multiply(&full, 2));
    struct en_wide half = en_wide_of(MAX_128);
    struct en_wide two = en_wide_of(2);
    assert_true(en_wide_multiply(&half, 2));
    assert_true(en_wide_divide_half_up(&half, &two, &quotient));
    assert_true(quotient == MAX_128);
    half.limbs[0] |= 1; /* 2^129 - 1: the half goes up to 2^128 */
    assert_false(en_wide_divide_half_up(&half, &two, &quotient));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_divides_back_what_it_multiplied),
        cmocka_unit_test(test_wide_rounds_a_half_up),
        cmocka_unit_test(test_wide_tells_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
