/* A key text that is read prints as it was, but for a line end; so does base64. */
#include <stdlib.h>

#include "core/base64.h"
#include "core/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

static void must_print(const struct en_buf *out, struct en_slice text)
{
    must(out->code == EN_OK);
    must(text.size >= out->size && text.size - out->size <= 2);
    must(en_slice_equal(en_buf_slice(out), en_slice_of(text.bytes, out->size)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_slice text = en_slice_of(data, size);
    struct en_error err = {0};
    struct en_sign_public public;
    struct en_sign_private private;
    struct en_buf out;
    struct en_buf bytes;
    en_buf_init(&out, 2 * size + 1024);
    en_buf_init(&bytes, size + 1);
    if (en_sign_public_parse(text, &public, &err) == EN_OK) {
        en_sign_public_print(&public, &out);
        must_print(&out, text);
    } else {
        must(err.text[0] != '\0');
    }
    en_buf_reset(&out);
    if (en_sign_private_parse(text, &private, &err) == EN_OK) {
        en_sign_private_print(&private, &out);
        must_print(&out, text);
    }
    en_buf_reset(&out);
    if (en_base64_decode(text, &bytes)) {
        en_base64_encode(en_buf_slice(&bytes), &out);
        must(en_slice_equal(en_buf_slice(&out), text));
    }
    en_buf_fini(&out);
    en_buf_fini(&bytes);
    return 0;
}
