/* Commands that show what governs tariffs. A calendar is shown in the form that `calendar set`
 * takes. */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "core/metering/tariff/charge.h"
#include "projections/tables.h"
#include "projections/views/calendar_json.h"
#include "projections/views/keys.h"
#include "projections/views/schedule.h"

#define ARENA_SIZE (16u << 20)
#define TEXT_SIZE_MAX (4u << 20)

/* The day of which the instant is the midnight in UTC; null for none. */
static void put_day(struct en_rows *rows, struct en_instant at)
{
    char text[EN_DAY_TEXT_SIZE];
    if (at.us == 0) {
        en_rows_null(rows);
        return;
    }
    (void)en_day_print(en_day_of_instant(at, 0), text);
    en_rows_text(rows, text);
}

static void put_clock(struct en_rows *rows, const struct en_calendar_row *row)
{
    char text[EN_CLOCK_TEXT_SIZE];
    en_rows_slice(rows, en_calendar_clock_text(row, text));
}

/* Walks the rows of a table; each is given with an arena that lasts for it. */
typedef en_code (*row_put)(struct en_rows *rows, struct en_store *store,
                           const struct en_arguments *arguments, const void *row,
                           struct en_error *err);

static en_code list_table(struct en_store *store, const struct en_arguments *arguments,
                          struct en_rows *rows, const struct en_table *table, void *row,
                          row_put put, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_table_scan_begin(store, table, NULL, 0, &scan, err);
    while (code == EN_OK) {
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, row, &arena, err);
        code = code == EN_OK ? put(rows, store, arguments, row, err) : code;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    if (code != EN_NOT_FOUND) {
        rows->column = 0; /* a row that was begun is left */
    }
    en_rows_end(rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- calendars ---- */

static void put_zones(struct en_rows *rows, const struct en_list *list)
{
    const struct en_calendar_zone *zones = list->items;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    for (uint32_t i = 0; i < list->count; i++) {
        en_buf_print(&text, "%s%.*s", i == 0 ? "" : " ", (int)zones[i].name.size,
                     (const char *)zones[i].name.bytes);
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

static en_code put_calendar(struct en_rows *rows, struct en_store *store,
                            const struct en_arguments *arguments, const void *row_memory,
                            struct en_error *err)
{
    const struct en_calendar_row *row = row_memory;
    (void)arguments;
    en_code code = en_list_key(rows, store, EN_NAME_CALENDAR, row->calendar, err);
    put_day(rows, row->from);
    put_day(rows, row->to);
    en_rows_slice(rows, row->title);
    put_clock(rows, row);
    put_zones(rows, &row->zones);
    en_rows_count(rows, row->seasons.count);
    en_rows_count(rows, row->dates.count);
    en_rows_slice(rows, row->document);
    en_rows_slice(rows, row->reason);
    return code;
}

static en_code list_calendars(struct en_store *store, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"calendar", NULL, false}, {"from", NULL, false},
                                               {"to", NULL, false},       {"title", NULL, false},
                                               {"clock", NULL, false},    {"zones", NULL, false},
                                               {"seasons", NULL, true},   {"dates", NULL, true},
                                               {"document", NULL, false}, {"reason", NULL, false}};
    struct en_calendar_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    return list_table(store, arguments, &rows, &en_table_calendar, &row, put_calendar, err);
}

en_code en_run_calendar_list(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_calendars, err);
}

static en_code show_calendar(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct en_calendar_row row = {.from = {INT64_MAX}};
    struct en_day day = {0};
    struct en_arena arena;
    struct en_json json;
    struct en_buf out;
    en_arena_init(&arena, ARENA_SIZE);
    en_buf_init(&out, TEXT_SIZE_MAX);
    en_json_init(&json, &out);
    en_code code = en_arguments_day(arguments, "on", &day, err);
    row.from = en_arguments_has(arguments, "on") ? en_schedule_day(day.n) : row.from;
    if (code == EN_OK) {
        code = en_keys_find(store, EN_NAME_CALENDAR, en_slice_text(key), &row.calendar, err);
    }
    if (code == EN_OK) {
        code = en_table_last_before(store, &en_table_calendar, &row, 1, &arena, err);
        code = code == EN_NOT_FOUND
                   ? en_error_set(err, EN_NOT_FOUND, "the calendar is not set by then")
                   : code;
    }
    if (code == EN_OK) {
        en_calendar_json(&json, NULL, &row);
        en_buf_text(&out, "\n");
        code = en_buf_code(&out, err);
    }
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&out));
    }
    en_buf_fini(&out);
    en_arena_fini(&arena);
    return code;
}

