/* What the edge adds to a freeze (F1a): a signed tree head over the log that asked for it. A fold
 * cannot know the log's root, so the event comes from here; replay makes none. */
#ifndef EN_APP_ATTEST_H
#define EN_APP_ATTEST_H

#include "app/engine.h"

/* Attests every run of every freeze that has no attestation yet: those just made, and those whose
 * maker died in between. Before that the frozen rows of the run are kept as a file of their own
 * (frozen/FREEZE-RUN.rows), which is never rebuilt. Codes of the engine. */
en_code en_attest_all(struct en_engine *engine, struct en_io *io,
                      struct en_error *err) EN_MUST_CHECK;

/* The path of the rows of a run. EN_RANGE. */
en_code en_frozen_rows_path(const struct en_data_dir *dir, uint32_t freeze, uint32_t run,
                            char path[EN_PATH_SIZE], struct en_error *err) EN_MUST_CHECK;

#endif
