/* Counters of the HTTP server itself, in Prometheus' text form. Process-wide, any thread. */
#ifndef EN_HTTP_METRICS_H
#define EN_HTTP_METRICS_H

#include "core/buf.h"
#include "core/histogram.h"

/* An answered request: its status and how long it took. */
void en_http_metrics_add(uint32_t status, uint64_t us);

/* Appends enerlog_http_request_duration_seconds and enerlog_http_requests_total. */
void en_http_metrics_print(struct en_buf *out);

/* One metric with its help and type lines. labels: "" or "{a=\"b\"}". */
void en_metric_count(struct en_buf *out, const char *name, const char *type, const char *help,
                     const char *labels, uint64_t value);
/* The same for a value in microseconds, printed in seconds. */
void en_metric_seconds(struct en_buf *out, const char *name, const char *type, const char *help,
                       const char *labels, int64_t us);

/* A histogram in seconds, with its help and type lines. */
void en_metric_histogram(struct en_buf *out, const char *name, const char *help,
                         const struct en_histogram *histogram);

#endif
