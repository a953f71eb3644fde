/* Commands that say what governs tariffs: tariffs, prices, peak hours. They change at
 * the start of a fiscal day, whatever its offset: the day's number is told as its midnight in UTC;
 * only prices by hours begin at an instant. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/definition.h"
#include "app/commands/submission.h"
#include "app/zones.h"
#include "core/event/payload.h"
#include "core/metering/tariff/charge.h"
#include "projections/tables.h"
#include "projections/views/keys.h"
#include "projections/views/schedule.h"

#define MEMBERS_MAX 4096u
#define ARENA_SIZE (4u << 20)

/* ---- tariff set ---- */

static struct en_slice keep(struct en_arena *arena, struct en_slice text)
{
    struct en_slice copy = en_arena_copy(arena, text);
    return copy.bytes == NULL ? en_slice_of("", 0) : copy;
}

/* What the tariff is on that day; nothing where it is none. */
static en_code tariff_at(struct en_store *store, const char *key, struct en_instant at,
                         struct en_arena *arena, struct en_tariff_set *set, struct en_error *err)
{
    struct en_tariff_row row;
    uint32_t tariff = 0;
    *set = (struct en_tariff_set){.calendar = 0};
    if (en_keys_find(store, EN_NAME_TARIFF, en_slice_text(key), &tariff, NULL) != EN_OK) {
        return EN_OK;
    }
    en_code code = en_schedule_tariff(store, tariff, at, arena, &row, err);
    if (code == EN_OK) {
        set->title = keep(arena, row.title);
        set->calendar = row.calendar;
        set->category = row.category;
        set->region = row.region;
        set->members = row.members;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Adds the points (objects) of a list "P1,P2" to the members. */
static en_code add_members(struct en_store *store, const char *list, en_name_type type,
                           struct en_tariff_member *members, uint32_t *count, struct en_error *err)
{
    const char *at = list;
    while (at != NULL && *at != '\0') {
        size_t size = strcspn(at, ",");
        uint32_t id = 0;
        if (*count == MEMBERS_MAX) {
            return en_error_set(err, EN_LIMIT, "over %u members: name objects instead",
                                MEMBERS_MAX);
        }
        en_code code = en_keys_find(store, type, en_slice_of(at, size), &id, err);
        if (code != EN_OK) {
            return code;
        }
        members[(*count)++] = type == EN_NAME_POINT ? (struct en_tariff_member){0, id}
                                                    : (struct en_tariff_member){id, 0};
        at += size + (at[size] == ',' ? 1 : 0);
    }
    return EN_OK;
}

static en_code members_of(const struct en_arguments *arguments, struct en_store *store,
                          struct en_arena *arena, struct en_tariff_set *set, struct en_error *err)
{
    struct en_tariff_member *members = en_arena_alloc(arena, MEMBERS_MAX * sizeof *members);
    uint32_t count = 0;
    if (!en_arguments_has(arguments, "points") && !en_arguments_has(arguments, "objects")) {
        return EN_OK;
    }
    if (members == NULL) {
        return en_definition_no_memory(err);
    }
    en_code code = add_members(store, en_arguments_value(arguments, "points"), EN_NAME_POINT,
                               members, &count, err);
    code = code == EN_OK ? add_members(store, en_arguments_value(arguments, "objects"),
                                       EN_NAME_OBJECT, members, &count, err)
                         : code;
    set->members = (struct en_list){members, count};
    return code;
}

static en_code fill_tariff(const struct en_arguments *arguments, struct en_store *store,
                           struct en_arena *arena, struct en_tariff_set *set, struct en_error *err)
{
    const char *calendar = en_arguments_value(arguments, "calendar");
    uint64_t category = set->category;
    en_code code = en_arguments_number(arguments, "category", 6, &category, err);
    set->category = (uint8_t)category;
    set->title = en_arguments_text(arguments, "title", set->title);
    set->document = en_arguments_text(arguments, "document", en_slice_text(""));
    set->reason = en_arguments_text(arguments, "reason", en_slice_text(""));
    if (code == EN_OK && calendar != NULL && calendar[0] != '\0') {
        code = en_keys_find(store, EN_NAME_CALENDAR, en_slice_text(calendar), &set->calendar, err);
    } else if (calendar != NULL) {
        set->calendar = 0;
    }
    return code == EN_OK ? members_of(arguments, store, arena, set, err) : code;
}

en_code en_run_tariff_set(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    const char *region = en_arguments_value(arguments, "region");
    struct en_view view;
    struct en_arena arena;
    struct en_tariff_set set = {.calendar = 0};
    struct en_interval valid;
    uint32_t tariff = 0;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_arguments_days(arguments, &valid, err);
    code = code == EN_OK ? en_engine_view_open(session->engine, NULL, io, &view, err) : code;
    if (code != EN_OK) {
        goto done;
    }
    code = tariff_at(view.store, key, valid.from, &arena, &set, err);
    code = code == EN_OK ? fill_tariff(arguments, view.store, &arena, &set, err) : code;
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK && region != NULL) {
        code = region[0] == '\0'
                   ? EN_OK
                   : en_engine_name(session->engine, EN_NAME_REGION, region, &set.region, err);
        set.region = region[0] == '\0' ? 0 : set.region;
    }
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_TARIFF, key, &tariff, err);
    }
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_TARIFF_SET, key, tariff, valid, &set,
                             err);
    }
