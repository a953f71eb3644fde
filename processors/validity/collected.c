#include "processors/validity/collected.h"

#include "core/mem.h"
#include "projections/tables.h"

#define CHANNELS_FIRST 1024u

static en_code reserve(struct en_collected *collected, uint32_t channel, struct en_error *err)
{
    if (channel < collected->capacity) {
        return EN_OK;
    }
    size_t capacity = collected->capacity > 0 ? collected->capacity : CHANNELS_FIRST;
    while (capacity <= channel) {
        capacity *= 2;
    }
    struct en_collected_days *grown = en_mem_resize(collected->days, capacity * sizeof *grown);
    if (grown == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the days of %zu channels", capacity);
    }
    for (size_t i = collected->capacity; i < capacity; i++) {
        grown[i] = (struct en_collected_days){.first = 0, .last = -1};
    }
    collected->days = grown;
    collected->capacity = capacity;
    return EN_OK;
}

en_code en_collected_open(struct en_collected *collected, struct en_store *store,
                          struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_collected, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_collected_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = reserve(collected, row.channel, err);
        }
        if (code == EN_OK) {
            collected->days[row.channel] =
                (struct en_collected_days){.first = row.first_day, .last = row.last_day};
            collected->end = row.channel + 1;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

void en_collected_fini(struct en_collected *collected)
{
    en_mem_free(collected->days);
    *collected = (struct en_collected){0};
}

static void widen(int32_t *from, int32_t *to, int32_t first, int32_t end)
{
    if (first >= end) {
        return;
    }
    bool is_empty = *from >= *to;
    *from = is_empty || first < *from ? first : *from;
    *to = is_empty || end > *to ? end : *to;
}

en_code en_collected_add(struct en_collected *collected, uint32_t channel, int32_t day,
                         int32_t *from, int32_t *to, struct en_error *err)
{
    en_code code = reserve(collected, channel, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_collected_days *days = &collected->days[channel];
    bool is_new = days->last < days->first;
    if (!is_new && day >= days->first && day <= days->last) {
        return EN_OK;
    }
    if (is_new || day > days->last) {
        widen(from, to, is_new ? day + 1 : days->last + 1, day);
        widen(from, to, day + 1, day + 1 + EN_COLLECTED_HORIZON_DAYS);
        days->last = day;
    }
    if (is_new || day < days->first) {
        widen(from, to, day + 1, is_new ? day + 1 : days->first);
        days->first = day;
    }
    days->is_changed = true;
    collected->is_changed = true;
    collected->end = channel >= collected->end ? channel + 1 : collected->end;
    return EN_OK;
}

en_code en_collected_scan(struct en_collected *collected, struct en_store *store,
                          struct en_error *err)
{
    static const struct en_series_table *const layers[] = {&en_series_profile, &en_series_interval};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(layers) && code == EN_OK; i++) {
        struct en_series_scan scan;
        code = en_series_scan_begin(store, layers[i], EN_DAY_MIN, EN_DAY_MAX, 0, 0, &scan, err);
        while (code == EN_OK) {
            struct en_slice entry;
            int32_t day = 0;
            int32_t ends[2] = {0, 0};
            uint32_t channel = 0;
            code = en_series_scan_next(&scan, &day, &channel, &entry, err);
            if (code == EN_OK) {
                code = en_collected_add(collected, channel, day, &ends[0], &ends[1], err);
            }
        }
        en_series_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

bool en_collected_days_of(const struct en_collected *collected, uint32_t channel,
                          struct en_collected_days *days)
{
    if (channel >= collected->end) {
        return false;
    }
    *days = collected->days[channel];
    return days->last >= days->first;
}

bool en_collected_expects(const struct en_collected *collected, uint32_t channel, int32_t day)
{
    struct en_collected_days days;
    return en_collected_days_of(collected, channel, &days) && day >= days.first &&
           day <= days.last + EN_COLLECTED_HORIZON_DAYS;
}

en_code en_collected_flush(struct en_collected *collected, struct en_store *store,
                           struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < collected->end && collected->is_changed && code == EN_OK; i++) {
        if (collected->days[i].is_changed) {
            struct en_collected_row row = {.channel = (uint32_t)i,
                                           .first_day = collected->days[i].first,
                                           .last_day = collected->days[i].last};
            code = en_table_put(store, &en_table_collected, &row, NULL, err);
            collected->days[i].is_changed = code != EN_OK;
        }
    }
    collected->is_changed = collected->is_changed && code != EN_OK;
    return code;
}
