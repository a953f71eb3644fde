#include "log/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/mem.h"
#include "log/frame.h"
#include "log/head_file.h"
#include "log/heads.h"
#include "log/state.h"
#include "log/tree.h"

#ifdef __SANITIZE_THREAD__
#define SIZE_MAX_DEFAULT (UINT64_C(1) << 36) /* it leaves a program little address space */
#else
#define SIZE_MAX_DEFAULT (UINT64_C(1) << 40)
#endif
#define TABLES_MAX 16u
#define LOOK_MS 5u           /* how often a read-only log looks for more */
#define OPEN_TRIES_MAX 1000u /* beside a writer that is faster than the check */
#define FORM_KEY "form"
#define ORIGIN_KEY "origin"

static struct en_instant system_clock(void *self)
{
    struct timespec now;
    (void)self;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct en_instant){(int64_t)now.tv_sec * EN_SECOND_US + now.tv_nsec / 1000};
}

static en_code open_kv(struct en_log *log, const struct en_log_options *options,
                       struct en_error *err)
{
    char path[sizeof log->dir + 16];
    if (options->kv != NULL) {
        log->kv = options->kv;
        return EN_OK;
    }
    (void)snprintf(path, sizeof path, "%s/data.mdb", log->dir);
    bool is_there = access(path, F_OK) == 0;
    if (!options->is_create && !is_there) {
        return en_error_set(err, EN_NOT_FOUND, "no log in %s", log->dir);
    }
    struct en_kv_options kv_options = {
        .path = log->dir,
        .size_max = options->size_max > 0 ? options->size_max : SIZE_MAX_DEFAULT,
        .tables_max = TABLES_MAX,
        .flags = options->is_read_only ? EN_KV_READ_ONLY : 0,
    };
    log->owns_kv = true;
    return en_kv_open(&kv_options, &log->kv, err);
}

/* An environment that was made without a log coming into it (a kill right then) is taken over. */
static en_code create(struct en_log *log, const char *origin, struct en_error *err)
{
    static const uint8_t form[4] = {EN_LOG_FORM, 0, 0, 0};
    struct en_kv_txn *txn = NULL;
    struct en_slice value;
    en_code code = en_origin_check(origin, err);
    if (code == EN_OK) {
        code = en_kv_begin(log->kv, EN_KV_WRITE, &txn, err);
    }
    if (code == EN_OK) {
        code = en_log_tables_open(txn, &log->tables, err);
    }
    if (code == EN_OK &&
        en_kv_get(txn, log->tables.meta, en_slice_text(FORM_KEY), &value, NULL) == EN_OK) {
        code = en_error_set(err, EN_CONFLICT, "there is a log in %s", log->dir);
    }
    if (code == EN_OK) {
        code = en_guard_put(txn, log->tables.meta, en_slice_text(FORM_KEY),
                            en_slice_of(form, sizeof form), err);
    }
    if (code == EN_OK) {
        code = en_guard_put(txn, log->tables.meta, en_slice_text(ORIGIN_KEY), en_slice_text(origin),
                            err);
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
    }
    en_kv_abort(txn);
    return code;
}

static en_code read_form(struct en_log *log, struct en_kv_txn *txn, struct en_error *err)
{
    struct en_slice body;
    uint32_t form = 0;
    en_code code = en_guard_get(txn, log->tables.meta, en_slice_text(FORM_KEY), &body, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "no log in %s", log->dir);
    }
    if (code == EN_OK && !en_take_u32(&body, &form)) {
        code = en_error_set(err, EN_CORRUPT, "a row of %zu bytes", body.size);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "form of the log");
        return code;
    }
    if (form != EN_LOG_FORM) {
        return en_error_set(err, EN_UNSUPPORTED, "the log has form %" PRIu32 ", known is %u", form,
                            EN_LOG_FORM);
    }
    code = en_guard_get(txn, log->tables.meta, en_slice_text(ORIGIN_KEY), &body, err);
    if (code == EN_NOT_FOUND ||
        (code == EN_OK && (body.size == 0 || body.size > EN_ORIGIN_SIZE_MAX))) {
        return en_error_set(err, EN_CORRUPT, "the log does not say its origin");
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "origin of the log");
        return code;
    }
    memcpy(log->origin, body.bytes, body.size);
    log->origin[body.size] = '\0';
    return EN_OK;
}

