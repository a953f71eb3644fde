/* `enerlog reference events|tables`: docs/events.md and docs/tables.md, made from the records, so
 * that they cannot say anything else than the code. */
#include "app/commands/commands.h"

#include <inttypes.h>

#include "core/event/kind_about.h"
#include "core/event/payload.h"
#include "core/metering/quality.h"
#include "processors/processor.h"
#include "projections/catalog.h"
#include "projections/tables.h"

#define PAGE_SIZE_MAX (1u << 20)

static const struct {
    en_field_type type;
    const char *stored;
    const char *json;
} types[] = {
    {EN_FIELD_BOOL, "msgpack bool", "`true`, `false`"},
    {EN_FIELD_U8, "msgpack unsigned, 8 bits", "number"},
    {EN_FIELD_U16, "msgpack unsigned, 16 bits", "number"},
    {EN_FIELD_U32, "msgpack unsigned, 32 bits", "number"},
    {EN_FIELD_U64, "msgpack unsigned, 64 bits", "number"},
    {EN_FIELD_I32, "msgpack integer, 32 bits", "number"},
    {EN_FIELD_I64, "msgpack integer, 64 bits", "number"},
    {EN_FIELD_TEXT, "msgpack string, UTF-8", "string"},
    {EN_FIELD_BYTES, "msgpack binary", "base64"},
    {EN_FIELD_INSTANT, "UTC microseconds since 1970", "`\"2013-04-14T00:00:00Z\"`"},
    {EN_FIELD_DAY, "days since 1970-01-01", "`\"2013-04-14\"`"},
    {EN_FIELD_DECIMAL, "`[digits, exponent]`: digits · 10^exponent, as read", "`\"12.50\"`"},
    {EN_FIELD_RATIO, "`[num, den]`, reduced; `[0, 0]` none", "`\"40/3\"`"},
    {EN_FIELD_QUALITY, "quality word, 64 bits", "object of names"},
    {EN_FIELD_HASH, "32 bytes", "hex"},
    {EN_FIELD_MICRO, "integer in 1e-6 of the unit", "`\"0.000001\"`"},
    {EN_FIELD_LIST, "array of arrays", "array of objects"},
};

/* A bar would end a cell, a line break the table. */
static void put_cell(struct en_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        EN_ASSERT(*text != '\n');
        en_buf_text(out, *text == '|' ? "\\" : "");
        en_buf_append(out, text, 1);
    }
}

static void put_title(struct en_buf *out, const char *title, const char *command)
{
    en_buf_print(out, "# %s\n\nMade from the code by `enerlog reference %s`; do not edit.\n\n",
                 title, command);
}

static void put_types(struct en_buf *out)
{
    en_buf_text(out, "## Types of fields\n\n| type | stored | JSON |\n|---|---|---|\n");
    for (size_t i = 0; i < EN_COUNT_OF(types); i++) {
        en_buf_print(out, "| %s | %s | %s |\n", en_field_type_name(types[i].type), types[i].stored,
                     types[i].json);
    }
}

/* The fields [first, end) of the record; those of a list stand right behind it, as
 * "list[].field". */
static void put_fields(struct en_buf *out, const struct en_record *record, const char *list,
                       uint16_t keys_count)
{
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_field *field = &record->fields[i];
        en_buf_print(out, "| `%s%s%s` | %s | ", list, list[0] == '\0' ? "" : "[].", field->name,
                     en_field_type_name(field->type));
        en_buf_text(out, i < keys_count ? "**key** " : "");
        put_cell(out, field->about);
        en_buf_text(out, " |\n");
        if (field->items != NULL) {
            put_fields(out, field->items, field->name, 0); /* lists do not nest */
        }
    }
}

/* ---- docs/events.md ---- */

static void put_kinds(struct en_buf *out)
{
    uint32_t count = 0;
    const struct en_kind_info *kinds = en_kinds(&count);
    en_buf_text(out, "## Kinds\n\n"
                     "| number | kind | nature | barrier | subject |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < count; i++) {
        en_buf_print(out, "| %d | %s | %s | %s | %s |\n", (int)kinds[i].kind, kinds[i].name,
                     kinds[i].is_command ? "command" : "fact", kinds[i].is_barrier ? "yes" : "",
                     kinds[i].subject == EN_NAME_NONE ? "" : en_name_type_text(kinds[i].subject));
    }
}

static void put_kind(struct en_buf *out, const struct en_kind_info *kind)
{
    en_buf_print(out, "\n### %s\n\n", kind->name);
    en_buf_print(out, "%s\n", en_kind_about(kind->kind));
    if (kind->payload == NULL) {
        return;
    }
    en_buf_print(out, "Payload version %u:\n\n| field | type | |\n|---|---|---|\n",
                 (unsigned)kind->payload->version);
    put_fields(out, kind->payload, "", 0);
}

static void put_numbers(struct en_buf *out)
{
    en_buf_text(out, "\n## Types of names\n\n| number | an id of this type names |\n|---|---|\n");
    for (unsigned type = EN_NAME_SOURCE; type < EN_NAME_TYPES_COUNT; type++) {
        en_buf_print(out, "| %u | %s |\n", type, en_name_type_text((en_name_type)type));
    }
    en_buf_text(out, "\n## Units\n\n| number | unit | |\n|---|---|---|\n");
#define UNIT(NAME, number, text, about)                                                            \
    en_buf_print(out, "| %d | %s | %s |\n", number, text, about);
    EN_UNITS(UNIT)
#undef UNIT
}

