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
#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block.h"
#include "processors/processor.h"
#include "processors/registry/registry.h"
#include "projections/tables.h"
#include "projections/views/frozen.h"
#include "projections/views/interval.h"
#include "projections/views/totals.h"

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

static en_code fold_policy(struct en_fold *fold, const struct en_event *event, struct en_error *err)
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
    struct en_policy_row row = {
        .policy = event->header.subject,
        .name = payload.name,
        .needs_completeness = payload.needs_completeness,
        .needs_period_order = payload.needs_period_order,
        .approvals = payload.approvals,
        .correction = payload.correction,
    };
    return en_table_put(fold->store, &en_table_policy, &row, NULL, err);
}

/* The policy of that name; `declare` is always there: gaps are counted, not refused, corrections
 * are booked as deltas. */
static en_code find_policy(struct en_fold *fold, struct en_slice name, struct en_policy_row *policy,
                           bool *is_found, struct en_error *err)
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

static en_code put_member(struct en_fold *fold, const struct en_freeze_row *freeze,
                          en_frozen_lane lane, uint32_t series, struct en_error *err)
{
    struct en_freeze_member_row row = {
        .freeze = freeze->freeze, .run = freeze->run, .lane = (uint8_t)lane, .series = series};
    return en_table_put(fold->store, &en_table_freeze_member, &row, NULL, err);
}

