/* Is it alive, is it ready, how much has it done. */
#include <inttypes.h>
#include <stdio.h>

#include "http/api/api.h"
#include "http/metrics.h"

#define LAG_EVENTS_MAX 100000u
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

EN_API(healthz)
{
    (void)service;
    (void)request;
    (void)err;
    en_json_object(&response->json, NULL);
    en_json_string(&response->json, "status", "ok");
    en_json_end(&response->json);
    return EN_OK;
}

static uint64_t lag_of(const struct en_service_state *state)
{
    return state->log_size > state->projected ? state->log_size - state->projected : 0;
}

EN_API(readyz)
{
    (void)request;
    (void)err;
    struct en_service_state state;
    service->state(service->self, &state);
    bool is_near = lag_of(&state) <= LAG_EVENTS_MAX;
    bool is_clock_sane = state.now.us >= state.last_at.us;
    bool is_ready = state.is_log_writable && is_near && is_clock_sane;
    struct en_json *json = &response->json;
    response->status = is_ready ? 200 : 503;
    en_json_object(json, NULL);
    en_json_string(json, "status", is_ready ? "ready" : "not ready");
    en_json_bool(json, "log_writable", state.is_log_writable);
    en_json_u64(json, "log_size", state.log_size);
    en_json_u64(json, "projected", state.projected);
    en_json_bool(json, "clock_sane", is_clock_sane);
    en_json_end(json);
    return EN_OK;
}

EN_API(version)
{
    (void)service;
    (void)request;
    (void)err;
    en_json_object(&response->json, NULL);
    en_json_string(&response->json, "version", EN_VERSION);
    en_json_string(&response->json, "api", "v1");
    en_json_end(&response->json);
    return EN_OK;
}

/* What /proc says of this process, in the names that Prometheus' client libraries use. */
static void put_process(struct en_buf *out, const struct en_service_state *state)
{
    en_metric_seconds(out, "process_start_time_seconds", "gauge",
                      "Start of the process since the epoch.", "", state->started_at.us);
    FILE *file = fopen("/proc/self/statm", "re");
    uint64_t pages = 0;
    uint64_t resident = 0;
    bool is_read = file != NULL && fscanf(file, "%" SCNu64 " %" SCNu64, &pages, &resident) == 2;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (is_read) {
        en_metric_count(out, "process_resident_memory_bytes", "gauge", "Resident memory.", "",
                        resident * 4096u);
        en_metric_count(out, "process_virtual_memory_bytes", "gauge", "Virtual memory.", "",
                        pages * 4096u);
    }
}

EN_API(metrics)
{
    (void)request;
    (void)err;
    struct en_service_state state;
    struct en_buf *out = &response->body;
    service->state(service->self, &state);
    response->content_type = METRICS_TYPE;
    en_metric_count(out, "enerlog_build_info", "gauge", "Which Enerlog this is.",
                    "{version=\"" EN_VERSION "\"}", 1);
    en_metric_count(out, "enerlog_log_head_seq", "gauge", "Events in the log.", "", state.log_size);
    en_metric_count(out, "enerlog_log_append_events_total", "counter",
                    "Events appended since the start.", "", state.appended_count);
    en_metric_count(out, "enerlog_log_writable", "gauge", "1 while the log takes events.", "",
                    state.is_log_writable ? 1 : 0);
    en_metric_count(out, "enerlog_log_checkpoint_size", "gauge",
                    "Events under the last signed tree head.", "", state.checkpoint_size);
    en_metric_count(out, "enerlog_projection_lag_events", "gauge",
                    "Events in the log that the tables do not include.", "{projection=\"current\"}",
                    lag_of(&state));
    int64_t lag_us = lag_of(&state) == 0 ? 0 : state.now.us - state.last_at.us;
    en_metric_seconds(out, "enerlog_projection_lag_seconds", "gauge",
                      "Age of the newest event that the tables do not include.",
                      "{projection=\"current\"}", lag_us);
    if (state.append != NULL) {
        en_metric_histogram(out, "enerlog_log_append_seconds",
                            "From the call of an append to durable.", state.append);
    }
    if (state.commit != NULL) {
        en_metric_histogram(out, "enerlog_log_fsync_seconds", "Synchronous commits of the log.",
                            state.commit);
    }
    en_http_metrics_print(out);
    put_process(out, &state);
    return EN_OK;
}
