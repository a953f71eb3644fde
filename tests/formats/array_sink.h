/* A log that is an array: what importers append, for tests. It keeps the promises of core/sink.h
 * (a source's seqs only rise, doubles add nothing, a failed append adds nothing) and answers what a
 * registry would know of the events in it. Caller's memory; one thread. */
#ifndef EN_TESTS_FORMATS_ARRAY_SINK_H
#define EN_TESTS_FORMATS_ARRAY_SINK_H

#include "core/arena.h"
#include "core/sink.h"
#include "formats/import.h"

#define EN_ARRAY_NAMES_MAX 4096u

struct en_array_name {
    en_name_type type;
    struct en_slice key;
    uint32_t id;
};

struct en_array_sink {
    struct en_arena arena;
    struct en_event *events; /* in the arena; payloads, too */
    uint32_t count;
    uint32_t capacity;
    struct en_array_name names[EN_ARRAY_NAMES_MAX];
    uint32_t names_count;
    uint32_t append_calls;
    uint32_t fail_at; /* the append call of this number fails with EN_IO; 0: none */
};

void en_array_sink_init(struct en_array_sink *array);
void en_array_sink_fini(struct en_array_sink *array);

struct en_sink en_array_sink(struct en_array_sink *array);

/* Points, channels and objects as the *.set events in the array tell them. */
struct en_registry_view en_array_registry(struct en_array_sink *array);

/* Events of the kind. */
uint32_t en_array_count(const struct en_array_sink *array, en_kind kind);

#endif
