#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/buf.h"
#include "core/json_reader.h"

#define ARENA_SIZE 65536u

/* Reads the whole text into a line of words: "{ k:a 1 }". */
static en_code read_all(const char *text, struct en_buf *out, struct en_error *err)
{
    struct en_arena arena;
    struct en_json_reader reader;
    struct en_json_token token = {.kind = EN_JSON_NULL};
    en_arena_init(&arena, ARENA_SIZE);
    en_json_reader_init(&reader, en_slice_text(text), &arena);
    en_code code = EN_OK;
    while (code == EN_OK && token.kind != EN_JSON_END) {
        static const char *const marks[] = {"", "{", "[", "close", "key:", "text:", "", "", "null"};
        code = en_json_next(&reader, &token, err);
        if (code == EN_OK) {
            en_buf_print(out, " %s%.*s%s", marks[token.kind], (int)token.text.size,
                         token.text.size > 0 ? (const char *)token.text.bytes : "",
                         token.kind != EN_JSON_BOOL ? ""
                         : token.is_true            ? "true"
                                                    : "false");
        }
    }
    en_arena_fini(&arena);
    return code;
}

static void test_json_reader_takes_every_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *tokens;
    } rows[] = {
        {"{}", " { close "},
        {" [ ] ", " [ close "},
        {"{\"a\":1,\"b\":[true,false,null]}", " { key:a 1 key:b [ true false null close close "},
        {"[-0, 0.50, 1e3, -12.5E-2]", " [ -0 0.50 1e3 -12.5E-2 close "},
        {"\"\"", " text: "},
        {"\"a\\n\\u0416\\ud83d\\ude00\\/\"", " text:a\n\xd0\x96\xf0\x9f\x98\x80/ "},
        {"{\"\\u0061\":{\"b\":[[]]}}", " { key:a { key:b [ [ close close close close "},
        {"12", " 12 "},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_buf out;
        struct en_error err = {0};
        en_buf_init(&out, ARENA_SIZE);
        assert_int_equal(read_all(rows[i].text, &out, &err), EN_OK);
        en_buf_u8(&out, 0);
        assert_string_equal((const char *)out.bytes, rows[i].tokens);
        en_buf_fini(&out);
    }
}

static void test_json_reader_says_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "byte 1: a value is missing"},
        {"{", "byte 2: a name in quotes is missing"},
        {"{\"a\"}", "byte 5: a : is missing"},
        {"{\"a\":}", "byte 6: a value is missing"},
        {"{\"a\":1,}", "byte 8: a name in quotes is missing"},
        {"{\"a\":1 \"b\":2}", "byte 8: a , or } is missing"},
        {"[1 2]", "byte 4: a , or ] is missing"},
        {"[1,]", "byte 4: a value is missing"},
        {"[01]", "byte 4: this is no number"},
        {"[-]", "byte 3: this is no number"},
        {"[1.]", "byte 4: this is no number"},
        {"nul", "byte 1: a value is missing"},
        {"\"a", "byte 3: the text has no end"},
        {"\"a\nb\"", "byte 3: a text holds no line breaks"},
        {"\"\\x\"", "the escape in front"},
        {"\"\\u12\"", "the escape in front"},
        {"\"\\ud800\"", "the escape in front"},
        {"\"\\u0000\"", "the escape in front"},
        {"\"\xff\"", "is no UTF-8"},
        {"{} {}", "byte 4: something stands behind"},
        {"]", "byte 1: a value is missing"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_buf out;
        struct en_error err = {0};
        en_buf_init(&out, ARENA_SIZE);
        assert_int_equal(read_all(rows[i].text, &out, &err), EN_MALFORMED);
        if (strstr(err.text, rows[i].words) == NULL) {
            fail_msg("%s: %s, not: %s", rows[i].text, err.text, rows[i].words);
        }
        en_buf_fini(&out);
    }
}

static void test_json_reader_is_bounded(void **state)
{
    (void)state;
    char deep[EN_JSON_READER_DEPTH_MAX * 2 + 4] = {0};
    memset(deep, '[', EN_JSON_READER_DEPTH_MAX + 1);
    struct en_buf out;
    struct en_error err = {0};
    en_buf_init(&out, ARENA_SIZE);
    assert_int_equal(read_all(deep, &out, &err), EN_LIMIT);
    memset(deep, 0, sizeof deep);
    memset(deep, '[', EN_JSON_READER_DEPTH_MAX);
    memset(deep + EN_JSON_READER_DEPTH_MAX, ']', EN_JSON_READER_DEPTH_MAX);
    assert_int_equal(read_all(deep, &out, &err), EN_OK);
    en_buf_fini(&out);
}

static void test_json_reader_wants_memory(void **state)
{
    (void)state;
    struct en_arena arena;
    struct en_json_reader reader;
    struct en_json_token token;
    struct en_error err = {0};
    en_arena_init(&arena, 1);
    en_json_reader_init(&reader, en_slice_text("\"a\\nb\""), &arena);
    assert_int_equal(en_json_next(&reader, &token, &err), EN_NOMEM);
    en_arena_fini(&arena);
}

static void test_json_reader_passes_over_values(void **state)
{
    (void)state;
    struct en_arena arena;
    struct en_json_reader reader;
    struct en_json_token token;
    en_arena_init(&arena, ARENA_SIZE);
    en_json_reader_init(&reader, en_slice_text("{\"a\":{\"x\":[1,{}]},\"b\":7}"), &arena);
    assert_int_equal(en_json_next(&reader, &token, NULL), EN_OK);
    assert_int_equal(en_json_next(&reader, &token, NULL), EN_OK);
    assert_int_equal(en_json_next(&reader, &token, NULL), EN_OK);
    assert_int_equal(token.kind, EN_JSON_OBJECT);
    assert_int_equal(en_json_skip(&reader, &token, NULL), EN_OK);
    assert_int_equal(en_json_next(&reader, &token, NULL), EN_OK);
    assert_true(token.kind == EN_JSON_KEY && en_slice_equal(token.text, en_slice_text("b")));
    assert_int_equal(token.offset, 18);
    en_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_reader_takes_every_value),
        cmocka_unit_test(test_json_reader_says_what_is_wrong_and_where),
        cmocka_unit_test(test_json_reader_is_bounded),
        cmocka_unit_test(test_json_reader_wants_memory),
        cmocka_unit_test(test_json_reader_passes_over_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
