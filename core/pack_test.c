#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/pack.h"

static struct en_unpack unpack_of(const struct en_buf *buf)
{
    struct en_unpack unpack;
    en_unpack_init(&unpack, en_buf_slice(buf));
    return unpack;
}

static void test_pack_unsigned_is_shortest_and_round_trips(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        size_t size;
    } rows[] = {{0, 1},         {127, 1},        {128, 2},
                {255, 2},       {256, 3},        {65535, 3},
                {65536, 5},     {UINT32_MAX, 5}, {UINT64_C(1) << 32, 9},
                {INT64_MAX, 9}, {UINT64_MAX, 9}};
    struct en_buf out;
    en_buf_init(&out, 64);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_buf_reset(&out);
        en_pack_u64(&out, rows[i].value);
        assert_int_equal(out.size, rows[i].size);
        struct en_unpack unpack = unpack_of(&out);
        uint64_t value = 0;
        int64_t number = 0;
        assert_int_equal(en_unpack_peek(&unpack), EN_PACK_UNSIGNED);
        en_code code = en_unpack_i64(&unpack, &number, NULL);
        assert_int_equal(code, rows[i].value > INT64_MAX ? EN_RANGE : EN_OK);
        unpack = unpack_of(&out);
        assert_int_equal(en_unpack_u64(&unpack, &value, NULL), EN_OK);
        assert_true(value == rows[i].value);
        assert_int_equal(en_unpack_end(&unpack, NULL), EN_OK);
    }
    en_buf_fini(&out);
}

static void test_pack_signed_is_shortest_and_round_trips(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        size_t size;
    } rows[] = {{-1, 1},     {-32, 1},       {-33, 2},
                {-128, 2},   {-129, 3},      {-32768, 3},
                {-32769, 5}, {INT32_MIN, 5}, {(int64_t)INT32_MIN - 1, 9},
                {5, 1},      {INT64_MIN, 9}, {INT64_MAX, 9}};
    struct en_buf out;
    en_buf_init(&out, 64);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_buf_reset(&out);
        en_pack_i64(&out, rows[i].value);
        assert_int_equal(out.size, rows[i].size);
        struct en_unpack unpack = unpack_of(&out);
        int64_t value = 0;
        uint64_t number = 0;
        en_code code = en_unpack_u64(&unpack, &number, NULL);
        assert_int_equal(code, rows[i].value < 0 ? EN_RANGE : EN_OK);
        unpack = unpack_of(&out);
        assert_int_equal(en_unpack_i64(&unpack, &value, NULL), EN_OK);
        assert_true(value == rows[i].value);
    }
    en_buf_fini(&out);
}

static void test_pack_text_and_bytes_round_trip_at_every_form(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 31, 32, 255, 256, 65535, 65536};
    static uint8_t bytes[65536];
    memset(bytes, 'x', sizeof bytes);
    struct en_buf out;
    en_buf_init(&out, 1u << 20);
    for (size_t i = 0; i < EN_COUNT_OF(sizes); i++) {
        en_buf_reset(&out);
        en_pack_text(&out, en_slice_of(bytes, sizes[i]));
        en_pack_bytes(&out, en_slice_of(bytes, sizes[i]));
        struct en_unpack unpack = unpack_of(&out);
        struct en_slice view;
        assert_int_equal(en_unpack_text(&unpack, &view, NULL), EN_OK);
        assert_true(en_slice_equal(view, en_slice_of(bytes, sizes[i])));
        assert_int_equal(en_unpack_bytes(&unpack, &view, NULL), EN_OK);
        assert_true(en_slice_equal(view, en_slice_of(bytes, sizes[i])));
        assert_int_equal(en_unpack_end(&unpack, NULL), EN_OK);
    }
    en_buf_fini(&out);
}

static void test_pack_nested_items_are_counted(void **state)
{
    (void)state;
    struct en_buf out;
    en_buf_init(&out, 4096);
    en_pack_array(&out, 4);
    en_pack_nil(&out);
    en_pack_map(&out, 1);
    en_pack_text(&out, en_slice_text("k"));
    en_pack_array(&out, 0);
    en_pack_bool(&out, true);
    en_pack_array(&out, 17);
    for (uint32_t i = 0; i < 17; i++) {
        en_pack_u64(&out, i);
    }
    struct en_unpack unpack = unpack_of(&out);
    uint32_t count = 0;
    bool is_true = false;
    struct en_slice key;
    assert_int_equal(en_unpack_array(&unpack, &count, NULL), EN_OK);
    assert_int_equal(count, 4);
    assert_int_equal(en_unpack_nil(&unpack, NULL), EN_OK);
    assert_int_equal(en_unpack_map(&unpack, &count, NULL), EN_OK);
    assert_int_equal(unpack.depth, 2);
    assert_int_equal(en_unpack_text(&unpack, &key, NULL), EN_OK);
    assert_int_equal(en_unpack_array(&unpack, &count, NULL), EN_OK);
    assert_int_equal(count, 0);
    assert_int_equal(unpack.depth, 1);
    assert_int_equal(en_unpack_bool(&unpack, &is_true, NULL), EN_OK);
    assert_true(is_true);
    assert_int_equal(en_unpack_end(&unpack, NULL), EN_MALFORMED);
    assert_int_equal(en_unpack_skip(&unpack, NULL), EN_OK);
    assert_int_equal(unpack.depth, 0);
    assert_int_equal(en_unpack_end(&unpack, NULL), EN_OK);
    assert_int_equal(en_unpack_peek(&unpack), EN_PACK_END);
    unpack = unpack_of(&out);
    assert_int_equal(en_unpack_skip(&unpack, NULL), EN_OK);
    assert_int_equal(en_unpack_end(&unpack, NULL), EN_OK);
    en_buf_fini(&out);
}

