#include "projections/views/usage.h"

#include "core/event/payload.h"
#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "projections/views/advances.h"
#include "projections/views/best.h"
#include "projections/views/decree.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"
#include "projections/views/totals.h"

#define ARENA_SIZE_MAX (UINT32_C(1) << 30)
#define SERIES_FIRST 1024u
#define FEW_SERIES 48u /* so many are looked up one by one instead of scanning a day of all */
#define MICRO_EXPONENT (-6)
#define CURVE_SECONDS 3600u /* of a register that the decree spread over hours */

struct gather {
    struct en_usage *usage;
    struct en_store *store;
    const struct en_usage_query *query;
    uint32_t capacity;
    struct en_fiscal_lane fiscal;
    struct en_interval asked; /* instants: what is asked of the series in hand */
    struct en_block block;    /* to read into */
};

static en_frozen_lane lane_of(const struct gather *gather)
{
    return gather->query->is_formulas ? EN_FROZEN_NODE : EN_FROZEN_INTERVAL;
}

void en_usage_init(struct en_usage *usage)
{
    *usage = (struct en_usage){.series = NULL};
    en_arena_init(&usage->arena, ARENA_SIZE_MAX);
}

void en_usage_fini(struct en_usage *usage)
{
    en_mem_free(usage->series);
    en_mem_free(usage->edges);
    en_mem_free(usage->cells);
    en_arena_fini(&usage->arena);
}

/* ---- which series ---- */

static en_code add_series(struct gather *gather, const struct en_usage_series *series,
                          struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    if (usage->series_count == gather->capacity) {
        uint32_t capacity = gather->capacity == 0 ? SERIES_FIRST : gather->capacity * 2;
        struct en_usage_series *grown =
            en_mem_resize(usage->series, (size_t)capacity * sizeof *grown);
        if (grown == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %u series", capacity);
        }
        usage->series = grown;
        gather->capacity = capacity;
    }
    struct en_usage_series *added = &usage->series[usage->series_count];
    *added = *series;
    added->point_key = en_arena_copy(&usage->arena, series->point_key);
    added->code = en_arena_copy(&usage->arena, series->code);
    if (added->point_key.bytes == NULL || added->code.bytes == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the names of series");
    }
    usage->series_count++;
    return EN_OK;
}

/* The instant at which the stretch is looked at where it matters: its beginning. */
static struct en_instant first_instant(const struct en_usage_query *query)
{
    return query->is_instants ? query->interval.from : en_day_interval(query->from_day, 0).from;
}

static en_code is_asked_channel(const struct gather *gather, const struct en_channel_row *row,
                                bool *is_asked, struct en_error *err)
{
    const struct en_usage_query *query = gather->query;
    bool is_point = query->point == 0 || row->point == query->point;
    bool is_code = query->code.size == 0 || en_slice_equal(query->code, row->code);
    *is_asked = is_point && is_code;
    if (!*is_asked || query->object == 0) {
        return EN_OK;
    }
    struct en_instant at = first_instant(query);
    struct en_point_row point = {.point = row->point, .from = at};
    en_code code = en_table_last_before(gather->store, &en_table_point, &point, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        *is_asked = false;
        return EN_OK;
    }
    return code == EN_OK
               ? en_keys_is_within(gather->store, point.object, query->object, at, is_asked, err)
               : code;
}

static en_code say_empty(struct en_error *err)
{
    return en_error_set(err, EN_RANGE, "the stretch of time is empty: from must be before to");
}

