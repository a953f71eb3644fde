/* The log: the total order of events, append-only, in LMDB, with one RFC 9162 tree over the
 * canonical events.
 *
 * Append is durable on return (L1). Many threads may append at once: they share commits (group
 * commit), a lone one waits for nobody. One process holds the log for appending (lock file of the
 * data directory, taken by the caller); others may open it read-only. After a failed commit the log
 * is read-only until it is opened again (L6). */
#ifndef EN_LOG_LOG_H
#define EN_LOG_LOG_H

#include "core/event/event.h"
#include "core/hash.h"
#include "core/histogram.h"
#include "core/sink.h"

struct en_log;
struct en_kv;

struct en_log_options {
    const char *dir; /* the folder of the log environment; made when absent and is_create */
    bool is_create;  /* a new log: EN_CONFLICT when there is one */
    bool is_read_only;
    const char *origin; /* first line of checkpoints; a new log keeps it, an old one brings its own;
                           borrowed for the call */
    /* Time of commits, UTC; NULL the system's clock. Tests and the demo bring their own. */
    struct en_instant (*clock)(void *clock_self);
    void *clock_self;
    uint64_t size_max; /* the most the log may grow to, in bytes: address space only; 0 = 1 TiB */
    struct en_kv *kv;  /* tests: an open kv to use (borrowed) in place of the one in dir; NULL */
};

/* Opens and checks: every stored root on the right edge, and that the newest signed checkpoint
 * (kept in the log, and in the file beside it) is a head that this log once had: one beyond its end
 * means that the tail was cut. Signatures and all older bytes are for en_log_verify (audit.h).
 * Codes: EN_NOT_FOUND, EN_CONFLICT, EN_CORRUPT (with the place), EN_UNSUPPORTED, EN_BUSY, EN_IO,
 * EN_FULL, EN_NOMEM, EN_RANGE (origin). */
en_code en_log_open(const struct en_log_options *options, struct en_log **log,
                    struct en_error *err) EN_MUST_CHECK;
void en_log_close(struct en_log *log);

/* The write side for edges: append, name, find (core/sink.h). Lives as long as the log. Any thread.
 */
struct en_sink en_log_sink(struct en_log *log);

/* Events in the log = size of the tree = seq of the next event. Any thread. */
uint64_t en_log_size(struct en_log *log);
const char *en_log_origin(const struct en_log *log);

/* The last seq recorded at or before the instant; EN_NOT_FOUND when the log begins later. */
en_code en_log_seq_at(struct en_log *log, struct en_instant at, struct en_seq *seq,
                      struct en_error *err) EN_MUST_CHECK;

/* Waits until the log is longer than size or the time is over; returns the size now. A read-only
 * log that another process extends looks every few milliseconds. */
uint64_t en_log_wait(struct en_log *log, uint64_t size, uint32_t wait_ms_max);

/* The external key of an id, copied into text (EN_NAME_SIZE_MAX + 1 bytes). EN_NOT_FOUND. */
en_code en_log_name_of(struct en_log *log, en_name_type type, uint32_t id, char *text,
                       struct en_error *err) EN_MUST_CHECK;

/* How long appends took, from the call to durable, and the synchronous commits among it: since the
 * log was opened. Lives as long as the log; any thread. */
struct en_log_timings {
    struct en_histogram append;
    struct en_histogram commit;
};
const struct en_log_timings *en_log_timings(const struct en_log *log);

/* Frees what readers that died left behind; *lag (NULL allowed) is how many commits the oldest
 * living reader is behind: one that stays keeps the space of what is replaced. Call every ten
 * seconds. */
en_code en_log_tend(struct en_log *log, uint64_t *lag, struct en_error *err) EN_MUST_CHECK;

/* Signs the tree head of now and keeps the note, in the log and as the file `checkpoint` beside it;
 * when nothing came since the newest note, that one is returned. The private key text is C2SP form
 * (core/sign.h). The note takes the place of what the buffer held. Any thread. Codes: EN_MALFORMED
 * (the key), EN_READ_ONLY, EN_IO, EN_FULL. */
en_code en_log_checkpoint(struct en_log *log, struct en_slice private_key, struct en_buf *note,
                          struct en_error *err) EN_MUST_CHECK;

/* The newest kept note, in place of what the buffer held; *size (NULL allowed) is what it signs.
 * EN_NOT_FOUND. */
en_code en_log_newest_checkpoint(struct en_log *log, struct en_buf *note, uint64_t *size,
                                 struct en_error *err) EN_MUST_CHECK;

/* The root of the first `size` events. Codes: EN_RANGE (the log is shorter), EN_CORRUPT. */
en_code en_log_root(struct en_log *log, uint64_t size, struct en_hash *root,
                    struct en_error *err) EN_MUST_CHECK;

#endif
