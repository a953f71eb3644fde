/* Verification of a freeze (F2): the period is calculated again from the log alone, by replay up to
 * the run's event, and compared with all that was stated of it: the digest in the tables and in the
 * attestation, the root of the log then, the stored rows.
 *
 * One thread. */
#ifndef EN_PROCESSORS_RUNNER_VERIFY_H
#define EN_PROCESSORS_RUNNER_VERIFY_H

#include "core/hash.h"
#include "processors/runner.h"
#include "projections/tables.h"

#define EN_VERDICT_TEXT_SIZE 400u

struct en_verify_options {
    struct en_log *log;
    struct en_kv *kv;      /* the tables that state the freeze; read only */
    uint32_t freeze;       /* id */
    uint32_t run;          /* 0: the newest */
    const char *dir;       /* an existing folder for the scratch replay */
    const char *rows_path; /* the stored rows of the run (projections/frozen_store.h); NULL: none */
    bool (*progress)(void *self, uint64_t position, uint64_t to); /* as the runner's */
    void *progress_self;
};

/* What was compared, and how it came out. */
struct en_verify_verdict {
    bool is_equal; /* all of what follows that was there to compare */
    uint32_t run;
    uint64_t seq;          /* the event that made the run; replay went up to it */
    uint64_t rows_count;   /* recalculated */
    struct en_hash digest; /* recalculated */
    struct en_hash stated; /* what the tables say of the run */
    bool is_digest_equal;
    bool has_tables; /* the frozen rows as the tables now hold them were compared */
    bool is_tables_equal;
    bool has_attestation;      /* without one digest and root of it are not compared */
    bool is_attestation_equal; /* its digest */
    bool is_root_equal;        /* the log still has the root that was attested */
    bool has_rows;             /* stored rows were there to compare */
    bool is_rows_equal;
    char software[64];                /* what program attested the run; "" unknown */
    char where[EN_VERDICT_TEXT_SIZE]; /* the first difference for people; "" when equal */
};

/* EN_OK when the comparison could be made, however it came out: see is_equal.
 * Codes: EN_NOT_FOUND (no such freeze or run), EN_CORRUPT (the log or the tables are damaged: with
 * the place), those of en_asof_open. */
en_code en_freeze_verify(const struct en_verify_options *options, struct en_verify_verdict *verdict,
                         struct en_error *err) EN_MUST_CHECK;

/* The same for who has the tables at the run's event already: dir and kv are not looked at, the
 * freeze is read from `stated`. Codes as above without those of en_asof_open; EN_RANGE: the replay
 * does not stand right behind the run's event. */
en_code en_freeze_compare(const struct en_verify_options *options, struct en_store *stated,
                          struct en_store *replayed, struct en_verify_verdict *verdict,
                          struct en_error *err) EN_MUST_CHECK;

#endif
