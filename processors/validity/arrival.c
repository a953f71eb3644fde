#include "processors/validity/arrival.h"

#include "core/mem.h"
#include "processors/registry/registry.h"

static bool has_channel(const struct en_arrivals *arrivals, uint32_t channel)
{
    return channel / 64 < arrivals->words &&
           (arrivals->bits[channel / 64] >> channel % 64 & 1u) != 0;
}

static en_code add_channel(struct en_arrivals *arrivals, uint32_t channel, struct en_error *err)
{
    size_t words = (size_t)channel / 64 + 1;
    if (words > arrivals->words) {
        size_t grown = words > 2 * arrivals->words ? words : 2 * arrivals->words;
        uint64_t *bits = en_mem_resize(arrivals->bits, grown * sizeof *bits);
        if (bits == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the arrivals of channels");
        }
        memset(bits + arrivals->words, 0, (grown - arrivals->words) * sizeof *bits);
        arrivals->bits = bits;
        arrivals->words = grown;
    }
    arrivals->bits[channel / 64] |= UINT64_C(1) << channel % 64;
    return EN_OK;
}

en_code en_arrivals_open(struct en_arrivals *arrivals, struct en_store *store, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_arrival, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_arrival_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = add_channel(arrivals, row.channel, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

void en_arrivals_fini(struct en_arrivals *arrivals)
{
    en_mem_free(arrivals->bits);
    *arrivals = (struct en_arrivals){0};
}

/* The slots that the block has values for; false when it has none. */
static en_code find_values(const struct en_event *event, int32_t *day, struct en_interval *values,
                           bool *has, struct en_error *err)
{
    struct en_slice bytes;
    uint64_t revision = 0;
    struct en_block *block = en_mem_alloc(1, sizeof *block);
    *has = false;
    if (block == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a block");
    }
    /* what cannot be read was refused above */
    bool is_read = en_reading_profile_parse(event->payload, &revision, &bytes, NULL) == EN_OK &&
                   en_block_read(bytes, block, NULL) == EN_OK;
    if (is_read) {
        uint32_t first = 0;
        uint32_t end = block->head.count;
        while (first < end && en_quality_is_missing(block->quality[first])) {
            first++;
        }
        while (end > first && en_quality_is_missing(block->quality[end - 1])) {
            end--;
        }
        int64_t slot_us = (int64_t)block->head.slot_seconds * EN_SECOND_US;
        int64_t from = event->header.valid.from.us;
        int64_t minutes = from / EN_MINUTE_US - block->head.start_minute;
        values->from.us = from + slot_us * first;
        values->to.us = from + slot_us * end;
        *day = (int32_t)(minutes / 1440);
        *has = end > first;
    }
    en_mem_free(block);
    return EN_OK;
}

/* Whether the day of the channel has a noted reading. */
static en_code is_noted(struct en_fold *fold, uint32_t channel, int32_t day, bool *is,
                        struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arrival_row row = {.channel = channel, .day = day};
    en_code code = en_table_scan_begin(fold->store, &en_table_arrival, &row, 2, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
    }
    en_table_scan_end(&scan);
    *is = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_arrivals_note(struct en_arrivals *arrivals, struct en_fold *fold, struct en_marks *marks,
                         const struct en_event *event, struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    uint32_t channel = header->subject;
    const struct en_rule_plan *plan = NULL;
    struct en_interval values;
    int32_t day = en_day_of_instant(header->valid.from, 0).n;
    bool has = false;
    bool is_wanted = false;
    en_code code = en_registry_plan(fold, channel, day, &plan, err);
    if (code != EN_OK || plan == NULL) {
        return code;
    }
    bool is_late_asked = en_rule_plan_values(plan, EN_RULE_V_27) != NULL;
    bool is_early = en_rule_plan_values(plan, EN_RULE_V_06) != NULL &&
                    header->recorded_at.us < header->valid.to.us;
    if (!is_late_asked && !is_early && !has_channel(arrivals, channel)) {
        return EN_OK;
    }
    code = find_values(event, &day, &values, &has, err);
    if (code != EN_OK || !has) {
        return code;
    }
    is_wanted = is_late_asked || (is_early && header->recorded_at.us < values.to.us);
    if (!is_wanted) {
        code = is_noted(fold, channel, day, &is_wanted, err);
    }
    if (code != EN_OK || !is_wanted) {
        return code;
    }
    struct en_arrival_row row = {.channel = channel,
                                 .day = day,
                                 .seq = header->seq.n,
                                 .came = header->recorded_at,
                                 .from = values.from,
                                 .to = values.to};
    code = en_table_put(fold->store, &en_table_arrival, &row, NULL, err);
    if (code == EN_OK) {
        code = add_channel(arrivals, channel, err);
    }
    return code == EN_OK ? en_marks_add(marks, fold, day, channel, err) : code;
}
