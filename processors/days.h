/* A sorted set of fiscal days: which have something to settle. Caller's memory, one thread. */
#ifndef EN_PROCESSORS_DAYS_H
#define EN_PROCESSORS_DAYS_H

#include "core/error.h"
#include "core/slice.h"

struct en_days {
    int32_t *items; /* rising */
    size_t count;
    size_t capacity;
};

void en_days_fini(struct en_days *days);

/* Adds the day once. EN_NOMEM. */
en_code en_days_add(struct en_days *days, int32_t day, struct en_error *err) EN_MUST_CHECK;

#endif
