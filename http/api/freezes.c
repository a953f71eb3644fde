/* Frozen periods with their signed heads. */
#include "http/api/reply.h"
#include "projections/views/freeze_checks.h"
#include "projections/views/frozen.h"
#include "projections/views/keys.h"

static en_code put_attestation(struct en_store *store, const struct en_freeze_row *freeze,
                               struct en_json *json, struct en_error *err)
{
    struct en_attestation_row row = {.freeze = freeze->freeze, .run = freeze->run};
    en_code code = en_table_get(store, &en_table_attestation, &row, NULL, err);
    if (code == EN_OK) {
        en_json_u64(json, "size", row.size);
        en_json_hash(json, "root", &row.root);
        en_json_text(json, "checkpoint", row.checkpoint);
    } else {
        en_json_null(json, "size");
        en_json_null(json, "root");
        en_json_null(json, "checkpoint");
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_run(struct en_store *store, const struct en_freeze_row *row,
                       struct en_json *json, struct en_error *err)
{
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "id", store, EN_NAME_FREEZE, row->freeze, err);
    en_json_u64(json, "run", row->run);
    en_json_day(json, "from", (struct en_day){row->from_day});
    en_json_day(json, "to", (struct en_day){row->to_day});
    if (code == EN_OK) {
        code = en_api_key(json, "scope", store, EN_NAME_OBJECT, row->scope, err);
    }
    en_json_text(json, "policy", row->policy);
    en_json_u64(json, "event", row->seq);
    en_json_u64(json, "rows", row->rows_count);
    en_json_u64(json, "missing", row->missing_count);
    en_json_hash(json, "digest", &row->digest);
    if (code == EN_OK) {
        code = put_attestation(store, row, json, err);
    }
    en_json_end(json);
    return code;
}

/* All runs of one freeze, or of all (0). */
static en_code put_runs(struct en_store *store, uint32_t freeze, struct en_json *json,
                        struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_row from = {.freeze = freeze};
    uint32_t count = 0;
    en_code code =
        en_table_scan_begin(store, &en_table_freeze, &from, freeze == 0 ? 0 : 1, &scan, err);
    while (code == EN_OK) {
        struct en_freeze_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        code = code == EN_OK ? put_run(store, &row, json, err) : code;
        count += code == EN_OK ? 1 : 0;
    }
    en_table_scan_end(&scan);
    if (code == EN_NOT_FOUND && count == 0 && freeze != 0) {
        return en_error_set(err, EN_NOT_FOUND, "the freeze was refused or not made");
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(freezes)
{
    struct en_service_view view;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_runs(view.store, 0, &response->json, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

EN_API(freeze)
{
    struct en_service_view view;
    uint32_t freeze = 0;
    const char *id = request->segments[request->segments_count - 1];
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_keys_find(view.store, EN_NAME_FREEZE, en_slice_text(id), &freeze, err);
    if (code == EN_OK) {
        en_api_begin_list(&response->json, &view);
        code = put_runs(view.store, freeze, &response->json, err);
        en_api_end_list(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}

/* ---- what would refuse a freeze ---- */

static void put_check(struct en_json *json, en_freeze_check check,
                      const struct en_freeze_check_result *result)
{
    en_json_object(json, NULL);
    en_json_string(json, "check", en_freeze_check_name(check));
    en_json_string(json, "wants", en_freeze_check_wants(check));
    en_json_bool(json, "is_asked", result->is_asked);
    en_json_u64(json, "count", result->count);
    en_json_array(json, "first");
    for (uint32_t i = 0; i < result->rows_count; i++) {
        en_json_string(json, NULL, result->rows[i]);
    }
    en_json_end(json);
    en_json_end(json);
}

static void put_checks(struct en_json *json, const struct en_freeze_checks *checks,
                       const char *period)
{
    en_json_bool(json, "is_passed", en_freeze_checks_pass(checks) && period == NULL);
    if (period == NULL) {
        en_json_null(json, "period_fault");
    } else {
        en_json_string(json, "period_fault", period);
    }
    en_json_array(json, "items");
    for (uint32_t i = 0; i < EN_FREEZE_CHECKS_COUNT; i++) {
        put_check(json, (en_freeze_check)i, &checks->of[i]);
    }
    en_json_end(json);
}

static en_code check_candidate(struct en_store *store, const struct en_http_request *request,
                               struct en_freeze_candidate *candidate,
                               struct en_freeze_checks *checks, const char **period,
                               struct en_error *err)
{
    const char *scope = en_http_query(request, "scope");
    const char *policy = en_http_query(request, "policy");
    bool is_ordered = false;
    en_code code = scope == NULL ? EN_OK
                                 : en_keys_find(store, EN_NAME_OBJECT, en_slice_text(scope),
                                                &candidate->scope, err);
    if (code == EN_OK) {
        code = en_freeze_policy_asks(store, en_slice_text(policy == NULL ? "" : policy),
                                     &candidate->checks, &is_ordered, err);
    }
    if (code == EN_OK) {
        code = en_freeze_checks_run(store, candidate, checks, err);
    }
    return code == EN_OK ? en_freeze_period_check(store, candidate, 0, is_ordered, period, err)
                         : code;
}

EN_API(freeze_check)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    struct en_freeze_checks checks;
    const char *period = NULL;
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK && stretch.is_instants) {
        code = en_error_set(err, EN_USAGE, "from and to are fiscal days");
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_freeze_candidate candidate = {.from_day = stretch.from_day.n,
                                            .to_day = stretch.to_day.n};
    code = check_candidate(view.store, request, &candidate, &checks, &period, err);
    if (code == EN_OK) {
        en_api_begin(&response->json, &view);
        put_checks(&response->json, &checks, period);
        en_json_end(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
