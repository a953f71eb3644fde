#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/mem.h"
#include "core/metering/block/block.h"

static struct en_error err;

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static struct en_block *new_block(uint32_t count)
{
    struct en_block *block = en_mem_alloc(1, sizeof *block);
    assert_non_null(block);
    block->head = (struct en_block_head){.start_minute = -180,
                                         .slot_seconds = 86400 / count,
                                         .count = count,
                                         .exponent = -3,
                                         .quality_is_common = true};
    return block;
}

/* A block with one of many natures, picked by the seed. */
static void fill_random(struct en_block *block, uint64_t *seed)
{
    static const uint32_t grids[][2] = {{48, 1800}, {96, 900},  {24, 3600}, {288, 300}, {46, 1800},
                                        {50, 1800}, {1440, 60}, {1500, 60}, {1, 86400}, {23, 3600},
                                        {92, 900},  {100, 900}, {144, 600}, {7, 3000},  {257, 300}};
    size_t grid = next_random(seed) % (sizeof grids / sizeof grids[0]);
    block->head = (struct en_block_head){
        .start_minute = (int32_t)(next_random(seed) % 3000) - 1500,
        .slot_seconds = grids[grid][1],
        .count = grids[grid][0],
        .exponent = (int8_t)((int)(next_random(seed) % 37) - 18),
        .quality_is_common = next_random(seed) % 2 == 0,
    };
    if (next_random(seed) % 2 == 0) {
        block->head.start_minute = -60 * (int32_t)(next_random(seed) % 16);
    }
    uint64_t mask = UINT64_MAX >> next_random(seed) % 64;
    uint64_t spikes = next_random(seed) % 20;
    uint64_t factor = next_random(seed) % 4 == 0 ? next_random(seed) % 1000 : 1;
    bool is_walk = next_random(seed) % 2 == 0;
    uint64_t value = next_random(seed);
    for (uint32_t i = 0; i < block->head.count; i++) {
        uint64_t step = next_random(seed) & mask;
        value = is_walk ? value + step - mask / 2 : step;
        bool is_spike = spikes > 0 && next_random(seed) % 100 < spikes;
        block->values[i] = (int64_t)(factor * (is_spike ? value * 1000 : value));
        block->quality[i] = EN_QUALITY_MEASURED;
    }
    uint64_t stretches = block->head.quality_is_common ? 0 : next_random(seed) % 5;
    for (uint64_t k = 0; k < stretches; k++) {
        uint32_t from = (uint32_t)(next_random(seed) % block->head.count);
        uint32_t count = (uint32_t)(next_random(seed) % (block->head.count - from)) + 1;
        uint64_t word = next_random(seed) % 3 == 0 ? 0 : next_random(seed) % (UINT64_C(1) << 40);
        for (uint32_t i = from; i < from + count; i++) {
            block->quality[i] = word;
        }
    }
}

/* What a block must read back as: the common flag told by the words, missing slots 0. */
static void settle(struct en_block *block)
{
    bool is_common = true;
    for (uint32_t i = 0; i < block->head.count; i++) {
        if (block->head.quality_is_common) {
            block->quality[i] = EN_QUALITY_MEASURED;
        }
        is_common = is_common && block->quality[i] == EN_QUALITY_MEASURED;
        if (en_quality_is_missing(block->quality[i])) {
            block->values[i] = 0;
        }
    }
    block->head.quality_is_common = is_common;
}

static void assert_same(const struct en_block *a, const struct en_block *b)
{
    assert_true(en_block_same_slots(&a->head, &b->head));
    assert_int_equal(a->head.exponent, b->head.exponent);
    assert_int_equal(a->head.quality_is_common, b->head.quality_is_common);
    assert_memory_equal(a->values, b->values, a->head.count * sizeof a->values[0]);
    assert_memory_equal(a->quality, b->quality, a->head.count * sizeof a->quality[0]);
}

