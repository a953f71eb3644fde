#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/csv/mapping.h"
#include "formats/csv/stamp.h"
#include "tests/formats/files.h"

static struct en_mapping mapping;

static void visit_shipped(void *self, const char *folder, const char *name)
{
    char path[EN_TEST_PATH_SIZE];
    struct en_buf text;
    struct en_error err = {0};
    (void)self;
    en_buf_init(&text, EN_MAPPING_SIZE_MAX);
    (void)snprintf(path, sizeof path, "%.700s/%.300s", folder, name);
    assert_true(en_test_file_read(path, &text));
    en_code code = en_mapping_parse(en_buf_slice(&text), &mapping, &err);
    if (code != EN_OK) {
        print_error("%s: %s\n", name, err.text);
    }
    assert_int_equal(code, EN_OK);
    en_buf_fini(&text);
}

static void test_mapping_files_that_are_shipped_are_good(void **state)
{
    (void)state;
    assert_true(en_test_folder_each(EN_SOURCE_DIR "/formats/csv/mappings", visit_shipped, NULL) >=
                6);
}

#define TIME "[time]\ncolumn = t\npattern = rfc3339\nzone = Z\nslot = 30m\n"
#define POINT "[point]\ncode = P\n"
#define CHANNEL "[channel A+]\ncolumn = a\nunit = kWh\n"

static void test_mapping_says_what_is_wrong_with_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *what; /* a part of the message */
    } rows[] = {
        {"", "[time] column"},
        {"x\n", "line 1: \"x\" is neither"},
        {"[tim]\n", "line 1: \"[tim]\" is not one of"},
        {"[channel]\n", "is not one of"},
        {"[time]\ncolum = 3\n", "line 2: \"colum\" is not a key of [time]; its keys are column"},
        {"[time]\ncolumn = #0\n", "a column name or #number"},
        {"[time]\nslot = 7m\n", "whole minutes that divide a day"},
        {"[time]\nslot = 30s\n", "whole minutes"},
        {"[time]\npattern = DD.MM hh:mm\n", "needs a year"},
        {"[time]\npattern = YYYY-MM-DD[ hh\n", "never closed"},
        {"[time]\npattern = YYYY-MM-DD DD\n", "twice"},
        {"[time]\nstamp = middle\n", "start or end"},
        {"[file]\nencoding = koi8-r\n", "utf-8 or windows-1251"},
        {"[file]\ndelimiter = ::\n", "auto, tab"},
        {"[file]\ndecimal = x\n", "one of . ,"},
        {"[file]\nheader = 5000\n", "0 to 1000"},
        {"[point]\nresource = oil\n", "electricity, heat"},
        {"[values]\nduplicates = all\n", "error, first or last"},
        {"[values]\ndecimals = 10\n", "0 to 9"},
        {"[quality]\nX = GOOD\n", "a quality such as"},
        {"[channel A+]\nkind = sum\n", "energy, demand"},
        {"[channel A+]\nunit = furlong\n", "a unit such as"},
        {"[channel A+]\nmultiplier = 1e3\n", "a decimal number"},
        {"[channel A+]\nprimary = maybe\n", "yes or no"},
        {"[channel A+]\n[long]\n", "one [long] section"},
        {"[long]\n[channel A+]\n", "one [long] section"},
        {"[time]\ncolumn = t\n", "[time] pattern"},
        {"[time]\ncolumn = t\npattern = rfc3339\n", "[time] zone"},
        {TIME, "[point] code"},
        {TIME POINT, "no [channel CODE]"},
        {TIME POINT "[channel A+]\nunit = kWh\n", "column = COLUMN is missing"},
        {TIME POINT "[channel A+]\ncolumn = a\n", "unit = ... is missing"},
        {TIME POINT CHANNEL "multiplier = 0\n", "would lose the values"},
        {TIME POINT "[long]\nvalue = v\nunit = kWh\n", "[long] channel"},
        {TIME POINT CHANNEL "[file]\nheader = 0\n", "as #number"},
        {TIME "to = e\nstamp = end\n" POINT CHANNEL, "so the stamp is the start"},
        {"[time]\ncolumn = t\npattern = rfc3339\nzone = Z\n" POINT CHANNEL, "intervals need"},
        {"\xff", "not UTF-8"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_error err = {0};
        en_code code = en_mapping_parse(en_slice_text(rows[i].text), &mapping, &err);
        if (code != EN_CONFIG || strstr(err.text, rows[i].what) == NULL) {
            print_error("%s: %s\n", rows[i].text, err.text);
        }
        assert_int_equal(code, EN_CONFIG);
        assert_non_null(strstr(err.text, rows[i].what));
    }
    assert_int_equal(en_mapping_parse(en_slice_text(TIME POINT CHANNEL), &mapping, NULL), EN_OK);
}

