#include <stdarg.h>
#include <stdio.h>

#include "core/mem.h"
#include "processors/days.h"
#include "processors/processor.h"
#include "projections/tables.h"

#define ITEMS_FIRST 256u

en_code en_fold_mark(struct en_fold *fold, int32_t day, struct en_error *err)
{
    return en_days_add(fold->days, day, err);
}

en_code en_fold_refuse(struct en_fold *fold, en_code verdict, struct en_error *err,
                       const char *format, ...)
{
    EN_ASSERT(fold->event != NULL);
    EN_ASSERT(verdict != EN_OK);
    char text[EN_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fold->is_refused = true;
    struct en_outcome_row row = {
        .seq = fold->event->header.seq.n, .code = (uint32_t)verdict, .text = en_slice_text(text)};
    return en_table_put(fold->store, &en_table_outcome, &row, NULL, err);
}

en_code en_fold_grow(void **items, size_t *capacity, size_t count, size_t item_size,
                     struct en_error *err)
{
    EN_ASSERT(count <= *capacity);
    if (count < *capacity) {
        return EN_OK;
    }
    size_t grown = *capacity > 0 ? 2 * *capacity : ITEMS_FIRST;
    void *moved = en_mem_resize(*items, grown * item_size);
    if (moved == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to gather %zu things", grown);
    }
    *items = moved;
    *capacity = grown;
    return EN_OK;
}

en_code en_fold_change(struct en_fold *fold, en_change_lane lane, const struct en_change *change,
                       struct en_error *err)
{
    struct en_changes *changes = &fold->changes[lane];
    EN_ASSERT(changes->count == 0 || changes->items[changes->count - 1].series < change->series);
    en_code code = en_fold_grow((void **)&changes->items, &changes->capacity, changes->count,
                                sizeof *changes->items, err);
    if (code == EN_OK) {
        changes->items[changes->count++] = *change;
    }
    return code;
}
