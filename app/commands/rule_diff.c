/* `enerlog rule diff`: the difference report. A copy of the tables takes the settings as if they
 * stood in the log, and both states are compared over the days that were asked. */
#include "app/commands/rule_diff.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/mem.h"
#include "http/service.h"
#include "projections/views/effect.h"
#include "projections/views/keys.h"

#define LINES_DEFAULT 1000u
#define LINES_MAX 10000000u
#define JSON_SIZE_MAX (256u << 20)
#define WORDS_SIZE_MAX 1024u
#define KINDS_COUNT (EN_EFFECT_BALANCE + 1)

/* The report on its way: rows, or one JSON object. */
struct report {
    struct en_store *store; /* after: for names */
    uint64_t lines_max;     /* of each kind; 0: counts only */
    uint64_t counts[KINDS_COUNT];
    uint64_t appear_count;
    uint64_t slots_count;
    bool is_json;
    struct en_rows rows;
    struct en_json json;
    int open; /* the kind whose list is open in JSON; 0 none yet */
    struct en_buf words;
};

/* ---- the batch that is supposed ---- */

/* The greatest id that a name of a rule has. */
static en_code last_rule_id(struct en_store *store, uint32_t *id, struct en_error *err)
{
    struct en_name_of_row row = {.type = EN_NAME_RULE, .id = UINT32_MAX};
    en_code code = en_table_last_before(store, &en_table_name_of, &row, 1, NULL, err);
    *id = code == EN_OK ? row.id : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code add_draft(struct en_batch *batch, en_kind kind, uint32_t subject,
                         struct en_interval valid, const void *payload, struct en_error *err)
{
    struct en_event_header header = {
        .kind = (uint16_t)kind, .subject = subject, .valid = valid, .cause = EN_SEQ_NONE};
    return en_batch_add_record(batch, &header, payload, err);
}

/* The id of a setting's name; a new one is assigned by an event in front. */
static en_code name_of_change(struct en_store *store, const char *key, uint32_t *last,
                              struct en_batch *batch, uint32_t *subject, struct en_error *err)
{
    struct en_name_assigned assigned = {.type = EN_NAME_RULE, .key = en_slice_text(key)};
    struct en_interval never = {{0}, {0}};
    en_code code = en_keys_find(store, EN_NAME_RULE, en_slice_text(key), subject, err);
    if (code != EN_NOT_FOUND) {
        return code;
    }
    (*last)++;
    *subject = *last;
    assigned.id = *last;
    return add_draft(batch, EN_KIND_NAME_ASSIGNED, 0, never, &assigned, err);
}

static en_code make_batch(struct en_store *store, const struct en_rule_changes *changes,
                          struct en_batch *batch, struct en_error *err)
{
    uint32_t subjects[EN_RULE_CHANGES_MAX] = {0};
    uint32_t last = 0;
    en_code code = last_rule_id(store, &last, err);
    for (uint32_t i = 0; code == EN_OK && i < changes->count; i++) {
        struct en_interval valid;
        struct en_rule_set set = en_rule_change_payload(changes, i, &valid);
        for (uint32_t k = 0; k < i; k++) { /* one name may stand in the changes twice */
            bool is_same = strcmp(changes->items[k].key, changes->items[i].key) == 0;
            subjects[i] = is_same ? subjects[k] : subjects[i];
        }
        if (subjects[i] == 0) {
            code = name_of_change(store, changes->items[i].key, &last, batch, &subjects[i], err);
        }
        code = code == EN_OK ? add_draft(batch, EN_KIND_RULE_SET, subjects[i], valid, &set, err)
                             : code;
    }
    return code;
}

/* ---- one difference ---- */

/* What is known of the channel of an effect. */
struct named {
    struct en_slice name; /* point, formula, balance */
    struct en_slice channel;
    en_unit unit;
    struct en_finding_place place;
};

static en_code name_channel(struct en_store *store, const struct en_effect *effect,
                            struct named *named, struct en_error *err)
{
    struct en_channel_row row = {.channel = effect->series};
    en_code code = en_table_get(store, &en_table_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code == EN_OK) {
        named->channel = row.code;
        named->unit = (en_unit)row.unit;
        code = en_keys_key(store, EN_NAME_POINT, row.point, &named->name, err);
    }
    if (code == EN_OK && effect->kind == EN_EFFECT_FINDING) {
        named->place.unit = named->unit;
        named->place.slot_seconds = row.slot_seconds;
        code = en_keys_day_start(store, row.point, effect->day, &named->place.day_from,
                                 &named->place.offset_minutes, err);
    }
    return code;
}

static en_code name_formula(struct en_store *store, const struct en_effect *effect,
                            struct named *named, bool *is_hidden, struct en_error *err)
{
    struct en_formula_row row = {.node = effect->series, .from_day = INT32_MAX};
    en_code code = en_table_last_before(store, &en_table_formula, &row, 1, NULL, err);
    if (code == EN_OK) {
        named->unit = (en_unit)row.unit;
        *is_hidden = row.is_hidden;
        code = en_keys_key(store, EN_NAME_FORMULA, effect->series, &named->name, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code name_effect(struct en_store *store, const struct en_effect *effect,
                           struct named *named, bool *is_hidden, struct en_error *err)
{
    *named = (struct named){.name = en_slice_text(""), .channel = en_slice_text("")};
    *is_hidden = false;
    switch (effect->kind) {
    case EN_EFFECT_FINDING:
    case EN_EFFECT_VALUE:
    case EN_EFFECT_USAGE:
        return name_channel(store, effect, named, err);
    case EN_EFFECT_FORMULA:
        return name_formula(store, effect, named, is_hidden, err);
    case EN_EFFECT_BALANCE:
        break;
    }
    return en_keys_key(store, EN_NAME_BALANCE, effect->series, &named->name, err);
}

static const char *const list_names[KINDS_COUNT] = {
    [EN_EFFECT_FINDING] = "findings", [EN_EFFECT_VALUE] = "values",     [EN_EFFECT_USAGE] = "usage",
    [EN_EFFECT_FORMULA] = "formulas", [EN_EFFECT_BALANCE] = "balances",
};

/* Opens the lists up to the kind (KINDS_COUNT: all of them, and closes the last). */
static void open_lists(struct report *report, int kind)
{
    while (report->open < kind) {
        if (report->open > 0) {
            en_json_end(&report->json);
        }
        report->open++;
        if (report->open < (int)KINDS_COUNT) {
            en_json_array(&report->json, list_names[report->open]);
        }
    }
}

static const char *unit_text(en_unit unit)
{
    return en_unit_is_known((uint32_t)unit) ? en_unit_name(unit) : "";
}

static void put_json(struct report *report, const struct en_effect *effect,
                     const struct named *named)
{
    struct en_json *json = &report->json;
    bool is_of_channel = effect->kind <= EN_EFFECT_USAGE;
    open_lists(report, (int)effect->kind);
    en_json_object(json, NULL);
    en_json_text(json,
                 is_of_channel                       ? "point"
                 : effect->kind == EN_EFFECT_FORMULA ? "formula"
                                                     : "balance",
                 named->name);
    if (is_of_channel) {
        en_json_text(json, "channel", named->channel);
    }
    if (effect->kind <= EN_EFFECT_VALUE) {
        en_json_day(json, "day", (struct en_day){effect->day});
    }
    if (effect->kind == EN_EFFECT_FINDING) {
        en_json_string(json, "change", effect->is_new ? "appears" : "vanishes");
        en_finding_json(&effect->finding, &named->place, json, "finding");
    } else {
        if (named->name.size > 0 && unit_text(named->unit)[0] != '\0') {
            en_json_string(json, "unit", unit_text(named->unit));
        }
        if (effect->kind == EN_EFFECT_VALUE) {
            en_json_u64(json, "slots", effect->slots_count);
        }
        en_json_micro(json, "before", effect->before_micro);
        en_json_micro(json, "after", effect->after_micro);
        en_json_u64(json, "missing_before", effect->before_missing);
        en_json_u64(json, "missing_after", effect->after_missing);
    }
    en_json_end(json);
}

/* "7 slots, missing 3 -> 0" */
static void print_detail(struct report *report, const struct en_effect *effect,
                         const struct named *named)
{
    en_buf_reset(&report->words);
    if (effect->kind == EN_EFFECT_FINDING) {
        en_finding_print(&effect->finding, &named->place, &report->words);
        return;
    }
    if (effect->kind == EN_EFFECT_VALUE) {
        en_buf_print(&report->words, "%u slots", effect->slots_count);
    }
    if (effect->before_missing != effect->after_missing) {
        en_buf_print(&report->words, "%smissing %u -> %u", report->words.size > 0 ? ", " : "",
                     effect->before_missing, effect->after_missing);
    }
}

static void put_row(struct report *report, const struct en_effect *effect,
                    const struct named *named)
{
    static const char *const words[KINDS_COUNT] = {
        [EN_EFFECT_FINDING] = "",          [EN_EFFECT_VALUE] = "value",
        [EN_EFFECT_USAGE] = "usage",       [EN_EFFECT_FORMULA] = "formula",
        [EN_EFFECT_BALANCE] = "imbalance",
    };
    struct en_rows *rows = &report->rows;
    char day[EN_DAY_TEXT_SIZE] = "";
    bool is_finding = effect->kind == EN_EFFECT_FINDING;
    if (effect->kind <= EN_EFFECT_VALUE) {
        (void)en_day_print((struct en_day){effect->day}, day);
    }
    print_detail(report, effect, named);
    en_rows_text(rows, !is_finding ? words[effect->kind] : effect->is_new ? "appears" : "vanishes");
    en_rows_slice(rows, named->name);
    en_rows_slice(rows, named->channel);
    en_rows_text(rows, day);
    if (is_finding) {
        en_rows_text(rows, "");
        en_rows_text(rows, "");
        en_rows_text(rows, "");
    } else {
        en_rows_micro(rows, effect->before_micro);
        en_rows_micro(rows, effect->after_micro);
        en_rows_text(rows, unit_text(named->unit));
    }
    en_rows_slice(rows, en_buf_slice(&report->words));
}

static en_code visit_effect(void *self, const struct en_effect *effect, struct en_error *err)
{
    struct report *report = self;
    struct named named;
    bool is_hidden = false;
    en_code code = name_effect(report->store, effect, &named, &is_hidden, err);
    if (code != EN_OK || is_hidden) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    report->counts[effect->kind]++;
    report->appear_count += effect->kind == EN_EFFECT_FINDING && effect->is_new ? 1 : 0;
    report->slots_count += effect->slots_count;
    if (report->counts[effect->kind] > report->lines_max) {
        return EN_OK;
    }
    if (report->is_json) {
        put_json(report, effect, &named);
    } else {
        put_row(report, effect, &named);
    }
    return EN_OK;
}

/* ---- the report ---- */

static void put_period(struct en_json *json, int32_t from_day, int32_t to_day)
{
    en_json_object(json, "period");
    en_json_day(json, "from", (struct en_day){from_day});
    en_json_day(json, "to", (struct en_day){to_day});
    en_json_end(json);
}

static void put_changes(struct en_json *json, const struct en_rule_changes *changes)
{
    en_json_array(json, "settings");
    for (uint32_t i = 0; i < changes->count; i++) {
        const struct en_rule_change *change = &changes->items[i];
        en_json_object(json, NULL);
        en_json_string(json, "set", change->key);
        en_json_day(json, "from", (struct en_day){change->from_day});
        if (change->to_day == INT32_MAX) {
            en_json_null(json, "to");
        } else {
            en_json_day(json, "to", (struct en_day){change->to_day});
        }
        en_json_raw(json, "parameters", en_slice_text(change->parameters));
        en_json_end(json);
    }
    en_json_end(json);
}

/* The numbers of a report, in the order of their names. */
#define SUMMARY_COUNT 7u
static const char *const summary_names[SUMMARY_COUNT] = {
    "findings_new", "findings_gone", "value_days", "value_slots", "usage", "formulas", "balances"};

static void sum_up(const struct report *report, uint64_t numbers[SUMMARY_COUNT])
{
    numbers[0] = report->appear_count;
    numbers[1] = report->counts[EN_EFFECT_FINDING] - report->appear_count;
    numbers[2] = report->counts[EN_EFFECT_VALUE];
    numbers[3] = report->slots_count;
    numbers[4] = report->counts[EN_EFFECT_USAGE];
    numbers[5] = report->counts[EN_EFFECT_FORMULA];
    numbers[6] = report->counts[EN_EFFECT_BALANCE];
}

static void put_summary(struct report *report)
{
    uint64_t numbers[SUMMARY_COUNT];
    sum_up(report, numbers);
    en_json_object(&report->json, "summary");
    for (size_t i = 0; i < SUMMARY_COUNT; i++) {
        en_json_u64(&report->json, summary_names[i], numbers[i]);
    }
    en_json_end(&report->json);
}

static void print_summary(const struct report *report, struct en_io *io)
{
    uint64_t numbers[SUMMARY_COUNT];
    sum_up(report, numbers);
    en_io_print(io,
                "%" PRIu64 " findings appear, %" PRIu64 " vanish; %" PRIu64
                " channel-days change (%" PRIu64 " slots); usage of %" PRIu64 " channels, %" PRIu64
                " formulas, %" PRIu64 " balances\n",
                numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
}

static en_code walk_json(struct report *report, const struct en_supposition *supposition,
                         const struct en_rule_changes *changes, int32_t from_day, int32_t to_day,
                         struct en_io *io, struct en_error *err)
{
    struct en_buf text;
    en_buf_init(&text, JSON_SIZE_MAX);
    en_json_init(&report->json, &text);
    en_json_object(&report->json, NULL);
    put_changes(&report->json, changes);
    put_period(&report->json, from_day, to_day);
    en_code code = en_effect_walk(supposition->before, supposition->after, from_day, to_day,
                                  visit_effect, report, err);
    open_lists(report, (int)KINDS_COUNT);
    put_summary(report);
    en_json_end(&report->json);
    en_buf_u8(&text, '\n');
    code = code == EN_OK ? en_buf_code(&text, err) : code;
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&text));
    }
    en_buf_fini(&text);
    return code;
}

static en_code walk_rows(struct report *report, const struct en_supposition *supposition,
                         en_output output, int32_t from_day, int32_t to_day, struct en_io *io,
                         struct en_error *err)
{
    static const struct en_column columns[] = {{"change", NULL, false},  {"name", NULL, false},
                                               {"channel", NULL, false}, {"day", NULL, false},
                                               {"before", NULL, true},   {"after", NULL, true},
                                               {"unit", NULL, false},    {"detail", NULL, false}};
    en_rows_begin(&report->rows, io, output, columns, EN_COUNT_OF(columns));
    en_code code = en_effect_walk(supposition->before, supposition->after, from_day, to_day,
                                  visit_effect, report, err);
    en_rows_end(&report->rows);
    if (code == EN_OK && output == EN_OUTPUT_TABLE) {
        print_summary(report, io);
    }
    return code;
}

static en_code tell_numbers(struct report *report, const struct en_supposition *supposition,
                            en_output output, int32_t from_day, int32_t to_day, struct en_io *io,
                            struct en_error *err)
{
    static const struct en_column columns[SUMMARY_COUNT] = {
        {"findings_new", "findings appear", true},
        {"findings_gone", "findings vanish", true},
        {"value_days", "channel-days change", true},
        {"value_slots", "slots change", true},
        {"usage", "usage of channels", true},
        {"formulas", NULL, true},
        {"balances", NULL, true}};
    uint64_t numbers[SUMMARY_COUNT];
    en_code code = en_effect_walk(supposition->before, supposition->after, from_day, to_day,
                                  visit_effect, report, err);
    if (code != EN_OK) {
        return code;
    }
    sum_up(report, numbers);
    en_rows_begin_single(&report->rows, io, output, columns, SUMMARY_COUNT);
    for (size_t i = 0; i < SUMMARY_COUNT; i++) {
        en_rows_count(&report->rows, numbers[i]);
    }
    en_rows_end(&report->rows);
    return EN_OK;
}

/* The whole of it: supposes the changes, compares, tells, and removes the copy. */
static en_code tell(struct en_session *session, const struct en_arguments *arguments,
                    const struct en_rule_changes *changes, uint64_t lines_max, int32_t from_day,
                    int32_t to_day, struct en_io *io, struct en_error *err)
{
    struct en_supposition supposition;
    struct en_batch batch;
    struct en_view view;
    struct report report = {.lines_max = lines_max};
    report.is_json = lines_max > 0 &&
                     (arguments->output == EN_OUTPUT_JSON || arguments->output == EN_OUTPUT_LINES);
    en_batch_init(&batch);
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code == EN_OK) {
        code = make_batch(view.store, changes, &batch, err);
        en_engine_view_close(session->engine, &view);
    }
    if (code == EN_OK) {
        code = en_engine_suppose(session->engine, &batch, io, &supposition, err);
    }
    en_batch_fini(&batch);
    if (code != EN_OK) {
        return code;
    }
    report.store = supposition.after;
    en_buf_init(&report.words, WORDS_SIZE_MAX);
    code = lines_max == 0
               ? tell_numbers(&report, &supposition, arguments->output, from_day, to_day, io, err)
           : report.is_json
               ? walk_json(&report, &supposition, changes, from_day, to_day, io, err)
               : walk_rows(&report, &supposition, arguments->output, from_day, to_day, io, err);
    en_buf_fini(&report.words);
    en_engine_suppose_end(&supposition);
    return code;
}

/* The day behind the last that is over. */
static en_code day_now(struct en_session *session, struct en_io *io, int32_t *day,
                       struct en_error *err)
{
    struct en_clock_row clock = {.clock = 0};
    struct en_view view;
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_table_get(view.store, &en_table_clock, &clock, NULL, err);
    *day = code == EN_OK ? en_day_of_instant(clock.at, 0).n + 1 : INT32_MIN;
    en_engine_view_close(session->engine, &view);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_rule_diff_short(struct en_session *session, const struct en_arguments *arguments,
                           const struct en_rule_changes *changes, struct en_io *io,
                           struct en_error *err)
{
    int32_t from_day = INT32_MAX;
    int32_t to_day = INT32_MIN;
    int32_t now = 0;
    for (uint32_t i = 0; i < changes->count; i++) {
        from_day = changes->items[i].from_day < from_day ? changes->items[i].from_day : from_day;
        to_day = changes->items[i].to_day > to_day ? changes->items[i].to_day : to_day;
    }
    en_code code = day_now(session, io, &now, err);
    to_day = now < to_day ? now : to_day;
    to_day = to_day <= from_day ? from_day + 1 : to_day;
    return code == EN_OK ? tell(session, arguments, changes, 0, from_day, to_day, io, err) : code;
}

/* The settings that the command supposes: of one rule, or of a preset. */
static en_code gather(struct en_session *session, const struct en_arguments *arguments,
                      int32_t from_day, struct en_rule_changes *changes, struct en_io *io,
                      struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    struct en_view view;
    int32_t valid_from = from_day;
    int32_t valid_to = INT32_MAX;
    en_code code = EN_OK;
    if (en_arguments_has(arguments, "valid-from")) {
        code =
            en_rule_change_days(arguments, "valid-from", "valid-to", &valid_from, &valid_to, err);
    } else if (en_arguments_has(arguments, "valid-to")) {
        code = en_rule_change_days(arguments, "from", "valid-to", &valid_from, &valid_to, err);
    }
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, NULL, io, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    bool is_preset = en_rule_preset_find(en_slice_text(name)) != NULL;
    code = is_preset ? en_rule_changes_of_preset(changes, view.store, arguments, name, valid_from,
                                                 valid_to, err)
                     : en_rule_changes_of_rule(changes, view.store, arguments, name, valid_from,
                                               valid_to, err);
    en_engine_view_close(session->engine, &view);
    return code;
}

en_code en_run_rule_diff(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    struct en_rule_changes changes;
    int32_t from_day = 0;
    int32_t to_day = 0;
    uint64_t lines_max = LINES_DEFAULT;
    en_rule_changes_init(&changes);
    en_code code = en_rule_change_days(arguments, "from", "to", &from_day, &to_day, err);
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "limit", LINES_MAX, &lines_max, err);
    }
    if (code == EN_OK && lines_max == 0) {
        code = en_error_set(err, EN_USAGE, "--limit is 1 or more");
    }
    if (code == EN_OK) {
        code = gather(session, arguments, from_day, &changes, io, err);
    }
    if (code == EN_OK) {
        code = tell(session, arguments, &changes, lines_max, from_day, to_day, io, err);
    }
    en_rule_changes_fini(&changes);
    return code;
}

