/* What goes before a freeze and beside it: checks, approvals, holds of recalculation. */
#include <inttypes.h>
#include <stdio.h>

#include "app/attest.h"
#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "projections/tables_freeze.h"
#include "projections/views/freeze_checks.h"
#include "projections/views/keys.h"

/* ---- policies ---- */

en_code en_run_policy_set(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    const char *correction = en_arguments_value(arguments, "correction");
    bool is_strict = en_arguments_has(arguments, "strict");
    uint64_t approvals = 0;
    uint32_t policy = 0;
    struct en_freeze_policy_set set = {
        .name = en_slice_text(name),
        .needs_completeness = is_strict || en_arguments_has(arguments, "complete"),
        .needs_period_order = is_strict || en_arguments_has(arguments, "in-order"),
        .correction = correction != NULL && strcmp(correction, "restate") == 0 ? 1 : 2,
        .checks = is_strict ? EN_FREEZE_CHECKS_ALL : 0,
    };
    for (uint32_t i = EN_FREEZE_CHECK_BLOCKING; i < EN_FREEZE_CHECKS_COUNT; i++) {
        bool is_set = en_arguments_has(arguments, en_freeze_check_name((en_freeze_check)i));
        set.checks |= is_set ? UINT32_C(1) << i : 0;
    }
    en_code code = en_arguments_number(arguments, "approvals", 9, &approvals, err);
    set.approvals = (uint8_t)approvals;
    set.checks |= approvals > 1 ? EN_FREEZE_POLICY_APPROVED : 0;
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_POLICY, name, &policy, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_FREEZE_POLICY_SET, name,
                                         policy, (struct en_interval){{0}, {0}}, &set, err)
                         : code;
}

/* ---- checks ---- */

static const struct en_column check_columns[] = {{"check", NULL, false},
                                                 {"wants", NULL, false},
                                                 {"verdict", NULL, false},
                                                 {"count", NULL, true},
                                                 {"first", NULL, false}};

static void put_check(struct en_rows *rows, en_freeze_check check,
                      const struct en_freeze_check_result *result)
{
    char first[EN_FREEZE_ROWS_MAX * (EN_FREEZE_ROW_TEXT_SIZE + 2)] = "";
    size_t at = 0;
    for (uint32_t i = 0; i < result->rows_count && at < sizeof first; i++) {
        int size =
            snprintf(first + at, sizeof first - at, "%s%s", i > 0 ? "; " : "", result->rows[i]);
        at += size > 0 ? (size_t)size : 0;
    }
    en_rows_text(rows, en_freeze_check_name(check));
    en_rows_text(rows, en_freeze_check_wants(check));
    en_rows_text(rows, !result->is_asked ? "not asked" : result->count == 0 ? "pass" : "fail");
    en_rows_count(rows, result->count);
    en_rows_text(rows, first);
}

static void put_checks(const struct en_freeze_checks *checks, const char *period,
                       const struct en_arguments *arguments, struct en_io *io)
{
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, check_columns, EN_COUNT_OF(check_columns));
    for (uint32_t i = 0; i < EN_FREEZE_CHECKS_COUNT; i++) {
        put_check(&rows, (en_freeze_check)i, &checks->of[i]);
    }
    en_rows_text(&rows, "period");
    en_rows_text(&rows, "no day is frozen already, periods in order (F-14)");
    en_rows_text(&rows, period == NULL ? "pass" : "fail");
    en_rows_count(&rows, period == NULL ? 0 : 1);
    en_rows_text(&rows, period == NULL ? "" : period);
    en_rows_end(&rows);
}

