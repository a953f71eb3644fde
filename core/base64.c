#include "core/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void en_base64_encode(struct en_slice bytes, struct en_buf *out)
{
    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t left = bytes.size - at;
        uint32_t group = (uint32_t)bytes.bytes[at] << 16;
        group |= left > 1 ? (uint32_t)bytes.bytes[at + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes.bytes[at + 2] : 0;
        char text[4] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63],
                        digits[group & 63]};
        text[2] = left > 1 ? text[2] : '=';
        text[3] = left > 2 ? text[3] : '=';
        en_buf_append(out, text, sizeof text);
    }
}

/* 0 to 63, or -1 for a character that is no digit. */
static int digit_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four characters to 1, 2 or 3 bytes; 0 when it is malformed. */
static size_t decode_group(const uint8_t *text, bool is_last, uint8_t bytes[3])
{
    size_t pads = (size_t)(text[3] == '=') + (size_t)(text[3] == '=' && text[2] == '=');
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < 4 - pads ? digit_of(text[i]) : 0;
        if (digit < 0) {
            return 0;
        }
        group = group << 6 | (uint32_t)digit;
    }
    uint32_t behind_end = pads == 2 ? 0xffff : pads == 1 ? 0xff : 0;
    if ((pads > 0 && !is_last) || (group & behind_end) != 0) {
        return 0;
    }
    bytes[0] = (uint8_t)(group >> 16);
    bytes[1] = (uint8_t)(group >> 8);
    bytes[2] = (uint8_t)group;
    return 3 - pads;
}

bool en_base64_decode(struct en_slice text, struct en_buf *out)
{
    size_t size_before = out->size;
    if (text.size % 4 != 0) {
        return false;
    }
    for (size_t at = 0; at < text.size; at += 4) {
        uint8_t bytes[3];
        size_t size = decode_group(text.bytes + at, at + 4 == text.size, bytes);
        if (size == 0) {
            out->size = size_before;
            return false;
        }
        en_buf_append(out, bytes, size);
    }
    return true;
}
