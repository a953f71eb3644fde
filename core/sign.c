#include "core/sign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/base64.h"
#include "core/hash.h"
#include "core/utf8.h"

#define ALGORITHM_ED25519 0x01u
#define PRIVATE_PREFIX "PRIVATE+KEY+"
#define KEY_HASH_HEX_SIZE 8u
#define ALGORITHM_AND_KEY_SIZE (1u + EN_SIGN_KEY_SIZE)

/* ---- names and hashes ---- */

static bool is_name(struct en_slice name)
{
    if (name.size == 0 || name.size > EN_NAME_SIZE_MAX || !en_utf8_is_valid(name)) {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.bytes[i];
        if (c <= ' ' || c == '+' || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static en_code check_name(struct en_slice name, struct en_error *err)
{
    if (is_name(name)) {
        return EN_OK;
    }
    return en_error_set(err, EN_RANGE,
                        "a key's name is 1 to %u bytes of UTF-8 without spaces and without +",
                        EN_NAME_SIZE_MAX);
}

/* The first four bytes of SHA-256(name, "\n", algorithm, key). */
static uint32_t hash_of_key(struct en_slice name, const uint8_t bytes[EN_SIGN_KEY_SIZE])
{
    const uint8_t between[2] = {'\n', ALGORITHM_ED25519};
    struct en_hash_stream stream;
    en_hash_begin(&stream);
    en_hash_add(&stream, name);
    en_hash_add(&stream, en_slice_of(between, sizeof between));
    en_hash_add(&stream, en_slice_of(bytes, EN_SIGN_KEY_SIZE));
    struct en_hash hash = en_hash_end(&stream);
    return (uint32_t)hash.bytes[0] << 24 | (uint32_t)hash.bytes[1] << 16 |
           (uint32_t)hash.bytes[2] << 8 | hash.bytes[3];
}

/* ---- keys ---- */

static en_code fill_public(struct en_slice name, const uint8_t bytes[EN_SIGN_KEY_SIZE],
                           struct en_sign_public *key)
{
    EN_ASSERT(is_name(name));
    memset(key, 0, sizeof *key);
    memcpy(key->name, name.bytes, name.size);
    memcpy(key->bytes, bytes, EN_SIGN_KEY_SIZE);
    key->key_hash = hash_of_key(name, bytes);
    return EN_OK;
}

static EVP_PKEY *private_handle(const uint8_t seed[EN_SIGN_KEY_SIZE])
{
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, EN_SIGN_KEY_SIZE);
}

static en_code pair_of_seed(struct en_slice name, const uint8_t seed[EN_SIGN_KEY_SIZE],
                            struct en_sign_private *key, struct en_error *err)
{
    uint8_t bytes[EN_SIGN_KEY_SIZE];
    size_t size = sizeof bytes;
    en_code code = check_name(name, err);
    if (code != EN_OK) {
        return code;
    }
    EVP_PKEY *handle = private_handle(seed);
    int is_done = handle == NULL ? 0 : EVP_PKEY_get_raw_public_key(handle, bytes, &size);
    EVP_PKEY_free(handle);
    if (is_done != 1) {
        return en_error_set(err, EN_NOMEM, "no memory for a key");
    }
    EN_ASSERT(size == EN_SIGN_KEY_SIZE);
    memcpy(key->seed, seed, EN_SIGN_KEY_SIZE);
    return fill_public(name, bytes, &key->public);
}

en_code en_sign_of_seed(const char *name, const uint8_t seed[EN_SIGN_KEY_SIZE],
                        struct en_sign_private *key, struct en_error *err)
{
    return pair_of_seed(en_slice_text(name), seed, key, err);
}

en_code en_sign_generate(const char *name, struct en_sign_private *key, struct en_error *err)
{
    uint8_t seed[EN_SIGN_KEY_SIZE];
    if (RAND_priv_bytes(seed, sizeof seed) != 1) {
        return en_error_set(err, EN_IO, "the system gives no random numbers");
    }
    en_code code = en_sign_of_seed(name, seed, key, err);
    OPENSSL_cleanse(seed, sizeof seed);
    return code;
}

void en_sign_private_wipe(struct en_sign_private *key)
{
    OPENSSL_cleanse(key, sizeof *key);
}

/* ---- signatures ---- */

en_code en_sign_bytes(const struct en_sign_private *key, struct en_slice bytes,
                      struct en_signature *signature, struct en_error *err)
{
    size_t size = sizeof signature->bytes;
    EVP_PKEY *handle = private_handle(key->seed);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int is_done = handle != NULL && context != NULL;
    if (is_done == 1) {
        is_done = EVP_DigestSignInit(context, NULL, NULL, NULL, handle);
    }
    if (is_done == 1) {
        is_done = EVP_DigestSign(context, signature->bytes, &size, bytes.bytes, bytes.size);
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(handle);
    if (is_done != 1) {
        return en_error_set(err, EN_NOMEM, "no memory to sign");
    }
    EN_ASSERT(size == EN_SIGNATURE_SIZE);
    return EN_OK;
}

en_code en_sign_verify(const struct en_sign_public *key, struct en_slice bytes,
                       const struct en_signature *signature, struct en_error *err)
{
    EVP_PKEY *handle =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->bytes, EN_SIGN_KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_ready = handle != NULL && context != NULL &&
                    EVP_DigestVerifyInit(context, NULL, NULL, NULL, handle) == 1;
    bool is_good = is_ready && EVP_DigestVerify(context, signature->bytes, EN_SIGNATURE_SIZE,
                                                bytes.bytes, bytes.size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(handle);
    if (!is_ready) {
        return en_error_set(err, EN_NOMEM, "no memory to verify a signature");
    }
    if (!is_good) {
        return en_error_set(err, EN_MISMATCH, "the signature is not one of key %s+%08x", key->name,
                            key->key_hash);
    }
    return EN_OK;
}

/* ---- texts ---- */

static void print_key(const struct en_sign_public *key, const uint8_t bytes[EN_SIGN_KEY_SIZE],
                      struct en_buf *out)
{
    uint8_t whole[ALGORITHM_AND_KEY_SIZE];
    whole[0] = ALGORITHM_ED25519;
    memcpy(whole + 1, bytes, EN_SIGN_KEY_SIZE);
    en_buf_print(out, "%s+%08x+", key->name, key->key_hash);
    en_base64_encode(en_slice_of(whole, sizeof whole), out);
    OPENSSL_cleanse(whole, sizeof whole);
}

void en_sign_public_print(const struct en_sign_public *key, struct en_buf *out)
{
    print_key(key, key->bytes, out);
}

void en_sign_private_print(const struct en_sign_private *key, struct en_buf *out)
{
    en_buf_text(out, PRIVATE_PREFIX);
    print_key(&key->public, key->seed, out);
}

/* The parts of "<name>+<hash>+<base64>". */
struct key_parts {
    struct en_slice name;
    uint32_t key_hash;
    uint8_t bytes[EN_SIGN_KEY_SIZE];
};

static struct en_slice without_line_end(struct en_slice text)
{
    text.size -= text.size > 0 && text.bytes[text.size - 1] == '\n' ? 1 : 0;
    text.size -= text.size > 0 && text.bytes[text.size - 1] == '\r' ? 1 : 0;
    return text;
}

/* Cuts the part in front of the next "+" off; false when there is none. */
static bool take_part(struct en_slice *text, struct en_slice *part)
{
    const uint8_t *plus = text->size == 0 ? NULL : memchr(text->bytes, '+', text->size);
    if (plus == NULL) {
        return false;
    }
    size_t size = (size_t)(plus - text->bytes);
    *part = en_slice_of(text->bytes, size);
    *text = en_slice_of(plus + 1, text->size - size - 1);
    return true;
}

static bool parse_key_hash(struct en_slice hex, uint32_t *key_hash)
{
    uint32_t number = 0;
    for (size_t i = 0; i < hex.size; i++) {
        uint8_t c = hex.bytes[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (c < 'a' || c > 'f')) {
            return false;
        }
        number = number << 4 | (uint32_t)(is_digit ? c - '0' : c - 'a' + 10);
    }
    *key_hash = number;
    return hex.size == KEY_HASH_HEX_SIZE;
}

/* algorithm and key from base64 */
static en_code parse_key_bytes(struct en_slice text, uint8_t bytes[EN_SIGN_KEY_SIZE],
                               struct en_error *err)
{
    struct en_buf whole;
    en_code code = EN_OK;
    en_buf_init(&whole, EN_NAME_SIZE_MAX);
    bool is_base64 = en_base64_decode(text, &whole);
    if (whole.code == EN_NOMEM) {
        code = en_error_set(err, EN_NOMEM, "no memory for a key");
    } else if (!is_base64 || whole.code != EN_OK || whole.size == 0) {
        code = en_error_set(err, EN_MALFORMED, "the last part of a key is not base64");
    } else if (whole.bytes[0] != ALGORITHM_ED25519) {
        code = en_error_set(err, EN_UNSUPPORTED, "algorithm %u of the key is not known, only 1 is",
                            whole.bytes[0]);
    } else if (whole.size != ALGORITHM_AND_KEY_SIZE) {
        code = en_error_set(err, EN_MALFORMED, "a key of %zu bytes, not %u", whole.size - 1,
                            EN_SIGN_KEY_SIZE);
    } else {
        memcpy(bytes, whole.bytes + 1, EN_SIGN_KEY_SIZE);
    }
    if (whole.size > 0) {
        OPENSSL_cleanse(whole.bytes, whole.size);
    }
    en_buf_fini(&whole);
    return code;
}

static en_code parse_parts(struct en_slice text, struct key_parts *parts, struct en_error *err)
{
    struct en_slice hex;
    if (!take_part(&text, &parts->name) || !take_part(&text, &hex)) {
        return en_error_set(err, EN_MALFORMED, "a key is written name+hash+base64");
    }
    if (!is_name(parts->name)) {
        return en_error_set(err, EN_MALFORMED, "the name of the key is empty or holds a space");
    }
    if (!parse_key_hash(hex, &parts->key_hash)) {
        return en_error_set(err, EN_MALFORMED, "the hash of the key is not 8 lower hex digits");
    }
    return parse_key_bytes(text, parts->bytes, err);
}

static en_code check_key_hash(const struct en_sign_public *key, uint32_t key_hash,
                              struct en_error *err)
{
    if (key->key_hash == key_hash) {
        return EN_OK;
    }
    return en_error_set(err, EN_MISMATCH, "key %s: the hash is %08x, written %08x", key->name,
                        key->key_hash, key_hash);
}

en_code en_sign_public_parse(struct en_slice text, struct en_sign_public *key, struct en_error *err)
{
    struct key_parts parts = {0};
    struct en_sign_public parsed;
    en_code code = parse_parts(without_line_end(text), &parts, err);
    if (code == EN_OK) {
        code = fill_public(parts.name, parts.bytes, &parsed);
    }
    if (code == EN_OK) {
        code = check_key_hash(&parsed, parts.key_hash, err);
    }
    if (code == EN_OK) {
        *key = parsed;
    }
    return code;
}

en_code en_sign_private_parse(struct en_slice text, struct en_sign_private *key,
                              struct en_error *err)
{
    struct key_parts parts = {0};
    struct en_sign_private parsed = {0};
    struct en_slice prefix = en_slice_text(PRIVATE_PREFIX);
    text = without_line_end(text);
    if (text.size < prefix.size || !en_slice_equal(en_slice_of(text.bytes, prefix.size), prefix)) {
        return en_error_set(err, EN_MALFORMED, "a private key begins with " PRIVATE_PREFIX);
    }
    text = en_slice_of(text.bytes + prefix.size, text.size - prefix.size);
    en_code code = parse_parts(text, &parts, err);
    if (code == EN_OK) {
        code = pair_of_seed(parts.name, parts.bytes, &parsed, err);
    }
    if (code == EN_OK) {
        code = check_key_hash(&parsed.public, parts.key_hash, err);
    }
    if (code == EN_OK) {
        *key = parsed;
    }
    OPENSSL_cleanse(&parts, sizeof parts);
    OPENSSL_cleanse(&parsed, sizeof parsed);
    return code;
}
