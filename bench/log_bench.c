/* The log: ingest of day blocks, lone appends, many producers, verifying. Raw limits are LMDB's own
 * commits of the same bytes and SHA-256 of the same leaves. */
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/workload.h"
#include "core/event/payload.h"
#include "core/kv.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/quality.h"
#include "log/audit.h"
#include "log/cursor.h"
#include "log/log.h"

#define SEED 42u
#define ORIGIN "bench.example/log"
#define PRODUCERS 2u
#define BATCH_EVENTS 1000u
#define INFORMATION_BYTES 1.096 /* a reading, of the workload: no codec can do better */
#define INGEST_ROUNDS 5u
#define LONE_EVENTS 3000u
#define LONE_EVENTS_QUICK 500u
#define CROWD 64u
#define CROWD_EVENTS 1500u /* each */
#define CROWD_EVENTS_QUICK 200u
#define ROUNDS_MAX 8u

/* ---- one task ---- */

struct job {
    const struct en_bench *common;
    struct en_workload workload;
    bool is_quick;
};

static struct job job_of(const struct en_bench *bench, uint32_t points, uint32_t quick_points)
{
    return (struct job){bench, {bench->is_quick ? quick_points : points, 1, SEED}, bench->is_quick};
}

static int fail(const struct job *bench, const char *what, const char *why)
{
    (void)bench;
    (void)fprintf(stderr, "bench: %s: %s\n", what, why);
    return 1;
}

/* Where less is better the ratio still is value / raw. */
static void print(const struct job *bench, const char *task, double value, const char *unit,
                  const char *raw, double raw_value)
{
    en_bench_print(bench->common, &(struct en_bench_result){
                                      .task = task,
                                      .value = value,
                                      .unit = unit,
                                      .raw = raw,
                                      .raw_value = raw_value,
                                      .ratio = value / raw_value,
                                      .points = bench->workload.points_count,
                                      .days = bench->workload.days_count,
                                  });
}

static const char *path_of(const struct job *bench, const char *name, char *room, size_t size)
{
    (void)snprintf(room, size, "%s/%s", bench->common->dir, name);
    return room;
}

/* Empties the folder that a log or an environment was in. */
static void remove_folder(const struct job *bench, const char *name)
{
    (void)rmdir(en_bench_folder(bench->common, name));
}

/* The day in kWh: half-hours from 00:00 at +03:00, as read in Wh. */
static void block_of(const struct en_workload_day *day, struct en_block *block)
{
    static const uint64_t words[] = {EN_QUALITY_MEASURED, EN_SOURCE_EST_INTERP,
                                     EN_SOURCE_MANUAL_READ, EN_QUALITY_MISSING};
    uint8_t marks = 0;
    block->head = (struct en_block_head){
        .start_minute = -180, .slot_seconds = 1800, .count = EN_WORKLOAD_SLOTS, .exponent = -3};
    for (uint32_t i = 0; i < EN_WORKLOAD_SLOTS; i++) {
        block->values[i] = day->values[i];
        marks |= day->quality[i];
    }
    block->head.quality_is_common = marks == 0;
    for (uint32_t i = 0; i < EN_WORKLOAD_SLOTS && marks != 0; i++) {
        block->quality[i] = words[day->quality[i]];
    }
}

/* ---- a log to measure ---- */

struct subject {
    const struct job *bench;
    struct en_log *log;
    struct en_sink sink;
    uint32_t sources[CROWD];
};

static int open_subject(struct subject *subject, const struct job *bench, const char *name,
                        uint32_t sources_count)
{
    char path[4096];
    struct en_error err;
    struct en_log_options options = {
        .dir = path_of(bench, name, path, sizeof path), .is_create = true, .origin = ORIGIN};
    subject->bench = bench;
    if (en_log_open(&options, &subject->log, &err) != EN_OK) {
        return fail(bench, name, err.text);
    }
    subject->sink = en_log_sink(subject->log);
    for (uint32_t i = 0; i < sources_count; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "producer %" PRIu32, i);
        struct en_slice slice = en_slice_text(key);
        if (subject->sink.name(subject->sink.self, EN_NAME_SOURCE, &slice, 1, &subject->sources[i],
                               &err) != EN_OK) {
            return fail(bench, name, err.text);
        }
    }
    return 0;
}

