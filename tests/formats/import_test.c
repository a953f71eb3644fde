#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zip.h>
#include <zlib.h>

#include "core/event/payload.h"
#include "core/mem.h"
#include "formats/document.h"
#include "formats/import.h"
#include "tests/formats/array_sink.h"
#include "tests/formats/files.h"
#include "tests/formats/moscow_zone.h"

struct fixture {
    struct en_array_sink array;
    struct en_import_report report;
    struct en_buf file;
    struct en_buf mapping;
    struct en_import_options options;
    struct en_error err;
};

struct zip_files {
    zip_source_t *source;
    zip_t *archive;
};

static void load(struct en_buf *bytes, const char *path)
{
    char full[EN_TEST_PATH_SIZE];
    (void)snprintf(full, sizeof full, "%s/%s", EN_SOURCE_DIR, path);
    en_buf_reset(bytes);
    assert_true(en_test_file_read(full, bytes));
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    en_array_sink_init(&f->array);
    assert_int_equal(en_import_report_init(&f->report, NULL), EN_OK);
    en_buf_init(&f->file, 64u << 20);
    en_buf_init(&f->mapping, 1u << 20);
    f->options = (struct en_import_options){
        .format = "xml80020",
        .file_name = "inbox/80020_7700000001_20130414_7.xml",
        .zones = en_moscow_source(),
        .is_create = true,
    };
    load(&f->file, "formats/xml80020/cases/plain-day/input.xml");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    en_import_report_fini(&f->report);
    en_array_sink_fini(&f->array);
    en_buf_fini(&f->file);
    en_buf_fini(&f->mapping);
    free(f);
    return 0;
}

/* Imports into the array with a report of its own. */
static en_code import(struct fixture *f)
{
    struct en_sink sink = en_array_sink(&f->array);
    struct en_registry_view registry = en_array_registry(&f->array);
    en_import_report_fini(&f->report);
    assert_int_equal(en_import_report_init(&f->report, NULL), EN_OK);
    f->options.mapping = en_buf_slice(&f->mapping);
    f->err = (struct en_error){0};
    return en_import_run(&f->options, en_buf_slice(&f->file), &sink, &registry, &f->report,
                         &f->err);
}

static void test_import_appends_the_file_and_what_it_says(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.files_count, 1);
    assert_int_equal(f->report.points_count, 2);
    assert_int_equal(f->report.channels_count, 3);
    assert_int_equal(f->report.values_count, 3 * 48 - 1);
    assert_int_equal(f->report.missing_count, 1);
    assert_int_equal(f->report.duplicates_count, 0);
    assert_int_equal(f->report.rejected_count, 0);
    assert_int_equal(f->report.first_seq.n, 0);
    assert_int_equal(f->report.last_seq.n, f->array.count - 1);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_RECEIVED), 1);
    assert_int_equal(en_array_count(&f->array, EN_KIND_OBJECT_SET), 2 * 3);
    assert_int_equal(en_array_count(&f->array, EN_KIND_POINT_SET), 2);
    assert_int_equal(en_array_count(&f->array, EN_KIND_CHANNEL_SET), 3);
    assert_int_equal(en_array_count(&f->array, EN_KIND_READING_PROFILE), 3);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_IMPORTED), 1);
}

static void test_import_of_the_same_file_adds_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(import(f), EN_OK);
    uint32_t count = f->array.count;
    f->options.file_name = "another name.xml";
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->array.count, count);
    assert_int_equal(f->report.points_count, 2);
    assert_int_equal(f->report.values_count, 0);
    assert_int_equal(f->report.missing_count, 0);
    assert_int_equal(f->report.duplicates_count, 3 * 48 - 1);
    assert_true(f->report.first_seq.n == EN_SEQ_NONE.n);
    assert_true(f->report.last_seq.n == EN_SEQ_NONE.n);
}

static void test_import_dry_run_appends_nothing(void **state)
{
    struct fixture *f = *state;
    f->options.is_dry_run = true;
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->array.count, 0);
    assert_int_equal(f->array.names_count, 0);
    assert_int_equal(f->report.values_count, 3 * 48 - 1);
    f->options.is_create = false;
    assert_int_equal(import(f), EN_PARTIAL);
    assert_int_equal(f->report.values_count, 0);
    assert_int_equal(f->report.rejected_count, 3 * 48 - 1);
}

