/* A signed head of the log: C2SP tlog-checkpoint, a note of origin, size and root
 * (docs/log-format.md, section 5). Texts in and out, no I/O; any thread. */
#ifndef EN_LOG_CHECKPOINT_H
#define EN_LOG_CHECKPOINT_H

#include "core/buf.h"
#include "core/hash.h"
#include "core/sign.h"

#define EN_ORIGIN_SIZE_MAX 255u
#define EN_CHECKPOINT_SIZE_MAX 3072u /* a note with its signatures */

struct en_checkpoint {
    char origin[EN_ORIGIN_SIZE_MAX + 1];
    uint64_t size;
    struct en_hash root;
};

/* Whether the text can be the origin of a log: 1 to EN_ORIGIN_SIZE_MAX bytes, no control character,
 * no space at either end. EN_RANGE. */
en_code en_origin_check(const char *origin, struct en_error *err) EN_MUST_CHECK;

/* Appends the note, signed. Codes: those of signing and of the buffer. */
en_code en_checkpoint_sign(const struct en_checkpoint *checkpoint,
                           const struct en_sign_private *key, struct en_buf *note,
                           struct en_error *err) EN_MUST_CHECK;

/* Reads a note without checking its signatures. EN_MALFORMED with the line. */
en_code en_checkpoint_parse(struct en_slice note, struct en_checkpoint *checkpoint,
                            struct en_error *err) EN_MUST_CHECK;

/* Reads a note and checks that one of its signatures is the key's. Codes: EN_MALFORMED, EN_MISMATCH
 * (no signature of this key, or a false one). */
en_code en_checkpoint_verify(struct en_slice note, const struct en_sign_public *key,
                             struct en_checkpoint *checkpoint, struct en_error *err) EN_MUST_CHECK;

#endif
