/* Commands of alarms: definitions, what stands, what operators do, what happened. */
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/duration.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload_alarm.h"
#include "projections/views/alarms.h"
#include "projections/views/keys.h"

#define WORDS_MAX 5u
#define LIST_SIZE_MAX (256u << 20)

static const struct en_interval NEVER = {{0}, {0}};

/* ---- definitions ---- */

/* The words of a condition, parted by blanks; the last takes the rest of the text. */
static uint32_t split(const char *text, struct en_slice words[WORDS_MAX])
{
    uint32_t count = 0;
    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        text += blanks;
        size_t size = count + 1 < WORDS_MAX ? strcspn(text, " ") : strlen(text);
        if (size > 0) {
            words[count++] = en_slice_of(text, size);
        }
        text += size;
    }
    return count;
}

/* "rows TABLE COLUMN OP VALUE", "value OP VALUE", "device_event CLASS", "silent". What the words
 * mean is checked where the event is folded. */
static en_code read_when(const char *when, struct en_alarm_set *set, struct en_error *err)
{
    struct en_slice words[WORDS_MAX] = {{0}};
    uint32_t count = split(when, words);
    bool is_rows = count > 0 && en_slice_equal(words[0], en_slice_text("rows"));
    bool is_event = count > 0 && en_slice_equal(words[0], en_slice_text("device_event"));
    uint32_t wanted = is_rows ? 5 : is_event ? 2 : count <= 1 ? 1 : 3;
    if (count != wanted) {
        return en_error_set(
            err, EN_USAGE,
            "a condition is like \"value > 100\", \"device_event magnet\" or \"rows "
            "TABLE COLUMN = VALUE\" (enerlog help alarm define)");
    }
    set->condition = words[0];
    if (is_rows || is_event) {
        set->target = words[1];
    }
    if (is_rows) {
        set->column = words[2];
    }
    if (count >= 3) {
        set->comparison = words[count - 2];
        set->value = words[count - 1];
    }
    return EN_OK;
}

/* "3/1h": at most so many raises told within that time. */
static en_code read_repeat(const char *text, struct en_alarm_set *set, struct en_error *err)
{
    const char *mark = text != NULL ? strchr(text, '/') : NULL;
    char digits[12] = "";
    uint64_t count = 0;
    if (text == NULL) {
        return EN_OK;
    }
    if (mark != NULL && (size_t)(mark - text) < sizeof digits) {
        memcpy(digits, text, (size_t)(mark - text));
    }
    if (mark == NULL || en_count_parse(digits, 1000000, &count) != EN_OK || count == 0) {
        return en_error_set(err, EN_USAGE, "--repeat is like 3/1h: three raises within an hour");
    }
    set->repeat_max = (uint32_t)count;
    return en_duration_parse(mark + 1, &set->repeat_window_s, err);
}

static uint8_t read_priority(const char *word)
{
    for (uint8_t i = 1; word != NULL && i <= EN_ALARM_PRIORITY_JOURNAL; i++) {
        if (strcmp(en_alarm_priority_text(i), word) == 0) {
            return i;
        }
    }
    return 2;
}

