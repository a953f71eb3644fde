#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/formula/formula.h"
#include "core/metering/formula/formula_print.h"

#define ARENA_SIZE_MAX ((size_t)64 << 20)

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

static en_code parse(const char *text, struct en_formula *formula, struct en_formula_place *place,
                     struct en_error *err)
{
    return en_formula_parse(en_slice_text(text), &arena, formula, place, err);
}

/* Parses and prints; the text lives in the arena. */
static const char *canonical(const char *text)
{
    struct en_formula formula;
    struct en_error err = {0};
    struct en_buf buf;
    if (parse(text, &formula, NULL, &err) != EN_OK) {
        return en_arena_print(&arena, "refused: %s", err.text);
    }
    en_buf_init(&buf, 4 * EN_FORMULA_SIZE_MAX);
    en_formula_print(&formula, &buf);
    assert_int_equal(en_buf_code(&buf, &err), EN_OK);
    struct en_slice copy = en_arena_copy(&arena, en_buf_slice(&buf));
    en_buf_fini(&buf);
    return (const char *)copy.bytes;
}

static void test_formula_prints_canonically(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *canonical;
    } rows[] = {
        {"@a+@b-@c", "@a + @b - @c"},
        {"@a.A++@b.A+", "@a.A+ + @b.A+"},
        {"@a.A- - @b.R-", "@a.A- - @b.R-"},
        {" ( ( @a.A+ ) ) ", "@a.A+"},
        {"(@a*2)+(@b /3)", "@a * 2 + @b / 3"},
        {"(@a+@b)*2", "(@a + @b) * 2"},
        {"@a-(@b-@c)", "@a - (@b - @c)"},
        {"@a-(@b*@c)", "@a - @b * @c"},
        {"@a/(@b*@c)", "@a / (@b * @c)"},
        {"@a/@b/@c", "@a / @b / @c"},
        {"-@a*@b", "-@a * @b"},
        {"-(@a*@b)", "-(@a * @b)"},
        {"- - @a", "--@a"},
        {"@a - -@b", "@a - -@b"},
        {"@a + -@b", "@a - @b"},
        {"1/@a", "1 / @a"},
        {"4000/1*@a", "4000 / 1 * @a"},
        {"0.500*@a+007", "0.5 * @a + 7"},
        {"0.00000000000000001*@a", "0.00000000000000001 * @a"},
        {"999999999999999999*@a", "999999999999999999 * @a"},
        {"@a \xc3\x97 2 \xe2\x88\x92 @b \xc3\xb7 4", "@a * 2 - @b / 4"},
        {"@a\xc2\xa0*\xc2\xa0@b", "@a * @b"},
        {"sum~(@a,@b ,@c)", "sum~(@a, @b, @c)"},
        {"coalesce(@main,@check*101/100)", "coalesce(@main, @check * 101 / 100)"},
        {"if(@a>0 and not @b<=1 or @c==2,@a,0)", "if(@a > 0 and not @b <= 1 or @c = 2, @a, 0)"},
        {"if((@a>0 or @b>0) and @c!=0,1,2)", "if((@a > 0 or @b > 0) and @c <> 0, 1, 2)"},
        {"if(not (@a>0 and @b>0),1,2)", "if(not (@a > 0 and @b > 0), 1, 2)"},
        {"if(@a \xe2\x89\xa5 1,1,2)", "if(@a >= 1, 1, 2)"},
        {"if(valid(@a) or missing(raw(@b)),1,2)", "if(valid(@a) or missing(raw(@b)), 1, 2)"},
        {"prev(@a,3)+prev(@a, 07d)", "prev(@a, 3) + prev(@a, 7d)"},
        {"day(@a)+abs(@b)+sq(@c)+avg(@a,@b)+cnt(@a)", "day(@a) + abs(@b) + sq(@c) + avg(@a, @b) + "
                                                      "cnt(@a)"},
        {"min(@a,1)+max(2,@b)+clamp(@a,0,10)", "min(@a, 1) + max(2, @b) + clamp(@a, 0, 10)"},
        {"p(\"TR1.dP0\")*hours()", "p(\"TR1.dP0\") * hours()"},
        {"as(@a*@b,\"KWH\")+as(@a, \"none\")", "as(@a * @b, \"kWh\") + as(@a, \"none\")"},
        {"@\"a\".\"A+\"", "@a.A+"},
        {"@\"two words\".A+", "@\"two words\".A+"},
        {"@\"say \"\"x\"\"\".A+", "@\"say \"\"x\"\"\".A+"},
        {"@\"a.b\"", "@\"a.b\""},
        {"@sub.feeder-5.A+", "@sub.feeder-5.A+"},
        {"@a-5.A+", "@a-5.A+"},
        {"@\"a-5\"", "@\"a-5\""},
        {"@052070001234101.A+", "@052070001234101.A+"},
        {"@p.[1-0:1.8.0*255]", "@p.\"1-0:1.8.0*255\""},
        {"@p.q.[1-0:1.8.0*255]", "@p.q.\"1-0:1.8.0*255\""},
        {"@\xd0\xa2\xd0\x9f-12/2.A+ - 1", "@\xd0\xa2\xd0\x9f-12/2.A+ - 1"},
        {"#loss.TR1 + #x", "#loss.TR1 + #x"},
        {"#\"a b\"*2", "#\"a b\" * 2"},
        {"@a.T1-@b.T1", "@a.T1 - @b.T1"},
        {"loss( \"TR1\" )+#\"TR2.loss\"+ #bus.in", "loss(\"TR1\") + loss(\"TR2\") + #bus.in"},
        {"sumsq(@a.A+,assumed(@a.A+*0.4))", "sumsq(@a.A+, assumed(@a.A+ * 0.4))"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        const char *printed = canonical(rows[i].text);
        assert_string_equal(printed, rows[i].canonical);
        assert_string_equal(canonical(printed), printed);
        en_arena_reset(&arena);
    }
}

