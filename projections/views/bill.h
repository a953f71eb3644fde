/* What a point owes for a billing period: usage times price by the tariff and prices of each day,
 * in the price category of its contract (charge.h). Nothing of it is stored: it follows from
 * energy, contracts, tariffs, prices and published peak hours as the tables stand. */
#ifndef EN_PROJECTIONS_VIEWS_BILL_H
#define EN_PROJECTIONS_VIEWS_BILL_H

#include "core/metering/tariff/billing.h"
#include "core/metering/tariff/deviation.h"
#include "projections/views/power.h"

#define EN_BILL_LINES_MAX 512u

/* One price of one part: rounded once, to a kopeck. */
struct en_bill_line {
    en_charge_part part;
    uint32_t tariff;
    uint32_t calendar;     /* of the zone; 0 none */
    struct en_slice zone;  /* name; size 0: the part has none */
    struct en_interval of; /* from the first day or hour of the price to the end of the last */
    bool has_quantity;     /* false: it cannot be told (a peak hour is missing, no plan) */
    int64_t micro;         /* kWh, or kW */
    bool is_priced;        /* false: no price is set for some of it; amount is then 0 */
    bool is_hourly;        /* a price for each hour */
    int64_t price_micro;   /* RUB per unit, unless it is hourly */
    struct en_money amount;
};

struct en_bill {
    uint32_t point;
    uint32_t channel; /* whose energy it is; 0: several tariff registers */
    uint32_t tariff;  /* where the period begins; 0 none */
    const struct en_price_category *category;
    struct en_interval period;
    int32_t offset_minutes;
    uint32_t present_count; /* slots (or advances of registers) with a value */
    uint32_t missing_count;
    struct en_bill_line *lines; /* by part, tariff, calendar, zone, price */
    uint32_t lines_count;
    struct en_money total;           /* the sum of the lines */
    bool is_complete;                /* nothing is missing, everything has a price */
    struct en_peak_powers purchased; /* D-01, where the category has it */
    struct en_peak_powers network;   /* D-02 */
    struct en_deviation deviation;   /* D-06 */
};

/* When billing periods of the point begin: by its contract at the instant, in the fiscal time of
 * its object; calendar months without one (T-10). */
en_code en_bill_billing(struct en_store *store, uint32_t point, struct en_instant at,
                        struct en_billing *billing, struct en_error *err) EN_MUST_CHECK;

/* The billing periods of the point that begin in fiscal days [from, to), in order; a change of the
 * contract moves the next one. next: EN_NOT_FOUND at the end. Caller's memory; nothing to give
 * back. */
struct en_bill_periods {
    struct en_store *store;
    uint32_t point;
    struct en_instant begin;
    struct en_instant end;
    struct en_instant at;
};
en_code en_bill_periods_begin(struct en_store *store, uint32_t point, struct en_day from,
                              struct en_day to, struct en_bill_periods *periods,
                              struct en_error *err) EN_MUST_CHECK;
en_code en_bill_periods_next(struct en_bill_periods *periods, struct en_interval *period,
                             struct en_error *err) EN_MUST_CHECK;

/* The channel of the point whose energy is paid for: "A+", else the first of received active energy
 * with a grid, else such a register; 0 none. The contract's plan is none. */
en_code en_bill_channel(struct en_store *store, uint32_t point, struct en_instant at,
                        uint32_t *channel, struct en_error *err) EN_MUST_CHECK;

/* The bill of the period; everything in it lives in the arena. A point without a tariff has no
 * lines and is not complete.
 * Codes: EN_RANGE (the period does not begin and end on whole hours), EN_NOT_FOUND (the point has
 * no energy that can be paid for), EN_OVERFLOW, EN_LIMIT (lines), EN_NOMEM, those of the store. */
en_code en_bill_gather(struct en_store *store, uint32_t point, struct en_interval period,
                       en_lane lane, struct en_arena *arena, struct en_bill *bill,
                       struct en_error *err) EN_MUST_CHECK;

#endif
