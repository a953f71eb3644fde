/* `enerlog calendar set`: a calendar from the JSON form in which people write it
 * (projections/views/calendar_json.h shows it in the same). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/definition.h"
#include "app/commands/submission.h"
#include "app/zones.h"
#include "core/event/payload.h"

static const char *const calendar_words[] = {"title",    "clock",    "zones",  "seasons",
                                             "holidays", "special",  "moved",  "yearly",
                                             "days",     "document", "reason", NULL};
static const char *const season_words[] = {"name", "from", NULL};
static const char *const day_words[] = {"season", "types", "switches", NULL};
static const char *const yearly_words[] = {"holidays", "special", "moved", NULL};

static en_code read_zones(struct en_definition *definition, struct en_calendar_set *set,
                          struct en_error *err)
{
    const json_t *list = json_object_get(definition->root, "zones");
    size_t count = json_array_size(list);
    struct en_calendar_zone *zones = en_definition_room(definition, count, sizeof *zones);
    if (zones == NULL) {
        return en_definition_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_array_get(list, i);
        if (!json_is_string(name)) {
            return en_definition_fault(definition, err, "zones", "names in quotes are wanted");
        }
        zones[i].name = en_slice_of(json_string_value(name), json_string_length(name));
    }
    set->zones = (struct en_list){zones, (uint32_t)count};
    return EN_OK;
}

/* "04-01" */
static bool parse_month_day(const char *text, uint8_t *month, uint8_t *day)
{
    unsigned m = 0;
    unsigned d = 0;
    char end = 0;
    bool is_read = text != NULL && sscanf(text, "%2u-%2u%c", &m, &d, &end) == 2 && m <= 12 &&
                   d <= 31 && strlen(text) == 5;
    *month = (uint8_t)m;
    *day = (uint8_t)d;
    return is_read;
}

static en_code read_seasons(struct en_definition *definition, struct en_calendar_set *set,
                            struct en_error *err)
{
    const json_t *list = json_object_get(definition->root, "seasons");
    size_t count = json_array_size(list);
    struct en_calendar_season *seasons = en_definition_room(definition, count, sizeof *seasons);
    if (seasons == NULL) {
        return en_definition_no_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *season = json_array_get(list, i);
        en_code code = en_definition_members(definition, season, "seasons", season_words, err);
        if (code == EN_OK) {
            code = en_definition_text(definition, season, "name", &seasons[i].name, err);
        }
        if (code != EN_OK) {
            return code;
        }
        const char *from = json_string_value(json_object_get(season, "from"));
        if (!parse_month_day(from, &seasons[i].month, &seasons[i].day)) {
            return en_definition_fault(definition, err, "seasons",
                                       "season %zu: \"from\" is like \"04-01\"", i + 1);
        }
    }
    set->seasons = (struct en_list){seasons, (uint32_t)count};
    return EN_OK;
}

static int by_day_and_type(const void *left, const void *right)
{
    const struct en_calendar_date *a = left;
    const struct en_calendar_date *b = right;
    if (a->day.n != b->day.n) {
        return a->day.n < b->day.n ? -1 : 1;
    }
    return (a->type > b->type) - (a->type < b->type);
}

/* "2026-01-01", or "01-01" of every year (told as that of 2000). */
static en_code read_date(const struct en_definition *definition, const json_t *value,
                         const char *where, bool is_yearly, struct en_day *day,
                         struct en_error *err)
{
    const char *text = json_string_value(value);
    uint8_t month = 0;
    uint8_t day_of_month = 0;
    en_code code = EN_MALFORMED;
    if (is_yearly && parse_month_day(text, &month, &day_of_month)) {
        code = en_day_of_date(2000, month, day_of_month, day, NULL);
    } else if (!is_yearly && text != NULL) {
        code = en_day_parse(en_slice_text(text), day, NULL);
    }
    return code == EN_OK
               ? EN_OK
               : en_definition_fault(definition, err, where, "\"%.32s\" is no day: like %s",
                                     text == NULL ? "?" : text,
                                     is_yearly ? "\"05-01\"" : "\"2026-05-01\"");
}

struct date_list {
    struct en_calendar_date *dates;
    uint32_t count;
};

static en_code add_dates(struct en_definition *definition, const json_t *list, const char *where,
                         en_day_type type, bool is_yearly, struct date_list *dates,
                         struct en_error *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (dates->count == EN_CALENDAR_DATES_MAX) {
            return en_definition_fault(definition, err, where, "over %u dates",
                                       EN_CALENDAR_DATES_MAX);
        }
        struct en_calendar_date *date = &dates->dates[dates->count++];
        date->type = (uint8_t)type;
        date->is_yearly = is_yearly;
        en_code code =
            read_date(definition, json_array_get(list, i), where, is_yearly, &date->day, err);
        if (code != EN_OK) {
            return code;
        }
    }
    return EN_OK;
}

