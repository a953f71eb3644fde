#include "processors/days.h"

#include <string.h>

#include "core/mem.h"

#define CAPACITY_FIRST 64u

void en_days_fini(struct en_days *days)
{
    en_mem_free(days->items);
    *days = (struct en_days){0};
}

/* Where the day is or would be. */
static size_t place_of(const struct en_days *days, int32_t day)
{
    size_t low = 0;
    size_t high = days->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (days->items[middle] < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

en_code en_days_add(struct en_days *days, int32_t day, struct en_error *err)
{
    if (days->count > 0 && days->items[days->count - 1] == day) {
        return EN_OK;
    }
    size_t place = place_of(days, day);
    if (place < days->count && days->items[place] == day) {
        return EN_OK;
    }
    if (days->count == days->capacity) {
        size_t capacity = days->capacity > 0 ? 2 * days->capacity : CAPACITY_FIRST;
        int32_t *items = en_mem_resize(days->items, capacity * sizeof *items);
        if (items == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu dirty days", capacity);
        }
        days->items = items;
        days->capacity = capacity;
    }
    memmove(days->items + place + 1, days->items + place,
            (days->count - place) * sizeof *days->items);
    days->items[place] = day;
    days->count++;
    EN_ASSERT(place == 0 || days->items[place - 1] < day);
    return EN_OK;
}
