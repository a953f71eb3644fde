#include "app/engine_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/attest.h"
#include "app/fault.h"
#include "core/kv.h"
#include "core/mem.h"
#include "core/sign.h"
#include "log/cursor.h"
#include "log/proof.h"
#include "projections/tables.h"

#define KEY_TEXT_SIZE_MAX 1024u
#define NOTE_SIZE_MAX 65536u
#if defined(__SANITIZE_THREAD__) /* leaves a program little address space */
#define MAP_SIZE_MAX (UINT64_C(1) << 36)
#else
#define MAP_SIZE_MAX (UINT64_C(1) << 40) /* address space, not disk: 1 TiB */
#endif

const struct en_data_dir *en_engine_dir(const struct en_engine *engine)
{
    return engine->dir;
}

struct en_log *en_engine_log(struct en_engine *engine)
{
    return engine->log;
}

struct en_sink en_engine_sink(struct en_engine *engine)
{
    return en_log_sink(engine->log);
}

struct en_instant en_engine_now(struct en_engine *engine)
{
    if (engine->clock != NULL) {
        return engine->clock(engine->clock_self);
    }
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (struct en_instant){(int64_t)now.tv_sec * EN_SECOND_US + now.tv_nsec / 1000};
}

uint64_t en_engine_position(struct en_engine *engine)
{
    return atomic_load(&engine->position);
}

/* ---- folding ---- */

static bool on_progress(void *self, uint64_t position, uint64_t to)
{
    struct en_engine *engine = self;
    atomic_store(&engine->position, position);
    return engine->progress != NULL && en_progress_update(engine->progress, position, to);
}

/* Of a replay beside the running tables: self is its own progress, or NULL. */
bool en_engine_replay_progress(void *self, uint64_t position, uint64_t to)
{
    return self != NULL && en_progress_update(self, position, to);
}

/* A runner that failed is broken: the next who asks gets a new one. */
en_code en_engine_run_to_end(struct en_engine *engine, struct en_error *err)
{
    en_code code = EN_OK;
    if (engine->runner == NULL) {
        struct en_runner_options options = {
            .log = engine->log, .kv = engine->kv, .progress = on_progress, .progress_self = engine};
        code = en_runner_open(&options, &engine->runner, err);
    }
    if (code == EN_OK) {
        code = en_runner_run(engine->runner, 0, err);
    }
    if (engine->runner != NULL) {
        atomic_store(&engine->position, en_runner_position(engine->runner));
    }
    if (code != EN_OK) {
        en_runner_close(engine->runner);
        engine->runner = NULL;
        (void)en_error_wrap(err, "calculating");
    }
    return code;
}

en_code en_engine_catch_up(struct en_engine *engine, struct en_io *io, struct en_error *err)
{
    struct en_progress progress;
    (void)pthread_mutex_lock(&engine->fold_mutex);
    if (io != NULL) {
        en_progress_begin(&progress, io, "calculating", "events");
        engine->progress = &progress;
    }
    en_code code = en_engine_run_to_end(engine, err);
    engine->progress = NULL;
    if (io != NULL) {
        en_progress_end(&progress);
    }
    (void)pthread_mutex_unlock(&engine->fold_mutex);
    return code;
}

/* ---- signing ---- */

en_code en_engine_checkpoint(struct en_engine *engine, struct en_buf *note, struct en_error *err)
{
    struct en_buf own;
    en_buf_init(&own, NOTE_SIZE_MAX);
    (void)pthread_mutex_lock(&engine->sign_mutex);
    uint64_t size = en_log_size(engine->log);
    en_code code =
        en_log_checkpoint(engine->log, en_buf_slice(&engine->key), note == NULL ? &own : note, err);
    if (code == EN_OK) {
        engine->signed_size = size;
        engine->signed_at = en_engine_now(engine);
    }
    (void)pthread_mutex_unlock(&engine->sign_mutex);
    en_buf_fini(&own);
    return code;
}

en_code en_engine_prove(struct en_engine *engine, struct en_seq seq, struct en_buf *out,
                        struct en_error *err)
{
    size_t size = out->size;
    en_code code = en_proof_make(engine->log, seq, out, err);
    if (code == EN_CONFLICT) {
        out->size = size;
        code = en_engine_checkpoint(engine, NULL, err);
        code = code == EN_OK ? en_proof_make(engine->log, seq, out, err) : code;
    }
    return code;
}

void en_engine_signed(struct en_engine *engine, uint64_t *size, struct en_instant *at)
{
    (void)pthread_mutex_lock(&engine->sign_mutex);
    *size = engine->signed_size;
    *at = engine->signed_at;
    (void)pthread_mutex_unlock(&engine->sign_mutex);
}

/* ---- open and close ---- */

struct en_generation_options en_engine_generation_options(const struct en_engine *engine)
{
    return (struct en_generation_options){.dir = engine->dir->path, .size_max = MAP_SIZE_MAX};
}

