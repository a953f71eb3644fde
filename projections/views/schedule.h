/* What governs the tariff of a point: which tariff it has, the calendar of that, its prices, and
 * the peak hours of its region.
 *
 * Calendars, tariffs, prices and lists of peak hours change at the start of a fiscal day, whatever
 * its offset: the day's number is what counts, told as its midnight in UTC (as of formulas). Where
 * `at` is asked for it is that instant, en_schedule_day. Contracts change at instants. */
#ifndef EN_PROJECTIONS_VIEWS_SCHEDULE_H
#define EN_PROJECTIONS_VIEWS_SCHEDULE_H

#include "core/event/payload.h"
#include "core/metering/tariff/charge.h"
#include "core/metering/tariff/tariff_plan.h"
#include "projections/tables_contract.h"
#include "projections/tables_schedule.h"

/* Midnight in UTC of the day's number: how versions of a day are told. */
static inline struct en_instant en_schedule_day(int32_t day)
{
    return (struct en_instant){(int64_t)day * EN_DAY_US};
}

/* A calendar ready to be read. Lists, names and the zone live in the arena it was loaded into. */
struct en_schedule_calendar {
    uint32_t calendar; /* id, 0: none, one zone all the time */
    struct en_instant from;
    struct en_calendar days;
    struct en_tariff_clock clock; /* of a fiscal clock the caller sets the offset */
    bool is_fiscal;
    const struct en_calendar_zone *zones; /* days.zones_count of them */
};

/* The calendar as it is at the instant; id 0 is the one without zones. EN_NOT_FOUND: it is not set
 * by then. EN_NOMEM (arena), EN_CORRUPT. */
en_code en_schedule_calendar(struct en_store *store, uint32_t calendar, struct en_instant at,
                             struct en_arena *arena, struct en_schedule_calendar *schedule,
                             struct en_error *err) EN_MUST_CHECK;

/* The same as its newest version says, whenever that holds. */
en_code en_schedule_last_calendar(struct en_store *store, uint32_t calendar, struct en_arena *arena,
                                  struct en_schedule_calendar *schedule,
                                  struct en_error *err) EN_MUST_CHECK;

/* The contract of the point at the instant; texts are views as the store says. EN_NOT_FOUND. */
en_code en_schedule_contract(struct en_store *store, uint32_t point, struct en_instant at,
                             struct en_contract_row *row, struct en_error *err) EN_MUST_CHECK;

/* The tariff that the point has on a fiscal day that begins at `begins`, 0 none: what its contract
 * names then, else what names the point, else the nearest object upward that has one. */
en_code en_schedule_point_tariff(struct en_store *store, uint32_t point, struct en_instant begins,
                                 int32_t day, uint32_t *tariff, struct en_error *err) EN_MUST_CHECK;

/* The tariff as it is at the instant. EN_NOT_FOUND. */
en_code en_schedule_tariff(struct en_store *store, uint32_t tariff, struct en_instant at,
                           struct en_arena *arena, struct en_tariff_row *row,
                           struct en_error *err) EN_MUST_CHECK;

/* The price of a part and zone (0: of all energy; else place from 1) at the instant; EN_NOT_FOUND.
 * Of a price by hours *row has them; en_schedule_hour_price gives the one of the hour that holds
 * the instant, false when there is none. */
en_code en_schedule_price(struct en_store *store, uint32_t tariff, en_charge_part part,
                          uint8_t zone, struct en_instant at, struct en_arena *arena,
                          struct en_price_row *row, struct en_error *err) EN_MUST_CHECK;
bool en_schedule_hour_price(const struct en_price_row *row, struct en_instant at,
                            int64_t *price_micro);

/* The peak hours published for the instant. EN_NOT_FOUND. */
en_code en_schedule_peak_hours(struct en_store *store, uint32_t region, en_peak_list list,
                               struct en_instant at, struct en_arena *arena,
                               struct en_peak_hours_row *row, struct en_error *err) EN_MUST_CHECK;

/* Whether [from, to) holds the instant; to 0: no end. */
static inline bool en_schedule_holds(struct en_instant from, struct en_instant to,
                                     struct en_instant at)
{
    return at.us >= from.us && (to.us == 0 || at.us < to.us);
}

#endif
