/* The judging of one day, shared by the files that hold its rules: validity.c and validity_*.c.
 * Others use validity.h. */
#ifndef EN_PROJECTIONS_VIEWS_VALIDITY_WORK_H
#define EN_PROJECTIONS_VIEWS_VALIDITY_WORK_H

#include "projections/views/validity.h"

struct en_validity_work {
    struct en_validity *validity;
    const struct en_validity_subject *subject;
    const struct en_validity_plan *plan;
    int32_t day;
    struct en_interval span; /* the day's slots; the fiscal day where it has none */
    bool has_values;
    bool has_pulse; /* own.pulse is that of the channel */
};

static inline void en_validity_skip(struct en_validity_work *work, en_finding_rule rule,
                                    en_skip_reason reason)
{
    if (en_validity_asks(work->plan, rule)) {
        work->validity->skipped[rule] = (uint8_t)reason;
    }
}

/* So many pulses (1e-6) in the channel's unit: the step of what was read, times the ratio. Read
 * once a day, when first asked. */
en_code en_validity_pulses(struct en_validity_work *work, int64_t count, int64_t *micro,
                           struct en_error *err) EN_MUST_CHECK;

/* Lays a stored block on slots; those of the channel's whole day where it lies on its grid. Codes:
 * EN_CORRUPT. */
en_code en_validity_lay(struct en_validity *validity, const struct en_validity_subject *subject,
                        int32_t day, struct en_slice energy, struct en_validity_slots *slots,
                        struct en_error *err) EN_MUST_CHECK;

/* Reads another channel's day (or another day) onto `other`, rejected slots of its findings left
 * out when `is_judged`. *has tells whether it has values on the same slots as own. */
en_code en_validity_read_other(struct en_validity_work *work, uint32_t channel, int32_t day,
                               bool is_judged, bool *has, struct en_error *err) EN_MUST_CHECK;

/* The rules that look at registers: V-01 of reads, V-07, V-08, V-21. */
en_code en_validity_registers(struct en_validity_work *work, struct en_error *err) EN_MUST_CHECK;

/* V-10, V-22, V-23, V-34. */
en_code en_validity_neighbours(struct en_validity_work *work, struct en_error *err) EN_MUST_CHECK;

/* V-13's zeros before the day, which the pass over the slots wants. */
en_code en_validity_zeros_before(struct en_validity_work *work, int64_t *seconds,
                                 struct en_error *err) EN_MUST_CHECK;

/* V-28, V-29. */
en_code en_validity_history(struct en_validity_work *work, struct en_error *err) EN_MUST_CHECK;

/* V-01 of slots: values while no device was installed. */
en_code en_validity_identity(struct en_validity_work *work, struct en_error *err) EN_MUST_CHECK;

/* V-05, V-06, V-27. */
en_code en_validity_arrivals(struct en_validity_work *work, struct en_error *err) EN_MUST_CHECK;

/* Whether there is anything on the day that those rules look at. */
en_code en_validity_know_arrivals(struct en_validity *validity, int32_t day,
                                  struct en_error *err) EN_MUST_CHECK;

/* V-02, V-17, V-18, V-25, V-32: what the devices reported. */
en_code en_validity_events(struct en_validity_work *work, struct en_error *err) EN_MUST_CHECK;

#endif