/* The offset where the stretch begins, and where it begins and ends of a query by instants. */
static en_code place_in_time(const struct gather *gather, struct en_usage_series *series,
                             struct en_error *err)
{
    const struct en_usage_query *query = gather->query;
    bool is_from_day = !query->is_instants || query->is_from_day;
    int32_t offset = 0;
    en_code code = EN_OK;
    series->interval = query->interval;
    if (is_from_day) {
        code = en_keys_day_start(gather->store, series->point, query->from_day.n,
                                 &series->interval.from, &series->offset_minutes, err);
    } else {
        code = en_keys_point_offset(gather->store, series->point, query->interval.from,
                                    &series->offset_minutes, err);
    }
    if (code == EN_OK && query->is_instants && query->is_to_day) {
        code = en_keys_day_start(gather->store, series->point, query->to_day.n,
                                 &series->interval.to, &offset, err);
    }
    bool is_empty = query->is_instants && series->interval.from.us >= series->interval.to.us;
    return code == EN_OK && is_empty ? say_empty(err) : code;
}

static en_code take_channel(struct gather *gather, const struct en_channel_row *row,
                            struct en_error *err)
{
    bool is_asked = false;
    en_code code = is_asked_channel(gather, row, &is_asked, err);
    if (code != EN_OK || !is_asked) {
        return code;
    }
    bool is_sparse = row->basis == EN_BASIS_REGISTER && row->slot_seconds == 0;
    bool has_curve = false;
    if (is_sparse) {
        code = en_decree_has_curve(gather->store, row->channel, &has_curve, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_usage_series series = {.series = row->channel,
                                     .point = row->point,
                                     .code = row->code,
                                     .unit = (en_unit)row->unit,
                                     .slot_seconds = has_curve ? CURVE_SECONDS : row->slot_seconds,
                                     .is_register = is_sparse && !has_curve};
    code = en_keys_key(gather->store, EN_NAME_POINT, row->point, &series.point_key, err);
    if (code == EN_OK) {
        code = place_in_time(gather, &series, err);
    }
    return code == EN_OK ? add_series(gather, &series, err) : code;
}

static en_code gather_channels(struct gather *gather, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_channel_row row = {.channel = gather->query->channel};
    if (row.channel != 0) {
        en_code found = en_table_get(gather->store, &en_table_channel, &row, NULL, err);
        return found == EN_OK ? take_channel(gather, &row, err) : found;
    }
    en_code code = en_table_scan_begin(gather->store, &en_table_channel, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = take_channel(gather, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Rows of a formula follow each other by day; the last one names it. */
static en_code gather_formulas(struct gather *gather, struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    struct en_table_scan scan;
    struct en_formula_row row;
    en_code code = en_table_scan_begin(gather->store, &en_table_formula, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_asked = gather->query->formula == 0 || gather->query->formula == row.node;
        if (code == EN_OK && !row.is_hidden && is_asked) {
            struct en_usage_series series = {.series = row.node,
                                             .point_key = row.name,
                                             .unit = (en_unit)row.unit,
                                             .interval = gather->query->interval};
            bool is_again = usage->series_count > 0 &&
                            usage->series[usage->series_count - 1].series == row.node;
            usage->series_count -= is_again ? 1 : 0;
            code = add_series(gather, &series, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- the steps ---- */

static struct en_day end_of_step(const struct en_usage_query *query, struct en_day day)
{
    struct en_day end = query->to_day;
    if (query->step == EN_USAGE_DAY) {
        end.n = day.n + 1;
    } else if (query->step == EN_USAGE_MONTH) {
        struct en_month next = {en_month_of_day(day).n + 1};
        end = en_month_first_day(next);
    }
    return end.n < query->to_day.n ? end : query->to_day;
}

static en_code cut_steps(struct gather *gather, struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    const struct en_usage_query *query = gather->query;
    bool is_of_days = query->is_from_day || query->is_to_day; /* of which each object has its own */
    bool is_empty = query->is_instants
                        ? !is_of_days && query->interval.from.us >= query->interval.to.us
                        : query->from_day.n >= query->to_day.n;
    if (is_empty) {
        return say_empty(err);
    }
    usage->steps_count = 1;
    if (!query->is_instants) {
        usage->steps_count = 0;
        for (struct en_day day = query->from_day; day.n < query->to_day.n;
             day = end_of_step(query, day)) {
            usage->steps_count++;
        }
    }
    uint64_t cells = (uint64_t)usage->steps_count * usage->series_count;
    if (cells > EN_USAGE_CELLS_MAX) {
        return en_error_set(err, EN_LIMIT,
                            "%u steps of %u series are more than %u: ask for less at once",
                            usage->steps_count, usage->series_count, EN_USAGE_CELLS_MAX);
    }
    usage->edges = en_mem_alloc((size_t)usage->steps_count + 1, sizeof *usage->edges);
    usage->cells = en_mem_alloc((size_t)cells + 1, sizeof *usage->cells);
    if (usage->edges == NULL || usage->cells == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %u steps", usage->steps_count);
    }
    struct en_day day = query->from_day;
    for (uint32_t i = 0; i <= usage->steps_count && !query->is_instants; i++) {
        usage->edges[i] = day;
        day = end_of_step(query, day);
    }
    return EN_OK;
}

/* ---- sums ---- */

static void add_quality(struct en_usage_cell *cell, uint64_t quality)
{
    if (!en_quality_is_missing(quality)) {
        bool is_first = en_quality_is_missing(cell->quality);
        cell->quality = is_first || cell->quality == quality
                            ? quality
                            : en_quality_merge(cell->quality, quality);
    }
}

static en_code add_totals(struct en_usage_cell *cell, const struct en_totals *totals,
                          const struct en_usage_series *series, struct en_error *err)
{
    en_i128 sum = (en_i128)cell->micro + totals->micro;
    if (!en_i128_to_i64(sum, &cell->micro) || (totals->quality & EN_QUALITY_OVERFLOW) != 0) {
        return en_error_set(err, EN_OVERFLOW, "the sum of %.*s does not fit",
                            (int)series->point_key.size, (const char *)series->point_key.bytes);
    }
    cell->present_count += totals->present_count;
    cell->missing_count += totals->missing_count;
    add_quality(cell, totals->quality);
    return EN_OK;
}

static en_code add_entry(struct gather *gather, uint32_t place, struct en_slice entry,
                         struct en_usage_cell *cells, struct en_error *err)
{
    struct en_totals totals;
    en_code code = en_totals_decode(entry, &totals, err);
    return code == EN_OK ? add_totals(&cells[place], &totals, &gather->usage->series[place], err)
                         : code;
}

/* The stored totals under one day's key, of all series asked for. */
static en_code add_key(struct gather *gather, const struct en_series_table *table, int32_t day,
                       struct en_usage_cell *cells, struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    struct en_slice entry;
    en_code code = EN_OK;
    if (usage->series_count <= FEW_SERIES) {
        for (uint32_t i = 0; i < usage->series_count && code == EN_OK; i++) {
            code = en_series_get(gather->store, table, day, usage->series[i].series, &entry, err);
            code = code == EN_OK          ? add_entry(gather, i, entry, cells, err)
                   : code == EN_NOT_FOUND ? EN_OK
                                          : code;
        }
        return code;
    }
    struct en_series_scan scan;
    uint32_t place = 0;
    code = en_series_scan_begin(gather->store, table, day, day + 1, 0, 0, &scan, err);
    while (code == EN_OK) {
        int32_t found_day = 0;
        uint32_t series = 0;
        code = en_series_scan_next(&scan, &found_day, &series, &entry, err);
        while (code == EN_OK && place < usage->series_count &&
               usage->series[place].series < series) {
            place++;
        }
        bool is_asked =
            code == EN_OK && place < usage->series_count && usage->series[place].series == series;
        code = is_asked ? add_entry(gather, place, entry, cells, err) : code;
    }
    en_series_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Whole months by their totals (channels have them), other days one by one. */
static en_code add_days(struct gather *gather, struct en_day from, struct en_day to,
                        struct en_usage_cell *cells, struct en_error *err)
{
    bool has_months = !gather->query->is_formulas && !gather->query->wants_quality;
    const struct en_series_table *days =
        gather->query->is_formulas ? &en_series_node_day : &en_series_usage_day;
    en_code code = EN_OK;
    while (from.n < to.n && code == EN_OK) {
        struct en_month month = en_month_of_day(from);
        struct en_day next = en_month_first_day((struct en_month){month.n + 1});
        bool is_whole = en_month_first_day(month).n == from.n && next.n <= to.n;
        if (is_whole && has_months) {
            code = add_key(gather, &en_series_usage_month, from.n, cells, err);
            from = next;
        } else {
            code = add_key(gather, days, from.n, cells, err);
            from.n++;
        }
    }
    return code;
}

/* How many slots of the grid lie wholly in the interval. */
static uint32_t slots_of(struct en_interval interval, uint32_t slot_seconds, int32_t offset_minutes)
{
    int64_t rest = 0;
    int64_t slot_us = (int64_t)slot_seconds * EN_SECOND_US;
    int64_t offset_us = offset_minutes * EN_MINUTE_US;
    int64_t first = en_i64_divide_floor(interval.from.us + offset_us + slot_us - 1, slot_us, &rest);
    int64_t end = en_i64_divide_floor(interval.to.us + offset_us, slot_us, &rest);
    return end > first ? (uint32_t)(end - first) : 0;
}

/* The time that a step is of a point's fiscal days; offset: at its beginning. */
static en_code step_interval(const struct gather *gather, uint32_t step, uint32_t place,
                             struct en_interval *interval, int32_t *offset, struct en_error *err)
{
    const struct en_usage *usage = gather->usage;
    const struct en_usage_series *series = &usage->series[place];
    if (gather->query->is_instants) {
        *interval = series->interval;
        *offset = series->offset_minutes;
        return EN_OK;
    }
    int32_t end_offset = 0;
    en_code code = en_keys_day_start(gather->store, series->point, usage->edges[step].n,
                                     &interval->from, offset, err);
    return code == EN_OK ? en_keys_day_start(gather->store, series->point, usage->edges[step + 1].n,
                                             &interval->to, &end_offset, err)
                         : code;
}

/* Missing is what the grid has and the tables do not: days without any entry count in full. */
static en_code count_missing(struct gather *gather, uint32_t step, uint32_t place,
                             struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    const struct en_usage_series *series = &usage->series[place];
    struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
    if (series->slot_seconds == 0) {
        return EN_OK;
    }
    struct en_interval interval;
    int32_t offset = 0;
    en_code code = step_interval(gather, step, place, &interval, &offset, err);
    uint32_t slots = code == EN_OK ? slots_of(interval, series->slot_seconds, offset) : 0;
    cell->missing_count = slots > cell->present_count ? slots - cell->present_count : 0;
    return code;
}

/* ---- registers read now and then ---- */

struct register_sum {
    struct en_usage_cell *cell;
    const struct en_usage_series *series;
};

static en_code add_advance(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct register_sum *sum = self;
    struct en_totals totals = {.quality = row->amount.quality};
    bool is_counted = en_quality_is_usable(row->amount.quality);
    totals.micro = is_counted ? row->amount.micro : 0;
    totals.present_count = is_counted;
    totals.missing_count = !is_counted;
    return add_totals(sum->cell, &totals, sum->series, err);
}

static en_code add_register(struct gather *gather, uint32_t step, uint32_t place,
                            struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    struct register_sum sum = {&usage->cells[(size_t)step * usage->series_count + place],
                               &usage->series[place]};
    struct en_channel_row channel = {.channel = usage->series[place].series};
    struct en_interval interval;
    int32_t offset = 0;
    en_code code = en_table_get(gather->store, &en_table_channel, &channel, NULL, err);
    if (code == EN_OK) {
        code = step_interval(gather, step, place, &interval, &offset, err);
    }
    return code == EN_OK
               ? en_advances_walk(gather->store, &channel, interval, add_advance, &sum, err)
               : code;
}

/* ---- freezes and corrections ---- */

static bool find_place(const struct en_usage *usage, uint32_t series, uint32_t *place)
{
    uint32_t low = 0;
    uint32_t high = usage->series_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (usage->series[middle].series < series) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *place = low;
    return low < usage->series_count && usage->series[low].series == series;
}

/* What the live tables hold of the day (size 0: nothing), and what is fiscal; for a node the
 * blocks of its entries. */
static en_code read_both(const struct gather *gather, int32_t day, uint32_t series,
                         struct en_slice *live, struct en_slice *fiscal, struct en_error *err)
{
    bool is_node = gather->query->is_formulas;
    struct en_frozen_item item = {.lane = lane_of(gather), .day = day, .series = series};
    struct en_slice missing;
    en_code code = is_node ? en_series_get(gather->store, &en_series_node, day, series, live, err)
                           : en_best_get(gather->store, day, series, live, err);
    *live = code == EN_NOT_FOUND ? (struct en_slice){0} : *live;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    item.entry = *live;
    if (code == EN_OK) {
        code = en_fiscal_entry(&gather->fiscal, &item, fiscal, err);
    }
    if (code == EN_OK && is_node && live->size > 0) {
        code = en_node_entry_parse(*live, live, &missing, err);
    }
    if (code == EN_OK && is_node && fiscal->size > 0) {
        code = en_node_entry_parse(*fiscal, fiscal, &missing, err);
    }
    return code;
}

/* Puts the difference of live and fiscal into the cell, which has summed the live ones. */
static en_code add_pending(const struct gather *gather, struct en_usage_cell *cell,
                           const struct en_totals *live, const struct en_totals *fiscal,
                           struct en_error *err)
{
    int64_t difference = 0;
    bool is_fiscal = gather->query->lane == EN_LANE_FISCAL;
    bool fits = en_i64_subtract(live->micro, fiscal->micro, &difference) &&
                en_i64_add(cell->pending_micro, difference, &cell->pending_micro) &&
                (!is_fiscal || en_i64_subtract(cell->micro, difference, &cell->micro));
    if (!fits) {
        return en_error_set(err, EN_OVERFLOW, "a pending difference does not fit");
    }
    if (is_fiscal) {
        cell->present_count += fiscal->present_count - live->present_count;
        cell->missing_count += fiscal->missing_count - live->missing_count;
        add_quality(cell, fiscal->quality);
    }
    return EN_OK;
}

static en_code add_pending_days(struct gather *gather, uint32_t step, struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    en_code code = EN_OK;
    for (int32_t day = usage->edges[step].n; day < usage->edges[step + 1].n; day++) {
        size_t first = 0;
        size_t end = 0;
        en_fiscal_pending_of(&gather->fiscal, lane_of(gather), day, &first, &end);
        for (size_t i = first; i < end && code == EN_OK; i++) {
            uint32_t place = 0;
            struct en_slice blocks[2] = {{0}};
            struct en_totals totals[2];
            if (!find_place(usage, gather->fiscal.pending[i].series, &place)) {
                continue;
            }
            code = read_both(gather, day, usage->series[place].series, &blocks[0], &blocks[1], err);
            for (size_t k = 0; k < 2 && code == EN_OK; k++) {
                code = en_totals_of_block(blocks[k], &gather->block, &totals[k], err);
            }
            struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
            code = code == EN_OK ? add_pending(gather, cell, &totals[0], &totals[1], err) : code;
        }
    }
    return code;
}

/* Which step a fiscal day of the series falls into; false: none. */
static en_code find_step(const struct gather *gather, uint32_t place, int32_t day, uint32_t *step,
                         bool *is_found, struct en_error *err)
{
    const struct en_usage *usage = gather->usage;
    *step = 0;
    if (gather->query->is_instants) {
        struct en_instant start;
        int32_t offset = 0;
        en_code code =
            en_keys_day_start(gather->store, usage->series[place].point, day, &start, &offset, err);
        *is_found = code == EN_OK && en_interval_holds(usage->series[place].interval, start);
        return code;
    }
    *is_found = day >= usage->edges[0].n && day < usage->edges[usage->steps_count].n;
    while (*is_found && usage->edges[*step + 1].n <= day) {
        *step += 1;
    }
    return EN_OK;
}

static en_code add_correction(struct gather *gather, const struct en_correction_row *row,
                              struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    uint32_t place = 0;
    uint32_t step = 0;
    bool is_found = false;
    if (!find_place(usage, row->channel, &place)) {
        return EN_OK;
    }
    en_code code = find_step(gather, place, row->target_day, &step, &is_found, err);
    if (code != EN_OK || !is_found) {
        return code;
    }
    struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
    return en_i64_add(cell->correction_micro, row->delta_micro, &cell->correction_micro)
               ? EN_OK
               : en_error_set(err, EN_OVERFLOW, "the corrections of channel %u do not fit",
                              row->channel);
}

/* Deltas are booked on channels only; a formula over them does not know of them. */
static en_code add_corrections(struct gather *gather, struct en_error *err)
{
    struct en_table_scan scan;
    if (gather->query->is_formulas) {
        return EN_OK;
    }
    en_code code = en_table_scan_begin(gather->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? add_correction(gather, &row, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What freezes say of the days that the stretch can touch at any offset. */
static en_code load_fiscal(struct gather *gather, struct en_error *err)
{
    const struct en_usage_query *query = gather->query;
    int32_t from =
        query->is_instants ? en_day_of_instant(query->interval.from, 0).n - 1 : query->from_day.n;
    int32_t to =
        query->is_instants ? en_day_of_instant(query->interval.to, 0).n + 2 : query->to_day.n;
    en_code code =
        en_fiscal_load(gather->store, from, to, &gather->usage->arena, &gather->fiscal, err);
    gather->usage->has_frozen = code == EN_OK && gather->fiscal.runs_count > 0;
    return code;
}

/* ---- the whole ---- */

/* What one series' cell has besides its stored totals. */
static en_code finish_cell(struct gather *gather, uint32_t step, uint32_t place,
                           struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    const struct en_usage_series *series = &usage->series[place];
    struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
    int32_t frozen_days = 0;
    if (series->is_register) {
        return add_register(gather, step, place, err);
    }
    en_code code = count_missing(gather, step, place, err);
    if (code == EN_OK && gather->fiscal.runs_count > 0 && !gather->query->is_instants) {
        code = en_fiscal_frozen_days(&gather->fiscal, lane_of(gather), series->series,
                                     usage->edges[step].n, usage->edges[step + 1].n, &frozen_days,
                                     err);
        cell->frozen_days = (uint32_t)frozen_days;
    }
    return code;
}

static en_code gather_by_days(struct gather *gather, struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    en_code code = EN_OK;
    for (uint32_t step = 0; step < usage->steps_count && code == EN_OK; step++) {
        struct en_usage_cell *cells = usage->cells + (size_t)step * usage->series_count;
        code = add_days(gather, usage->edges[step], usage->edges[step + 1], cells, err);
        if (code == EN_OK) {
            code = add_pending_days(gather, step, err);
        }
        for (uint32_t i = 0; i < usage->series_count && code == EN_OK; i++) {
            code = finish_cell(gather, step, i, err);
        }
    }
    return code;
}

/* The slots of a block that lie in the interval; size 0: none. */
static en_code totals_inside(struct gather *gather, int32_t day, struct en_slice bytes,
                             struct en_totals *totals, struct en_error *err)
{
    struct en_block *block = &gather->block;
    struct en_interval asked = gather->asked;
    *totals = (struct en_totals){0};
    en_code code = bytes.size > 0 ? en_block_read(bytes, block, err) : EN_NOT_FOUND;
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    EN_ASSERT(block->head.exponent >= MICRO_EXPONENT);
    int64_t slot_us = (int64_t)block->head.slot_seconds * EN_SECOND_US;
    int64_t start_us = day * EN_DAY_US + block->head.start_minute * EN_MINUTE_US;
    en_i128 sum = 0;
    struct en_usage_cell merged = {0};
    for (uint32_t i = 0; i < block->head.count; i++) {
        int64_t from_us = start_us + i * slot_us;
        bool is_inside = from_us >= asked.from.us && from_us + slot_us <= asked.to.us;
        if (is_inside && !en_quality_is_missing(block->quality[i])) {
            sum += block->values[i];
            totals->present_count++;
            add_quality(&merged, block->quality[i]);
        }
    }
    totals->quality = merged.quality;
    en_i128 micro = 0;
    int power = block->head.exponent - MICRO_EXPONENT;
    bool fits =
        sum == 0 || (power <= EN_POW10_MAX && en_i128_multiply(sum, en_pow10(power), &micro) &&
                     en_i128_to_i64(micro, &totals->micro));
    totals->quality |= fits ? 0 : EN_QUALITY_OVERFLOW;
    return EN_OK;
}

static en_code add_day_inside(struct gather *gather, uint32_t place, int32_t day,
                              struct en_error *err)
{
    struct en_usage *usage = gather->usage;
    const struct en_usage_series *series = &usage->series[place];
    struct en_slice live;
    struct en_slice fiscal;
    struct en_totals live_totals;
    struct en_totals fiscal_totals;
    en_code code = read_both(gather, day, series->series, &live, &fiscal, err);
    if (code == EN_OK) {
        code = totals_inside(gather, day, live, &live_totals, err);
    }
    if (code == EN_OK) {
        code = add_totals(&usage->cells[place], &live_totals, series, err);
    }
    if (code != EN_OK ||
        !en_fiscal_is_pending(&gather->fiscal, lane_of(gather), day, series->series)) {
        return code;
    }
    code = totals_inside(gather, day, fiscal, &fiscal_totals, err);
    return code == EN_OK
               ? add_pending(gather, &usage->cells[place], &live_totals, &fiscal_totals, err)
               : code;
}

static en_code gather_instants_of(struct gather *gather, uint32_t place, struct en_error *err)
{
    struct en_interval asked = gather->usage->series[place].interval;
    gather->asked = asked;
    /* A day more on either side: fiscal days of any offset are met. */
    int32_t first = en_day_of_instant(asked.from, 0).n - 1;
    int32_t last = en_day_of_instant(asked.to, 0).n + 1;
    en_code code = EN_OK;
    for (int32_t day = first; day <= last && code == EN_OK; day++) {
        code = add_day_inside(gather, place, day, err);
    }
    return code == EN_OK ? finish_cell(gather, 0, place, err) : code;
}

static en_code gather_by_instants(struct gather *gather, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < gather->usage->series_count && code == EN_OK; i++) {
        code = gather_instants_of(gather, i, err);
    }
    return code;
}

en_code en_usage_gather(struct en_usage *usage, struct en_store *store,
                        const struct en_usage_query *query, struct en_error *err)
{
    struct gather *gather = en_mem_alloc(1, sizeof *gather);
    if (gather == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to gather usage");
    }
    gather->usage = usage;
    gather->store = store;
    gather->query = query;
    en_code code = query->is_formulas ? gather_formulas(gather, err) : gather_channels(gather, err);
    if (code == EN_OK) {
        code = cut_steps(gather, err);
    }
    if (code == EN_OK) {
        code = load_fiscal(gather, err);
    }
    if (code == EN_OK) {
        code = query->is_instants ? gather_by_instants(gather, err) : gather_by_days(gather, err);
    }
    if (code == EN_OK) {
        code = add_corrections(gather, err);
    }
    en_mem_free(gather);
    return code;
}