static void assert_sum(struct en_slice bytes, const struct en_block *block)
{
    en_i128 sum = 0;
    uint32_t missing = 0;
    struct en_block_total total;
    for (uint32_t i = 0; i < block->head.count; i++) {
        sum += block->values[i];
        missing += en_quality_is_missing(block->quality[i]);
    }
    assert_int_equal(en_block_sum(bytes, &total, &err), EN_OK);
    assert_true(total.sum == sum);
    assert_int_equal(total.missing, missing);
    assert_int_equal(total.present, block->head.count - missing);
}

/* Encodes, reads back in every way and encodes again. Returns the size. */
static size_t check_round_trip(struct en_block *block)
{
    struct en_block *back = new_block(1);
    int64_t values[EN_SLOTS_MAX];
    struct en_block_head head;
    struct en_buf bytes;
    struct en_buf again;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&again, EN_BLOCK_SIZE_MAX);
    assert_int_equal(en_block_encode(block, &bytes, &err), EN_OK);
    settle(block);
    assert_int_equal(en_block_decode(en_buf_slice(&bytes), back, &err), EN_OK);
    assert_same(block, back);
    assert_int_equal(en_block_encode(back, &again, &err), EN_OK);
    assert_true(en_slice_equal(en_buf_slice(&bytes), en_buf_slice(&again)));
    assert_int_equal(en_block_values(en_buf_slice(&bytes), values, &head, &err), EN_OK);
    assert_memory_equal(values, block->values, block->head.count * sizeof values[0]);
    assert_int_equal(en_block_peek(en_buf_slice(&bytes), &head, &err), EN_OK);
    assert_true(en_block_same_slots(&head, &block->head));
    assert_sum(en_buf_slice(&bytes), block);
    size_t size = bytes.size;
    en_buf_fini(&bytes);
    en_buf_fini(&again);
    en_mem_free(back);
    return size;
}

static void test_block_comes_back_whatever_it_holds(void **state)
{
    (void)state;
    uint64_t seed = 20250101;
    struct en_block *block = new_block(48);
    for (int i = 0; i < 3000; i++) {
        fill_random(block, &seed);
        (void)check_round_trip(block);
    }
    en_mem_free(block);
}

static void test_block_holds_the_whole_range(void **state)
{
    (void)state;
    static const int64_t ends[][2] = {{INT64_MIN, INT64_MAX},
                                      {INT64_MIN, 0},
                                      {INT64_MIN, -1},
                                      {0, INT64_MAX},
                                      {-1, INT64_MAX},
                                      {INT64_MAX, INT64_MAX},
                                      {INT64_MIN, INT64_MIN},
                                      {INT64_MAX - 1, INT64_MAX},
                                      {INT64_MIN / 2, INT64_MAX},
                                      {INT64_MIN + 1, INT64_MAX}};
    struct en_block *block = new_block(48);
    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
        for (uint32_t i = 0; i < 48; i++) {
            block->values[i] = ends[k][i * 7 / 3 % 2];
        }
        (void)check_round_trip(block);
    }
    en_mem_free(block);
}

static void test_block_bytes_are_as_written_down(void **state)
{
    (void)state;
    /* 24 hours, base 5, width 2, one exception of 1000 - 5 at slot 3, two missing hours. */
    static const uint8_t expected[] = {
        0x04 | 0x08 | 3 << 5,
        2,
        4 << 4 | 5,
        10,
        1, /* form, width, scale, base, exceptions */
        0xe4,
        0xe4,
        0xe4,
        0xe4,
        0xe4,
        0x04, /* packed: 0 1 2 3 again and again */
        3,
        248, /* the exception: 995 = 248 * 4 + 3 */
        1,
        0,
        1,
        22,
        1, /* one word, 0; one run from 22, 2 long */
    };
    struct en_block *block = new_block(24);
    struct en_buf bytes;
    en_buf_init(&bytes, 256);
    block->head.quality_is_common = false;
    for (uint32_t i = 0; i < 24; i++) {
        block->values[i] = 5 + (int64_t)(i % 4);
        block->quality[i] = i < 22 ? EN_QUALITY_MEASURED : EN_QUALITY_MISSING;
    }
    block->values[3] = 1000;
    assert_int_equal(en_block_encode(block, &bytes, &err), EN_OK);
    assert_int_equal(bytes.size, sizeof expected);
    assert_memory_equal(bytes.bytes, expected, sizeof expected);
    en_buf_fini(&bytes);
    en_mem_free(block);
}

