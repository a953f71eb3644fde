#include "formats/format.h"

#include <stdio.h>

#define FORMAT(name) extern const struct en_format en_format_##name;
#include "formats/formats.def"
#undef FORMAT

static const struct en_format *const formats[] = {
#define FORMAT(name) &en_format_##name,
#include "formats/formats.def"
#undef FORMAT
};

const struct en_format *const *en_formats(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(formats);
    return formats;
}

en_code en_format_find(const char *name, const struct en_format **format, struct en_error *err)
{
    char known[128] = {0};
    size_t size = 0;
    for (size_t i = 0; i < EN_COUNT_OF(formats); i++) {
        if (strcmp(formats[i]->name, name) == 0) {
            *format = formats[i];
            return EN_OK;
        }
        int printed = snprintf(known + size, sizeof known - size, "%s%s", i > 0 ? ", " : "",
                               formats[i]->name);
        EN_ASSERT(printed > 0);
        size += (size_t)printed;
        EN_ASSERT(size < sizeof known);
    }
    char shown[EN_SHOWN_SIZE];
    return en_error_set(err, EN_NOT_FOUND, "format \"%s\" is not known; known are %s",
                        en_shown(en_slice_text(name), shown), known);
}