/* ---- ingest ---- */

struct input {
    const struct job *bench;
    struct en_workload_day *days; /* of one day, in the order of arrival */
    uint32_t *order;
    uint32_t day;
};

static int make_input(struct input *input, const struct job *bench)
{
    const struct en_workload *workload = &bench->workload;
    input->bench = bench;
    input->days = en_mem_alloc(workload->points_count, sizeof *input->days);
    input->order = en_mem_alloc(workload->points_count, sizeof *input->order);
    if (input->days == NULL || input->order == NULL) {
        return fail(bench, "ingest", "no memory for the workload");
    }
    return 0;
}

static void make_day(struct input *input, uint32_t day)
{
    const struct en_workload *workload = &input->bench->workload;
    input->day = day;
    en_workload_order(workload, day, input->order);
    for (uint32_t i = 0; i < workload->points_count; i++) {
        en_workload_day(workload, input->order[i], day, &input->days[i]);
    }
}

static void free_input(struct input *input)
{
    en_mem_free(input->days);
    en_mem_free(input->order);
}

struct producer {
    struct subject *subject;
    const struct input *input;
    uint32_t number;
    uint64_t source_seq;
    int result;
};

static en_code add_block(struct producer *producer, struct en_batch *batch, struct en_buf *payload,
                         struct en_buf *bytes, struct en_block *block, uint32_t place,
                         struct en_error *err)
{
    int64_t from =
        ((int64_t)EN_WORKLOAD_FIRST_DAY + producer->input->day) * EN_DAY_US - 3 * EN_HOUR_US;
    struct en_event_header header = {
        .kind = EN_KIND_READING_PROFILE,
        .subject = producer->input->order[place] + 1,
        .source = producer->subject->sources[producer->number],
        .source_seq = ++producer->source_seq,
        .valid = {{from}, {from + EN_DAY_US}},
        .cause = EN_SEQ_NONE,
    };
    block_of(&producer->input->days[place], block);
    en_buf_reset(bytes);
    en_buf_reset(payload);
    en_code code = en_block_encode(block, bytes, err);
    if (code == EN_OK) {
        en_reading_profile_encode(0, en_buf_slice(bytes), payload);
        code = en_batch_add(batch, &header, en_buf_slice(payload), err);
    }
    return code;
}

static void *produce(void *self)
{
    struct producer *producer = self;
    const struct job *bench = producer->input->bench;
    struct en_block *block = en_mem_alloc(1, sizeof *block);
    struct en_error err;
    struct en_batch batch;
    struct en_buf payload;
    struct en_buf bytes;
    struct en_appended appended;
    en_batch_init(&batch);
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    uint32_t count = bench->workload.points_count;
    en_code code = block == NULL ? EN_NOMEM : EN_OK;
    for (uint32_t start = producer->number * BATCH_EVENTS; start < count && code == EN_OK;
         start += PRODUCERS * BATCH_EVENTS) {
        en_batch_reset(&batch);
        for (uint32_t i = start; i < start + BATCH_EVENTS && i < count && code == EN_OK; i++) {
            code = add_block(producer, &batch, &payload, &bytes, block, i, &err);
        }
        if (code == EN_OK) {
            code = producer->subject->sink.append(producer->subject->sink.self, &batch, &appended,
                                                  NULL, &err);
        }
    }
    producer->result = code == EN_OK ? 0 : fail(bench, "ingest", err.text);
    en_batch_fini(&batch);
    en_buf_fini(&payload);
    en_buf_fini(&bytes);
    en_mem_free(block);
    return NULL;
}

/* All days of the workload through two producers; *seconds of wall clock, without making values. */
static int ingest(struct subject *subject, struct input *input, double *seconds)
{
    struct producer producers[PRODUCERS] = {{0}};
    pthread_t threads[PRODUCERS];
    *seconds = 0;
    for (uint32_t day = 0; day < input->bench->workload.days_count; day++) {
        make_day(input, day);
        double start = en_bench_wall();
        for (uint32_t i = 0; i < PRODUCERS; i++) {
            producers[i].subject = subject;
            producers[i].input = input;
            producers[i].number = i;
            if (pthread_create(&threads[i], NULL, produce, &producers[i]) != 0) {
                return fail(input->bench, "ingest", "no thread");
            }
        }
        for (uint32_t i = 0; i < PRODUCERS; i++) {
            (void)pthread_join(threads[i], NULL);
        }
        *seconds += en_bench_wall() - start;
        for (uint32_t i = 0; i < PRODUCERS; i++) {
            if (producers[i].result != 0) {
                return 1;
            }
        }
    }
    return 0;
}

