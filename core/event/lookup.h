/* Where events are found again, for questions about where a number came from: a function table, so
 * that views need not know the log, and are tested with an array. What it finds is what was
 * recorded before one seq: the moment the tables are of. */
#ifndef EN_CORE_EVENT_LOOKUP_H
#define EN_CORE_EVENT_LOOKUP_H

#include "core/event/event.h"

struct en_lookup_query {
    en_kind kind;
    uint32_t subject;
    struct en_instant from;          /* valid.from */
    struct en_instant recorded_from; /* it was recorded then or later: where to begin to look */
    /* Whether it is the one; NULL: the first is. */
    bool (*fits)(void *fits_self, const struct en_event *event);
    void *fits_self;
};

struct en_lookup {
    void *self;

    /* The header of the first event that the query describes. EN_NOT_FOUND. */
    en_code (*find)(void *self, const struct en_lookup_query *query, struct en_event_header *header,
                    struct en_error *err);
    /* One event; its payload is copied into the buffer, in place of what it held. EN_NOT_FOUND. */
    en_code (*get)(void *self, struct en_seq seq, struct en_event *event, struct en_buf *payload,
                   struct en_error *err);
    /* The external key of an id, also of the types that only the log keeps (sources, documents):
     * copied into text of EN_NAME_SIZE_MAX + 1 bytes; and the id of a key. EN_NOT_FOUND. */
    en_code (*name_of)(void *self, en_name_type type, uint32_t id, char *text,
                       struct en_error *err);
    en_code (*id_of)(void *self, en_name_type type, struct en_slice key, uint32_t *id,
                     struct en_error *err);
};

#endif
