/* What the API asks of the program around it: a table of functions that app fills, so that http
 * knows neither the daemon nor the data directory, and its handlers are tested with a struct. Every
 * function may be called by many threads at once. */
#ifndef EN_HTTP_SERVICE_H
#define EN_HTTP_SERVICE_H

#include "core/error.h"
#include "core/instant.h"

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
};

struct en_service {
    void *self;
    void (*state)(void *self, struct en_service_state *state);
};

#endif
