/* Generations of the projections: one key-value environment each, so that tables can be built anew
 * beside the running ones, compared, and switched to (P5).
 *
 *     DIR/gen/N/data.mdb   the tables of generation N (N from 1, never used twice while N stands)
 *     DIR/gen/N/building   a mark: the generation is not finished
 *     DIR/current          "N\n": the generation in use
 *
 * States and what moves between them:
 *
 *     none --create--> building --seal--> sealed --switch--> current --switch to another--> sealed
 *                         |                  |
 *                         +--remove, tidy    +--remove
 *
 * I1  While the mark stands the contents are worth nothing: building commits without syncing, and a
 *     power cut may leave anything. A generation that died while building is removed (tidy).
 * I2  The mark is made durable before the first byte of the tables, and goes after everything is
 *     synced: what has no mark is whole.
 * I3  `current` is replaced by an atomic rename and names a sealed generation.
 * I4  A sealed generation may be opened and written on; then every commit is durable.
 *
 * One process owns DIR (it holds the data directory's lock); others may only open read-only. One
 * thread per call. Codes of all: EN_IO, EN_FULL, EN_DENIED, EN_NOMEM, and those named. */
#ifndef EN_PROJECTIONS_GENERATION_H
#define EN_PROJECTIONS_GENERATION_H

#include "core/hash.h"
#include "core/kv.h"

#define EN_GENERATION_TABLES_MAX 256u

struct en_generation;

struct en_generation_options {
    const char *dir;   /* the data directory; borrowed for the call */
    uint64_t size_max; /* address space to reserve */
    bool is_read_only; /* open only */
};

/* What a seal says, kept in the generation. */
struct en_generation_seal {
    uint64_t position;     /* seq of the next event when it was sealed */
    char software[64];     /* version of the program that built it */
    struct en_hash digest; /* root digest then; zeros: not taken */
};

/* Begins a new generation: the next free number, marked as building, open without syncing.
 * Codes: EN_LIMIT (EN_GENERATIONS_MAX stand). */
en_code en_generation_create(const struct en_generation_options *options,
                             struct en_generation **generation, struct en_error *err) EN_MUST_CHECK;

/* The same, but holding a copy of what the other one holds at its last commit: tables to try
 * something on. Beside running writers of the other. Codes as en_generation_create. */
en_code en_generation_copy(const struct en_generation_options *options, struct en_generation *from,
                           struct en_generation **generation, struct en_error *err) EN_MUST_CHECK;

/* Makes everything durable, writes the seal and takes the mark away. The generation is consumed
 * (closed, *generation NULL), also when it fails: then the mark still stands. seal.position is
 * filled in here. */
en_code en_generation_seal(struct en_generation **generation, struct en_generation_seal *seal,
                           struct en_error *err) EN_MUST_CHECK;

/* Opens a sealed generation; number 0: the current one. Codes: EN_NOT_FOUND (no such generation, or
 * none is current), EN_CONFLICT (it is not sealed), EN_CORRUPT, EN_BUSY (open already). */
en_code en_generation_open(const struct en_generation_options *options, uint32_t number,
                           struct en_generation **generation, struct en_error *err) EN_MUST_CHECK;

/* Closes; what is building stays marked. NULL is allowed. */
void en_generation_close(struct en_generation *generation);

struct en_kv *en_generation_kv(struct en_generation *generation);
uint32_t en_generation_number(const struct en_generation *generation);

/* What its seal says. EN_NOT_FOUND: it never was sealed. */
en_code en_generation_read_seal(struct en_generation *generation, struct en_generation_seal *seal,
                                struct en_error *err) EN_MUST_CHECK;

/* The number `current` holds. Codes: EN_NOT_FOUND, EN_CORRUPT (it holds something else). */
en_code en_generation_current(const char *dir, uint32_t *number,
                              struct en_error *err) EN_MUST_CHECK;

/* Makes a sealed generation the current one, durably. Codes: EN_NOT_FOUND, EN_CONFLICT (not
 * sealed). */
en_code en_generation_switch(const char *dir, uint32_t number, struct en_error *err) EN_MUST_CHECK;

/* Removes a closed generation that is not current. Codes: EN_NOT_FOUND, EN_CONFLICT (current). */
en_code en_generation_remove(const char *dir, uint32_t number, struct en_error *err) EN_MUST_CHECK;

/* The generations that stand, rising, finished or not; numbers has room for EN_GENERATIONS_MAX. */
en_code en_generation_list(const char *dir, uint32_t *numbers, uint32_t *count,
                           struct en_error *err) EN_MUST_CHECK;

/* Removes all that died while building; *removed_count (NULL allowed) tells how many. Only at
 * start, while nothing is building. */
en_code en_generation_tidy(const char *dir, uint32_t *removed_count,
                           struct en_error *err) EN_MUST_CHECK;

#endif
