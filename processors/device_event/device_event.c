/* Device events: what devices report of themselves, as reported (EV-01), once each (EV-04), at the
 * true time (EV-03), as it is meant (EV-06), put together (EV-02), and what was lost (EV-05).
 *
 * device_event    the text as reported
 * device_report   each report once: the key is (device, its time, code, index of the journal)
 *      │ event_map, event_code.h: a code means up to three classes
 * device_entry    each meaning, by class and part in order of time
 *      │ event_pair.h
 * device_interval starts with their ends, open ones, points
 *
 * I1  Every row below device_report is a pure function of the reports and of event_map: they may
 *     come in any order. The journals alone go by the order of the log.
 * I2  A change of the mapping writes entries and intervals anew, never a report. */
#include "processors/device_event/device_event.h"

#include "core/event/payload_alarm.h"
#include "core/fixed.h"
#include "core/mem.h"
#include "processors/device_event/journal.h"
#include "processors/device_event/meaning.h"
#include "processors/device_event/pairs.h"
#include "projections/tables.h"
#include "projections/tables_event.h"

struct device_event_state {
    struct en_device_change *changes; /* of the event in hand */
    size_t count;
    size_t capacity;
};

#define SPAN_NONE ((struct en_interval){{INT64_MAX}, {INT64_MIN}})

static en_code note_change(struct device_event_state *state, uint32_t device,
                           struct en_interval span, struct en_error *err)
{
    if (span.from.us > span.to.us) {
        return EN_OK;
    }
    en_code code = en_fold_grow((void **)&state->changes, &state->capacity, state->count,
                                sizeof *state->changes, err);
    if (code == EN_OK) {
        state->changes[state->count++] = (struct en_device_change){device, span};
    }
    return code;
}

static en_code device_type_of(struct en_fold *fold, uint32_t device, struct en_slice *type,
                              struct en_error *err)
{
    struct en_device_row row = {.device = device};
    en_code code = en_table_get(fold->store, &en_table_device, &row, NULL, err);
    *type = (struct en_slice){0};
    if (code == EN_OK) {
        return en_fold_copy(&fold->batch, row.type, type, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static struct en_device_entry_row entry_of(const struct en_device_report_row *report,
                                           struct en_event_meaning meaning)
{
    return (struct en_device_entry_row){.device = report->device,
                                        .class = meaning.class,
                                        .pair = (uint8_t)en_event_pair_part(meaning.part),
                                        .at = report->at,
                                        .index = report->index,
                                        .edge = meaning.edge,
                                        .code = report->code,
                                        .part = meaning.part,
                                        .reported = report->reported,
                                        .seq = report->seq};
}

static en_code add_meanings(struct en_fold *fold, const struct en_device_report_row *report,
                            const struct en_event_meaning *meanings, uint32_t count,
                            struct en_interval *span, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        struct en_device_entry_row entry = entry_of(report, meanings[i]);
        code = en_device_pairs_add(fold, &entry, span, err);
    }
    return code;
}

/* The journal of the report; what it shows to be lost is an entry beside it. */
static en_code take_journal(struct en_fold *fold, const struct en_device_report_row *report,
                            uint32_t journal_size, struct en_interval *span, struct en_error *err)
{
    uint64_t lost = 0;
    if (report->index == 0) {
        return EN_OK;
    }
    en_code code = en_device_journal_take(fold, report, journal_size, &lost, err);
    if (code != EN_OK || lost == 0) {
        return code;
    }
    struct en_event_meaning meaning = {EN_EVENT_EVENTS_LOST, EN_EVENT_POINT, 0};
    struct en_device_entry_row entry = entry_of(report, meaning);
    return en_device_pairs_add(fold, &entry, span, err);
}

static en_code put_clock(struct en_fold *fold, const struct en_device_report_row *report,
                         struct en_error *err)
{
    struct en_device_clock_row row = {.device = report->device};
    en_code code = en_table_get(fold->store, &en_table_device_clock, &row, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (code == EN_OK && row.at.us > report->at.us) {
        return EN_OK;
    }
    row = (struct en_device_clock_row){.device = report->device,
                                       .at = report->at,
                                       .ahead_us = report->clock_ahead_us,
                                       .seq = report->seq};
    return en_table_put(fold->store, &en_table_device_clock, &row, NULL, err);
}

static en_code take_report(struct en_fold *fold, struct device_event_state *state,
                           const struct en_device_report_row *report, uint32_t journal_size,
                           struct en_error *err)
{
    struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX];
    uint32_t count = 0;
    struct en_slice type;
    struct en_interval span = SPAN_NONE;
    en_code code = device_type_of(fold, report->device, &type, err);
    if (code == EN_OK) {
        code = en_event_meanings_at(fold, type, report->code, report->at, meanings, &count, err);
    }
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_device_report, report, NULL, err);
    }
    if (code == EN_OK) {
        code = add_meanings(fold, report, meanings, count, &span, err);
    }
    if (code == EN_OK) {
        code = take_journal(fold, report, journal_size, &span, err);
    }
    if (code == EN_OK && report->has_clock) {
        code = put_clock(fold, report, err);
    }
    return code == EN_OK ? note_change(state, report->device, span, err) : code;
}

