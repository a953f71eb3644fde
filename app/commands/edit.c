/* `enerlog edit`: acts by which people change values, asked for by one and decided by another; and
 * `enerlog report substitution`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "core/mem.h"
#include "core/metering/decree/decree_chain.h"
#include "core/metering/quantity.h"
#include "projections/views/keys.h"
#include "projections/views/substitutions.h"

#define VALUES_MAX EN_PACK_ITEMS_MAX

/* ---- request ---- */

static const struct {
    const char *word;
    en_edit_kind kind;
} kinds[] = {
    {"values", EN_EDIT_VALUES},         {"zero", EN_EDIT_ZERO},
    {"undercount", EN_EDIT_UNDERCOUNT}, {"lost-phase", EN_EDIT_LOST_PHASE},
    {"estimate", EN_EDIT_ESTIMATE},
};

static en_edit_kind kind_of(const char *word)
{
    size_t i = 0;
    while (i < EN_COUNT_OF(kinds) && strcmp(kinds[i].word, word) != 0) {
        i++;
    }
    EN_ASSERT(i < EN_COUNT_OF(kinds)); /* the table of commands knows no other words */
    return kinds[i].kind;
}

/* A list of decimals between blanks or semicolons. */
static en_code parse_values(const char *text, struct en_edit_value *values, uint32_t *count,
                            struct en_error *err)
{
    *count = 0;
    while (text[strspn(text, " ;\n")] != '\0') {
        text += strspn(text, " ;\n");
        size_t size = strcspn(text, " ;\n");
        if (*count == VALUES_MAX) {
            return en_error_set(err, EN_LIMIT, "--values: at most %u in one edit", VALUES_MAX);
        }
        en_code code = en_micro_parse(en_slice_of(text, size), &values[*count].micro, err);
        if (code != EN_OK) {
            return en_error_wrap(err, "--values: number %" PRIu32, *count + 1);
        }
        (*count)++;
        text += size;
    }
    return EN_OK;
}

static en_code reason_of(const struct en_arguments *arguments, uint8_t *number,
                         struct en_error *err)
{
    en_reason reason = EN_REASON_NONE;
    const char *text = en_arguments_value(arguments, "reason");
    en_code code = en_reason_parse(en_slice_text(text), &reason, err);
    *number = (uint8_t)reason;
    return code == EN_OK ? EN_OK : en_error_wrap(err, "--reason");
}

static en_code fill_request(const struct en_arguments *arguments, struct en_edit_requested *edit,
                            struct en_edit_value *values, struct en_error *err)
{
    const char *list = en_arguments_value(arguments, "values");
    const char *amount = en_arguments_value(arguments, "amount");
    const char *factor = en_arguments_value(arguments, "factor");
    uint64_t healthy = 0;
    edit->kind = (uint8_t)kind_of(en_arguments_value(arguments, "kind"));
    edit->applies_ratio = en_arguments_has(arguments, "ratio");
    edit->method = en_arguments_text(arguments, "method", en_slice_text(""));
    edit->evidence = en_arguments_text(arguments, "evidence", en_slice_text(""));
    edit->comment = en_arguments_text(arguments, "comment", en_slice_text(""));
    edit->values.items = values;
    en_code code = reason_of(arguments, &edit->reason, err);
    if (code == EN_OK && list != NULL) {
        code = parse_values(list, values, &edit->values.count, err);
    }
    if (code == EN_OK && amount != NULL) {
        code = en_micro_parse(en_slice_text(amount), &edit->amount_micro, err);
        code = code == EN_OK ? EN_OK : en_error_wrap(err, "--amount");
    }
    if (code == EN_OK && factor != NULL) {
        code = en_ratio_parse(en_slice_text(factor), &edit->factor, err);
        code = code == EN_OK ? EN_OK : en_error_wrap(err, "--factor");
    }
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "healthy", 2, &healthy, err);
    }
    edit->healthy = (uint8_t)healthy;
    return code;
}

