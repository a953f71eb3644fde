#include "processors/device_event/journal.h"

#include "core/limits.h"
#include "core/metering/device/event_code.h"

static void remove_gap(struct en_journal_gap *gaps, uint32_t *count, uint32_t at)
{
    (*count)--;
    for (uint32_t i = at; i < *count; i++) {
        gaps[i] = gaps[i + 1];
    }
}

/* Appends a gap; where there is no room the oldest is given up for lost. */
static void add_gap(struct en_journal_gap *gaps, uint32_t *count, struct en_journal_gap gap,
                    uint64_t *lost)
{
    if (*count == EN_JOURNAL_GAPS_MAX) {
        *lost += gaps[0].last - gaps[0].first + 1;
        remove_gap(gaps, count, 0);
    }
    gaps[(*count)++] = gap;
}

/* An index within a gap was read after all. */
static void fill_gap(struct en_journal_gap *gaps, uint32_t *count, uint64_t index, uint64_t *lost)
{
    for (uint32_t i = 0; i < *count; i++) {
        struct en_journal_gap gap = gaps[i];
        if (index < gap.first || index > gap.last) {
            continue;
        }
        remove_gap(gaps, count, i);
        if (index < gap.last) {
            add_gap(gaps, count, (struct en_journal_gap){index + 1, gap.last}, lost);
        }
        if (index > gap.first) {
            add_gap(gaps, count, (struct en_journal_gap){gap.first, index - 1}, lost);
        }
        return;
    }
}

/* What the head has overwritten is lost for good. */
static void cut_gaps(struct en_journal_gap *gaps, uint32_t *count, uint64_t head, uint32_t size,
                     uint64_t *lost)
{
    if (size == 0 || head <= size) {
        return;
    }
    uint64_t overwritten = head - size; /* the last index that is no more there */
    for (uint32_t i = *count; i-- > 0;) {
        if (gaps[i].last <= overwritten) {
            *lost += gaps[i].last - gaps[i].first + 1;
            remove_gap(gaps, count, i);
        } else if (gaps[i].first <= overwritten) {
            *lost += overwritten - gaps[i].first + 1;
            gaps[i].first = overwritten + 1;
        }
    }
}

en_code en_device_journal_take(struct en_fold *fold, const struct en_device_report_row *report,
                               uint32_t journal_size, uint64_t *lost, struct en_error *err)
{
    struct en_journal_gap gaps[EN_JOURNAL_GAPS_MAX + 2];
    uint32_t count = 0;
    struct en_event_code code = en_event_code_parse(report->code);
    char text[EN_EVENT_CODE_TEXT_SIZE];
    struct en_device_journal_row row = {
        .device = report->device,
        .journal = en_slice_of(text, en_event_code_journal(&code, text)),
    };
    EN_ASSERT(report->index > 0);
    *lost = 0;
    en_code found = en_table_get(fold->store, &en_table_device_journal, &row, &fold->batch, err);
    if (found != EN_OK && found != EN_NOT_FOUND) {
        return found;
    }
    for (uint32_t i = 0; i < row.gaps.count && i < EN_JOURNAL_GAPS_MAX; i++) {
        gaps[count++] = ((const struct en_journal_gap *)row.gaps.items)[i];
    }
    bool is_cleared =
        found == EN_OK && report->index <= row.head && report->reported.us > row.head_reported.us;
    if (found == EN_NOT_FOUND || is_cleared) {
        row.head = report->index;
        row.head_reported = report->reported;
        count = 0;
    } else if (report->index > row.head) {
        if (report->index > row.head + 1) {
            add_gap(gaps, &count, (struct en_journal_gap){row.head + 1, report->index - 1}, lost);
        }
        row.head = report->index;
        row.head_reported = report->reported;
    } else {
        fill_gap(gaps, &count, report->index, lost);
    }
    row.size = journal_size > 0 ? journal_size : row.size;
    cut_gaps(gaps, &count, row.head, row.size, lost);
    row.lost_count = UINT64_MAX - row.lost_count < *lost ? UINT64_MAX : row.lost_count + *lost;
    row.gaps = (struct en_list){gaps, count};
    return en_table_put(fold->store, &en_table_device_journal, &row, NULL, err);
}
