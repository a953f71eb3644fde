#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/instant.h"
#include "core/metering/quality.h"
#include "projections/catalog.h"
#include "projections/query.h"
#include "projections/tables.h"

struct part {
    uint32_t number;
    struct en_slice text;
};

struct sample {
    uint32_t point;         /* key */
    struct en_slice code;   /* key */
    struct en_instant from; /* key */
    struct en_decimal value;
    uint64_t quality;
    struct en_list parts;
    bool is_good;
};

static const struct en_field part_fields[] = {
    {"number", EN_FIELD_U32, offsetof(struct part, number), "which", NULL},
    {"text", EN_FIELD_TEXT, offsetof(struct part, text), "", NULL},
};
static const struct en_record part_record = {"part",      sizeof(struct part),      1,
                                             part_fields, EN_COUNT_OF(part_fields), 0};

#define FIELD(type, member)                                                                        \
    {                                                                                              \
#member, EN_FIELD_##type, offsetof(struct sample, member), "", NULL                        \
    }

static const struct en_field sample_fields[] = {
    FIELD(U32, point),
    FIELD(TEXT, code),
    FIELD(INSTANT, from),
    FIELD(DECIMAL, value),
    FIELD(QUALITY, quality),
    {"parts", EN_FIELD_LIST, offsetof(struct sample, parts), "its parts", &part_record},
    FIELD(BOOL, is_good),
};
static const struct en_record sample_record = {"sample",      sizeof(struct sample),      1,
                                               sample_fields, EN_COUNT_OF(sample_fields), 3};
static const struct en_table samples = {"samples", "For tests.", &sample_record, EN_TABLE_DIGESTED};
/* The same as an older program knew it, and as one that turned a column's type. */
static const struct en_record old_record = {"sample", sizeof(struct sample), 1, sample_fields, 6,
                                            3};
static const struct en_table old_samples = {"samples", "For tests.", &old_record, 1};
static const struct en_record keyed_record = {"sample",      sizeof(struct sample),      1,
                                              sample_fields, EN_COUNT_OF(sample_fields), 2};
static const struct en_table keyed_samples = {"samples", "For tests.", &keyed_record, 1};

struct fixture {
    struct en_kv *kv;
    struct en_store *store;
    struct en_arena arena;
    struct en_buf out;
    struct en_query_page page;
    struct en_error err;
};

