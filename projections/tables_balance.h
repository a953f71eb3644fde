/* Rows of the theme of balances: equipment and uses of bypass breakers (tables.h says what rows
 * are). */
#ifndef EN_PROJECTIONS_TABLES_BALANCE_H
#define EN_PROJECTIONS_TABLES_BALANCE_H

#include "core/metering/balance/bypass.h"
#include "core/metering/balance/equipment.h"
#include "projections/table.h"

/* ---- balance ---- */

struct en_equipment_row {
    uint32_t equipment; /* key */
    int32_t from_day;   /* key */
    struct en_equipment_set set;
};

/* ---- bypass ---- */

/* A use that is not over ends then: above every time of the calendar. */
#define EN_BYPASS_OPEN                                                                             \
    ((struct en_instant){INT64_C(253339228800) * EN_SECOND_US}) /* 9998-01-01                      \
                                                                 */

struct en_bypass_use_row {
    uint32_t bypass;        /* key: id of its point */
    struct en_instant from; /* key */
    struct en_instant to;   /* EN_BYPASS_OPEN: it serves still; equal to from: taken back */
    uint32_t feeder;        /* id of its point */
    bool is_inverted;
    struct en_slice document;
};

extern const struct en_table en_table_equipment;
extern const struct en_table en_table_bypass_use;

#endif
