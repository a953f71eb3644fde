/* `enerlog log show` and `log tail`: the events themselves. */
#include "app/commands/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/event/payload_json.h"
#include "log/cursor.h"

#define PAYLOAD_JSON_SIZE_MAX (1u << 20)
#define SUMMARY_SIZE_MAX 72u
#define TAIL_COUNT 10u
#define TAIL_WAIT_MS 500u
#define SHOW_LIMIT 1000u

static const struct en_column columns[] = {
    {"seq", NULL, true},      {"recorded_at", "recorded", false}, {"kind", NULL, false},
    {"subject", NULL, false}, {"valid_from", NULL, false},        {"valid_to", NULL, false},
    {"source", NULL, false},  {"source_seq", NULL, true},         {"actor", NULL, false},
    {"cause", NULL, true},    {"payload", NULL, false},
};

/* What fits a terminal. */
static const struct en_column short_columns[] = {
    {"seq", NULL, true},      {"recorded_at", "recorded", false}, {"kind", NULL, false},
    {"subject", NULL, false}, {"payload", "says", false},
};

struct show {
    struct en_log *log;
    struct en_rows rows;
    struct en_buf payload;
    bool is_short;
};

static void put_name(struct show *show, en_name_type type, uint32_t id)
{
    char name[EN_NAME_SIZE_MAX + 1];
    if (id == 0 || type == EN_NAME_NONE) {
        en_rows_null(&show->rows);
    } else if (en_log_name_of(show->log, type, id, name, NULL) == EN_OK) {
        en_rows_text(&show->rows, name);
    } else {
        (void)snprintf(name, sizeof name, "#%" PRIu32, id);
        en_rows_text(&show->rows, name);
    }
}

static void put_payload(struct show *show)
{
    struct en_slice json = en_buf_slice(&show->payload);
    if (!show->is_short || json.size <= SUMMARY_SIZE_MAX) {
        en_rows_json(&show->rows, json);
        return;
    }
    char text[SUMMARY_SIZE_MAX + 4];
    size_t size = SUMMARY_SIZE_MAX;
    while (size > 0 && (json.bytes[size] & 0xc0) == 0x80) {
        size--;
    }
    memcpy(text, json.bytes, size);
    memcpy(text + size, "...", 3);
    en_rows_slice(&show->rows, en_slice_of(text, size + 3));
}

static void put_long_columns(struct show *show, const struct en_event_header *header)
{
    bool has_valid = header->valid.from.us != 0 || header->valid.to.us != 0;
    if (has_valid) {
        en_rows_instant(&show->rows, header->valid.from, 0);
        en_rows_instant(&show->rows, header->valid.to, 0);
    } else {
        en_rows_null(&show->rows);
        en_rows_null(&show->rows);
    }
    put_name(show, EN_NAME_SOURCE, header->source);
    if (header->source == 0) {
        en_rows_null(&show->rows);
    } else {
        en_rows_count(&show->rows, header->source_seq);
    }
    put_name(show, EN_NAME_ACTOR, header->actor);
    if (header->cause.n == EN_SEQ_NONE.n) {
        en_rows_null(&show->rows);
    } else {
        en_rows_count(&show->rows, header->cause.n);
    }
}

static en_code put_event(struct show *show, const struct en_event *event, struct en_error *err)
{
    const struct en_kind_info *info = en_kind_info(event->header.kind);
    en_buf_reset(&show->payload);
    en_code code = en_payload_json(event, &show->payload, err);
    if (code != EN_OK) {
        return en_error_wrap(err, "event %" PRIu64, event->header.seq.n);
    }
    en_rows_count(&show->rows, event->header.seq.n);
    en_rows_instant(&show->rows, event->header.recorded_at, 0);
    en_rows_text(&show->rows, info == NULL ? "unknown" : info->name);
    put_name(show, info == NULL ? EN_NAME_NONE : info->subject, event->header.subject);
    if (!show->is_short) {
        put_long_columns(show, &event->header);
    }
    put_payload(show);
    return EN_OK;
}

