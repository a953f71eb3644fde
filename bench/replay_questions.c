/* Questions to the tables that a replay made: how long an answer takes. */
#include <stdio.h>

#include "bench/replay_log.h"
#include "core/mem.h"
#include "projections/tables.h"
#include "projections/views/best.h"

#define QUERIES 20000u

/* Latencies of one kind of question, and of fetching the same bytes. */
struct latencies {
    double asked[QUERIES];
    double raw[QUERIES];
    size_t count;
};

static void print_latencies(struct en_replay_bench *replay, const char *task,
                            struct latencies *latencies)
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

static void ask_point_day(struct en_replay_bench *replay, struct en_store *store,
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

static void ask_balance_month(struct en_replay_bench *replay, struct en_store *store,
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

static void ask_group_month(struct en_replay_bench *replay, struct en_store *store,
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

int en_replay_measure_questions(struct en_replay_bench *replay)
{
    static const struct {
        const char *task;
        void (*ask)(struct en_replay_bench *replay, struct en_store *store,
                    struct latencies *latencies);
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
            result = en_replay_failed(replay, questions[i].task);
            break;
        }
        questions[i].ask(replay, store, latencies);
        en_store_abort(store);
        print_latencies(replay, questions[i].task, latencies);
    }
    en_mem_free(latencies);
    return result;
}
