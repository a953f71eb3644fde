/* From readings to consumption: the rules. Every rule is total: what cannot
 * be computed comes back as a rejected amount with a flag, never as an abort. One rounding to 1e-6,
 * half up away from zero, at the end of each rule. Pure, any thread. */
#ifndef EN_CORE_METERING_READING_CONSUMPTION_H
#define EN_CORE_METERING_READING_CONSUMPTION_H

#include "core/instant.h"
#include "core/metering/ids.h"
#include "core/metering/quality.h"
#include "core/metering/ratio.h"
#include "core/metering/reading/rollover.h"

/* A number in 1e-6 of the unit in hand, and how good it is. */
struct en_amount {
    int64_t micro;
    uint64_t quality;
};

/* What a rule gives when its number does not fit: 0, OVERFLOW, rejected. */
struct en_amount en_amount_overflow(en_source source);

/* the advance of one register of one device under one ratio (CT * VT * unit). Source
 * FROM_REGISTERS; ROLLOVER, or NEG and rejected. */
struct en_advance {
    struct en_decimal from;
    struct en_decimal to;
    struct en_ratio ratio;
    struct en_rollover rollover;
};
struct en_amount en_consumption_advance(const struct en_advance *advance);

/* pulses of one interval: count / (divisor * pulses per unit) * ratio. Source MEASURED. Many
 * profiles count half constants (divisor 2): the divisor belongs to the device type. Both constants
 * are above 0 (asserted: they come from checked configuration). */
struct en_pulses {
    int64_t count;
    int64_t per_unit; /* imp/kWh of the device */
    int64_t divisor;
    struct en_ratio ratio;
};
struct en_amount en_consumption_pulses(const struct en_pulses *pulses);

/* mean power over the time to energy, and back (kW and kWh, m3/h and m3 ...). seconds is
 * above 0. Source MEASURED. */
struct en_amount en_consumption_of_power(int64_t micro_per_hour, uint32_t seconds);
struct en_amount en_power_of_consumption(int64_t micro, uint32_t seconds);

/* one point over device and ratio changes: each part is what one device counted under one
 * ratio. Neighbours of one ratio are added before the rounding, so cutting a part in two changes
 * nothing. DEV_REPLACED and RATIO_CHANGED where neighbours differ; a bad part spoils the whole. */
struct en_consumption_part {
    struct en_advance advance;
    struct en_device_id device;
};
struct en_amount en_consumption_piecewise(const struct en_consumption_part *parts, size_t count);

/* a slot inside which the device was replaced: what was counted in it (old and new device
 * together) plus the load that the act states for the time without a device. The downtime's energy
 * is spread by prefix from its start, so its slots add up exactly. Source EDIT_BY_ACT where the act
 * adds something; DEV_REPLACED. */
struct en_split_slot {
    struct en_amount counted;
    struct en_interval slot;
    struct en_interval downtime;
    int64_t load_micro_per_hour; /* stated by the act, after the ratio */
};
struct en_amount en_consumption_split_slot(const struct en_split_slot *split);

/* the register at a slot edge before the reading: reading less the profile since the edge,
 * the last slot in proportion. Only when every slot is VALID; otherwise is_snapped is false and the
 * reading stands at its own time. Slots start at the edge and follow each other. */
struct en_snap {
    struct en_decimal reading;
    struct en_instant read_at;
    struct en_instant edge; /* not after read_at */
    struct en_ratio ratio;  /* profile = register * ratio */
    uint32_t slot_seconds;
    const struct en_amount *slots; /* from the edge to the slot that holds read_at */
    size_t slots_count;
};
struct en_snapped {
    bool is_snapped;
    int64_t register_micro; /* in register units, 1e-6 */
};
struct en_snapped en_consumption_snap(const struct en_snap *snap);

/* the clock was set inside the slot: the energy stays, the slot's true length is T - moved
 * (set forward: moved above 0) or T + |moved| (set back), and power is taken over that. SHORT or
 * LONG with CLOCK. Moved by a whole slot or more there is no power: GAP forward, DUP_CONFLICT back.
 */
struct en_clock_set {
    int64_t micro;
    uint32_t slot_seconds;
    int32_t moved_seconds;
};
struct en_amount en_power_of_clock_set(const struct en_clock_set *set);

#endif
