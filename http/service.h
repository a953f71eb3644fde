/* What the API asks of the program around it: a table of functions that app fills, so that http
 * knows neither the daemon nor the data directory, and its handlers are tested with a struct. Every
 * function may be called by many threads at once. */
#ifndef EN_HTTP_SERVICE_H
#define EN_HTTP_SERVICE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/histogram.h"
#include "core/instant.h"

struct en_log;
struct en_store;

/* How the engine stands at this moment. */
struct en_service_state {
    uint64_t log_size;         /* events in the log */
    uint64_t projected;        /* events that the tables include */
    struct en_instant last_at; /* when the last event was recorded; 0 none */
    struct en_instant now;     /* the clock of the program */
    bool is_log_writable;      /* false after a failed write */
    uint64_t checkpoint_size;  /* size of the last signed tree head */
    struct en_instant checkpoint_at;
    uint64_t appended_count; /* events appended since the start */
    struct en_instant started_at;
    const struct en_histogram *append; /* from the call of an append to durable; NULL unknown */
    const struct en_histogram *commit; /* synchronous commits of the log; NULL unknown */
};

/* A setting of a rule that is only supposed, and the days to compare; texts as given, NULL absent.
 */
struct en_service_setting {
    const char *rule;
    const char *from;
    const char *to;
    const char *target;
    const char *parameters;
    const char *valid_from;
    const char *valid_to;
    const char *limit;
};

/* The tables at one seq, while the view is open: at most a second. */
struct en_service_view {
    struct en_store *store;
    uint64_t position; /* events before it are included */
    void *handle;      /* the service's own */
};

struct en_service {
    void *self;
    void (*state)(void *self, struct en_service_state *state);

    /* as_of NULL: as they are now; else "SEQ" or RFC 3339. Codes: EN_USAGE, EN_RANGE, EN_BUSY,
     * those of a replay. */
    en_code (*view_open)(void *self, const char *as_of, struct en_service_view *view,
                         struct en_error *err);
    void (*view_close)(void *self, struct en_service_view *view);

    /* Lives as long as the service. */
    struct en_log *(*log)(void *self);
    /* Appends the proof of an event (signs a head when none covers it), the newest signed head.
     * EN_NOT_FOUND. */
    en_code (*prove)(void *self, uint64_t seq, struct en_buf *out, struct en_error *err);
    en_code (*checkpoint)(void *self, struct en_buf *out, struct en_error *err);

    /* Appends what the setting would change as one JSON object, and a line end. May take long.
     * Codes: the refusal of the setting, EN_USAGE, EN_BUSY, those of a copy of the tables. */
    en_code (*difference)(void *self, const struct en_service_setting *setting, struct en_buf *out,
                          struct en_error *err);
};

#endif