/* The true time of the report. A clock that would put it outside the calendar is not believed. */
static void take_clock(const struct en_device_event *payload, struct en_device_report_row *report)
{
    int64_t first = (int64_t)EN_FOLD_DAY_MIN * EN_DAY_US;
    int64_t end = (int64_t)EN_FOLD_DAY_MAX * EN_DAY_US;
    en_i128 at = (en_i128)report->reported.us - payload->clock_ahead_us;
    bool is_believed = payload->has_clock && at >= first && at < end;
    report->has_clock = is_believed;
    report->clock_ahead_us = is_believed ? payload->clock_ahead_us : 0;
    report->at = (struct en_instant){report->reported.us - report->clock_ahead_us};
}

static en_code fold_event(struct en_fold *fold, struct device_event_state *state,
                          const struct en_event *event, struct en_error *err)
{
    struct en_device_event payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "event of the device", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (!en_fold_is_key(payload.code)) {
        return en_fold_refuse(fold, EN_LIMIT, err,
                              "event of the device: its code is over %u bytes, or holds a 0",
                              EN_NAME_SIZE_MAX);
    }
    struct en_device_event_row row = {.device = event->header.subject,
                                      .at = event->header.valid.from,
                                      .code = payload.code,
                                      .text = payload.text};
    code = en_table_put(fold->store, &en_table_device_event, &row, NULL, err);
    struct en_device_report_row report = {
        .device = row.device, .reported = row.at, .code = row.code, .index = payload.index};
    if (code == EN_OK) {
        code = en_table_get(fold->store, &en_table_device_report, &report, NULL, err);
    }
    if (code != EN_NOT_FOUND) {
        return code; /* read again (EV-04) */
    }
    take_clock(&payload, &report);
    report.seq = event->header.seq.n;
    return take_report(fold, state, &report, payload.journal_size, err);
}

/* ---- the mapping ---- */

static en_code read_meaning(const struct en_event_map_meaning *given,
                            struct en_event_map_item *item, struct en_error *err)
{
    const struct en_event_class_info *class = en_event_class_by_text(given->class);
    const struct en_event_part_info *part = en_event_part_by_text(given->part);
    en_event_edge edge = EN_EVENT_POINT;
    if (class == NULL) {
        return en_error_set(err, EN_NOT_FOUND, "there is no class \"%.*s\" (docs/events.md)",
                            (int)given->class.size, (const char *)given->class.bytes);
    }
    if (part == NULL) {
        return en_error_set(err, EN_NOT_FOUND, "there is no part \"%.*s\"", (int)given->part.size,
                            (const char *)given->part.bytes);
    }
    if (!en_event_edge_by_text(given->edge, &edge)) {
        return en_error_set(err, EN_RANGE, "the edge is start, end or point");
    }
    *item = (struct en_event_map_item){(uint8_t) class->class, (uint8_t)edge, (uint8_t)part->part};
    return en_event_meaning_check((struct en_event_meaning){item->class, item->edge, item->part},
                                  err);
}

static en_code read_map(const struct en_event_map_set *payload, struct en_event_map_item *items,
                        struct en_error *err)
{
    bool is_key = en_fold_is_key(payload->code) && en_fold_is_key(payload->device_type) &&
                  payload->code.size + payload->device_type.size <= EN_EVENT_MAP_KEY_MAX;
    if (payload->code.size == 0 || !is_key) {
        return en_error_set(err, EN_LIMIT,
                            "give a code; with the type of device it has %u bytes at most, none 0",
                            EN_EVENT_MAP_KEY_MAX);
    }
    if (payload->reason.size == 0) {
        return en_error_set(err, EN_REFUSED, "say why the meaning changes");
    }
    if (payload->meanings.count > EN_EVENT_MEANINGS_MAX) {
        return en_error_set(err, EN_LIMIT, "a code means %u things at most", EN_EVENT_MEANINGS_MAX);
    }
    const struct en_event_map_meaning *given = payload->meanings.items;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < payload->meanings.count && code == EN_OK; i++) {
        code = read_meaning(&given[i], &items[i], err);
    }
    return code;
}

/* A report whose meaning may change, with what it meant before. */
struct affected {
    struct en_device_report_row report;
    struct en_slice type;
    struct en_event_meaning before[EN_EVENT_MEANINGS_MAX];
    uint32_t before_count;
};