/* The channel, and where its fiscal days begin. */
static en_code find_channel(struct en_engine *engine, const char *point_key, const char *code_text,
                            struct en_io *io, uint32_t *channel, int32_t *offset,
                            struct en_instant at, struct en_error *err)
{
    struct en_view view;
    struct en_point_channel_row row = {.code = en_slice_text(code_text)};
    en_code code = en_engine_view_open(engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_keys_find(view.store, EN_NAME_POINT, en_slice_text(point_key), &row.point, err);
    if (code == EN_OK) {
        code = en_table_get(view.store, &en_table_point_channel, &row, NULL, err);
        if (code == EN_NOT_FOUND) {
            code = en_error_set(err, EN_NOT_FOUND, "point %.128s has no channel \"%.64s\"",
                                point_key, code_text);
        }
    }
    if (code == EN_OK) {
        *channel = row.channel;
        code = en_keys_point_offset(view.store, row.point, at, offset, err);
    }
    en_engine_view_close(engine, &view);
    return code;
}

static en_code edge_at(const struct en_arguments *arguments, const char *option, int32_t offset,
                       struct en_instant *at, struct en_error *err)
{
    struct en_edge edge;
    en_code code = en_arguments_edge(arguments, option, &edge, err);
    if (code == EN_OK) {
        *at = edge.is_day ? en_day_interval(edge.day, offset).from : edge.instant;
    }
    return code;
}

en_code en_run_edit_request(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    const char *point = en_arguments_operand(arguments, 0);
    const char *code_text = en_arguments_operand(arguments, 1);
    struct en_edit_requested edit = {.kind = 0};
    struct en_interval valid = {{0}, {0}};
    char key[2 * EN_NAME_SIZE_MAX + 2];
    uint32_t channel = 0;
    int32_t offset = 0;
    struct en_edit_value *values = en_mem_alloc(VALUES_MAX, sizeof *values);
    if (values == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the values of an edit");
    }
    en_code code = fill_request(arguments, &edit, values, err);
    if (code == EN_OK) {
        code = edge_at(arguments, "from", 0, &valid.from, err);
    }
    if (code == EN_OK) {
        code =
            find_channel(session->engine, point, code_text, io, &channel, &offset, valid.from, err);
    }
    if (code == EN_OK) {
        code = edge_at(arguments, "from", offset, &valid.from, err);
    }
    if (code == EN_OK) {
        code = edge_at(arguments, "to", offset, &valid.to, err);
    }
    if (code == EN_OK && valid.to.us <= valid.from.us) {
        code = en_error_set(err, EN_USAGE, "--to must be after --from");
    }
    (void)snprintf(key, sizeof key, "%.255s/%.255s", point, code_text);
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_EDIT_REQUESTED, key, channel, valid,
                             &edit, err);
    }
    en_mem_free(values);
    return code;
}

/* ---- decisions ---- */

/* The edit that the operand names, by its number. */
static en_code find_edit(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, uint64_t *number, uint32_t *channel,
                         struct en_error *err)
{
    const char *text = en_arguments_operand(arguments, 0);
    struct en_view view;
    struct en_edit_row row;
    struct en_arena arena;
    if (en_count_parse(text, INT64_MAX, number) != EN_OK) {
        return en_error_set(err, EN_USAGE, "\"%.64s\" is no number of an edit (edit list)", text);
    }
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, (size_t)1 << 20);
    code = en_edits_find(view.store, *number, &arena, &row, err);
    *channel = code == EN_OK ? row.channel : 0;
    en_arena_fini(&arena);
    en_engine_view_close(session->engine, &view);
    return code;
}

static en_code decide(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, bool is_approved, struct en_error *err)
{
    struct en_edit_decided decided = {
        .is_approved = is_approved,
        .comment = en_arguments_text(arguments, "comment", en_slice_text(""))};
    uint32_t channel = 0;
    en_code code = find_edit(session, arguments, io, &decided.edit, &channel, err);
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_EDIT_DECIDED,
                                         en_arguments_operand(arguments, 0), channel,
                                         (struct en_interval){{0}, {0}}, &decided, err)
                         : code;
}

en_code en_run_edit_approve(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    return decide(session, arguments, io, true, err);
}

en_code en_run_edit_reject(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return decide(session, arguments, io, false, err);
}

