/* Keys of rows: fields as bytes whose order is the order of the fields. */
#include <inttypes.h>

#include "core/record_member.h"
#include "core/utf8.h"

static void key_number(const struct en_field_info *info, const void *member, struct en_buf *out)
{
    uint64_t bits = en_member_unsigned(member, info->width);
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
    const struct en_field_info *info = en_field_info_of(field);
    EN_ASSERT(info->can_be_key);
    if (field->type == EN_FIELD_TEXT && !en_utf8_is_valid(en_member_slice(member))) {
        return en_error_set(err, EN_MALFORMED, "the text is not UTF-8");
    }
    if (field->type == EN_FIELD_TEXT || field->type == EN_FIELD_BYTES) {
        key_blob(en_member_slice(member), out);
    } else if (field->type == EN_FIELD_HASH) {
        en_buf_append(out, member, EN_HASH_SIZE);
    } else {
        EN_ASSERT(info->is_signed ||
                  en_member_is_sound_number(field->type, en_member_unsigned(member, info->width)));
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
        code = key_field(field, en_member_of(field, value), out, err);
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
    const struct en_field_info *info = en_field_info_of(field);
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
    if (!en_member_is_sound_number(field->type, bits)) {
        return en_error_set(err, EN_MALFORMED, "%" PRIx64 " is no %s", bits, info->name);
    }
    en_member_store(member, info->width, bits);
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
        en_code code = take_key_field(field, &key, en_member_place(field, value), arena, err);
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
