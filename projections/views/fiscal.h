/* The fiscal lane: which freeze holds a day of a series, and the entry as that freeze's newest run
 * froze it (views/frozen.h: what run n froze is kept under it exactly while the live entry
 * differs).
 *
 * A scope that is held shows its entries as they were when it was held, in the fiscal lane, where
 * no freeze says otherwise.
 *
 * Where freezes of different scopes hold the same day of a series, the one stated last (the highest
 * seq of its newest run) is the fiscal one.
 *
 * Loaded once per question from a store; the arena holds what it found. As the store: one thread.
 * Codes of all: EN_CORRUPT, EN_IO, EN_NOMEM. */
#ifndef EN_PROJECTIONS_VIEWS_FISCAL_H
#define EN_PROJECTIONS_VIEWS_FISCAL_H

#include "core/arena.h"
#include "core/metering/quality.h"
#include "projections/tables_freeze.h"
#include "projections/views/frozen.h"

/* Which numbers: what freezes hold, or what the log says now. */
typedef enum en_lane {
    EN_LANE_FISCAL = 0, /* on frozen days the entry as frozen, so late data moves nothing there */
    EN_LANE_LIVE = 1,
} en_lane;

/* The newest run of a freeze that touches the days asked for. */
struct en_fiscal_run {
    uint64_t seq;
    uint32_t freeze;
    uint32_t run;
    int32_t from_day;
    int32_t to_day;
    uint32_t scope;
};

/* A hold of recalculation (F-06) is a run of its own kind, behind all freezes: its scope's numbers
 * stand still on every day that no freeze holds. */
static inline bool en_fiscal_is_hold(const struct en_fiscal_run *run)
{
    return (run->freeze & EN_HOLD_BIT) != 0;
}

/* A day of a series on which some freeze and the live tables differ. */
struct en_fiscal_place {
    int32_t day;
    en_frozen_lane lane;
    uint32_t series;
};

struct en_fiscal_lane {
    struct en_store *store;
    struct en_fiscal_run *runs; /* latest statement first */
    uint32_t runs_count;
    struct en_fiscal_place *pending; /* by day, lane, series; each once */
    size_t pending_count;
};

/* What freezes say of days [from_day, to_day). */
en_code en_fiscal_load(struct en_store *store, int32_t from_day, int32_t to_day,
                       struct en_arena *arena, struct en_fiscal_lane *fiscal,
                       struct en_error *err) EN_MUST_CHECK;

/* The fiscal entry of a day of a series. live is what the live tables hold (size 0: nothing), and
 * what comes back where nothing was frozen or it never changed. *entry of size 0: there is none. */
en_code en_fiscal_entry(const struct en_fiscal_lane *fiscal, const struct en_frozen_item *live,
                        struct en_slice *entry, struct en_error *err) EN_MUST_CHECK;

/* Whether some freeze and the live tables differ there: a cheap look before en_fiscal_entry. */
bool en_fiscal_is_pending(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                          uint32_t series);

/* The first of `pending` on the day in the lane, and the one after the last. */
void en_fiscal_pending_of(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                          size_t *first, size_t *end);

/* The run that is the fiscal one of the day of a series; NULL: no freeze holds it. */
en_code en_fiscal_run_of(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                         uint32_t series, const struct en_fiscal_run **run,
                         struct en_error *err) EN_MUST_CHECK;

/* The fiscal state of a day of a series in the lane: FROZEN, CORRECTED when its freeze was
 * restated, PROVISIONAL in the live lane where that differs from what is frozen, else OPEN. A held
 * day is PROVISIONAL in either lane where it moved since. */
en_code en_fiscal_state(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                        uint32_t series, en_lane shown, en_fiscal *state,
                        struct en_error *err) EN_MUST_CHECK;

/* How many of the days [from_day, to_day) of the series are frozen. */
en_code en_fiscal_frozen_days(const struct en_fiscal_lane *fiscal, en_frozen_lane lane,
                              uint32_t series, int32_t from_day, int32_t to_day,
                              int32_t *days_count, struct en_error *err) EN_MUST_CHECK;

#endif
