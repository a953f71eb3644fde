/* enerlog-bench [--json] [--quick] [--dir DIR] [--points N] [--days N] [TASK...]: measures, and
 * prints each result beside the raw limit of the same run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"

static const struct {
    const char *name;
    const char *about;
    en_bench_task run;
} tasks[] = {
    {"ingest", "day blocks into the log, 1,000 a commit, two producers", en_bench_ingest},
    {"ingest-1m", "the same with ten times the points", en_bench_ingest_1m},
    {"append-1", "one producer, one event a commit", en_bench_append_1},
    {"append-64", "64 producers, one event each", en_bench_append_64},
    {"verify", "checksums, tree and checkpoints of a log", en_bench_verify},
    {"block", "block.encode, .size, .sum; series.write, .size, .scan, .get: one day",
     en_bench_block},
    {"block-1m", "the same with ten times the points", en_bench_block_1m},
    {"replay", "replay, replay-judged, replay-ratio, late, point-day, balance-month, group-month",
     en_bench_replay},
};

#define TASKS_COUNT (sizeof tasks / sizeof tasks[0])

static int usage(void)
{
    fprintf(stderr, "usage: enerlog-bench [--json] [--quick] [--dir DIR] [--points N] [--days N] "
                    "[TASK...]\ntasks:\n");
    for (size_t i = 0; i < TASKS_COUNT; i++) {
        fprintf(stderr, "  %-10s %s\n", tasks[i].name, tasks[i].about);
    }
    return 2;
}

static bool is_wanted(const char *name, int names_count, char **names)
{
    bool is_named = names_count == 0;
    for (int i = 0; i < names_count; i++) {
        is_named = is_named || strcmp(names[i], name) == 0;
    }
    return is_named;
}

int main(int argc, char **argv)
{
    struct en_bench bench = {.out = stdout};
    char dir[] = "/tmp/enerlog-bench-XXXXXX";
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--json") == 0) {
            bench.is_json = true;
        } else if (strcmp(argv[at], "--quick") == 0) {
            bench.is_quick = true;
        } else if (strcmp(argv[at], "--dir") == 0 && at + 1 < argc) {
            bench.dir = argv[++at];
        } else if (strcmp(argv[at], "--points") == 0 && at + 1 < argc) {
            bench.points_count = (uint32_t)strtoul(argv[++at], NULL, 10);
        } else if (strcmp(argv[at], "--days") == 0 && at + 1 < argc) {
            bench.days_count = (uint32_t)strtoul(argv[++at], NULL, 10);
        } else {
            return usage();
        }
    }
    bool is_own_dir = bench.dir == NULL;
    bench.dir = is_own_dir ? mkdtemp(dir) : bench.dir;
    if (bench.dir == NULL) {
        perror("enerlog-bench: no folder for measurements");
        return 1;
    }
    int failed = 0;
    for (size_t i = 0; i < TASKS_COUNT; i++) {
        if (is_wanted(tasks[i].name, argc - at, argv + at)) {
            failed |= tasks[i].run(&bench);
        }
    }
    if (is_own_dir) {
        (void)en_bench_folder(&bench, "");
        (void)rmdir(bench.dir);
    }
    return failed;
}