static en_code read_dates(struct en_definition *definition, struct en_calendar_set *set,
                          struct en_error *err)
{
    static const struct {
        const char *word;
        en_day_type type;
    } kinds[] = {{"holidays", EN_DAY_TYPE_HOLIDAY},
                 {"special", EN_DAY_TYPE_SPECIAL},
                 {"moved", EN_DAY_TYPE_MOVED}};
    const json_t *yearly = json_object_get(definition->root, "yearly");
    struct date_list dates = {
        en_definition_room(definition, EN_CALENDAR_DATES_MAX, sizeof(struct en_calendar_date)), 0};
    if (dates.dates == NULL) {
        return en_definition_no_memory(err);
    }
    en_code code = en_definition_members(definition, yearly, "yearly", yearly_words, err);
    for (size_t i = 0; i < EN_COUNT_OF(kinds) && code == EN_OK; i++) {
        const char *word = kinds[i].word;
        code = add_dates(definition, json_object_get(definition->root, word), word, kinds[i].type,
                         false, &dates, err);
        if (code == EN_OK) {
            code = add_dates(definition, json_object_get(yearly, word), word, kinds[i].type, true,
                             &dates, err);
        }
    }
    qsort(dates.dates, dates.count, sizeof *dates.dates, by_day_and_type);
    set->dates = (struct en_list){dates.dates, dates.count};
    return code;
}

static int by_place(const void *left, const void *right)
{
    const struct en_calendar_switch *a = left;
    const struct en_calendar_switch *b = right;
    uint32_t orders[2] = {(uint32_t)a->season << 24 | (uint32_t)a->type << 16 | a->minute,
                          (uint32_t)b->season << 24 | (uint32_t)b->type << 16 | b->minute};
    return (orders[0] > orders[1]) - (orders[0] < orders[1]);
}

struct switch_list {
    struct en_calendar_switch *switches;
    uint32_t count;
};

/* The place of a name in a list of zones. */
static bool find_zone(const struct en_calendar_set *set, const char *name, uint8_t *place)
{
    const struct en_calendar_zone *zones = set->zones.items;
    for (uint32_t i = 0; name != NULL && i < set->zones.count; i++) {
        if (en_slice_equal(zones[i].name, en_slice_text(name))) {
            *place = (uint8_t)i;
            return true;
        }
    }
    return false;
}

/* {"07:00": "peak", ...} for one type of day. */
static en_code add_switches(struct en_definition *definition, const json_t *switches,
                            const struct en_calendar_set *set,
                            const struct en_calendar_switch *like, struct switch_list *list,
                            struct en_error *err)
{
    const char *time = NULL;
    json_t *zone = NULL;
    json_object_foreach((json_t *)(uintptr_t)switches, time, zone)
    {
        unsigned hour = 0;
        unsigned minute = 0;
        char end = 0;
        if (sscanf(time, "%2u:%2u%c", &hour, &minute, &end) != 2 || hour > 23 || minute > 59) {
            return en_definition_fault(definition, err, "days", "\"%.32s\" is no time: like 07:00",
                                       time);
        }
        if (list->count == EN_CALENDAR_SWITCHES_MAX) {
            return en_definition_fault(definition, err, "days", "over %u switches",
                                       EN_CALENDAR_SWITCHES_MAX);
        }
        struct en_calendar_switch *added = &list->switches[list->count++];
        *added = *like;
        added->minute = (uint16_t)(hour * 60 + minute);
        if (!find_zone(set, json_string_value(zone), &added->zone)) {
            return en_definition_fault(definition, err, "days",
                                       "at %s: \"%.64s\" is none of the zones", time,
                                       json_is_string(zone) ? json_string_value(zone) : "?");
        }
    }
    return EN_OK;
}

/* The place of the season of that name; without a name all of them, from *first to *end. */
static en_code find_seasons(struct en_definition *definition, const json_t *day,
                            const struct en_calendar_set *set, uint8_t *first, uint8_t *end,
                            struct en_error *err)
{
    const char *name = json_string_value(json_object_get(day, "season"));
    const struct en_calendar_season *seasons = set->seasons.items;
    *first = 0;
    *end = set->seasons.count == 0 ? 1 : (uint8_t)set->seasons.count;
    for (uint32_t i = 0; name != NULL && i < set->seasons.count; i++) {
        if (en_slice_equal(seasons[i].name, en_slice_text(name))) {
            *first = (uint8_t)i;
            *end = (uint8_t)(i + 1);
            return EN_OK;
        }
    }
    return name == NULL ? EN_OK
                        : en_definition_fault(definition, err, "days",
                                              "\"%.64s\" is none of the seasons", name);
}

