#include "projections/views/losses.h"

#include "projections/views/keys.h"
#include "projections/views/usage.h"

#define ROWS_FIRST 64u
#define SCAN_ARENA_SIZE (1u << 20)

struct gather {
    struct en_store *store;
    const struct en_losses_query *query;
    struct en_arena *arena;
    struct en_losses *losses;
    size_t equipment_capacity;
    size_t levels_capacity;
};

static en_code grow(struct gather *gather, void **items, size_t *capacity, size_t count,
                    size_t size, struct en_error *err)
{
    if (count < *capacity) {
        return EN_OK;
    }
    size_t grown = *capacity == 0 ? ROWS_FIRST : *capacity * 2;
    void *moved = grown > EN_LOSSES_ROWS_MAX ? NULL : en_arena_alloc(gather->arena, grown * size);
    if (moved == NULL) {
        return en_error_set(err, EN_LIMIT, "more than %u rows: ask for one object",
                            EN_LOSSES_ROWS_MAX);
    }
    if (count > 0) {
        memcpy(moved, *items, count * size);
    }
    *items = moved;
    *capacity = grown;
    return EN_OK;
}

static en_code copy(struct gather *gather, struct en_slice text, struct en_slice *kept,
                    struct en_error *err)
{
    *kept = text.size > 0 ? en_arena_copy(gather->arena, text) : en_slice_of("", 0);
    return kept->bytes != NULL ? EN_OK : en_error_set(err, EN_NOMEM, "no memory for losses");
}

static en_code is_asked(const struct gather *gather, uint32_t object, bool *is,
                        struct en_error *err)
{
    struct en_instant at = en_day_interval(gather->query->from, 0).to;
    return en_keys_is_within(gather->store, object, gather->query->object, at, is, err);
}

/* The energy of the formula of its losses. */
static en_code sum_losses(struct gather *gather, uint32_t node, struct en_losses_equipment *row,
                          struct en_error *err)
{
    struct en_usage usage;
    struct en_usage_query query = {.is_formulas = true,
                                   .from_day = gather->query->from,
                                   .to_day = gather->query->to,
                                   .lane = gather->query->lane,
                                   .wants_quality = true,
                                   .formula = node};
    en_usage_init(&usage);
    en_code code = en_usage_gather(&usage, gather->store, &query, err);
    if (code == EN_OK && usage.series_count == 1) {
        row->micro = usage.cells[0].micro;
        row->slots_count = usage.cells[0].present_count;
        row->missing_count = usage.cells[0].missing_count;
        row->quality = usage.cells[0].quality;
    }
    en_usage_fini(&usage);
    return code;
}

/* An equipment once, as its last version in the stretch has it: rows rise by equipment and day. */
static en_code add_equipment(struct gather *gather, const struct en_equipment_row *row,
                             uint32_t *last, struct en_error *err)
{
    struct en_losses *losses = gather->losses;
    bool is_wanted = false;
    en_code code = EN_OK;
    if (row->set.node == 0 || row->from_day >= gather->query->to.n) {
        return EN_OK;
    }
    if (*last != row->equipment) {
        code = is_asked(gather, row->set.object, &is_wanted, err);
        code = code == EN_OK && is_wanted
                   ? grow(gather, (void **)&losses->equipment, &gather->equipment_capacity,
                          losses->equipment_count, sizeof *losses->equipment, err)
                   : code;
        if (code != EN_OK || !is_wanted) {
            return code;
        }
        losses->equipment[losses->equipment_count++] = (struct en_losses_equipment){0};
        *last = row->equipment;
    }
    struct en_losses_equipment *made = &losses->equipment[losses->equipment_count - 1];
    bool is_first = made->name.size == 0;
    made->object = row->set.object;
    code = copy(gather, row->set.name, &made->name, err);
    code = code == EN_OK ? copy(gather, row->set.type, &made->type, err) : code;
    return code == EN_OK && is_first ? sum_losses(gather, row->set.node, made, err) : code;
}

static en_code scan_equipment(struct gather *gather, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena rows;
    uint32_t last = 0;
    en_arena_init(&rows, SCAN_ARENA_SIZE);
    en_code code = en_table_scan_begin(gather->store, &en_table_equipment, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_equipment_row row;
        en_arena_reset(&rows);
        code = en_table_scan_next(&scan, &row, &rows, err);
        code = code == EN_OK ? add_equipment(gather, &row, &last, err) : code;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code add_level(struct gather *gather, const struct en_balance_row *row, uint32_t *last,
                         struct en_error *err)
{
    struct en_losses *losses = gather->losses;
    bool is_wanted = false;
    if (row->balance == *last || row->from_day >= gather->query->to.n) {
        return EN_OK;
    }
    *last = row->balance;
    en_code code = is_asked(gather, row->object, &is_wanted, err);
    code = code == EN_OK && is_wanted
               ? grow(gather, (void **)&losses->levels, &gather->levels_capacity,
                      losses->levels_count, sizeof *losses->levels, err)
               : code;
    if (code != EN_OK || !is_wanted) {
        return code;
    }
    struct en_losses_level *level = &losses->levels[losses->levels_count];
    *level = (struct en_losses_level){.object = row->object};
    code = copy(gather, row->name, &level->name, err);
    code = code == EN_OK
               ? en_balance_gather(gather->store, row->balance, gather->query->from,
                                   gather->query->to, gather->query->lane, &level->balance, err)
               : code;
    if (code != EN_OK) {
        return code;
    }
    const struct en_balance_totals *totals = &level->balance.totals;
    struct en_level sums = {totals->in_micro, totals->out_micro, totals->losses_micro};
    losses->levels_count++;
    return en_level_compute(&sums, level->balance.commercial_most, &level->loss)
               ? EN_OK
               : en_error_set(err, EN_OVERFLOW, "the losses of a balance do not fit");
}

static en_code scan_balances(struct gather *gather, struct en_error *err)
{
    struct en_table_scan scan;
    uint32_t last = 0;
    en_code code = en_table_scan_begin(gather->store, &en_table_balance, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_balance_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? add_level(gather, &row, &last, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_losses_gather(struct en_store *store, const struct en_losses_query *query,
                         struct en_arena *arena, struct en_losses *losses, struct en_error *err)
{
    struct gather gather = {store, query, arena, losses, 0, 0};
    *losses = (struct en_losses){0};
    if (query->from.n >= query->to.n) {
        return en_error_set(err, EN_RANGE, "the stretch of time is empty: from must be before to");
    }
    en_code code = scan_equipment(&gather, err);
    return code == EN_OK ? scan_balances(&gather, err) : code;
}
