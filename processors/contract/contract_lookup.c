#include "core/metering/decree/decree_chain.h"
#include "processors/contract/contract.h"
#include "processors/registry/registry.h"

#define STEPS_MAX 256u /* changes of billing day inside one period */

/* When billing periods begin, and the time over which that holds. */
struct terms {
    uint8_t day;
    uint8_t hour;
    struct en_interval holds;
};

/* The row behind the instant, or the end of time. */
static en_code next_contract(struct en_fold *fold, uint32_t point, struct en_instant at,
                             struct en_instant *from, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_contract_row row = {.point = point, .from = {at.us + 1}};
    en_code code = en_table_scan_begin(fold->store, &en_table_contract, &row, 1, &scan, err);
    code = code == EN_OK ? en_table_scan_next(&scan, &row, NULL, err) : code;
    en_table_scan_end(&scan);
    from->us = code == EN_OK ? row.from.us : INT64_MAX;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code terms_at(struct en_fold *fold, uint32_t point, struct en_instant at,
                        struct terms *terms, struct en_error *err)
{
    struct en_contract_row row = {.point = point, .from = at};
    *terms = (struct terms){1, 0, {{INT64_MIN}, {INT64_MAX}}};
    en_code code = en_table_last_before(fold->store, &en_table_contract, &row, 1, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (code == EN_OK) {
        bool is_over = row.to.us != 0 && row.to.us <= at.us;
        terms->holds.from = is_over ? row.to : row.from;
        terms->day = is_over ? 1 : row.billing_day;
        terms->hour = is_over ? 0 : row.billing_hour;
    }
    code = next_contract(fold, point, at, &terms->holds.to, err);
    if (code == EN_OK && row.to.us > at.us && row.to.us < terms->holds.to.us) {
        terms->holds.to = row.to;
    }
    return code;
}

/* The instant at which the terms begin a period in the month. */
static en_code start_in(struct en_fold *fold, uint32_t point, const struct terms *terms,
                        struct en_month month, int32_t offset, struct en_instant *start,
                        struct en_error *err)
{
    EN_ASSERT(terms->day >= 1 && terms->day <= 28);
    struct en_day day = {en_month_first_day(month).n + terms->day - 1};
    int64_t into = terms->hour * EN_HOUR_US;
    int32_t offset_then = offset;
    start->us = en_day_interval(day, offset).from.us + into;
    en_code code = en_registry_offset(fold, point, *start, &offset_then, err);
    if (code == EN_OK && offset_then != offset) {
        start->us = en_day_interval(day, offset_then).from.us + into;
    }
    return code;
}

/* The last start at or before the instant (is_next: the first after it) by the terms alone. */
static en_code start_near(struct en_fold *fold, uint32_t point, const struct terms *terms,
                          struct en_instant at, bool is_next, struct en_instant *start,
                          struct en_error *err)
{
    int32_t offset = 0;
    en_code code = en_registry_offset(fold, point, at, &offset, err);
    struct en_month month = en_month_of_day(en_day_of_instant(at, offset));
    month.n += is_next ? -1 : 1;
    do {
        month.n += is_next ? 1 : -1;
        code = code == EN_OK ? start_in(fold, point, terms, month, offset, start, err) : code;
    } while (code == EN_OK && (is_next ? start->us <= at.us : start->us > at.us));
    return code;
}

/* Goes back over contracts until the start lies in the time of its own terms. */
static en_code find_start(struct en_fold *fold, uint32_t point, struct en_instant at,
                          struct en_instant *start, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < STEPS_MAX && code == EN_OK; i++) {
        struct terms terms;
        code = terms_at(fold, point, at, &terms, err);
        code = code == EN_OK ? start_near(fold, point, &terms, at, false, start, err) : code;
        if (code == EN_OK && start->us >= terms.holds.from.us) {
            return EN_OK;
        }
        /* the terms before end a period exactly there, or it runs on into them */
        struct en_instant changed = terms.holds.from;
        at.us = changed.us - 1;
        code = code == EN_OK ? terms_at(fold, point, at, &terms, err) : code;
        code = code == EN_OK ? start_near(fold, point, &terms, at, true, start, err) : code;
        if (code == EN_OK && start->us == changed.us) {
            return EN_OK;
        }
    }
    return code == EN_OK ? en_error_set(err, EN_LIMIT,
                                        "point %u changes its billing day more than %u times "
                                        "without a period",
                                        point, STEPS_MAX)
                         : code;
}

/* Goes on over contracts the same way. */
static en_code find_end(struct en_fold *fold, uint32_t point, struct en_instant at,
                        struct en_instant *end, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < STEPS_MAX && code == EN_OK; i++) {
        struct terms terms;
        code = terms_at(fold, point, at, &terms, err);
        code = code == EN_OK ? start_near(fold, point, &terms, at, true, end, err) : code;
        if (code != EN_OK || end->us <= terms.holds.to.us) {
            return code;
        }
        /* a start exactly where the new terms begin is theirs */
        struct terms next;
        at = terms.holds.to;
        code = terms_at(fold, point, at, &next, err);
        code = code == EN_OK ? start_near(fold, point, &next, at, false, end, err) : code;
        if (code == EN_OK && end->us == at.us) {
            return EN_OK;
        }
    }
    return code == EN_OK ? en_error_set(err, EN_LIMIT,
                                        "point %u changes its billing day more than %u times "
                                        "without a period",
                                        point, STEPS_MAX)
                         : code;
}