static void test_block_quiet_day_is_small(void **state)
{
    (void)state;
    struct en_block *block = new_block(48);
    assert_int_equal(check_round_trip(block), 4);
    for (uint32_t i = 0; i < 48; i++) {
        block->values[i] = 20000 + 4000 * (int64_t)(i % 2); /* a current transformer of 4000 */
    }
    assert_int_equal(check_round_trip(block), 3 + 3 + 2 + 6);
    en_mem_free(block);
}

static void test_block_without_any_value_is_read(void **state)
{
    (void)state;
    struct en_block *block = new_block(48);
    block->head.quality_is_common = false;
    for (uint32_t i = 0; i < 48; i++) {
        block->values[i] = 77; /* ignored: the slot has no value */
        block->quality[i] = EN_QUALITY_MISSING;
    }
    assert_int_equal(check_round_trip(block), 4 + 5);
    en_mem_free(block);
}

static void test_block_many_words_reach_the_limit(void **state)
{
    (void)state;
    struct en_block *block = new_block(1440);
    struct en_buf bytes;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    block->head.quality_is_common = false;
    for (uint32_t i = 0; i < 1440; i++) {
        block->values[i] = i % 2 == 0 ? INT64_MIN : INT64_MAX;
        block->quality[i] = UINT64_MAX - i % EN_BLOCK_WORDS_MAX;
    }
    (void)check_round_trip(block);
    block->quality[0] = 17;
    assert_int_equal(en_block_encode(block, &bytes, &err), EN_LIMIT);
    en_buf_fini(&bytes);
    en_mem_free(block);
}

static void test_block_head_out_of_bounds_is_refused(void **state)
{
    (void)state;
    static const struct en_block_head heads[] = {
        {.slot_seconds = 1800, .count = 0},
        {.slot_seconds = 1, .count = EN_SLOTS_MAX + 1},
        {.slot_seconds = 0, .count = 48},
        {.slot_seconds = 1800, .count = 53},
        {.slot_seconds = 1800, .count = 48, .start_minute = EN_BLOCK_START_MINUTES_MAX + 1},
        {.slot_seconds = 1800, .count = 48, .start_minute = -EN_BLOCK_START_MINUTES_MAX - 1},
        {.slot_seconds = 1800, .count = 48, .exponent = 19},
        {.slot_seconds = 1800, .count = 48, .exponent = -19},
    };
    struct en_block *block = new_block(48);
    struct en_buf bytes;
    en_buf_init(&bytes, 4);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        block->head = heads[i];
        assert_int_equal(en_block_encode(block, &bytes, &err), EN_RANGE);
    }
    block->head = (struct en_block_head){.slot_seconds = 5400, .count = 16};
    assert_int_equal(en_block_encode(block, &bytes, &err), EN_LIMIT); /* 6 bytes do not fit 4 */
    en_buf_fini(&bytes);
    en_mem_free(block);
}

/* Whatever the bytes: refused, or the one canonical form of what they say. */
static void assert_refused_or_canonical(const uint8_t *bytes, size_t size)
{
    struct en_block *block = new_block(1);
    struct en_block_total total;
    struct en_buf again;
    uint8_t *own = en_mem_alloc(1, size + (size == 0));
    assert_non_null(own);
    memcpy(own, bytes, size);
    struct en_slice from = en_slice_of(own, size);
    en_buf_init(&again, EN_BLOCK_SIZE_MAX);
    en_code code = en_block_decode(from, block, &err);
    if (code == EN_OK) {
        assert_int_equal(en_block_encode(block, &again, &err), EN_OK);
        assert_true(en_slice_equal(from, en_buf_slice(&again)));
    } else {
        assert_int_equal(code, EN_CORRUPT);
        code = en_block_sum(from, &total, &err);
        assert_true(code == EN_OK || code == EN_CORRUPT);
    }
    en_buf_fini(&again);
    en_mem_free(own);
    en_mem_free(block);
}