en_code en_run_edit_retract(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    struct en_edit_requested edit = {
        .kind = EN_EDIT_RETRACT,
        .evidence = en_arguments_text(arguments, "evidence", en_slice_text("")),
        .comment = en_arguments_text(arguments, "comment", en_slice_text(""))};
    uint32_t channel = 0;
    en_code code = reason_of(arguments, &edit.reason, err);
    if (code == EN_OK) {
        code = find_edit(session, arguments, io, &edit.retracts, &channel, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_EDIT_REQUESTED,
                                         en_arguments_operand(arguments, 0), channel,
                                         (struct en_interval){{0}, {0}}, &edit, err)
                         : code;
}

/* ---- lists ---- */

static en_code put_edit(void *self, const struct en_edit_line *line, struct en_error *err)
{
    struct en_rows *rows = self;
    const struct en_edit_row *edit = line->edit;
    (void)err;
    en_rows_count(rows, edit->edit);
    en_rows_slice(rows, line->point_key);
    en_rows_slice(rows, line->code);
    en_rows_text(rows, en_edit_kind_name(edit->kind));
    en_rows_instant_or_null(rows, edit->from, line->offset_minutes);
    en_rows_instant_or_null(rows, edit->to, line->offset_minutes);
    en_rows_text(rows, en_reason_code((en_reason)edit->reason));
    en_rows_slice(rows, edit->evidence);
    en_rows_text(rows, en_edit_state_name(edit->state));
    en_rows_slice_or_null(rows, line->requester);
    en_rows_slice_or_null(rows, line->decider);
    if (edit->retracts == 0) {
        en_rows_null(rows);
    } else {
        en_rows_count(rows, edit->retracts);
    }
    en_rows_slice_or_null(rows, edit->comment);
    return EN_OK;
}

static uint8_t state_of(const struct en_arguments *arguments)
{
    const char *word = en_arguments_value(arguments, "state");
    for (uint8_t state = 0; word != NULL && state < EN_EDIT_STATES_COUNT; state++) {
        if (strcmp(en_edit_state_name(state), word) == 0) {
            return state;
        }
    }
    return EN_EDIT_STATES_COUNT;
}

static en_code find_point(struct en_store *store, const struct en_arguments *arguments,
                          uint32_t *point, struct en_error *err)
{
    const char *key = en_arguments_value(arguments, "point");
    return key == NULL ? EN_OK : en_keys_find(store, EN_NAME_POINT, en_slice_text(key), point, err);
}

static en_code list_edits(struct en_store *store, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"edit", NULL, true},       {"point", NULL, false},    {"channel", NULL, false},
        {"kind", NULL, false},      {"from", NULL, false},     {"to", NULL, false},
        {"reason", NULL, false},    {"evidence", NULL, false}, {"state", NULL, false},
        {"requester", NULL, false}, {"decider", NULL, false},  {"retracts", NULL, true},
        {"comment", NULL, false},
    };
    struct en_rows rows;
    uint32_t point = 0;
    en_code code = find_point(store, arguments, &point, err);
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    code = en_edits_walk(store, state_of(arguments), point, put_edit, &rows, err);
    rows.column = code == EN_OK ? rows.column : 0;
    en_rows_end(&rows);
    return code;
}

en_code en_run_edit_list(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_edits, err);
}

/* ---- report substitution ---- */

struct report {
    struct en_rows rows;
    struct en_buf text;
    bool has_parts; /* inputs and refusals as data: not in a table, where the words tell them */
    struct en_error *err;
};

/* Inputs, refusals: JSON of the evidence, a part of it at a time. */
static en_code put_part(struct report *report, const struct en_substitution_line *line,
                        bool is_inputs)
{
    struct en_json json;
    en_buf_reset(&report->text);
    en_json_init(&json, &report->text);
    if (is_inputs) {
        en_substitute_json_inputs(line->substitute, line->place, &json, NULL);
    } else {
        en_substitute_json_refusals(line->substitute, line->place, &json, NULL);
    }
    en_code code = en_buf_code(&report->text, report->err);
    if (code == EN_OK) {
        en_rows_json(&report->rows, en_buf_slice(&report->text));
    }
    return code;
}

static en_code put_words(struct report *report, const struct en_substitution_line *line)
{
    en_buf_reset(&report->text);
    if (line->decree != EN_DECREE_METHOD_NONE) {
        en_buf_print(&report->text,
                     "%s %s; by the chain: ", en_decree_method_rule((en_decree_method)line->decree),
                     en_decree_method_about(line->decree));
    }
    en_substitute_print(line->substitute, line->place, &report->text);
    en_code code = en_buf_code(&report->text, report->err);
    if (code == EN_OK) {
        en_rows_slice(&report->rows, en_buf_slice(&report->text));
    }
    return code;
}