en_code en_run_calendar_show(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, show_calendar, err);
}

/* ---- tariffs ---- */

/* "point P1, object O2" */
static en_code put_members(struct en_rows *rows, struct en_store *store, const struct en_list *list,
                           struct en_error *err)
{
    const struct en_tariff_member *members = list->items;
    struct en_buf text;
    en_code code = EN_OK;
    en_buf_init(&text, TEXT_SIZE_MAX);
    for (uint32_t i = 0; i < list->count && code == EN_OK; i++) {
        bool is_point = members[i].point != 0;
        struct en_slice key = {NULL, 0};
        code = en_keys_key(store, is_point ? EN_NAME_POINT : EN_NAME_OBJECT,
                           is_point ? members[i].point : members[i].object, &key, err);
        en_buf_print(&text, "%s%s %.*s", i == 0 ? "" : ", ", is_point ? "point" : "object",
                     (int)key.size, (const char *)key.bytes);
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
    return code;
}

static const struct en_column tariff_columns[] = {
    {"tariff", NULL, false}, {"from", NULL, false},     {"to", NULL, false},
    {"title", NULL, false},  {"calendar", NULL, false}, {"category", NULL, false},
    {"region", NULL, false}, {"members", NULL, false},  {"document", NULL, false},
    {"reason", NULL, false}};

static en_code put_tariff(struct en_rows *rows, struct en_store *store,
                          const struct en_arguments *arguments, const void *row_memory,
                          struct en_error *err)
{
    const struct en_tariff_row *row = row_memory;
    const struct en_price_category *category = en_price_category(row->category);
    (void)arguments;
    en_code code = en_list_key(rows, store, EN_NAME_TARIFF, row->tariff, err);
    put_day(rows, row->from);
    put_day(rows, row->to);
    en_rows_slice(rows, row->title);
    code = code == EN_OK ? en_list_key(rows, store, EN_NAME_CALENDAR, row->calendar, err) : code;
    if (category == NULL) {
        en_rows_null(rows);
    } else {
        en_rows_text(rows, category->name);
    }
    code = code == EN_OK ? en_list_key(rows, store, EN_NAME_REGION, row->region, err) : code;
    code = code == EN_OK ? put_members(rows, store, &row->members, err) : code;
    en_rows_slice(rows, row->document);
    en_rows_slice(rows, row->reason);
    return code;
}

static en_code list_tariffs(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    struct en_tariff_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, tariff_columns, EN_COUNT_OF(tariff_columns));
    return list_table(store, arguments, &rows, &en_table_tariff, &row, put_tariff, err);
}

en_code en_run_tariff_list(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_tariffs, err);
}

static en_code show_tariff(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct en_tariff_row row = {.from = {INT64_MAX}};
    struct en_day day = {0};
    struct en_arena arena;
    struct en_rows rows;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_arguments_day(arguments, "on", &day, err);
    row.from = en_arguments_has(arguments, "on") ? en_schedule_day(day.n) : row.from;
    if (code == EN_OK) {
        code = en_keys_find(store, EN_NAME_TARIFF, en_slice_text(key), &row.tariff, err);
    }
    if (code == EN_OK) {
        code = en_table_last_before(store, &en_table_tariff, &row, 1, &arena, err);
        code = code == EN_NOT_FOUND
                   ? en_error_set(err, EN_NOT_FOUND, "the tariff is not set by then")
                   : code;
    }
    if (code == EN_OK) {
        en_rows_begin_single(&rows, io, arguments->output, tariff_columns,
                             EN_COUNT_OF(tariff_columns));
        code = put_tariff(&rows, store, arguments, &row, err);
        rows.column = code == EN_OK ? rows.column : 0;
        en_rows_end(&rows);
    }
    en_arena_fini(&arena);
    return code;
}

en_code en_run_tariff_show(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, show_tariff, err);
}

/* ---- prices ---- */

