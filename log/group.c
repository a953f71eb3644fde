#include "log/group.h"

#include <errno.h>
#include <inttypes.h>

#include "core/mem.h"
#include "log/seal.h"
#include "log/state.h"
#include "log/tree.h"

/* A queue of this size is sealed beside a commit; a smaller one waits for it and grows. */
#define EAGER_SIZE (32u << 10)
/* A group takes requests until it has this size: bigger commits take longer than they spare. */
#define GROUP_SIZE_MAX (1u << 20)

en_code en_groups_init(struct en_groups *groups, struct en_error *err)
{
    *groups = (struct en_groups){0};
    groups->writer = en_mem_alloc(1, sizeof *groups->writer);
    return groups->writer != NULL ? EN_OK : en_error_set(err, EN_NOMEM, "no memory for a writer");
}

void en_groups_fini(struct en_groups *groups)
{
    EN_ASSERT(groups->queue_first == NULL);
    EN_ASSERT(!groups->is_sealing);
    EN_ASSERT(groups->committing == NULL);
    for (size_t i = 0; i < EN_COUNT_OF(groups->groups); i++) {
        en_group_free(&groups->groups[i]);
    }
    en_mem_free(groups->writer);
    en_mem_free(groups->undos);
    *groups = (struct en_groups){0};
}

static void wait_for(sem_t *wake)
{
    int result = sem_wait(wake);
    while (result != 0 && errno == EINTR) {
        result = sem_wait(wake);
    }
    EN_ASSERT(result == 0);
}

void en_group_wait(struct en_log *log, sem_t *wake)
{
    struct en_groups *groups = &log->groups;
    (void)pthread_mutex_lock(&log->mutex);
    while (groups->committing != NULL) {
        EN_ASSERT(groups->commit_waiter == NULL);
        groups->commit_waiter = wake;
        (void)pthread_mutex_unlock(&log->mutex);
        wait_for(wake);
        (void)pthread_mutex_lock(&log->mutex);
    }
    (void)pthread_mutex_unlock(&log->mutex);
}

static en_code put_frames(struct en_log *log, const struct en_group *group, struct en_kv_txn *txn,
                          struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < group->frames_count && code == EN_OK; i++) {
        const struct en_sealed_frame *frame = &group->frames[i];
        uint8_t *room = NULL;
        code = en_kv_append_reserve(txn, log->tables.frames, en_key_of(&frame->first), frame->size,
                                    &room, err);
        if (code == EN_OK) {
            memcpy(room, group->bytes + frame->offset, frame->size);
        }
    }
    for (uint32_t i = 0; i < group->spans_count && code == EN_OK; i++) {
        uint64_t key = en_span_key(group->spans[i].end, group->spans[i].level);
        code = en_guard_append(txn, log->tables.spans, en_key_of(&key),
                               en_hash_slice(&group->spans[i].root), err);
    }
    return code;
}

static en_code put_group(struct en_log *log, const struct en_group *group, struct en_kv_txn *txn,
                         struct en_error *err)
{
    en_code code = put_frames(log, group, txn, err);
    for (uint32_t i = 0; group->names_count > 0 && i < group->events_count && code == EN_OK; i++) {
        if (group->events[i].header.kind == EN_KIND_NAME_ASSIGNED) {
            code = en_names_put(txn, &log->tables, &group->events[i], err);
        }
    }
    if (code == EN_OK && group->sources_count > 0) {
        code = en_dedupe_write(txn, &log->tables, group->sources, group->sources_count,
                               group->edge.size, err);
    }
    return code;
}

static en_code commit(struct en_log *log, const struct en_group *group, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    if (log->is_failed) {
        return en_error_set(err, EN_READ_ONLY, "the log is read-only after a failed write");
    }
    en_code code = en_kv_begin(log->kv, EN_KV_WRITE, &txn, err);
    if (code == EN_OK) {
        code = put_group(log, group, txn, err);
    }
    uint64_t begun_us = en_histogram_now_us();
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
    }
    if (code == EN_OK) {
        en_histogram_add(&log->timings.commit, en_histogram_now_us() - begun_us);
    }
    en_kv_abort(txn);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "commit of events %" PRIu64 " to %" PRIu64,
                            group->events[0].header.seq.n, group->edge.size - 1);
    }
    return code;
}

/* Under the mutex. Somebody waits, nobody seals, and sealing now is worth it: the first of the
 * queue shall lead. Returns it when that is `self`, who needs no waking. */
static bool call_leader(struct en_groups *groups, const struct en_group_request *self)
{
    struct en_group_request *first = groups->queue_first;
    if (first == NULL || groups->is_sealing ||
        (groups->committing != NULL && groups->queue_size < EAGER_SIZE)) {
        return false;
    }
    groups->is_sealing = true;
    if (first == self) {
        return true;
    }
    first->is_leader = true;
    (void)sem_post(&first->wake);
    return false;
}

/* Under the mutex. The queue, up to a good size, becomes the group. */
static struct en_group *take_queue(struct en_groups *groups)
{
    struct en_group *group = &groups->groups[groups->committing == &groups->groups[0]];
    struct en_group_request *last = groups->queue_first;
    uint64_t size = last->size;
    while (last->next != NULL && size + last->next->size <= GROUP_SIZE_MAX) {
        last = last->next;
        size += last->size;
    }
    group->requests = groups->queue_first;
    groups->queue_first = last->next;
    groups->queue_last = last->next == NULL ? NULL : groups->queue_last;
    groups->queue_size -= size;
    last->next = NULL;
    return group;
}

