#include "processors/decree/reads.h"

#include "core/metering/block/block.h"
#include "projections/tables.h"
#include "projections/views/best.h"

#define FIRST_US ((int64_t)EN_FOLD_DAY_MIN * EN_DAY_US)
#define LAST_US ((int64_t)EN_FOLD_DAY_MAX * EN_DAY_US)

/* The first read at or after the instant; INT64_MAX: none. */
static en_code next_read(struct en_fold *fold, uint32_t channel, struct en_instant from,
                         struct en_instant *at, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_register_row row = {.channel = channel, .at = from};
    en_code code = en_table_scan_begin(fold->store, &en_table_register, &row, 1, &scan, err);
    at->us = INT64_MAX;
    while (code == EN_OK && at->us == INT64_MAX) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_good = en_quality_verdict(row.quality) != EN_VERDICT_REJECTED;
        if (code == EN_OK && is_good) {
            *at = row.at;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code read_before(struct en_fold *fold, uint32_t channel, struct en_instant to,
                           struct en_instant *at, struct en_error *err)
{
    struct en_register_row row = {.channel = channel, .at = to};
    en_code code = en_table_last_before(fold->store, &en_table_register, &row, 1, NULL, err);
    at->us = code == EN_OK ? row.at.us : INT64_MIN;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_reads_around(struct en_fold *fold, uint32_t channel, struct en_interval span,
                        struct en_interval *reads, struct en_error *err)
{
    en_code code = read_before(fold, channel, span.from, &reads->from, err);
    code = code == EN_OK ? next_read(fold, channel, span.to, &reads->to, err) : code;
    reads->from.us = reads->from.us < FIRST_US ? FIRST_US : reads->from.us;
    reads->to.us = reads->to.us > LAST_US ? LAST_US : reads->to.us;
    return code;
}

en_code en_reads_first(struct en_fold *fold, uint32_t channel, struct en_interval span,
                       struct en_instant *at, bool *is_found, struct en_error *err)
{
    en_code code = next_read(fold, channel, (struct en_instant){span.from.us + 1}, at, err);
    *is_found = code == EN_OK && at->us <= span.to.us;
    return code;
}

en_code en_reads_span(struct en_fold *fold, uint32_t channel, struct en_interval *span,
                      struct en_error *err)
{
    en_code code = next_read(fold, channel, (struct en_instant){INT64_MIN}, &span->from, err);
    return code == EN_OK
               ? read_before(fold, channel, (struct en_instant){INT64_MAX}, &span->to, err)
               : code;
}

en_code en_reads_first_day(struct en_fold *fold, uint32_t channel, int32_t from_day,
                           struct en_block *scratch, int32_t *day, struct en_error *err)
{
    *day = from_day;
    en_code code = en_series_next_day(fold->store, &en_series_profile, day, err);
    while (code == EN_OK) {
        struct en_slice bytes;
        code = en_repaired_get(fold->store, *day, channel, &bytes, err);
        code = code == EN_OK ? en_block_read(bytes, scratch, err) : code;
        for (uint32_t i = 0; code == EN_OK && i < scratch->head.count; i++) {
            if (en_quality_is_usable(scratch->quality[i])) {
                return EN_OK;
            }
        }
        if (code == EN_OK || code == EN_NOT_FOUND) {
            (*day)++;
            code = en_series_next_day(fold->store, &en_series_profile, day, err);
        }
    }
    *day = INT32_MAX;
    return code == EN_NOT_FOUND ? EN_OK : code;
}