done:
    en_arena_fini(&arena);
    return code;
}

/* ---- price set ---- */

/* The place of the zone in the calendar that the tariff has on that day. */
static en_code zone_of(struct en_store *store, uint32_t tariff, struct en_instant at,
                       const char *name, struct en_arena *arena, uint8_t *zone,
                       struct en_error *err)
{
    struct en_tariff_row row;
    struct en_schedule_calendar schedule;
    en_code code = en_schedule_tariff(store, tariff, at, arena, &row, err);
    if (code == EN_OK) {
        code = en_schedule_calendar(store, row.calendar, at, arena, &schedule, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND
                   ? en_error_set(err, EN_NOT_FOUND, "the tariff has no calendar on that day")
                   : code;
    }
    for (uint32_t i = 0; i < schedule.days.zones_count; i++) {
        if (en_slice_equal(schedule.zones[i].name, en_slice_text(name))) {
            *zone = (uint8_t)(i + 1);
            return EN_OK;
        }
    }
    return en_error_set(err, EN_NOT_FOUND, "the tariff's calendar has no zone \"%.64s\"", name);
}

static en_code read_hours(struct en_definition *definition, struct en_price_set *set,
                          struct en_error *err)
{
    static const char *const words[] = {"hours", "document", "reason", NULL};
    const json_t *list = json_object_get(definition->root, "hours");
    size_t count = json_array_size(list);
    en_code code = en_definition_members(definition, definition->root, "prices", words, err);
    if (code == EN_OK && (count == 0 || count > EN_PACK_ITEMS_MAX)) {
        return en_definition_fault(definition, err, "hours",
                                   "1 to %u prices are wanted, one an hour", EN_PACK_ITEMS_MAX);
    }
    struct en_price_hour *hours = en_definition_room(definition, count, sizeof *hours);
    code = code == EN_OK && hours == NULL ? en_definition_no_memory(err) : code;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        char where[32];
        (void)snprintf(where, sizeof where, "hours[%zu]", i);
        code = en_definition_micro(definition, json_array_get(list, i), where,
                                   &hours[i].price_micro, err);
    }
    set->hours = (struct en_list){hours, (uint32_t)count};
    code = code == EN_OK
               ? en_definition_text(definition, definition->root, "document", &set->document, err)
               : code;
    return code == EN_OK
               ? en_definition_text(definition, definition->root, "reason", &set->reason, err)
               : code;
}

