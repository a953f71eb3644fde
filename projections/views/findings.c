#include "projections/views/findings.h"

#include <inttypes.h>

#include "core/mem.h"
#include "projections/tables_validity.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"
#include "projections/views/period_rules.h"

struct walk {
    struct en_store *store;
    const struct en_findings_query *query;
    en_findings_visit visit;
    void *self;
    struct en_rules *rules;
    struct en_period_rules *period; /* NULL: not asked */
    struct en_validity *judge;
    struct en_finding *items;
    struct en_validity_plan plan;
    struct en_validity_subject subject;
    struct en_findings_line line;
    struct en_validity_time time;
    uint32_t skipped[EN_FINDING_RULES_COUNT + 1][EN_SKIP_REASONS_COUNT]; /* days */
};

/* The plan and the subject of the channel on the day; *holds false: no rule of validity. */
static en_code load_plan(struct walk *walk, int32_t day, bool *holds, struct en_error *err)
{
    const struct en_rule_plan *rules = NULL;
    uint32_t channel = walk->line.channel;
    en_code code = en_rules_plan(walk->rules, walk->store, channel, day, &rules, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_kept = walk->subject.channel == channel && walk->subject.rules == rules &&
                   day >= walk->subject.from_day && day < walk->subject.to_day;
    if (!is_kept) {
        en_validity_plan_make(rules, &walk->plan);
        code =
            en_validity_subject_load(walk->store, channel, day, &walk->plan, &walk->subject, err);
    }
    *holds = walk->plan.in_force != 0;
    return code;
}

static bool is_asked(const struct walk *walk, uint32_t rule)
{
    return walk->query->rule == 0 || walk->query->rule == rule;
}

static en_code give_findings(struct walk *walk, const struct en_findings *findings,
                             en_findings_kind kind, struct en_error *err)
{
    en_code code = EN_OK;
    walk->line.kind = kind;
    for (uint32_t i = 0; i < findings->count && code == EN_OK; i++) {
        if (is_asked(walk, findings->items[i].rule)) {
            walk->line.finding = findings->items[i];
            code = walk->visit(walk->self, &walk->line, err);
        }
    }
    return code;
}

static en_code give_stored(struct walk *walk, int32_t day, struct en_error *err)
{
    struct en_slice entry;
    struct en_findings findings;
    en_code code =
        en_series_get(walk->store, &en_series_finding, day, walk->line.channel, &entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    en_findings_init(&findings, walk->items, EN_FINDINGS_MAX);
    code = en_findings_decode(entry, &findings, err);
    walk->line.day = day;
    walk->line.place.is_russian = walk->query->is_russian;
    if (code == EN_OK) {
        code = en_validity_place(walk->store, &walk->subject, day, &walk->line.place, err);
    }
    return code == EN_OK ? give_findings(walk, &findings, EN_FINDINGS_DAY, err) : code;
}

/* Judges the day again for the rules that do not run. */
static en_code count_skipped(struct walk *walk, int32_t day, struct en_error *err)
{
    struct en_slice energy = {0};
    en_code code = en_interval_get(walk->store, day, walk->line.channel, &energy, err);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK) {
        code = en_validity_judge(walk->judge, &walk->subject, &walk->plan, day, energy, &walk->time,
                                 err);
    }
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT && code == EN_OK; rule++) {
        uint8_t reason = walk->judge->skipped[rule];
        if (reason != EN_SKIP_NONE && reason != EN_SKIP_PERIOD) {
            walk->skipped[rule][reason]++;
        }
    }
    return code;
}

