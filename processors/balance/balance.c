/* Balances: in = out + losses, by day (B-01, B-04, B-07, B-13).
 *
 * The three sides are nodes that the formula processor computes. A day's totals are summed over the
 * slots in which every side has a value; the others are counted as partial, so that a gap on one
 * side never shows as an imbalance. */
#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/quality.h"
#include "processors/marks.h"
#include "processors/processor.h"
#include "processors/sort.h"
#include "projections/tables.h"
#include "projections/tables_balance.h"
#include "projections/views/interval.h"

#define SIDES_COUNT 3u
#define ENTRY_SIZE_MAX 64u

struct balance_state {
    /* which balances look at a node, by (node, balance); rebuilt from the table at open */
    uint64_t *by_node;
    size_t by_node_count;
    size_t by_node_capacity;
    bool is_sorted;
    struct en_marks marks; /* balances to sum although no side may have changed */
    struct en_block sides[SIDES_COUNT];
    struct en_buf entry;
};

static en_code link_node(struct balance_state *state, uint32_t node, uint32_t balance,
                         struct en_error *err)
{
    if (node == 0) {
        return EN_OK;
    }
    en_code code = en_fold_grow((void **)&state->by_node, &state->by_node_capacity,
                                state->by_node_count, sizeof *state->by_node, err);
    if (code == EN_OK) {
        state->by_node[state->by_node_count++] = (uint64_t)node << 32 | balance;
        state->is_sorted = false;
    }
    return code;
}

static en_code link_balance(struct balance_state *state, const struct en_balance_row *row,
                            struct en_error *err)
{
    en_code code = link_node(state, row->in_node, row->balance, err);
    if (code == EN_OK) {
        code = link_node(state, row->out_node, row->balance, err);
    }
    return code == EN_OK ? link_node(state, row->losses_node, row->balance, err) : code;
}

