#include "projections/views/schedule.h"

#include "projections/tables.h"
#include "projections/views/keys.h"

#define TREE_DEPTH_MAX 64u

static en_code not_then(en_code code)
{
    return code == EN_OK ? EN_NOT_FOUND : code;
}

static en_code load_zone(struct en_slice tzif, struct en_arena *arena,
                         struct en_schedule_calendar *schedule, struct en_error *err)
{
    en_code code = en_zone_parse(tzif, arena, &schedule->clock.zone, err);
    return code == EN_MALFORMED || code == EN_LIMIT || code == EN_UNSUPPORTED
               ? en_error_set(err, EN_CORRUPT, "the zone table of calendar %u is not readable",
                              schedule->calendar)
               : code;
}

/* The names of zones outlive the row: they are copied. */
static en_code keep_zones(const struct en_list *list, struct en_arena *arena,
                          struct en_schedule_calendar *schedule, struct en_error *err)
{
    struct en_calendar_zone *zones = list->items;
    schedule->zones = zones;
    for (uint32_t i = 0; i < list->count; i++) {
        zones[i].name = en_arena_copy(arena, zones[i].name);
        if (zones[i].name.bytes == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the zones of a calendar");
        }
    }
    return EN_OK;
}

static en_code read_calendar(const struct en_calendar_row *row, struct en_arena *arena,
                             struct en_schedule_calendar *schedule, struct en_error *err)
{
    schedule->from = row->from;
    schedule->is_fiscal = row->clock == EN_CALENDAR_FISCAL;
    schedule->clock.offset_minutes = row->clock == EN_CALENDAR_OFFSET ? row->offset_minutes : 0;
    schedule->days = (struct en_calendar){
        .seasons = row->seasons.items,
        .seasons_count = row->seasons.count,
        .dates = row->dates.items,
        .dates_count = row->dates.count,
        .switches = row->switches.items,
        .switches_count = row->switches.count,
        .zones_count = row->zones.count,
    };
    en_code code = keep_zones(&row->zones, arena, schedule, err);
    return code == EN_OK && row->clock == EN_CALENDAR_CIVIL
               ? load_zone(row->tzif, arena, schedule, err)
               : code;
}

en_code en_schedule_calendar(struct en_store *store, uint32_t calendar, struct en_instant at,
                             struct en_arena *arena, struct en_schedule_calendar *schedule,
                             struct en_error *err)
{
    *schedule = (struct en_schedule_calendar){.calendar = calendar, .is_fiscal = true};
    if (calendar == 0) {
        return EN_OK;
    }
    struct en_calendar_row row = {.calendar = calendar, .from = at};
    en_code code = en_table_last_before(store, &en_table_calendar, &row, 1, arena, err);
    if (code != EN_OK || !en_schedule_holds(row.from, row.to, at)) {
        return not_then(code);
    }
    return read_calendar(&row, arena, schedule, err);
}

en_code en_schedule_last_calendar(struct en_store *store, uint32_t calendar, struct en_arena *arena,
                                  struct en_schedule_calendar *schedule, struct en_error *err)
{
    struct en_calendar_row row = {.calendar = calendar, .from = {INT64_MAX}};
    *schedule = (struct en_schedule_calendar){.calendar = calendar, .is_fiscal = true};
    en_code code = en_table_last_before(store, &en_table_calendar, &row, 1, arena, err);
    return code == EN_OK ? read_calendar(&row, arena, schedule, err) : code;
}

