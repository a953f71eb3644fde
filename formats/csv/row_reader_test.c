#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/csv/row_reader.h"

static struct en_row row;

/* Rows of the text as "a|b\n", a bad row as "!CODE\n". */
static void check_rows(const char *text, const char *expected)
{
    static struct en_row_reader reader;
    struct en_buf seen;
    bool is_end = false;
    en_buf_init(&seen, 1u << 20);
    en_row_reader_init(&reader, en_slice_text(text), ',');
    while (!is_end) {
        struct en_error err = {0};
        en_code code = en_row_reader_next(&reader, &row, &is_end, &err);
        if (code != EN_OK) {
            assert_int_equal(strncmp(err.text, "line ", 5), 0);
            en_buf_print(&seen, "!%s\n", en_code_name(code));
        } else if (!is_end) {
            for (uint32_t i = 0; i < row.count; i++) {
                en_buf_text(&seen, i > 0 ? "|" : "");
                en_buf_append(&seen, row.fields[i].bytes, row.fields[i].size);
            }
            en_buf_u8(&seen, '\n');
        }
    }
    if (!en_slice_equal(en_buf_slice(&seen), en_slice_text(expected))) {
        print_error("%s\nwas read as\n%.*s", text, (int)seen.size, (const char *)seen.bytes);
    }
    assert_true(en_slice_equal(en_buf_slice(&seen), en_slice_text(expected)));
    en_row_reader_fini(&reader);
    en_buf_fini(&seen);
}

static void test_rows_follow_rfc_4180(void **state)
{
    (void)state;
    check_rows("", "");
    check_rows("a,b\r\nc,d", "a|b\nc|d\n");
    check_rows("a\rb\n\nc\r\n", "a\nb\nc\n");
    check_rows(",\n", "|\n");
    check_rows("\"a,b\",\"c\"\"d\",\"\"\n", "a,b|c\"d|\n");
    check_rows("\"a\nb\",c\nd", "a\nb|c\nd\n");
    check_rows("\"a\" ,b\n", "a|b\n");
    check_rows("a\"b,c\n", "a\"b|c\n");
}

static void test_rows_that_are_bad_do_not_stop_the_rest(void **state)
{
    (void)state;
    check_rows("\"a\"x,b\nc\n", "!MALFORMED\nc\n");
    check_rows("a,\"b\nc\n", "!MALFORMED\nc\n");
}

static void test_rows_keep_to_their_bounds(void **state)
{
    (void)state;
    static struct en_row_reader reader;
    bool is_end = false;
    char *text = calloc(1, 4 * EN_CSV_ROW_SIZE_MAX);
    assert_non_null(text);
    memset(text, ',', EN_CSV_FIELDS_MAX);
    en_row_reader_init(&reader, en_slice_text(text), ',');
    assert_int_equal(en_row_reader_next(&reader, &row, &is_end, NULL), EN_LIMIT);
    en_row_reader_fini(&reader);
    memset(text, 'a', EN_CSV_ROW_SIZE_MAX + 10);
    en_row_reader_init(&reader, en_slice_text(text), ',');
    assert_int_equal(en_row_reader_next(&reader, &row, &is_end, NULL), EN_LIMIT);
    en_row_reader_fini(&reader);
    text[0] = '"';
    en_row_reader_init(&reader, en_slice_text(text), ',');
    assert_int_equal(en_row_reader_next(&reader, &row, &is_end, NULL), EN_LIMIT);
    en_row_reader_fini(&reader);
    free(text);
}

static void test_rows_delimiter_is_guessed(void **state)
{
    (void)state;
    assert_int_equal(en_delimiter_guess(en_slice_text("a;b;\"c,d,e\"\n1,2,3,4")), ';');
    assert_int_equal(en_delimiter_guess(en_slice_text("a\tb")), '\t');
    assert_int_equal(en_delimiter_guess(en_slice_text("a|b")), '|');
    assert_int_equal(en_delimiter_guess(en_slice_text("a")), ',');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_follow_rfc_4180),
        cmocka_unit_test(test_rows_that_are_bad_do_not_stop_the_rest),
        cmocka_unit_test(test_rows_keep_to_their_bounds),
        cmocka_unit_test(test_rows_delimiter_is_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
