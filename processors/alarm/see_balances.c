/* Condition `imbalance`: balances of the last day that ended long enough ago. */
#include <stdio.h>

#include "core/decimal.h"
#include "processors/alarm/conditions.h"
#include "processors/registry/registry.h"
#include "projections/views/balance.h"

#define LATE_DEFAULT_S 86400u
#define MICRO_PER_1E4 100 /* 1e-4 % in 1e-6 % */

static en_code offset_of(struct en_alarm_sights *sights, uint32_t object, struct en_instant at,
                         int32_t *offset, struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = at};
    *offset = 0;
    en_code code = object == 0 ? EN_NOT_FOUND
                               : en_table_last_before(sights->fold->store, &en_table_object, &row,
                                                      1, NULL, err);
    *offset = code == EN_OK ? row.fiscal_offset_minutes : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void print_answer(const struct en_balance_answer *answer, struct en_day day, char *text,
                         size_t size)
{
    char date[EN_DAY_TEXT_SIZE];
    char actual[EN_DECIMAL_TEXT_SIZE];
    char permissible[EN_DECIMAL_TEXT_SIZE] = "not assessed";
    (void)en_day_print(day, date);
    (void)en_micro_print(answer->actual_1e4_percent * MICRO_PER_1E4, actual);
    if (answer->is_assessed) {
        (void)en_micro_print(answer->permissible_1e4_percent * MICRO_PER_1E4, permissible);
    }
    (void)snprintf(text, size, "%s %% on %s, permissible %s", actual, date, permissible);
}

static en_code see_balance(struct en_alarm_sights *sights, const struct en_balance_row *row,
                           struct en_error *err)
{
    char text[160];
    int32_t offset = 0;
    uint32_t late_s = sights->definition->duration_s;
    struct en_balance_answer answer;
    struct en_instant due = {sights->at.us -
                             (int64_t)(late_s > 0 ? late_s : LATE_DEFAULT_S) * EN_SECOND_US};
    struct en_error fault;
    en_code code = offset_of(sights, row->object, due, &offset, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_day day = {en_day_of_instant(due, offset).n - 1};
    struct en_alarm_seen seen = {.since = en_day_interval(day, offset).to, .object = row->object};
    code = en_balance_gather(sights->fold->store, row->balance, day, (struct en_day){day.n + 1},
                             EN_LANE_LIVE, &answer, &fault);
    if (code == EN_NOT_FOUND || code == EN_OVERFLOW) {
        return EN_OK; /* no such balance on that day, or no number to compare */
    }
    if (code != EN_OK) {
        *err = fault;
        return code;
    }
    int64_t actual =
        answer.actual_1e4_percent < 0 ? -answer.actual_1e4_percent : answer.actual_1e4_percent;
    code = en_alarm_subject(sights, EN_NAME_BALANCE, row->balance, "", &seen.subject, err);
    if (code != EN_OK) {
        return code;
    }
    seen.is_met = sights->condition->has_value
                      ? en_alarm_compares(sights, seen.subject, actual * MICRO_PER_1E4)
                      : answer.is_assessed && !answer.is_permitted;
    print_answer(&answer, day, text, sizeof text);
    seen.value = en_slice_text(text);
    return en_alarm_see(sights, &seen, err);
}

static en_code is_in_scope(struct en_alarm_sights *sights, const struct en_balance_row *row,
                           bool *is, struct en_error *err)
{
    const struct en_alarm_condition *condition = sights->condition;
    *is = condition->balance == 0 || condition->balance == row->balance;
    if (!*is || condition->object == 0) {
        return EN_OK;
    }
    return en_registry_is_within(sights->fold, row->object, condition->object, sights->at, is, err);
}

en_code en_alarm_see_balances(struct en_alarm_sights *sights, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_balance_row row;
    uint32_t last = 0;
    en_code code = en_table_scan_begin(sights->fold->store, &en_table_balance, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        bool is = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || !en_alarm_look_on(sights)) {
            break;
        }
        if (row.balance == last) {
            continue;
        }
        last = row.balance;
        code = is_in_scope(sights, &row, &is, err);
        if (code == EN_OK && is) {
            code = see_balance(sights, &row, err);
        }
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