/* What names the thing by itself; 0 none. */
static en_code member_tariff(struct en_store *store, en_name_type type, uint32_t id,
                             struct en_instant at, uint32_t *tariff, struct en_error *err)
{
    struct en_tariff_member_row row = {.type = (uint8_t)type, .id = id, .from = at};
    en_code code = en_table_last_before(store, &en_table_tariff_member, &row, 2, NULL, err);
    *tariff = code == EN_OK ? row.tariff : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_schedule_contract(struct en_store *store, uint32_t point, struct en_instant at,
                             struct en_contract_row *row, struct en_error *err)
{
    *row = (struct en_contract_row){.point = point, .from = at};
    en_code code = en_table_last_before(store, &en_table_contract, row, 1, NULL, err);
    return code == EN_OK && en_schedule_holds(row->from, row->to, at) ? EN_OK : not_then(code);
}

/* What the contract names; a name that nothing has is no tariff, and nothing else is asked. */
static en_code contract_tariff(struct en_store *store, uint32_t point, struct en_instant at,
                               uint32_t *tariff, bool *is_named, struct en_error *err)
{
    struct en_contract_row contract;
    en_code code = en_schedule_contract(store, point, at, &contract, err);
    *tariff = 0;
    *is_named = code == EN_OK && contract.tariff.size > 0;
    if (!*is_named) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_name_row name = {.type = EN_NAME_TARIFF, .key = contract.tariff};
    code = en_table_get(store, &en_table_name, &name, NULL, err);
    *tariff = code == EN_OK ? name.id : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_schedule_point_tariff(struct en_store *store, uint32_t point, struct en_instant begins,
                                 int32_t day, uint32_t *tariff, struct en_error *err)
{
    struct en_instant at = en_schedule_day(day);
    bool is_named = false;
    en_code code = contract_tariff(store, point, begins, tariff, &is_named, err);
    if (code != EN_OK || is_named) {
        return code;
    }
    code = member_tariff(store, EN_NAME_POINT, point, at, tariff, err);
    if (code != EN_OK || *tariff != 0) {
        return code;
    }
    struct en_point_row row = {.point = point, .from = begins};
    code = en_table_last_before(store, &en_table_point, &row, 1, NULL, err);
    uint32_t object = code == EN_OK ? row.object : 0;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    for (uint32_t depth = 0; code == EN_OK && object != 0 && depth < TREE_DEPTH_MAX; depth++) {
        code = member_tariff(store, EN_NAME_OBJECT, object, at, tariff, err);
        if (code != EN_OK || *tariff != 0) {
            return code;
        }
        struct en_object_row above = {.object = object, .from = begins};
        code = en_table_last_before(store, &en_table_object, &above, 1, NULL, err);
        object = code == EN_OK ? above.parent : 0;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

en_code en_schedule_tariff(struct en_store *store, uint32_t tariff, struct en_instant at,
                           struct en_arena *arena, struct en_tariff_row *row, struct en_error *err)
{
    *row = (struct en_tariff_row){.tariff = tariff, .from = at};
    en_code code = en_table_last_before(store, &en_table_tariff, row, 1, arena, err);
    return code == EN_OK && en_schedule_holds(row->from, row->to, at) ? EN_OK : not_then(code);
}

en_code en_schedule_price(struct en_store *store, uint32_t tariff, en_charge_part part,
                          uint8_t zone, struct en_instant at, struct en_arena *arena,
                          struct en_price_row *row, struct en_error *err)
{
    *row = (struct en_price_row){.tariff = tariff, .part = (uint8_t)part, .zone = zone, .from = at};
    en_code code = en_table_last_before(store, &en_table_price, row, 3, arena, err);
    return code == EN_OK && en_schedule_holds(row->from, row->to, at) ? EN_OK : not_then(code);
}

bool en_schedule_hour_price(const struct en_price_row *row, struct en_instant at,
                            int64_t *price_micro)
{
    if (row->hours.count == 0) {
        *price_micro = row->price_micro;
        return true;
    }
    int64_t hour = (at.us - row->from.us) / EN_HOUR_US;
    if (at.us < row->from.us || hour >= row->hours.count) {
        return false;
    }
    *price_micro = ((const struct en_price_hour *)row->hours.items)[hour].price_micro;
    return true;
}

en_code en_schedule_peak_hours(struct en_store *store, uint32_t region, en_peak_list list,
                               struct en_instant at, struct en_arena *arena,
                               struct en_peak_hours_row *row, struct en_error *err)
{
    *row = (struct en_peak_hours_row){.region = region, .list = (uint8_t)list, .from = at};
    en_code code = en_table_last_before(store, &en_table_peak_hours, row, 2, arena, err);
    return code == EN_OK && en_schedule_holds(row->from, row->to, at) ? EN_OK : not_then(code);
}