/* Size and time of the last event, from the last frame. */
static en_code read_end(struct en_log *log, struct en_kv_txn *txn, uint64_t *size,
                        struct en_instant *recorded_at, struct en_error *err)
{
    uint64_t first = 0;
    struct en_slice bytes;
    struct en_frame_head head;
    *size = 0;
    *recorded_at = (struct en_instant){INT64_MIN};
    en_code code = en_frames_find(txn, &log->tables, UINT64_MAX, &first, &bytes, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code == EN_OK) {
        code = en_frame_peek(bytes, &head, err);
        if (code == EN_OK && head.first != first) {
            code = en_error_set(err, EN_CORRUPT, "it begins with event %" PRIu64, head.first);
        }
        if (code != EN_OK) {
            (void)en_error_wrap(err, "frame at event %" PRIu64, first);
            return code;
        }
        *size = head.first + head.count;
        *recorded_at = head.recorded_to;
    }
    return code;
}

/* What another process has appended since. */
static uint64_t look(struct en_log *log)
{
    struct en_kv_txn *txn = NULL;
    struct en_instant recorded_at;
    uint64_t size = 0;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, NULL);
    if (code == EN_OK) {
        code = read_end(log, txn, &size, &recorded_at, NULL);
    }
    en_kv_abort(txn);
    if (code == EN_OK && size > log->size) {
        log->size = size;
    }
    return log->size;
}

static en_code read_head(struct en_log *log, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    uint64_t size = 0;
    en_code code = en_kv_begin(log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_log_tables_open(txn, &log->tables, err);
        if (code == EN_NOT_FOUND) {
            code = en_error_set(err, EN_NOT_FOUND, "no log in %s", log->dir);
        }
    }
    if (code == EN_OK) {
        code = read_form(log, txn, err);
    }
    if (code == EN_OK) {
        code = read_end(log, txn, &size, &log->tail.recorded_at, err);
    }
    if (code == EN_OK) {
        log->size = size;
        code = en_names_load(&log->names, txn, &log->tables, err);
    }
    en_kv_abort(txn);
    return code;
}

static en_code check_edge(struct en_log *log, struct en_error *err)
{
    struct en_tree *tree = en_mem_alloc(1, sizeof *tree);
    if (tree == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a tree");
    }
    en_tree_init(tree, log);
    en_code code = en_tree_check_edge(tree, log->size, &log->tail.edge, err);
    en_mem_free(tree);
    return code;
}

/* What is on disk, checked as far as asked. */
static en_code read_log(struct en_log *log, bool is_checked, struct en_error *err)
{
    en_code code = read_head(log, err);
    if (code == EN_OK && is_checked) {
        code = check_edge(log, err);
    }
    if (code == EN_OK && is_checked) {
        code = en_heads_check_newest(log, err);
    }
    return code;
}

/* Another process may append while a reader checks: roots and notes are then newer than the size
 * that was read. Only what does not fit although nothing came is damage. */
static en_code read_beside_writer(struct en_log *log, bool is_checked, struct en_error *err)
{
    en_code code = read_log(log, is_checked, err);
    uint64_t size = log->size;
    for (uint32_t i = 0; i < OPEN_TRIES_MAX && code == EN_CORRUPT && look(log) > size; i++) {
        code = read_log(log, is_checked, err);
        size = log->size;
    }
    return code;
}

static en_code open_log(struct en_log *log, const struct en_log_options *options, bool is_checked,
                        struct en_error *err)
{
    en_code code = open_kv(log, options, err);
    if (code == EN_OK) {
        code = en_groups_init(&log->groups, err);
    }
    if (code == EN_OK && options->is_create) {
        code = create(log, options->origin, err);
    }
    if (code == EN_OK) {
        code = log->is_read_only ? read_beside_writer(log, is_checked, err)
                                 : read_log(log, is_checked, err);
    }
    if (code == EN_OK && !log->is_read_only) {
        code = en_dedupe_load(log, err);
    }
    if (code == EN_OK) {
        log->committed = log->tail;
    }
    return code;
}

static void destroy(struct en_log *log)
{
    if (log->groups.writer != NULL) {
        en_groups_fini(&log->groups);
    }
    en_dedupe_fini(&log->dedupe);
    en_names_fini(&log->names);
    if (log->owns_kv) {
        en_kv_close(log->kv);
    }
    (void)pthread_cond_destroy(&log->grown);
    (void)pthread_mutex_destroy(&log->signing);
    (void)pthread_mutex_destroy(&log->mutex);
    en_mem_free(log);
}

