#include "processors/freeze/request.h"

#include "processors/freeze/scope.h"
#include "processors/registry/registry.h"
#include "projections/tables_freeze.h"
#include "projections/views/freeze_checks.h"

#define POLICY_DEFAULT "declare"
#define RESTATE 1u
#define DELTA 2u
#define CHECKS_TEXT_SIZE 400u

/* ---- policies ---- */

en_code en_freeze_policy_fold(struct en_fold *fold, const struct en_event *event,
                              struct en_error *err)
{
    struct en_freeze_policy_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "freeze policy", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (payload.correction != RESTATE && payload.correction != DELTA) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "freeze policy: corrections are restate (1) or delta (2)");
    }
    if ((payload.checks & ~(EN_FREEZE_CHECKS_ALL | EN_FREEZE_POLICY_APPROVED)) != 0) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "freeze policy: there is no such check (bits %x)", payload.checks);
    }
    struct en_policy_row row = {
        .policy = event->header.subject,
        .name = payload.name,
        .needs_completeness = payload.needs_completeness,
        .needs_period_order = payload.needs_period_order,
        .approvals = payload.approvals,
        .correction = payload.correction,
        .checks = payload.checks,
    };
    return en_table_put(fold->store, &en_table_policy, &row, NULL, err);
}

en_code en_freeze_policy_find(struct en_fold *fold, struct en_slice name,
                              struct en_policy_row *policy, bool *is_found, struct en_error *err)
{
    *policy = (struct en_policy_row){.correction = DELTA};
    *is_found = name.size == 0 || en_slice_equal(name, en_slice_text(POLICY_DEFAULT));
    uint32_t id = 0;
    en_code code = en_registry_find(fold, EN_NAME_POLICY,
                                    name.size > 0 ? name : en_slice_text(POLICY_DEFAULT), &id, err);
    if (code == EN_OK && id != 0) {
        struct en_policy_row row = {.policy = id};
        code = en_table_get(fold->store, &en_table_policy, &row, NULL, err);
        if (code == EN_OK) {
            *policy = row;
            *is_found = true;
        }
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

bool en_freeze_policy_waits(const struct en_policy_row *policy)
{
    return (policy->checks & EN_FREEZE_POLICY_APPROVED) != 0 && policy->approvals > 1;
}

/* ---- checks ---- */

/* Policies from before there were checks ask for nothing but completeness. */
static en_code check_completeness(struct en_fold *fold, const struct en_freeze_row *freeze,
                                  const struct en_policy_row *policy, struct en_error *err)
{
    if (!policy->needs_completeness || freeze->missing_count == 0) {
        return EN_OK;
    }
    return en_fold_refuse(fold, EN_REFUSED, err,
                          "freeze: %llu slots of the period are missing, and the policy wants "
                          "it complete (F-01): collect or "
                          "substitute them, or freeze under the policy declare",
                          (unsigned long long)freeze->missing_count);
}

en_code en_freeze_request_check(struct en_fold *fold, struct en_freeze_row *freeze,
                                const struct en_policy_row *policy, struct en_error *err)
{
    struct en_freeze_checks *checks = en_arena_alloc(&fold->batch, sizeof *checks);
    struct en_freeze_candidate candidate = {freeze->from_day, freeze->to_day, freeze->scope,
                                            policy->checks & EN_FREEZE_CHECKS_ALL};
    if (checks == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the checks of a freeze");
    }
    en_code code = en_freeze_scope_count_missing(fold, freeze, err);
    if (code != EN_OK || policy->checks == 0) {
        return code == EN_OK ? check_completeness(fold, freeze, policy, err) : code;
    }
    candidate.checks |= policy->needs_completeness ? 1u << EN_FREEZE_CHECK_COMPLETE : 0;
    code = en_freeze_checks_run(fold->store, &candidate, checks, err);
    if (code == EN_OK && !en_freeze_checks_pass(checks)) {
        char text[CHECKS_TEXT_SIZE];
        en_freeze_checks_text(checks, text, sizeof text);
        return en_fold_refuse(fold, EN_REFUSED, err, "freeze (F-01): %s", text);
    }
    return code;
}

/* ---- requests ---- */

/* Of an earlier request: it was of something else. */
static en_code forget_approvals(struct en_fold *fold, uint32_t freeze, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_approval_row row = {.freeze = freeze};
    en_code code = en_table_scan_begin(fold->store, &en_table_freeze_approval, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = en_table_delete(fold->store, &en_table_freeze_approval, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_freeze_request_note(struct en_fold *fold, const struct en_freeze_row *freeze,
                               struct en_error *err)
{
    const struct en_event_header *header = &fold->event->header;
    struct en_freeze_request_row row = {.freeze = freeze->freeze,
                                        .seq = header->seq.n,
                                        .actor = header->actor,
                                        .from_day = freeze->from_day,
                                        .to_day = freeze->to_day,
                                        .scope = freeze->scope,
                                        .policy = freeze->policy};
    if (header->actor == 0) {
        return en_fold_refuse(fold, EN_DENIED, err,
                              "freeze: the policy wants persons, and nobody asked for it by name");
    }
    en_code code = forget_approvals(fold, freeze->freeze, err);
    return code == EN_OK ? en_table_put(fold->store, &en_table_freeze_request, &row, NULL, err)
                         : code;
}

/* How many approved beside who asked. */
static en_code count_approvals(struct en_fold *fold, uint32_t freeze, uint32_t *count,
                               struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_approval_row row = {.freeze = freeze};
    *count = 0;
    en_code code = en_table_scan_begin(fold->store, &en_table_freeze_approval, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        *count += code == EN_OK;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Refuses who may not approve. */
static en_code judge_approver(struct en_fold *fold, const struct en_freeze_request_row *request,
                              struct en_error *err)
{
    uint32_t actor = fold->event->header.actor;
    struct en_freeze_approval_row row = {.freeze = request->freeze, .actor = actor};
    if (actor == 0) {
        return en_fold_refuse(fold, EN_DENIED, err,
                              "approval: a person approves, by name: nobody did");
    }
    if (actor == request->actor) {
        return en_fold_refuse(fold, EN_DENIED, err,
                              "approval: who asked for the freeze cannot approve it: another "
                              "person must (F-01)");
    }
    en_code code = en_table_get(fold->store, &en_table_freeze_approval, &row, NULL, err);
    if (code == EN_OK) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "approval: that person approved it already: another one must");
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_approval(struct en_fold *fold, uint32_t freeze, struct en_slice note,
                            struct en_error *err)
{
    struct en_freeze_approval_row row = {.freeze = freeze,
                                         .actor = fold->event->header.actor,
                                         .seq = fold->event->header.seq.n,
                                         .note = note};
    return en_table_put(fold->store, &en_table_freeze_approval, &row, NULL, err);
}

/* The freeze as it was asked for; it stands from the approval on. */
static en_code candidate_of(struct en_fold *fold, const struct en_freeze_request_row *request,
                            struct en_freeze_row *freeze, struct en_error *err)
{
    *freeze = (struct en_freeze_row){.freeze = request->freeze,
                                     .run = 1,
                                     .seq = fold->event->header.seq.n,
                                     .from_day = request->from_day,
                                     .to_day = request->to_day,
                                     .scope = request->scope};
    return en_fold_copy(&fold->batch, request->policy, &freeze->policy, err);
}

en_code en_freeze_request_approve(struct en_fold *fold, const struct en_event *event,
                                  struct en_freeze_row *freeze, struct en_policy_row *policy,
                                  bool *is_whole, struct en_error *err)
{
    struct en_freeze_approved payload;
    struct en_freeze_request_row request = {.freeze = event->header.subject};
    bool is_read = false;
    bool is_found = false;
    uint32_t approvals = 0;
    *is_whole = false;
    en_code code = en_fold_decode(fold, event, "approval", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    code = en_table_get(fold->store, &en_table_freeze_request, &request, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "approval: freeze %u does not wait for one: `freeze requests` shows "
                              "those that do",
                              event->header.subject);
    }
    code = code == EN_OK ? candidate_of(fold, &request, freeze, err) : code;
    code = code == EN_OK ? judge_approver(fold, &request, err) : code;
    if (code != EN_OK || fold->is_refused) {
        return code;
    }
    code = en_freeze_policy_find(fold, freeze->policy, policy, &is_found, err);
    code = code == EN_OK ? count_approvals(fold, freeze->freeze, &approvals, err) : code;
    if (code == EN_OK) {
        *is_whole = approvals + 2 >= policy->approvals; /* who asked, and the one in hand */
        code = *is_whole ? EN_OK : put_approval(fold, freeze->freeze, payload.note, err);
    }
    return code;
}

en_code en_freeze_request_done(struct en_fold *fold, uint32_t freeze, struct en_error *err)
{
    struct en_freeze_request_row request = {.freeze = freeze};
    struct en_freeze_approved payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, fold->event, "approval", &payload, &is_read, err);
    EN_ASSERT(is_read || code != EN_OK);
    if (code == EN_OK) {
        code = put_approval(fold, freeze, payload.note, err);
    }
    return code == EN_OK ? en_table_delete(fold->store, &en_table_freeze_request, &request, err)
                         : code;
}