static void test_mapping_keeps_to_its_bounds(void **state)
{
    (void)state;
    struct en_buf text;
    en_buf_init(&text, 4u << 20);
    for (unsigned i = 0; i <= EN_MAPPING_CHANNELS_MAX; i++) {
        en_buf_print(&text, "[channel C%u]\ncolumn = #1\nunit = kWh\n", i);
    }
    assert_int_equal(en_mapping_parse(en_buf_slice(&text), &mapping, NULL), EN_LIMIT);
    for (unsigned i = 0; i < EN_MAPPING_SIZE_MAX; i++) {
        en_buf_u8(&text, '#');
    }
    assert_int_equal(en_mapping_parse(en_buf_slice(&text), &mapping, NULL), EN_LIMIT);
    en_buf_fini(&text);
}

static void test_stamp_is_read_by_its_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        en_code code;
        struct en_civil civil;
    } rows[] = {
        {"YYYY-MM-DD hh:mm:ss", "2013-04-14 00:30:15", EN_OK, {2013, 4, 14, 0, 30, 15, 0}},
        {"DD.MM.YY h:mm", "14.04.13 7:05", EN_OK, {2013, 4, 14, 7, 5, 0, 0}},
        {"D/M/YYYY", "4/11/2013", EN_OK, {2013, 11, 4, 0, 0, 0, 0}},
        {"YYYYMMDDhhmm", "201304142330", EN_OK, {2013, 4, 14, 23, 30, 0, 0}},
        {"YYYY-MM-DD[ hh:mm]", "2013-04-14", EN_OK, {2013, 4, 14, 0, 0, 0, 0}},
        {"YYYY-MM-DD[ hh:mm]", "2013-04-14 01:00", EN_OK, {2013, 4, 14, 1, 0, 0, 0}},
        {"YYYY-MM-DD hh:mm", "2013-12-31 24:00", EN_OK, {2014, 1, 1, 0, 0, 0, 0}},
        {"YYYY-MM-DD hh:mm", "2013-12-31 24:01", EN_RANGE, {0, 0, 0, 0, 0, 0, 0}},
        {"YYYY-MM-DD hh:mm", "2013-02-29 00:00", EN_RANGE, {0, 0, 0, 0, 0, 0, 0}},
        {"YYYY-MM-DD hh:mm", "2013-02-28 00:60", EN_RANGE, {0, 0, 0, 0, 0, 0, 0}},
        {"YYYY-MM-DD hh:mm", "2013-02-28T00:00", EN_MALFORMED, {0, 0, 0, 0, 0, 0, 0}},
        {"YYYY-MM-DD", "2013-02-28 00:00", EN_MALFORMED, {0, 0, 0, 0, 0, 0, 0}},
        {"YYYY-MM-DD", "2013-2-28", EN_MALFORMED, {0, 0, 0, 0, 0, 0, 0}},
        {"YYYY-MM-DD", "", EN_MALFORMED, {0, 0, 0, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_civil civil = {0};
        assert_int_equal(en_stamp_check(en_slice_text(rows[i].pattern), NULL), EN_OK);
        en_code code = en_stamp_read(en_slice_text(rows[i].pattern), en_slice_text(rows[i].text),
                                     &civil, NULL);
        assert_int_equal(code, rows[i].code);
        if (code == EN_OK) {
            const struct en_civil *expected = &rows[i].civil;
            assert_int_equal(civil.year, expected->year);
            assert_int_equal(civil.month, expected->month);
            assert_int_equal(civil.day, expected->day);
            assert_int_equal(civil.hour, expected->hour);
            assert_int_equal(civil.minute, expected->minute);
            assert_int_equal(civil.second, expected->second);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mapping_files_that_are_shipped_are_good),
        cmocka_unit_test(test_mapping_says_what_is_wrong_with_it),
        cmocka_unit_test(test_mapping_keeps_to_its_bounds),
        cmocka_unit_test(test_stamp_is_read_by_its_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
