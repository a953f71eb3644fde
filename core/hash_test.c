#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/hash.h"

static void assert_hex(struct en_hash hash, const char *expected)
{
    char hex[EN_HASH_HEX_SIZE];
    en_hash_print(&hash, hex);
    assert_string_equal(hex, expected);
}

static void test_hash_is_sha256(void **state)
{
    (void)state;
    /* FIPS 180-4 examples. */
    assert_hex(en_hash_of(en_slice_text("abc")),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hex(en_hash_of(en_slice_of(NULL, 0)),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_hash_leaf_and_node_are_rfc9162(void **state)
{
    (void)state;
    /* Certificate Transparency's test vectors: the empty leaf, the leaf of 0x00, their node. */
    struct en_hash empty = en_hash_leaf(en_slice_of(NULL, 0));
    struct en_hash zero = en_hash_leaf(en_slice_of("\0", 1));
    assert_hex(empty, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_hex(zero, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    assert_hex(en_hash_node(&empty, &zero),
               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

static void test_hash_stream_equals_whole(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    struct en_hash whole = en_hash_leaf(en_slice_of(bytes, sizeof bytes));
    for (size_t cut = 0; cut <= sizeof bytes; cut += 13) {
        struct en_hash_stream stream;
        en_hash_leaf_begin(&stream);
        en_hash_add(&stream, en_slice_of(bytes, cut));
        struct en_hash_stream fork = stream;
        en_hash_add(&stream, en_slice_of(bytes + cut, sizeof bytes - cut));
        en_hash_add(&fork, en_slice_of(bytes + cut, sizeof bytes - cut));
        struct en_hash hash = en_hash_end(&stream);
        struct en_hash forked = en_hash_end(&fork);
        assert_true(en_hash_equal(&hash, &whole));
        assert_true(en_hash_equal(&forked, &whole));
    }
}

static void test_hash_hex_round_trips_and_refuses(void **state)
{
    (void)state;
    struct en_hash hash = en_hash_of(en_slice_text("x"));
    char hex[EN_HASH_HEX_SIZE];
    en_hash_print(&hash, hex);
    struct en_hash parsed = {{0}};
    assert_true(en_hash_parse(en_slice_text(hex), &parsed));
    assert_true(en_hash_equal(&hash, &parsed));
    assert_false(en_hash_parse(en_slice_of(hex, 63), &parsed));
    hex[5] = 'g';
    assert_false(en_hash_parse(en_slice_text(hex), &parsed));
    assert_true(en_hash_equal(&hash, &parsed));
}

static void test_crc32c_twins_agree(void **state)
{
    (void)state;
    /* RFC 3720 B.4: the check value and 32 zeros. */
    static const uint8_t zeros[32];
    assert_int_equal(en_crc32c(0, en_slice_text("123456789")), 0xe3069283);
    assert_int_equal(en_crc32c(0, en_slice_of(zeros, sizeof zeros)), 0x8a9136aa);
    uint8_t bytes[257];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * i + 3);
    }
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct en_slice view = en_slice_of(bytes, size);
        uint32_t crc = en_crc32c(0, view);
        assert_int_equal(crc, en_crc32c_portable(0, view));
        uint32_t first = en_crc32c(0, en_slice_of(bytes, size / 3));
        assert_int_equal(crc, en_crc32c(first, en_slice_of(bytes + size / 3, size - size / 3)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_is_sha256),
        cmocka_unit_test(test_hash_leaf_and_node_are_rfc9162),
        cmocka_unit_test(test_hash_stream_equals_whole),
        cmocka_unit_test(test_hash_hex_round_trips_and_refuses),
        cmocka_unit_test(test_crc32c_twins_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
