/* The parts of a stored day block, named but not yet unpacked: what block.c, block_scale.c and
 * slot_sums.c share. Others use block.h. Views live as long as the bytes they were taken from. */
#ifndef EN_CORE_METERING_BLOCK_BLOCK_SHAPE_H
#define EN_CORE_METERING_BLOCK_BLOCK_SHAPE_H

#include "core/metering/block/block.h"

#define EN_BLOCK_HEADER_SIZE_MAX 48u /* form to exceptions byte: 38 at most */
#define EN_BLOCK_EXCEPTIONS_MAX 63u  /* packed values that are longer than the width */

/* Stored, never reused. */
enum en_block_mode {
    EN_BLOCK_BASE = 0,  /* residual = (value - base) / divisor, base = the smallest value */
    EN_BLOCK_DELTA = 1, /* residual = zigzag of (value - value before) / divisor, base = first */
    EN_BLOCK_RAW = 2,   /* 64-bit values: the span is over 63 bits */
};

struct en_block_shape {
    struct en_block_head head;
    enum en_block_mode mode;
    unsigned width;
    int64_t base;
    uint64_t divisor; /* 1 where none is stored */
    uint32_t exceptions_count;
    unsigned exception_size;  /* bytes of a high part: 1, 2, 4 or 8 */
    struct en_slice body;     /* packed residuals and all that follows, to the end */
    const uint8_t *positions; /* of the exceptions, one byte up to 256 slots, else two */
    const uint8_t *highs;
    struct en_slice quality; /* empty where the quality is common */
};

/* A stretch of slots with one quality word that is not the common one. */
struct en_block_run {
    uint32_t from;
    uint32_t count;
    uint64_t word;
};

struct en_block_runs {
    struct en_slice rest;
    uint32_t slots_count;
    uint32_t slot; /* end of the run before */
    uint32_t runs_left;
    uint32_t words_count;
    uint64_t words[EN_BLOCK_WORDS_MAX];
};

/* Names the parts of the stored block and checks their bounds. Codes: EN_CORRUPT. */
en_code en_block_shape_take(struct en_slice bytes, struct en_block_shape *shape,
                            struct en_error *err) EN_MUST_CHECK;

/* Writes the header of the shape (all before the body) and returns its size. */
size_t en_block_shape_put(const struct en_block_shape *shape,
                          uint8_t bytes[EN_BLOCK_HEADER_SIZE_MAX]);

/* EN_RANGE with the field where the head is outside its bounds. */
en_code en_block_head_check(const struct en_block_head *head, struct en_error *err) EN_MUST_CHECK;

/* The runs of the quality section, in order. `next` gives false at the end. Codes: EN_CORRUPT. */
en_code en_block_runs_open(const struct en_block_shape *shape, struct en_block_runs *runs,
                           struct en_error *err) EN_MUST_CHECK;
en_code en_block_runs_next(struct en_block_runs *runs, struct en_block_run *run, bool *is_run,
                           struct en_error *err) EN_MUST_CHECK;

/* The values of a shape; missing slots are 0 and counted. */
en_code en_block_shape_values(const struct en_block_shape *shape, int64_t *values,
                              uint32_t *missing, struct en_error *err) EN_MUST_CHECK;

/* The exact sum of the values that the shape gave. */
struct en_block_total en_block_shape_total(const struct en_block_shape *shape,
                                           const int64_t *values, uint32_t missing);

/* A bound that no value's distance from 0 exceeds, from the header alone; UINT64_MAX if it could be
 * more than 62 bits. */
uint64_t en_block_shape_bound(const struct en_block_shape *shape);

#endif
