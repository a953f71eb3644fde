#include "log/checkpoint.h"

#include <inttypes.h>

#include "core/base64.h"
#include "log/line.h"

#define DASH "\xe2\x80\x94 " /* an em dash and a space begin a signature line */
#define KEY_HASH_SIZE 4u

en_code en_origin_check(const char *origin, struct en_error *err)
{
    size_t size = strlen(origin);
    if (size == 0 || size > EN_ORIGIN_SIZE_MAX) {
        return en_error_set(err, EN_RANGE, "the origin of a log has 1 to %u bytes, this has %zu",
                            EN_ORIGIN_SIZE_MAX, size);
    }
    for (size_t i = 0; i < size; i++) {
        bool is_at_end = i == 0 || i == size - 1;
        if ((uint8_t)origin[i] < 0x20 || origin[i] == 0x7f || (is_at_end && origin[i] == ' ')) {
            return en_error_set(err, EN_RANGE, "the origin of a log cannot hold byte %02x here",
                                (unsigned)(uint8_t)origin[i]);
        }
    }
    return EN_OK;
}

static void put_signature(const struct en_sign_private *key, const struct en_signature *signature,
                          struct en_buf *note)
{
    uint8_t bytes[KEY_HASH_SIZE + EN_SIGNATURE_SIZE];
    for (uint32_t i = 0; i < KEY_HASH_SIZE; i++) {
        bytes[i] = (uint8_t)(key->public.key_hash >> (24 - 8 * i));
    }
    memcpy(bytes + KEY_HASH_SIZE, signature->bytes, EN_SIGNATURE_SIZE);
    en_buf_text(note, DASH);
    en_buf_text(note, key->public.name);
    en_buf_text(note, " ");
    en_base64_encode(en_slice_of(bytes, sizeof bytes), note);
    en_buf_text(note, "\n");
}

en_code en_checkpoint_sign(const struct en_checkpoint *checkpoint,
                           const struct en_sign_private *key, struct en_buf *note,
                           struct en_error *err)
{
    size_t start = note->size;
    struct en_signature signature;
    en_buf_print(note, "%s\n%" PRIu64 "\n", checkpoint->origin, checkpoint->size);
    en_base64_encode(en_hash_slice(&checkpoint->root), note);
    en_buf_text(note, "\n");
    en_code code = en_buf_code(note, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_slice text = en_slice_of(note->bytes + start, note->size - start);
    code = en_sign_bytes(key, text, &signature, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_text(note, "\n");
    put_signature(key, &signature, note);
    return en_buf_code(note, err);
}

/* The text of a note, up to and with the newline in front of the blank line. */
static en_code split(struct en_slice note, struct en_slice *text, struct en_slice *signatures,
                     struct en_error *err)
{
    if (note.size > EN_CHECKPOINT_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "a checkpoint of %zu bytes, at most %u", note.size,
                            EN_CHECKPOINT_SIZE_MAX);
    }
    for (size_t i = 1; i < note.size; i++) {
        if (note.bytes[i] == '\n' && note.bytes[i - 1] == '\n') {
            *text = en_slice_of(note.bytes, i);
            *signatures = en_slice_of(note.bytes + i + 1, note.size - i - 1);
            return EN_OK;
        }
    }
    return en_error_set(err, EN_MALFORMED, "no blank line between text and signatures");
}

static en_code parse_text(struct en_slice text, struct en_checkpoint *checkpoint,
                          struct en_error *err)
{
    struct en_slice line;
    if (!en_line_take(&text, &line) || line.size > EN_ORIGIN_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "line 1 is not an origin");
    }
    memcpy(checkpoint->origin, line.bytes, line.size);
    checkpoint->origin[line.size] = '\0';
    if (strlen(checkpoint->origin) != line.size ||
        en_origin_check(checkpoint->origin, NULL) != EN_OK) {
        return en_error_set(err, EN_MALFORMED, "line 1 is not an origin");
    }
    if (!en_line_take(&text, &line) || !en_line_number(line, &checkpoint->size)) {
        return en_error_set(err, EN_MALFORMED, "line 2 is not a size");
    }
    if (!en_line_take(&text, &line) || !en_line_bytes(line, checkpoint->root.bytes, EN_HASH_SIZE)) {
        return en_error_set(err, EN_MALFORMED, "line 3 is not a root in base64");
    }
    return EN_OK;
}

en_code en_checkpoint_parse(struct en_slice note, struct en_checkpoint *checkpoint,
                            struct en_error *err)
{
    struct en_slice text = {0};
    struct en_slice signatures = {0};
    struct en_checkpoint parsed = {{0}, 0, {{0}}};
    en_code code = split(note, &text, &signatures, err);
    if (code == EN_OK) {
        code = parse_text(text, &parsed, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "checkpoint");
        return code;
    }
    *checkpoint = parsed;
    return EN_OK;
}

/* Whether the line is a signature by the named key with its key hash; then *signature is it. */
static bool is_line_of(struct en_slice line, const struct en_sign_public *key,
                       struct en_signature *signature)
{
    uint8_t bytes[KEY_HASH_SIZE + EN_SIGNATURE_SIZE];
    struct en_slice rest;
    if (!en_line_after(line, DASH, &rest) || !en_line_after(rest, key->name, &rest) ||
        !en_line_after(rest, " ", &rest) || !en_line_bytes(rest, bytes, sizeof bytes)) {
        return false;
    }
    uint32_t key_hash =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    memcpy(signature->bytes, bytes + KEY_HASH_SIZE, EN_SIGNATURE_SIZE);
    return key_hash == key->key_hash;
}

static en_code verify(struct en_slice text, struct en_slice signatures,
                      const struct en_sign_public *key, struct en_error *err)
{
    struct en_slice line;
    struct en_signature signature;
    while (en_line_take(&signatures, &line)) {
        if (is_line_of(line, key, &signature)) {
            return en_sign_verify(key, text, &signature, err);
        }
    }
    return en_error_set(err, EN_MISMATCH, "no signature by key %s+%08" PRIx32, key->name,
                        key->key_hash);
}

en_code en_checkpoint_verify(struct en_slice note, const struct en_sign_public *key,
                             struct en_checkpoint *checkpoint, struct en_error *err)
{
    struct en_slice text = {0};
    struct en_slice signatures = {0};
    struct en_checkpoint parsed;
    en_code code = en_checkpoint_parse(note, &parsed, err);
    if (code != EN_OK) {
        return code;
    }
    code = split(note, &text, &signatures, err);
    if (code == EN_OK) {
        code = verify(text, signatures, key, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "checkpoint of %s at %" PRIu64, parsed.origin, parsed.size);
        return code;
    }
    *checkpoint = parsed;
    return EN_OK;
}