/* A price by hours begins at an instant, or at midnight of a day at --offset. */
static en_code hours_time(const struct en_arguments *arguments, struct en_interval *valid,
                          struct en_error *err)
{
    struct en_edge edge;
    int32_t offset = 180;
    const char *text = en_arguments_value(arguments, "offset");
    en_code code = text == NULL ? EN_OK : en_offset_parse(text, &offset, err);
    code = code == EN_OK ? en_arguments_edge(arguments, "from", &edge, err) : code;
    if (code == EN_OK) {
        *valid = en_valid_from(edge.is_day ? en_day_interval(edge.day, offset).from : edge.instant);
    }
    return code;
}

static en_code price_zone(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, uint32_t tariff, struct en_instant at, uint8_t *zone,
                          struct en_error *err)
{
    const char *name = en_arguments_value(arguments, "zone");
    struct en_view view;
    struct en_arena arena;
    if (name == NULL) {
        return EN_OK;
    }
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code == EN_OK) {
        en_arena_init(&arena, ARENA_SIZE);
        code = zone_of(view.store, tariff, at, name, &arena, zone, err);
        en_arena_fini(&arena);
        en_engine_view_close(session->engine, &view);
    }
    return code;
}

en_code en_run_price_set(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    const char *price = en_arguments_operand(arguments, 2);
    const char *file = en_arguments_value(arguments, "hours");
    struct en_definition definition = {.root = NULL};
    struct en_price_set set = {.zone = 0};
    struct en_interval valid = {{0}, {0}};
    en_charge_part part = EN_CHARGE_ENERGY;
    uint32_t tariff = 0;
    if ((price == NULL) == (file == NULL)) {
        return en_error_set(err, EN_USAGE, "give one price, or --hours FILE with one an hour");
    }
    en_arena_init(&definition.arena, 0);
    en_code code =
        en_charge_part_parse(en_slice_text(en_arguments_operand(arguments, 1)), &part, err);
    code =
        code == EN_OK ? en_engine_find(session->engine, EN_NAME_TARIFF, key, &tariff, err) : code;
    set.part = (uint8_t)part;
    if (code == EN_OK && file != NULL) {
        en_arena_fini(&definition.arena);
        code = en_definition_open(&definition, io, file, err);
        code = code == EN_OK ? read_hours(&definition, &set, err) : code;
        code = code == EN_OK ? hours_time(arguments, &valid, err) : code;
    } else if (code == EN_OK) {
        code = en_micro_parse(en_slice_text(price), &set.price_micro, err);
        code = code == EN_OK ? en_arguments_days(arguments, &valid, err) : code;
    }
    set.document = en_arguments_text(arguments, "document", set.document);
    set.reason = en_arguments_text(arguments, "reason", set.reason);
    if (code == EN_OK) {
        code = price_zone(session, arguments, io, tariff, valid.from, &set.zone, err);
    }
    if (code == EN_OK) {
        code =
            en_submit_one(session, arguments, io, EN_KIND_PRICE_SET, key, tariff, valid, &set, err);
    }
    en_definition_fini(&definition);
    return code;
}

/* ---- peak-hours set ---- */

/* "9,10,18" */
static en_code planned_of(const char *text, struct en_peak_hour hours[24], uint32_t *count,
                          struct en_error *err)
{
    for (const char *at = text; *at != '\0';) {
        char *end = NULL;
        unsigned long hour = strtoul(at, &end, 10);
        if (end == at || hour > 23 || *count == 24 || (*end != ',' && *end != '\0')) {
            return en_error_set(err, EN_USAGE,
                                "--planned is hours 0 to 23, rising, as 8,9,10: not \"%.64s\"",
                                text);
        }
        hours[(*count)++].hour = (uint8_t)hour;
        at = *end == ',' ? end + 1 : end;
    }
    return EN_OK;
}

static int by_day(const void *left, const void *right)
{
    const struct en_peak_day *a = left;
    const struct en_peak_day *b = right;
    return (a->day.n > b->day.n) - (a->day.n < b->day.n);
}

