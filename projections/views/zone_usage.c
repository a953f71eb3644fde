#include "projections/views/zone_usage.h"

#include "core/mem.h"
#include "projections/views/best.h"
#include "projections/views/keys.h"
#include "projections/views/zone_split.h"

#define ARENA_SIZE_MAX (64u << 20)

struct walk {
    struct en_store *store;
    const struct en_usage_query *query;
    struct en_usage usage;
    struct en_fiscal_lane fiscal;
    struct en_arena arena;   /* of the whole walk */
    struct en_arena scratch; /* of one day or name */
    struct en_zone_split split;
    struct en_zone_usage day;
    struct en_zone_usage step;
    bool has_zones; /* some day of the channel has */
    en_zone_visit visit;
    void *self;
};

/* A day that froze with other energy: split as it froze. */
static en_code split_frozen(struct walk *walk, const struct en_usage_series *series, int32_t day,
                            struct en_error *err)
{
    struct en_frozen_item live = {.lane = EN_FROZEN_INTERVAL, .day = day, .series = series->series};
    struct en_slice entry;
    struct en_instant start;
    int32_t offset = 0;
    en_code code = en_best_get(walk->store, day, series->series, &live.entry, err);
    live.entry = code == EN_NOT_FOUND ? (struct en_slice){0} : live.entry;
    code = code == EN_OK || code == EN_NOT_FOUND
               ? en_fiscal_entry(&walk->fiscal, &live, &entry, err)
               : code;
    if (code == EN_OK) {
        code = en_keys_day_start(walk->store, series->point, day, &start, &offset, err);
    }
    en_arena_reset(&walk->scratch);
    en_zone_split_begin(&walk->split, walk->store, &walk->scratch);
    return code == EN_OK ? en_zone_split_block(&walk->split, series->point, offset, day, entry,
                                               &walk->day, err)
                         : code;
}

static en_code read_day(struct walk *walk, const struct en_usage_series *series, int32_t day,
                        struct en_error *err)
{
    struct en_slice entry;
    walk->day.count = 0;
    walk->day.split_count = 0;
    if (walk->query->lane == EN_LANE_FISCAL &&
        en_fiscal_is_pending(&walk->fiscal, EN_FROZEN_INTERVAL, day, series->series)) {
        return split_frozen(walk, series, day, err);
    }
    en_code code =
        en_series_get(walk->store, &en_series_usage_zone, day, series->series, &entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    return en_zone_usage_decode(entry, &walk->day, err);
}

/* The name of the item's zone as the step ends. */
static en_code name_zone(struct walk *walk, const struct en_zone_item *item, struct en_day to,
                         struct en_slice *name, struct en_error *err)
{
    struct en_schedule_calendar schedule;
    struct en_instant at = en_schedule_day(to.n - 1);
    en_arena_reset(&walk->scratch);
    *name = en_slice_text("all");
    if (item->calendar == 0) {
        return EN_OK;
    }
    en_code code =
        en_schedule_calendar(walk->store, item->calendar, at, &walk->scratch, &schedule, err);
    if (code == EN_NOT_FOUND) { /* it ended inside the step: its last words count */
        code =
            en_schedule_last_calendar(walk->store, item->calendar, &walk->scratch, &schedule, err);
    }
    bool is_named = code == EN_OK && item->zone < schedule.days.zones_count;
    *name = is_named ? schedule.zones[item->zone].name : en_slice_text("?");
    return code;
}

static en_code visit_step(struct walk *walk, const struct en_usage_series *series, uint32_t step,
                          const struct en_usage_cell *cell, struct en_error *err)
{
    struct en_zone_usage_row row = {.series = series,
                                    .from = walk->usage.edges[step],
                                    .to = walk->usage.edges[step + 1],
                                    .split_count = walk->step.split_count};
    struct en_zone_usage_row rest = row;
    rest.micro = cell->micro;
    rest.present_count = cell->present_count;
    rest.missing_count = cell->missing_count;
    rest.is_without = true;
    rest.zone = en_slice_text("");
    en_code code = EN_OK;
    for (uint32_t i = 0; i < walk->step.count && code == EN_OK; i++) {
        const struct en_zone_item *item = &walk->step.items[i];
        row.calendar = item->calendar;
        row.micro = item->micro;
        row.present_count = item->present_count;
        row.missing_count = item->missing_count;
        if (!en_i64_subtract(rest.micro, row.micro, &rest.micro)) {
            return en_error_set(err, EN_OVERFLOW, "the sum of a tariff zone does not fit");
        }
        rest.present_count -= row.present_count;
        rest.missing_count -=
            row.missing_count < rest.missing_count ? row.missing_count : rest.missing_count;
        code = name_zone(walk, item, row.to, &row.zone, err);
        code = code == EN_OK ? walk->visit(walk->self, &row, err) : code;
    }
    bool has_rest = rest.micro != 0 || rest.present_count != 0 || rest.missing_count != 0;
    return code == EN_OK && has_rest ? walk->visit(walk->self, &rest, err) : code;
}

static en_code walk_step(struct walk *walk, uint32_t place, uint32_t step, bool is_visited,
                         struct en_error *err)
{
    const struct en_usage *usage = &walk->usage;
    const struct en_usage_series *series = &usage->series[place];
    walk->step.count = 0;
    walk->step.split_count = 0;
    en_code code = EN_OK;
    for (int32_t day = usage->edges[step].n; day < usage->edges[step + 1].n && code == EN_OK;
         day++) {
        code = read_day(walk, series, day, err);
        walk->has_zones = walk->has_zones || walk->day.count > 0;
        code = code == EN_OK ? en_zone_usage_add(&walk->step, &walk->day, 1, err) : code;
    }
    const struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
    return code == EN_OK && is_visited ? visit_step(walk, series, step, cell, err) : code;
}

/* A channel without any zone in the stretch has no rows. */
static en_code walk_channel(struct walk *walk, uint32_t place, struct en_error *err)
{
    en_code code = EN_OK;
    walk->has_zones = false;
    for (uint32_t step = 0; step < walk->usage.steps_count && code == EN_OK && !walk->has_zones;
         step++) {
        code = walk_step(walk, place, step, false, err);
    }
    for (uint32_t step = 0; step < walk->usage.steps_count && code == EN_OK && walk->has_zones;
         step++) {
        code = walk_step(walk, place, step, true, err);
    }
    return code;
}

en_code en_zone_usage_walk(struct en_store *store, const struct en_usage_query *query,
                           en_zone_visit visit, void *self, struct en_error *err)
{
    if (query->is_instants || query->is_formulas) {
        return en_error_set(err, EN_RANGE,
                            "tariff zones are of channels over whole days: give "
                            "dates");
    }
    struct walk *walk = en_mem_alloc(1, sizeof *walk);
    if (walk == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to sum up tariff zones");
    }
    walk->store = store;
    walk->query = query;
    walk->visit = visit;
    walk->self = self;
    en_usage_init(&walk->usage);
    en_arena_init(&walk->arena, ARENA_SIZE_MAX);
    en_arena_init(&walk->scratch, ARENA_SIZE_MAX);
    en_code code = en_usage_gather(&walk->usage, store, query, err);
    if (code == EN_OK) {
        code = en_fiscal_load(store, query->from_day.n, query->to_day.n, &walk->arena,
                              &walk->fiscal, err);
    }
    for (uint32_t place = 0; code == EN_OK && place < walk->usage.series_count; place++) {
        code = walk_channel(walk, place, err);
    }
    en_arena_fini(&walk->scratch);
    en_arena_fini(&walk->arena);
    en_usage_fini(&walk->usage);
    en_mem_free(walk);
    return code;
}
