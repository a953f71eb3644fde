/* What edges are to do, as rows. Nothing acts here: edges read the rows, act outside the fold and
 * append outbox.result. */
#include "processors/outbox/notice.h"
#include "processors/processor.h"
#include "projections/tables.h"

#define STATE_DONE 1u
#define STATE_FAILED 2u

static en_code fold_result(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_outbox_result payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "outbox result", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_outbox_row stored = {.outbox = payload.outbox};
    code = en_table_get(fold->store, &en_table_outbox, &stored, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err, "outbox result: there is no task %llu",
                              (unsigned long long)payload.outbox);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_outbox_row row = {
        .outbox = payload.outbox,
        .state = payload.is_done ? STATE_DONE : STATE_FAILED,
        .result = payload.detail,
    };
    code = en_fold_copy(&fold->batch, stored.action, &row.action, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->batch, stored.detail, &row.detail, err);
    }
    return code == EN_OK ? en_table_put(fold->store, &en_table_outbox, &row, NULL, err) : code;
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    (void)state;
    return event->header.kind == EN_KIND_OUTBOX_RESULT ? fold_result(fold, event, err)
                                                       : en_notices_put(fold, err);
}

static const struct en_table *const tables[] = {&en_table_outbox, NULL};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_outbox = {
    .name = "outbox",
    .about = "Tasks for edges, and what became of them.",
    .kinds = EN_KIND_BIT(OUTBOX_RESULT) | EN_KIND_BIT(CLOCK_TICK) | EN_KIND_BIT(ALARM_SET) |
             EN_KIND_BIT(ALARM_ACTION),
    .tables = tables,
    .series = series,
    .fold = fold,
};
