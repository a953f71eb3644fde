#include "processors/substitution/act.h"

#include <inttypes.h>

#include "core/mem.h"
#include "core/metering/grid.h"
#include "processors/substitution/fill.h"

#define SPAN_DAYS_MAX 366 /* of one act */
#define ROW_ARENA_SIZE ((size_t)1 << 20)

void en_acts_fini(struct en_acts *acts)
{
    en_mem_free(acts->items);
    *acts = (struct en_acts){0};
}

/* ---- the list ---- */

size_t en_acts_first(const struct en_acts *acts, uint32_t channel)
{
    size_t low = 0;
    size_t high = acts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (acts->items[middle].channel < channel) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static en_code insert(struct en_acts *acts, const struct en_act *act, struct en_error *err)
{
    en_code code =
        en_fold_grow((void **)&acts->items, &acts->capacity, acts->count, sizeof *acts->items, err);
    if (code != EN_OK) {
        return code;
    }
    size_t at = en_acts_first(acts, act->channel);
    while (at < acts->count && acts->items[at].channel == act->channel &&
           acts->items[at].decided < act->decided) {
        at++;
    }
    memmove(acts->items + at + 1, acts->items + at, (acts->count - at) * sizeof *acts->items);
    acts->items[at] = *act;
    acts->count++;
    return EN_OK;
}

static void take_out(struct en_acts *acts, uint64_t edit)
{
    for (size_t i = 0; i < acts->count; i++) {
        if (acts->items[i].edit == edit) {
            memmove(acts->items + i, acts->items + i + 1,
                    (acts->count - i - 1) * sizeof *acts->items);
            acts->count--;
            return;
        }
    }
}

static struct en_act act_of(const struct en_edit_row *row)
{
    return (struct en_act){row->channel, row->kind, row->decided, row->edit, {row->from, row->to}};
}

en_code en_acts_load(struct en_acts *acts, struct en_store *store, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ROW_ARENA_SIZE);
    en_code code = en_table_scan_begin(store, &en_table_edit, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_edit_row row;
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code == EN_OK && row.state == EN_EDIT_STATE_APPROVED && row.kind != EN_EDIT_RETRACT) {
            struct en_act act = act_of(&row);
            code = insert(acts, &act, err);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

bool en_acts_meet(struct en_interval a, struct en_interval b)
{
    return a.from.us < b.to.us && b.from.us < a.to.us;
}

bool en_acts_touch(const struct en_acts *acts, uint32_t channel, struct en_interval interval)
{
    for (size_t i = en_acts_first(acts, channel);
         i < acts->count && acts->items[i].channel == channel; i++) {
        if (en_acts_meet(acts->items[i].span, interval)) {
            return true;
        }
    }
    return false;
}

/* ---- requests ---- */

struct request {
    struct en_fold *fold;
    const struct en_event_header *header;
    struct en_edit_requested payload;
    struct en_channel_info info;
    uint64_t slots;
};

/* The slots of the interval; 0 where it does not stand on the channel's grid. */
static en_code count_slots(struct request *request, struct en_error *err)
{
    struct en_interval valid = request->header->valid;
    struct en_grid grid = {.seconds = request->info.slot_seconds};
    request->slots = 0;
    en_code code = en_registry_offset(request->fold, request->info.point, valid.from,
                                      &grid.offset_minutes, err);
    bool is_on_grid = code == EN_OK && en_grid_is_valid(grid) && valid.from.us < valid.to.us &&
                      valid.to.us - valid.from.us <= SPAN_DAYS_MAX * EN_DAY_US &&
                      en_grid_is_edge(grid, valid.from) && en_grid_is_edge(grid, valid.to);
    if (is_on_grid) {
        request->slots = (uint64_t)(valid.to.us - valid.from.us) /
                         ((uint64_t)grid.seconds * (uint64_t)EN_SECOND_US);
    }
    return code;
}

static bool is_estimate_step(struct en_slice method, struct en_error *fault)
{
    struct en_estimation_chain chain;
    return en_estimation_chain_parse(method, &chain, fault) == EN_OK && chain.count == 1;
}

/* What is wrong with a request, in words that say how to mend it; NULL: nothing. */
static const char *fault_of(const struct request *request, struct en_error *fault)
{
    const struct en_edit_requested *edit = &request->payload;
    if (request->header->actor == 0) {
        return "an edit is asked for by a person: name one (--actor)";
    }
    if (edit->evidence.size == 0) {
        return "an edit wants evidence: name the act or document (--evidence)";
    }
    if (edit->reason == EN_REASON_NONE || edit->reason >= EN_REASONS_COUNT) {
        return "an edit wants a reason that is known, like Z81 (--reason)";
    }
    if (edit->kind == EN_EDIT_RETRACT) {
        return NULL;
    }
    if (!request->info.is_known || request->info.slot_seconds == 0) {
        return "the channel has no grid of slots to edit";
    }
    if (request->slots == 0) {
        return "from and to must be edges of the channel's slots, at most 366 days apart";
    }
    bool has_list = edit->values.count > 0;
    if (has_list && edit->values.count != request->slots) {
        return "one value is wanted for each slot from from to to";
    }
    switch ((en_edit_kind)edit->kind) {
    case EN_EDIT_VALUES:
        return has_list ? NULL : "values are wanted, one for each slot";
    case EN_EDIT_ZERO:
        return NULL;
    case EN_EDIT_UNDERCOUNT:
        if (has_list == (edit->amount_micro != 0)) {
            return "energy to add is wanted: one amount, or one value for each slot";
        }
        return edit->amount_micro < 0 ? "an undercount adds energy: it is not below zero" : NULL;
    case EN_EDIT_LOST_PHASE:
        if (edit->healthy > 2 || (edit->healthy == 0) == (edit->factor.den == 0)) {
            return "either 1 or 2 healthy elements are wanted, or the factor of the act";
        }
        return edit->healthy == 0 && en_ratio_compare(edit->factor, EN_RATIO_ONE) < 0
                   ? "the factor of a lost phase is not below 1"
                   : NULL;
    case EN_EDIT_ESTIMATE:
        return is_estimate_step(edit->method, fault)
                   ? NULL
                   : "one method of estimation is wanted, like \"E-02 n=3\"";
    case EN_EDIT_RETRACT:
        return NULL;
    }
    return "an edit of an unknown kind";
}

static bool has_negative(struct en_list values)
{
    const struct en_edit_value *items = values.items;
    for (uint32_t i = 0; i < values.count; i++) {
        if (items[i].micro < 0) {
            return true;
        }
    }
    return false;
}

/* A retraction must name an act that acts, of the same channel. */
static en_code check_retracted(const struct request *request, const char **fault,
                               struct en_error *err)
{
    struct en_edit_row target = {.edit = request->payload.retracts};
    en_code code =
        en_table_get(request->fold->store, &en_table_edit, &target, &request->fold->batch, err);
    if (code == EN_NOT_FOUND || (code == EN_OK && target.channel != request->header->subject)) {
        *fault = "no edit of this channel has the number to retract (edit list shows them)";
        return EN_OK;
    }
    if (code == EN_OK &&
        (target.state != EN_EDIT_STATE_APPROVED || target.kind == EN_EDIT_RETRACT)) {
        *fault = "only an approved edit can be retracted";
    }
    return code;
}

en_code en_acts_request(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct request request = {.fold = fold, .header = &event->header};
    struct en_error reason = {0};
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "edit", &request.payload, &is_read, err);
    if (code == EN_OK && is_read) {
        code = en_registry_channel(fold, event->header.subject, &request.info, err);
    }
    if (code == EN_OK && is_read && request.info.slot_seconds > 0) {
        code = count_slots(&request, err);
    }
    if (code != EN_OK || !is_read) {
        return code;
    }
    const char *fault = fault_of(&request, &reason);
    if (fault == NULL && request.payload.kind == EN_EDIT_UNDERCOUNT &&
        has_negative(request.payload.values)) {
        fault = "an undercount adds energy: it is not below zero";
    }
    if (fault == NULL && request.payload.kind == EN_EDIT_RETRACT) {
        code = check_retracted(&request, &fault, err);
    }
    if (code != EN_OK || fault != NULL) {
        return code == EN_OK ? en_fold_refuse(fold, EN_RANGE, err, "edit: %s%s%s", fault,
                                              reason.text[0] != '\0' ? ": " : "", reason.text)
                             : code;
    }
    const struct en_edit_requested *edit = &request.payload;
    struct en_edit_row row = {
        .edit = event->header.seq.n,
        .channel = event->header.subject,
        .from = event->header.valid.from,
        .to = event->header.valid.to,
        .kind = edit->kind,
        .values = edit->values,
        .amount_micro = edit->amount_micro,
        .applies_ratio = edit->applies_ratio,
        .factor = edit->factor,
        .healthy = edit->healthy,
        .method = edit->method,
        .reason = edit->reason,
        .evidence = edit->evidence,
        .comment = edit->comment,
        .retracts = edit->retracts,
        .requester = event->header.actor,
        .state = EN_EDIT_STATE_REQUESTED,
    };
    return en_table_put(fold->store, &en_table_edit, &row, NULL, err);
}

/* ---- decisions ---- */

static en_code refuse_decision(struct en_fold *fold, const struct en_edit_row *row,
                               const struct en_event_header *header, bool *is_refused,
                               struct en_error *err)
{
    *is_refused = true;
    if (row->channel != header->subject) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "edit %" PRIu64 " is of another channel: name its own", row->edit);
    }
    if (row->state != EN_EDIT_STATE_REQUESTED) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "edit %" PRIu64 " was decided by event %" PRIu64
                              ": ask for another edit",
                              row->edit, row->decided);
    }
    if (header->actor == 0 || header->actor == row->requester) {
        return en_fold_refuse(fold, EN_DENIED, err,
                              "edit %" PRIu64
                              " must be decided by another person than asked for it (--actor)",
                              row->edit);
    }
    *is_refused = false;
    return EN_OK;
}