/* Balances of objects in the scope, with their sides. */
static en_code gather_balances(struct en_fold *fold, const struct en_freeze_row *freeze,
                               struct en_error *err)
{
    struct en_instant at = {(int64_t)freeze->from_day * EN_DAY_US};
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_balance, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_balance_row row;
        bool is_within = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && row.object != 0) {
            code = en_registry_is_within(fold, row.object, freeze->scope, at, &is_within, err);
        }
        if (code != EN_OK || !is_within) {
            continue;
        }
        const uint32_t nodes[] = {row.in_node, row.out_node, row.losses_node};
        code = put_member(fold, freeze, EN_FROZEN_BALANCE, row.balance, err);
        for (size_t i = 0; i < EN_COUNT_OF(nodes) && code == EN_OK; i++) {
            code = nodes[i] != 0 ? put_member(fold, freeze, EN_FROZEN_NODE, nodes[i], err) : EN_OK;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What is expected of a channel in the period, against what there is. */
static en_code count_missing(struct en_fold *fold, struct en_freeze_row *freeze,
                             const struct en_channel_row *channel, struct en_error *err)
{
    if (channel->slot_seconds == 0) {
        return EN_OK;
    }
    uint64_t expected =
        (uint64_t)(freeze->to_day - freeze->from_day) * (86400 / channel->slot_seconds);
    uint64_t present = 0;
    for (int32_t day = freeze->from_day; day < freeze->to_day; day++) {
        struct en_slice entry;
        struct en_totals totals = {0};
        en_code code =
            en_series_get(fold->store, &en_series_usage_day, day, channel->channel, &entry, err);
        if (code == EN_OK) {
            code = en_totals_decode(entry, &totals, err);
        }
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        present += totals.present_count;
    }
    freeze->missing_count += expected > present ? expected - present : 0;
    return EN_OK;
}

/* Whether the freeze is about the channel: of a first run by the tree of objects at the period's
 * end, of a later one by the members written down then. */
static en_code is_about(struct en_fold *fold, const struct en_freeze_row *freeze,
                        const struct en_channel_row *channel, bool *is, struct en_error *err)
{
    *is = freeze->scope == 0;
    if (*is) {
        return EN_OK;
    }
    if (freeze->run > 1) {
        struct en_freeze_member_row member = {.freeze = freeze->freeze,
                                              .run = freeze->run,
                                              .lane = EN_FROZEN_INTERVAL,
                                              .series = channel->channel};
        en_code code = en_table_get(fold->store, &en_table_freeze_member, &member, NULL, err);
        *is = code == EN_OK;
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_instant at = {(int64_t)freeze->to_day * EN_DAY_US};
    struct en_point_row point = {.point = channel->point, .from = at};
    en_code code = en_table_last_before(fold->store, &en_table_point, &point, 1, NULL, err);
    if (code == EN_OK) {
        code = en_registry_is_within(fold, point.object, freeze->scope, at, is, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

typedef en_code (*visit_channel)(struct en_fold *fold, struct en_freeze_row *freeze,
                                 const struct en_channel_row *channel, struct en_error *err);

/* Every channel that the freeze is about. */
static en_code walk_channels(struct en_fold *fold, struct en_freeze_row *freeze,
                             visit_channel visit, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_channel, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_channel_row row;
        bool is = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = is_about(fold, freeze, &row, &is, err);
        }
        if (code == EN_OK && is) {
            code = visit(fold, freeze, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_channel_member(struct en_fold *fold, struct en_freeze_row *freeze,
                                  const struct en_channel_row *channel, struct en_error *err)
{
    return put_member(fold, freeze, EN_FROZEN_INTERVAL, channel->channel, err);
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

static en_code fold_requested(struct en_fold *fold, struct freeze_state *state,
                              const struct en_event *event, struct en_error *err)
{
    struct en_freeze_requested payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "freeze", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (payload.to_day <= payload.from_day || payload.to_day - payload.from_day > PERIOD_DAYS_MAX) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "freeze: give a period of 1 to %d days, its end not included",
                              PERIOD_DAYS_MAX);
    }
    struct en_policy_row policy;
    bool is_found = false;
    code = find_policy(fold, payload.policy, &policy, &is_found, err);
    if (code != EN_OK) {
        return code;
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
    const char *period = period_fault(state, &freeze, &policy);
    if (period != NULL) {
        return en_fold_refuse(fold, EN_CONFLICT, err, "freeze: %s", period);
    }
    code = walk_channels(fold, &freeze, count_missing, err);
    if (code == EN_OK && policy.needs_completeness && freeze.missing_count > 0) {
        return en_fold_refuse(fold, EN_REFUSED, err,
                              "freeze: %llu slots of the period are missing, and the policy wants "
                              "it complete (F-01): collect or "
                              "substitute them, or freeze under the policy declare",
                              (unsigned long long)freeze.missing_count);
    }
    if (code == EN_OK && freeze.scope != 0) {
        code = walk_channels(fold, &freeze, put_channel_member, err);
    }
    if (code == EN_OK && freeze.scope != 0) {
        code = gather_balances(fold, &freeze, err);
    }
    if (code == EN_OK) {
        code = en_frozen_digest(fold->store, &freeze, &freeze.digest, &freeze.rows_count, err);
    }
    if (code == EN_OK) {
        code = en_governing_digest(fold->store, &freeze.versions, err);
    }
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_freeze, &freeze, NULL, err);
    }
    return code == EN_OK ? set_current(state, &freeze, err) : code;
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

/* Members are those of the run before: a correction never changes whom a freeze is about. */
static en_code copy_members(struct en_fold *fold, const struct en_freeze_row *from, uint32_t run,
                            struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_member_row row = {.freeze = from->freeze, .run = from->run};
    en_code code = en_table_scan_begin(fold->store, &en_table_freeze_member, &row, 2, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            struct en_freeze_member_row copy = row;
            copy.run = run;
            code = en_table_put(fold->store, &en_table_freeze_member, &copy, NULL, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code restate(struct en_fold *fold, struct freeze_state *state,
                       const struct en_freeze_row *last, struct en_slice authority,
                       struct en_error *err)
{
    struct en_freeze_row next = *last;
    next.policy = en_arena_copy(&fold->batch, last->policy);
    next.name = en_arena_copy(&fold->batch, last->name);
    next.run = last->run + 1;
    next.seq = fold->event->header.seq.n;
    next.authority = authority;
    next.missing_count = 0;
    en_code code = last->scope != 0 ? copy_members(fold, last, next.run, err) : EN_OK;
    if (code == EN_OK) {
        code = walk_channels(fold, &next, count_missing, err);
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

/* What was booked for the channel and run before. */
static en_code booked_before(struct en_fold *fold, const struct en_freeze_row *last,
                             uint32_t channel, int64_t *micro, struct en_error *err)
{
    struct en_table_scan scan;
    *micro = 0;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_same = code == EN_OK && row.freeze == last->freeze && row.run == last->run &&
                       row.channel == channel && row.seq != fold->event->header.seq.n;
        if (is_same && !en_i64_add(*micro, row.delta_micro, micro)) {
            code = en_error_set(err, EN_OVERFLOW, "corrections of channel %u do not fit 64 bits",
                                channel);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Live less frozen energy of one kept entry. */
static en_code difference(struct en_fold *fold, struct freeze_state *state,
                          const struct en_frozen_row *kept, int64_t *micro, struct en_error *err)
{
    struct en_totals frozen;
    struct en_totals live;
    struct en_slice block = {0};
    en_code code = en_totals_of_block(kept->entry, &state->scratch, &frozen, err);
    if (code == EN_OK) {
        code = en_interval_get(fold->store, kept->day, kept->series, &block, err);
        block = code == EN_NOT_FOUND ? (struct en_slice){0} : block;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK) {
        code = en_totals_of_block(block, &state->scratch, &live, err);
    }
    if (code == EN_OK && !en_i64_subtract(live.micro, frozen.micro, micro)) {
        code = en_error_set(err, EN_OVERFLOW, "the difference of channel %u does not fit 64 bits",
                            kept->series);
    }
    return code;
}

/* Adds one day's difference to the channel's correction row of this event. */
static en_code book_difference(struct en_fold *fold, const struct en_correction_row *template,
                               uint32_t channel, int64_t micro, struct en_error *err)
{
    struct en_correction_row row = *template;
    row.channel = channel;
    en_code code = en_table_get(fold->store, &en_table_correction, &row, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    int64_t sum = code == EN_OK ? row.delta_micro : 0;
    row = *template;
    row.channel = channel;
    if (!en_i64_add(sum, micro, &row.delta_micro)) {
        return en_error_set(err, EN_OVERFLOW, "the correction of channel %u does not fit 64 bits",
                            channel);
    }
    return en_table_put(fold->store, &en_table_correction, &row, NULL, err);
}

/* Channels that earlier corrections of the run booked and that no longer differ: what was booked is
 * to be taken back (F-10), so they have a row too. */
static en_code add_booked_channels(struct en_fold *fold, const struct en_correction_row *template,
                                   struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.seq >= template->seq) {
            break;
        }
        if (row.freeze == template->freeze && row.run == template->run) {
            code = book_difference(fold, template, row.channel, 0, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Takes off what earlier corrections of the run booked; rows that come to nothing go. */
static en_code net_corrections(struct en_fold *fold, const struct en_freeze_row *last,
                               bool *has_any, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_correction_row row = {.seq = fold->event->header.seq.n};
    *has_any = false;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        int64_t booked = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = booked_before(fold, last, row.channel, &booked, err);
        }
        if (code != EN_OK) {
            break;
        }
        struct en_correction_row net = row;
        net.authority = en_arena_copy(&fold->batch, row.authority);
        if (!en_i64_subtract(row.delta_micro, booked, &net.delta_micro)) {
            code = en_error_set(err, EN_OVERFLOW,
                                "the correction of channel %u does not fit 64 bits", row.channel);
        } else if (net.delta_micro == 0) {
            code = en_table_delete(fold->store, &en_table_correction, &net, err);
        } else {
            *has_any = true;
            code = en_table_put(fold->store, &en_table_correction, &net, NULL, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code refuse_nothing_pending(struct en_fold *fold, uint32_t freeze, struct en_error *err)
{
    return en_fold_refuse(fold, EN_CONFLICT, err,
                          "correction: freeze %u has no pending difference that is not booked yet",
                          freeze);
}

static en_code book_delta(struct en_fold *fold, struct freeze_state *state,
                          const struct en_freeze_row *last,
                          const struct en_correction_requested *payload, struct en_error *err)
{
    struct en_correction_row template = {
        .seq = fold->event->header.seq.n,
        .freeze = last->freeze,
        .run = last->run,
        .target_day = payload->target_day,
        .authority = payload->authority,
    };
    struct en_table_scan scan;
    struct en_frozen_row kept = {
        .freeze = last->freeze, .run = last->run, .lane = EN_FROZEN_INTERVAL, .day = INT32_MIN};
    en_code code = en_table_scan_begin(fold->store, &en_table_frozen, &kept, 3, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        int64_t micro = 0;
        code = en_table_scan_next(&scan, &kept, NULL, err);
        if (code == EN_OK) {
            code = difference(fold, state, &kept, &micro, err);
        }
        if (code == EN_OK) {
            code = book_difference(fold, &template, kept.series, micro, err);
        }
    }
    en_table_scan_end(&scan);
    bool has_any = false;
    code = code == EN_NOT_FOUND ? add_booked_channels(fold, &template, err) : code;
    if (code == EN_OK) {
        code = net_corrections(fold, last, &has_any, err);
    }
    return code == EN_OK && !has_any ? refuse_nothing_pending(fold, last->freeze, err) : code;
}

/* Whether deltas of the run stand booked. */
static en_code has_booked(struct en_fold *fold, const struct en_freeze_row *last, bool *has,
                          struct en_error *err)
{
    struct en_table_scan scan;
    *has = false;
    en_code code = en_table_scan_begin(fold->store, &en_table_correction, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK && !*has) {
        struct en_correction_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        *has = code == EN_OK && row.freeze == last->freeze && row.run == last->run;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
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
        code = find_policy(fold, last.policy, &policy, &is_found, err);
    }
    if (code == EN_OK) {
        code = has_pending(fold, &last, &has, err);
    }
    if (code != EN_OK) {
        return code;
    }
    uint8_t style = payload.correction != 0 ? payload.correction : policy.correction;
    if (payload.authority.size == 0) {
        return en_fold_refuse(fold, EN_REFUSED, err,
                              "correction: give the authority it rests on (an act, a decision)");
    }
    bool is_booked = false;
    if (style == RESTATE) {
        code = has_booked(fold, &last, &is_booked, err);
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
        return refuse_nothing_pending(fold, event->header.subject, err);
    }
    if (style == DELTA && payload.target_day < last.to_day) {
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
                            : book_delta(fold, state, &last, &payload, err);
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    switch ((en_kind)event->header.kind) {
    case EN_KIND_FREEZE_POLICY_SET:
        return fold_policy(fold, event, err);
    case EN_KIND_FREEZE_REQUESTED:
        return fold_requested(fold, state, event, err);
    case EN_KIND_FREEZE_ATTESTED:
        return fold_attested(fold, event, err);
    default:
        return fold_correction(fold, state, event, err);
    }
}

static en_code is_in_scope(struct en_fold *fold, const struct current *current, en_frozen_lane lane,
                           uint32_t series, bool *is_within, struct en_error *err)
{
    *is_within = current->scope == 0;
    if (*is_within) {
        return EN_OK;
    }
    struct en_freeze_member_row row = {
        .freeze = current->freeze, .run = current->run, .lane = (uint8_t)lane, .series = series};
    en_code code = en_table_get(fold->store, &en_table_freeze_member, &row, NULL, err);
    *is_within = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* I2: keeps the frozen entry when the live one leaves it, forgets it when the live one comes back.
 */
static en_code keep(struct en_fold *fold, const struct current *current, en_frozen_lane lane,
                    int32_t day, const struct en_change *change, struct en_error *err)
{
    bool is_within = false;
    en_code code = is_in_scope(fold, current, lane, change->series, &is_within, err);
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

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    static const struct {
        en_change_lane changes;
        en_frozen_lane frozen;
    } lanes[] = {
        {EN_LANE_INTERVAL, EN_FROZEN_INTERVAL},
        {EN_LANE_NODE, EN_FROZEN_NODE},
        {EN_LANE_BALANCE, EN_FROZEN_BALANCE},
    };
    struct freeze_state *state = state_memory;
    en_code code = EN_OK;
    for (size_t i = 0; i < state->count && code == EN_OK; i++) {
        const struct current *current = &state->items[i];
        if (day < current->from_day || day >= current->to_day) {
            continue;
        }
        for (size_t lane = 0; lane < EN_COUNT_OF(lanes) && code == EN_OK; lane++) {
            const struct en_changes *changes = &fold->changes[lanes[lane].changes];
            for (size_t change = 0; change < changes->count && code == EN_OK; change++) {
                code = keep(fold, current, lanes[lane].frozen, day, &changes->items[change], err);
            }
        }
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
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void close_state(void *state_memory)
{
    struct freeze_state *state = state_memory;
    en_mem_free(state->items);
}

static const struct en_table *const tables[] = {&en_table_policy,
                                                &en_table_freeze,
                                                &en_table_freeze_member,
                                                &en_table_attestation,
                                                &en_table_frozen,
                                                &en_table_correction,
                                                NULL};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_freeze = {
    .name = "freeze",
    .about = "Frozen periods, pending differences, corrections.",
    .kinds = EN_KIND_BIT(FREEZE_POLICY_SET) | EN_KIND_BIT(FREEZE_REQUESTED) |
             EN_KIND_BIT(FREEZE_ATTESTED) | EN_KIND_BIT(CORRECTION_REQUESTED),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct freeze_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .settle = settle,
};
