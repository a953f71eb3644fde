#include <stdlib.h>

#include "core/json.h"
#include "core/json_reader.h"
#include "core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* Reads the text; writes it again through the writer where out is given. */
static en_code copy(struct en_slice text, struct en_buf *out, struct en_error *err)
{
    struct en_arena arena;
    struct en_json_reader reader;
    struct en_json_token token = {.kind = EN_JSON_NULL};
    size_t last = 0;
    en_arena_init(&arena, 4 * text.size + 64);
    en_json_reader_init(&reader, text, &arena);
    en_code code = EN_OK;
    while (code == EN_OK && token.kind != EN_JSON_END) {
        code = en_json_next(&reader, &token, err);
        if (code != EN_OK) {
            break;
        }
        require(token.offset >= last && token.offset <= text.size);
        require(en_utf8_is_valid(token.text));
        last = token.offset;
        if (token.kind == EN_JSON_TEXT || token.kind == EN_JSON_KEY) {
            en_json_quote(out, token.text);
            en_buf_text(out, token.kind == EN_JSON_KEY ? ":" : "");
        }
    }
    en_arena_fini(&arena);
    return code;
}

/* Any bytes are read or refused with words; what a text reads as, quoted again, reads as the same.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_buf out;
    struct en_error err = {0};
    en_buf_init(&out, 8 * size + 64);
    en_code code = copy(en_slice_of(data, size), &out, &err);
    require((code == EN_OK) == (err.text[0] == '\0'));
    if (code == EN_OK && size > 0 && data[0] == '"') {
        struct en_buf again;
        en_buf_init(&again, 8 * size + 64);
        require(copy(en_buf_slice(&out), &again, NULL) == EN_OK);
        require(en_slice_equal(en_buf_slice(&out), en_buf_slice(&again)));
        en_buf_fini(&again);
    }
    en_buf_fini(&out);
    return 0;
}
