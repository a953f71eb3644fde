/* A small world for tests of the engine: a log, points with channels, readings, and projections
 * brought forward from it. Everything aborts on a failure that the test did not ask for. For tests
 * only. */
#ifndef EN_TESTS_REPLAY_WORLD_H
#define EN_TESTS_REPLAY_WORLD_H

#include "core/event/payload.h"
#include "core/metering/quality.h"
#include "log/log.h"
#include "processors/runner.h"
#include "projections/tables.h"
#include "tests/scratch.h"

#define WORLD_DAY 20454 /* 2026-01-01 */

struct world {
    struct en_scratch scratch;
    struct en_kv *log_kv; /* of a world in memory, else NULL */
    struct en_log *log;
    struct en_sink sink;
    struct en_batch batch;
    uint32_t source;
    uint64_t source_seq;
    uint32_t actor;        /* of the events to come; 0: the program itself */
    struct en_instant now; /* of the log's clock: moves a millisecond with each look */
    uint64_t random;
};

/* One projection of the world's log, in memory. */
struct world_projection {
    struct en_kv *kv;
    struct en_runner *runner;
};

void world_open(struct world *world, uint64_t seed);
/* The same with the log in memory: thousands of worlds take no time. */
void world_open_in_memory(struct world *world, uint64_t seed);
void world_close(struct world *world);

/* A number below `below`, from the world's seed. */
uint32_t world_random(struct world *world, uint32_t below);

/* Ids by name; given on first use. */
uint32_t world_name(struct world *world, en_name_type type, const char *key);

/* Puts an event into the batch; world_append makes it durable. payload is a struct of the kind's
 * record. */
void world_put(struct world *world, en_kind kind, uint32_t subject, struct en_interval valid,
               const void *payload);
void world_append(struct world *world);
/* The same at once; returns the seq. */
uint64_t world_event(struct world *world, en_kind kind, uint32_t subject, struct en_interval valid,
                     const void *payload);

/* The same with bytes that need not be of the kind's record. */
void world_put_bytes(struct world *world, en_kind kind, uint32_t subject, struct en_interval valid,
                     struct en_slice payload);

/* A point with a channel "A+" of half-hours in kWh; returns the channel. */
uint32_t world_point(struct world *world, const char *code, bool is_primary);

/* A whole day of half-hours: values * 10^-3; NULL quality: all measured. */
void world_profile(struct world *world, uint32_t channel, int32_t day, uint64_t revision,
                   const int64_t values[48], const uint64_t *quality);

struct en_interval world_day(int32_t day);
struct en_interval world_moment(int32_t day, int minutes);

void world_project(struct world *world, struct world_projection *projection,
                   uint32_t batch_events_max);
/* Brings it to `to` (0: the end of the log). */
void world_run(struct world_projection *projection, uint64_t to);
void world_projection_close(struct world_projection *projection);

struct en_hash world_digest(struct world_projection *projection);

/* The verdict on a command: EN_OK when it was accepted; its text is copied out when wanted. */
en_code world_outcome(struct world_projection *projection, uint64_t seq, char *text,
                      size_t text_size);

/* Totals of a channel's day; zeros when there are none. */
struct en_totals world_usage(struct world_projection *projection, uint32_t channel, int32_t day);

#endif
