/* Tables of what goes before a freeze and beside it: requests that wait for approval, approvals,
 * holds of recalculation. Written by processors/freeze. */
#ifndef EN_PROJECTIONS_TABLES_FREEZE_H
#define EN_PROJECTIONS_TABLES_FREEZE_H

#include "core/instant.h"
#include "projections/table.h"

/* A freeze that waits for approvals; gone when it is frozen. */
struct en_freeze_request_row {
    uint32_t freeze; /* key */
    uint64_t seq;
    uint32_t actor; /* who asked */
    int32_t from_day;
    int32_t to_day;
    uint32_t scope;
    struct en_slice policy;
};

/* Who approved a freeze, beside who asked. Of a request that was made anew none is left. */
struct en_freeze_approval_row {
    uint32_t freeze; /* key */
    uint32_t actor;  /* key */
    uint64_t seq;
    struct en_slice note;
};

/* A scope whose recalculation is held (F-06); gone when it is released. What its entries were
 * stands in `frozen` under EN_HOLD_FREEZE(scope), run 1. */
struct en_hold_row {
    uint32_t scope; /* key: object id, 0 everything */
    uint64_t seq;
    uint32_t actor;
    struct en_instant at;
    struct en_slice reason;
};

/* Above every id of a freeze. */
#define EN_HOLD_BIT (UINT32_C(1) << 31)
#define EN_HOLD_FREEZE(scope) (EN_HOLD_BIT | (scope))
#define EN_HOLD_RUN 1u

extern const struct en_table en_table_freeze_request;
extern const struct en_table en_table_freeze_approval;
extern const struct en_table en_table_hold;

#endif