static void begin_show(struct show *show, struct en_log *log, const struct en_arguments *arguments,
                       struct en_io *io)
{
    *show = (struct show){.log = log, .is_short = arguments->output == EN_OUTPUT_TABLE};
    en_buf_init(&show->payload, PAYLOAD_JSON_SIZE_MAX);
    if (show->is_short) {
        en_rows_begin(&show->rows, io, arguments->output, short_columns,
                      EN_COUNT_OF(short_columns));
    } else {
        en_rows_begin(&show->rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    }
}

static void end_show(struct show *show)
{
    en_rows_end(&show->rows);
    en_buf_fini(&show->payload);
}

static en_code filter_of(struct en_engine *engine, const struct en_arguments *arguments,
                         struct en_cursor_filter *filter, struct en_error *err)
{
    *filter = (struct en_cursor_filter){0};
    const char *kind = en_arguments_value(arguments, "kind");
    en_code code = en_arguments_number(arguments, "from-seq", UINT64_MAX, &filter->from, err);
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "to-seq", UINT64_MAX, &filter->to, err);
    }
    if (code == EN_OK && kind != NULL) {
        const struct en_kind_info *info = en_kind_by_name(kind);
        if (info == NULL) {
            return en_error_set(err, EN_USAGE, "there is no kind \"%.64s\"; see docs/events.md",
                                kind);
        }
        en_kind_set_add(&filter->kinds, (uint16_t)info->kind);
    }
    bool has_time = en_arguments_has(arguments, "since") || en_arguments_has(arguments, "until");
    if (code == EN_OK && has_time) {
        filter->recorded = (struct en_interval){{INT64_MIN}, {INT64_MAX}};
        code = en_arguments_instant(arguments, "since", &filter->recorded.from, err);
    }
    if (code == EN_OK && has_time) {
        code = en_arguments_instant(arguments, "until", &filter->recorded.to, err);
    }
    const char *point = en_arguments_value(arguments, "point");
    if (code == EN_OK && point != NULL) {
        code = en_engine_find(engine, EN_NAME_POINT, point, &filter->subject, err);
    }
    return code;
}

/* Prints what the cursor gives, at most limit events, up to the end of the log. */
static en_code put_events(struct show *show, struct en_cursor *cursor, uint64_t limit,
                          en_name_type subject, struct en_io *io, struct en_error *err)
{
    uint64_t count = 0;
    while (count < limit && !en_io_is_cancelled(io)) {
        struct en_event event;
        bool is_end = false;
        en_code code = en_cursor_next(cursor, &event, &is_end, err);
        if (code != EN_OK || is_end) {
            return code;
        }
        const struct en_kind_info *info = en_kind_info(event.header.kind);
        bool is_about = subject == EN_NAME_NONE || (info != NULL && info->subject == subject);
        if (is_about) {
            count++;
            code = put_event(show, &event, err);
        }
        if (code != EN_OK) {
            return code;
        }
    }
    return EN_OK;
}

en_code en_run_log_show(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, struct en_error *err)
{
    struct en_cursor_filter filter;
    struct en_cursor *cursor = NULL;
    uint64_t limit = arguments->output == EN_OUTPUT_TABLE ? SHOW_LIMIT : UINT64_MAX;
    struct en_log *log = en_engine_log(session->engine);
    en_code code = filter_of(session->engine, arguments, &filter, err);
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "limit", UINT64_MAX, &limit, err);
    }
    if (code == EN_OK) {
        code = en_cursor_open(log, &filter, &cursor, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct show show;
    begin_show(&show, log, arguments, io);
    en_name_type subject = en_arguments_has(arguments, "point") ? EN_NAME_POINT : EN_NAME_NONE;
    code = put_events(&show, cursor, limit, subject, io, err);
    end_show(&show);
    en_cursor_close(cursor);
    return code;
}

/* Prints what comes, until the person has enough. */
static en_code follow(struct en_log *log, struct en_cursor *cursor,
                      const struct en_arguments *arguments, struct en_io *io, struct en_error *err)
{
    en_code code = EN_OK;
    while (code == EN_OK && !en_io_is_cancelled(io)) {
        uint64_t seen = en_cursor_position(cursor);
        if (en_log_wait(log, seen, TAIL_WAIT_MS) > seen) {
            struct show show;
            begin_show(&show, log, arguments, io);
            show.rows.is_header_done = true;
            code = put_events(&show, cursor, UINT64_MAX, EN_NAME_NONE, io, err);
            end_show(&show);
            en_io_flush(io);
        }
    }
    return code;
}

en_code en_run_log_tail(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, struct en_error *err)
{
    uint64_t lines = TAIL_COUNT;
    struct en_cursor *cursor = NULL;
    struct en_log *log = en_engine_log(session->engine);
    en_code code = en_arguments_number(arguments, "lines", UINT32_MAX, &lines, err);
    uint64_t size = en_log_size(log);
    struct en_cursor_filter filter = {.from = size > lines ? size - lines : 0};
    if (code == EN_OK) {
        code = en_cursor_open(log, &filter, &cursor, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct show show;
    begin_show(&show, log, arguments, io);
    code = put_events(&show, cursor, UINT64_MAX, EN_NAME_NONE, io, err);
    end_show(&show);
    en_io_flush(io);
    if (code == EN_OK && en_arguments_has(arguments, "follow")) {
        code = follow(log, cursor, arguments, io, err);
    }
    en_cursor_close(cursor);
    return code;
}
