#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/quantity.h"

static void test_unit_reads_its_multiplier(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_unit unit;
        int power;
    } rows[] = {
        {"kWh", EN_UNIT_KWH, 0},
        {"KWH", EN_UNIT_KWH, 0},
        {"Wh", EN_UNIT_KWH, -3},
        {"MWh", EN_UNIT_KWH, 3},
        {"kVArh", EN_UNIT_KVARH, 0},
        {"m3", EN_UNIT_M3, 0},
        {"MJ", EN_UNIT_GJ, -3},
        {"", EN_UNIT_NONE, 0},
        {"bar", EN_UNIT_KPA, 2},
        {"\xc2\xb0"
         "C",
         EN_UNIT_DEGC, 0},
        {"m3*degC", EN_UNIT_M3C, 0},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_unit unit = EN_UNIT_IMP;
        int power = 99;
        assert_int_equal(en_unit_parse(en_slice_text(rows[i].text), &unit, &power, NULL), EN_OK);
        assert_int_equal(unit, rows[i].unit);
        assert_int_equal(power, rows[i].power);
    }
    en_unit unit = EN_UNIT_KWH;
    int power = 0;
    struct en_error err = {0};
    assert_int_equal(en_unit_parse(en_slice_text("furlong"), &unit, &power, &err), EN_UNIT);
    assert_non_null(strstr(err.text, "furlong"));
}

static void test_every_unit_reads_its_own_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < EN_UNITS_COUNT; i++) {
        en_unit unit = EN_UNIT_NONE;
        int power = 99;
        assert_true(en_unit_is_known(i));
        assert_int_equal(
            en_unit_parse(en_slice_text(en_unit_name((en_unit)i)), &unit, &power, NULL), EN_OK);
        assert_int_equal(unit, i);
        assert_int_equal(power, 0);
        assert_true(strlen(en_unit_about(unit)) > 0);
    }
    assert_false(en_unit_is_known(EN_UNITS_COUNT));
}

static void test_amounts_and_rates_pair(void **state)
{
    (void)state;
    assert_int_equal(en_unit_per_hour(EN_UNIT_KWH), EN_UNIT_KW);
    assert_int_equal(en_unit_times_hour(EN_UNIT_KVAR), EN_UNIT_KVARH);
    assert_int_equal(en_unit_per_hour(EN_UNIT_V), EN_UNIT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unit_reads_its_multiplier),
        cmocka_unit_test(test_every_unit_reads_its_own_name),
        cmocka_unit_test(test_amounts_and_rates_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
