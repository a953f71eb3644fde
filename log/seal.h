/* Sealing a group: from drafts to what will be committed. Doubles are dropped, the others get their
 * seq and time, the tree grows by their leaves, frames are encoded. One group at a time, in the
 * order of commits; only memory is changed, and a request that is refused leaves none of it
 * changed. Inside log/. */
#ifndef EN_LOG_SEAL_H
#define EN_LOG_SEAL_H

#include "log/dedupe.h"
#include "log/group.h"

/* A producer's batch on its way; lives on the producer's stack until it is done. */
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
struct en_seal_undo {
    uint32_t source;
    struct en_source_state old;
};

/* Seals the requests of the group. Those that were refused have their code; the others are in the
 * group (events_count 0: all were refused or doubles). */
void en_group_seal(struct en_log *log, struct en_group *group);

/* Gives the code to every request of the group that has none. */
void en_group_refuse(struct en_group *group, en_code code, const struct en_error *why);

void en_group_free(struct en_group *group);

#endif
