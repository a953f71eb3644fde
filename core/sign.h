/* Ed25519 signatures with the key texts of C2SP signed-note: what checkpoints of the log are signed
 * with, so that any verifier of that format can check them. Texts in and out; files are the
 * caller's. A private key is secret memory: en_sign_private_wipe it. Any thread.
 *
 *   public   "<name>+<8 hex digits>+<base64 of 0x01 and the 32 bytes>"
 *   private  "PRIVATE+KEY+<name>+<8 hex digits>+<base64 of 0x01 and the 32 byte seed>"
 *
 * The hex digits are the key hash: the first 4 bytes of SHA-256(name, "\n", 0x01, public bytes). A
 * name is not empty, holds no space and no "+". */
#ifndef EN_CORE_SIGN_H
#define EN_CORE_SIGN_H

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"

#define EN_SIGN_KEY_SIZE 32u
#define EN_SIGNATURE_SIZE 64u

struct en_sign_public {
    char name[EN_NAME_SIZE_MAX + 1];
    uint32_t key_hash;
    uint8_t bytes[EN_SIGN_KEY_SIZE];
};

struct en_sign_private {
    struct en_sign_public public;
    uint8_t seed[EN_SIGN_KEY_SIZE];
};

struct en_signature {
    uint8_t bytes[EN_SIGNATURE_SIZE];
};

/* A new key pair from the system's random numbers. Codes: EN_RANGE (name), EN_IO (no randomness).
 */
en_code en_sign_generate(const char *name, struct en_sign_private *key,
                         struct en_error *err) EN_MUST_CHECK;

/* The pair of a seed that is known already (tests, recovery). Codes: EN_RANGE (name). */
en_code en_sign_of_seed(const char *name, const uint8_t seed[EN_SIGN_KEY_SIZE],
                        struct en_sign_private *key, struct en_error *err) EN_MUST_CHECK;

void en_sign_private_wipe(struct en_sign_private *key);

/* Codes: EN_NOMEM. */
en_code en_sign_bytes(const struct en_sign_private *key, struct en_slice bytes,
                      struct en_signature *signature, struct en_error *err) EN_MUST_CHECK;

/* Codes: EN_MISMATCH (not this key's signature of these bytes), EN_NOMEM. */
en_code en_sign_verify(const struct en_sign_public *key, struct en_slice bytes,
                       const struct en_signature *signature, struct en_error *err) EN_MUST_CHECK;

/* Append the texts, without a line end. */
void en_sign_public_print(const struct en_sign_public *key, struct en_buf *out);
void en_sign_private_print(const struct en_sign_private *key, struct en_buf *out);

/* Read the texts; one line end behind them is allowed. Codes: EN_MALFORMED (with what is wrong),
 * EN_MISMATCH (the key hash does not belong to the key), EN_UNSUPPORTED (another algorithm). */
en_code en_sign_public_parse(struct en_slice text, struct en_sign_public *key,
                             struct en_error *err) EN_MUST_CHECK;
en_code en_sign_private_parse(struct en_slice text, struct en_sign_private *key,
                              struct en_error *err) EN_MUST_CHECK;

#endif
