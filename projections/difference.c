#include "projections/difference.h"

#include "core/instant.h"

static int32_t month_start(int32_t day)
{
    return en_month_first_day(en_month_of_day((struct en_day){day})).n;
}

static int32_t next_month_start(int32_t month)
{
    return month + (int32_t)en_month_days_count(en_month_of_day((struct en_day){month}));
}

struct comparison {
    struct en_store *stores[2];
    const struct en_digest_table *table;
    en_digest_trust trust;
    struct en_difference *difference;
};

/* A digest of one side: of the table, or of the month or day. */
typedef enum level_kind { LEVEL_TABLE, LEVEL_MONTH, LEVEL_DAY } level_kind;

static en_code digest_of(const struct comparison *comparison, unsigned side, level_kind level,
                         int32_t day, struct en_hash *hash, struct en_error *err)
{
    struct en_store *store = comparison->stores[side];
    const struct en_digest_table *table = comparison->table;
    switch (level) {
    case LEVEL_DAY:
        return en_digest_day(store, table->name, day, comparison->trust, hash, err);
    case LEVEL_MONTH:
        return en_digest_month(store, table->name, day, comparison->trust, hash, err);
    case LEVEL_TABLE:
        break;
    }
    return en_digest_table(store, table, comparison->trust, hash, err);
}

