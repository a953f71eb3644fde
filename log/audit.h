/* Checking everything that a log holds, from its stored bytes: the checksum and form of every
 * frame, that they lie end to end, every leaf and every stored root, time that never falls, source
 * seqs that rise, names, sources, and every kept checkpoint with its signature.
 *
 * Damage can kill the reader (LMDB trusts its pages), so a program runs this in a child process and
 * takes its death for an answer. Uses as many threads as the machine gives it, at most
 * EN_VERIFY_THREADS_MAX. */
#ifndef EN_LOG_AUDIT_H
#define EN_LOG_AUDIT_H

#include "core/event/event.h"
#include "core/hash.h"
#include "core/sign.h"

#define EN_VERIFY_THREADS_MAX 8u

struct en_verify_report {
    uint64_t size; /* events */
    uint64_t frames_count;
    uint64_t frames_size; /* bytes of all frames */
    uint64_t checkpoints_count;
    uint64_t signatures_count; /* checkpoints whose signature was checked */
    uint64_t names_count;
    struct en_hash root;
    /* When something is wrong: the first event that is, or the first of those it is among
     * (bad_from to bad_to - 1); EN_SEQ_NONE: it is not about an event. */
    struct en_seq bad_from;
    struct en_seq bad_to;
};

struct en_verify_progress {
    void *self;
    /* Told now and then, from any thread but one at a time: events checked of how many. NULL: not.
     */
    void (*told)(void *self, uint64_t done, uint64_t total);
};

/* Verifies the log in the folder. key NULL: signatures are not checked. The log may grow meanwhile;
 * what it was at the start is checked. Codes: EN_OK (everything holds), EN_CORRUPT (stored bytes
 * are damaged), EN_MISMATCH (well-formed, but not what was signed), each with the first place;
 * those of en_log_open. */
en_code en_log_verify(const char *dir, const struct en_sign_public *key,
                      const struct en_verify_progress *progress, struct en_verify_report *report,
                      struct en_error *err) EN_MUST_CHECK;

#endif
