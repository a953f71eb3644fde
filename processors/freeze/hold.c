#include "processors/freeze/hold.h"

#include "core/mem.h"
#include "processors/freeze/scope.h"
#include "processors/registry/registry.h"
#include "projections/tables_freeze.h"

static en_code add(struct en_holds *holds, uint32_t scope, struct en_error *err)
{
    en_code code =
        en_fold_grow((void **)&holds->scopes, &holds->capacity, holds->count, sizeof scope, err);
    if (code == EN_OK) {
        holds->scopes[holds->count++] = scope;
    }
    return code;
}

static void take_out(struct en_holds *holds, uint32_t scope)
{
    size_t kept = 0;
    for (size_t i = 0; i < holds->count; i++) {
        if (holds->scopes[i] != scope) {
            holds->scopes[kept++] = holds->scopes[i];
        }
    }
    holds->count = kept;
}

en_code en_holds_load(struct en_fold *fold, struct en_holds *holds, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_hold, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_hold_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = add(holds, row.scope, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

void en_holds_fini(struct en_holds *holds)
{
    en_mem_free(holds->scopes);
}

en_code en_holds_meet(struct en_fold *fold, const struct en_holds *holds, uint32_t scope,
                      struct en_instant at, bool *meet, struct en_error *err)
{
    *meet = false;
    en_code code = EN_OK;
    for (size_t i = 0; i < holds->count && code == EN_OK && !*meet; i++) {
        uint32_t held = holds->scopes[i];
        bool is_below = held == 0 || scope == 0 || held == scope;
        if (!is_below) {
            code = en_registry_is_within(fold, scope, held, at, &is_below, err);
        }
        if (code == EN_OK && !is_below) {
            code = en_registry_is_within(fold, held, scope, at, &is_below, err);
        }
        *meet = is_below;
    }
    return code;
}

/* Whose numbers stand still: written down, as the tree may change. */
static struct en_freeze_row run_of(const struct en_event *event, uint32_t scope)
{
    int32_t day = en_day_of_instant(event->header.recorded_at, 0).n;
    return (struct en_freeze_row){.freeze = EN_HOLD_FREEZE(scope),
                                  .run = EN_HOLD_RUN,
                                  .from_day = day,
                                  .to_day = day + 1,
                                  .scope = scope};
}

static en_code hold(struct en_fold *fold, struct en_holds *holds, const struct en_event *event,
                    const struct en_hold_set *payload, struct en_error *err)
{
    struct en_freeze_row run = run_of(event, payload->scope);
    struct en_hold_row row = {.scope = payload->scope,
                              .seq = event->header.seq.n,
                              .actor = event->header.actor,
                              .at = event->header.recorded_at,
                              .reason = payload->reason};
    en_code code = en_freeze_scope_write(fold, &run, err);
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_hold, &row, NULL, err);
    }
    return code == EN_OK ? add(holds, payload->scope, err) : code;
}

/* Deletes the rows under the hold's pseudo freeze; they may be deleted while scanned. */
static en_code forget_kept(struct en_fold *fold, uint32_t scope, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {
        .freeze = EN_HOLD_FREEZE(scope), .run = EN_HOLD_RUN, .day = INT32_MIN};
    en_code code = en_table_scan_begin(fold->store, &en_table_frozen, &row, 2, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = en_table_delete(fold->store, &en_table_frozen, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code forget_members(struct en_fold *fold, uint32_t scope, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_member_row row = {.freeze = EN_HOLD_FREEZE(scope), .run = EN_HOLD_RUN};
    en_code code = en_table_scan_begin(fold->store, &en_table_freeze_member, &row, 2, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = en_table_delete(fold->store, &en_table_freeze_member, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code let_go(struct en_fold *fold, struct en_holds *holds, uint32_t scope,
                      struct en_error *err)
{
    struct en_hold_row row = {.scope = scope};
    en_code code = forget_kept(fold, scope, err);
    if (code == EN_OK) {
        code = forget_members(fold, scope, err);
    }
    if (code == EN_OK) {
        code = en_table_delete(fold->store, &en_table_hold, &row, err);
    }
    if (code == EN_OK) {
        take_out(holds, scope);
    }
    return code;
}

static bool is_held(const struct en_holds *holds, uint32_t scope)
{
    for (size_t i = 0; i < holds->count; i++) {
        if (holds->scopes[i] == scope) {
            return true;
        }
    }
    return false;
}

static en_code has_object(struct en_fold *fold, uint32_t object, bool *has, struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = {INT64_MAX}};
    en_code code = object == 0
                       ? EN_OK
                       : en_table_last_before(fold->store, &en_table_object, &row, 1, NULL, err);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_holds_fold(struct en_fold *fold, struct en_holds *holds, const struct en_event *event,
                      struct en_error *err)
{
    struct en_hold_set payload;
    bool is_read = false;
    bool meets = false;
    bool has = false;
    en_code code = en_fold_decode(fold, event, "hold", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (!payload.is_on) {
        return is_held(holds, payload.scope)
                   ? let_go(fold, holds, payload.scope, err)
                   : en_fold_refuse(fold, EN_NOT_FOUND, err,
                                    "hold: that scope is not held: `hold list` shows those that "
                                    "are");
    }
    if (payload.reason.size == 0) {
        return en_fold_refuse(fold, EN_REFUSED, err, "hold: say the reason");
    }
    code = has_object(fold, payload.scope, &has, err);
    if (code == EN_OK && !has) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "hold: its scope (object %u) is not there: nothing would be held",
                              payload.scope);
    }
    if (code == EN_OK) {
        code = en_holds_meet(fold, holds, payload.scope, event->header.recorded_at, &meets, err);
    }
    if (code == EN_OK && meets) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "hold: the scope, or something of it, is held already: let that go "
                              "first");
    }
    return code == EN_OK ? hold(fold, holds, event, &payload, err) : code;
}
