#include "log/cursor.h"

#include <inttypes.h>

#include "core/mem.h"
#include "log/frame.h"
#include "log/state.h"

/* Small frames (lone events) are copied by the dozen, so that a transaction is not opened for each.
 */
#define FRAMES_AT_ONCE 64u

struct en_cursor {
    struct en_log *log;
    struct en_cursor_filter filter;
    uint64_t position; /* everything before it was handed out or passed over */
    bool is_over;      /* what follows was recorded too late */
    bool is_begun;     /* a frame was met: the next must follow it without a gap */
    uint8_t bytes[EN_FRAME_SIZE_MAX];
    uint32_t ends[FRAMES_AT_ONCE]; /* of the copied frames, in bytes */
    uint64_t firsts[FRAMES_AT_ONCE];
    uint32_t frames_count;
    uint32_t frame; /* the next to take apart */
    bool is_open;   /* reader holds a frame that has events left */
    uint32_t index; /* of the next event in it */
    struct en_frame_reader reader;
};

/* Where events recorded at or after the instant begin. */
static en_code skip_to(struct en_cursor *cursor, struct en_instant from, struct en_error *err)
{
    struct en_seq before;
    struct en_error why;
    if (from.us == INT64_MIN) {
        return EN_OK;
    }
    en_code code = en_log_seq_at(cursor->log, (struct en_instant){from.us - 1}, &before, &why);
    if (code == EN_OK && before.n >= cursor->position) {
        cursor->position = before.n + 1;
    }
    return en_fault(err, code == EN_NOT_FOUND ? EN_OK : code, &why);
}

static bool is_any_time(const struct en_cursor_filter *filter)
{
    return filter->recorded.from.us == 0 && filter->recorded.to.us == 0;
}

en_code en_cursor_open(struct en_log *log, const struct en_cursor_filter *filter,
                       struct en_cursor **cursor, struct en_error *err)
{
    struct en_cursor *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a cursor");
    }
    made->log = log;
    made->filter = *filter;
    made->position = filter->from;
    en_code code = is_any_time(filter) ? EN_OK : skip_to(made, filter->recorded.from, err);
    if (code != EN_OK) {
        en_mem_free(made);
        return code;
    }
    *cursor = made;
    return EN_OK;
}

void en_cursor_close(struct en_cursor *cursor)
{
    en_mem_free(cursor);
}

uint64_t en_cursor_position(const struct en_cursor *cursor)
{
    return cursor->position;
}

/* Copies the frame if it has its place; false when the room is used up. */
static bool take_copy(struct en_cursor *cursor, uint64_t first, struct en_slice bytes)
{
    uint32_t count = cursor->frames_count;
    uint32_t start = count == 0 ? 0 : cursor->ends[count - 1];
    if (count == FRAMES_AT_ONCE || bytes.size > sizeof cursor->bytes - start) {
        return false;
    }
    memcpy(cursor->bytes + start, bytes.bytes, bytes.size);
    cursor->ends[count] = start + (uint32_t)bytes.size;
    cursor->firsts[count] = first;
    cursor->frames_count++;
    return true;
}

/* The frame at the position, or the one before it when the log ends there. */
static en_code seek_frame(struct en_cursor *cursor, struct en_kv_cursor *place,
                          struct en_kv_pair *pair, struct en_error *err)
{
    uint64_t first = 0;
    en_code code = en_kv_cursor_seek(place, en_key_of(&cursor->position), pair, err);
    if (code == EN_NOT_FOUND) {
        return en_kv_cursor_last(place, pair, err);
    }
    if (code == EN_OK && (!en_key_number(pair->key, &first) || first != cursor->position)) {
        code = en_kv_cursor_prev(place, pair, err);
        if (code == EN_NOT_FOUND) {
            return en_error_set(err, EN_CORRUPT, "no frame holds event %" PRIu64, cursor->position);
        }
    }
    return code;
}

/* Copies the frames from the position on. A log that ends before it gives a last frame that does,
 * or none. */
