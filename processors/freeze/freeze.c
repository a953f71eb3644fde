/* Freezing of fiscal periods (design F1, F1a, F2; domain 9).
 *
 *   open ──freeze.requested──> frozen run 1 ──correction (restate)──> frozen run 2 ...
 *                                   │ late fact: the live tables move on, the frozen entry is kept
 * (table frozen) └─correction (delta)──> a row booked on an open day (table correction); the run
 * stands
 *
 * I1  A run's digest is taken at its barrier, over what the live tables then hold (views/frozen.h).
 * I2  A frozen entry has a row in `frozen` under the newest run exactly as long as the live entry
 * differs from it: the pending differences. So nothing is copied when a period is frozen, and how
 * batches were cut leaves no trace. I3  No event changes a row of an older run. */
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "processors/freeze/delta.h"
#include "processors/freeze/hold.h"
#include "processors/freeze/request.h"
#include "processors/freeze/scope.h"
#include "processors/registry/registry.h"
#include "projections/tables.h"
#include "projections/tables_freeze.h"
#include "projections/views/frozen.h"

#define PERIOD_DAYS_MAX 400
#define POLICY_DEFAULT "declare"
#define RESTATE 1u
#define DELTA 2u

/* The newest run of a freeze, as settling wants it. */
struct current {
    uint32_t freeze;
    uint32_t run;
    int32_t from_day;
    int32_t to_day;
    uint32_t scope;
};

struct freeze_state {
    struct current *items;
    size_t count;
    size_t capacity;
    struct en_holds holds;
    struct en_block scratch;
};

static en_code set_current(struct freeze_state *state, const struct en_freeze_row *row,
                           struct en_error *err)
{
    struct current current = {row->freeze, row->run, row->from_day, row->to_day, row->scope};
    for (size_t i = 0; i < state->count; i++) {
        if (state->items[i].freeze == row->freeze) {
            state->items[i] = current;
            return EN_OK;
        }
    }
    en_code code =
        en_fold_grow((void **)&state->items, &state->capacity, state->count, sizeof current, err);
    if (code == EN_OK) {
        state->items[state->count++] = current;
    }
    return code;
}

/* Why the period cannot be frozen (F-14, overlap), or NULL. */
static const char *period_fault(const struct freeze_state *state,
                                const struct en_freeze_row *freeze,
                                const struct en_policy_row *policy)
{
    bool has_any = false;
    bool has_previous = false;
    for (size_t i = 0; i < state->count; i++) {
        const struct current *other = &state->items[i];
        if (other->freeze == freeze->freeze) {
            return "a freeze of this id stands: frozen results never change, choose another id";
        }
        if (other->scope != freeze->scope) {
            continue;
        }
        has_any = true;
        has_previous = has_previous || other->to_day == freeze->from_day;
        if (other->from_day < freeze->to_day && freeze->from_day < other->to_day) {
            return "days of it are frozen for this scope already: ask for a correction of that "
                   "freeze, or choose other days";
        }
    }
    bool is_out_of_order = policy->needs_period_order && has_any && !has_previous;
    return is_out_of_order ? "the period before it is not frozen: freeze periods in order (F-14)"
                           : NULL;
}

/* Whether the object can be the scope of a freeze: it is there, or 0, everything. */
static en_code is_scope(struct en_fold *fold, uint32_t object, bool *is, struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = {INT64_MAX}};
    en_code code = object == 0
                       ? EN_OK
                       : en_table_last_before(fold->store, &en_table_object, &row, 1, NULL, err);
    *is = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Refuses what cannot be frozen: held, out of order, or failing what the policy wants. */
static en_code check_freeze(struct en_fold *fold, const struct freeze_state *state,
                            struct en_freeze_row *freeze, const struct en_policy_row *policy,
                            struct en_error *err)
{
    struct en_instant at = {(int64_t)freeze->to_day * EN_DAY_US};
    bool is_held = false;
    const char *period = period_fault(state, freeze, policy);
    if (period != NULL) {
        return en_fold_refuse(fold, EN_CONFLICT, err, "freeze: %s", period);
    }
    en_code code = en_holds_meet(fold, &state->holds, freeze->scope, at, &is_held, err);
    if (code == EN_OK && is_held) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "freeze: recalculation of the scope is held (F-06): let it go first");
    }
    return code == EN_OK ? en_freeze_request_check(fold, freeze, policy, err) : code;
}

