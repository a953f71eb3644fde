/* The log that the replay measurements read: a month of the workload (workload.h) with points,
 * balances and readings, and what the measurements share. One thread. */
#ifndef EN_BENCH_REPLAY_LOG_H
#define EN_BENCH_REPLAY_LOG_H

#include "bench/bench.h"
#include "bench/workload.h"
#include "core/buf.h"
#include "core/event/event.h"
#include "core/metering/block/block.h"
#include "core/metering/ratio.h"
#include "core/sink.h"
#include "log/log.h"
#include "projections/store.h"

struct en_replay_bench {
    const struct en_bench *bench;
    struct en_workload workload;
    struct en_log *log;
    struct en_sink sink;
    struct en_batch batch;
    struct en_buf bytes;
    struct en_buf payload;
    struct en_block block;
    struct en_error err;
    uint32_t source;
    uint64_t source_seq;
    uint32_t *channels; /* by point */
    uint32_t *points;
    uint32_t *balances;
    uint64_t total; /* of all values, Wh */
    struct en_ratio ratio;
    const char *preset;
    struct en_kv *kv;
    char log_path[512];
    char kv_path[512];
};

/* Prints what failed and why; 1. */
int en_replay_failed(const struct en_replay_bench *replay, const char *what);

/* What the log is like. */
struct en_replay_kind {
    const char *task;
    struct en_ratio ratio; /* of the transformers; 1/1: none */
    const char *preset; /* of rules that are put in force (core/metering/rule/rule.h); NULL none */
};

/* Makes the log in a folder of its own. Prints and returns 1 on failure; close always. */
int en_replay_open(struct en_replay_bench *replay, const struct en_bench *bench,
                   const struct en_replay_kind *kind);
void en_replay_close(struct en_replay_bench *replay);

/* One point-day in a hundred comes again with other values. */
en_code en_replay_append_late(struct en_replay_bench *replay) EN_MUST_CHECK;

/* Latencies of questions to the tables beside fetching the same bytes; 1 on failure. */
int en_replay_measure_questions(struct en_replay_bench *replay);

#endif
