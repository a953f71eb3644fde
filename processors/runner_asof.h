/* The tables as they were after an earlier event, built by replay into a scratch environment of
 * their own, which goes when it is closed (P6). One thread per handle; the log may be appended to
 * meanwhile. */
#ifndef EN_PROCESSORS_RUNNER_ASOF_H
#define EN_PROCESSORS_RUNNER_ASOF_H

#include "processors/runner.h"

struct en_asof;

struct en_asof_options {
    struct en_log *log; /* borrowed for the opening */
    uint64_t to;        /* seq after the last event that is folded; 0: to the end of the log */
    const char *dir;    /* an existing folder, in which the scratch makes its own */
    uint64_t size_max;  /* address space to reserve; 0: 1 TiB */
    /* As the runner's. */
    bool (*progress)(void *self, uint64_t position, uint64_t to);
    void *progress_self;
};

/* Replays [0, to). On failure nothing is left behind.
 * Codes: EN_RANGE (the log does not reach so far), those of kv and runner. */
en_code en_asof_open(const struct en_asof_options *options, struct en_asof **asof,
                     struct en_error *err) EN_MUST_CHECK;

/* The tables, for en_store_begin in read mode; alive until close. */
struct en_kv *en_asof_kv(struct en_asof *asof);

/* Removes the scratch. All its transactions have ended. NULL is allowed. */
void en_asof_close(struct en_asof *asof);

#endif
