#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/decimal.h"
#include "core/metering/formula/formula_eval.h"
#include "core/metering/formula/formula_explain.h"
#include "core/metering/formula/formula_unit.h"
#include "core/metering/quality.h"
#include "core/metering/slots.h"

#define ARENA_SIZE_MAX ((size_t)64 << 20)
#define SERIES_MAX 8u
#define DAYS_MAX 40u
#define HALF_HOUR 1800u

#define VERDICT(name) ((uint64_t)EN_VERDICT_##name << EN_QUALITY_VERDICT_SHIFT)
#define WORST(name) ((uint64_t)EN_SOURCE_##name << EN_QUALITY_WORST_SHIFT)
#define SOURCE(name) ((uint64_t)EN_SOURCE_##name)
#define MEASURED (SOURCE(MEASURED) | VERDICT(VALID))
#define DERIVED (SOURCE(DERIVED) | WORST(MEASURED) | VERDICT(VALID))
#define NUMBER (SOURCE(DERIVED) | WORST(MEASURED)) /* the word of a written number */

/* One slot: names to values. */
struct given {
    const char *name;
    const char *value; /* decimal */
    uint64_t quality;
};

struct vector {
    const char *id;
    const char *formula;
    struct given given[SERIES_MAX];
    const char *value;
    uint64_t quality;
    uint32_t usable;
    uint32_t expected;
};

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

static int64_t micro(const char *text)
{
    int64_t value = 0;
    assert_int_equal(en_micro_parse(en_slice_text(text), &value, NULL), EN_OK);
    return value;
}