en_code en_run_alarm_define(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    struct en_slice none = en_slice_text("");
    struct en_alarm_set set = {
        .name = en_slice_text(name),
        .priority = read_priority(en_arguments_value(arguments, "priority")),
        .is_enabled = !en_arguments_has(arguments, "off"),
        .target = none,
        .column = none,
        .comparison = none,
        .value = none,
        .filter = en_arguments_text(arguments, "filter", none),
        .deadband = en_arguments_text(arguments, "deadband", none),
        .is_latched = en_arguments_has(arguments, "latched"),
        .cause = en_arguments_text(arguments, "cause", none),
        .response = en_arguments_text(arguments, "response", none),
        .consequence = en_arguments_text(arguments, "consequence", none),
        .notify = en_arguments_text(arguments, "notify", none),
        .reason = en_arguments_text(arguments, "reason", none),
    };
    const struct {
        const char *option;
        uint32_t *seconds;
    } times[] = {{"for", &set.duration_s},
                 {"delay-on", &set.delay_on_s},
                 {"delay-off", &set.delay_off_s},
                 {"within", &set.respond_within_s}};
    en_code code = read_when(en_arguments_value(arguments, "when"), &set, err);
    for (size_t i = 0; i < EN_COUNT_OF(times) && code == EN_OK; i++) {
        code = en_arguments_duration(arguments, times[i].option, times[i].seconds, err);
    }
    if (code == EN_OK) {
        code = read_repeat(en_arguments_value(arguments, "repeat"), &set, err);
    }
    return code == EN_OK
               ? en_submit_one(session, arguments, io, EN_KIND_ALARM_SET, name, 0, NEVER, &set, err)
               : code;
}

/* ---- operators ---- */

static en_code submit_action(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, const char *action, const char *text,
                             struct en_instant until, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    struct en_alarm_asked asked = {
        .alarm = en_slice_text(name),
        .subject = en_slice_text(en_arguments_operand(arguments, 1)),
        .action = en_slice_text(action),
        .text = en_arguments_text(arguments, text, en_slice_text("")),
        .until = until,
    };
    return en_submit_one(session, arguments, io, EN_KIND_ALARM_ACTION, name, 0, NEVER, &asked, err);
}

en_code en_run_alarm_ack(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    return submit_action(session, arguments, io, "ack", "text", (struct en_instant){0}, err);
}

en_code en_run_alarm_shelve(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    uint32_t seconds = 0;
    en_code code = en_arguments_duration(arguments, "for", &seconds, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_instant until = en_engine_now(session->engine);
    until.us += (int64_t)seconds * EN_SECOND_US;
    return submit_action(session, arguments, io, "shelve", "reason", until, err);
}

en_code en_run_alarm_act(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    return submit_action(session, arguments, io, en_arguments_value(arguments, "action"), "text",
                         (struct en_instant){0}, err);
}

/* ---- lists ---- */

static en_code put_actor(struct en_rows *rows, struct en_store *store, uint32_t actor,
                         struct en_error *err)
{
    struct en_slice key;
    en_code code = en_keys_key(store, EN_NAME_ACTOR, actor, &key, err);
    if (code == EN_OK && key.size > 0) {
        en_rows_slice(rows, key);
    } else {
        en_rows_null(rows);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code list_alarms(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"priority", NULL, false},        {"state", NULL, false}, {"alarm", NULL, false},
        {"subject", NULL, false},         {"at", "since", false}, {"value", NULL, false},
        {"until", NULL, false},           {"text", NULL, false},  {"actor", NULL, false},
        {"suppressed_by", "cause", false}};
    bool is_all = en_arguments_has(arguments, "all");
    struct en_arena arena;
    struct en_alarm_list list;
    struct en_rows rows;
    en_arena_init(&arena, LIST_SIZE_MAX);
    en_code code = en_alarms_gather(store, &arena, &list, err);
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    for (uint32_t i = 0; i < list.count && code == EN_OK; i++) {
        const struct en_alarm_row *row = &list.items[i];
        if (row->state == EN_ALARM_NORM && !is_all) {
            continue;
        }
        en_rows_text(&rows, en_alarm_priority_text(row->priority));
        en_rows_text(&rows, en_alarm_state_text(row->state));
        en_rows_slice(&rows, row->alarm);
        en_rows_slice(&rows, row->subject);
        en_rows_instant_or_null(&rows, row->at, 0);
        en_rows_slice(&rows, row->value);
        en_rows_instant_or_null(&rows, row->until, 0);
        en_rows_slice(&rows, row->text);
        code = put_actor(&rows, store, row->actor, err);
        en_rows_slice(&rows, row->suppressed_by);
    }
    en_rows_end(&rows);
    en_arena_fini(&arena);
    return code;
}

en_code en_run_alarm_list(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_alarms, err);
}

