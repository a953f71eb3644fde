#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/utf8.h"

static void test_utf8_tells_valid_from_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t valid_size;
    } rows[] = {
        {"", 0},
        {"plain", 5},
        {"\xd1\x84\xd0\xb8\xd0\xb4\xd0\xb5\xd1\x80", 10},
        {"\xe2\x82\xac", 3},
        {"\xf0\x9f\x94\x8c", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"a\x80", 1},             /* a follower alone */
        {"a\xc0\xaf", 1},         /* overlong */
        {"a\xe0\x80\xaf", 1},     /* overlong */
        {"a\xed\xa0\x80", 1},     /* surrogate */
        {"a\xf4\x90\x80\x80", 1}, /* above U+10FFFF */
        {"a\xf5\x80\x80\x80", 1},
        {"ab\xe2\x82", 2}, /* cut off */
        {"ab\xe2\x28\xa1", 2},
        {"\xff", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(en_utf8_valid_size(en_slice_text(rows[i].text)), rows[i].valid_size);
    }
    assert_true(en_utf8_is_valid(en_slice_of("a\0b", 3)));
    assert_false(en_utf8_is_valid(en_slice_text("\xc3")));
}

/* Against the definition: a code point encodes to exactly one form, everything else of that shape
 * is refused. */
static void test_utf8_takes_every_code_point_once(void **state)
{
    (void)state;
    for (uint32_t c = 0x800; c <= 0xffff; c++) {
        uint8_t bytes[3] = {(uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 0x3f)),
                            (uint8_t)(0x80 | (c & 0x3f))};
        bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
        assert_int_equal(en_utf8_is_valid(en_slice_of(bytes, 3)), !is_surrogate);
    }
    for (uint32_t c = 0; c < 0x800; c++) {
        uint8_t bytes[2] = {(uint8_t)(0xc0 | c >> 6), (uint8_t)(0x80 | (c & 0x3f))};
        assert_int_equal(en_utf8_is_valid(en_slice_of(bytes, 2)), c >= 0x80);
    }
    for (uint32_t c = 0; c < 0x200000; c += 7) {
        uint8_t bytes[4] = {(uint8_t)(0xf0 | c >> 18), (uint8_t)(0x80 | (c >> 12 & 0x3f)),
                            (uint8_t)(0x80 | (c >> 6 & 0x3f)), (uint8_t)(0x80 | (c & 0x3f))};
        assert_int_equal(en_utf8_is_valid(en_slice_of(bytes, 4)), c >= 0x10000 && c <= 0x10ffff);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_tells_valid_from_not),
        cmocka_unit_test(test_utf8_takes_every_code_point_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
