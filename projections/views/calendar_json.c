#include "projections/views/calendar_json.h"

#include <stdio.h>

#include "core/event/payload.h"

/* Dates of one type, as "2026-05-01", or "05-01" of every year. */
static void json_dates(struct en_json *json, const char *word, const struct en_list *list,
                       en_day_type type, bool is_yearly)
{
    const struct en_calendar_date *dates = list->items;
    en_json_array(json, word);
    for (uint32_t i = 0; i < list->count; i++) {
        char text[EN_DAY_TEXT_SIZE];
        if (dates[i].type == (uint8_t)type && dates[i].is_yearly == is_yearly) {
            (void)en_day_print(dates[i].day, text);
            en_json_string(json, NULL, is_yearly && strlen(text) == 10 ? text + 5 : text);
        }
    }
    en_json_end(json);
}

static void json_all_dates(struct en_json *json, const struct en_list *dates, bool is_yearly)
{
    json_dates(json, "holidays", dates, EN_DAY_TYPE_HOLIDAY, is_yearly);
    json_dates(json, "special", dates, EN_DAY_TYPE_SPECIAL, is_yearly);
    json_dates(json, "moved", dates, EN_DAY_TYPE_MOVED, is_yearly);
}

/* The switch lists, one for each season and type that has one. */
static void json_days(struct en_json *json, const struct en_calendar_row *row)
{
    const struct en_calendar_switch *switches = row->switches.items;
    const struct en_calendar_season *seasons = row->seasons.items;
    const struct en_calendar_zone *zones = row->zones.items;
    en_json_array(json, "days");
    for (uint32_t i = 0; i < row->switches.count; i++) {
        const struct en_calendar_switch *s = &switches[i];
        bool is_first = i == 0 || s[-1].season != s->season || s[-1].type != s->type;
        bool is_last =
            i + 1 == row->switches.count || s[1].season != s->season || s[1].type != s->type;
        char time[16];
        if (is_first) {
            en_json_object(json, NULL);
            if (row->seasons.count > 0) {
                en_json_text(json, "season", seasons[s->season].name);
            }
            en_json_array(json, "types");
            en_json_string(json, NULL, en_day_type_name((en_day_type)s->type));
            en_json_end(json);
            en_json_object(json, "switches");
        }
        (void)snprintf(time, sizeof time, "%02u:%02u", s->minute / 60u, s->minute % 60u);
        en_json_text(json, time, zones[s->zone].name);
        if (is_last) {
            en_json_end(json);
            en_json_end(json);
        }
    }
    en_json_end(json);
}

void en_offset_print(int32_t minutes, char text[EN_CLOCK_TEXT_SIZE])
{
    uint32_t size = (uint32_t)(minutes < 0 ? -minutes : minutes);
    (void)snprintf(text, EN_CLOCK_TEXT_SIZE, "%c%02u:%02u", minutes < 0 ? '-' : '+',
                   size / 60 % 100, size % 60);
}

struct en_slice en_calendar_clock_text(const struct en_calendar_row *row,
                                       char text[EN_CLOCK_TEXT_SIZE])
{
    if (row->clock == EN_CALENDAR_CIVIL) {
        return row->zone;
    }
    (void)snprintf(text, EN_CLOCK_TEXT_SIZE, "fiscal");
    if (row->clock == EN_CALENDAR_OFFSET) {
        en_offset_print(row->offset_minutes, text);
    }
    return en_slice_text(text);
}

void en_calendar_json(struct en_json *json, const char *key, const struct en_calendar_row *row)
{
    const struct en_calendar_season *seasons = row->seasons.items;
    const struct en_calendar_zone *zones = row->zones.items;
    char text[EN_CLOCK_TEXT_SIZE];
    en_json_object(json, key);
    en_json_text(json, "title", row->title);
    en_json_text(json, "clock", en_calendar_clock_text(row, text));
    en_json_array(json, "zones");
    for (uint32_t i = 0; i < row->zones.count; i++) {
        en_json_text(json, NULL, zones[i].name);
    }
    en_json_end(json);
    en_json_array(json, "seasons");
    for (uint32_t i = 0; i < row->seasons.count; i++) {
        (void)snprintf(text, sizeof text, "%02u-%02u", seasons[i].month, seasons[i].day);
        en_json_object(json, NULL);
        en_json_text(json, "name", seasons[i].name);
        en_json_string(json, "from", text);
        en_json_end(json);
    }
    en_json_end(json);
    json_all_dates(json, &row->dates, false);
    en_json_object(json, "yearly");
    json_all_dates(json, &row->dates, true);
    en_json_end(json);
    json_days(json, row);
    en_json_text(json, "document", row->document);
    en_json_text(json, "reason", row->reason);
    en_json_end(json);
}