/* What was left out comes in later, what was in is not there twice. */
static void test_import_takes_later_what_it_left_out(void **state)
{
    struct fixture *f = *state;
    f->options.is_create = false;
    assert_int_equal(import(f), EN_PARTIAL);
    assert_int_equal(f->report.rejected_count, 3 * 48 - 1);
    assert_int_equal(f->report.findings.errors.count, 2);
    assert_int_equal(en_array_count(&f->array, EN_KIND_READING_PROFILE), 0);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_IMPORTED), 1);
    f->options.is_create = true;
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.values_count, 3 * 48 - 1);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_RECEIVED), 1);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_IMPORTED), 2);
    uint32_t count = f->array.count;
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.values_count, 0);
    assert_int_equal(f->array.count, count);
}

static void test_import_goes_on_where_it_was_interrupted(void **state)
{
    struct fixture *f = *state;
    load(&f->file, "formats/nem12/cases/two-streams/input.csv");
    f->options.format = "nem12";
    assert_int_equal(import(f), EN_OK);
    uint32_t calls = f->array.append_calls;
    uint32_t whole = f->array.count;
    for (uint32_t fail_at = 1; fail_at <= calls; fail_at++) {
        en_array_sink_fini(&f->array);
        en_array_sink_init(&f->array);
        f->array.fail_at = fail_at;
        assert_int_equal(import(f), EN_IO);
        assert_int_equal(import(f), EN_OK);
        assert_int_equal(f->array.count, whole);
        assert_int_equal(f->report.values_count + f->report.duplicates_count, 3 * 48);
    }
}

static void test_import_strict_is_all_or_none(void **state)
{
    struct fixture *f = *state;
    load(&f->file, "formats/xml80020/cases/faults/input.xml");
    f->options.is_strict = true;
    assert_int_equal(import(f), EN_PARTIAL);
    assert_int_equal(f->array.count, 0);
    f->options.is_strict = false;
    assert_int_equal(import(f), EN_PARTIAL);
    assert_int_equal(f->report.values_count, 3);
    assert_int_equal(f->report.rejected_count, 11);
}

static void test_import_keeps_a_malformed_file_and_its_verdict(void **state)
{
    struct fixture *f = *state;
    load(&f->file, "formats/xml80020/cases/cut/input.xml");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(import(f), EN_MALFORMED);
        assert_non_null(strstr(f->err.text, "80020_7700000001_20130414_7.xml: line 11"));
        assert_int_equal(f->array.count, 3);
        assert_int_equal(f->array.events[0].header.kind, EN_KIND_DOCUMENT_RECEIVED);
        assert_int_equal(f->array.events[1].header.kind, EN_KIND_DOCUMENT_CHUNK);
        assert_int_equal(f->array.events[2].header.kind, EN_KIND_DOCUMENT_IMPORTED);
    }
    struct en_document_imported verdict;
    assert_int_equal(en_payload_decode(&f->array.events[2], &verdict, NULL, NULL), EN_OK);
    assert_true(en_slice_equal(verdict.verdict, en_slice_text("refused")));
    f->options.is_dry_run = true;
    assert_int_equal(import(f), EN_MALFORMED);
    assert_int_equal(f->array.count, 3);
}

