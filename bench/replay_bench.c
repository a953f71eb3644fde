/* Replay of a month of the workload into new tables, late readings on top of it, and questions to
 * the result. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/workload.h"
#include "core/event/payload.h"
#include "core/mem.h"
#include "core/metering/block.h"
#include "core/metering/quality.h"
#include "log/log.h"
#include "processors/runner.h"
#include "projections/tables.h"
#include "projections/views/best.h"

#define BATCH_EVENTS 1000u
#define ROUNDS 3
#define QUERIES 20000u
#define MAP_SIZE (UINT64_C(64) << 30)
#define SEED 42u
#define LATE_SHARE 100u /* one point-day in so many comes again */
#define BALANCES 500u

struct replay {
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
    struct en_kv *kv;
    char log_path[512];
    char kv_path[512];
};

static int failed(const struct replay *replay, const char *what)
{
    fprintf(stderr, "enerlog-bench: %s: %s\n", what, replay->err.text);
    return 1;
}

static en_code flush(struct replay *replay)
{
    struct en_appended appended;
    en_code code = EN_OK;
    if (replay->batch.count > 0) {
        code =
            replay->sink.append(replay->sink.self, &replay->batch, &appended, NULL, &replay->err);
    }
    en_batch_reset(&replay->batch);
    return code;
}

static struct en_event_header header_of(struct replay *replay, en_kind kind, uint32_t subject,
                                        struct en_interval valid)
{
    return (struct en_event_header){
        .valid = valid,
        .kind = (uint16_t)kind,
        .subject = subject,
        .source = replay->source,
        .source_seq = ++replay->source_seq,
        .cause = EN_SEQ_NONE,
    };
}

static en_code put(struct replay *replay, en_kind kind, uint32_t subject, struct en_interval valid,
                   const void *payload)
{
    struct en_event_header header = header_of(replay, kind, subject, valid);
    en_code code = en_batch_add_record(&replay->batch, &header, payload, &replay->err);
    if (code == EN_OK && replay->batch.count >= BATCH_EVENTS) {
        code = flush(replay);
    }
    return code;
}

/* Ids for names made by a pattern, a few thousand at a time. */
static en_code name_all(struct replay *replay, en_name_type type, const char *pattern,
                        uint32_t count, const uint32_t *numbers, uint32_t *ids)
{
    enum { PART = 4096 };
    static char texts[PART][32];
    static struct en_slice keys[PART];
    en_code code = EN_OK;
    for (uint32_t done = 0; done < count && code == EN_OK; done += PART) {
        uint32_t part = count - done < PART ? count - done : PART;
        for (uint32_t i = 0; i < part; i++) {
            (void)snprintf(texts[i], sizeof texts[i], pattern,
                           numbers != NULL ? numbers[done + i] : done + i);
            keys[i] = en_slice_text(texts[i]);
        }
        code = replay->sink.name(replay->sink.self, type, keys, part, ids + done, &replay->err);
    }
    return code;
}

static en_code make_points(struct replay *replay)
{
    const struct en_interval always = {{0}, {0}};
    uint32_t count = replay->workload.points_count;
    en_code code = name_all(replay, EN_NAME_POINT, "P%u", count, NULL, replay->points);
    if (code == EN_OK) {
        code = name_all(replay, EN_NAME_CHANNEL, "%u|A+", count, replay->points, replay->channels);
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        struct en_point_set point = {.name = en_slice_text("a point"),
                                     .resource = en_slice_text("electricity")};
        struct en_channel_set channel = {
            .point = replay->points[i],
            .code = en_slice_text("A+"),
            .unit = EN_UNIT_KWH,
            .basis = EN_BASIS_PROFILE,
            .slot_seconds = 1800,
            .is_primary = replay->ratio.num == replay->ratio.den,
        };
        struct en_ratio_set ratio = {.current = replay->ratio, .voltage = EN_RATIO_ONE};
        code = put(replay, EN_KIND_POINT_SET, replay->points[i], always, &point);
        if (code == EN_OK) {
            code = put(replay, EN_KIND_CHANNEL_SET, replay->channels[i], always, &channel);
        }
        if (code == EN_OK && !channel.is_primary) {
            code = put(replay, EN_KIND_RATIO_SET, replay->points[i], always, &ratio);
        }
    }
    return code == EN_OK ? flush(replay) : code;
}

