/* The log, the tables that follow from it, and the key that signs it, of one data directory: what
 * every command works on. Opened by the one process that holds the directory's lock.
 *
 * Appending and reading may be done by many threads at once (the daemon's commands); bringing the
 * tables up to the log is done by one of them at a time, whoever asks first. */
#ifndef EN_APP_ENGINE_H
#define EN_APP_ENGINE_H

#include "app/data_dir.h"
#include "app/progress.h"
#include "log/log.h"
#include "processors/runner_verify.h"
#include "projections/difference.h"
#include "projections/store.h"

struct en_engine;

struct en_engine_options {
    const struct en_data_dir *dir; /* locked by this process; borrowed for the engine's life */
    bool is_new;                   /* makes log and key: `enerlog init` */
    const char *origin;            /* of a new log: first line of its checkpoints */
    /* Time of events; NULL the system's clock. The demo brings its own. */
    struct en_instant (*clock)(void *clock_self);
    void *clock_self;
};

/* Codes: those of log and projections; EN_NOT_FOUND or EN_MALFORMED for the key. */
en_code en_engine_open(const struct en_engine_options *options, struct en_engine **engine,
                       struct en_error *err) EN_MUST_CHECK;
/* Signs what is not signed yet. NULL is allowed. */
void en_engine_close(struct en_engine *engine);

const struct en_data_dir *en_engine_dir(const struct en_engine *engine);
struct en_log *en_engine_log(struct en_engine *engine);
struct en_sink en_engine_sink(struct en_engine *engine);

/* Time now, as the log's. */
struct en_instant en_engine_now(struct en_engine *engine);

/* Brings the tables up to the log as it is now. io: where progress goes, NULL nowhere. Codes of the
 * runner. */
en_code en_engine_catch_up(struct en_engine *engine, struct en_io *io,
                           struct en_error *err) EN_MUST_CHECK;

/* Seq of the next event to fold: how far the tables are. */
uint64_t en_engine_position(struct en_engine *engine);

/* Appends the batch of commands and facts, brings the tables up, and answers with the verdict: the
 * code and words of the first command of it that was refused. seqs may be NULL. */
en_code en_engine_submit(struct en_engine *engine, const struct en_batch *batch,
                         struct en_seq *seqs, struct en_io *io, struct en_error *err) EN_MUST_CHECK;

/* Signs the tree head of now; the note is appended to the buffer. */
en_code en_engine_checkpoint(struct en_engine *engine, struct en_buf *note,
                             struct en_error *err) EN_MUST_CHECK;

/* Appends the proof of an event; signs a head when none covers it. Codes of en_proof_make. */
en_code en_engine_prove(struct en_engine *engine, struct en_seq seq, struct en_buf *out,
                        struct en_error *err) EN_MUST_CHECK;

/* The size that the last signed tree head has, and when it was signed. */
void en_engine_signed(struct en_engine *engine, uint64_t *size, struct en_instant *at);

/* When the last event was recorded; 0 for an empty log. */
struct en_instant en_engine_last_at(struct en_engine *engine);

/* The id of an external key; name gives a new one when there is none, find says EN_NOT_FOUND. */
en_code en_engine_name(struct en_engine *engine, en_name_type type, const char *key, uint32_t *id,
                       struct en_error *err) EN_MUST_CHECK;
en_code en_engine_find(struct en_engine *engine, en_name_type type, const char *key, uint32_t *id,
                       struct en_error *err) EN_MUST_CHECK;

/* Who acts: the user that this process runs as, by the name that the machine knows. */
en_code en_engine_actor(struct en_engine *engine, uint32_t *actor,
                        struct en_error *err) EN_MUST_CHECK;

/* SHA-256 of the running program's file. */
en_code en_engine_program_hash(struct en_hash *hash, struct en_error *err) EN_MUST_CHECK;

/* The tables at one seq. Short-lived: gather, close, then print. */
struct en_view {
    struct en_store *store;
    uint64_t position; /* events before it are included */
    bool is_as_of;
    bool is_locked; /* keeps the generation from being switched */
    struct en_engine_scratch *scratch;
};

/* as_of NULL: now (caught up). Else "SEQ" or RFC 3339: the tables as they were after that event (or
 * at that time), by replay into a scratch generation, which is kept for the next who asks.
 * Codes: EN_USAGE (not a seq or time), EN_RANGE (the log does not reach so far), those of the
 * runner. */
en_code en_engine_view_open(struct en_engine *engine, const char *as_of, struct en_io *io,
                            struct en_view *view, struct en_error *err) EN_MUST_CHECK;
void en_engine_view_close(struct en_engine *engine, struct en_view *view);

/* What would follow if events were in the log: a copy of the tables before and after them. A name
 * that they would give must be among them. */
struct en_supposition {
    struct en_engine *engine;
    struct en_generation *generation;
    struct en_store *before;
    struct en_store *after;
};

/* The drafts get the seqs behind the log's end; nothing is appended. The copy is removed by end, or
 * at the next start of a program that died. Codes: the verdict of the first draft that is refused,
 * EN_CONFLICT (events came meanwhile: try again), those of generations and the runner. */
en_code en_engine_suppose(struct en_engine *engine, const struct en_batch *batch, struct en_io *io,
                          struct en_supposition *supposition, struct en_error *err) EN_MUST_CHECK;
void en_engine_suppose_end(struct en_supposition *supposition);

/* ---- generations ---- */

/* What building the tables anew came to. */
struct en_rebuild {
    uint64_t position; /* both stand at it */
    struct en_hash running;
    struct en_hash rebuilt;
    bool is_equal;
    char where[256]; /* the first difference, in words; "" when equal */
    uint32_t generation;
    bool is_switched;
};

/* Builds a new generation from the log beside the running one, which goes on meanwhile, and
 * compares the two, everything hashed anew. With is_switch the new one is used from then on,
 * whatever the comparison said (that is what a rebuild is for), else it is removed. Codes: those of
 * runner and digests; EN_CORRUPT when the running tables cannot be read (with is_switch they are
 * replaced). */
en_code en_engine_rebuild(struct en_engine *engine, bool is_switch, struct en_io *io,
                          struct en_rebuild *rebuild, struct en_error *err) EN_MUST_CHECK;

/* Frees what dead readers hold of the tables; each ten seconds, by the daemon. */
en_code en_engine_tidy_readers(struct en_engine *engine, struct en_error *err) EN_MUST_CHECK;

struct en_engine_state {
    uint32_t generation;
    uint32_t generations_count; /* that stand, finished or not */
    uint64_t position;
    uint64_t log_size;
    uint64_t sealed_position; /* when the generation was begun to be used */
    char software[64];        /* that built it */
    struct en_hash digest;    /* of all digested tables now */
};
en_code en_engine_state(struct en_engine *engine, struct en_io *io, struct en_engine_state *state,
                        struct en_error *err) EN_MUST_CHECK;

/* Replays the log up to a run of a freeze and compares it with all that was stated of it
 * (processors/runner_verify.h). run 0: the newest. Codes of en_freeze_verify. */
en_code en_engine_verify_freeze(struct en_engine *engine, uint32_t freeze, uint32_t run,
                                struct en_io *io, struct en_verify_verdict *verdict,
                                struct en_error *err) EN_MUST_CHECK;

/* The first difference that a comparison of two stores found, in words. */
void en_engine_difference_text(const struct en_difference *difference, char text[256]);

#endif
