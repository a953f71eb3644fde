/* Events found again by what they say (core/event/lookup.h), for a moment of the log: nothing that
 * was recorded later is found. A search is a pass over the frames that hold events of the kind,
 * from the given time of recording on. Caller's memory; any thread. */
#ifndef EN_LOG_LOOKUP_H
#define EN_LOG_LOOKUP_H

#include "core/event/lookup.h"
#include "log/log.h"

struct en_log_lookup {
    struct en_log *log;
    uint64_t position; /* events before it are found */
};

/* position: events in the tables that are asked about. */
void en_log_lookup_init(struct en_log_lookup *lookup, struct en_log *log, uint64_t position);

/* The function table; lives as long as the lookup. */
struct en_lookup en_log_lookup_of(struct en_log_lookup *lookup);

#endif
