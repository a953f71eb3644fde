#include "projections/views/fiscal.h"

#include <stdlib.h>

#define RUNS_FIRST 16u
#define PENDING_FIRST 64u

/* ---- growing lists in an arena ---- */

/* Room for one more item; the old items are copied when the list moves. NULL: the arena is full. */
static void *list_room(struct en_arena *arena, void *items, size_t count, size_t *capacity,
                       size_t size, size_t first)
{
    if (count < *capacity) {
        return items;
    }
    size_t grown_capacity = *capacity > 0 ? 2 * *capacity : first;
    void *grown = en_arena_alloc(arena, grown_capacity * size);
    if (grown != NULL && count > 0) {
        memcpy(grown, items, count * size);
    }
    *capacity = grown != NULL ? grown_capacity : *capacity;
    return grown;
}

static en_code full(struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no room for the freezes of the days asked for");
}

/* ---- runs ---- */

static int compare_runs(const void *a, const void *b)
{
    uint64_t left = ((const struct en_fiscal_run *)a)->seq;
    uint64_t right = ((const struct en_fiscal_run *)b)->seq;
    return (left < right) - (left > right);
}

/* Rows come by (freeze, run): the last of a freeze is its newest run. */
static en_code load_runs(struct en_fiscal_lane *fiscal, struct en_arena *arena,
                         struct en_error *err)
{
    struct en_table_scan scan;
    size_t capacity = 0;
    en_code code = en_table_scan_begin(fiscal->store, &en_table_freeze, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_freeze_row row;
        code = en_table_scan_next(&scan, &row, arena, err);
        if (code != EN_OK) {
            break;
        }
        uint32_t count = fiscal->runs_count;
        bool is_next_run = count > 0 && fiscal->runs[count - 1].freeze == row.freeze;
        count -= is_next_run;
        struct en_fiscal_run *runs =
            list_room(arena, fiscal->runs, count, &capacity, sizeof *runs, RUNS_FIRST);
        if (runs == NULL) {
            code = full(err);
            break;
        }
        runs[count] = (struct en_fiscal_run){row.seq,      row.freeze, row.run,
                                             row.from_day, row.to_day, row.scope};
        fiscal->runs = runs;
        fiscal->runs_count = count + 1;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Holds (F-06) stand behind all freezes: as runs of no statement over all days. */
static en_code load_holds(struct en_fiscal_lane *fiscal, struct en_arena *arena,
                          struct en_error *err)
{
    struct en_table_scan scan;
    size_t capacity = fiscal->runs_count;
    en_code code = en_table_scan_begin(fiscal->store, &en_table_hold, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_hold_row row;
        code = en_table_scan_next(&scan, &row, arena, err);
        if (code != EN_OK) {
            break;
        }
        struct en_fiscal_run *runs =
            list_room(arena, fiscal->runs, fiscal->runs_count, &capacity, sizeof *runs, RUNS_FIRST);
        if (runs == NULL) {
            code = full(err);
            break;
        }
        runs[fiscal->runs_count++] = (struct en_fiscal_run){
            0, EN_HOLD_FREEZE(row.scope), EN_HOLD_RUN, INT32_MIN, INT32_MAX, row.scope};
        fiscal->runs = runs;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void keep_runs_of(struct en_fiscal_lane *fiscal, int32_t from_day, int32_t to_day)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fiscal->runs_count; i++) {
        const struct en_fiscal_run *run = &fiscal->runs[i];
        if (run->from_day < to_day && from_day < run->to_day) {
            fiscal->runs[kept++] = *run;
        }
    }
    fiscal->runs_count = kept;
    if (kept > 0) {
        qsort(fiscal->runs, kept, sizeof *fiscal->runs, compare_runs);
    }
}

/* ---- pending differences ---- */

static int compare_places(const void *a, const void *b)
{
    const struct en_fiscal_place *left = a;
    const struct en_fiscal_place *right = b;
    if (left->day != right->day) {
        return left->day < right->day ? -1 : 1;
    }
    if (left->lane != right->lane) {
        return left->lane < right->lane ? -1 : 1;
    }
    return (left->series > right->series) - (left->series < right->series);
}

static en_code load_lane(struct en_fiscal_lane *fiscal, const struct en_fiscal_run *run,
                         en_frozen_lane lane, int32_t from_day, int32_t to_day,
                         struct en_arena *arena, size_t *capacity, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {
        .freeze = run->freeze, .run = run->run, .lane = (uint8_t)lane, .day = from_day};
    en_code code = en_table_scan_begin(fiscal->store, &en_table_frozen, &row, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.day >= to_day) {
            break;
        }
        struct en_fiscal_place *places = list_room(arena, fiscal->pending, fiscal->pending_count,
                                                   capacity, sizeof *places, PENDING_FIRST);
        if (places == NULL) {
            code = full(err);
            break;
        }
        fiscal->pending = places;
        places[fiscal->pending_count++] = (struct en_fiscal_place){row.day, lane, row.series};
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void sort_pending(struct en_fiscal_lane *fiscal)
{
    size_t kept = 0;
    if (fiscal->pending_count > 0) {
        qsort(fiscal->pending, fiscal->pending_count, sizeof *fiscal->pending, compare_places);
    }
    for (size_t i = 0; i < fiscal->pending_count; i++) {
        if (kept == 0 || compare_places(&fiscal->pending[kept - 1], &fiscal->pending[i]) != 0) {
            fiscal->pending[kept++] = fiscal->pending[i];
        }
    }
    fiscal->pending_count = kept;
}

en_code en_fiscal_load(struct en_store *store, int32_t from_day, int32_t to_day,
                       struct en_arena *arena, struct en_fiscal_lane *fiscal, struct en_error *err)
{
    EN_ASSERT(arena != NULL);
    *fiscal = (struct en_fiscal_lane){.store = store};
    size_t capacity = 0;
    en_code code = load_runs(fiscal, arena, err);
    if (code == EN_OK) {
        keep_runs_of(fiscal, from_day, to_day);
        code = load_holds(fiscal, arena, err);
    }
    for (uint32_t i = 0; i < fiscal->runs_count && code == EN_OK; i++) {
        for (en_frozen_lane lane = EN_FROZEN_INTERVAL; lane <= EN_FROZEN_BALANCE && code == EN_OK;
             lane++) {
            code =
                load_lane(fiscal, &fiscal->runs[i], lane, from_day, to_day, arena, &capacity, err);
        }
    }
    sort_pending(fiscal);
    return code;
}

/* ---- questions ---- */

/* The first place at or behind the given one. */
static size_t place_of(const struct en_fiscal_lane *fiscal, const struct en_fiscal_place *wanted)
{
    size_t low = 0;
    size_t high = fiscal->pending_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_places(&fiscal->pending[middle], wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool en_fiscal_is_pending(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                          uint32_t series)
{
    struct en_fiscal_place wanted = {day, lane, series};
    size_t at = place_of(fiscal, &wanted);
    return at < fiscal->pending_count && compare_places(&fiscal->pending[at], &wanted) == 0;
}

void en_fiscal_pending_of(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                          size_t *first, size_t *end)
{
    struct en_fiscal_place from = {day, lane, 0};
    *first = place_of(fiscal, &from);
    *end = *first;
    while (*end < fiscal->pending_count && fiscal->pending[*end].day == day &&
           fiscal->pending[*end].lane == lane) {
        *end += 1;
    }
}

static en_code is_member(const struct en_fiscal_lane *fiscal, const struct en_fiscal_run *run,
                         en_frozen_lane lane, uint32_t series, bool *is_within,
                         struct en_error *err)
{
    *is_within = run->scope == 0;
    if (*is_within) {
        return EN_OK;
    }
    struct en_freeze_member_row row = {
        .freeze = run->freeze, .run = run->run, .lane = (uint8_t)lane, .series = series};
    en_code code = en_table_get(fiscal->store, &en_table_freeze_member, &row, NULL, err);
    *is_within = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_fiscal_run_of(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                         uint32_t series, const struct en_fiscal_run **found, struct en_error *err)
{
    *found = NULL;
    for (uint32_t i = 0; i < fiscal->runs_count; i++) {
        const struct en_fiscal_run *run = &fiscal->runs[i];
        bool is_within = false;
        if (day < run->from_day || day >= run->to_day) {
            continue;
        }
        en_code code = is_member(fiscal, run, lane, series, &is_within, err);
        if (code != EN_OK || is_within) {
            *found = is_within ? run : NULL;
            return code;
        }
    }
    return EN_OK;
}

en_code en_fiscal_entry(const struct en_fiscal_lane *fiscal, const struct en_frozen_item *live,
                        struct en_slice *entry, struct en_error *err)
{
    const struct en_fiscal_run *run = NULL;
    *entry = live->entry;
    if (!en_fiscal_is_pending(fiscal, live->lane, live->day, live->series)) {
        return EN_OK;
    }
    en_code code = en_fiscal_run_of(fiscal, live->lane, live->day, live->series, &run, err);
    return code == EN_OK && run != NULL
               ? en_frozen_entry(fiscal->store, run->freeze, run->run, live, entry, err)
               : code;
}

en_code en_fiscal_state(const struct en_fiscal_lane *fiscal, en_frozen_lane lane, int32_t day,
                        uint32_t series, en_lane shown, en_fiscal *state, struct en_error *err)
{
    const struct en_fiscal_run *run = NULL;
    *state = EN_FISCAL_OPEN;
    en_code code = en_fiscal_run_of(fiscal, lane, day, series, &run, err);
    if (code != EN_OK || run == NULL) {
        return code;
    }
    if (en_fiscal_is_hold(run)) {
        bool is_moved = en_fiscal_is_pending(fiscal, lane, day, series);
        *state = is_moved ? EN_FISCAL_PROVISIONAL : EN_FISCAL_OPEN;
        return EN_OK;
    }
    bool differs = shown == EN_LANE_LIVE && en_fiscal_is_pending(fiscal, lane, day, series);
    *state = differs        ? EN_FISCAL_PROVISIONAL
             : run->run > 1 ? EN_FISCAL_CORRECTED
                            : EN_FISCAL_FROZEN;
    return EN_OK;
}

en_code en_fiscal_frozen_days(const struct en_fiscal_lane *fiscal, en_frozen_lane lane,
                              uint32_t series, int32_t from_day, int32_t to_day,
                              int32_t *days_count, struct en_error *err)
{
    *days_count = 0;
    int32_t day = from_day;
    while (day < to_day) {
        /* the freeze that reaches furthest from here */
        int32_t end = day;
        for (uint32_t i = 0; i < fiscal->runs_count; i++) {
            const struct en_fiscal_run *run = &fiscal->runs[i];
            bool is_within = false;
            if (day < run->from_day || day >= run->to_day || run->to_day <= end ||
                en_fiscal_is_hold(run)) {
                continue;
            }
            en_code code = is_member(fiscal, run, lane, series, &is_within, err);
            if (code != EN_OK) {
                return code;
            }
            end = is_within ? run->to_day : end;
        }
        end = end < to_day ? end : to_day;
        *days_count += end - day;
        day = end > day ? end : day + 1;
    }
    return EN_OK;
}
