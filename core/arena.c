#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/mem.h"

#define CHUNK_SIZE_MIN 65536u
#define CHUNK_SIZE_MAX ((size_t)16 << 20) /* of one that is not made for a larger piece */
#define KEPT_SIZE_MAX ((size_t)64 << 20)
#define ALIGNMENT 16u

struct en_arena_chunk {
    struct en_arena_chunk *older;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) uint8_t bytes[];
};

/* A spare chunk that is large enough, or a new one; made the newest. */
static struct en_arena_chunk *chunk_add(struct en_arena *arena, size_t size_min)
{
    struct en_arena_chunk **spare = &arena->spare;
    while (*spare != NULL && (*spare)->size < size_min) {
        spare = &(*spare)->older;
    }
    struct en_arena_chunk *chunk = *spare;
    if (chunk != NULL) {
        *spare = chunk->older;
        chunk->older = arena->chunk;
        arena->chunk = chunk;
        return chunk;
    }
    size_t usual = arena->chunk == NULL ? CHUNK_SIZE_MIN : 2 * arena->chunk->size;
    usual = usual < CHUNK_SIZE_MAX ? usual : CHUNK_SIZE_MAX;
    size_t size = size_min > usual ? size_min : usual;
    chunk = en_mem_resize(NULL, sizeof *chunk + size); /* not zeroed */
    if (chunk == NULL) {
        return NULL;
    }
    *chunk = (struct en_arena_chunk){.older = arena->chunk, .size = size};
    arena->chunk = chunk;
    return chunk;
}

void en_arena_init(struct en_arena *arena, size_t limit)
{
    *arena = (struct en_arena){.limit = limit};
}

static void free_chunks(struct en_arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct en_arena_chunk *older = chunk->older;
        en_mem_free(chunk);
        chunk = older;
    }
}

void en_arena_fini(struct en_arena *arena)
{
    free_chunks(arena->chunk);
    free_chunks(arena->spare);
    arena->chunk = NULL;
    arena->spare = NULL;
    arena->used = 0;
}

/* The newest chunks, the largest, stay first among the spare ones. */
void en_arena_reset(struct en_arena *arena)
{
    struct en_arena_chunk **last = &arena->chunk;
    while (*last != NULL) {
        (*last)->used = 0;
        last = &(*last)->older;
    }
    *last = arena->spare;
    arena->spare = arena->chunk;
    arena->chunk = NULL;
    arena->used = 0;
    size_t kept = 0;
    struct en_arena_chunk **chunk = &arena->spare;
    while (*chunk != NULL && kept + (*chunk)->size <= KEPT_SIZE_MAX) {
        kept += (*chunk)->size;
        chunk = &(*chunk)->older;
    }
    free_chunks(*chunk);
    *chunk = NULL;
}

/* A piece with whatever bytes are in it. */
static void *take(struct en_arena *arena, size_t size)
{
    EN_ASSERT(arena->limit > 0);
    size_t padded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded < size || padded > arena->limit - arena->used) {
        return NULL;
    }
    struct en_arena_chunk *chunk = arena->chunk;
    if (chunk == NULL || chunk->size - chunk->used < padded) {
        chunk = chunk_add(arena, padded);
    }
    if (chunk == NULL) {
        return NULL;
    }
    void *piece = chunk->bytes + chunk->used;
    chunk->used += padded;
    arena->used += padded;
    return piece;
}

void *en_arena_alloc(struct en_arena *arena, size_t size)
{
    void *piece = take(arena, size);
    return piece == NULL ? NULL : memset(piece, 0, size);
}

struct en_slice en_arena_copy(struct en_arena *arena, struct en_slice slice)
{
    uint8_t *copy = take(arena, slice.size + 1);
    if (copy == NULL) {
        return en_slice_of(NULL, 0);
    }
    if (slice.size > 0) {
        memcpy(copy, slice.bytes, slice.size);
    }
    copy[slice.size] = 0;
    return en_slice_of(copy, slice.size);
}

char *en_arena_print(struct en_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = size < 0 ? NULL : en_arena_alloc(arena, (size_t)size + 1);
    if (text != NULL) {
        va_start(args, format);
        (void)vsnprintf(text, (size_t)size + 1, format, args);
        va_end(args);
    }
    return text;
}
