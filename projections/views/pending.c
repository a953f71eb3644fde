#include "projections/views/pending.h"

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "projections/tables_freeze.h"
#include "projections/views/best.h"
#include "projections/views/frozen_run.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"
#include "projections/views/totals.h"

struct walk {
    struct en_store *store;
    en_pending_visit visit;
    void *self;
    struct en_block block; /* to sum with */
};

/* Names and unit. What is not known stays empty. */
static en_code name_row(struct walk *walk, struct en_pending_row *row, struct en_error *err)
{
    if (row->lane == EN_FROZEN_INTERVAL) {
        struct en_channel_row channel = {.channel = row->series};
        en_code code = en_table_get(walk->store, &en_table_channel, &channel, NULL, err);
        row->code = channel.code;
        row->unit = (en_unit)channel.unit;
        code = code == EN_OK
                   ? en_keys_key(walk->store, EN_NAME_POINT, channel.point, &row->key, err)
                   : code;
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    uint32_t node = row->series;
    en_code code = EN_OK;
    if (row->lane == EN_FROZEN_BALANCE) {
        struct en_balance_row balance = {.balance = row->series, .from_day = row->day};
        code = en_table_last_before(walk->store, &en_table_balance, &balance, 1, NULL, err);
        node = balance.in_node;
    }
    struct en_formula_row formula = {.node = node, .from_day = row->day};
    if (code == EN_OK) {
        code = en_table_last_before(walk->store, &en_table_formula, &formula, 1, NULL, err);
        row->unit = (en_unit)formula.unit;
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    en_name_type type = row->lane == EN_FROZEN_NODE ? EN_NAME_FORMULA : EN_NAME_BALANCE;
    return en_keys_key(walk->store, type, row->series, &row->key, err);
}

static en_code live_entry(struct walk *walk, const struct en_frozen_row *row,
                          struct en_slice *entry, struct en_error *err)
{
    const struct en_series_table *table =
        row->lane == EN_FROZEN_NODE ? &en_series_node : &en_series_balance_day;
    en_code code = row->lane == EN_FROZEN_INTERVAL
                       ? en_best_get(walk->store, row->day, row->series, entry, err)
                       : en_series_get(walk->store, table, row->day, row->series, entry, err);
    *entry = code == EN_NOT_FOUND ? (struct en_slice){0} : *entry;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The energy of an entry, of a balance its imbalance. */
static en_code value_of(struct walk *walk, en_frozen_lane lane, struct en_slice entry, bool *has,
                        int64_t *micro, struct en_error *err)
{
    struct en_totals totals = {0};
    struct en_slice missing;
    en_code code = EN_OK;
    *has = entry.size > 0;
    *micro = 0;
    if (*has && lane == EN_FROZEN_BALANCE) {
        struct en_balance_totals balance;
        code = en_balance_totals_decode(entry, &balance, err);
        bool fits = code != EN_OK || (en_i64_subtract(balance.in_micro, balance.out_micro, micro) &&
                                      en_i64_subtract(*micro, balance.losses_micro, micro));
        return fits ? code : en_error_set(err, EN_OVERFLOW, "an imbalance does not fit");
    }
    if (*has && lane == EN_FROZEN_NODE) {
        code = en_node_entry_parse(entry, &entry, &missing, err);
    }
    if (code == EN_OK) {
        code = en_totals_of_block(entry, &walk->block, &totals, err);
    }
    *micro = totals.micro;
    return code;
}

static en_code give(struct walk *walk, const struct en_frozen_row *frozen, struct en_error *err)
{
    struct en_pending_row row = {
        .lane = (en_frozen_lane)frozen->lane, .day = frozen->day, .series = frozen->series};
    struct en_slice live;
    en_code code = name_row(walk, &row, err);
    if (code == EN_OK) {
        code = live_entry(walk, frozen, &live, err);
    }
    if (code == EN_OK) {
        code = value_of(walk, row.lane, frozen->entry, &row.has_frozen, &row.frozen_micro, err);
    }
    if (code == EN_OK) {
        code = value_of(walk, row.lane, live, &row.has_live, &row.live_micro, err);
    }
    if (code == EN_OK &&
        !en_i64_subtract(row.live_micro, row.frozen_micro, &row.difference_micro)) {
        code = en_error_set(err, EN_OVERFLOW, "a pending difference does not fit");
    }
    return code == EN_OK ? walk->visit(walk->self, &row, err) : code;
}

static en_code walk_rows(struct walk *walk, const struct en_freeze_row *run, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {.freeze = run->freeze, .run = run->run, .day = INT32_MIN};
    en_code code = en_table_scan_begin(walk->store, &en_table_frozen, &row, 2, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_end = false;
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        is_end = code == EN_NOT_FOUND;
        code = code == EN_OK ? give(walk, &row, err) : code;
    }
    en_table_scan_end(&scan);
    return is_end ? EN_OK : code;
}

en_code en_pending_walk(struct en_store *store, uint32_t freeze, en_pending_visit visit, void *self,
                        struct en_error *err)
{
    struct en_freeze_row run = {.freeze = freeze, .run = EN_HOLD_RUN};
    bool is_hold = (freeze & EN_HOLD_BIT) != 0;
    en_code code = is_hold ? EN_OK : en_freeze_get(store, freeze, 0, &run, err);
    if (code != EN_OK) {
        return code;
    }
    struct walk *walk = en_mem_alloc(1, sizeof *walk);
    if (walk == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for pending differences");
    }
    walk->store = store;
    walk->visit = visit;
    walk->self = self;
    code = walk_rows(walk, &run, err);
    en_mem_free(walk);
    return code;
}
