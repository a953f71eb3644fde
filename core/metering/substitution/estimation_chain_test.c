#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/rule/rule.h"
#include "core/metering/substitution/estimation_chain.h"

static en_code parse(const char *text, struct en_estimation_chain *chain)
{
    struct en_error err;
    return en_estimation_chain_parse(en_slice_text(text), chain, &err);
}

static void test_chain_takes_defaults_of_each_method(void **state)
{
    (void)state;
    struct en_estimation_chain chain;
    assert_int_equal(parse("E-07; E-01; E-02 n=4 class=weekday; E-04 span=7 step=0.001", &chain),
                     EN_OK);
    assert_int_equal(chain.count, 4);
    assert_int_equal(chain.steps[0].method, EN_METHOD_ZERO);
    assert_int_equal(chain.steps[1].minutes_max, 120);
    assert_int_equal(chain.steps[2].count, 4);
    assert_int_equal(chain.steps[2].count_min, 1);
    assert_int_equal(chain.steps[2].back_days, 366);
    assert_int_equal(chain.steps[2].by, EN_LIKEDAY_WEEKDAY);
    assert_int_equal(chain.steps[3].span_days, 7);
    assert_int_equal(chain.steps[3].unit, 1000);
    assert_int_equal(chain.steps[3].count, 3);
}

static void test_chain_presets_read(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (; en_estimation_preset_at(count) != NULL; count++) {
        const struct en_estimation_preset *preset = en_estimation_preset_at(count);
        struct en_estimation_chain chain;
        struct en_estimation_chain by_name;
        struct en_buf a;
        struct en_buf b;
        en_buf_init(&a, 4096);
        en_buf_init(&b, 4096);
        assert_int_equal(parse(preset->text, &chain), EN_OK);
        assert_int_equal(parse(preset->name, &by_name), EN_OK);
        en_estimation_chain_print(&chain, &a);
        en_estimation_chain_print(&by_name, &b);
        assert_true(en_slice_equal(en_buf_slice(&a), en_buf_slice(&b)));
        assert_true(preset->about[0][0] != '\0' && preset->about[1][0] != '\0');
        en_buf_fini(&a);
        en_buf_fini(&b);
    }
    assert_int_equal(count, 7);
}

/* What a named chain of rule CHAIN lists is what its steps are, each method once. */
static void test_chain_presets_are_those_of_the_rule(void **state)
{
    (void)state;
    for (int64_t name = EN_CHAIN_UBP; name < EN_CHAINS_COUNT; name++) {
        const struct en_estimation_preset *preset = en_estimation_preset_at((uint32_t)name - 1);
        struct en_rule_values values = {.rule = EN_RULE_CHAIN};
        en_rule_id listed[EN_RULE_LIST_MAX];
        struct en_estimation_chain chain;
        uint32_t methods = 0;
        uint32_t seen = 0;
        values.at[EN_CHAIN_NAME] = name;
        uint32_t count = en_rule_chain(&values, listed);
        assert_int_equal(parse(preset->name, &chain), EN_OK);
        for (uint32_t i = 0; i < chain.count; i++) {
            const char *id = en_method_id(chain.steps[i].method);
            if ((seen >> chain.steps[i].method & 1u) == 0) {
                assert_true(methods < count);
                assert_string_equal(en_rule_of(listed[methods++])->name, id);
                seen |= 1u << chain.steps[i].method;
            }
        }
        assert_int_equal(methods, count);
    }
}

static void test_chain_prints_what_is_not_usual(void **state)
{
    (void)state;
    struct en_estimation_chain chain;
    struct en_buf text;
    en_buf_init(&text, 4096);
    assert_int_equal(parse("E-01  max=120 ;E-02 n=3 back=31;E-05 step=0.01", &chain), EN_OK);
    en_estimation_chain_print(&chain, &text);
    assert_true(
        en_slice_equal(en_buf_slice(&text), en_slice_text("E-01; E-02 back=31; E-05 step=0.01")));
    en_buf_fini(&text);
}

static void test_chain_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
    } rows[] = {
        {"", EN_NOT_FOUND},
        {"E-16", EN_NOT_FOUND},
        {"E-01;;E-02", EN_NOT_FOUND},
        {"E-01 n=3", EN_NOT_FOUND},
        {"E-02 class=month", EN_NOT_FOUND},
        {"E-02 days", EN_NOT_FOUND},
        {"E-12", EN_RANGE},
        {"E-13", EN_RANGE},
        {"E-14", EN_RANGE},
        {"E-01 max=0", EN_RANGE},
        {"E-02 n=65", EN_RANGE},
        {"E-02 n=2 min=3", EN_RANGE},
        {"E-04 step=0", EN_RANGE},
        {"E-01 max=", EN_MALFORMED},
        {"E-01 max=-1", EN_MALFORMED},
        {"E-01 max=9999999999", EN_MALFORMED},
        {"E-04 step=x", EN_MALFORMED},
        {"E-07;E-07;E-07;E-07;E-07;E-07;E-07;E-07;E-07;E-07;E-07;E-07;E-07", EN_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct en_estimation_chain chain = {.count = 99};
        assert_int_equal(parse(rows[i].text, &chain), rows[i].code);
        assert_int_equal(chain.count, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_takes_defaults_of_each_method),
        cmocka_unit_test(test_chain_presets_read),
        cmocka_unit_test(test_chain_presets_are_those_of_the_rule),
        cmocka_unit_test(test_chain_prints_what_is_not_usual),
        cmocka_unit_test(test_chain_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
