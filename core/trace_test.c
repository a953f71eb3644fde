#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/limits.h"
#include "core/mem.h"
#include "core/trace.h"

struct written {
    char text[EN_TRACE_LINE_SIZE_MAX + 1];
    uint32_t count;
};

static void keep(void *self, en_trace_level level, struct en_slice line)
{
    (void)level;
    struct written *written = self;
    memcpy(written->text, line.bytes, line.size);
    written->text[line.size] = '\0';
    written->count++;
}

static struct en_instant at(void *self)
{
    (void)self;
    return (struct en_instant){0};
}

static struct written written;
static const struct en_trace trace = {&written, EN_TRACE_NOTE, keep, at};

static void test_trace_line_is_one_json_object(void **state)
{
    (void)state;
    struct en_trace_line line;
    struct en_error err = {EN_FULL, "no \"space\""};
    en_trace_begin(&line, &trace, EN_TRACE_WARNING, "runner", "behind");
    en_trace_u64(&line, "events", 9);
    en_trace_i64(&line, "lag", -1);
    en_trace_bool(&line, "is_live", true);
    en_trace_string(&line, "file", "a\nb");
    en_trace_fault(&line, &err);
    en_trace_end(&line);
    assert_string_equal(
        written.text, "{\"at\":\"1970-01-01T00:00:00Z\",\"level\":\"warning\",\"part\":\"runner\","
                      "\"what\":\"behind\",\"events\":9,\"lag\":-1,\"is_live\":true,"
                      "\"file\":\"a\\nb\",\"code\":\"FULL\",\"error\":\"no \\\"space\\\"\"}");
}

static void test_trace_passes_by_what_is_not_wanted(void **state)
{
    (void)state;
    struct en_trace_line line;
    uint32_t count = written.count;
    en_trace_begin(&line, &trace, EN_TRACE_DETAIL, "x", "y");
    en_trace_u64(&line, "n", 1);
    en_trace_end(&line);
    en_trace_begin(&line, NULL, EN_TRACE_ERROR, "x", "y");
    en_trace_string(&line, "s", "t");
    en_trace_end(&line);
    assert_int_equal(written.count, count);
}

static void assert_cut(void)
{
    assert_string_equal(written.text, "{\"at\":\"1970-01-01T00:00:00Z\",\"level\":\"error\","
                                      "\"part\":\"x\",\"what\":\"y\",\"is_cut\":true}");
}

static void test_trace_too_long_or_without_memory_is_cut(void **state)
{
    (void)state;
    static uint8_t long_text[EN_TRACE_LINE_SIZE_MAX];
    memset(long_text, 'x', sizeof long_text);
    struct en_trace_line line;
    en_trace_begin(&line, &trace, EN_TRACE_ERROR, "x", "y");
    en_trace_text(&line, "s", en_slice_of(long_text, sizeof long_text));
    en_trace_end(&line);
    assert_cut();
    en_mem_fail_after(1);
    en_trace_begin(&line, &trace, EN_TRACE_ERROR, "x", "y");
    en_trace_end(&line);
    en_mem_fail_after(0);
    assert_cut();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_line_is_one_json_object),
        cmocka_unit_test(test_trace_passes_by_what_is_not_wanted),
        cmocka_unit_test(test_trace_too_long_or_without_memory_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
