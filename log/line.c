#include "log/line.h"

#include "core/assert.h"
#include "core/base64.h"

#define NUMBER_DIGITS_MAX 20u

bool en_line_take(struct en_slice *from, struct en_slice *line)
{
    const uint8_t *end = from->size == 0 ? NULL : memchr(from->bytes, '\n', from->size);
    if (end == NULL) {
        return false;
    }
    *line = en_slice_of(from->bytes, (size_t)(end - from->bytes));
    from->bytes += line->size + 1;
    from->size -= line->size + 1;
    return true;
}

bool en_line_after(struct en_slice line, const char *prefix, struct en_slice *rest)
{
    size_t size = strlen(prefix);
    if (line.size < size || memcmp(line.bytes, prefix, size) != 0) {
        return false;
    }
    *rest = en_slice_of(line.bytes + size, line.size - size);
    return true;
}

bool en_line_number(struct en_slice text, uint64_t *number)
{
    uint64_t found = 0;
    bool is_led_by_zero = text.size > 1 && text.bytes[0] == '0';
    if (text.size == 0 || text.size > NUMBER_DIGITS_MAX || is_led_by_zero) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        uint64_t digit = (uint64_t)text.bytes[i] - '0';
        if (digit > 9 || found > (UINT64_MAX - digit) / 10) {
            return false;
        }
        found = found * 10 + digit;
    }
    *number = found;
    return true;
}

bool en_line_bytes(struct en_slice text, uint8_t *bytes, size_t size)
{
    EN_ASSERT(size <= EN_LINE_BYTES_MAX);
    uint8_t room[EN_LINE_BYTES_MAX];
    struct en_buf out = {.bytes = room, .capacity = sizeof room, .limit = sizeof room};
    bool is_decoded = text.size == en_base64_size(size) && en_base64_decode(text, &out);
    if (!is_decoded || out.size != size) {
        return false;
    }
    memcpy(bytes, room, size);
    return true;
}