static void put_quality(struct en_buf *out)
{
    en_buf_text(out, "\n## Quality word\n\nBits 0-3 source, 4-5 verdict, 6-7 fiscal state (0 in "
                     "what is stored), 8-39 flags, 40-43 the worst source among the inputs of a "
                     "derived value.\n\n| bits | number | name |\n|---|---|---|\n");
    for (unsigned source = 0; source <= EN_SOURCE_DERIVED; source++) {
        en_buf_print(out, "| source | %u | %s |\n", source, en_source_name((en_source)source));
    }
    for (unsigned verdict = 0; verdict <= EN_VERDICT_REJECTED; verdict++) {
        en_buf_print(out, "| verdict | %u | %s |\n", verdict, en_verdict_name((en_verdict)verdict));
    }
    en_buf_text(out, "\n| bit | flag | |\n|---|---|---|\n");
    for (unsigned flag = 0; flag < EN_QUALITY_FLAGS_COUNT; flag++) {
        en_buf_print(out, "| %u | %s | %s |\n", EN_QUALITY_FLAG_SHIFT + flag,
                     en_quality_flag_name(flag), en_quality_flag_about(flag));
    }
}

static void put_events(struct en_buf *out)
{
    uint32_t count = 0;
    const struct en_kind_info *kinds = en_kinds(&count);
    put_title(out, "Events", "events");
    en_buf_text(
        out,
        "An event is a header (log-format.md, 1) and the payload of its kind: a msgpack array "
        "`[version, field, field …]` in the order below. A payload only grows at its end; a "
        "missing tail reads as zero. A *fact* is taken as it is and judged later; a *command* is "
        "accepted or refused where it is folded, and a refusal is a row of table `outcome`. "
        "Before a *barrier* everything in front of it is settled.\n\n");
    put_kinds(out);
    for (uint32_t i = 0; i < count; i++) {
        put_kind(out, &kinds[i]);
    }
    en_buf_text(out, "\n");
    put_types(out);
    put_numbers(out);
    put_quality(out);
}

/* ---- docs/tables.md ---- */

/* The processor that writes the table; the runner itself where none does. */
static const char *writer_of(const void *table)
{
    for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
        for (size_t t = 0; en_processors[i]->tables[t] != NULL; t++) {
            if (en_processors[i]->tables[t] == table) {
                return en_processors[i]->name;
            }
        }
        for (size_t t = 0; en_processors[i]->series[t] != NULL; t++) {
            if (en_processors[i]->series[t] == table) {
                return en_processors[i]->name;
            }
        }
    }
    return "runner";
}

static void put_table(struct en_buf *out, const struct en_table *table)
{
    en_buf_print(out, "\n### %s\n\n%s\nWritten by %s; %s digests.\n\n", table->name, table->about,
                 writer_of(table),
                 (table->flags & EN_TABLE_DIGESTED) != 0 ? "part of" : "not part of");
    en_buf_text(out, "| column | type | |\n|---|---|---|\n");
    put_fields(out, table->row, "", table->row->keys_count);
}

static void put_codes(struct en_buf *out)
{
    en_buf_text(out, "\n## Codes of outcome\n\n| number | code | |\n|---|---|---|\n");
#define EN_CODE(name, number, exit, text)                                                          \
    en_buf_print(out, "| %d | %s | %s |\n", number, #name, text);
#include "core/code.def"
#undef EN_CODE
}

static void put_tables(struct en_buf *out)
{
    put_title(out, "Tables", "tables");
    en_buf_text(
        out, "Everything that is computed from the log, at one sequence number; it can be lost and "
             "made again by replay. Rows stand as row-format.md says. A table with `from` in its "
             "key is effective-dated: the row with the greatest `from` that is not after a moment "
             "holds then. Ids are given by the log (tables `name`, `name_of`).\n\n## Rows\n");
    for (size_t i = 0; en_tables_all[i] != NULL; i++) {
        put_table(out, en_tables_all[i]);
    }
    put_table(out, &en_table_catalog);
    en_buf_text(out, "\n## Series\n\nOne entry by day and series (channel, formula, balance).\n\n"
                     "| table | entry | written by | digested |\n|---|---|---|---|\n");
    for (size_t i = 0; en_series_all[i] != NULL; i++) {
        const struct en_series_table *table = en_series_all[i];
        en_buf_print(out, "| %s | %s | %s | %s |\n", table->name, table->about, writer_of(table),
                     (table->flags & EN_TABLE_DIGESTED) != 0 ? "yes" : "no");
    }
    en_buf_text(out, "\n");
    put_types(out);
    put_codes(out);
}

static en_code print_page(void (*put)(struct en_buf *out), struct en_io *io, struct en_error *err)
{
    struct en_buf page;
    en_buf_init(&page, PAGE_SIZE_MAX);
    put(&page);
    en_code code = en_buf_code(&page, err);
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&page));
    }
    en_buf_fini(&page);
    return code;
}

en_code en_run_reference_events(struct en_session *session, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err)
{
    (void)session;
    (void)arguments;
    return print_page(put_events, io, err);
}

en_code en_run_reference_tables(struct en_session *session, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err)
{
    (void)session;
    (void)arguments;
    return print_page(put_tables, io, err);
}
