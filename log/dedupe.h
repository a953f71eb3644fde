/* Which events are there already (L5): the last source seq of every source in memory, and for older
 * ones an index of that source, built from the log when first asked. Inside log/; belongs to the
 * thread that seals.
 *
 * Source seqs rise strictly within a source, so a new one is above the last; one at or below it is
 * either a double (and its event is found) or a breach of that rule (and refused). */
#ifndef EN_LOG_DEDUPE_H
#define EN_LOG_DEDUPE_H

#include "core/event/event.h"
#include "core/kv.h"
#include "log/tables.h"

struct en_log;

/* What is known of a source; all 0 = nothing came from it yet. */
struct en_source_state {
    uint64_t last_source_seq;
    uint64_t first_event; /* seq */
    uint64_t last_event;
    bool is_changed; /* since its row was written */
};

/* Where events of one source stand: equal steps of source seq and seq. */
struct en_source_run {
    uint64_t source_seq;
    uint64_t seq;
    uint64_t count;
};

struct en_source_index {
    uint32_t source;
    uint64_t size; /* of the log as far as it was read */
    struct en_source_run *runs;
    uint32_t count;
    uint32_t capacity;
    uint64_t used_at; /* the least recently used index gives way */
};

#define EN_SOURCE_INDEXES_MAX 8u

struct en_dedupe {
    struct en_source_state *sources; /* by id */
    uint32_t capacity;
    uint32_t *changed; /* ids whose is_changed is set */
    uint32_t changed_count;
    uint64_t written_size; /* the rows of table sources speak of the log up to here */
    struct en_source_index indexes[EN_SOURCE_INDEXES_MAX];
    uint64_t uses;
};

void en_dedupe_init(struct en_dedupe *dedupe);
void en_dedupe_fini(struct en_dedupe *dedupe);

/* Reads the rows, then the tail of the log behind them. Codes: EN_CORRUPT, EN_NOMEM, EN_IO. */
en_code en_dedupe_load(struct en_log *log, struct en_error *err) EN_MUST_CHECK;

/* The rows alone, as of written_size. EN_CORRUPT, EN_NOMEM. */
en_code en_dedupe_load_rows(struct en_dedupe *dedupe, struct en_kv_txn *txn,
                            const struct en_log_tables *tables, struct en_error *err) EN_MUST_CHECK;

/* Makes room for sources up to the id, so that nothing can fail later. EN_NOMEM. */
en_code en_dedupe_reserve(struct en_dedupe *dedupe, uint32_t source,
                          struct en_error *err) EN_MUST_CHECK;

/* The source's state; its id has room (asserted). */
const struct en_source_state *en_dedupe_source(const struct en_dedupe *dedupe, uint32_t source);

/* Takes note of a new event; its source seq is above the last (asserted). */
void en_dedupe_add(struct en_dedupe *dedupe, uint32_t source, uint64_t source_seq, uint64_t seq);

/* Puts back what en_dedupe_source said before events were added. */
void en_dedupe_restore(struct en_dedupe *dedupe, uint32_t source,
                       const struct en_source_state *old);

/* The event of an older source seq in the log as committed. EN_NOT_FOUND; EN_CORRUPT, EN_NOMEM. */
en_code en_dedupe_find(struct en_log *log, uint32_t source, uint64_t source_seq, uint64_t *seq,
                       struct en_error *err) EN_MUST_CHECK;

/* A row for table sources, and writing it; the rows then speak of the log up to `size`. */
struct en_source_row {
    uint32_t id;
    struct en_source_state source;
};
/* Copies the changed sources to `rows` (room for dedupe->changed_count) and forgets that they were
 * changed. */
void en_dedupe_take_changed(struct en_dedupe *dedupe, struct en_source_row *rows);
en_code en_dedupe_write(struct en_kv_txn *txn, const struct en_log_tables *tables,
                        const struct en_source_row *rows, uint32_t count, uint64_t size,
                        struct en_error *err) EN_MUST_CHECK;

#endif
