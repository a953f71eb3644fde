#include "app/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
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
#include "processors/runner.h"
#include "projections/generation.h"
#include "projections/tables.h"

#define SCRATCHES_MAX 4u
#define KEY_TEXT_SIZE_MAX 1024u
#define NOTE_SIZE_MAX 65536u
#if defined(__SANITIZE_THREAD__) /* leaves a program little address space */
#define MAP_SIZE_MAX (UINT64_C(1) << 36)
#else
#define MAP_SIZE_MAX (UINT64_C(1) << 40) /* address space, not disk: 1 TiB */
#endif

/* A generation as of an earlier seq, built by replay; goes when the engine closes. */
struct en_engine_scratch {
    struct en_generation *generation; /* NULL: the place is free */
    uint64_t position;
    uint32_t users;
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

    pthread_mutex_t fold_mutex; /* guards the runner and the scratches */
    struct en_runner *runner;
    struct en_progress *progress;
    _Atomic uint64_t position;
    struct en_engine_scratch scratches[SCRATCHES_MAX];
    uint64_t scratch_uses;

    pthread_mutex_t sign_mutex; /* guards what follows */
    uint64_t signed_size;
    struct en_instant signed_at;
};

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

static bool on_scratch_progress(void *self, uint64_t position, uint64_t to)
{
    struct en_engine *engine = self;
    return engine->progress != NULL && en_progress_update(engine->progress, position, to);
}

/* A runner that failed is broken: the next who asks gets a new one. */
static en_code run_to_end(struct en_engine *engine, struct en_error *err)
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
    en_code code = run_to_end(engine, err);
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

static struct en_generation_options generation_options(const struct en_engine *engine)
{
    return (struct en_generation_options){.dir = engine->dir->path, .size_max = MAP_SIZE_MAX};
}