/* ---- the raw limit of ingest: the same frames, put and committed, nothing else ---- */

static int open_raw(const struct job *bench, const char *name, struct en_kv **kv,
                    struct en_kv_table *table)
{
    char path[4096];
    struct en_error err;
    struct en_kv_txn *txn = NULL;
    struct en_kv_options options = {.path = path_of(bench, name, path, sizeof path),
                                    .size_max = UINT64_C(1) << 40,
                                    .tables_max = 8};
    en_code code = en_kv_open(&options, kv, &err);
    if (code == EN_OK) {
        code = en_kv_begin(*kv, EN_KV_WRITE, &txn, &err);
    }
    if (code == EN_OK) {
        code = en_kv_table(txn, "raw", EN_KV_INTEGER_KEYS, table, &err);
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, &err);
    }
    en_kv_abort(txn);
    return code == EN_OK ? 0 : fail(bench, "raw", err.text);
}

/* The payloads of the log as the raw writer puts them: as many a value as fit, a commit for every
 * 1,000 events. */
struct raw {
    uint8_t *bytes;
    size_t size;
    size_t *ends; /* of the events */
    uint64_t count;
};

static int gather(const struct job *bench, struct en_log *log, struct raw *raw)
{
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    struct en_error err;
    bool is_end = false;
    uint64_t size = en_log_size(log);
    raw->ends = en_mem_alloc(size, sizeof *raw->ends);
    raw->bytes = en_mem_alloc(size, 160);
    en_code code = en_cursor_open(log, &all, &cursor, &err);
    while (code == EN_OK && raw->ends != NULL && raw->bytes != NULL) {
        code = en_cursor_next(cursor, &event, &is_end, &err);
        if (code != EN_OK || is_end || raw->size + event.payload.size + 5 > size * 160) {
            break;
        }
        memcpy(raw->bytes + raw->size, event.payload.bytes, event.payload.size);
        raw->size += event.payload.size + 5; /* what a header takes in a frame */
        raw->ends[raw->count++] = raw->size;
    }
    en_cursor_close(cursor);
    return is_end ? 0 : fail(bench, "raw", "could not read the log");
}

static en_code put_batch(struct en_kv *kv, struct en_kv_table table, const struct raw *raw,
                         uint64_t from, uint64_t to, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    en_code code = en_kv_begin(kv, EN_KV_WRITE, &txn, err);
    while (code == EN_OK && from < to) {
        size_t start = from == 0 ? 0 : raw->ends[from - 1];
        uint64_t end = from + 1;
        while (end < to && raw->ends[end] - start <= EN_FRAME_SIZE_MAX) {
            end++;
        }
        uint8_t *room = NULL;
        code = en_kv_append_reserve(txn, table, en_slice_of(&from, sizeof from),
                                    raw->ends[end - 1] - start, &room, err);
        if (code == EN_OK) {
            memcpy(room, raw->bytes + start, raw->ends[end - 1] - start);
        }
        from = end;
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
    }
    en_kv_abort(txn);
    return code;
}

static int write_raw(const struct job *bench, const struct raw *raw, double *seconds)
{
    struct en_kv *kv = NULL;
    struct en_kv_table table;
    struct en_error err;
    en_code code = EN_OK;
    if (open_raw(bench, "raw", &kv, &table) != 0) {
        return 1;
    }
    double start = en_bench_wall();
    for (uint64_t from = 0; from < raw->count && code == EN_OK; from += BATCH_EVENTS) {
        uint64_t to = from + BATCH_EVENTS < raw->count ? from + BATCH_EVENTS : raw->count;
        code = put_batch(kv, table, raw, from, to, &err);
    }
    *seconds = en_bench_wall() - start;
    en_kv_close(kv);
    remove_folder(bench, "raw");
    return code == EN_OK ? 0 : fail(bench, "raw", err.text);
}

