/* The day block and the stored series of day blocks on the common workload:
 *
 *   block.encode   readings/s   raw: copying the same values
 *   block.size     bytes a reading   raw: information in the data, 1.096
 *   block.sum      decode and sum in memory, readings/s   raw: summing the plain values
 *   series.write   a day's encoded blocks into an empty table, in one commit without sync,
 *                  readings/s   raw: block.sum
 *   series.size    bytes a reading of the table's pages   raw: block.size
 *   series.scan    sum per point and half-hour sums per group, readings/s   raw: block.sum
 *   series.get     one point's day in a new snapshot, decoded, us (median)   raw: its decoding */
#include <stdio.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/workload.h"
#include "core/kv.h"
#include "core/mem.h"
#include "core/metering/block/slot_sums.h"
#include "projections/series.h"

#define ROUNDS 5
#define GETS_COUNT 20000u
#define AHEAD 8u /* entries between asking for a sum's memory and adding to it */
#define INFORMATION_BYTES 1.096
#define POINTS_QUICK 2000u

static const struct en_series_table table = {"interval", "", 0};

struct bench {
    struct en_workload workload;
    const struct en_bench *common;
    struct en_error err;
    uint64_t wanted; /* total of all values of all days */
    uint64_t wanted_first_day;
    struct en_workload_day *days; /* of the first day, by point */
    int64_t *plain;               /* the same values as 64-bit integers */
    struct en_buf bytes;          /* the blocks of one day, end to end */
    size_t *offsets;              /* of each block, and the end */
    struct en_kv *kv;
    double sum_rate;
    double block_size;
    int64_t *group_slots;
    uint16_t *group_missing;
    struct en_slot_sums *groups;
    uint64_t *point_totals;
};

static double median(double *values, size_t count)
{
    return en_bench_quantile(values, count, 0.5);
}

static void print(const struct bench *bench, const char *task, double value, const char *unit,
                  const char *raw, double raw_value, bool is_less_better)
{
    const struct en_bench_result result = {
        .task = task,
        .value = value,
        .unit = unit,
        .raw = raw,
        .raw_value = raw_value,
        .ratio = is_less_better ? raw_value / value : value / raw_value,
        .points = bench->workload.points_count,
        .days = bench->workload.days_count,
    };
    en_bench_print(bench->common, &result);
}

static bool fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "block bench: %s: %s\n", what, why);
    return false;
}

static double readings_of(const struct bench *bench, uint32_t days)
{
    return (double)bench->workload.points_count * days * EN_WORKLOAD_SLOTS;
}

static void fill_block(const struct en_workload_day *day, struct en_block *block)
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

static bool encode_day(struct bench *bench, const struct en_workload_day *days)
{
    struct en_block block;
    en_buf_reset(&bench->bytes);
    for (uint32_t point = 0; point < bench->workload.points_count; point++) {
        fill_block(&days[point], &block);
        bench->offsets[point] = bench->bytes.size;
        if (en_block_encode(&block, &bench->bytes, &bench->err) != EN_OK) {
            return fail("encode", bench->err.text);
        }
    }
    bench->offsets[bench->workload.points_count] = bench->bytes.size;
    return true;
}

static struct en_slice block_of(const struct bench *bench, uint32_t point)
{
    size_t from = bench->offsets[point];
    return en_slice_of(bench->bytes.bytes + from, bench->offsets[point + 1] - from);
}

static void make_day(struct bench *bench, uint32_t day, struct en_workload_day *days)
{
    for (uint32_t point = 0; point < bench->workload.points_count; point++) {
        en_workload_day(&bench->workload, point, day, &days[point]);
        for (uint32_t i = 0; i < EN_WORKLOAD_SLOTS; i++) {
            bench->wanted += days[point].values[i];
        }
    }
}

static double copy_rate(const struct bench *bench, int64_t *to)
{
    double rates[ROUNDS];
    size_t count = (size_t)readings_of(bench, 1);
    for (int i = 0; i < ROUNDS; i++) {
        double begin = en_bench_cpu();
        memcpy(to, bench->plain, count * sizeof *to);
        rates[i] = (double)count / (en_bench_cpu() - begin);
    }
    return median(rates, ROUNDS);
}

