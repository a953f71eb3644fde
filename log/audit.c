#include "log/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/mem.h"
#include "log/cursor.h"
#include "log/frame.h"
#include "log/head_file.h"
#include "log/heads.h"
#include "log/ledger.h"
#include "log/state.h"
#include "log/tree.h"

#define SEGMENT_LEVEL 16u
#define PROGRESS_EVENTS 16384u

_Static_assert(EN_SEGMENT_EVENTS == 1u << SEGMENT_LEVEL, "a segment is a span");

/* What the hashing threads share. */
struct audit {
    struct en_log *log;
    const struct en_verify_progress *progress;
    struct en_verify_report *report;
    pthread_mutex_t mutex;
    uint64_t next_segment; /* mutex, like all below */
    uint64_t stop_segment; /* no need to look at it or behind: a fault lies before */
    uint64_t done;
    en_code code; /* of the first segment that is wrong */
    struct en_error err;
};

/* Something is wrong with the events [from, to): kept if nothing before it is. */
static void note_fault(struct audit *audit, uint64_t segment, uint64_t from, uint64_t to,
                       en_code code, const struct en_error *err)
{
    (void)pthread_mutex_lock(&audit->mutex);
    if (audit->code == EN_OK || segment < audit->stop_segment) {
        audit->code = code;
        audit->err = *err;
        audit->stop_segment = segment;
        audit->report->bad_from.n = from;
        audit->report->bad_to.n = to;
    }
    (void)pthread_mutex_unlock(&audit->mutex);
}

static void tell(struct audit *audit, uint64_t count)
{
    (void)pthread_mutex_lock(&audit->mutex);
    audit->done += count;
    if (audit->progress != NULL && audit->progress->told != NULL) {
        audit->progress->told(audit->progress->self, audit->done, audit->report->size);
    }
    (void)pthread_mutex_unlock(&audit->mutex);
}

static bool take_segment(struct audit *audit, uint64_t *segment)
{
    (void)pthread_mutex_lock(&audit->mutex);
    *segment = audit->next_segment;
    bool is_left = *segment * EN_SEGMENT_EVENTS < audit->report->size &&
                   (audit->code == EN_OK || *segment < audit->stop_segment);
    audit->next_segment += is_left;
    (void)pthread_mutex_unlock(&audit->mutex);
    return is_left;
}

static en_code read_span(struct en_log *log, const struct en_span *span, struct en_hash *stored,
                         struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_slice body;
    uint64_t key = en_span_key(span->end, span->level);
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_guard_get(txn, log->tables.spans, en_key_of(&key), &body, err);
    }
    if (code == EN_NOT_FOUND || (code == EN_OK && body.size != EN_HASH_SIZE)) {
        code = en_error_set(err, EN_CORRUPT, "it is missing");
    }
    if (code == EN_OK) {
        memcpy(stored->bytes, body.bytes, EN_HASH_SIZE);
    }
    en_kv_abort(txn);
    return code;
}

static en_code check_span(struct audit *audit, uint64_t segment, const struct en_span *span)
{
    struct en_error err;
    struct en_hash stored;
    uint64_t from = span->end - (UINT64_C(1) << span->level);
    en_code code = read_span(audit->log, span, &stored, &err);
    if (code == EN_OK && !en_hash_equal(&stored, &span->root)) {
        code = en_error_set(&err, EN_MISMATCH, "the events are not those it was made from");
    }
    if (code != EN_OK) {
        (void)en_error_wrap(&err, "stored root of events %" PRIu64 " to %" PRIu64, from,
                            span->end - 1);
        note_fault(audit, segment, from, span->end, code, &err);
    }
    return code;
}

static en_code check_tag(struct audit *audit, uint64_t segment, const struct en_event *event,
                         uint16_t stored, const struct en_hash *leaf)
{
    struct en_error err;
    uint64_t seq = event->header.seq.n;
    if (stored == en_frame_tag_of(leaf)) {
        return EN_OK;
    }
    en_code code =
        en_error_set(&err, EN_MISMATCH,
                     "event %" PRIu64 " was changed: it is not the one that was appended", seq);
    note_fault(audit, segment, seq, seq + 1, code, &err);
    return code;
}

