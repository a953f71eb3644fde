#include "projections/views/frozen_run.h"

#include <stdlib.h>

#include "core/mem.h"

#define KEPT_FIRST 256u
#define ITEM_SIZE_MAX 70000u

/* Where something was kept under the run or a later one; entries are looked up when they are due.
 */
struct kept {
    struct en_frozen_item *items;
    size_t count;
    size_t capacity;
};

struct walk {
    struct en_store *store;
    const struct en_freeze_row *freeze;
    struct kept kept;
    size_t passed;
    en_frozen_visit visit;
    void *self;
};

en_code en_freeze_get(struct en_store *store, uint32_t freeze, uint32_t run,
                      struct en_freeze_row *row, struct en_error *err)
{
    *row = (struct en_freeze_row){.freeze = freeze, .run = run};
    en_code code = run == 0 ? en_freeze_last_run(store, freeze, row, err)
                            : en_table_get(store, &en_table_freeze, row, NULL, err);
    if (code == EN_NOT_FOUND && run == 0) {
        return en_error_set(err, EN_NOT_FOUND, "there is no such freeze");
    }
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "the freeze has no run %u", run);
    }
    return code;
}

int en_frozen_item_compare(const struct en_frozen_item *a, const struct en_frozen_item *b)
{
    if (a->day != b->day) {
        return a->day < b->day ? -1 : 1;
    }
    if (a->lane != b->lane) {
        return a->lane < b->lane ? -1 : 1;
    }
    return (a->series > b->series) - (a->series < b->series);
}

static int compare_items(const void *a, const void *b)
{
    return en_frozen_item_compare(a, b);
}

static en_code add_kept(struct kept *kept, const struct en_frozen_row *row, struct en_error *err)
{
    if (kept->count == kept->capacity) {
        size_t capacity = kept->capacity > 0 ? 2 * kept->capacity : KEPT_FIRST;
        struct en_frozen_item *grown = en_mem_resize(kept->items, capacity * sizeof *grown);
        if (grown == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu pending differences", capacity);
        }
        kept->items = grown;
        kept->capacity = capacity;
    }
    kept->items[kept->count++] = (struct en_frozen_item){
        .lane = (en_frozen_lane)row->lane, .day = row->day, .series = row->series};
    return EN_OK;
}

static en_code load_kept(struct walk *walk, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {
        .freeze = walk->freeze->freeze, .run = walk->freeze->run, .day = INT32_MIN};
    en_code code = en_table_scan_begin(walk->store, &en_table_frozen, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? add_kept(&walk->kept, &row, err) : code;
    }
    en_table_scan_end(&scan);
    if (code != EN_NOT_FOUND) {
        return code;
    }
    size_t count = 0;
    struct kept *kept = &walk->kept;
    if (kept->count > 0) {
        qsort(kept->items, kept->count, sizeof *kept->items, compare_items);
    }
    for (size_t i = 0; i < kept->count; i++) {
        if (count == 0 || compare_items(&kept->items[count - 1], &kept->items[i]) != 0) {
            kept->items[count++] = kept->items[i];
        }
    }
    kept->count = count;
    return EN_OK;
}

/* Gives the row as the run froze it; none when there was nothing then. */
static en_code give(struct walk *walk, const struct en_frozen_item *live, struct en_error *err)
{
    struct en_frozen_item item = *live;
    en_code code = en_frozen_entry(walk->store, walk->freeze->freeze, walk->freeze->run, live,
                                   &item.entry, err);
    return code == EN_OK && item.entry.size > 0 ? walk->visit(walk->self, &item, err) : code;
}

/* Rows that were frozen and are no longer live, up to the one in hand. */
static en_code give_gone(struct walk *walk, const struct en_frozen_item *until,
                         struct en_error *err)
{
    en_code code = EN_OK;
    while (code == EN_OK && walk->passed < walk->kept.count) {
        const struct en_frozen_item *next = &walk->kept.items[walk->passed];
        if (until != NULL && en_frozen_item_compare(next, until) >= 0) {
            break;
        }
        walk->passed++;
        code = give(walk, next, err);
    }
    return code;
}

static en_code pass_live(void *self, const struct en_frozen_item *item, struct en_error *err)
{
    struct walk *walk = self;
    en_code code = give_gone(walk, item, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_kept = walk->passed < walk->kept.count &&
                   en_frozen_item_compare(&walk->kept.items[walk->passed], item) == 0;
    if (!is_kept) {
        return walk->visit(walk->self, item, err);
    }
    walk->passed++;
    return give(walk, item, err);
}

en_code en_frozen_run_walk(struct en_store *store, const struct en_freeze_row *freeze,
                           en_frozen_visit visit, void *self, struct en_error *err)
{
    EN_ASSERT(freeze->run > 0);
    struct walk walk = {.store = store, .freeze = freeze, .visit = visit, .self = self};
    en_code code = load_kept(&walk, err);
    if (code == EN_OK) {
        code = en_frozen_walk(store, freeze, pass_live, &walk, err);
    }
    if (code == EN_OK) {
        code = give_gone(&walk, NULL, err);
    }
    en_mem_free(walk.kept.items);
    return code;
}

struct digest {
    struct en_hash_stream stream;
    struct en_buf bytes;
    uint64_t rows_count;
};

static en_code add_to_digest(void *self, const struct en_frozen_item *item, struct en_error *err)
{
    struct digest *digest = self;
    en_buf_reset(&digest->bytes);
    en_frozen_item_encode(item, &digest->bytes);
    en_hash_add(&digest->stream, en_buf_slice(&digest->bytes));
    digest->rows_count++;
    return en_buf_code(&digest->bytes, err);
}

en_code en_frozen_run_digest(struct en_store *store, const struct en_freeze_row *freeze,
                             struct en_hash *digest, uint64_t *rows_count, struct en_error *err)
{
    struct digest sum = {.rows_count = 0};
    en_hash_begin(&sum.stream);
    en_buf_init(&sum.bytes, ITEM_SIZE_MAX);
    en_code code = en_frozen_run_walk(store, freeze, add_to_digest, &sum, err);
    *digest = en_hash_end(&sum.stream);
    *rows_count = sum.rows_count;
    en_buf_fini(&sum.bytes);
    return code;
}
