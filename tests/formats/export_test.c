#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/event/payload.h"
#include "formats/format.h"
#include "formats/import.h"
#include "tests/formats/array_sink.h"
#include "tests/formats/files.h"
#include "tests/formats/moscow_zone.h"

#define OFFSET_MINUTES 240

/* Values out of the events of an array, in their order. */
struct source {
    struct en_array_sink *array;
    uint32_t next;
    en_kind kind;
    struct en_block block;
    char texts[2][EN_NAME_SIZE_MAX + 1];
    struct en_channel_set channel;
};

/* The names behind a channel's id. */
static struct en_slice describe(struct source *source, uint32_t channel)
{
    const struct en_array_sink *array = source->array;
    struct en_slice point = {0};
    for (uint32_t i = 0; i < array->count; i++) {
        const struct en_event *event = &array->events[i];
        if (event->header.kind == EN_KIND_CHANNEL_SET && event->header.subject == channel) {
            assert_int_equal(en_payload_decode(event, &source->channel, NULL, NULL), EN_OK);
        }
    }
    for (uint32_t i = 0; i < array->names_count; i++) {
        const struct en_array_name *name = &array->names[i];
        if (name->type == EN_NAME_POINT && name->id == source->channel.point) {
            point = name->key;
        }
    }
    return point;
}

static const struct en_event *next_event(struct source *source)
{
    while (source->next < source->array->count) {
        const struct en_event *event = &source->array->events[source->next++];
        if (event->header.kind == source->kind) {
            return event;
        }
    }
    return NULL;
}

static en_code next_block(void *self, struct en_export_block *block, struct en_error *err)
{
    struct source *source = self;
    const struct en_event *event = next_event(source);
    uint64_t revision = 0;
    struct en_slice bytes;
    if (event == NULL) {
        return EN_NOT_FOUND;
    }
    assert_int_equal(en_reading_profile_parse(event->payload, &revision, &bytes, err), EN_OK);
    assert_int_equal(en_block_decode(bytes, &source->block, err), EN_OK);
    *block = (struct en_export_block){
        .point = describe(source, event->header.subject),
        .from = event->header.valid.from,
        .offset_minutes = OFFSET_MINUTES,
        .block = &source->block,
    };
    block->channel = source->channel.code;
    block->unit = (en_unit)source->channel.unit;
    return EN_OK;
}

static en_code next_register(void *self, struct en_export_register *reading, struct en_error *err)
{
    struct source *source = self;
    const struct en_event *event = next_event(source);
    struct en_reading_register payload;
    if (event == NULL) {
        return EN_NOT_FOUND;
    }
    assert_int_equal(en_payload_decode(event, &payload, NULL, err), EN_OK);
    *reading = (struct en_export_register){
        .point = describe(source, event->header.subject),
        .at = event->header.valid.from,
        .offset_minutes = OFFSET_MINUTES,
        .value = payload.value,
        .quality = payload.quality,
    };
    reading->channel = source->channel.code;
    reading->unit = (en_unit)source->channel.unit;
    return EN_OK;
}

static en_code write_text(void *self, struct en_slice bytes, struct en_error *err)
{
    struct en_buf *text = self;
    en_buf_append(text, bytes.bytes, bytes.size);
    return en_buf_code(text, err);
}

static void load(struct en_buf *bytes, const char *path)
{
    char full[EN_TEST_PATH_SIZE];
    (void)snprintf(full, sizeof full, "%s/%s", EN_SOURCE_DIR, path);
    en_buf_reset(bytes);
    assert_true(en_test_file_read(full, bytes));
}

/* Imports the bytes into a new array. */
static void import_bytes(struct en_array_sink *array, const char *format, struct en_slice bytes,
                         struct en_slice mapping)
{
    static struct en_import_report report;
    struct en_error err = {0};
    en_array_sink_init(array);
    struct en_sink sink = en_array_sink(array);
    struct en_registry_view registry = en_array_registry(array);
    struct en_import_options options = {
        .format = format,
        .file_name = "file",
        .mapping = mapping,
        .zones = en_moscow_source(),
        .zone_name = strcmp(format, "xml80020") == 0 ? NULL : "+04:00",
        .is_create = true,
    };
    assert_int_equal(en_import_report_init(&report, NULL), EN_OK);
    en_code code = en_import_run(&options, bytes, &sink, &registry, &report, &err);
    if (code != EN_OK) {
        print_error("%s\n%.*s\n", err.text, (int)bytes.size, (const char *)bytes.bytes);
    }
    assert_int_equal(code, EN_OK);
    en_import_report_fini(&report);
}

/* Writes all blocks or all readings of the array. */
static void export_text(struct en_array_sink *array, const char *format_name, en_kind kind,
                        struct en_buf *text)
{
    static struct source source;
    const struct en_format *format = NULL;
    struct en_export_report report;
    struct en_export_source from = {&source, next_block, next_register};
    struct en_export_target to = {text, write_text};
    source = (struct source){.array = array, .kind = kind};
    assert_int_equal(en_format_find(format_name, &format, NULL), EN_OK);
    en_buf_reset(text);
    en_code code = kind == EN_KIND_READING_PROFILE
                       ? en_export_blocks(format, &from, &to, &report, NULL)
                       : en_export_registers(format, &from, &to, &report, NULL);
    assert_int_equal(code, EN_OK);
    assert_true(report.values_count > 0);
}

