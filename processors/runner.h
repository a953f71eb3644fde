/* The runner: brings a projection forward along the log, batch by batch, each batch one transaction
 * in which every table and the place in the log move together (P1).
 *
 * Within a batch events are folded in order; then the dirty days are settled in rising order, each
 * in the order of the chain. Before a barrier event the days are settled first. How batches are cut
 * leaves no trace in the tables (P3). A batch of some size ends where a later day begins, so that
 * a log in the order of days settles and writes each day once.
 *
 * One runner per projection, one thread. After a failure the runner is broken: close it and open
 * another. */
#ifndef EN_PROCESSORS_RUNNER_H
#define EN_PROCESSORS_RUNNER_H

#include "core/kv.h"
#include "log/log.h"

struct en_runner;

struct en_runner_options {
    struct en_log *log;        /* borrowed */
    struct en_kv *kv;          /* of the generation; borrowed */
    uint32_t batch_events_max; /* 0: as many as memory allows */
    size_t batch_size_max;     /* bytes gathered in one batch; 0: 512 MiB */
    /* Where at least so many events are to be folded, the log is read ahead on a thread of its own
     * (runner_ahead.h); 0: 20,000. */
    uint64_t ahead_events_min;
    /* Tells how far it is, after each batch; returns true to stop early (EN_INTERRUPTED). May be
     * NULL. */
    bool (*progress)(void *self, uint64_t position, uint64_t to);
    void *progress_self;
};

/* Brings the processors' state up from the tables. Codes of log and kv; EN_CONFLICT: the tables
 * were built by a program that describes them otherwise (catalog.h). */
en_code en_runner_open(const struct en_runner_options *options, struct en_runner **runner,
                       struct en_error *err) EN_MUST_CHECK;
void en_runner_close(struct en_runner *runner);

/* Folds up to the event before `to` (0: to the end of the log). Everything folded is committed on
 * return. Codes: EN_CORRUPT (with the seq), EN_FULL, EN_IO, EN_NOMEM, EN_INTERRUPTED. */
en_code en_runner_run(struct en_runner *runner, uint64_t to, struct en_error *err) EN_MUST_CHECK;

/* Folds events that are not in the log, as if they came next, and commits what follows from them:
 * for tables that are a copy, thrown away afterwards. Their payloads are borrowed for the call.
 * *verdict is EN_OK, or the code of the first that was refused, whose words fill refusal (NULL
 * allowed). The runner can do nothing more but be closed. Codes as en_runner_run; EN_CONFLICT: the
 * tables do not stand at the end of the log. */
en_code en_runner_suppose(struct en_runner *runner, const struct en_batch *batch, en_code *verdict,
                          struct en_error *refusal, struct en_error *err) EN_MUST_CHECK;

/* Seq of the next event to fold. */
uint64_t en_runner_position(const struct en_runner *runner);

#endif
