#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/decimal.h"
#include "core/metering/formula/formula_eval.h"
#include "core/metering/formula/formula_explain.h"
#include "core/metering/formula/formula_print.h"
#include "core/metering/formula/formula_unit.h"
#include "core/metering/quality.h"

#define ARENA_SIZE_MAX ((size_t)8 << 20)
#define HOUR 3600u
#define REFS_MAX 8u
#define VALID                                                                                      \
    ((uint64_t)EN_SOURCE_MEASURED | (uint64_t)EN_VERDICT_VALID << EN_QUALITY_VERDICT_SHIFT)

static struct en_arena arena;

static int set_up(void **state)
{
    (void)state;
    en_arena_init(&arena, ARENA_SIZE_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    en_arena_fini(&arena);
    return 0;
}

/* The channels of a corrector; everything else is a plain number. */
static en_code unit_of_ref(void *context, const struct en_formula_ref *ref, en_unit *unit,
                           struct en_error *err)
{
    (void)context;
    (void)err;
    int power = 0;
    if (en_unit_parse(ref->name, unit, &power, NULL) != EN_OK) {
        *unit = EN_UNIT_NONE;
    }
    return EN_OK;
}

static en_code unit_of_param(void *context, struct en_slice name, en_unit *unit,
                             struct en_error *err)
{
    (void)context;
    (void)name;
    (void)err;
    *unit = EN_UNIT_NONE;
    return EN_OK;
}

static const struct en_formula_units units = {
    .slot_seconds = HOUR, .of_ref = unit_of_ref, .of_param = unit_of_param};

struct outcome {
    int64_t micro;
    uint64_t quality;
    en_unit unit;
};

/* The formula over one slot; values in the order of first mention. */
static struct outcome compute(const char *text, const char *const *given, uint64_t quality)
{
    struct en_formula formula;
    struct en_formula_program program;
    struct en_error err = {0};
    struct outcome outcome = {0, 0, EN_UNIT_NONE};
    struct en_formula_binding binding = {.slot_seconds = HOUR};
    struct en_formula_day days[REFS_MAX];
    int64_t values[REFS_MAX];
    uint64_t qualities[REFS_MAX];
    if (en_formula_parse(en_slice_text(text), &arena, &formula, NULL, &err) != EN_OK ||
        en_formula_check(&formula, &units, &outcome.unit, NULL, &err) != EN_OK ||
        en_formula_compile(&formula, &binding, &arena, &program, &err) != EN_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    for (uint32_t i = 0; i < formula.refs_count; i++) {
        assert_true(en_micro_parse(en_slice_text(given[i]), &values[i], NULL) == EN_OK);
        qualities[i] = quality;
        days[i] = (struct en_formula_day){&values[i], &qualities[i], 1};
    }
    struct en_formula_result result = {.values = &outcome.micro, .qualities = &outcome.quality};
    assert_true(en_formula_eval(&program, days, 1, &arena, &result, &err) == EN_OK);
    return outcome;
}

static void test_x_01_as_a_formula(void **state)
{
    (void)state;
    struct outcome got = compute("gas_standard(@m3.V, @kPa.P, @C.T, @x.K)",
                                 (const char *const[]){"1000", "350", "5", "0.995"}, VALID);
    assert_true(got.unit == EN_UNIT_M3);
    assert_true(got.micro == INT64_C(3658804339));
    assert_true(en_quality_verdict(got.quality) == EN_VERDICT_VALID);
    assert_true(en_quality_source(got.quality) == EN_SOURCE_DERIVED);
}

static void test_x_02_as_a_formula(void **state)
{
    (void)state;
    struct outcome got =
        compute("heat(@t.M, @C.T, 600, 70, 600)", (const char *const[]){"100", "95"}, VALID);
    assert_true(got.unit == EN_UNIT_GJ);
    assert_true(got.micro == 10492848);
    /* Nothing drawn off: the cold water does not matter. */
    struct outcome open = compute("heat_open(@t.M, @C.T, 600, @t.M, 70, 600, 5, 300)",
                                  (const char *const[]){"100", "95"}, VALID);
    assert_true(open.micro == got.micro);
    open = compute("heat_open(@t.M, @C.T, 600, @t.M * 0.9, 70, 600, 5, 300)",
                   (const char *const[]){"100", "95"}, VALID);
    assert_true(open.micro == 13214507); /* + 10 t * (293.483061 - 21.317117) kJ/kg */
}

static void test_x_03_as_a_formula(void **state)
{
    (void)state;
    struct outcome got =
        compute("steam_saturated(@t.D, 1000, 20, 300)", (const char *const[]){"10"}, VALID);
    assert_true(got.unit == EN_UNIT_GJ);
    /* 10 t * (2777.119538 - 84.194566) kJ/kg */
    assert_true(got.micro > 26925000 && got.micro < 26932000);
    struct outcome hot =
        compute("steam(@t.D, 250, 1000, 20, 300)", (const char *const[]){"10"}, VALID);
    assert_true(hot.micro > got.micro);
}

static void test_mass_of_a_volume_as_a_formula(void **state)
{
    (void)state;
    struct outcome got = compute("water_mass(@m3.V, 95, 600)", (const char *const[]){"100"}, VALID);
    assert_true(got.unit == EN_UNIT_T);
    assert_true(got.micro == 96212552); /* 962.125515 kg/m3 */
}

static void test_x_08_close_temperatures_are_suspect(void **state)
{
    (void)state;
    struct outcome got =
        compute("heat(@t.M, 52.9, 600, 50, 600)", (const char *const[]){"100"}, VALID);
    assert_true(en_quality_verdict(got.quality) == EN_VERDICT_SUSPECT);
    got = compute("heat(@t.M, 53, 600, 50, 600)", (const char *const[]){"100"}, VALID);
    assert_true(en_quality_verdict(got.quality) == EN_VERDICT_VALID);
}

static void test_x_09_as_a_formula(void **state)
{
    (void)state;
    struct outcome got = compute("(@t.M1 * @C.T1 + @t.M2 * @C.T2) / (@t.M1 + @t.M2)",
                                 (const char *const[]){"10", "90", "30", "70"}, VALID);
    assert_true(got.unit == EN_UNIT_DEGC);
    assert_true(got.micro == 75000000);
}

static void test_states_that_nothing_has_are_missing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "gas_standard(@m3.V, 0, 5, 1)", "gas_standard(@m3.V, 100, -274, 1)",
        "gas_standard(@m3.V, 100, 5, 0)", "heat(@t.M, 110, 101, 70, 101)", /* boiled away */
    };
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        struct outcome got = compute(texts[i], (const char *const[]){"1"}, VALID);
        assert_true(en_quality_is_missing(got.quality));
        assert_true(en_quality_verdict(got.quality) == EN_VERDICT_REJECTED);
        assert_true((got.quality & EN_QUALITY_GAP) != 0);
        assert_true(got.micro == 0);
    }
}

