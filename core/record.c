#include "core/record.h"

#include <inttypes.h>

#include "core/base64.h"
#include "core/decimal.h"
#include "core/hash.h"
#include "core/instant.h"
#include "core/limits.h"
#include "core/metering/quality.h"
#include "core/metering/ratio.h"
#include "core/pack.h"
#include "core/utf8.h"

/* What is the same for all values of a type. width: bytes of a plain number, 0 for what is not. */
struct type_info {
    const char *name;
    uint8_t size;
    uint8_t width;
    bool is_signed;
    bool can_be_key;
};

static const struct type_info type_infos[] = {
    [EN_FIELD_BOOL] = {"bool", sizeof(bool), 1, false, true},
    [EN_FIELD_U8] = {"u8", 1, 1, false, true},
    [EN_FIELD_U16] = {"u16", 2, 2, false, true},
    [EN_FIELD_U32] = {"u32", 4, 4, false, true},
    [EN_FIELD_U64] = {"u64", 8, 8, false, true},
    [EN_FIELD_I32] = {"i32", 4, 4, true, true},
    [EN_FIELD_I64] = {"i64", 8, 8, true, true},
    [EN_FIELD_TEXT] = {"text", sizeof(struct en_slice), 0, false, true},
    [EN_FIELD_BYTES] = {"bytes", sizeof(struct en_slice), 0, false, true},
    [EN_FIELD_INSTANT] = {"instant", sizeof(struct en_instant), 8, true, true},
    [EN_FIELD_DAY] = {"day", sizeof(struct en_day), 4, true, true},
    [EN_FIELD_DECIMAL] = {"decimal", sizeof(struct en_decimal), 0, false, false},
    [EN_FIELD_RATIO] = {"ratio", sizeof(struct en_ratio), 0, false, false},
    [EN_FIELD_QUALITY] = {"quality", 8, 8, false, true},
    [EN_FIELD_HASH] = {"hash", sizeof(struct en_hash), 0, false, true},
    [EN_FIELD_MICRO] = {"micro", 8, 8, true, true},
    [EN_FIELD_LIST] = {"list", sizeof(struct en_list), 0, false, false},
};

_Static_assert(sizeof(bool) == 1, "a bool is loaded as one byte");
_Static_assert(sizeof(struct en_instant) == 8, "an instant is loaded as a number");
_Static_assert(sizeof(struct en_day) == 4, "a day is loaded as a number");

/* Fields [first, count) of a record: all of them, or those behind the keys. */
struct span {
    uint16_t first;
    uint16_t count;
};

static const struct type_info *info_of(const struct en_field *field)
{
    EN_ASSERT((size_t)field->type < EN_COUNT_OF(type_infos));
    return &type_infos[field->type];
}

static const void *member_of(const struct en_field *field, const void *value)
{
    return (const uint8_t *)value + field->offset;
}

static void *place_of(const struct en_field *field, void *value)
{
    return (uint8_t *)value + field->offset;
}

/* ---- plain numbers ---- */

static uint64_t load_unsigned(const void *member, uint8_t width)
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

static int64_t load_signed(const void *member, uint8_t width)
{
    uint64_t bits = load_unsigned(member, width);
    return width == 4 ? (int64_t)(int32_t)(uint32_t)bits : (int64_t)bits;
}

static void store_number(void *member, uint8_t width, uint64_t bits)
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

static uint64_t unsigned_max(uint8_t width)
{
    return width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
}

static bool fits_signed(int64_t number, uint8_t width)
{
    return width == 8 || (number >= INT32_MIN && number <= INT32_MAX);
}

/* Checks what only some bit patterns of a type may be. */
static bool is_sound_number(en_field_type type, uint64_t bits)
{
    if (type == EN_FIELD_BOOL) {
        return bits <= 1;
    }
    return type != EN_FIELD_QUALITY || (bits & ~EN_QUALITY_MASK) == 0;
}

static bool is_sound_ratio(struct en_ratio ratio)
{
    bool is_none = ratio.num == 0 && ratio.den == 0;
    return is_none || en_ratio_is_valid(ratio);
}

static bool is_sound_decimal(struct en_decimal decimal)
{
    return decimal.exponent >= EN_DECIMAL_EXPONENT_MIN &&
           decimal.exponent <= EN_DECIMAL_EXPONENT_MAX;
}

/* ---- members as they are ---- */

static struct en_slice load_slice(const void *member)
{
    struct en_slice slice;
    memcpy(&slice, member, sizeof slice);
    return slice;
}

static struct en_decimal load_decimal(const void *member)
{
    struct en_decimal decimal;
    memcpy(&decimal, member, sizeof decimal);
    return decimal;
}

static struct en_ratio load_ratio(const void *member)
{
    struct en_ratio ratio;
    memcpy(&ratio, member, sizeof ratio);
    return ratio;
}

static struct en_hash load_hash(const void *member)
{
    struct en_hash hash;
    memcpy(&hash, member, sizeof hash);
    return hash;
}

