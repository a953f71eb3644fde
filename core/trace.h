/* Structured log lines: what the program tells its operator while it works, one JSON object a line.
 * Not the audit trail (that is the log) and not errors (those are returned): notes on the way.
 *
 *     struct en_trace_line line;
 *     en_trace_begin(&line, trace, EN_TRACE_WARNING, "runner", "behind the log");
 *     en_trace_u64(&line, "events", behind);
 *     en_trace_end(&line);
 *
 *     {"at":"2013-04-14T00:00:00Z","level":"warning","part":"runner","what":"behind the
 * log","events":9}
 *
 * Where lines go and what time it is, the app says: core has no clock and prints nothing. A trace
 * that is NULL, or a level above its own, costs next to nothing. A line that outgrows
 * EN_TRACE_LINE_SIZE_MAX, or finds no memory, loses its members and says "is_cut". Never tells
 * secrets or personal data: the caller answers for that.
 *
 * Any thread may write lines of one trace at once when its writer allows it; a line belongs to one
 * thread. */
#ifndef EN_CORE_TRACE_H
#define EN_CORE_TRACE_H

#include "core/error.h"
#include "core/json.h"

typedef enum en_trace_level {
    EN_TRACE_ERROR = 0,   /* something is lost or refused: somebody must act */
    EN_TRACE_WARNING = 1, /* works, but somebody should look */
    EN_TRACE_NOTE = 2,    /* began, ended, switched */
    EN_TRACE_DETAIL = 3,  /* for those who search a fault */
} en_trace_level;

struct en_trace {
    void *self;
    en_trace_level level_max;
    /* Takes one line without its line end; the text lives for the call. */
    void (*write)(void *self, en_trace_level level, struct en_slice line);
    struct en_instant (*now)(void *self);
};

struct en_trace_line {
    const struct en_trace *trace; /* NULL: goes nowhere */
    en_trace_level level;
    const char *part;
    const char *what;
    struct en_buf text;
    struct en_json json;
};

/* part: the folder or noun that speaks; what: the same constant words each time, facts come as
 * members. Both are borrowed until end. Every begun line is ended. */
void en_trace_begin(struct en_trace_line *line, const struct en_trace *trace, en_trace_level level,
                    const char *part, const char *what);
void en_trace_u64(struct en_trace_line *line, const char *key, uint64_t value);
void en_trace_i64(struct en_trace_line *line, const char *key, int64_t value);
void en_trace_bool(struct en_trace_line *line, const char *key, bool value);
void en_trace_text(struct en_trace_line *line, const char *key, struct en_slice value);
void en_trace_string(struct en_trace_line *line, const char *key, const char *value);
/* Members "code" and "error". */
void en_trace_fault(struct en_trace_line *line, const struct en_error *err);
void en_trace_end(struct en_trace_line *line);

/* "error", "warning", "note", "detail". */
const char *en_trace_level_name(en_trace_level level);

#endif
