#include "formats/encoding.h"

#define CODE_POINT_MAX 0x10ffffu
#define REPLACEMENT 0xfffdu
#define NAME_SIZE_MAX 16u

static const uint16_t cp1251_upper[128] = {
    0x0402, 0x0403, 0x201a, 0x0453, 0x201e, 0x2026, 0x2020, 0x2021, 0x20ac, 0x2030, 0x0409, 0x2039,
    0x040a, 0x040c, 0x040b, 0x040f, 0x0452, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0xfffd, 0x2122, 0x0459, 0x203a, 0x045a, 0x045c, 0x045b, 0x045f, 0x00a0, 0x040e, 0x045e, 0x0408,
    0x00a4, 0x0490, 0x00a6, 0x00a7, 0x0401, 0x00a9, 0x0404, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x0407,
    0x00b0, 0x00b1, 0x0406, 0x0456, 0x0491, 0x00b5, 0x00b6, 0x00b7, 0x0451, 0x2116, 0x0454, 0x00bb,
    0x0458, 0x0405, 0x0455, 0x0457, 0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417,
    0x0418, 0x0419, 0x041a, 0x041b, 0x041c, 0x041d, 0x041e, 0x041f, 0x0420, 0x0421, 0x0422, 0x0423,
    0x0424, 0x0425, 0x0426, 0x0427, 0x0428, 0x0429, 0x042a, 0x042b, 0x042c, 0x042d, 0x042e, 0x042f,
    0x0430, 0x0431, 0x0432, 0x0433, 0x0434, 0x0435, 0x0436, 0x0437, 0x0438, 0x0439, 0x043a, 0x043b,
    0x043c, 0x043d, 0x043e, 0x043f, 0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447,
    0x0448, 0x0449, 0x044a, 0x044b, 0x044c, 0x044d, 0x044e, 0x044f,
};

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0u) == 0x80u;
}

/* Length by the first byte, 0 for a byte that begins nothing. */
static size_t sequence_size(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        return 3;
    }
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

size_t en_utf8_take(struct en_slice text, uint32_t *code_point)
{
    static const uint8_t masks[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = text.size > 0 ? sequence_size(text.bytes[0]) : 0;
    if (size == 0 || size > text.size) {
        return 0;
    }
    uint32_t value = text.bytes[0] & masks[size];
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(text.bytes[i])) {
            return 0;
        }
        value = value << 6 | (text.bytes[i] & 0x3fu);
    }
    bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < smallest[size] || value > CODE_POINT_MAX || is_surrogate) {
        return 0;
    }
    *code_point = value;
    return size;
}

/* Bytes that are valid UTF-8 from the front. */
static size_t valid_size(struct en_slice text, bool *has_cyrillic)
{
    size_t at = 0;
    bool found = false;
    while (at < text.size) {
        if (text.bytes[at] < 0x80) {
            at++;
            continue;
        }
        uint32_t code_point = 0;
        size_t size = en_utf8_take(en_slice_of(text.bytes + at, text.size - at), &code_point);
        if (size == 0) {
            break;
        }
        found = found || (code_point >= 0x400 && code_point <= 0x4ff);
        at += size;
    }
    if (has_cyrillic != NULL) {
        *has_cyrillic = found;
    }
    return at;
}

bool en_encoding_is_utf8(struct en_slice text, bool *has_cyrillic)
{
    return valid_size(text, has_cyrillic) == text.size;
}

void en_utf8_put(struct en_buf *out, uint32_t code_point)
{
    EN_ASSERT(code_point <= CODE_POINT_MAX);
    if (code_point < 0x80) {
        en_buf_u8(out, (uint8_t)code_point);
    } else if (code_point < 0x800) {
        en_buf_u8(out, (uint8_t)(0xc0u | code_point >> 6));
        en_buf_u8(out, (uint8_t)(0x80u | (code_point & 0x3fu)));
    } else if (code_point < 0x10000) {
        en_buf_u8(out, (uint8_t)(0xe0u | code_point >> 12));
        en_buf_u8(out, (uint8_t)(0x80u | (code_point >> 6 & 0x3fu)));
        en_buf_u8(out, (uint8_t)(0x80u | (code_point & 0x3fu)));
    } else {
        en_buf_u8(out, (uint8_t)(0xf0u | code_point >> 18));
        en_buf_u8(out, (uint8_t)(0x80u | (code_point >> 12 & 0x3fu)));
        en_buf_u8(out, (uint8_t)(0x80u | (code_point >> 6 & 0x3fu)));
        en_buf_u8(out, (uint8_t)(0x80u | (code_point & 0x3fu)));
    }
}

uint32_t en_cp1251_character(uint8_t byte)
{
    return byte < 0x80 ? byte : cp1251_upper[byte - 0x80];
}

en_code en_encoding_parse(struct en_slice name, en_encoding *encoding, struct en_error *err)
{
    static const struct {
        const char *name;
        en_encoding encoding;
    } names[] = {
        {"auto", EN_ENCODING_AUTO},           {"utf-8", EN_ENCODING_UTF8},
        {"utf8", EN_ENCODING_UTF8},           {"us-ascii", EN_ENCODING_UTF8},
        {"windows-1251", EN_ENCODING_CP1251}, {"cp1251", EN_ENCODING_CP1251},
        {"win-1251", EN_ENCODING_CP1251},     {"cp-1251", EN_ENCODING_CP1251},
    };
    char lower[NAME_SIZE_MAX + 1] = {0};
    for (size_t i = 0; i < name.size && i < NAME_SIZE_MAX; i++) {
        uint8_t byte = name.bytes[i];
        lower[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
    for (size_t i = 0; i < EN_COUNT_OF(names) && name.size <= NAME_SIZE_MAX; i++) {
        if (strcmp(lower, names[i].name) == 0) {
            *encoding = names[i].encoding;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_UNSUPPORTED,
                        "encoding \"%s\" is not known; known are utf-8 and windows-1251", lower);
}

static struct en_slice without_mark(struct en_slice input)
{
    bool has_mark = input.size >= 3 && memcmp(input.bytes, "\xef\xbb\xbf", 3) == 0;
    return has_mark ? en_slice_of(input.bytes + 3, input.size - 3) : input;
}

static en_code decode_cp1251(struct en_slice input, struct en_buf *scratch, struct en_slice *text,
                             struct en_error *err)
{
    en_buf_reset(scratch);
    for (size_t i = 0; i < input.size; i++) {
        uint32_t character = en_cp1251_character(input.bytes[i]);
        if (character == REPLACEMENT) {
            return en_error_set(err, EN_MALFORMED,
                                "byte 98 (hex) at %zu is in neither UTF-8 nor windows-1251", i);
        }
        en_utf8_put(scratch, character);
    }
    en_code code = en_buf_code(scratch, err);
    *text = en_buf_slice(scratch);
    return code;
}

en_code en_encoding_decode(struct en_slice input, en_encoding encoding, struct en_buf *scratch,
                           struct en_slice *text, struct en_error *err)
{
    struct en_slice body = without_mark(input);
    size_t valid = encoding == EN_ENCODING_CP1251 ? 0 : valid_size(body, NULL);
    if (encoding != EN_ENCODING_CP1251 && valid == body.size) {
        *text = body;
        return EN_OK;
    }
    if (encoding == EN_ENCODING_UTF8) {
        return en_error_set(err, EN_MALFORMED, "byte %02x (hex) at %zu is not UTF-8",
                            body.bytes[valid], valid);
    }
    return decode_cp1251(body, scratch, text, err);
}
