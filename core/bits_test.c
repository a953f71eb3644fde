#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/bits.h"
#include "core/mem.h"

#define COUNT_MAX 300u

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The packed run stands at the very end of its own heap block, so that a sanitizer sees a read
 * behind it; `slack` more bytes follow in the slice. */
static void check_round_trip(uint32_t count, unsigned width, size_t slack, uint64_t *seed)
{
    uint64_t values[COUNT_MAX];
    uint64_t unpacked[COUNT_MAX];
    uint64_t portable[COUNT_MAX];
    size_t size = en_bits_size(count, width);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = next_random(seed) & ((UINT64_C(1) << width) - 1);
    }
    uint8_t *bytes = en_mem_alloc(1, size + slack + (size + slack == 0));
    assert_non_null(bytes);
    memset(bytes, 0xa5, size + slack);
    en_bits_pack(values, count, width, bytes);
    struct en_slice from = en_slice_of(bytes, size + slack);
    en_bits_unpack(from, count, width, 0, unpacked);
    en_bits_unpack_portable(from, count, width, 0, portable);
    assert_memory_equal(values, unpacked, count * sizeof *values);
    assert_memory_equal(values, portable, count * sizeof *values);
    uint64_t base = next_random(seed);
    en_bits_unpack(from, count, width, base, unpacked);
    en_bits_unpack_portable(from, count, width, base, portable);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(unpacked[i], values[i] + base);
        assert_int_equal(portable[i], values[i] + base);
    }
    for (size_t i = 0; i < slack; i++) {
        assert_int_equal(bytes[size + i], 0xa5);
    }
    en_mem_free(bytes);
}

static void test_bits_come_back_at_every_width(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 7, 8, 9, 24, 46, 48, 50, 96, 288};
    uint64_t seed = 1;
    for (unsigned width = 0; width <= EN_BITS_WIDTH_MAX; width++) {
        for (size_t i = 0; i < EN_COUNT_OF(counts); i++) {
            check_round_trip(counts[i], width, 0, &seed);
            check_round_trip(counts[i], width, i * 7, &seed);
        }
    }
}

static void test_bits_stand_from_the_lowest_up(void **state)
{
    (void)state;
    static const uint64_t values[] = {1, 2, 3, 0xfff};
    uint8_t bytes[5] = {0};
    en_bits_pack(values, 3, 3, bytes);
    assert_int_equal(bytes[0], 1 | 2 << 3 | (3 << 6 & 0xff));
    assert_int_equal(bytes[1], 0);
    en_bits_pack(values + 3, 1, 4, bytes);
    assert_int_equal(bytes[0], 0xf);
}

static void test_bits_of_is_the_length(void **state)
{
    (void)state;
    assert_int_equal(en_bits_of(0), 0);
    assert_int_equal(en_bits_of(1), 1);
    assert_int_equal(en_bits_of(255), 8);
    assert_int_equal(en_bits_of(UINT64_MAX), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits_come_back_at_every_width),
        cmocka_unit_test(test_bits_stand_from_the_lowest_up),
        cmocka_unit_test(test_bits_of_is_the_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
