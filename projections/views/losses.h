/* Losses over fiscal days: of each equipment, what was calculated (L-01 to L-08); of each balance,
 * what was reported (in less out), what of it is technical (its losses) and what is left:
 * commercial (B-10, B-11).
 *
 * What equipment and uses of bypasses are set is asked of their tables (tables_balance.h).
 * Everything is copied into the caller's arena. One thread. */
#ifndef EN_PROJECTIONS_VIEWS_LOSSES_H
#define EN_PROJECTIONS_VIEWS_LOSSES_H

#include "core/metering/balance/balance_level.h"
#include "projections/tables_balance.h"
#include "projections/views/balance.h"

struct en_losses_query {
    struct en_day from;
    struct en_day to;
    en_lane lane;
    uint32_t object; /* only equipment and balances of this object and below it; 0 all */
};

/* Of an equipment: micro is its loss. */
struct en_losses_equipment {
    struct en_slice name;
    struct en_slice type;
    uint32_t object;
    int64_t micro;
    uint32_t slots_count; /* with a value */
    uint32_t missing_count;
    uint64_t quality; /* merged over its slots */
};

struct en_losses_level {
    struct en_slice name; /* of the balance */
    uint32_t object;
    struct en_balance_answer balance;
    struct en_level_loss loss;
};

struct en_losses {
    struct en_losses_equipment *equipment;
    size_t equipment_count;
    struct en_losses_level *levels;
    size_t levels_count;
};

/* Codes: EN_RANGE (an empty stretch), EN_LIMIT (more than EN_LOSSES_ROWS_MAX), EN_OVERFLOW,
 * EN_NOMEM, EN_CORRUPT, those of the store. */
#define EN_LOSSES_ROWS_MAX 16384u
en_code en_losses_gather(struct en_store *store, const struct en_losses_query *query,
                         struct en_arena *arena, struct en_losses *losses,
                         struct en_error *err) EN_MUST_CHECK;

#endif
