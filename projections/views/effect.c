#include "projections/views/effect.h"

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "projections/views/best.h"
#include "projections/views/totals.h"

/* One look over both states. */
struct walk {
    struct en_store *stores[2]; /* before, after */
    int32_t from_day;
    int32_t to_day;
    en_effect_visit visit;
    void *self;
    struct en_finding *findings[2]; /* EN_FINDINGS_MAX each */
    struct en_block *blocks[2];
};

/* ---- two scans side by side ---- */

struct side {
    struct en_series_scan scan;
    bool is_over;
    int32_t day;
    uint32_t series;
    struct en_slice entry;
};

static en_code side_next(struct side *side, struct en_error *err)
{
    en_code code = en_series_scan_next(&side->scan, &side->day, &side->series, &side->entry, err);
    side->is_over = code == EN_NOT_FOUND;
    return side->is_over ? EN_OK : code;
}

/* Below 0: the first stands in front. */
static int side_order(const struct side *a, const struct side *b)
{
    if (a->is_over || b->is_over) {
        return (int)a->is_over - (int)b->is_over;
    }
    if (a->day != b->day) {
        return a->day < b->day ? -1 : 1;
    }
    return (a->series > b->series) - (a->series < b->series);
}

/* An entry of the table on both sides; size 0: it is not there. */
struct pair {
    int32_t day;
    uint32_t series;
    struct en_slice entries[2];
};
typedef en_code (*pair_visit)(struct walk *walk, void *sums, const struct pair *pair,
                              struct en_error *err);

static en_code walk_sides(struct walk *walk, struct side sides[2], pair_visit visit, void *sums,
                          struct en_error *err)
{
    en_code code = side_next(&sides[0], err);
    code = code == EN_OK ? side_next(&sides[1], err) : code;
    while (code == EN_OK && !(sides[0].is_over && sides[1].is_over)) {
        int order = side_order(&sides[0], &sides[1]);
        const struct side *first = order <= 0 ? &sides[0] : &sides[1];
        struct pair pair = {.day = first->day, .series = first->series};
        pair.entries[0] = order <= 0 ? sides[0].entry : en_slice_of(NULL, 0);
        pair.entries[1] = order >= 0 ? sides[1].entry : en_slice_of(NULL, 0);
        code = visit(walk, sums, &pair, err);
        if (code == EN_OK && order <= 0) {
            code = side_next(&sides[0], err);
        }
        if (code == EN_OK && order >= 0) {
            code = side_next(&sides[1], err);
        }
    }
    return code;
}

static en_code walk_table(struct walk *walk, const struct en_series_table *table, pair_visit visit,
                          void *sums, struct en_error *err)
{
    struct side sides[2];
    memset(sides, 0, sizeof sides);
    en_code code = EN_OK;
    for (size_t i = 0; i < 2; i++) {
        en_code begun = en_series_scan_begin(walk->stores[i], table, walk->from_day, walk->to_day,
                                             0, 0, &sides[i].scan, code == EN_OK ? err : NULL);
        code = code == EN_OK ? begun : code;
    }
    if (code == EN_OK) {
        code = walk_sides(walk, sides, visit, sums, err);
    }
    en_series_scan_end(&sides[0].scan);
    en_series_scan_end(&sides[1].scan);
    return code;
}

/* ---- findings ---- */

static bool is_same_finding(const struct en_finding *a, const struct en_finding *b)
{
    return a->rule == b->rule && a->severity == b->severity && a->first == b->first &&
           a->slots == b->slots && a->flags == b->flags;
}

/* Findings of the one list that the other has not. */
static en_code tell_findings(struct walk *walk, const struct pair *pair,
                             const struct en_findings *have, const struct en_findings *lack,
                             bool is_new, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < have->count && code == EN_OK; i++) {
        bool is_there = false;
        for (uint32_t k = 0; k < lack->count && !is_there; k++) {
            is_there = is_same_finding(&have->items[i], &lack->items[k]);
        }
        if (!is_there) {
            struct en_effect effect = {.kind = EN_EFFECT_FINDING,
                                       .series = pair->series,
                                       .day = pair->day,
                                       .is_new = is_new,
                                       .finding = have->items[i]};
            code = walk->visit(walk->self, &effect, err);
        }
    }
    return code;
}

