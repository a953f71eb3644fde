#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/block/block_scale.h"

static struct en_error err;
static struct en_block block;
static struct en_block scaled;

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void fill(uint64_t *seed)
{
    static const int64_t factors[] = {1, 1, 2, 5, 40, 250, 4000, 1000000};
    uint64_t mask = UINT64_MAX >> (20 + next_random(seed) % 44);
    int64_t factor = factors[next_random(seed) % EN_COUNT_OF(factors)];
    int64_t walk = 0;
    bool is_walk = next_random(seed) % 3 == 0;
    block.head = (struct en_block_head){.start_minute = -180,
                                        .slot_seconds = 1800,
                                        .count = 46 + (uint32_t)(next_random(seed) % 5),
                                        .exponent = (int8_t)((int)(next_random(seed) % 12) - 9)};
    for (uint32_t i = 0; i < block.head.count; i++) {
        int64_t value = (int64_t)(next_random(seed) & mask) - (int64_t)(mask / 4);
        walk += value % 100;
        block.values[i] = factor * (is_walk ? walk : value);
        block.quality[i] =
            next_random(seed) % 40 == 0 ? next_random(seed) % 3 : EN_QUALITY_MEASURED;
        if (en_quality_is_missing(block.quality[i])) {
            block.values[i] = 0;
        }
    }
}

/* The rule by the book: whole products keep the exponent, else all become 1e-6, half up. */
static bool scale_by_the_book(struct en_ratio ratio, bool *is_exact)
{
    scaled = block;
    *is_exact = true;
    for (uint32_t i = 0; i < block.head.count; i++) {
        *is_exact = *is_exact && en_ratio_scale_is_exact(ratio, block.values[i]);
    }
    for (uint32_t i = 0; i < block.head.count; i++) {
        struct en_decimal decimal = {block.values[i], block.head.exponent};
        bool fits = *is_exact ? en_ratio_scale_half_up(ratio, block.values[i], &scaled.values[i])
                              : en_ratio_scale_decimal_half_up(ratio, decimal, &scaled.values[i]);
        if (!fits) {
            return false;
        }
    }
    scaled.head.exponent = *is_exact ? block.head.exponent : -6;
    return true;
}

static void check(struct en_ratio ratio, int *exact_count)
{
    struct en_buf in;
    struct en_buf out;
    struct en_buf expected;
    bool is_exact = false;
    bool is_exact_here = false;
    en_buf_init(&in, EN_BLOCK_SIZE_MAX);
    en_buf_init(&out, EN_BLOCK_SIZE_MAX);
    en_buf_init(&expected, EN_BLOCK_SIZE_MAX);
    assert_int_equal(en_block_encode(&block, &in, &err), EN_OK);
    bool fits = scale_by_the_book(ratio, &is_exact);
    en_code code = en_block_scale_half_up(en_buf_slice(&in), ratio, &out, &is_exact_here, &err);
    assert_int_equal(code, fits ? EN_OK : EN_OVERFLOW);
    if (fits) {
        assert_int_equal(en_block_encode(&scaled, &expected, &err), EN_OK);
        assert_true(en_slice_equal(en_buf_slice(&out), en_buf_slice(&expected)));
        assert_int_equal(is_exact, is_exact_here);
        *exact_count += is_exact;
    } else {
        assert_int_equal(out.size, 0);
    }
    en_buf_fini(&in);
    en_buf_fini(&out);
    en_buf_fini(&expected);
}

static void test_block_scale_is_the_canonical_block_of_the_products(void **state)
{
    (void)state;
    static const struct en_ratio ratios[] = {
        {1, 1},       {40, 1},        {1, 40},        {3, 2},         {-1, 1},
        {-7, 3},      {0, 1},         {1, 1000},      {4000, 3},      {1000000, 1},
        {1, 1000000}, {INT64_MAX, 1}, {1, INT64_MAX}, {INT64_MAX, 2}, {8, 5}};
    uint64_t seed = 99;
    int exact_count = 0;
    for (int i = 0; i < 300; i++) {
        fill(&seed);
        for (size_t j = 0; j < EN_COUNT_OF(ratios); j++) {
            check(ratios[j], &exact_count);
        }
    }
    assert_true(exact_count > 500);
}

static void test_block_scale_at_the_ends_of_the_range(void **state)
{
    (void)state;
    static const int64_t values[] = {INT64_MAX, INT64_MIN, INT64_MAX / 2,    INT64_MIN / 2,      0,
                                     1,         -1,        (int64_t)1 << 61, -((int64_t)1 << 61)};
    static const struct en_ratio ratios[] = {{1, 1}, {2, 1}, {-1, 1}, {1, 2}, {3, 1}, {1, 3}};
    int exact_count = 0;
    block.head = (struct en_block_head){
        .slot_seconds = 3600, .count = 24, .exponent = -6, .quality_is_common = true};
    for (size_t a = 0; a < EN_COUNT_OF(values); a++) {
        for (size_t b = 0; b < EN_COUNT_OF(values); b++) {
            for (uint32_t i = 0; i < 24; i++) {
                block.values[i] = i % 3 == 0 ? values[a] : values[b];
            }
            for (size_t j = 0; j < EN_COUNT_OF(ratios); j++) {
                check(ratios[j], &exact_count);
            }
        }
    }
}

static void test_block_scale_keeps_the_body(void **state)
{
    (void)state;
    struct en_buf in;
    struct en_buf out;
    uint64_t seed = 5;
    fill(&seed);
    for (uint32_t i = 0; i < block.head.count; i++) {
        block.values[i] = (int64_t)(next_random(&seed) % 1000);
    }
    block.head.quality_is_common = true;
    en_buf_init(&in, EN_BLOCK_SIZE_MAX);
    en_buf_init(&out, EN_BLOCK_SIZE_MAX);
    assert_int_equal(en_block_encode(&block, &in, &err), EN_OK);
    assert_int_equal(
        en_block_scale_half_up(en_buf_slice(&in), (struct en_ratio){4000, 1}, &out, NULL, &err),
        EN_OK);
    size_t body = 50;
    assert_memory_equal(in.bytes + in.size - body, out.bytes + out.size - body, body);
    assert_int_equal(en_block_scale_half_up(en_slice_of("x", 1), EN_RATIO_ONE, &out, NULL, &err),
                     EN_CORRUPT);
    en_buf_fini(&in);
    en_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_scale_is_the_canonical_block_of_the_products),
        cmocka_unit_test(test_block_scale_at_the_ends_of_the_range),
        cmocka_unit_test(test_block_scale_keeps_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
