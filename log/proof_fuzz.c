/* A proof that was not made by a log is read without a fault and never believed. */
#include <stdlib.h>

#include "log/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {42};
    static struct en_sign_private key;
    static struct en_proof proof;
    struct en_error err = {0};
    struct en_buf canonical;
    if (key.public.name[0] == '\0') {
        require(en_sign_of_seed("fuzz.example/log", seed, &key, NULL) == EN_OK);
    }
    en_buf_init(&canonical, EN_PROOF_SIZE_MAX);
    struct en_slice text = en_slice_of(data, size);
    en_code code = en_proof_parse(text, &canonical, &proof, &err);
    require(code == EN_OK ? err.text[0] == '\0' : code != EN_OK && err.text[0] != '\0');
    if (code == EN_OK) {
        struct en_hash leaf = en_hash_leaf(proof.canonical);
        struct en_buf again;
        en_buf_init(&again, EN_PROOF_SIZE_MAX);
        en_event_canonical(&proof.event, &again);
        require(en_slice_equal(en_buf_slice(&again), proof.canonical));
        en_buf_fini(&again);
        code = en_merkle_inclusion_verify(&proof.path, proof.index, proof.checkpoint.size, &leaf,
                                          &proof.checkpoint.root, NULL);
        require(code == EN_OK || code == EN_MISMATCH);
        code = en_merkle_consistency_verify(&proof.path, proof.index, proof.checkpoint.size, &leaf,
                                            &proof.checkpoint.root, NULL);
        require(code == EN_OK || code == EN_MISMATCH);
    }
    require(en_proof_verify(text, &key.public, &canonical, &proof, NULL) != EN_OK);
    en_buf_fini(&canonical);
    return 0;
}
