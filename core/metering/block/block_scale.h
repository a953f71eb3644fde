/* A day block times a ratio: transformer ratios and unit multipliers applied to a whole day without
 * unpacking it where that can be. Pure function, any thread. */
#ifndef EN_CORE_METERING_BLOCK_BLOCK_SCALE_H
#define EN_CORE_METERING_BLOCK_BLOCK_SCALE_H

#include "core/metering/block/block.h"
#include "core/metering/ratio.h"

/* Appends the canonical block of every value times the ratio; slots and quality stay.
 * Where every product is whole, the exponent stays too and nothing is rounded. Otherwise all values
 * of the day become whole 1e-6 (exponent -6), each rounded once, half up away from zero; *is_exact
 * (NULL allowed) tells which. The ratio is a valid one (asserted).
 * Codes: EN_CORRUPT (not a block), EN_OVERFLOW (a value does not fit 64 bits: nothing is appended),
 * EN_LIMIT, EN_NOMEM (the buffer). */
en_code en_block_scale_half_up(struct en_slice bytes, struct en_ratio ratio, struct en_buf *out,
                               bool *is_exact, struct en_error *err) EN_MUST_CHECK;

#endif
