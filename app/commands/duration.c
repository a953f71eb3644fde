#include "app/commands/duration.h"

#include <string.h>

#define SECONDS_MAX (31u * 86400u)

en_code en_duration_parse(const char *text, uint32_t *seconds, struct en_error *err)
{
    static const struct {
        char letter;
        uint32_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    char digits[16];
    size_t size = strlen(text);
    uint64_t count = 0;
    for (size_t i = 0; i < EN_COUNT_OF(units) && size > 1 && size < sizeof digits; i++) {
        if (text[size - 1] != units[i].letter) {
            continue;
        }
        memcpy(digits, text, size - 1);
        digits[size - 1] = '\0';
        if (en_count_parse(digits, SECONDS_MAX / units[i].seconds, &count) == EN_OK) {
            *seconds = (uint32_t)count * units[i].seconds;
            return EN_OK;
        }
    }
    return en_error_set(
        err, EN_USAGE, "\"%.40s\" is no length of time of at most 31 days: 90s, 15m, 6h, 3d", text);
}

en_code en_arguments_duration(const struct en_arguments *arguments, const char *name,
                              uint32_t *seconds, struct en_error *err)
{
    const char *text = en_arguments_value(arguments, name);
    return text == NULL ? EN_OK : en_duration_parse(text, seconds, err);
}
