#include "processors/device_event/pairs.h"

#include "core/metering/device/event_pair.h"

static void widen(struct en_interval *span, struct en_instant from, struct en_instant to)
{
    span->from.us = from.us < span->from.us ? from.us : span->from.us;
    span->to.us = to.us > span->to.us ? to.us : span->to.us;
}

static void widen_by(struct en_interval *span, const struct en_device_interval_row *row)
{
    widen(span, row->from, row->is_open ? (struct en_instant){INT64_MAX} : row->to);
}

static struct en_device_interval_row interval_of(const struct en_device_entry_row *entry)
{
    return (struct en_device_interval_row){.device = entry->device,
                                           .class = entry->class,
                                           .pair = entry->pair,
                                           .from = entry->at,
                                           .to = entry->at,
                                           .part = entry->part,
                                           .seq = entry->seq};
}

/* ---- points ---- */

/* A point stands as long as one entry says so. */
static en_code settle_point(struct en_fold *fold, const struct en_device_entry_row *entry,
                            struct en_interval *span, struct en_error *err)
{
    struct en_device_interval_row row = interval_of(entry);
    struct en_device_entry_row from = {
        .device = entry->device, .class = entry->class, .pair = entry->pair, .at = entry->at};
    struct en_table_scan scan;
    bool has_any = false;
    row.is_point = true;
    en_code code = en_table_scan_begin(fold->store, &en_table_device_entry, &from, 4, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_device_entry_row other;
        code = en_table_scan_next(&scan, &other, &fold->batch, err);
        if (code != EN_OK) {
            break;
        }
        if (other.edge == EN_EVENT_POINT) {
            row.part = has_any ? row.part : other.part;
            row.seq = !has_any || other.seq > row.seq ? other.seq : row.seq;
            has_any = true;
        }
    }
    en_table_scan_end(&scan);
    if (code != EN_NOT_FOUND) {
        return code;
    }
    widen(span, entry->at, entry->at);
    if (has_any) {
        return en_table_put(fold->store, &en_table_device_interval, &row, NULL, err);
    }
    code = en_table_delete(fold->store, &en_table_device_interval, &row, err);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- pairs ---- */

/* The pairing of one (device, class, part) run anew over a stretch of its entries. */
struct rerun {
    struct en_fold *fold;
    struct en_interval *span;
    struct en_instant around; /* the entry that came or went */
    struct en_event_pairing pairing;
    struct en_device_interval_row open; /* of the pairing */
    struct en_instant last;             /* of the entries taken */
    bool has_last;
};

/* The last interval that begins before the instant; EN_NOT_FOUND. Points lie among them. */
static en_code interval_before(struct en_fold *fold, const struct en_device_entry_row *entry,
                               struct en_device_interval_row *row, struct en_error *err)
{
    struct en_instant before = {entry->at.us - 1};
    for (;;) {
        *row = interval_of(entry);
        row->from = before;
        row->is_point = true;
        en_code code =
            en_table_last_before(fold->store, &en_table_device_interval, row, 3, NULL, err);
        if (code != EN_OK || !row->is_point) {
            return code;
        }
        struct en_device_interval_row beside = *row;
        beside.is_point = false;
        code = en_table_get(fold->store, &en_table_device_interval, &beside, NULL, err);
        if (code != EN_NOT_FOUND) {
            *row = beside;
            return code;
        }
        before.us = row->from.us - 1;
    }
}

/* Deletes the intervals in [from, to] and notes what they held. */
static en_code clear(struct rerun *rerun, const struct en_device_entry_row *entry,
                     struct en_instant from, struct en_instant to, struct en_error *err)
{
    struct en_device_interval_row row = interval_of(entry);
    struct en_table_scan scan;
    row.from = from;
    en_code code =
        en_table_scan_begin(rerun->fold->store, &en_table_device_interval, &row, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.from.us > to.us) {
            break;
        }
        if (!row.is_point) {
            widen_by(rerun->span, &row);
            code = en_table_delete(rerun->fold->store, &en_table_device_interval, &row, err);
            if (code != EN_OK) {
                break;
            }
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_interval(struct rerun *rerun, const struct en_device_interval_row *row,
                            struct en_error *err)
{
    widen_by(rerun->span, row);
    return en_table_put(rerun->fold->store, &en_table_device_interval, row, NULL, err);
}

static en_code take(struct rerun *rerun, const struct en_device_entry_row *entry,
                    struct en_error *err)
{
    struct en_event_span span;
    rerun->last = entry->at;
    rerun->has_last = true;
    switch (en_event_pair(&rerun->pairing, (en_event_edge)entry->edge, entry->at, &span)) {
    case EN_EVENT_OPENED:
        rerun->open = interval_of(entry);
        return EN_OK;
    case EN_EVENT_START_IGNORED:
        rerun->open.seq = entry->seq > rerun->open.seq ? entry->seq : rerun->open.seq;
        return EN_OK;
    case EN_EVENT_CLOSED:
        rerun->open.to = span.to;
        rerun->open.ignored_count = span.ignored_count;
        rerun->open.seq = entry->seq > rerun->open.seq ? entry->seq : rerun->open.seq;
        return put_interval(rerun, &rerun->open, err);
    default:
        return EN_OK;
    }
}

/* Takes entries from `from` on until the pairing is closed behind the entry that came or went: from
 * there on everything is as it was. *end is how far it went. */
static en_code run(struct rerun *rerun, const struct en_device_entry_row *entry,
                   struct en_instant from, bool is_dry, struct en_instant *end,
                   struct en_error *err)
{
    struct en_device_entry_row row = {
        .device = entry->device, .class = entry->class, .pair = entry->pair, .at = from};
    struct en_table_scan scan;
    en_code code =
        en_table_scan_begin(rerun->fold->store, &en_table_device_entry, &row, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    *end = (struct en_instant){INT64_MAX};
    for (;;) {
        code = en_table_scan_next(&scan, &row, &rerun->fold->batch, err);
        if (code != EN_OK) {
            break;
        }
        bool is_behind = rerun->has_last && rerun->last.us > rerun->around.us;
        if (is_behind && !rerun->pairing.is_open && row.at.us > rerun->last.us) {
            *end = rerun->last;
            break;
        }
        if (row.edge == EN_EVENT_POINT) {
            continue;
        }
        if (is_dry) {
            struct en_event_span span;
            rerun->last = row.at;
            rerun->has_last = true;
            (void)en_event_pair(&rerun->pairing, (en_event_edge)row.edge, row.at, &span);
        } else {
            code = take(rerun, &row, err);
            if (code != EN_OK) {
                break;
            }
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Pairs anew around the entry: how far that reaches is found first, then its intervals are written
 * in the place of the old ones. */
static en_code pair_again(struct en_fold *fold, const struct en_device_entry_row *entry,
                          struct en_interval *span, struct en_error *err)
{
    struct en_device_interval_row before;
    struct en_instant from = {INT64_MIN};
    struct en_instant end;
    struct rerun dry = {.fold = fold, .span = span, .around = entry->at};
    struct rerun rerun = dry;
    en_code code = interval_before(fold, entry, &before, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (code == EN_OK) {
        from = before.from;
    }
    widen(span, entry->at, entry->at);
    code = run(&dry, entry, from, true, &end, err);
    if (code == EN_OK) {
        code = clear(&rerun, entry, from, end, err);
    }
    if (code == EN_OK) {
        code = run(&rerun, entry, from, false, &end, err);
    }
    struct en_event_span open;
    if (code == EN_OK && en_event_pair_open(&rerun.pairing, &open)) {
        rerun.open.is_open = true;
        rerun.open.ignored_count = open.ignored_count;
        code = put_interval(&rerun, &rerun.open, err);
    }
    return code;
}

/* A start inside an interval that is there: ignored, and nothing else moves. Devices that tell the
 * same thousands of times cost no more. */
static en_code ignore_start(struct en_fold *fold, const struct en_device_entry_row *entry,
                            struct en_interval *span, bool *is_inside, struct en_error *err)
{
    struct en_device_interval_row row;
    *is_inside = false;
    en_code code = interval_before(fold, entry, &row, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    *is_inside = row.is_open || row.to.us > entry->at.us;
    if (!*is_inside) {
        return EN_OK;
    }
    row.ignored_count++;
    row.seq = entry->seq > row.seq ? entry->seq : row.seq;
    widen(span, entry->at, entry->at);
    return en_table_put(fold->store, &en_table_device_interval, &row, NULL, err);
}

en_code en_device_pairs_add(struct en_fold *fold, const struct en_device_entry_row *entry,
                            struct en_interval *span, struct en_error *err)
{
    bool is_changed = false;
    en_code code = en_table_put(fold->store, &en_table_device_entry, entry, &is_changed, err);
    if (code != EN_OK || !is_changed) {
        return code;
    }
    if (entry->edge == EN_EVENT_POINT) {
        return settle_point(fold, entry, span, err);
    }
    bool is_inside = false;
    if (entry->edge == EN_EVENT_START) {
        code = ignore_start(fold, entry, span, &is_inside, err);
    }
    return code == EN_OK && !is_inside ? pair_again(fold, entry, span, err) : code;
}

en_code en_device_pairs_remove(struct en_fold *fold, const struct en_device_entry_row *entry,
                               struct en_interval *span, struct en_error *err)
{
    en_code code = en_table_delete(fold->store, &en_table_device_entry, entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    return entry->edge == EN_EVENT_POINT ? settle_point(fold, entry, span, err)
                                         : pair_again(fold, entry, span, err);
}