/* Writes down whom the freeze is about, its digest and what governed it. */
static en_code make_freeze(struct en_fold *fold, struct freeze_state *state,
                           struct en_freeze_row *freeze, struct en_error *err)
{
    en_code code = en_freeze_scope_write(fold, freeze, err);
    if (code == EN_OK) {
        code = en_frozen_digest(fold->store, freeze, &freeze->digest, &freeze->rows_count, err);
    }
    if (code == EN_OK) {
        code = en_governing_digest(fold->store, &freeze->versions, err);
    }
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_freeze, freeze, NULL, err);
    }
    return code == EN_OK ? set_current(state, freeze, err) : code;
}

static en_code fold_requested(struct en_fold *fold, struct freeze_state *state,
                              const struct en_event *event, struct en_error *err)
{
    struct en_freeze_requested payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "freeze", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    bool is_in_calendar = payload.from_day >= EN_FOLD_DAY_MIN && payload.to_day < EN_FOLD_DAY_MAX;
    if (!is_in_calendar || payload.to_day <= payload.from_day ||
        payload.to_day - payload.from_day > PERIOD_DAYS_MAX) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "freeze: give a period of 1 to %d days, its end not included",
                              PERIOD_DAYS_MAX);
    }
    struct en_policy_row policy;
    bool is_found = false;
    bool has_scope = false;
    code = en_freeze_policy_find(fold, payload.policy, &policy, &is_found, err);
    if (code == EN_OK) {
        code = is_scope(fold, payload.scope, &has_scope, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (!has_scope) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "freeze: its scope (object %u) is not there: nothing would be frozen",
                              payload.scope);
    }
    if (!is_found) {
        return en_fold_refuse(
            fold, EN_NOT_FOUND, err,
            "freeze: there is no policy \"%.*s\": set it first, or leave it out for declare",
            (int)payload.policy.size, (const char *)payload.policy.bytes);
    }
    struct en_freeze_row freeze = {
        .freeze = event->header.subject,
        .run = 1,
        .seq = event->header.seq.n,
        .from_day = payload.from_day,
        .to_day = payload.to_day,
        .scope = payload.scope,
        .policy = payload.policy.size > 0 ? payload.policy : en_slice_text(POLICY_DEFAULT),
    };
    code = check_freeze(fold, state, &freeze, &policy, err);
    if (code != EN_OK || fold->is_refused) {
        return code;
    }
    return en_freeze_policy_waits(&policy) ? en_freeze_request_note(fold, &freeze, err)
                                           : make_freeze(fold, state, &freeze, err);
}

/* The last approval freezes what was asked for, as it is now. */
static en_code fold_approved(struct en_fold *fold, struct freeze_state *state,
                             const struct en_event *event, struct en_error *err)
{
    struct en_freeze_row freeze;
    struct en_policy_row policy;
    bool is_whole = false;
    en_code code = en_freeze_request_approve(fold, event, &freeze, &policy, &is_whole, err);
    if (code != EN_OK || !is_whole) {
        return code;
    }
    code = check_freeze(fold, state, &freeze, &policy, err);
    if (code != EN_OK || fold->is_refused) {
        return code;
    }
    code = en_freeze_request_done(fold, freeze.freeze, err);
    return code == EN_OK ? make_freeze(fold, state, &freeze, err) : code;
}

static en_code fold_attested(struct en_fold *fold, const struct en_event *event,
                             struct en_error *err)
{
    struct en_freeze_attested payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "attestation", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_freeze_row freeze = {.freeze = event->header.subject, .run = payload.run};
    code = en_table_get(fold->store, &en_table_freeze, &freeze, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "attestation: freeze %u has no run %u to attest", freeze.freeze,
                              payload.run);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_attestation_row row = {
        .freeze = event->header.subject,
        .run = payload.run,
        .size = payload.size,
        .root = payload.root,
        .digest = payload.digest,
        .checkpoint = payload.checkpoint,
        .software = payload.software,
    };
    return en_table_put(fold->store, &en_table_attestation, &row, NULL, err);
}

