/* What every measurement shares: options, clocks, medians, and the one line that a result is
 * printed as. */
#ifndef EN_BENCH_BENCH_H
#define EN_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct en_bench {
    FILE *out;
    bool is_json;
    bool is_quick;         /* sizes that end in seconds: shows that it runs, not how fast */
    const char *dir;       /* where measurements make their files; removed after */
    uint32_t points_count; /* 0: what the task says */
    uint32_t days_count;
};

/* One result: how fast, beside the raw limit measured in the same run. */
struct en_bench_result {
    const char *task;
    double value;
    const char *unit;
    const char *raw; /* what the limit is */
    double raw_value;
    double ratio; /* value / raw_value, or the other way round where less is better: above 1 is
                     better than raw */
    uint64_t points;
    uint64_t days;
};

void en_bench_print(const struct en_bench *bench, const struct en_bench_result *result);

/* A measurement: prints its results, returns 0, or says on stderr why not and returns 1. */
typedef int (*en_bench_task)(const struct en_bench *bench);

/* The size to measure at: as asked, else small or full. */
static inline uint32_t en_bench_size(const struct en_bench *bench, uint32_t asked, uint32_t quick,
                                     uint32_t full)
{
    uint32_t usual = bench->is_quick ? quick : full;
    return asked != 0 ? asked : usual;
}

/* Seconds: on the wall, and of the processor by this process. */
double en_bench_wall(void);
double en_bench_cpu(void);

/* The quantile (0 to 1) of count numbers, which are sorted in place. */
double en_bench_quantile(double *numbers, size_t count, double quantile);

/* "<bench dir>/<name>", made fresh; the path lives until the next call of the same thread. */
const char *en_bench_folder(const struct en_bench *bench, const char *name);

int en_bench_ingest(const struct en_bench *bench);
int en_bench_ingest_1m(const struct en_bench *bench);
int en_bench_append_1(const struct en_bench *bench);
int en_bench_append_64(const struct en_bench *bench);
int en_bench_verify(const struct en_bench *bench);
int en_bench_block(const struct en_bench *bench);
int en_bench_block_1m(const struct en_bench *bench);
int en_bench_replay(const struct en_bench *bench);

#endif