static en_code visit_findings(struct walk *walk, void *sums, const struct pair *pair,
                              struct en_error *err)
{
    struct en_findings lists[2];
    (void)sums;
    if (en_slice_equal(pair->entries[0], pair->entries[1])) {
        return EN_OK;
    }
    en_code code = EN_OK;
    for (size_t i = 0; i < 2 && code == EN_OK; i++) {
        en_findings_init(&lists[i], walk->findings[i], EN_FINDINGS_MAX);
        code = en_findings_decode(pair->entries[i], &lists[i], err);
    }
    if (code == EN_OK) {
        code = tell_findings(walk, pair, &lists[0], &lists[1], false, err);
    }
    return code == EN_OK ? tell_findings(walk, pair, &lists[1], &lists[0], true, err) : code;
}

/* ---- values ---- */

static en_code read_block(struct en_slice bytes, struct en_block *block, struct en_error *err)
{
    block->head.count = 0;
    return bytes.size == 0 ? EN_OK : en_block_read(bytes, block, err);
}

static bool is_same_value(const struct en_block *a, const struct en_block *b, uint32_t slot)
{
    bool has_a = slot < a->head.count;
    bool has_b = slot < b->head.count;
    if (!has_a || !has_b) {
        return has_a == has_b;
    }
    struct en_decimal left = {a->values[slot], a->head.exponent};
    struct en_decimal right = {b->values[slot], b->head.exponent};
    return a->quality[slot] == b->quality[slot] &&
           (en_quality_is_missing(a->quality[slot]) || en_decimal_compare(left, right) == 0);
}

/* What counts on the day, in both states, where substitution stored something else. */
static en_code visit_values(struct walk *walk, void *sums, const struct pair *pair,
                            struct en_error *err)
{
    struct en_effect effect = {.kind = EN_EFFECT_VALUE, .series = pair->series, .day = pair->day};
    struct en_totals totals[2];
    (void)sums;
    if (en_slice_equal(pair->entries[0], pair->entries[1])) {
        return EN_OK;
    }
    for (size_t i = 0; i < 2; i++) {
        struct en_slice block = en_slice_of(NULL, 0);
        en_code code = en_substituted_get(walk->stores[i], pair->day, pair->series, &block, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        code = en_totals_of_block(block, walk->blocks[i], &totals[i], err);
        code = code == EN_OK ? read_block(block, walk->blocks[i], err) : code;
        if (code != EN_OK) {
            return code;
        }
    }
    uint32_t count = walk->blocks[0]->head.count > walk->blocks[1]->head.count
                         ? walk->blocks[0]->head.count
                         : walk->blocks[1]->head.count;
    for (uint32_t slot = 0; slot < count; slot++) {
        effect.slots_count += is_same_value(walk->blocks[0], walk->blocks[1], slot) ? 0 : 1;
    }
    effect.before_micro = totals[0].micro;
    effect.after_micro = totals[1].micro;
    effect.before_missing = totals[0].missing_count;
    effect.after_missing = totals[1].missing_count;
    return effect.slots_count > 0 ? walk->visit(walk->self, &effect, err) : EN_OK;
}

/* ---- sums over the days ---- */

struct sum {
    int64_t micro[2];
    uint32_t missing[2];
};

/* By series, as ids are dense. */
struct sums {
    en_effect_kind kind;
    struct sum *items;
    size_t count;
};

static en_code sum_of(struct sums *sums, uint32_t series, struct sum **sum, struct en_error *err)
{
    if (series >= sums->count) {
        size_t count = sums->count > 0 ? sums->count : 1024;
        while (count <= series) {
            count *= 2;
        }
        struct sum *grown = en_mem_resize(sums->items, count * sizeof *grown);
        if (grown == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for sums of %zu series", count);
        }
        memset(grown + sums->count, 0, (count - sums->count) * sizeof *grown);
        sums->items = grown;
        sums->count = count;
    }
    *sum = &sums->items[series];
    return EN_OK;
}

static en_code add(int64_t *sum, int64_t micro, struct en_error *err)
{
    return en_i64_add(*sum, micro, sum)
               ? EN_OK
               : en_error_set(err, EN_OVERFLOW, "a sum over the days does not fit");
}

static en_code visit_totals(struct walk *walk, void *self, const struct pair *pair,
                            struct en_error *err)
{
    struct sum *sum = NULL;
    (void)walk;
    en_code code = sum_of(self, pair->series, &sum, err);
    for (size_t i = 0; i < 2 && code == EN_OK; i++) {
        struct en_totals totals = {0};
        if (pair->entries[i].size > 0) {
            code = en_totals_decode(pair->entries[i], &totals, err);
        }
        code = code == EN_OK ? add(&sum->micro[i], totals.micro, err) : code;
        sum->missing[i] += totals.missing_count;
    }
    return code;
}

static en_code visit_balances(struct walk *walk, void *self, const struct pair *pair,
                              struct en_error *err)
{
    struct sum *sum = NULL;
    (void)walk;
    en_code code = sum_of(self, pair->series, &sum, err);
    for (size_t i = 0; i < 2 && code == EN_OK; i++) {
        struct en_balance_totals totals = {0};
        int64_t imbalance = 0;
        if (pair->entries[i].size > 0) {
            code = en_balance_totals_decode(pair->entries[i], &totals, err);
        }
        bool fits = en_i64_subtract(totals.in_micro, totals.out_micro, &imbalance) &&
                    en_i64_subtract(imbalance, totals.losses_micro, &imbalance);
        if (code == EN_OK && !fits) {
            code = en_error_set(err, EN_OVERFLOW, "an imbalance does not fit");
        }
        code = code == EN_OK ? add(&sum->micro[i], imbalance, err) : code;
        sum->missing[i] += totals.partial_count;
    }
    return code;
}

static en_code tell_sums(struct walk *walk, const struct sums *sums, struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < sums->count && code == EN_OK; i++) {
        const struct sum *sum = &sums->items[i];
        struct en_effect effect = {.kind = sums->kind,
                                   .series = (uint32_t)i,
                                   .before_micro = sum->micro[0],
                                   .after_micro = sum->micro[1],
                                   .before_missing = sum->missing[0],
                                   .after_missing = sum->missing[1]};
        if (sum->micro[0] != sum->micro[1] || sum->missing[0] != sum->missing[1]) {
            code = walk->visit(walk->self, &effect, err);
        }
    }
    return code;
}

