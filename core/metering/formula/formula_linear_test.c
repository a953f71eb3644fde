#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/buf.h"
#include "core/decimal.h"
#include "core/metering/formula/formula_linear.h"
#include "core/metering/quality.h"

#define ARENA_SIZE_MAX ((size_t)64 << 20)
#define SLOTS 16u
#define REFS_MAX 8u
#define ROUNDS 400u

static struct en_arena arena;
static const struct en_formula_binding binding = {.slot_seconds = 1800};

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

static en_code linearize(const char *text, struct en_formula *formula,
                         struct en_formula_linear *linear, struct en_error *err)
{
    en_code code = en_formula_parse(en_slice_text(text), &arena, formula, NULL, err);
    if (code != EN_OK) {
        fail_msg("%s: %s", text, err->text);
    }
    return en_formula_linearize(formula, &binding, &arena, linear, err);
}

static void test_formula_linear_finds_reduced_coefficients(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_lenient;
        int64_t den;
        uint32_t terms_count;
        struct en_formula_number coefficients[3];
        int64_t constant; /* written number times den */
    } rows[] = {
        {"@a + @b - @c", false, 1, 3, {{1, 1}, {1, 1}, {-1, 1}}, 0},
        {"(@a + @b) * 4000 / 2 - @a", false, 1, 2, {{1999, 1}, {2000, 1}}, 0},
        {"@a / 4 + @b / 6 + 0.5", false, 12, 2, {{1, 4}, {1, 6}}, 6},
        {"avg(@a, @b, 3)", false, 3, 2, {{1, 3}, {1, 3}}, 3},
        {"sum(@a, -(@b - 2 * @c))", false, 1, 3, {{1, 1}, {-1, 1}, {2, 1}}, 0},
        {"@a - @a", false, 1, 1, {{0, 1}}, 0},
        {"@a * hours()", false, 2, 1, {{1, 2}}, 0},
        {"@a + prev(@a, 1d) + raw(@a)", false, 1, 3, {{1, 1}, {1, 1}, {1, 1}}, 0},
        {"sum~(@a, @b * 3, -@c / 2)", true, 2, 3, {{1, 1}, {3, 1}, {-1, 2}}, 0},
        {"-2 * sum~(@a, 3 * sum~(@b, prev(@c, 2)))", true, 1, 3, {{-2, 1}, {-6, 1}, {-6, 1}}, 0},
        {"as(raw(sum~(@a, as(@b, \"none\"))), \"kWh\")", true, 1, 2, {{1, 1}, {1, 1}}, 0},
        {"7", false, 1, 0, {{0, 1}}, 7},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_formula formula;
        struct en_formula_linear linear;
        struct en_error err = {0};
        if (linearize(rows[i].text, &formula, &linear, &err) != EN_OK) {
            fail_msg("%s: %s", rows[i].text, err.text);
        }
        assert_int_equal(linear.is_lenient, rows[i].is_lenient);
        assert_int_equal(linear.den, rows[i].den);
        assert_int_equal(linear.is_integer, rows[i].den == 1);
        assert_true(linear.constant == (en_i128)rows[i].constant * EN_MICRO);
        assert_int_equal(linear.terms_count, rows[i].terms_count);
        for (uint32_t n = 0; n < linear.terms_count; n++) {
            assert_int_equal(linear.terms[n].coefficient.num, rows[i].coefficients[n].num);
            assert_int_equal(linear.terms[n].coefficient.den, rows[i].coefficients[n].den);
            assert_true(linear.terms[n].weight ==
                        linear.terms[n].coefficient.num *
                            (linear.den / linear.terms[n].coefficient.den));
        }
        en_arena_reset(&arena);
    }
}

static void test_formula_linear_refuses_with_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
        const char *says;
    } rows[] = {
        {"@a + @b * @c", EN_UNSUPPORTED, "column 9, '*': not linear"},
        {"@a + max(@b, 0)", EN_UNSUPPORTED, "column 6, 'max': not linear"},
        {"@a / @b", EN_UNSUPPORTED, "not linear"},
        {"day(@a)", EN_UNSUPPORTED, "not linear"},
        {"coalesce(@a, 0)", EN_UNSUPPORTED, "not linear"},
        {"@a + sum~(@b, @c)", EN_UNSUPPORTED, "column 6, 'sum~': not linear"},
        {"sum~(@a, @b + @c)", EN_UNSUPPORTED, "column 13, '+'"},
        {"sum~(@a, 5)", EN_UNSUPPORTED, "column 10, '5'"},
        {"sum~(@a, @b, @a)", EN_UNSUPPORTED, "names a series twice"},
        {"@a / 999999999999999999 + @b / 999999999999999998", EN_OVERFLOW, "common denominator"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_formula formula;
        struct en_formula_linear linear;
        struct en_error err = {0};
        en_code code = linearize(rows[i].text, &formula, &linear, &err);
        if (code != rows[i].code || strstr(err.text, rows[i].says) == NULL) {
            fail_msg("%s: code %d, %s", rows[i].text, (int)code, err.text);
        }
        en_arena_reset(&arena);
    }
}

