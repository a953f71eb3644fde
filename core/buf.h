/* A growing run of bytes that is born with its limit; reaching it is EN_LIMIT, never an endless
 * growth. Caller's memory, one thread. Sticky: after a failed append the buffer stays failed until
 * reset, so a writer may check once at the end (en_buf_code). */
#ifndef EN_CORE_BUF_H
#define EN_CORE_BUF_H

#include "core/error.h"
#include "core/slice.h"

struct en_buf {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    size_t limit;
    en_code code; /* EN_OK, or why the first failed append failed: EN_LIMIT, EN_NOMEM */
};

void en_buf_init(struct en_buf *buf, size_t limit);
void en_buf_fini(struct en_buf *buf);
void en_buf_reset(struct en_buf *buf);

void en_buf_append(struct en_buf *buf, const void *bytes, size_t size);
void en_buf_u8(struct en_buf *buf, uint8_t value);
/* Little-endian, fixed width. */
void en_buf_u16(struct en_buf *buf, uint16_t value);
void en_buf_u32(struct en_buf *buf, uint32_t value);
void en_buf_u64(struct en_buf *buf, uint64_t value);
/* LEB128, shortest form, at most 10 bytes; the signed one is zigzag. */
void en_buf_varint(struct en_buf *buf, uint64_t value);
void en_buf_zigzag(struct en_buf *buf, int64_t value);
void en_buf_text(struct en_buf *buf, const char *text);
void en_buf_print(struct en_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for size bytes at the end, already counted; NULL (and failed) at the limit. Alive until the
 * next append. */
uint8_t *en_buf_room(struct en_buf *buf, size_t size);

en_code en_buf_code(const struct en_buf *buf, struct en_error *err) EN_MUST_CHECK;
static inline struct en_slice en_buf_slice(const struct en_buf *buf)
{
    return en_slice_of(buf->bytes, buf->size);
}

/* The matching reader: takes from the front of a slice; false when the bytes run out or a varint is
 * not in shortest form. */
bool en_take_u8(struct en_slice *from, uint8_t *value);
bool en_take_u16(struct en_slice *from, uint16_t *value);
bool en_take_u32(struct en_slice *from, uint32_t *value);
bool en_take_u64(struct en_slice *from, uint64_t *value);
bool en_take_varint(struct en_slice *from, uint64_t *value);
bool en_take_zigzag(struct en_slice *from, int64_t *value);
bool en_take_bytes(struct en_slice *from, size_t size, struct en_slice *bytes);

#endif