static void must(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static void put(struct fixture *fixture, uint32_t point, const char *code, int64_t at,
                int64_t digits)
{
    struct part parts[] = {{1, en_slice_text("x,\"y\"")}, {2, en_slice_text("")}};
    struct sample sample = {.point = point,
                            .code = en_slice_text(code),
                            .from = {at * EN_SECOND_US},
                            .value = {digits, -1},
                            .quality = EN_QUALITY_MEASURED,
                            .parts = {parts, point == 1 ? 2 : 0},
                            .is_good = digits > 20};
    must(en_table_put(fixture->store, &samples, &sample, NULL, &fixture->err), &fixture->err);
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    en_arena_init(&fixture.arena, 1u << 20);
    en_buf_init(&fixture.out, 1u << 20);
    en_buf_init(&fixture.page.next, 1024);
    must(en_kv_open_memory(16u << 20, &fixture.kv, &fixture.err), &fixture.err);
    must(en_store_begin(fixture.kv, EN_KV_WRITE, &fixture.store, &fixture.err), &fixture.err);
    put(&fixture, 1, "A+", 0, 10);
    put(&fixture, 2, "A+", 0, 20);
    put(&fixture, 2, "A+", 60, 30);
    put(&fixture, 2, "R,+", 0, 40);
    put(&fixture, 3, "A+", -60, 50);
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    en_store_abort(fixture->store);
    en_kv_close(fixture->kv);
    en_arena_fini(&fixture->arena);
    en_buf_fini(&fixture->out);
    en_buf_fini(&fixture->page.next);
    return 0;
}

static void assert_rows(struct fixture *fixture, const struct en_query *query, const char *expected)
{
    en_buf_reset(&fixture->out);
    must(en_query_rows(fixture->store, query, &fixture->out, &fixture->page, &fixture->err),
         &fixture->err);
    if (!en_slice_equal(en_buf_slice(&fixture->out), en_slice_text(expected))) {
        fail_msg("got      %.*s\nexpected %s", (int)fixture->out.size,
                 (const char *)fixture->out.bytes, expected);
    }
}

#define QUALITY "\"quality\":{\"source\":\"MEASURED\",\"verdict\":\"NOT_VALIDATED\",\"flags\":[]}"

static void test_query_prints_json_lines_and_csv(void **state)
{
    struct fixture *fixture = *state;
    struct en_query query = {.table = &samples, .form = EN_QUERY_JSON, .limit = 1};
    assert_rows(
        fixture, &query,
        "[{\"point\":1,\"code\":\"A+\",\"from\":\"1970-01-01T00:00:00Z\",\"value\":\"1.0\"," QUALITY
        ",\"parts\":[{\"number\":1,\"text\":\"x,\\\"y\\\"\"},{\"number\":2,\"text\":"
        "\"\"}],\"is_good\":false}]");
    assert_true(fixture->page.has_more);
    query.conditions_count = 1;
    query.conditions[0] = (struct en_query_condition){"point", en_slice_text("3")};
    query.form = EN_QUERY_NDJSON;
    assert_rows(
        fixture, &query,
        "{\"point\":3,\"code\":\"A+\",\"from\":\"1969-12-31T23:59:00Z\",\"value\":\"5.0\"," QUALITY
        ",\"parts\":[],\"is_good\":true}\n");
    query.form = EN_QUERY_CSV;
    query.conditions_count = 2;
    query.conditions[0] = (struct en_query_condition){"point", en_slice_text("2")};
    query.conditions[1] = (struct en_query_condition){"code", en_slice_text("R,+")};
    assert_rows(fixture, &query,
                "point,code,from,value,quality,parts,is_good\r\n"
                "2,\"R,+\",1970-01-01T00:00:00Z,4.0,\"{\"\"source\"\":\"\"MEASURED\"\","
                "\"\"verdict\"\":\"\"NOT_VALIDATED\"\",\"\"flags\"\":[]}\",[],true\r\n");
}

static uint32_t rows_with(struct fixture *fixture, const char *column, const char *text,
                          const char *column_2, const char *text_2)
{
    struct en_query query = {.table = &samples, .form = EN_QUERY_NDJSON, .limit = 100};
    query.conditions[query.conditions_count++] =
        (struct en_query_condition){column, en_slice_text(text)};
    if (column_2 != NULL) {
        query.conditions[query.conditions_count++] =
            (struct en_query_condition){column_2, en_slice_text(text_2)};
    }
    en_buf_reset(&fixture->out);
    must(en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
         &fixture->err);
    assert_false(fixture->page.has_more);
    return fixture->page.rows_count;
}

static void test_query_conditions_hold_on_any_column(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(rows_with(fixture, "point", "2", NULL, NULL), 3);
    assert_int_equal(rows_with(fixture, "code", "A+", NULL, NULL), 4);
    assert_int_equal(rows_with(fixture, "code", "A+", "point", "2"), 2);
    assert_int_equal(rows_with(fixture, "value", "3.0", NULL, NULL), 1);
    assert_int_equal(rows_with(fixture, "is_good", "true", NULL, NULL), 3);
    assert_int_equal(rows_with(fixture, "from", "1970-01-01T04:00:00+04:00", NULL, NULL), 3);
    assert_int_equal(rows_with(fixture, "point", "9", NULL, NULL), 0);
    struct en_query query = {.table = &samples, .limit = 1, .conditions_count = 1};
    query.conditions[0] = (struct en_query_condition){"pint", en_slice_text("2")};
    assert_int_equal(
        en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
        EN_NOT_FOUND);
    assert_string_equal(fixture->err.text, "table samples has no column pint; it has point, code, "
                                           "from, value, quality, parts, is_good");
    query.conditions[0] = (struct en_query_condition){"point", en_slice_text("two")};
    assert_int_equal(
        en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
        EN_MALFORMED);
    query.conditions[0] = (struct en_query_condition){"parts", en_slice_text("[]")};
    assert_int_equal(
        en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
        EN_UNSUPPORTED);
}

/* Pages of every size put together are the whole, also when the last row of a page goes meanwhile.
 */
static void test_query_pages_make_the_whole(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t limit = 1; limit <= 6; limit++) {
        char after[1024] = "";
        uint32_t rows = 0;
        uint32_t pages = 0;
        struct en_query query = {.table = &samples, .form = EN_QUERY_NDJSON, .limit = limit};
        do {
            query.after = en_slice_text(after);
            must(
                en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
                &fixture->err);
            rows += fixture->page.rows_count;
            memcpy(after, fixture->page.next.bytes, fixture->page.next.size);
            after[fixture->page.next.size] = '\0';
            pages++;
            assert_true(pages < 10);
        } while (fixture->page.has_more);
        assert_int_equal(rows, 5);
    }
    struct en_query query = {.table = &samples, .limit = 2, .after = en_slice_text("Zg=")};
    assert_int_equal(
        en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
        EN_MALFORMED);
    query.after = en_slice_text("");
    must(en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
         &fixture->err);
    struct sample second = {.point = 2, .code = en_slice_text("A+")};
    must(en_table_delete(fixture->store, &samples, &second, &fixture->err), &fixture->err);
    query.after = en_arena_copy(&fixture->arena, en_buf_slice(&fixture->page.next));
    query.limit = 100;
    must(en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, &fixture->err),
         &fixture->err);
    assert_int_equal(fixture->page.rows_count, 3);
}