/* Takes the act back that a retraction names; it may be gone meanwhile. */
static en_code retract(struct en_acts *acts, struct en_fold *fold, uint64_t edit,
                       struct en_act *changed, bool *is_refused, struct en_error *err)
{
    struct en_edit_row row = {.edit = edit};
    en_code code = en_table_get(fold->store, &en_table_edit, &row, &fold->batch, err);
    if (code != EN_OK) {
        return code;
    }
    if (row.state != EN_EDIT_STATE_APPROVED) {
        *is_refused = true;
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "edit %" PRIu64 " does not act any more: nothing to retract", edit);
    }
    *changed = act_of(&row);
    row.state = EN_EDIT_STATE_RETRACTED;
    take_out(acts, edit);
    return en_table_put(fold->store, &en_table_edit, &row, NULL, err);
}

static en_code copy_texts(struct en_fold *fold, struct en_edit_row *row, struct en_error *err)
{
    struct en_slice *texts[] = {&row->method, &row->evidence, &row->comment};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(texts) && code == EN_OK; i++) {
        code = en_fold_copy(&fold->batch, *texts[i], texts[i], err);
    }
    return code;
}

en_code en_acts_decide(struct en_acts *acts, struct en_fold *fold, const struct en_event *event,
                       struct en_act *changed, struct en_error *err)
{
    struct en_edit_decided payload;
    bool is_read = false;
    bool is_refused = false;
    *changed = (struct en_act){0};
    en_code code = en_fold_decode(fold, event, "decision", &payload, &is_read, err);
    if (code != EN_OK || !is_read) {
        return code;
    }
    struct en_edit_row row = {.edit = payload.edit};
    code = en_table_get(fold->store, &en_table_edit, &row, &fold->batch, err);
    if (code == EN_NOT_FOUND) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "no edit has the number %" PRIu64 " (edit list shows them)",
                              payload.edit);
    }
    if (code == EN_OK) {
        code = copy_texts(fold, &row, err); /* the row is put back while views of it are in use */
    }
    if (code == EN_OK) {
        code = refuse_decision(fold, &row, &event->header, &is_refused, err);
    }
    bool is_retraction = row.kind == EN_EDIT_RETRACT;
    if (code == EN_OK && !is_refused && payload.is_approved && is_retraction) {
        code = retract(acts, fold, row.retracts, changed, &is_refused, err);
    }
    if (code != EN_OK || is_refused) {
        return code;
    }
    row.state = payload.is_approved ? EN_EDIT_STATE_APPROVED : EN_EDIT_STATE_REJECTED;
    row.decider = event->header.actor;
    row.decided = event->header.seq.n;
    row.decision_comment = payload.comment;
    if (payload.is_approved && !is_retraction) {
        *changed = act_of(&row);
        code = insert(acts, changed, err);
    }
    return code == EN_OK ? en_table_put(fold->store, &en_table_edit, &row, NULL, err) : code;
}