static en_code give_skipped(struct walk *walk, struct en_error *err)
{
    en_code code = EN_OK;
    walk->line.kind = EN_FINDINGS_SKIPPED;
    for (uint32_t stage = EN_FINDING_STAGE_IDENTITY; stage <= EN_FINDING_STAGE_PERIOD; stage++) {
        for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT; rule++) {
            bool is_here = en_finding_rule_stage(rule) == stage && is_asked(walk, rule);
            for (uint32_t reason = 1; reason < EN_SKIP_REASONS_COUNT && is_here && code == EN_OK;
                 reason++) {
                if (walk->skipped[rule][reason] > 0) {
                    walk->line.finding = (struct en_finding){.rule = (uint8_t)rule};
                    walk->line.reason = (en_skip_reason)reason;
                    walk->line.days_count = walk->skipped[rule][reason];
                    code = walk->visit(walk->self, &walk->line, err);
                }
            }
        }
    }
    return code;
}

/* The rules of the period, by the plan of its last day. */
static en_code judge_period(struct walk *walk, struct en_error *err)
{
    const struct en_rule_plan *plan = NULL;
    struct en_findings findings;
    uint8_t skipped[EN_FINDING_RULES_COUNT + 1] = {0};
    en_code code = en_rules_plan(walk->rules, walk->store, walk->line.channel,
                                 walk->query->to_day - 1, &plan, err);
    if (code != EN_OK || plan == NULL) {
        return code;
    }
    en_findings_init(&findings, walk->items, EN_FINDINGS_MAX);
    en_period_rules_judge(walk->period, walk->line.channel, plan, &findings, skipped);
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT; rule++) {
        if (skipped[rule] != EN_SKIP_NONE && en_rule_plan_values(plan, (en_rule_id)rule) != NULL) {
            walk->skipped[rule][skipped[rule]] =
                (uint32_t)(walk->query->to_day - walk->query->from_day);
        }
    }
    walk->line.day = walk->query->from_day;
    walk->line.place.day_from.us = (int64_t)walk->query->from_day * EN_DAY_US -
                                   (int64_t)walk->subject.offset_minutes * EN_MINUTE_US;
    return give_findings(walk, &findings, EN_FINDINGS_PERIOD, err);
}

static en_code walk_channel(struct walk *walk, struct en_error *err)
{
    const struct en_findings_query *query = walk->query;
    struct en_collected_row collected = {.channel = walk->line.channel};
    en_code code = en_table_get(walk->store, &en_table_collected, &collected, NULL, err);
    bool is_collected = code == EN_OK;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    memset(walk->skipped, 0, sizeof walk->skipped);
    for (int32_t day = query->from_day; day < query->to_day && code == EN_OK; day++) {
        bool holds = false;
        code = load_plan(walk, day, &holds, err);
        walk->time.is_expected = is_collected && day >= collected.first_day &&
                                 day <= collected.last_day + EN_COLLECTED_HORIZON_DAYS;
        if (code == EN_OK) {
            code = give_stored(walk, day, err);
        }
        if (code == EN_OK && holds && !query->without_skipped) {
            code = count_skipped(walk, day, err);
        }
    }
    if (code == EN_OK && walk->period != NULL) {
        code = judge_period(walk, err);
    }
    walk->line.day = query->from_day;
    return code == EN_OK && !query->without_skipped ? give_skipped(walk, err) : code;
}

/* Whether the channel is asked for, and its names. */
static en_code take_channel(struct walk *walk, const struct en_channel_row *row, bool *is,
                            struct en_error *err)
{
    const struct en_findings_query *query = walk->query;
    struct en_instant at = {(int64_t)query->from_day * EN_DAY_US};
    struct en_point_row point = {.point = row->point, .from = at};
    *is = query->point == 0 || query->point == row->point;
    if (!*is) {
        return EN_OK;
    }
    en_code code = en_table_last_before(walk->store, &en_table_point, &point, 1, NULL, err);
    uint32_t object = code == EN_OK ? point.object : 0;
    if (code == EN_OK || code == EN_NOT_FOUND) {
        code = en_keys_is_within(walk->store, object, query->object, at, is, err);
    }
    if (code == EN_OK && *is) {
        code = en_keys_key(walk->store, EN_NAME_POINT, row->point, &walk->line.point_key, err);
    }
    if (code == EN_OK && *is) {
        code = en_keys_point_offset(walk->store, row->point, at, &walk->line.place.offset_minutes,
                                    err);
    }
    return code;
}

