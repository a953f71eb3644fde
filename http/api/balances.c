/* Balances: which there are, and one over days. */
#include "http/api/reply.h"
#include "projections/views/balance.h"
#include "projections/views/keys.h"

static en_code put_definitions(struct en_store *store, struct en_json *json, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_balance, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_balance_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        en_json_object(json, NULL);
        en_json_text(json, "balance", row.name);
        en_json_day(json, "from", (struct en_day){row.from_day});
        code = en_api_key(json, "object", store, EN_NAME_OBJECT, row.object, err);
        en_json_text(json, "in", row.in);
        en_json_text(json, "out", row.out);
        en_json_text(json, "losses", row.losses);
        en_json_end(json);
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(balances)
{
    struct en_service_view view;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_definitions(view.store, &response->json, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

static void put_percent(struct en_json *json, const char *name, int64_t percent)
{
    en_json_decimal(json, name, en_decimal_canonical((struct en_decimal){percent, -4}));
}

static void put_answer(struct en_json *json, const struct en_balance_answer *answer)
{
    en_json_string(json, "unit", en_unit_name(answer->unit));
    en_json_micro(json, "in", answer->totals.in_micro);
    en_json_micro(json, "out", answer->totals.out_micro);
    en_json_micro(json, "losses", answer->totals.losses_micro);
    en_json_micro(json, "imbalance", answer->imbalance_micro);
    put_percent(json, "actual", answer->actual_1e4_percent);
    if (answer->is_assessed) {
        put_percent(json, "permissible", answer->permissible_1e4_percent);
        en_json_bool(json, "permitted", answer->is_permitted);
    } else {
        en_json_null(json, "permissible");
        en_json_null(json, "permitted");
        en_json_string(json, "why", answer->why);
    }
    en_json_u64(json, "slots", answer->totals.slots_count);
    en_json_u64(json, "partial", answer->totals.partial_count);
    en_json_micro(json, "pending", answer->pending_micro);
    en_json_string(json, "verdict", en_balance_verdict_text(answer->verdict));
    if (answer->verdict == EN_BALANCE_NOT_ASSESSABLE) {
        en_json_null(json, "limit");
    } else {
        put_percent(json, "limit", answer->limit_1e4_percent);
    }
    en_json_u64(json, "channels", answer->members_count);
    en_json_u64(json, "assumed", answer->assumed_count);
    put_percent(json, "doubtful", answer->doubtful_1e4_percent);
    en_json_bool(json, "trend", answer->is_trend);
    en_json_string(json, "reason", answer->reason);
}

EN_API(balance)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    struct en_balance_answer answer;
    en_lane lane = EN_LANE_FISCAL;
    uint32_t balance = 0;
    const char *name = request->segments[request->segments_count - 1];
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK && stretch.is_instants) {
        code = en_error_set(err, EN_USAGE, "a balance is over whole days: give dates");
    }
    if (code == EN_OK) {
        code = en_api_lane(request, &lane, err);
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    code = en_keys_find(view.store, EN_NAME_BALANCE, en_slice_text(name), &balance, err);
    if (code == EN_OK) {
        code = en_balance_gather(view.store, balance, stretch.from_day, stretch.to_day, lane,
                                 &answer, err);
    }
    if (code == EN_OK) {
        en_api_begin(&response->json, &view);
        en_json_string(&response->json, "balance", name);
        en_json_day(&response->json, "from", stretch.from_day);
        en_json_day(&response->json, "to", stretch.to_day);
        put_answer(&response->json, &answer);
        en_json_end(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
