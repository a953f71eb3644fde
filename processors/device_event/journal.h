/* How far the journal of a device is known by the indexes of its events, and what was overwritten
 * before it was read (EV-05): an index that was not read when the head has gone further than the
 * journal holds. Indexes may come in any order. */
#ifndef EN_PROCESSORS_DEVICE_EVENT_JOURNAL_H
#define EN_PROCESSORS_DEVICE_EVENT_JOURNAL_H

#include "processors/processor.h"
#include "projections/tables_event.h"

/* Takes the index of a new report in. *lost: how many entries this shows to be lost, above those
 * told before. An index that falls back while the time goes on is a journal that was cleared.
 * Codes: EN_NOMEM, those of the store. */
en_code en_device_journal_take(struct en_fold *fold, const struct en_device_report_row *report,
                               uint32_t journal_size, uint64_t *lost,
                               struct en_error *err) EN_MUST_CHECK;

#endif
