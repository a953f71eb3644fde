#include "log/group.h"

#include <errno.h>
#include <inttypes.h>

#include "core/mem.h"
#include "log/state.h"
#include "log/tree.h"

/* A queue of this size is sealed beside a commit; a smaller one waits for it and grows. */
#define EAGER_SIZE (32u << 10)
/* A group takes requests until it has this size: bigger commits take longer than they spare. */
#define GROUP_SIZE_MAX (1u << 20)
/* Rows of table sources are written after this many events: what open reads again is short. */
#define SOURCES_EVENTS 65536u
/* What an event may take beside its payload in the worst frame. */
#define EVENT_SHARE (EN_FRAME_COLUMNS_COUNT * 8u)
#define FRAME_SHARE (EN_FRAME_HEAD_SIZE + EN_FRAME_COLUMNS_COUNT * EN_COLUMN_SIZE_MAX(1))

struct en_group_request {
    const struct en_batch *batch;
    en_group_mode mode;
    struct en_appended *appended;
    struct en_seq *seqs;
    struct en_error *err;
    en_code code;
    uint64_t size;
    uint32_t source_max;
    bool is_leader; /* woken to lead, not because it is done */
    sem_t wake;
    struct en_group_request *next;
};

/* What a source was before a request, should the request be refused half way. */
struct undo {
    uint32_t source;
    struct en_source_state old;
};

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
        struct en_group *group = &groups->groups[i];
        en_mem_free(group->events);
        en_mem_free(group->tags);
        en_mem_free(group->spans);
        en_mem_free(group->frames);
        en_mem_free(group->bytes);
        en_mem_free(group->sources);
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

/* Grows an array to hold count items; what is in it may be lost: groups are filled anew. */
static bool reserve(void **array, size_t *capacity, size_t count, size_t item_size)
{
    if (count <= *capacity) {
        return true;
    }
    size_t wanted = *capacity * 2 > count ? *capacity * 2 : count;
    void *made = en_mem_resize(*array, wanted * item_size);
    if (made == NULL) {
        return false;
    }
    *array = made;
    *capacity = wanted;
    return true;
}

static bool reserve_u32(void *array, uint32_t *capacity, size_t count, size_t item_size)
{
    size_t wide = *capacity;
    void *block = NULL;
    memcpy(&block, array, sizeof block);
    bool is_done = reserve(&block, &wide, count, item_size);
    memcpy(array, &block, sizeof block);
    *capacity = (uint32_t)wide;
    return is_done;
}

/* Everything that sealing could run out of, before anything is changed. */
static en_code reserve_group(struct en_log *log, struct en_group *group, struct en_error *err)
{
    size_t events = 0;
    size_t size = 0;
    size_t batch_max = 0;
    uint32_t source_max = 0;
    for (struct en_group_request *r = group->requests; r != NULL; r = r->next) {
        events += r->batch->count;
        size += r->batch->bytes.size;
        batch_max = r->batch->count > batch_max ? r->batch->count : batch_max;
        source_max = r->source_max > source_max ? r->source_max : source_max;
    }
    struct en_groups *groups = &log->groups;
    bool is_reserved =
        reserve_u32(&group->events, &group->events_capacity, events, sizeof *group->events) &&
        reserve_u32(&group->tags, &group->tags_capacity, events, sizeof *group->tags) &&
        reserve_u32(&group->spans, &group->spans_capacity, EN_SPANS_MAX(events),
                    sizeof *group->spans) &&
        reserve_u32(&group->frames, &group->frames_capacity, events, sizeof *group->frames) &&
        reserve((void **)&group->bytes, &group->bytes_capacity,
                size + events * (EVENT_SHARE + FRAME_SHARE) + EN_FRAME_SIZE_MAX, 1) &&
        reserve_u32(&groups->undos, &groups->undos_capacity, batch_max, sizeof *groups->undos);
    if (!is_reserved) {
        return en_error_set(err, EN_NOMEM, "no memory for a group of %zu events", events);
    }
    return en_dedupe_reserve(&log->dedupe, source_max, err);
}

