#include "app/rows.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static en_code gather(void *self, en_stream stream, struct en_slice bytes)
{
    assert_int_equal(stream, EN_STREAM_OUT);
    en_buf_append(self, bytes.bytes, bytes.size);
    return EN_OK;
}

static const struct en_column columns[] = {
    {"point", "Point", false}, {"energy", "Energy", true}, {"note", NULL, false}};

/* Prints two rows in a form; the text lives in out, ended by a 0 byte. */
static const char *print(en_output output, struct en_buf *out)
{
    struct en_io io = {.self = out, .write = gather};
    struct en_rows rows;
    en_io_init(&io);
    en_buf_reset(out);
    en_rows_begin(&rows, &io, output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, "Ввод-1");
    en_rows_text(&rows, "12.5");
    en_rows_null(&rows);
    en_rows_text(&rows, "a\"b,\x01\xff");
    en_rows_count(&rows, 7);
    en_rows_text(&rows, "x");
    en_rows_end(&rows);
    en_io_fini(&io);
    en_buf_u8(out, 0);
    return (const char *)out->bytes;
}

static void test_rows_are_printed_in_each_form(void **state)
{
    (void)state;
    static const struct {
        en_output output;
        const char *text;
    } cases[] = {
        {EN_OUTPUT_TABLE, "Point   Energy  note\n"
                          "Ввод-1    12.5  -\n"
                          "a\"b, \xff       7  x\n"},
        {EN_OUTPUT_LINES,
         "{\"point\":\"Ввод-1\",\"energy\":\"12.5\",\"note\":null}\n"
         "{\"point\":\"a\\\"b,\\u0001\xef\xbf\xbd\",\"energy\":7,\"note\":\"x\"}\n"},
        {EN_OUTPUT_JSON,
         "[\n{\"point\":\"Ввод-1\",\"energy\":\"12.5\",\"note\":null},\n"
         "{\"point\":\"a\\\"b,\\u0001\xef\xbf\xbd\",\"energy\":7,\"note\":\"x\"}\n]\n"},
        {EN_OUTPUT_CSV, "point,energy,note\nВвод-1,12.5,\n\"a\"\"b,\x01\xff\",7,x\n"},
    };
    struct en_buf out;
    en_buf_init(&out, 1u << 20);
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        assert_string_equal(print(cases[i].output, &out), cases[i].text);
    }
    en_buf_fini(&out);
}

static void test_rows_none_is_an_empty_answer(void **state)
{
    (void)state;
    static const struct {
        en_output output;
        const char *text;
    } cases[] = {{EN_OUTPUT_TABLE, "Point  Energy  note\n"},
                 {EN_OUTPUT_LINES, ""},
                 {EN_OUTPUT_JSON, "[]\n"},
                 {EN_OUTPUT_CSV, "point,energy,note\n"}};
    struct en_buf out;
    en_buf_init(&out, 1u << 20);
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_io io = {.self = &out, .write = gather};
        struct en_rows rows;
        en_io_init(&io);
        en_buf_reset(&out);
        en_rows_begin(&rows, &io, cases[i].output, columns, EN_COUNT_OF(columns));
        en_rows_end(&rows);
        en_io_fini(&io);
        en_buf_u8(&out, 0);
        assert_string_equal((const char *)out.bytes, cases[i].text);
    }
    en_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_printed_in_each_form),
        cmocka_unit_test(test_rows_none_is_an_empty_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