/* "sum~(@P0.A+, @P500.A+, ...)": every second member of the group, from the first-th. */
static void print_side(const struct replay *replay, uint32_t group, uint32_t first,
                       struct en_buf *text)
{
    uint32_t groups = en_workload_groups(&replay->workload);
    bool is_begun = false;
    en_buf_text(text, "sum~(");
    for (uint32_t point = group + first * groups; point < replay->workload.points_count;
         point += 2 * groups) {
        en_buf_print(text, "%s@P%u.A+", is_begun ? ", " : "", point);
        is_begun = true;
    }
    en_buf_text(text, ")");
}

static en_code make_balances(struct replay *replay)
{
    uint32_t groups = en_workload_groups(&replay->workload);
    uint32_t nodes[3];
    struct en_buf in;
    struct en_buf out;
    en_buf_init(&in, EN_FORMULA_SIZE_MAX);
    en_buf_init(&out, EN_FORMULA_SIZE_MAX);
    en_code code = EN_OK;
    for (uint32_t group = 0; group < groups && code == EN_OK; group++) {
        char name[32];
        char sides[3][40];
        (void)snprintf(name, sizeof name, "B%u", group);
        static const char *const words[] = {"in", "out", "losses"};
        struct en_slice keys[3];
        for (int i = 0; i < 3; i++) {
            (void)snprintf(sides[i], sizeof sides[i], "%s.%s", name, words[i]);
            keys[i] = en_slice_text(sides[i]);
        }
        struct en_slice key = en_slice_text(name);
        code = replay->sink.name(replay->sink.self, EN_NAME_FORMULA, keys, 3, nodes, &replay->err);
        if (code == EN_OK) {
            code = replay->sink.name(replay->sink.self, EN_NAME_BALANCE, &key, 1,
                                     &replay->balances[group], &replay->err);
        }
        en_buf_reset(&in);
        en_buf_reset(&out);
        print_side(replay, group, 0, &in);
        print_side(replay, group, 1, &out);
        struct en_balance_set balance = {
            .name = key,
            .in = en_buf_slice(&in),
            .out = en_buf_slice(&out),
            .in_node = nodes[0],
            .out_node = nodes[1],
            .losses_node = nodes[2],
        };
        const struct en_instant first = {(int64_t)EN_WORKLOAD_FIRST_DAY * EN_DAY_US};
        struct en_interval from = {first, first};
        if (code == EN_OK) {
            code = put(replay, EN_KIND_BALANCE_SET, replay->balances[group], from, &balance);
        }
    }
    en_buf_fini(&in);
    en_buf_fini(&out);
    return code == EN_OK ? flush(replay) : code;
}

static void fill_block(struct replay *replay, uint32_t point, uint32_t day, uint32_t added)
{
    static const uint64_t words[] = {EN_QUALITY_MEASURED, EN_SOURCE_EST_INTERP,
                                     EN_SOURCE_MANUAL_READ, EN_QUALITY_MISSING};
    struct en_workload_day values;
    en_workload_day(&replay->workload, point, day, &values);
    replay->block.head = (struct en_block_head){0, 1800, EN_WORKLOAD_SLOTS, -3, false};
    for (uint32_t i = 0; i < EN_WORKLOAD_SLOTS; i++) {
        replay->block.quality[i] = words[values.quality[i]];
        replay->block.values[i] =
            values.quality[i] == EN_WORKLOAD_MISSING ? 0 : (int64_t)values.values[i] + added;
        replay->total += values.quality[i] == EN_WORKLOAD_MISSING ? 0 : values.values[i];
    }
}

static en_code append_day(struct replay *replay, uint32_t point, uint32_t day, uint32_t added)
{
    fill_block(replay, point, day, added);
    en_buf_reset(&replay->bytes);
    en_buf_reset(&replay->payload);
    en_code code = en_block_encode(&replay->block, &replay->bytes, &replay->err);
    if (code != EN_OK) {
        return code;
    }
    en_reading_profile_encode(0, en_buf_slice(&replay->bytes), &replay->payload);
    int64_t from = ((int64_t)EN_WORKLOAD_FIRST_DAY + day) * EN_DAY_US;
    struct en_interval valid = {{from}, {from + EN_DAY_US}};
    struct en_event_header header =
        header_of(replay, EN_KIND_READING_PROFILE, replay->channels[point], valid);
    code = en_batch_add(&replay->batch, &header, en_buf_slice(&replay->payload), &replay->err);
    return code == EN_OK && replay->batch.count >= BATCH_EVENTS ? flush(replay) : code;
}

