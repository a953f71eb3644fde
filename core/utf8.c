#include "core/utf8.h"

#include "core/assert.h"

/* How many bytes follow a lead byte, and the bounds of the first of them (RFC 3629, section 4):
 * that is where overlong forms, surrogates and what lies above U+10FFFF differ from good ones. */
struct lead {
    uint8_t first;
    uint8_t last;
    uint8_t follow_count;
    uint8_t second_min;
    uint8_t second_max;
};

static const struct lead leads[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf}, {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* Size of the character at the front, 0 when it is none. */
static size_t character_size(const uint8_t *bytes, size_t left)
{
    for (size_t i = 0; i < EN_COUNT_OF(leads); i++) {
        const struct lead *lead = &leads[i];
        if (bytes[0] < lead->first || bytes[0] > lead->last) {
            continue;
        }
        if (left <= lead->follow_count || bytes[1] < lead->second_min ||
            bytes[1] > lead->second_max) {
            return 0;
        }
        for (size_t k = 2; k <= lead->follow_count; k++) {
            if ((bytes[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return (size_t)lead->follow_count + 1;
    }
    return 0;
}

size_t en_utf8_valid_size(struct en_slice bytes)
{
    size_t at = 0;
    while (at < bytes.size) {
        if (bytes.bytes[at] < 0x80) {
            at++;
            continue;
        }
        size_t size = character_size(bytes.bytes + at, bytes.size - at);
        if (size == 0) {
            break;
        }
        at += size;
    }
    EN_ASSERT(at <= bytes.size);
    return at;
}