static void commit_is_over(struct en_log *log, const struct en_group *group, en_code code)
{
    struct en_groups *groups = &log->groups;
    if (code == EN_OK && group->names_count > 0) {
        for (uint32_t i = 0; i < group->events_count; i++) {
            if (group->events[i].header.kind == EN_KIND_NAME_ASSIGNED) {
                en_names_assigned(&log->names, &group->events[i]);
            }
        }
    }
    (void)pthread_mutex_lock(&log->mutex);
    groups->committing = NULL;
    if (code == EN_OK) {
        log->committed.edge = group->edge;
        log->committed.recorded_at = group->recorded_at;
        log->size = group->edge.size;
    } else {
        log->is_failed = true;
    }
    if (groups->commit_waiter != NULL) {
        (void)sem_post(groups->commit_waiter);
        groups->commit_waiter = NULL;
    }
    (void)call_leader(groups, NULL);
    if (log->waiters_count > 0) {
        (void)pthread_cond_broadcast(&log->grown);
    }
    (void)pthread_mutex_unlock(&log->mutex);
}

/* Wakes the producers of the group; a request is gone as soon as it is woken. */
static void finish(struct en_group_request *requests, const struct en_group_request *self)
{
    while (requests != NULL) {
        struct en_group_request *next = requests->next;
        if (requests != self) {
            (void)sem_post(&requests->wake);
        }
        requests = next;
    }
}

/* The first of the queue takes it through both stages. */
static void lead(struct en_log *log, struct en_group_request *self)
{
    struct en_groups *groups = &log->groups;
    struct en_error err;
    (void)pthread_mutex_lock(&log->mutex);
    EN_ASSERT(groups->is_sealing);
    EN_ASSERT(groups->queue_first == self);
    struct en_group *group = take_queue(groups);
    (void)pthread_mutex_unlock(&log->mutex);
    struct en_group_request *requests = group->requests;
    en_group_seal(log, group);
    bool is_empty = group->events_count == 0;
    if (!is_empty) {
        en_group_wait(log, &self->wake);
    }
    (void)pthread_mutex_lock(&log->mutex);
    if (!is_empty) {
        EN_ASSERT(groups->committing == NULL);
        groups->committing = group;
    }
    groups->is_sealing = false;
    (void)call_leader(groups, NULL);
    (void)pthread_mutex_unlock(&log->mutex);
    if (!is_empty) {
        en_code code = commit(log, group, &err);
        if (code != EN_OK) {
            en_group_refuse(group, code, &err);
        }
        commit_is_over(log, group, code);
    }
    finish(requests, self);
}

static en_code check_draft(struct en_log *log, en_group_mode mode,
                           const struct en_event_header *header, struct en_error *err)
{
    en_code code = en_event_header_check(header, err);
    if (code != EN_OK || mode == EN_GROUP_RECORDED) {
        return code;
    }
    if (header->kind == EN_KIND_NAME_ASSIGNED && mode != EN_GROUP_NAMES) {
        return en_error_set(err, EN_RANGE, "names are given by the log, not by drafts");
    }
    if (header->source > log->names.last_ids[EN_NAME_SOURCE]) {
        return en_error_set(err, EN_RANGE, "source %" PRIu32 " has no name yet", header->source);
    }
    return EN_OK;
}

/* What can be checked before the queue. */
static en_code check_request(struct en_log *log, struct en_group_request *request,
                             struct en_error *err)
{
    const struct en_batch *batch = request->batch;
    if (log->is_read_only || log->is_failed) {
        return en_error_set(err, EN_READ_ONLY,
                            log->is_failed ? "the log is read-only after a failed write"
                                           : "the log is open for reading only");
    }
    EN_ASSERT(batch->count <= EN_BATCH_EVENTS_MAX);
    EN_ASSERT(batch->bytes.size <= EN_BATCH_SIZE_MAX);
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct en_event_header *header = &batch->headers[i];
        en_code code = check_draft(log, request->mode, header, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "draft %" PRIu32 " of the batch", i);
            return code;
        }
        request->source_max =
            header->source > request->source_max ? header->source : request->source_max;
    }
    request->size = batch->bytes.size + (uint64_t)batch->count * EN_EVENT_HEADER_SIZE;
    return EN_OK;
}

en_code en_group_append(struct en_log *log, const struct en_batch *batch, en_group_mode mode,
                        struct en_appended *appended, struct en_seq *seqs, struct en_error *err)
{
    struct en_group_request request = {
        .batch = batch, .mode = mode, .appended = appended, .seqs = seqs, .err = err};
    struct en_groups *groups = &log->groups;
    *appended = (struct en_appended){.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
    en_code code = check_request(log, &request, err);
    if (code != EN_OK || batch->count == 0) {
        return code;
    }
    uint64_t begun_us = en_histogram_now_us();
    int failed = sem_init(&request.wake, 0, 0);
    EN_ASSERT(failed == 0);
    (void)pthread_mutex_lock(&log->mutex);
    if (groups->queue_last != NULL) {
        groups->queue_last->next = &request;
    } else {
        groups->queue_first = &request;
    }
    groups->queue_last = &request;
    groups->queue_size += request.size;
    bool is_leader = call_leader(groups, &request);
    (void)pthread_mutex_unlock(&log->mutex);
    if (!is_leader) {
        wait_for(&request.wake);
        is_leader = request.is_leader;
    }
    if (is_leader) {
        lead(log, &request);
    }
    (void)sem_destroy(&request.wake);
    if (request.code == EN_OK) {
        en_histogram_add(&log->timings.append, en_histogram_now_us() - begun_us);
    }
    return request.code;
}