static en_code append_readings(struct replay *replay)
{
    uint32_t *order = en_mem_alloc(replay->workload.points_count, sizeof *order);
    en_code code = order != NULL ? EN_OK : en_error_set(&replay->err, EN_NOMEM, "no memory");
    for (uint32_t day = 0; day < replay->workload.days_count && code == EN_OK; day++) {
        en_workload_order(&replay->workload, day, order);
        for (uint32_t i = 0; i < replay->workload.points_count && code == EN_OK; i++) {
            code = append_day(replay, order[i], day, 0);
        }
    }
    en_mem_free(order);
    return code == EN_OK ? flush(replay) : code;
}

/* One point-day in LATE_SHARE comes again with other values. */
static en_code append_late(struct replay *replay)
{
    en_code code = EN_OK;
    uint64_t count = (uint64_t)replay->workload.points_count * replay->workload.days_count;
    uint64_t total = replay->total;
    for (uint64_t i = 0; i < count / LATE_SHARE && code == EN_OK; i++) {
        uint64_t at = en_workload_mix(i) % count;
        code = append_day(replay, (uint32_t)(at % replay->workload.points_count),
                          (uint32_t)(at / replay->workload.points_count), 3);
    }
    replay->total = total;
    return code == EN_OK ? flush(replay) : code;
}

static int make_log(struct replay *replay)
{
    struct en_log_options options = {
        .dir = replay->log_path, .is_create = true, .origin = "bench.example/replay"};
    struct en_slice source = en_slice_text("bench");
    en_code code = en_log_open(&options, &replay->log, &replay->err);
    if (code == EN_OK) {
        replay->sink = en_log_sink(replay->log);
        code = replay->sink.name(replay->sink.self, EN_NAME_SOURCE, &source, 1, &replay->source,
                                 &replay->err);
    }
    if (code == EN_OK) {
        code = make_points(replay);
    }
    if (code == EN_OK) {
        code = make_balances(replay);
    }
    if (code == EN_OK) {
        code = append_readings(replay);
    }
    return code == EN_OK ? 0 : failed(replay, "make the log");
}

/* Decodes and encodes every block of a share of the points: what no replay can do without. */
struct raw_share {
    struct replay *replay;
    uint32_t first;
    uint32_t step;
    pthread_t thread;
};