static en_code walk_sums(struct walk *walk, en_effect_kind kind,
                         const struct en_series_table *table, pair_visit visit,
                         struct en_error *err)
{
    struct sums sums = {.kind = kind};
    en_code code = walk_table(walk, table, visit, &sums, err);
    code = code == EN_OK ? tell_sums(walk, &sums, err) : code;
    en_mem_free(sums.items);
    return code;
}

static en_code walk_all(struct walk *walk, struct en_error *err)
{
    en_code code = walk_table(walk, &en_series_finding, visit_findings, NULL, err);
    if (code == EN_OK) {
        code = walk_table(walk, &en_series_best, visit_values, NULL, err);
    }
    if (code == EN_OK) {
        code = walk_sums(walk, EN_EFFECT_USAGE, &en_series_usage_day, visit_totals, err);
    }
    if (code == EN_OK) {
        code = walk_sums(walk, EN_EFFECT_FORMULA, &en_series_node_day, visit_totals, err);
    }
    if (code == EN_OK) {
        code = walk_sums(walk, EN_EFFECT_BALANCE, &en_series_balance_day, visit_balances, err);
    }
    return code;
}

en_code en_effect_walk(struct en_store *before, struct en_store *after, int32_t from_day,
                       int32_t to_day, en_effect_visit visit, void *self, struct en_error *err)
{
    EN_ASSERT(from_day < to_day);
    struct walk walk = {{before, after}, from_day, to_day, visit, self, {NULL}, {NULL}};
    bool has_all = true;
    for (size_t i = 0; i < 2; i++) {
        walk.findings[i] = en_mem_alloc(EN_FINDINGS_MAX, sizeof *walk.findings[i]);
        walk.blocks[i] = en_mem_alloc(1, sizeof *walk.blocks[i]);
        has_all = has_all && walk.findings[i] != NULL && walk.blocks[i] != NULL;
    }
    en_code code =
        has_all ? walk_all(&walk, err) : en_error_set(err, EN_NOMEM, "no memory to compare tables");
    for (size_t i = 0; i < 2; i++) {
        en_mem_free(walk.findings[i]);
        en_mem_free(walk.blocks[i]);
    }
    return code;
}