/* The event of a damaged frame whose bytes are not what its tag says, as far as can be told. */
static void place_damage(struct audit *audit, struct en_frame_reader *reader, uint64_t segment,
                         uint64_t first, struct en_slice bytes, const struct en_error *why)
{
    struct en_error err = *why;
    uint64_t end = first + 1;
    en_code code = en_frame_parse_damaged(reader, bytes, NULL);
    if (code == EN_OK && reader->head.first == first) {
        end = first + reader->head.count;
        for (uint32_t i = 0; i < reader->head.count; i++) {
            struct en_event event = en_frame_event(reader, i);
            struct en_hash leaf = en_tree_leaf(&event);
            if (en_frame_tag(reader, i) != en_frame_tag_of(&leaf)) {
                first = event.header.seq.n;
                end = first + 1;
                break;
            }
        }
    }
    (void)en_error_wrap(&err, "damaged at event %" PRIu64, first);
    note_fault(audit, segment, first, end, EN_CORRUPT, &err);
}

/* ---- one segment ---- */

struct segment {
    struct audit *audit;
    uint64_t number;
    uint64_t position; /* next seq to come */
    uint64_t end;
    struct en_merkle_edge edge; /* of the segment's own leaves */
    struct en_frame_reader *reader;
    struct en_span spans[EN_MERKLE_LEVELS];
};

static en_code check_event(struct segment *segment, uint32_t index)
{
    struct en_event event = en_frame_event(segment->reader, index);
    struct en_hash leaf = en_tree_leaf(&event);
    uint16_t tag = en_frame_tag(segment->reader, index);
    en_code code = check_tag(segment->audit, segment->number, &event, tag, &leaf);
    if (code != EN_OK) {
        return code;
    }
    uint32_t count = en_merkle_edge_add(&segment->edge, &leaf, segment->spans);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        segment->spans[i].end += segment->number * EN_SEGMENT_EVENTS;
        code = check_span(segment->audit, segment->number, &segment->spans[i]);
    }
    segment->position++;
    return code;
}

static en_code check_frame(struct segment *segment, uint64_t first, struct en_slice bytes)
{
    struct en_error err;
    struct en_frame_reader *reader = segment->reader;
    en_code code = en_frame_parse(reader, bytes, &err);
    if (code == EN_OK && reader->head.first != first) {
        code = en_error_set(&err, EN_CORRUPT, "the frame says %" PRIu64, reader->head.first);
    }
    if (code != EN_OK) {
        place_damage(segment->audit, reader, segment->number, first, bytes, &err);
        return code;
    }
    if (first > segment->position || first + reader->head.count <= segment->position) {
        code = en_error_set(&err, EN_CORRUPT, "no frame holds event %" PRIu64, segment->position);
        note_fault(segment->audit, segment->number, segment->position, segment->position + 1, code,
                   &err);
        return code;
    }
    uint32_t index = (uint32_t)(segment->position - first);
    while (index < reader->head.count && segment->position < segment->end && code == EN_OK) {
        code = check_event(segment, index++);
    }
    return code;
}

/* Copies the frame that holds the position: no transaction lives while it is hashed. */
static en_code copy_frame(struct en_log *log, uint64_t position, uint64_t *first, uint8_t *room,
                          size_t *size, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_slice bytes;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_frames_find(txn, &log->tables, position, first, &bytes, err);
    }
    if (code == EN_NOT_FOUND) {
        code = en_error_set(err, EN_CORRUPT, "no frame holds event %" PRIu64, position);
    } else if (code == EN_OK && bytes.size > EN_FRAME_SIZE_MAX) {
        code = en_error_set(err, EN_CORRUPT, "frame at event %" PRIu64 " has %zu bytes", *first,
                            bytes.size);
    }
    if (code == EN_OK) {
        memcpy(room, bytes.bytes, bytes.size);
        *size = bytes.size;
    }
    en_kv_abort(txn);
    return code;
}

static void check_segment(struct segment *segment, uint8_t *room)
{
    struct audit *audit = segment->audit;
    struct en_error err;
    en_code code = EN_OK;
    uint64_t told = segment->position;
    while (segment->position < segment->end && code == EN_OK) {
        uint64_t first = 0;
        size_t size = 0;
        code = copy_frame(audit->log, segment->position, &first, room, &size, &err);
        if (code != EN_OK) {
            note_fault(audit, segment->number, segment->position, segment->position + 1, code,
                       &err);
            break;
        }
        code = check_frame(segment, first, en_slice_of(room, size));
        if (segment->position - told >= PROGRESS_EVENTS) {
            tell(audit, segment->position - told);
            told = segment->position;
        }
    }
    tell(audit, segment->position - told);
}

