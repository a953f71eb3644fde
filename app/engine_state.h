/* The inside of the engine, for the files that make it up: engine.c (parts, folding, signing,
 * names, commands), engine_view.c (snapshots now and as of the past), engine_rebuild.c
 * (generations), engine_suppose.c (what would follow).
 *
 * Locks, in the order in which they are taken: scratch_mutex, generation_lock, fold_mutex,
 * sign_mutex. Whoever looks at tables (generation_lock, to read) may fold meanwhile. */
#ifndef EN_APP_ENGINE_STATE_H
#define EN_APP_ENGINE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/engine.h"
#include "processors/runner.h"
#include "projections/generation.h"

#define EN_ENGINE_SCRATCHES_MAX 4u

/* A generation as of an earlier seq, built by replay; goes when the engine closes. */
struct en_engine_scratch {
    struct en_generation *generation; /* NULL: the place is free */
    uint64_t position;
    _Atomic uint32_t users;
    uint64_t used;
};

struct en_engine {
    const struct en_data_dir *dir;
    struct en_log *log;
    pthread_rwlock_t generation_lock; /* read while a view is open, write to switch */
    struct en_generation *generation;
    struct en_kv *kv;  /* of the generation */
    struct en_buf key; /* private, C2SP text: wiped at close */
    struct en_instant (*clock)(void *clock_self);
    void *clock_self;

    pthread_mutex_t fold_mutex; /* guards the runner and its progress */
    struct en_runner *runner;
    struct en_progress *progress;
    _Atomic uint64_t position;

    pthread_mutex_t scratch_mutex; /* guards what follows */
    struct en_engine_scratch scratches[EN_ENGINE_SCRATCHES_MAX];
    uint64_t scratch_uses;

    pthread_mutex_t sign_mutex; /* guards what follows */
    uint64_t signed_size;
    struct en_instant signed_at;
};

struct en_generation_options en_engine_generation_options(const struct en_engine *engine);

/* Brings the running tables up to the end of the log; the caller holds fold_mutex. */
en_code en_engine_run_to_end(struct en_engine *engine, struct en_error *err) EN_MUST_CHECK;

/* The progress of a replay beside the running tables: self is an en_progress, or NULL. */
bool en_engine_replay_progress(void *self, uint64_t position, uint64_t to);

/* Removes a generation that is still building, and closes it. */
void en_engine_drop_generation(struct en_engine *engine, struct en_generation *generation);

/* Removes every scratch; nobody uses one any more. */
void en_engine_drop_scratches(struct en_engine *engine);

#endif
