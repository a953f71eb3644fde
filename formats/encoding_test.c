#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "formats/encoding.h"
#include "formats/findings.h"

static en_code decode(struct en_slice bytes, en_encoding encoding, const char *expected)
{
    struct en_buf scratch;
    struct en_slice text = {0};
    en_buf_init(&scratch, 1024);
    en_code code = en_encoding_decode(bytes, encoding, &scratch, &text, NULL);
    if (code == EN_OK) {
        assert_true(en_slice_equal(text, en_slice_text(expected)));
    }
    en_buf_fini(&scratch);
    return code;
}

static void test_encoding_is_found_by_looking(void **state)
{
    (void)state;
    struct en_slice cp1251 = en_slice_text("\xc2\xe2\xee\xe4 \xb9 1");
    struct en_slice utf8 = en_slice_text("\xef\xbb\xbfВвод № 1");
    assert_int_equal(decode(cp1251, EN_ENCODING_AUTO, "Ввод № 1"), EN_OK);
    assert_int_equal(decode(cp1251, EN_ENCODING_CP1251, "Ввод № 1"), EN_OK);
    assert_int_equal(decode(utf8, EN_ENCODING_AUTO, "Ввод № 1"), EN_OK);
    assert_int_equal(decode(utf8, EN_ENCODING_UTF8, "Ввод № 1"), EN_OK);
    assert_int_equal(decode(cp1251, EN_ENCODING_UTF8, ""), EN_MALFORMED);
    assert_int_equal(decode(en_slice_text("\x98"), EN_ENCODING_AUTO, ""), EN_MALFORMED);
}

static void test_encoding_knows_valid_utf8(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\x80", "\xc0\xaf", "\xc2", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xff"};
    bool has_cyrillic = false;
    for (size_t i = 0; i < EN_COUNT_OF(wrong); i++) {
        assert_false(en_encoding_is_utf8(en_slice_text(wrong[i]), NULL));
    }
    assert_true(en_encoding_is_utf8(en_slice_text("a\xf0\x9f\x98\x80"), &has_cyrillic));
    assert_false(has_cyrillic);
    assert_true(en_encoding_is_utf8(en_slice_text("Ж"), &has_cyrillic));
    assert_true(has_cyrillic);
}

/* Every character goes out and comes back. */
static void test_encoding_writes_what_it_reads(void **state)
{
    (void)state;
    struct en_buf text;
    en_buf_init(&text, 16);
    for (uint32_t c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 61) {
        uint32_t read = 0;
        if (c >= 0xd800 && c <= 0xdfff) {
            continue;
        }
        en_buf_reset(&text);
        en_utf8_put(&text, c);
        assert_int_equal(en_utf8_take(en_buf_slice(&text), &read), text.size);
        assert_int_equal(read, c);
    }
    en_buf_fini(&text);
}

static void test_encoding_names_in_any_case(void **state)
{
    (void)state;
    en_encoding encoding = EN_ENCODING_AUTO;
    assert_int_equal(en_encoding_parse(en_slice_text("Windows-1251"), &encoding, NULL), EN_OK);
    assert_int_equal(encoding, EN_ENCODING_CP1251);
    assert_int_equal(en_encoding_parse(en_slice_text("UTF-8"), &encoding, NULL), EN_OK);
    assert_int_equal(encoding, EN_ENCODING_UTF8);
    assert_int_equal(en_encoding_parse(en_slice_text("koi8-r"), &encoding, NULL), EN_UNSUPPORTED);
    assert_int_equal(en_encoding_parse(en_slice_text("windows-1251 and more"), &encoding, NULL),
                     EN_UNSUPPORTED);
}

static void test_shown_input_fits_a_message(void **state)
{
    (void)state;
    char text[EN_SHOWN_SIZE];
    assert_string_equal(en_shown(en_slice_text("abc"), text), "abc");
    assert_string_equal(en_shown(en_slice_text("a\nb\xff"), text), "a?b?");
    assert_string_equal(en_shown(en_slice_text("ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ"), text),
                        "ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ...");
    assert_string_equal(en_shown(en_slice_of("", 0), text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding_is_found_by_looking),
        cmocka_unit_test(test_encoding_knows_valid_utf8),
        cmocka_unit_test(test_encoding_writes_what_it_reads),
        cmocka_unit_test(test_encoding_names_in_any_case),
        cmocka_unit_test(test_shown_input_fits_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