static struct en_list load_list(const void *member)
{
    struct en_list list;
    memcpy(&list, member, sizeof list);
    return list;
}

static const void *item_of(struct en_list list, const struct en_record *items, uint32_t index)
{
    return (const uint8_t *)list.items + (size_t)index * items->size;
}

/* ---- encode ---- */

static en_code encode_number(const struct en_field *field, const void *member, struct en_buf *out,
                             struct en_error *err)
{
    const struct type_info *info = info_of(field);
    if (info->is_signed) {
        en_pack_i64(out, load_signed(member, info->width));
        return EN_OK;
    }
    uint64_t number = load_unsigned(member, info->width);
    if (!is_sound_number(field->type, number)) {
        return en_error_set(err, EN_MALFORMED, "%" PRIx64 " is no %s", number, info->name);
    }
    if (field->type == EN_FIELD_BOOL) {
        en_pack_bool(out, number == 1);
    } else {
        en_pack_u64(out, number);
    }
    return EN_OK;
}

static en_code encode_text(struct en_slice text, struct en_buf *out, struct en_error *err)
{
    size_t valid_size = en_utf8_valid_size(text);
    if (valid_size != text.size) {
        return en_error_set(err, EN_MALFORMED, "the text is not UTF-8 from its byte %zu on",
                            valid_size);
    }
    en_pack_text(out, text);
    return EN_OK;
}

static en_code encode_decimal(struct en_decimal decimal, struct en_buf *out, struct en_error *err)
{
    if (!is_sound_decimal(decimal)) {
        return en_error_set(err, EN_MALFORMED, "%d is no exponent of a decimal", decimal.exponent);
    }
    en_pack_array(out, 2);
    en_pack_i64(out, decimal.digits);
    en_pack_i64(out, decimal.exponent);
    return EN_OK;
}

static en_code encode_ratio(struct en_ratio ratio, struct en_buf *out, struct en_error *err)
{
    if (!is_sound_ratio(ratio)) {
        return en_error_set(err, EN_MALFORMED, "%" PRId64 "/%" PRId64 " is not a reduced ratio",
                            ratio.num, ratio.den);
    }
    en_pack_array(out, 2);
    en_pack_i64(out, ratio.num);
    en_pack_i64(out, ratio.den);
    return EN_OK;
}

/* Everything but lists. */
static en_code encode_plain(const struct en_field *field, const void *member, struct en_buf *out,
                            struct en_error *err)
{
    struct en_hash hash;
    switch (field->type) {
    case EN_FIELD_TEXT:
        return encode_text(load_slice(member), out, err);
    case EN_FIELD_BYTES:
        en_pack_bytes(out, load_slice(member));
        return EN_OK;
    case EN_FIELD_DECIMAL:
        return encode_decimal(load_decimal(member), out, err);
    case EN_FIELD_RATIO:
        return encode_ratio(load_ratio(member), out, err);
    case EN_FIELD_HASH:
        hash = load_hash(member);
        en_pack_bytes(out, en_hash_slice(&hash));
        return EN_OK;
    default:
        return encode_number(field, member, out, err);
    }
}

static en_code encode_item(const struct en_record *items, const void *item, struct en_buf *out,
                           struct en_error *err)
{
    en_pack_array(out, items->fields_count);
    for (uint16_t i = 0; i < items->fields_count; i++) {
        const struct en_field *field = &items->fields[i];
        EN_ASSERT(field->type != EN_FIELD_LIST);
        en_code code = encode_plain(field, member_of(field, item), out, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "%s.%s", items->name, field->name);
            return code;
        }
    }
    return EN_OK;
}

static en_code encode_list(const struct en_field *field, struct en_list list, struct en_buf *out,
                           struct en_error *err)
{
    if (list.count > EN_PACK_ITEMS_MAX) {
        return en_error_set(err, EN_LIMIT, "%u items, allowed are %u", list.count,
                            EN_PACK_ITEMS_MAX);
    }
    en_pack_array(out, list.count);
    en_code code = EN_OK;
    for (uint32_t i = 0; i < list.count && code == EN_OK; i++) {
        code = encode_item(field->items, item_of(list, field->items, i), out, err);
    }
    return code;
}

static en_code encode_span(const struct en_record *record, struct span span, const void *value,
                           struct en_buf *out, struct en_error *err)
{
    EN_ASSERT(record->version > 0);
    size_t size_before = out->size;
    en_code code = en_buf_code(out, err);
    if (code != EN_OK) {
        return code;
    }
    en_pack_array(out, (uint32_t)(span.count - span.first) + 1u);
    en_pack_u64(out, record->version);
    for (uint16_t i = span.first; i < span.count && code == EN_OK; i++) {
        const struct en_field *field = &record->fields[i];
        const void *member = member_of(field, value);
        code = field->type == EN_FIELD_LIST ? encode_list(field, load_list(member), out, err)
                                            : encode_plain(field, member, out, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "record %s, field %s", record->name, field->name);
        }
    }
    if (code == EN_OK) {
        code = en_buf_code(out, err);
    }
    if (code != EN_OK) {
        out->size = size_before;
        out->code = EN_OK;
    }
    return code;
}