static void test_formula_refuses_with_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
        uint32_t offset;
        uint32_t size;
        const char *says; /* part of the text */
    } rows[] = {
        {"", EN_MALFORMED, 0, 0, "column 1, the end: a value is needed"},
        {"@a +", EN_MALFORMED, 4, 0, "column 5, the end: a value is needed"},
        {"@a @b", EN_MALFORMED, 3, 2, "column 4, '@b': an operator is needed"},
        {"(@a", EN_MALFORMED, 3, 0, "')' is needed"},
        {"@a)", EN_MALFORMED, 2, 1, "an operator is needed here, or the end"},
        {"sum(@a,)", EN_MALFORMED, 7, 1, "a value is needed"},
        {"sum(@a", EN_MALFORMED, 6, 0, "',' or ')' is needed"},
        {"sum()", EN_MALFORMED, 4, 1, "a value is needed"},
        {"clamp(@a, 1)", EN_MALFORMED, 0, 5, "clamp is written clamp(x, low, high)"},
        {"abs(@a, @b)", EN_MALFORMED, 0, 3, "abs is written abs(x)"},
        {"abs @a", EN_MALFORMED, 0, 3, "abs is written abs(x)"},
        {"hours(1)", EN_MALFORMED, 6, 1, "')' is needed"},
        {"p(TR1)", EN_MALFORMED, 2, 3, "in quotes"},
        {"on(\"byp1\")", EN_UNSUPPORTED, 0, 2, "known are abs as assumed avg"},
        {"@a + holiday()", EN_UNSUPPORTED, 5, 7, "column 6, 'holiday': formulas do not know"},
        {"zone(@a, \"peak\")", EN_UNSUPPORTED, 0, 4, "do not know"},
        {"window(@a, 1, 2)", EN_UNSUPPORTED, 0, 6, "do not know"},
        {"a + b", EN_UNSUPPORTED, 0, 1, "a point is written @point.A+"},
        {"@a / 0", EN_MALFORMED, 5, 1, "division by zero"},
        {"@a < @b", EN_MALFORMED, 3, 1, "a value is needed here, this is a condition"},
        {"if(@a, 1, 2)", EN_MALFORMED, 3, 2, "a condition is needed"},
        {"if(@a < @b < @c, 1, 2)", EN_MALFORMED, 11, 1, "one pair at a time"},
        {"if(@a > 0, @a > 1, 2)", EN_MALFORMED, 14, 1, "a value is needed here"},
        {"(@a > 0) + 1", EN_MALFORMED, 4, 1, "a value is needed here"},
        {"@a-5", EN_MALFORMED, 0, 4, "as a name or as arithmetic"},
        {"@a/2.5", EN_MALFORMED, 0, 6, "as a name or as arithmetic"},
        {"@a.A-5", EN_MALFORMED, 3, 3, "as a channel or as arithmetic"},
        {"@a.A+5", EN_MALFORMED, 5, 1, "an operator is needed"},
        {"@a.A-@b", EN_MALFORMED, 5, 2, "an operator is needed"},
        {"@a.(1)", EN_MALFORMED, 2, 1, "OBIS code in brackets"},
        {"@ a", EN_MALFORMED, 0, 1, "a name is missing"},
        {"@\"\"", EN_MALFORMED, 1, 2, "a name is missing"},
        {"@\"a", EN_MALFORMED, 1, 2, "the quote is not closed"},
        {"@\"a\nb\"", EN_MALFORMED, 1, 2, "control character"},
        {"@a ^ 2", EN_MALFORMED, 3, 1, "no sign of the formula language"},
        {"1,5 * @a", EN_MALFORMED, 1, 1, "an operator is needed"},
        {"12x", EN_MALFORMED, 0, 3, "a number ends where a word begins"},
        {"1234567890123456789", EN_LIMIT, 0, 18, "at most 18 digits"},
        {"7d", EN_MALFORMED, 0, 2, "a value is needed"},
        {"prev(@a)", EN_MALFORMED, 0, 4, "prev is written"},
        {"prev(@a, 1.5)", EN_MALFORMED, 9, 3, "how far back"},
        {"prev(@a, -1)", EN_MALFORMED, 9, 1, "how far back"},
        {"prev(@a, 32d)", EN_LIMIT, 9, 3, "at most 31 days"},
        {"prev(prev(@a, 20d), 20d)", EN_LIMIT, 5, 4, "together"},
        {"day(day(@a))", EN_MALFORMED, 4, 3, "day() stands neither"},
        {"prev(day(@a), 3)", EN_MALFORMED, 5, 3, "prev(day(x), 1d)"},
        {"as(@a, \"MWh\")", EN_UNIT, 7, 5, "not a base unit"},
        {"as(@a, kWh)", EN_MALFORMED, 7, 3, "in quotes"},
        {"@a +\n  @b *", EN_MALFORMED, 11, 0, "line 2, column 7, the end"},
        {"@\xd0\xa2\xd0\x9f + ?", EN_MALFORMED, 8, 1, "column 7, '?'"},
        {"@a + \xff", EN_MALFORMED, 5, 1, "not UTF-8"},
        {"and", EN_MALFORMED, 0, 3, "a value is needed"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_formula formula;
        struct en_formula_place place = {0};
        struct en_error err = {0};
        en_code code = parse(rows[i].text, &formula, &place, &err);
        if (code != rows[i].code || strstr(err.text, rows[i].says) == NULL ||
            place.offset != rows[i].offset || place.size != rows[i].size) {
            fail_msg("%s: code %d, place %u+%u, %s", rows[i].text, (int)code, place.offset,
                     place.size, err.text);
        }
        en_arena_reset(&arena);
    }
}