static bool measure_encode(struct bench *bench)
{
    double rates[ROUNDS];
    size_t count = (size_t)readings_of(bench, 1);
    int64_t *copy = en_mem_alloc(count, sizeof *copy);
    if (copy == NULL) {
        return fail("encode", "out of memory");
    }
    for (int i = 0; i < ROUNDS; i++) {
        double begin = en_bench_cpu();
        if (!encode_day(bench, bench->days)) {
            en_mem_free(copy);
            return false;
        }
        rates[i] = (double)count / (en_bench_cpu() - begin);
    }
    print(bench, "block.encode", median(rates, ROUNDS), "readings/s", "copy",
          copy_rate(bench, copy), false);
    en_mem_free(copy);
    bench->block_size = (double)bench->bytes.size / (double)count;
    print(bench, "block.size", bench->block_size, "bytes/reading", "information", INFORMATION_BYTES,
          true);
    return true;
}

static double plain_sum_rate(const struct bench *bench, uint64_t *sum)
{
    double rates[ROUNDS];
    size_t count = (size_t)readings_of(bench, 1);
    for (int i = 0; i < ROUNDS; i++) {
        double begin = en_bench_cpu();
        *sum = 0;
        for (size_t j = 0; j < count; j++) {
            *sum += (uint64_t)bench->plain[j];
        }
        rates[i] = (double)count / (en_bench_cpu() - begin);
    }
    return median(rates, ROUNDS);
}

static bool measure_sum(struct bench *bench)
{
    double rates[ROUNDS];
    uint64_t plain = 0;
    en_i128 sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double begin = en_bench_cpu();
        sum = 0;
        for (uint32_t point = 0; point < bench->workload.points_count; point++) {
            struct en_block_total total;
            if (en_block_sum(block_of(bench, point), &total, &bench->err) != EN_OK) {
                return fail("sum", bench->err.text);
            }
            sum += total.sum;
        }
        rates[i] = readings_of(bench, 1) / (en_bench_cpu() - begin);
    }
    bench->sum_rate = median(rates, ROUNDS);
    print(bench, "block.sum", bench->sum_rate, "readings/s", "plain sum",
          plain_sum_rate(bench, &plain), false);
    return sum == (en_i128)bench->wanted_first_day && plain == bench->wanted_first_day
               ? true
               : fail("sum", "wrong total");
}

