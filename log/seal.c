#include "log/seal.h"

#include <inttypes.h>

#include "core/mem.h"
#include "log/state.h"
#include "log/tree.h"

/* Rows of table sources are written after this many events: what open reads again is short. */
#define SOURCES_EVENTS 65536u
/* What an event may take beside its payload in the worst frame. */
#define EVENT_SHARE (EN_FRAME_COLUMNS_COUNT * 8u)
#define FRAME_SHARE (EN_FRAME_HEAD_SIZE + EN_FRAME_COLUMNS_COUNT * EN_COLUMN_SIZE_MAX(1))

void en_group_free(struct en_group *group)
{
    en_mem_free(group->events);
    en_mem_free(group->tags);
    en_mem_free(group->spans);
    en_mem_free(group->frames);
    en_mem_free(group->bytes);
    en_mem_free(group->sources);
}

/* The array with room for count items; what is in it may be lost: groups are filled anew. Without
 * memory the array stays and *is_ok becomes false. */
static void *grown(void *array, size_t *capacity, size_t count, size_t item_size, bool *is_ok)
{
    if (count <= *capacity) {
        return array;
    }
    size_t wanted = *capacity * 2 > count ? *capacity * 2 : count;
    void *made = en_mem_resize(array, wanted * item_size);
    if (made == NULL) {
        *is_ok = false;
        return array;
    }
    *capacity = wanted;
    return made;
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
    bool is_ok = true;
    group->events =
        grown(group->events, &group->events_capacity, events, sizeof *group->events, &is_ok);
    group->tags = grown(group->tags, &group->tags_capacity, events, sizeof *group->tags, &is_ok);
    group->spans = grown(group->spans, &group->spans_capacity, EN_SPANS_MAX(events),
                         sizeof *group->spans, &is_ok);
    group->frames =
        grown(group->frames, &group->frames_capacity, events, sizeof *group->frames, &is_ok);
    group->bytes =
        grown(group->bytes, &group->bytes_capacity,
              size + events * (EVENT_SHARE + FRAME_SHARE) + EN_FRAME_SIZE_MAX, 1, &is_ok);
    groups->undos =
        grown(groups->undos, &groups->undos_capacity, batch_max, sizeof *groups->undos, &is_ok);
    if (!is_ok) {
        return en_error_set(err, EN_NOMEM, "no memory for a group of %zu events", events);
    }
    return en_dedupe_reserve(&log->dedupe, source_max, err);
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
    en_group_wait(log, &group->requests->wake);
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
        struct en_seal_undo *undos = log->groups.undos;
        if (*undos_count == 0 || undos[*undos_count - 1].source != header->source) {
            undos[(*undos_count)++] = (struct en_seal_undo){header->source, *known};
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
        const struct en_seal_undo *undo = &log->groups.undos[--undos_count];
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
    if (log->tail.edge.size - dedupe->written_size < SOURCES_EVENTS) {
        return;
    }
    bool is_ok = true;
    group->sources = grown(group->sources, &group->sources_capacity, dedupe->changed_count + 1,
                           sizeof *group->sources, &is_ok);
    if (is_ok) {
        group->sources_count = dedupe->changed_count;
        en_dedupe_take_changed(dedupe, group->sources);
        dedupe->written_size = log->tail.edge.size;
    }
}

void en_group_refuse(struct en_group *group, en_code code, const struct en_error *why)
{
    for (struct en_group_request *r = group->requests; r != NULL; r = r->next) {
        if (r->code == EN_OK) {
            r->code = en_error_set(r->err, code, "%s", why->text);
            *r->appended = (struct en_appended){.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
        }
    }
}

void en_group_seal(struct en_log *log, struct en_group *group)
{
    struct en_error err;
    group->events_count = 0;
    group->names_count = 0;
    en_code code = log->is_failed ? en_error_set(&err, EN_READ_ONLY,
                                                 "the log is read-only after a failed write")
                                  : reserve_group(log, group, &err);
    if (code != EN_OK) {
        en_group_refuse(group, code, &err);
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
