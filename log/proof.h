/* Proofs as files: that an event is in the log, checked by anyone with nothing but a public key
 * (docs/log-format.md, section 6; C2SP tlog-proof with the event inside). Checking needs no log, no
 * data directory and no network. */
#ifndef EN_LOG_PROOF_H
#define EN_LOG_PROOF_H

#include "log/checkpoint.h"
#include "log/log.h"
#include "log/merkle.h"

#define EN_PROOF_SIZE_MAX (96u << 10)

/* A proof taken apart. */
struct en_proof {
    struct en_event event;     /* its payload is a view into the buffer given to en_proof_parse */
    struct en_slice canonical; /* likewise */
    uint64_t index;
    struct en_merkle_proof path;
    struct en_slice note; /* view into the text */
    struct en_checkpoint checkpoint;
};

/* Appends the proof of the event under the newest kept checkpoint. Codes: EN_NOT_FOUND (no such
 * event), EN_CONFLICT (no checkpoint covers it yet: make one), EN_CORRUPT. */
en_code en_proof_make(struct en_log *log, struct en_seq seq, struct en_buf *out,
                      struct en_error *err) EN_MUST_CHECK;

/* Reads a proof without believing it. The buffer is filled anew with the canonical event.
 * EN_MALFORMED with the line. */
en_code en_proof_parse(struct en_slice text, struct en_buf *canonical, struct en_proof *proof,
                       struct en_error *err) EN_MUST_CHECK;

/* Reads and checks: the note is signed by the key, the event has the seq of its place, and its leaf
 * leads to the signed root. Codes: EN_MALFORMED, EN_MISMATCH with what does not fit. */
en_code en_proof_verify(struct en_slice text, const struct en_sign_public *key,
                        struct en_buf *canonical, struct en_proof *proof,
                        struct en_error *err) EN_MUST_CHECK;

/* That the log of `size` events begins with that of `old_size`: for heads that left the machine.
 * Codes: EN_RANGE (0, or sizes that the log does not have), EN_CORRUPT. */
en_code en_proof_consistency(struct en_log *log, uint64_t old_size, uint64_t size,
                             struct en_merkle_proof *proof, struct en_error *err) EN_MUST_CHECK;

#endif
