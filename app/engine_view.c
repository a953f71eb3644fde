/* Snapshots of the tables: as they are, and as of an earlier event by replay. A replay stops
 * nobody: it has a lock of its own, so one question about the past waits for another, and nothing
 * else does. */
#include "app/engine_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static void drop_scratch(struct en_engine *engine, struct en_engine_scratch *scratch)
{
    en_engine_drop_generation(engine, scratch->generation);
    scratch->generation = NULL;
}

void en_engine_drop_scratches(struct en_engine *engine)
{
    for (size_t i = 0; i < EN_ENGINE_SCRATCHES_MAX; i++) {
        EN_ASSERT(atomic_load(&engine->scratches[i].users) == 0);
        if (engine->scratches[i].generation != NULL) {
            drop_scratch(engine, &engine->scratches[i]);
        }
    }
}

/* "SEQ" or a time, as the number of events to include. */
static en_code parse_as_of(struct en_engine *engine, const char *as_of, uint64_t *position,
                           struct en_error *err)
{
    uint64_t size = en_log_size(engine->log);
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(as_of, &end, 10);
    bool is_number = as_of[0] >= '0' && as_of[0] <= '9' && *end == '\0' && errno == 0;
    if (is_number && number >= size) {
        return en_error_set(err, EN_RANGE, "the log ends before event %llu: it has %" PRIu64,
                            number, size);
    }
    if (is_number) {
        *position = number + 1;
        return EN_OK;
    }
    struct en_instant at;
    struct en_seq seq;
    en_code code = en_instant_parse(en_slice_text(as_of), 0, &at, err);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "--as-of is the number of an event or a time");
        return err == NULL ? EN_USAGE : (err->code = EN_USAGE);
    }
    code = en_log_seq_at(engine->log, at, &seq, err);
    *position = code == EN_OK ? seq.n + 1 : 0;
    return code == EN_NOT_FOUND ? EN_OK : code; /* before the first event: nothing was known */
}

static struct en_engine_scratch *find_scratch(struct en_engine *engine, uint64_t position)
{
    for (size_t i = 0; i < EN_ENGINE_SCRATCHES_MAX; i++) {
        struct en_engine_scratch *scratch = &engine->scratches[i];
        if (scratch->generation != NULL && scratch->position == position) {
            return scratch;
        }
    }
    return NULL;
}

/* A free place, or that of the scratch that nobody uses and that was asked for longest ago. */
static struct en_engine_scratch *free_scratch(struct en_engine *engine)
{
    struct en_engine_scratch *oldest = NULL;
    for (size_t i = 0; i < EN_ENGINE_SCRATCHES_MAX; i++) {
        struct en_engine_scratch *scratch = &engine->scratches[i];
        if (scratch->generation == NULL) {
            return scratch;
        }
        if (atomic_load(&scratch->users) == 0 && (oldest == NULL || scratch->used < oldest->used)) {
            oldest = scratch;
        }
    }
    if (oldest != NULL) {
        drop_scratch(engine, oldest);
    }
    return oldest;
}

static en_code build_scratch(struct en_engine *engine, struct en_engine_scratch *scratch,
                             uint64_t position, struct en_progress *progress, struct en_error *err)
{
    struct en_generation_options generation_of = en_engine_generation_options(engine);
    struct en_runner *runner = NULL;
    en_code code = en_generation_create(&generation_of, &scratch->generation, err);
    if (code != EN_OK) {
        scratch->generation = NULL;
        return code;
    }
    scratch->position = position;
    struct en_runner_options options = {.log = engine->log,
                                        .kv = en_generation_kv(scratch->generation),
                                        .progress = en_engine_replay_progress,
                                        .progress_self = progress};
    code = en_runner_open(&options, &runner, err);
    if (code == EN_OK && position > 0) { /* 0 would mean the whole log */
        code = en_runner_run(runner, position, err);
    }
    en_runner_close(runner);
    if (code != EN_OK) {
        drop_scratch(engine, scratch);
        (void)en_error_wrap(err, "replay up to %" PRIu64, position);
    }
    return code;
}

static en_code take_scratch(struct en_engine *engine, uint64_t position,
                            struct en_progress *progress, struct en_engine_scratch **taken,
                            struct en_error *err)
{
    struct en_engine_scratch *scratch = find_scratch(engine, position);
    if (scratch == NULL) {
        scratch = free_scratch(engine);
        if (scratch == NULL) {
            return en_error_set(err, EN_BUSY, "too many questions about the past at once");
        }
        en_code code = build_scratch(engine, scratch, position, progress, err);
        if (code != EN_OK) {
            return code;
        }
    }
    atomic_fetch_add(&scratch->users, 1);
    scratch->used = ++engine->scratch_uses;
    *taken = scratch;
    return EN_OK;
}

static en_code open_scratch_view(struct en_engine *engine, uint64_t position, struct en_io *io,
                                 struct en_view *view, struct en_error *err)
{
    struct en_progress progress;
    if (io != NULL) {
        en_progress_begin(&progress, io, "replay", "events");
    }
    (void)pthread_mutex_lock(&engine->scratch_mutex);
    en_code code =
        take_scratch(engine, position, io == NULL ? NULL : &progress, &view->scratch, err);
    (void)pthread_mutex_unlock(&engine->scratch_mutex);
    if (io != NULL) {
        en_progress_end(&progress);
    }
    if (code == EN_OK) {
        code = en_store_begin(en_generation_kv(view->scratch->generation), EN_KV_READ, &view->store,
                              err);
        view->is_as_of = true;
        view->position = position;
    }
    return code;
}

en_code en_engine_view_open(struct en_engine *engine, const char *as_of, struct en_io *io,
                            struct en_view *view, struct en_error *err)
{
    *view = (struct en_view){.store = NULL};
    uint64_t position = 0;
    en_code code = as_of == NULL ? EN_OK : parse_as_of(engine, as_of, &position, err);
    if (code == EN_OK && as_of != NULL) {
        code = open_scratch_view(engine, position, io, view, err);
    } else if (code == EN_OK) {
        code = en_engine_catch_up(engine, io, err);
        if (code == EN_OK) {
            (void)pthread_rwlock_rdlock(&engine->generation_lock);
            view->is_locked = true;
            code = en_store_begin(engine->kv, EN_KV_READ, &view->store, err);
        }
        view->position = code == EN_OK ? en_store_position(view->store) : 0;
    }
    if (code != EN_OK) {
        en_engine_view_close(engine, view);
    }
    return code;
}

void en_engine_view_close(struct en_engine *engine, struct en_view *view)
{
    en_store_abort(view->store);
    view->store = NULL;
    if (view->is_locked) {
        (void)pthread_rwlock_unlock(&engine->generation_lock);
        view->is_locked = false;
    }
    if (view->scratch != NULL) {
        atomic_fetch_sub(&view->scratch->users, 1);
        view->scratch = NULL;
    }
}
