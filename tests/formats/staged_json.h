/* A staging as text that is the same for the same content: what the cases of formats compare. One
 * thing a line, so that a difference reads well. */
#ifndef EN_TESTS_FORMATS_STAGED_JSON_H
#define EN_TESTS_FORMATS_STAGED_JSON_H

#include "formats/staging.h"

/* Of a settled staging and its findings. */
void en_staged_json(const struct en_staging *staging, struct en_buf *out);

/* Of a file that was refused as a whole. */
void en_refused_json(const struct en_error *err, struct en_buf *out);

#endif