static en_code walk_channels(struct walk *walk, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(walk->store, &en_table_channel, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_channel_row row;
        bool is = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        walk->line = (struct en_findings_line){
            .channel = row.channel, .code = row.code, .place = {.unit = (en_unit)row.unit}};
        walk->line.place.is_russian = walk->query->is_russian;
        code = take_channel(walk, &row, &is, err);
        if (code == EN_OK && is) {
            code = walk_channel(walk, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_findings_walk(struct en_store *store, const struct en_findings_query *query,
                         en_findings_visit visit, void *self, struct en_error *err)
{
    if (query->from_day >= query->to_day) {
        return en_error_set(err, EN_RANGE, "the stretch of days is empty");
    }
    struct walk *walk = en_mem_alloc(1, sizeof *walk);
    if (walk == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to list findings");
    }
    struct en_completeness_query counts = {.from_day = query->from_day,
                                           .to_day = query->to_day,
                                           .object = query->object,
                                           .point = query->point};
    struct en_clock_row clock = {.clock = 0};
    *walk = (struct walk){.store = store, .query = query, .visit = visit, .self = self};
    walk->judge = en_mem_alloc(1, sizeof *walk->judge);
    walk->items = en_mem_alloc(EN_FINDINGS_MAX, sizeof *walk->items);
    en_code code = EN_OK;
    if (walk->judge == NULL || walk->items == NULL) {
        code = en_error_set(err, EN_NOMEM, "no memory to list findings");
    } else {
        en_validity_init(walk->judge, store);
        code = en_table_get(store, &en_table_clock, &clock, NULL, err);
        walk->time.clock.us = code == EN_OK ? clock.at.us : INT64_MIN;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK) {
        code = en_rules_open(&walk->rules, err);
    }
    if (code == EN_OK && !query->without_period) {
        code = en_period_rules_open(store, &counts, &walk->period, err);
    }
    if (code == EN_OK) {
        code = walk_channels(walk, err);
    }
    en_period_rules_close(walk->period);
    en_rules_close(walk->rules);
    if (walk->judge != NULL) {
        en_validity_fini(walk->judge);
    }
    en_mem_free(walk->judge);
    en_mem_free(walk->items);
    en_mem_free(walk);
    return code;
}

static en_code print_channel(struct en_store *store, uint32_t channel, struct en_buf *out,
                             struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_slice key;
    en_code code = en_table_get(store, &en_table_channel, &row, NULL, err);
    if (code == EN_OK) {
        code = en_keys_key(store, EN_NAME_POINT, row.point, &key, err);
    }
    if (code == EN_OK) {
        en_buf_print(out, "channel %.*s/%.*s", (int)key.size, (const char *)key.bytes,
                     (int)row.code.size, (const char *)row.code.bytes);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_findings_evidence(struct en_store *store, const struct en_finding *finding,
                             const struct en_finding_place *place, struct en_buf *out,
                             struct en_error *err)
{
    char text[EN_INSTANT_TEXT_SIZE];
    struct en_slice key;
    en_code code = EN_OK;
    switch ((en_evidence)finding->evidence) {
    case EN_EVIDENCE_CHANNEL:
        return print_channel(store, (uint32_t)finding->reference, out, err);
    case EN_EVIDENCE_EVENT:
        en_buf_print(out, "event %" PRIu64, finding->reference);
        return EN_OK;
    case EN_EVIDENCE_INSTANT:
        (void)en_instant_print((struct en_instant){(int64_t)finding->reference},
                               place->offset_minutes, text);
        en_buf_print(out, "instant %s", text);
        return EN_OK;
    case EN_EVIDENCE_DEVICE:
        code = en_keys_key(store, EN_NAME_DEVICE, (uint32_t)finding->reference, &key, err);
        if (code == EN_OK) {
            en_buf_print(out, "device %.*s", (int)key.size, (const char *)key.bytes);
        }
        return code;
    default:
        return EN_OK;
    }
}
