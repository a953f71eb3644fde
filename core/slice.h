/* A view of bytes that somebody else owns. Never owns; the header that returns one says until when
 * it lives. */
#ifndef EN_CORE_SLICE_H
#define EN_CORE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct en_slice {
    const uint8_t *bytes;
    size_t size;
};

static inline struct en_slice en_slice_of(const void *bytes, size_t size)
{
    return (struct en_slice){(const uint8_t *)bytes, size};
}

/* The view of a C string without its end mark. */
static inline struct en_slice en_slice_text(const char *text)
{
    return en_slice_of(text, strlen(text));
}

static inline bool en_slice_equal(struct en_slice a, struct en_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

/* Byte order, shorter first on a common prefix: below 0, 0, above 0. */
static inline int en_slice_compare(struct en_slice a, struct en_slice b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.bytes, b.bytes, size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

#endif
