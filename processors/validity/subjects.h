/* Channels as they are judged, read once and kept: the subject of each, the thresholds of each
 * plan. What the registry or a contract changes is read anew. Part of the processor's state: zeroed
 * is empty; one thread. */
#ifndef EN_PROCESSORS_VALIDITY_SUBJECTS_H
#define EN_PROCESSORS_VALIDITY_SUBJECTS_H

#include "processors/registry/registry.h"
#include "projections/views/validity_subject.h"

struct en_subject_slot {
    struct en_validity_subject subject;
    const struct en_validity_plan *plan;
    uint32_t generation; /* 0: never read */
};

struct en_subjects {
    struct en_subject_slot *slots; /* by channel */
    size_t capacity;
    uint32_t generation;
    struct en_validity_plan **plans; /* of this generation, each its own memory */
    size_t plans_count;
    size_t plans_capacity;
};

void en_subjects_fini(struct en_subjects *subjects);

/* What is kept is out of date. */
void en_subjects_forget(struct en_subjects *subjects);

/* The channel and its plan for the day; *plan is NULL when no rule of validity holds. Both live
 * until en_subjects_forget. Codes: those of the store, EN_NOMEM. */
en_code en_subjects_get(struct en_subjects *subjects, struct en_fold *fold, uint32_t channel,
                        int32_t day, const struct en_validity_subject **subject,
                        const struct en_validity_plan **plan, struct en_error *err) EN_MUST_CHECK;

#endif
