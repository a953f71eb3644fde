/* What the crash tests append: events whose content follows from source and source seq alone, so
 * that whoever reads the log knows what must be there. */
#ifndef EN_TESTS_CRASH_LOG_STORY_H
#define EN_TESTS_CRASH_LOG_STORY_H

#include "log/log.h"

#define EN_STORY_PRODUCERS 4u
#define EN_STORY_PAYLOAD_MAX 3000u

/* One line of the witness: this batch was acknowledged. */
struct en_story_ack {
    uint32_t producer;
    uint32_t count;
    uint64_t source_seq; /* of its first event */
    uint64_t seq;        /* likewise */
};

/* How many events the producer puts into the batch that begins with the source seq. */
uint32_t en_story_count(uint32_t producer, uint64_t source_seq);

/* Fills the batch; source is the id of the producer's name. */
void en_story_batch(uint32_t producer, uint32_t source, uint64_t source_seq,
                    struct en_batch *batch);

/* Whether the event is the one that the story tells. */
bool en_story_is(uint32_t producer, const struct en_event *event);

/* The ids of all producers' names, given now or before. */
en_code en_story_sources(const struct en_sink *sink, uint32_t sources[EN_STORY_PRODUCERS],
                         struct en_error *err) EN_MUST_CHECK;

#endif