/* The document in the log is the file, byte for byte. */
static void test_import_keeps_every_byte_of_the_document(void **state)
{
    struct fixture *f = *state;
    struct en_buf whole;
    en_buf_init(&whole, 1u << 30);
    en_buf_reset(&f->file);
    en_buf_text(&f->file, "100,NEM12,202402010930,MDP1,RETAILER1\n");
    for (uint32_t i = 0; i < 40000; i++) {
        en_buf_print(&f->file, "500,O,S%05u,20240201,%u\n", i, i * 2654435761u);
    }
    en_buf_text(&f->file, "900\n");
    f->options.format = "nem12";
    assert_int_equal(import(f), EN_OK);
    for (uint32_t i = 0; i < f->array.count; i++) {
        struct en_document_chunk chunk;
        if (f->array.events[i].header.kind == EN_KIND_DOCUMENT_CHUNK) {
            assert_int_equal(en_payload_decode(&f->array.events[i], &chunk, NULL, NULL), EN_OK);
            assert_int_equal(
                en_document_chunk_unpack(EN_DOCUMENT_ZLIB, chunk.bytes, &whole, &f->err), EN_OK);
        }
    }
    assert_true(en_slice_equal(en_buf_slice(&whole), en_buf_slice(&f->file)));
    assert_int_equal(en_document_chunk_unpack(9, en_slice_text("x"), &whole, NULL), EN_UNSUPPORTED);
    assert_int_equal(en_document_chunk_unpack(EN_DOCUMENT_ZLIB, en_slice_text("rot"), &whole, NULL),
                     EN_CORRUPT);
    en_buf_fini(&whole);
}

/* Profiles carry revision and block of their fiscal day; a known object's offset decides the day.
 */
static void test_import_profile_is_the_block_of_a_fiscal_day(void **state)
{
    struct fixture *f = *state;
    static struct en_block block;
    assert_int_equal(import(f), EN_OK);
    for (uint32_t i = 0; i < f->array.count; i++) {
        const struct en_event *event = &f->array.events[i];
        uint64_t revision = 0;
        struct en_slice bytes;
        if (event->header.kind != EN_KIND_READING_PROFILE) {
            continue;
        }
        assert_int_equal(en_reading_profile_parse(event->payload, &revision, &bytes, NULL), EN_OK);
        assert_int_equal(en_block_decode(bytes, &block, NULL), EN_OK);
        assert_int_equal(block.head.count, 48);
        assert_int_equal(block.head.start_minute, -240);
        assert_int_equal(revision >> 26, 7);
        int64_t from = event->header.valid.from.us;
        assert_int_equal(event->header.valid.to.us - from, EN_DAY_US);
        assert_int_equal((from + 240 * EN_MINUTE_US) % EN_DAY_US, 0);
    }
}

static void test_import_refuses_what_the_registry_contradicts(void **state)
{
    struct fixture *f = *state;
    f->options.format = "csv";
    load(&f->file, "formats/csv/cases/long-table/input.csv");
    load(&f->mapping, "formats/csv/cases/long-table/mapping.ini");
    assert_int_equal(import(f), EN_PARTIAL);
    assert_int_equal(f->report.values_count, 3);
    en_buf_reset(&f->file);
    en_buf_text(&f->file,
                "EIC;from;to;dir;unit;value;type\n"
                "E1;2024-04-30T00:00:00+02:00;2024-04-30T00:30:00+02:00;A+;kWh;1;METERED\n"
                "E1;2024-04-30T00:00:00+02:00;2024-04-30T00:15:00+02:00;A-;kvarh;1;METERED\n");
    assert_int_equal(import(f), EN_PARTIAL);
    assert_int_equal(f->report.values_count, 0);
    assert_int_equal(f->report.rejected_count, 2);
    assert_non_null(strstr(f->report.findings.errors.items[0].what, "1800 s, the channel 900 s"));
    assert_non_null(
        strstr(f->report.findings.errors.items[1].what, "in kvarh, the channel in kWh"));
}

/* Another mapping reads the same bytes differently: that is no repetition. */
static void test_import_by_another_mapping_is_another_reading(void **state)
{
    struct fixture *f = *state;
    f->options.format = "csv";
    load(&f->file, "formats/csv/cases/demand/input.csv");
    load(&f->mapping, "formats/csv/cases/demand/mapping.ini");
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.values_count, 3);
    assert_int_equal(f->report.rounded_count, 2);
    en_buf_text(&f->mapping, "multiplier = 2\n");
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.values_count, 3);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_RECEIVED), 1);
}

static void test_import_registers_and_moments_are_events_of_their_own(void **state)
{
    struct fixture *f = *state;
    f->options.format = "csv";
    load(&f->file, "formats/csv/cases/registers/input.csv");
    load(&f->mapping, "formats/csv/cases/registers/mapping.ini");
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.values_count, 7);
    assert_int_equal(f->report.missing_count, 1);
    assert_int_equal(en_array_count(&f->array, EN_KIND_READING_REGISTER), 7);
    load(&f->file, "formats/csv/cases/last-wins/input.csv");
    load(&f->mapping, "formats/csv/cases/last-wins/mapping.ini");
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(en_array_count(&f->array, EN_KIND_READING_INSTANT), 2);
}