/* Waiting is measured on the clock that does not jump. */
static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int failed = pthread_condattr_init(&attributes);
    failed |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    failed |= pthread_cond_init(condition, &attributes);
    EN_ASSERT(failed == 0);
    (void)pthread_condattr_destroy(&attributes);
}

static en_code make_log(const struct en_log_options *options, bool is_checked, struct en_log **log,
                        struct en_error *err)
{
    EN_ASSERT(!options->is_create || !options->is_read_only);
    EN_ASSERT(!options->is_create || options->origin != NULL);
    struct en_log *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a log");
    }
    int size = snprintf(made->dir, sizeof made->dir, "%s", options->dir);
    made->is_read_only = options->is_read_only;
    made->clock = options->clock != NULL ? options->clock : system_clock;
    made->clock_self = options->clock_self;
    int failed = pthread_mutex_init(&made->mutex, NULL);
    failed |= pthread_mutex_init(&made->signing, NULL);
    EN_ASSERT(failed == 0);
    init_condition(&made->grown);
    en_names_init(&made->names);
    en_dedupe_init(&made->dedupe);
    struct en_error why;
    en_code code = size >= (int)sizeof made->dir
                       ? en_error_set(&why, EN_RANGE, "the path of the log is too long")
                       : open_log(made, options, is_checked, &why);
    if (code != EN_OK) {
        destroy(made);
        (void)en_error_wrap(&why, "log");
        return en_fault(err, code, &why);
    }
    *log = made;
    return EN_OK;
}

en_code en_log_open(const struct en_log_options *options, struct en_log **log, struct en_error *err)
{
    return make_log(options, true, log, err);
}

en_code en_log_open_unchecked(const struct en_log_options *options, struct en_log **log,
                              struct en_error *err)
{
    EN_ASSERT(options->is_read_only);
    return make_log(options, false, log, err);
}

/* Spares the next open the reading of the tail; what fails here costs only that. */
static void write_sources(struct en_log *log)
{
    struct en_dedupe *dedupe = &log->dedupe;
    struct en_kv_txn *txn = NULL;
    uint32_t count = dedupe->changed_count;
    struct en_source_row *rows = en_mem_alloc(count + 1, sizeof *rows);
    if (rows == NULL) {
        return;
    }
    en_dedupe_take_changed(dedupe, rows);
    en_code code = en_kv_begin(log->kv, EN_KV_WRITE, &txn, NULL);
    if (code == EN_OK) {
        code = en_dedupe_write(txn, &log->tables, rows, count, log->size, NULL);
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, NULL);
    }
    en_kv_abort(txn);
    en_mem_free(rows);
}

void en_log_close(struct en_log *log)
{
    if (log == NULL) {
        return;
    }
    bool is_worth_it = log->dedupe.changed_count > 0 && !log->is_failed && !log->is_read_only;
    if (is_worth_it) {
        write_sources(log);
    }
    destroy(log);
}

static en_code sink_append(void *self, const struct en_batch *batch, struct en_appended *appended,
                           struct en_seq *seqs, struct en_error *err)
{
    return en_group_append(self, batch, EN_GROUP_DRAFTS, appended, seqs, err);
}

static en_code sink_name(void *self, en_name_type type, const struct en_slice *keys, uint32_t count,
                         uint32_t *ids, struct en_error *err)
{
    return en_names_assign(self, type, keys, count, ids, err);
}

static en_code sink_find(void *self, en_name_type type, const struct en_slice *keys, uint32_t count,
                         uint32_t *ids, struct en_error *err)
{
    return en_names_find(self, type, keys, count, ids, err);
}

struct en_sink en_log_sink(struct en_log *log)
{
    return (struct en_sink){log, sink_append, sink_name, sink_find};
}

uint64_t en_log_size(struct en_log *log)
{
    return log->is_read_only ? look(log) : log->size;
}

const char *en_log_origin(const struct en_log *log)
{
    return log->origin;
}

const struct en_log_timings *en_log_timings(const struct en_log *log)
{
    return &log->timings;
}

