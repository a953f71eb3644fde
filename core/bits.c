#include "core/bits.h"

#include <endian.h>

#include "core/assert.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define GROUP 8u           /* values of one step: they fill whole bytes at any width */
#define WIDTH_AVX2_MAX 25u /* a value and the 7 bits before it fit a 32-bit lane */
#define TAIL_SIZE 192u     /* the last groups are copied here, so that loads may run over */

static inline uint64_t load_u64(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

static inline void store_u64(uint8_t *bytes, uint64_t word)
{
    word = htole64(word);
    memcpy(bytes, &word, sizeof word);
}

void en_bits_pack(const uint64_t *values, uint32_t count, unsigned width, uint8_t *bytes)
{
    EN_ASSERT(width <= EN_BITS_WIDTH_MAX);
    if (width == 0) {
        return;
    }
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t word = 0;
    unsigned filled = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t value = values[i] & mask;
        word |= value << filled;
        filled += width;
        if (filled >= 64) {
            store_u64(bytes, word);
            bytes += 8;
            filled -= 64;
            word = filled == 0 ? 0 : value >> (width - filled);
        }
    }
    for (; filled > 0; filled = filled > 8 ? filled - 8 : 0) {
        *bytes++ = (uint8_t)word;
        word >>= 8;
    }
}

/* One group at a width the compiler knows: shifts and offsets become constants. */
static inline __attribute__((always_inline)) void
unpack_group(const uint8_t *bytes, uint64_t base, uint64_t *values, const unsigned width)
{
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    for (unsigned i = 0; i < GROUP; i++) {
        const unsigned at = i * width / 8;
        const unsigned shift = i * width % 8;
        uint64_t word = load_u64(bytes + at) >> shift;
        if (shift + width > 64) {
            word |= (uint64_t)bytes[at + 8] << (64 - shift);
        }
        values[i] = (word & mask) + base;
    }
}

#define UNPACK_1(width)                                                                            \
    case (width):                                                                                  \
        for (uint32_t i = 0; i < groups; i++) {                                                    \
            unpack_group(bytes + (size_t)i * (width), base, values + (size_t)i * GROUP, (width));  \
        }                                                                                          \
        break;
#define UNPACK_4(width) UNPACK_1(width) UNPACK_1(width + 1) UNPACK_1(width + 2) UNPACK_1(width + 3)
#define UNPACK_16(width)                                                                           \
    UNPACK_4(width) UNPACK_4(width + 4) UNPACK_4(width + 8) UNPACK_4(width + 12)

static void unpack_groups(const uint8_t *bytes, uint32_t groups, unsigned width, uint64_t base,
                          uint64_t *values)
{
    switch (width) {
        UNPACK_16(0u)
        UNPACK_16(16u)
        UNPACK_16(32u)
        UNPACK_16(48u)
    default:
        EN_ASSERT(width <= EN_BITS_WIDTH_MAX);
    }
}

/* Bytes from the start of a group that unpack_groups may touch. */
static size_t span_portable(unsigned width)
{
    return 7u * width / 8 + 9;
}

#if defined(__x86_64__)

/* Eight values a step: the low lane holds values 0 to 3, the high lane 4 to 7; a byte shuffle
 * brings the four bytes that contain a value into its 32-bit lane, a shift and a mask cut it out.
 */