/* --- random formulas --- */

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* A linear expression of a few series; sum~ only as a whole. */
static void random_linear(uint64_t *seed, struct en_buf *buf, uint32_t depth)
{
    uint64_t shape = random_next(seed) % (depth == 0 ? 3 : 8);
    unsigned number = (unsigned)(random_next(seed) % 9 + 1);
    switch (shape) {
    case 0:
    case 1:
        en_buf_print(buf, "@s%u", (unsigned)(random_next(seed) % REFS_MAX));
        return;
    case 2:
        en_buf_print(buf, "raw(@s%u)", (unsigned)(random_next(seed) % REFS_MAX));
        return;
    case 3:
        en_buf_print(buf, "%u.25 * (", number);
        break;
    case 4:
        en_buf_text(buf, "-(");
        break;
    case 5:
        en_buf_print(buf, "(%u - ", number);
        break;
    case 6:
        en_buf_print(buf, "1 / %u * (", number);
        break;
    default:
        en_buf_text(buf, "avg(");
        random_linear(seed, buf, depth - 1);
        en_buf_text(buf, ", ");
        break;
    }
    random_linear(seed, buf, depth - 1);
    en_buf_text(buf, " + ");
    random_linear(seed, buf, depth - 1);
    en_buf_text(buf, ")");
}

static void random_lenient(uint64_t *seed, struct en_buf *buf)
{
    uint32_t first = (uint32_t)(random_next(seed) % REFS_MAX);
    en_buf_text(buf, "-3 / 7 * sum~(");
    for (uint32_t i = first; i < REFS_MAX; i++) {
        en_buf_text(buf, i == first ? "" : i == 4 ? ", sum~(" : ", ");
        unsigned n = i;
        switch (random_next(seed) % 4) {
        case 0:
            en_buf_print(buf, "@s%u", n);
            break;
        case 1:
            en_buf_print(buf, "-@s%u", n);
            break;
        case 2:
            en_buf_print(buf, "2 * raw(@s%u)", n);
            break;
        default:
            en_buf_print(buf, "@s%u / 3", n);
            break;
        }
    }
    en_buf_text(buf, first < 4 ? "))" : ")"); /* the inner sum~ began with series 4 */
}

struct rows {
    int64_t values[REFS_MAX][SLOTS];
    uint64_t qualities[REFS_MAX][SLOTS];
};

/* Mostly good values; some huge, some doubtful, some missing; often equal words side by side. */
static void rows_fill(struct rows *rows, uint64_t *seed)
{
    for (uint32_t i = 0; i < REFS_MAX; i++) {
        bool is_plain = random_next(seed) % 2 == 0;
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            uint64_t source = random_next(seed) % 15;
            uint64_t verdict = random_next(seed) % 4;
            uint64_t flags = random_next(seed) & random_next(seed) & random_next(seed);
            uint64_t word = source | verdict << EN_QUALITY_VERDICT_SHIFT |
                            (flags & EN_QUALITY_FLAGS_MASK) | 2u << EN_QUALITY_FISCAL_SHIFT;
            rows->values[i][slot] = (int64_t)random_next(seed) >> (random_next(seed) % 64);
            rows->qualities[i][slot] = is_plain ? EN_QUALITY_MEASURED : word;
        }
    }
}