static void put_when(struct en_rows *rows, const struct en_alarm_definition_row *row)
{
    const struct en_slice words[] = {row->condition, row->target, row->column, row->comparison,
                                     row->value};
    struct en_buf text;
    en_buf_init(&text, EN_PAYLOAD_SIZE_MAX);
    for (size_t i = 0; i < EN_COUNT_OF(words); i++) {
        en_buf_text(&text, i > 0 && words[i].size > 0 ? " " : "");
        en_buf_append(&text, words[i].bytes, words[i].size);
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

static en_code list_definitions(struct en_store *store, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"alarm", NULL, false},
                                               {"priority", NULL, false},
                                               {"enabled", NULL, false},
                                               {"when", NULL, false},
                                               {"filter", NULL, false},
                                               {"deadband", NULL, true},
                                               {"duration_s", "for", true},
                                               {"delay_on_s", "delay on", true},
                                               {"delay_off_s", "delay off", true},
                                               {"repeat_max", "repeat", true},
                                               {"repeat_window_s", "repeat within", true},
                                               {"latched", NULL, false},
                                               {"cause", NULL, false},
                                               {"response", NULL, false},
                                               {"consequence", NULL, false},
                                               {"respond_within_s", "respond within", true},
                                               {"notify", NULL, false},
                                               {"reason", NULL, false},
                                               {"actor", NULL, false},
                                               {"seq", "event", true},
                                               {"fault", NULL, false}};
    const char *name = en_arguments_operand(arguments, 0);
    struct en_table_scan scan;
    struct en_alarm_definition_row row;
    struct en_rows rows;
    struct en_arena arena;
    bool is_found = name == NULL;
    struct en_alarm_definition_row from = {.name = en_slice_text(name != NULL ? name : "")};
    en_arena_init(&arena, LIST_SIZE_MAX);
    if (name == NULL) {
        en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    } else {
        en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    }
    en_code code = en_table_scan_begin(store, &en_table_alarm_definition, &from,
                                       name != NULL ? 1 : 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code != EN_OK) {
            break;
        }
        is_found = true;
        en_rows_slice(&rows, row.name);
        en_rows_text(&rows, en_alarm_priority_text(row.priority));
        en_rows_bool(&rows, row.is_enabled);
        put_when(&rows, &row);
        en_rows_slice(&rows, row.filter);
        en_rows_slice(&rows, row.deadband);
        en_rows_count(&rows, row.duration_s);
        en_rows_count(&rows, row.delay_on_s);
        en_rows_count(&rows, row.delay_off_s);
        en_rows_count(&rows, row.repeat_max);
        en_rows_count(&rows, row.repeat_window_s);
        en_rows_bool(&rows, row.is_latched);
        en_rows_slice(&rows, row.cause);
        en_rows_slice(&rows, row.response);
        en_rows_slice(&rows, row.consequence);
        en_rows_count(&rows, row.respond_within_s);
        en_rows_slice(&rows, row.notify);
        en_rows_slice(&rows, row.reason);
        code = put_actor(&rows, store, row.actor, err);
        en_rows_count(&rows, row.seq);
        en_rows_slice(&rows, row.fault);
    }
    en_table_scan_end(&scan);
    en_rows_end(&rows);
    en_arena_fini(&arena);
    if (code == EN_NOT_FOUND && !is_found) {
        return en_error_set(err, EN_NOT_FOUND, "there is no alarm \"%s\"", name);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_alarm_show(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_definitions, err);
}

