/* Settings of rules: checked when they are folded, so that what stands in the table can be used.
 * Which of them hold for a channel and day: projections/views/rules.h. */
#include <stdlib.h>

#include "processors/registry/registry_state.h"
#include "projections/tables.h"
#include "projections/views/keys.h"

#define EDITION_MAX 1000000u

/* The editions of rules that are no settings; those of rules.def stand in their table. An edition
 * that a freeze used stays here for ever (design F1b). */
static const struct {
    const char *rule;
    uint32_t edition;
} editions[] = {
    {"R-01", 1}, {"R-02", 1}, {"R-03", 1}, {"R-05", 1},
    {"R-06", 1}, {"B-01", 1}, {"B-02", 1}, {"F-02", 1},
};

static bool is_edition_known(struct en_slice rule, uint32_t edition)
{
    for (size_t i = 0; i < EN_COUNT_OF(editions); i++) {
        if (en_slice_equal(rule, en_slice_text(editions[i].rule)) &&
            editions[i].edition == edition) {
            return true;
        }
    }
    const struct en_rule *found = en_rule_find(rule);
    return found != NULL && edition >= 1 && edition <= found->edition;
}

/* ---- settings ---- */

static int shown(struct en_slice text)
{
    return text.size < 64 ? (int)text.size : 64;
}

/* The rule and the target's text of the setting in hand, whose name must agree with its payload.
 * *rule NULL: refused. */
static en_code find_rule(struct en_fold *fold, const struct en_event *event,
                         const struct en_rule_set *set, const struct en_rule **rule,
                         struct en_slice *target, struct en_error *err)
{
    struct en_slice key;
    struct en_slice name;
    *rule = NULL;
    en_code code = en_keys_key(fold->store, EN_NAME_RULE, event->header.subject, &key, err);
    if (code != EN_OK) {
        return code;
    }
    en_rule_key_parse(key, &name, target);
    const struct en_rule *found = en_rule_find(set->rule);
    if (found == NULL) {
        const char *nearest = en_rule_nearest(set->rule);
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "rule: there is no rule \"%.*s\"%s%s: `enerlog rule list` shows them",
                              shown(set->rule), (const char *)set->rule.bytes,
                              nearest != NULL ? "; did you mean " : "",
                              nearest != NULL ? nearest : "");
    }
    if (!en_slice_equal(name, set->rule)) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "rule %s: the setting is named \"%.*s\": name it by the rule and its "
                              "target",
                              found->name, shown(key), key.size > 0 ? (const char *)key.bytes : "");
    }
    *rule = found;
    return EN_OK;
}

/* "" is the newest. 0: no such edition. */
static uint32_t edition_of(const struct en_rule *rule, struct en_slice text)
{
    uint32_t edition = 0;
    for (size_t i = 0; i < text.size && edition <= EDITION_MAX; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') {
            return 0;
        }
        edition = edition * 10 + (uint32_t)(text.bytes[i] - '0');
    }
    return text.size == 0 ? rule->edition : edition <= rule->edition ? edition : 0;
}

/* What a NAME parameter names must be there. */
static en_code check_name(struct en_fold *fold, const struct en_rule_values *values,
                          struct en_error *err)
{
    uint32_t id = 0;
    struct en_slice text = en_slice_text(values->text);
    if (text.size == 0) {
        return EN_OK;
    }
    return values->rule == EN_RULE_E_11 ? en_keys_find(fold->store, EN_NAME_BALANCE, text, &id, err)
                                        : en_rule_channel_find(fold->store, text, &id, err);
}

static bool is_refusal(en_code code)
{
    return code == EN_NOT_FOUND || code == EN_MALFORMED || code == EN_RANGE || code == EN_INEXACT ||
           code == EN_LIMIT;
}

/* Parameters and target, as the row holds them. *parameters.size 0: refused. */
static en_code check_setting(struct en_fold *fold, const struct en_rule *rule,
                             const struct en_rule_set *set, struct en_slice target_text,
                             struct en_slice *parameters, struct en_error *err)
{
    struct en_rule_target target;
    struct en_rule_values values;
    struct en_error fault = {0};
    *parameters = en_slice_of(NULL, 0);
    en_code code = en_rule_target_find(fold->store, target_text, &target, &fault);
    if (code == EN_OK) {
        en_resource resource =
            target.scope == EN_RULE_RESOURCE ? (en_resource)target.id : EN_RESOURCE_ELECTRICITY;
        code = en_rule_parse(rule, resource, set->parameters, &values, &fault);
    }
    if (code == EN_OK) {
        code = check_name(fold, &values, &fault);
    }
    if (is_refusal(code)) {
        bool is_named = strncmp(fault.text, "rule ", 5) == 0;
        return en_fold_refuse(fold, code, err, "%s%s%s%s", is_named ? "" : "rule ",
                              is_named ? "" : rule->name, is_named ? "" : ": ", fault.text);
    }
    if (code != EN_OK) {
        return en_error_set(err, code, "%s", fault.text);
    }
    struct en_buf canonical;
    en_buf_init(&canonical, 2 * EN_RULE_JSON_SIZE_MAX);
    en_rule_print(&values, false, &canonical);
    code = en_buf_code(&canonical, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->batch, en_buf_slice(&canonical), parameters, err);
    }
    en_buf_fini(&canonical);
    return code;
}