/* Waits until the group in front is committed. Only the sealer calls it, so none can begin. */
static void wait_for_commit(struct en_log *log, sem_t *wake)
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

/* The event of an older source seq: in this group, or in the log once the group in front is there.
 */
static en_code find_double(struct en_log *log, const struct en_group *group,
                           const struct en_event_header *header, uint64_t *seq,
                           struct en_error *err)
{
    for (uint32_t i = group->events_count; i > 0; i--) {
        const struct en_event_header *other = &group->events[i - 1].header;
        if (other->source == header->source && other->source_seq == header->source_seq) {
            *seq = other->seq.n;
            return EN_OK;
        }
    }
    wait_for_commit(log, &group->requests->wake);
    if (log->is_failed) {
        return en_error_set(err, EN_READ_ONLY, "the log is read-only after a failed write");
    }
    en_code code = en_dedupe_find(log, header->source, header->source_seq, seq, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_RANGE,
                            "source %" PRIu32 " has come to source seq %" PRIu64 "; %" PRIu64
                            " was never there and cannot come any more",
                            header->source,
                            en_dedupe_source(&log->dedupe, header->source)->last_source_seq,
                            header->source_seq);
    }
    return code;
}

static void add_event(struct en_log *log, struct en_group *group, struct en_event *event,
                      const struct en_group_request *request)
{
    event->header.seq.n = log->tail.edge.size + group->events_count;
    if (request->mode != EN_GROUP_RECORDED) {
        event->header.recorded_at = group->recorded_at;
    }
    group->names_count += event->header.kind == EN_KIND_NAME_ASSIGNED;
    group->events[group->events_count++] = *event;
    struct en_appended *appended = request->appended;
    appended->first = appended->new_count == 0 ? event->header.seq : appended->first;
    appended->last = event->header.seq;
    appended->new_count++;
}

static struct en_instant last_recorded_at(const struct en_log *log, const struct en_group *group)
{
    return group->events_count > 0 ? group->events[group->events_count - 1].header.recorded_at
                                   : log->tail.recorded_at;
}

/* One draft: a new event of the group, or the double of an earlier one. */
static en_code accept_draft(struct en_log *log, struct en_group *group,
                            struct en_group_request *request, uint32_t index, uint32_t *undos_count,
                            struct en_error *err)
{
    struct en_event event = en_batch_get(request->batch, index);
    const struct en_event_header *header = &event.header;
    uint64_t seq = log->tail.edge.size + group->events_count;
    if (header->source != 0) {
        const struct en_source_state *known = en_dedupe_source(&log->dedupe, header->source);
        if (header->source_seq <= known->last_source_seq) {
            en_code code = find_double(log, group, header, &seq, err);
            if (code == EN_OK && request->seqs != NULL) {
                request->seqs[index].n = seq;
            }
            request->appended->duplicate_count += code == EN_OK;
            return code;
        }
        struct undo *undos = log->groups.undos;
        if (*undos_count == 0 || undos[*undos_count - 1].source != header->source) {
            undos[(*undos_count)++] = (struct undo){header->source, *known};
        }
        en_dedupe_add(&log->dedupe, header->source, header->source_seq, seq);
    }
    event.header.seq.n = seq;
    en_code code = en_event_cause_check(&event.header, err);
    if (code == EN_OK && request->mode == EN_GROUP_RECORDED &&
        header->recorded_at.us < last_recorded_at(log, group).us) {
        code = en_error_set(err, EN_RANGE, "it was recorded before the one in front of it");
    }
    if (code == EN_OK && request->seqs != NULL) {
        request->seqs[index].n = seq;
    }
    if (code == EN_OK) {
        add_event(log, group, &event, request);
    }
    return code;
}

