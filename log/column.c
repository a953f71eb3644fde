#include "log/column.h"

#include "core/assert.h"
#include "core/buf.h"

#define CODING_ZERO 0u
#define CODING_CONSTANT 1u
#define CODING_RUNS 2u
#define CODING_PACKED 3u
#define WIDTH_MAX 64u

static uint64_t zigzag(uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}

static uint64_t unzigzag(uint64_t coded)
{
    return (coded >> 1) ^ (0 - (coded & 1));
}

static uint32_t bits_of(uint64_t number)
{
    return number == 0 ? 0 : 64u - (uint32_t)__builtin_clzll(number);
}

static size_t varint_size(uint64_t number)
{
    return number == 0 ? 1 : (bits_of(number) + 6) / 7;
}

static uint8_t *put_varint(uint8_t *at, uint64_t number)
{
    while (number >= 0x80) {
        *at++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *at++ = (uint8_t)number;
    return at;
}

/* The longest run with one step that begins at `start`; a run of one has step 0. */
static uint32_t run_length(const uint64_t *numbers, uint32_t start, uint32_t count, uint64_t *step)
{
    *step = 0;
    if (start + 1 == count) {
        return 1;
    }
    uint64_t found = numbers[start + 1] - numbers[start];
    uint32_t end = start + 2;
    while (end < count && numbers[end] - numbers[end - 1] == found) {
        end++;
    }
    *step = found;
    return end - start;
}

static size_t run_size(uint32_t length, uint64_t jump, uint64_t step)
{
    return varint_size(length - 1) + varint_size(zigzag(jump)) +
           (length > 1 ? varint_size(zigzag(step)) : 0);
}

/* Bytes of the runs coding, or something above `limit` as soon as it is clear that it is. */
static size_t runs_size(const uint64_t *numbers, uint32_t count, size_t limit)
{
    size_t size = 1;
    uint64_t last = 0;
    uint64_t step = 0;
    for (uint32_t at = 0; at < count && size <= limit;) {
        uint32_t length = run_length(numbers, at, count, &step);
        size += run_size(length, numbers[at] - last, step);
        at += length;
        last = numbers[at - 1];
    }
    return size;
}

static size_t put_runs(const uint64_t *numbers, uint32_t count, uint8_t *out)
{
    uint8_t *to = out;
    *to++ = CODING_RUNS;
    uint64_t last = 0;
    uint64_t step = 0;
    for (uint32_t at = 0; at < count;) {
        uint32_t length = run_length(numbers, at, count, &step);
        to = put_varint(to, length - 1);
        to = put_varint(to, zigzag(numbers[at] - last));
        if (length > 1) {
            to = put_varint(to, zigzag(step));
        }
        at += length;
        last = numbers[at - 1];
    }
    return (size_t)(to - out);
}

struct packing {
    uint64_t lowest;
    uint64_t divisor;
    uint32_t width;
};

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The common divisor of what lies above the lowest. Most columns have none: the loop ends as soon
 * as it comes down to 1. */
static uint64_t divisor_of(const uint64_t *numbers, uint32_t count, uint64_t lowest)
{
    uint64_t divisor = 0;
    for (uint32_t i = 0; i < count && divisor != 1; i++) {
        divisor = gcd(numbers[i] - lowest, divisor);
    }
    return divisor == 0 ? 1 : divisor;
}

static struct packing packing_of(const uint64_t *numbers, uint32_t count)
{
    uint64_t lowest = numbers[0];
    uint64_t highest = numbers[0];
    for (uint32_t i = 1; i < count; i++) {
        lowest = numbers[i] < lowest ? numbers[i] : lowest;
        highest = numbers[i] > highest ? numbers[i] : highest;
    }
    struct packing packing = {lowest, divisor_of(numbers, count, lowest), 0};
    packing.width = bits_of((highest - lowest) / packing.divisor);
    return packing;
}

static size_t packed_bytes(uint32_t width, uint32_t count)
{
    return ((size_t)width * count + 7) / 8;
}

static size_t packed_size(const struct packing *packing, uint32_t count)
{
    return 2 + varint_size(packing->lowest) + varint_size(packing->divisor) +
           packed_bytes(packing->width, count);
}

static size_t put_packed(const struct packing *packing, const uint64_t *numbers, uint32_t count,
                         uint8_t *out)
{
    uint8_t *to = out;
    *to++ = CODING_PACKED;
    to = put_varint(to, packing->lowest);
    to = put_varint(to, packing->divisor);
    *to++ = (uint8_t)packing->width;
    unsigned __int128 pending = 0;
    uint32_t pending_bits = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t above = numbers[i] - packing->lowest;
        uint64_t coded = packing->divisor == 1 ? above : above / packing->divisor;
        pending |= (unsigned __int128)coded << pending_bits;
        pending_bits += packing->width;
        while (pending_bits >= 8) {
            *to++ = (uint8_t)pending;
            pending >>= 8;
            pending_bits -= 8;
        }
    }
    if (pending_bits > 0) {
        *to++ = (uint8_t)pending;
    }
    return (size_t)(to - out);
}