en_code en_registry_fold_rule(struct en_fold *fold, const struct en_event *event,
                              struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    const struct en_rule *rule = NULL;
    struct en_rule_set set;
    struct en_slice target;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "rule", &set, &is_read, err);
    if (!is_read) {
        return code;
    }
    code = find_rule(fold, event, &set, &rule, &target, err);
    if (code != EN_OK || rule == NULL) {
        return code;
    }
    uint32_t edition = edition_of(rule, set.edition);
    if (edition == 0) {
        return en_fold_refuse(fold, EN_UNSUPPORTED, err,
                              "rule %s: this program has no edition \"%.*s\": give 1 to %u",
                              rule->name, shown(set.edition), (const char *)set.edition.bytes,
                              rule->edition);
    }
    struct en_rule_row row = {.rule = header->subject,
                              .from = header->valid.from,
                              .reason = set.reason,
                              .to = header->valid.to,
                              .author = header->actor,
                              .seq = header->seq.n};
    row.to = row.to.us <= row.from.us ? (struct en_instant){INT64_MAX} : row.to;
    code = check_setting(fold, rule, &set, target, &row.parameters, err);
    if (code != EN_OK || row.parameters.size == 0) {
        return code;
    }
    char *edition_text = en_arena_print(&fold->batch, "%u", edition);
    if (edition_text == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for a setting");
    }
    row.edition = en_slice_text(edition_text);
    return en_table_put(fold->store, &en_table_rule, &row, NULL, err);
}

/* ---- editions ---- */

en_code en_registry_fold_edition(struct en_fold *fold, const struct en_event *event,
                                 struct en_error *err)
{
    struct en_edition_activated payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "edition", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (!is_edition_known(payload.rule, payload.edition)) {
        return en_fold_refuse(
            fold, EN_UNSUPPORTED, err, "edition: this program has no edition %u of rule \"%.*s\"",
            payload.edition, (int)payload.rule.size, (const char *)payload.rule.bytes);
    }
    char *edition = en_arena_print(&fold->batch, "%u", payload.edition);
    if (edition == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for an edition");
    }
    struct en_rule_row row = {
        .rule = event->header.subject,
        .from = event->header.valid.from,
    };
    /* a setting that began at the same moment goes on holding */
    code = en_table_get(fold->store, &en_table_rule, &row, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    code = en_fold_copy(&fold->batch, row.parameters, &row.parameters, err);
    if (code != EN_OK) {
        return code;
    }
    row.edition = en_slice_text(edition);
    row.reason = payload.reason;
    row.to = row.parameters.size > 0 ? row.to : (struct en_instant){INT64_MAX};
    row.author = event->header.actor;
    row.seq = event->header.seq.n;
    return en_table_put(fold->store, &en_table_rule, &row, NULL, err);
}

/* ---- questions ---- */

static struct en_registry_state *state_of(struct en_fold *fold)
{
    return fold->states[EN_PROCESSOR_registry];
}

void en_registry_forget_rules(struct en_registry_state *state)
{
    if (state->rules != NULL) {
        en_rules_forget(state->rules);
    }
}

en_code en_registry_plan(struct en_fold *fold, uint32_t channel, int32_t day,
                         const struct en_rule_plan **plan, struct en_error *err)
{
    struct en_registry_state *state = state_of(fold);
    if (state->rules == NULL) {
        en_code code = en_rules_open(&state->rules, err);
        if (code != EN_OK) {
            return code;
        }
    }
    return en_rules_plan(state->rules, fold->store, channel, day, plan, err);
}

static en_code has_settings(struct en_fold *fold, bool *has, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_rule_row row;
    en_code code = en_table_scan_begin(fold->store, &en_table_rule, NULL, 0, &scan, err);
    *has = false;
    while (code == EN_OK && !*has) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        *has = code == EN_OK && row.parameters.size > 0;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Which rule a setting is of, and its target, by the name of the event's subject. */
static en_code read_setting(struct en_fold *fold, uint32_t subject, struct en_rule_touch *touch,
                            struct en_error *err)
{
    struct en_slice key;
    struct en_slice name;
    struct en_slice text;
    en_code code = en_keys_key(fold->store, EN_NAME_RULE, subject, &key, err);
    if (code != EN_OK) {
        return code;
    }
    en_rule_key_parse(key, &name, &text);
    const struct en_rule *rule = en_rule_find(name);
    touch->stage = rule == NULL ? (en_rule_stage)0 : rule->stage;
    return en_rule_target_find(fold->store, text, &touch->target, err);
}

en_code en_registry_touch(struct en_fold *fold, const struct en_event *event,
                          struct en_rule_touch *touch, struct en_error *err)
{
    uint32_t subject = event->header.subject;
    /* a setting counts by its UTC date; of the others the fiscal day is at most one earlier */
    int32_t day = en_day_of_instant(event->header.valid.from, 0).n;
    *touch = (struct en_rule_touch){.from_day = day - 1};
    en_code code = has_settings(fold, &touch->is_touched, err);
    if (code != EN_OK || !touch->is_touched) {
        return code;
    }
    switch ((en_kind)event->header.kind) {
    case EN_KIND_RULE_SET:
        touch->from_day = day;
        return read_setting(fold, subject, touch, err);
    case EN_KIND_CHANNEL_SET: /* for all time */
        touch->target = (struct en_rule_target){EN_RULE_CHANNEL, subject};
        touch->from_day = EN_FOLD_DAY_MIN;
        return EN_OK;
    case EN_KIND_POINT_SET:
        touch->target = (struct en_rule_target){EN_RULE_POINT, subject};
        return EN_OK;
    case EN_KIND_OBJECT_SET:
        touch->target = (struct en_rule_target){EN_RULE_OBJECT, subject};
        return EN_OK;
    default:
        touch->is_touched = false;
        return EN_OK;
    }
}