static en_code restate(struct en_fold *fold, struct freeze_state *state,
                       const struct en_freeze_row *last, struct en_slice authority,
                       struct en_error *err)
{
    struct en_freeze_row next = *last;
    en_code code = en_fold_copy(&fold->batch, last->policy, &next.policy, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->batch, last->name, &next.name, err);
    }
    next.run = last->run + 1;
    next.seq = fold->event->header.seq.n;
    next.authority = authority;
    if (code == EN_OK) {
        code = en_freeze_scope_copy(fold, last, next.run, err);
    }
    if (code == EN_OK) {
        code = en_freeze_scope_count_missing(fold, &next, err);
    }
    if (code == EN_OK) {
        code = en_frozen_digest(fold->store, &next, &next.digest, &next.rows_count, err);
    }
    if (code == EN_OK) {
        code = en_governing_digest(fold->store, &next.versions, err);
    }
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_freeze, &next, NULL, err);
    }
    return code == EN_OK ? set_current(state, &next, err) : code;
}

static en_code has_pending(struct en_fold *fold, const struct en_freeze_row *last, bool *has,
                           struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {.freeze = last->freeze, .run = last->run, .day = INT32_MIN};
    en_code code = en_table_scan_begin(fold->store, &en_table_frozen, &row, 2, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        en_table_scan_end(&scan);
    }
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Whether any freeze of the scope holds the day. */
static bool is_frozen_day(const struct freeze_state *state, uint32_t scope, int32_t day)
{
    for (size_t i = 0; i < state->count; i++) {
        const struct current *current = &state->items[i];
        if ((current->scope == 0 || current->scope == scope) && day >= current->from_day &&
            day < current->to_day) {
            return true;
        }
    }
    return false;
}

static en_code fold_correction(struct en_fold *fold, struct freeze_state *state,
                               const struct en_event *event, struct en_error *err)
{
    struct en_correction_requested payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "correction", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (payload.correction > DELTA) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "correction: it is restate (1), delta (2) or as the policy says (0)");
    }
    struct en_freeze_row last;
    code = en_freeze_last_run(fold->store, event->header.subject, &last, err);
    if (code == EN_NOT_FOUND) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err, "correction: there is no freeze %u",
                              event->header.subject);
    }
    struct en_policy_row policy;
    bool is_found = false;
    bool has = false;
    if (code == EN_OK) {
        code = en_freeze_policy_find(fold, last.policy, &policy, &is_found, err);
    }
    if (code == EN_OK) {
        code = has_pending(fold, &last, &has, err);
    }
    if (code != EN_OK) {
        return code;
    }
    bool is_held = false;
    code = en_holds_meet(fold, &state->holds, last.scope,
                         (struct en_instant){(int64_t)last.to_day * EN_DAY_US}, &is_held, err);
    if (code != EN_OK) {
        return code;
    }
    if (is_held) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "correction: recalculation of the scope is held (F-06): let it go "
                              "first");
    }
    uint8_t style = payload.correction != 0 ? payload.correction : policy.correction;
    if (payload.authority.size == 0) {
        return en_fold_refuse(fold, EN_REFUSED, err,
                              "correction: give the authority it rests on (an act, a decision)");
    }
    bool is_booked = false;
    if (style == RESTATE) {
        code = en_freeze_delta_is_booked(fold, &last, &is_booked, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (is_booked) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "correction: deltas of freeze %u are booked on open days, a "
                              "restatement would count them twice: book a delta",
                              event->header.subject);
    }
    if (!has && style == RESTATE) {
        return en_freeze_refuse_nothing_pending(fold, event->header.subject, err);
    }
    if (style == DELTA &&
        (payload.target_day < last.to_day || payload.target_day >= EN_FOLD_DAY_MAX)) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "correction: a delta is booked on an open day after the frozen "
                              "period: name one");
    }
    if (style == DELTA && is_frozen_day(state, last.scope, payload.target_day)) {
        return en_fold_refuse(
            fold, EN_CONFLICT, err,
            "correction: the day it is to be booked on is frozen itself: choose an open one");
    }
    return style == RESTATE ? restate(fold, state, &last, payload.authority, err)
                            : en_freeze_delta_book(fold, &state->scratch, &last, &payload, err);
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    switch ((en_kind)event->header.kind) {
    case EN_KIND_FREEZE_POLICY_SET:
        return en_freeze_policy_fold(fold, event, err);
    case EN_KIND_FREEZE_REQUESTED:
        return fold_requested(fold, state, event, err);
    case EN_KIND_FREEZE_APPROVED:
        return fold_approved(fold, state, event, err);
    case EN_KIND_HOLD_SET:
        return en_holds_fold(fold, &((struct freeze_state *)state)->holds, event, err);
    case EN_KIND_FREEZE_ATTESTED:
        return fold_attested(fold, event, err);
    default:
        return fold_correction(fold, state, event, err);
    }
}