/* Whether both sides have one digest at the level, or both have none. */
static en_code is_level_equal(const struct comparison *comparison, level_kind level, int32_t day,
                              bool *is_equal, struct en_error *err)
{
    struct en_hash hashes[2];
    bool is_there[2] = {false, false};
    for (unsigned i = 0; i < 2; i++) {
        en_code code = digest_of(comparison, i, level, day, &hashes[i], err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        is_there[i] = code == EN_OK;
    }
    *is_equal =
        is_there[0] == is_there[1] && (!is_there[0] || en_hash_equal(&hashes[0], &hashes[1]));
    return EN_OK;
}

/* An entry, size 0 where there is none. */
static en_code entry_of(struct en_store *store, const char *table, int32_t day, uint32_t series,
                        struct en_slice *entry, struct en_error *err)
{
    const struct en_series_table series_table = {.name = table};
    *entry = en_slice_of(NULL, 0);
    en_code code = en_series_get(store, &series_table, day, series, entry, err);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code name_entry(const struct comparison *comparison, int32_t day, uint32_t series,
                          struct en_error *err)
{
    struct en_difference *difference = comparison->difference;
    const char *table = comparison->table->name;
    difference->is_found = true;
    difference->table = comparison->table;
    difference->day = day;
    difference->series = series;
    en_code code = entry_of(comparison->stores[0], table, day, series, &difference->left, err);
    if (code == EN_OK) {
        code = entry_of(comparison->stores[1], table, day, series, &difference->right, err);
    }
    return code;
}

struct side {
    struct en_series_scan scan;
    struct en_slice entry;
    uint32_t series;
    bool is_there;
};

static en_code next_of(struct side *side, struct en_error *err)
{
    int32_t day = 0;
    en_code code = en_series_scan_next(&side->scan, &day, &side->series, &side->entry, err);
    side->is_there = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Steps both sides while they agree; *series is where they part. */
static en_code find_parting(struct side sides[2], bool *is_parted, uint32_t *series,
                            struct en_error *err)
{
    *is_parted = false;
    for (;;) {
        en_code code = next_of(&sides[0], err);
        if (code == EN_OK) {
            code = next_of(&sides[1], err);
        }
        if (code != EN_OK || (!sides[0].is_there && !sides[1].is_there)) {
            return code;
        }
        bool is_both = sides[0].is_there && sides[1].is_there;
        if (is_both && sides[0].series == sides[1].series &&
            en_slice_equal(sides[0].entry, sides[1].entry)) {
            continue;
        }
        bool is_left =
            !sides[1].is_there || (sides[0].is_there && sides[0].series <= sides[1].series);
        *is_parted = true;
        *series = is_left ? sides[0].series : sides[1].series;
        return EN_OK;
    }
}

static en_code compare_day(const struct comparison *comparison, int32_t day, struct en_error *err)
{
    const struct en_series_table series_table = {.name = comparison->table->name};
    struct side sides[2] = {{.is_there = false}, {.is_there = false}};
    bool is_parted = false;
    uint32_t series = 0;
    en_code code = en_series_scan_begin(comparison->stores[0], &series_table, day, day + 1, 0, 0,
                                        &sides[0].scan, err);
    if (code == EN_OK) {
        code = en_series_scan_begin(comparison->stores[1], &series_table, day, day + 1, 0, 0,
                                    &sides[1].scan, err);
    }
    if (code == EN_OK) {
        code = find_parting(sides, &is_parted, &series, err);
    }
    en_series_scan_end(&sides[0].scan);
    en_series_scan_end(&sides[1].scan);
    if (code != EN_OK || is_parted) {
        return code != EN_OK ? code : name_entry(comparison, day, series, err);
    }
    return en_error_set(err, EN_CORRUPT,
                        "%s, day %d: digests differ and entries do not: a kept digest is wrong",
                        comparison->table->name, day);
}

/* The first day on or after *day that holds entries on either side. */
static en_code next_day_of_both(const struct comparison *comparison, int32_t *day, bool *is_there,
                                struct en_error *err)
{
    const struct en_series_table series_table = {.name = comparison->table->name};
    int32_t first = INT32_MAX;
    *is_there = false;
    for (unsigned i = 0; i < 2; i++) {
        int32_t found = *day;
        en_code code = en_series_next_day(comparison->stores[i], &series_table, &found, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        if (code == EN_OK && found <= first) {
            first = found;
            *is_there = true;
        }
    }
    *day = first;
    return EN_OK;
}

/* Months that agree are passed over, then days. */
static en_code compare_series(const struct comparison *comparison, struct en_error *err)
{
    int32_t day = INT32_MIN;
    int32_t month = INT32_MIN; /* the one known to differ */
    for (;;) {
        bool is_there = false;
        bool is_equal = false;
        en_code code = next_day_of_both(comparison, &day, &is_there, err);
        if (code != EN_OK) {
            return code;
        }
        if (!is_there) {
            return en_error_set(err, EN_CORRUPT, "%s: a kept digest is wrong",
                                comparison->table->name);
        }
        if (month_start(day) != month) {
            month = month_start(day);
            code = is_level_equal(comparison, LEVEL_MONTH, month, &is_equal, err);
            if (code != EN_OK) {
                return code;
            }
            if (is_equal) {
                day = next_month_start(month);
                continue;
            }
        }
        code = is_level_equal(comparison, LEVEL_DAY, day, &is_equal, err);
        if (code != EN_OK || !is_equal) {
            return code != EN_OK ? code : compare_day(comparison, day, err);
        }
        day++;
    }
}

/* A cursor over rows; none where the table was never written. */
static en_code open_rows(struct en_store *store, const char *table, struct en_kv_cursor **cursor,
                         struct en_error *err)
{
    struct en_kv_table kv_table;
    en_code code = en_store_table(store, table, &kv_table, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    return code == EN_OK ? en_kv_cursor_open(en_store_txn(store), kv_table, cursor, err) : code;
}

static en_code next_row(struct en_kv_cursor *cursor, struct en_kv_pair *pair, bool *is_there,
                        struct en_error *err)
{
    en_code code = cursor == NULL ? EN_NOT_FOUND : en_kv_cursor_next(cursor, pair, err);
    *is_there = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void name_row(const struct comparison *comparison, const struct en_kv_pair pairs[2],
                     const bool is_there[2])
{
    struct en_difference *difference = comparison->difference;
    int order = !is_there[0] ? 1 : !is_there[1] ? -1 : en_slice_compare(pairs[0].key, pairs[1].key);
    difference->is_found = true;
    difference->table = comparison->table;
    difference->key = order <= 0 ? pairs[0].key : pairs[1].key;
    difference->left = order <= 0 ? pairs[0].value : en_slice_of(NULL, 0);
    difference->right = order >= 0 ? pairs[1].value : en_slice_of(NULL, 0);
}

static en_code compare_rows(const struct comparison *comparison, struct en_error *err)
{
    struct en_kv_cursor *cursors[2] = {NULL, NULL};
    struct en_kv_pair pairs[2];
    bool is_there[2] = {true, true};
    en_code code = EN_OK;
    for (unsigned i = 0; i < 2 && code == EN_OK; i++) {
        code = open_rows(comparison->stores[i], comparison->table->name, &cursors[i], err);
    }
    while (code == EN_OK && is_there[0] && is_there[1]) {
        code = next_row(cursors[0], &pairs[0], &is_there[0], err);
        if (code == EN_OK) {
            code = next_row(cursors[1], &pairs[1], &is_there[1], err);
        }
        if (code == EN_OK && (is_there[0] || is_there[1]) &&
            !(is_there[0] && is_there[1] && en_slice_equal(pairs[0].key, pairs[1].key) &&
              en_slice_equal(pairs[0].value, pairs[1].value))) {
            name_row(comparison, pairs, is_there);
            break;
        }
    }
    en_kv_cursor_close(cursors[0]);
    en_kv_cursor_close(cursors[1]);
    if (code == EN_OK && !comparison->difference->is_found) {
        code = en_error_set(err, EN_CORRUPT, "%s: a kept digest is wrong", comparison->table->name);
    }
    return code;
}

en_code en_difference_find(struct en_store *left, struct en_store *right,
                           const struct en_digest_table *tables, uint32_t tables_count,
                           en_digest_trust trust, struct en_difference *difference,
                           struct en_error *err)
{
    const struct en_digest_table *sorted[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_sort(tables, tables_count, sorted);
    *difference = (struct en_difference){.is_found = false};
    for (uint32_t i = 0; i < count; i++) {
        const struct comparison comparison = {{left, right}, sorted[i], trust, difference};
        bool is_equal = false;
        en_code code = is_level_equal(&comparison, LEVEL_TABLE, 0, &is_equal, err);
        if (code == EN_OK && is_equal) {
            continue;
        }
        if (code == EN_OK) {
            code = sorted[i]->is_series ? compare_series(&comparison, err)
                                        : compare_rows(&comparison, err);
        }
        return code;
    }
    return EN_OK;
}
