#include "processors/bypass/uses.h"

#include <stdlib.h>

#include "core/mem.h"

void en_bypass_uses_fini(struct bypass_uses *uses)
{
    en_mem_free(uses->rows);
    en_mem_free(uses->bypasses);
    en_mem_free(uses->merged);
    en_mem_free(uses->points);
    *uses = (struct bypass_uses){0};
}

en_code en_bypass_uses_put(struct bypass_uses *uses, const struct en_bypass_use_row *row,
                           struct en_error *err)
{
    uses->is_made = false;
    for (size_t i = 0; i < uses->rows_count; i++) {
        if (uses->rows[i].bypass == row->bypass && uses->rows[i].from.us == row->from.us) {
            uses->rows[i] = *row;
            return EN_OK;
        }
    }
    en_code code = en_fold_grow((void **)&uses->rows, &uses->rows_capacity, uses->rows_count,
                                sizeof *uses->rows, err);
    if (code == EN_OK) {
        uses->rows[uses->rows_count++] = *row;
    }
    return code;
}

static struct en_bypass_use use_of(const struct en_bypass_use_row *row)
{
    return (struct en_bypass_use){bypass_key_of(row->feeder, row->is_inverted),
                                  {row->from, row->to}};
}

en_code en_bypass_uses_check(const struct bypass_uses *uses, const struct en_bypass_use_row *row,
                             struct en_error *err)
{
    struct en_bypass_use *all = en_mem_alloc(uses->rows_count + 1, sizeof *all);
    size_t count = 0;
    if (all == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the uses of a bypass");
    }
    for (size_t i = 0; i < uses->rows_count; i++) {
        bool is_other = uses->rows[i].from.us != row->from.us;
        if (uses->rows[i].bypass == row->bypass && is_other) {
            all[count++] = use_of(&uses->rows[i]);
        }
    }
    all[count++] = use_of(row);
    en_code code = en_bypass_merge(all, &count, err);
    en_mem_free(all);
    return code;
}

const struct en_bypass_use_row *en_bypass_uses_at(const struct bypass_uses *uses, uint32_t bypass,
                                                  struct en_instant at)
{
    for (size_t i = 0; i < uses->rows_count; i++) {
        const struct en_bypass_use_row *row = &uses->rows[i];
        if (row->bypass == bypass && row->from.us <= at.us && at.us < row->to.us) {
            return row;
        }
    }
    return NULL;
}

static int compare_rows(const void *left, const void *right)
{
    const struct en_bypass_use_row *a = left;
    const struct en_bypass_use_row *b = right;
    int order = (a->bypass > b->bypass) - (a->bypass < b->bypass);
    return order != 0 ? order : en_instant_compare(a->from, b->from);
}

static int compare_points(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static en_code reserve(struct bypass_uses *uses, struct en_error *err)
{
    size_t count = uses->rows_count + 1;
    struct bypass *bypasses = en_mem_resize(uses->bypasses, count * sizeof *bypasses);
    uses->bypasses = bypasses != NULL ? bypasses : uses->bypasses;
    struct en_bypass_use *merged = en_mem_resize(uses->merged, count * sizeof *merged);
    uses->merged = merged != NULL ? merged : uses->merged;
    uint32_t *points = en_mem_resize(uses->points, 2 * count * sizeof *points);
    uses->points = points != NULL ? points : uses->points;
    return bypasses != NULL && merged != NULL && points != NULL
               ? EN_OK
               : en_error_set(err, EN_NOMEM, "no memory for %zu uses of bypasses", count);
}

static void make_points(struct bypass_uses *uses)
{
    size_t count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < uses->rows_count; i++) {
        uses->points[count++] = uses->rows[i].bypass;
        uses->points[count++] = uses->rows[i].feeder;
    }
    if (count > 0) {
        qsort(uses->points, count, sizeof *uses->points, compare_points);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || uses->points[kept - 1] != uses->points[i]) {
            uses->points[kept++] = uses->points[i];
        }
    }
    uses->points_count = kept;
}

en_code en_bypass_uses_make(struct bypass_uses *uses, struct en_error *err)
{
    if (uses->is_made) {
        return EN_OK;
    }
    en_code code = reserve(uses, err);
    if (code != EN_OK) {
        return code;
    }
    if (uses->rows_count > 0) {
        qsort(uses->rows, uses->rows_count, sizeof *uses->rows, compare_rows);
    }
    uses->bypasses_count = 0;
    size_t filled = 0;
    for (size_t i = 0; i < uses->rows_count;) {
        struct bypass *bypass = &uses->bypasses[uses->bypasses_count++];
        *bypass = (struct bypass){uses->rows[i].bypass, uses->merged + filled, 0};
        for (; i < uses->rows_count && uses->rows[i].bypass == bypass->point; i++) {
            bypass->uses[bypass->count++] = use_of(&uses->rows[i]);
        }
        code = en_bypass_merge(bypass->uses, &bypass->count, err);
        if (code != EN_OK) {
            return code; /* what was checked when it was set: the table is damaged */
        }
        filled += bypass->count;
    }
    make_points(uses);
    uses->is_made = true;
    return EN_OK;
}

bool en_bypass_uses_has_point(const struct bypass_uses *uses, uint32_t point)
{
    EN_ASSERT(uses->is_made);
    return uses->points_count > 0 &&
           bsearch(&point, uses->points, uses->points_count, sizeof point, compare_points) != NULL;
}

const struct bypass *en_bypass_uses_find(const struct bypass_uses *uses, uint32_t point)
{
    EN_ASSERT(uses->is_made);
    for (size_t i = 0; i < uses->bypasses_count; i++) {
        if (uses->bypasses[i].point == point) {
            return &uses->bypasses[i];
        }
    }
    return NULL;
}
