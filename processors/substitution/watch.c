#include "processors/substitution/watch.h"

#include "core/mem.h"

#define CHANNELS_FIRST 1024u
#define ITEMS_FIRST 4u

void en_watch_fini(struct en_watch_index *index)
{
    for (size_t i = 0; i < index->capacity; i++) {
        en_mem_free(index->lists[i].items);
    }
    en_mem_free(index->lists);
    *index = (struct en_watch_index){0};
}

static en_code reserve(struct en_watch_index *index, uint32_t channel, struct en_error *err)
{
    if (channel < index->capacity) {
        return EN_OK;
    }
    size_t capacity = index->capacity > 0 ? index->capacity : CHANNELS_FIRST;
    while (capacity <= channel) {
        capacity *= 2;
    }
    struct en_watch_list *lists = en_mem_resize(index->lists, capacity * sizeof *lists);
    if (lists == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to watch %zu channels", capacity);
    }
    memset(lists + index->capacity, 0, (capacity - index->capacity) * sizeof *lists);
    index->lists = lists;
    index->capacity = capacity;
    return EN_OK;
}

static en_code add_item(struct en_watch_list *list, const struct en_watcher *item,
                        struct en_error *err)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : ITEMS_FIRST;
        struct en_watcher *items = en_mem_resize(list->items, capacity * sizeof *items);
        if (items == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu watched days", capacity);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *item;
    return EN_OK;
}

en_code en_watch_add(struct en_watch_index *index, uint32_t channel, int32_t day,
                     const struct en_substitutes *evidence, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < evidence->watches_count && code == EN_OK; i++) {
        const struct en_watch *watch = &evidence->watches[i];
        struct en_watcher item = {watch->from_day, watch->to_day, channel, day};
        code = reserve(index, watch->channel, err);
        if (code == EN_OK) {
            code = add_item(&index->lists[watch->channel], &item, err);
        }
    }
    return code;
}

void en_watch_remove(struct en_watch_index *index, uint32_t channel, int32_t day,
                     const struct en_substitutes *evidence)
{
    for (uint32_t i = 0; i < evidence->watches_count; i++) {
        EN_ASSERT(evidence->watches[i].channel < index->capacity);
        struct en_watch_list *list = &index->lists[evidence->watches[i].channel];
        size_t kept = 0;
        for (size_t k = 0; k < list->count; k++) {
            bool is_it = list->items[k].channel == channel && list->items[k].day == day;
            list->items[kept] = list->items[k];
            kept += is_it ? 0 : 1;
        }
        list->count = kept;
    }
}

const struct en_watch_list *en_watch_list_of(const struct en_watch_index *index, uint32_t channel)
{
    bool has = channel < index->capacity && index->lists[channel].count > 0;
    return has ? &index->lists[channel] : NULL;
}

en_code en_watch_mark(const struct en_watch_index *index, struct en_marks *marks,
                      struct en_fold *fold, uint32_t channel, int32_t from_day, int32_t to_day,
                      int32_t but_day, struct en_error *err)
{
    const struct en_watch_list *list = en_watch_list_of(index, channel);
    en_code code = EN_OK;
    for (size_t i = 0; list != NULL && i < list->count && code == EN_OK; i++) {
        const struct en_watcher *item = &list->items[i];
        bool is_own = item->channel == channel && item->day == but_day;
        if (!is_own && item->from_day <= to_day && item->to_day >= from_day) {
            code = en_marks_add(marks, fold, item->day, item->channel, err);
        }
    }
    return code;
}