/* Every stored day that the new definition holds for. */
static en_code mark_from(struct en_fold *fold, struct balance_state *state, uint32_t balance,
                         int32_t from_day, struct en_error *err)
{
    const struct en_series_table *const lanes[] = {&en_series_node, &en_series_balance_day};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(lanes) && code == EN_OK; i++) {
        int32_t day = from_day;
        code = en_series_next_day(fold->store, lanes[i], &day, err);
        while (code == EN_OK) {
            code = en_marks_add(&state->marks, fold, day, balance, err);
            day++;
            code = code == EN_OK ? en_series_next_day(fold->store, lanes[i], &day, err) : code;
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* What the formula processor has accepted. */
static en_code fold_equipment(struct en_fold *fold, const struct en_event *event,
                              struct en_error *err)
{
    struct en_equipment_row row = {
        .equipment = event->header.subject,
        .from_day = en_day_of_instant(event->header.valid.from, 0).n,
    };
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "equipment", &row.set, &is_read, err);
    return is_read ? en_table_put(fold->store, &en_table_equipment, &row, NULL, err) : code;
}

static en_code fold_balance(struct en_fold *fold, struct balance_state *state,
                            const struct en_event *event, struct en_error *err)
{
    struct en_balance_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "balance", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_balance_row row = {
        .balance = event->header.subject,
        .from_day = en_day_of_instant(event->header.valid.from, 0).n,
        .name = payload.name,
        .in = payload.in,
        .out = payload.out,
        .losses = payload.losses,
        .object = payload.object,
        .in_node = payload.in_node,
        .out_node = payload.out_node,
        .losses_node = payload.losses.size > 0 ? payload.losses_node : 0,
    };
    code = en_table_put(fold->store, &en_table_balance, &row, NULL, err);
    if (code == EN_OK) {
        code = link_balance(state, &row, err);
    }
    return code == EN_OK ? mark_from(fold, state, row.balance, row.from_day, err) : code;
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    return event->header.kind == EN_KIND_EQUIPMENT_SET ? fold_equipment(fold, event, err)
                                                       : fold_balance(fold, state, event, err);
}

static en_code sort_links(struct balance_state *state, struct en_error *err)
{
    en_code code =
        en_sort_by_key(state->by_node, state->by_node_count, sizeof *state->by_node, err);
    size_t kept = 0;
    for (size_t i = 0; i < state->by_node_count && code == EN_OK; i++) {
        if (kept == 0 || state->by_node[kept - 1] != state->by_node[i]) {
            state->by_node[kept++] = state->by_node[i];
        }
    }
    state->by_node_count = code == EN_OK ? kept : state->by_node_count;
    state->is_sorted = code == EN_OK;
    return code;
}

/* The first link of the node, or where it would stand. */
static size_t find_links(const struct balance_state *state, uint32_t node)
{
    size_t low = 0;
    size_t high = state->by_node_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->by_node[middle] < (uint64_t)node << 32) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Adds the balances of changed nodes to the day's marks. */
static en_code mark_changed(struct en_fold *fold, struct balance_state *state, int32_t day,
                            struct en_error *err)
{
    const struct en_changes *changes = &fold->changes[EN_LANE_NODE];
    en_code code = EN_OK;
    for (size_t i = 0; i < changes->count && code == EN_OK; i++) {
        uint32_t node = changes->items[i].series;
        for (size_t at = find_links(state, node);
             at < state->by_node_count && state->by_node[at] >> 32 == node && code == EN_OK; at++) {
            code = en_marks_add(&state->marks, fold, day, (uint32_t)state->by_node[at], err);
        }
    }
    return code;
}

/* Sums `block` to the slot length of the coarsest side; a slot is missing when a part of it is. */
static void coarsen(struct en_block *block, uint32_t slot_seconds)
{
    uint32_t ratio = slot_seconds / block->head.slot_seconds;
    EN_ASSERT(ratio > 0);
    uint32_t count = block->head.count / ratio;
    for (uint32_t i = 0; i < count && ratio > 1; i++) {
        int64_t sum = 0;
        uint64_t quality = EN_QUALITY_MEASURED;
        for (uint32_t part = i * ratio; part < (i + 1) * ratio; part++) {
            bool is_usable = en_quality_is_usable(block->quality[part]) &&
                             en_i64_add(sum, block->values[part], &sum);
            quality = is_usable ? quality : EN_QUALITY_MISSING;
        }
        block->values[i] = sum;
        block->quality[i] = quality;
    }
    block->head.count = count;
    block->head.slot_seconds = slot_seconds;
}

/* Reads the sides of the day that exist onto one grid; *sides_count 0: a side has nothing that day.
 */
static en_code read_sides(struct en_fold *fold, struct balance_state *state,
                          const struct en_balance_row *row, int32_t day, uint32_t *sides_count,
                          struct en_error *err)
{
    const uint32_t nodes[SIDES_COUNT] = {row->in_node, row->out_node, row->losses_node};
    uint32_t wanted = row->losses_node != 0 ? 3 : 2;
    uint32_t slot_seconds = 0;
    *sides_count = 0;
    for (uint32_t i = 0; i < wanted; i++) {
        struct en_slice block;
        en_code code = en_node_get(fold->store, day, nodes[i], &block, err);
        if (code == EN_OK) {
            code = en_block_read(block, &state->sides[i], err);
        }
        if (code != EN_OK) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        uint32_t seconds = state->sides[i].head.slot_seconds;
        slot_seconds = seconds > slot_seconds ? seconds : slot_seconds;
    }
    for (uint32_t i = 0; i < wanted; i++) {
        coarsen(&state->sides[i], slot_seconds);
    }
    *sides_count = wanted;
    return EN_OK;
}

/* The value of a side in the slot that begins so many seconds from the day's start; false when it
 * has none. */
static bool side_value(const struct en_block *side, int64_t start_seconds, int64_t *micro)
{
    int64_t past = start_seconds - (int64_t)side->head.start_minute * 60;
    int64_t slot = past / (int64_t)side->head.slot_seconds;
    if (past < 0 || past % (int64_t)side->head.slot_seconds != 0 || slot >= side->head.count ||
        !en_quality_is_usable(side->quality[slot])) {
        return false;
    }
    return en_i64_multiply(side->values[slot], en_pow10(side->head.exponent + 6), micro);
}

/* Slots of the widest side in which all have a value are summed. */
static void sum_sides(const struct balance_state *state, uint32_t sides_count,
                      struct en_balance_totals *totals)
{
    *totals = (struct en_balance_totals){0};
    int64_t *const sums[SIDES_COUNT] = {&totals->in_micro, &totals->out_micro,
                                        &totals->losses_micro};
    const struct en_block *widest = &state->sides[0];
    for (uint32_t i = 1; i < sides_count; i++) {
        widest = state->sides[i].head.count > widest->head.count ? &state->sides[i] : widest;
    }
    totals->slots_count = widest->head.count;
    for (uint32_t slot = 0; slot < widest->head.count; slot++) {
        int64_t start =
            (int64_t)widest->head.start_minute * 60 + (int64_t)slot * widest->head.slot_seconds;
        int64_t added[SIDES_COUNT] = {0};
        bool is_whole = true;
        bool is_partial = false;
        for (uint32_t i = 0; i < sides_count; i++) {
            is_whole = is_whole && side_value(&state->sides[i], start, &added[i]) &&
                       en_i64_add(added[i], *sums[i], &added[i]);
        }
        for (uint32_t i = 0; i < sides_count && is_whole; i++) {
            *sums[i] = added[i];
            int64_t past = start - (int64_t)state->sides[i].head.start_minute * 60;
            is_partial =
                is_partial || (state->sides[i].quality[past / state->sides[i].head.slot_seconds] &
                               EN_QUALITY_PARTIAL) != 0;
        }
        totals->partial_count += !is_whole || is_partial;
    }
}

static en_code settle_balance(struct en_fold *fold, struct balance_state *state,
                              struct en_series_writer *writer, int32_t day, uint32_t balance,
                              struct en_error *err)
{
    struct en_balance_row row = {.balance = balance, .from_day = day};
    uint32_t sides_count = 0;
    en_code code = en_table_last_before(fold->store, &en_table_balance, &row, 1, NULL, err);
    if (code == EN_OK) {
        code = read_sides(fold, state, &row, day, &sides_count, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    en_buf_reset(&state->entry);
    if (sides_count > 0) {
        struct en_balance_totals totals;
        sum_sides(state, sides_count, &totals);
        en_balance_totals_encode(&totals, &state->entry);
    }
    struct en_slice old;
    bool is_changed = false;
    code = en_series_writer_peek(writer, balance, &old, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_change change = {.series = balance};
    code = en_buf_code(&state->entry, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->day, old, &change.before, err);
    }
    if (code == EN_OK) {
        code = en_fold_copy(&fold->day, en_buf_slice(&state->entry), &change.after, err);
    }
    if (code != EN_OK) {
        return code;
    }
    code = en_series_writer_put(writer, balance, change.after, NULL, &is_changed, err);
    return code == EN_OK && is_changed ? en_fold_change(fold, EN_LANE_BALANCE, &change, err) : code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct balance_state *state = state_memory;
    struct en_series_writer *writer = NULL;
    en_code code = state->is_sorted ? EN_OK : sort_links(state, err);
    if (code == EN_OK) {
        code = mark_changed(fold, state, day, err);
    }
    if (code == EN_OK) {
        code = en_marks_sort(&state->marks, err);
    }
    uint32_t balance = 0;
    if (code != EN_OK || !en_marks_peek(&state->marks, day, &balance)) {
        return code;
    }
    code = en_series_writer_open(fold->store, &en_series_balance_day, day, &writer, err);
    while (code == EN_OK && en_marks_peek(&state->marks, day, &balance)) {
        code = settle_balance(fold, state, writer, day, balance, err);
        en_marks_take(&state->marks);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(writer, err);
    }
    en_series_writer_close(writer);
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct balance_state *state = state_memory;
    en_marks_end(&state->marks);
    return EN_OK;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct balance_state *state = state_memory;
    en_buf_init(&state->entry, ENTRY_SIZE_MAX);
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_balance, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_balance_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? link_balance(state, &row, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void close_state(void *state_memory)
{
    struct balance_state *state = state_memory;
    en_mem_free(state->by_node);
    en_marks_fini(&state->marks);
    en_buf_fini(&state->entry);
}

static const struct en_table *const tables[] = {&en_table_balance, &en_table_equipment, NULL};
static const struct en_series_table *const series[] = {&en_series_balance_day, NULL};

const struct en_processor en_processor_balance = {
    .name = "balance",
    .about = "Balances by day: in = out + losses; what loses energy.",
    .kinds = EN_KIND_BIT(BALANCE_SET) | EN_KIND_BIT(EQUIPMENT_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct balance_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
    .settle_end = settle_end,
};
