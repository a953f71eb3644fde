#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/quality.h"

static void test_quality_has_the_stored_layout(void **state)
{
    (void)state;
    assert_true(EN_QUALITY_GAP == UINT64_C(0x100));
    assert_true(EN_QUALITY_MANUAL_VERIFIED == UINT64_C(1) << 39);
    assert_true(EN_QUALITY_ROLLOVER == UINT64_C(1) << 36);
    uint64_t quality = en_quality_with_source(EN_QUALITY_MISSING, EN_SOURCE_EST_BALANCE);
    quality = en_quality_with_verdict(quality, EN_VERDICT_REJECTED);
    quality = en_quality_with_fiscal(quality, EN_FISCAL_FROZEN);
    assert_true(quality == (13u | 3u << 4 | 2u << 6));
    assert_int_equal(en_quality_source(quality), EN_SOURCE_EST_BALANCE);
    assert_int_equal(en_quality_verdict(quality), EN_VERDICT_REJECTED);
    assert_int_equal(en_quality_fiscal(quality), EN_FISCAL_FROZEN);
    assert_true(en_quality_is_missing(EN_QUALITY_GAP));
    assert_false(en_quality_is_usable(quality));
    assert_true(en_quality_is_usable(EN_QUALITY_MEASURED));
}

static void test_sources_rank_as_the_rule_says(void **state)
{
    (void)state;
    static const en_source order[15] = {1, 2, 3, 6, 7, 4, 5, 8, 13, 9, 11, 10, 12, 14, 0};
    for (unsigned i = 0; i < 15; i++) {
        assert_int_equal(en_source_rank(order[i]), i);
    }
}

static void test_quality_merge_keeps_the_worst(void **state)
{
    (void)state;
    uint64_t measured = en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_VALID);
    uint64_t estimate = en_quality_with_verdict(EN_SOURCE_EST_INTERP, EN_VERDICT_SUSPECT) |
                        EN_QUALITY_SPIKE | ((uint64_t)EN_FISCAL_FROZEN << 6);
    uint64_t merged = en_quality_merge(measured, estimate);
    assert_int_equal(en_quality_source(merged), EN_SOURCE_DERIVED);
    assert_int_equal(en_quality_worst_source(merged), EN_SOURCE_EST_INTERP);
    assert_int_equal(en_quality_verdict(merged), EN_VERDICT_SUSPECT);
    assert_int_equal(en_quality_fiscal(merged), EN_FISCAL_OPEN);
    assert_true(en_quality_flags(merged) == EN_QUALITY_SPIKE);
}

static void test_quality_merge_is_an_algebra(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 20000; i++) {
        uint64_t q[3];
        for (int k = 0; k < 3; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            q[k] = (seed >> 13) & ((UINT64_C(1) << 40) - 1);
            if (en_quality_source(q[k]) == EN_SOURCE_DERIVED) {
                q[k] |= ((seed >> 55) % 15) << EN_QUALITY_WORST_SHIFT;
            }
        }
        assert_true(en_quality_merge(q[0], q[1]) == en_quality_merge(q[1], q[0]));
        assert_true(en_quality_merge(en_quality_merge(q[0], q[1]), q[2]) ==
                    en_quality_merge(q[0], en_quality_merge(q[1], q[2])));
        assert_true(en_quality_merge(q[0], q[0]) == en_quality_derive(q[0]));
        assert_true(en_quality_derive(en_quality_derive(q[0])) == en_quality_derive(q[0]));
    }
}

static void test_quality_names_go_both_ways(void **state)
{
    (void)state;
    struct en_error err = {0};
    for (unsigned i = 0; i < 16; i++) {
        en_source source = EN_SOURCE_NONE;
        assert_int_equal(
            en_source_parse(en_slice_text(en_source_name((en_source)i)), &source, &err), EN_OK);
        assert_int_equal(source, i);
    }
    for (unsigned i = 0; i < 4; i++) {
        en_verdict verdict = EN_VERDICT_VALID;
        en_fiscal fiscal = EN_FISCAL_OPEN;
        assert_int_equal(
            en_verdict_parse(en_slice_text(en_verdict_name((en_verdict)i)), &verdict, &err), EN_OK);
        assert_int_equal(verdict, i);
        assert_int_equal(
            en_fiscal_parse(en_slice_text(en_fiscal_name((en_fiscal)i)), &fiscal, &err), EN_OK);
        assert_int_equal(fiscal, i);
    }
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        uint64_t flag = 0;
        assert_int_equal(en_quality_flag_parse(en_slice_text(en_quality_flag_name(i)), &flag, &err),
                         EN_OK);
        assert_true(flag == EN_QUALITY_FLAG(i));
        assert_true(strlen(en_quality_flag_about(i)) > 0);
    }
    uint64_t flag = 5;
    assert_int_equal(en_quality_flag_parse(en_slice_text("gap"), &flag, &err), EN_NOT_FOUND);
    assert_true(flag == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quality_has_the_stored_layout),
        cmocka_unit_test(test_sources_rank_as_the_rule_says),
        cmocka_unit_test(test_quality_merge_keeps_the_worst),
        cmocka_unit_test(test_quality_merge_is_an_algebra),
        cmocka_unit_test(test_quality_names_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
