/* Events found again by what they say (core/event/lookup.h), for a moment of the log: nothing that
 * was recorded later is found. Settings are gathered once, at the first question, by one pass over
 * the frames that hold any; reads of registers by a pass each. Caller's memory; one thread. */
#ifndef EN_LOG_LOOKUP_H
#define EN_LOG_LOOKUP_H

#include "core/event/lookup.h"
#include "log/log.h"

struct en_log_lookup {
    struct en_log *log;
    uint64_t position;                /* events before it are found */
    struct en_event_header *settings; /* in the order of the log */
    size_t settings_count;
    size_t settings_capacity;
    bool is_gathered;
};

/* position: events in the tables that are asked about. */
void en_log_lookup_init(struct en_log_lookup *lookup, struct en_log *log, uint64_t position);
void en_log_lookup_fini(struct en_log_lookup *lookup);

/* The function table; lives as long as the lookup. */
struct en_lookup en_log_lookup_of(struct en_log_lookup *lookup);

#endif
