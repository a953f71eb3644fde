/* Rules: listed, shown with what holds and who said so, set, adopted as presets. What a change
 * would alter: rule_diff.c. */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/rule_change.h"
#include "app/commands/rule_diff.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/metering/rule/rule_json.h"
#include "projections/views/keys.h"
#include "projections/views/rules_json.h"

#define TEXT_SIZE_MAX 65536u

/* ---- list ---- */

static en_code count_setting(void *self, const struct en_rule_setting *setting,
                             struct en_error *err)
{
    uint32_t *counts = self;
    (void)err;
    counts[setting->rule]++;
    return EN_OK;
}

static void put_defaults(struct en_rows *rows, const struct en_rule *rule)
{
    struct en_rule_values values;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    en_rule_print(&values, true, &text);
    en_rows_json(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

static en_code list_rules(struct en_store *store, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"rule", NULL, false},    {"stage", NULL, false},           {"severity", NULL, false},
        {"settings", NULL, true}, {"title", NULL, false},           {"title_ru", NULL, false},
        {"source", NULL, false},  {"parameters", "defaults", false}};
    uint32_t counts[EN_RULES_COUNT] = {0};
    const char *stage = en_arguments_value(arguments, "stage");
    struct en_rows rows;
    en_code code = en_rules_settings(store, EN_RULE_NONE, count_setting, counts, err);
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT; id++) {
        const struct en_rule *rule = en_rule_of((en_rule_id)id);
        bool is_in_force = !en_arguments_has(arguments, "set") || counts[id] > 0;
        if ((stage != NULL && strcmp(stage, en_rule_stage_name(rule->stage)) != 0) ||
            !is_in_force) {
            continue;
        }
        en_rows_text(&rows, rule->name);
        en_rows_text(&rows, en_rule_stage_name(rule->stage));
        en_rows_text(&rows, en_rule_severity_name(rule->severity));
        en_rows_count(&rows, counts[id]);
        en_rows_text(&rows, rule->english.title);
        en_rows_text(&rows, rule->russian.title);
        en_rows_text(&rows, rule->source);
        put_defaults(&rows, rule);
    }
    en_rows_end(&rows);
    return EN_OK;
}

en_code en_run_rule_list(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_rules, err);
}

/* ---- show ---- */

/* The rule that is shown, and where. */
struct shown {
    const struct en_rule *rule;
    const char *point;
    struct en_rules_place place;
};

static en_code find_place(struct en_store *store, const struct en_arguments *arguments,
                          struct shown *shown, struct en_error *err)
{
    const char *channel = en_arguments_value(arguments, "channel");
    struct en_day day = {0};
    struct en_clock_row clock = {.clock = 0};
    shown->point = en_arguments_value(arguments, "point");
    if (shown->point == NULL) {
        return channel != NULL || en_arguments_has(arguments, "at")
                   ? en_error_set(err, EN_USAGE, "--at and --channel go with --point")
                   : EN_OK;
    }
    en_code code =
        en_keys_find(store, EN_NAME_POINT, en_slice_text(shown->point), &shown->place.point, err);
    if (code == EN_OK && channel != NULL) {
        struct en_point_channel_row row = {.point = shown->place.point,
                                           .code = en_slice_text(channel)};
        code = en_table_get(store, &en_table_point_channel, &row, NULL, err);
        shown->place.channel = row.channel;
        code = code == EN_NOT_FOUND
                   ? en_error_set(err, EN_NOT_FOUND, "point %.64s has no channel \"%.64s\"",
                                  shown->point, channel)
                   : code;
    }
    if (code == EN_OK && !en_arguments_has(arguments, "at")) { /* the day that is known to be */
        code = en_table_get(store, &en_table_clock, &clock, NULL, err);
        shown->place.day = code == EN_OK ? en_day_of_instant(clock.at, 0).n : 0;
        return code == EN_NOT_FOUND
                   ? en_error_set(err, EN_USAGE, "nothing is known of any day: give --at DATE")
                   : code;
    }
    code = code == EN_OK ? en_arguments_day(arguments, "at", &day, err) : code;
    shown->place.day = day.n;
    return code;
}

