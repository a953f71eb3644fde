/* labels: real */
/* Real files of other people, imported: counts and totals against sums that are made here by
 * reading the files in the simplest way. Nothing of these files is in the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/event/payload.h"
#include "formats/import.h"
#include "tests/formats/array_sink.h"
#include "tests/formats/files.h"
#include "tests/formats/moscow_zone.h"

#define SKIPPED 77
#define FIELDS_MAX 2000

__extension__ typedef __int128 wide;

static const char *data_folder;

/* What one import left in the array. */
struct totals {
    uint64_t values;
    uint64_t missing;
    wide micro; /* sum of all values, 1e-6 of their base units */
};

struct import {
    struct en_array_sink array;
    struct en_import_report report;
    struct en_buf file;
    struct en_buf mapping;
    struct en_error err;
};

static wide scale(int64_t digits, int exponent)
{
    wide value = digits;
    for (int i = exponent + 6; i > 0; i--) {
        value *= 10;
    }
    for (int i = exponent + 6; i < 0; i++) {
        assert_true(value % 10 == 0);
        value /= 10;
    }
    return value;
}

static void add_profile(const struct en_event *event, struct totals *totals)
{
    static struct en_block block;
    uint64_t revision = 0;
    struct en_slice bytes;
    assert_int_equal(en_reading_profile_parse(event->payload, &revision, &bytes, NULL), EN_OK);
    assert_int_equal(en_block_decode(bytes, &block, NULL), EN_OK);
    for (uint32_t i = 0; i < block.head.count; i++) {
        bool is_missing = en_quality_is_missing(block.quality[i]);
        totals->values += is_missing ? 0 : 1;
        totals->missing += is_missing ? 1 : 0;
        totals->micro += is_missing ? 0 : scale(block.values[i], block.head.exponent);
    }
}

/* Values of the events in the array; subject 0: of all channels. */
static struct totals totals_of(const struct en_array_sink *array, uint32_t subject)
{
    struct totals totals = {0, 0, 0};
    for (uint32_t i = 0; i < array->count; i++) {
        const struct en_event *event = &array->events[i];
        if (subject != 0 && event->header.subject != subject) {
            continue;
        }
        if (event->header.kind == EN_KIND_READING_PROFILE) {
            add_profile(event, &totals);
        } else if (event->header.kind == EN_KIND_READING_REGISTER) {
            struct en_reading_register reading;
            assert_int_equal(en_payload_decode(event, &reading, NULL, NULL), EN_OK);
            totals.values++;
            totals.micro += scale(reading.value.digits, reading.value.exponent);
        }
    }
    return totals;
}

static int setup(void **state)
{
    struct import *import = calloc(1, sizeof *import);
    assert_non_null(import);
    en_array_sink_init(&import->array);
    assert_int_equal(en_import_report_init(&import->report, NULL), EN_OK);
    en_buf_init(&import->file, 64u << 20);
    en_buf_init(&import->mapping, 64u << 10);
    *state = import;
    return 0;
}

static int teardown(void **state)
{
    struct import *import = *state;
    en_import_report_fini(&import->report);
    en_array_sink_fini(&import->array);
    en_buf_fini(&import->file);
    en_buf_fini(&import->mapping);
    free(import);
    return 0;
}

static void renew(struct import *import)
{
    en_array_sink_fini(&import->array);
    en_array_sink_init(&import->array);
    en_import_report_fini(&import->report);
    assert_int_equal(en_import_report_init(&import->report, NULL), EN_OK);
    en_buf_reset(&import->file);
}

static en_code run(struct import *import, const char *path, const char *format)
{
    struct en_sink sink = en_array_sink(&import->array);
    struct en_registry_view registry = en_array_registry(&import->array);
    struct en_import_options options = {
        .format = format,
        .file_name = path,
        .mapping = en_buf_slice(&import->mapping),
        .zones = en_moscow_source(),
        .is_create = true,
    };
    assert_true(en_test_file_read(path, &import->file));
    return en_import_run(&options, en_buf_slice(&import->file), &sink, &registry, &import->report,
                         &import->err);
}

static void path_of(const char *name, char path[EN_TEST_PATH_SIZE])
{
    (void)snprintf(path, EN_TEST_PATH_SIZE, "%.500s/%.400s", data_folder, name);
}

