/* Reads the log ahead of folding, on a thread of its own: frames are checked and taken apart, and
 * what events tell by themselves (`look` of the processors) is found out, while the caller folds
 * and settles what came before. The caller gets the same events in the same order as from a cursor.
 *
 * One caller's thread. Memory: a few bundles of events. */
#ifndef EN_PROCESSORS_RUNNER_AHEAD_H
#define EN_PROCESSORS_RUNNER_AHEAD_H

#include "log/log.h"

struct en_ahead;

/* Begins to read the events [from, to), which the log (borrowed) holds. Codes: EN_NOMEM, EN_IO (no
 * thread). */
en_code en_ahead_open(struct en_log *log, uint64_t from, uint64_t to, struct en_ahead **ahead,
                      struct en_error *err) EN_MUST_CHECK;
/* Stops the thread, wherever it is. NULL is allowed. */
void en_ahead_close(struct en_ahead *ahead);

/* The next event and what was found out about it (EN_FACTS_SIZE bytes): views that live until the
 * next call. *is_end true and EN_OK after the last. Codes of the cursor. */
en_code en_ahead_next(struct en_ahead *ahead, struct en_event *event, const void **facts,
                      bool *is_end, struct en_error *err) EN_MUST_CHECK;

#endif