__attribute__((target("avx2"))) static void unpack_groups_avx2(const uint8_t *bytes,
                                                               uint32_t groups, unsigned width,
                                                               uint64_t base, uint64_t *values)
{
    const int high = (int)(4 * width / 8);
    const __m256i first_bit = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
                                                 _mm256_set1_epi32((int)width));
    const __m256i shifts = _mm256_and_si256(first_bit, _mm256_set1_epi32(7));
    const __m256i first_byte = _mm256_sub_epi32(
        _mm256_srli_epi32(first_bit, 3), _mm256_setr_epi32(0, 0, 0, 0, high, high, high, high));
    const __m256i order =
        _mm256_add_epi32(_mm256_mullo_epi32(first_byte, _mm256_set1_epi32(0x01010101)),
                         _mm256_set1_epi32(0x03020100));
    const __m256i bases = _mm256_set1_epi64x((long long)base);
    const __m256i mask = _mm256_set1_epi32((int)((1u << width) - 1));
    for (uint32_t i = 0; i < groups; i++) {
        const uint8_t *from = bytes + (size_t)i * width;
        __m128i low_lane = _mm_loadu_si128((const __m128i *)(const void *)from);
        __m128i high_lane = _mm_loadu_si128((const __m128i *)(const void *)(from + high));
        __m256i lanes = _mm256_inserti128_si256(_mm256_castsi128_si256(low_lane), high_lane, 1);
        lanes = _mm256_srlv_epi32(_mm256_shuffle_epi8(lanes, order), shifts);
        lanes = _mm256_and_si256(lanes, mask);
        __m256i *to = (__m256i *)(void *)(values + (size_t)i * GROUP);
        __m256i low = _mm256_cvtepu32_epi64(_mm256_castsi256_si128(lanes));
        __m256i top = _mm256_cvtepu32_epi64(_mm256_extracti128_si256(lanes, 1));
        _mm256_storeu_si256(to, _mm256_add_epi64(low, bases));
        _mm256_storeu_si256(to + 1, _mm256_add_epi64(top, bases));
    }
}

static bool can_avx2(unsigned width)
{
    return width <= WIDTH_AVX2_MAX && __builtin_cpu_supports("avx2");
}

static size_t span_avx2(unsigned width)
{
    return 4u * width / 8 + 16;
}

#else

static void unpack_groups_avx2(const uint8_t *bytes, uint32_t groups, unsigned width, uint64_t base,
                               uint64_t *values)
{
    unpack_groups(bytes, groups, width, base, values);
}

static bool can_avx2(unsigned width)
{
    (void)width;
    return false;
}

static size_t span_avx2(unsigned width)
{
    return span_portable(width);
}

#endif

static inline void unpack_any(const uint8_t *bytes, uint32_t groups, unsigned width, uint64_t base,
                              uint64_t *values, bool is_avx2)
{
    if (is_avx2) {
        unpack_groups_avx2(bytes, groups, width, base, values);
    } else {
        unpack_groups(bytes, groups, width, base, values);
    }
}

/* Whole groups are read in place as long as their loads stay in the slice; what is left (at most
 * the bytes of a span and a group) is read from a copy with room behind it. What stands in that
 * room does not matter: no bit of it gets into a value that is asked for. */
static inline void unpack(struct en_slice from, uint32_t count, unsigned width, uint64_t base,
                          uint64_t *values, bool is_avx2)
{
    EN_ASSERT(width <= EN_BITS_WIDTH_MAX);
    EN_ASSERT(from.size >= en_bits_size(count, width));
    if (width == 0) {
        for (uint32_t i = 0; i < count; i++) {
            values[i] = base;
        }
        return;
    }
    size_t span = is_avx2 ? span_avx2(width) : span_portable(width);
    size_t fitting = from.size < span ? 0 : (from.size - span) / width + 1;
    uint32_t whole = count / GROUP;
    uint32_t direct = fitting < whole ? (uint32_t)fitting : whole;
    unpack_any(from.bytes, direct, width, base, values, is_avx2);
    count -= direct * GROUP;
    if (count == 0) {
        return;
    }
    uint8_t tail[TAIL_SIZE];
    uint64_t last[GROUP];
    size_t size = en_bits_size(count, width);
    EN_ASSERT(size + span + width <= TAIL_SIZE);
    memcpy(tail, from.bytes + (size_t)direct * width, size);
    values += (size_t)direct * GROUP;
    whole = count / GROUP;
    unpack_any(tail, whole, width, base, values, is_avx2);
    if (count % GROUP != 0) {
        unpack_any(tail + (size_t)whole * width, 1, width, base, last, is_avx2);
        memcpy(values + (size_t)whole * GROUP, last, count % GROUP * sizeof *values);
    }
}

void en_bits_unpack(struct en_slice from, uint32_t count, unsigned width, uint64_t base,
                    uint64_t *values)
{
    if (can_avx2(width)) {
        unpack(from, count, width, base, values, true);
    } else {
        unpack(from, count, width, base, values, false);
    }
}

void en_bits_unpack_portable(struct en_slice from, uint32_t count, unsigned width, uint64_t base,
                             uint64_t *values)
{
    unpack(from, count, width, base, values, false);
}
