/* A channel's day as it was judged: energy per slot on the fiscal day's whole grid, with what the
 * rules of validity found. Read from the tables of processors above; nothing here is stored. */
#ifndef EN_PROCESSORS_SUBSTITUTION_JUDGED_H
#define EN_PROCESSORS_SUBSTITUTION_JUDGED_H

#include "core/metering/substitution/estimation.h"
#include "core/metering/validation/finding.h"
#include "processors/registry/registry.h"

struct en_judged {
    uint32_t channel;
    int32_t day;
    struct en_block_head head; /* exponent -6; slots of the whole day where the grid is known */
    bool has_block;            /* something was read; else all slots are open */
    bool has_grid;             /* else there are no slots at all */
    bool is_changed;           /* judging made it another day than the interval's */
    int64_t *micro;    /* NULL, as the two below, where there is neither a block nor a finding */
    uint64_t *quality; /* judged: SUSPECT where doubted; missing where there is nothing to take */
    uint8_t *severity; /* en_severity, the gravest of the slot */
    const struct en_finding *findings;
    uint32_t findings_count;
};

/* What reading a day works in: the caller's, of no meaning between calls. */
struct en_judged_scratch {
    struct en_block block;
    struct en_finding findings[EN_FINDINGS_MAX];
};

/* Reads the day; what it holds lives in the arena. Codes: those of the store, EN_NOMEM. */
en_code en_judged_read(struct en_fold *fold, struct en_arena *arena,
                       struct en_judged_scratch *scratch, uint32_t channel, int32_t day,
                       struct en_judged *judged, struct en_error *err) EN_MUST_CHECK;

/* The word of a slot as judged, and the gravest severity found (en_severity). */
static inline uint64_t en_judged_quality(const struct en_judged *judged, uint32_t slot)
{
    return judged->quality == NULL ? EN_QUALITY_MISSING : judged->quality[slot];
}
static inline uint8_t en_judged_severity(const struct en_judged *judged, uint32_t slot)
{
    return judged->severity == NULL ? 0 : judged->severity[slot];
}

/* A slot that has to be filled: nothing came, or it was rejected. */
bool en_judged_is_open(const struct en_judged *judged, uint32_t slot);

/* A slot that estimates may be made from. */
bool en_judged_takes(const struct en_judged *judged, uint32_t slot);

/* When the first slot begins, and when the last ends. */
struct en_interval en_judged_span(const struct en_judged *judged);
struct en_interval en_judged_slot(const struct en_judged *judged, uint32_t slot);

/* The day's own bounds for a channel whose point lies at that offset. */
struct en_interval en_judged_day(int32_t day, int32_t offset_minutes);

#endif