/* Out, in and out again: the same text, so the same values, times, units and qualities. */
static void check_round_trip(struct en_array_sink *first, const char *format, const char *mapping,
                             en_kind kind)
{
    static struct en_array_sink second;
    struct en_buf text;
    struct en_buf again;
    struct en_buf map;
    en_buf_init(&text, 64u << 20);
    en_buf_init(&again, 64u << 20);
    en_buf_init(&map, 64u << 10);
    if (mapping != NULL) {
        load(&map, mapping);
    }
    export_text(first, format, kind, &text);
    import_bytes(&second, format, en_buf_slice(&text), en_buf_slice(&map));
    export_text(&second, format, kind, &again);
    assert_int_equal(en_array_count(first, kind), en_array_count(&second, kind));
    assert_true(en_slice_equal(en_buf_slice(&text), en_buf_slice(&again)));
    en_array_sink_fini(&second);
    en_buf_fini(&text);
    en_buf_fini(&again);
    en_buf_fini(&map);
}

static void check_case(const char *format, const char *input, const char *mapping, en_kind kind)
{
    static struct en_array_sink array;
    struct en_buf bytes;
    struct en_buf map;
    en_buf_init(&bytes, 64u << 20);
    en_buf_init(&map, 64u << 10);
    load(&bytes, input);
    if (mapping != NULL) {
        load(&map, mapping);
    }
    import_bytes(&array, format, en_buf_slice(&bytes), en_buf_slice(&map));
    const char *csv = kind == EN_KIND_READING_PROFILE
                          ? "formats/csv/mappings/enerlog.ini"
                          : "formats/csv/mappings/enerlog_registers.ini";
    check_round_trip(&array, "csv", csv, kind);
    check_round_trip(&array, "json", NULL, kind);
    en_array_sink_fini(&array);
    en_buf_fini(&bytes);
    en_buf_fini(&map);
}

static void test_export_reads_back_the_same(void **state)
{
    (void)state;
    check_case("xml80020", "formats/xml80020/cases/plain-day/input.xml", NULL,
               EN_KIND_READING_PROFILE);
    check_case("xml80020", "formats/xml80020/cases/leniencies/input.xml", NULL,
               EN_KIND_READING_PROFILE);
    check_case("nem12", "formats/nem12/cases/two-streams/input.csv", NULL, EN_KIND_READING_PROFILE);
    check_case("csv", "formats/csv/cases/registers/input.csv",
               "formats/csv/cases/registers/mapping.ini", EN_KIND_READING_REGISTER);
}

static void test_export_refuses_a_format_that_is_only_read(void **state)
{
    (void)state;
    const struct en_format *format = NULL;
    struct en_export_source source = {0};
    struct en_export_target target = {0};
    struct en_export_report report;
    assert_int_equal(en_format_find("nem12", &format, NULL), EN_OK);
    assert_int_equal(en_export_blocks(format, &source, &target, &report, NULL), EN_UNSUPPORTED);
    assert_int_equal(en_export_registers(format, &source, &target, &report, NULL), EN_UNSUPPORTED);
}

static void test_export_quality_is_read_back(void **state)
{
    (void)state;
    const uint64_t words[] = {
        EN_QUALITY_MISSING,
        EN_QUALITY_MEASURED,
        EN_QUALITY_MEASURED | EN_QUALITY_BYPASS | EN_QUALITY_MANUAL_VERIFIED | EN_QUALITY_GAP,
        en_quality_with_verdict(EN_SOURCE_EST_ZERO, EN_VERDICT_REJECTED) | EN_QUALITY_ZERO,
        en_quality_derive(EN_QUALITY_MISSING),
        en_quality_derive(en_quality_with_verdict(EN_SOURCE_EST_PRIOR, EN_VERDICT_SUSPECT)),
    };
    static const char *const wrong[] = {"",         "measured",          "MEASURED+",
                                        "DERIVED",  "DERIVED(DERIVED)",  "MEASURED(NONE)",
                                        "DERIVED(", "MEASURED+MEASURED", "DERIVED(NONE"};
    for (size_t i = 0; i < EN_COUNT_OF(words); i++) {
        struct en_buf text;
        uint64_t read = UINT64_MAX;
        en_buf_init(&text, 1024);
        en_export_quality(words[i], &text);
        assert_int_equal(en_export_quality_parse(en_buf_slice(&text), &read, NULL), EN_OK);
        assert_true(read == words[i]);
        en_buf_fini(&text);
    }
    for (size_t i = 0; i < EN_COUNT_OF(wrong); i++) {
        uint64_t read = 7;
        struct en_error err = {0};
        en_code code = en_export_quality_parse(en_slice_text(wrong[i]), &read, &err);
        if (strcmp(wrong[i], "MEASURED+") != 0) { /* an empty word at the end is no word */
            assert_int_equal(code, EN_MALFORMED);
            assert_int_equal(err.code, EN_MALFORMED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_reads_back_the_same),
        cmocka_unit_test(test_export_refuses_a_format_that_is_only_read),
        cmocka_unit_test(test_export_quality_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
