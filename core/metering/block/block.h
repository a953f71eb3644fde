/* The day block: one day of equal slots of one series as exact integers with their quality, and its
 * stored form. The stored form is canonical: equal contents are equal bytes, whoever wrote them, so
 * blocks are compared, hashed and shipped as bytes. docs/block-format.md describes it bit by bit.
 *
 * A value is `values[i] * 10^exponent` in the unit as read. A slot whose quality has no source
 * (en_quality_is_missing) has no value: its number is 0, whatever the caller left there.
 * Pure functions, no memory of their own, any thread. Every reader stays inside the slice it is
 * given. en_block_decode proves that the bytes are canonical: use it for what comes from outside.
 * The others trust what a checksum has vouched for: damaged bytes give EN_CORRUPT or other numbers,
 * never a fault.
 *
 * Codes of all readers: EN_CORRUPT (not a block: cut, bad form, bytes left over). */
#ifndef EN_CORE_METERING_BLOCK_BLOCK_H
#define EN_CORE_METERING_BLOCK_BLOCK_H

#include "core/buf.h"
#include "core/error.h"
#include "core/fixed.h"
#include "core/limits.h"
#include "core/metering/quality.h"
#include "core/slice.h"

#define EN_BLOCK_SPAN_SECONDS_MAX 93600u /* slots * seconds: the longest civil day, 26 hours */
#define EN_BLOCK_START_MINUTES_MAX 2880  /* distance of the first slot from the day's 00:00 UTC */
#define EN_BLOCK_EXPONENT_MAX 18         /* and its negative */
#define EN_BLOCK_WORDS_MAX 255u          /* different quality words in one block */

/* What stands before the values. */
struct en_block_head {
    int32_t start_minute; /* of the first slot, from 00:00 UTC of the day: -180 for Moscow */
    uint32_t slot_seconds;
    uint32_t count; /* slots, 1 to EN_SLOTS_MAX */
    int8_t exponent;
    bool quality_is_common; /* every slot is EN_QUALITY_MEASURED; the array is then not looked at */
};

/* A whole block in memory, about 24 KB; only the first `head.count` slots count. */
struct en_block {
    struct en_block_head head;
    int64_t values[EN_SLOTS_MAX];
    uint64_t quality[EN_SLOTS_MAX];
};

/* The sum of a block's values, in its own exponent. */
struct en_block_total {
    en_i128 sum;
    uint32_t present;
    uint32_t missing;
};

/* Whether two heads describe the same slots (start, length, count); the exponent may differ. */
static inline bool en_block_same_slots(const struct en_block_head *a, const struct en_block_head *b)
{
    return a->start_minute == b->start_minute && a->slot_seconds == b->slot_seconds &&
           a->count == b->count;
}

/* Appends the stored form. Codes: EN_RANGE (a field of the head is out of bounds), EN_LIMIT (too
 * many different quality words, or the buffer is full), EN_NOMEM. */
en_code en_block_encode(const struct en_block *block, struct en_buf *out,
                        struct en_error *err) EN_MUST_CHECK;

/* Reads bytes from outside: fills values and quality of all slots (also where the quality is
 * common) and refuses everything that en_block_encode would not have written. On failure the block
 * holds rubbish. Codes: EN_CORRUPT. */
en_code en_block_decode(struct en_slice bytes, struct en_block *block,
                        struct en_error *err) EN_MUST_CHECK;

/* Reads stored bytes without proving that they are canonical: values and quality of all slots. */
en_code en_block_read(struct en_slice bytes, struct en_block *block,
                      struct en_error *err) EN_MUST_CHECK;

/* Only the head: what the slots are. */
en_code en_block_peek(struct en_slice bytes, struct en_block_head *head,
                      struct en_error *err) EN_MUST_CHECK;

/* Only the values; `values` has room for EN_SLOTS_MAX numbers. Missing slots are 0. */
en_code en_block_values(struct en_slice bytes, int64_t *values, struct en_block_head *head,
                        struct en_error *err) EN_MUST_CHECK;

/* The exact sum of the values and how many slots have one. */
en_code en_block_sum(struct en_slice bytes, struct en_block_total *total,
                     struct en_error *err) EN_MUST_CHECK;

#endif