en_code en_record_encode(const struct en_record *record, const void *value, struct en_buf *out,
                         struct en_error *err)
{
    struct span all = {0, record->fields_count};
    return encode_span(record, all, value, out, err);
}

en_code en_record_value_encode(const struct en_record *record, const void *value,
                               struct en_buf *out, struct en_error *err)
{
    struct span behind_keys = {record->keys_count, record->fields_count};
    return encode_span(record, behind_keys, value, out, err);
}

/* ---- decode ---- */

/* A number too big for its type is, to the reader of a payload, a malformed payload. */
static en_code out_of_range(en_code code, struct en_error *err)
{
    EN_ASSERT(code != EN_OK);
    if (code == EN_RANGE && err != NULL) {
        err->code = EN_MALFORMED;
    }
    return code == EN_RANGE ? EN_MALFORMED : code;
}

static en_code decode_number(const struct en_field *field, struct en_unpack *unpack, void *member,
                             struct en_error *err)
{
    const struct type_info *info = info_of(field);
    uint64_t bits = 0;
    int64_t number = 0;
    bool is_true = false;
    bool fits = true;
    en_code code = EN_OK;
    if (field->type == EN_FIELD_BOOL) {
        code = en_unpack_bool(unpack, &is_true, err);
        bits = is_true ? 1 : 0;
    } else if (info->is_signed) {
        code = en_unpack_i64(unpack, &number, err);
        bits = (uint64_t)number;
        fits = fits_signed(number, info->width);
    } else {
        code = en_unpack_u64(unpack, &bits, err);
        fits = bits <= unsigned_max(info->width) && is_sound_number(field->type, bits);
    }
    if (code != EN_OK) {
        return out_of_range(code, err);
    }
    if (!fits) {
        return en_error_set(err, EN_MALFORMED, "the number is no %s", info->name);
    }
    store_number(member, info->width, bits);
    return EN_OK;
}

static en_code decode_pair(struct en_unpack *unpack, int64_t *first, int64_t *second,
                           struct en_error *err)
{
    uint32_t count = 0;
    en_code code = en_unpack_array(unpack, &count, err);
    if (code == EN_OK && count != 2) {
        code = en_error_set(err, EN_MALFORMED, "expected two numbers, found %u", count);
    }
    if (code == EN_OK) {
        code = en_unpack_i64(unpack, first, err);
    }
    return code != EN_OK ? code : en_unpack_i64(unpack, second, err);
}

static en_code decode_decimal(struct en_unpack *unpack, void *member, struct en_error *err)
{
    struct en_decimal decimal = {0, 0};
    int64_t exponent = 0;
    en_code code = decode_pair(unpack, &decimal.digits, &exponent, err);
    if (code != EN_OK) {
        return out_of_range(code, err);
    }
    if (exponent < EN_DECIMAL_EXPONENT_MIN || exponent > EN_DECIMAL_EXPONENT_MAX) {
        return en_error_set(err, EN_MALFORMED, "%" PRId64 " is no exponent of a decimal", exponent);
    }
    decimal.exponent = (int8_t)exponent;
    memset(member, 0, sizeof decimal);
    memcpy(member, &decimal, sizeof decimal);
    return EN_OK;
}

static en_code decode_ratio(struct en_unpack *unpack, void *member, struct en_error *err)
{
    struct en_ratio ratio = {0, 0};
    en_code code = decode_pair(unpack, &ratio.num, &ratio.den, err);
    if (code != EN_OK) {
        return out_of_range(code, err);
    }
    if (!is_sound_ratio(ratio)) {
        return en_error_set(err, EN_MALFORMED, "%" PRId64 "/%" PRId64 " is not a reduced ratio",
                            ratio.num, ratio.den);
    }
    memcpy(member, &ratio, sizeof ratio);
    return EN_OK;
}

static en_code decode_hash(struct en_unpack *unpack, void *member, struct en_error *err)
{
    struct en_slice bytes = {0};
    en_code code = en_unpack_bytes(unpack, &bytes, err);
    if (code == EN_OK && bytes.size != EN_HASH_SIZE) {
        code = en_error_set(err, EN_MALFORMED, "a hash of %zu bytes", bytes.size);
    }
    if (code == EN_OK) {
        memcpy(member, bytes.bytes, EN_HASH_SIZE);
    }
    return code;
}

/* Everything but lists. */
static en_code decode_plain(const struct en_field *field, struct en_unpack *unpack, void *member,
                            struct en_error *err)
{
    struct en_slice view = {0};
    en_code code = EN_OK;
    switch (field->type) {
    case EN_FIELD_TEXT:
        code = en_unpack_text(unpack, &view, err);
        memcpy(member, &view, sizeof view);
        return code;
    case EN_FIELD_BYTES:
        code = en_unpack_bytes(unpack, &view, err);
        memcpy(member, &view, sizeof view);
        return code;
    case EN_FIELD_DECIMAL:
        return decode_decimal(unpack, member, err);
    case EN_FIELD_RATIO:
        return decode_ratio(unpack, member, err);
    case EN_FIELD_HASH:
        return decode_hash(unpack, member, err);
    default:
        return decode_number(field, unpack, member, err);
    }
}

