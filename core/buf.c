#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/mem.h"

#define CAPACITY_FIRST 256u
#define VARINT_SIZE_MAX 10u

void en_buf_init(struct en_buf *buf, size_t limit)
{
    *buf = (struct en_buf){.limit = limit};
}

void en_buf_fini(struct en_buf *buf)
{
    en_mem_free(buf->bytes);
    *buf = (struct en_buf){.limit = buf->limit};
}

void en_buf_reset(struct en_buf *buf)
{
    buf->size = 0;
    buf->code = EN_OK;
}

static bool grow(struct en_buf *buf, size_t need)
{
    size_t capacity = buf->capacity > 0 ? buf->capacity : CAPACITY_FIRST;
    while (capacity < need) {
        capacity *= 2;
    }
    if (capacity > buf->limit) {
        capacity = buf->limit;
    }
    uint8_t *bytes = en_mem_resize(buf->bytes, capacity);
    if (bytes == NULL) {
        buf->code = EN_NOMEM;
        return false;
    }
    buf->bytes = bytes;
    buf->capacity = capacity;
    return true;
}

uint8_t *en_buf_room(struct en_buf *buf, size_t size)
{
    EN_ASSERT(buf->limit > 0);
    if (buf->code != EN_OK) {
        return NULL;
    }
    if (size > buf->limit - buf->size) {
        buf->code = EN_LIMIT;
        return NULL;
    }
    size_t need = buf->size + size;
    if (need > buf->capacity && !grow(buf, need)) {
        return NULL;
    }
    uint8_t *room = buf->bytes + buf->size;
    buf->size = need;
    return room;
}

void en_buf_append(struct en_buf *buf, const void *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    uint8_t *room = en_buf_room(buf, size);
    if (room != NULL) {
        memcpy(room, bytes, size);
    }
}

void en_buf_u8(struct en_buf *buf, uint8_t value)
{
    en_buf_append(buf, &value, 1);
}

static void append_little_endian(struct en_buf *buf, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    en_buf_append(buf, bytes, size);
}

void en_buf_u16(struct en_buf *buf, uint16_t value)
{
    append_little_endian(buf, value, 2);
}

void en_buf_u32(struct en_buf *buf, uint32_t value)
{
    append_little_endian(buf, value, 4);
}

void en_buf_u64(struct en_buf *buf, uint64_t value)
{
    append_little_endian(buf, value, 8);
}

void en_buf_varint(struct en_buf *buf, uint64_t value)
{
    uint8_t bytes[VARINT_SIZE_MAX];
    size_t size = 0;
    while (value >= 0x80) {
        bytes[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[size++] = (uint8_t)value;
    en_buf_append(buf, bytes, size);
}

void en_buf_zigzag(struct en_buf *buf, int64_t value)
{
    en_buf_varint(buf, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void en_buf_text(struct en_buf *buf, const char *text)
{
    en_buf_append(buf, text, strlen(text));
}

void en_buf_print(struct en_buf *buf, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof text) {
        buf->code = buf->code == EN_OK ? EN_LIMIT : buf->code;
        return;
    }
    en_buf_append(buf, text, (size_t)size);
}

en_code en_buf_code(const struct en_buf *buf, struct en_error *err)
{
    if (buf->code == EN_OK) {
        return EN_OK;
    }
    return en_error_set(err, buf->code, "a buffer cannot hold more than %zu bytes (has %zu)",
                        buf->limit, buf->size);
}

static bool take_little_endian(struct en_slice *from, size_t size, uint64_t *value)
{
    if (from->size < size) {
        return false;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        number |= (uint64_t)from->bytes[i] << (8 * i);
    }
    from->bytes += size;
    from->size -= size;
    *value = number;
    return true;
}

bool en_take_u8(struct en_slice *from, uint8_t *value)
{
    uint64_t number = 0;
    bool is_taken = take_little_endian(from, 1, &number);
    *value = (uint8_t)number;
    return is_taken;
}

bool en_take_u16(struct en_slice *from, uint16_t *value)
{
    uint64_t number = 0;
    bool is_taken = take_little_endian(from, 2, &number);
    *value = (uint16_t)number;
    return is_taken;
}

bool en_take_u32(struct en_slice *from, uint32_t *value)
{
    uint64_t number = 0;
    bool is_taken = take_little_endian(from, 4, &number);
    *value = (uint32_t)number;
    return is_taken;
}

bool en_take_u64(struct en_slice *from, uint64_t *value)
{
    return take_little_endian(from, 8, value);
}

bool en_take_varint(struct en_slice *from, uint64_t *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < from->size && i < VARINT_SIZE_MAX; i++) {
        uint8_t byte = from->bytes[i];
        bool is_last_too_big = i == VARINT_SIZE_MAX - 1 && byte > 1;
        bool is_longer_than_needed = i > 0 && byte == 0;
        if (is_last_too_big || is_longer_than_needed) {
            return false;
        }
        number |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            from->bytes += i + 1;
            from->size -= i + 1;
            *value = number;
            return true;
        }
    }
    return false;
}

bool en_take_zigzag(struct en_slice *from, int64_t *value)
{
    uint64_t number = 0;
    if (!en_take_varint(from, &number)) {
        return false;
    }
    *value = (int64_t)((number >> 1) ^ (UINT64_MAX * (number & 1)));
    return true;
}

bool en_take_bytes(struct en_slice *from, size_t size, struct en_slice *bytes)
{
    if (from->size < size) {
        return false;
    }
    *bytes = en_slice_of(from->bytes, size);
    from->bytes += size;
    from->size -= size;
    return true;
}