/* {"2026-06-01": 10, ...} */
static en_code fact_of(struct en_definition *definition, struct en_peak_hours_set *set,
                       struct en_error *err)
{
    static const char *const words[] = {"days", "document", "reason", NULL};
    const json_t *days = json_object_get(definition->root, "days");
    struct en_peak_day *list = en_definition_room(definition, json_object_size(days), sizeof *list);
    uint32_t count = 0;
    const char *key = NULL;
    json_t *hour = NULL;
    en_code code = en_definition_members(definition, definition->root, "peak hours", words, err);
    if (code != EN_OK || list == NULL) {
        return list == NULL ? en_definition_no_memory(err) : code;
    }
    json_object_foreach((json_t *)(uintptr_t)days, key, hour)
    {
        struct en_error fault = {0};
        json_int_t number = json_is_integer(hour) ? json_integer_value(hour) : -1;
        if (en_day_parse(en_slice_text(key), &list[count].day, &fault) != EN_OK) {
            return en_definition_fault(definition, err, "days", "%s", fault.text);
        }
        if (number < 0 || number > 23) {
            return en_definition_fault(definition, err, "days", "%s: an hour 0 to 23 is wanted",
                                       key);
        }
        list[count++].hour = (uint8_t)number;
    }
    qsort(list, count, sizeof *list, by_day);
    set->days = (struct en_list){list, count};
    code = en_definition_text(definition, definition->root, "document", &set->document, err);
    return code == EN_OK
               ? en_definition_text(definition, definition->root, "reason", &set->reason, err)
               : code;
}

static en_code month_of(const struct en_arguments *arguments, struct en_interval *valid,
                        struct en_error *err)
{
    const char *text = en_arguments_value(arguments, "month");
    struct en_month month;
    en_code code = en_month_parse(en_slice_text(text), &month, err);
    if (code != EN_OK) {
        return en_error_wrap(err, "--month");
    }
    valid->from = en_schedule_day(en_month_first_day(month).n);
    valid->to = en_schedule_day(en_month_first_day((struct en_month){month.n + 1}).n);
    return EN_OK;
}

en_code en_run_peak_hours_set(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    const char *planned = en_arguments_value(arguments, "planned");
    const char *fact = en_arguments_value(arguments, "fact");
    const char *offset = en_arguments_value(arguments, "offset");
    const char *calendar = en_arguments_value(arguments, "calendar");
    struct en_definition definition = {.root = NULL};
    struct en_peak_hour hours[24];
    struct en_peak_hours_set set = {.offset_minutes = 180};
    struct en_interval valid;
    uint32_t region = 0;
    uint32_t count = 0;
    if ((planned == NULL) == (fact == NULL)) {
        return en_error_set(err, EN_USAGE, "give --planned HOURS or --fact FILE");
    }
    en_arena_init(&definition.arena, 0);
    en_code code = month_of(arguments, &valid, err);
    code =
        code == EN_OK && offset != NULL ? en_offset_parse(offset, &set.offset_minutes, err) : code;
    if (code == EN_OK && calendar != NULL) {
        code = en_engine_find(session->engine, EN_NAME_CALENDAR, calendar, &set.calendar, err);
    }
    if (code == EN_OK && planned != NULL) {
        set.list = EN_PEAK_PLANNED;
        code = planned_of(planned, hours, &count, err);
        set.hours = (struct en_list){hours, count};
    } else if (code == EN_OK) {
        set.list = EN_PEAK_FACT;
        en_arena_fini(&definition.arena);
        code = en_definition_open(&definition, io, fact, err);
        code = code == EN_OK ? fact_of(&definition, &set, err) : code;
    }
    set.document = en_arguments_text(arguments, "document", set.document);
    set.reason = en_arguments_text(arguments, "reason", set.reason);
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_REGION, key, &region, err);
    }
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_PEAK_HOURS_SET, key, region, valid,
                             &set, err);
    }
    en_definition_fini(&definition);
    return code;
}