static long file_size(const struct job *bench, const char *name)
{
    char path[4096];
    FILE *file = fopen(path_of(bench, name, path, sizeof path), "rb");
    long size = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return size;
}

/* One log and its raw twin; they alternate, so that both see the same machine. */
static int ingest_round(const struct job *bench, struct input *input, double *rate,
                        double *raw_rate, double *bytes)
{
    struct subject subject = {0};
    struct raw raw = {0};
    double seconds = 0;
    double raw_seconds = 0;
    double readings =
        (double)bench->workload.points_count * bench->workload.days_count * EN_WORKLOAD_SLOTS;
    int result = open_subject(&subject, bench, "log", PRODUCERS);
    if (result == 0) {
        result = ingest(&subject, input, &seconds);
    }
    if (result == 0) {
        result = gather(bench, subject.log, &raw);
    }
    en_log_close(subject.log);
    *bytes = (double)file_size(bench, "log/data.mdb") / readings;
    remove_folder(bench, "log");
    if (result == 0) {
        result = write_raw(bench, &raw, &raw_seconds);
    }
    *rate = readings / seconds;
    *raw_rate = readings / raw_seconds;
    en_mem_free(raw.bytes);
    en_mem_free(raw.ends);
    return result;
}

static int run_ingest(const struct job *bench, const char *task, const char *size_task,
                      uint32_t rounds)
{
    double rates[ROUNDS_MAX];
    double raw_rates[ROUNDS_MAX];
    double bytes = 0;
    struct input input = {0};
    int result = make_input(&input, bench);
    for (uint32_t i = 0; i < rounds && result == 0; i++) {
        result = ingest_round(bench, &input, &rates[i], &raw_rates[i], &bytes);
    }
    free_input(&input);
    if (result == 0) {
        print(bench, task, en_bench_quantile(rates, rounds, 0.5), "readings/s",
              "LMDB append of the same bytes", en_bench_quantile(raw_rates, rounds, 0.5));
        print(bench, size_task, bytes, "bytes/reading", "information in the data",
              INFORMATION_BYTES);
    }
    return result;
}

int en_bench_ingest(const struct en_bench *bench)
{
    struct job job = job_of(bench, 100000, 20000);
    return run_ingest(&job, "ingest", "ingest-size", INGEST_ROUNDS);
}

int en_bench_ingest_1m(const struct en_bench *bench)
{
    struct job job = job_of(bench, 1000000, 100000);
    return run_ingest(&job, "ingest-1m", "ingest-1m-size", bench->is_quick ? 1 : 3);
}

/* ---- one event a commit ---- */

static en_code append_lone(const struct en_sink *sink, struct en_batch *batch, uint32_t source,
                           uint64_t source_seq, struct en_error *err)
{
    static const char reading[24] = "twenty-four bytes of it";
    struct en_event_header header = {.kind = EN_KIND_READING_INSTANT,
                                     .subject = source,
                                     .source = source,
                                     .source_seq = source_seq,
                                     .cause = EN_SEQ_NONE};
    struct en_appended appended;
    en_batch_reset(batch);
    en_code code = en_batch_add(batch, &header, en_slice_of(reading, sizeof reading), err);
    return code == EN_OK ? sink->append(sink->self, batch, &appended, NULL, err) : code;
}

static en_code put_lone(struct en_kv *kv, struct en_kv_table table, uint64_t key,
                        struct en_error *err)
{
    static const uint8_t value[120]; /* the size of a frame of one such event */
    struct en_kv_txn *txn = NULL;
    en_code code = en_kv_begin(kv, EN_KV_WRITE, &txn, err);
    if (code == EN_OK) {
        code = en_kv_append(txn, table, en_slice_of(&key, sizeof key),
                            en_slice_of(value, sizeof value), err);
    }
    if (code == EN_OK) {
        code = en_kv_commit(&txn, err);
    }
    en_kv_abort(txn);
    return code;
}

