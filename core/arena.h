/* Short-lived memory: one arena per batch, request or export; taken piece by piece, given back all
 * at once. Born with its limit: reaching it is an ordinary NULL. Caller's memory; one thread at a
 * time. */
#ifndef EN_CORE_ARENA_H
#define EN_CORE_ARENA_H

#include "core/slice.h"

struct en_arena_chunk;

struct en_arena {
    struct en_arena_chunk *chunk; /* newest first */
    struct en_arena_chunk *spare; /* of before the reset, to be used again */
    size_t used;                  /* bytes handed out in all chunks */
    size_t limit;                 /* bytes that may be handed out */
};

void en_arena_init(struct en_arena *arena, size_t limit);
void en_arena_fini(struct en_arena *arena);

/* Forgets every piece; keeps memory of up to 64 MiB for the next use. */
void en_arena_reset(struct en_arena *arena);

/* Zeroed, 16-byte aligned, alive until reset or fini; NULL at the limit or out of memory. */
void *en_arena_alloc(struct en_arena *arena, size_t size);

/* A copy of the bytes with a 0 byte behind them (so text can be used as a C string); bytes is NULL
 * at the limit. */
struct en_slice en_arena_copy(struct en_arena *arena, struct en_slice slice);

/* Formatted text, or NULL at the limit. */
char *en_arena_print(struct en_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
