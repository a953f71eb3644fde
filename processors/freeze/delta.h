/* Corrections as deltas: what late facts changed in a frozen period is booked as an amount per
 * channel on an open day; the run itself stands. An amount is live less frozen energy, less what
 * earlier deltas of the run booked already. */
#ifndef EN_PROCESSORS_FREEZE_DELTA_H
#define EN_PROCESSORS_FREEZE_DELTA_H

#include "core/metering/block/block.h"
#include "processors/processor.h"
#include "projections/tables.h"

/* Books the pending differences of the run for the correction in hand; refuses it when nothing is
 * left to book. scratch is the caller's to work in. Codes of the store; EN_OVERFLOW. */
en_code en_freeze_delta_book(struct en_fold *fold, struct en_block *scratch,
                             const struct en_freeze_row *last,
                             const struct en_correction_requested *payload,
                             struct en_error *err) EN_MUST_CHECK;

/* Whether deltas of the run stand booked. */
en_code en_freeze_delta_is_booked(struct en_fold *fold, const struct en_freeze_row *last, bool *has,
                                  struct en_error *err) EN_MUST_CHECK;

/* The verdict on a correction that would change nothing. */
en_code en_freeze_refuse_nothing_pending(struct en_fold *fold, uint32_t freeze,
                                         struct en_error *err) EN_MUST_CHECK;

#endif
