/* Charges: usage times price, in money (D-11). Prices are in 1e-6 RUB per unit (per kWh, per kW and
 * month), so that a price per MWh in kopecks is exact; products are kept 128 bits wide, and each
 * line is rounded once, half up away from zero, to a kopeck. A total is the sum of its lines, never
 * computed beside them. Pure, any thread. */
#ifndef EN_CORE_METERING_TARIFF_CHARGE_H
#define EN_CORE_METERING_TARIFF_CHARGE_H

#include "core/error.h"
#include "core/fixed.h"
#include "core/slice.h"

struct en_money {
    int64_t e4; /* 1e-4 RUB */
};

#define EN_KOPECK_E4 100

/* What is paid for. Stored values. */
typedef enum en_charge_part {
    EN_CHARGE_ENERGY = 1,           /* per kWh, by zone or by hour */
    EN_CHARGE_CAPACITY = 2,         /* per kW of purchased capacity (D-01) and month */
    EN_CHARGE_NETWORK = 3,          /* per kWh: the one-rate network tariff, or its losses */
    EN_CHARGE_NETWORK_CAPACITY = 4, /* per kW of network capacity (D-02) and month */
    EN_CHARGE_OVER = 5,             /* per kWh above the plan (D-06) */
    EN_CHARGE_UNDER = 6,            /* per kWh below the plan */
    EN_CHARGE_OTHER = 7,            /* per kWh: what the supplier and the market take */
} en_charge_part;

#define EN_CHARGE_PARTS_COUNT 8 /* with 0, which is none */

/* A price category of the retail market, I to VI: what must be known, and what is paid for. */
struct en_price_category {
    uint8_t number; /* 1 .. 6 */
    const char *name;
    bool is_by_zone;           /* energy has a price a zone (II) */
    bool is_hourly;            /* energy has a price an hour (III to VI) */
    bool has_capacity;         /* purchased capacity is a line of its own (III to VI) */
    bool has_network_capacity; /* the network tariff has two rates (IV, VI) */
    bool has_plan;             /* deviations from an hourly plan are paid (V, VI) */
};

/* The category of the number, or NULL. */
const struct en_price_category *en_price_category(uint32_t number);

/* Whether a bill of the category must have the part. NETWORK and OTHER may: they are charged where
 * they have a price. */
bool en_price_category_needs(const struct en_price_category *category, en_charge_part part);

/* "energy", "network_capacity" ... and back. EN_NOT_FOUND. The unit its price is for. */
const char *en_charge_part_name(en_charge_part part);
en_code en_charge_part_parse(struct en_slice name, en_charge_part *part,
                             struct en_error *err) EN_MUST_CHECK;
const char *en_charge_part_unit(en_charge_part part);

/* One line in the making: exact until en_charge_round. Zeroed: nothing yet. */
struct en_charge {
    en_i128 product; /* 1e-12 RUB */
    en_i128 micro;   /* of the unit */
};

/* Adds quantity (1e-6 of the unit) at a price (1e-6 RUB per unit). False, and nothing added, when
 * it does not fit. */
bool en_charge_add(struct en_charge *charge, int64_t micro, int64_t price_micro);

/* The line's money: one rounding, to a kopeck. Codes: EN_OVERFLOW. */
en_code en_charge_round(const struct en_charge *charge, struct en_money *money,
                        struct en_error *err) EN_MUST_CHECK;

/* The sum of the lines. Codes: EN_OVERFLOW. */
en_code en_money_total(const struct en_money *lines, size_t count, struct en_money *total,
                       struct en_error *err) EN_MUST_CHECK;

#define EN_MONEY_TEXT_SIZE 32
/* "650.00"; digits behind the kopeck only where there are any. Returns the length. */
size_t en_money_print(struct en_money money, char text[EN_MONEY_TEXT_SIZE]);

#endif