static void *raw_work(void *share_memory)
{
    struct raw_share *share = share_memory;
    struct en_block *block = en_mem_alloc(1, sizeof *block);
    struct en_store *store = NULL;
    struct en_error err;
    struct en_buf out;
    en_buf_init(&out, EN_BLOCK_SIZE_MAX);
    en_code code =
        block != NULL ? en_store_begin(share->replay->kv, EN_KV_READ, &store, &err) : EN_NOMEM;
    for (uint32_t day = share->first; day < share->replay->workload.days_count && code == EN_OK;
         day += share->step) {
        struct en_series_scan scan;
        int32_t at = EN_WORKLOAD_FIRST_DAY + (int32_t)day;
        code = en_series_scan_begin(store, &en_series_profile, at, at + 1, 0, 0, &scan, &err);
        while (code == EN_OK) {
            struct en_slice entry;
            uint32_t series = 0;
            code = en_series_scan_next(&scan, &at, &series, &entry, &err);
            code = code == EN_OK ? en_block_read(entry, block, &err) : code;
            en_buf_reset(&out);
            code = code == EN_OK ? en_block_encode(block, &out, &err) : code;
        }
        en_series_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    en_store_abort(store);
    en_buf_fini(&out);
    en_mem_free(block);
    return NULL;
}

static double raw_rate(struct replay *replay)
{
    struct raw_share shares[2];
    double begun = en_bench_wall();
    for (uint32_t i = 0; i < 2; i++) {
        shares[i] = (struct raw_share){.replay = replay, .first = i, .step = 2};
        (void)pthread_create(&shares[i].thread, NULL, raw_work, &shares[i]);
    }
    for (uint32_t i = 0; i < 2; i++) {
        (void)pthread_join(shares[i].thread, NULL);
    }
    double readings =
        (double)replay->workload.points_count * replay->workload.days_count * EN_WORKLOAD_SLOTS;
    return readings / (en_bench_wall() - begun);
}

/* The sum of what the tables hold against the sum of what was sent. */
static int check_total(struct replay *replay)
{
    struct en_store *store = NULL;
    uint64_t total = 0;
    en_code code = en_store_begin(replay->kv, EN_KV_READ, &store, &replay->err);
    for (int32_t month = EN_WORKLOAD_FIRST_DAY; code == EN_OK;) {
        struct en_series_scan scan;
        code = en_series_next_day(store, &en_series_usage_month, &month, &replay->err);
        if (code != EN_OK) {
            break;
        }
        code = en_series_scan_begin(store, &en_series_usage_month, month, month + 1, 0, 0, &scan,
                                    &replay->err);
        while (code == EN_OK) {
            struct en_slice entry;
            uint32_t series = 0;
            int32_t day = 0;
            struct en_totals totals = {0};
            code = en_series_scan_next(&scan, &day, &series, &entry, &replay->err);
            code = code == EN_OK ? en_totals_decode(entry, &totals, &replay->err) : code;
            total += (uint64_t)(totals.micro / 1000);
        }
        en_series_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
        month++;
    }
    en_store_abort(store);
    uint64_t wanted = replay->total * (uint64_t)replay->ratio.num / (uint64_t)replay->ratio.den;
    if (code != EN_NOT_FOUND || total != wanted) {
        fprintf(stderr, "enerlog-bench: the tables hold %llu Wh, sent were %llu\n",
                (unsigned long long)total, (unsigned long long)wanted);
        return 1;
    }
    return 0;
}

/* Builds new tables from the log; *seconds what it took. */
static int replay_once(struct replay *replay, double *seconds)
{
    struct en_runner *runner = NULL;
    en_kv_close(replay->kv);
    replay->kv = NULL;
    (void)en_bench_folder(replay->bench, "tables");
    struct en_kv_options options = {
        .path = replay->kv_path, .size_max = MAP_SIZE, .tables_max = 128, .flags = EN_KV_NO_SYNC};
    double begun = en_bench_wall();
    en_code code = en_kv_open(&options, &replay->kv, &replay->err);
    if (code == EN_OK) {
        struct en_runner_options runner_options = {.log = replay->log, .kv = replay->kv};
        code = en_runner_open(&runner_options, &runner, &replay->err);
    }
    if (code == EN_OK) {
        code = en_runner_run(runner, 0, &replay->err);
    }
    en_runner_close(runner);
    *seconds = en_bench_wall() - begun;
    return code == EN_OK ? 0 : failed(replay, "replay");
}

static double peak_memory_mib(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static int measure_replay(struct replay *replay, const char *task, double *seconds)
{
    double times[ROUNDS];
    double cpu = en_bench_cpu();
    for (int i = 0; i < ROUNDS; i++) {
        if (replay_once(replay, &times[i]) != 0 || (i == 0 && check_total(replay) != 0)) {
            return 1;
        }
    }
    cpu = (en_bench_cpu() - cpu) / ROUNDS;
    *seconds = en_bench_quantile(times, ROUNDS, 0.5);
    double readings =
        (double)replay->workload.points_count * replay->workload.days_count * EN_WORKLOAD_SLOTS;
    double raw = raw_rate(replay);
    double rate = readings / *seconds;
    en_bench_print(replay->bench,
                   &(struct en_bench_result){
                       task, rate, "readings/s", "decode + encode, two threads", raw, rate / raw,
                       replay->workload.points_count, replay->workload.days_count});
    fprintf(stderr, "%s: %.2f s wall, %.2f s cpu, peak memory %.0f MiB\n", task, *seconds, cpu,
            peak_memory_mib());
    return 0;
}

static int measure_late(struct replay *replay, double replay_seconds)
{
    struct en_runner *runner = NULL;
    struct en_runner_options options = {.log = replay->log, .kv = replay->kv};
    /* the daemon's runner is up: what it costs to bring one up is not the settling's */
    if (en_runner_open(&options, &runner, &replay->err) != EN_OK || append_late(replay) != EN_OK) {
        en_runner_close(runner);
        return failed(replay, "late readings");
    }
    double begun = en_bench_wall();
    en_code code = en_runner_run(runner, 0, &replay->err);
    double seconds = en_bench_wall() - begun;
    en_runner_close(runner);
    if (code != EN_OK) {
        return failed(replay, "late readings");
    }
    en_bench_print(replay->bench, &(struct en_bench_result){
                                      "late", seconds, "s", "the whole replay", replay_seconds,
                                      seconds / replay_seconds, replay->workload.points_count,
                                      replay->workload.days_count});
    return 0;
}

/* Latencies of one kind of question, and of fetching the same bytes. */
struct latencies {
    double asked[QUERIES];
    double raw[QUERIES];
    size_t count;
};

static void print_latencies(struct replay *replay, const char *task, struct latencies *latencies)
{
    const double quantiles[] = {0.5, 0.99};
    const char *const units[] = {"us p50", "us p99"};
    for (size_t i = 0; i < 2; i++) {
        double value = en_bench_quantile(latencies->asked, latencies->count, quantiles[i]) * 1e6;
        double raw = en_bench_quantile(latencies->raw, latencies->count, quantiles[i]) * 1e6;
        en_bench_print(replay->bench,
                       &(struct en_bench_result){
                           task, value, units[i], "LMDB get of the same bytes", raw, raw / value,
                           replay->workload.points_count, replay->workload.days_count});
    }
}

static uint64_t sum_block(struct en_slice bytes)
{
    struct en_block_total total = {0};
    struct en_error err;
    return en_block_sum(bytes, &total, &err) == EN_OK ? (uint64_t)total.sum : 0;
}

static volatile uint64_t sunk; /* keeps what is computed from being left out */

static void ask_point_day(struct replay *replay, struct en_store *store,
                          struct latencies *latencies)
{
    static int64_t values[EN_SLOTS_MAX];
    latencies->count = QUERIES;
    for (uint32_t i = 0; i < QUERIES; i++) {
        uint64_t random = en_workload_mix(i);
        uint32_t channel = replay->channels[random % replay->workload.points_count];
        int32_t day =
            EN_WORKLOAD_FIRST_DAY + (int32_t)(random >> 32) % (int32_t)replay->workload.days_count;
        day = day < EN_WORKLOAD_FIRST_DAY ? EN_WORKLOAD_FIRST_DAY : day;
        struct en_slice block;
        struct en_block_head head;
        double begun = en_bench_wall();
        if (en_best_get(store, day, channel, &block, &replay->err) == EN_OK) {
            sunk += en_block_values(block, values, &head, &replay->err) == EN_OK;
        }
        double asked = en_bench_wall();
        sunk += (uint64_t)values[7];
        sunk +=
            en_series_get(store, &en_series_profile, day, channel, &block, &replay->err) == EN_OK;
        latencies->raw[i] = en_bench_wall() - asked;
        latencies->asked[i] = asked - begun;
    }
}

static void ask_balance_month(struct replay *replay, struct en_store *store,
                              struct latencies *latencies)
{
    uint32_t groups = en_workload_groups(&replay->workload);
    latencies->count = QUERIES / 10;
    for (uint32_t i = 0; i < latencies->count; i++) {
        uint32_t balance = replay->balances[en_workload_mix(i) % groups];
        double times[3];
        for (int round = 0; round < 2; round++) {
            times[round] = en_bench_wall();
            for (int32_t day = 0; day < (int32_t)replay->workload.days_count; day++) {
                struct en_slice entry;
                struct en_balance_totals totals = {0};
                en_code code =
                    en_series_get(store, &en_series_balance_day, EN_WORKLOAD_FIRST_DAY + day,
                                  balance, &entry, &replay->err);
                if (code == EN_OK && round == 0) {
                    code = en_balance_totals_decode(entry, &totals, &replay->err);
                }
                sunk += (uint64_t)totals.in_micro;
            }
        }
        times[2] = en_bench_wall();
        latencies->asked[i] = times[1] - times[0];
        latencies->raw[i] = times[2] - times[1];
    }
}

static void ask_group_month(struct replay *replay, struct en_store *store,
                            struct latencies *latencies)
{
    uint32_t groups = en_workload_groups(&replay->workload);
    latencies->count = groups < 100 ? groups : 100;
    for (uint32_t i = 0; i < latencies->count; i++) {
        double times[3];
        for (int round = 0; round < 2; round++) {
            times[round] = en_bench_wall();
            for (int32_t day = 0; day < (int32_t)replay->workload.days_count; day++) {
                for (uint32_t point = i; point < replay->workload.points_count; point += groups) {
                    struct en_slice block = {0};
                    en_code code =
                        round == 0
                            ? en_best_get(store, EN_WORKLOAD_FIRST_DAY + day,
                                              replay->channels[point], &block, &replay->err)
                            : en_series_get(store, &en_series_profile, EN_WORKLOAD_FIRST_DAY + day,
                                            replay->channels[point], &block, &replay->err);
                    sunk += code == EN_OK && round == 0 ? sum_block(block) : 0;
                }
            }
        }
        times[2] = en_bench_wall();
        latencies->asked[i] = times[1] - times[0];
        latencies->raw[i] = times[2] - times[1];
    }
}

static int measure_queries(struct replay *replay)
{
    static const struct {
        const char *task;
        void (*ask)(struct replay *replay, struct en_store *store, struct latencies *latencies);
    } questions[] = {
        {"point-day", ask_point_day},
        {"balance-month", ask_balance_month},
        {"group-month", ask_group_month},
    };
    struct latencies *latencies = en_mem_alloc(1, sizeof *latencies);
    int result = latencies != NULL ? 0 : 1;
    for (size_t i = 0; i < EN_COUNT_OF(questions) && result == 0; i++) {
        struct en_store *store = NULL;
        if (en_store_begin(replay->kv, EN_KV_READ, &store, &replay->err) != EN_OK) {
            result = failed(replay, questions[i].task);
            break;
        }
        questions[i].ask(replay, store, latencies);
        en_store_abort(store);
        print_latencies(replay, questions[i].task, latencies);
    }
    en_mem_free(latencies);
    return result;
}

static int replay_open(struct replay *replay, const struct en_bench *bench, struct en_ratio ratio)
{
    *replay = (struct replay){.bench = bench, .ratio = ratio};
    replay->workload = (struct en_workload){en_bench_size(bench, bench->points_count, 2000, 100000),
                                            en_bench_size(bench, bench->days_count, 5, 30), SEED};
    replay->points = en_mem_alloc(replay->workload.points_count, sizeof *replay->points);
    replay->channels = en_mem_alloc(replay->workload.points_count, sizeof *replay->channels);
    replay->balances = en_mem_alloc(BALANCES, sizeof *replay->balances);
    en_batch_init(&replay->batch);
    en_buf_init(&replay->bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&replay->payload, EN_PAYLOAD_SIZE_MAX);
    (void)snprintf(replay->log_path, sizeof replay->log_path, "%s/log", bench->dir);
    (void)snprintf(replay->kv_path, sizeof replay->kv_path, "%s/tables", bench->dir);
    (void)en_bench_folder(bench, "log");
    (void)rmdir(replay->log_path);
    bool has_memory =
        replay->points != NULL && replay->channels != NULL && replay->balances != NULL;
    return has_memory ? make_log(replay) : 1;
}

static void replay_close(struct replay *replay)
{
    en_kv_close(replay->kv);
    en_log_close(replay->log);
    en_mem_free(replay->points);
    en_mem_free(replay->channels);
    en_mem_free(replay->balances);
    en_batch_fini(&replay->batch);
    en_buf_fini(&replay->bytes);
    en_buf_fini(&replay->payload);
    (void)en_bench_folder(replay->bench, "log");
    (void)en_bench_folder(replay->bench, "tables");
}

int en_bench_replay(const struct en_bench *bench)
{
    static const struct {
        const char *task;
        struct en_ratio ratio;
    } rounds[] = {{"replay", {1, 1}}, {"replay-ratio", {40, 1}}};
    int result = 0;
    for (size_t i = 0; i < EN_COUNT_OF(rounds) && result == 0; i++) {
        struct replay *replay = en_mem_alloc(1, sizeof *replay);
        double seconds = 0;
        result = replay == NULL || replay_open(replay, bench, rounds[i].ratio) != 0;
        if (result == 0) {
            result = measure_replay(replay, rounds[i].task, &seconds);
        }
        if (result == 0 && i == 0) {
            result = measure_queries(replay) != 0 || measure_late(replay, seconds) != 0;
        }
        if (replay != NULL) {
            replay_close(replay);
        }
        en_mem_free(replay);
    }
    return result;
}
