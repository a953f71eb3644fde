#include "core/trace.h"

#include "core/limits.h"

#define CUT_LINE_SIZE 512u

const char *en_trace_level_name(en_trace_level level)
{
    static const char *const names[] = {[EN_TRACE_ERROR] = "error",
                                        [EN_TRACE_WARNING] = "warning",
                                        [EN_TRACE_NOTE] = "note",
                                        [EN_TRACE_DETAIL] = "detail"};
    EN_ASSERT((size_t)level < EN_COUNT_OF(names));
    return names[level];
}

static void write_head(struct en_trace_line *line)
{
    en_json_init(&line->json, &line->text);
    en_json_object(&line->json, NULL);
    en_json_instant(&line->json, "at", line->trace->now(line->trace->self));
    en_json_string(&line->json, "level", en_trace_level_name(line->level));
    en_json_string(&line->json, "part", line->part);
    en_json_string(&line->json, "what", line->what);
}

void en_trace_begin(struct en_trace_line *line, const struct en_trace *trace, en_trace_level level,
                    const char *part, const char *what)
{
    EN_ASSERT(part != NULL);
    EN_ASSERT(what != NULL);
    bool is_wanted = trace != NULL && level <= trace->level_max;
    *line = (struct en_trace_line){
        .trace = is_wanted ? trace : NULL, .level = level, .part = part, .what = what};
    if (is_wanted) {
        en_buf_init(&line->text, EN_TRACE_LINE_SIZE_MAX);
        write_head(line);
    }
}

void en_trace_u64(struct en_trace_line *line, const char *key, uint64_t value)
{
    if (line->trace != NULL) {
        en_json_u64(&line->json, key, value);
    }
}

void en_trace_i64(struct en_trace_line *line, const char *key, int64_t value)
{
    if (line->trace != NULL) {
        en_json_i64(&line->json, key, value);
    }
}

void en_trace_bool(struct en_trace_line *line, const char *key, bool value)
{
    if (line->trace != NULL) {
        en_json_bool(&line->json, key, value);
    }
}

void en_trace_text(struct en_trace_line *line, const char *key, struct en_slice value)
{
    if (line->trace != NULL) {
        en_json_text(&line->json, key, value);
    }
}

void en_trace_string(struct en_trace_line *line, const char *key, const char *value)
{
    en_trace_text(line, key, en_slice_text(value));
}

void en_trace_fault(struct en_trace_line *line, const struct en_error *err)
{
    en_trace_string(line, "code", en_code_name(err->code));
    en_trace_string(line, "error", err->text);
}

/* A line in fixed memory: no allocation can fail here any more. */
static void write_cut(const struct en_trace_line *line)
{
    uint8_t bytes[CUT_LINE_SIZE];
    struct en_trace_line cut = *line;
    cut.text = (struct en_buf){.bytes = bytes, .capacity = sizeof bytes, .limit = sizeof bytes};
    write_head(&cut);
    en_json_bool(&cut.json, "is_cut", true);
    en_json_end(&cut.json);
    EN_ASSERT(cut.text.code == EN_OK); /* part and what are short constants */
    line->trace->write(line->trace->self, line->level, en_buf_slice(&cut.text));
}

void en_trace_end(struct en_trace_line *line)
{
    if (line->trace == NULL) {
        return;
    }
    en_json_end(&line->json);
    if (line->text.code == EN_OK) {
        line->trace->write(line->trace->self, line->level, en_buf_slice(&line->text));
    } else {
        write_cut(line);
    }
    en_buf_fini(&line->text);
    line->trace = NULL;
}
