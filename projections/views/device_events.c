#include "projections/views/device_events.h"

#include "core/metering/device/event_pair.h"

#define SPANS_MAX 65536u

static en_code add_span(struct en_arena *arena, struct en_device_spans *spans, uint32_t *capacity,
                        const struct en_device_span *span, struct en_error *err)
{
    if (spans->count == *capacity) {
        uint32_t grown = *capacity > 0 ? 2 * *capacity : 8;
        struct en_device_span *items =
            spans->count < SPANS_MAX ? en_arena_alloc(arena, grown * sizeof *items) : NULL;
        if (items == NULL) {
            return en_error_set(err, EN_NOMEM, "no room for %u intervals of device events", grown);
        }
        if (spans->count > 0) {
            memcpy(items, spans->items, spans->count * sizeof *items);
        }
        spans->items = items;
        *capacity = grown;
    }
    spans->items[spans->count++] = *span;
    return EN_OK;
}

static struct en_device_span span_of(const struct en_device_interval_row *row)
{
    struct en_instant to = row->is_open ? (struct en_instant){INT64_MAX} : row->to;
    return (struct en_device_span){.interval = {row->from, to},
                                   .device = row->device,
                                   .class = row->class,
                                   .part = row->part,
                                   .is_open = row->is_open,
                                   .is_point = row->is_point,
                                   .seq = row->seq};
}

static bool meets(const struct en_device_interval_row *row, struct en_interval within)
{
    struct en_event_span span = {.from = row->from, .to = row->to, .is_open = row->is_open};
    return en_event_span_meets(&span, within);
}

/* Intervals of one part do not overlap, so the first that can meet is the last that begins before
 * the stretch; points lie between. */
static en_code gather_part(struct en_store *store, const struct en_device_interval_row *of,
                           struct en_interval within, struct en_arena *arena,
                           struct en_device_spans *spans, uint32_t *capacity, struct en_error *err)
{
    struct en_device_interval_row row = *of;
    struct en_table_scan scan;
    row.from = within.from;
    row.is_point = false;
    const struct en_event_class_info *info = en_event_class_info(row.class);
    en_code code = info != NULL && !info->is_pair ? EN_NOT_FOUND : EN_OK; /* points alone */
    for (struct en_device_interval_row before = row; code == EN_OK;) {
        code = en_table_last_before(store, &en_table_device_interval, &before, 3, NULL, err);
        if (code == EN_OK && !before.is_point) {
            row.from = before.from;
            break;
        }
        before.from.us -= 1;
        before.is_point = true;
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    code = en_table_scan_begin(store, &en_table_device_interval, &row, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.from.us >= within.to.us) {
            break;
        }
        if (meets(&row, within)) {
            struct en_device_span span = span_of(&row);
            code = add_span(arena, spans, capacity, &span, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code gather(struct en_store *store, uint32_t device, en_event_class class,
                      struct en_interval within, struct en_arena *arena,
                      struct en_device_spans *spans, uint32_t *capacity, struct en_error *err)
{
    struct en_device_interval_row next = {
        .device = device, .class = (uint8_t) class, .from = {INT64_MIN}};
    for (uint32_t pair = 0; pair <= EN_EVENT_PART_MAX;) {
        struct en_table_scan scan;
        next.pair = (uint8_t)pair;
        next.from = (struct en_instant){INT64_MIN};
        en_code code = en_table_scan_begin(store, &en_table_device_interval, &next, 2, &scan, err);
        if (code == EN_OK) {
            code = en_table_scan_next(&scan, &next, NULL, err);
            en_table_scan_end(&scan);
        }
        if (code != EN_OK) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        code = gather_part(store, &next, within, arena, spans, capacity, err);
        if (code != EN_OK) {
            return code;
        }
        pair = (uint32_t)next.pair + 1;
    }
    return EN_OK;
}

en_code en_device_spans_of_device(struct en_store *store, uint32_t device, en_event_class class,
                                  struct en_interval within, struct en_arena *arena,
                                  struct en_device_spans *spans, struct en_error *err)
{
    uint32_t capacity = 0;
    *spans = (struct en_device_spans){NULL, 0};
    return gather(store, device, class, within, arena, spans, &capacity, err);
}

/* Cuts what was added last to the time in which the device measured; what lies outside goes. */
static void cut(struct en_device_spans *spans, uint32_t first, struct en_interval held)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < spans->count; i++) {
        struct en_device_span span = spans->items[i];
        bool is_inside = span.is_point ? en_interval_holds(held, span.interval.from)
                                       : span.interval.to.us > held.from.us &&
                                             span.interval.from.us < held.to.us;
        if (!is_inside) {
            continue;
        }
        if (!span.is_point && span.interval.from.us < held.from.us) {
            span.interval.from = held.from;
        }
        if (!span.is_point && span.interval.to.us > held.to.us) {
            span.interval.to = held.to;
        }
        spans->items[kept++] = span;
    }
    spans->count = kept;
}

en_code en_device_spans_of_channel(struct en_store *store, uint32_t channel, en_event_class class,
                                   struct en_interval within, struct en_arena *arena,
                                   struct en_device_spans *spans, struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    uint32_t capacity = 0;
    *spans = (struct en_device_spans){NULL, 0};
    en_code code = en_table_get(store, &en_table_channel, &row, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_instant from = within.from;
    while (from.us < within.to.us) {
        struct en_installation_row here = {.point = row.point, .from = from};
        struct en_installation_row next = {.point = row.point, .from = {from.us + 1}};
        struct en_table_scan scan;
        code = en_table_last_before(store, &en_table_installation, &here, 1, arena, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        uint32_t device = code == EN_OK ? here.device : 0;
        code = en_table_scan_begin(store, &en_table_installation, &next, 1, &scan, err);
        if (code == EN_OK) {
            code = en_table_scan_next(&scan, &next, arena, err);
            en_table_scan_end(&scan);
        }
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        bool is_last = code == EN_NOT_FOUND || next.from.us >= within.to.us;
        struct en_interval held = {from, is_last ? within.to : next.from};
        uint32_t first = spans->count;
        code =
            device != 0 ? gather(store, device, class, held, arena, spans, &capacity, err) : EN_OK;
        if (code != EN_OK) {
            return code;
        }
        cut(spans, first, held);
        from = held.to;
    }
    return EN_OK;
}

en_code en_device_has_intervals(struct en_store *store, uint32_t device, bool *has,
                                struct en_error *err)
{
    struct en_device_interval_row row = {.device = device, .from = {INT64_MIN}};
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_device_interval, &row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        en_table_scan_end(&scan);
    }
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}
