/* Runs of unsigned integers at one width of 0 to 63 bits, packed without gaps: value i stands in
 * the bits [i * width, (i + 1) * width) of the run, bit 0 being the lowest bit of the first byte;
 * unused bits of the last byte are 0. Eight values fill exactly `width` bytes. Pure functions, any
 * thread. Unpacking uses AVX2 where the processor has it; the portable form gives the same numbers.
 */
#ifndef EN_CORE_BITS_H
#define EN_CORE_BITS_H

#include "core/slice.h"

#define EN_BITS_WIDTH_MAX 63u

/* Bits needed to hold the value; 0 for 0. */
static inline unsigned en_bits_of(uint64_t value)
{
    return value == 0 ? 0 : 64u - (unsigned)__builtin_clzll(value);
}

/* Bytes of a packed run. */
static inline size_t en_bits_size(uint32_t count, unsigned width)
{
    return ((size_t)count * width + 7) / 8;
}

/* Packs the low `width` bits of each value into en_bits_size bytes; higher bits are dropped. */
void en_bits_pack(const uint64_t *values, uint32_t count, unsigned width, uint8_t *bytes);

/* Unpacks the run at the start of `from` and adds `base` to every value (modulo 2^64). The slice
 * holds the whole run and may hold more bytes behind it, which lets the last values be read faster;
 * nothing outside it is read. */
void en_bits_unpack(struct en_slice from, uint32_t count, unsigned width, uint64_t base,
                    uint64_t *values);

/* The same without processor extensions: the oracle of the tests. */
void en_bits_unpack_portable(struct en_slice from, uint32_t count, unsigned width, uint64_t base,
                             uint64_t *values);

#endif
