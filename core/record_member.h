/* The members of a struct by their description: what record.c, record_key.c and record_text.c
 * share; for them alone. */
#ifndef EN_CORE_RECORD_MEMBER_H
#define EN_CORE_RECORD_MEMBER_H

#include <string.h>

#include "core/decimal.h"
#include "core/hash.h"
#include "core/instant.h"
#include "core/metering/quality.h"
#include "core/metering/ratio.h"
#include "core/record.h"

/* What is the same for all values of a type. width: bytes of a plain number, 0 for what is not. */
struct en_field_info {
    const char *name;
    uint8_t size;
    uint8_t width;
    bool is_signed;
    bool can_be_key;
};

const struct en_field_info *en_field_info_of(const struct en_field *field);

static inline const void *en_member_of(const struct en_field *field, const void *value)
{
    return (const uint8_t *)value + field->offset;
}

static inline void *en_member_place(const struct en_field *field, void *value)
{
    return (uint8_t *)value + field->offset;
}

static inline uint64_t en_member_unsigned(const void *member, uint8_t width)
{
    uint8_t n8 = 0;
    uint16_t n16 = 0;
    uint32_t n32 = 0;
    uint64_t n64 = 0;
    switch (width) {
    case 1:
        memcpy(&n8, member, sizeof n8);
        return n8;
    case 2:
        memcpy(&n16, member, sizeof n16);
        return n16;
    case 4:
        memcpy(&n32, member, sizeof n32);
        return n32;
    default:
        EN_ASSERT(width == 8);
        memcpy(&n64, member, sizeof n64);
        return n64;
    }
}

static inline int64_t en_member_signed(const void *member, uint8_t width)
{
    uint64_t bits = en_member_unsigned(member, width);
    return width == 4 ? (int64_t)(int32_t)(uint32_t)bits : (int64_t)bits;
}

static inline void en_member_store(void *member, uint8_t width, uint64_t bits)
{
    uint8_t n8 = (uint8_t)bits;
    uint16_t n16 = (uint16_t)bits;
    uint32_t n32 = (uint32_t)bits;
    const void *from = width == 1   ? (const void *)&n8
                       : width == 2 ? (const void *)&n16
                       : width == 4 ? (const void *)&n32
                                    : (const void *)&bits;
    memcpy(member, from, width);
}

static inline uint64_t en_member_unsigned_max(uint8_t width)
{
    return width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
}

static inline bool en_member_fits_signed(int64_t number, uint8_t width)
{
    return width == 8 || (number >= INT32_MIN && number <= INT32_MAX);
}

/* Checks what only some bit patterns of a type may be. */
static inline bool en_member_is_sound_number(en_field_type type, uint64_t bits)
{
    if (type == EN_FIELD_BOOL) {
        return bits <= 1;
    }
    return type != EN_FIELD_QUALITY || (bits & ~EN_QUALITY_MASK) == 0;
}

static inline bool en_member_is_sound_ratio(struct en_ratio ratio)
{
    bool is_none = ratio.num == 0 && ratio.den == 0;
    return is_none || en_ratio_is_valid(ratio);
}

static inline bool en_member_is_sound_decimal(struct en_decimal decimal)
{
    return decimal.exponent >= EN_DECIMAL_EXPONENT_MIN &&
           decimal.exponent <= EN_DECIMAL_EXPONENT_MAX;
}

static inline struct en_slice en_member_slice(const void *member)
{
    struct en_slice slice;
    memcpy(&slice, member, sizeof slice);
    return slice;
}

static inline struct en_decimal en_member_decimal(const void *member)
{
    struct en_decimal decimal;
    memcpy(&decimal, member, sizeof decimal);
    return decimal;
}

static inline struct en_ratio en_member_ratio(const void *member)
{
    struct en_ratio ratio;
    memcpy(&ratio, member, sizeof ratio);
    return ratio;
}

static inline struct en_hash en_member_hash(const void *member)
{
    struct en_hash hash;
    memcpy(&hash, member, sizeof hash);
    return hash;
}

static inline struct en_list en_member_list(const void *member)
{
    struct en_list list;
    memcpy(&list, member, sizeof list);
    return list;
}

static inline const void *en_member_item(struct en_list list, const struct en_record *items,
                                         uint32_t index)
{
    return (const uint8_t *)list.items + (size_t)index * items->size;
}

#endif
