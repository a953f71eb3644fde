/* Findings of the rules of validity, and how complete values are. */
#include "core/metering/quality.h"
#include "http/api/reply.h"
#include "projections/views/completeness.h"
#include "projections/views/findings.h"
#include "projections/views/keys.h"

#define TEXT_SIZE_MAX 2048u

/* The stretch of days and whose. */
struct scope {
    struct en_api_stretch stretch;
    uint32_t object;
    uint32_t point;
};

static en_code find_scope(const struct en_http_request *request, struct en_store *store,
                          struct scope *scope, struct en_error *err)
{
    const char *object = en_http_query(request, "object");
    const char *point = en_http_query(request, "point");
    en_code code = EN_OK;
    if (object != NULL) {
        code = en_keys_find(store, EN_NAME_OBJECT, en_slice_text(object), &scope->object, err);
    }
    if (code == EN_OK && point != NULL) {
        code = en_keys_find(store, EN_NAME_POINT, en_slice_text(point), &scope->point, err);
    }
    return code;
}

static en_code read_stretch(const struct en_http_request *request, struct scope *scope,
                            struct en_error *err)
{
    en_code code = en_api_stretch(request, &scope->stretch, err);
    return code == EN_OK && scope->stretch.is_instants
               ? en_error_set(err, EN_USAGE, "values are judged by days: give dates")
               : code;
}

/* ---- findings ---- */

struct listing {
    struct en_json *json;
    struct en_store *store;
    struct en_buf text;
    const struct scope *scope;
};

static void put_flags(struct en_json *json, uint64_t flags)
{
    en_json_array(json, "flags");
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((flags & EN_QUALITY_FLAG(i)) != 0) {
            en_json_string(json, NULL, en_quality_flag_name(i));
        }
    }
    en_json_end(json);
}

static en_code put_found(struct listing *listing, const struct en_findings_line *line,
                         struct en_error *err)
{
    struct en_json *json = listing->json;
    int64_t measured = 0;
    int64_t limit = 0;
    const char *unit = "";
    en_json_u64(json, "slots", line->finding.slots);
    if (en_finding_numbers(&line->finding, &line->place, &measured, &limit, &unit)) {
        en_json_micro(json, "measured", measured);
        en_json_micro(json, "limit", limit);
        en_json_string(json, "unit", unit);
    }
    en_json_string(json, "text", en_finding_rule_words(line->finding.rule, line->place.is_russian));
    put_flags(json, line->finding.flags);
    en_buf_reset(&listing->text);
    en_code code =
        en_findings_evidence(listing->store, &line->finding, &line->place, &listing->text, err);
    if (code == EN_OK && listing->text.size > 0) {
        en_json_text(json, "evidence", en_buf_slice(&listing->text));
    }
    return code;
}

static en_code put_line(void *self, const struct en_findings_line *line, struct en_error *err)
{
    struct listing *listing = self;
    struct en_json *json = listing->json;
    bool is_skipped = line->kind == EN_FINDINGS_SKIPPED;
    int64_t offset = (int64_t)line->place.offset_minutes * EN_MINUTE_US;
    struct en_interval span = {
        {listing->scope->stretch.from_day.n * EN_DAY_US - offset},
        {listing->scope->stretch.to_day.n * EN_DAY_US - offset},
    };
    if (line->kind == EN_FINDINGS_DAY) {
        span = en_finding_span(&line->finding, &line->place);
    }
    en_code code = EN_OK;
    en_json_object(json, NULL);
    en_json_text(json, "point", line->point_key);
    en_json_text(json, "channel", line->code);
    en_json_string(json, "rule", en_finding_rule_id(line->finding.rule));
    en_json_string(json, "severity",
                   is_skipped ? "SKIPPED"
                              : en_finding_severity_name((en_rule_severity)line->finding.severity));
    en_api_instant(json, "from", span.from, line->place.offset_minutes);
    en_api_instant(json, "to", span.to, line->place.offset_minutes);
    if (is_skipped) {
        en_json_u64(json, "days", line->days_count);
        en_json_string(json, "text", en_skip_reason_words(line->reason, line->place.is_russian));
    } else {
        code = put_found(listing, line, err);
    }
    en_json_end(json);
    return code;
}

