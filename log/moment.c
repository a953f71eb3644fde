/* Which event was the last at a time: halves the log by the times that frames tell. */
#include <inttypes.h>

#include "core/mem.h"
#include "log/frame.h"
#include "log/state.h"

/* The head of the frame that holds the seq. */
static en_code head_at(struct en_log *log, struct en_kv_txn *txn, uint64_t seq,
                       struct en_frame_head *head, struct en_slice *bytes, struct en_error *err)
{
    uint64_t first = 0;
    en_code code = en_frames_find(txn, &log->tables, seq, &first, bytes, err);
    if (code == EN_OK) {
        code = en_frame_peek(*bytes, head, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "frame at event %" PRIu64, first);
        }
    }
    return code;
}

/* The last event of the frame recorded at or before the instant; the first one is. */
static en_code last_before(struct en_slice bytes, struct en_instant at, struct en_seq *seq,
                           struct en_error *err)
{
    struct en_frame_reader *reader = en_mem_alloc(1, sizeof *reader);
    if (reader == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to read a frame");
    }
    en_code code = en_frame_parse(reader, bytes, err);
    uint32_t count = code == EN_OK ? reader->head.count : 0;
    while (count > 1 && en_frame_event(reader, count - 1).header.recorded_at.us > at.us) {
        count--;
    }
    seq->n = reader->head.first + count - 1;
    en_mem_free(reader);
    return code;
}

/* Halves the range of seqs until one frame is left: the last that begins at or before the time. */
static en_code find_time(struct en_log *log, struct en_kv_txn *txn, struct en_instant at,
                         struct en_seq *seq, struct en_error *err)
{
    struct en_frame_head head;
    struct en_slice bytes;
    uint64_t high = log->size;
    if (high == 0) {
        return en_error_set(err, EN_NOT_FOUND, "the log is empty");
    }
    en_code code = head_at(log, txn, 0, &head, &bytes, err);
    if (code == EN_OK && head.recorded_from.us > at.us) {
        char text[EN_INSTANT_TEXT_SIZE];
        (void)en_instant_print(head.recorded_from, 0, text);
        return en_error_set(err, EN_NOT_FOUND, "the log begins later, at %s", text);
    }
    /* `head` begins in time; the frame at `high` does not, or is the end. */
    while (code == EN_OK && head.first + head.count < high) {
        uint64_t next = head.first + head.count;
        struct en_frame_head found;
        code = head_at(log, txn, next + (high - next) / 2, &found, &bytes, err);
        if (code == EN_OK && found.first < next) {
            code = en_error_set(err, EN_CORRUPT, "no frame holds event %" PRIu64, next);
        } else if (code == EN_OK && found.recorded_from.us <= at.us) {
            head = found;
        } else if (code == EN_OK) {
            high = found.first;
        }
    }
    if (code == EN_OK) {
        code = head_at(log, txn, head.first, &head, &bytes, err);
    }
    return code == EN_OK ? last_before(bytes, at, seq, err) : code;
}

en_code en_log_seq_at(struct en_log *log, struct en_instant at, struct en_seq *seq,
                      struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    (void)en_log_size(log);
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = find_time(log, txn, at, seq, err);
    }
    en_kv_abort(txn);
    return code;
}