/* The zone's name, of parts that have zones and tariffs that have a calendar. */
static en_code put_zone(struct en_rows *rows, struct en_store *store,
                        const struct en_price_row *price, struct en_error *err)
{
    struct en_tariff_row tariff = {.tariff = price->tariff, .from = {INT64_MAX}};
    struct en_schedule_calendar schedule = {.calendar = 0};
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_table_last_before(store, &en_table_tariff, &tariff, 1, &arena, err);
    if (code == EN_OK && tariff.calendar != 0) {
        code = en_schedule_last_calendar(store, tariff.calendar, &arena, &schedule, err);
    }
    if (code == EN_OK && price->zone > 0 && price->zone <= schedule.days.zones_count) {
        en_rows_slice(rows, schedule.zones[price->zone - 1].name);
    } else {
        en_rows_null(rows);
    }
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_price(struct en_rows *rows, struct en_store *store,
                         const struct en_arguments *arguments, const void *row_memory,
                         struct en_error *err)
{
    const struct en_price_row *row = row_memory;
    const char *asked = en_arguments_value(arguments, "tariff");
    struct en_slice key = {NULL, 0};
    en_code code = en_keys_key(store, EN_NAME_TARIFF, row->tariff, &key, err);
    if (code != EN_OK || (asked != NULL && !en_slice_equal(key, en_slice_text(asked)))) {
        return code;
    }
    bool is_hourly = row->hours.count > 0;
    en_rows_slice(rows, key);
    en_rows_text(rows, en_charge_part_name((en_charge_part)row->part));
    code = put_zone(rows, store, row, err);
    if (is_hourly) {
        en_rows_instant(rows, row->from, 0);
        en_rows_instant(rows, row->to, 0);
        en_rows_null(rows);
    } else {
        put_day(rows, row->from);
        put_day(rows, row->to);
        en_rows_micro(rows, row->price_micro);
    }
    en_rows_text(rows, en_charge_part_unit((en_charge_part)row->part));
    en_rows_count(rows, row->hours.count);
    en_rows_slice(rows, row->document);
    en_rows_slice(rows, row->reason);
    return code;
}

static en_code list_prices(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"tariff", NULL, false}, {"part", NULL, false}, {"zone", NULL, false},
        {"from", NULL, false},   {"to", NULL, false},   {"price_rub", "RUB", true},
        {"per", NULL, false},    {"hours", NULL, true}, {"document", NULL, false},
        {"reason", NULL, false}};
    struct en_price_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    return list_table(store, arguments, &rows, &en_table_price, &row, put_price, err);
}

en_code en_run_price_list(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_prices, err);
}

/* ---- peak hours ---- */

static void put_hours(struct en_rows *rows, const struct en_peak_hours_row *row)
{
    const struct en_peak_hour *hours = row->hours.items;
    const struct en_peak_day *days = row->days.items;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    for (uint32_t i = 0; i < row->hours.count; i++) {
        en_buf_print(&text, "%s%u", i == 0 ? "" : " ", hours[i].hour);
    }
    for (uint32_t i = 0; i < row->days.count; i++) {
        char day[EN_DAY_TEXT_SIZE];
        (void)en_day_print(days[i].day, day);
        en_buf_print(&text, "%s%s=%u", i == 0 ? "" : " ", day, days[i].hour);
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

static en_code put_peak_hours(struct en_rows *rows, struct en_store *store,
                              const struct en_arguments *arguments, const void *row_memory,
                              struct en_error *err)
{
    const struct en_peak_hours_row *row = row_memory;
    const char *asked = en_arguments_value(arguments, "region");
    struct en_slice key = {NULL, 0};
    char offset[EN_CLOCK_TEXT_SIZE];
    en_code code = en_keys_key(store, EN_NAME_REGION, row->region, &key, err);
    if (code != EN_OK || (asked != NULL && !en_slice_equal(key, en_slice_text(asked)))) {
        return code;
    }
    en_offset_print(row->offset_minutes, offset);
    en_rows_slice(rows, key);
    en_rows_text(rows, row->list == EN_PEAK_PLANNED ? "planned" : "fact");
    put_day(rows, row->from);
    put_day(rows, row->to);
    en_rows_text(rows, offset);
    code = en_list_key(rows, store, EN_NAME_CALENDAR, row->calendar, err);
    put_hours(rows, row);
    en_rows_slice(rows, row->document);
    en_rows_slice(rows, row->reason);
    return code;
}

static en_code list_peak_hours(struct en_store *store, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"region", NULL, false}, {"list", NULL, false},     {"from", NULL, false},
        {"to", NULL, false},     {"offset", NULL, false},   {"calendar", NULL, false},
        {"hours", NULL, false},  {"document", NULL, false}, {"reason", NULL, false}};
    struct en_peak_hours_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    return list_table(store, arguments, &rows, &en_table_peak_hours, &row, put_peak_hours, err);
}

en_code en_run_peak_hours_list(struct en_session *session, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_peak_hours, err);
}