size_t en_column_encode(const uint64_t *numbers, uint32_t count, uint8_t *out)
{
    EN_ASSERT(count > 0);
    uint64_t step = 0;
    uint32_t length = run_length(numbers, 0, count, &step);
    if (length == count && step == 0) {
        if (numbers[0] == 0) {
            out[0] = CODING_ZERO;
            return 1;
        }
        out[0] = CODING_CONSTANT;
        return (size_t)(put_varint(out + 1, numbers[0]) - out);
    }
    if (length == count) {
        return put_runs(numbers, count, out);
    }
    struct packing packing = packing_of(numbers, count);
    size_t size = packed_size(&packing, count);
    size_t written = runs_size(numbers, count, size) < size
                         ? put_runs(numbers, count, out)
                         : put_packed(&packing, numbers, count, out);
    EN_ASSERT(written <= EN_COLUMN_SIZE_MAX(count));
    return written;
}

static bool take_constant(struct en_slice *from, uint32_t count, uint64_t *numbers)
{
    uint64_t number = 0;
    if (!en_take_varint(from, &number)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = number;
    }
    return true;
}

static bool take_runs(struct en_slice *from, uint32_t count, uint64_t *numbers)
{
    uint64_t last = 0;
    for (uint32_t at = 0; at < count;) {
        uint64_t more = 0;
        uint64_t jump = 0;
        uint64_t step = 0;
        if (!en_take_varint(from, &more) || !en_take_varint(from, &jump) || more >= count - at ||
            (more > 0 && !en_take_varint(from, &step))) {
            return false;
        }
        last += unzigzag(jump);
        numbers[at++] = last;
        for (uint64_t i = 0; i < more; i++) {
            last += unzigzag(step);
            numbers[at++] = last;
        }
    }
    return true;
}

static uint64_t load_u64(const uint8_t *at)
{
    uint64_t number;
    memcpy(&number, at, sizeof number);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    number = __builtin_bswap64(number);
#endif
    return number;
}

/* The number of `width` bits that begins at the bit; bytes behind the end count as 0. */
static uint64_t bits_at(struct en_slice bytes, size_t bit, uint32_t width)
{
    size_t at = bit / 8;
    uint32_t shift = (uint32_t)(bit % 8);
    uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
    if (shift + width <= 64 && at + 8 <= bytes.size) {
        return (load_u64(bytes.bytes + at) >> shift) & mask;
    }
    unsigned __int128 window = 0;
    for (size_t i = 0; i < 9 && at + i < bytes.size; i++) {
        window |= (unsigned __int128)bytes.bytes[at + i] << (8 * i);
    }
    return (uint64_t)(window >> shift) & mask;
}

static bool take_packed(struct en_slice *from, uint32_t count, uint64_t *numbers)
{
    struct packing packing = {0};
    uint8_t width = 0;
    struct en_slice bits;
    if (!en_take_varint(from, &packing.lowest) || !en_take_varint(from, &packing.divisor) ||
        !en_take_u8(from, &width) || width > WIDTH_MAX || packing.divisor == 0 ||
        !en_take_bytes(from, packed_bytes(width, count), &bits)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t coded = width == 0 ? 0 : bits_at(bits, (size_t)i * width, width);
        numbers[i] = packing.lowest + packing.divisor * coded;
    }
    return true;
}

bool en_column_take(struct en_slice *from, uint32_t count, uint64_t *numbers)
{
    EN_ASSERT(count > 0);
    uint8_t coding = 0;
    if (!en_take_u8(from, &coding)) {
        return false;
    }
    switch (coding) {
    case CODING_ZERO:
        memset(numbers, 0, count * sizeof *numbers);
        return true;
    case CODING_CONSTANT:
        return take_constant(from, count, numbers);
    case CODING_RUNS:
        return take_runs(from, count, numbers);
    case CODING_PACKED:
        return take_packed(from, count, numbers);
    default:
        return false;
    }
}
