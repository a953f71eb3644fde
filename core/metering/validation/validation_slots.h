/* The usual rules of a day, slot by slot, in one pass: V-04 gap, V-16 status, V-14 negative, V-15
 * capacity; then, over what those left, V-09 spike, V-13 zero run, V-19 stale. A pass gathers a
 * summary; only a rule that the summary cannot acquit looks at the slots again, so a clean day
 * costs one pass. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_SLOTS_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_SLOTS_H

#include "core/metering/validation/validation.h"

/* Bit n asks for V-n. */
#define EN_VALIDATION_BIT(name) (UINT64_C(1) << EN_V_##name)

/* Thresholds of the rules that are asked for. */
struct en_slot_limits {
    uint64_t rules;
    uint32_t from_slot; /* V-04: slots that are due, [from, to) */
    uint32_t to_slot;
    uint32_t stale_slots;   /* V-19: so many equal values, not zero, are one too many: 2 or more */
    int64_t zero_seconds;   /* V-13: zeros that last so long */
    int64_t zero_before;    /* V-13: seconds of zeros that end where the day begins */
    int64_t neg_min;        /* V-14: fails below it: 0 */
    int64_t cap_warning;    /* V-15: fails above; INT64_MAX: never (en_validation_cap) */
    int64_t cap_error;      /* V-15: fails above */
    int64_t spike_floor;    /* V-09: ten pulses */
    int64_t spike_ratio;    /* V-09: 1.8 */
    uint64_t status_errors; /* V-16: flags of the device that reject a value */
};

/* What one pass tells of the usable values. */
struct en_slot_summary {
    int64_t min;
    int64_t max;
    int64_t third;        /* the third largest; INT64_MIN: fewer than three */
    uint64_t flags;       /* of all slots, also without a value */
    uint32_t usable;      /* slots */
    uint32_t zeros;       /* values that are 0 */
    uint32_t repetitions; /* values, not zero, equal to that of the slot before */
    bool has_rejected;    /* a value came that its source rejects */
};

void en_validation_summary(const struct en_validation_day *day, struct en_slot_summary *summary);

/* Judges by all rules asked for. `mask` has room for day->count bytes: where a slot is rejected on
 * the way, day->rejected becomes it, with what was rejected before. */
void en_validation_slots(struct en_validation_day *day, const struct en_slot_limits *limits,
                         uint8_t *mask, struct en_findings *findings);

/* Marks the slots of findings from index `from` on that are ERROR or worse as rejected, as above.
 */
void en_validation_reject(struct en_validation_day *day, const struct en_findings *findings,
                          uint32_t from, uint8_t *mask);

/* The rules one by one. V-04: slots of [from, to) without a value; the day's end counts as gap
 * where the day holds fewer slots. */
void en_validation_gap(const struct en_validation_day *day, uint32_t from, uint32_t to,
                       struct en_findings *findings);
/* V-16: flags of the device in the quality word; those in `errors` reject, others of TEST, OVERFLOW
 * and CLOCK warn; a value that its source rejects is rejected. */
void en_validation_status(const struct en_validation_day *day, uint64_t errors,
                          struct en_findings *findings);
/* V-14: E < min (0). */
void en_validation_negative(const struct en_validation_day *day, int64_t min,
                            struct en_findings *findings);
/* V-15: E > error is an error, else E > warning is a warning. */
void en_validation_capacity(const struct en_validation_day *day, int64_t warning, int64_t error,
                            struct en_findings *findings);
/* V-13: zeros in a row for at least `seconds`, those before the day counted; only this day's slots
 * are found. */
void en_validation_zero_run(const struct en_validation_day *day, int64_t seconds, int64_t before,
                            struct en_findings *findings);
/* Seconds of zeros at the end of the day; the whole day adds those before it. */
int64_t en_validation_zeros_at_end(const struct en_validation_day *day, int64_t before);
/* V-19: `slots` or more equal values in a row that are not 0. */
void en_validation_stale(const struct en_validation_day *day, uint32_t slots,
                         struct en_findings *findings);

/* V-09: the value above which a slot is a spike: more than `floor` (ten pulses) and more than third
 * * (1 + ratio), third being the day's third largest. False: fewer than three, or below 0. */
bool en_validation_spike_limit(int64_t third, int64_t floor, int64_t ratio, int64_t *limit);
void en_validation_spike(const struct en_validation_day *day, int64_t third, int64_t floor,
                         int64_t ratio, struct en_findings *findings);

/* What bounds V-15. */
struct en_capacity {
    int64_t micro_kv;      /* voltage between phases; of a single phase, its own */
    int64_t micro_a;       /* primary current of the current transformers */
    uint32_t slot_seconds; /* of one slot */
    bool is_single_phase;  /* without the root of three */
};

/* The largest energy that is not above factor * sqrt(3) * U * I * t, in 1e-6 kWh: E > it exactly
 * where E > the bound (squares compared). INT64_MAX where nothing is above it. */
int64_t en_validation_cap(const struct en_capacity *capacity, int64_t factor);

#endif
