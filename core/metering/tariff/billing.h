/* Billing periods (T-10): a month that begins on a day and at an hour of its own, at the fixed
 * offset of the books. A day that a month does not have is its last. Plain values, any thread. */
#ifndef EN_CORE_METERING_TARIFF_BILLING_H
#define EN_CORE_METERING_TARIFF_BILLING_H

#include "core/instant.h"

struct en_billing {
    uint8_t day;  /* 1 .. 31; 0 is taken as 1 */
    uint8_t hour; /* 0 .. 23 */
    int32_t offset_minutes;
};

/* Codes: EN_RANGE (no such day, hour or offset). */
en_code en_billing_check(const struct en_billing *billing, struct en_error *err) EN_MUST_CHECK;

/* The period that begins in the month: [its start, the start in the next). The billing is a checked
 * one, the month within the calendar (asserted). */
struct en_interval en_billing_period(const struct en_billing *billing, struct en_month month);

/* The month in which the period that holds the instant begins. */
struct en_month en_billing_month_of(const struct en_billing *billing, struct en_instant instant);

#endif
