/* What the edge adds to a freeze (F1a): a signed tree head over the log that asked for it. A fold
 * cannot know the log's root, so the event comes from here; replay makes none. */
#ifndef EN_APP_ATTEST_H
#define EN_APP_ATTEST_H

#include "app/engine.h"

/* Attests every run of every freeze that has no attestation yet: those just made, and those whose
 * maker died in between. Codes of the engine. */
en_code en_attest_all(struct en_engine *engine, struct en_io *io,
                      struct en_error *err) EN_MUST_CHECK;

#endif