/* front, then unit count times, then back. */
static char *repeated(const char *front, const char *unit, uint32_t count, const char *back)
{
    struct en_buf buf;
    en_buf_init(&buf, 4 * EN_FORMULA_SIZE_MAX);
    en_buf_text(&buf, front);
    for (uint32_t i = 0; i < count; i++) {
        en_buf_text(&buf, unit);
    }
    en_buf_text(&buf, back);
    assert_int_equal(en_buf_code(&buf, NULL), EN_OK);
    struct en_slice copy = en_arena_copy(&arena, en_buf_slice(&buf));
    en_buf_fini(&buf);
    return (char *)(uintptr_t)copy.bytes;
}

/* loss("TR1") is the series TR1.loss, however it is written. */
static void test_formula_reads_losses(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_slice text = en_slice_text("loss(\"T 1\") + #\"T 1.loss\" - loss(\"T 2\")");
    assert_int_equal(en_formula_parse(text, &arena, &formula, NULL, NULL), EN_OK);
    assert_int_equal(formula.refs_count, 2);
    assert_false(formula.refs[0].is_point);
    assert_true(en_slice_equal(formula.refs[0].name, en_slice_text("T 1.loss")));
    assert_true(en_slice_equal(formula.refs[1].name, en_slice_text("T 2.loss")));
    static const char *const wrong[] = {"loss(TR1)", "loss()", "loss", "loss(\"a\", \"b\")",
                                        "loss(\"a\""};
    for (size_t i = 0; i < EN_COUNT_OF(wrong); i++) {
        struct en_error err = {0};
        assert_int_equal(en_formula_parse(en_slice_text(wrong[i]), &arena, &formula, NULL, &err),
                         EN_MALFORMED);
        assert_non_null(strstr(err.text, "column"));
    }
    en_arena_reset(&arena);
}

