/* What decodes is what encode writes, byte for byte, and can be shown; anything else is refused. */
#include <stdlib.h>

#include "core/metering/substitution/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_good(struct en_slice bytes, const struct en_substitutes *substitutes)
{
    struct en_buf out;
    struct en_json json;
    struct en_substitute_place place = {0, 1800, EN_ESTIMATION_RUSSIAN, NULL, NULL};
    en_buf_init(&out, (size_t)1 << 24);
    require(en_substitutes_encode(substitutes, &out, NULL) == EN_OK);
    require(en_slice_equal(bytes, en_buf_slice(&out)));
    en_buf_reset(&out);
    en_json_init(&json, &out);
    en_json_array(&json, NULL);
    for (uint32_t i = 0; i < substitutes->count; i++) {
        en_substitute_json(&substitutes->items[i], &place, &json, NULL);
    }
    en_json_end(&json);
    for (uint32_t i = 0; i < substitutes->count; i++) {
        en_substitute_print(&substitutes->items[i], &place, &out);
    }
    en_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_slice bytes = en_slice_of(data, size);
    struct en_arena arena;
    struct en_substitutes substitutes;
    struct en_substitutes watches;
    en_arena_init(&arena, (size_t)1 << 24);
    en_code code = en_substitutes_decode(bytes, &arena, &substitutes, NULL);
    require(code == EN_OK || code == EN_CORRUPT);
    en_code watched = en_substitutes_watches(bytes, &arena, &watches, NULL);
    require(watched == EN_OK || code != EN_OK);
    if (code == EN_OK) {
        require(watches.watches_count == substitutes.watches_count);
        check_good(bytes, &substitutes);
    }
    en_arena_fini(&arena);
    return 0;
}
