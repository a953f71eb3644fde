/* Power of a point over a period, as contracts, networks and markets pay for it: D-01 to D-04. */
#ifndef EN_PROJECTIONS_VIEWS_POWER_H
#define EN_PROJECTIONS_VIEWS_POWER_H

#include "core/metering/tariff/demand.h"
#include "projections/views/hours.h"
#include "projections/views/schedule.h"

/* One working day of a list of peak hours: the hour that counts. */
struct en_peak_power {
    struct en_day day;
    uint8_t hour;           /* of the region's clock */
    struct en_amount power; /* missing: the hour has no value; NOCONFIG: no hour was published */
};

struct en_peak_powers {
    uint32_t region; /* 0: the tariff names none */
    bool is_published;
    struct en_slice document; /* of the list that held at the period's beginning */
    struct en_amount mean;    /* D-01 or D-02; missing where a day's power is */
    uint32_t days_count;      /* working days of the period */
    uint32_t missing_count;   /* of them without a power */
    struct en_peak_power *days;
};

/* The power in the published hour of each working day (FACT: D-01), or the largest of each working
 * day's planned hours (PLANNED: D-02). first_day is the fiscal day that the
 * period begins on. Days are those of the region's clock that begin in the
 * period; which are worked says the calendar that the list names. Texts and days live in the arena.
 * Codes: EN_NOMEM, EN_CORRUPT, those of the store. */
en_code en_power_in_peaks(struct en_store *store, uint32_t region, en_peak_list list,
                          const struct en_hours *hours, struct en_interval period,
                          int32_t first_day, struct en_arena *arena, struct en_peak_powers *powers,
                          struct en_error *err) EN_MUST_CHECK;

/* The largest hour of the period and when it began; missing where no hour has a value. Hours
 * without a value are passed over and counted. */
struct en_amount en_power_max(const struct en_hours *hours, struct en_instant *at,
                              uint32_t *missing_count);

#endif