static en_code copy_frames(struct en_cursor *cursor, struct en_kv_txn *txn, struct en_error *err)
{
    struct en_kv_cursor *place = NULL;
    struct en_kv_pair pair;
    en_code code = en_kv_cursor_open(txn, cursor->log->tables.frames, &place, err);
    if (code != EN_OK) {
        return code;
    }
    code = seek_frame(cursor, place, &pair, err);
    while (code == EN_OK) {
        uint64_t first = 0;
        if (!en_key_number(pair.key, &first) || pair.value.size > EN_FRAME_SIZE_MAX) {
            code = en_error_set(err, EN_CORRUPT, "a frame of %zu bytes under a key of %zu",
                                pair.value.size, pair.key.size);
            break;
        }
        if (!take_copy(cursor, first, pair.value)) {
            break;
        }
        code = en_kv_cursor_next(place, &pair, err);
    }
    en_kv_cursor_close(place);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code load(struct en_cursor *cursor, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_error why;
    cursor->frames_count = 0;
    cursor->frame = 0;
    en_code code = en_kv_begin(cursor->log->kv, EN_KV_READ, &txn, &why);
    if (code == EN_OK) {
        code = copy_frames(cursor, txn, &why);
    }
    en_kv_abort(txn);
    return en_fault(err, code, &why);
}

/* A frame follows the one before it; the first one met holds the position or ends right there. */
static en_code check_place(struct en_cursor *cursor, uint64_t key, struct en_error *err)
{
    const struct en_frame_head *head = &cursor->reader.head;
    uint64_t end = head->first + head->count;
    if (head->first != key) {
        return en_error_set(err, EN_CORRUPT, "it begins with event %" PRIu64, head->first);
    }
    if (head->first > cursor->position) {
        return en_error_set(err, EN_CORRUPT, "events from %" PRIu64 " on are missing before it",
                            cursor->position);
    }
    if (cursor->is_begun && head->first < cursor->position && end > cursor->position) {
        return en_error_set(err, EN_CORRUPT, "it overlaps the frame before it");
    }
    return EN_OK;
}

static bool is_frame_wanted(const struct en_cursor *cursor)
{
    const struct en_frame_head *head = &cursor->reader.head;
    const struct en_cursor_filter *filter = &cursor->filter;
    if (!en_kind_set_is_empty(&filter->kinds) && !en_kind_set_meets(&filter->kinds, &head->kinds)) {
        return false;
    }
    return is_any_time(filter) || head->recorded_to.us >= filter->recorded.from.us;
}

/* Takes the next copied frame apart. One that ends at or before the position (the log goes no
 * further) leaves nothing open. */
static en_code open_frame(struct en_cursor *cursor, struct en_error *err)
{
    uint32_t n = cursor->frame++;
    uint32_t start = n == 0 ? 0 : cursor->ends[n - 1];
    struct en_slice bytes = en_slice_of(cursor->bytes + start, cursor->ends[n] - start);
    en_code code = en_frame_parse(&cursor->reader, bytes, err);
    if (code == EN_OK) {
        code = check_place(cursor, cursor->firsts[n], err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "frame at event %" PRIu64, cursor->firsts[n]);
        return code;
    }
    uint64_t end = cursor->reader.head.first + cursor->reader.head.count;
    if (end <= cursor->position) {
        return EN_OK;
    }
    cursor->is_begun = true;
    cursor->is_over = !is_any_time(&cursor->filter) &&
                      cursor->reader.head.recorded_from.us >= cursor->filter.recorded.to.us;
    cursor->is_open = is_frame_wanted(cursor);
    cursor->index = (uint32_t)(cursor->position - cursor->reader.head.first);
    if (!cursor->is_open) {
        cursor->position = end;
    }
    return EN_OK;
}

static bool is_event_wanted(const struct en_cursor *cursor, const struct en_event_header *header)
{
    const struct en_cursor_filter *filter = &cursor->filter;
    if (!en_kind_set_is_empty(&filter->kinds) && !en_kind_set_has(&filter->kinds, header->kind)) {
        return false;
    }
    if (filter->subject != 0 && header->subject != filter->subject) {
        return false;
    }
    return is_any_time(filter) || en_interval_holds(filter->recorded, header->recorded_at);
}

static bool is_past_end(const struct en_cursor *cursor)
{
    return cursor->is_over || (cursor->filter.to != 0 && cursor->position >= cursor->filter.to);
}

/* The next wanted event of the open frame, if there is one. */
static bool next_in_frame(struct en_cursor *cursor, struct en_event *event)
{
    while (cursor->index < cursor->reader.head.count && !is_past_end(cursor)) {
        *event = en_frame_event(&cursor->reader, cursor->index);
        cursor->index++;
        cursor->position++;
        if (is_event_wanted(cursor, &event->header)) {
            return true;
        }
    }
    cursor->is_open = cursor->index < cursor->reader.head.count;
    return false;
}

en_code en_cursor_next(struct en_cursor *cursor, struct en_event *event, bool *is_end,
                       struct en_error *err)
{
    *is_end = false;
    while (!is_past_end(cursor)) {
        if (cursor->is_open && next_in_frame(cursor, event)) {
            return EN_OK;
        }
        if (cursor->is_open) {
            continue;
        }
        bool is_fresh = cursor->frame == cursor->frames_count;
        uint64_t before = cursor->position;
        en_code code = is_fresh ? load(cursor, err) : EN_OK;
        if (code == EN_OK && cursor->frame < cursor->frames_count) {
            code = open_frame(cursor, err);
        }
        if (code != EN_OK) {
            return code;
        }
        bool is_stuck = !cursor->is_open && cursor->position == before;
        if (is_stuck && cursor->frame == cursor->frames_count) {
            break;
        }
    }
    *is_end = true;
    return EN_OK;
}

en_code en_log_get(struct en_log *log, struct en_seq seq, struct en_event *event,
                   struct en_buf *payload, struct en_error *err)
{
    struct en_cursor_filter filter = {.from = seq.n, .to = seq.n + 1};
    struct en_cursor *cursor = NULL;
    bool is_end = false;
    if (seq.n == EN_SEQ_NONE.n) {
        return en_error_set(err, EN_NOT_FOUND, "no event");
    }
    en_code code = en_cursor_open(log, &filter, &cursor, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_cursor_next(cursor, event, &is_end, err);
    if (code == EN_OK && is_end) {
        code = en_error_set(err, EN_NOT_FOUND, "the log has no event %" PRIu64, seq.n);
    }
    if (code == EN_OK) {
        en_buf_reset(payload);
        en_buf_append(payload, event->payload.bytes, event->payload.size);
        event->payload = en_buf_slice(payload);
        code = en_buf_code(payload, err);
    }
    en_cursor_close(cursor);
    return code;
}