static struct timespec deadline_of(uint32_t wait_ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static bool is_over(const struct timespec *deadline)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->tv_sec ||
           (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

/* Nobody tells a reader of another process's log that it has grown. */
static uint64_t wait_looking(struct en_log *log, uint64_t size, const struct timespec *deadline)
{
    const struct timespec nap = {0, LOOK_MS * 1000000};
    uint64_t now = look(log);
    while (now <= size && !is_over(deadline)) {
        (void)nanosleep(&nap, NULL);
        now = look(log);
    }
    return now;
}

uint64_t en_log_wait(struct en_log *log, uint64_t size, uint32_t wait_ms_max)
{
    struct timespec deadline = deadline_of(wait_ms_max);
    if (log->is_read_only) {
        return wait_looking(log, size, &deadline);
    }
    int result = 0;
    (void)pthread_mutex_lock(&log->mutex);
    log->waiters_count++;
    while (log->size <= size && result == 0) {
        result = pthread_cond_timedwait(&log->grown, &log->mutex, &deadline);
    }
    log->waiters_count--;
    (void)pthread_mutex_unlock(&log->mutex);
    return log->size;
}

en_code en_log_name_of(struct en_log *log, en_name_type type, uint32_t id, char *text,
                       struct en_error *err)
{
    return en_names_text(log, type, id, text, err);
}

/* The note of the committed head; the file follows the table, so that it is never ahead of it. */
static en_code sign_head(struct en_log *log, const struct en_sign_private *key,
                         const struct en_merkle_edge *edge, struct en_buf *note,
                         struct en_error *err)
{
    struct en_checkpoint checkpoint = {.size = edge->size, .root = en_merkle_edge_root(edge)};
    (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", log->origin);
    en_buf_reset(note);
    en_code code = en_checkpoint_sign(&checkpoint, key, note, err);
    if (code == EN_OK) {
        code = en_heads_put(log, edge->size, log->clock(log->clock_self), en_buf_slice(note), err);
    }
    if (code == EN_OK && log->owns_kv) {
        code = en_head_file_write(log->dir, en_buf_slice(note), err);
    }
    return code;
}

en_code en_log_checkpoint(struct en_log *log, struct en_slice private_key, struct en_buf *note,
                          struct en_error *err)
{
    struct en_sign_private key;
    struct en_merkle_edge edge;
    struct en_error why;
    uint64_t newest = 0;
    if (log->is_read_only || log->is_failed) {
        return en_error_set(err, EN_READ_ONLY, "the log takes nothing any more");
    }
    en_code code = en_sign_private_parse(private_key, &key, err);
    if (code != EN_OK) {
        return code;
    }
    (void)pthread_mutex_lock(&log->signing);
    (void)pthread_mutex_lock(&log->mutex);
    edge = log->committed.edge;
    (void)pthread_mutex_unlock(&log->mutex);
    code = en_heads_newest(log, &newest, note, &why);
    if (code == EN_NOT_FOUND || (code == EN_OK && newest != edge.size)) {
        code = sign_head(log, &key, &edge, note, &why);
    }
    (void)pthread_mutex_unlock(&log->signing);
    en_sign_private_wipe(&key);
    return en_fault(err, code, &why);
}

en_code en_log_newest_checkpoint(struct en_log *log, struct en_buf *note, uint64_t *size,
                                 struct en_error *err)
{
    uint64_t newest = 0;
    en_code code = en_heads_newest(log, &newest, note, err);
    if (code == EN_OK && size != NULL) {
        *size = newest;
    }
    return code == EN_NOT_FOUND ? en_error_set(err, EN_NOT_FOUND, "nothing was signed yet") : code;
}

en_code en_log_root(struct en_log *log, uint64_t size, struct en_hash *root, struct en_error *err)
{
    uint64_t now = en_log_size(log);
    if (size > now) {
        return en_error_set(err, EN_RANGE, "the log has %" PRIu64 " events, not %" PRIu64, now,
                            size);
    }
    struct en_tree *tree = en_mem_alloc(1, sizeof *tree);
    if (tree == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a tree");
    }
    en_tree_init(tree, log);
    en_code code = en_tree_root(tree, size, root, err);
    en_mem_free(tree);
    return code;
}

en_code en_log_tend(struct en_log *log, uint64_t *lag, struct en_error *err)
{
    struct en_kv_readers readers = {0};
    en_code code = en_kv_readers(log->kv, &readers, err);
    if (code == EN_OK && lag != NULL) {
        *lag = readers.lag_max;
    }
    return code;
}