static en_code decode_item(const struct en_record *items, struct en_unpack *unpack, void *item,
                           struct en_error *err)
{
    uint32_t count = 0;
    en_code code = en_unpack_array(unpack, &count, err);
    if (code == EN_OK && count > items->fields_count) {
        code = en_error_set(err, EN_MALFORMED, "%s has %u fields, known are %u", items->name, count,
                            items->fields_count);
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        const struct en_field *field = &items->fields[i];
        EN_ASSERT(field->type != EN_FIELD_LIST);
        code = decode_plain(field, unpack, place_of(field, item), err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "%s.%s", items->name, field->name);
        }
    }
    return code;
}

static en_code decode_list(const struct en_field *field, struct en_unpack *unpack, void *member,
                           struct en_arena *arena, struct en_error *err)
{
    EN_ASSERT(arena != NULL);
    struct en_list list = {0};
    en_code code = en_unpack_array(unpack, &list.count, err);
    if (code != EN_OK) {
        return code;
    }
    if (list.count > 0) {
        list.items = en_arena_alloc(arena, (size_t)list.count * field->items->size);
        if (list.items == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %u items", list.count);
        }
    }
    for (uint32_t i = 0; i < list.count && code == EN_OK; i++) {
        uint8_t *item = (uint8_t *)list.items + (size_t)i * field->items->size;
        code = decode_item(field->items, unpack, item, err);
    }
    memcpy(member, &list, sizeof list);
    return code;
}

static void clear_span(const struct en_record *record, struct span span, void *value)
{
    for (uint16_t i = span.first; i < span.count; i++) {
        memset(place_of(&record->fields[i], value), 0, info_of(&record->fields[i])->size);
    }
}

/* The head: a version this program knows, and not more fields than it knows. */
static en_code decode_head(const struct en_record *record, struct span span,
                           struct en_unpack *unpack, uint32_t *fields_count, struct en_error *err)
{
    uint32_t count = 0;
    uint64_t version = 0;
    uint32_t known = (uint32_t)(span.count - span.first);
    en_code code = en_unpack_array(unpack, &count, err);
    if (code == EN_OK && count == 0) {
        code = en_error_set(err, EN_MALFORMED, "no version");
    }
    if (code == EN_OK) {
        code = en_unpack_u64(unpack, &version, err);
    }
    if (code != EN_OK) {
        return out_of_range(code, err);
    }
    if (version > record->version) {
        return en_error_set(err, EN_UNSUPPORTED,
                            "version %" PRIu64 " was written by a newer program, known is %u",
                            version, record->version);
    }
    if (version == 0 || count - 1 > known) {
        return en_error_set(err, EN_MALFORMED, "version %" PRIu64 " with %u fields, known are %u",
                            version, count - 1, known);
    }
    *fields_count = count - 1;
    return EN_OK;
}

static en_code decode_span(const struct en_record *record, struct span span, struct en_slice bytes,
                           void *value, struct en_arena *arena, struct en_error *err)
{
    struct en_unpack unpack;
    uint32_t count = 0;
    en_unpack_init(&unpack, bytes);
    en_code code = decode_head(record, span, &unpack, &count, err);
    if (code != EN_OK) {
        goto done;
    }
    clear_span(record, span, value);
    for (uint32_t i = 0; i < count; i++) {
        const struct en_field *field = &record->fields[span.first + i];
        void *member = place_of(field, value);
        code = field->type == EN_FIELD_LIST ? decode_list(field, &unpack, member, arena, err)
                                            : decode_plain(field, &unpack, member, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "field %s", field->name);
            goto done;
        }
    }
    code = en_unpack_end(&unpack, err);
done:
    if (code != EN_OK) {
        (void)en_error_wrap(err, "record %s", record->name);
    }
    return code;
}

en_code en_record_decode(const struct en_record *record, struct en_slice bytes, void *value,
                         struct en_arena *arena, struct en_error *err)
{
    memset(value, 0, record->size);
    struct span all = {0, record->fields_count};
    return decode_span(record, all, bytes, value, arena, err);
}

en_code en_record_value_decode(const struct en_record *record, struct en_slice bytes, void *value,
                               struct en_arena *arena, struct en_error *err)
{
    struct span behind_keys = {record->keys_count, record->fields_count};
    return decode_span(record, behind_keys, bytes, value, arena, err);
}

void en_record_value_clear(const struct en_record *record, void *value)
{
    clear_span(record, (struct span){record->keys_count, record->fields_count}, value);
}

/* ---- keys ---- */

