#include "processors/freeze/delta.h"

#include "core/fixed.h"
#include "projections/views/best.h"
#include "projections/views/totals.h"

/* What was booked for the channel and run before. */
static en_code booked_before(struct en_fold *fold, const struct en_freeze_row *last,
                             uint32_t channel, int64_t *micro, struct en_error *err)
{
    struct en_table_scan scan;
    *micro = 0;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_same = code == EN_OK && row.freeze == last->freeze && row.run == last->run &&
                       row.channel == channel && row.seq != fold->event->header.seq.n;
        if (is_same && !en_i64_add(*micro, row.delta_micro, micro)) {
            code = en_error_set(err, EN_OVERFLOW, "corrections of channel %u do not fit 64 bits",
                                channel);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Live less frozen energy of one kept entry. */
static en_code difference(struct en_fold *fold, struct en_block *scratch,
                          const struct en_frozen_row *kept, int64_t *micro, struct en_error *err)
{
    struct en_totals frozen;
    struct en_totals live;
    struct en_slice block = {0};
    en_code code = en_totals_of_block(kept->entry, scratch, &frozen, err);
    if (code == EN_OK) {
        code = en_best_get(fold->store, kept->day, kept->series, &block, err);
        block = code == EN_NOT_FOUND ? (struct en_slice){0} : block;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK) {
        code = en_totals_of_block(block, scratch, &live, err);
    }
    if (code == EN_OK && !en_i64_subtract(live.micro, frozen.micro, micro)) {
        code = en_error_set(err, EN_OVERFLOW, "the difference of channel %u does not fit 64 bits",
                            kept->series);
    }
    return code;
}

/* Adds one day's difference to the channel's correction row of this event. */
static en_code book_difference(struct en_fold *fold, const struct en_correction_row *template,
                               uint32_t channel, int64_t micro, struct en_error *err)
{
    struct en_correction_row row = *template;
    row.channel = channel;
    en_code code = en_table_get(fold->store, &en_table_correction, &row, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    int64_t sum = code == EN_OK ? row.delta_micro : 0;
    row = *template;
    row.channel = channel;
    if (!en_i64_add(sum, micro, &row.delta_micro)) {
        return en_error_set(err, EN_OVERFLOW, "the correction of channel %u does not fit 64 bits",
                            channel);
    }
    return en_table_put(fold->store, &en_table_correction, &row, NULL, err);
}

/* Channels that earlier corrections of the run booked and that no longer differ: what was booked is
 * to be taken back (F-10), so they have a row too. */
static en_code add_booked_channels(struct en_fold *fold, const struct en_correction_row *template,
                                   struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.seq >= template->seq) {
            break;
        }
        if (row.freeze == template->freeze && row.run == template->run) {
            code = book_difference(fold, template, row.channel, 0, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Takes off what earlier corrections of the run booked; rows that come to nothing go. */
static en_code net_corrections(struct en_fold *fold, const struct en_freeze_row *last,
                               bool *has_any, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_correction_row row = {.seq = fold->event->header.seq.n};
    *has_any = false;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        int64_t booked = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = booked_before(fold, last, row.channel, &booked, err);
        }
        if (code != EN_OK) {
            break;
        }
        struct en_correction_row net = row;
        code = en_fold_copy(&fold->batch, row.authority, &net.authority, err);
        if (code != EN_OK) {
            break;
        }
        if (!en_i64_subtract(row.delta_micro, booked, &net.delta_micro)) {
            code = en_error_set(err, EN_OVERFLOW,
                                "the correction of channel %u does not fit 64 bits", row.channel);
        } else if (net.delta_micro == 0) {
            code = en_table_delete(fold->store, &en_table_correction, &net, err);
        } else {
            *has_any = true;
            code = en_table_put(fold->store, &en_table_correction, &net, NULL, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_freeze_refuse_nothing_pending(struct en_fold *fold, uint32_t freeze,
                                         struct en_error *err)
{
    return en_fold_refuse(fold, EN_CONFLICT, err,
                          "correction: freeze %u has no pending difference that is not booked yet",
                          freeze);
}

en_code en_freeze_delta_book(struct en_fold *fold, struct en_block *scratch,
                             const struct en_freeze_row *last,
                             const struct en_correction_requested *payload, struct en_error *err)
{
    struct en_correction_row template = {
        .seq = fold->event->header.seq.n,
        .freeze = last->freeze,
        .run = last->run,
        .target_day = payload->target_day,
        .authority = payload->authority,
    };
    struct en_table_scan scan;
    struct en_frozen_row kept = {
        .freeze = last->freeze, .run = last->run, .lane = EN_FROZEN_INTERVAL, .day = INT32_MIN};
    en_code code = en_table_scan_begin(fold->store, &en_table_frozen, &kept, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        int64_t micro = 0;
        code = en_table_scan_next(&scan, &kept, NULL, err);
        if (code == EN_OK) {
            code = difference(fold, scratch, &kept, &micro, err);
        }
        if (code == EN_OK) {
            code = book_difference(fold, &template, kept.series, micro, err);
        }
    }
    en_table_scan_end(&scan);
    bool has_any = false;
    code = code == EN_NOT_FOUND ? add_booked_channels(fold, &template, err) : code;
    if (code == EN_OK) {
        code = net_corrections(fold, last, &has_any, err);
    }
    return code == EN_OK && !has_any ? en_freeze_refuse_nothing_pending(fold, last->freeze, err)
                                     : code;
}

en_code en_freeze_delta_is_booked(struct en_fold *fold, const struct en_freeze_row *last, bool *has,
                                  struct en_error *err)
{
    struct en_table_scan scan;
    *has = false;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK && !*has) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        *has = code == EN_OK && row.freeze == last->freeze && row.run == last->run;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