static en_code put_line(void *self, const struct en_substitution_line *line, struct en_error *err)
{
    struct report *report = self;
    struct en_rows *rows = &report->rows;
    const struct en_substitute *substitute = line->substitute;
    en_estimation_method method = (en_estimation_method)substitute->method;
    char text[EN_DECIMAL_TEXT_SIZE];
    report->err = err;
    en_rows_slice(rows, line->point_key);
    en_rows_slice(rows, line->channel->code);
    en_rows_instant_or_null(rows, line->span.from, line->offset_minutes);
    en_rows_instant_or_null(rows, line->span.to, line->offset_minutes);
    en_rows_count(rows, substitute->slots);
    en_rows_bool(rows, line->is_filled);
    const char *rule = en_decree_method_rule((en_decree_method)line->decree);
    en_rows_slice_or_null(rows, en_slice_text(line->decree != 0 ? rule : en_method_id(method)));
    if (line->values_count == substitute->slots) {
        (void)en_micro_print(line->micro, text);
        en_rows_text(rows, text);
    } else {
        en_rows_null(rows);
    }
    en_rows_text(rows, en_unit_name((en_unit)line->channel->unit));
    en_rows_slice_or_null(rows, en_slice_text(en_reason_code((en_reason)substitute->reason)));
    en_code code = put_words(report, line);
    if (code == EN_OK && report->has_parts) {
        code = put_part(report, line, true);
    }
    return code == EN_OK && report->has_parts ? put_part(report, line, false) : code;
}

static en_code query_of(struct en_store *store, const struct en_arguments *arguments,
                        struct en_substitution_query *query, struct en_error *err)
{
    const char *object = en_arguments_value(arguments, "object");
    const char *language = en_arguments_value(arguments, "lang");
    *query = (struct en_substitution_query){
        .code = en_arguments_text(arguments, "channel", en_slice_of(NULL, 0)),
        .is_work_list = en_arguments_has(arguments, "work"),
        .language = language != NULL && strcmp(language, "ru") == 0 ? EN_ESTIMATION_RUSSIAN
                                                                    : EN_ESTIMATION_ENGLISH,
    };
    en_code code = en_arguments_day(arguments, "from", &query->from_day, err);
    code = code == EN_OK ? en_arguments_day(arguments, "to", &query->to_day, err) : code;
    if (code == EN_OK && query->from_day.n >= query->to_day.n) {
        code = en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    if (code == EN_OK && object != NULL) {
        code = en_keys_find(store, EN_NAME_OBJECT, en_slice_text(object), &query->object, err);
    }
    return code == EN_OK ? find_point(store, arguments, &query->point, err) : code;
}

static en_code print_substitution(struct en_store *store, const struct en_arguments *arguments,
                                  struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"point", NULL, false},    {"channel", NULL, false}, {"from", NULL, false},
        {"to", NULL, false},       {"slots", NULL, true},    {"filled", NULL, false},
        {"method", NULL, false},   {"energy", NULL, true},   {"unit", NULL, false},
        {"reason", NULL, false},   {"about", NULL, false},   {"inputs", NULL, false},
        {"refusals", NULL, false},
    };
    struct en_substitution_query query;
    struct report report;
    en_code code = query_of(store, arguments, &query, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_init(&report.text, EN_SUBSTITUTES_SIZE_MAX * 8);
    report.has_parts = arguments->output != EN_OUTPUT_TABLE;
    en_rows_begin(&report.rows, io, arguments->output, columns,
                  report.has_parts ? EN_COUNT_OF(columns) : EN_COUNT_OF(columns) - 2);
    code = en_substitutions_walk(store, &query, put_line, &report, err);
    report.rows.column = code == EN_OK ? report.rows.column : 0;
    en_rows_end(&report.rows);
    en_buf_fini(&report.text);
    return code;
}

en_code en_run_report_substitution(struct en_session *session, const struct en_arguments *arguments,
                                   struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, print_substitution, err);
}