static void print_text(const struct en_rule *rule, struct en_io *io)
{
    const struct en_rule_text *text = &rule->english;
    en_io_print(io, "%s  %s  (%s, %s, edition %u)\n", rule->name, text->title,
                en_rule_stage_name(rule->stage), en_rule_severity_name(rule->severity),
                rule->edition);
    en_io_print(io, "%s\n%s\n", text->does, rule->russian.does);
    if (text->cannot != NULL) {
        en_io_print(io, "Skipped where: %s\n", text->cannot);
    }
    en_io_print(io, "Example: %s: %s\nSource: %s\n\n", text->example, text->expected, rule->source);
}

/* "0 to 100" */
static void put_range(struct en_rows *rows, const struct en_rule *rule, uint32_t index)
{
    const struct en_rule_parameter *parameter = en_rule_parameter(rule, index);
    struct en_rule_values values;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    if (parameter->choices != NULL) {
        en_buf_text(&text, en_rule_choices(parameter));
    } else if (parameter->type != EN_RULE_TYPE_METHODS && parameter->type != EN_RULE_TYPE_NAME) {
        values.at[index] = parameter->min;
        en_rule_print_value(&values, index, &text);
        en_buf_text(&text, " to ");
        values.at[index] = parameter->max;
        en_rule_print_value(&values, index, &text);
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

static void put_value(struct en_rows *rows, const struct en_rule_values *values, uint32_t index)
{
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    if (values != NULL) {
        en_rule_print_value(values, index, &text);
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

/* values: those that hold at the place, or NULL. */
static void print_parameters(const struct en_rule *rule, const struct en_rule_values *values,
                             struct en_io *io)
{
    static const struct en_column columns[] = {{"parameter", NULL, false}, {"type", NULL, false},
                                               {"unit", NULL, false},      {"range", NULL, false},
                                               {"default", NULL, false},   {"here", NULL, false},
                                               {"about", NULL, false}};
    struct en_rule_values initial;
    struct en_rows rows;
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &initial);
    en_rows_begin(&rows, io, EN_OUTPUT_TABLE, columns, EN_COUNT_OF(columns));
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        const struct en_rule_parameter *parameter = en_rule_parameter(rule, i);
        if (en_rule_is_settable(rule, i)) {
            en_rows_text(&rows, parameter->name);
            en_rows_text(&rows, en_rule_type_name(parameter->type));
            en_rows_text(&rows, parameter->unit);
            put_range(&rows, rule, i);
            put_value(&rows, &initial, i);
            put_value(&rows, values, i);
            en_rows_text(&rows, parameter->english);
        }
    }
    en_rows_end(&rows);
}

static void put_day_of(struct en_rows *rows, struct en_instant instant)
{
    char text[EN_DAY_TEXT_SIZE];
    if (instant.us == INT64_MAX) {
        en_rows_null(rows);
        return;
    }
    size_t size = en_day_print(en_day_of_instant(instant, 0), text);
    en_rows_slice(rows, en_slice_of(text, size));
}

static en_code put_setting(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    struct en_rows *rows = self;
    (void)err;
    en_rows_slice(rows, setting->target.size > 0 ? setting->target : en_slice_text("everywhere"));
    put_day_of(rows, setting->from);
    put_day_of(rows, setting->to);
    en_rows_json(rows, setting->parameters);
    en_rows_slice(rows, setting->reason);
    en_rows_slice(rows, setting->author);
    en_rows_count(rows, setting->seq);
    return EN_OK;
}

static en_code print_history(struct en_store *store, const struct en_rule *rule, en_output output,
                             struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"target", NULL, false}, {"from", NULL, false},
                                               {"to", NULL, false},     {"parameters", NULL, false},
                                               {"reason", NULL, false}, {"author", NULL, false},
                                               {"seq", "event", true}};
    struct en_rows rows;
    en_rows_begin(&rows, io, output, columns, EN_COUNT_OF(columns));
    en_code code = en_rules_settings(store, rule->id, put_setting, &rows, err);
    en_rows_end(&rows);
    return code;
}

