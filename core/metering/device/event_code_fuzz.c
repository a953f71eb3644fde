#include <stdlib.h>

#include "core/metering/device/event_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* A code that is not free prints as the very text that was read; what it means is well formed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_slice text = en_slice_of(data, size);
    struct en_event_code code = en_event_code_parse(text);
    struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX];
    char printed[EN_EVENT_CODE_TEXT_SIZE];
    uint32_t count = en_event_code_meanings(&code, meanings);
    require(count <= EN_EVENT_MEANINGS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        require(en_event_meaning_check(meanings[i], NULL) == EN_OK);
    }
    if (code.dialect == EN_EVENT_FREE) {
        require(count == 0);
    } else {
        size_t length = en_event_code_print(&code, printed);
        require(en_slice_equal(en_slice_of(printed, length), text));
    }
    require(en_event_code_journal(&code, printed) < sizeof printed);
    (void)en_event_class_by_text(text);
    return 0;
}
