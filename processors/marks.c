#include "processors/marks.h"

#include "core/mem.h"
#include "processors/sort.h"

void en_marks_fini(struct en_marks *marks)
{
    en_mem_free(marks->items);
    en_mem_free(marks->again);
    *marks = (struct en_marks){0};
}

static en_code add_again(struct en_marks *marks, struct en_fold *fold, int32_t day, uint64_t mark,
                         struct en_error *err)
{
    en_code code = en_fold_grow((void **)&marks->again, &marks->again_capacity, marks->again_count,
                                sizeof mark, err);
    if (code == EN_OK) {
        marks->again[marks->again_count++] = mark;
        code = en_fold_mark(fold, day, err);
    }
    return code;
}

en_code en_marks_add(struct en_marks *marks, struct en_fold *fold, int32_t day, uint32_t series,
                     struct en_error *err)
{
    uint64_t mark = en_day_series_key(day, series);
    if (fold->is_settling && day <= fold->settling_day) {
        return add_again(marks, fold, day, mark, err);
    }
    bool is_last = marks->count > marks->taken && marks->items[marks->count - 1] == mark;
    if (is_last) {
        return EN_OK;
    }
    en_code code =
        en_fold_grow((void **)&marks->items, &marks->capacity, marks->count, sizeof mark, err);
    if (code == EN_OK) {
        marks->items[marks->count++] = mark;
        marks->is_mixed = true;
        code = en_fold_mark(fold, day, err);
    }
    return code;
}

en_code en_marks_sort(struct en_marks *marks, struct en_error *err)
{
    if (!marks->is_mixed) {
        return EN_OK;
    }
    size_t left = marks->count - marks->taken;
    memmove(marks->items, marks->items + marks->taken, left * sizeof *marks->items);
    marks->taken = 0;
    marks->count = left;
    en_code code = en_sort_by_key(marks->items, left, sizeof *marks->items, err);
    if (code != EN_OK) {
        return code;
    }
    size_t kept = 0;
    for (size_t i = 0; i < left; i++) {
        if (kept == 0 || marks->items[kept - 1] != marks->items[i]) {
            marks->items[kept++] = marks->items[i];
        }
    }
    marks->count = kept;
    marks->is_mixed = false;
    return EN_OK;
}

bool en_marks_peek(const struct en_marks *marks, int32_t day, uint32_t *series)
{
    EN_ASSERT(!marks->is_mixed);
    bool has = marks->taken < marks->count && en_day_of_key(marks->items[marks->taken]) == day;
    if (has) {
        *series = en_series_of_key(marks->items[marks->taken]);
    }
    return has;
}

void en_marks_take(struct en_marks *marks)
{
    EN_ASSERT(marks->taken < marks->count);
    marks->taken++;
}

void en_marks_end(struct en_marks *marks)
{
    EN_ASSERT(marks->taken == marks->count);
    uint64_t *items = marks->items;
    size_t capacity = marks->capacity;
    marks->items = marks->again;
    marks->capacity = marks->again_capacity;
    marks->count = marks->again_count;
    marks->taken = 0;
    marks->is_mixed = marks->count > 0;
    marks->again = items;
    marks->again_capacity = capacity;
    marks->again_count = 0;
}
