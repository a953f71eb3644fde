#include "processors/outbox/notice.h"

#include "core/json.h"
#include "core/metering/alarm.h"
#include "projections/tables.h"
#include "projections/tables_alarm.h"

#define DETAIL_SIZE_MAX 65536u /* its texts are 2,000 bytes each, escaped six times that */

/* The number of the next task: they rise from 1. */
static en_code next_number(struct en_fold *fold, uint64_t *number, struct en_error *err)
{
    struct en_outbox_row last = {.outbox = UINT64_MAX};
    en_code code = en_table_last_before(fold->store, &en_table_outbox, &last, 0, NULL, err);
    *number = code == EN_OK ? last.outbox + 1 : 1;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void print_detail(const struct en_alarm_history_row *history,
                         const struct en_alarm_definition_row *definition, struct en_slice channel,
                         struct en_slice who, struct en_buf *out)
{
    struct en_json json;
    en_json_init(&json, out);
    en_json_object(&json, NULL);
    en_json_text(&json, "channel", channel);
    en_json_text(&json, "to", who);
    en_json_text(&json, "alarm", history->alarm);
    en_json_text(&json, "subject", history->subject);
    en_json_u64(&json, "number", history->number);
    en_json_u64(&json, "priority", history->priority);
    en_json_string(&json, "state", en_alarm_state_text(history->to));
    en_json_string(&json, "cause", en_alarm_cause_text(history->cause));
    en_json_instant(&json, "at", history->at);
    en_json_text(&json, "value", history->value);
    en_json_text(&json, "response", definition->response);
    en_json_text(&json, "consequence", definition->consequence);
    en_json_u64(&json, "respond_within_s", definition->respond_within_s);
    en_json_end(&json);
}

static en_code put_task(struct en_fold *fold, const struct en_alarm_history_row *history,
                        const struct en_alarm_definition_row *definition, struct en_slice channel,
                        struct en_slice who, struct en_error *err)
{
    struct en_outbox_row row = {.action = en_slice_text("notice")};
    struct en_buf detail;
    en_buf_init(&detail, DETAIL_SIZE_MAX);
    print_detail(history, definition, channel, who, &detail);
    en_code code = en_buf_code(&detail, err);
    if (code == EN_OK) {
        code = next_number(fold, &row.outbox, err);
    }
    if (code == EN_OK) {
        row.detail = en_buf_slice(&detail);
        code = en_table_put(fold->store, &en_table_outbox, &row, NULL, err);
    }
    en_buf_fini(&detail);
    return code;
}

/* "channel:who;channel:who", as the definition was checked when it was set. */
static en_code put_tasks(struct en_fold *fold, const struct en_alarm_history_row *history,
                         struct en_error *err)
{
    struct en_alarm_definition_row definition = {.name = history->alarm};
    struct en_slice rest = {0};
    en_code code = en_table_get(fold->store, &en_table_alarm_definition, &definition, NULL, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->batch, definition.notify, &rest, err);
    }
    while (code == EN_OK && rest.size > 0) {
        const uint8_t *end = memchr(rest.bytes, ';', rest.size);
        size_t size = end != NULL ? (size_t)(end - rest.bytes) : rest.size;
        const uint8_t *mark = memchr(rest.bytes, ':', size);
        EN_ASSERT(mark != NULL);
        size_t channel = (size_t)(mark - rest.bytes);
        code = en_table_get(fold->store, &en_table_alarm_definition, &definition, NULL, err);
        if (code == EN_OK) {
            code = put_task(fold, history, &definition, en_slice_of(rest.bytes, channel),
                            en_slice_of(mark + 1, size - channel - 1), err);
        }
        size += end != NULL;
        rest = en_slice_of(rest.bytes + size, rest.size - size);
    }
    return code;
}

/* The first transition of the event in hand; 0: it made none. */
static en_code first_of_event(struct en_fold *fold, uint64_t *first, struct en_error *err)
{
    struct en_alarm_history_row row = {.number = UINT64_MAX};
    *first = 0;
    for (;;) {
        en_code code =
            en_table_last_before(fold->store, &en_table_alarm_history, &row, 0, NULL, err);
        if (code != EN_OK || row.seq != fold->event->header.seq.n) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        *first = row.number;
        if (row.number <= 1) {
            return EN_OK;
        }
        row.number--;
    }
}

en_code en_notices_put(struct en_fold *fold, struct en_error *err)
{
    uint64_t number = 0;
    en_code code = first_of_event(fold, &number, err);
    while (code == EN_OK && number != 0) {
        struct en_alarm_history_row row = {.number = number++};
        code = en_table_get(fold->store, &en_table_alarm_history, &row, NULL, err);
        if (code == EN_OK && row.is_told) {
            struct en_slice *texts[] = {&row.alarm, &row.subject, &row.value};
            for (size_t i = 0; i < EN_COUNT_OF(texts) && code == EN_OK; i++) {
                code = en_fold_copy(&fold->batch, *texts[i], texts[i], err);
            }
            code = code == EN_OK ? put_tasks(fold, &row, err) : code;
        }
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}