/* ---- for the API ---- */

static en_code keep(void *self, en_stream stream, struct en_slice bytes)
{
    struct en_buf *out = self;
    if (stream == EN_STREAM_OUT) {
        en_buf_append(out, bytes.bytes, bytes.size);
    }
    return out->code == EN_OK ? EN_OK : EN_IO;
}

/* The command that says the same, so that both are one. */
static int words_of(const struct en_service_setting *setting, const char *words[24])
{
    const struct {
        const char *option;
        const char *value;
    } options[] = {
        {"--from", setting->from},
        {"--to", setting->to},
        {"--target", setting->target},
        {"--parameters", setting->parameters},
        {"--valid-from", setting->valid_from},
        {"--valid-to", setting->valid_to},
        {"--limit", setting->limit},
    };
    int count = 0;
    words[count++] = "rule";
    words[count++] = "diff";
    words[count++] = "-D"; /* a command line names one; the engine at hand is what counts */
    words[count++] = ".";
    words[count++] = "-o";
    words[count++] = "json";
    for (size_t i = 0; i < EN_COUNT_OF(options); i++) {
        if (options[i].value != NULL) {
            words[count++] = options[i].option;
            words[count++] = options[i].value;
        }
    }
    words[count++] = "--";
    words[count++] = setting->rule;
    return count;
}

en_code en_rule_diff_json(struct en_engine *engine, const struct en_service_setting *setting,
                          struct en_buf *out, struct en_error *err)
{
    const char *words[24];
    struct en_session session = {.engine = engine};
    struct en_arguments *arguments = en_mem_alloc(1, sizeof *arguments);
    struct en_io *io = en_mem_alloc(1, sizeof *io);
    en_code code = EN_OK;
    if (arguments == NULL || io == NULL) {
        code = en_error_set(err, EN_NOMEM, "no memory for a difference");
    } else {
        *io = (struct en_io){.self = out, .write = keep, .is_quiet = true};
        code = en_arguments_parse(words_of(setting, words), words, arguments, err);
    }
    if (code == EN_OK) {
        en_io_init(io);
        code = en_run_rule_diff(&session, arguments, io, err);
        en_io_fini(io);
        code = code == EN_OK ? en_buf_code(out, err) : code;
    }
    en_mem_free(io);
    en_mem_free(arguments);
    return code;
}
