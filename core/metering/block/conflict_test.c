#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/block/conflict.h"

static struct en_block scratch;

/* A block of four half-hours; 0: no value. */
static struct en_slice block_of(struct en_buf *bytes, int64_t a, int64_t b, int64_t c, int64_t d)
{
    static struct en_block block;
    const int64_t values[] = {a, b, c, d};
    block.head = (struct en_block_head){-180, 1800, 4, -3, false};
    for (int i = 0; i < 4; i++) {
        block.values[i] = values[i];
        block.quality[i] = values[i] == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    en_buf_init(bytes, EN_BLOCK_SIZE_MAX);
    assert_int_equal(en_block_encode(&block, bytes, NULL), EN_OK);
    return en_buf_slice(bytes);
}

static void test_values_that_differ_are_in_conflict(void **state)
{
    (void)state;
    static struct en_conflicts orders[2];
    struct en_buf blocks[3];
    struct en_buf stored[2];
    struct en_slice slices[] = {block_of(&blocks[0], 12500, 7, 0, 1),
                                block_of(&blocks[1], 12500, 9, 5, 0),
                                block_of(&blocks[2], 13000, 8, 5, 1)};
    static const int orders_of[2][3] = {{0, 1, 2}, {2, 1, 0}};
    for (int i = 0; i < 2; i++) {
        en_buf_init(&stored[i], 1024);
        en_conflicts_init(&orders[i]);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(en_conflicts_add(&orders[i], slices[orders_of[i][k]], &scratch, NULL),
                             EN_OK);
        }
        assert_int_equal(en_conflicts_encode(&orders[i], NULL, &stored[i], NULL), EN_OK);
    }
    assert_true(en_slice_equal(en_buf_slice(&stored[0]), en_buf_slice(&stored[1])));
    static struct en_conflicts read;
    en_conflicts_init(&read);
    assert_int_equal(en_conflicts_decode(en_buf_slice(&stored[0]), &read, NULL), EN_OK);
    assert_int_equal(read.slots[0].low, 12500000);
    assert_int_equal(read.slots[0].high, 13000000);
    assert_int_equal(read.slots[1].high - read.slots[1].low, 2000);
    assert_false(read.slots[2].high > read.slots[2].low);
    assert_false(read.slots[3].high > read.slots[3].low);
    for (int i = 0; i < 3; i++) {
        en_buf_fini(&blocks[i]);
    }
    en_buf_fini(&stored[0]);
    en_buf_fini(&stored[1]);
}

static void test_equal_values_store_nothing(void **state)
{
    (void)state;
    static struct en_conflicts conflicts;
    struct en_buf block;
    struct en_buf stored;
    struct en_slice slice = block_of(&block, 1, 2, 3, 4);
    en_conflicts_init(&conflicts);
    assert_int_equal(en_conflicts_add(&conflicts, slice, &scratch, NULL), EN_OK);
    assert_int_equal(en_conflicts_add(&conflicts, slice, &scratch, NULL), EN_OK);
    en_buf_init(&stored, 1024);
    assert_int_equal(en_conflicts_encode(&conflicts, &scratch, &stored, NULL), EN_OK);
    assert_int_equal(stored.size, 0);
    en_buf_fini(&stored);
    en_buf_fini(&block);
}

static void test_damaged_conflicts_are_refused(void **state)
{
    (void)state;
    static struct en_conflicts conflicts;
    static const struct {
        const char *bytes;
        size_t size;
        en_code code;
    } rows[] = {
        {"", 0, EN_OK},
        {"\x00\x88\x0e\x01\x01\x02\x02", 7, EN_OK},
        {"\x00\x88\x0e\x00", 4, EN_CORRUPT},                 /* none */
        {"\x00\x88\x0e\x01\x00\x02\x02", 7, EN_CORRUPT},     /* no slot */
        {"\x00\x88\x0e\x01\x01\x02\x00", 7, EN_OK},          /* equal */
        {"\x00\x88\x0e\x01\x01\x02", 6, EN_CORRUPT},         /* cut */
        {"\x00\x88\x0e\x01\x01\x02\x02\x00", 8, EN_CORRUPT}, /* left over */
        {"\x00\x88\x0e\x01\xdd\x0b\x02\x02", 8, EN_CORRUPT}, /* slot 1500 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct en_slice bytes = en_slice_of(rows[i].bytes, rows[i].size);
        en_conflicts_init(&conflicts);
        assert_int_equal(en_conflicts_decode(bytes, &conflicts, NULL), rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_that_differ_are_in_conflict),
        cmocka_unit_test(test_equal_values_store_nothing),
        cmocka_unit_test(test_damaged_conflicts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
