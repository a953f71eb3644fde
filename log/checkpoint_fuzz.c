/* What reads as a checkpoint and is signed anew reads the same; a signature that was not made by
 * the key is never taken for one. */
#include <stdlib.h>

#include "log/checkpoint.h"

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
    struct en_checkpoint checkpoint;
    struct en_checkpoint again;
    struct en_error err = {0};
    if (key.public.name[0] == '\0') {
        require(en_sign_of_seed("fuzz.example/log", seed, &key, NULL) == EN_OK);
    }
    struct en_slice note = en_slice_of(data, size);
    en_code code = en_checkpoint_parse(note, &checkpoint, &err);
    require(code == EN_OK ? err.text[0] == '\0' : code == EN_MALFORMED && err.text[0] != '\0');
    code = en_checkpoint_verify(note, &key.public, &again, NULL);
    require(code == EN_MALFORMED || code == EN_MISMATCH);
    if (err.text[0] != '\0') {
        return 0;
    }
    struct en_buf out;
    en_buf_init(&out, EN_CHECKPOINT_SIZE_MAX);
    require(en_checkpoint_sign(&checkpoint, &key, &out, NULL) == EN_OK);
    require(en_checkpoint_verify(en_buf_slice(&out), &key.public, &again, NULL) == EN_OK);
    require(strcmp(checkpoint.origin, again.origin) == 0 && checkpoint.size == again.size);
    require(en_hash_equal(&checkpoint.root, &again.root));
    en_buf_fini(&out);
    return 0;
}
