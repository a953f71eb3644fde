/* What an open log is made of; the files of log/ share it, nobody outside does.
 *
 * Who may touch what: `mutex` guards the fields that say so. `kv` and `tables` are set at open. The
 * dedupe and the `tail` belong to the one thread that seals (group.h), or to open and close. */
#ifndef EN_LOG_STATE_H
#define EN_LOG_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/kv.h"
#include "log/checkpoint.h"
#include "log/dedupe.h"
#include "log/group.h"
#include "log/log.h"
#include "log/merkle.h"
#include "log/names.h"
#include "log/tables.h"

/* The end of the log as sealed: what the next event follows. */
struct en_log_tail {
    struct en_merkle_edge edge;
    struct en_instant recorded_at; /* of the last event */
};

struct en_log {
    struct en_kv *kv;
    bool owns_kv;
    struct en_log_tables tables;
    char dir[4096];
    char origin[EN_ORIGIN_SIZE_MAX + 1];
    bool is_read_only;
    struct en_instant (*clock)(void *clock_self);
    void *clock_self;

    pthread_mutex_t mutex;
    pthread_cond_t grown;         /* the log is longer than before */
    uint32_t waiters_count;       /* mutex */
    struct en_log_tail committed; /* mutex */
    _Atomic uint64_t size;        /* of the committed log */
    _Atomic bool is_failed;       /* a commit failed: no more appends (L6) */

    struct en_log_timings timings;

    pthread_mutex_t signing; /* one checkpoint is made at a time */
    struct en_log_tail tail;
    struct en_dedupe dedupe;
    struct en_names names;
    struct en_groups groups;
};

/* Opens without looking at roots and checkpoints: for those who look at everything (audit). */
en_code en_log_open_unchecked(const struct en_log_options *options, struct en_log **log,
                              struct en_error *err) EN_MUST_CHECK;

#endif