static void check_equal(const char *text, const struct rows *rows)
{
    struct en_formula formula;
    struct en_formula_linear linear;
    struct en_formula_program program;
    struct en_error err = {0};
    struct en_formula_day days[REFS_MAX];
    struct en_formula_day terms[REFS_MAX * 2];
    int64_t values[2][SLOTS];
    uint64_t qualities[2][SLOTS];
    uint32_t usable[2][SLOTS];
    uint32_t expected[2][SLOTS];
    struct en_formula_result results[2] = {{values[0], qualities[0], usable[0], expected[0]},
                                           {values[1], qualities[1], usable[1], expected[1]}};
    if (linearize(text, &formula, &linear, &err) != EN_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    assert_int_equal(en_formula_compile(&formula, &binding, &arena, &program, &err), EN_OK);
    assert_true(linear.terms_count <= EN_COUNT_OF(terms));
    for (uint32_t i = 0; i < formula.refs_count; i++) {
        uint32_t n = (uint32_t)(formula.refs[i].name.bytes[1] - '0');
        days[i] = (struct en_formula_day){rows->values[n], rows->qualities[n], SLOTS};
    }
    for (uint32_t i = 0; i < linear.terms_count; i++) {
        terms[i] = days[linear.terms[i].ref];
    }
    assert_int_equal(en_formula_eval(&program, days, SLOTS, &arena, &results[0], &err), EN_OK);
    en_formula_linear_eval(&linear, terms, SLOTS, &results[1]);
    for (uint32_t i = 0; i < SLOTS; i++) {
        if (values[0][i] != values[1][i] || qualities[0][i] != qualities[1][i] ||
            usable[0][i] != usable[1][i] || expected[0][i] != expected[1][i]) {
            fail_msg("%s: slot %u: %" PRId64 " %" PRIx64 " %u/%u, linear %" PRId64 " %" PRIx64
                     " %u/%u",
                     text, i, values[0][i], qualities[0][i], usable[0][i], expected[0][i],
                     values[1][i], qualities[1][i], usable[1][i], expected[1][i]);
        }
    }
}

static void test_formula_linear_equals_the_program(void **state)
{
    (void)state;
    uint64_t seed = 4711;
    static struct rows rows;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct en_buf buf;
        en_buf_init(&buf, EN_FORMULA_SIZE_MAX);
        if (round % 3 == 0) {
            random_lenient(&seed, &buf);
        } else {
            random_linear(&seed, &buf, 3);
        }
        en_buf_u8(&buf, 0);
        assert_int_equal(en_buf_code(&buf, NULL), EN_OK);
        rows_fill(&rows, &seed);
        check_equal((const char *)buf.bytes, &rows);
        en_buf_fini(&buf);
        en_arena_reset(&arena);
    }
}

static void test_formula_linear_moves_exactly(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_formula_linear linear;
    struct en_error err = {0};
    uint64_t seed = 99;
    int64_t values[3] = {0};
    assert_int_equal(linearize("@a / 3 - @b / 7 + 5 * @c", &formula, &linear, &err), EN_OK);
    en_i128 total = linear.constant;
    for (uint32_t round = 0; round < 1000; round++) {
        uint32_t n = (uint32_t)(random_next(&seed) % 3);
        int64_t next = (int64_t)random_next(&seed) >> 10;
        assert_true(en_formula_linear_move(&linear.terms[n], values[n], next, &total));
        values[n] = next;
    }
    en_i128 fresh = linear.constant;
    for (uint32_t i = 0; i < 3; i++) {
        fresh += (en_i128)linear.terms[i].weight * values[i];
    }
    assert_true(total == fresh);
    int64_t value = 0;
    assert_true(en_formula_linear_value(&linear, total, &value));
    assert_true(value == (int64_t)en_i128_divide_half_up(total, 21));
    total = (en_i128)1 << 100;
    assert_false(en_formula_linear_value(&linear, total, &value));
    struct en_formula_linear_term heavy = {.weight = INT64_MAX};
    total = ((en_i128)1 << 126) + ((en_i128)1 << 125);
    assert_false(en_formula_linear_move(&heavy, 0, INT64_MAX, &total));
    assert_true(total == ((en_i128)1 << 126) + ((en_i128)1 << 125));
    en_arena_reset(&arena);
}

/* C-07: a month of 100000, one slot 10 -> 12. */
static void test_formula_linear_c07(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_formula_linear linear;
    struct en_error err = {0};
    assert_int_equal(linearize("@a + @b", &formula, &linear, &err), EN_OK);
    en_i128 total = (en_i128)100000 * EN_MICRO;
    int64_t value = 0;
    assert_true(linear.is_integer);
    assert_true(en_formula_linear_move(&linear.terms[0], 10 * EN_MICRO, 12 * EN_MICRO, &total));
    assert_true(en_formula_linear_value(&linear, total, &value));
    assert_true(value == INT64_C(100002) * EN_MICRO);
    en_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula_linear_finds_reduced_coefficients),
        cmocka_unit_test(test_formula_linear_refuses_with_the_place),
        cmocka_unit_test(test_formula_linear_equals_the_program),
        cmocka_unit_test(test_formula_linear_moves_exactly),
        cmocka_unit_test(test_formula_linear_c07),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
