/* Base64 of RFC 4648, standard alphabet, with padding; canonical when read. Pure, any thread. */
#ifndef EN_CORE_BASE64_H
#define EN_CORE_BASE64_H

#include "core/buf.h"

static inline size_t en_base64_size(size_t bytes_size)
{
    return (bytes_size + 2) / 3 * 4;
}

/* Appends the text of the bytes, without an end mark. */
void en_base64_encode(struct en_slice bytes, struct en_buf *out);

/* Appends the bytes of the text. False, with nothing appended, when the text is not exactly what
 * encode writes: other characters, missing padding, bits set behind the end. */
bool en_base64_decode(struct en_slice text, struct en_buf *out);

#endif