static void test_import_wrong_use_is_told(void **state)
{
    struct fixture *f = *state;
    f->options.format = "xlsx";
    assert_int_equal(import(f), EN_NOT_FOUND);
    f->options.format = "csv";
    assert_int_equal(import(f), EN_USAGE);
    load(&f->mapping, "formats/csv/cases/wrong-mapping/mapping.ini");
    assert_int_equal(import(f), EN_CONFIG);
    f->options.format = "xml80020";
    f->options.zone_name = "Mars/Olympus";
    assert_int_equal(import(f), EN_NOT_FOUND);
    f->options.zone_name = "+99:00";
    assert_int_equal(import(f), EN_USAGE);
    f->options.format = "nem12";
    assert_int_equal(import(f), EN_USAGE);
    f->options.zone_name = "Europe/Moscow";
    assert_int_equal(import(f), EN_USAGE);
    assert_int_equal(f->array.count, 0);
}

/* Bytes of an archive with the files of a folder's cases, made by libzip. */
static void zip_begin(struct zip_files *files)
{
    zip_error_t fault;
    zip_error_init(&fault);
    files->source = zip_source_buffer_create(NULL, 0, 0, &fault);
    files->archive = zip_open_from_source(files->source, ZIP_TRUNCATE, &fault);
    assert_non_null(files->archive);
    zip_source_keep(files->source);
}

static void zip_put(struct zip_files *files, const char *name, struct en_slice bytes)
{
    zip_source_t *file = zip_source_buffer(files->archive, bytes.bytes, bytes.size, 0);
    assert_non_null(file);
    assert_true(zip_file_add(files->archive, name, file, ZIP_FL_ENC_UTF_8) >= 0);
}

static void zip_end(struct zip_files *files, struct en_buf *bytes)
{
    zip_stat_t stat;
    assert_int_equal(zip_close(files->archive), 0);
    assert_int_equal(zip_source_open(files->source), 0);
    assert_int_equal(zip_source_stat(files->source, &stat), 0);
    en_buf_reset(bytes);
    uint8_t *room = en_buf_room(bytes, stat.size);
    assert_non_null(room);
    assert_int_equal(zip_source_read(files->source, room, stat.size), stat.size);
    zip_source_close(files->source);
    zip_source_free(files->source);
}

static void test_import_takes_every_file_of_an_archive(void **state)
{
    struct fixture *f = *state;
    struct zip_files files;
    struct en_buf second;
    struct en_buf cut;
    en_buf_init(&second, 1u << 20);
    en_buf_init(&cut, 1u << 20);
    load(&second, "formats/xml80020/cases/spring-day/input.xml");
    load(&cut, "formats/xml80020/cases/cut/input.xml");
    zip_begin(&files);
    zip_put(&files, "april/80020_7700000001_20130414_7.xml", en_buf_slice(&f->file));
    zip_put(&files, "april/cut.xml", en_buf_slice(&cut));
    zip_put(&files, "80020_7700000001_20100328_3.xml", en_buf_slice(&second));
    zip_put(&files, "__MACOSX/._x", en_slice_text("x"));
    zip_end(&files, &f->file);
    f->options.file_name = "month.zip";
    assert_int_equal(import(f), EN_MALFORMED);
    assert_non_null(strstr(f->err.text, "cut.xml"));
    assert_int_equal(f->report.files_count, 3);
    assert_int_equal(f->report.points_count, 3);
    assert_int_equal(f->report.channels_count, 5);
    assert_int_equal(f->report.values_count, 3 * 48 - 1 + 2 * 46);
    assert_int_equal(en_array_count(&f->array, EN_KIND_DOCUMENT_RECEIVED), 3);
    en_buf_fini(&second);
    en_buf_fini(&cut);
}