/* What holds at the place; *held NULL: the rule does not act there. */
static en_code held_at(struct en_store *store, const struct shown *shown,
                       const struct en_rule_plan *plan, struct en_io *io,
                       const struct en_rule_held **held, struct en_error *err)
{
    char day[EN_DAY_TEXT_SIZE];
    struct en_slice key = en_slice_of("", 0);
    *held = plan == NULL ? NULL : plan->of[shown->rule->id];
    (void)en_day_print((struct en_day){shown->place.day}, day);
    if (*held == NULL) {
        en_io_print(io, "\nAt %.128s on %s: it does not act.\n", shown->point, day);
        return EN_OK;
    }
    en_code code = en_keys_key(store, EN_NAME_RULE, (*held)->setting, &key, err);
    en_io_print(io, "\nAt %.128s on %s: as %s%.*s says.\n", shown->point, day,
                key.size > 0 ? "" : "the chain", (int)key.size, (const char *)key.bytes);
    return code;
}

static en_code print_rule(struct en_store *store, const struct shown *shown,
                          const struct en_rule_plan *plan, struct en_io *io, struct en_error *err)
{
    const struct en_rule_values *values = en_rule_plan_values(plan, shown->rule->id);
    const struct en_rule_held *held = NULL;
    en_code code = EN_OK;
    print_text(shown->rule, io);
    print_parameters(shown->rule, values, io);
    if (shown->point != NULL) {
        code = held_at(store, shown, plan, io, &held, err);
    }
    en_io_text(io, "\n");
    return code == EN_OK ? print_history(store, shown->rule, EN_OUTPUT_TABLE, io, err) : code;
}

static en_code print_json(struct en_store *store, const struct shown *shown,
                          const struct en_rule_plan *plan, struct en_io *io, struct en_error *err)
{
    struct en_buf text;
    struct en_json json;
    en_buf_init(&text, 1u << 24);
    en_json_init(&json, &text);
    en_json_object(&json, NULL);
    en_code code = en_rules_json(store, shown->rule, shown->point == NULL ? NULL : &shown->place,
                                 plan, &json, err);
    en_json_end(&json);
    en_buf_u8(&text, '\n');
    if (code == EN_OK) {
        code = en_buf_code(&text, err);
    }
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&text));
    }
    en_buf_fini(&text);
    return code;
}

static en_code show_rule(struct en_store *store, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    struct shown shown = {NULL, NULL, {0, 0, 0}};
    struct en_rules *rules = NULL;
    const struct en_rule_plan *plan = NULL;
    en_code code = en_rule_change_find(en_arguments_operand(arguments, 0), &shown.rule, err);
    if (code == EN_OK) {
        code = find_place(store, arguments, &shown, err);
    }
    if (code == EN_OK && arguments->output == EN_OUTPUT_CSV) {
        return print_history(store, shown.rule, EN_OUTPUT_CSV, io, err);
    }
    if (code == EN_OK) {
        code = en_rules_open(&rules, err);
    }
    if (code == EN_OK && shown.place.channel != 0) {
        code = en_rules_plan(rules, store, shown.place.channel, shown.place.day, &plan, err);
    } else if (code == EN_OK && shown.place.point != 0) {
        code = en_rules_plan_of_point(rules, store, shown.place.point, shown.place.day, &plan, err);
    }
    if (code == EN_OK) {
        code = arguments->output == EN_OUTPUT_TABLE ? print_rule(store, &shown, plan, io, err)
                                                    : print_json(store, &shown, plan, io, err);
    }
    en_rules_close(rules);
    return code;
}

en_code en_run_rule_show(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, show_rule, err);
}

/* ---- set, adopt ---- */

typedef en_code (*gather)(struct en_rule_changes *changes, struct en_store *store,
                          const struct en_arguments *arguments, const char *name, int32_t from_day,
                          int32_t to_day, struct en_error *err);

