/* The clock of a file: how its local times become instants, and which fixed offsets the fiscal days
 * of new objects get.
 *
 * A zone is either a fixed offset ("+10:00") or a civil zone ("Europe/Moscow") with its jumps. The
 * fiscal offset of a civil zone is its standard time, without summer time: Moscow +03:00 until
 * 2011-03-27 02:00, +04:00 until 2014-10-26 02:00, +03:00 since.
 * Plain value; the civil zone is borrowed; any thread. */
#ifndef EN_FORMATS_FISCAL_ZONE_H
#define EN_FORMATS_FISCAL_ZONE_H

#include "core/error.h"
#include "core/instant.h"
#include "core/slice.h"

#define EN_FISCAL_SPANS_MAX 16u

struct en_zone;

/* From the instant on, days are counted at this offset. */
struct en_fiscal_span {
    struct en_instant from;
    int32_t offset_minutes;
};

struct en_fiscal_zone {
    char name[64];
    const struct en_zone *civil; /* NULL: the fixed offset of spans[0] */
    uint32_t spans_count;        /* at least 1; the first holds for all time before, too */
    struct en_fiscal_span spans[EN_FISCAL_SPANS_MAX];
};

/* Finds civil zones by name; app reads the files. EN_NOT_FOUND: no such zone. The zone lives as
 * long as the source. */
struct en_zone_source {
    void *self;
    en_code (*find)(void *self, const char *name, const struct en_zone **zone,
                    struct en_error *err);
};

/* "+04:00", "-03:30", "Z" or a civil zone of the source (NULL: only offsets are known).
 * Codes: EN_USAGE (neither), EN_NOT_FOUND, EN_LIMIT (the civil zone changed its standard time too
 * often).
 */
en_code en_fiscal_zone_parse(struct en_slice text, const struct en_zone_source *source,
                             struct en_fiscal_zone *zone, struct en_error *err) EN_MUST_CHECK;

/* The fiscal offset at the instant. */
int32_t en_fiscal_zone_offset(const struct en_fiscal_zone *zone, struct en_instant at);

/* The instants at which clocks of the zone show that time: 0 (skipped by a jump), 1, or 2 in rising
 * order (the repeated hour). EN_RANGE: no such date or time. */
en_code en_fiscal_zone_instants(const struct en_fiscal_zone *zone, const struct en_civil *civil,
                                struct en_instant instants[2], uint32_t *count,
                                struct en_error *err) EN_MUST_CHECK;

#endif
