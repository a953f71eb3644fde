/* Power that is paid for, declared or limited: D-01 to D-05, D-09, D-10. Powers are in 1e-6 kW;
 * every rule rounds once, half up away from zero, to 1e-6. An input that is missing makes the
 * result missing: a mean over fewer hours would be another price. Pure, any thread. */
#ifndef EN_CORE_METERING_TARIFF_DEMAND_H
#define EN_CORE_METERING_TARIFF_DEMAND_H

#include "core/error.h"
#include "core/metering/reading/consumption.h"

/* D-01 purchased capacity, and the second step of D-02: the mean of the powers, one of each working
 * day. Quality: merged, DERIVED; missing, GAP where one is missing or there are none; OVERFLOW. */
struct en_amount en_demand_mean(const struct en_amount *powers, size_t count);

/* The first step of D-02: the largest of the hours of one day that the system operator planned as
 * peak hours. Quality as above. */
struct en_amount en_demand_max(const struct en_amount *powers, size_t count);

/* D-03: fact against declared or permitted power. percent is 0 where nothing was declared. */
struct en_excess {
    int64_t micro;           /* fact - declared; below 0: within */
    int64_t percent_1e4;     /* of the declared, 1e-4 % */
    bool is_percent_present; /* declared is above 0, and the share fits */
};
/* Codes: EN_OVERFLOW. */
en_code en_demand_excess(int64_t fact_micro, int64_t declared_micro, struct en_excess *excess,
                         struct en_error *err) EN_MUST_CHECK;

/* D-04: what is contracted and not used, 0 where more is used. Codes: EN_OVERFLOW. */
en_code en_demand_reserve(int64_t contract_micro, int64_t network_micro, int64_t *reserve_micro,
                          struct en_error *err) EN_MUST_CHECK;

/* D-05: a slot that is still running. forecast = (E + P * left) / T; allowed is the mean power that
 * may be drawn for the rest so that the slot ends at the limit (below 0: even nothing is too much).
 * 0 < left <= T (asserted). Codes: EN_OVERFLOW. */
struct en_demand_slot {
    int64_t energy_micro; /* so far */
    int64_t power_micro;  /* now */
    int64_t limit_micro;  /* power */
    uint32_t left_seconds;
    uint32_t slot_seconds;
};
struct en_demand_forecast {
    int64_t forecast_micro;
    int64_t allowed_micro;
    bool is_over; /* forecast is above the limit */
};
en_code en_demand_forecast(const struct en_demand_slot *slot, struct en_demand_forecast *forecast,
                           struct en_error *err) EN_MUST_CHECK;

/* D-09: a limit with delay and hysteresis. Raised when `delay` slots in a row lie above the limit,
 * cleared by the first below limit * (1 - hysteresis). State is the caller's, zeroed at first. */
struct en_limit_rule {
    int64_t limit_micro;
    uint32_t delay_slots;   /* 1: the first slot above raises (0 is taken as 1) */
    int64_t hysteresis_1e4; /* of the limit, 1e-4 %: 20000 is 2 % */
};
struct en_limit_state {
    uint32_t above_count; /* slots in a row */
    bool is_raised;
};
typedef enum en_limit_change {
    EN_LIMIT_KEEPS = 0,
    EN_LIMIT_RAISED = 1,
    EN_LIMIT_CLEARED = 2,
} en_limit_change;
en_limit_change en_limit_next(const struct en_limit_rule *rule, struct en_limit_state *state,
                              int64_t micro);

/* D-10: whether the hour of the day is one of large loads, 07 to 23. */
bool en_demand_is_large_load(uint32_t hour);

/* D-10: tg phi = reactive / active, in 1e-6. False where no active energy was taken, or it does not
 * fit. */
bool en_demand_reactive_factor(int64_t active_micro, int64_t reactive_micro, int64_t *factor_micro);

#endif
