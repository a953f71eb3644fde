#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/fixed.h"
#include "core/metering/substitution/estimation_shape.h"

#define KWH INT64_C(1000000)
#define ROUNDS 3000
#define SLOTS_MAX 96u

static void test_e_04_by_shape(void **state)
{
    (void)state;
    static const int64_t weights[] = {12, 14, 10, 4};
    struct en_anchor anchor = {100 * KWH, 88 * KWH, 1};
    int64_t values[4];
    assert_int_equal(en_shape_fill(&anchor, weights, 4, values), EN_REFUSAL_NONE);
    assert_true(values[0] == 3600000 && values[1] == 4200000);
    assert_true(values[2] == 3000000 && values[3] == 1200000);
}

/* 12.001 at 0.001: the one left over goes to the largest fraction. */
static void test_e_04_by_shape_with_a_step(void **state)
{
    (void)state;
    static const int64_t weights[] = {12, 14, 10, 4};
    struct en_anchor anchor = {100001000, 88 * KWH, 1000};
    int64_t values[4];
    assert_int_equal(en_shape_fill(&anchor, weights, 4, values), EN_REFUSAL_NONE);
    assert_true(values[0] == 3600000 && values[1] == 4201000);
    assert_true(values[2] == 3000000 && values[3] == 1200000);
}

/* VEE-DAY-1, the anchored variant: 526 less 500 known. */
static void test_e_04_vee_day_1(void **state)
{
    (void)state;
    static const int64_t weights[] = {10 * KWH, 10 * KWH, 10 * KWH};
    struct en_anchor anchor = {526 * KWH, 500 * KWH, 1000};
    int64_t values[3];
    assert_int_equal(en_shape_fill(&anchor, weights, 3, values), EN_REFUSAL_NONE);
    assert_true(values[0] == 8667000 && values[1] == 8667000 && values[2] == 8666000);
}

/* A rest that is no multiple of the step is laid out in 1e-6: exactness comes first. */
static void test_e_04_step_gives_way(void **state)
{
    (void)state;
    static const int64_t weights[] = {1, 1};
    struct en_anchor anchor = {1000001, 0, 1000};
    int64_t values[2];
    assert_int_equal(en_shape_fill(&anchor, weights, 2, values), EN_REFUSAL_NONE);
    assert_true(values[0] == 500001 && values[1] == 500000);
}

static void test_e_05_flat(void **state)
{
    (void)state;
    struct en_anchor anchor = {12 * KWH, 0, 1};
    int64_t values[5];
    assert_int_equal(en_shape_flat(&anchor, 5, values), EN_REFUSAL_NONE);
    for (size_t i = 0; i < 5; i++) {
        assert_true(values[i] == 2400000);
    }
}

static void test_e_04_refusals(void **state)
{
    (void)state;
    static const int64_t none[] = {0, 0};
    static const int64_t below[] = {1, -1};
    static const int64_t huge[] = {INT64_MAX, INT64_MAX};
    struct en_anchor anchor = {10, 11, 1};
    int64_t values[2] = {7, 7};
    assert_int_equal(en_shape_fill(&anchor, below, 2, values), EN_REFUSAL_ANCHOR_EXCEEDED);
    assert_int_equal(en_shape_flat(&anchor, 2, values), EN_REFUSAL_ANCHOR_EXCEEDED);
    anchor = (struct en_anchor){INT64_MAX, -1, 1};
    assert_int_equal(en_shape_fill(&anchor, none, 2, values), EN_REFUSAL_OVERFLOW);
    anchor = (struct en_anchor){11, 10, 1};
    assert_int_equal(en_shape_fill(&anchor, none, 2, values), EN_REFUSAL_NO_SHAPE);
    assert_int_equal(en_shape_fill(&anchor, below, 2, values), EN_REFUSAL_NO_SHAPE);
    assert_int_equal(en_shape_fill(&anchor, huge, 2, values), EN_REFUSAL_OVERFLOW);
    assert_int_equal(en_shape_fill(&anchor, none, 0, values), EN_REFUSAL_NO_SHAPE);
    assert_int_equal(en_shape_flat(&anchor, 0, values), EN_REFUSAL_NO_SHAPE);
    assert_true(values[0] == 7 && values[1] == 7);
}

/* Nothing is left over: the slots are zero, whatever the shape. */
static void test_e_04_nothing_left(void **state)
{
    (void)state;
    static const int64_t none[] = {0, 0};
    struct en_anchor anchor = {11, 11, 1};
    int64_t values[2] = {7, 7};
    assert_int_equal(en_shape_fill(&anchor, none, 2, values), EN_REFUSAL_NONE);
    assert_true(values[0] == 0 && values[1] == 0);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* PT-5: the slots add up to the register's advance exactly and none is below zero, whatever the
 * shape, the step and the sizes. */
static void test_pt_5_sum_is_the_advance(void **state)
{
    (void)state;
    uint64_t seed = 20260105;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t weights[SLOTS_MAX];
        int64_t values[SLOTS_MAX];
        size_t count = 1 + next_random(&seed) % SLOTS_MAX;
        int bits = 1 + (int)(next_random(&seed) % 55);
        for (size_t i = 0; i < count; i++) {
            weights[i] = (int64_t)(next_random(&seed) >> (64 - bits));
        }
        weights[next_random(&seed) % count] = 1;
        struct en_anchor anchor = {
            .known = (int64_t)(next_random(&seed) >> 3),
            .unit = round % 3 == 0 ? 1000 : 1,
        };
        int64_t rest = (int64_t)(next_random(&seed) >> (2 + next_random(&seed) % 60));
        anchor.advance = anchor.known + rest;
        assert_int_equal(en_shape_fill(&anchor, weights, count, values), EN_REFUSAL_NONE);
        en_i128 sum = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(values[i] >= 0);
            assert_true(weights[i] > 0 || values[i] == 0 || rest == 0);
            sum += values[i];
        }
        assert_true(sum == rest);
        assert_int_equal(en_shape_flat(&anchor, count, values), EN_REFUSAL_NONE);
        sum = 0;
        for (size_t i = 0; i < count; i++) {
            assert_true(values[i] >= 0);
            sum += values[i];
        }
        assert_true(sum == rest);
    }
}

/* Twice the shape is the same shape. */
static void test_e_04_shape_has_no_scale(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < ROUNDS / 10; round++) {
        int64_t weights[8];
        int64_t scaled[8];
        int64_t values[8];
        int64_t values_scaled[8];
        for (size_t i = 0; i < 8; i++) {
            weights[i] = (int64_t)(next_random(&seed) >> 34);
            scaled[i] = weights[i] * 1000;
        }
        struct en_anchor anchor = {(int64_t)(next_random(&seed) >> 20), 0, 1};
        assert_int_equal(en_shape_fill(&anchor, weights, 8, values), EN_REFUSAL_NONE);
        assert_int_equal(en_shape_fill(&anchor, scaled, 8, values_scaled), EN_REFUSAL_NONE);
        assert_memory_equal(values, values_scaled, sizeof values);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_e_04_by_shape),
        cmocka_unit_test(test_e_04_by_shape_with_a_step),
        cmocka_unit_test(test_e_04_vee_day_1),
        cmocka_unit_test(test_e_04_step_gives_way),
        cmocka_unit_test(test_e_05_flat),
        cmocka_unit_test(test_e_04_refusals),
        cmocka_unit_test(test_e_04_nothing_left),
        cmocka_unit_test(test_pt_5_sum_is_the_advance),
        cmocka_unit_test(test_e_04_shape_has_no_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
