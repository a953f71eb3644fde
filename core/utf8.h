/* UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Pure, any thread. */
#ifndef EN_CORE_UTF8_H
#define EN_CORE_UTF8_H

#include "core/slice.h"

/* Bytes from the front that are whole, valid characters; bytes.size when all are. */
size_t en_utf8_valid_size(struct en_slice bytes);

static inline bool en_utf8_is_valid(struct en_slice bytes)
{
    return en_utf8_valid_size(bytes) == bytes.size;
}

#endif
