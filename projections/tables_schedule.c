#include "projections/tables_schedule.h"

#include <stddef.h>

#include "core/event/payload.h"

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
#define FIELD_LIST(row, member, items, about) \
    {#member, EN_FIELD_LIST, (uint16_t)offsetof(struct en_##row##_row, member), about, &(items)}
// clang-format on

static const struct en_field calendar_fields[] = {
    FIELD(calendar, U32, calendar, "id"),
    FIELD(calendar, INSTANT, from, "valid from then on"),
    FIELD(calendar, INSTANT, to, "ended then; the epoch: until the next row"),
    FIELD(calendar, TEXT, title, "for people"),
    FIELD(calendar, U8, clock, "0 the object's fiscal time, 1 a fixed offset, 2 a civil zone"),
    FIELD(calendar, I32, offset_minutes, "of a fixed offset: local = UTC + offset"),
    FIELD(calendar, TEXT, zone, "name of the civil zone"),
    FIELD(calendar, BYTES, tzif, "its table (RFC 9636)"),
    FIELD_LIST(calendar, seasons, en_payload_calendar_season, "rising in the year"),
    FIELD_LIST(calendar, dates, en_payload_calendar_date, "holidays, special and moved days"),
    FIELD_LIST(calendar, zones, en_payload_calendar_zone, "tariff zones"),
    FIELD_LIST(calendar, switches, en_payload_calendar_switch, "when which zone begins"),
    FIELD(calendar, TEXT, document, "the paper it rests on"),
    FIELD(calendar, TEXT, reason, "for people: why it changed"),
};
static const struct en_record calendar_record = {
    "calendar",      sizeof(struct en_calendar_row), 1,
    calendar_fields, EN_COUNT_OF(calendar_fields),   2};
const struct en_table en_table_calendar = {
    "calendar", "Calendars: seasons, holidays, moved days, tariff zones; effective-dated.",
    &calendar_record, EN_TABLE_DIGESTED};

static const struct en_field tariff_fields[] = {
    FIELD(tariff, U32, tariff, "id"),
    FIELD(tariff, INSTANT, from, "valid from then on"),
    FIELD(tariff, INSTANT, to, "ended then; the epoch: until the next row"),
    FIELD(tariff, TEXT, title, "for people"),
    FIELD(tariff, U32, calendar, "id, 0: one zone all the time"),
    FIELD(tariff, U8, category, "price category 1 to 6; 0: as the contract says"),
    FIELD(tariff, U32, region, "id: whose peak hours count, 0 none"),
    FIELD_LIST(tariff, members, en_payload_tariff_member,
               "who has it where no contract names a tariff"),
    FIELD(tariff, TEXT, document, "the paper it rests on"),
    FIELD(tariff, TEXT, reason, "for people: why it changed"),
};
static const struct en_record tariff_record = {"tariff",      sizeof(struct en_tariff_row), 1,
                                               tariff_fields, EN_COUNT_OF(tariff_fields),   2};
const struct en_table en_table_tariff = {"tariff",
                                         "Tariffs: calendar, price category, who has them; "
                                         "effective-dated.",
                                         &tariff_record, EN_TABLE_DIGESTED};

static const struct en_field tariff_member_fields[] = {
    FIELD(tariff_member, U8, type, "what id is an id of (events.md): object or point"),
    FIELD(tariff_member, U32, id, "of the object or point"),
    FIELD(tariff_member, INSTANT, from, "valid from then on"),
    FIELD(tariff_member, U32, tariff, "id, 0: none from then on"),
};
static const struct en_record tariff_member_record = {
    "tariff_member",      sizeof(struct en_tariff_member_row), 1,
    tariff_member_fields, EN_COUNT_OF(tariff_member_fields),   3};
const struct en_table en_table_tariff_member = {
    "tariff_member", "Which tariff a point or object has where no contract names one.",
    &tariff_member_record, EN_TABLE_DIGESTED};

static const struct en_field price_fields[] = {
    FIELD(price, U32, tariff, "id"),
    FIELD(price, U8, part, "what is paid for (events.md, price.set)"),
    FIELD(price, U8, zone, "place of a zone in the tariff's calendar, from 1; 0: all energy"),
    FIELD(price, INSTANT, from, "valid from then on"),
    FIELD(price, INSTANT, to, "ended then; the epoch: until the next row"),
    FIELD(price, MICRO, price_micro, "RUB per kWh, or per kW and month; 0 with hours"),
    FIELD_LIST(price, hours, en_payload_price_hour, "a price for each hour"),
    FIELD(price, TEXT, document, "the paper it rests on"),
    FIELD(price, TEXT, reason, "for people: why it changed"),
};
static const struct en_record price_record = {"price",      sizeof(struct en_price_row), 1,
                                              price_fields, EN_COUNT_OF(price_fields),   4};
const struct en_table en_table_price = {
    "price", "What the parts of tariffs cost, flat or hour by hour; effective-dated.",
    &price_record, EN_TABLE_DIGESTED};

static const struct en_field peak_hours_fields[] = {
    FIELD(peak_hours, U32, region, "id"),
    FIELD(peak_hours, U8, list, "1 planned hours, 2 the hour of each day"),
    FIELD(peak_hours, INSTANT, from, "of the period"),
    FIELD(peak_hours, INSTANT, to, "end of the period"),
    FIELD(peak_hours, I32, offset_minutes, "of the clock that the hours are told on"),
    FIELD(peak_hours, U32, calendar, "id: which days are worked; 0: Monday to Friday"),
    FIELD_LIST(peak_hours, hours, en_payload_peak_hour, "planned for every working day"),
    FIELD_LIST(peak_hours, days, en_payload_peak_day, "the hour of each working day"),
    FIELD(peak_hours, TEXT, document, "in which it was published"),
    FIELD(peak_hours, TEXT, reason, "for people: why it changed"),
};
static const struct en_record peak_hours_record = {
    "peak_hours",      sizeof(struct en_peak_hours_row), 1,
    peak_hours_fields, EN_COUNT_OF(peak_hours_fields),   3};
const struct en_table en_table_peak_hours = {"peak_hours", "Published peak hours of regions.",
                                             &peak_hours_record, EN_TABLE_DIGESTED};

const struct en_series_table en_series_usage_zone = {
    "usage_zone",
    "Days of channels that have a tariff, by zone: varint split slots, then rising varints of "
    "calendar and zone, zigzag sum in 1e-6 of the unit, varints of present slots, missing slots, "
    "merged quality.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_usage_zone_month = {
    "usage_zone_month",
    "Months of channels by tariff zone, under the first day of the month; as usage_zone.",
    EN_TABLE_DIGESTED};

void en_zone_usage_encode(const struct en_zone_usage *usage, struct en_buf *out)
{
    EN_ASSERT(usage->count <= EN_ZONE_ITEMS_MAX);
    en_buf_varint(out, usage->split_count);
    for (uint32_t i = 0; i < usage->count; i++) {
        const struct en_zone_item *item = &usage->items[i];
        en_buf_varint(out, item->calendar);
        en_buf_varint(out, item->zone);
        en_buf_zigzag(out, item->micro);
        en_buf_varint(out, item->present_count);
        en_buf_varint(out, item->missing_count);
        en_buf_varint(out, item->quality);
    }
}

static uint64_t item_order(const struct en_zone_item *item)
{
    return (uint64_t)item->calendar << 8 | item->zone;
}

static bool take_item(struct en_slice *entry, struct en_zone_item *item)
{
    uint64_t calendar = 0;
    uint64_t zone = 0;
    uint64_t present = 0;
    uint64_t missing = 0;
    bool is_read = en_take_varint(entry, &calendar) && en_take_varint(entry, &zone) &&
                   en_take_zigzag(entry, &item->micro) && en_take_varint(entry, &present) &&
                   en_take_varint(entry, &missing) && en_take_varint(entry, &item->quality);
    item->calendar = (uint32_t)calendar;
    item->zone = (uint8_t)zone;
    item->present_count = (uint32_t)present;
    item->missing_count = (uint32_t)missing;
    return is_read && calendar <= UINT32_MAX && zone < EN_TARIFF_ZONES_MAX &&
           present <= UINT32_MAX && missing <= UINT32_MAX;
}

en_code en_zone_usage_decode(struct en_slice entry, struct en_zone_usage *usage,
                             struct en_error *err)
{
    uint64_t split = 0;
    usage->count = 0;
    bool is_read = en_take_varint(&entry, &split) && split <= UINT32_MAX && entry.size > 0;
    usage->split_count = (uint32_t)split;
    while (is_read && entry.size > 0) {
        struct en_zone_item *item = &usage->items[usage->count];
        is_read = usage->count < EN_ZONE_ITEMS_MAX && take_item(&entry, item) &&
                  (usage->count == 0 || item_order(item) > item_order(item - 1));
        usage->count++;
    }
    return is_read ? EN_OK : en_error_set(err, EN_MALFORMED, "usage by zone is not readable");
}

/* The item of the zone, made where there is none; NULL when there is no room. */
static struct en_zone_item *find_item(struct en_zone_usage *usage, const struct en_zone_item *like)
{
    uint32_t place = 0;
    while (place < usage->count && item_order(&usage->items[place]) < item_order(like)) {
        place++;
    }
    struct en_zone_item *item = &usage->items[place];
    if (place < usage->count && item_order(item) == item_order(like)) {
        return item;
    }
    if (usage->count == EN_ZONE_ITEMS_MAX) {
        return NULL;
    }
    memmove(item + 1, item, (usage->count - place) * sizeof *item);
    usage->count++;
    *item = (struct en_zone_item){.calendar = like->calendar, .zone = like->zone};
    return item;
}

en_code en_zone_usage_add(struct en_zone_usage *usage, const struct en_zone_usage *other, int sign,
                          struct en_error *err)
{
    EN_ASSERT(sign == 1 || sign == -1);
    uint64_t factor = sign == 1 ? 1 : UINT64_MAX; /* modulo 2^64 */
    for (uint32_t i = 0; i < other->count; i++) {
        const struct en_zone_item *from = &other->items[i];
        struct en_zone_item *item = find_item(usage, from);
        if (item == NULL) {
            return en_error_set(err, EN_LIMIT, "over %u tariff zones in one month",
                                EN_ZONE_ITEMS_MAX);
        }
        item->micro = (int64_t)((uint64_t)item->micro + factor * (uint64_t)from->micro);
        item->present_count += (uint32_t)factor * from->present_count;
        item->missing_count += (uint32_t)factor * from->missing_count;
    }
    usage->split_count += (uint32_t)factor * other->split_count;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < usage->count; i++) {
        const struct en_zone_item *item = &usage->items[i];
        if (item->micro != 0 || item->present_count != 0 || item->missing_count != 0) {
            usage->items[kept++] = *item;
        }
    }
    usage->count = kept;
    return EN_OK;
}
