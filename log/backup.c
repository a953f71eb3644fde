#include "log/backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/limits.h"
#include "log/cursor.h"
#include "log/head_file.h"
#include "log/heads.h"
#include "log/state.h"

#define PATH_SIZE 4200u

/* The file beside the environment, from the newest note in it. */
static en_code write_head_file(struct en_log *log, struct en_error *err)
{
    struct en_buf note;
    uint64_t size = 0;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_code code = en_heads_newest(log, &size, &note, err);
    if (code == EN_OK) {
        code = en_head_file_write(log->dir, en_buf_slice(&note), err);
    }
    en_buf_fini(&note);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_log_backup(struct en_log *log, const char *dir, uint64_t *size, struct en_error *err)
{
    struct en_log_options options = {.dir = dir, .is_read_only = true};
    struct en_log *copy = NULL;
    struct en_error why;
    en_code code = en_kv_copy(log->kv, dir, &why);
    if (code == EN_OK) {
        code = en_log_open(&options, &copy, &why);
    }
    if (code == EN_OK) {
        code = write_head_file(copy, &why);
        if (size != NULL) {
            *size = copy->size;
        }
    }
    en_log_close(copy);
    if (code != EN_OK) {
        (void)en_error_wrap(&why, "backup to %s", dir);
    }
    return en_fault(err, code, &why);
}

static en_code flush(struct en_log *log, struct en_batch *batch, struct en_error *err)
{
    struct en_appended appended;
    if (batch->count == 0) {
        return EN_OK;
    }
    uint64_t expected = log->size;
    en_code code = en_group_append(log, batch, EN_GROUP_RECORDED, &appended, NULL, err);
    if (code == EN_OK && (appended.duplicate_count > 0 || appended.first.n != expected)) {
        code = en_error_set(err, EN_CORRUPT, "an event before %" PRIu64 " is there twice",
                            expected + batch->count);
    }
    en_batch_reset(batch);
    return code;
}

static en_code add(struct en_log *log, struct en_batch *batch, const struct en_event *event,
                   struct en_error *err)
{
    en_code code = en_batch_add(batch, &event->header, event->payload, err);
    if (code == EN_LIMIT) {
        code = flush(log, batch, err);
        if (code == EN_OK) {
            code = en_batch_add(batch, &event->header, event->payload, err);
        }
    }
    return code;
}

static en_code copy_events(struct en_log *from, struct en_log *log, uint64_t size,
                           struct en_error *err)
{
    struct en_cursor_filter filter = {.to = size};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    struct en_batch batch;
    bool is_end = size == 0;
    en_batch_init(&batch);
    en_code code = en_cursor_open(from, &filter, &cursor, err);
    while (code == EN_OK && !is_end) {
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && !is_end) {
            code = add(log, &batch, &event, err);
        }
    }
    if (code == EN_OK) {
        code = flush(log, &batch, err);
    }
    en_cursor_close(cursor);
    en_batch_fini(&batch);
    return code;
}

/* Notes of sizes within the new log; each must be a head that it had. */
static en_code copy_heads(struct en_log *from, struct en_log *log, struct en_error *err)
{
    struct en_buf note;
    struct en_instant at;
    uint64_t size = 0;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_code code = en_heads_next(from, &size, &at, &note, err);
    while (code == EN_OK && size <= log->size) {
        code = en_heads_check(log, en_buf_slice(&note), err);
        if (code == EN_OK) {
            code = en_heads_put(log, size, at, en_buf_slice(&note), err);
        }
        size++;
        if (code == EN_OK) {
            code = en_heads_next(from, &size, &at, &note, err);
        }
    }
    en_buf_fini(&note);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    return code == EN_OK ? write_head_file(log, err) : code;
}

static en_code compare_roots(struct en_log *from, struct en_log *log, struct en_hash *root,
                             struct en_error *err)
{
    struct en_hash wanted;
    struct en_hash found;
    en_code code = en_log_root(from, log->size, &wanted, err);
    if (code == EN_OK) {
        code = en_log_root(log, log->size, &found, err);
    }
    if (code == EN_OK && !en_hash_equal(&wanted, &found)) {
        code = en_error_set(err, EN_CORRUPT, "the copy has another root at %" PRIu64,
                            (uint64_t)log->size);
    }
    if (code == EN_OK && root != NULL) {
        *root = found;
    }
    return code;
}

static void remove_log(const char *dir)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "checkpoint", "checkpoint.new"};
    char path[PATH_SIZE];
    for (size_t i = 0; i < EN_COUNT_OF(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

static en_code restore(struct en_log *from, struct en_log *log, uint64_t size, struct en_hash *root,
                       struct en_error *err)
{
    en_code code = copy_events(from, log, size, err);
    if (code == EN_OK && log->size != size) {
        code = en_error_set(err, EN_CORRUPT, "only %" PRIu64 " of %" PRIu64 " events came",
                            (uint64_t)log->size, size);
    }
    if (code == EN_OK) {
        code = compare_roots(from, log, root, err);
    }
    return code == EN_OK ? copy_heads(from, log, err) : code;
}

en_code en_log_restore(const char *from_dir, const char *dir, uint64_t size, struct en_hash *root,
                       struct en_error *err)
{
    struct en_log_options from_options = {.dir = from_dir, .is_read_only = true};
    struct en_log *from = NULL;
    struct en_log *log = NULL;
    struct en_error why;
    en_code code = en_log_open(&from_options, &from, &why);
    if (code != EN_OK) {
        return en_fault(err, code, &why);
    }
    if (size == EN_SEQ_NONE.n) {
        size = from->size;
    }
    if (size > from->size) {
        code = en_error_set(&why, EN_RANGE, "the log has %" PRIu64 " events, not %" PRIu64,
                            (uint64_t)from->size, size);
    } else {
        struct en_log_options options = {.dir = dir, .is_create = true, .origin = from->origin};
        code = en_log_open(&options, &log, &why);
    }
    if (code == EN_OK) {
        code = restore(from, log, size, root, &why);
        en_log_close(log);
        if (code != EN_OK) {
            remove_log(dir);
        }
    }
    en_log_close(from);
    if (code != EN_OK) {
        (void)en_error_wrap(&why, "restore to %s", dir);
    }
    return en_fault(err, code, &why);
}
