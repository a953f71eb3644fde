/* The tree against the golden roots of Certificate Transparency's eight test leaves, and against a
 * second, recursive writing of RFC 9162 for every size up to 130. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "log/merkle.h"

#define LEAVES_MAX 130u

static struct en_hash leaves[LEAVES_MAX];

static int make_leaves(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LEAVES_MAX; i++) {
        uint8_t entry[2] = {(uint8_t)i, (uint8_t)(i * 7)};
        leaves[i] = en_hash_leaf(en_slice_of(entry, sizeof entry));
    }
    return 0;
}

static uint64_t split_of(uint64_t count)
{
    uint64_t k = 1;
    while (k * 2 < count) {
        k *= 2;
    }
    return k;
}

/* RFC 9162 2.1.1, word for word. */
static struct en_hash oracle_root(const struct en_hash *from, uint64_t count)
{
    if (count == 0) {
        return en_hash_of(en_slice_of(NULL, 0));
    }
    if (count == 1) {
        return from[0];
    }
    uint64_t k = split_of(count);
    struct en_hash left = oracle_root(from, k);
    struct en_hash right = oracle_root(from + k, count - k);
    return en_hash_node(&left, &right);
}

/* 2.1.3.1 */
static void oracle_path(uint64_t index, const struct en_hash *from, uint64_t count,
                        struct en_merkle_proof *proof)
{
    if (count <= 1) {
        return;
    }
    uint64_t k = split_of(count);
    if (index < k) {
        oracle_path(index, from, k, proof);
        proof->hashes[proof->count++] = oracle_root(from + k, count - k);
    } else {
        oracle_path(index - k, from + k, count - k, proof);
        proof->hashes[proof->count++] = oracle_root(from, k);
    }
}

/* 2.1.4.1 */
static void oracle_subproof(uint64_t old, const struct en_hash *from, uint64_t count, bool is_whole,
                            struct en_merkle_proof *proof)
{
    if (old == count) {
        if (!is_whole) {
            proof->hashes[proof->count++] = oracle_root(from, count);
        }
        return;
    }
    uint64_t k = split_of(count);
    if (old <= k) {
        oracle_subproof(old, from, k, is_whole, proof);
        proof->hashes[proof->count++] = oracle_root(from + k, count - k);
    } else {
        oracle_subproof(old - k, from + k, count - k, false, proof);
        proof->hashes[proof->count++] = oracle_root(from, k);
    }
}

static en_code span_of_leaves(void *self, uint32_t level, uint64_t index, struct en_hash *root,
                              struct en_error *err)
{
    (void)err;
    uint64_t *size = self;
    assert_true((index + 1) << level <= *size);
    *root = oracle_root(leaves + (index << level), UINT64_C(1) << level);
    return EN_OK;
}

static void assert_same_hash(const struct en_hash *a, const struct en_hash *b)
{
    assert_memory_equal(a->bytes, b->bytes, EN_HASH_SIZE);
}

static void assert_same_proof(const struct en_merkle_proof *a, const struct en_merkle_proof *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_same_hash(&a->hashes[i], &b->hashes[i]);
    }
}

/* The vectors that Certificate Transparency implementations share. */
static void test_merkle_has_the_golden_roots(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[16];
        size_t size;
    } entries[] = {
        {{0}, 0},
        {{0x00}, 1},
        {{0x10}, 1},
        {{0x20, 0x21}, 2},
        {{0x30, 0x31}, 2},
        {{0x40, 0x41, 0x42, 0x43}, 4},
        {{0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57}, 8},
        {{0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e,
          0x6f},
         16},
    };
    static const char *const roots[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    struct en_merkle_edge edge = {0};
    struct en_span spans[EN_MERKLE_LEVELS];
    for (size_t size = 0; size < EN_COUNT_OF(roots); size++) {
        char hex[EN_HASH_HEX_SIZE];
        struct en_hash root = en_merkle_edge_root(&edge);
        en_hash_print(&root, hex);
        assert_string_equal(hex, roots[size]);
        if (size < EN_COUNT_OF(entries)) {
            struct en_hash leaf =
                en_hash_leaf(en_slice_of(entries[size].bytes, entries[size].size));
            assert_int_equal(en_merkle_edge_add(&edge, &leaf, spans), 0);
        }
    }
}

static void test_merkle_edge_is_the_root_of_every_size(void **state)
{
    (void)state;
    struct en_merkle_edge edge = {0};
    struct en_span spans[EN_MERKLE_LEVELS];
    for (uint64_t size = 0; size < LEAVES_MAX; size++) {
        struct en_hash root = en_merkle_edge_root(&edge);
        struct en_hash expected = oracle_root(leaves, size);
        assert_same_hash(&root, &expected);
        struct en_merkle_edge found;
        struct en_merkle_source source = {&size, span_of_leaves};
        assert_int_equal(en_merkle_edge_at(&source, size, &found, NULL), EN_OK);
        root = en_merkle_edge_root(&found);
        assert_same_hash(&root, &expected);
        (void)en_merkle_edge_add(&edge, &leaves[size], spans);
    }
}

