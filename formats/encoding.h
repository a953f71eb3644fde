/* Bytes to UTF-8: what files say of their encoding is often wrong, so it is looked at.
 * windows-1251 is a table of 128 characters; everything inside the program is UTF-8. Pure
 * functions, any thread. */
#ifndef EN_FORMATS_ENCODING_H
#define EN_FORMATS_ENCODING_H

#include "core/buf.h"
#include "core/error.h"
#include "core/slice.h"

typedef enum en_encoding {
    EN_ENCODING_AUTO = 0, /* UTF-8 when the bytes are valid UTF-8, else windows-1251 */
    EN_ENCODING_UTF8 = 1,
    EN_ENCODING_CP1251 = 2,
} en_encoding;

/* The first character of the text and its size in bytes; 0 when the bytes are not valid UTF-8
 * (overlong, surrogate, cut) or there are none. */
size_t en_utf8_take(struct en_slice text, uint32_t *code_point);

/* Whether all bytes are valid UTF-8; *has_cyrillic (NULL allowed) tells whether U+0400..U+04FF
 * occur. */
bool en_encoding_is_utf8(struct en_slice text, bool *has_cyrillic);

/* Appends the character as UTF-8. */
void en_utf8_put(struct en_buf *out, uint32_t code_point);

/* The Unicode character of a windows-1251 byte; U+FFFD for 0x98, the one byte it does not use. */
uint32_t en_cp1251_character(uint8_t byte);

/* Reads an encoding's name as files and mappings write it, in any case: "utf-8", "UTF8",
 * "windows-1251", "cp1251", "win-1251", "auto". EN_UNSUPPORTED: another one. */
en_code en_encoding_parse(struct en_slice name, en_encoding *encoding,
                          struct en_error *err) EN_MUST_CHECK;

/* The text in UTF-8 without a byte order mark: a view of the input where nothing had to be changed,
 * else of the scratch buffer. Codes: EN_MALFORMED (not in the encoding; with the byte's place),
 * EN_LIMIT, EN_NOMEM. */
en_code en_encoding_decode(struct en_slice input, en_encoding encoding, struct en_buf *scratch,
                           struct en_slice *text, struct en_error *err) EN_MUST_CHECK;

#endif
