/* Fields for people: as JSON and plain text, and back. */
#include <inttypes.h>

#include "core/base64.h"
#include "core/record_member.h"
#include "core/utf8.h"

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
    const struct en_field_info *info = en_field_info_of(field);
    int64_t number = en_member_signed(member, info->width);
    switch (field->type) {
    case EN_FIELD_BOOL:
        en_buf_text(out, en_member_unsigned(member, info->width) != 0 ? "true" : "false");
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
            en_buf_print(out, "%" PRIu64, en_member_unsigned(member, info->width));
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
        slice = en_member_slice(member);
        en_buf_append(out, slice.bytes, slice.size);
        break;
    case EN_FIELD_BYTES:
        en_base64_encode(en_member_slice(member), out);
        break;
    case EN_FIELD_DECIMAL:
        (void)en_decimal_print(en_member_decimal(member), decimal);
        en_buf_text(out, decimal);
        break;
    case EN_FIELD_RATIO:
        print_ratio(en_member_ratio(member), out);
        break;
    case EN_FIELD_HASH:
        hash = en_member_hash(member);
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
        en_json_text(json, key, en_member_slice(member));
    } else if (field->type == EN_FIELD_QUALITY) {
        en_json_quality(json, key, en_member_unsigned(member, 8));
    } else if (field->type == EN_FIELD_RATIO && en_member_ratio(member).den == 0) {
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
    struct en_list list = en_member_list(member);
    en_json_array(json, key);
    for (uint32_t i = 0; i < list.count; i++) {
        const void *item = en_member_item(list, field->items, i);
        en_json_object(json, NULL);
        for (uint16_t k = 0; k < field->items->fields_count; k++) {
            const struct en_field *of_item = &field->items->fields[k];
            json_plain(of_item, en_member_of(of_item, item), of_item->name, json);
        }
        en_json_end(json);
    }
    en_json_end(json);
}

static void json_field(const struct en_field *field, const void *value, const char *key,
                       struct en_json *json)
{
    const void *member = en_member_of(field, value);
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
        print_plain(field, en_member_of(field, value), out);
    }
}

/* ---- from people ---- */

/* A whole decimal number: digits, a minus when it may be signed. */
static en_code parse_number(const struct en_field *field, struct en_slice text, void *member,
                            struct en_error *err)
{
    const struct en_field_info *info = en_field_info_of(field);
    struct en_decimal decimal = {0, 0};
    uint64_t number = 0;
    if (info->is_signed) {
        en_code code = en_decimal_parse(text, EN_DECIMAL_POINT, &decimal, err);
        if (code != EN_OK) {
            return code;
        }
        if (decimal.exponent != 0 || !en_member_fits_signed(decimal.digits, info->width)) {
            return en_error_set(err, EN_RANGE, "the number is no %s", info->name);
        }
        en_member_store(member, info->width, (uint64_t)decimal.digits);
        return EN_OK;
    }
    bool fits = text.size > 0;
    for (size_t i = 0; i < text.size && fits; i++) {
        uint8_t digit = (uint8_t)(text.bytes[i] - '0');
        fits = digit <= 9 && !__builtin_mul_overflow(number, 10u, &number) &&
               !__builtin_add_overflow(number, digit, &number);
    }
    if (!fits || number > en_member_unsigned_max(info->width)) {
        return en_error_set(err, EN_MALFORMED, "expected a whole number that is a %s", info->name);
    }
    en_member_store(member, info->width, number);
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
                            en_field_info_of(field)->name);
    default:
        return parse_number(field, text, member, err);
    }
}

en_code en_field_parse(const struct en_field *field, struct en_slice text, void *value,
                       struct en_error *err)
{
    en_code code = parse_member(field, text, en_member_place(field, value), err);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "%s", field->name);
    }
    return code;
}