/* Appends and raw commits take turns, so that both meet the same disk. */
static int measure_append_1(const struct job *bench)
{
    uint32_t count = bench->is_quick ? LONE_EVENTS_QUICK : LONE_EVENTS;
    double *times = en_mem_alloc(count, sizeof *times);
    double *raw_times = en_mem_alloc(count, sizeof *raw_times);
    struct subject subject = {0};
    struct en_kv *kv = NULL;
    struct en_kv_table table = {0};
    struct en_error err;
    struct en_batch batch;
    en_batch_init(&batch);
    int result = times == NULL || raw_times == NULL ||
                 open_subject(&subject, bench, "log", 1) != 0 ||
                 open_raw(bench, "raw", &kv, &table) != 0;
    for (uint32_t i = 0; i < count && result == 0; i++) {
        double start = en_bench_wall();
        en_code code = append_lone(&subject.sink, &batch, subject.sources[0], i + 1, &err);
        times[i] = (en_bench_wall() - start) * 1e6;
        start = en_bench_wall();
        code = code == EN_OK ? put_lone(kv, table, i, &err) : code;
        raw_times[i] = (en_bench_wall() - start) * 1e6;
        result = code == EN_OK ? 0 : fail(bench, "append-1", err.text);
    }
    en_log_close(subject.log);
    en_kv_close(kv);
    remove_folder(bench, "log");
    remove_folder(bench, "raw");
    if (result == 0) {
        print(bench, "append-1", en_bench_quantile(times, count, 0.5), "us",
              "LMDB synchronous commit", en_bench_quantile(raw_times, count, 0.5));
        print(bench, "append-1-p99", en_bench_quantile(times, count, 0.99), "us",
              "LMDB synchronous commit", en_bench_quantile(raw_times, count, 0.99));
    }
    en_batch_fini(&batch);
    en_mem_free(times);
    en_mem_free(raw_times);
    return result;
}

int en_bench_append_1(const struct en_bench *bench)
{
    struct job job = job_of(bench, 1, 1);
    return measure_append_1(&job);
}

/* ---- 64 producers ---- */

struct member {
    struct subject *subject;
    uint32_t number;
    uint32_t count;
    double *times;
    int result;
};

static void *append_many(void *self)
{
    struct member *member = self;
    struct en_error err;
    struct en_batch batch;
    en_code code = EN_OK;
    en_batch_init(&batch);
    for (uint32_t i = 0; i < member->count && code == EN_OK; i++) {
        double start = en_bench_wall();
        code = append_lone(&member->subject->sink, &batch, member->subject->sources[member->number],
                           i + 1, &err);
        member->times[i] = (en_bench_wall() - start) * 1e6;
    }
    en_batch_fini(&batch);
    member->result = code == EN_OK ? 0 : fail(member->subject->bench, "append-64", err.text);
    return NULL;
}

static int run_crowd(struct subject *subject, uint32_t count, double *times, double *seconds)
{
    struct member members[CROWD];
    pthread_t threads[CROWD];
    uint32_t started = 0;
    int result = 0;
    double start = en_bench_wall();
    for (; started < CROWD; started++) {
        members[started] =
            (struct member){subject, started, count, times + (size_t)started * count, 0};
        if (pthread_create(&threads[started], NULL, append_many, &members[started]) != 0) {
            result = fail(subject->bench, "append-64", "no thread");
            break;
        }
    }
    for (uint32_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
        result |= members[i].result;
    }
    *seconds = en_bench_wall() - start;
    return result;
}

static int raw_commit_rate(const struct job *bench, double *per_second)
{
    uint32_t count = bench->is_quick ? LONE_EVENTS_QUICK : LONE_EVENTS;
    struct en_kv *kv = NULL;
    struct en_kv_table table = {0};
    struct en_error err;
    en_code code = EN_OK;
    if (open_raw(bench, "raw", &kv, &table) != 0) {
        return 1;
    }
    double start = en_bench_wall();
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = put_lone(kv, table, i, &err);
    }
    *per_second = count / (en_bench_wall() - start);
    en_kv_close(kv);
    remove_folder(bench, "raw");
    return code == EN_OK ? 0 : fail(bench, "raw", err.text);
}