static void put_history(struct en_rows *rows, const struct en_alarm_history_row *row)
{
    en_rows_count(rows, row->number);
    en_rows_instant_or_null(rows, row->at, 0);
    en_rows_slice(rows, row->alarm);
    en_rows_slice(rows, row->subject);
    en_rows_text(rows, en_alarm_state_text(row->from));
    en_rows_text(rows, en_alarm_state_text(row->to));
    if (row->action.size > 0) {
        en_rows_slice(rows, row->action);
    } else {
        en_rows_text(rows, en_alarm_cause_text(row->cause));
    }
    en_rows_text(rows, en_alarm_priority_text(row->priority));
    en_rows_slice(rows, row->value);
    en_rows_slice(rows, row->text);
}

static en_code list_history(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"number", NULL, true},   {"at", NULL, false},       {"alarm", NULL, false},
        {"subject", NULL, false}, {"from", NULL, false},     {"to", NULL, false},
        {"action", NULL, false},  {"priority", NULL, false}, {"value", NULL, false},
        {"text", NULL, false},    {"actor", NULL, false},    {"told", NULL, false},
        {"seq", "event", true}};
    const char *alarm = en_arguments_value(arguments, "alarm");
    struct en_interval within = {{INT64_MIN}, {INT64_MAX}};
    struct en_table_scan scan;
    struct en_alarm_history_row row;
    struct en_rows rows;
    en_code code = en_arguments_instant(arguments, "from", &within.from, err);
    if (code == EN_OK) {
        code = en_arguments_instant(arguments, "to", &within.to, err);
    }
    if (code == EN_OK) {
        code = en_table_scan_begin(store, &en_table_alarm_history, NULL, 0, &scan, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_wanted = code == EN_OK && en_interval_holds(within, row.at) &&
                         (alarm == NULL || en_slice_equal(row.alarm, en_slice_text(alarm)));
        if (is_wanted) {
            put_history(&rows, &row);
            code = put_actor(&rows, store, row.actor, err);
            en_rows_bool(&rows, row.is_told);
            en_rows_count(&rows, row.seq);
        }
    }
    en_table_scan_end(&scan);
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_alarm_history(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_history, err);
}

static en_code show_quality(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"raised", NULL, true},
                                               {"high", NULL, true},
                                               {"medium", NULL, true},
                                               {"low", NULL, true},
                                               {"per_ten_minutes", "in ten minutes", true},
                                               {"per_day", "in a day", true},
                                               {"most_in_ten_minutes", "at most", true},
                                               {"flood_percent", "in flood, %", true},
                                               {"worst_ten_percent", "ten worst, %", true},
                                               {"chattering", NULL, true},
                                               {"stale", "over a day", true},
                                               {"acknowledged", NULL, true},
                                               {"acknowledge_s", "seconds to", true}};
    struct en_interval within = {{0}, {0}};
    struct en_alarm_quality quality;
    struct en_rows rows;
    en_code code = en_arguments_instant(arguments, "from", &within.from, err);
    if (code == EN_OK) {
        code = en_arguments_instant(arguments, "to", &within.to, err);
    }
    if (code == EN_OK) {
        code = en_alarm_quality_gather(store, within, &quality, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_count(&rows, quality.raised_count);
    for (size_t i = 1; i <= 3; i++) {
        en_rows_count(&rows, quality.priority_counts[i]);
    }
    en_rows_micro(&rows, quality.per_window_micro);
    en_rows_micro(&rows, quality.per_day_micro);
    en_rows_count(&rows, quality.most_in_window);
    en_rows_micro(&rows, quality.flood_1e4_percent * 100);
    en_rows_micro(&rows, quality.worst_1e4_percent * 100);
    en_rows_count(&rows, quality.chattering_count);
    en_rows_count(&rows, quality.stale_count);
    en_rows_count(&rows, quality.acknowledged_count);
    en_rows_count(&rows, (uint64_t)(quality.acknowledge_s > 0 ? quality.acknowledge_s : 0));
    en_rows_end(&rows);
    return EN_OK;
}

en_code en_run_alarm_quality(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, show_quality, err);
}