static void key_number(const struct type_info *info, const void *member, struct en_buf *out)
{
    uint64_t bits = load_unsigned(member, info->width);
    if (info->is_signed) {
        bits ^= UINT64_C(1) << (8 * info->width - 1); /* negative ones sort before */
    }
    uint8_t bytes[8];
    for (uint8_t i = 0; i < info->width; i++) {
        bytes[i] = (uint8_t)(bits >> (8 * (info->width - 1 - i)));
    }
    en_buf_append(out, bytes, info->width);
}

static void key_blob(struct en_slice blob, struct en_buf *out)
{
    static const uint8_t zero[2] = {0x00, 0xff};
    static const uint8_t end[2] = {0x00, 0x00};
    size_t at = 0;
    while (at < blob.size) {
        const uint8_t *found = memchr(blob.bytes + at, 0, blob.size - at);
        size_t run = found == NULL ? blob.size - at : (size_t)(found - (blob.bytes + at));
        en_buf_append(out, blob.bytes + at, run);
        at += run;
        if (found != NULL) {
            en_buf_append(out, zero, sizeof zero);
            at++;
        }
    }
    en_buf_append(out, end, sizeof end);
}

static en_code key_field(const struct en_field *field, const void *member, struct en_buf *out,
                         struct en_error *err)
{
    const struct type_info *info = info_of(field);
    EN_ASSERT(info->can_be_key);
    if (field->type == EN_FIELD_TEXT && !en_utf8_is_valid(load_slice(member))) {
        return en_error_set(err, EN_MALFORMED, "the text is not UTF-8");
    }
    if (field->type == EN_FIELD_TEXT || field->type == EN_FIELD_BYTES) {
        key_blob(load_slice(member), out);
    } else if (field->type == EN_FIELD_HASH) {
        en_buf_append(out, member, EN_HASH_SIZE);
    } else {
        EN_ASSERT(info->is_signed ||
                  is_sound_number(field->type, load_unsigned(member, info->width)));
        key_number(info, member, out);
    }
    return en_buf_code(out, err);
}

en_code en_record_key_encode(const struct en_record *record, const void *value, uint16_t keys_count,
                             struct en_buf *out, struct en_error *err)
{
    EN_ASSERT(keys_count <= record->keys_count);
    size_t size_before = out->size;
    en_code code = en_buf_code(out, err);
    if (code != EN_OK) {
        return code;
    }
    for (uint16_t i = 0; i < keys_count && code == EN_OK; i++) {
        const struct en_field *field = &record->fields[i];
        code = key_field(field, member_of(field, value), out, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "record %s, key %s", record->name, field->name);
            out->size = size_before;
            out->code = EN_OK;
        }
    }
    return code;
}

static en_code take_key_number(const struct en_field *field, struct en_slice *key, void *member,
                               struct en_error *err)
{
    const struct type_info *info = info_of(field);
    struct en_slice bytes;
    if (!en_take_bytes(key, info->width, &bytes)) {
        return en_error_set(err, EN_MALFORMED, "the key is cut off");
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        bits = bits << 8 | bytes.bytes[i];
    }
    if (info->is_signed) {
        bits ^= UINT64_C(1) << (8 * info->width - 1);
    }
    if (!is_sound_number(field->type, bits)) {
        return en_error_set(err, EN_MALFORMED, "%" PRIx64 " is no %s", bits, info->name);
    }
    store_number(member, info->width, bits);
    return EN_OK;
}

/* The escaped text at the front of the key: its size there, without the end mark, and how many
 * zeros it holds. */
static bool measure_key_blob(struct en_slice key, size_t *size, size_t *zeros_count)
{
    *zeros_count = 0;
    size_t at = 0;
    while (at + 1 < key.size) {
        if (key.bytes[at] != 0) {
            at++;
        } else if (key.bytes[at + 1] == 0xff) {
            *zeros_count += 1;
            at += 2;
        } else {
            *size = at;
            return key.bytes[at + 1] == 0;
        }
    }
    return false;
}

static en_code take_key_blob(const struct en_field *field, struct en_slice *key, void *member,
                             struct en_arena *arena, struct en_error *err)
{
    size_t size = 0;
    size_t zeros_count = 0;
    if (!measure_key_blob(*key, &size, &zeros_count)) {
        return en_error_set(err, EN_MALFORMED, "the key is cut off or escaped wrongly");
    }
    struct en_slice blob = en_slice_of(key->bytes, size);
    if (zeros_count > 0) {
        uint8_t *whole = arena == NULL ? NULL : en_arena_alloc(arena, size);
        if (whole == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for a key");
        }
        size_t whole_size = 0;
        for (size_t at = 0; at < size; at++) {
            whole[whole_size++] = key->bytes[at];
            at += key->bytes[at] == 0 ? 1 : 0;
        }
        blob = en_slice_of(whole, whole_size);
    }
    if (field->type == EN_FIELD_TEXT && !en_utf8_is_valid(blob)) {
        return en_error_set(err, EN_MALFORMED, "the text is not UTF-8");
    }
    memcpy(member, &blob, sizeof blob);
    *key = en_slice_of(key->bytes + size + 2, key->size - size - 2);
    return EN_OK;
}