static en_code read_day_types(struct en_definition *definition, const json_t *day,
                              const struct en_calendar_set *set, struct switch_list *list,
                              struct en_error *err)
{
    uint8_t first = 0;
    uint8_t end = 0;
    const json_t *types = json_object_get(day, "types");
    const json_t *switches = json_object_get(day, "switches");
    en_code code = en_definition_members(definition, day, "days", day_words, err);
    code = code == EN_OK ? find_seasons(definition, day, set, &first, &end, err) : code;
    if (code == EN_OK && (json_array_size(types) == 0 || json_object_size(switches) == 0)) {
        return en_definition_fault(definition, err, "days",
                                   "each names \"types\" of days and their \"switches\"");
    }
    for (size_t i = 0; i < json_array_size(types) && code == EN_OK; i++) {
        const json_t *name = json_array_get(types, i);
        struct en_error fault = {0};
        en_day_type type = EN_DAY_TYPE_WEEKDAY;
        const char *text = json_is_string(name) ? json_string_value(name) : "?";
        if (en_day_type_parse(en_slice_text(text), &type, &fault) != EN_OK) {
            return en_definition_fault(definition, err, "days", "%s", fault.text);
        }
        for (uint8_t season = first; season < end && code == EN_OK; season++) {
            struct en_calendar_switch like = {season, (uint8_t)type, 0, 0};
            code = add_switches(definition, switches, set, &like, list, err);
        }
    }
    return code;
}

static en_code read_days(struct en_definition *definition, struct en_calendar_set *set,
                         struct en_error *err)
{
    const json_t *days = json_object_get(definition->root, "days");
    struct switch_list list = {
        en_definition_room(definition, EN_CALENDAR_SWITCHES_MAX, sizeof(struct en_calendar_switch)),
        0};
    if (list.switches == NULL) {
        return en_definition_no_memory(err);
    }
    en_code code = EN_OK;
    for (size_t i = 0; i < json_array_size(days) && code == EN_OK; i++) {
        code = read_day_types(definition, json_array_get(days, i), set, &list, err);
    }
    qsort(list.switches, list.count, sizeof *list.switches, by_place);
    set->switches = (struct en_list){list.switches, list.count};
    return code;
}

/* "fiscal" (or nothing), "+03:00", or the name of a civil zone, whose table goes along. */
static en_code read_clock(struct en_definition *definition, struct en_calendar_set *set,
                          struct en_buf *tzif, struct en_error *err)
{
    struct en_slice clock;
    en_code code = en_definition_text(definition, definition->root, "clock", &clock, err);
    const char *text = (const char *)clock.bytes;
    if (code != EN_OK || clock.size == 0 || strcmp(text, "fiscal") == 0) {
        set->clock = EN_CALENDAR_FISCAL;
        return code;
    }
    if (text[0] == '+' || text[0] == '-') {
        set->clock = EN_CALENDAR_OFFSET;
        return en_offset_parse(text, &set->offset_minutes, err);
    }
    set->clock = EN_CALENDAR_CIVIL;
    set->zone = clock;
    code = en_zone_table_read(text, tzif, err);
    set->tzif = en_buf_slice(tzif);
    return code;
}

static en_code read_calendar(struct en_definition *definition, struct en_calendar_set *set,
                             struct en_buf *tzif, struct en_error *err)
{
    const json_t *root = definition->root;
    en_code code = en_definition_members(definition, root, "calendar", calendar_words, err);
    code = code == EN_OK ? en_definition_text(definition, root, "title", &set->title, err) : code;
    code = code == EN_OK ? en_definition_text(definition, root, "document", &set->document, err)
                         : code;
    code = code == EN_OK ? en_definition_text(definition, root, "reason", &set->reason, err) : code;
    code = code == EN_OK ? read_clock(definition, set, tzif, err) : code;
    code = code == EN_OK ? read_zones(definition, set, err) : code;
    code = code == EN_OK ? read_seasons(definition, set, err) : code;
    code = code == EN_OK ? read_dates(definition, set, err) : code;
    return code == EN_OK ? read_days(definition, set, err) : code;
}

en_code en_run_calendar_set(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct en_definition definition;
    struct en_calendar_set set = {.clock = EN_CALENDAR_FISCAL};
    struct en_interval valid;
    struct en_buf tzif;
    uint32_t calendar = 0;
    en_buf_init(&tzif, EN_PAYLOAD_SIZE_MAX - 1024);
    en_code code = en_definition_open(&definition, io, en_arguments_operand(arguments, 1), err);
    code = code == EN_OK ? read_calendar(&definition, &set, &tzif, err) : code;
    code = code == EN_OK ? en_arguments_days(arguments, &valid, err) : code;
    set.reason = en_arguments_text(arguments, "reason", set.reason);
    set.document = en_arguments_text(arguments, "document", set.document);
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_CALENDAR, key, &calendar, err);
    }
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_CALENDAR_SET, key, calendar, valid,
                             &set, err);
    }
    en_buf_fini(&tzif);
    en_definition_fini(&definition);
    return code;
}