/* A request as a whole, or not at all. */
static void accept_request(struct en_log *log, struct en_group *group,
                           struct en_group_request *request)
{
    uint32_t events_count = group->events_count;
    uint32_t names_count = group->names_count;
    uint32_t undos_count = 0;
    struct en_error why;
    for (uint32_t i = 0; i < request->batch->count && request->code == EN_OK; i++) {
        request->code = accept_draft(log, group, request, i, &undos_count, &why);
        if (request->code != EN_OK) {
            (void)en_error_wrap(&why, "draft %" PRIu32 " of the batch", i);
        }
    }
    if (en_fault(request->err, request->code, &why) == EN_OK) {
        return;
    }
    group->events_count = events_count;
    group->names_count = names_count;
    *request->appended = (struct en_appended){.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
    while (undos_count > 0) {
        const struct undo *undo = &log->groups.undos[--undos_count];
        en_dedupe_restore(&log->dedupe, undo->source, &undo->old);
    }
}

/* Leaves and the tree. */
static void grow_tree(struct en_log *log, struct en_group *group)
{
    group->spans_count = 0;
    for (uint32_t i = 0; i < group->events_count; i++) {
        struct en_hash leaf = en_tree_leaf(&group->events[i]);
        group->tags[i] = en_frame_tag_of(&leaf);
        group->spans_count +=
            en_merkle_edge_add(&log->tail.edge, &leaf, group->spans + group->spans_count);
    }
    EN_ASSERT(group->spans_count <= group->spans_capacity);
    log->tail.recorded_at = group->events[group->events_count - 1].header.recorded_at;
    group->edge = log->tail.edge;
    group->recorded_at = log->tail.recorded_at;
}

static void encode_frames(struct en_log *log, struct en_group *group)
{
    size_t offset = 0;
    group->frames_count = 0;
    for (uint32_t at = 0; at < group->events_count;) {
        EN_ASSERT(group->frames_count < group->frames_capacity);
        EN_ASSERT(offset + EN_FRAME_SIZE_MAX <= group->bytes_capacity);
        uint32_t taken = 0;
        size_t size = en_frame_encode(log->groups.writer, group->events + at, group->tags + at,
                                      group->events_count - at, group->bytes + offset, &taken);
        group->frames[group->frames_count++] =
            (struct en_sealed_frame){group->events[at].header.seq.n, offset, size};
        offset += size;
        at += taken;
    }
}

/* Now and then the rows of table sources go with the group. No memory: they go with the next. */
static void take_sources(struct en_log *log, struct en_group *group)
{
    struct en_dedupe *dedupe = &log->dedupe;
    group->sources_count = 0;
    bool is_due = log->tail.edge.size - dedupe->written_size >= SOURCES_EVENTS;
    if (is_due && reserve_u32(&group->sources, &group->sources_capacity, dedupe->changed_count + 1,
                              sizeof *group->sources)) {
        group->sources_count = dedupe->changed_count;
        en_dedupe_take_changed(dedupe, group->sources);
        dedupe->written_size = log->tail.edge.size;
    }
}

static void refuse_all(struct en_group *group, en_code code, const struct en_error *why)
{
    for (struct en_group_request *r = group->requests; r != NULL; r = r->next) {
        if (r->code == EN_OK) {
            r->code = en_error_set(r->err, code, "%s", why->text);
            *r->appended = (struct en_appended){.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
        }
    }
}

static void seal(struct en_log *log, struct en_group *group)
{
    struct en_error err;
    group->events_count = 0;
    group->names_count = 0;
    en_code code = log->is_failed ? en_error_set(&err, EN_READ_ONLY,
                                                 "the log is read-only after a failed write")
                                  : reserve_group(log, group, &err);
    if (code != EN_OK) {
        refuse_all(group, code, &err);
        return;
    }
    struct en_instant now = log->clock(log->clock_self);
    group->recorded_at = now.us > log->tail.recorded_at.us ? now : log->tail.recorded_at;
    for (struct en_group_request *r = group->requests; r != NULL; r = r->next) {
        accept_request(log, group, r);
    }
    if (group->events_count > 0) {
        grow_tree(log, group);
        encode_frames(log, group);
        take_sources(log, group);
    }
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
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
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
    seal(log, group);
    bool is_empty = group->events_count == 0;
    if (!is_empty) {
        wait_for_commit(log, &self->wake);
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
            refuse_all(group, code, &err);
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
    return request.code;
}
