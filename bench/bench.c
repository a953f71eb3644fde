#include "bench/bench.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 600
#define OPEN_FOLDERS_MAX 16

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double en_bench_wall(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double en_bench_cpu(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double en_bench_quantile(double *numbers, size_t count, double quantile)
{
    if (count == 0) {
        return 0;
    }
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    return numbers[(size_t)(quantile * (double)(count - 1) + 0.5)];
}

void en_bench_print(const struct en_bench *bench, const struct en_bench_result *result)
{
    const char *format =
        bench->is_json
            ? "{\"task\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"raw\":\"%s\",\"raw_value\":%.6g,"
              "\"ratio\":%.4g,\"points\":%llu,\"days\":%llu}\n"
            : "%-14s %12.6g %-16s raw: %s %.6g  ratio %.3g  (%llu points, %llu days)\n";
    fprintf(bench->out, format, result->task, result->value, result->unit, result->raw,
            result->raw_value, result->ratio, (unsigned long long)result->points,
            (unsigned long long)result->days);
    fflush(bench->out);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    (void)stat;
    (void)type;
    (void)walk;
    return remove(path);
}

const char *en_bench_folder(const struct en_bench *bench, const char *name)
{
    static _Thread_local char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", bench->dir, name);
    (void)nftw(path, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
    (void)mkdir(path, 0700);
    return path;
}