static void test_merkle_tells_completed_spans(void **state)
{
    (void)state;
    struct en_merkle_edge edge = {0};
    struct en_span spans[EN_MERKLE_LEVELS];
    uint64_t told = 0;
    for (uint64_t size = 1; size <= 4096; size++) {
        uint32_t count = en_merkle_edge_add(&edge, &leaves[size % LEAVES_MAX], spans);
        told += count;
        assert_int_equal(count, size % 4096 == 0   ? 3
                                : size % 2048 == 0 ? 2
                                : size % 1024 == 0 ? 1
                                                   : 0);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(spans[i].level, EN_SPAN_LEVEL_MIN + i);
            assert_int_equal(spans[i].end, size);
        }
    }
    assert_true(told <= EN_SPANS_MAX(4096));
    assert_same_hash(&spans[2].root, &edge.nodes[12]);
}

static void test_merkle_inclusion_is_that_of_the_rfc(void **state)
{
    (void)state;
    for (uint64_t size = 1; size < LEAVES_MAX; size++) {
        struct en_hash root = oracle_root(leaves, size);
        struct en_merkle_source source = {&size, span_of_leaves};
        for (uint64_t index = 0; index < size; index++) {
            struct en_merkle_proof proof;
            struct en_merkle_proof expected = {0};
            assert_int_equal(en_merkle_inclusion(&source, index, size, &proof, NULL), EN_OK);
            oracle_path(index, leaves, size, &expected);
            assert_same_proof(&proof, &expected);
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, index, size, &leaves[index], &root, NULL),
                EN_OK);
        }
    }
}

static void test_merkle_refuses_other_inclusions(void **state)
{
    (void)state;
    for (uint64_t size = 2; size < 40; size++) {
        struct en_hash root = oracle_root(leaves, size);
        struct en_merkle_source source = {&size, span_of_leaves};
        for (uint64_t index = 0; index < size; index++) {
            struct en_merkle_proof proof;
            assert_int_equal(en_merkle_inclusion(&source, index, size, &proof, NULL), EN_OK);
            uint64_t other = (index + 1) % size;
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, other, size, &leaves[index], &root, NULL),
                EN_MISMATCH);
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, index, size, &leaves[other], &root, NULL),
                EN_MISMATCH);
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, size, size, &leaves[index], &root, NULL),
                EN_MISMATCH);
            proof.hashes[0].bytes[5] ^= 1;
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, index, size, &leaves[index], &root, NULL),
                EN_MISMATCH);
            proof.hashes[0].bytes[5] ^= 1;
            proof.count--;
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, index, size, &leaves[index], &root, NULL),
                EN_MISMATCH);
            proof.count += 2;
            proof.hashes[proof.count - 1] = root;
            assert_int_equal(
                en_merkle_inclusion_verify(&proof, index, size, &leaves[index], &root, NULL),
                EN_MISMATCH);
        }
    }
}

static void test_merkle_consistency_is_that_of_the_rfc(void **state)
{
    (void)state;
    for (uint64_t size = 1; size < LEAVES_MAX; size++) {
        struct en_hash root = oracle_root(leaves, size);
        struct en_merkle_source source = {&size, span_of_leaves};
        for (uint64_t old_size = 1; old_size <= size; old_size++) {
            struct en_hash old_root = oracle_root(leaves, old_size);
            struct en_merkle_proof proof;
            struct en_merkle_proof expected = {0};
            assert_int_equal(en_merkle_consistency(&source, old_size, size, &proof, NULL), EN_OK);
            oracle_subproof(old_size, leaves, size, true, &expected);
            assert_same_proof(&proof, &expected);
            assert_int_equal(
                en_merkle_consistency_verify(&proof, old_size, size, &old_root, &root, NULL),
                EN_OK);
            old_root.bytes[31] ^= 1;
            assert_int_equal(
                en_merkle_consistency_verify(&proof, old_size, size, &old_root, &root, NULL),
                EN_MISMATCH);
        }
    }
}

static void test_merkle_consistency_has_its_edges(void **state)
{
    (void)state;
    struct en_merkle_proof none = {0};
    struct en_hash empty = oracle_root(leaves, 0);
    struct en_hash root = oracle_root(leaves, 7);
    assert_int_equal(en_merkle_consistency_verify(&none, 0, 7, &empty, &root, NULL), EN_OK);
    assert_int_equal(en_merkle_consistency_verify(&none, 0, 7, &root, &root, NULL), EN_MISMATCH);
    assert_int_equal(en_merkle_consistency_verify(&none, 7, 7, &root, &root, NULL), EN_OK);
    assert_int_equal(en_merkle_consistency_verify(&none, 7, 7, &empty, &root, NULL), EN_MISMATCH);
    assert_int_equal(en_merkle_consistency_verify(&none, 8, 7, &root, &root, NULL), EN_MISMATCH);
    assert_int_equal(en_merkle_consistency_verify(&none, 4, 7, &root, &root, NULL), EN_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merkle_has_the_golden_roots),
        cmocka_unit_test(test_merkle_edge_is_the_root_of_every_size),
        cmocka_unit_test(test_merkle_tells_completed_spans),
        cmocka_unit_test(test_merkle_inclusion_is_that_of_the_rfc),
        cmocka_unit_test(test_merkle_refuses_other_inclusions),
        cmocka_unit_test(test_merkle_consistency_is_that_of_the_rfc),
        cmocka_unit_test(test_merkle_consistency_has_its_edges),
    };
    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