static void test_a_missing_argument_makes_the_state_missing(void **state)
{
    (void)state;
    struct outcome got =
        compute("gas_standard(@m3.V, 350, 5, 1)", (const char *const[]){"1"}, EN_QUALITY_MISSING);
    assert_true(en_quality_is_missing(got.quality));
    assert_true(en_quality_verdict(got.quality) == EN_VERDICT_NOT_VALIDATED);
}

static void test_arguments_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {"gas_standard(@kWh.V, 350, 5, 1)", "argument 1 of gas_standard is m3, not kWh"},
        {"gas_standard(@m3.V, @C.T, 5, 1)", "argument 2 of gas_standard is kPa, not degC"},
        {"heat(@t.M, 95, 600, 70, @t.M)", "argument 5 of heat is kPa, not t"},
        {"steam(@t.M, 95, 600, 70, 600) + @kWh.A", "cannot be added"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_formula formula;
        struct en_error err = {0};
        en_unit unit = EN_UNIT_NONE;
        assert_true(en_formula_parse(en_slice_text(rows[i].text), &arena, &formula, NULL, &err) ==
                    EN_OK);
        assert_true(en_formula_check(&formula, &units, &unit, NULL, &err) == EN_UNIT);
        assert_non_null(strstr(err.text, rows[i].why));
    }
}

static void test_functions_of_states_are_read_and_printed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "gas_standard(@a.V, @a.P, @a.T, @a.K)",
        "heat(@a.M1, @a.T1, @a.P1, @a.T2, @a.P2) - @a.Q",
        "heat_open(@a.M1, @a.T1, @a.P1, @a.M2, @a.T2, @a.P2, 5, 300)",
        "steam(@a.D, @a.T, @a.P, 80, 300) + steam_saturated(@b.D, @b.P, 80, 300)",
    };
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        struct en_formula formula;
        struct en_error err = {0};
        struct en_buf buf;
        en_buf_init(&buf, 4096);
        assert_true(en_formula_parse(en_slice_text(texts[i]), &arena, &formula, NULL, &err) ==
                    EN_OK);
        en_formula_print(&formula, &buf);
        assert_true(en_slice_equal(en_buf_slice(&buf), en_slice_text(texts[i])));
        en_buf_fini(&buf);
    }
    struct en_formula formula;
    struct en_error err = {0};
    assert_true(en_formula_parse(en_slice_text("heat(@a.M1, 1, 2, 3)"), &arena, &formula, NULL,
                                 &err) == EN_MALFORMED);
    assert_non_null(strstr(err.text, "heat is written heat(M, t1, p1, t2, p2)"));
    assert_true(en_formula_parse(en_slice_text("heat_(@a.M1)"), &arena, &formula, NULL, &err) !=
                EN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x_01_as_a_formula),
        cmocka_unit_test(test_x_02_as_a_formula),
        cmocka_unit_test(test_x_03_as_a_formula),
        cmocka_unit_test(test_mass_of_a_volume_as_a_formula),
        cmocka_unit_test(test_x_08_close_temperatures_are_suspect),
        cmocka_unit_test(test_x_09_as_a_formula),
        cmocka_unit_test(test_states_that_nothing_has_are_missing),
        cmocka_unit_test(test_a_missing_argument_makes_the_state_missing),
        cmocka_unit_test(test_arguments_have_units),
        cmocka_unit_test(test_functions_of_states_are_read_and_printed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