static en_code parse_candidate(struct en_session *session, const struct en_arguments *arguments,
                               struct en_freeze_candidate *candidate, struct en_error *err)
{
    const char *scope = en_arguments_value(arguments, "scope");
    struct en_day from = {0};
    struct en_day to = {0};
    en_code code = en_arguments_day(arguments, "from", &from, err);
    if (code == EN_OK) {
        code = en_arguments_day(arguments, "to", &to, err);
    }
    if (code == EN_OK && from.n >= to.n) {
        code = en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    if (code == EN_OK && scope != NULL) {
        code = en_engine_find(session->engine, EN_NAME_OBJECT, scope, &candidate->scope, err);
    }
    candidate->from_day = from.n;
    candidate->to_day = to.n;
    return code;
}

en_code en_run_freeze_check(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    struct en_freeze_candidate candidate = {0};
    struct en_freeze_checks checks;
    struct en_view view;
    const char *period = NULL;
    bool is_ordered = false;
    en_code code = parse_candidate(session, arguments, &candidate, err);
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    code =
        en_freeze_policy_asks(view.store, en_arguments_text(arguments, "policy", en_slice_text("")),
                              &candidate.checks, &is_ordered, err);
    if (code == EN_OK) {
        code = en_freeze_checks_run(view.store, &candidate, &checks, err);
    }
    if (code == EN_OK) {
        code = en_freeze_period_check(view.store, &candidate, 0, is_ordered, &period, err);
    }
    en_engine_view_close(session->engine, &view);
    if (code != EN_OK) {
        return code;
    }
    put_checks(&checks, period, arguments, io);
    return en_freeze_checks_pass(&checks) && period == NULL
               ? EN_OK
               : en_error_set(err, EN_REFUSED, "a freeze of the period would be refused");
}

/* ---- approvals ---- */

static const struct en_column request_columns[] = {
    {"id", NULL, false},    {"from", NULL, false},     {"to", NULL, false},
    {"scope", NULL, false}, {"policy", NULL, false},   {"asked_by", "asked by", false},
    {"event", NULL, true},  {"approvals", NULL, true}, {"wanted", NULL, true},
};

static en_code count_approvals(struct en_store *store, uint32_t freeze, uint32_t *count,
                               struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_approval_row row = {.freeze = freeze};
    *count = 1; /* who asked */
    en_code code = en_table_scan_begin(store, &en_table_freeze_approval, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        *count += code == EN_OK;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_request(struct en_rows *rows, struct en_store *store,
                           const struct en_freeze_request_row *row, struct en_error *err)
{
    struct en_policy_row policy = {.policy = 0};
    uint32_t approvals = 0;
    en_code code = en_keys_find(store, EN_NAME_POLICY, row->policy, &policy.policy, err);
    if (code == EN_OK) {
        code = en_table_get(store, &en_table_policy, &policy, NULL, err);
    }
    code = code == EN_OK ? count_approvals(store, row->freeze, &approvals, err) : code;
    code = code == EN_OK ? en_list_key(rows, store, EN_NAME_FREEZE, row->freeze, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_rows_day(rows, row->from_day);
    en_rows_day(rows, row->to_day);
    code = en_list_key(rows, store, EN_NAME_OBJECT, row->scope, err);
    if (code == EN_OK) {
        en_rows_slice(rows, row->policy);
        code = en_list_key(rows, store, EN_NAME_ACTOR, row->actor, err);
    }
    if (code == EN_OK) {
        en_rows_count(rows, row->seq);
        en_rows_count(rows, approvals);
        en_rows_count(rows, policy.approvals);
    }
    return code;
}

static en_code list_requests(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    struct en_rows rows;
    struct en_table_scan scan;
    en_rows_begin(&rows, io, arguments->output, request_columns, EN_COUNT_OF(request_columns));
    en_code code = en_table_scan_begin(store, &en_table_freeze_request, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_freeze_request_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = put_request(&rows, store, &row, err);
        }
    }
    en_table_scan_end(&scan);
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_freeze_requests(struct en_session *session, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_requests, err);
}

en_code en_run_freeze_approve(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    const char *id = en_arguments_operand(arguments, 0);
    struct en_freeze_approved approved = {
        .note = en_arguments_text(arguments, "note", en_slice_text(""))};
    uint32_t freeze = 0;
    en_code code = en_engine_find(session->engine, EN_NAME_FREEZE, id, &freeze, err);
    if (code == EN_OK) {
        code = en_attest_all(session->engine, io, err);
    }
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_FREEZE_APPROVED, id, freeze,
                             (struct en_interval){{0}, {0}}, &approved, err);
    }
    return code == EN_OK ? en_attest_all(session->engine, io, err) : code;
}

/* ---- holds ---- */

static en_code set_hold(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, bool is_on, struct en_error *err)
{
    const char *scope = en_arguments_value(arguments, "scope");
    struct en_hold_set set = {.is_on = is_on,
                              .reason = en_arguments_text(arguments, "reason", en_slice_text(""))};
    en_code code = EN_OK;
    if (scope != NULL) {
        code = en_engine_find(session->engine, EN_NAME_OBJECT, scope, &set.scope, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_HOLD_SET,
                                         scope == NULL ? "everything" : scope, 0,
                                         (struct en_interval){{0}, {0}}, &set, err)
                         : code;
}

en_code en_run_hold_set(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, struct en_error *err)
{
    return set_hold(session, arguments, io, true, err);
}

en_code en_run_hold_release(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    return set_hold(session, arguments, io, false, err);
}

static en_code count_kept(struct en_store *store, uint32_t scope, uint64_t *count,
                          struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {
        .freeze = EN_HOLD_FREEZE(scope), .run = EN_HOLD_RUN, .day = INT32_MIN};
    *count = 0;
    en_code code = en_table_scan_begin(store, &en_table_frozen, &row, 2, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        *count += code == EN_OK;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_hold(struct en_rows *rows, struct en_store *store, const struct en_hold_row *row,
                        struct en_error *err)
{
    char at[EN_INSTANT_TEXT_SIZE];
    uint64_t kept = 0;
    size_t size = en_instant_print(row->at, 0, at);
    en_code code = en_list_key(rows, store, EN_NAME_OBJECT, row->scope, err);
    if (code == EN_OK) {
        en_rows_slice(rows, en_slice_of(at, size));
        code = en_list_key(rows, store, EN_NAME_ACTOR, row->actor, err);
    }
    code = code == EN_OK ? count_kept(store, row->scope, &kept, err) : code;
    if (code == EN_OK) {
        en_rows_slice(rows, row->reason);
        en_rows_count(rows, row->seq);
        en_rows_count(rows, kept);
    }
    return code;
}

static en_code list_holds(struct en_store *store, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"scope", NULL, false}, {"since", NULL, false},
                                               {"by", NULL, false},    {"reason", NULL, false},
                                               {"event", NULL, true},  {"pending", NULL, true}};
    struct en_rows rows;
    struct en_table_scan scan;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_hold, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_hold_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = put_hold(&rows, store, &row, err);
        }
    }
    en_table_scan_end(&scan);
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_hold_list(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_holds, err);
}
