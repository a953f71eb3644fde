#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/formula/formula_unit.h"

#define ARENA_SIZE_MAX ((size_t)8 << 20)

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

/* The unit of a test's series is its channel, of a parameter its name. */
static en_code unit_by_name(struct en_slice name, en_unit *unit, struct en_error *err)
{
    int power = 0;
    if (en_slice_equal(name, en_slice_text("none"))) {
        *unit = EN_UNIT_NONE;
        return EN_OK;
    }
    en_code code = en_unit_parse(name, unit, &power, err);
    return code == EN_OK ? EN_OK : en_error_set(err, EN_NOT_FOUND, "nobody knows it");
}

static en_code unit_of_ref(void *context, const struct en_formula_ref *ref, en_unit *unit,
                           struct en_error *err)
{
    (void)context;
    return unit_by_name(ref->channel, unit, err);
}

static en_code unit_of_param(void *context, struct en_slice name, en_unit *unit,
                             struct en_error *err)
{
    (void)context;
    return unit_by_name(name, unit, err);
}

static const struct en_formula_units units = {
    .slot_seconds = 1800, .of_ref = unit_of_ref, .of_param = unit_of_param};

static en_code check(const char *text, en_unit *unit, struct en_formula_place *place,
                     struct en_error *err)
{
    struct en_formula formula;
    en_code code = en_formula_parse(en_slice_text(text), &arena, &formula, place, err);
    if (code != EN_OK) {
        fail_msg("%s: %s", text, err->text);
    }
    code = en_formula_check(&formula, &units, unit, place, err);
    en_arena_reset(&arena);
    return code;
}

static void test_formula_unit_of_results(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_unit unit;
    } rows[] = {
        {"@a.kWh + @b.kWh - 2 * @c.kWh", EN_UNIT_KWH},
        {"@a.kvarh / 3", EN_UNIT_KVARH},
        {"@a.kWh / @b.kWh", EN_UNIT_NONE},
        {"@a.kWh * (@b.kWh / @c.kWh)", EN_UNIT_KWH},
        {"@a.kWh * @b.kWh / @c.kWh", EN_UNIT_KWH},
        {"@a.kW * hours()", EN_UNIT_KWH},
        {"@a.kWh / hours()", EN_UNIT_KW},
        {"@a.m3 * @t.degC", EN_UNIT_M3C},
        {"@a.m3 + 5", EN_UNIT_M3},
        {"max(0, @a.GJ)", EN_UNIT_GJ},
        {"coalesce(@a.kWh, 0)", EN_UNIT_KWH},
        {"if(@a.V > 220, @b.t, 0)", EN_UNIT_T},
        {"cnt(@a.kWh, @b.kvarh)", EN_UNIT_NONE},
        {"as(7.6 * sumsq(@a.kWh, @b.kvarh) / sq(630) / hours(), \"kWh\")", EN_UNIT_KWH},
        {"@a.kWh + assumed(12) * @a.kWh", EN_UNIT_KWH},
        {"sumsq(@a.kWh, @b.kvarh) / @c.kVAh", EN_UNIT_KVAH},
        {"clamp(@a.kWh, 0, @b.kWh)", EN_UNIT_KWH},
        {"day(@a.kWh)", EN_UNIT_KWH},
        {"prev(raw(@a.kWh), 1d)", EN_UNIT_KWH},
        {"1 + 2", EN_UNIT_NONE},
        {"1 / (1 / @a.kWh)", EN_UNIT_KWH},
        {"as(@a.kWh * @b.V, \"kvarh\")", EN_UNIT_KVARH},
        {"@a.kWh * as(@b.kWh, \"none\")", EN_UNIT_KWH},
        {"(p(\"kW\") + p(\"kW\") * (sq(@w.kWh) + sq(@v.kvarh)) / sq(p(\"kVA\") * hours())) * "
         "hours()",
         EN_UNIT_KWH},
        {"@a.kWh * p(\"none\")", EN_UNIT_KWH},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_unit unit = EN_UNIT_NONE;
        struct en_error err = {0};
        if (check(rows[i].text, &unit, NULL, &err) != EN_OK || unit != rows[i].unit) {
            fail_msg("%s: %s %s", rows[i].text, en_unit_name(unit), err.text);
        }
    }
}

/* C-10 and its kin. */
static void test_formula_unit_refuses_with_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
        uint32_t offset;
        const char *says;
    } rows[] = {
        {"@a.kWh + @b.kvarh", EN_UNIT, 9, "column 10, '@b.kvarh': this is kvarh, what stands"},
        {"@a.kWh - @b.kvarh", EN_UNIT, 9, "before it is kWh"},
        {"sumsq(@a.kWh, @b.V)", EN_UNIT, 14, "cannot be added"},
        {"sum~(@a.kWh, 1, @b.m3)", EN_UNIT, 16, "this is m3"},
        {"min(@a.kWh, @b.kW)", EN_UNIT, 12, "this is kW"},
        {"if(@a.kWh > @b.kvarh, 1, 2)", EN_UNIT, 12, "compared"},
        {"if(1 > 2, @b.kvarh, @a.kWh)", EN_UNIT, 20, "chosen between"},
        {"@a.kWh + p(\"none\")", EN_UNIT, 9, "a number without unit"},
        {"@a.kWh * @b.kWh", EN_UNIT, 9, "sq(x)"},
        {"@a.kWh * @b.kvarh * 2", EN_UNIT, 9, "an amount is multiplied by an amount"},
        {"sq(@a.kWh)", EN_UNIT, 0, "the result is kWh^2"},
        {"1 / @a.kWh", EN_UNIT, 2, "the result is kWh^-1"},
        {"sq(@a.kWh) + sq(@b.m3)", EN_UNIT, 13, "this is m3^2"},
        {"sq(sq(sq(sq(@a.kWh))))", EN_UNIT, 0, "beyond 8"},
        {"day(@a.kW)", EN_UNIT, 0, "does not add up over time"},
        {"day(@a.V)", EN_UNIT, 0, "multiply a rate by hours()"},
        {"@a.kWh * p(\"%\")", EN_UNIT, 7, "the result is kWh*%"},
        {"1 + @a.what", EN_NOT_FOUND, 4, "column 5, '@a.what': nobody knows it"},
        {"1 + p(\"what\")", EN_NOT_FOUND, 6, "nobody knows it"},
        {"prev(@a.kWh, 1500)", EN_LIMIT, 5, "more than 31 days back"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_unit unit = EN_UNIT_NONE;
        struct en_formula_place place = {0};
        struct en_error err = {0};
        en_code code = check(rows[i].text, &unit, &place, &err);
        if (code != rows[i].code || place.offset != rows[i].offset ||
            strstr(err.text, rows[i].says) == NULL) {
            fail_msg("%s: code %d, offset %u, %s", rows[i].text, (int)code, place.offset, err.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula_unit_of_results),
        cmocka_unit_test(test_formula_unit_refuses_with_the_place),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
