#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base64.h"

static void test_base64_is_rfc4648(void **state)
{
    (void)state;
    /* RFC 4648, section 10. */
    static const char *const rows[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff", "+/8="},
    };
    struct en_buf out;
    en_buf_init(&out, 64);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_buf_reset(&out);
        en_base64_encode(en_slice_text(rows[i][0]), &out);
        assert_true(en_slice_equal(en_buf_slice(&out), en_slice_text(rows[i][1])));
        en_buf_reset(&out);
        assert_true(en_base64_decode(en_slice_text(rows[i][1]), &out));
        assert_true(en_slice_equal(en_buf_slice(&out), en_slice_text(rows[i][0])));
    }
    en_buf_fini(&out);
}

static void test_base64_refuses_what_it_would_not_write(void **state)
{
    (void)state;
    static const char *const rows[] = {"Z",    "Zg",       "Zg=",  "Zh==",   "Zm9=", "Z===",
                                       "====", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-_", "=Zg="};
    struct en_buf out;
    en_buf_init(&out, 64);
    en_buf_text(&out, "kept");
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_false(en_base64_decode(en_slice_text(rows[i]), &out));
        assert_true(en_slice_equal(en_buf_slice(&out), en_slice_text("kept")));
    }
    en_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64_is_rfc4648),
        cmocka_unit_test(test_base64_refuses_what_it_would_not_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