static en_code unit_of_any(void *context, const struct en_formula_ref *ref, en_unit *unit,
                           struct en_error *err)
{
    (void)context;
    (void)ref;
    (void)err;
    *unit = EN_UNIT_NONE;
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

static const struct en_formula_units any_units = {
    .slot_seconds = HALF_HOUR, .of_ref = unit_of_any, .of_param = unit_of_param};

static void prepare(const char *text, const struct en_formula_param_value *params,
                    struct en_formula *formula, struct en_formula_program *program)
{
    struct en_error err = {0};
    en_unit unit = EN_UNIT_NONE;
    struct en_formula_binding binding = {.slot_seconds = HALF_HOUR, .params = params};
    if (en_formula_parse(en_slice_text(text), &arena, formula, NULL, &err) != EN_OK ||
        en_formula_check(formula, &any_units, &unit, NULL, &err) != EN_OK ||
        en_formula_compile(formula, &binding, &arena, program, &err) != EN_OK) {
        fail_msg("%s: %s", text, err.text);
    }
}

static const struct given *given_of(const struct vector *vector, struct en_slice name)
{
    for (size_t i = 0; i < SERIES_MAX && vector->given[i].name != NULL; i++) {
        if (en_slice_equal(name, en_slice_text(vector->given[i].name))) {
            return &vector->given[i];
        }
    }
    fail_msg("%s: no value is given for an operand", vector->id);
    return NULL;
}

static void check_vector(const struct vector *vector)
{
    struct en_formula formula;
    struct en_formula_program program;
    struct en_error err = {0};
    int64_t values[DAYS_MAX];
    uint64_t qualities[DAYS_MAX];
    struct en_formula_day days[DAYS_MAX] = {0};
    prepare(vector->formula, NULL, &formula, &program);
    assert_true(program.days_count <= DAYS_MAX);
    for (uint32_t i = 0; i < formula.refs_count; i++) {
        const struct given *given = given_of(vector, formula.refs[i].name);
        values[i] = micro(given->value);
        qualities[i] = given->quality;
        days[program.operands[i].days_first] =
            (struct en_formula_day){&values[i], &qualities[i], 1};
    }
    int64_t value = -1;
    uint64_t quality = 0;
    uint32_t usable = 0;
    uint32_t expected = 0;
    struct en_formula_result result = {&value, &quality, &usable, &expected};
    assert_int_equal(en_formula_eval(&program, days, 1, &arena, &result, &err), EN_OK);
    char text[EN_DECIMAL_TEXT_SIZE];
    (void)en_micro_print(value, text);
    uint32_t expected_wanted = vector->expected > 0 ? vector->expected : 1;
    uint32_t usable_wanted =
        vector->expected > 0 ? vector->usable : !en_quality_is_missing(vector->quality);
    if (strcmp(text, vector->value) != 0 || quality != vector->quality || usable != usable_wanted ||
        expected != expected_wanted) {
        fail_msg("%s: %s = %s, quality %" PRIx64 " (wanted %s, %" PRIx64 "), %u of %u", vector->id,
                 vector->formula, text, quality, vector->value, vector->quality, usable, expected);
    }
    en_arena_reset(&arena);
}

#define GAP EN_QUALITY_GAP
#define EST(name, verdict) (SOURCE(EST_##name) | VERDICT(verdict))

/* C-05 has its event as a parameter-like series here: 1 where the bypass is on. */
static const struct vector vectors[] = {
    {"C-01",
     "@a+@b-@c",
     {{"a", "10", MEASURED}, {"b", "20", MEASURED}, {"c", "5", MEASURED}},
     "25",
     DERIVED,
     0,
     0},
    {"C-02",
     "@a+@b-@c",
     {{"a", "10", MEASURED}, {"b", "0", 0}, {"c", "5", MEASURED}},
     "0",
     GAP | VERDICT(VALID),
     0,
     0},
    {"C-03",
     "sum~(@a,@b,@c)",
     {{"a", "10", MEASURED}, {"b", "0", 0}, {"c", "5", MEASURED}},
     "15",
     DERIVED | EN_QUALITY_PARTIAL,
     2,
     3},
    {"C-04",
     "coalesce(@main,@check*101/100)",
     {{"main", "7", SOURCE(MEASURED) | VERDICT(REJECTED)}, {"check", "100", EST(CHECK, VALID)}},
     "101",
     EST(CHECK, VALID),
     0,
     0},
    {"C-05 on",
     "if(@on > 0, @f + @byp, @f)",
     {{"on", "1", MEASURED}, {"f", "500", MEASURED}, {"byp", "300", MEASURED}},
     "800",
     DERIVED,
     0,
     0},
    {"C-05 off",
     "if(@on > 0, @f + @byp, @f)",
     {{"on", "0", MEASURED | EN_QUALITY_LATE}, {"f", "500", MEASURED}, {"byp", "300", 0}},
     "500",
     DERIVED,
     0,
     0},
    {"C-06",
     "@a/@b",
     {{"a", "10", MEASURED}, {"b", "0", MEASURED}},
     "0",
     EN_QUALITY_ZERO | VERDICT(SUSPECT),
     0,
     0},
    {"B-04 bus",
     "@in - sum(@o1, @o2, @o3)",
     {{"in", "1250", MEASURED},
      {"o1", "430", MEASURED},
      {"o2", "380", MEASURED},
      {"o3", "420", MEASURED}},
     "20",
     DERIVED,
     0,
     0},
    {"B-11 commercial",
     "(@head - @users) - @technical",
     {{"head", "100000", MEASURED}, {"users", "91000", MEASURED}, {"technical", "5400", MEASURED}},
     "3600",
     DERIVED,
     0,
     0},
    {"B-12 reserve",
     "@one + @other",
     {{"one", "120", MEASURED}, {"other", "180", MEASURED}},
     "300",
     DERIVED,
     0,
     0},
    {"L-02 hour 1",
     "7.6 * (sq(@w) + sq(@v)) / sq(630) + 1.31",
     {{"w", "300", MEASURED}, {"v", "150", MEASURED}},
     "3.464195",
     DERIVED,
     0,
     0},
    {"L-02 hour 2",
     "7.6 * (sq(@w) + sq(@v)) / sq(630) + 1.31",
     {{"w", "400", MEASURED}, {"v", "200", MEASURED}},
     "5.13968",
     DERIVED,
     0,
     0},
    {"L-05 line",
     "(sq(@w) + sq(@v)) / sq(10.5) * 2.109 / 1000",
     {{"w", "1200", MEASURED}, {"v", "500", MEASURED}},
     "32.328435",
     DERIVED,
     0,
     0},
    /* rounding: once, at the end */
    {"thirds",
     "@a / 3 + @a / 3 + @a / 3",
     {{"a", "0.000001", MEASURED}},
     "0.000001",
     DERIVED,
     0,
     0},
    {"half up", "@a / 2", {{"a", "0.000001", MEASURED}}, "0.000001", DERIVED, 0, 0},
    {"half away", "@a / 2", {{"a", "-0.000001", MEASURED}}, "-0.000001", DERIVED, 0, 0},
    {"below half", "@a / 3", {{"a", "0.000001", MEASURED}}, "0", DERIVED, 0, 0},
    {"exact after min",
     "min(@a / 3, @b) * 3",
     {{"a", "1", MEASURED}, {"b", "1", MEASURED}},
     "1",
     DERIVED,
     0,
     0},
    {"share",
     "@a / (@a + @b) * @t",
     {{"a", "1", MEASURED}, {"b", "2", MEASURED}, {"t", "1000000", MEASURED}},
     "333333.333333",
     DERIVED,
     0,
     0},
    {"wide share",
     "@a * @b * @c / @d / @e",
     {{"a", "9000000000000", MEASURED},
      {"b", "8000000000000", MEASURED},
      {"c", "7000000000000", MEASURED},
      {"d", "8000000000000", MEASURED},
      {"e", "9000000000000", MEASURED}},
     "7000000000000",
     DERIVED,
     0,
     0},
    {"ratio", "@a * (200 / 5) * 10000 / 100", {{"a", "1.5", MEASURED}}, "6000", DERIVED, 0, 0},
    {"equal fractions", "if(@a / 3 * 3 = @a, 1, 0)", {{"a", "0.1", MEASURED}}, "1", NUMBER, 0, 0},
    /* what does not fit */
    {"overflow at the end",
     "@a * 10",
     {{"a", "9000000000000", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"overflow and back",
     "@a + @a - @a",
     {{"a", "9000000000000", MEASURED}},
     "9000000000000",
     DERIVED,
     0,
     0},
    {"sum beyond 64 bits",
     "(@a + @b + @c) / 4",
     {{"a", "9000000000000", MEASURED},
      {"b", "9000000000000", MEASURED},
      {"c", "9000000000000", MEASURED}},
     "6750000000000",
     DERIVED,
     0,
     0},
    {"overflow inside",
     "abs(@a * 999999999999999999) * 999999999999999999 / 3",
     {{"a", "9000000000000", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"overflow of a product",
     "sq(sq(@a))",
     {{"a", "9000000000000", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"overflow stays",
     "1 + abs(sq(sq(@a)))",
     {{"a", "9000000000000", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"difference beyond 64 bits",
     "(-@a - @b - @c) / 4",
     {{"a", "9000000000000", MEASURED},
      {"b", "9000000000000", MEASURED},
      {"c", "9000000000000", MEASURED}},
     "-6750000000000",
     DERIVED,
     0,
     0},
    /* totals just above 2^128, which must not come round to small numbers */
    {"sum beyond 128 bits",
     "(@a + @b + @c + @d + @e) * 9 * 999999999999999999",
     {{"a", "7561830376020.854751", MEASURED},
      {"b", "7561830376020.854751", MEASURED},
      {"c", "7561830376020.854751", MEASURED},
      {"d", "7561830376020.854751", MEASURED},
      {"e", "7561830376020.854752", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"multiple beyond 128 bits",
     "abs(@a * 885533212793574735) * 64",
     {{"a", "6004192622393.577625", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"sum~ that overflowed stays so",
     "sum~(abs(@a * 885533212793574735) * 31, abs(@a * 885533212793574735) * 31, abs(@a))",
     {{"a", "6004192622393.577625", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     3,
     3},
    /* signs of products */
    {"plus minus", "@a * @b", {{"a", "-2", MEASURED}, {"b", "3", MEASURED}}, "-6", DERIVED, 0, 0},
    {"minus plus", "@a * @b", {{"a", "2", MEASURED}, {"b", "-3", MEASURED}}, "-6", DERIVED, 0, 0},
    {"three signs",
     "-@a * @b / @c",
     {{"a", "-2", MEASURED}, {"b", "-3", MEASURED}, {"c", "-4", MEASURED}},
     "1.5",
     DERIVED,
     0,
     0},
    {"square of a difference", "sq(-@a) + sq(1 - @a)", {{"a", "3", MEASURED}}, "13", DERIVED, 0, 0},
    /* missing and rejected */
    {"rejected is missing",
     "@a + 1",
     {{"a", "5", SOURCE(MEASURED) | VERDICT(REJECTED)}},
     "0",
     GAP | VERDICT(REJECTED),
     0,
     0},
    {"raw takes it",
     "raw(@a + 1)",
     {{"a", "5", SOURCE(MEASURED) | VERDICT(REJECTED)}},
     "6",
     SOURCE(DERIVED) | WORST(MEASURED) | VERDICT(REJECTED),
     0,
     0},
    {"rejected member of sum~",
     "sum~(@a, @b)",
     {{"a", "5", SOURCE(MEASURED) | VERDICT(REJECTED) | EN_QUALITY_SPIKE}, {"b", "3", MEASURED}},
     "3",
     DERIVED | EN_QUALITY_PARTIAL,
     1,
     2},
    {"sum~ of nothing",
     "sum~(@a, @b)",
     {{"a", "0", 0}, {"b", "0", 0}},
     "0",
     GAP | EN_QUALITY_PARTIAL,
     0,
     2},
    {"sum~ whole",
     "sum~(@a, -@b, 1)",
     {{"a", "5", MEASURED}, {"b", "3", MEASURED}},
     "3",
     DERIVED,
     3,
     3},
    {"sum~ in sum~",
     "sum~(sum~(@a, @b), 2 * sum~(@c, @d))",
     {{"a", "5", MEASURED}, {"b", "0", 0}, {"c", "0", 0}, {"d", "0", 0}},
     "5",
     DERIVED | EN_QUALITY_PARTIAL,
     1,
     4},
    {"sum~ of strict sums",
     "sum~(@a + @b, @c + @d)",
     {{"a", "5", MEASURED}, {"b", "0", 0}, {"c", "1", MEASURED}, {"d", "2", MEASURED}},
     "3",
     DERIVED | EN_QUALITY_PARTIAL,
     1,
     2},
    {"sum~ beside strict",
     "sum~(@a, @b) + @c",
     {{"a", "5", MEASURED}, {"b", "0", 0}, {"c", "1", MEASURED}},
     "6",
     DERIVED | EN_QUALITY_PARTIAL,
     1,
     2},
    {"all coalesced missing",
     "coalesce(@a, @b)",
     {{"a", "0", EN_QUALITY_PWR_OUT}, {"b", "0", EN_QUALITY_TEST}},
     "0",
     GAP | EN_QUALITY_PWR_OUT | EN_QUALITY_TEST,
     0,
     0},
    {"coalesce first",
     "coalesce(@a, @b)",
     {{"a", "4", MEASURED | EN_QUALITY_LATE}, {"b", "9", EST(PRIOR, SUSPECT)}},
     "4",
     MEASURED | EN_QUALITY_LATE,
     0,
     0},
    {"coalesce number", "coalesce(@a, 0)", {{"a", "4", 0}}, "0", NUMBER, 0, 0},
    {"coalesce into sum",
     "coalesce(@a, @b) + @c",
     {{"a", "4", 0}, {"b", "9", EST(PRIOR, SUSPECT)}, {"c", "1", MEASURED}},
     "10",
     SOURCE(DERIVED) | WORST(EST_PRIOR) | VERDICT(SUSPECT),
     0,
     0},
    {"if cannot be told",
     "if(@a > 1, @b, @b)",
     {{"a", "4", 0}, {"b", "9", MEASURED}},
     "0",
     GAP,
     0,
     0},
    {"false decides and",
     "if(@a > 1 and @b > 100, 1, 2)",
     {{"a", "4", 0}, {"b", "9", MEASURED}},
     "2",
     NUMBER,
     0,
     0},
    {"true does not decide and",
     "if(@a > 1 and @b > 1, 1, 2)",
     {{"a", "4", 0}, {"b", "9", MEASURED}},
     "0",
     GAP | VERDICT(VALID),
     0,
     0},
    {"true decides or",
     "if(@a > 1 or @b > 1, 1, 2)",
     {{"a", "4", 0}, {"b", "9", MEASURED}},
     "1",
     NUMBER,
     0,
     0},
    {"not", "if(not @b > 10, 1, 2)", {{"b", "9", MEASURED}}, "1", NUMBER, 0, 0},
    {"valid",
     "if(valid(@a), 1, 0) + if(valid(@b), 10, 0) + if(missing(@c), 100, 0)",
     {{"a", "1", MEASURED}, {"b", "1", SOURCE(MEASURED)}, {"c", "1", 0}},
     "101",
     NUMBER,
     0,
     0},
    {"cnt",
     "cnt(@a, @b, @c + 1)",
     {{"a", "1", MEASURED}, {"b", "1", 0}, {"c", "1", MEASURED}},
     "2",
     NUMBER,
     0,
     0},
    {"mean of usable",
     "sum~(@a, @b, @c) / cnt(@a, @b, @c)",
     {{"a", "1", MEASURED}, {"b", "0", 0}, {"c", "4", MEASURED}},
     "2.5",
     DERIVED | EN_QUALITY_PARTIAL,
     2,
     3},
    {"avg",
     "avg(@a, @b, 3)",
     {{"a", "1", MEASURED}, {"b", "4", MEASURED}},
     "2.666667",
     DERIVED,
     0,
     0},
    {"avg strict",
     "avg(@a, @b, 3)",
     {{"a", "1", MEASURED}, {"b", "4", 0}},
     "0",
     GAP | VERDICT(VALID),
     0,
     0},
    {"min max abs clamp",
     "min(@a, @b) + max(@a, @b) * 10 + abs(@a) * 100 + clamp(@b, 0, 1) * 1000",
     {{"a", "-2", MEASURED}, {"b", "3", MEASURED}},
     "1228",
     DERIVED,
     0,
     0},
    {"clamp crossed", "clamp(@a, 5, 1)", {{"a", "3", MEASURED}}, "1", DERIVED, 0, 0},
    {"quality merges",
     "@a + @b",
     {{"a", "1", EST(INTERP, VALID) | EN_QUALITY_LATE},
      {"b", "2", SOURCE(MANUAL_READ) | VERDICT(SUSPECT) | EN_QUALITY_SPIKE}},
     "3",
     SOURCE(DERIVED) | WORST(EST_INTERP) | VERDICT(SUSPECT) | EN_QUALITY_LATE | EN_QUALITY_SPIKE,
     0,
     0},
    {"frozen bits go",
     "@a",
     {{"a", "1", MEASURED | 2u << EN_QUALITY_FISCAL_SHIFT}},
     "1",
     DERIVED,
     0,
     0},
    {"number alone", "2 * 21", {{NULL, NULL, 0}}, "42", NUMBER, 0, 0},
    {"zero times missing", "0 * @a", {{"a", "1", 0}}, "0", GAP, 0, 0},
    {"sum of squares is exact",
     "sumsq(@a, @b) * 1000000",
     {{"a", "0.000003", MEASURED}, {"b", "-0.000004", MEASURED}},
     "0.000025",
     DERIVED,
     0,
     0},
    {"sum of squares of thirds",
     "sumsq(@a / 3, @a * 2 / 3)",
     {{"a", "3", MEASURED}},
     "5",
     DERIVED,
     0,
     0},
    {"sum of squares is strict",
     "sumsq(@a, @b)",
     {{"a", "3", MEASURED}, {"b", "4", 0}},
     "0",
     GAP | VERDICT(VALID),
     0,
     0},
    {"sum of squares that does not fit",
     "sumsq(@a * 1000000, @a)",
     {{"a", "9000000000000", MEASURED}},
     "0",
     EN_QUALITY_OVERFLOW | VERDICT(REJECTED),
     0,
     0},
    {"assumed is marked",
     "assumed(@a)",
     {{"a", "3", MEASURED}},
     "3",
     DERIVED | EN_QUALITY_NOCONFIG,
     0,
     0},
    {"assumed number",
     "@a * assumed(2)",
     {{"a", "3", MEASURED}},
     "6",
     DERIVED | EN_QUALITY_NOCONFIG,
     0,
     0},
    {"assumed where nothing is measured",
     "coalesce(@u, assumed(10500))",
     {{"u", "0", 0}},
     "10500",
     NUMBER | EN_QUALITY_NOCONFIG,
     0,
     0},
    {"nothing assumed where it is measured",
     "coalesce(@u, assumed(10500))",
     {{"u", "10600", MEASURED}},
     "10600",
     MEASURED,
     0,
     0},
    {"hours", "@p * hours()", {{"p", "100", MEASURED}}, "50", DERIVED, 0, 0},
    {"cancelled operand stays strict",
     "@a - @a + @b",
     {{"a", "1", 0}, {"b", "1", MEASURED}},
     "0",
     GAP | VERDICT(VALID),
     0,
     0},
};

static void test_formula_eval_gives_the_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < EN_COUNT_OF(vectors); i++) {
        check_vector(&vectors[i]);
    }
}

/* --- parameters --- */

static void check_param(const char *text, struct en_formula_param_value param, const char *value,
                        uint64_t quality)
{
    struct en_formula formula;
    struct en_formula_program program;
    int64_t given = 10 * EN_MICRO;
    uint64_t given_quality = MEASURED;
    int64_t found = -1;
    uint64_t found_quality = 0;
    struct en_formula_day day = {&given, &given_quality, 1};
    struct en_formula_result result = {.values = &found, .qualities = &found_quality};
    prepare(text, &param, &formula, &program);
    assert_int_equal(en_formula_eval(&program, &day, 1, &arena, &result, NULL), EN_OK);
    char printed[EN_DECIMAL_TEXT_SIZE];
    (void)en_micro_print(found, printed);
    assert_string_equal(printed, value);
    assert_true(found_quality == quality);
    en_arena_reset(&arena);
}

static void test_formula_eval_takes_parameters(void **state)
{
    (void)state;
    struct en_formula_param_value known = {true, {4000, 3}};
    struct en_formula_param_value unknown = {false, {0, 1}};
    struct en_formula_param_value zero = {true, {0, 1}};
    check_param("@a * p(\"k\")", known, "13333.333333", DERIVED);
    check_param("@a / p(\"k\")", known, "0.0075", DERIVED);
    check_param("@a * p(\"k\")", unknown, "0", GAP | VERDICT(VALID));
    check_param("@a + 0 * p(\"k\")", unknown, "0", GAP | VERDICT(VALID));
    check_param("sum~(@a, p(\"k\") * @a)", unknown, "10", DERIVED | EN_QUALITY_PARTIAL);
    check_param("coalesce(p(\"k\"), @a)", unknown, "10", MEASURED);
    check_param("@a / p(\"k\")", zero, "0", EN_QUALITY_ZERO | VERDICT(SUSPECT));
    check_param("@a / (p(\"k\") * @a)", zero, "0", EN_QUALITY_ZERO | VERDICT(SUSPECT));
    check_param("@a * sq(p(\"k\"))", zero, "0", DERIVED);
    check_param("if(p(\"k\") > 1, @a, 0)", known, "10", DERIVED);
}

/* --- days --- */

#define SLOTS 48u

struct history {
    int64_t values[4][SLOTS];
    uint64_t qualities[4][SLOTS];
    struct en_formula_day days[4];
};

/* Day d back has value 1000 * d + slot. */
static void history_fill(struct history *history)
{
    for (uint32_t day = 0; day < 4; day++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            history->values[day][slot] = (int64_t)(1000 * day + slot) * EN_MICRO;
            history->qualities[day][slot] = MEASURED;
        }
        history->days[day] =
            (struct en_formula_day){history->values[day], history->qualities[day], SLOTS};
    }
}

static void eval_history(const char *text, const struct history *history, int64_t *values,
                         uint64_t *qualities)
{
    struct en_formula formula;
    struct en_formula_program program;
    struct en_formula_result result = {.values = values, .qualities = qualities};
    prepare(text, NULL, &formula, &program);
    assert_int_equal(formula.refs_count, 1);
    assert_true(program.days_count <= 4);
    assert_int_equal(en_formula_eval(&program, history->days, SLOTS, &arena, &result, NULL), EN_OK);
    en_arena_reset(&arena);
}

static void test_formula_eval_looks_back(void **state)
{
    (void)state;
    static struct history history;
    int64_t values[SLOTS];
    uint64_t qualities[SLOTS];
    history_fill(&history);
    eval_history("@a - prev(@a, 2d)", &history, values, qualities);
    assert_true(values[0] == -2000 * (int64_t)EN_MICRO);
    assert_true(values[47] == -2000 * (int64_t)EN_MICRO);
    eval_history("prev(@a, 3)", &history, values, qualities);
    assert_true(values[3] == 0);
    assert_true(values[2] == 1047 * (int64_t)EN_MICRO);
    assert_true(values[0] == 1045 * (int64_t)EN_MICRO);
    eval_history("prev(prev(@a, 1d), 3)", &history, values, qualities);
    assert_true(values[2] == 2047 * (int64_t)EN_MICRO);
    eval_history("day(@a)", &history, values, qualities);
    assert_true(values[0] == 47 * 24 * (int64_t)EN_MICRO);
    assert_true(values[47] == values[0]);
    eval_history("prev(day(@a), 1d)", &history, values, qualities);
    assert_true(values[7] == (48 * 1000 + 47 * 24) * (int64_t)EN_MICRO);
    eval_history("day(prev(@a, 1))", &history, values, qualities);
    assert_true(values[7] == (47 * 24 - 47 + 1047) * (int64_t)EN_MICRO);
}

static void test_formula_eval_misses_what_is_not_kept(void **state)
{
    (void)state;
    static struct history history;
    int64_t values[SLOTS];
    uint64_t qualities[SLOTS];
    history_fill(&history);
    history.days[1].count = 0;
    eval_history("prev(@a, 1d)", &history, values, qualities);
    assert_true(values[5] == 0 && qualities[5] == GAP);
    eval_history("prev(@a, 3)", &history, values, qualities);
    assert_true(qualities[2] == GAP);
    assert_true(qualities[3] == DERIVED);
    history.days[1].count = 46; /* a day of 23 hours */
    eval_history("prev(@a, 1d)", &history, values, qualities);
    assert_true(qualities[0] == GAP && qualities[47] == GAP);
    eval_history("prev(@a, 47)", &history, values, qualities);
    assert_true(values[46] == 1045 * (int64_t)EN_MICRO);
    assert_true(values[0] == 2047 * (int64_t)EN_MICRO);
    history.qualities[0][9] = EN_QUALITY_PWR_OUT;
    eval_history("day(@a)", &history, values, qualities);
    assert_true(values[0] == 0 && qualities[0] == (GAP | EN_QUALITY_PWR_OUT | VERDICT(VALID)));
    history.days[0].count = 0;
    eval_history("@a", &history, values, qualities);
    assert_true(qualities[0] == GAP && qualities[47] == GAP);
}

static void test_formula_eval_needs_scratch(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_formula_program program;
    struct en_error err = {0};
    static struct history history;
    int64_t values[SLOTS];
    uint64_t qualities[SLOTS];
    struct en_formula_result result = {.values = values, .qualities = qualities};
    history_fill(&history);
    prepare("min(@a, prev(@a, 1))", NULL, &formula, &program);
    en_code code = EN_NOMEM;
    for (size_t limit = 256; limit < 65536 && code == EN_NOMEM; limit += 256) {
        struct en_arena scratch;
        en_arena_init(&scratch, limit);
        code = en_formula_eval(&program, history.days, SLOTS, &scratch, &result, &err);
        en_arena_fini(&scratch);
    }
    assert_int_equal(err.code, EN_NOMEM);
    assert_int_equal(code, EN_OK);
    en_arena_reset(&arena);
}

static void test_formula_compile_refuses_constants_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
    } rows[] = {
        {"@a * 999999999999999999 * 999999999999999999", EN_OVERFLOW},
        {"@a / 999999999999999999 + @b / 999999999999999998", EN_OVERFLOW},
        {"sq(sq(sq(@a)))", EN_LIMIT},
        {"@a * @b * @c * @d * @e * @f * @g * @h * @i * @j * @k * @l * @m", EN_LIMIT},
    };
    struct en_formula_binding binding = {.slot_seconds = HALF_HOUR};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_formula formula;
        struct en_formula_program program;
        struct en_error err = {0};
        assert_int_equal(
            en_formula_parse(en_slice_text(rows[i].text), &arena, &formula, NULL, &err), EN_OK);
        assert_int_equal(en_formula_compile(&formula, &binding, &arena, &program, &err),
                         rows[i].code);
        assert_non_null(strstr(err.text, "column"));
        en_arena_reset(&arena);
    }
}

static void test_formula_explain_shows_the_parts(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_formula_program program;
    struct en_error err = {0};
    struct en_buf buf;
    int64_t values[2] = {10 * EN_MICRO, 20 * EN_MICRO};
    uint64_t qualities[2] = {MEASURED, EST(INTERP, SUSPECT) | EN_QUALITY_LATE};
    struct en_formula_day days[2] = {{&values[0], &qualities[0], 1},
                                     {&values[1], &qualities[1], 1}};
    struct en_formula_binding binding = {.slot_seconds = HALF_HOUR};
    struct en_formula_case one = {&binding, days, 1, 0};
    prepare("if(@a > 5, @a - 2 * @b, 0)", NULL, &formula, &program);
    en_buf_init(&buf, 4096);
    assert_int_equal(en_formula_explain(&formula, &one, &buf, &err), EN_OK);
    en_buf_u8(&buf, 0);
    assert_string_equal((const char *)buf.bytes,
                        "if(@a > 5, @a - 2 * @b, 0) = -30 (DERIVED of EST_INTERP, SUSPECT, "
                        "LATE)\n"
                        "  @a > 5 is true\n"
                        "    @a = 10 (MEASURED, VALID)\n"
                        "  @a - 2 * @b = -30 (DERIVED of EST_INTERP, SUSPECT, LATE)\n"
                        "    @a = 10 (MEASURED, VALID)\n"
                        "    2 * @b = 40 (EST_INTERP, SUSPECT, LATE)\n"
                        "      @b = 20 (EST_INTERP, SUSPECT, LATE)\n");
    en_buf_fini(&buf);
    en_arena_reset(&arena);
}

/* --- random: one slot alone gives what it gives among others --- */

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t random_quality(uint64_t *seed)
{
    uint64_t source = random_next(seed) % 15;
    uint64_t verdict = random_next(seed) % 4;
    uint64_t flags = random_next(seed) & random_next(seed) & random_next(seed);
    return source | verdict << EN_QUALITY_VERDICT_SHIFT | (flags & EN_QUALITY_FLAGS_MASK);
}

static void test_formula_eval_keeps_slots_apart(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "@a + @b * 2 - @c / 7",
        "sum~(@a, @b, -3 * @c, @a * @b)",
        "coalesce(@a, @b, min(@c, 4), raw(@a))",
        "if(@a > @b and valid(@c) or missing(@b), sq(@a) / @b, raw(@c))",
        "max(@a, @b) / (@c - 1) + cnt(@a, @b, @c)",
    };
    uint64_t seed = 20261122;
    static int64_t values[3][SLOTS];
    static uint64_t qualities[3][SLOTS];
    for (size_t round = 0; round < 40 * EN_COUNT_OF(texts); round++) {
        struct en_formula formula;
        struct en_formula_program program;
        struct en_formula_day days[3];
        int64_t all[SLOTS];
        uint64_t all_qualities[SLOTS];
        struct en_formula_result result = {.values = all, .qualities = all_qualities};
        prepare(texts[round % EN_COUNT_OF(texts)], NULL, &formula, &program);
        for (uint32_t i = 0; i < 3; i++) {
            for (uint32_t slot = 0; slot < SLOTS; slot++) {
                values[i][slot] = (int64_t)random_next(&seed) >> (random_next(&seed) % 64);
                qualities[i][slot] = random_quality(&seed);
            }
            days[i] = (struct en_formula_day){values[i], qualities[i], SLOTS};
        }
        assert_int_equal(en_formula_eval(&program, days, SLOTS, &arena, &result, NULL), EN_OK);
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            int64_t value = 0;
            uint64_t quality = 0;
            struct en_formula_result single = {.values = &value, .qualities = &quality};
            struct en_formula_day day[3];
            for (uint32_t i = 0; i < 3; i++) {
                day[i] = (struct en_formula_day){&values[i][slot], &qualities[i][slot], 1};
            }
            assert_int_equal(en_formula_eval(&program, day, 1, &arena, &single, NULL), EN_OK);
            assert_true(value == all[slot]);
            assert_true(quality == all_qualities[slot]);
            assert_true(!en_quality_is_missing(quality) || value == 0);
        }
        en_arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula_eval_gives_the_vectors),
        cmocka_unit_test(test_formula_eval_takes_parameters),
        cmocka_unit_test(test_formula_eval_looks_back),
        cmocka_unit_test(test_formula_eval_misses_what_is_not_kept),
        cmocka_unit_test(test_formula_eval_needs_scratch),
        cmocka_unit_test(test_formula_compile_refuses_constants_that_do_not_fit),
        cmocka_unit_test(test_formula_explain_shows_the_parts),
        cmocka_unit_test(test_formula_eval_keeps_slots_apart),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
