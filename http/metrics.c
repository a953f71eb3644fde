#include "http/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#define CLASSES_COUNT 6u

static struct en_histogram durations;
static _Atomic uint64_t classes[CLASSES_COUNT]; /* by first digit of the status */

void en_http_metrics_add(uint32_t status, uint64_t us)
{
    en_histogram_add(&durations, us);
    atomic_fetch_add(&classes[status / 100 < CLASSES_COUNT ? status / 100 : 0], 1);
}

static void put_head(struct en_buf *out, const char *name, const char *type, const char *help)
{
    en_buf_print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void en_metric_count(struct en_buf *out, const char *name, const char *type, const char *help,
                     const char *labels, uint64_t value)
{
    put_head(out, name, type, help);
    en_buf_print(out, "%s%s %" PRIu64 "\n", name, labels, value);
}

static void put_seconds(struct en_buf *out, int64_t us)
{
    bool is_negative = us < 0;
    uint64_t size = is_negative ? (uint64_t)-us : (uint64_t)us;
    en_buf_print(out, "%s%" PRIu64 ".%06" PRIu64, is_negative ? "-" : "", size / 1000000,
                 size % 1000000);
}

void en_metric_seconds(struct en_buf *out, const char *name, const char *type, const char *help,
                       const char *labels, int64_t us)
{
    put_head(out, name, type, help);
    en_buf_print(out, "%s%s ", name, labels);
    put_seconds(out, us);
    en_buf_text(out, "\n");
}

void en_metric_histogram(struct en_buf *out, const char *name, const char *help,
                         const struct en_histogram *histogram)
{
    uint64_t count = 0;
    put_head(out, name, "histogram", help);
    for (size_t i = 0; i < EN_HISTOGRAM_BOUNDS; i++) {
        count += atomic_load(&histogram->buckets[i]);
        en_buf_print(out, "%s_bucket{le=\"", name);
        put_seconds(out, (int64_t)en_histogram_bounds_us[i]);
        en_buf_print(out, "\"} %" PRIu64 "\n", count);
    }
    count += atomic_load(&histogram->buckets[EN_HISTOGRAM_BOUNDS]);
    en_buf_print(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum ", name, count, name);
    put_seconds(out, (int64_t)atomic_load(&histogram->sum_us));
    en_buf_print(out, "\n%s_count %" PRIu64 "\n", name, count);
}

void en_http_metrics_print(struct en_buf *out)
{
    en_metric_histogram(out, "enerlog_http_request_duration_seconds", "Time to answer a request.",
                        &durations);
    put_head(out, "enerlog_http_requests_total", "counter", "Requests answered, by status class.");
    for (uint32_t i = 1; i < CLASSES_COUNT; i++) {
        en_buf_print(out, "enerlog_http_requests_total{status=\"%uxx\"} %" PRIu64 "\n", i,
                     atomic_load(&classes[i]));
    }
}
