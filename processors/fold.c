#include <stdarg.h>
#include <stdio.h>

#include "core/mem.h"
#include "processors/days.h"
#include "processors/processor.h"
#include "projections/tables.h"

#define ITEMS_FIRST 256u

en_code en_fold_mark(struct en_fold *fold, int32_t day, struct en_error *err)
{
    bool is_behind = fold->is_settling && day <= fold->settling_day;
    return en_days_add(is_behind ? fold->again : fold->days, day, err);
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

/* Why the event can mean nothing to any processor, or NULL. */
static const char *header_fault(const struct en_event_header *header)
{
    const struct en_kind_info *info = en_kind_info(header->kind);
    int64_t first = (int64_t)EN_FOLD_DAY_MIN * EN_DAY_US;
    int64_t end = (int64_t)EN_FOLD_DAY_MAX * EN_DAY_US;
    if (info != NULL && info->subject != EN_NAME_NONE &&
        (header->subject == 0 || header->subject > EN_FOLD_ID_MAX)) {
        return "it is about nothing that has a name";
    }
    bool is_in_calendar = header->valid.from.us >= first && header->valid.to.us < end;
    return is_in_calendar ? NULL : "its time lies outside the calendar, years 2 to 9998";
}

en_code en_fold_check(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    const char *fault = header_fault(&event->header);
    return fault == NULL ? EN_OK : en_fold_refuse(fold, EN_RANGE, err, "%s", fault);
}

bool en_fold_is_key(struct en_slice text)
{
    return text.size <= EN_NAME_SIZE_MAX &&
           (text.size == 0 || memchr(text.bytes, 0, text.size) == NULL);
}

en_code en_fold_decode(struct en_fold *fold, const struct en_event *event, const char *what,
                       void *payload, bool *is_read, struct en_error *err)
{
    struct en_error fault;
    en_code code = en_payload_decode(event, payload, &fold->batch, &fault);
    *is_read = code == EN_OK;
    if (code == EN_NOMEM) {
        *err = fault; /* the batch, not the payload: says nothing of the event */
        return code;
    }
    return code == EN_OK ? EN_OK : en_fold_refuse(fold, code, err, "%s: %s", what, fault.text);
}

en_code en_fold_copy(struct en_arena *arena, struct en_slice view, struct en_slice *copy,
                     struct en_error *err)
{
    *copy = (struct en_slice){0};
    if (view.size == 0) {
        return EN_OK;
    }
    *copy = en_arena_copy(arena, view);
    return copy->bytes != NULL
               ? EN_OK
               : en_error_set(err, EN_NOMEM, "no room to keep %zu bytes", view.size);
}

en_code en_fold_pass(struct en_fold *fold, en_change_lane from, en_change_lane to,
                     struct en_error *err)
{
    const struct en_changes *source = &fold->changes[from];
    struct en_changes *target = &fold->changes[to];
    if (source->count == 0) {
        return EN_OK;
    }
    if (target->count + source->count > target->capacity) {
        size_t capacity = target->count + source->count;
        struct en_change *items = en_mem_resize(target->items, capacity * sizeof *items);
        if (items == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the changes of %zu series", capacity);
        }
        target->items = items;
        target->capacity = capacity;
    }
    memcpy(target->items + target->count, source->items, source->count * sizeof *source->items);
    target->count += source->count;
    return EN_OK;
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
