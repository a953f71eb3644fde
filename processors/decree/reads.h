/* Where a channel's readings lie in time. */
#ifndef EN_PROCESSORS_DECREE_READS_H
#define EN_PROCESSORS_DECREE_READS_H

#include "core/metering/block/block.h"
#include "processors/registry/registry.h"

/* From the last register read at or before the span to the first at or after it; the end of the
 * calendar where there is none on a side. */
en_code en_reads_around(struct en_fold *fold, uint32_t channel, struct en_interval span,
                        struct en_interval *reads, struct en_error *err) EN_MUST_CHECK;

/* The first register read in (from, to] that is not rejected, *is_found. */
en_code en_reads_first(struct en_fold *fold, uint32_t channel, struct en_interval span,
                       struct en_instant *at, bool *is_found, struct en_error *err) EN_MUST_CHECK;

/* The channel's first and last register read; INT64_MAX and INT64_MIN: none. */
en_code en_reads_span(struct en_fold *fold, uint32_t channel, struct en_interval *span,
                      struct en_error *err) EN_MUST_CHECK;

/* The first day from `from_day` on at which the channel has a value; INT32_MAX: none. */
en_code en_reads_first_day(struct en_fold *fold, uint32_t channel, int32_t from_day,
                           struct en_block *scratch, int32_t *day,
                           struct en_error *err) EN_MUST_CHECK;

#endif