/* The first generation of a data directory: empty, sealed, in use. */
static en_code make_generation(struct en_engine *engine, struct en_error *err)
{
    struct en_generation_options options = en_engine_generation_options(engine);
    struct en_generation_seal seal = {.software = EN_VERSION};
    struct en_generation *generation = NULL;
    en_code code = en_generation_create(&options, &generation, err);
    if (code != EN_OK) {
        return code;
    }
    uint32_t number = en_generation_number(generation);
    code = en_generation_seal(&generation, &seal, err);
    return code == EN_OK ? en_generation_switch(options.dir, number, err) : code;
}

static en_code open_generation(struct en_engine *engine, struct en_error *err)
{
    struct en_generation_options options = en_engine_generation_options(engine);
    en_code code = en_generation_tidy(options.dir, NULL, err);
    if (code == EN_OK) {
        code = en_generation_open(&options, 0, &engine->generation, err);
    }
    if (code == EN_NOT_FOUND) {
        code = make_generation(engine, err);
        if (code == EN_OK) {
            code = en_generation_open(&options, 0, &engine->generation, err);
        }
    }
    if (code == EN_OK) {
        engine->kv = en_generation_kv(engine->generation);
    }
    return code;
}

static en_code make_key(const struct en_data_dir *dir, const char *origin, struct en_error *err)
{
    struct en_sign_private key;
    struct en_buf text;
    en_buf_init(&text, KEY_TEXT_SIZE_MAX);
    en_code code = en_sign_generate(origin, &key, err);
    if (code == EN_OK) {
        en_sign_public_print(&key.public, &text);
        en_buf_u8(&text, '\n');
        code = en_data_dir_write(dir, "keys/log.pub", 0644, en_buf_slice(&text), err);
    }
    if (code == EN_OK) {
        en_buf_reset(&text);
        en_sign_private_print(&key, &text);
        en_buf_u8(&text, '\n');
        code = en_data_dir_write(dir, "keys/log.key", 0600, en_buf_slice(&text), err);
    }
    en_sign_private_wipe(&key);
    explicit_bzero(text.bytes, text.size);
    en_buf_fini(&text);
    return code;
}

static en_code open_log(struct en_engine *engine, const struct en_engine_options *options,
                        struct en_error *err)
{
    char path[EN_PATH_SIZE];
    en_code code = en_data_dir_path(engine->dir, "log", path, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_log_options log_options = {.dir = path,
                                         .is_create = options->is_new,
                                         .origin = options->origin,
                                         .clock = options->clock,
                                         .clock_self = options->clock_self};
    return en_log_open(&log_options, &engine->log, err);
}

/* How far the log is signed already. */
static void load_signed(struct en_engine *engine)
{
    struct en_buf note;
    en_buf_init(&note, NOTE_SIZE_MAX);
    if (en_log_newest_checkpoint(engine->log, &note, &engine->signed_size, NULL) != EN_OK) {
        engine->signed_size = 0;
    }
    en_buf_fini(&note);
}

static en_code open_parts(struct en_engine *engine, const struct en_engine_options *options,
                          struct en_error *err)
{
    en_code code = options->is_new ? make_key(engine->dir, options->origin, err) : EN_OK;
    if (code == EN_OK) {
        code = en_data_dir_read(engine->dir, "keys/log.key", &engine->key, err);
    }
    if (code == EN_OK) {
        code = open_log(engine, options, err);
    }
    if (code == EN_OK) {
        load_signed(engine);
        code = open_generation(engine, err);
    }
    return code;
}

en_code en_engine_open(const struct en_engine_options *options, struct en_engine **engine,
                       struct en_error *err)
{
    EN_ASSERT(options->dir->lock_fd >= 0);
    en_fault_watch();
    struct en_engine *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the engine");
    }
    opened->dir = options->dir;
    opened->clock = options->clock;
    opened->clock_self = options->clock_self;
    (void)pthread_rwlock_init(&opened->generation_lock, NULL);
    (void)pthread_mutex_init(&opened->fold_mutex, NULL);
    (void)pthread_mutex_init(&opened->scratch_mutex, NULL);
    (void)pthread_mutex_init(&opened->sign_mutex, NULL);
    en_buf_init(&opened->key, KEY_TEXT_SIZE_MAX);
    en_code code = open_parts(opened, options, err);
    if (code != EN_OK) {
        en_engine_close(opened);
        return code;
    }
    *engine = opened;
    return EN_OK;
}

void en_engine_drop_generation(struct en_engine *engine, struct en_generation *generation)
{
    uint32_t number = en_generation_number(generation);
    en_generation_close(generation);
    /* What cannot be removed now is tidied at the next start: it is marked as building. */
    en_code code = en_generation_remove(engine->dir->path, number, NULL);
    (void)code;
}

static bool is_unsigned(struct en_engine *engine)
{
    return engine->log != NULL && en_log_size(engine->log) > engine->signed_size;
}

