#include <stdlib.h>

#include "core/instant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* What reads prints at any offset and reads again to the same instant. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int offsets[] = {0, 180, -330, EN_OFFSET_MINUTES_MAX, -EN_OFFSET_MINUTES_MAX};
    struct en_instant instant = {0};
    struct en_error err = {0};
    if (en_instant_parse(en_slice_of(data, size), 180, &instant, &err) != EN_OK) {
        require(err.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < EN_COUNT_OF(offsets); i++) {
        char text[EN_INSTANT_TEXT_SIZE];
        struct en_instant again = {0};
        size_t length = en_instant_print(instant, offsets[i], text);
        require(en_instant_parse(en_slice_of(text, length), 0, &again, NULL) == EN_OK);
        require(again.us == instant.us);
        struct en_day day = en_day_of_instant(instant, offsets[i]);
        require(en_interval_holds(en_day_interval(day, offsets[i]), instant));
    }
    return 0;
}
