/* Replay of a month of the workload into new tables, late readings on top of it, and questions to
 * the result. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/replay_log.h"
#include "core/mem.h"
#include "processors/runner.h"
#include "projections/tables.h"

#define ROUNDS 3
#define MAP_SIZE (UINT64_C(64) << 30)

/* Decodes and encodes every block of a share of the points: what no replay can do without. */
struct raw_share {
    struct en_replay_bench *replay;
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

static double raw_rate(struct en_replay_bench *replay)
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
static int check_total(struct en_replay_bench *replay)
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
static int replay_once(struct en_replay_bench *replay, double *seconds)
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
    return code == EN_OK ? 0 : en_replay_failed(replay, "replay");
}

static double peak_memory_mib(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static int measure_replay(struct en_replay_bench *replay, const char *task, double *seconds)
{
    double times[ROUNDS];
    double cpu = en_bench_cpu();
    for (int i = 0; i < ROUNDS; i++) {
        if (replay_once(replay, &times[i]) != 0 ||
            (i == 0 && replay->preset == NULL && check_total(replay) != 0)) {
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

static int measure_late(struct en_replay_bench *replay, double replay_seconds)
{
    struct en_runner *runner = NULL;
    struct en_runner_options options = {.log = replay->log, .kv = replay->kv};
    /* the daemon's runner is up: what it costs to bring one up is not the settling's */
    if (en_runner_open(&options, &runner, &replay->err) != EN_OK ||
        en_replay_append_late(replay) != EN_OK) {
        en_runner_close(runner);
        return en_replay_failed(replay, "late readings");
    }
    double begun = en_bench_wall();
    en_code code = en_runner_run(runner, 0, &replay->err);
    double seconds = en_bench_wall() - begun;
    en_runner_close(runner);
    if (code != EN_OK) {
        return en_replay_failed(replay, "late readings");
    }
    en_bench_print(replay->bench, &(struct en_bench_result){
                                      "late", seconds, "s", "the whole replay", replay_seconds,
                                      seconds / replay_seconds, replay->workload.points_count,
                                      replay->workload.days_count});
    return 0;
}

/* The judged month against the same month without rules, of the same run. */
static int print_judged(const struct en_replay_bench *replay, double seconds, double plain)
{
    en_bench_print(replay->bench,
                   &(struct en_bench_result){"judged", seconds, "s", "the replay without rules",
                                             plain, seconds / plain, replay->workload.points_count,
                                             replay->workload.days_count});
    return 0;
}

int en_bench_replay(const struct en_bench *bench)
{
    static const struct en_replay_kind kinds[] = {{"replay", {1, 1}, NULL},
                                                  {"replay-judged", {1, 1}, "standard"},
                                                  {"replay-ratio", {40, 1}, NULL}};
    int result = 0;
    double plain = 0;
    for (size_t i = 0; i < EN_COUNT_OF(kinds) && result == 0; i++) {
        struct en_replay_bench *replay = en_mem_alloc(1, sizeof *replay);
        double seconds = 0;
        result = replay == NULL || en_replay_open(replay, bench, &kinds[i]) != 0;
        if (result == 0) {
            result = measure_replay(replay, kinds[i].task, &seconds);
        }
        if (result == 0 && i == 0) {
            plain = seconds;
            result = en_replay_measure_questions(replay) != 0 || measure_late(replay, seconds) != 0;
        }
        if (result == 0 && kinds[i].preset != NULL) {
            result = print_judged(replay, seconds, plain);
        }
        if (replay != NULL) {
            en_replay_close(replay);
        }
        en_mem_free(replay);
    }
    return result;
}