static en_code take_key_field(const struct en_field *field, struct en_slice *key, void *member,
                              struct en_arena *arena, struct en_error *err)
{
    struct en_slice bytes;
    switch (field->type) {
    case EN_FIELD_TEXT:
    case EN_FIELD_BYTES:
        return take_key_blob(field, key, member, arena, err);
    case EN_FIELD_HASH:
        if (!en_take_bytes(key, EN_HASH_SIZE, &bytes)) {
            return en_error_set(err, EN_MALFORMED, "the key is cut off");
        }
        memcpy(member, bytes.bytes, EN_HASH_SIZE);
        return EN_OK;
    default:
        return take_key_number(field, key, member, err);
    }
}

en_code en_record_key_decode(const struct en_record *record, struct en_slice key, void *value,
                             struct en_arena *arena, struct en_error *err)
{
    for (uint16_t i = 0; i < record->keys_count; i++) {
        const struct en_field *field = &record->fields[i];
        en_code code = take_key_field(field, &key, place_of(field, value), arena, err);
        if (code != EN_OK) {
            (void)en_error_wrap(err, "record %s, key %s", record->name, field->name);
            return code;
        }
    }
    if (key.size > 0) {
        return en_error_set(err, EN_MALFORMED, "record %s: %zu bytes are left over in the key",
                            record->name, key.size);
    }
    return EN_OK;
}

/* ---- equality ---- */

static bool plain_equal(const struct en_field *field, const void *a, const void *b)
{
    struct en_decimal decimal_a;
    struct en_decimal decimal_b;
    switch (field->type) {
    case EN_FIELD_TEXT:
    case EN_FIELD_BYTES:
        return en_slice_equal(load_slice(a), load_slice(b));
    case EN_FIELD_DECIMAL: /* has padding */
        decimal_a = load_decimal(a);
        decimal_b = load_decimal(b);
        return decimal_a.digits == decimal_b.digits && decimal_a.exponent == decimal_b.exponent;
    default:
        return memcmp(a, b, info_of(field)->size) == 0;
    }
}

static bool items_equal(const struct en_record *items, const void *a, const void *b)
{
    bool is_equal = true;
    for (uint16_t i = 0; i < items->fields_count && is_equal; i++) {
        const struct en_field *field = &items->fields[i];
        is_equal = plain_equal(field, member_of(field, a), member_of(field, b));
    }
    return is_equal;
}

static bool lists_equal(const struct en_record *items, struct en_list a, struct en_list b)
{
    bool is_equal = a.count == b.count;
    for (uint32_t i = 0; is_equal && i < a.count; i++) {
        is_equal = items_equal(items, item_of(a, items, i), item_of(b, items, i));
    }
    return is_equal;
}

bool en_record_equal(const struct en_record *record, const void *a, const void *b)
{
    bool is_equal = true;
    for (uint16_t i = 0; i < record->fields_count && is_equal; i++) {
        const struct en_field *field = &record->fields[i];
        const void *member_a = member_of(field, a);
        const void *member_b = member_of(field, b);
        is_equal = field->type == EN_FIELD_LIST
                       ? lists_equal(field->items, load_list(member_a), load_list(member_b))
                       : plain_equal(field, member_a, member_b);
    }
    return is_equal;
}

/* ---- for people ---- */

static void print_ratio(struct en_ratio ratio, struct en_buf *out)
{
    char text[EN_RATIO_TEXT_SIZE];
    if (ratio.den != 0) { /* else none */
        (void)en_ratio_print(ratio, text);
        en_buf_text(out, text);
    }
}

static void print_number(const struct en_field *field, const void *member, struct en_buf *out)
{
    char text[EN_DECIMAL_TEXT_SIZE > EN_INSTANT_TEXT_SIZE ? EN_DECIMAL_TEXT_SIZE
                                                          : EN_INSTANT_TEXT_SIZE];
    const struct type_info *info = info_of(field);
    int64_t number = load_signed(member, info->width);
    switch (field->type) {
    case EN_FIELD_BOOL:
        en_buf_text(out, load_unsigned(member, info->width) != 0 ? "true" : "false");
        break;
    case EN_FIELD_INSTANT:
        (void)en_instant_print((struct en_instant){number}, 0, text);
        en_buf_text(out, text);
        break;
    case EN_FIELD_DAY:
        (void)en_day_print((struct en_day){(int32_t)number}, text);
        en_buf_text(out, text);
        break;
    case EN_FIELD_MICRO:
        (void)en_micro_print(number, text);
        en_buf_text(out, text);
        break;
    default:
        if (info->is_signed) {
            en_buf_print(out, "%" PRId64, number);
        } else {
            en_buf_print(out, "%" PRIu64, load_unsigned(member, info->width));
        }
    }
}

