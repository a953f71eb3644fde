#include "processors/derived.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/quality.h"

static struct en_block block;
static struct en_block read;

/* A block of so many slots, of one quality or of one each. */
static void fill(uint32_t slot_seconds, uint32_t count, bool has_many_qualities)
{
    block.head = (struct en_block_head){0, slot_seconds, count, -6, false};
    for (uint32_t i = 0; i < count && i < EN_SLOTS_MAX; i++) {
        block.values[i] = i;
        block.quality[i] =
            EN_QUALITY_MEASURED | (has_many_qualities ? (uint64_t)i << EN_QUALITY_FLAG_SHIFT : 0);
    }
}

static void encode(void)
{
    struct en_error err;
    struct en_buf out;
    en_buf_init(&out, EN_BLOCK_SIZE_MAX);
    assert_int_equal(en_derived_encode(&block, &out, &err), EN_OK);
    assert_int_equal(en_block_decode(en_buf_slice(&out), &read, &err), EN_OK);
    en_buf_fini(&out);
}

static void test_derived_block_is_kept_as_it_is(void **state)
{
    (void)state;
    fill(1800, 48, false);
    encode();
    assert_int_equal(read.head.count, 48);
    assert_int_equal(read.values[47], 47);
    assert_int_equal(read.quality[47], EN_QUALITY_MEASURED);
}

static void test_derived_block_with_too_many_qualities_has_no_values(void **state)
{
    (void)state;
    fill(60, 1440, true);
    encode();
    assert_int_equal(read.head.count, 1440);
    for (uint32_t i = 0; i < read.head.count; i++) {
        assert_true(en_quality_is_missing(read.quality[i]));
        assert_true((read.quality[i] & EN_QUALITY_OVERFLOW) != 0);
    }
}

static void test_derived_block_over_a_day_keeps_the_slots_that_fit(void **state)
{
    (void)state;
    static const struct {
        uint32_t seconds;
        uint32_t count;
        uint32_t kept;
    } cases[] = {{1800, 63, 52}, {60, 1501, 1500}, {86400, 2, 1}};
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        fill(cases[i].seconds, 1, false);
        block.head.count = cases[i].count;
        assert_false(en_derived_is_day(&block.head));
        en_derived_give_up(&block);
        assert_int_equal(block.head.count, cases[i].kept);
        encode();
        assert_true(en_quality_is_missing(read.quality[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derived_block_is_kept_as_it_is),
        cmocka_unit_test(test_derived_block_with_too_many_qualities_has_no_values),
        cmocka_unit_test(test_derived_block_over_a_day_keeps_the_slots_that_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
