#include "projections/views/curve.h"

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "projections/views/best.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"

#define ARENA_SIZE_MAX (64u << 20)
#define MICRO_EXPONENT (-6)

struct walk {
    struct en_store *store;
    const struct en_curve_query *query;
    en_curve_visit visit;
    void *self;
    struct en_channel_row channel;
    struct en_fiscal_lane fiscal;
    struct en_arena arena;
    struct en_block block;
};

static en_frozen_lane lane_of(const struct walk *walk)
{
    return walk->query->is_formula ? EN_FROZEN_NODE : EN_FROZEN_INTERVAL;
}

/* The block of the day in the lane asked for; size 0: none. */
static en_code read_entry(struct walk *walk, int32_t day, struct en_slice *block,
                          struct en_error *err)
{
    const struct en_curve_query *query = walk->query;
    struct en_frozen_item live = {.lane = lane_of(walk), .day = day, .series = query->series};
    en_code code =
        query->is_formula
            ? en_series_get(walk->store, &en_series_node, day, query->series, &live.entry, err)
            : en_best_get(walk->store, day, query->series, &live.entry, err);
    live.entry = code == EN_NOT_FOUND ? (struct en_slice){0} : live.entry;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    *block = live.entry;
    if (code == EN_OK && query->lane == EN_LANE_FISCAL) {
        code = en_fiscal_entry(&walk->fiscal, &live, block, err);
    }
    if (code == EN_OK && query->is_formula && block->size > 0) {
        struct en_slice missing;
        code = en_node_entry_parse(*block, block, &missing, err);
    }
    return code;
}

/* A day of a channel of which nothing is stored: its grid, all missing. */
static en_code make_missing(struct walk *walk, int32_t day, struct en_error *err)
{
    int32_t offset = 0;
    struct en_instant start;
    en_code code = en_keys_day_start(walk->store, walk->channel.point, day, &start, &offset, err);
    walk->block.head = (struct en_block_head){.start_minute = -offset,
                                              .slot_seconds = walk->channel.slot_seconds,
                                              .count = 86400 / walk->channel.slot_seconds,
                                              .exponent = MICRO_EXPONENT};
    for (uint32_t i = 0; i < walk->block.head.count; i++) {
        walk->block.values[i] = 0;
        walk->block.quality[i] = EN_QUALITY_MISSING;
    }
    return code;
}

/* A value that does not fit 1e-6 in 64 bits has no number: OVERFLOW, rejected. */
static struct en_curve_slot slot_of(const struct walk *walk, int32_t day, uint32_t index,
                                    en_fiscal fiscal)
{
    const struct en_block *block = &walk->block;
    int64_t slot_us = (int64_t)block->head.slot_seconds * EN_SECOND_US;
    int64_t from_us = day * EN_DAY_US + block->head.start_minute * EN_MINUTE_US + index * slot_us;
    struct en_curve_slot slot = {.span = {{from_us}, {from_us + slot_us}},
                                 .quality = block->quality[index]};
    int power = block->head.exponent - MICRO_EXPONENT;
    EN_ASSERT(power >= 0);
    bool fits = block->values[index] == 0 ||
                (power <= EN_POW10_MAX &&
                 en_i64_multiply(block->values[index], en_pow10(power), &slot.micro));
    if (!fits) {
        slot.quality = en_quality_with_verdict(slot.quality, EN_VERDICT_REJECTED);
        slot.quality |= EN_QUALITY_OVERFLOW;
    }
    slot.quality = en_quality_with_fiscal(slot.quality, fiscal);
    return slot;
}

static en_code walk_day(struct walk *walk, int32_t day, struct en_error *err)
{
    const struct en_curve_query *query = walk->query;
    struct en_slice bytes;
    en_fiscal fiscal = EN_FISCAL_OPEN;
    en_code code = read_entry(walk, day, &bytes, err);
    bool is_stored = code == EN_OK && bytes.size > 0;
    bool has_grid = !query->is_formula && walk->channel.slot_seconds > 0;
    if (code != EN_OK || (!is_stored && !has_grid)) {
        return code;
    }
    code = is_stored ? en_block_read(bytes, &walk->block, err) : make_missing(walk, day, err);
    if (code == EN_OK) {
        code = en_fiscal_state(&walk->fiscal, lane_of(walk), day, query->series, query->lane,
                               &fiscal, err);
    }
    for (uint32_t i = 0; code == EN_OK && i < walk->block.head.count; i++) {
        struct en_curve_slot slot = slot_of(walk, day, i, fiscal);
        bool is_inside = !query->is_instants || (slot.span.from.us >= query->interval.from.us &&
                                                 slot.span.to.us <= query->interval.to.us);
        code = is_inside ? walk->visit(walk->self, &slot, err) : EN_OK;
    }
    return code;
}

static en_code walk_days(struct walk *walk, struct en_error *err)
{
    const struct en_curve_query *query = walk->query;
    /* a day more on either side: fiscal days of any offset are met */
    int32_t from =
        query->is_instants ? en_day_of_instant(query->interval.from, 0).n - 1 : query->from_day.n;
    int32_t to =
        query->is_instants ? en_day_of_instant(query->interval.to, 0).n + 2 : query->to_day.n;
    en_code code = EN_OK;
    if (!query->is_formula) {
        walk->channel.channel = query->series;
        code = en_table_get(walk->store, &en_table_channel, &walk->channel, NULL, err);
        if (code == EN_NOT_FOUND) {
            return en_error_set(err, EN_NOT_FOUND, "there is no such channel");
        }
    }
    if (code == EN_OK) {
        code = en_fiscal_load(walk->store, from, to, &walk->arena, &walk->fiscal, err);
    }
    for (int32_t day = from; code == EN_OK && day < to; day++) {
        code = walk_day(walk, day, err);
    }
    return code;
}

en_code en_curve_walk(struct en_store *store, const struct en_curve_query *query,
                      en_curve_visit visit, void *self, struct en_error *err)
{
    bool is_empty = query->is_instants ? query->interval.from.us >= query->interval.to.us
                                       : query->from_day.n >= query->to_day.n;
    if (is_empty) {
        return en_error_set(err, EN_RANGE, "the stretch of time is empty: from must be before to");
    }
    struct walk *walk = en_mem_alloc(1, sizeof *walk);
    if (walk == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to walk a curve");
    }
    walk->store = store;
    walk->query = query;
    walk->visit = visit;
    walk->self = self;
    en_arena_init(&walk->arena, ARENA_SIZE_MAX);
    en_code code = walk_days(walk, err);
    en_arena_fini(&walk->arena);
    en_mem_free(walk);
    return code;
}
