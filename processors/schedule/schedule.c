/* What governs tariffs: calendars, tariffs and who has them, prices, published peak hours. Takes
 * commands that can be meant, and keeps them effective-dated; what follows for energy is
 * usage_zone's, for money the views'. */
#include "projections/views/schedule.h"
#include "core/metering/tariff/charge.h"
#include "processors/processor.h"
#include "projections/tables.h"

#define PEAK_DAYS_MAX 400 /* of one publication */
#define ROW_ARENA_SIZE (16u << 20)

/* Until when what the event sets holds; 0: until the next. */
static struct en_instant until(const struct en_event *event)
{
    const struct en_interval *valid = &event->header.valid;
    return valid->to.us > valid->from.us ? valid->to : (struct en_instant){0};
}

static bool is_offset(int32_t minutes)
{
    return minutes >= -EN_OFFSET_MINUTES_MAX && minutes <= EN_OFFSET_MINUTES_MAX;
}

/* Whether the effective-dated table has any row whose first key field is the id. */
static en_code has_any(struct en_fold *fold, const struct en_table *table, void *row, bool *has,
                       struct en_error *err)
{
    en_code code = en_table_last_before(fold->store, table, row, 1, &fold->batch, err);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code has_calendar(struct en_fold *fold, uint32_t calendar, bool *has,
                            struct en_error *err)
{
    struct en_calendar_row row = {.calendar = calendar, .from = {INT64_MAX}};
    *has = true;
    return calendar == 0 ? EN_OK : has_any(fold, &en_table_calendar, &row, has, err);
}

/* ---- calendars ---- */

/* Why the clock cannot be read, or NULL. */
static en_code check_clock(struct en_fold *fold, const struct en_calendar_set *payload,
                           struct en_error *fault)
{
    const struct en_zone *zone = NULL;
    if (payload->clock > EN_CALENDAR_CIVIL) {
        return en_error_set(fault, EN_RANGE, "its clock is none of fiscal, offset, civil");
    }
    if (payload->clock == EN_CALENDAR_OFFSET && !is_offset(payload->offset_minutes)) {
        return en_error_set(fault, EN_RANGE, "its offset of %d minutes: give -1080 to 1080",
                            (int)payload->offset_minutes);
    }
    if (payload->clock != EN_CALENDAR_CIVIL) {
        return EN_OK;
    }
    if (payload->zone.size == 0) {
        return en_error_set(fault, EN_RANGE, "its civil zone has no name");
    }
    return en_zone_parse(payload->tzif, &fold->batch, &zone, fault);
}

static en_code check_zones(const struct en_calendar_set *payload, struct en_error *fault)
{
    const struct en_calendar_zone *zones = payload->zones.items;
    for (uint32_t i = 0; i < payload->zones.count; i++) {
        if (zones[i].name.size == 0 || !en_fold_is_key(zones[i].name)) {
            return en_error_set(fault, EN_RANGE, "the name of zone %u is empty or too long", i + 1);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (en_slice_equal(zones[i].name, zones[k].name)) {
                return en_error_set(fault, EN_RANGE, "zones %u and %u have one name", k + 1, i + 1);
            }
        }
    }
    return payload->switches.count > 0 && payload->zones.count == 0
               ? en_error_set(fault, EN_RANGE, "it has switches, and no zones")
               : EN_OK;
}

/* What days and months were summed by stays what it was: zones that any version of the calendar
 * has keep their numbers. */
static en_code check_numbers(struct en_fold *fold, const struct en_event *event,
                             const struct en_calendar_set *payload, bool *is_kept,
                             struct en_error *err)
{
    const struct en_calendar_zone *zones = payload->zones.items;
    struct en_table_scan scan;
    struct en_arena arena; /* of one row: there may be many */
    struct en_calendar_row row = {.calendar = event->header.subject, .from = {INT64_MIN}};
    *is_kept = true;
    en_arena_init(&arena, ROW_ARENA_SIZE);
    en_code code = en_table_scan_begin(fold->store, &en_table_calendar, &row, 1, &scan, err);
    while (code == EN_OK && *is_kept) {
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        const struct en_calendar_zone *others = row.zones.items;
        for (uint32_t i = 0; code == EN_OK && i < row.zones.count && i < payload->zones.count;
             i++) {
            *is_kept = *is_kept && en_slice_equal(zones[i].name, others[i].name);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold_calendar(struct en_fold *fold, const struct en_event *event,
                             struct en_error *err)
{
    struct en_calendar_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "calendar", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_calendar days = {
        .seasons = payload.seasons.items,
        .seasons_count = payload.seasons.count,
        .dates = payload.dates.items,
        .dates_count = payload.dates.count,
        .switches = payload.switches.items,
        .switches_count = payload.switches.count,
        .zones_count = payload.zones.count,
    };
    struct en_error fault;
    code = check_clock(fold, &payload, &fault);
    code = code == EN_OK ? check_zones(&payload, &fault) : code;
    code = code == EN_OK ? en_calendar_check(&days, &fault) : code;
    if (code == EN_NOMEM) {
        *err = fault;
        return code;
    }
    if (code != EN_OK) {
        return en_fold_refuse(fold, code, err, "calendar: %s", fault.text);
    }
    bool is_kept = false;
    code = check_numbers(fold, event, &payload, &is_kept, err);
    if (code != EN_OK) {
        return code;
    }
    if (!is_kept) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "calendar: its zones keep their names and order: add new ones at "
                              "the end, or set another calendar");
    }
    struct en_calendar_row row = {
        .calendar = event->header.subject,
        .from = event->header.valid.from,
        .to = until(event),
        .title = payload.title,
        .clock = payload.clock,
        .offset_minutes = payload.offset_minutes,
        .zone = payload.zone,
        .tzif = payload.tzif,
        .seasons = payload.seasons,
        .dates = payload.dates,
        .zones = payload.zones,
        .switches = payload.switches,
        .document = payload.document,
        .reason = payload.reason,
    };
    return en_table_put(fold->store, &en_table_calendar, &row, NULL, err);
}

/* ---- tariffs ---- */

static struct en_tariff_member_row member_row(const struct en_tariff_member *member,
                                              struct en_instant from)
{
    bool is_point = member->point != 0;
    return (struct en_tariff_member_row){
        .type = is_point ? EN_NAME_POINT : EN_NAME_OBJECT,
        .id = is_point ? member->point : member->object,
        .from = from,
    };
}

static en_code is_member_there(struct en_fold *fold, const struct en_tariff_member *member,
                               bool *is_there, struct en_error *err)
{
    struct en_point_row point = {.point = member->point, .from = {INT64_MAX}};
    struct en_object_row object = {.object = member->object, .from = {INT64_MAX}};
    *is_there = false;
    if ((member->point == 0) == (member->object == 0)) {
        return EN_OK;
    }
    return member->point != 0 ? has_any(fold, &en_table_point, &point, is_there, err)
                              : has_any(fold, &en_table_object, &object, is_there, err);
}

static bool has_member(const struct en_list *members, const struct en_tariff_member *member)
{
    const struct en_tariff_member *items = members->items;
    for (uint32_t i = 0; i < members->count; i++) {
        if (items[i].point == member->point && items[i].object == member->object) {
            return true;
        }
    }
    return false;
}

/* Members that the tariff had so far, and has no more, have none from then on, unless another
 * tariff has them. */
static en_code drop_members(struct en_fold *fold, const struct en_event *event,
                            const struct en_list *kept, struct en_error *err)
{
    struct en_tariff_row before = {.tariff = event->header.subject,
                                   .from = event->header.valid.from};
    bool has = false;
    en_code code = has_any(fold, &en_table_tariff, &before, &has, err);
    const struct en_tariff_member *items = before.members.items;
    for (uint32_t i = 0; code == EN_OK && has && i < before.members.count; i++) {
        struct en_tariff_member_row row = member_row(&items[i], event->header.valid.from);
        if (has_member(kept, &items[i])) {
            continue;
        }
        code = en_table_last_before(fold->store, &en_table_tariff_member, &row, 2, NULL, err);
        if (code == EN_OK && row.tariff == event->header.subject) {
            row.from = event->header.valid.from;
            row.tariff = 0;
            code = en_table_put(fold->store, &en_table_tariff_member, &row, NULL, err);
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

static en_code put_members(struct en_fold *fold, const struct en_event *event,
                           const struct en_list *members, struct en_error *err)
{
    const struct en_tariff_member *items = members->items;
    en_code code = drop_members(fold, event, members, err);
    for (uint32_t i = 0; code == EN_OK && i < members->count; i++) {
        struct en_tariff_member_row row = member_row(&items[i], event->header.valid.from);
        row.tariff = event->header.subject;
        code = en_table_put(fold->store, &en_table_tariff_member, &row, NULL, err);
    }
    return code;
}

static en_code fold_tariff(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_tariff_set payload;
    bool is_read = false;
    bool is_there = false;
    en_code code = en_fold_decode(fold, event, "tariff", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (payload.category != 0 && en_price_category(payload.category) == NULL) {
        return en_fold_refuse(fold, EN_RANGE, err, "tariff: price category %u is none of 1 to 6",
                              payload.category);
    }
    code = has_calendar(fold, payload.calendar, &is_there, err);
    if (code == EN_OK && !is_there) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "tariff: its calendar (id %u) is not there: set the calendar first",
                              payload.calendar);
    }
    const struct en_tariff_member *members = payload.members.items;
    for (uint32_t i = 0; code == EN_OK && i < payload.members.count; i++) {
        code = is_member_there(fold, &members[i], &is_there, err);
        if (code == EN_OK && !is_there) {
            return en_fold_refuse(fold, EN_NOT_FOUND, err,
                                  "tariff: member %u (object %u, point %u) is not there: name one "
                                  "object or one point that is set",
                                  i + 1, members[i].object, members[i].point);
        }
    }
    code = code == EN_OK ? put_members(fold, event, &payload.members, err) : code;
    struct en_tariff_row row = {
        .tariff = event->header.subject,
        .from = event->header.valid.from,
        .to = until(event),
        .title = payload.title,
        .calendar = payload.calendar,
        .category = payload.category,
        .region = payload.region,
        .members = payload.members,
        .document = payload.document,
        .reason = payload.reason,
    };
    return code == EN_OK ? en_table_put(fold->store, &en_table_tariff, &row, NULL, err) : code;
}

/* ---- prices ---- */

static bool is_below_zero(const struct en_price_set *payload)
{
    const struct en_price_hour *hours = payload->hours.items;
    bool is_below = payload->price_micro < 0;
    for (uint32_t i = 0; i < payload->hours.count; i++) {
        is_below = is_below || hours[i].price_micro < 0;
    }
    return is_below;
}

/* Why the price cannot be one, or NULL. */
static const char *price_fault(const struct en_price_set *payload, struct en_instant from)
{
    bool is_part = payload->part >= EN_CHARGE_ENERGY && payload->part < EN_CHARGE_PARTS_COUNT;
    bool is_by_hours = payload->hours.count > 0;
    bool is_of_power =
        payload->part == EN_CHARGE_CAPACITY || payload->part == EN_CHARGE_NETWORK_CAPACITY;
    if (!is_part) {
        return "its part is none of energy, capacity, network, network_capacity, over, under, "
               "other";
    }
    if (payload->zone > EN_TARIFF_ZONES_MAX ||
        (payload->zone != 0 && payload->part != EN_CHARGE_ENERGY)) {
        return "only energy has a price by zone, of at most 16";
    }
    if (is_by_hours && (payload->price_micro != 0 || payload->zone != 0 || is_of_power)) {
        return "a price by hours is of energy, has no zone and no flat price beside it";
    }
    if (is_by_hours && from.us % EN_HOUR_US != 0) {
        return "a price by hours begins on the hour";
    }
    bool may_be_below = payload->part == EN_CHARGE_OVER || payload->part == EN_CHARGE_UNDER;
    return is_below_zero(payload) && !may_be_below ? "a price is not below 0" : NULL;
}

static en_code fold_price(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_price_set payload;
    struct en_instant from = event->header.valid.from;
    bool is_read = false;
    bool is_there = false;
    en_code code = en_fold_decode(fold, event, "price", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    const char *fault = price_fault(&payload, from);
    if (fault != NULL) {
        return en_fold_refuse(fold, EN_RANGE, err, "price: %s", fault);
    }
    struct en_tariff_row tariff = {.tariff = event->header.subject, .from = {INT64_MAX}};
    code = has_any(fold, &en_table_tariff, &tariff, &is_there, err);
    if (code == EN_OK && !is_there) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "price: its tariff is not there: set the tariff first");
    }
    struct en_price_row row = {
        .tariff = event->header.subject,
        .part = payload.part,
        .zone = payload.zone,
        .from = from,
        .to = until(event),
        .price_micro = payload.price_micro,
        .hours = payload.hours,
        .document = payload.document,
        .reason = payload.reason,
    };
    if (payload.hours.count > 0) {
        row.to.us = from.us + payload.hours.count * EN_HOUR_US;
    }
    return code == EN_OK ? en_table_put(fold->store, &en_table_price, &row, NULL, err) : code;
}

/* ---- peak hours ---- */

static bool are_hours(const struct en_list *list)
{
    const struct en_peak_hour *hours = list->items;
    for (uint32_t i = 0; i < list->count; i++) {
        if (hours[i].hour > 23 || (i > 0 && hours[i].hour <= hours[i - 1].hour)) {
            return false;
        }
    }
    return true;
}

static bool are_days(const struct en_list *list, const struct en_interval *valid)
{
    const struct en_peak_day *days = list->items;
    for (uint32_t i = 0; i < list->count; i++) {
        if (days[i].day.n < EN_FOLD_DAY_MIN || days[i].day.n > EN_FOLD_DAY_MAX ||
            days[i].hour > 23 || (i > 0 && days[i].day.n <= days[i - 1].day.n)) {
            return false;
        }
        struct en_interval day = en_day_interval(days[i].day, 0);
        if (day.from.us < valid->from.us || day.to.us > valid->to.us) {
            return false;
        }
    }
    return true;
}

/* Why the hours cannot be published so, or NULL. */
static const char *peak_fault(const struct en_peak_hours_set *payload,
                              const struct en_interval *valid)
{
    bool is_planned = payload->list == EN_PEAK_PLANNED;
    if (!is_planned && payload->list != EN_PEAK_FACT) {
        return "its list is none of planned, fact";
    }
    if (!is_offset(payload->offset_minutes)) {
        return "its offset is out of range: give -1080 to 1080 minutes";
    }
    if (valid->to.us <= valid->from.us ||
        valid->to.us - valid->from.us > PEAK_DAYS_MAX * EN_DAY_US) {
        return "they are published for a period: give its first day and the day after its last, at "
               "most 400 days";
    }
    if (payload->document.size == 0) {
        return "the document in which they were published is not named";
    }
    if ((payload->hours.count > 0) != is_planned || (payload->days.count > 0) == is_planned) {
        return "planned hours are hours of the day, the others one hour for each day";
    }
    if (!are_hours(&payload->hours)) {
        return "hours are 0 to 23, rising, each once";
    }
    return are_days(&payload->days, valid)
               ? NULL
               : "days lie in the period, rising, each once, with an hour of 0 to 23";
}

static en_code fold_peak_hours(struct en_fold *fold, const struct en_event *event,
                               struct en_error *err)
{
    struct en_peak_hours_set payload;
    bool is_read = false;
    bool is_there = false;
    en_code code = en_fold_decode(fold, event, "peak hours", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    const char *fault = peak_fault(&payload, &event->header.valid);
    if (fault != NULL) {
        return en_fold_refuse(fold, EN_RANGE, err, "peak hours: %s", fault);
    }
    code = has_calendar(fold, payload.calendar, &is_there, err);
    if (code == EN_OK && !is_there) {
        return en_fold_refuse(
            fold, EN_NOT_FOUND, err,
            "peak hours: their calendar (id %u) is not there: set the calendar first",
            payload.calendar);
    }
    struct en_peak_hours_row row = {
        .region = event->header.subject,
        .list = payload.list,
        .from = event->header.valid.from,
        .to = event->header.valid.to,
        .offset_minutes = payload.offset_minutes,
        .calendar = payload.calendar,
        .hours = payload.hours,
        .days = payload.days,
        .document = payload.document,
        .reason = payload.reason,
    };
    return code == EN_OK ? en_table_put(fold->store, &en_table_peak_hours, &row, NULL, err) : code;
}

static en_code fold_event(struct en_fold *fold, void *state, const struct en_event *event,
                          struct en_error *err)
{
    (void)state;
    switch (event->header.kind) {
    case EN_KIND_CALENDAR_SET:
        return fold_calendar(fold, event, err);
    case EN_KIND_TARIFF_SET:
        return fold_tariff(fold, event, err);
    case EN_KIND_PRICE_SET:
        return fold_price(fold, event, err);
    case EN_KIND_PEAK_HOURS_SET:
        return fold_peak_hours(fold, event, err);
    default:
        return EN_OK;
    }
}

static const struct en_table *const tables[] = {&en_table_calendar,      &en_table_tariff,
                                                &en_table_tariff_member, &en_table_price,
                                                &en_table_peak_hours,    NULL};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_schedule = {
    .name = "schedule",
    .about = "Calendars, tariffs and who has them, prices, peak hours.",
    .kinds = EN_KIND_BIT(CALENDAR_SET) | EN_KIND_BIT(TARIFF_SET) | EN_KIND_BIT(PRICE_SET) |
             EN_KIND_BIT(PEAK_HOURS_SET),
    .tables = tables,
    .series = series,
    .fold = fold_event,
};
