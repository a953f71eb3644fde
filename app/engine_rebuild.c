/* The tables as a whole: built anew beside the running ones, compared, switched; a freeze verified
 * by replay. */
#include "app/engine_state.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/attest.h"
#include "projections/tables.h"

void en_engine_difference_text(const struct en_difference *difference, char text[256])
{
    if (!difference->is_found) {
        text[0] = '\0';
        return;
    }
    const char *what = difference->left.size == 0    ? "only the second has it"
                       : difference->right.size == 0 ? "only the first has it"
                                                     : "its contents differ";
    if (difference->table->is_series) {
        char day[EN_DAY_TEXT_SIZE];
        (void)en_day_print((struct en_day){difference->day}, day);
        (void)snprintf(text, 256, "table %s, day %s, series %" PRIu32 ": %s",
                       difference->table->name, day, difference->series, what);
        return;
    }
    int used = snprintf(text, 256, "table %s, key ", difference->table->name);
    for (size_t i = 0; i < difference->key.size && i < 40 && used < 200; i++) {
        used += snprintf(text + used, 256 - (size_t)used, "%02x", difference->key.bytes[i]);
    }
    (void)snprintf(text + used, 256 - (size_t)used, ": %s", what);
}

static en_code compare_stores(struct en_store *running, struct en_store *rebuilt,
                              struct en_rebuild *rebuild, struct en_error *err)
{
    struct en_digest_table tables[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_tables(tables);
    struct en_difference difference;
    en_code code = en_digest_root(running, tables, count, EN_DIGEST_ANEW, &rebuild->running, err);
    if (code == EN_OK) {
        code = en_digest_root(rebuilt, tables, count, EN_DIGEST_ANEW, &rebuild->rebuilt, err);
    }
    rebuild->is_equal = code == EN_OK && en_hash_equal(&rebuild->running, &rebuild->rebuilt);
    if (code == EN_OK && !rebuild->is_equal) {
        code =
            en_difference_find(running, rebuilt, tables, count, EN_DIGEST_ANEW, &difference, err);
        if (code == EN_OK) {
            en_engine_difference_text(&difference, rebuild->where);
        }
    }
    return code;
}

/* A rebuild on its way. */
struct build {
    struct en_engine *engine;
    struct en_generation *generation;
    struct en_runner *runner;
    struct en_progress progress;
    struct en_rebuild *rebuild;
    bool is_switch;
};

/* Both at one seq: nobody folds meanwhile (the caller holds the mutex), then two snapshots. */
static en_code align(struct build *build, struct en_store **running, struct en_store **rebuilt,
                     struct en_error *err)
{
    struct en_engine *engine = build->engine;
    en_code code = en_engine_run_to_end(engine, err);
    build->rebuild->position = en_engine_position(engine);
    if (code == EN_OK && build->rebuild->position > 0) {
        code = en_runner_run(build->runner, build->rebuild->position, err);
    }
    if (code == EN_OK) {
        code = en_store_begin(engine->kv, EN_KV_READ, running, err);
    }
    if (code == EN_OK) {
        code = en_store_begin(en_generation_kv(build->generation), EN_KV_READ, rebuilt, err);
    }
    return code;
}

static en_code compare(struct build *build, struct en_error *err)
{
    struct en_engine *engine = build->engine;
    struct en_store *running = NULL;
    struct en_store *rebuilt = NULL;
    (void)pthread_mutex_lock(&engine->fold_mutex);
    en_code code = align(build, &running, &rebuilt, err);
    (void)pthread_mutex_unlock(&engine->fold_mutex);
    if (code == EN_OK) {
        code = compare_stores(running, rebuilt, build->rebuild, err);
    }
    en_store_abort(running);
    en_store_abort(rebuilt);
    if (code == EN_CORRUPT && build->is_switch) {
        /* Broken tables are what a rebuild is for. */
        (void)snprintf(build->rebuild->where, sizeof build->rebuild->where,
                       "the running tables cannot be read: %.180s", err->text);
        code = EN_OK;
    }
    return code;
}

/* The new generation becomes the one in use. Nobody has a view open (write lock), nobody folds. */
static en_code switch_generation(struct build *build, struct en_error *err)
{
    struct en_engine *engine = build->engine;
    struct en_generation_options options = en_engine_generation_options(engine);
    struct en_generation_seal seal = {.software = EN_VERSION, .digest = build->rebuild->rebuilt};
    uint32_t old = en_generation_number(engine->generation);
    en_code code = en_runner_run(build->runner, 0, err);
    build->rebuild->position = en_runner_position(build->runner);
    en_runner_close(build->runner);
    build->runner = NULL;
    if (code == EN_OK) {
        code = en_generation_seal(&build->generation, &seal, err);
    }
    if (code == EN_OK) {
        code = en_generation_switch(options.dir, build->rebuild->generation, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_runner_close(engine->runner);
    engine->runner = NULL;
    en_generation_close(engine->generation);
    engine->generation = NULL;
    code = en_generation_open(&options, 0, &engine->generation, err);
    EN_ASSERT(code == EN_OK); /* it was open a moment ago; without tables nothing can go on */
    engine->kv = en_generation_kv(engine->generation);
    atomic_store(&engine->position, build->rebuild->position);
    en_code removed = en_generation_remove(options.dir, old, NULL);
    (void)removed; /* an old one that stays costs room, nothing else */
    return EN_OK;
}

static en_code switch_now(struct build *build, struct en_error *err)
{
    struct en_engine *engine = build->engine;
    (void)pthread_rwlock_wrlock(&engine->generation_lock);
    (void)pthread_mutex_lock(&engine->fold_mutex);
    en_code code = switch_generation(build, err);
    (void)pthread_mutex_unlock(&engine->fold_mutex);
    (void)pthread_rwlock_unlock(&engine->generation_lock);
    build->rebuild->is_switched = code == EN_OK;
    return code;
}

/* The long part: beside everything else, under no lock but while the folder is made. */
static en_code begin_build(struct build *build, struct en_error *err)
{
    struct en_engine *engine = build->engine;
    struct en_generation_options options = en_engine_generation_options(engine);
    (void)pthread_mutex_lock(&engine->scratch_mutex);
    en_code code = en_generation_create(&options, &build->generation, err);
    (void)pthread_mutex_unlock(&engine->scratch_mutex);
    if (code != EN_OK) {
        return code;
    }
    build->rebuild->generation = en_generation_number(build->generation);
    struct en_runner_options runner_options = {.log = engine->log,
                                               .kv = en_generation_kv(build->generation),
                                               .progress = en_engine_replay_progress,
                                               .progress_self = &build->progress};
    code = en_runner_open(&runner_options, &build->runner, err);
    return code == EN_OK ? en_runner_run(build->runner, 0, err) : code;
}

en_code en_engine_rebuild(struct en_engine *engine, bool is_switch, struct en_io *io,
                          struct en_rebuild *rebuild, struct en_error *err)
{
    struct build build = {.engine = engine, .rebuild = rebuild, .is_switch = is_switch};
    *rebuild = (struct en_rebuild){.is_switched = false};
    en_progress_begin(&build.progress, io, "rebuild", "events");
    en_code code = begin_build(&build, err);
    if (code == EN_OK) {
        code = compare(&build, err);
    }
    if (code == EN_OK && is_switch) {
        code = switch_now(&build, err);
    }
    en_progress_end(&build.progress);
    en_runner_close(build.runner);
    if (build.generation != NULL) {
        en_engine_drop_generation(engine, build.generation);
    }
    return code;
}

en_code en_engine_state(struct en_engine *engine, struct en_io *io, struct en_engine_state *state,
                        struct en_error *err)
{
    struct en_digest_table tables[EN_DIGEST_TABLES_MAX];
    uint32_t numbers[EN_GENERATIONS_MAX];
    struct en_generation_seal seal;
    struct en_view view;
    *state = (struct en_engine_state){.generation = en_generation_number(engine->generation)};
    en_code code = en_engine_view_open(engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    state->position = view.position;
    state->log_size = en_log_size(engine->log);
    code = en_generation_list(engine->dir->path, numbers, &state->generations_count, err);
    if (code == EN_OK && en_generation_read_seal(engine->generation, &seal, NULL) == EN_OK) {
        state->sealed_position = seal.position;
        memcpy(state->software, seal.software, sizeof state->software);
    }
    if (code == EN_OK) {
        code = en_digest_root(view.store, tables, en_digest_tables(tables), EN_DIGEST_KEPT,
                              &state->digest, err);
    }
    en_engine_view_close(engine, &view);
    return code;
}

static bool on_verify_progress(void *self, uint64_t position, uint64_t to)
{
    return en_progress_update(self, position, to);
}

en_code en_engine_verify_freeze(struct en_engine *engine, uint32_t freeze, uint32_t run,
                                struct en_io *io, struct en_verify_verdict *verdict,
                                struct en_error *err)
{
    char rows_path[EN_PATH_SIZE];
    char scratch_path[EN_PATH_SIZE];
    struct en_progress progress;
    en_code code = en_frozen_rows_path(engine->dir, freeze, run, rows_path, err);
    if (code == EN_OK) {
        code = en_data_dir_path(engine->dir, "run", scratch_path, err);
    }
    if (code == EN_OK) {
        code = en_engine_catch_up(engine, io, err);
    }
    if (code != EN_OK) {
        return code;
    }
    (void)pthread_rwlock_rdlock(&engine->generation_lock);
    en_progress_begin(&progress, io, "replay", "events");
    struct en_verify_options options = {.log = engine->log,
                                        .kv = engine->kv,
                                        .freeze = freeze,
                                        .run = run,
                                        .dir = scratch_path,
                                        .rows_path = rows_path,
                                        .progress = on_verify_progress,
                                        .progress_self = &progress};
    code = en_freeze_verify(&options, verdict, err);
    en_progress_end(&progress);
    (void)pthread_rwlock_unlock(&engine->generation_lock);
    return code;
}

en_code en_engine_tidy_readers(struct en_engine *engine, struct en_error *err)
{
    struct en_kv_readers readers;
    (void)pthread_rwlock_rdlock(&engine->generation_lock);
    en_code code = en_kv_readers(engine->kv, &readers, err);
    (void)pthread_rwlock_unlock(&engine->generation_lock);
    return code == EN_OK ? en_log_tend(engine->log, NULL, err) : code;
}