static void test_query_describes_a_table(void **state)
{
    struct fixture *fixture = *state;
    struct en_json json;
    en_json_init(&json, &fixture->out);
    en_json_object(&json, NULL);
    en_query_describe(&old_samples, &json);
    en_json_end(&json);
    struct en_slice expected = en_slice_text(
        "{\"name\":\"samples\",\"about\":\"For tests.\",\"keys\":[\"point\",\"code\",\"from\"],"
        "\"columns\":[{\"name\":\"point\",\"type\":\"u32\",\"about\":\"\"},{\"name\":\"code\","
        "\"type\":\"text\",\"about\":\"\"},{\"name\":\"from\",\"type\":\"instant\",\"about\":\"\"},"
        "{\"name\":\"value\",\"type\":\"decimal\",\"about\":\"\"},{\"name\":\"quality\",\"type\":"
        "\"quality\",\"about\":\"\"},{\"name\":\"parts\",\"type\":\"list\",\"about\":\"its "
        "parts\"}]}");
    assert_true(en_slice_equal(en_buf_slice(&fixture->out), expected));
}

/* A table read through the catalogue alone prints the same as through its struct. */
static void test_catalog_is_enough_to_read_a_table(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    const struct en_table *found = NULL;
    must(en_catalog_put(fixture->store, &samples, err), err);
    must(en_catalog_put(fixture->store, &samples, err), err);
    must(en_catalog_put_series(fixture->store, "blocks", "Days.", EN_TABLE_DIGESTED, err), err);
    must(en_catalog_table(fixture->store, en_slice_text("samples"), &fixture->arena, &found, err),
         err);
    assert_string_equal(found->name, "samples");
    assert_int_equal(found->flags, EN_TABLE_DIGESTED);
    en_record_check(found->row);
    struct en_query query = {.table = &samples, .form = EN_QUERY_CSV, .limit = 100};
    must(en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, err), err);
    char *expected = en_arena_print(&fixture->arena, "%.*s", (int)fixture->out.size,
                                    (const char *)fixture->out.bytes);
    query.table = found;
    assert_rows(fixture, &query, expected);
    query.table = &en_table_catalog;
    query.form = EN_QUERY_NDJSON;
    en_buf_reset(&fixture->out);
    must(en_query_rows(fixture->store, &query, &fixture->out, &fixture->page, err), err);
    assert_int_equal(fixture->page.rows_count, 2);
    assert_int_equal(
        en_catalog_table(fixture->store, en_slice_text("blocks"), &fixture->arena, &found, err),
        EN_NOT_FOUND);
    assert_int_equal(
        en_catalog_table(fixture->store, en_slice_text("no"), &fixture->arena, &found, err),
        EN_NOT_FOUND);
}

static void test_catalog_holds_every_table(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    en_store_abort(fixture->store);
    fixture->store = NULL;
    must(en_catalog_put_all(fixture->kv, err), err);
    must(en_catalog_put_all(fixture->kv, err), err);
    must(en_store_begin(fixture->kv, EN_KV_READ, &fixture->store, err), err);
    for (size_t i = 0; en_tables_all[i] != NULL; i++) {
        const struct en_table *found = NULL;
        en_record_check(en_tables_all[i]->row);
        must(en_catalog_table(fixture->store, en_slice_text(en_tables_all[i]->name),
                              &fixture->arena, &found, err),
             err);
        assert_int_equal(found->row->fields_count, en_tables_all[i]->row->fields_count);
        assert_int_equal(found->row->keys_count, en_tables_all[i]->row->keys_count);
    }
}

static void test_catalog_tells_other_code(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    must(en_catalog_put(fixture->store, &old_samples, err), err);
    must(en_catalog_put(fixture->store, &samples, err), err); /* grown at the end */
    assert_int_equal(en_catalog_put(fixture->store, &old_samples, err), EN_CONFLICT);
    assert_int_equal(en_catalog_put(fixture->store, &keyed_samples, err), EN_CONFLICT);
    assert_int_equal(en_catalog_put_series(fixture->store, "samples", "", 0, err), EN_CONFLICT);
    static const char *const names[] = {"value", "point"};
    static const en_field_type types[] = {EN_FIELD_DECIMAL, EN_FIELD_U32};
    static const en_field_type wrong_types[] = {EN_FIELD_DECIMAL, EN_FIELD_U64};
    const struct en_field *fields[2];
    must(en_catalog_bind(&samples, names, types, 2, fields, err), err);
    assert_ptr_equal(fields[0], &sample_fields[3]);
    assert_int_equal(en_catalog_bind(&samples, names, wrong_types, 2, fields, err), EN_MISMATCH);
    assert_string_equal(err->text, "table samples has no column point of type u64");
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        IN_STORE(test_query_prints_json_lines_and_csv),
        IN_STORE(test_query_conditions_hold_on_any_column),
        IN_STORE(test_query_pages_make_the_whole),
        IN_STORE(test_query_describes_a_table),
        IN_STORE(test_catalog_is_enough_to_read_a_table),
        IN_STORE(test_catalog_holds_every_table),
        IN_STORE(test_catalog_tells_other_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
