/* Uses of bypass breakers in memory: a function of the table `bypass_use`, rebuilt at open, moved
 * on by folding. Part of the processor's state: zeroed is empty; one thread. */
#ifndef EN_PROCESSORS_BYPASS_USES_H
#define EN_PROCESSORS_BYPASS_USES_H

#include "core/metering/balance/bypass.h"
#include "processors/processor.h"
#include "projections/tables_balance.h"

/* What the split is by: the feeder, and which way round the bypass meters it. */
static inline uint32_t bypass_key_of(uint32_t feeder, bool is_inverted)
{
    return feeder << 1 | is_inverted;
}

/* The merged uses of one bypass; feeders are keys. */
struct bypass {
    uint32_t point;
    struct en_bypass_use *uses;
    size_t count;
};

struct bypass_uses {
    struct en_bypass_use_row *rows; /* as the table has them, without documents */
    size_t rows_count;
    size_t rows_capacity;
    struct bypass *bypasses; /* rising points, when is_made */
    size_t bypasses_count;
    struct en_bypass_use *merged; /* of all of them */
    uint32_t *points;             /* bypasses and feeders, rising */
    size_t points_count;
    bool is_made;
};

void en_bypass_uses_fini(struct bypass_uses *uses);

/* Takes the row in, in place of one with the same key. EN_NOMEM. */
en_code en_bypass_uses_put(struct bypass_uses *uses, const struct en_bypass_use_row *row,
                           struct en_error *err) EN_MUST_CHECK;

/* Whether the uses would still be one feeder at a time with this row among them. Codes:
 * EN_CONFLICT, EN_RANGE (with what to do), EN_NOMEM. */
en_code en_bypass_uses_check(const struct bypass_uses *uses, const struct en_bypass_use_row *row,
                             struct en_error *err) EN_MUST_CHECK;

/* The row of the use that holds the instant, or NULL. */
const struct en_bypass_use_row *en_bypass_uses_at(const struct bypass_uses *uses, uint32_t bypass,
                                                  struct en_instant at);

/* Merges and sorts what was put; before the three below. EN_NOMEM. */
en_code en_bypass_uses_make(struct bypass_uses *uses, struct en_error *err) EN_MUST_CHECK;

bool en_bypass_uses_has_point(const struct bypass_uses *uses, uint32_t point);

/* The bypass of the point, or NULL. */
const struct bypass *en_bypass_uses_find(const struct bypass_uses *uses, uint32_t point);

#endif
