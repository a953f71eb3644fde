/* One header field of all events of a frame as a run of 64-bit numbers in few bytes: const, linear
 * runs, or packed bits (docs/log-format.md, section 3). Signed numbers are passed as their two's
 * complement; all arithmetic is modulo 2^64, so every number comes back exactly.
 * Pure functions, no memory of their own, any thread. */
#ifndef EN_LOG_COLUMN_H
#define EN_LOG_COLUMN_H

#include "core/slice.h"

/* The most bytes a column of that many numbers takes. */
#define EN_COLUMN_SIZE_MAX(count) ((size_t)(count)*8u + 24u)

/* Writes the shortest coding of numbers[0 .. count) at `out`, which has room for
 * EN_COLUMN_SIZE_MAX(count) bytes; returns the bytes written. count > 0. */
size_t en_column_encode(const uint64_t *numbers, uint32_t count, uint8_t *out);

/* Takes one column of exactly count numbers from the front of the slice; false when the bytes run
 * out or do not tell exactly that many. Never reads outside the slice. */
bool en_column_take(struct en_slice *from, uint32_t count, uint64_t *numbers);

#endif