static void test_pack_refuses_what_is_not_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        en_code code;
    } rows[] = {
        {"", 0, EN_MALFORMED},
        {"\xcc\x7f", 2, EN_MALFORMED},                              /* 127 in two bytes */
        {"\xcd\x00\xff", 3, EN_MALFORMED},                          /* 255 in three */
        {"\xcf\x00\x00\x00\x00\xff\xff\xff\xff", 9, EN_MALFORMED},  /* 2^32 - 1 in nine */
        {"\xd0\xe0", 2, EN_MALFORMED},                              /* -32 in two */
        {"\xd1\xff\x80", 3, EN_MALFORMED},                          /* -128 in three */
        {"\xd0\x05", 2, EN_MALFORMED},                              /* 5 in a signed form */
        {"\xd9\x01x", 3, EN_MALFORMED},                             /* text of 1 by str8 */
        {"\xc5\x00\x01x", 4, EN_MALFORMED},                         /* bytes of 1 by bin16 */
        {"\xdc\x00\x01\xc0", 4, EN_MALFORMED},                      /* array of 1 by array16 */
        {"\xca\x00\x00\x00\x00", 5, EN_MALFORMED},                  /* float */
        {"\xd4\x01\x00", 3, EN_MALFORMED},                          /* extension */
        {"\xc1", 1, EN_MALFORMED},                                  /* never used */
        {"\xa2\xc3\x28", 3, EN_MALFORMED},                          /* no UTF-8 */
        {"\xa5hi", 3, EN_MALFORMED},                                /* cut off */
        {"\xce\x00", 2, EN_MALFORMED},                              /* cut off */
        {"\x92\xc0", 2, EN_MALFORMED},                              /* too few items */
        {"\xdd\xf4\xfb\xff\xff", 5, EN_LIMIT},                      /* asks for 4 billion items */
        {"\xdc\x0f\xff\xc0", 4, EN_MALFORMED},                      /* more items than bytes */
        {"\x91\x91\x91\x91\x91\x91\x91\x91\x91\xc0", 10, EN_LIMIT}, /* nine deep */
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_unpack unpack;
        struct en_error err = {0};
        en_unpack_init(&unpack, en_slice_of(rows[i].bytes, rows[i].size));
        assert_int_equal(en_unpack_skip(&unpack, &err), rows[i].code);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(strncmp(err.text, "byte ", 5), 0);
    }
    struct en_unpack unpack;
    en_unpack_init(&unpack, en_slice_of("\x91\x91\x91\x91\x91\x91\x91\x91\xc0", 9));
    assert_int_equal(en_unpack_skip(&unpack, NULL), EN_OK); /* eight deep */
}

static void test_pack_wrong_type_names_both(void **state)
{
    (void)state;
    struct en_unpack unpack;
    struct en_error err = {0};
    struct en_slice text;
    uint64_t number = 0;
    en_unpack_init(&unpack, en_slice_of("\x05", 1));
    assert_int_equal(en_unpack_text(&unpack, &text, &err), EN_MALFORMED);
    assert_string_equal(err.text, "byte 0: expected text, found a number");
    en_unpack_init(&unpack, en_slice_of("\xa1x", 2));
    assert_int_equal(en_unpack_u64(&unpack, &number, &err), EN_MALFORMED);
    assert_string_equal(err.text, "byte 0: expected a number, found text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack_unsigned_is_shortest_and_round_trips),
        cmocka_unit_test(test_pack_signed_is_shortest_and_round_trips),
        cmocka_unit_test(test_pack_text_and_bytes_round_trip_at_every_form),
        cmocka_unit_test(test_pack_nested_items_are_counted),
        cmocka_unit_test(test_pack_refuses_what_is_not_canonical),
        cmocka_unit_test(test_pack_wrong_type_names_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