static void test_formula_bounds_depth(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_error err = {0};
    char *inner = repeated("", "(", EN_FORMULA_DEPTH_MAX, "@a");
    assert_int_equal(parse(repeated(inner, ")", EN_FORMULA_DEPTH_MAX, ""), &formula, NULL, &err),
                     EN_OK);
    inner = repeated("", "(", EN_FORMULA_DEPTH_MAX + 1, "@a");
    assert_int_equal(
        parse(repeated(inner, ")", EN_FORMULA_DEPTH_MAX + 1, ""), &formula, NULL, &err), EN_LIMIT);
    assert_non_null(strstr(err.text, "nested deeper than 64"));
    assert_int_equal(parse(repeated("", "-", EN_FORMULA_DEPTH_MAX, "@a"), &formula, NULL, &err),
                     EN_OK);
    assert_int_equal(parse(repeated("", "-", EN_FORMULA_DEPTH_MAX + 1, "@a"), &formula, NULL, &err),
                     EN_LIMIT);
}

static void test_formula_bounds_size_and_terms(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_error err = {0};
    char *most = repeated("1", "+1", (EN_FORMULA_SIZE_MAX - 1) / 2, "");
    assert_int_equal(parse(most, &formula, NULL, &err), EN_OK);
    assert_int_equal(formula.operands_count, EN_FORMULA_SIZE_MAX / 2);
    assert_true(formula.operands_count <= EN_FORMULA_TERMS_MAX);
    char *over = repeated("1", "+1", EN_FORMULA_SIZE_MAX / 2, "");
    assert_int_equal(parse(over, &formula, NULL, &err), EN_LIMIT);
    assert_non_null(strstr(err.text, "divide it into several"));
    char *name = repeated("@", "x", EN_NAME_SIZE_MAX, "");
    assert_int_equal(parse(name, &formula, NULL, &err), EN_OK);
    assert_int_equal(parse(repeated(name, "x", 1, ""), &formula, NULL, &err), EN_LIMIT);
    name = repeated("@\"", "x", EN_NAME_SIZE_MAX, "");
    assert_int_equal(parse(repeated(name, "\"", 1, ""), &formula, NULL, &err), EN_OK);
    assert_int_equal(parse(repeated(name, "x\"", 1, ""), &formula, NULL, &err), EN_LIMIT);
    char *channel = repeated("@a.", "x", EN_NAME_SIZE_MAX, "");
    assert_int_equal(parse(channel, &formula, NULL, &err), EN_LIMIT);
}

static void test_formula_lists_what_it_reads(void **state)
{
    (void)state;
    struct en_formula formula;
    struct en_error err = {0};
    assert_int_equal(parse("@a.A+ + prev(@a.A+, 2d) + prev(prev(#b, 1d), 5) * p(\"k\") + @a.A- * "
                           "p(\"k\")",
                           &formula, NULL, &err),
                     EN_OK);
    assert_int_equal(formula.refs_count, 3);
    assert_int_equal(formula.params_count, 1);
    assert_int_equal(formula.operands_count, 6);
    assert_true(formula.refs[0].is_point);
    assert_int_equal(formula.refs[0].lag_days_max, 2);
    assert_int_equal(en_formula_ref_lag_days(&formula.refs[0], 1800), 2);
    assert_false(formula.refs[1].is_point);
    assert_int_equal(formula.refs[1].lag_slots_max, 5);
    assert_int_equal(en_formula_ref_lag_days(&formula.refs[1], 1800), 2);
    assert_int_equal(en_formula_ref_lag_days(&formula.refs[1], 86400), 6);
    assert_int_equal(en_formula_ref_lag_days(&formula.refs[2], 1800), 0);
    assert_true(en_slice_equal(formula.refs[2].channel, en_slice_text("A-")));
}

static void test_formula_survives_lack_of_memory(void **state)
{
    (void)state;
    const char *text = "if(@a > p(\"x\"), sum~(@\"q\", 2), prev(#b, 1d))";
    for (size_t limit = 1; limit < 8192; limit += 16) {
        struct en_arena small;
        struct en_formula formula;
        struct en_error err = {0};
        en_arena_init(&small, limit);
        en_code code = en_formula_parse(en_slice_text(text), &small, &formula, NULL, &err);
        assert_true(code == EN_OK || code == EN_NOMEM);
        assert_int_equal(code, err.code);
        en_arena_fini(&small);
        if (code == EN_OK) {
            return;
        }
    }
    fail_msg("8 KiB are not enough for a small formula");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula_prints_canonically),
        cmocka_unit_test(test_formula_reads_losses),
        cmocka_unit_test(test_formula_refuses_with_the_place),
        cmocka_unit_test(test_formula_bounds_depth),
        cmocka_unit_test(test_formula_bounds_size_and_terms),
        cmocka_unit_test(test_formula_lists_what_it_reads),
        cmocka_unit_test(test_formula_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
