/* The device behind the values: V-01 whether it is the one configured, V-02 its clock, V-17 power
 * outages, V-18 lost phases, V-25 energy while disconnected, V-26 its ratio, V-31 its verification,
 * V-32 interference, V-33 the length of its slots. Pure, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_DEVICE_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_DEVICE_H

#include "core/metering/ratio.h"
#include "core/metering/validation/validation.h"

/* A device in force from an instant on; 0: none. */
struct en_configured {
    struct en_instant from;
    uint64_t device;
};

/* V-01: the device that was read is not the one configured at the instant, or it gave another
 * number of channels. `list` rises by `from`; channels of 0 are not compared. */
bool en_validation_ident_fails(const struct en_configured *list, size_t count, struct en_instant at,
                               uint64_t device, uint32_t channels, uint32_t channels_configured);

/* V-02: what a deviation of the clock means. */
struct en_clock_limits {
    int64_t warn_us;     /* above: a warning */
    int64_t error_us;    /* above: an error */
    int64_t estimate_us; /* above: the values are to be estimated */
    uint32_t run;        /* errors in a row that ask for a visit */
};
struct en_clock_verdict {
    en_rule_severity severity;
    bool needs_estimate;
    bool needs_visit;
    uint32_t run; /* errors in a row, this one counted */
};
struct en_clock_verdict en_validation_clock(int64_t deviation_us, uint32_t errors_before,
                                            const struct en_clock_limits *limits);

/* V-17: power was out for outage_us of the slot. */
typedef enum en_outage_verdict {
    EN_OUTAGE_NONE = 0,    /* not longer than the minimum */
    EN_OUTAGE_PARTIAL = 1, /* part of the slot: the value stands */
    EN_OUTAGE_WHOLE = 2,   /* all of it, and nothing was counted: zero is proven (E-07) */
} en_outage_verdict;
en_outage_verdict en_validation_outage(int64_t outage_us, int64_t slot_us, int64_t micro,
                                       int64_t minimum_us);

/* V-17 over a day: outages are rising and do not overlap. */
void en_validation_outages(const struct en_validation_day *day, struct en_instant day_from,
                           const struct en_interval *outages, size_t count, int64_t minimum_us,
                           struct en_findings *findings);

/* V-18, V-32: every slot that the interval touches; `finding` says rule, severity, flags and
 * evidence. */
void en_validation_touched(const struct en_validation_day *day, struct en_instant day_from,
                           struct en_interval interval, const struct en_finding *finding,
                           struct en_findings *findings);

/* V-18: a phase of the voltage is lost although its current is above the share (1 %) of the nominal
 * one. */
bool en_validation_phase_fails(bool is_voltage_lost, int64_t current, int64_t nominal,
                               int64_t share);

/* V-25: energy above the limit (one pulse) while the point is disconnected in [from, to). */
void en_validation_inactive(const struct en_validation_day *day, struct en_instant day_from,
                            struct en_interval disconnected, int64_t limit,
                            struct en_findings *findings);

/* V-31: slots that end after the verification did. */
void en_validation_verification(const struct en_validation_day *day, struct en_instant day_from,
                                struct en_instant valid_to, struct en_findings *findings);

/* V-26, V-33. */
static inline bool en_validation_ratio_fails(struct en_ratio told, struct en_ratio configured)
{
    return !en_ratio_equal(told, configured);
}
static inline bool en_validation_size_fails(uint32_t seconds, uint32_t configured)
{
    return seconds != configured;
}

#endif