/* Text of everything that JSON has in quotes or as a number. */
static void print_plain(const struct en_field *field, const void *member, struct en_buf *out)
{
    char decimal[EN_DECIMAL_TEXT_SIZE];
    char hex[EN_HASH_HEX_SIZE];
    struct en_hash hash;
    struct en_slice slice;
    switch (field->type) {
    case EN_FIELD_TEXT:
        slice = load_slice(member);
        en_buf_append(out, slice.bytes, slice.size);
        break;
    case EN_FIELD_BYTES:
        en_base64_encode(load_slice(member), out);
        break;
    case EN_FIELD_DECIMAL:
        (void)en_decimal_print(load_decimal(member), decimal);
        en_buf_text(out, decimal);
        break;
    case EN_FIELD_RATIO:
        print_ratio(load_ratio(member), out);
        break;
    case EN_FIELD_HASH:
        hash = load_hash(member);
        en_hash_print(&hash, hex);
        en_buf_text(out, hex);
        break;
    default:
        print_number(field, member, out);
    }
}

static bool is_bare_in_json(en_field_type type)
{
    return type == EN_FIELD_BOOL || type == EN_FIELD_U8 || type == EN_FIELD_U16 ||
           type == EN_FIELD_U32 || type == EN_FIELD_U64 || type == EN_FIELD_I32 ||
           type == EN_FIELD_I64;
}

/* Everything but lists. The text is written in place and needs no escape but for TEXT. */
static void json_plain(const struct en_field *field, const void *member, const char *key,
                       struct en_json *json)
{
    if (field->type == EN_FIELD_TEXT) {
        en_json_text(json, key, load_slice(member));
    } else if (field->type == EN_FIELD_QUALITY) {
        en_json_quality(json, key, load_unsigned(member, 8));
    } else if (field->type == EN_FIELD_RATIO && load_ratio(member).den == 0) {
        en_json_null(json, key);
    } else {
        const char *quote = is_bare_in_json(field->type) ? "" : "\"";
        en_json_raw(json, key, en_slice_text(quote));
        print_plain(field, member, json->out);
        en_buf_text(json->out, quote);
    }
}

static void json_list(const struct en_field *field, const void *member, const char *key,
                      struct en_json *json)
{
    struct en_list list = load_list(member);
    en_json_array(json, key);
    for (uint32_t i = 0; i < list.count; i++) {
        const void *item = item_of(list, field->items, i);
        en_json_object(json, NULL);
        for (uint16_t k = 0; k < field->items->fields_count; k++) {
            const struct en_field *of_item = &field->items->fields[k];
            json_plain(of_item, member_of(of_item, item), of_item->name, json);
        }
        en_json_end(json);
    }
    en_json_end(json);
}

static void json_field(const struct en_field *field, const void *value, const char *key,
                       struct en_json *json)
{
    const void *member = member_of(field, value);
    if (field->type == EN_FIELD_LIST) {
        json_list(field, member, key, json);
    } else {
        json_plain(field, member, key, json);
    }
}

void en_record_json_members(const struct en_record *record, uint16_t first, const void *value,
                            struct en_json *json)
{
    for (uint16_t i = first; i < record->fields_count; i++) {
        json_field(&record->fields[i], value, record->fields[i].name, json);
    }
}

void en_record_json(const struct en_record *record, const void *value, struct en_buf *out)
{
    struct en_json json;
    en_json_init(&json, out);
    en_json_object(&json, NULL);
    en_record_json_members(record, 0, value, &json);
    en_json_end(&json);
}

void en_field_print(const struct en_field *field, const void *value, struct en_buf *out)
{
    if (field->type == EN_FIELD_LIST || field->type == EN_FIELD_QUALITY) {
        struct en_json json;
        en_json_init(&json, out);
        json_field(field, value, NULL, &json);
    } else {
        print_plain(field, member_of(field, value), out);
    }
}

/* ---- from people ---- */

/* A whole decimal number: digits, a minus when it may be signed. */
static en_code parse_number(const struct en_field *field, struct en_slice text, void *member,
                            struct en_error *err)
{
    const struct type_info *info = info_of(field);
    struct en_decimal decimal = {0, 0};
    uint64_t number = 0;
    if (info->is_signed) {
        en_code code = en_decimal_parse(text, EN_DECIMAL_POINT, &decimal, err);
        if (code != EN_OK) {
            return code;
        }
        if (decimal.exponent != 0 || !fits_signed(decimal.digits, info->width)) {
            return en_error_set(err, EN_RANGE, "the number is no %s", info->name);
        }
        store_number(member, info->width, (uint64_t)decimal.digits);
        return EN_OK;
    }
    bool fits = text.size > 0;
    for (size_t i = 0; i < text.size && fits; i++) {
        uint8_t digit = (uint8_t)(text.bytes[i] - '0');
        fits = digit <= 9 && !__builtin_mul_overflow(number, 10u, &number) &&
               !__builtin_add_overflow(number, digit, &number);
    }
    if (!fits || number > unsigned_max(info->width)) {
        return en_error_set(err, EN_MALFORMED, "expected a whole number that is a %s", info->name);
    }
    store_number(member, info->width, number);
    return EN_OK;
}