static void *work(void *self)
{
    struct audit *audit = self;
    struct segment *segment = en_mem_alloc(1, sizeof *segment);
    struct en_frame_reader *reader = en_mem_alloc(1, sizeof *reader);
    uint8_t *room = en_mem_alloc(EN_FRAME_SIZE_MAX, 1);
    uint64_t number = 0;
    if (segment == NULL || reader == NULL || room == NULL) {
        struct en_error err;
        en_code code = en_error_set(&err, EN_NOMEM, "no memory to verify");
        note_fault(audit, 0, EN_SEQ_NONE.n, EN_SEQ_NONE.n, code, &err);
    } else {
        while (take_segment(audit, &number)) {
            uint64_t start = number * EN_SEGMENT_EVENTS;
            uint64_t left = audit->report->size - start;
            *segment = (struct segment){.audit = audit, .number = number, .position = start};
            segment->end = start + (left < EN_SEGMENT_EVENTS ? left : EN_SEGMENT_EVENTS);
            segment->reader = reader;
            check_segment(segment, room);
        }
    }
    en_mem_free(room);
    en_mem_free(reader);
    en_mem_free(segment);
    return NULL;
}

/* All leaves and the stored roots of the spans inside segments, by all threads. */
static en_code check_segments(struct audit *audit, struct en_error *err)
{
    pthread_t threads[EN_VERIFY_THREADS_MAX];
    uint64_t segments = (audit->report->size + EN_SEGMENT_EVENTS - 1) / EN_SEGMENT_EVENTS;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t wanted = processors > 1 ? (uint64_t)processors : 1;
    wanted = wanted > EN_VERIFY_THREADS_MAX ? EN_VERIFY_THREADS_MAX : wanted;
    wanted = wanted > segments ? segments : wanted;
    uint32_t started = 0;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, audit) == 0) {
        started++;
    }
    (void)work(audit);
    for (uint32_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    if (audit->code != EN_OK) {
        return en_error_set(err, audit->code, "%s", audit->err.text);
    }
    return EN_OK;
}

/* ---- what stands above segments ---- */

static en_code check_high_spans(struct audit *audit, struct en_tree *tree, struct en_error *err)
{
    uint64_t size = audit->report->size;
    for (uint32_t level = SEGMENT_LEVEL + 1; level < EN_MERKLE_LEVELS; level++) {
        for (uint64_t index = 0; index < size >> level; index++) {
            en_code code = en_tree_check_span(tree, level, index, err);
            if (code != EN_OK) {
                audit->report->bad_from.n = index << level;
                audit->report->bad_to.n = (index + 1) << level;
                return code;
            }
        }
    }
    return EN_OK;
}

/* As many stored roots as there are spans: none beyond what was checked. */
static en_code count_spans(struct audit *audit, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    uint64_t expected = 0;
    uint64_t found = 0;
    uint64_t key = 0;
    for (uint32_t level = EN_SPAN_LEVEL_MIN; level < EN_MERKLE_LEVELS; level++) {
        expected += audit->report->size >> level;
    }
    en_code code = en_kv_begin(audit->log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_kv_cursor_open(txn, audit->log->tables.spans, &cursor, err);
    }
    if (code == EN_OK) {
        code = en_kv_cursor_first(cursor, &pair, err);
    }
    while (code == EN_OK && en_key_number(pair.key, &key) && key / 64 <= audit->report->size) {
        found++;
        code = en_kv_cursor_next(cursor, &pair, err);
    }
    en_kv_cursor_close(cursor);
    en_kv_abort(txn);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK && found != expected) {
        code = en_error_set(err, EN_CORRUPT,
                            "%" PRIu64 " stored roots in a log that has %" PRIu64 " spans", found,
                            expected);
    }
    return code;
}

static en_code check_note(struct audit *audit, struct en_tree *tree, struct en_slice note,
                          const struct en_sign_public *key, struct en_error *err)
{
    struct en_checkpoint checkpoint;
    struct en_hash root;
    en_code code = key != NULL ? en_checkpoint_verify(note, key, &checkpoint, err)
                               : en_checkpoint_parse(note, &checkpoint, err);
    if (code != EN_OK) {
        return code;
    }
    if (strcmp(checkpoint.origin, audit->log->origin) != 0) {
        code = en_error_set(err, EN_MISMATCH, "it is of \"%s\", the log is \"%s\"",
                            checkpoint.origin, audit->log->origin);
    } else if (checkpoint.size > en_log_size(audit->log)) {
        code = en_error_set(err, EN_CORRUPT,
                            "the log ends before it, at %" PRIu64 ": its tail is missing",
                            audit->report->size);
    } else {
        code = en_tree_root(tree, checkpoint.size, &root, err);
    }
    if (code == EN_OK && !en_hash_equal(&root, &checkpoint.root)) {
        code = en_error_set(err, EN_MISMATCH, "the log has another root there");
        audit->report->bad_from.n = 0;
        audit->report->bad_to.n = checkpoint.size;
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "checkpoint signed at %" PRIu64, checkpoint.size);
    }
    audit->report->signatures_count += code == EN_OK && key != NULL;
    return code;
}