static en_code write_day(struct bench *bench, uint32_t day)
{
    struct en_store *store = NULL;
    struct en_series_writer *writer = NULL;
    struct en_error *err = &bench->err;
    int32_t at = EN_WORKLOAD_FIRST_DAY + (int32_t)day;
    en_code code = en_store_begin(bench->kv, EN_KV_WRITE, &store, err);
    if (code == EN_OK) {
        code = en_series_writer_open(store, &table, at, &writer, err);
    }
    for (uint32_t i = 0; i < bench->workload.points_count && code == EN_OK; i++) {
        code = en_series_writer_put(writer, i, block_of(bench, i), NULL, NULL, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(writer, err);
    }
    en_series_writer_close(writer);
    if (code == EN_OK) {
        code = en_store_commit(&store, err);
    }
    en_store_abort(store);
    return code;
}

static bool print_size(struct bench *bench)
{
    struct en_store *store = NULL;
    struct en_kv_table kv_table;
    struct en_kv_stat stat = {0};
    en_code code = en_store_begin(bench->kv, EN_KV_READ, &store, &bench->err);
    if (code == EN_OK) {
        code = en_store_table(store, table.name, &kv_table, &bench->err);
    }
    if (code == EN_OK) {
        code = en_kv_stat(en_store_txn(store), kv_table, &stat, &bench->err);
    }
    en_store_abort(store);
    print(bench, "series.size", (double)stat.size / readings_of(bench, bench->workload.days_count),
          "bytes/reading", "block.size", bench->block_size, true);
    return code == EN_OK ? true : fail("size", bench->err.text);
}

static bool measure_write(struct bench *bench)
{
    double seconds = 0;
    for (uint32_t day = 0; day < bench->workload.days_count; day++) {
        if (day > 0) {
            make_day(bench, day, bench->days);
            if (!encode_day(bench, bench->days)) {
                return false;
            }
        }
        double begin = en_bench_cpu();
        if (write_day(bench, day) != EN_OK) {
            return fail("write", bench->err.text);
        }
        seconds += en_bench_cpu() - begin;
    }
    print(bench, "series.write", readings_of(bench, bench->workload.days_count) / seconds,
          "readings/s", "block.sum", bench->sum_rate, false);
    return print_size(bench);
}

static void clear_sums(struct bench *bench)
{
    static const struct en_block_head head = {
        .start_minute = -180, .slot_seconds = 1800, .count = EN_WORKLOAD_SLOTS, .exponent = -3};
    for (uint32_t i = 0; i < en_workload_groups(&bench->workload); i++) {
        en_slot_sums_init(&bench->groups[i], &head, bench->group_slots + i * EN_WORKLOAD_SLOTS,
                          bench->group_missing + i * EN_WORKLOAD_SLOTS);
    }
}

/* Asks for the memory that the entry a little later will be added to. */
static inline void fetch_ahead(const struct bench *bench, uint32_t point)
{
    uint32_t group = en_workload_group_of(&bench->workload, point + AHEAD);
    const char *slots = (const char *)(bench->group_slots + (size_t)group * EN_WORKLOAD_SLOTS);
    for (size_t i = 0; i < EN_WORKLOAD_SLOTS * sizeof(int64_t); i += 64) {
        __builtin_prefetch(slots + i, 1);
    }
}

/* One pass over a day: every block is added to its point's total and its group's half-hours. */
static en_code scan_day(struct bench *bench, int32_t day, en_i128 *sum)
{
    struct en_store *store = NULL;
    struct en_series_scan scan = {0};
    struct en_error *err = &bench->err;
    struct en_slice entry;
    uint32_t point = 0;
    en_code code = en_store_begin(bench->kv, EN_KV_READ, &store, err);
    if (code == EN_OK) {
        code = en_series_scan_begin(store, &table, day, day + 1, 0, 0, &scan, err);
    }
    while (code == EN_OK) {
        struct en_block_total total;
        code = en_series_scan_next(&scan, &day, &point, &entry, err);
        if (code != EN_OK) {
            break;
        }
        fetch_ahead(bench, point);
        struct en_slot_sums *group = &bench->groups[en_workload_group_of(&bench->workload, point)];
        code = en_slot_sums_add(group, entry, 1, &total, err);
        bench->point_totals[point] += (uint64_t)total.sum;
        *sum += total.sum;
    }
    en_series_scan_end(&scan);
    en_store_abort(store);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static uint64_t sum_of_groups(const struct bench *bench)
{
    uint64_t sum = 0;
    size_t count = (size_t)en_workload_groups(&bench->workload) * EN_WORKLOAD_SLOTS;
    for (size_t i = 0; i < count; i++) {
        sum += (uint64_t)bench->group_slots[i];
    }
    return sum;
}

static bool measure_scan(struct bench *bench)
{
    double rates[ROUNDS];
    uint32_t days = bench->workload.days_count;
    for (int i = 0; i < ROUNDS; i++) {
        en_i128 sum = 0;
        uint64_t groups = 0;
        double seconds = 0;
        for (uint32_t day = 0; day < days; day++) {
            clear_sums(bench); /* one day's sums are held */
            double begin = en_bench_cpu();
            int32_t at = EN_WORKLOAD_FIRST_DAY + (int32_t)day;
            if (scan_day(bench, at, &sum) != EN_OK) {
                return fail("scan", bench->err.text);
            }
            seconds += en_bench_cpu() - begin;
            groups += sum_of_groups(bench);
        }
        rates[i] = readings_of(bench, days) / seconds;
        if (sum != (en_i128)bench->wanted || groups != bench->wanted) {
            return fail("scan", "wrong total");
        }
    }
    print(bench, "series.scan", median(rates, ROUNDS), "readings/s", "block.sum", bench->sum_rate,
          false);
    return true;
}

static en_code get_one(struct bench *bench, int32_t day, uint32_t point, double *get_us,
                       double *decode_us)
{
    int64_t values[EN_SLOTS_MAX];
    struct en_block_head head;
    struct en_store *store = NULL;
    struct en_slice entry;
    double begin = en_bench_wall();
    en_code code = en_store_begin(bench->kv, EN_KV_READ, &store, &bench->err);
    if (code == EN_OK) {
        code = en_series_get(store, &table, day, point, &entry, &bench->err);
    }
    double middle = en_bench_wall();
    if (code == EN_OK) {
        code = en_block_values(entry, values, &head, &bench->err);
    }
    double end = en_bench_wall();
    en_store_abort(store);
    *get_us = (end - begin) * 1e6;
    *decode_us = (end - middle) * 1e6;
    return code;
}

static bool measure_get(struct bench *bench)
{
    double *gets = en_mem_alloc(2 * GETS_COUNT, sizeof *gets);
    if (gets == NULL) {
        return fail("get", "out of memory");
    }
    double *decodes = gets + GETS_COUNT;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < GETS_COUNT && code == EN_OK; i++) {
        uint64_t hash = en_workload_mix(i);
        uint32_t point = (uint32_t)(hash % bench->workload.points_count);
        uint32_t day = (uint32_t)((hash >> 40) % bench->workload.days_count);
        code = get_one(bench, EN_WORKLOAD_FIRST_DAY + (int32_t)day, point, &gets[i], &decodes[i]);
    }
    if (code == EN_OK) {
        print(bench, "series.get", median(gets, GETS_COUNT), "us", "decode",
              median(decodes, GETS_COUNT), true);
    }
    en_mem_free(gets);
    return code == EN_OK ? true : fail("get", bench->err.text);
}

static bool prepare(struct bench *bench)
{
    size_t points = bench->workload.points_count;
    size_t groups = en_workload_groups(&bench->workload);
    size_t slots = groups * EN_WORKLOAD_SLOTS;
    bench->days = en_mem_alloc(points, sizeof *bench->days);
    bench->plain = en_mem_alloc(points * EN_WORKLOAD_SLOTS, sizeof *bench->plain);
    bench->offsets = en_mem_alloc(points + 1, sizeof *bench->offsets);
    bench->group_slots = en_mem_alloc(slots, sizeof *bench->group_slots);
    bench->group_missing = en_mem_alloc(slots, sizeof *bench->group_missing);
    bench->groups = en_mem_alloc(groups, sizeof *bench->groups);
    bench->point_totals = en_mem_alloc(points, sizeof *bench->point_totals);
    en_buf_init(&bench->bytes, points * 512 + EN_BLOCK_SIZE_MAX);
    if (bench->days == NULL || bench->plain == NULL || bench->offsets == NULL ||
        bench->group_slots == NULL || bench->group_missing == NULL || bench->groups == NULL ||
        bench->point_totals == NULL) {
        return fail("prepare", "out of memory");
    }
    make_day(bench, 0, bench->days);
    bench->wanted_first_day = bench->wanted;
    for (size_t i = 0; i < points * EN_WORKLOAD_SLOTS; i++) {
        bench->plain[i] = bench->days[i / EN_WORKLOAD_SLOTS].values[i % EN_WORKLOAD_SLOTS];
    }
    const struct en_kv_options options = {.path = en_bench_folder(bench->common, "block"),
                                          .size_max = UINT64_C(64) << 30,
                                          .tables_max = 8,
                                          .flags = EN_KV_NO_SYNC};
    return en_kv_open(&options, &bench->kv, &bench->err) == EN_OK ? true
                                                                  : fail("open", bench->err.text);
}

static int run(const struct en_bench *common, uint32_t points_count)
{
    struct bench bench = {
        .common = common,
        .workload = {.points_count = points_count, .days_count = 1, .seed = 42},
    };
    bool is_good = prepare(&bench) && measure_encode(&bench) && measure_sum(&bench) &&
                   measure_write(&bench) && measure_scan(&bench) && measure_get(&bench);
    en_kv_close(bench.kv);
    (void)rmdir(en_bench_folder(common, "block"));
    en_mem_free(bench.days);
    en_mem_free(bench.plain);
    en_mem_free(bench.offsets);
    en_mem_free(bench.group_slots);
    en_mem_free(bench.group_missing);
    en_mem_free(bench.groups);
    en_mem_free(bench.point_totals);
    en_buf_fini(&bench.bytes);
    return is_good ? 0 : 1;
}

int en_bench_block(const struct en_bench *bench)
{
    return run(bench, bench->is_quick ? POINTS_QUICK : 100000);
}

int en_bench_block_1m(const struct en_bench *bench)
{
    return run(bench, bench->is_quick ? 2 * POINTS_QUICK : 1000000);
}