/* Checks everything that the command says against the tables. */
static en_code gather_changes(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, gather gather_of, struct en_rule_changes *changes,
                              struct en_error *err)
{
    int32_t from_day = 0;
    int32_t to_day = 0;
    struct en_view view;
    en_code code = en_rule_change_days(arguments, "from", "to", &from_day, &to_day, err);
    if (code == EN_OK && en_arguments_value(arguments, "reason")[0] == '\0') {
        code = en_error_set(err, EN_USAGE, "--reason says why, for those who ask later");
    }
    changes->reason = en_arguments_value(arguments, "reason");
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, NULL, io, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    code = gather_of(changes, view.store, arguments, en_arguments_operand(arguments, 0), from_day,
                     to_day, err);
    en_engine_view_close(session->engine, &view);
    return code;
}

static en_code submit_changes(struct en_session *session, const struct en_rule_changes *changes,
                              struct en_io *io, struct en_submission *submission,
                              struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; code == EN_OK && i < changes->count; i++) {
        struct en_interval valid;
        struct en_rule_set set = en_rule_change_payload(changes, i, &valid);
        uint32_t subject = 0;
        code = en_engine_name(session->engine, EN_NAME_RULE, changes->items[i].key, &subject, err);
        if (code == EN_OK) {
            code = en_submission_add(submission, EN_KIND_RULE_SET, subject, valid, &set, err);
        }
    }
    return code == EN_OK ? en_submission_send(submission, io, err) : code;
}

static void put_day(struct en_rows *rows, int32_t day)
{
    char text[EN_DAY_TEXT_SIZE];
    if (day == INT32_MAX) {
        en_rows_null(rows);
        return;
    }
    size_t size = en_day_print((struct en_day){day}, text);
    en_rows_slice(rows, en_slice_of(text, size));
}

static void print_changes(const struct en_rule_changes *changes,
                          const struct en_arguments *arguments, struct en_io *io)
{
    static const struct en_column columns[] = {{"set", NULL, false},
                                               {"from", NULL, false},
                                               {"to", NULL, false},
                                               {"parameters", NULL, false}};
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    for (uint32_t i = 0; i < changes->count; i++) {
        const struct en_rule_change *change = &changes->items[i];
        en_rows_text(&rows, change->key);
        put_day(&rows, change->from_day);
        put_day(&rows, change->to_day);
        en_rows_json(&rows, en_slice_text(change->parameters));
    }
    en_rows_end(&rows);
}

static en_code run_changes(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, gather gather_of, struct en_error *err)
{
    struct en_rule_changes changes;
    struct en_submission submission;
    en_rule_changes_init(&changes);
    en_code code = gather_changes(session, arguments, io, gather_of, &changes, err);
    if (code == EN_OK && arguments->is_dry_run) {
        code = en_rule_diff_short(session, arguments, &changes, io, err);
    } else if (code == EN_OK) {
        code = en_submission_init(&submission, session->engine, err);
        code = code == EN_OK ? submit_changes(session, &changes, io, &submission, err) : code;
        en_submission_fini(&submission);
        if (code == EN_OK) {
            print_changes(&changes, arguments, io);
        }
    }
    en_rule_changes_fini(&changes);
    return code;
}

en_code en_run_rule_set(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, struct en_error *err)
{
    return run_changes(session, arguments, io, en_rule_changes_of_rule, err);
}

en_code en_run_rule_adopt(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return run_changes(session, arguments, io, en_rule_changes_of_preset, err);
}

static void put_presets(struct en_io *io, en_output output)
{
    static const struct en_column columns[] = {{"preset", NULL, false},
                                               {"settings", NULL, true},
                                               {"about", NULL, false},
                                               {"about_ru", NULL, false}};
    uint32_t count = 0;
    const struct en_rule_preset *presets = en_rule_presets(&count);
    struct en_rows rows;
    en_rows_begin(&rows, io, output, columns, EN_COUNT_OF(columns));
    for (uint32_t i = 0; i < count; i++) {
        en_rows_text(&rows, presets[i].name);
        en_rows_count(&rows, presets[i].entries_count);
        en_rows_text(&rows, presets[i].english);
        en_rows_text(&rows, presets[i].russian);
    }
    en_rows_end(&rows);
}

en_code en_run_rule_presets(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    (void)session;
    (void)err;
    put_presets(io, arguments->output);
    return EN_OK;
}
