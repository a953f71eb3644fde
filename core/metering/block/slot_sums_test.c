#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/block/slot_sums.h"

#define BLOCKS 40

static struct en_error err;
static struct en_block block;
static const struct en_block_head half_hours = {
    .start_minute = -180, .slot_seconds = 1800, .count = 48, .exponent = -6};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void fill(uint64_t *seed, int8_t exponent, int64_t value_max)
{
    block.head = half_hours;
    block.head.exponent = exponent;
    for (uint32_t i = 0; i < 48; i++) {
        block.quality[i] = next_random(seed) % 9 == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
        block.values[i] = (int64_t)(next_random(seed) % (uint64_t)value_max) - value_max / 3;
        block.values[i] = en_quality_is_missing(block.quality[i]) ? 0 : block.values[i];
    }
}

static void test_slot_sums_are_exact_and_come_apart(void **state)
{
    (void)state;
    static const int64_t coefficients[] = {1, -1, 3, -1000, 0, 123456789};
    struct en_buf bytes[BLOCKS];
    int64_t slots[48];
    uint16_t missing[48];
    int64_t expected[48] = {0};
    uint16_t expected_missing[48] = {0};
    struct en_slot_sums sums;
    uint64_t seed = 12;
    en_slot_sums_init(&sums, &half_hours, slots, missing);
    for (int k = 0; k < BLOCKS; k++) {
        int64_t coefficient = coefficients[k % 6];
        int8_t exponent = (int8_t)(k % 4 - 6);
        struct en_block_total total;
        en_i128 sum = 0;
        fill(&seed, exponent, 1 + (INT64_C(1) << (k % 20)));
        en_buf_init(&bytes[k], EN_BLOCK_SIZE_MAX);
        assert_int_equal(en_block_encode(&block, &bytes[k], &err), EN_OK);
        for (int i = 0; i < 48; i++) {
            int64_t scale = exponent == -6 ? 1 : exponent == -5 ? 10 : exponent == -4 ? 100 : 1000;
            expected[i] += block.values[i] * scale * coefficient;
            expected_missing[i] =
                (uint16_t)(expected_missing[i] + en_quality_is_missing(block.quality[i]));
            sum += block.values[i];
        }
        assert_int_equal(
            en_slot_sums_add(&sums, en_buf_slice(&bytes[k]), coefficient, &total, &err), EN_OK);
        assert_true(total.sum == sum);
        assert_memory_equal(slots, expected, sizeof slots);
        assert_memory_equal(missing, expected_missing, sizeof missing);
    }
    for (int k = BLOCKS - 1; k >= 0; k--) {
        assert_int_equal(
            en_slot_sums_remove(&sums, en_buf_slice(&bytes[k]), coefficients[k % 6], &err), EN_OK);
        en_buf_fini(&bytes[k]);
    }
    for (int i = 0; i < 48; i++) {
        assert_int_equal(slots[i], 0);
        assert_int_equal(missing[i], 0);
    }
}

static en_code add_level(struct en_slot_sums *sums, int64_t value, int64_t coefficient)
{
    struct en_buf bytes;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    block.head = half_hours;
    block.head.quality_is_common = true;
    for (uint32_t i = 0; i < 48; i++) {
        block.values[i] = i == 7 ? value : 0;
    }
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    en_code code = en_slot_sums_add(sums, en_buf_slice(&bytes), coefficient, NULL, &err);
    en_buf_fini(&bytes);
    return code;
}

static void test_slot_sums_hold_the_whole_range(void **state)
{
    (void)state;
    int64_t slots[48];
    struct en_slot_sums sums;
    en_slot_sums_init(&sums, &half_hours, slots, NULL);
    assert_int_equal(add_level(&sums, INT64_MAX, 1), EN_OK);
    assert_int_equal(slots[7], INT64_MAX);
    assert_int_equal(add_level(&sums, 1, 1), EN_OVERFLOW);
    assert_int_equal(slots[7], INT64_MAX);
    assert_int_equal(add_level(&sums, INT64_MAX, -2), EN_OK);
    assert_int_equal(slots[7], -INT64_MAX);
    assert_int_equal(add_level(&sums, -1, 1), EN_OK);
    assert_int_equal(slots[7], INT64_MIN);
    assert_int_equal(add_level(&sums, -1, 1), EN_OVERFLOW);
    assert_int_equal(add_level(&sums, 1, INT64_MAX), EN_OK);
    assert_int_equal(slots[7], -1);
    for (int i = 0; i < 1000; i++) { /* the bound is found again when it has grown too far */
        assert_int_equal(add_level(&sums, INT64_C(1) << 60, i % 2 == 0 ? 1 : -1), EN_OK);
    }
    assert_int_equal(slots[7], -1);
}

static void test_slot_sums_refuse_what_does_not_fit_together(void **state)
{
    (void)state;
    static const struct en_block_head others[] = {
        {.start_minute = -180, .slot_seconds = 1800, .count = 46, .exponent = -6},
        {.start_minute = 0, .slot_seconds = 1800, .count = 48, .exponent = -6},
        {.start_minute = -180, .slot_seconds = 900, .count = 48, .exponent = -6},
    };
    int64_t slots[48];
    uint16_t missing[48];
    struct en_slot_sums sums;
    struct en_buf bytes;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    en_slot_sums_init(&sums, &half_hours, slots, missing);
    block.head.quality_is_common = true;
    for (size_t i = 0; i < EN_COUNT_OF(others); i++) {
        en_buf_reset(&bytes);
        block.head = others[i];
        block.head.quality_is_common = true;
        assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
        assert_int_equal(en_slot_sums_add(&sums, en_buf_slice(&bytes), 1, NULL, &err), EN_UNIT);
    }
    en_buf_reset(&bytes);
    block.head = half_hours;
    block.head.exponent = -7;
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    assert_int_equal(en_slot_sums_add(&sums, en_buf_slice(&bytes), 1, NULL, &err), EN_INEXACT);
    en_buf_reset(&bytes);
    block.head.exponent = 12;
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    assert_int_equal(en_slot_sums_add(&sums, en_buf_slice(&bytes), 10, NULL, &err), EN_OVERFLOW);
    assert_int_equal(en_slot_sums_add(&sums, en_slice_of("no", 2), 1, NULL, &err), EN_CORRUPT);
    en_buf_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slot_sums_are_exact_and_come_apart),
        cmocka_unit_test(test_slot_sums_hold_the_whole_range),
        cmocka_unit_test(test_slot_sums_refuse_what_does_not_fit_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