static en_code parse_bool(struct en_slice text, void *member, struct en_error *err)
{
    bool is_true = en_slice_equal(text, en_slice_text("true"));
    if (!is_true && !en_slice_equal(text, en_slice_text("false"))) {
        return en_error_set(err, EN_MALFORMED, "expected true or false");
    }
    memcpy(member, &is_true, sizeof is_true);
    return EN_OK;
}

static en_code parse_time(const struct en_field *field, struct en_slice text, void *member,
                          struct en_error *err)
{
    struct en_instant instant = {0};
    struct en_day day = {0};
    int64_t micro = 0;
    en_code code = EN_OK;
    if (field->type == EN_FIELD_INSTANT) {
        code = en_instant_parse(text, 0, &instant, err);
        memcpy(member, &instant, sizeof instant);
    } else if (field->type == EN_FIELD_DAY) {
        code = en_day_parse(text, &day, err);
        memcpy(member, &day, sizeof day);
    } else {
        code = en_micro_parse(text, &micro, err);
        memcpy(member, &micro, sizeof micro);
    }
    return code;
}

static en_code parse_member(const struct en_field *field, struct en_slice text, void *member,
                            struct en_error *err)
{
    struct en_hash hash = {{0}};
    struct en_decimal decimal = {0, 0};
    en_code code = EN_OK;
    switch (field->type) {
    case EN_FIELD_TEXT:
        if (!en_utf8_is_valid(text)) {
            return en_error_set(err, EN_MALFORMED, "the text is not UTF-8");
        }
        memcpy(member, &text, sizeof text);
        return EN_OK;
    case EN_FIELD_BOOL:
        return parse_bool(text, member, err);
    case EN_FIELD_INSTANT:
    case EN_FIELD_DAY:
    case EN_FIELD_MICRO:
        return parse_time(field, text, member, err);
    case EN_FIELD_DECIMAL:
        code = en_decimal_parse(text, EN_DECIMAL_POINT, &decimal, err);
        memcpy(member, &decimal, sizeof decimal);
        return code;
    case EN_FIELD_HASH:
        if (!en_hash_parse(text, &hash)) {
            return en_error_set(err, EN_MALFORMED, "expected 64 hex digits");
        }
        memcpy(member, &hash, sizeof hash);
        return EN_OK;
    case EN_FIELD_BYTES:
    case EN_FIELD_RATIO:
    case EN_FIELD_QUALITY:
    case EN_FIELD_LIST:
        return en_error_set(err, EN_UNSUPPORTED, "a %s cannot be asked for by text",
                            info_of(field)->name);
    default:
        return parse_number(field, text, member, err);
    }
}

en_code en_field_parse(const struct en_field *field, struct en_slice text, void *value,
                       struct en_error *err)
{
    en_code code = parse_member(field, text, place_of(field, value), err);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "%s", field->name);
    }
    return code;
}

/* ---- descriptions ---- */

const struct en_field *en_record_field(const struct en_record *record, const char *name)
{
    for (uint16_t i = 0; i < record->fields_count; i++) {
        if (strcmp(record->fields[i].name, name) == 0) {
            return &record->fields[i];
        }
    }
    return NULL;
}

const char *en_field_type_name(en_field_type type)
{
    EN_ASSERT((size_t)type < EN_COUNT_OF(type_infos));
    return type_infos[type].name;
}

bool en_field_type_by_name(struct en_slice name, en_field_type *type)
{
    for (size_t i = 0; i < EN_COUNT_OF(type_infos); i++) {
        if (en_slice_equal(name, en_slice_text(type_infos[i].name))) {
            *type = (en_field_type)i;
            return true;
        }
    }
    return false;
}

size_t en_field_type_size(en_field_type type)
{
    EN_ASSERT((size_t)type < EN_COUNT_OF(type_infos));
    return type_infos[type].size;
}

static void check_fields(const struct en_record *record)
{
    EN_ASSERT(record->name != NULL);
    EN_ASSERT(record->version > 0);
    EN_ASSERT(record->fields_count > 0);
    EN_ASSERT(record->keys_count <= record->fields_count);
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_field *field = &record->fields[i];
        EN_ASSERT(field->about != NULL);
        EN_ASSERT((size_t)field->offset + info_of(field)->size <= record->size);
        EN_ASSERT(en_record_field(record, field->name) == field);
        EN_ASSERT(i >= record->keys_count || info_of(field)->can_be_key);
        EN_ASSERT((field->type == EN_FIELD_LIST) == (field->items != NULL));
        for (uint16_t k = 0; k < i; k++) {
            size_t from = record->fields[k].offset;
            size_t to = from + info_of(&record->fields[k])->size;
            EN_ASSERT(field->offset >= to || field->offset + info_of(field)->size <= from);
        }
    }
}

void en_record_check(const struct en_record *record)
{
    check_fields(record);
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_record *items = record->fields[i].items;
        if (items == NULL) {
            continue;
        }
        check_fields(items);
        for (uint16_t k = 0; k < items->fields_count; k++) {
            EN_ASSERT(items->fields[k].type != EN_FIELD_LIST);
        }
    }
}
