/* Group commit: producers that append at the same time share one durable commit (L1).
 *
 *   producer --> queue --> [ sealing ] --> [ committing ] --> all producers of the group return
 *
 * There is no thread of its own. A producer puts its request into the queue; if nobody seals, it
 * becomes the leader of everything in the queue: it *seals* the group (drops doubles, gives seqs
 * and time, hashes leaves, grows the tree, encodes frames) and then *commits* it. One group is
 * sealed while the one before it is committed, so two are in flight; commits keep their order. A
 * small queue waits for the commit under way (it would only make more, smaller commits); a lone
 * event finds both stages free and waits for nobody.
 *
 * States of a request: queued -> (leading | following) -> done. Transitions: en_group_append queues
 * and waits; lead_next hands the queue to its first request; finish marks done and wakes.
 *
 * A commit that fails ends the log's life as writer: it, whatever is sealed behind it, and
 * everything later is refused (L6). Failures before that (no memory, a bad draft) hit their own
 * request only. */
#ifndef EN_LOG_GROUP_H
#define EN_LOG_GROUP_H

#include <semaphore.h>

#include "core/sink.h"
#include "log/frame.h"
#include "log/merkle.h"

struct en_log;
struct en_group_request;
struct en_source_row;
struct en_seal_undo;

struct en_sealed_frame {
    uint64_t first;
    size_t offset; /* in bytes */
    size_t size;
};

/* One group and the memory that it works in; the memory is kept for the next. */
struct en_group {
    struct en_event *events; /* payloads are the producers' */
    uint32_t events_count;
    size_t events_capacity;
    uint16_t *tags; /* of the events */
    size_t tags_capacity;
    uint32_t names_count; /* name.assigned among them */
    struct en_span *spans;
    uint32_t spans_count;
    size_t spans_capacity;
    struct en_sealed_frame *frames;
    uint32_t frames_count;
    size_t frames_capacity;
    uint8_t *bytes; /* of all frames */
    size_t bytes_capacity;
    struct en_source_row *sources; /* rows to write with it, none mostly */
    uint32_t sources_count;
    size_t sources_capacity;
    struct en_merkle_edge edge; /* of the log behind it */
    struct en_instant recorded_at;
    struct en_group_request *requests;
};

struct en_groups {
    /* All under the log's mutex but the inside of groups. */
    struct en_group_request *queue_first;
    struct en_group_request *queue_last;
    uint64_t queue_size;         /* payload bytes and a share for headers */
    bool is_sealing;             /* or promised to a request that was woken */
    struct en_group *committing; /* NULL: none */
    sem_t *commit_waiter;        /* the sealer, when the commit stage is what it waits for */
    struct en_group groups[2];
    struct en_frame_writer *writer;
    struct en_seal_undo *undos; /* of the request being sealed */
    size_t undos_capacity;
};

/* Codes: EN_NOMEM. */
en_code en_groups_init(struct en_groups *groups, struct en_error *err) EN_MUST_CHECK;
/* Nobody may be appending. */
void en_groups_fini(struct en_groups *groups);

/* For the sealer only: returns when the group in front is committed; none can begin meanwhile. wake
 * is the sealer's own. */
void en_group_wait(struct en_log *log, sem_t *wake);

typedef enum en_group_mode {
    EN_GROUP_DRAFTS,   /* from edges: name.assigned is refused, the time is now */
    EN_GROUP_NAMES,    /* from names.h */
    EN_GROUP_RECORDED, /* a copy of another log: recorded_at as it was, names among the rest */
} en_group_mode;

/* As the sink's append. */
en_code en_group_append(struct en_log *log, const struct en_batch *batch, en_group_mode mode,
                        struct en_appended *appended, struct en_seq *seqs,
                        struct en_error *err) EN_MUST_CHECK;

#endif
