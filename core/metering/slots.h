/* Rows of slots of one day: values in 1e-6 of a unit with a quality word each.
 * Pure functions, any thread. */
#ifndef EN_CORE_METERING_SLOTS_H
#define EN_CORE_METERING_SLOTS_H

#include "core/metering/quality.h"

/* Sums runs of `factor` slots of a finer grid into one slot of a coarser one, exactly: count /
 * factor results (count is a multiple of factor). A slot with a missing or REJECTED part is
 * missing, marked GAP, with the flags and the gravest verdict of its parts; a sum beyond 64 bits is
 * missing, REJECTED, OVERFLOW. Parts with equal words keep that word, others merge. In place is
 * allowed. */
void en_slots_aggregate(const int64_t *values, const uint64_t *qualities, uint32_t count,
                        uint32_t factor, int64_t *sums, uint64_t *sums_qualities);

/* The same for values of a moment (temperatures, pressures, powers): the mean of the parts, one
 * rounding, half up away from zero. */
void en_slots_mean(const int64_t *values, const uint64_t *qualities, uint32_t count,
                   uint32_t factor, int64_t *means, uint64_t *means_qualities);

/* A word as an operand: without fiscal bits and unknown ones, a worst source only beside DERIVED. A
 * DERIVED word that names no worst source counts as the worst. */
uint64_t en_slot_clean(uint64_t quality);

/* The word of a slot that is missing because of a part with this word: flags and verdict kept, GAP
 * added, source NONE. */
uint64_t en_slot_missing(uint64_t quality);

/* The word of what is computed from both parts: en_quality_merge, or missing (flags of both, the
 * graver verdict) when one is missing. A REJECTED part with a source counts as present. */
uint64_t en_slot_merge(uint64_t a, uint64_t b);

/* The word of a slot whose number did not fit, or whose divisor was zero. */
uint64_t en_slot_overflow(uint64_t quality);
uint64_t en_slot_zero_division(uint64_t quality);

#endif
