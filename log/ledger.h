/* What events say when read in order, held against the tables that were made from them: time,
 * source seqs, names, sources (docs/log-format.md, I4 and I5). A part of the audit; inside log/. */
#ifndef EN_LOG_LEDGER_H
#define EN_LOG_LEDGER_H

#include <stdint.h>

#include "core/error.h"

struct en_log;

/* Reads the whole log once. Codes: EN_CORRUPT with the event or the row, EN_NOMEM. */
en_code en_ledger_check(struct en_log *log, uint64_t *names_count,
                        struct en_error *err) EN_MUST_CHECK;

#endif
