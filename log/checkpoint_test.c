#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "log/checkpoint.h"

/* A head of the Go checksum database, signed by its own key: proof that the format is not only
 * ours.
 */
#define GO_KEY "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
#define GO_NOTE                                                                                    \
    "go.sum database tree\n"                                                                       \
    "20852163\n"                                                                                   \
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"                                               \
    "\n"                                                                                           \
    "\xe2\x80\x94 sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q" \
    "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"

static void test_checkpoint_of_another_log_is_verified(void **state)
{
    (void)state;
    struct en_sign_public key;
    struct en_checkpoint checkpoint;
    struct en_error err = {0};
    assert_int_equal(en_sign_public_parse(en_slice_text(GO_KEY), &key, NULL), EN_OK);
    en_code code = en_checkpoint_verify(en_slice_text(GO_NOTE), &key, &checkpoint, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, EN_OK);
    assert_string_equal(checkpoint.origin, "go.sum database tree");
    assert_int_equal(checkpoint.size, 20852163);
}

struct fixture {
    struct en_sign_private key;
    struct en_checkpoint checkpoint;
    struct en_buf note;
};

static void begin(struct fixture *fixture)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {1};
    *fixture = (struct fixture){.checkpoint = {"energy.example/main", 1234567, {{9, 8, 7}}}};
    assert_int_equal(en_sign_of_seed("energy.example/main", seed, &fixture->key, NULL), EN_OK);
    en_buf_init(&fixture->note, EN_CHECKPOINT_SIZE_MAX);
    assert_int_equal(en_checkpoint_sign(&fixture->checkpoint, &fixture->key, &fixture->note, NULL),
                     EN_OK);
}

static void test_checkpoint_round_trip(void **state)
{
    (void)state;
    struct fixture fixture;
    struct en_checkpoint found;
    begin(&fixture);
    assert_int_equal(
        en_checkpoint_verify(en_buf_slice(&fixture.note), &fixture.key.public, &found, NULL),
        EN_OK);
    assert_string_equal(found.origin, "energy.example/main");
    assert_int_equal(found.size, 1234567);
    assert_true(en_hash_equal(&found.root, &fixture.checkpoint.root));
    en_buf_fini(&fixture.note);
}

static void test_checkpoint_changed_or_cut_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    struct en_checkpoint found;
    begin(&fixture);
    struct en_slice note = en_buf_slice(&fixture.note);
    for (size_t bit = 0; bit < note.size * 8; bit++) {
        fixture.note.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        en_code code = en_checkpoint_verify(note, &fixture.key.public, &found, NULL);
        assert_true(code == EN_MALFORMED || code == EN_MISMATCH);
        fixture.note.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t size = 0; size < note.size; size++) {
        en_code code =
            en_checkpoint_verify(en_slice_of(note.bytes, size), &fixture.key.public, &found, NULL);
        assert_true(code == EN_MALFORMED || code == EN_MISMATCH);
    }
    en_buf_fini(&fixture.note);
}

/* Witnesses add lines; they do not spoil the log's own. */
static void test_checkpoint_may_bear_other_signatures(void **state)
{
    (void)state;
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {2};
    struct fixture fixture;
    struct en_sign_private witness;
    struct en_checkpoint found;
    begin(&fixture);
    en_buf_text(&fixture.note, "\xe2\x80\x94 witness.example AAAAAAAA\n");
    assert_int_equal(
        en_checkpoint_verify(en_buf_slice(&fixture.note), &fixture.key.public, &found, NULL),
        EN_OK);
    assert_int_equal(en_sign_of_seed("witness.example", seed, &witness, NULL), EN_OK);
    assert_int_equal(
        en_checkpoint_verify(en_buf_slice(&fixture.note), &witness.public, &found, NULL),
        EN_MISMATCH);
    en_buf_fini(&fixture.note);
}

static void test_checkpoint_refuses_what_is_not_one(void **state)
{
    (void)state;
#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    static const struct {
        const char *note;
        en_code code;
    } cases[] = {
        {"a\n0\n" ROOT "\n", EN_OK},
        {"a\n18446744073709551615\n" ROOT "an extension\n\n", EN_OK},
        {"a\n18446744073709551616\n" ROOT "\n", EN_MALFORMED},
        {"a\n01\n" ROOT "\n", EN_MALFORMED},
        {"a\n-1\n" ROOT "\n", EN_MALFORMED},
        {"a\n\n" ROOT "\n", EN_MALFORMED},
        {"\n1\n" ROOT "\n", EN_MALFORMED},
        {" a\n1\n" ROOT "\n", EN_MALFORMED},
        {"a\t\n1\n" ROOT "\n", EN_MALFORMED},
        {"a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n\n", EN_MALFORMED},
        {"a\n1\n47DEQpj8\n\n", EN_MALFORMED},
        {"a\n1\n" ROOT, EN_MALFORMED},
        {"", EN_MALFORMED},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_checkpoint found;
        assert_int_equal(en_checkpoint_parse(en_slice_text(cases[i].note), &found, NULL),
                         cases[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoint_of_another_log_is_verified),
        cmocka_unit_test(test_checkpoint_round_trip),
        cmocka_unit_test(test_checkpoint_changed_or_cut_is_refused),
        cmocka_unit_test(test_checkpoint_may_bear_other_signatures),
        cmocka_unit_test(test_checkpoint_refuses_what_is_not_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