EN_API(findings)
{
    struct en_service_view view;
    struct scope scope = {.object = 0};
    const char *rule = en_http_query(request, "rule");
    const char *language = en_http_query(request, "lang");
    const char *skipped = en_http_query(request, "skipped");
    struct en_findings_query query = {
        .rule = rule == NULL ? 0 : en_finding_rule_parse(en_slice_text(rule)),
        .is_russian = language != NULL && strcmp(language, "ru") == 0,
        .without_skipped = skipped != NULL && strcmp(skipped, "no") == 0,
    };
    en_code code = read_stretch(request, &scope, err);
    if (code == EN_OK && rule != NULL && query.rule == 0) {
        code = en_error_set(err, EN_USAGE, "rule: the rules of validity are V-01 to V-35");
    }
    code = code == EN_OK ? en_api_view(service, request, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    code = find_scope(request, view.store, &scope, err);
    if (code == EN_OK) {
        struct listing listing = {.json = &response->json, .store = view.store, .scope = &scope};
        query.from_day = scope.stretch.from_day.n;
        query.to_day = scope.stretch.to_day.n;
        query.object = scope.object;
        query.point = scope.point;
        en_buf_init(&listing.text, TEXT_SIZE_MAX);
        en_api_begin_list(&response->json, &view);
        code = en_findings_walk(view.store, &query, put_line, &listing, err);
        en_api_end_list(&response->json);
        en_buf_fini(&listing.text);
    }
    service->view_close(service->self, &view);
    return code;
}

/* ---- completeness ---- */

static void put_percent(struct en_json *json, const char *name, int64_t percent)
{
    en_json_decimal(json, name, en_decimal_canonical((struct en_decimal){percent, -4}));
}

static void put_counts(struct en_json *json, const struct en_completeness_cell *cell)
{
    uint64_t filled = cell->held + cell->estimated;
    const char grade[] = {en_completeness_grade(cell), 0};
    en_json_u64(json, "expected", cell->expected);
    en_json_u64(json, "held", cell->held);
    en_json_u64(json, "estimated", cell->estimated);
    en_json_u64(json, "missing", filled < cell->expected ? cell->expected - filled : 0);
    put_percent(json, "held_percent", en_completeness_percent(cell->held, cell->expected));
    put_percent(json, "complete_percent", en_completeness_percent(filled, cell->expected));
    en_json_u64(json, "warnings", cell->warnings);
    en_json_u64(json, "errors", cell->errors);
    en_json_u64(json, "blocking", cell->blocking);
    en_json_string(json, "grade", grade);
}

static void put_cells(struct en_json *json, const struct en_completeness *counts, bool is_daily,
                      int32_t from_day)
{
    for (uint32_t step = 0; step < counts->steps_count; step++) {
        for (uint32_t i = 0; i < counts->series_count; i++) {
            const struct en_completeness_series *series = &counts->series[i];
            en_json_object(json, NULL);
            if (is_daily) {
                en_json_day(json, "day", (struct en_day){from_day + (int32_t)step});
            }
            en_json_text(json, "point", series->point_key);
            en_json_text(json, "channel", series->code);
            en_json_text(json, "object", series->object_key);
            put_counts(json, &counts->cells[(size_t)step * counts->series_count + i]);
            en_json_end(json);
        }
    }
}

EN_API(completeness)
{
    struct en_service_view view;
    struct en_completeness counts;
    struct scope scope = {.object = 0};
    const char *step = en_http_query(request, "step");
    struct en_completeness_query query = {.is_daily = step != NULL && strcmp(step, "day") == 0};
    en_code code = read_stretch(request, &scope, err);
    if (code == EN_OK && step != NULL && !query.is_daily && strcmp(step, "all") != 0) {
        code = en_error_set(err, EN_USAGE, "step: day or all is wanted");
    }
    code = code == EN_OK ? en_api_view(service, request, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_completeness_init(&counts);
    code = find_scope(request, view.store, &scope, err);
    if (code == EN_OK) {
        query.from_day = scope.stretch.from_day.n;
        query.to_day = scope.stretch.to_day.n;
        query.object = scope.object;
        query.point = scope.point;
        code = en_completeness_gather(&counts, view.store, &query, err);
    }
    if (code == EN_OK) {
        en_api_begin_list(&response->json, &view);
        put_cells(&response->json, &counts, query.is_daily, query.from_day);
        en_api_end_list(&response->json);
    }
    en_completeness_fini(&counts);
    service->view_close(service->self, &view);
    return code;
}