static int measure_append_64(const struct job *bench)
{
    uint32_t count = bench->is_quick ? CROWD_EVENTS_QUICK : CROWD_EVENTS;
    double *times = en_mem_alloc((size_t)CROWD * count, sizeof *times);
    struct subject subject = {0};
    struct en_verify_report report = {0};
    struct en_error err;
    char path[4096];
    double seconds = 0;
    double commits = 0;
    int result = times == NULL || open_subject(&subject, bench, "log", CROWD) != 0 ||
                 run_crowd(&subject, count, times, &seconds) != 0 ||
                 raw_commit_rate(bench, &commits) != 0;
    en_log_close(subject.log);
    if (result == 0 && en_log_verify(path_of(bench, "log", path, sizeof path), NULL, NULL, &report,
                                     &err) != EN_OK) {
        result = fail(bench, "append-64", err.text);
    }
    remove_folder(bench, "log");
    if (result == 0) {
        double gathered = (double)report.size / (double)report.frames_count;
        print(bench, "append-64", (double)CROWD * count / seconds, "events/s",
              "LMDB synchronous commits x events in one", commits * gathered);
        print(bench, "append-64-p99", en_bench_quantile(times, (size_t)CROWD * count, 0.99), "us",
              "target of 5 ms", 5000);
    }
    en_mem_free(times);
    return result;
}

int en_bench_append_64(const struct en_bench *bench)
{
    struct job job = job_of(bench, CROWD, CROWD);
    return measure_append_64(&job);
}

/* ---- verify ---- */

/* Canonical bytes of all events, end to end, hashed one by one on one thread. */
static int raw_hash_rate(const struct job *bench, struct en_log *log, double *per_second)
{
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    struct en_error err;
    struct en_buf bytes;
    bool is_end = false;
    uint64_t size = en_log_size(log);
    size_t *ends = en_mem_alloc(size, sizeof *ends);
    uint64_t count = 0;
    uint8_t sum = 0;
    en_buf_init(&bytes, (size_t)1 << 34);
    en_code code = en_cursor_open(log, &all, &cursor, &err);
    while (code == EN_OK && !is_end && ends != NULL && count < size) {
        code = en_cursor_next(cursor, &event, &is_end, &err);
        if (code == EN_OK && !is_end) {
            en_event_canonical(&event, &bytes);
            ends[count++] = bytes.size;
        }
    }
    en_cursor_close(cursor);
    double start = en_bench_wall();
    for (uint64_t i = 0; i < count; i++) {
        size_t from = i == 0 ? 0 : ends[i - 1];
        sum ^= en_hash_leaf(en_slice_of(bytes.bytes + from, ends[i] - from)).bytes[0];
    }
    *per_second = (double)count / (en_bench_wall() - start) + (sum == 0 ? 1e-9 : 0);
    en_buf_fini(&bytes);
    en_mem_free(ends);
    return count == size ? 0 : fail(bench, "verify", "could not read the log");
}

static int measure_verify(const struct job *bench)
{
    struct subject subject = {0};
    struct input input = {0};
    struct en_verify_report report = {0};
    struct en_error err;
    char path[4096];
    double rates[3];
    double raw_rates[3];
    double seconds = 0;
    int result = make_input(&input, bench) != 0 ||
                 open_subject(&subject, bench, "log", PRODUCERS) != 0 ||
                 ingest(&subject, &input, &seconds) != 0;
    for (uint32_t i = 0; i < EN_COUNT_OF(rates) && result == 0; i++) {
        result = raw_hash_rate(bench, subject.log, &raw_rates[i]);
    }
    en_log_close(subject.log);
    free_input(&input);
    for (uint32_t i = 0; i < EN_COUNT_OF(rates) && result == 0; i++) {
        double start = en_bench_wall();
        en_code code =
            en_log_verify(path_of(bench, "log", path, sizeof path), NULL, NULL, &report, &err);
        rates[i] = (double)report.size / (en_bench_wall() - start);
        result = code == EN_OK ? 0 : fail(bench, "verify", err.text);
    }
    remove_folder(bench, "log");
    if (result == 0) {
        print(bench, "verify", en_bench_quantile(rates, 3, 0.5), "events/s",
              "SHA-256 of the same leaves, one thread", en_bench_quantile(raw_rates, 3, 0.5));
    }
    return result;
}

int en_bench_verify(const struct en_bench *bench)
{
    struct job job = job_of(bench, 100000, 20000);
    return measure_verify(&job);
}