static void load_mapping(struct import *import, const char *name)
{
    char path[EN_TEST_PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/formats/csv/mappings/%s", EN_SOURCE_DIR, name);
    assert_true(en_test_file_read(path, &import->mapping));
}

/* A decimal text in 1e-6, a half away from zero. Digit by digit, nothing shared with the engine. */
static wide plain_micro(const char *text)
{
    bool is_negative = *text == '-';
    wide value = 0;
    int decimals = -1;
    bool is_up = false;
    for (const char *at = text + is_negative; *at != '\0'; at++) {
        if (*at == '.') {
            decimals = 0;
        } else if (*at >= '0' && *at <= '9' && decimals < 6) {
            value = value * 10 + (*at - '0');
            decimals += decimals >= 0;
        } else if (*at >= '0' && *at <= '9' && decimals == 6) {
            is_up = *at >= '5';
            break;
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 6; i++) {
        value *= 10;
    }
    value += is_up;
    return is_negative ? -value : value;
}

/* Cuts the line that *at begins into fields; false at the end of the text. */
static uint32_t next_fields(char **at, char *fields[FIELDS_MAX])
{
    if (**at == '\0') {
        return 0;
    }
    uint32_t count = 0;
    fields[count++] = *at;
    for (;; (*at)++) {
        char byte = **at;
        if (byte == ',' && count < FIELDS_MAX) {
            **at = '\0';
            fields[count++] = *at + 1;
        } else if (byte == '\r') {
            **at = '\0';
        } else if (byte == '\n' || byte == '\0') {
            **at = '\0';
            *at += byte == '\n';
            return count;
        }
    }
}

/* The file as text that may be cut up. */
static char *text_of(struct import *import)
{
    en_buf_u8(&import->file, 0);
    assert_int_equal(import->file.code, EN_OK);
    return (char *)import->file.bytes;
}

/* Sum and count of one column of a table with a header. */
static struct totals column_totals(const struct import *import, uint32_t column)
{
    struct totals totals = {0, 0, 0};
    char *copy = malloc(import->file.size + 1);
    static char *fields[FIELDS_MAX];
    assert_non_null(copy);
    memcpy(copy, import->file.bytes, import->file.size);
    copy[import->file.size] = '\0';
    char *at = copy;
    (void)next_fields(&at, fields);
    for (uint32_t count = next_fields(&at, fields); count > 0; count = next_fields(&at, fields)) {
        totals.values++;
        totals.micro += plain_micro(fields[column]);
    }
    free(copy);
    return totals;
}

static void test_ausgrid_year_adds_up(void **state)
{
    struct import *import = *state;
    char path[EN_TEST_PATH_SIZE];
    path_of("intervals/ausgrid_customer12_2011-2012.csv", path);
    load_mapping(import, "ausgrid.ini");
    assert_int_equal(run(import, path, "csv"), EN_OK);
    assert_int_equal(import->report.values_count, 2 * 17568);
    assert_int_equal(import->report.points_count, 1);
    assert_int_equal(import->report.channels_count, 2);
    for (uint32_t channel = 1; channel <= 2; channel++) {
        struct totals got = totals_of(&import->array, channel);
        struct totals expected = column_totals(import, channel);
        assert_int_equal(got.values, 17568);
        assert_int_equal(expected.values, 17568);
        assert_int_equal(got.missing, 0);
        assert_true(got.micro == expected.micro);
    }
    assert_int_equal(en_array_count(&import->array, EN_KIND_READING_PROFILE), 2 * 366);
}

static void test_danish_registers_are_all_there(void **state)
{
    struct import *import = *state;
    char path[EN_TEST_PATH_SIZE];
    path_of("intervals/danish_smart_heat_meters_sample.csv", path);
    load_mapping(import, "danish_heat.ini");
    assert_int_equal(run(import, path, "csv"), EN_OK);
    assert_int_equal(import->report.values_count, 26256);
    struct totals got = totals_of(&import->array, 0);
    assert_int_equal(got.values, 26256);
    assert_true(got.micro == column_totals(import, 3).micro);
    renew(import);
    en_buf_reset(&import->mapping);
    load_mapping(import, "danish_heat_all.ini");
    assert_int_equal(run(import, path, "csv"), EN_OK);
    assert_int_equal(import->report.values_count, 4 * 26256);
}

static void test_aemo_demand_becomes_energy(void **state)
{
    struct import *import = *state;
    char path[EN_TEST_PATH_SIZE];
    wide expected = 0;
    static char *fields[FIELDS_MAX];
    path_of("intervals/aemo_price_demand_202501_NSW.csv", path);
    load_mapping(import, "aemo_demand.ini");
    assert_int_equal(run(import, path, "csv"), EN_OK);
    assert_int_equal(import->report.values_count, 8928);
    char *at = text_of(import);
    (void)next_fields(&at, fields);
    for (uint32_t count = next_fields(&at, fields); count > 0; count = next_fields(&at, fields)) {
        wide kw = plain_micro(fields[2]) * 1000; /* 1e-6 kW */
        expected += (kw + 6) / 12;               /* positive: half up */
    }
    assert_true(totals_of(&import->array, 0).micro == expected);
}

/* Totals of a NEM12 or NEM13 file: every number of its 300 and 250 records. */
static struct totals nem_totals(char *text)
{
    struct totals totals = {0, 0, 0};
    static char *fields[FIELDS_MAX];
    wide divisor = 1;
    uint32_t slots = 0;
    for (uint32_t count = next_fields(&text, fields); count > 0;
         count = next_fields(&text, fields)) {
        if (strcmp(fields[0], "200") == 0) {
            divisor = fields[7][0] == 'W' || fields[7][0] == 'V' ? 1000 : 1;
            slots = 1440u / (uint32_t)strtoul(fields[8], NULL, 10);
        } else if (strcmp(fields[0], "300") == 0) {
            bool is_null = fields[2 + slots][0] == 'N';
            for (uint32_t i = 0; i < slots; i++) {
                totals.values += is_null ? 0 : 1;
                totals.micro += is_null ? 0 : plain_micro(fields[2 + i]) / divisor;
            }
        } else if (strcmp(fields[0], "250") == 0) {
            totals.values += 2;
            totals.micro += plain_micro(fields[8]) + plain_micro(fields[13]);
        }
    }
    return totals;
}

static void check_nem(struct import *import, const char *name)
{
    char path[EN_TEST_PATH_SIZE];
    char relative[300];
    renew(import);
    (void)snprintf(relative, sizeof relative, "nem12/%s", name);
    path_of(relative, path);
    en_code code = run(import, path, "nem12");
    if (code != EN_OK) {
        print_error("%s: %s\n", name, import->err.text);
    }
    assert_int_equal(code, EN_OK);
    struct totals got = totals_of(&import->array, 0);
    struct totals expected = nem_totals(text_of(import));
    if (got.values != expected.values || got.micro != expected.micro) {
        print_error("%s: %ju values, expected %ju\n", name, (uintmax_t)got.values,
                    (uintmax_t)expected.values);
    }
    assert_true(got.values == expected.values && got.micro == expected.micro);
    assert_int_equal(got.values, import->report.values_count);
    assert_int_not_equal(got.values, 0);
}

static void visit_nem(void *self, const char *folder, const char *name)
{
    size_t size = strlen(name);
    (void)folder;
    if (size > 4 && strcmp(name + size - 4, ".csv") == 0) {
        check_nem(self, name);
    }
}

static void test_nem_examples_add_up(void **state)
{
    char path[EN_TEST_PATH_SIZE];
    path_of("nem12", path);
    assert_true(en_test_folder_each(path, visit_nem, *state) > 10);
}

static void test_nem_archives_are_read(void **state)
{
    struct import *import = *state;
    char path[EN_TEST_PATH_SIZE];
    path_of("nem12/Example_NEM12_ManyNMIs.zip", path);
    assert_int_equal(run(import, path, "nem12"), EN_OK);
    assert_int_equal(import->report.files_count, 1);
    assert_true(import->report.points_count > 10);
    print_message("many NMIs: %ju points, %ju values\n", (uintmax_t)import->report.points_count,
                  (uintmax_t)import->report.values_count);
    renew(import);
    path_of("nem12/Example_different_intervals.zip", path);
    assert_int_equal(run(import, path, "nem12"), EN_OK);
}

static void visit_invalid(void *self, const char *folder, const char *name)
{
    struct import *import = self;
    char path[EN_TEST_PATH_SIZE];
    renew(import);
    (void)snprintf(path, sizeof path, "%.600s/%.300s", folder, name);
    en_code code = run(import, path, "nem12");
    print_message("%s: %s %s\n", name, en_code_name(code), code == EN_OK ? "" : import->err.text);
    bool is_empty_day = strstr(name, "NEM12_empty") != NULL;
    assert_true(is_empty_day ? code == EN_OK : code == EN_MALFORMED || code == EN_PARTIAL);
}

static void test_nem_invalid_examples_are_told(void **state)
{
    char path[EN_TEST_PATH_SIZE];
    path_of("nem12/invalid", path);
    assert_true(en_test_folder_each(path, visit_invalid, *state) > 5);
}

int main(void)
{
    data_folder = getenv("ENERLOG_REAL_DATA");
    char path[EN_TEST_PATH_SIZE];
    struct en_buf probe;
    en_buf_init(&probe, 1u << 20);
    path_of("README.md", path);
    bool is_there = data_folder != NULL && en_test_file_read(path, &probe);
    en_buf_fini(&probe);
    if (!is_there) {
        (void)puts("SKIP: no real data (ENERLOG_REAL_DATA)");
        return SKIPPED;
    }
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_ausgrid_year_adds_up),       TEST(test_danish_registers_are_all_there),
        TEST(test_aemo_demand_becomes_energy), TEST(test_nem_examples_add_up),
        TEST(test_nem_archives_are_read),      TEST(test_nem_invalid_examples_are_told),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
