#include "projections/views/frozen.h"

#include "core/mem.h"
#include "projections/tables_freeze.h"
#include "projections/views/best.h"

#define ITEM_SIZE_MAX 70000u

/* Members of one lane, rising; everything when is_all. */
struct members {
    bool is_all;
    uint32_t *items;
    size_t count;
    size_t capacity;
};

static en_code load_members(struct en_store *store, const struct en_freeze_row *freeze,
                            en_frozen_lane lane, struct members *members, struct en_error *err)
{
    *members = (struct members){.is_all = freeze->scope == 0};
    if (members->is_all) {
        return EN_OK;
    }
    struct en_table_scan scan;
    struct en_freeze_member_row row = {
        .freeze = freeze->freeze, .run = freeze->run, .lane = (uint8_t)lane};
    en_code code = en_table_scan_begin(store, &en_table_freeze_member, &row, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && members->count == members->capacity) {
            members->capacity = members->capacity > 0 ? 2 * members->capacity : 256;
            uint32_t *items = en_mem_resize(members->items, members->capacity * sizeof *items);
            if (items == NULL) {
                code = en_error_set(err, EN_NOMEM, "no memory for the members of a freeze");
                break;
            }
            members->items = items;
        }
        if (code == EN_OK) {
            members->items[members->count++] = row.series;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static bool is_member(const struct members *members, uint32_t series)
{
    size_t low = 0;
    size_t high = members->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (members->items[middle] < series) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return members->is_all || (low < members->count && members->items[low] == series);
}

/* What the walk carries along. */
struct walk {
    struct en_store *store;
    en_frozen_visit visit;
    void *self;
    int32_t day;
};

/* One lane of one day from one series table. */
static en_code walk_table(const struct walk *walk, en_frozen_lane lane,
                          const struct en_series_table *table, const struct members *members,
                          struct en_error *err)
{
    struct en_series_scan scan;
    en_code code =
        en_series_scan_begin(walk->store, table, walk->day, walk->day + 1, 0, 0, &scan, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    while (code == EN_OK) {
        struct en_frozen_item item = {.lane = lane};
        code = en_series_scan_next(&scan, &item.day, &item.series, &item.entry, err);
        if (code == EN_OK && is_member(members, item.series)) {
            code = walk->visit(walk->self, &item, err);
        }
    }
    en_series_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* A scan that looks one entry ahead. */
struct ahead {
    struct en_series_scan scan;
    struct en_frozen_item item;
    bool has_item;
};

static en_code ahead_next(struct ahead *ahead, struct en_error *err)
{
    en_code code = en_series_scan_next(&ahead->scan, &ahead->item.day, &ahead->item.series,
                                       &ahead->item.entry, err);
    ahead->has_item = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The layer whose entry counts next: the lowest series, of the topmost layer that has it;
 * EN_BEST_LAYERS at the end. */
static size_t next_layer(const struct ahead *layers)
{
    size_t next = EN_BEST_LAYERS;
    for (size_t i = 0; i < EN_BEST_LAYERS; i++) {
        bool is_lower = layers[i].has_item && (next == EN_BEST_LAYERS ||
                                               layers[i].item.series < layers[next].item.series);
        next = is_lower ? i : next;
    }
    return next;
}

/* Goes on behind the series on every layer that has it. */
static en_code skip_series(struct ahead *layers, uint32_t series, struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_BEST_LAYERS && code == EN_OK; i++) {
        if (layers[i].has_item && layers[i].item.series == series) {
            code = ahead_next(&layers[i], err);
        }
    }
    return code;
}

/* The energy that counts (views/best.h). */
static en_code walk_energy(const struct walk *walk, const struct members *members,
                           struct en_error *err)
{
    struct ahead layers[EN_BEST_LAYERS] = {0};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_BEST_LAYERS && code == EN_OK; i++) {
        layers[i].item.lane = EN_FROZEN_INTERVAL;
        code = en_series_scan_begin(walk->store, en_best_layers[i], walk->day, walk->day + 1, 0, 0,
                                    &layers[i].scan, err);
        if (code == EN_OK) {
            code = ahead_next(&layers[i], err);
        }
    }
    for (size_t next = next_layer(layers); code == EN_OK && next < EN_BEST_LAYERS;
         next = next_layer(layers)) {
        const struct en_frozen_item *item = &layers[next].item;
        uint32_t series = item->series;
        if (is_member(members, series)) {
            code = walk->visit(walk->self, item, err);
        }
        if (code == EN_OK) {
            code = skip_series(layers, series, err);
        }
    }
    for (size_t i = 0; i < EN_BEST_LAYERS; i++) {
        en_series_scan_end(&layers[i].scan);
    }
    return code;
}

en_code en_frozen_walk(struct en_store *store, const struct en_freeze_row *freeze,
                       en_frozen_visit visit, void *self, struct en_error *err)
{
    struct members channels = {0};
    struct members nodes = {0};
    struct members balances = {0};
    struct walk walk = {store, visit, self, freeze->from_day};
    en_code code = load_members(store, freeze, EN_FROZEN_INTERVAL, &channels, err);
    if (code == EN_OK) {
        code = load_members(store, freeze, EN_FROZEN_NODE, &nodes, err);
    }
    if (code == EN_OK) {
        code = load_members(store, freeze, EN_FROZEN_BALANCE, &balances, err);
    }
    for (; code == EN_OK && walk.day < freeze->to_day; walk.day++) {
        code = walk_energy(&walk, &channels, err);
        if (code == EN_OK) {
            code = walk_table(&walk, EN_FROZEN_NODE, &en_series_node, &nodes, err);
        }
        if (code == EN_OK) {
            code = walk_table(&walk, EN_FROZEN_BALANCE, &en_series_balance_day, &balances, err);
        }
    }
    en_mem_free(channels.items);
    en_mem_free(nodes.items);
    en_mem_free(balances.items);
    return code;
}

void en_frozen_item_encode(const struct en_frozen_item *item, struct en_buf *out)
{
    EN_ASSERT(item->entry.size <= UINT32_MAX);
    en_buf_u8(out, (uint8_t)item->lane);
    en_buf_u32(out, (uint32_t)item->day);
    en_buf_u32(out, item->series);
    en_buf_u32(out, (uint32_t)item->entry.size);
    en_buf_append(out, item->entry.bytes, item->entry.size);
}

struct digest_walk {
    struct en_hash_stream stream;
    struct en_buf bytes;
    uint64_t rows_count;
};

static en_code add_to_digest(void *self, const struct en_frozen_item *item, struct en_error *err)
{
    struct digest_walk *walk = self;
    en_buf_reset(&walk->bytes);
    en_frozen_item_encode(item, &walk->bytes);
    en_hash_add(&walk->stream, en_buf_slice(&walk->bytes));
    walk->rows_count++;
    return en_buf_code(&walk->bytes, err);
}

en_code en_frozen_digest(struct en_store *store, const struct en_freeze_row *freeze,
                         struct en_hash *digest, uint64_t *rows_count, struct en_error *err)
{
    struct digest_walk walk = {.rows_count = 0};
    en_hash_begin(&walk.stream);
    en_buf_init(&walk.bytes, ITEM_SIZE_MAX);
    en_code code = en_frozen_walk(store, freeze, add_to_digest, &walk, err);
    *digest = en_hash_end(&walk.stream);
    *rows_count = walk.rows_count;
    en_buf_fini(&walk.bytes);
    return code;
}

en_code en_freeze_last_run(struct en_store *store, uint32_t freeze, struct en_freeze_row *row,
                           struct en_error *err)
{
    *row = (struct en_freeze_row){.freeze = freeze, .run = UINT32_MAX};
    return en_table_last_before(store, &en_table_freeze, row, 1, NULL, err);
}

en_code en_frozen_entry(struct en_store *store, uint32_t freeze, uint32_t run,
                        const struct en_frozen_item *live, struct en_slice *entry,
                        struct en_error *err)
{
    struct en_freeze_row last = {.run = EN_HOLD_RUN};
    bool is_hold = (freeze & EN_HOLD_BIT) != 0;
    en_code code = is_hold ? EN_OK : en_freeze_last_run(store, freeze, &last, err);
    /* what a run froze is kept under it, or under the first later run that saw a change */
    for (; code == EN_OK && run <= last.run; run++) {
        struct en_frozen_row row = {.freeze = freeze,
                                    .run = run,
                                    .lane = (uint8_t)live->lane,
                                    .day = live->day,
                                    .series = live->series};
        code = en_table_get(store, &en_table_frozen, &row, NULL, err);
        if (code == EN_OK) {
            *entry = row.entry;
            return EN_OK;
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    *entry = live->entry;
    return code;
}