en_code en_contract_at(struct en_fold *fold, uint32_t point, struct en_instant at,
                       struct en_contract_row *row, struct en_instant *until, struct en_error *err)
{
    en_code code = next_contract(fold, point, at, until, err);
    if (code != EN_OK) {
        return code;
    }
    *row = (struct en_contract_row){.point = point, .from = at};
    code = en_table_last_before(fold->store, &en_table_contract, row, 1, NULL, err);
    if (code == EN_OK && row->to.us > at.us && row->to.us < until->us) {
        *until = row->to;
    }
    bool is_over = code == EN_OK && row->to.us != 0 && row->to.us <= at.us;
    return is_over ? en_error_set(err, EN_NOT_FOUND, "the contract of point %u has ended", point)
                   : code;
}

en_code en_contract_cause(struct en_fold *fold, uint32_t point, struct en_instant at,
                          struct en_contract_cause *cause, struct en_error *err)
{
    struct en_supply_cause_row row = {.point = point, .from = at};
    struct en_supply_cause_row next = {.point = point, .from = {at.us + 1}};
    struct en_table_scan scan;
    *cause = (struct en_contract_cause){EN_DECREE_CAUSE_NOT_SUPPLIED, {{INT64_MIN}, {INT64_MAX}}};
    en_code code = en_table_last_before(fold->store, &en_table_supply_cause, &row, 1, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (code == EN_OK) {
        bool is_over = row.to.us != 0 && row.to.us <= at.us;
        cause->cause = is_over || row.cause == 0 ? EN_DECREE_CAUSE_NOT_SUPPLIED : row.cause;
        cause->holds.from = is_over ? row.to : row.from;
        cause->holds.to.us = is_over || row.to.us == 0 ? INT64_MAX : row.to.us;
    }
    code = en_table_scan_begin(fold->store, &en_table_supply_cause, &next, 1, &scan, err);
    code = code == EN_OK ? en_table_scan_next(&scan, &next, NULL, err) : code;
    en_table_scan_end(&scan);
    if (code == EN_OK && next.from.us < cause->holds.to.us) {
        cause->holds.to = next.from;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_contract_period(struct en_fold *fold, uint32_t point, struct en_instant at,
                           struct en_interval *period, struct en_error *err)
{
    en_code code = find_start(fold, point, at, &period->from, err);
    code = code == EN_OK ? find_end(fold, point, at, &period->to, err) : code;
    EN_ASSERT(code != EN_OK || (period->from.us <= at.us && period->to.us > at.us));
    return code;
}
