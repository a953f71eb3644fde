/* Canonical bytes that are read are written again to the same bytes; payloads of any kind decode or
 * are refused with a reason. */
#include <stdlib.h>

#include "core/event/payload.h"
#include "core/event/payload_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_event event;
    struct en_error err = {0};
    struct en_buf out;
    en_code code = en_event_parse(en_slice_of(data, size), &event, &err);
    require(code == EN_OK ? err.text[0] == '\0' : code == EN_MALFORMED && err.text[0] != '\0');
    if (code != EN_OK) {
        return 0;
    }
    en_buf_init(&out, 1u << 20);
    en_event_canonical(&event, &out);
    require(en_slice_equal(en_buf_slice(&out), en_slice_of(data, size)));
    en_buf_reset(&out);
    code = en_payload_json(&event, &out, &err);
    require(code == EN_OK || err.text[0] != '\0');
    en_buf_fini(&out);
    return 0;
}
