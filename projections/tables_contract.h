/* Tables of contracts: what the contract of a point says, and why a point has no readings. Written
 * by processors/contract. */
#ifndef EN_PROJECTIONS_TABLES_CONTRACT_H
#define EN_PROJECTIONS_TABLES_CONTRACT_H

#include "core/instant.h"
#include "core/metering/ratio.h"
#include "projections/table.h"

/* The contract of a point, effective-dated. What is 0, 0/0 or empty is not stated. */
struct en_contract_row {
    uint32_t point;         /* key */
    struct en_instant from; /* key */
    struct en_instant to;   /* not before from: it ended then; 0: until the next row */
    struct en_slice number;
    int64_t max_power_micro; /* kW */
    struct en_slice connection;
    int64_t connection_power_micro; /* kW */
    int64_t declared_power_micro;   /* kW */
    int64_t contracted_power_micro; /* kW */
    int64_t current_micro;          /* A */
    uint8_t phases;
    int64_t phase_voltage_micro; /* kV */
    struct en_ratio cos_phi;
    uint8_t category;
    uint8_t billing_day; /* 1 to 28 */
    uint8_t billing_hour;
    struct en_slice tariff;
    struct en_slice calendar;
    uint32_t control_channel;
    struct en_ratio control_ratio;
    struct en_ratio loss_share;
    uint32_t plan_channel;
    int64_t norm_micro; /* kWh a period */
    struct en_slice act;
};

/* Every point that ever was of a connection. */
struct en_connection_point_row {
    struct en_slice connection; /* key */
    uint32_t point;             /* key */
};

/* Every point whose contract ever named the channel as its control meter. */
struct en_control_point_row {
    uint32_t channel; /* key */
    uint32_t point;   /* key */
};

/* Why a point has no usable readings; intervals of a point do not overlap. */
struct en_supply_cause_row {
    uint32_t point;         /* key */
    struct en_instant from; /* key */
    struct en_instant to;   /* 0: until the next row */
    uint8_t cause;          /* en_decree_cause; 0 none from then on */
    struct en_slice act;
};

extern const struct en_table en_table_contract;
extern const struct en_table en_table_connection_point;
extern const struct en_table en_table_control_point;
extern const struct en_table en_table_supply_cause;

#endif