/* The first generation of a data directory: empty, sealed, in use. */
static en_code make_generation(struct en_engine *engine, struct en_error *err)
{
    struct en_generation_options options = generation_options(engine);
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
    struct en_generation_options options = generation_options(engine);
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

static void drop_scratch(struct en_engine *engine, struct en_engine_scratch *scratch)
{
    uint32_t number = en_generation_number(scratch->generation);
    en_generation_close(scratch->generation);
    scratch->generation = NULL;
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
    for (size_t i = 0; i < SCRATCHES_MAX; i++) {
        EN_ASSERT(engine->scratches[i].users == 0);
        if (engine->scratches[i].generation != NULL) {
            drop_scratch(engine, &engine->scratches[i]);
        }
    }
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

/* ---- views ---- */

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
    for (size_t i = 0; i < SCRATCHES_MAX; i++) {
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
    for (size_t i = 0; i < SCRATCHES_MAX; i++) {
        struct en_engine_scratch *scratch = &engine->scratches[i];
        if (scratch->generation == NULL) {
            return scratch;
        }
        if (scratch->users == 0 && (oldest == NULL || scratch->used < oldest->used)) {
            oldest = scratch;
        }
    }
    if (oldest != NULL) {
        drop_scratch(engine, oldest);
    }
    return oldest;
}

static en_code build_scratch(struct en_engine *engine, struct en_engine_scratch *scratch,
                             uint64_t position, struct en_error *err)
{
    struct en_generation_options generation_of = generation_options(engine);
    struct en_runner *runner = NULL;
    en_code code = en_generation_create(&generation_of, &scratch->generation, err);
    if (code != EN_OK) {
        scratch->generation = NULL;
        return code;
    }
    scratch->position = position;
    struct en_runner_options options = {.log = engine->log,
                                        .kv = en_generation_kv(scratch->generation),
                                        .progress = on_scratch_progress,
                                        .progress_self = engine};
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
                            struct en_engine_scratch **taken, struct en_error *err)
{
    en_code code = EN_OK;
    struct en_engine_scratch *scratch = find_scratch(engine, position);
    if (scratch == NULL) {
        scratch = free_scratch(engine);
        code = scratch == NULL
                   ? en_error_set(err, EN_BUSY, "too many questions about the past at once")
                   : build_scratch(engine, scratch, position, err);
    }
    if (code == EN_OK) {
        scratch->users++;
        scratch->used = ++engine->scratch_uses;
        *taken = scratch;
    }
    return code;
}

static en_code open_scratch_view(struct en_engine *engine, uint64_t position, struct en_io *io,
                                 struct en_view *view, struct en_error *err)
{
    struct en_progress progress;
    (void)pthread_mutex_lock(&engine->fold_mutex);
    if (io != NULL) {
        en_progress_begin(&progress, io, "replay", "events");
        engine->progress = &progress;
    }
    en_code code = take_scratch(engine, position, &view->scratch, err);
    engine->progress = NULL;
    if (io != NULL) {
        en_progress_end(&progress);
    }
    (void)pthread_mutex_unlock(&engine->fold_mutex);
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
        (void)pthread_mutex_lock(&engine->fold_mutex);
        view->scratch->users--;
        (void)pthread_mutex_unlock(&engine->fold_mutex);
        view->scratch = NULL;
    }
}

/* ---- generations ---- */

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

/* Both at one seq: nobody folds meanwhile (the caller holds the mutex), then two snapshots. */
static en_code align(struct en_engine *engine, struct en_runner *runner,
                     struct en_generation *generation, struct en_store **running,
                     struct en_store **rebuilt, struct en_rebuild *rebuild, struct en_error *err)
{
    en_code code = run_to_end(engine, err);
    rebuild->position = en_engine_position(engine);
    if (code == EN_OK && rebuild->position > 0) {
        code = en_runner_run(runner, rebuild->position, err);
    }
    if (code == EN_OK) {
        code = en_store_begin(engine->kv, EN_KV_READ, running, err);
    }
    if (code == EN_OK) {
        code = en_store_begin(en_generation_kv(generation), EN_KV_READ, rebuilt, err);
    }
    return code;
}

/* The new generation becomes the one in use. Nobody has a view open (write lock), nobody folds. */
static en_code switch_generation(struct en_engine *engine, struct en_generation **generation,
                                 const struct en_rebuild *rebuild, struct en_error *err)
{
    struct en_generation_options options = generation_options(engine);
    struct en_generation_seal seal = {.software = EN_VERSION, .digest = rebuild->rebuilt};
    uint32_t old = en_generation_number(engine->generation);
    en_code code = en_generation_seal(generation, &seal, err);
    if (code == EN_OK) {
        code = en_generation_switch(options.dir, rebuild->generation, err);
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
    en_code removed = en_generation_remove(options.dir, old, NULL);
    (void)removed; /* an old one that stays costs room, nothing else */
    return EN_OK;
}

static void remove_generation(struct en_engine *engine, struct en_generation *generation)
{
    uint32_t number = en_generation_number(generation);
    en_generation_close(generation);
    en_code removed = en_generation_remove(engine->dir->path, number, NULL);
    (void)removed; /* tidied at the next start */
}

static en_code build_and_compare(struct en_engine *engine, struct en_generation *generation,
                                 struct en_rebuild *rebuild, struct en_error *err)
{
    struct en_runner *runner = NULL;
    struct en_store *running = NULL;
    struct en_store *rebuilt = NULL;
    struct en_runner_options options = {.log = engine->log,
                                        .kv = en_generation_kv(generation),
                                        .progress = on_scratch_progress,
                                        .progress_self = engine};
    en_code code = en_runner_open(&options, &runner, err);
    if (code == EN_OK && en_log_size(engine->log) > 0) {
        code = en_runner_run(runner, 0, err);
    }
    if (code == EN_OK) {
        code = align(engine, runner, generation, &running, &rebuilt, rebuild, err);
    }
    if (code == EN_OK) {
        code = compare_stores(running, rebuilt, rebuild, err);
    }
    en_store_abort(running);
    en_store_abort(rebuilt);
    en_runner_close(runner);
    return code;
}

en_code en_engine_rebuild(struct en_engine *engine, bool is_switch, struct en_io *io,
                          struct en_rebuild *rebuild, struct en_error *err)
{
    struct en_generation_options options = generation_options(engine);
    struct en_generation *generation = NULL;
    struct en_progress progress;
    *rebuild = (struct en_rebuild){.is_switched = false};
    (void)pthread_mutex_lock(&engine->fold_mutex);
    en_progress_begin(&progress, io, "rebuild", "events");
    engine->progress = &progress;
    en_code code = en_generation_create(&options, &generation, err);
    if (code == EN_OK) {
        rebuild->generation = en_generation_number(generation);
        code = build_and_compare(engine, generation, rebuild, err);
    }
    engine->progress = NULL;
    en_progress_end(&progress);
    if (code == EN_OK && is_switch) {
        (void)pthread_rwlock_wrlock(&engine->generation_lock);
        code = switch_generation(engine, &generation, rebuild, err);
        (void)pthread_rwlock_unlock(&engine->generation_lock);
        rebuild->is_switched = code == EN_OK;
    }
    if (generation != NULL) {
        remove_generation(engine, generation);
    }
    (void)pthread_mutex_unlock(&engine->fold_mutex);
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

/* ---- freezes ---- */

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
