/* How values came: V-03 how many, V-05 twice and different, V-06 too early, V-27 too late, V-35
 * over a final one. Pure, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_VALIDATION_ARRIVAL_H
#define EN_CORE_METERING_VALIDATION_VALIDATION_ARRIVAL_H

#include "core/metering/validation/validation.h"

/* V-03: another number of values than the span has slots. */
static inline bool en_validation_count_fails(uint64_t count, uint64_t expected)
{
    return count != expected;
}

/* A value of a slot that came once more. */
struct en_arrived {
    int64_t micro;
    en_source source;
    struct en_instant read_at;
};

/* V-05: what becomes of two values of one slot. Equal (within `difference`) the one that stands
 * stays and nothing is found; else the better source wins, then the later read. */
struct en_duplicate {
    bool takes_second;
    en_rule_severity severity; /* WARNING; ERROR where the slot is frozen */
};
struct en_duplicate en_validation_duplicate(const struct en_arrived *first,
                                            const struct en_arrived *second, int64_t difference,
                                            bool is_frozen);

/* V-06: the slot ends later than the value came, by more than the tolerance. *ahead_us by how much
 * it was early. */
bool en_validation_future_fails(struct en_instant slot_end, struct en_instant came,
                                int64_t tolerance_us, int64_t *ahead_us);

/* V-27: the value came later than the deadline after its slot's end. */
bool en_validation_late_fails(struct en_instant slot_end, struct en_instant came,
                              int64_t deadline_us, int64_t *behind_us);

/* V-35: what becomes of a value that would change a final one. */
typedef enum en_edit_verdict {
    EN_EDIT_TAKEN = 1,
    EN_EDIT_IGNORED = 2, /* a worse source never takes the place of a better one */
    EN_EDIT_HELD = 3,    /* a change beyond max(absolute, share) waits for approval */
} en_edit_verdict;

struct en_edit_limits {
    int64_t absolute; /* 1e-6 of the unit */
    int64_t share;    /* 1e-6 of the value that stands */
};
en_edit_verdict en_validation_edit(const struct en_arrived *stands, const struct en_arrived *comes,
                                   const struct en_edit_limits *limits);

#endif
