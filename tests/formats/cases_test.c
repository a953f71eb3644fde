/* The cases of all formats: formats/<format>/cases/<name>/ holds one file input.*, for formats that
 * need one a mapping.ini, and expected.json: what the reader understood, as staged_json prints it.
 * With EN_CASES_WRITE=1 in the environment expectations are written instead of compared; look at
 * the difference before keeping it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/format.h"
#include "tests/formats/files.h"
#include "tests/formats/moscow_zone.h"
#include "tests/formats/staged_json.h"

struct run {
    const struct en_format *format;
    uint32_t cases_count;
    uint32_t failed_count;
};

struct case_files {
    char input[EN_TEST_PATH_SIZE];
    char name[256];
};

static void find_input(void *self, const char *folder, const char *name)
{
    struct case_files *files = self;
    if (strncmp(name, "input.", 6) == 0) {
        (void)snprintf(files->input, sizeof files->input, "%s/%s", folder, name);
        (void)snprintf(files->name, sizeof files->name, "%s", name);
    }
}

static void read_case(const struct en_format *format, const struct en_format_input *input,
                      struct en_buf *actual)
{
    static struct en_import_findings findings;
    struct en_staging staging;
    struct en_error err = {0};
    en_duplicates duplicates = EN_DUPLICATES_ERROR;
    en_import_findings_init(&findings);
    assert_int_equal(en_staging_init(&staging, &findings, &err), EN_OK);
    if (format->read(input, &staging, &duplicates, &err) == EN_OK) {
        en_staging_settle(&staging, duplicates);
        en_staged_json(&staging, actual);
    } else {
        en_refused_json(&err, actual);
    }
    en_staging_fini(&staging);
    en_import_findings_fini(&findings);
}

static void compare(struct run *run, const char *folder, const struct en_buf *actual)
{
    char path[EN_TEST_PATH_SIZE];
    struct en_buf expected;
    en_buf_init(&expected, 64u << 20);
    (void)snprintf(path, sizeof path, "%.900s/expected.json", folder);
    if (getenv("EN_CASES_WRITE") != NULL) {
        assert_true(en_test_file_write(path, en_buf_slice(actual)));
    } else if (!en_test_file_read(path, &expected) ||
               !en_slice_equal(en_buf_slice(&expected), en_buf_slice(actual))) {
        print_error("%s: understood differently:\n%.*s\n", folder, (int)actual->size,
                    (const char *)actual->bytes);
        run->failed_count++;
    }
    en_buf_fini(&expected);
}

static void run_case(void *self, const char *parent, const char *name)
{
    struct run *run = self;
    char folder[EN_TEST_PATH_SIZE];
    char path[EN_TEST_PATH_SIZE];
    struct case_files files = {{0}, {0}};
    struct en_buf bytes;
    struct en_buf mapping;
    struct en_buf actual;
    en_buf_init(&bytes, 64u << 20);
    en_buf_init(&mapping, 64u << 10);
    en_buf_init(&actual, 64u << 20);
    (void)snprintf(folder, sizeof folder, "%.500s/%.200s", parent, name);
    (void)en_test_folder_each(folder, find_input, &files);
    assert_true(en_test_file_read(files.input, &bytes));
    (void)snprintf(path, sizeof path, "%.900s/mapping.ini", folder);
    if (run->format->needs_mapping) {
        assert_true(en_test_file_read(path, &mapping));
    }
    struct en_format_input input = {
        .file_name = files.name,
        .bytes = en_buf_slice(&bytes),
        .mapping = en_buf_slice(&mapping),
        .zones = en_moscow_source(),
    };
    read_case(run->format, &input, &actual);
    compare(run, folder, &actual);
    run->cases_count++;
    en_buf_fini(&bytes);
    en_buf_fini(&mapping);
    en_buf_fini(&actual);
}

static void test_formats_read_their_cases(void **state)
{
    (void)state;
    uint32_t count = 0;
    uint32_t failed = 0;
    const struct en_format *const *formats = en_formats(&count);
    for (uint32_t i = 0; i < count; i++) {
        char path[EN_TEST_PATH_SIZE];
        struct run run = {.format = formats[i]};
        (void)snprintf(path, sizeof path, "%s/formats/%s/cases", EN_SOURCE_DIR, formats[i]->name);
        if (formats[i]->read != NULL) {
            (void)en_test_folder_each(path, run_case, &run);
            assert_int_not_equal(run.cases_count, 0);
        }
        failed += run.failed_count;
    }
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_formats_read_their_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