void en_engine_close(struct en_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    en_runner_close(engine->runner);
    en_engine_drop_scratches(engine);
    if (is_unsigned(engine)) {
        /* A head that cannot be signed now is signed at the next start. */
        en_code code = en_engine_checkpoint(engine, NULL, NULL);
        (void)code;
    }
    en_generation_close(engine->generation);
    en_log_close(engine->log);
    if (engine->key.bytes != NULL) {
        explicit_bzero(engine->key.bytes, engine->key.size);
    }
    en_buf_fini(&engine->key);
    (void)pthread_rwlock_destroy(&engine->generation_lock);
    (void)pthread_mutex_destroy(&engine->fold_mutex);
    (void)pthread_mutex_destroy(&engine->scratch_mutex);
    (void)pthread_mutex_destroy(&engine->sign_mutex);
    en_mem_free(engine);
}

/* ---- names ---- */

en_code en_engine_name(struct en_engine *engine, en_name_type type, const char *key, uint32_t *id,
                       struct en_error *err)
{
    struct en_sink sink = en_log_sink(engine->log);
    struct en_slice text = en_slice_text(key);
    return sink.name(sink.self, type, &text, 1, id, err);
}

en_code en_engine_find(struct en_engine *engine, en_name_type type, const char *key, uint32_t *id,
                       struct en_error *err)
{
    struct en_sink sink = en_log_sink(engine->log);
    struct en_slice text = en_slice_text(key);
    en_code code = sink.find(sink.self, type, &text, 1, id, err);
    if (code == EN_OK && *id == 0) {
        code = en_error_set(err, EN_NOT_FOUND, "there is no %s \"%.128s\"", en_name_type_text(type),
                            key);
    }
    return code;
}

en_code en_engine_actor(struct en_engine *engine, uint32_t *actor, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    char room[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    uid_t user = geteuid();
    (void)getpwuid_r(user, &entry, room, sizeof room, &found);
    if (found != NULL) {
        (void)snprintf(key, sizeof key, "user:%.200s", found->pw_name);
    } else {
        (void)snprintf(key, sizeof key, "uid:%lu", (unsigned long)user);
    }
    return en_engine_name(engine, EN_NAME_ACTOR, key, actor, err);
}

en_code en_engine_program_hash(struct en_hash *hash, struct en_error *err)
{
    static const char path[] = "/proc/self/exe";
    uint8_t block[65536];
    struct en_hash_stream stream;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return en_errno_error(errno, "cannot open", path, err);
    }
    en_hash_begin(&stream);
    ssize_t size = read(fd, block, sizeof block);
    while (size > 0) {
        en_hash_add(&stream, en_slice_of(block, (size_t)size));
        size = read(fd, block, sizeof block);
    }
    int failed = errno;
    (void)close(fd);
    *hash = en_hash_end(&stream);
    return size == 0 ? EN_OK : en_errno_error(failed, "cannot read", path, err);
}

struct en_instant en_engine_last_at(struct en_engine *engine)
{
    struct en_event event;
    struct en_buf payload;
    uint64_t size = en_log_size(engine->log);
    struct en_instant at = {0};
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    if (size > 0 &&
        en_log_get(engine->log, (struct en_seq){size - 1}, &event, &payload, NULL) == EN_OK) {
        at = event.header.recorded_at;
    }
    en_buf_fini(&payload);
    return at;
}

/* ---- commands ---- */

/* The verdict on the events from first on: the first refusal, if there is one. */
static en_code verdict_of(struct en_engine *engine, struct en_seq first, struct en_seq last,
                          struct en_error *err)
{
    struct en_store *store = NULL;
    (void)pthread_rwlock_rdlock(&engine->generation_lock);
    en_code code = en_store_begin(engine->kv, EN_KV_READ, &store, err);
    if (code != EN_OK) {
        (void)pthread_rwlock_unlock(&engine->generation_lock);
        return code;
    }
    struct en_table_scan scan;
    struct en_outcome_row row = {.seq = first.n};
    code = en_table_scan_begin(store, &en_table_outcome, &row, 0, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
    }
    if (code == EN_OK && row.seq <= last.n) {
        code = en_error_set(err, (en_code)row.code, "%.*s", (int)row.text.size,
                            (const char *)row.text.bytes);
    } else if (code == EN_NOT_FOUND || code == EN_OK) {
        code = EN_OK;
    }
    en_table_scan_end(&scan);
    en_store_abort(store);
    (void)pthread_rwlock_unlock(&engine->generation_lock);
    return code;
}

en_code en_engine_submit(struct en_engine *engine, const struct en_batch *batch,
                         struct en_seq *seqs, struct en_io *io, struct en_error *err)
{
    struct en_sink sink = en_log_sink(engine->log);
    struct en_appended appended;
    en_code code = sink.append(sink.self, batch, &appended, seqs, err);
    if (code == EN_OK) {
        code = en_engine_catch_up(engine, io, err);
    }
    if (code == EN_OK && appended.new_count > 0) {
        code = verdict_of(engine, appended.first, appended.last, err);
    }
    return code;
}