static void test_block_damaged_is_refused_or_canonical(void **state)
{
    (void)state;
    uint64_t seed = 77;
    struct en_block *block = new_block(48);
    struct en_buf bytes;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    for (int i = 0; i < 40; i++) {
        fill_random(block, &seed);
        en_buf_reset(&bytes);
        assert_int_equal(en_block_encode(block, &bytes, &err), EN_OK);
        size_t step = 1 + bytes.size / 64;
        for (size_t at = 0; at < bytes.size; at += step) {
            assert_refused_or_canonical(bytes.bytes, at);
            uint8_t kept = bytes.bytes[at];
            bytes.bytes[at] ^= (uint8_t)(1u << next_random(&seed) % 8);
            assert_refused_or_canonical(bytes.bytes, bytes.size);
            bytes.bytes[at] = kept;
        }
        en_buf_u8(&bytes, 0);
        assert_int_equal(en_block_decode(en_buf_slice(&bytes), block, &err), EN_CORRUPT);
    }
    en_buf_fini(&bytes);
    en_mem_free(block);
}

static void test_block_other_forms_of_the_same_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint8_t size;
        uint8_t bytes[16];
    } cases[] = {
        {5, {7 << 5, 0, 0x18, 0x80, 0x00}},          /* base in two bytes */
        {5, {7 << 5, 0, 0x10, 0, 0}},                /* exponent 0 written out */
        {5, {7 << 5, 0, 0x08, 0, 0}},                /* start 0 written out */
        {7, {0, 0, 0x18, 0x80, 0xa3, 0x05, 1}},      /* the usual grid written out, no base */
        {8, {0, 0, 0x18, 0x80, 0xa3, 0x05, 1, 0}},   /* with base */
        {5, {7 << 5 | 0x10, 0, 0x18, 0, 1}},         /* divisor 1 */
        {5, {7 << 5, 1, 0x18, 0, 0}},                /* width 1 where 0 does */
        {5, {7 << 5, 1, 0x18, 0, 1}},                /* base 0 under a smallest value 1 */
        {4, {7 << 5 | 1, 0, 0x18, 0}},               /* delta where the base form does */
        {4, {7 << 5 | 3, 0, 0x18, 0}},               /* no such mode */
        {11, {7 << 5 | 2, 0, 0x18, 1}},              /* raw where 63 bits do */
        {9, {7 << 5 | 8, 0, 0x18, 0, 1, 1, 1, 0, 0}} /* the common word as a run */
    };
    struct en_block *block = new_block(1);
    static const uint8_t good[] = {7 << 5, 0, 0x18, 0};
    assert_int_equal(en_block_decode(en_slice_of(good, sizeof good), block, &err), EN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct en_slice bytes = en_slice_of(cases[i].bytes, cases[i].size);
        assert_int_equal(en_block_decode(bytes, block, &err), EN_CORRUPT);
    }
    en_mem_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_comes_back_whatever_it_holds),
        cmocka_unit_test(test_block_holds_the_whole_range),
        cmocka_unit_test(test_block_bytes_are_as_written_down),
        cmocka_unit_test(test_block_quiet_day_is_small),
        cmocka_unit_test(test_block_without_any_value_is_read),
        cmocka_unit_test(test_block_many_words_reach_the_limit),
        cmocka_unit_test(test_block_head_out_of_bounds_is_refused),
        cmocka_unit_test(test_block_damaged_is_refused_or_canonical),
        cmocka_unit_test(test_block_other_forms_of_the_same_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
