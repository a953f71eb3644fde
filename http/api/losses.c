/* What balances stand on: equipment, uses of bypass breakers, losses, the scheme of an object. */
#include "projections/views/losses.h"
#include "core/metering/formula/formula.h"
#include "http/api/reply.h"
#include "projections/views/keys.h"
#include "projections/views/scheme.h"

#define ARENA_SIZE_MAX ((size_t)64 << 20)

static void put_percent(struct en_json *json, const char *name, int64_t percent)
{
    en_json_decimal(json, name, en_decimal_canonical((struct en_decimal){percent, -4}));
}

/* ---- equipment ---- */

static void put_loads(struct en_json *json, const struct en_equipment_set *set)
{
    const struct en_equipment_load *loads = set->loads.items;
    en_json_array(json, "loads");
    for (uint32_t i = 0; i < set->loads.count; i++) {
        en_json_object(json, NULL);
        en_json_text(json, "active", loads[i].active);
        en_json_text(json, "reactive", loads[i].reactive);
        en_json_micro(json, "load_loss_kw", loads[i].load_micro_kw);
        en_json_end(json);
    }
    en_json_end(json);
}

static en_code put_equipment_row(struct en_store *store, const struct en_equipment_row *row,
                                 struct en_json *json, struct en_error *err)
{
    const struct en_equipment_set *set = &row->set;
    struct en_formula_row formula = {.node = set->node, .from_day = row->from_day};
    en_json_object(json, NULL);
    en_json_text(json, "equipment", set->name);
    en_json_day(json, "from", (struct en_day){row->from_day});
    en_json_text(json, "type", set->type);
    en_code code = en_api_key(json, "object", store, EN_NAME_OBJECT, set->object, err);
    code = code == EN_OK ? en_api_key(json, "point", store, EN_NAME_POINT, set->point, err) : code;
    en_json_micro(json, "idle_kw", set->idle_micro_kw);
    en_json_micro(json, "rated_kva", set->rated_micro_kva);
    en_json_micro(json, "rated_kv", set->rated_micro_kv);
    en_json_micro(json, "ohm_per_km", set->micro_ohm_per_km);
    en_json_micro(json, "km", set->micro_km);
    en_json_text(json, "current_class", set->current_class);
    en_json_text(json, "voltage_class", set->voltage_class);
    en_json_text(json, "meter_class", set->meter_class);
    en_json_micro(json, "wire_percent", set->wire_micro_percent);
    en_json_micro(json, "rated_a", set->rated_micro_a);
    en_json_text(json, "act", set->document);
    put_loads(json, set);
    if (code == EN_OK && set->node != 0) {
        code = en_table_last_before(store, &en_table_formula, &formula, 1, NULL, err);
    }
    if (code == EN_OK && set->node != 0) {
        en_json_text(json, "losses", formula.expression);
    } else {
        en_json_null(json, "losses");
    }
    en_json_end(json);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_equipment(struct en_store *store, struct en_json *json, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE_MAX);
    en_code code = en_table_scan_begin(store, &en_table_equipment, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_equipment_row row;
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        code = code == EN_OK ? put_equipment_row(store, &row, json, err) : code;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(equipment)
{
    struct en_service_view view;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_equipment(view.store, &response->json, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

/* ---- bypass ---- */

static en_code put_uses(struct en_store *store, struct en_json *json, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_bypass_use, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_bypass_use_row row;
        int32_t offset = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.to.us == row.from.us) { /* taken back */
            continue;
        }
        en_json_object(json, NULL);
        code = en_api_key(json, "bypass", store, EN_NAME_POINT, row.bypass, err);
        code = code == EN_OK ? en_api_key(json, "feeder", store, EN_NAME_POINT, row.feeder, err)
                             : code;
        code =
            code == EN_OK ? en_keys_point_offset(store, row.bypass, row.from, &offset, err) : code;
        en_api_instant(json, "from", row.from, offset);
        if (row.to.us == EN_BYPASS_OPEN.us) {
            en_json_null(json, "to");
        } else {
            en_api_instant(json, "to", row.to, offset);
        }
        en_json_bool(json, "inverted", row.is_inverted);
        en_json_text(json, "act", row.document);
        en_json_end(json);
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(bypasses)
{
    struct en_service_view view;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_uses(view.store, &response->json, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

/* ---- losses ---- */

static en_code put_losses(struct en_store *store, const struct en_losses *losses,
                          struct en_json *json, struct en_error *err)
{
    en_code code = EN_OK;
    en_json_array(json, "equipment");
    for (size_t i = 0; i < losses->equipment_count && code == EN_OK; i++) {
        const struct en_losses_equipment *one = &losses->equipment[i];
        en_json_object(json, NULL);
        en_json_text(json, "equipment", one->name);
        en_json_text(json, "type", one->type);
        code = en_api_key(json, "object", store, EN_NAME_OBJECT, one->object, err);
        en_json_micro(json, "technical", one->micro);
        en_json_u64(json, "slots", one->slots_count);
        en_json_u64(json, "missing", one->missing_count);
        en_json_bool(json, "assumed", (one->quality & EN_LOSS_ASSUMED) != 0);
        en_json_end(json);
    }
    en_json_end(json);
    en_json_array(json, "levels");
    for (size_t i = 0; i < losses->levels_count && code == EN_OK; i++) {
        const struct en_losses_level *level = &losses->levels[i];
        en_json_object(json, NULL);
        en_json_text(json, "balance", level->name);
        code = en_api_key(json, "object", store, EN_NAME_OBJECT, level->object, err);
        en_json_micro(json, "in", level->balance.totals.in_micro);
        en_json_micro(json, "out", level->balance.totals.out_micro);
        en_json_micro(json, "reported", level->loss.reported_micro);
        en_json_micro(json, "technical", level->balance.totals.losses_micro);
        en_json_micro(json, "commercial", level->loss.commercial_micro);
        put_percent(json, "commercial_percent", level->loss.commercial_percent);
        en_json_bool(json, "listed", level->loss.is_above);
        en_json_string(json, "verdict", en_balance_verdict_text(level->balance.verdict));
        en_json_string(json, "reason", level->balance.reason);
        en_json_end(json);
    }
    en_json_end(json);
    return code;
}

EN_API(losses)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    struct en_losses_query query = {.lane = EN_LANE_FISCAL};
    struct en_losses losses;
    struct en_arena arena;
    const char *object = en_http_query(request, "object");
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK && stretch.is_instants) {
        code = en_error_set(err, EN_USAGE, "losses are over whole days: give dates");
    }
    code = code == EN_OK ? en_api_lane(request, &query.lane, err) : code;
    code = code == EN_OK ? en_api_view(service, request, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    query.from = stretch.from_day;
    query.to = stretch.to_day;
    en_arena_init(&arena, ARENA_SIZE_MAX);
    if (object != NULL) {
        code = en_keys_find(view.store, EN_NAME_OBJECT, en_slice_text(object), &query.object, err);
    }
    code = code == EN_OK ? en_losses_gather(view.store, &query, &arena, &losses, err) : code;
    if (code == EN_OK) {
        en_api_begin(&response->json, &view);
        en_json_day(&response->json, "from", query.from);
        en_json_day(&response->json, "to", query.to);
        code = put_losses(view.store, &losses, &response->json, err);
        en_json_end(&response->json);
    }
    en_arena_fini(&arena);
    service->view_close(service->self, &view);
    return code;
}

/* ---- scheme ---- */

EN_API(scheme)
{
    struct en_service_view view;
    struct en_scheme scheme;
    struct en_arena arena;
    uint32_t object = 0;
    struct en_slice key = en_slice_text(request->segments[request->segments_count - 1]);
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, ARENA_SIZE_MAX);
    code = en_keys_find(view.store, EN_NAME_OBJECT, key, &object, err);
    code = code == EN_OK
               ? en_scheme_plan(view.store, object, (struct en_day){0}, &arena, &scheme, err)
               : code;
    if (code == EN_OK) {
        struct en_json *json = &response->json;
        en_api_begin_list(json, &view);
        for (size_t i = 0; i < scheme.count; i++) {
            const struct en_scheme_balance *balance = &scheme.balances[i];
            en_json_object(json, NULL);
            en_json_text(json, "balance", balance->name);
            en_json_string(json, "rule", balance->rule);
            en_json_text(json, "object", balance->object);
            en_json_string(json, "state", en_scheme_state_text(balance->state));
            en_json_text(json, "in", balance->in);
            en_json_text(json, "out", balance->out);
            en_json_text(json, "losses", balance->losses);
            en_json_text(json, "reason", balance->why);
            en_json_end(json);
        }
        en_api_end_list(json);
    }
    en_arena_fini(&arena);
    service->view_close(service->self, &view);
    return code;
}
