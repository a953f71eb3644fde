/* A place in the log and the way forward from it. Reads frames in order, checks the CRC32C of each,
 * hands out events that pass the filter. One thread per cursor. Holds a read transaction only
 * within en_cursor_next / _frame: payload views point into the cursor's own copy of the frame and
 * live until the cursor moves to the next frame (en_cursor_next), or is closed. */
#ifndef EN_LOG_CURSOR_H
#define EN_LOG_CURSOR_H

#include "log/log.h"

struct en_cursor;

/* What a cursor hands out; zeroed = everything. */
struct en_cursor_filter {
    uint64_t from;               /* first seq */
    uint64_t to;                 /* seq after the last; 0 = the end of the log when reached */
    struct en_kind_set kinds;    /* en_kind_set_add; empty = all */
    uint32_t subject;            /* 0 = all */
    struct en_interval recorded; /* recorded_at within; both 0 = any */
};

en_code en_cursor_open(struct en_log *log, const struct en_cursor_filter *filter,
                       struct en_cursor **cursor, struct en_error *err) EN_MUST_CHECK;
void en_cursor_close(struct en_cursor *cursor);

/* The next event; *is_end true (and EN_OK) at the end: calling again later goes on with what was
 * appended since. EN_CORRUPT with the seq when stored bytes are damaged. */
en_code en_cursor_next(struct en_cursor *cursor, struct en_event *event, bool *is_end,
                       struct en_error *err) EN_MUST_CHECK;

/* The seq that the next event read will have at least: everything before it has been seen. */
uint64_t en_cursor_position(const struct en_cursor *cursor);

/* One event by seq; its payload is copied into the buffer (in place of what it held) and viewed
 * there. EN_NOT_FOUND. */
en_code en_log_get(struct en_log *log, struct en_seq seq, struct en_event *event,
                   struct en_buf *payload, struct en_error *err) EN_MUST_CHECK;

#endif
