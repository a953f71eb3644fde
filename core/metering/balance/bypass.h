/* The bypass breaker: while it serves a feeder, the feeder's energy flows through the bypass and is
 * metered there (B-20 to B-24). Uses of one bypass, what they make of a slot's energy. Each device
 * keeps its own ratio: energies are primary, and only they are added (B-24). Pure, any thread. */
#ifndef EN_CORE_METERING_BALANCE_BYPASS_H
#define EN_CORE_METERING_BALANCE_BYPASS_H

#include "core/error.h"
#include "core/instant.h"

#include <stddef.h>

/* A bypass serves at most so many feeders within one slot. */
#define EN_BYPASS_FEEDERS_MAX 16u

/* The bypass served the feeder for that time. What is not switched off yet ends at INT64_MAX. */
struct en_bypass_use {
    uint32_t feeder;
    struct en_interval served;
};

/* Puts the uses of one bypass in order of time and makes one of neighbours of the same feeder that
 * follow each other without a gap. EN_CONFLICT: two uses overlap, a bypass serves one feeder at a
 * time; the uses are then only ordered. EN_RANGE: a use ends before it begins. Uses of no length
 * are dropped. */
en_code en_bypass_merge(struct en_bypass_use *uses, size_t *count,
                        struct en_error *err) EN_MUST_CHECK;

/* What of a slot's bypass energy belongs to a feeder. */
struct en_bypass_share {
    uint32_t feeder;
    int64_t micro;
};

/* Gives the energy that the bypass metered in the slot to the feeders it served inside: to the one
 * feeder all of it, for the bypass stood still when it served nobody (B-20); to several by how long
 * each was served, by largest remainder (B-21). The shares add up to the energy (B-22); each feeder
 * once, in order of time. *count 0: it served nobody, the energy stays with the bypass. Uses are
 * merged. Codes: EN_LIMIT (more than EN_BYPASS_FEEDERS_MAX feeders in one slot). */
en_code en_bypass_split(const struct en_bypass_use *uses, size_t uses_count,
                        struct en_interval slot, int64_t micro,
                        struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX], size_t *count,
                        struct en_error *err) EN_MUST_CHECK;

#endif