/* I2: keeps the frozen entry when the live one leaves it, forgets it when the live one comes back.
 */
static en_code keep(struct en_fold *fold, const struct current *current, en_frozen_lane lane,
                    int32_t day, const struct en_change *change, struct en_error *err)
{
    bool is_within = false;
    struct en_freeze_row run = {
        .freeze = current->freeze, .run = current->run, .scope = current->scope};
    en_code code = en_freeze_scope_holds(fold, &run, lane, change->series, &is_within, err);
    if (code != EN_OK || !is_within) {
        return code;
    }
    struct en_frozen_row row = {.freeze = current->freeze,
                                .run = current->run,
                                .lane = (uint8_t)lane,
                                .day = day,
                                .series = change->series};
    code = en_table_get(fold->store, &en_table_frozen, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        row.entry = change->before;
        return en_table_put(fold->store, &en_table_frozen, &row, NULL, err);
    }
    if (code == EN_OK && en_slice_equal(row.entry, change->after)) {
        code = en_table_delete(fold->store, &en_table_frozen, &row, err);
    }
    return code;
}

/* What changed on the day, for one freeze or hold. */
static en_code keep_all(struct en_fold *fold, const struct current *current, int32_t day,
                        struct en_error *err)
{
    static const struct {
        en_change_lane changes;
        en_frozen_lane frozen;
    } lanes[] = {
        {EN_LANE_BEST, EN_FROZEN_INTERVAL},
        {EN_LANE_NODE, EN_FROZEN_NODE},
        {EN_LANE_BALANCE, EN_FROZEN_BALANCE},
    };
    en_code code = EN_OK;
    for (size_t lane = 0; lane < EN_COUNT_OF(lanes) && code == EN_OK; lane++) {
        const struct en_changes *changes = &fold->changes[lanes[lane].changes];
        for (size_t change = 0; change < changes->count && code == EN_OK; change++) {
            code = keep(fold, current, lanes[lane].frozen, day, &changes->items[change], err);
        }
    }
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct freeze_state *state = state_memory;
    en_code code = EN_OK;
    for (size_t i = 0; i < state->count && code == EN_OK; i++) {
        const struct current *current = &state->items[i];
        if (day >= current->from_day && day < current->to_day) {
            code = keep_all(fold, current, day, err);
        }
    }
    for (size_t i = 0; i < state->holds.count && code == EN_OK; i++) {
        uint32_t scope = state->holds.scopes[i];
        struct current hold = {EN_HOLD_FREEZE(scope), EN_HOLD_RUN, INT32_MIN, INT32_MAX, scope};
        code = keep_all(fold, &hold, day, err);
    }
    return code;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_freeze, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_freeze_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = set_current(state_memory, &row,
                               err); /* runs come in rising order: the newest stays */
        }
    }
    en_table_scan_end(&scan);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    struct freeze_state *state = state_memory;
    return code == EN_OK ? en_holds_load(fold, &state->holds, err) : code;
}

static void close_state(void *state_memory)
{
    struct freeze_state *state = state_memory;
    en_holds_fini(&state->holds);
    en_mem_free(state->items);
}

static const struct en_table *const tables[] = {&en_table_policy,         &en_table_freeze,
                                                &en_table_freeze_member,  &en_table_attestation,
                                                &en_table_frozen,         &en_table_correction,
                                                &en_table_freeze_request, &en_table_freeze_approval,
                                                &en_table_hold,           NULL};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_freeze = {
    .name = "freeze",
    .about = "Frozen periods, pending differences, corrections.",
    .kinds = EN_KIND_BIT(FREEZE_POLICY_SET) | EN_KIND_BIT(FREEZE_REQUESTED) |
             EN_KIND_BIT(FREEZE_ATTESTED) | EN_KIND_BIT(CORRECTION_REQUESTED) |
             EN_KIND_BIT(FREEZE_APPROVED) | EN_KIND_BIT(HOLD_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct freeze_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
};
