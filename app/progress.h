/* How far long work is: a line that is redrawn on a terminal, elsewhere one plain line each ten
 * seconds; nothing when quiet. Caller's memory, one thread. */
#ifndef EN_APP_PROGRESS_H
#define EN_APP_PROGRESS_H

#include "app/io.h"

struct en_progress {
    struct en_io *io;
    const char *what; /* "replay" */
    const char *unit; /* "events" */
    uint64_t started_us;
    uint64_t shown_us;
    bool is_drawn;
};

void en_progress_begin(struct en_progress *progress, struct en_io *io, const char *what,
                       const char *unit);
/* total 0: not known. Returns true when the person wants the work to end. */
bool en_progress_update(struct en_progress *progress, uint64_t done, uint64_t total);
/* Wipes the drawn line. */
void en_progress_end(struct en_progress *progress);

#endif
