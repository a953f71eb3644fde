#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/json.h"
#include "core/metering/quality.h"

static void assert_text(const struct en_buf *out, const char *expected)
{
    assert_int_equal(out->code, EN_OK);
    if (!en_slice_equal(en_buf_slice(out), en_slice_text(expected))) {
        fail_msg("got      %.*s\nexpected %s", (int)out->size, (const char *)out->bytes, expected);
    }
}

static void test_json_nests_and_separates(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_json json;
    en_buf_init(&out, 4096);
    en_json_init(&json, &out);
    en_json_object(&json, NULL);
    en_json_u64(&json, "points", UINT64_MAX);
    en_json_array(&json, "files");
    en_json_string(&json, NULL, "a.csv");
    en_json_object(&json, NULL);
    en_json_end(&json);
    en_json_array(&json, NULL);
    en_json_i64(&json, NULL, -1);
    en_json_null(&json, NULL);
    en_json_end(&json);
    en_json_end(&json);
    en_json_bool(&json, "is_dry", false);
    en_json_raw(&json, "raw", en_slice_text("[1]"));
    en_json_end(&json);
    assert_text(&out, "{\"points\":18446744073709551615,\"files\":[\"a.csv\",{},[-1,null]],"
                      "\"is_dry\":false,\"raw\":[1]}");
    assert_int_equal(json.depth, 0);
    en_buf_fini(&out);
}

static void test_json_values_are_told_exactly(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_json json;
    struct en_hash hash = {{0xab}};
    en_buf_init(&out, 4096);
    en_json_init(&json, &out);
    en_json_array(&json, NULL);
    en_json_micro(&json, NULL, -12500000);
    en_json_decimal(&json, NULL, (struct en_decimal){1250, -2});
    en_json_instant(&json, NULL, (struct en_instant){1500000});
    en_json_day(&json, NULL, (struct en_day){15809});
    en_json_bytes(&json, NULL, en_slice_text("fo"));
    en_json_hash(&json, NULL, &hash);
    en_json_end(&json);
    assert_text(&out, "[\"-12.5\",\"12.50\",\"1970-01-01T00:00:01.500Z\",\"2013-04-14\",\"Zm8=\","
                      "\"ab00000000000000000000000000000000000000000000000000000000000000\"]");
    en_buf_fini(&out);
}

static void test_json_quality_is_named(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_json json;
    en_buf_init(&out, 4096);
    en_json_init(&json, &out);
    en_json_array(&json, NULL);
    uint64_t quality = en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_SUSPECT);
    en_json_quality(&json, NULL, quality | EN_QUALITY_SPIKE);
    en_json_quality(&json, NULL, en_quality_derive(EN_QUALITY_MEASURED));
    en_json_end(&json);
    assert_text(&out, "[{\"source\":\"MEASURED\",\"verdict\":\"SUSPECT\",\"flags\":[\"SPIKE\"]},"
                      "{\"source\":\"DERIVED\",\"worst\":\"MEASURED\",\"verdict\":"
                      "\"NOT_VALIDATED\",\"flags\":[]}]");
    en_buf_fini(&out);
}

static void test_json_text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *expected;
    } rows[] = {
        {"", 0, "\"\""},
        {"a\"b\\c", 5, "\"a\\\"b\\\\c\""},
        {"\n\r\t\b\f", 5, "\"\\n\\r\\t\\b\\f\""},
        {"\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\\u007f\""},
        {"\xd1\x84/", 3, "\"\xd1\x84/\""},
        {"a\xff\xfe"
         "b",
         4,
         "\"a\xef\xbf\xbd\xef\xbf\xbd"
         "b\""},
        {"\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    struct en_buf out;
    en_buf_init(&out, 4096);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_buf_reset(&out);
        en_json_quote(&out, en_slice_of(rows[i].text, rows[i].size));
        assert_text(&out, rows[i].expected);
    }
    en_buf_fini(&out);
}

static void test_json_reports_a_full_buffer(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_json json;
    en_buf_init(&out, 8);
    en_json_init(&json, &out);
    en_json_string(&json, NULL, "longer than eight");
    assert_int_equal(en_buf_code(&out, NULL), EN_LIMIT);
    en_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_nests_and_separates),
        cmocka_unit_test(test_json_values_are_told_exactly),
        cmocka_unit_test(test_json_quality_is_named),
        cmocka_unit_test(test_json_text_is_escaped),
        cmocka_unit_test(test_json_reports_a_full_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