static en_code check_heads(struct audit *audit, struct en_tree *tree,
                           const struct en_sign_public *key, struct en_error *err)
{
    struct en_buf note;
    struct en_instant at;
    uint64_t size = 0;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_code code = en_heads_next(audit->log, &size, &at, &note, err);
    while (code == EN_OK) {
        code = check_note(audit, tree, en_buf_slice(&note), key, err);
        audit->report->checkpoints_count++;
        size++;
        if (code == EN_OK) {
            code = en_heads_next(audit->log, &size, &at, &note, err);
        }
    }
    if (code == EN_NOT_FOUND) {
        en_buf_reset(&note);
        code = en_head_file_read(audit->log->dir, &note, err);
        if (code == EN_OK) {
            code = check_note(audit, tree, en_buf_slice(&note), key, err);
            if (code != EN_OK) {
                (void)en_error_wrap(err, "file checkpoint");
            }
        }
    }
    en_buf_fini(&note);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code count_frames(struct audit *audit, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_kv_stat stat = {0};
    en_code code = en_kv_begin(audit->log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_kv_stat(txn, audit->log->tables.frames, &stat, err);
    }
    audit->report->frames_count = stat.entries_count;
    audit->report->frames_size = stat.size;
    en_kv_abort(txn);
    return code;
}

/* The ledger is read in order beside the hashing: it takes a fifth of its time. */
struct ledger_check {
    struct audit *audit;
    en_code code;
    struct en_error err;
};

static void *check_ledger(void *self)
{
    struct ledger_check *check = self;
    check->code =
        en_ledger_check(check->audit->log, &check->audit->report->names_count, &check->err);
    return NULL;
}

/* A fault of the leaves comes first: it names the event, where the ledger only stumbles over it. */
static en_code check_events(struct audit *audit, struct en_error *err)
{
    struct ledger_check ledger = {.audit = audit};
    pthread_t thread;
    bool is_beside = pthread_create(&thread, NULL, check_ledger, &ledger) == 0;
    en_code code = check_segments(audit, err);
    if (is_beside) {
        (void)pthread_join(thread, NULL);
    } else {
        (void)check_ledger(&ledger);
    }
    if (code != EN_OK || ledger.code == EN_OK) {
        return code;
    }
    return en_error_set(err, ledger.code, "%s", ledger.err.text);
}

static en_code check_all(struct audit *audit, const struct en_sign_public *key,
                         struct en_error *err)
{
    struct en_tree *tree = en_mem_alloc(1, sizeof *tree);
    if (tree == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to verify");
    }
    en_tree_init(tree, audit->log);
    en_code code = check_events(audit, err);
    if (code == EN_OK) {
        code = check_high_spans(audit, tree, err);
    }
    if (code == EN_OK) {
        code = count_spans(audit, err);
    }
    if (code == EN_OK) {
        code = en_tree_root(tree, audit->report->size, &audit->report->root, err);
    }
    if (code == EN_OK) {
        code = check_heads(audit, tree, key, err);
    }
    if (code == EN_OK) {
        code = count_frames(audit, err);
    }
    en_mem_free(tree);
    return code;
}

en_code en_log_verify(const char *dir, const struct en_sign_public *key,
                      const struct en_verify_progress *progress, struct en_verify_report *report,
                      struct en_error *err)
{
    struct en_log_options options = {.dir = dir, .is_read_only = true};
    struct en_log *log = NULL;
    *report = (struct en_verify_report){.bad_from = EN_SEQ_NONE, .bad_to = EN_SEQ_NONE};
    en_code code = en_log_open_unchecked(&options, &log, err);
    if (code != EN_OK) {
        return code;
    }
    struct audit audit = {.log = log, .progress = progress, .report = report, .code = EN_OK};
    int failed = pthread_mutex_init(&audit.mutex, NULL);
    EN_ASSERT(failed == 0);
    struct en_error why;
    report->size = log->size;
    code = check_all(&audit, key, &why);
    (void)pthread_mutex_destroy(&audit.mutex);
    en_log_close(log);
    return en_fault(err, code, &why);
}
