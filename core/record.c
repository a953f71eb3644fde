#include "core/record.h"

#include <inttypes.h>

#include "core/limits.h"
#include "core/pack.h"
#include "core/record_member.h"
#include "core/utf8.h"

/* Fields [first, count) of a record: all of them, or those behind the keys. */
struct span {
    uint16_t first;
    uint16_t count;
};

/* ---- encode ---- */

static en_code encode_number(const struct en_field *field, const void *member, struct en_buf *out,
                             struct en_error *err)
{
    const struct en_field_info *info = en_field_info_of(field);
    if (info->is_signed) {
        en_pack_i64(out, en_member_signed(member, info->width));
        return EN_OK;
    }
    uint64_t number = en_member_unsigned(member, info->width);
    if (!en_member_is_sound_number(field->type, number)) {
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
    if (!en_member_is_sound_decimal(decimal)) {
        return en_error_set(err, EN_MALFORMED, "%d is no exponent of a decimal", decimal.exponent);
    }
    en_pack_array(out, 2);
    en_pack_i64(out, decimal.digits);
    en_pack_i64(out, decimal.exponent);
    return EN_OK;
}

static en_code encode_ratio(struct en_ratio ratio, struct en_buf *out, struct en_error *err)
{
    if (!en_member_is_sound_ratio(ratio)) {
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
        return encode_text(en_member_slice(member), out, err);
    case EN_FIELD_BYTES:
        en_pack_bytes(out, en_member_slice(member));
        return EN_OK;
    case EN_FIELD_DECIMAL:
        return encode_decimal(en_member_decimal(member), out, err);
    case EN_FIELD_RATIO:
        return encode_ratio(en_member_ratio(member), out, err);
    case EN_FIELD_HASH:
        hash = en_member_hash(member);
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
        en_code code = encode_plain(field, en_member_of(field, item), out, err);
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
        code = encode_item(field->items, en_member_item(list, field->items, i), out, err);
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
        const void *member = en_member_of(field, value);
        code = field->type == EN_FIELD_LIST ? encode_list(field, en_member_list(member), out, err)
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
    const struct en_field_info *info = en_field_info_of(field);
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
        fits = en_member_fits_signed(number, info->width);
    } else {
        code = en_unpack_u64(unpack, &bits, err);
        fits = bits <= en_member_unsigned_max(info->width) &&
               en_member_is_sound_number(field->type, bits);
    }
    if (code != EN_OK) {
        return out_of_range(code, err);
    }
    if (!fits) {
        return en_error_set(err, EN_MALFORMED, "the number is no %s", info->name);
    }
    en_member_store(member, info->width, bits);
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
    if (!en_member_is_sound_ratio(ratio)) {
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
        code = decode_plain(field, unpack, en_member_place(field, item), err);
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
        memset(en_member_place(&record->fields[i], value), 0,
               en_field_info_of(&record->fields[i])->size);
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
        void *member = en_member_place(field, value);
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
/* ---- equality ---- */

static bool plain_equal(const struct en_field *field, const void *a, const void *b)
{
    struct en_decimal decimal_a;
    struct en_decimal decimal_b;
    switch (field->type) {
    case EN_FIELD_TEXT:
    case EN_FIELD_BYTES:
        return en_slice_equal(en_member_slice(a), en_member_slice(b));
    case EN_FIELD_DECIMAL: /* has padding */
        decimal_a = en_member_decimal(a);
        decimal_b = en_member_decimal(b);
        return decimal_a.digits == decimal_b.digits && decimal_a.exponent == decimal_b.exponent;
    default:
        return memcmp(a, b, en_field_info_of(field)->size) == 0;
    }
}

static bool items_equal(const struct en_record *items, const void *a, const void *b)
{
    bool is_equal = true;
    for (uint16_t i = 0; i < items->fields_count && is_equal; i++) {
        const struct en_field *field = &items->fields[i];
        is_equal = plain_equal(field, en_member_of(field, a), en_member_of(field, b));
    }
    return is_equal;
}

static bool lists_equal(const struct en_record *items, struct en_list a, struct en_list b)
{
    bool is_equal = a.count == b.count;
    for (uint32_t i = 0; is_equal && i < a.count; i++) {
        is_equal = items_equal(items, en_member_item(a, items, i), en_member_item(b, items, i));
    }
    return is_equal;
}

bool en_record_equal(const struct en_record *record, const void *a, const void *b)
{
    bool is_equal = true;
    for (uint16_t i = 0; i < record->fields_count && is_equal; i++) {
        const struct en_field *field = &record->fields[i];
        const void *member_a = en_member_of(field, a);
        const void *member_b = en_member_of(field, b);
        is_equal =
            field->type == EN_FIELD_LIST
                ? lists_equal(field->items, en_member_list(member_a), en_member_list(member_b))
                : plain_equal(field, member_a, member_b);
    }
    return is_equal;
}
