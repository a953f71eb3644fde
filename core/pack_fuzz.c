/* What reading accepts is exactly what packing writes; msgpack-c reads the same bytes to their end.
 */
#include <stdlib.h>

#include <msgpack.h>

#include "core/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

/* Takes the next item and packs it again. */
static en_code copy_item(struct en_unpack *unpack, struct en_buf *out, struct en_error *err)
{
    struct en_slice view = {0};
    uint64_t number = 0;
    int64_t negative = 0;
    uint32_t count = 0;
    bool is_true = false;
    en_code code = EN_OK;
    switch (en_unpack_peek(unpack)) {
    case EN_PACK_BOOL:
        code = en_unpack_bool(unpack, &is_true, err);
        en_pack_bool(out, is_true);
        return code;
    case EN_PACK_UNSIGNED:
        code = en_unpack_u64(unpack, &number, err);
        en_pack_u64(out, number);
        return code;
    case EN_PACK_NEGATIVE:
        code = en_unpack_i64(unpack, &negative, err);
        must(code != EN_OK || negative < 0);
        en_pack_i64(out, negative);
        return code;
    case EN_PACK_TEXT:
        code = en_unpack_text(unpack, &view, err);
        en_pack_text(out, view);
        return code;
    case EN_PACK_BYTES:
        code = en_unpack_bytes(unpack, &view, err);
        en_pack_bytes(out, view);
        return code;
    case EN_PACK_ARRAY:
        code = en_unpack_array(unpack, &count, err);
        en_pack_array(out, count);
        return code;
    case EN_PACK_MAP:
        code = en_unpack_map(unpack, &count, err);
        en_pack_map(out, count);
        return code;
    default:
        code = en_unpack_nil(unpack, err);
        en_pack_nil(out);
        return code;
    }
}

/* The library takes counts on trust, so it is asked only about what was accepted. */
static void ask_library(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size) {
        msgpack_unpacked unpacked;
        msgpack_unpacked_init(&unpacked);
        msgpack_unpack_return found = msgpack_unpack_next(&unpacked, (const char *)data, size, &at);
        must(found == MSGPACK_UNPACK_SUCCESS || found == MSGPACK_UNPACK_EXTRA_BYTES);
        msgpack_unpacked_destroy(&unpacked);
    }
    must(at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_unpack unpack;
    struct en_unpack skip;
    struct en_error err = {0};
    struct en_error skip_err = {0};
    struct en_buf out;
    en_code code = EN_OK;
    en_code skip_code = EN_OK;
    en_buf_init(&out, 1u << 20);
    en_unpack_init(&unpack, en_slice_of(data, size));
    en_unpack_init(&skip, en_slice_of(data, size));
    while (code == EN_OK && unpack.rest.size > 0) {
        code = copy_item(&unpack, &out, &err);
        must(unpack.depth <= EN_PACK_DEPTH_MAX);
    }
    code = code != EN_OK ? code : en_unpack_end(&unpack, &err);
    while (skip_code == EN_OK && skip.rest.size > 0) {
        skip_code = en_unpack_skip(&skip, &skip_err);
    }
    must(code == skip_code);
    must(code == EN_OK || (err.code == code && err.text[0] != '\0'));
    if (code == EN_OK) {
        must(out.code == EN_OK);
        must(en_slice_equal(en_buf_slice(&out), en_slice_of(data, size)));
        ask_library(data, size);
    }
    en_buf_fini(&out);
    return 0;
}
