/* The energy of one channel on one day, slot by slot: the pure calculation that the interval
 * processor stores.
 *
 *   profile    value * ratio; where the device was replaced, plus the load of the act while
 * none measured pulses     N / (d * A) * ratio registers  the advance between the
 * reads at the two edges of a slot, in parts where a device was replaced */
#ifndef EN_PROCESSORS_INTERVAL_ENERGY_H
#define EN_PROCESSORS_INTERVAL_ENERGY_H

#include "core/metering/block/block.h"
#include "processors/registry/registry.h"

/* What the calculation works in; the buffer is born with EN_BLOCK_SIZE_MAX. */
struct en_energy_scratch {
    struct en_block block;
    struct en_buf out;
};

/* Computes the day of a channel. profile is its block as read (size 0: none). *energy gets the
 * block (a view into `profile` itself when it needs no change, else into fold->day); size 0 when
 * the day has nothing. scratch is the caller's to work in. Codes of the store; EN_NOMEM. */
en_code en_energy_of_day(struct en_fold *fold, uint32_t channel, int32_t day,
                         struct en_slice profile, struct en_energy_scratch *scratch,
                         struct en_slice *energy, struct en_error *err) EN_MUST_CHECK;

#endif