struct affected_list {
    struct affected *items;
    size_t count;
    size_t capacity;
};

static en_code add_affected(struct en_fold *fold, struct affected_list *list,
                            const struct en_device_report_row *report, struct en_slice type,
                            struct en_error *err)
{
    en_code code =
        en_fold_grow((void **)&list->items, &list->capacity, list->count, sizeof *list->items, err);
    if (code != EN_OK) {
        return code;
    }
    struct affected *affected = &list->items[list->count];
    *affected = (struct affected){.report = *report, .type = type};
    code = en_fold_copy(&fold->batch, report->code, &affected->report.code, err);
    if (code == EN_OK) {
        code = en_event_meanings_at(fold, type, affected->report.code, report->at, affected->before,
                                    &affected->before_count, err);
    }
    list->count += code == EN_OK;
    return code;
}

/* Every report that the mapping is asked for: a scan of all, for a command that is rare. */
static en_code find_affected(struct en_fold *fold, const struct en_event_map_row *map,
                             struct affected_list *list, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_device_report, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_device_report_row report;
        struct en_slice type = {0};
        code = en_table_scan_next(&scan, &report, &fold->batch, err);
        if (code != EN_OK) {
            break;
        }
        if (report.at.us < map->from.us || !en_event_code_is_mapped_by(report.code, map->code)) {
            continue;
        }
        code = device_type_of(fold, report.device, &type, err);
        bool is_type = map->device_type.size == 0 || en_slice_equal(type, map->device_type);
        if (code == EN_OK && is_type) {
            code = add_affected(fold, list, &report, type, err);
        }
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code remap(struct en_fold *fold, struct device_event_state *state,
                     const struct affected *affected, struct en_error *err)
{
    struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX];
    uint32_t count = 0;
    struct en_interval span = SPAN_NONE;
    const struct en_device_report_row *report = &affected->report;
    en_code code =
        en_event_meanings_at(fold, affected->type, report->code, report->at, meanings, &count, err);
    bool is_same = count == affected->before_count &&
                   memcmp(meanings, affected->before, count * sizeof meanings[0]) == 0;
    if (code != EN_OK || is_same) {
        return code;
    }
    for (uint32_t i = 0; i < affected->before_count && code == EN_OK; i++) {
        struct en_device_entry_row entry = entry_of(report, affected->before[i]);
        code = en_device_pairs_remove(fold, &entry, &span, err);
    }
    if (code == EN_OK) {
        code = add_meanings(fold, report, meanings, count, &span, err);
    }
    return code == EN_OK ? note_change(state, report->device, span, err) : code;
}

static en_code fold_map(struct en_fold *fold, struct device_event_state *state,
                        const struct en_event *event, struct en_error *err)
{
    struct en_event_map_set payload;
    struct en_event_map_item items[EN_EVENT_MEANINGS_MAX];
    struct affected_list list = {0};
    struct en_error fault = {.text = ""};
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "event mapping", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    code = read_map(&payload, items, &fault);
    if (code != EN_OK) {
        return en_fold_refuse(fold, code, err, "event mapping: %s", fault.text);
    }
    struct en_event_map_row row = {.device_type = payload.device_type,
                                   .code = payload.code,
                                   .from = event->header.valid.from,
                                   .meanings = {items, payload.meanings.count},
                                   .reason = payload.reason};
    code = find_affected(fold, &row, &list, err);
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_event_map, &row, NULL, err);
    }
    for (size_t i = 0; i < list.count && code == EN_OK; i++) {
        code = remap(fold, state, &list.items[i], err);
    }
    en_mem_free(list.items);
    return code;
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    struct device_event_state *mine = state;
    mine->count = 0;
    return event->header.kind == EN_KIND_DEVICE_EVENT ? fold_event(fold, mine, event, err)
                                                      : fold_map(fold, mine, event, err);
}

static void close_state(void *state)
{
    struct device_event_state *mine = state;
    en_mem_free(mine->changes);
    *mine = (struct device_event_state){0};
}

const struct en_device_change *en_device_event_changes(struct en_fold *fold, size_t *count)
{
    const struct device_event_state *state = fold->states[EN_PROCESSOR_device_event];
    *count = state->count;
    return state->changes;
}

static const struct en_table *const tables[] = {
    &en_table_device_event,   &en_table_device_report,
    &en_table_device_entry,   &en_table_device_interval,
    &en_table_device_journal, &en_table_device_clock,
    &en_table_event_map,      NULL,
};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_device_event = {
    .name = "device_event",
    .about = "Device events: as reported, as meant, put together.",
    .kinds = EN_KIND_BIT(DEVICE_EVENT) | EN_KIND_BIT(EVENT_MAP_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct device_event_state),
    .close = close_state,
    .fold = fold,
};