static void test_import_refuses_dangerous_and_damaged_archives(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"../evil.xml", "/etc/evil.xml", "a/../../b.xml",
                                        "c:evil.xml", "a\\b.xml"};
    struct en_buf plain;
    en_buf_init(&plain, 1u << 20);
    load(&plain, "formats/xml80020/cases/plain-day/input.xml");
    for (size_t i = 0; i < EN_COUNT_OF(names); i++) {
        struct zip_files files;
        zip_begin(&files);
        zip_put(&files, names[i], en_buf_slice(&plain));
        zip_end(&files, &f->file);
        assert_int_equal(import(f), EN_MALFORMED);
        assert_int_equal(en_array_count(&f->array, EN_KIND_READING_PROFILE), 0);
    }
    f->file.size /= 2;
    assert_int_equal(import(f), EN_MALFORMED);
    assert_int_equal(en_array_count(&f->array, EN_KIND_READING_PROFILE), 0);
    en_buf_fini(&plain);
}

static void gzip(struct en_buf *bytes)
{
    z_stream stream = {0};
    struct en_buf packed;
    en_buf_init(&packed, 64u << 20);
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    uLong bound = deflateBound(&stream, bytes->size);
    stream.next_in = bytes->bytes;
    stream.avail_in = (uInt)bytes->size;
    stream.next_out = en_buf_room(&packed, bound);
    stream.avail_out = (uInt)bound;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.size -= stream.avail_out;
    (void)deflateEnd(&stream);
    en_buf_fini(bytes);
    *bytes = packed;
}

static void test_import_unpacks_gzip_and_finds_the_same_document(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(import(f), EN_OK);
    uint32_t count = f->array.count;
    gzip(&f->file);
    f->options.file_name = "80020_7700000001_20130414_7.xml.gz";
    assert_int_equal(import(f), EN_OK);
    assert_int_equal(f->report.values_count, 0);
    assert_int_equal(f->array.count, count);
    f->file.size -= 9;
    assert_int_equal(import(f), EN_MALFORMED);
    assert_non_null(strstr(f->err.text, "cut"));
}

/* Without memory at any point: an error, never half a file that calls itself whole. */
static void test_import_without_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    f->options.is_dry_run = true; /* the array itself must not fail */
    for (uint64_t n = 1; n <= 400; n++) {
        struct en_sink sink = en_array_sink(&f->array);
        struct en_registry_view registry = en_array_registry(&f->array);
        en_import_report_fini(&f->report);
        assert_int_equal(en_import_report_init(&f->report, NULL), EN_OK);
        en_mem_fail_after(n);
        en_code code = en_import_run(&f->options, en_buf_slice(&f->file), &sink, &registry,
                                     &f->report, &f->err);
        en_mem_fail_after(0);
        if (code != EN_OK && code != EN_NOMEM && code != EN_LIMIT) {
            print_error("request %ju: %s %s\n", (uintmax_t)n, en_code_name(code), f->err.text);
        }
        assert_true(code == EN_OK || code == EN_NOMEM || code == EN_LIMIT);
        assert_true(code != EN_OK || f->report.values_count == 3 * 48 - 1);
    }
    assert_int_equal(import(f), EN_OK);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_import_appends_the_file_and_what_it_says),
        TEST(test_import_of_the_same_file_adds_nothing),
        TEST(test_import_dry_run_appends_nothing),
        TEST(test_import_takes_later_what_it_left_out),
        TEST(test_import_goes_on_where_it_was_interrupted),
        TEST(test_import_strict_is_all_or_none),
        TEST(test_import_keeps_a_malformed_file_and_its_verdict),
        TEST(test_import_keeps_every_byte_of_the_document),
        TEST(test_import_profile_is_the_block_of_a_fiscal_day),
        TEST(test_import_refuses_what_the_registry_contradicts),
        TEST(test_import_by_another_mapping_is_another_reading),
        TEST(test_import_registers_and_moments_are_events_of_their_own),
        TEST(test_import_wrong_use_is_told),
        TEST(test_import_takes_every_file_of_an_archive),
        TEST(test_import_refuses_dangerous_and_damaged_archives),
        TEST(test_import_unpacks_gzip_and_finds_the_same_document),
        TEST(test_import_without_memory_is_an_error),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
