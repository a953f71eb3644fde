/* Tables of what governs tariffs: calendars, tariffs and who has them, prices, published peak
 * hours. Written by processors/schedule. All are effective-dated: the row with the greatest
 * from <= t is valid at t, unless its `to` (0: none) has come. */
#ifndef EN_PROJECTIONS_TABLES_SCHEDULE_H
#define EN_PROJECTIONS_TABLES_SCHEDULE_H

#include "core/fixed.h"
#include "core/instant.h"
#include "core/metering/tariff/tariff.h"
#include "projections/series.h"
#include "projections/table.h"

struct en_calendar_row {
    uint32_t calendar;      /* key */
    struct en_instant from; /* key */
    struct en_instant to;
    struct en_slice title;
    uint8_t clock; /* en_calendar_clock */
    int32_t offset_minutes;
    struct en_slice zone;
    struct en_slice tzif;
    struct en_list seasons;  /* en_calendar_season */
    struct en_list dates;    /* en_calendar_date */
    struct en_list zones;    /* en_calendar_zone */
    struct en_list switches; /* en_calendar_switch */
    struct en_slice document;
    struct en_slice reason;
};

struct en_tariff_row {
    uint32_t tariff;        /* key */
    struct en_instant from; /* key */
    struct en_instant to;
    struct en_slice title;
    uint32_t calendar; /* 0: one zone */
    uint8_t category;  /* 0: as the contract says */
    uint32_t region;
    struct en_list members; /* en_tariff_member */
    struct en_slice document;
    struct en_slice reason;
};

/* Which tariff a point or an object names by itself: 0 none from then on. */
struct en_tariff_member_row {
    uint8_t type;           /* key: en_name_type, OBJECT or POINT */
    uint32_t id;            /* key */
    struct en_instant from; /* key */
    uint32_t tariff;
};

struct en_price_row {
    uint32_t tariff;        /* key */
    uint8_t part;           /* key: en_charge_part */
    uint8_t zone;           /* key: 0 all energy, else place of a zone from 1 */
    struct en_instant from; /* key */
    struct en_instant to;
    int64_t price_micro;
    struct en_list hours; /* en_price_hour */
    struct en_slice document;
    struct en_slice reason;
};

struct en_peak_hours_row {
    uint32_t region;        /* key */
    uint8_t list;           /* key: en_peak_list */
    struct en_instant from; /* key */
    struct en_instant to;
    int32_t offset_minutes;
    uint32_t calendar;
    struct en_list hours; /* en_peak_hour */
    struct en_list days;  /* en_peak_day */
    struct en_slice document;
    struct en_slice reason;
};

extern const struct en_table en_table_calendar;
extern const struct en_table en_table_tariff;
extern const struct en_table en_table_tariff_member;
extern const struct en_table en_table_price;
extern const struct en_table en_table_peak_hours;

extern const struct en_series_table
    en_series_usage_zone; /* usage_zone: a channel's day by tariff zone */
extern const struct en_series_table
    en_series_usage_zone_month; /* usage_zone: a channel's month, under its first day */

/* A day or month by zone, rising (calendar, zone). Zones of a calendar keep their numbers, so days
 * of one month add up whatever changes in between. Without a calendar all energy is zone 0 of
 * calendar 0. */
#define EN_ZONE_ITEMS_MAX 512u /* 31 days, each of 16 zones of a calendar of its own */
struct en_zone_item {
    uint32_t calendar;
    uint8_t zone;
    int64_t micro;
    uint32_t present_count; /* slots that begin in the zone and have a value */
    uint32_t missing_count;
    uint64_t quality; /* merged over what is present; of a month 0 */
};
struct en_zone_usage {
    uint32_t count;
    uint32_t split_count; /* slots over a switch, split by time */
    struct en_zone_item items[EN_ZONE_ITEMS_MAX];
};

/* Entry codec: canonical. EN_MALFORMED. A usage without items has no entry. */
void en_zone_usage_encode(const struct en_zone_usage *usage, struct en_buf *out);
en_code en_zone_usage_decode(struct en_slice entry, struct en_zone_usage *usage,
                             struct en_error *err) EN_MUST_CHECK;

/* usage += sign * other (sign 1 or -1), item by item; items that come to nothing go. Sums wrap
 * around, so that taking away what was added gives back what was. Codes: EN_LIMIT. */
en_code en_zone_usage_add(struct en_zone_usage *usage, const struct en_zone_usage *other, int sign,
                          struct en_error *err) EN_MUST_CHECK;

#endif
