#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/sign.h"

/* The example keys of golang.org/x/mod/sumdb/note. */
static const char note_public[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char note_private[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

static void assert_text(const struct en_buf *out, const char *expected)
{
    assert_int_equal(out->code, EN_OK);
    assert_true(en_slice_equal(en_buf_slice(out), en_slice_text(expected)));
}

static void assert_ok(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static void test_sign_reads_and_writes_note_keys(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_sign_public public;
    struct en_sign_private private;
    struct en_buf out;
    en_buf_init(&out, 1024);
    assert_ok(en_sign_public_parse(en_slice_text(note_public), &public, &err), &err);
    assert_int_equal(public.key_hash, 0xc74f20a3);
    assert_string_equal(public.name, "PeterNeumann");
    en_sign_public_print(&public, &out);
    assert_text(&out, note_public);
    en_buf_reset(&out);
    assert_ok(en_sign_private_parse(en_slice_text(note_private), &private, &err), &err);
    en_sign_private_print(&private, &out);
    assert_text(&out, note_private);
    en_buf_reset(&out);
    en_sign_public_print(&private.public, &out);
    assert_text(&out, note_public);
    en_sign_private_wipe(&private);
    assert_int_equal(private.seed[0], 0);
    en_buf_fini(&out);
}

static void test_sign_signs_as_rfc8032(void **state)
{
    (void)state;
    /* RFC 8032, 7.1, test 2: one byte 0x72. */
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda,
                                                   0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
                                                   0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24,
                                                   0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};
    static const uint8_t public[4] = {0x3d, 0x40, 0x17, 0xc3};
    static const uint8_t expected[8] = {0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8};
    struct en_error err = {0};
    struct en_sign_private key;
    struct en_signature signature;
    assert_ok(en_sign_of_seed("x", seed, &key, &err), &err);
    assert_memory_equal(key.public.bytes, public, sizeof public);
    assert_ok(en_sign_bytes(&key, en_slice_of("\x72", 1), &signature, &err), &err);
    assert_memory_equal(signature.bytes, expected, sizeof expected);
    assert_ok(en_sign_verify(&key.public, en_slice_of("\x72", 1), &signature, &err), &err);
}

static void test_sign_refuses_every_change(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_sign_private key;
    struct en_sign_private other;
    struct en_signature signature;
    uint8_t text[] = "enerlog.example/site\n42\nAAAA\n";
    struct en_slice bytes = en_slice_of(text, sizeof text - 1);
    assert_ok(en_sign_generate("site", &key, &err), &err);
    assert_ok(en_sign_generate("site", &other, &err), &err);
    assert_ok(en_sign_bytes(&key, bytes, &signature, &err), &err);
    assert_ok(en_sign_verify(&key.public, bytes, &signature, &err), &err);
    assert_int_equal(en_sign_verify(&other.public, bytes, &signature, &err), EN_MISMATCH);
    for (size_t i = 0; i < bytes.size; i++) {
        text[i] ^= 1;
        assert_int_equal(en_sign_verify(&key.public, bytes, &signature, &err), EN_MISMATCH);
        text[i] ^= 1;
    }
    for (size_t i = 0; i < sizeof signature.bytes; i++) {
        signature.bytes[i] ^= 0x10;
        assert_int_equal(en_sign_verify(&key.public, bytes, &signature, &err), EN_MISMATCH);
        signature.bytes[i] ^= 0x10;
    }
}

static void test_sign_refuses_wrong_key_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
    } rows[] = {
        {"", EN_MALFORMED},
        {"PeterNeumann", EN_MALFORMED},
        {"PeterNeumann+c74f20a3", EN_MALFORMED},
        {"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", EN_MALFORMED},
        {"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", EN_MALFORMED},
        {"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", EN_MALFORMED},
        {"PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", EN_MALFORMED},
        {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T", EN_MALFORMED},
        {"PeterNeumann+c74f20a3+ARpc", EN_MALFORMED},
        {"PeterNeumann+c74f20a3+", EN_MALFORMED},
        {"PeterNeumann+c74f20a3+AhpcAhpc", EN_UNSUPPORTED},
        {"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", EN_MISMATCH},
        {"PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", EN_MISMATCH},
    };
    struct en_sign_public key;
    struct en_sign_private private;
    struct en_error err = {0};
    char text[160];
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_int_equal(en_sign_public_parse(en_slice_text(rows[i].text), &key, &err),
                         rows[i].code);
        (void)snprintf(text, sizeof text, "PRIVATE+KEY+%s", rows[i].text);
        assert_int_equal(en_sign_private_parse(en_slice_text(text), &private, &err), rows[i].code);
    }
    assert_int_equal(en_sign_private_parse(en_slice_text(note_public), &private, &err),
                     EN_MALFORMED);
    (void)snprintf(text, sizeof text, "%s\n", note_private);
    assert_ok(en_sign_private_parse(en_slice_text(text), &private, &err), &err);
    assert_int_equal(en_sign_generate("two words", &private, &err), EN_RANGE);
    assert_int_equal(en_sign_generate("", &private, &err), EN_RANGE);
    assert_int_equal(en_sign_generate("a+b", &private, &err), EN_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_reads_and_writes_note_keys),
        cmocka_unit_test(test_sign_signs_as_rfc8032),
        cmocka_unit_test(test_sign_refuses_every_change),
        cmocka_unit_test(test_sign_refuses_wrong_key_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
